//! The write fence: what leaves, and why the rest does not.

use std::collections::BTreeMap;
use std::sync::Arc;

use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{AsyncRawResponse, Context, Method, Request, StatusCode, headers::Headers};
use rollout::engine::{Fence, GraphAccess, Ownership, Protected, TenantKey, TenantRules};
use serde_json::json;
use url::Url;

use crate::support::{Cloud, rollout, thing};

mod takedown;

const SUB: &str = "https://management.azure.com/subscriptions/11111111-1111-1111-1111-111111111111";
const OTHER: &str =
    "https://management.azure.com/subscriptions/22222222-2222-2222-2222-222222222222";
const GRAPH: &str = "https://graph.microsoft.com/v1.0";

/// A resource of the environment in what is somebody else's.
const RECORD: &str = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/company/providers/Microsoft.Network/dnsZones/example.org/TXT/asuid.www";

fn set(names: &[&str]) -> std::collections::BTreeSet<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

fn fence() -> Fence {
    let hosting = TenantRules {
        names: set(&["recalibratehealthcare.com"]),
        resource_groups: set(&["rhc-hp2-qa-rg"]),
        subscription_aliases: set(&["rhc-b2c-qa-sub"]),
        single_resources: set(&[RECORD]),
        graph: BTreeMap::from([
            ("applications".to_owned(), GraphAccess::Objects),
            (
                "policies/authenticationMethodsPolicy".to_owned(),
                GraphAccess::Whole,
            ),
            (
                "identity/conditionalAccess/policies".to_owned(),
                GraphAccess::Objects,
            ),
        ]),
    };
    let dev = TenantRules {
        names: set(&["smx25dev.onmicrosoft.com"]),
        ..hosting.clone()
    };
    let fence = Fence::new(Ownership {
        tenants: BTreeMap::from([
            ("backoffice".into(), hosting),
            ("dev".into(), dev),
            ("database".into(), TenantRules::default()),
        ]),
        protected: Protected {
            tenants: set(&[
                "SMX25DEV.onmicrosoft.com",
                "cd21a3bf-622c-4725-8da7-2f8b9d265d14",
            ]),
            subscriptions: set(&["99999999-9999-9999-9999-999999999999"]),
            resource_groups: set(&["marketing"]),
            resources: set(&["web-2310a"]),
        },
        ..Ownership::default()
    });
    fence.own_subscription(&"backoffice".into(), "11111111-1111-1111-1111-111111111111");
    fence.own(&"backoffice".into(), "aaaaaaaa-0000-0000-0000-000000000001");
    fence.own(&"backoffice".into(), "rhc-hp2-qa-db");
    fence
}

fn asked(
    tenant: &str,
    method: &str,
    url: &str,
    body: Option<serde_json::Value>,
) -> Result<(), String> {
    let body = body.map(|b| b.to_string());
    let url = Url::parse(url).unwrap();
    let tenant = TenantKey::new(tenant);
    fence()
        .check(&tenant, method, &url, body.as_deref().map(str::as_bytes))
        .map_err(|r| r.to_string())
}

fn passes(method: &str, url: &str) {
    assert_eq!(
        asked("backoffice", method, url, None),
        Ok(()),
        "{method} {url}"
    );
}

fn refused(method: &str, url: &str, reason: &str) {
    refused_in("backoffice", method, url, reason);
}

fn refused_in(tenant: &str, method: &str, url: &str, reason: &str) {
    let error = asked(tenant, method, url, None).unwrap_err();
    assert!(error.contains(reason), "{method} {url}: {error}");
    assert!(
        error.contains("refused before it was sent") && error.contains("report it"),
        "{error}"
    );
}

#[test]
fn reading_passes_everywhere() {
    passes("GET", &format!("{OTHER}/resourceGroups/marketing"));
    passes("HEAD", "https://anything.example/x");
    assert_eq!(asked("unknown", "GET", GRAPH, None), Ok(()));
}

#[test]
fn asking_for_a_token_passes() {
    passes(
        "POST",
        "https://login.microsoftonline.com/x/oauth2/v2.0/token",
    );
    passes("POST", "https://rhcqa.ciamlogin.com/x/oauth2/v2.0/token");
    refused(
        "POST",
        "https://ciamlogin.com.evil.example/x",
        "does not own the host",
    );
}

#[test]
fn own_resource_groups_pass() {
    passes(
        "PUT",
        &format!("{SUB}/resourceGroups/rhc-hp2-qa-rg?api-version=1"),
    );
    passes(
        "PUT",
        &format!(
            "{SUB}/resourcegroups/RHC-HP2-QA-RG/providers/Microsoft.App/containerApps/hp225qa-app"
        ),
    );
}

