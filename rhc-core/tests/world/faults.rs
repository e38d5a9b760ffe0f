//! Faults: which requests they meet, and whether the service acted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::any;
use azure_core::error::ErrorKind;
use azure_core::http::Method;
use rhc_core::fake::{Alteration, Fault, FaultKind, Match, Occurrence, World, respond};
use serde_json::{Value, json};

use super::support::{send, world};

struct Bench {
    world: World,
    acted: Arc<AtomicU32>,
}

fn bench(matches: Match, kind: FaultKind) -> Bench {
    let world = world();
    let acted = Arc::new(AtomicU32::new(0));
    let count = acted.clone();
    let act = move || async move {
        count.fetch_add(1, Ordering::SeqCst);
        respond::json(200, &json!({ "done": true }))
    };
    world.mount("api.example", Router::new().fallback(any(act)));
    world.faults().add(Fault { matches, kind });
    Bench { world, acted }
}

impl Bench {
    async fn send(&self, method: Method, path: &str) -> azure_core::Result<(u16, Value)> {
        let url = format!("https://api.example{path}");
        let (status, body, _) = send(&self.world, method, &url, &[], "").await?;
        Ok((status, body))
    }

    fn acted(&self) -> u32 {
        self.acted.load(Ordering::SeqCst)
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_connection_sent_nothing() {
    let bench = bench(Match::default(), FaultKind::ConnectionRefused);
    let error = bench.send(Method::Put, "/a").await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Connection);
    assert_eq!((bench.acted(), bench.world.faults().struck()), (0, 1));
    let entry = &bench.world.log()[0];
    assert_eq!((entry.status, entry.faulted), (None, true));
}

#[tokio::test(start_paused = true)]
async fn a_reset_comes_before_or_after_the_service_acted_and_looks_the_same() {
    for (kind, acted) in [(FaultKind::ResetBefore, 0), (FaultKind::ResetAfter, 1)] {
        let bench = bench(Match::default(), kind);
        let error = bench.send(Method::Put, "/a").await.unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Io);
        assert_eq!(bench.acted(), acted);
    }
}

