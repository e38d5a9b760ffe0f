//! What is full.

use rhc_core::fake::ObjectKind;
use serde_json::{Value, json};
use uuid::Uuid;

use super::stage::{HOME, Stage};
use super::*;
use crate::steps::delivery::ISSUER;

const IDENTITY: &str = "Microsoft.ManagedIdentity/userAssignedIdentities/hp225qa-deploy-id";
const GROUP: &str = "rhc-hp2-qa-rg";

fn trusts(stage: &Stage, name: &str, subject: &str) {
    let rest = format!("{IDENTITY}/federatedIdentityCredentials/{name}");
    let audiences = ["api://AzureADTokenExchange"];
    let properties = json!({ "issuer": ISSUER, "subject": subject, "audiences": audiences });
    stage.resource(GROUP, &rest, properties);
}

#[tokio::test(start_paused = true)]
async fn an_identity_with_twenty_credentials_takes_no_other() {
    let stage = Stage::new();
    let code = "federated-credentials-full";
    stage.resource(GROUP, IDENTITY, json!({}));
    for number in 0..19 {
        trusts(
            &stage,
            &format!("other-{number}"),
            &format!("repo:a/b{number}:x"),
        );
    }
    assert!(
        !stage.codes().await.contains(&code),
        "there is room for one"
    );
    trusts(&stage, "other-19", "repo:a/b19:x");
    let finding = stage.one(code).await;
    assert_eq!(finding.severity, Severity::Stop);
    for words in ["hp225qa-deploy-id", "20 federated credentials"] {
        assert!(finding.what.contains(words), "{finding:?}");
    }
    let command = format!(
        "az identity federated-credential delete --identity-name hp225qa-deploy-id --resource-group {GROUP}"
    );
    assert!(finding.way_out.contains(&command), "{finding:?}");
    // With the plan's own among them nothing is added.
    trusts(&stage, "github-qa", "repo:a/own:x");
    assert!(!stage.codes().await.contains(&code));
}

#[tokio::test(start_paused = true)]
async fn the_same_trust_under_another_name_stops_the_run() {
    let stage = Stage::new();
    let code = "federated-credential-of-another-name";
    stage.resource(GROUP, IDENTITY, json!({}));
    trusts(&stage, "by-hand", "repo:somebody/else:environment:qa");
    assert!(!stage.codes().await.contains(&code));
    let prefix = stage.with(|state| {
        let all = &state
            .section::<crate::embedded::github::GitHub>()
            .repositories;
        let own = &all["vokworks-ronk/hp225"];
        match own.immutable_subject {
            true => format!(
                "repo:{}@{}/{}@{}",
                own.owner, own.owner_id, own.name, own.id
            ),
            false => format!("repo:{}/{}", own.owner, own.name),
        }
    });
    trusts(&stage, "by-hand", &format!("{prefix}:environment:qa"));
    let finding = stage.one(code).await;
    assert!(finding.way_out.contains("--name by-hand"), "{finding:?}");
}

#[tokio::test(start_paused = true)]
async fn an_application_with_twenty_credentials_takes_no_other() {
    let credentials = |count: usize, own: Option<&str>| -> Value {
        let named = (0..count).map(|number| format!("other-{number}"));
        let all = named.chain(own.map(str::to_owned)).map(|name| {
            let id = Uuid::new_v5(&Uuid::nil(), name.as_bytes());
            json!({ "id": id, "name": name, "issuer": "https://example.com", "subject": name, "audiences": ["a"] })
        });
        all.collect()
    };
    let full = async |credentials: Value| {
        let stage = Stage::new();
        let body = json!({
            "uniqueName": "rhc-hp2-qa-db", "displayName": "rhc-hp2-qa-db", "tags": ["rhc-environment:qa"],
            "appId": Uuid::from_u128(7), "federatedIdentityCredentials": credentials,
        });
        stage.object(HOME, ObjectKind::Application, body);
        stage.codes().await.contains(&"federated-credentials-full")
    };
    assert!(!full(credentials(19, None)).await);
    assert!(full(credentials(20, None)).await);
    assert!(!full(credentials(19, Some("hp225qa-id"))).await);
}

#[tokio::test(start_paused = true)]
async fn a_tenant_with_no_room_for_a_user_flow_stops_the_run() {
    let full = async |count: usize| {
        let mut stage = Stage::new();
        let id = stage.tenant("rhcqa.onmicrosoft.com");
        let tenant = stage.manifest.tenants.get_mut("qa").unwrap();
        tenant.id = Some(id.to_string());
        let kind = "#microsoft.graph.onTokenIssuanceStartListener";
        let listeners: serde_json::Map<String, Value> = (0..count)
            .map(|number| (format!("listener-{number}"), json!(kind)))
            .collect();
        let mut state = stage.cloud.to_state().unwrap();
        state["sections"]["externalId"] =
            json!({ "tenants": { id.to_string(): { "eventListeners": listeners } } });
        let options = WorldOptions::default();
        let state = state.to_string();
        let cloud = EmbeddedCloud::from_state(&stage.manifest, &state, options, false).unwrap();
        let connection = Connection::embedded(&stage.manifest, cloud.world());
        let findings = of_cloud(&stage.manifest, &connection).await;
        codes(&findings, Severity::Stop).contains(&"event-listeners-full")
    };
    assert!(!full(245).await);
    assert!(full(246).await);
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_pays_for_twenty_tenants_takes_no_other() {
    let stage = Stage::new();
    let code = "external-tenants-full";
    for number in 0..20 {
        assert!(!stage.codes().await.contains(&code), "{number}");
        let rest = format!("Microsoft.AzureActiveDirectory/ciamDirectories/other{number}");
        let id = Uuid::from_u128(1000 + number);
        stage.resource("others", &rest, json!({ "tenantId": id }));
    }
    let finding = stage.one(code).await;
    assert!(
        finding.what.contains("pays for 20 External ID tenants"),
        "{finding:?}"
    );
}
