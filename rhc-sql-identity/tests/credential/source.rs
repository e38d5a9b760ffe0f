//! Who says who this program is: an app, a virtual machine, a workflow run, a pod; and a laptop, which is none of them.

use std::time::Duration;

use azure_core::credentials::TokenCredential;
use rhc_core::fake::FaultKind;
use rhc_core::fake::authority::{GITHUB_ISSUER, external_assertion};
use rhc_core::testing::{Reply, Script};
use rhc_core::{AppId, ErrorKind, TenantId};
use rhc_sql_identity::{
    AssertionSource, CrossTenantCredential, ManagedIdentity, TokenClaims, TokenFile, WorkflowToken,
};
use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;

use super::place::{EXCHANGE, Place, SQL, trust};

const SUBJECT: &str = "repo:vokworks-ronk/hp225:environment:qa";
const CLUSTER: &str = "https://oidc.example/c1/";
const POD: &str = "system:serviceaccount:hp2:api";

fn credential(place: &Place, source: impl AssertionSource + 'static) -> CrossTenantCredential {
    let (tenant, app) = (TenantId::new(place.database), AppId::new(place.app));
    CrossTenantCredential::new(source, tenant, app, Some(place.options())).unwrap()
}

async fn subject(source: &impl AssertionSource) -> String {
    let token = source.assertion(EXCHANGE).await.unwrap();
    TokenClaims::read(token.token.secret()).unwrap().sub
}

fn nothing(_: &str) -> Option<String> {
    None
}

