//! What the fake refuses about the certificates of an application: a test per rule.

use crate::place::{Place, named, refused};
use rhc_graph::{Application, ApplicationKey, KeyCredential, KeyCredentials, ListQuery};
use serde_json::{Value, json};

const NAME: &str = "rhc-hp2-qa-web";

/// A certificate for ten years, DER in Base64.
fn certificate() -> String {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::default();
    params.not_before = time::macros::datetime!(2026-11-01 0:00 UTC);
    params.not_after = time::macros::datetime!(2036-11-01 0:00 UTC);
    azure_core::base64::encode(params.self_signed(&key).unwrap().der())
}

async fn place() -> (Place, KeyCredentials) {
    let place = Place::settled();
    let graph = place.operator(place.home);
    graph
        .applications()
        .upsert(NAME, &named(NAME))
        .await
        .unwrap();
    let keys = graph.applications().key_credentials(NAME);
    (place, keys)
}

#[tokio::test(start_paused = true)]
async fn the_service_reads_from_a_certificate_when_it_counts_and_what_it_is_called() {
    let (_place, keys) = place().await;
    assert_eq!(keys.get().await.unwrap(), []);
    let der = certificate();
    keys.replace(&[KeyCredential::certificate("one", &der)])
        .await
        .unwrap();
    let [own] = &keys.get().await.unwrap()[..] else {
        panic!()
    };
    assert_eq!(own.key.as_ref(), Some(&der));
    assert!(own.key_id.is_some());
    assert_eq!(own.end_date_time.as_deref(), Some("2036-11-01T00:00:00Z"));
    let thumbprint = own.custom_key_identifier.as_ref().unwrap();
    assert_eq!(azure_core::base64::decode(thumbprint).unwrap().len(), 20);
}

#[tokio::test(start_paused = true)]
async fn the_certificate_itself_is_shown_to_whoever_asks_for_it_of_one_application() {
    let (place, keys) = place().await;
    keys.replace(&[KeyCredential::certificate("one", certificate())])
        .await
        .unwrap();
    let graph = place.operator(place.home);
    let key_of = |application: &Application| application.rest["keyCredentials"][0]["key"].clone();
    let whole = graph.applications().get(NAME).await.unwrap();
    assert_eq!(key_of(&whole), Value::Null);
    let query = ListQuery::default().select(["keyCredentials"]);
    let listed = graph
        .applications()
        .list(query)
        .collect_all()
        .await
        .unwrap();
    let holder = listed
        .iter()
        .find(|one| one.rest["keyCredentials"] != json!([]));
    assert_eq!(key_of(holder.unwrap()), Value::Null);
    let missing = ApplicationKey::UniqueName("nobody".to_owned());
    let keys = graph.applications().key_credentials(missing);
    assert_eq!(keys.get_opt().await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn what_is_left_out_is_gone_and_what_is_kept_may_be_sent_without_its_key() {
    let (_place, keys) = place().await;
    let two = [
        KeyCredential::certificate("one", certificate()),
        KeyCredential::certificate("two", certificate()),
    ];
    keys.replace(&two).await.unwrap();
    let mut kept = keys.get().await.unwrap().remove(1);
    let whole = kept.clone();
    kept.key = None;
    keys.replace(&[kept]).await.unwrap();
    assert_eq!(keys.get().await.unwrap(), [whole]);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_certificate_is_refused() {
    let (_place, keys) = place().await;
    let secret = azure_core::base64::encode("hunter2");
    for (key, words) in [
        (None, "valid certificate"),
        (Some("not base64!".to_owned()), "valid certificate"),
        (Some(secret), "valid certificate"),
    ] {
        let credential = KeyCredential {
            key,
            ..KeyCredential::certificate("one", "")
        };
        let result = keys.replace(&[credential]).await;
        refused(result, 400, "KeyCredentialsInvalidKey", words);
    }
}

#[tokio::test(start_paused = true)]
async fn another_type_or_usage_is_refused() {
    let (_place, keys) = place().await;
    for (kind, usage) in [("Symmetric", "Verify"), ("AsymmetricX509Cert", "Sign")] {
        let credential = KeyCredential {
            kind: Some(kind.to_owned()),
            usage: Some(usage.to_owned()),
            ..KeyCredential::certificate("one", certificate())
        };
        let result = keys.replace(&[credential]).await;
        refused(
            result,
            400,
            "KeyCredentialsInvalidTypeOrUsage",
            "type AsymmetricX509Cert",
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_counts_longer_than_its_certificate_or_not_any_more_is_refused() {
    let (_place, keys) = place().await;
    for end in ["2036-11-01T00:00:01Z", "2026-11-02T00:00:00Z", "tomorrow"] {
        let credential = KeyCredential {
            end_date_time: Some(end.to_owned()),
            ..KeyCredential::certificate("one", certificate())
        };
        let result = keys.replace(&[credential]).await;
        assert_eq!(result.unwrap_err().status(), Some(400), "{end}");
    }
}

#[tokio::test(start_paused = true)]
async fn two_credentials_of_one_id_are_refused() {
    let (_place, keys) = place().await;
    let one = KeyCredential {
        key_id: Some(uuid::Uuid::from_u128(1)),
        ..KeyCredential::certificate("one", certificate())
    };
    let result = keys.replace(&[one.clone(), one]).await;
    refused(
        result,
        400,
        "KeyCredentialsDuplicateKeyId",
        "distinct keyId",
    );
}
