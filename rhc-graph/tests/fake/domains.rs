//! Domains.

use crate::place::{Place, raw, refused};
use rhc_core::fake::{Dns, RecordType};
use rhc_graph::{Domain, Method};
use serde_json::json;

fn default() -> Domain {
    Domain {
        is_default: Some(true),
        ..Domain::default()
    }
}

#[tokio::test(start_paused = true)]
async fn a_domain_is_proven_by_its_record_and_used_then() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let domains = graph.domains();
    let made = domains.create("Login.Example.com").await.unwrap();
    assert_eq!(made.id.as_deref(), Some("login.example.com"));
    assert_eq!(made.is_verified, Some(false));
    refused(
        domains.verify("login.example.com").await,
        400,
        "Request_BadRequest",
        "was not found for the domain",
    );
    refused(
        domains.update("login.example.com", &default()).await,
        400,
        "Request_BadRequest",
        "not verified",
    );
    let records = domains.verification_records("login.example.com");
    let record = records.collect_all().await.unwrap().remove(0);
    assert_eq!(record.record_type.as_deref(), Some("Txt"));
    place.world.with(|state| {
        let dns = state.section::<Dns>();
        dns.add_zone("example.com");
        dns.set("login.example.com", RecordType::Txt, [record.text.unwrap()]);
    });
    let proven = domains.verify("login.example.com").await.unwrap();
    assert_eq!(proven.is_verified, Some(true));
    // A second look finds it as it is.
    domains.verify("login.example.com").await.unwrap();
    domains
        .update("login.example.com", &default())
        .await
        .unwrap();
    let initial = domains.get("home.onmicrosoft.com").await.unwrap();
    assert_eq!(
        (initial.is_default, initial.is_initial),
        (Some(false), Some(true))
    );
}

#[tokio::test(start_paused = true)]
async fn a_domain_is_verified_in_one_tenant_only() {
    let place = Place::settled();
    place.world.with(|state| {
        let directory = state.directory();
        let other = directory.tenant_mut(place.other).unwrap();
        other.domains.push("example.com".into());
    });
    let domains = place.operator(place.home).domains();
    domains.create("example.com").await.unwrap();
    let records = domains.verification_records("example.com");
    let record = records.collect_all().await.unwrap().remove(0);
    place.world.with(|state| {
        let dns = state.section::<Dns>();
        dns.add_zone("example.com");
        dns.set("example.com", RecordType::Txt, [record.text.unwrap()]);
    });
    refused(
        domains.verify("example.com").await,
        400,
        "Request_BadRequest",
        "verified in another tenant",
    );
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_no_domain_or_taken_is_refused() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    for bad in [
        "example",
        "-a.example.com",
        "a..example.com",
        "new.onmicrosoft.com",
        "exa mple.com",
    ] {
        refused(
            graph.domains().create(bad).await,
            400,
            "Request_BadRequest",
            "Invalid value",
        );
    }
    graph.domains().create("example.com").await.unwrap();
    refused(
        graph.domains().create("EXAMPLE.com").await,
        400,
        "ObjectConflict",
        "already exists",
    );
    let body = json!({"id": "b.example.com", "isVerified": true});
    refused(
        raw(&graph, Method::Post, "/v1.0/domains", Some(body)).await,
        400,
        "Request_BadRequest",
        "'isVerified' is read-only",
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_in_use_is_not_deleted() {
    let place = Place::settled();
    place.world.with(|state| {
        let home = state.directory().tenant_mut(place.home).unwrap();
        home.domains
            .extend(["a.example.com".to_owned(), "b.example.com".to_owned()]);
    });
    let graph = place.operator(place.home);
    let domains = graph.domains();
    for (name, expected) in [
        ("home.onmicrosoft.com", "initial and the default"),
        ("a.example.com", "initial and the default"),
    ] {
        refused(
            domains.delete(name).await,
            400,
            "Request_BadRequest",
            expected,
        );
    }
    let renamed = rhc_graph::User {
        user_principal_name: Some("admin@b.example.com".into()),
        ..Default::default()
    };
    let me = graph.me().await.unwrap().object_id().unwrap();
    graph.users().update(me, &renamed).await.unwrap();
    refused(
        domains.delete("b.example.com").await,
        400,
        "Request_BadRequest",
        "is still used",
    );
    let back = rhc_graph::User {
        user_principal_name: Some("admin@a.example.com".into()),
        ..Default::default()
    };
    graph.users().update(me, &back).await.unwrap();
    domains.delete("b.example.com").await.unwrap();
    assert_eq!(domains.get_opt("b.example.com").await.unwrap(), None);
    let undone = Domain {
        is_default: Some(false),
        ..Domain::default()
    };
    refused(
        domains.update("a.example.com", &undone).await,
        400,
        "Request_BadRequest",
        "exactly one default domain",
    );
}
