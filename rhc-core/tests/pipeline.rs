//! The pipeline as a client sees it: retries, tokens, pages. No socket, paused clock.

use futures::{StreamExt, TryStreamExt};
use rhc_core::{
    ClientOptions, CredentialFactory, Error, ErrorKind, Method, Pages, Path, Request, Service,
    ServiceInfo,
    testing::{FixedCredential, Reply, Script},
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

fn service_with(
    script: &Arc<Script>,
    credential: Arc<FixedCredential>,
    change: impl FnOnce(&mut ClientOptions),
) -> Service {
    let mut options = script.options();
    change(&mut options);
    let info = ServiceInfo {
        crate_name: "rhc-test",
        crate_version: "0",
        origin: "https://management.azure.com".parse().unwrap(),
        scope: "https://management.azure.com/.default".to_owned(),
    };
    Service::new(info, credential, &options).unwrap()
}

fn service(script: &Arc<Script>) -> Service {
    service_with(script, FixedCredential::new(), |_| {})
}

fn request(method: Method) -> Request {
    Request::new("things.do", method, Path::new("/things"))
}

async fn send(script: &Arc<Script>, method: Method) -> Result<u16, Error> {
    service(script)
        .send(request(method))
        .await
        .map(|answer| answer.status)
}

#[tokio::test(start_paused = true)]
async fn a_post_is_never_sent_twice_after_it_may_have_acted() {
    for reply in [
        Reply::status(408),
        Reply::status(500),
        Reply::status(502),
        Reply::status(503),
        Reply::status(504),
        Reply::lost(),
    ] {
        for method in [Method::Post, Method::Patch] {
            let script = Script::new([reply.clone(), Reply::status(200)]);
            let error = send(&script, method).await.unwrap_err();
            assert_eq!(
                (script.left(), error.attempts(), error.is_outcome_unknown()),
                (1, 1, true),
                "{reply:?} {error}"
            );
        }
        for method in [Method::Get, Method::Head, Method::Put, Method::Delete] {
            let script = Script::new([reply.clone(), Reply::status(200)]);
            assert_eq!(
                send(&script, method).await.unwrap(),
                200,
                "{method} {reply:?}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_not_sent_and_what_was_throttled_is_sent_again_whatever_it_is() {
    for reply in [Reply::not_sent(), Reply::status(429)] {
        for method in [
            Method::Get,
            Method::Put,
            Method::Post,
            Method::Patch,
            Method::Delete,
        ] {
            let script = Script::new([reply.clone(), Reply::status(200)]);
            assert_eq!(
                send(&script, method).await.unwrap(),
                200,
                "{method} {reply:?}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_operation_may_say_that_it_is_idempotent() {
    let script = Script::new([Reply::status(503), Reply::status(200)]);
    let answer = service(&script)
        .send(request(Method::Post).idempotent(true))
        .await
        .unwrap();
    assert_eq!((answer.status, script.left()), (200, 0));
    let script = Script::new([Reply::status(503), Reply::status(200)]);
    let error = service(&script)
        .send(request(Method::Put).idempotent(false))
        .await
        .unwrap_err();
    assert_eq!((error.status(), script.left()), (Some(503), 1));
}

#[tokio::test(start_paused = true)]
async fn the_servers_clock_decides_how_long_to_wait() {
    let wait = async |reply: Reply| {
        let script = Script::new([reply, Reply::status(200)]);
        send(&script, Method::Get).await.unwrap();
        script.seen()[1].at
    };
    for status in [408, 429, 500, 502, 503, 504] {
        assert_eq!(
            wait(Reply::status(status).header("retry-after", "40")).await,
            Duration::from_secs(40),
            "{status}"
        );
    }
    assert_eq!(
        wait(
            Reply::status(429)
                .header("x-ms-retry-after-ms", "1500")
                .header("retry-after", "9")
        )
        .await,
        Duration::from_millis(1500)
    );
    // Conditional Access gives no Retry-After: our own backoff.
    let own = wait(Reply::status(429)).await;
    assert!(
        own >= Duration::from_millis(800) && own <= Duration::from_millis(1000),
        "{own:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn gives_up_by_attempts_and_by_deadline_and_says_so() {
    let script = Script::new((0..20).map(|_| Reply::status(503)));
    let error = send(&script, Method::Get).await.unwrap_err();
    assert_eq!((error.attempts(), script.left()), (8, 12));
    assert!(
        error.to_string().contains("gave up after 8 attempts"),
        "{error}"
    );

    let script = Script::new([
        Reply::status(429).header("retry-after", "3600"),
        Reply::status(200),
    ]);
    let error = send(&script, Method::Get).await.unwrap_err();
    assert_eq!(
        (error.attempts(), error.retry_after(), error.is_throttled()),
        (1, Some(Duration::from_secs(3600)), true)
    );
    assert!(
        error.elapsed() < Duration::from_secs(1),
        "a wait beyond the deadline is not begun"
    );
}

#[tokio::test(start_paused = true)]
async fn a_try_that_hangs_ends_and_counts_as_no_answer() {
    let script = Script::new([Reply::status(200).after(Duration::from_secs(3600))]);
    let error = send(&script, Method::Post).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.was_sent()),
        (ErrorKind::NoAnswer, true)
    );
    assert!(error.elapsed() <= Duration::from_secs(121));
}

#[tokio::test(start_paused = true)]
async fn tries_share_one_client_request_id() {
    let script = Script::new([Reply::status(503), Reply::status(200)]);
    send(&script, Method::Get).await.unwrap();
    let ids: Vec<_> = script
        .seen()
        .iter()
        .map(|seen| seen.header("x-ms-client-request-id").unwrap().to_owned())
        .collect();
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test(start_paused = true)]
async fn errors_say_what_the_service_said() {
    let body = json!({"error": {"code": "Conflict", "message": "The name \"x\" is taken.\r\nTry another."}});
    let script = Script::new([Reply::json(409, body).header("x-ms-request-id", "r-7")]);
    let error = send(&script, Method::Post).await.unwrap_err();
    assert_eq!(
        (error.code(), error.request_id()),
        (Some("Conflict"), Some("r-7"))
    );
    assert_eq!(
        error.to_string(),
        "things.do (POST /things): 409 Conflict: The name \"x\" is taken.\r\nTry another. [request r-7]"
    );

    let script = Script::new([Reply::status(403)
        .text("<html>proxy</html>")
        .header("content-type", "text/html")]);
    let error = send(&script, Method::Get).await.unwrap_err();
    assert!(
        error.message().contains("text/html")
            && error.body() == Some("<html>proxy</html>")
            && error.is_forbidden(),
        "{error}"
    );

    let script = Script::new([Reply::status(200).text("<html>")]);
    let error = service(&script)
        .send(request(Method::Get))
        .await
        .unwrap()
        .json::<Value>()
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.body()),
        (ErrorKind::Decode, Some("<html>"))
    );

    let script = Script::new([Reply::status(302).header("location", "https://evil.example/")]);
    let error = send(&script, Method::Get).await.unwrap_err();
    assert!(
        error.message().contains("redirect") && script.seen().len() == 1,
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn not_found_is_data_where_it_is_asked_for() {
    let script = Script::new([Reply::status(404), Reply::json(200, json!({"a": 1}))]);
    let service = service(&script);
    assert!(
        service
            .send_opt(request(Method::Get))
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        service
            .send_opt(request(Method::Get))
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test(start_paused = true)]
async fn one_token_serves_many_requests_and_is_renewed_early() {
    let script = Script::new((0..8).map(|_| Reply::status(200)));
    let credential = FixedCredential::new();
    let service = service_with(&script, Arc::clone(&credential), |_| {});
    let calls: Vec<_> = (0..5).map(|_| service.send(request(Method::Get))).collect();
    futures::future::try_join_all(calls).await.unwrap();
    assert_eq!(credential.asked().len(), 1, "one flight");
    tokio::time::sleep(Duration::from_secs(54 * 60)).await;
    service.send(request(Method::Get)).await.unwrap();
    assert_eq!(credential.asked().len(), 1);
    tokio::time::sleep(Duration::from_secs(2 * 60)).await;
    service.send(request(Method::Get)).await.unwrap();
    assert_eq!(
        credential.asked().len(),
        2,
        "five minutes before its end it is renewed"
    );
    assert_eq!(
        credential.asked()[0].0,
        "https://management.azure.com/.default"
    );
}

#[tokio::test(start_paused = true)]
async fn a_slow_credential_is_asked_once_by_many() {
    let script = Script::new((0..5).map(|_| Reply::status(200)));
    let credential = Arc::new(FixedCredential::default().slow(Duration::from_secs(3)));
    let service = service_with(&script, Arc::clone(&credential), |_| {});
    futures::future::try_join_all((0..5).map(|_| service.send(request(Method::Get))))
        .await
        .unwrap();
    assert_eq!(credential.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_early_renewal_that_fails_does_not_hurt_while_the_token_lives() {
    let script = Script::new((0..3).map(|_| Reply::status(200)));
    let credential = Arc::new(FixedCredential::default().failing_from(2));
    let service = service_with(&script, credential, |_| {});
    service.send(request(Method::Get)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(57 * 60)).await;
    service.send(request(Method::Get)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(4 * 60)).await;
    let error = service.send(request(Method::Get)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.was_sent(), script.left()),
        (ErrorKind::Credential, false, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_401_drops_the_token_and_is_tried_once_more_even_for_a_post() {
    let script = Script::new([Reply::status(401), Reply::status(200)]);
    send(&script, Method::Post).await.unwrap();
    let seen = script.seen();
    assert_eq!(
        (
            seen[0].header("authorization"),
            seen[1].header("authorization")
        ),
        (Some("Bearer token-1"), Some("Bearer token-2"))
    );

    let script = Script::new([Reply::status(401), Reply::status(401), Reply::status(200)]);
    assert!(
        send(&script, Method::Get)
            .await
            .unwrap_err()
            .is_unauthorized()
    );
    assert_eq!(script.left(), 1, "not a third time");
}

fn challenge() -> Reply {
    Reply::status(401).header(
        "www-authenticate",
        "Bearer error=\"insufficient_claims\", claims=\"eyJhIjoxfQ==\"",
    )
}

#[tokio::test(start_paused = true)]
async fn a_claims_challenge_reaches_the_credential() {
    let script = Script::new([challenge(), Reply::status(200)]);
    let credential = FixedCredential::new();
    service_with(&script, Arc::clone(&credential), |_| {})
        .send(request(Method::Post))
        .await
        .unwrap();
    let asked = credential.asked();
    assert_eq!(
        (
            asked[0].1.as_ref(),
            asked[1].1.as_ref().map(|claims| claims.0.as_str())
        ),
        (None, Some("{\"a\":1}"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_ignores_claims_is_made_anew_or_the_error_says_to_sign_in() {
    let stubborn = || Arc::new(FixedCredential::default().stubborn());
    let script = Script::new([challenge(), Reply::status(200)]);
    let error = service_with(&script, stubborn(), |_| {})
        .send(request(Method::Get))
        .await
        .unwrap_err();
    assert!(
        error.kind() == ErrorKind::Credential && error.message().contains("sign in again"),
        "{error}"
    );
    assert_eq!(script.left(), 1);

    // A second credential that has issued one token before gives another one now.
    let fresh = FixedCredential::new();
    azure_core::credentials::TokenCredential::get_token(&*fresh, &["x"], None)
        .await
        .unwrap();
    let factory: CredentialFactory = Arc::new(move || fresh.clone());
    let script = Script::new([challenge(), Reply::status(200)]);
    service_with(&script, stubborn(), |options| {
        options.credential_factory = Some(factory)
    })
    .send(request(Method::Get))
    .await
    .unwrap();
    assert_eq!(
        script.seen()[1].header("authorization"),
        Some("Bearer token-2")
    );
}

#[tokio::test(start_paused = true)]
async fn a_client_refuses_an_address_in_the_clear() {
    let info = ServiceInfo {
        crate_name: "t",
        crate_version: "0",
        origin: "http://management.azure.com".parse().unwrap(),
        scope: "s".into(),
    };
    let error = Service::new(info, FixedCredential::new(), &ClientOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

fn page(items: &[u32], next: Option<&str>) -> Reply {
    Reply::json(200, json!({"value": items, "nextLink": next}))
}

fn list(service: &Service) -> Pages<u32> {
    service.pages(
        Request::new("things.list", Method::Get, Path::new("/things"))
            .header("consistencylevel", "eventual"),
    )
}

#[tokio::test(start_paused = true)]
async fn pages_follow_links_of_both_kinds_and_end_at_an_empty_one() {
    let script = Script::new([
        page(
            &[1, 2],
            Some("https://MANAGEMENT.azure.com:443/things?$skiptoken=a%2Bb"),
        ),
        page(&[], Some("/things?$skiptoken=c")),
        Reply::json(
            200,
            json!({"value": [3], "@odata.nextLink": "https://management.azure.com/things?$skiptoken=d"}),
        ),
        page(&[4], Some("")),
    ]);
    let items: Vec<u32> = list(&service(&script)).try_collect().await.unwrap();
    assert_eq!(items, [1, 2, 3, 4]);
    assert_eq!(
        script.lines()[1],
        "GET https://management.azure.com/things?$skiptoken=a%2Bb"
    );
    assert!(
        script
            .seen()
            .iter()
            .all(|seen| seen.header("consistencylevel") == Some("eventual"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_page_that_points_to_another_host_is_refused_before_anything_is_sent() {
    for link in [
        "https://evil.example/things",
        "https://management.azure.com.evil.example/",
        "http://management.azure.com/things",
        "//evil.example/x",
        "https://management.azure.com:444/things",
    ] {
        let script = Script::new([page(&[1], Some(link)), page(&[2], None)]);
        let mut pages = list(&service(&script));
        assert_eq!(pages.next().await.unwrap().unwrap(), 1);
        let error = pages.next().await.unwrap().unwrap_err();
        assert_eq!(
            (error.kind(), error.was_sent(), script.left()),
            (ErrorKind::RefusedOrigin, false, 1),
            "{link}"
        );
        assert!(pages.next().await.is_none(), "an error ends the list");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_goes_on_from_its_continuation() {
    let script = Script::new([page(&[1, 2], Some("/things?p=2")), page(&[3], None)]);
    let service = service(&script);
    let mut pages = list(&service);
    assert_eq!(pages.next().await.unwrap().unwrap(), 1);
    let kept = pages.continuation().unwrap().to_owned();
    let rest: Vec<u32> = Pages::resume(&service, "things.list", &kept)
        .collect_all()
        .await
        .unwrap();
    assert_eq!(rest, [3]);
}

#[tokio::test(start_paused = true)]
async fn by_page_gives_pages_and_a_loop_is_an_error() {
    let script = Script::new([
        page(&[1, 2], Some("/things?p=2")),
        page(&[3], Some("/things?p=2")),
    ]);
    let pages: Vec<Result<Vec<u32>, _>> = list(&service(&script)).by_page().collect().await;
    assert_eq!(pages[0].as_ref().unwrap(), &[1, 2]);
    assert!(
        pages[1]
            .as_ref()
            .unwrap_err()
            .message()
            .contains("never end")
    );
    assert_eq!(pages.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_fails_ends_the_whole_collection() {
    let script = Script::new([page(&[1], Some("/things?p=2")), Reply::status(403)]);
    assert!(
        list(&service(&script))
            .collect_all()
            .await
            .unwrap_err()
            .is_forbidden()
    );
}
