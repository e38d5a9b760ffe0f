//! The crate's own client against the World: token lifetimes, challenges, retries, with no socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::any;
use http::HeaderMap;
use rhc_core::fake::{Fault, FaultKind, Match, Occurrence, World, authority, respond};
use rhc_core::{ErrorKind, Method, Path, Request, Service, ServiceInfo};
use serde_json::json;
use uuid::Uuid;

use super::support::{tenant, world};

struct Bench {
    world: World,
    home: Uuid,
    service: Service,
    acted: Arc<AtomicU32>,
}

fn bench() -> Bench {
    let world = world();
    let home = tenant(&world, "contoso");
    let acted = Arc::new(AtomicU32::new(0));
    let count = acted.clone();
    let handler = move |world: World, headers: HeaderMap| async move {
        let audience = ["https://management.azure.com"];
        world.with(
            |state| match authority::authenticate(state, &headers, &audience) {
                Ok(caller) => {
                    let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                    respond::json(200, &json!({ "who": caller.object_id, "number": number }))
                }
                Err(failure) => failure.arm(),
            },
        )
    };
    let router = Router::new().fallback(any(handler));
    world.mount("management.azure.com", respond::arm_headers(router));
    let info = ServiceInfo {
        crate_name: "test",
        crate_version: "0.0.0",
        origin: "https://management.azure.com".parse().unwrap(),
        scope: "https://management.azure.com/.default".to_owned(),
    };
    let credential = world.sign_in("contoso.onmicrosoft.com", &[]);
    let service = Service::new(info, credential, &world.client_options()).unwrap();
    Bench {
        world,
        home,
        service,
        acted,
    }
}

impl Bench {
    async fn send(&self, method: Method) -> rhc_core::Result<rhc_core::Answer> {
        let request = Request::new("thing.do", method, Path::new("thing"));
        self.service.send(request).await
    }

    fn breaks(&self, kind: FaultKind) {
        self.world.faults().add(Fault {
            matches: Match {
                occurrence: Occurrence::First(1),
                ..Match::default()
            },
            kind,
        });
    }

    /// What the service answered with, in the order of the requests.
    fn statuses(&self) -> Vec<Option<u16>> {
        let log = self.world.log();
        log.iter().map(|entry| entry.status).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_before_it_ends() {
    let bench = bench();
    bench.send(Method::Get).await.unwrap();
    tokio::time::advance(Duration::from_secs(3700)).await;
    bench.send(Method::Get).await.unwrap();
    assert_eq!(bench.statuses(), [Some(200), Some(200)]);
    assert_eq!(bench.world.log()[0].tenant, Some(bench.home));
}

#[tokio::test(start_paused = true)]
async fn ended_sessions_end_as_unauthorized_where_no_newer_token_can_be_had() {
    let bench = bench();
    bench.send(Method::Get).await.unwrap();
    bench.world.with(|state| {
        let user = state.directory().operator(bench.home).unwrap();
        authority::revoke_sessions(state, user);
    });
    // Within the same second the authority cannot give a token that is newer than the revocation.
    let error = bench.send(Method::Get).await.unwrap_err();
    assert!(error.is_unauthorized(), "{error:?}");
    tokio::time::advance(Duration::from_secs(1)).await;
    bench.send(Method::Get).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_asked_for_again_only_if_that_is_harmless() {
    let harmless = bench();
    harmless.breaks(FaultKind::ResetAfter);
    harmless.send(Method::Put).await.unwrap();
    assert_eq!(harmless.acted.load(Ordering::SeqCst), 2);

    let harmful = bench();
    harmful.breaks(FaultKind::ResetAfter);
    let error = harmful.send(Method::Post).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoAnswer);
    assert!(error.was_sent());
    assert_eq!(harmful.acted.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_not_sent_is_sent_again_and_waits_are_the_services() {
    let bench_refused = bench();
    bench_refused.breaks(FaultKind::ConnectionRefused);
    bench_refused.send(Method::Post).await.unwrap();
    assert_eq!(bench_refused.statuses(), [None, Some(200)]);

    let throttled = bench();
    throttled.breaks(FaultKind::Status {
        code: 429,
        headers: vec![("retry-after".to_owned(), "17".to_owned())],
        body: "".into(),
    });
    let before = throttled.world.now();
    throttled.send(Method::Post).await.unwrap();
    assert!(throttled.world.now() - before >= Duration::from_secs(17));
}
