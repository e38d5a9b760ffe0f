//! The pipeline as a client sees it: retries and errors here, tokens and pages in their own files. No socket, paused clock.

mod hostile;
mod pages;
mod token_endpoint;
mod tokens;

use rhc_core::{
    Ceiling, ClientOptions, Error, ErrorKind, Method, Pacer, Path, Request, Service, ServiceInfo,
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
async fn a_success_that_is_no_answer_of_the_service_is_asked_for_again_where_that_is_safe() {
    fn answer(kind: &str, body: &str) -> Reply {
        Reply::status(200).header("content-type", kind).text(body)
    }
    let cut_short = || answer("application/json", r#"{"value": [{"id":"#);
    let page = || answer("text/html", "<html>Welcome to our network</html>");
    for garbled in [&cut_short as &dyn Fn() -> Reply, &page] {
        let script = Script::new([garbled(), garbled(), Reply::json(200, json!({"a": 1}))]);
        let answer = service(&script).send(request(Method::Get)).await.unwrap();
        assert_eq!(answer.json::<Value>().unwrap(), json!({"a": 1}));

        // What stays so is an error that has what came.
        let script = Script::new((0..5).map(|_| garbled()));
        let error = send(&script, Method::Put).await.unwrap_err();
        assert_eq!((error.kind(), script.left()), (ErrorKind::Decode, 2));
        assert!(error.is_outcome_unknown() && error.body().is_some());

        let script = Script::new([garbled(), Reply::status(200)]);
        let error = send(&script, Method::Post).await.unwrap_err();
        assert_eq!(script.left(), 1, "a POST is not repeated");
        assert!(error.is_outcome_unknown(), "and not taken for done");
    }
    // A request that wants something else than JSON gets what it wants.
    let script = Script::new([page(), Reply::status(200)]);
    let wants_html = request(Method::Get).header("accept", "text/html");
    service(&script).send(wants_html).await.unwrap();
    assert_eq!(script.left(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_is_cut_short_is_asked_for_again_because_nothing_was_done() {
    let cut_short = |status| {
        Reply::status(status)
            .header("content-type", "application/json")
            .text(r#"{"error": {"code": "Auth"#)
    };
    for method in [Method::Get, Method::Put, Method::Post] {
        for status in [400, 403, 404, 409] {
            let whole = Reply::json(status, json!({"error": {"code": "Whole"}}));
            let script = Script::new([cut_short(status), cut_short(status), whole]);
            let error = send(&script, method).await.unwrap_err();
            assert_eq!(error.code(), Some("Whole"), "{method} {status}");
            assert!(!error.is_outcome_unknown(), "{method} {status}");

            // What stays so is the refusal that it says it is.
            let script = Script::new((0..5).map(|_| cut_short(status)));
            let error = send(&script, method).await.unwrap_err();
            assert_eq!((error.status(), script.left()), (Some(status), 2));
        }
    }
    // Who was not heard to the end may have been heard enough.
    let script = Script::new([cut_short(408), Reply::status(200)]);
    send(&script, Method::Post).await.unwrap_err();
    assert_eq!(script.left(), 1);
    // The page of a proxy is no refusal of the service that was cut short.
    let page = Reply::status(403)
        .header("content-type", "text/html")
        .text("<html>");
    let script = Script::new([page, Reply::status(200)]);
    send(&script, Method::Get).await.unwrap_err();
    assert_eq!(script.left(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_try_that_may_have_acted_is_not_forgotten_by_the_next() {
    let refused = || (0..7).map(|_| Reply::not_sent());
    for first in [Reply::lost(), Reply::status(504)] {
        let script = Script::new([first.clone()].into_iter().chain(refused()));
        let error = send(&script, Method::Put).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoAnswer, "{error}");
        assert!(error.was_sent() && error.is_outcome_unknown(), "{error}");

        let script = Script::new([first, Reply::status(409)]);
        let error = send(&script, Method::Put).await.unwrap_err();
        assert!(error.is_conflict() && error.is_outcome_unknown(), "{error}");
    }
    // What says that nothing was done stays known, and so does what only reads.
    let script = Script::new([Reply::status(429), Reply::status(409)]);
    assert!(
        !send(&script, Method::Put)
            .await
            .unwrap_err()
            .is_outcome_unknown()
    );
    let script = Script::new([Reply::status(503), Reply::status(404)]);
    assert!(
        !send(&script, Method::Get)
            .await
            .unwrap_err()
            .is_outcome_unknown()
    );
    let script = Script::new(refused().chain([Reply::not_sent()]));
    assert!(!send(&script, Method::Put).await.unwrap_err().was_sent());
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
    // Conditional Access gives no Retry-After, and some services say "at once": our own backoff.
    for reply in [
        Reply::status(429),
        Reply::status(429).header("retry-after", "0"),
        Reply::status(503).header("retry-after", "Mon, 01 Jan 2024 00:00:00 GMT"),
    ] {
        let own = wait(reply).await;
        assert!(
            own >= Duration::from_millis(800) && own <= Duration::from_millis(1000),
            "{own:?}"
        );
    }
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
async fn waiting_for_a_turn_or_a_sign_in_is_no_lost_answer() {
    let one_a_second = Ceiling::new("all", |_, _| Some(String::new()), 1, Duration::from_secs(1));
    let script = Script::new((0..150).map(|_| Reply::status(200)));
    let paced = service_with(&script, FixedCredential::new(), |options| {
        options.pacer = Some(Arc::new(Pacer::new(vec![one_a_second])));
    });
    futures::future::try_join_all((0..150).map(|_| paced.send(request(Method::Post))))
        .await
        .unwrap();
    assert!(script.seen()[149].at > Duration::from_secs(120));

    let script = Script::new([Reply::status(200)]);
    let person = Arc::new(FixedCredential::default().slow(Duration::from_secs(600)));
    service_with(&script, Arc::clone(&person), |_| {})
        .send(request(Method::Get))
        .await
        .unwrap();
    assert_eq!(person.asked().len(), 1, "a person is asked once");
}

#[tokio::test(start_paused = true)]
async fn a_turn_counts_from_when_the_request_leaves_and_not_from_when_its_token_was_asked_for() {
    let one_a_second = Ceiling::new("all", |_, _| Some(String::new()), 1, Duration::from_secs(1));
    let script = Script::new([Reply::status(200), Reply::status(200)]);
    let slow = Arc::new(FixedCredential::default().slow(Duration::from_millis(800)));
    let paced = service_with(&script, slow, |options| {
        options.pacer = Some(Arc::new(Pacer::new(vec![one_a_second])));
    });
    paced.send(request(Method::Get)).await.unwrap();
    paced.send(request(Method::Get)).await.unwrap();
    let seen = script.seen();
    assert!(seen[1].at - seen[0].at >= Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_counts_from_when_the_request_was_first_sent() {
    let script = Script::new([Reply::status(503), Reply::status(200)]);
    let person = Arc::new(FixedCredential::default().slow(Duration::from_secs(600)));
    let service = service_with(&script, person, |_| {});
    service.send(request(Method::Get)).await.unwrap();

    let one_in_ten_minutes = Ceiling::new(
        "all",
        |_, _| Some(String::new()),
        1,
        Duration::from_secs(600),
    );
    let script = Script::new([Reply::status(200), Reply::status(503), Reply::status(200)]);
    let paced = service_with(&script, FixedCredential::new(), |options| {
        options.pacer = Some(Arc::new(Pacer::new(vec![one_in_ten_minutes])));
    });
    paced.send(request(Method::Get)).await.unwrap();
    paced.send(request(Method::Get)).await.unwrap();
    assert_eq!(script.left(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_senseless_wait_is_an_error_and_no_panic() {
    let most = u64::MAX.to_string();
    for header in ["retry-after-ms", "retry-after"] {
        let script = Script::new([Reply::status(429).header(header, most.clone())]);
        let error = send(&script, Method::Get).await.unwrap_err();
        assert!(
            error.is_throttled() && error.retry_after().is_some(),
            "{error}"
        );
    }
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