#[test]
fn other_resource_groups_are_refused() {
    refused(
        "PUT",
        &format!("{SUB}/resourceGroups/somebodys/providers/Microsoft.App/containerApps/x"),
        "the resource group somebodys is not the environment's",
    );
}

#[test]
fn protected_things_are_refused_wherever_they_are() {
    refused(
        "PUT",
        &format!("{SUB}/resourceGroups/Marketing/providers/a/b/c"),
        "the resource group Marketing is protected",
    );
    refused(
        "PATCH",
        &format!(
            "{SUB}/resourceGroups/rhc-hp2-qa-rg/providers/Microsoft.Compute/virtualMachines/WEB-2310A"
        ),
        "the resource WEB-2310A is protected",
    );
    refused(
        "PUT",
        "https://management.azure.com/subscriptions/99999999-9999-9999-9999-999999999999/resourceGroups/rhc-hp2-qa-rg",
        "is protected",
    );
    refused_in(
        "dev",
        "PUT",
        &format!("{SUB}/resourceGroups/rhc-hp2-qa-rg"),
        "the tenant smx25dev.onmicrosoft.com is protected",
    );
}

#[test]
fn a_tenant_that_turns_out_to_be_protected_is_refused_from_then_on() {
    let fence = fence();
    let tenant = TenantKey::new("backoffice");
    let url = Url::parse(&format!("{GRAPH}/applications")).unwrap();
    assert_eq!(fence.check(&tenant, "POST", &url, None), Ok(()));
    fence.name_tenant(&tenant, "CD21A3BF-622C-4725-8da7-2f8b9d265d14");
    let error = fence.check(&tenant, "POST", &url, None).unwrap_err();
    assert!(error.reason.contains("is protected"), "{error}");
}

#[test]
fn tenants_and_subscriptions_that_are_not_ours_are_refused() {
    refused_in(
        "someone",
        "POST",
        &format!("{GRAPH}/applications"),
        "is not one that the environment file owns",
    );
    refused(
        "PUT",
        &format!("{OTHER}/resourceGroups/rhc-hp2-qa-rg"),
        "is not the environment's",
    );
    refused_in(
        "database",
        "PUT",
        &format!("{SUB}/resourceGroups/rhc-hp2-qa-rg"),
        "belongs to the tenant 'backoffice'",
    );
}

#[test]
fn the_subscription_itself_is_only_changed_where_that_is_meant() {
    passes(
        "POST",
        &format!("{SUB}/providers/Microsoft.App/register?api-version=1"),
    );
    passes(
        "PUT",
        &format!("{SUB}/providers/Microsoft.Authorization/roleAssignments/x"),
    );
    for (name, method) in [("default", "PUT"), ("default", "PATCH")] {
        passes(
            method,
            &format!("{SUB}/providers/Microsoft.Resources/tags/{name}"),
        );
    }
    refused(
        "DELETE",
        &format!("{SUB}/providers/Microsoft.Resources/tags/default"),
        "not all the environment's",
    );
    refused(
        "PUT",
        &format!("{SUB}/providers/Microsoft.Resources/tags/another"),
        "not written at the level of a subscription",
    );
    refused(
        "PUT",
        &format!("{SUB}/providers/Microsoft.Authorization/policyAssignments/x"),
        "not written at the level of a subscription",
    );
    refused(
        "POST",
        &format!("{SUB}/providers/Microsoft.Subscription/cancel"),
        "change the subscription itself",
    );
    refused("DELETE", SUB, "change the subscription itself");
    refused(
        "DELETE",
        &format!("{SUB}/resourceGroups/rhc-hp2-qa-rg"),
        "deleted by a takedown only",
    );
    refused(
        "PUT",
        &format!("{OTHER}/providers/Microsoft.App/register"),
        "is not the environment's",
    );
}

#[test]
fn subscriptions_are_made_by_the_aliases_of_the_file() {
    let alias = "https://management.azure.com/providers/Microsoft.Subscription/aliases";
    passes("PUT", &format!("{alias}/rhc-b2c-qa-sub"));
    refused(
        "PUT",
        &format!("{alias}/something"),
        "is not a subscription of the environment file",
    );
    let accept = "https://management.azure.com/providers/Microsoft.Subscription/subscriptions";
    passes(
        "POST",
        &format!("{accept}/11111111-1111-1111-1111-111111111111/acceptOwnership"),
    );
    refused(
        "POST",
        &format!("{accept}/22222222-2222-2222-2222-222222222222/acceptOwnership"),
        "is not the environment's",
    );
    // Made in the payer's tenant, accepted in the one that shall own it.
    let accepted = format!("{accept}/11111111-1111-1111-1111-111111111111/acceptOwnership");
    assert_eq!(asked("database", "POST", &accepted, None), Ok(()));
    refused_in(
        "elsewhere",
        "POST",
        &accepted,
        "is not one that the environment file owns",
    );
    refused(
        "PUT",
        "https://management.azure.com/providers/Microsoft.Management/managementGroups/x",
        "not inside a subscription",
    );
}

