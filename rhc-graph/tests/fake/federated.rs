//! What the fake refuses about federated credentials: a test per rule.

use crate::place::{Place, credential, named, refused};
use rhc_graph::FederatedCredential;

#[tokio::test(start_paused = true)]
async fn a_federated_credential_needs_issuer_subject_and_one_audience() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let id = graph
        .applications()
        .create(&named("a"))
        .await
        .unwrap()
        .object_id()
        .unwrap();
    let credentials = graph.applications().federated_credentials(id);
    let whole = credential("pipeline", "repo:o/r:environment:qa");
    for (bad, property) in [
        (
            FederatedCredential {
                issuer: None,
                ..whole.clone()
            },
            "issuer",
        ),
        (
            FederatedCredential {
                subject: None,
                ..whole.clone()
            },
            "subject",
        ),
        (
            FederatedCredential {
                audiences: None,
                ..whole.clone()
            },
            "audiences",
        ),
        (
            FederatedCredential {
                name: None,
                ..whole.clone()
            },
            "name",
        ),
    ] {
        refused(
            credentials.create(&bad).await,
            400,
            "Request_BadRequest",
            &format!("A value is required for property '{property}'"),
        );
    }
    for audiences in [vec![], vec!["a".to_owned(), "b".to_owned()]] {
        let bad = FederatedCredential {
            audiences: Some(audiences),
            ..whole.clone()
        };
        refused(
            credentials.create(&bad).await,
            400,
            "Request_BadRequest",
            "exactly one audience",
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_federated_credentials_name_has_a_pattern_is_unique_and_immutable() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let id = graph
        .applications()
        .create(&named("a"))
        .await
        .unwrap()
        .object_id()
        .unwrap();
    let credentials = graph.applications().federated_credentials(id);
    for bad in ["ab", "-abc", "with space", "a.b.c"] {
        refused(
            credentials.create(&credential(bad, "s")).await,
            400,
            "Request_BadRequest",
            "'name'",
        );
    }
    refused(
        credentials.create(&credential(&"x".repeat(121), "s")).await,
        400,
        "Request_BadRequest",
        "'name'",
    );
    credentials
        .create(&credential("pipeline", "s"))
        .await
        .unwrap();
    refused(
        credentials.create(&credential("pipeline", "other")).await,
        409,
        "ObjectConflict",
        "pipeline already exists",
    );
    refused(
        credentials
            .update("pipeline", &credential("renamed", "s"))
            .await,
        400,
        "Request_BadRequest",
        "'name' is read-only",
    );
    credentials
        .update("pipeline", &credential("pipeline", "t"))
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn issuer_and_subject_are_unique_in_an_application() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let id = graph
        .applications()
        .create(&named("a"))
        .await
        .unwrap()
        .object_id()
        .unwrap();
    let credentials = graph.applications().federated_credentials(id);
    credentials
        .create(&credential("one", "repo:o/r:environment:qa"))
        .await
        .unwrap();
    let same = credential("two", "repo:o/r:environment:qa");
    refused(
        credentials.create(&same).await,
        400,
        "Request_BadRequest",
        "Issuer and subject combination already exists",
    );
    refused(
        credentials.upsert("two", &same).await,
        400,
        "Request_BadRequest",
        "Issuer and subject combination already exists",
    );
    // The case of a subject counts.
    credentials
        .create(&credential("two", "repo:O/r:environment:qa"))
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_application_has_at_most_twenty_federated_credentials() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let id = graph
        .applications()
        .create(&named("a"))
        .await
        .unwrap()
        .object_id()
        .unwrap();
    let credentials = graph.applications().federated_credentials(id);
    for number in 0..20 {
        credentials
            .create(&credential(&format!("fic-{number}"), &number.to_string()))
            .await
            .unwrap();
    }
    refused(
        credentials.create(&credential("fic-20", "20")).await,
        400,
        "Request_BadRequest",
        "Maximum number",
    );
    credentials.delete("fic-7").await.unwrap();
    assert!(
        credentials
            .upsert("fic-20", &credential("fic-20", "20"))
            .await
            .unwrap()
            .is_created()
    );
    assert_eq!(credentials.list().collect_all().await.unwrap().len(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_issuer_is_accepted_silently() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let id = graph
        .applications()
        .create(&named("a"))
        .await
        .unwrap()
        .object_id()
        .unwrap();
    let wrong = FederatedCredential {
        issuer: Some("https://nobody.example.com".into()),
        ..credential("wrong", "nobody")
    };
    graph
        .applications()
        .federated_credentials(id)
        .create(&wrong)
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn federated_credentials_are_not_shown_with_their_application() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let id = graph
        .applications()
        .create(&named("a"))
        .await
        .unwrap()
        .object_id()
        .unwrap();
    graph
        .applications()
        .federated_credentials(id)
        .create(&credential("one", "s"))
        .await
        .unwrap();
    let read = graph.applications().get(id).await.unwrap();
    assert!(!read.rest.contains_key("federatedIdentityCredentials"));
}