#[tokio::test(start_paused = true)]
async fn a_judge_sees_each_request_and_decides_before_the_faults_that_were_added() {
    let bench = bench(Match::default(), FaultKind::ConnectionRefused);
    let seen = Arc::new(AtomicU32::new(0));
    let count = seen.clone();
    bench.world.faults().judge(move |met| {
        assert_eq!((met.host, met.method), ("api.example", &http::Method::PUT));
        assert!(!format!("{met:?}").contains("secret"));
        count.fetch_add(1, Ordering::SeqCst);
        let third = met.path == "/c?key=secret";
        third.then(|| FaultKind::error(418, "Teapot", "no"))
    });
    for path in ["/a", "/b"] {
        bench.send(Method::Put, path).await.unwrap_err();
    }
    let (status, _) = bench.send(Method::Put, "/c?key=secret").await.unwrap();
    assert_eq!((status, seen.load(Ordering::SeqCst)), (418, 3));
    bench.world.faults().clear();
    assert_eq!(bench.send(Method::Put, "/d").await.unwrap().0, 200);
    assert_eq!(seen.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_altered_after_the_service_acted() {
    let alteration = Alteration::new(|answer| {
        *answer.status_mut() = http::StatusCode::ACCEPTED;
        *answer.body_mut() = r#"{"done":"later"}"#.into();
    });
    let bench = bench(Match::default(), FaultKind::Altered(alteration));
    let answer = bench.send(Method::Put, "/a").await.unwrap();
    assert_eq!(answer, (202, json!({ "done": "later" })));
    assert_eq!(bench.acted(), 1);
}

#[tokio::test(start_paused = true)]
async fn silence_lasts_a_minute() {
    for (kind, acted) in [(FaultKind::TimeoutBefore, 0), (FaultKind::TimeoutAfter, 1)] {
        let bench = bench(Match::default(), kind);
        let before = bench.world.now();
        let error = bench.send(Method::Put, "/a").await.unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Io);
        assert_eq!(bench.acted(), acted);
        assert!(bench.world.now() - before >= Duration::from_secs(60));
    }
}

#[tokio::test(start_paused = true)]
async fn a_status_replaces_the_answer_with_or_without_the_act() {
    let bench_before = bench(
        Match::default(),
        FaultKind::error(503, "ServiceUnavailable", "later"),
    );
    let (status, body) = bench_before.send(Method::Put, "/a").await.unwrap();
    assert_eq!(
        (status, &body["error"]["code"]),
        (503, &json!("ServiceUnavailable"))
    );
    assert_eq!(bench_before.acted(), 0);

    let kind = FaultKind::StatusAfter {
        code: 504,
        headers: vec![("x-cache".to_owned(), "error".to_owned())],
        body: "<html>".into(),
    };
    let bench_after = bench(Match::default(), kind);
    let (status, body) = bench_after.send(Method::Put, "/a").await.unwrap();
    assert_eq!((status, body), (504, json!("<html>")));
    assert_eq!(bench_after.acted(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_truncated_answer_does_not_parse() {
    let bench = bench(Match::default(), FaultKind::Truncated);
    let (status, body) = bench.send(Method::Get, "/a").await.unwrap();
    assert_eq!((status, body), (200, json!("{\"done")));
}

#[tokio::test(start_paused = true)]
async fn slowness_is_no_failure() {
    let bench = bench(Match::default(), FaultKind::Slow(Duration::from_secs(10)));
    let before = bench.world.now();
    assert_eq!(bench.send(Method::Get, "/a").await.unwrap().0, 200);
    assert!(bench.world.now() - before >= Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn only_what_matches_is_struck_and_only_at_its_occurrence() {
    let matches = Match {
        method: Some(http::Method::PUT),
        host: Some("API.example".to_owned()),
        path_contains: Some("/Apps/".to_owned()),
        occurrence: Occurrence::Nth(2),
    };
    let bench = bench(matches, FaultKind::ResetBefore);
    for (method, path, fails) in [
        (Method::Get, "/apps/a", false),
        (Method::Put, "/jobs/a", false),
        (Method::Put, "/apps/a", false),
        (Method::Put, "/apps/b", true),
        (Method::Put, "/apps/c", false),
    ] {
        let result = bench.send(method, path).await;
        assert_eq!(result.is_err(), fails, "{method:?} {path}");
    }
    assert_eq!(bench.world.faults().struck(), 1);
}

#[tokio::test(start_paused = true)]
async fn another_host_is_not_struck() {
    let matches = Match {
        host: Some("other.example".to_owned()),
        ..Match::default()
    };
    let bench = bench(matches, FaultKind::ConnectionRefused);
    assert!(bench.send(Method::Get, "/").await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_first_so_many_are_struck() {
    let matches = Match {
        occurrence: Occurrence::First(2),
        ..Match::default()
    };
    let bench = bench(matches, FaultKind::ConnectionRefused);
    let mut failures = Vec::new();
    for _ in 0..4 {
        failures.push(bench.send(Method::Get, "/").await.is_err());
    }
    assert_eq!(failures, [true, true, false, false]);
    bench.world.faults().clear();
    assert_eq!(bench.world.faults().struck(), 0);
}

#[tokio::test(start_paused = true)]
async fn of_two_faults_the_first_has_its_way_and_both_count() {
    let bench = bench(Match::default(), FaultKind::ConnectionRefused);
    bench.world.faults().clear();
    for (number, kind) in [
        (1, FaultKind::ConnectionRefused),
        (2, FaultKind::ResetBefore),
    ] {
        bench.world.faults().add(Fault {
            matches: Match {
                occurrence: Occurrence::Nth(number),
                ..Match::default()
            },
            kind,
        });
    }
    let first = bench.send(Method::Get, "/").await.unwrap_err();
    let second = bench.send(Method::Get, "/").await.unwrap_err();
    assert_eq!(
        (first.kind(), second.kind()),
        (&ErrorKind::Connection, &ErrorKind::Io)
    );
    assert!(bench.send(Method::Get, "/").await.is_ok());
}