#[test]
fn of_somebody_elses_only_what_is_named_is_put() {
    let record = format!("https://management.azure.com{RECORD}");
    passes("PUT", &record);
    passes(
        "PUT",
        &record
            .to_uppercase()
            .replacen("HTTPS", "https", 1)
            .replacen("MANAGEMENT.AZURE.COM", "management.azure.com", 1),
    );
    refused("DELETE", &record, "only put");
    refused("PATCH", &record, "only put");
    refused("PUT", &format!("{record}/below"), "not the environment's");
    refused(
        "PUT",
        &record.replace("asuid", "other"),
        "not the environment's",
    );
    refused_in("database", "PUT", &record, "not the environment's");
}

#[test]
fn a_name_check_is_a_read() {
    passes(
        "POST",
        &format!("{OTHER}/providers/Microsoft.KeyVault/checkNameAvailability"),
    );
    refused(
        "PUT",
        &format!("{OTHER}/providers/Microsoft.KeyVault/checkNameAvailability"),
        "is not the environment's",
    );
}

#[test]
fn a_path_that_can_be_read_in_two_ways_is_refused() {
    refused(
        "PUT",
        &format!("{SUB}/resourceGroups/rhc-hp2-qa-rg%2F..%2Fmarketing"),
        "read in two ways",
    );
    refused(
        "PUT",
        &format!("{SUB}/resourceGroups//marketing"),
        "read in two ways",
    );
    refused(
        "PUT",
        &format!("{SUB}/resourceGroups/rhc-hp2-qa-rg/../marketing"),
        "is protected",
    );
}

#[test]
fn graph_is_written_in_known_places_and_only_to_own_objects() {
    passes("POST", &format!("{GRAPH}/applications"));
    passes(
        "PATCH",
        &format!("{GRAPH}/applications/AAAAAAAA-0000-0000-0000-000000000001"),
    );
    passes(
        "POST",
        &format!(
            "{GRAPH}/applications/aaaaaaaa-0000-0000-0000-000000000001/federatedIdentityCredentials"
        ),
    );
    passes(
        "PATCH",
        &format!("{GRAPH}/applications(uniqueName='rhc-hp2-qa-db')"),
    );
    passes(
        "PATCH",
        &format!(
            "{GRAPH}/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/email"
        ),
    );
    refused(
        "PATCH",
        &format!("{GRAPH}/applications/bbbbbbbb-0000-0000-0000-000000000002"),
        "is not the environment's",
    );
    refused(
        "PATCH",
        &format!("{GRAPH}/applications(uniqueName='somebodys')"),
        "the object somebodys is not",
    );
    refused(
        "PATCH",
        &format!("{GRAPH}/applications"),
        "a whole collection",
    );
    refused(
        "POST",
        &format!("{GRAPH}/users"),
        "users is not among what the environment writes",
    );
    refused(
        "DELETE",
        &format!("{GRAPH}/identity/conditionalAccess/policies/x"),
        "the object x is not",
    );
    refused(
        "POST",
        &format!("{GRAPH}/identity/conditionalAccess/namedLocations"),
        "not among",
    );
    refused_in(
        "database",
        "POST",
        &format!("{GRAPH}/applications"),
        "not among",
    );
}

#[test]
fn graph_actions_that_read_pass() {
    passes("POST", &format!("{GRAPH}/directoryObjects/getByIds"));
    passes(
        "POST",
        &format!("{GRAPH}/users/x/microsoft.graph.checkMemberGroups"),
    );
}

#[test]
fn a_batch_passes_when_each_of_its_requests_does() {
    let url = format!("{GRAPH}/$batch");
    let batch = |method: &str, path: &str| {
        let reading = json!({"id": "1", "method": "GET", "url": "/users"});
        Some(json!({"requests": [reading, {"id": "2", "method": method, "url": path}]}))
    };
    let ask = |body| asked("backoffice", "POST", &url, body);
    assert_eq!(ask(batch("GET", "/groups")), Ok(()));
    assert_eq!(ask(batch("POST", "/applications")), Ok(()));
    assert!(
        ask(batch("delete", "/users/x"))
            .unwrap_err()
            .contains("in the batch, delete /users/x")
    );
    assert!(
        ask(batch("POST", "/$batch"))
            .unwrap_err()
            .contains("does not belong into one")
    );
    assert!(ask(None).unwrap_err().contains("cannot be read"));
}

