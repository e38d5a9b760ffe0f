//! Lists: links of both kinds, loops, continuation, and the origin that a link must keep to.

use super::service;
use futures::{StreamExt, TryStreamExt};
use rhc_core::{
    ErrorKind, Method, Pages, Path, Request, Service,
    testing::{FixedCredential, Reply, Script},
};
use serde_json::json;
use std::sync::Arc;

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
async fn a_link_keeps_its_own_path_even_with_two_slashes() {
    let link = "https://user:pass@management.azure.com//things/a%20b?p=2#x";
    let script = Script::new([page(&[1], Some(link)), page(&[2], None)]);
    let items = list(&service(&script)).collect_all().await.unwrap();
    assert_eq!(items, [1, 2]);
    assert_eq!(
        script.lines()[1],
        "GET https://management.azure.com//things/a%20b?p=2"
    );
}

#[tokio::test(start_paused = true)]
async fn a_list_goes_on_from_its_continuation() {
    let script = Script::new([
        page(&[1, 2], Some("/things?p=2")),
        page(&[3], Some("/things?p=3")),
        page(&[4], None),
    ]);
    let service = service(&script);
    let mut pages = list(&service);
    assert_eq!(pages.next().await.unwrap().unwrap(), 1);
    let kept = pages.continuation().unwrap().to_owned();
    let headers = vec![("consistencylevel", "eventual".to_owned())];
    let rest: Vec<u32> = Pages::resume(&service, "things.list", &kept, headers)
        .collect_all()
        .await
        .unwrap();
    assert_eq!(rest, [3, 4]);
    assert!(
        script
            .seen()
            .iter()
            .all(|seen| seen.header("consistencylevel") == Some("eventual"))
    );
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
async fn a_list_that_goes_round_ends_and_names_its_request() {
    let script = Script::new([
        page(&[1], Some("/things?p=2")),
        page(&[2], Some("/things?p=3")),
        page(&[3], Some("/things?p=2")),
        page(&[2], Some("/things?p=3")),
    ]);
    let error = list(&service(&script)).collect_all().await.unwrap_err();
    assert_eq!((error.kind(), script.left()), (ErrorKind::Decode, 1));
    assert_eq!(
        error.to_string(),
        "things.list (GET /things): the service's next page is one that was read already: the list would never end"
    );
    let service = service(&script);
    let rest = Pages::<u32>::resume(&service, "things.list", "/things?p=3", Vec::new());
    let error = rest.collect_all().await.unwrap_err();
    assert!(error.message().contains("read already"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_list_of_empty_pages_ends() {
    let script = Script::new((0..2_000).map(|at| page(&[], Some(&format!("/things?p={at}")))));
    let error = list(&service(&script)).collect_all().await.unwrap_err();
    assert!(error.message().contains("one empty page after another"));
    assert_eq!(script.seen().len(), 1_000);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_does_not_fit_into_memory_is_taken_page_by_page() {
    let pages = || {
        let next = |at: u32| (at < 39).then(|| format!("/things?p={at}"));
        Script::new((0..40).map(|at| page(&[at; 400], next(at).as_deref())))
    };
    let small = |script: &Arc<Script>| {
        super::service_with(script, FixedCredential::new(), |options| {
            options.largest_answer = Some(1_300);
        })
    };
    let script = pages();
    let error = list(&small(&script)).collect_all().await.unwrap_err();
    assert!(error.message().contains("one by one"));
    assert!(script.left() > 0);
    let script = pages();
    let items: Vec<u32> = list(&small(&script)).try_collect().await.unwrap();
    assert_eq!(items.len(), 40 * 400);
}

#[tokio::test(start_paused = true)]
async fn a_link_longer_than_any_service_takes_is_not_followed() {
    let script = Script::new([page(
        &[1],
        Some(&format!("/things?p={}", "x".repeat(40_000))),
    )]);
    let error = list(&service(&script)).collect_all().await.unwrap_err();
    assert_eq!((error.kind(), script.left()), (ErrorKind::Decode, 0));
    assert!(
        error
            .to_string()
            .starts_with("things.list (GET /things): the service's link has 40010 characters"),
        "{error}"
    );
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

#[tokio::test(start_paused = true)]
async fn what_is_not_shown_of_the_first_page_is_not_shown_of_the_next() {
    let script = Script::new([page(&[1], Some("/things/hunter2?p=2")), Reply::status(403)]);
    let request = Request::new("things.list", Method::Get, Path::new("/things")).sensitive();
    let error = service(&script)
        .pages::<u32>(request)
        .collect_all()
        .await
        .unwrap_err();
    assert!(
        error.is_forbidden() && !format!("{error:?}").contains("hunter2"),
        "{error:?}"
    );
}
