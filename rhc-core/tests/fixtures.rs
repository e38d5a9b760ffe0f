//! The fixture harness itself: what is recorded replays, what differs is said, what is secret is not kept.

use futures::FutureExt;
use rhc_core::{
    Clock, Method, Path, Request, Result, Service, ServiceInfo,
    testing::{Connection, FixedCredential, Fixture, Fixtures, Live, Reply, Script},
};
use serde_json::{Value, json};
use std::{panic::AssertUnwindSafe, path::PathBuf};
use time::macros::datetime;

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

async fn live() -> Live {
    tokio::time::pause();
    let script = Script::new([
        Reply::status(429).header("retry-after", "600"),
        Reply::json(201, json!({"id": "1", "passwordProfile": {"password": "planted"}, "mail": "ann@practice.org"}))
            .header("x-ms-request-id", "r-1")
            .header("x-planted", "not a header that matters"),
    ]);
    Live {
        transport: script,
        credential: FixedCredential::new(),
        clock: Clock::anchored(datetime!(2026-01-01 0:00 UTC), 1.0),
        source: "embedded",
    }
}

async fn create(connection: Connection, name: &str) -> Result<Value> {
    let mut options = connection.options;
    options.retry.deadline = std::time::Duration::from_secs(900);
    let info = ServiceInfo {
        crate_name: "rhc-test",
        crate_version: "0",
        origin: "https://graph.microsoft.com".parse().unwrap(),
        scope: "https://graph.microsoft.com/.default".to_owned(),
    };
    let service = Service::new(info, connection.credential, &options)?;
    let request = Request::new("users.create", Method::Post, Path::new("/v1.0/users"))
        .query("$select", "id,mail")
        .header("prefer", "return=representation")
        .json(&json!({"displayName": name, "passwordProfile": {"password": "planted"}}));
    service.send(request).await?.json()
}

#[tokio::test]
async fn what_is_recorded_replays_without_its_secrets_and_without_waiting() {
    let folder = folder("replays");
    let recorded = Fixtures::at(folder.clone(), true)
        .run("users.create", live(), |c| create(c, "Ann"))
        .await;
    assert_eq!(
        recorded["mail"], "person1@example.com",
        "a test sees what replays, so its snapshot is scrubbed too"
    );

    let text = std::fs::read_to_string(folder.join("users.create.json")).unwrap();
    for secret in ["planted", "Bearer", "token-1", "ann@practice.org"] {
        assert!(!text.contains(secret), "{secret} survived:\n{text}");
    }
    let fixture = Fixture::load(&folder.join("users.create.json")).unwrap();
    assert_eq!(fixture.exchanges.len(), 2);
    assert_eq!(
        fixture.exchanges[1].request.headers["prefer"],
        "return=representation"
    );
    assert_eq!(fixture.exchanges[0].response.headers["retry-after"], "600");

    let replayed = Fixtures::at(folder, false)
        .run("users.create", live(), |c| create(c, "Ann"))
        .await;
    assert_eq!(replayed["mail"], "person1@example.com");
}

#[tokio::test]
async fn an_unexpected_request_fails_readably() {
    let folder = folder("unexpected");
    Fixtures::at(folder.clone(), true)
        .run("users.create", live(), |c| create(c, "Ann"))
        .await;
    let fixtures = Fixtures::at(folder, false);
    let failed = AssertUnwindSafe(fixtures.run("users.create", live(), |c| create(c, "Bob")))
        .catch_unwind()
        .await
        .unwrap_err();
    let message = failed.downcast_ref::<String>().unwrap();
    assert!(
        message.contains("no such exchange")
            && message.contains("POST https://graph.microsoft.com/v1.0/users")
            && message.contains("Bob"),
        "{message}"
    );
}

#[tokio::test]
async fn a_missing_fixture_fails_and_says_how_to_make_it() {
    let fixtures = Fixtures::at(folder("missing"), false);
    let failed = AssertUnwindSafe(fixtures.run("nothing.here", live(), |c| create(c, "Ann")))
        .catch_unwind()
        .await
        .unwrap_err();
    let message = failed.downcast_ref::<String>().unwrap();
    assert!(
        message.contains("nothing.here.json") && message.contains("cargo xtask record"),
        "{message}"
    );
}

#[tokio::test]
async fn an_exchange_that_was_not_used_fails() {
    let folder = folder("unused");
    let fixtures = Fixtures::at(folder.clone(), true);
    fixtures
        .run("users.create", live(), |c| create(c, "Ann"))
        .await;
    let path = folder.join("users.create.json");
    let mut fixture = Fixture::load(&path).unwrap();
    let mut extra = fixture.exchanges[1].clone();
    extra.request.method = "DELETE".to_owned();
    fixture.exchanges.push(extra);
    fixture.save(&path).unwrap();
    let fixtures = Fixtures::at(folder, false);
    assert!(
        AssertUnwindSafe(fixtures.run("users.create", live(), |c| create(c, "Ann")))
            .catch_unwind()
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_header_that_the_fixture_does_not_hold_fails() {
    let folder = folder("headers");
    let recording = Fixtures::at(folder.clone(), true);
    recording
        .run("users.create", live(), |c| create(c, "Ann"))
        .await;
    let path = folder.join("users.create.json");
    let mut fixture = Fixture::load(&path).unwrap();
    for exchange in &mut fixture.exchanges {
        exchange.request.headers.remove("prefer");
    }
    fixture.save(&path).unwrap();
    let fixtures = Fixtures::at(folder, false);
    let failed = AssertUnwindSafe(fixtures.run("users.create", live(), |c| create(c, "Ann")))
        .catch_unwind()
        .await;
    assert!(failed.is_err());
}