#[tokio::test(start_paused = true)]
async fn a_virtual_machine_asks_its_metadata_service() {
    let place = Place::new().await;
    let options = place.on_machine();
    let identity = ManagedIdentity::of_environment(nothing, place.client, Some(&options)).unwrap();
    assert_eq!(subject(&identity).await, place.principal.to_string());
    // Whether it is there is found out once.
    subject(&identity).await;
    let asked = place.world.log();
    let asked = asked.iter().filter(|own| own.host == "169.254.169.254");
    assert_eq!(
        asked.map(|own| own.status).collect::<Vec<_>>(),
        [Some(400), Some(200), Some(200)]
    );
    credential(&place, identity)
        .get_token(&[SQL], None)
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_laptop_does_not_wait_for_a_metadata_service() {
    let script = Script::new([Reply::status(200).after(Duration::from_secs(72))]);
    let id = AppId::new(Uuid::from_u128(1));
    let identity = ManagedIdentity::on_virtual_machine(id, Some(&script.options())).unwrap();
    let started = Instant::now();
    let error = identity.assertion(EXCHANGE).await.unwrap_err();
    assert!(
        started.elapsed() <= Duration::from_secs(2),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(error.kind(), ErrorKind::NotSent);
    assert!(
        error.to_string().contains("no virtual machine of Azure"),
        "{error}"
    );
    // Nobody at all is known at once.
    let place = Place::new().await;
    let options = place.world.client_options();
    let identity = ManagedIdentity::on_virtual_machine(place.client, Some(&options)).unwrap();
    let started = Instant::now();
    identity.assertion(EXCHANGE).await.unwrap_err();
    assert!(
        started.elapsed() <= Duration::from_secs(1),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_metadata_service_that_is_updated_is_waited_for() {
    let here = || Reply::json(400, json!({"error": "invalid_request"}));
    let token = || {
        Reply::json(
            200,
            json!({"access_token": "t", "expires_on": "1800000000"}),
        )
    };
    let id = AppId::new(Uuid::from_u128(1));
    let script = Script::new([here(), Reply::status(404), Reply::status(410), token()]);
    let identity = ManagedIdentity::on_virtual_machine(id, Some(&script.options())).unwrap();
    identity.assertion(EXCHANGE).await.unwrap();
    assert_eq!(script.left(), 0);
    // Not for ever.
    let replies = std::iter::once(here()).chain((0..30).map(|_| Reply::status(410)));
    let script = Script::new(replies);
    let identity = ManagedIdentity::on_virtual_machine(id, Some(&script.options())).unwrap();
    let started = Instant::now();
    let error = identity.assertion(EXCHANGE).await.unwrap_err();
    assert_eq!(error.status(), Some(410));
    assert!(
        (70..140).contains(&started.elapsed().as_secs()),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_run_on_github_is_the_assertion_itself() {
    let place = Place::new().await;
    place.set_app(
        "federatedIdentityCredentials",
        json!([trust(GITHUB_ISSUER, SUBJECT)]),
    );
    let run = place.world.workflow_run(SUBJECT);
    let options = place.world.client_options();
    let url = run.request_url.parse().unwrap();
    let source = WorkflowToken::new(&url, run.request_token.clone(), Some(&options)).unwrap();
    assert!(!format!("{source:?}").contains(run.request_token.secret()));
    assert_eq!(subject(&source).await, SUBJECT);
    credential(&place, source)
        .get_token(&[SQL], None)
        .await
        .unwrap();
    let clear = "http://token.example/".parse().unwrap();
    assert!(WorkflowToken::new(&clear, "hush".to_owned(), None).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_pod_reads_its_token_anew_before_it_ends() {
    let place = Place::new().await;
    place.world.add_issuer(CLUSTER);
    place.set_app("federatedIdentityCredentials", json!([trust(CLUSTER, POD)]));
    let file = std::env::temp_dir().join(format!("rhc-token-{}", Uuid::new_v4()));
    let project = || {
        let hour = Duration::from_secs(3600);
        let token = place
            .world
            .with(|state| external_assertion(state, CLUSTER, POD, EXCHANGE, hour));
        std::fs::write(&file, format!("{}\n", token.secret())).unwrap();
    };
    project();
    let options = place.world.client_options();
    let source = TokenFile::new(&file, Some(&options));
    assert_eq!(subject(&source).await, POD);
    let credential = credential(&place, source.clone());
    credential.get_token(&[SQL], None).await.unwrap();
    tokio::time::advance(Duration::from_secs(3590)).await;
    project();
    credential.get_token(&[SQL], None).await.unwrap();
    for (text, words) in [(Some(" \n"), "is empty"), (None, "cannot be read")] {
        match text {
            Some(text) => std::fs::write(&file, text).unwrap(),
            None => std::fs::remove_file(&file).unwrap(),
        }
        let error = source.assertion(EXCHANGE).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_identity_that_trusts_a_workflow_cannot_be_chained() {
    let place = Place::new().await;
    place.let_identity_trust(GITHUB_ISSUER, SUBJECT).await;
    let run = place.world.workflow_run(SUBJECT);
    let options = place.world.client_options();
    let url = run.request_url.parse().unwrap();
    let source = WorkflowToken::new(&url, run.request_token, Some(&options)).unwrap();
    // The run acts as the identity in the identity's own tenant …
    let (home, client) = (TenantId::new(place.home), place.client);
    let identity = CrossTenantCredential::new(source, home, client, Some(place.options())).unwrap();
    let arm = "https://management.azure.com/.default";
    identity.get_token(&[arm], None).await.unwrap();
    // … and what it gets there opens no second door.
    #[derive(Debug)]
    struct Chained(CrossTenantCredential);
    #[async_trait::async_trait]
    impl AssertionSource for Chained {
        fn name(&self) -> String {
            "a run that became an identity".to_owned()
        }
        async fn assertion(
            &self,
            audience: &str,
        ) -> rhc_core::Result<azure_core::credentials::AccessToken> {
            let scope = format!("{audience}/.default");
            self.0.get_token(&[&scope], None).await.map_err(|error| {
                rhc_core::Error::new(ErrorKind::Credential, "chained", error.to_string())
            })
        }
    }
    let error = credential(&place, Chained(identity))
        .get_token(&[SQL], None)
        .await;
    assert!(error.unwrap_err().to_string().contains("AADSTS700222"));
}

#[tokio::test(start_paused = true)]
async fn half_an_environment_is_refused() {
    let id = AppId::new(Uuid::from_u128(1));
    for (names, words) in [
        (&["IDENTITY_ENDPOINT"][..], "IDENTITY_HEADER is not"),
        (&["IDENTITY_HEADER"][..], "IDENTITY_ENDPOINT is not"),
        (
            &[
                "IDENTITY_ENDPOINT",
                "IDENTITY_HEADER",
                "IDENTITY_SERVER_THUMBPRINT",
            ][..],
            "Service Fabric",
        ),
        (
            &["IDENTITY_ENDPOINT", "IDENTITY_HEADER"][..],
            "not an address",
        ),
    ] {
        let of = |name: &str| names.contains(&name).then(|| "value".to_owned());
        let error = ManagedIdentity::of_environment(of, id, None).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    let empty = ManagedIdentity::at_endpoint("http://localhost/", "", id, None).unwrap_err();
    assert!(empty.to_string().contains("is empty"));
    let odd = ManagedIdentity::at_endpoint("file:///etc/passwd", "x", id, None).unwrap_err();
    assert!(odd.to_string().contains("address"), "{odd}");
}

#[tokio::test(start_paused = true)]
async fn a_busy_endpoint_is_asked_again() {
    let place = Place::new().await;
    let kind = FaultKind::Status {
        code: 503,
        headers: Vec::new(),
        body: "".into(),
    };
    place.world.faults().add(rhc_core::fake::Fault {
        matches: rhc_core::fake::Match {
            host: Some("169.254.129.2".to_owned()),
            occurrence: rhc_core::fake::Occurrence::First(2),
            ..rhc_core::fake::Match::default()
        },
        kind,
    });
    place.credential().get_token(&[SQL], None).await.unwrap();
    assert_eq!(place.asked(), (1, 3));
}