#[test]
fn other_hosts_are_written_only_when_they_are_ours() {
    let vault = "https://hp225qa-kv.vault.azure.net/certificates/x/create";
    refused(
        "POST",
        vault,
        "does not own the host hp225qa-kv.vault.azure.net",
    );
    let fence = fence();
    let tenant = TenantKey::new("backoffice");
    fence.own_host(&tenant, "HP225qa-kv.vault.azure.net");
    assert_eq!(
        fence.check(&tenant, "POST", &Url::parse(vault).unwrap(), None),
        Ok(())
    );
}

/// Answers every request as a service does that has made something.
#[derive(Debug)]
struct Arrived;

const BORN: &str = "cccccccc-0000-0000-0000-000000000003";

#[async_trait::async_trait]
impl Policy for Arrived {
    async fn send(&self, _: &Context, _: &mut Request, _: &[Arc<dyn Policy>]) -> PolicyResult {
        let body = json!({"id": BORN, "displayName": "x"}).to_string();
        Ok(AsyncRawResponse::from_bytes(
            StatusCode::Created,
            Headers::new(),
            body,
        ))
    }
}

async fn send(policy: &Arc<dyn Policy>, method: Method, path: &str) -> Result<String, String> {
    let next: Vec<Arc<dyn Policy>> = vec![Arc::new(Arrived)];
    let mut request = Request::new(Url::parse(&format!("{GRAPH}{path}")).unwrap(), method);
    match policy.send(&Context::new(), &mut request, &next).await {
        Ok(answer) => Ok(answer.into_body().collect_string().await.unwrap()),
        Err(error) => Err(error.to_string()),
    }
}

#[tokio::test]
async fn as_a_policy_it_stands_before_the_transport() {
    let policy = fence().policy(&"backoffice".into());
    assert!(send(&policy, Method::Post, "/applications").await.is_ok());
    let error = send(&policy, Method::Post, "/users").await.unwrap_err();
    assert!(
        error.contains("refused before it was sent: POST graph.microsoft.com/v1.0/users"),
        "{error}"
    );
}

#[tokio::test]
async fn what_a_create_made_is_ours_and_what_a_read_answered_is_not() {
    let policy = fence().policy(&"backoffice".into());
    let born = format!("/applications/{BORN}");
    send(&policy, Method::Get, &born).await.unwrap();
    send(&policy, Method::Post, "/directoryObjects/getByIds")
        .await
        .unwrap();
    assert!(send(&policy, Method::Patch, &born).await.is_err());
    let answer = send(&policy, Method::Post, "/applications").await.unwrap();
    assert!(answer.contains(BORN), "{answer}");
    send(&policy, Method::Patch, &born).await.unwrap();
    let elsewhere = fence().policy(&"backoffice".into());
    assert!(send(&elsewhere, Method::Patch, &born).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn what_a_run_recognises_as_its_own_may_be_written() {
    let cloud = Cloud::default();
    cloud.put("kept", json!({"size": 1, "mark": "ours"}));
    cloud.put("somebodys", json!({"size": 1}));
    let tenant = TenantKey::new("backoffice");
    let at_home = |name: &str, id: &str| {
        let outputs = rollout::engine::Outputs::new()
            .with("objectId", id)
            .with("subscriptionId", format!("sub-of-{name}"));
        thing(&cloud, name)
            .more_outputs(outputs)
            .edit_meta(|mut m| {
                m.tenant = "backoffice".into();
                m
            })
    };
    let (kept, foreign) = (
        "dddddddd-0000-0000-0000-000000000004",
        "eeeeeeee-0000-0000-0000-000000000005",
    );
    let rollout = rollout([at_home("kept", kept), at_home("somebodys", foreign)]);
    let planned = rollout.plan(&Default::default()).await;
    let fence = fence();
    let options = rollout::engine::ApplyOptions {
        fence: Some(fence.clone()),
        ..Default::default()
    };
    rollout::engine::Rollout::apply(&rollout, planned, &options)
        .await
        .unwrap();
    let may = |method: &str, url: String| {
        fence
            .check(&tenant, method, &Url::parse(&url).unwrap(), None)
            .is_ok()
    };
    assert!(may("PATCH", format!("{GRAPH}/applications/{kept}")));
    assert!(!may("PATCH", format!("{GRAPH}/applications/{foreign}")));
    let group =
        "https://management.azure.com/subscriptions/sub-of-kept/resourceGroups/rhc-hp2-qa-rg";
    assert!(may("PUT", group.to_owned()));
    assert!(!may("PUT", group.replace("kept", "somebodys")));
}
