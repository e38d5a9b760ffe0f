//! Locks and policies: what nobody may do, whatever his role.

use rhc_arm::fake::{self, CONTRIBUTOR};
use serde_json::{Value, json};

use super::cloud::{Cloud, GROUP, HOME, STRANGER, SUBSCRIPTION};
use super::examples::{Example, example, with};

const LOCKS: &str = "2020-05-01";
const POLICIES: &str = "2025-01-01";
const IDENTITIES: &str = "2024-11-30";
const GROUPS: &str = "2025-04-01";
const ALLOWED_LOCATIONS: &str =
    "/providers/Microsoft.Authorization/policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c";
const REQUIRED_TAG: &str =
    "/providers/Microsoft.Authorization/policyDefinitions/871b6d14-10aa-478d-b590-94f262ecfa99";

fn identity(name: &str) -> String {
    format!("{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}")
}

fn lock_at(scope: &str) -> String {
    format!("{scope}/providers/Microsoft.Authorization/locks/keep")
}

fn assignment_at(scope: &str) -> String {
    format!("{scope}/providers/Microsoft.Authorization/policyAssignments/rule")
}

fn lock(level: &str) -> Value {
    json!({ "properties": { "level": level } })
}

fn east() -> Value {
    json!({ "location": "eastus2" })
}

fn only(definition: &str, parameter: &str, value: Value) -> Value {
    json!({ "properties": { "policyDefinitionId": definition, "parameters": { parameter: { "value": value } } } })
}

/// One of each type, which keeps nobody from anything.
pub(crate) fn examples() -> Vec<Example> {
    let mut policy = only(ALLOWED_LOCATIONS, "listOfAllowedLocations", json!([]));
    policy["properties"]["enforcementMode"] = json!("DoNotEnforce");
    vec![
        with(
            example(
                "Microsoft.Authorization/locks",
                lock_at(GROUP),
                LOCKS,
                lock("NotSpecified"),
                "a:b",
            ),
            &[("properties.level", json!("Forever"))],
            &[],
        ),
        with(
            example(
                "Microsoft.Authorization/policyAssignments",
                assignment_at(GROUP),
                POLICIES,
                policy,
                "a:b",
            ),
            &[("properties.enforcementMode", json!("Sometimes"))],
            &[],
        ),
    ]
}

const TAGS: &str = "2025-04-01";

fn tags_of(id: &str) -> String {
    format!("{id}/providers/Microsoft.Resources/tags/default")
}

fn mark() -> Value {
    json!({ "operation": "Merge", "properties": { "tags": { "mark": "x" } } })
}

#[tokio::test(start_paused = true)]
async fn a_lock_has_a_level() {
    let cloud = Cloud::new().await;
    let at = lock_at(GROUP);
    for body in [json!({ "properties": {} }), lock("Forever")] {
        let answer = cloud.put(&at, LOCKS, body).await;
        answer.refused("no level", 400, "LockLevelInvalid");
    }
    let made = cloud.put(&at, LOCKS, lock("canNotDelete")).await;
    assert_eq!(made.accepted(201).at("properties.level"), "CanNotDelete");
    let again = cloud.put(&at, LOCKS, lock("ReadOnly")).await;
    again.accepted(200);
}

#[tokio::test(start_paused = true)]
async fn what_is_locked_is_not_deleted_nor_what_it_stands_in() {
    let cloud = Cloud::new().await;
    let app = identity("app-id");
    cloud.put(&app, IDENTITIES, east()).await.accepted(201);
    let at = lock_at(&app);
    cloud
        .put(&at, LOCKS, lock("CanNotDelete"))
        .await
        .accepted(201);
    for (id, version) in [(app.as_str(), IDENTITIES), (GROUP, GROUPS)] {
        let answer = cloud.delete(id, version).await;
        answer.refused("locked", 409, "ScopeLocked");
    }
    // It can be changed, its tags too, and its neighbour deleted.
    cloud
        .patch(&tags_of(&app), TAGS, mark())
        .await
        .accepted(200);
    cloud.put(&app, IDENTITIES, east()).await.accepted(200);
    cloud.delete(&at, LOCKS).await.accepted(200);
    cloud.delete(&app, IDENTITIES).await.accepted(200);
}

#[tokio::test(start_paused = true)]
async fn what_is_read_only_is_not_changed_either() {
    let cloud = Cloud::new().await;
    let app = identity("app-id");
    cloud.put(&app, IDENTITIES, east()).await.accepted(201);
    let at = lock_at(&format!("/subscriptions/{SUBSCRIPTION}"));
    cloud.put(&at, LOCKS, lock("ReadOnly")).await.accepted(201);
    let answers = [
        cloud.put(&app, IDENTITIES, east()).await,
        cloud.patch(&app, IDENTITIES, json!({ "tags": {} })).await,
        cloud.put(&identity("other-id"), IDENTITIES, east()).await,
        cloud.delete(&app, IDENTITIES).await,
        cloud.patch(&tags_of(&app), TAGS, mark()).await,
        cloud.delete(&tags_of(&app), TAGS).await,
    ];
    for answer in answers {
        answer.refused("read only", 409, "ScopeLocked");
    }
    cloud.get(&app, IDENTITIES).await.accepted(200);
    cloud.delete(&at, LOCKS).await.accepted(200);
    cloud.put(&app, IDENTITIES, east()).await.accepted(200);
}

#[tokio::test(start_paused = true)]
async fn a_list_of_locks_has_those_below() {
    let cloud = Cloud::new().await;
    let app = identity("app-id");
    cloud.put(&app, IDENTITIES, east()).await.accepted(201);
    cloud
        .put(&lock_at(&app), LOCKS, lock("CanNotDelete"))
        .await
        .accepted(201);
    let list = format!("{GROUP}/providers/Microsoft.Authorization/locks");
    assert_eq!(cloud.get(&list, LOCKS).await.names(), ["keep"]);
    let here = format!("{list}?$filter=atScope()");
    assert!(cloud.get(&here, LOCKS).await.names().is_empty());
    let other = format!("{list}?$filter=level eq 'ReadOnly'");
    cloud
        .get(&other, LOCKS)
        .await
        .refused("filter", 400, "BadRequest");
}

#[tokio::test(start_paused = true)]
async fn a_contributor_neither_locks_nor_assigns_policies() {
    let cloud = Cloud::new().await;
    let scope = format!("/subscriptions/{SUBSCRIPTION}");
    cloud
        .world
        .with(|state| fake::assign_role(state, &scope, STRANGER, CONTRIBUTOR));
    let contributor = cloud.of(HOME, STRANGER);
    let answers = [
        contributor
            .put(&lock_at(GROUP), LOCKS, lock("ReadOnly"))
            .await,
        contributor
            .put(
                &assignment_at(GROUP),
                POLICIES,
                only(REQUIRED_TAG, "tagName", json!("owner")),
            )
            .await,
    ];
    for answer in answers {
        answer.refused("contributor", 403, "AuthorizationFailed");
    }
}

#[tokio::test(start_paused = true)]
async fn a_policy_is_of_a_definition_with_its_parameters() {
    let cloud = Cloud::new().await;
    let at = assignment_at(GROUP);
    let nobody =
        "/providers/Microsoft.Authorization/policyDefinitions/00000000-0000-0000-0000-000000000001";
    let mut surplus = only(REQUIRED_TAG, "tagName", json!("owner"));
    surplus["properties"]["parameters"]["colour"] = json!({ "value": "blue" });
    let mut with_identity = only(REQUIRED_TAG, "tagName", json!("owner"));
    with_identity["identity"] = json!({ "type": "SystemAssigned" });
    for (body, status, code) in [
        (
            only(nobody, "tagName", json!("owner")),
            404,
            "PolicyDefinitionNotFound",
        ),
        (
            json!({ "properties": { "policyDefinitionId": REQUIRED_TAG } }),
            400,
            "MissingPolicyParameter",
        ),
        (surplus, 400, "UndefinedPolicyParameter"),
        (with_identity, 400, "LocationRequired"),
    ] {
        let answer = cloud.put(&at, POLICIES, body).await;
        answer.refused("policy", status, code);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_policy_denies_is_not_made() {
    let cloud = Cloud::new().await;
    let at = assignment_at(&format!("/subscriptions/{SUBSCRIPTION}"));
    let mut stay = only(
        ALLOWED_LOCATIONS,
        "listOfAllowedLocations",
        json!(["East US 2"]),
    );
    cloud.put(&at, POLICIES, stay.clone()).await.accepted(201);
    let west = json!({ "location": "westus" });
    let app = identity("app-id");
    let denied = cloud.put(&app, IDENTITIES, west.clone()).await;
    denied.refused("elsewhere", 403, "RequestDisallowedByPolicy");
    assert_eq!(
        denied.at("error.additionalInfo")[0]["type"],
        "PolicyViolation"
    );
    cloud.put(&app, IDENTITIES, east()).await.accepted(201);
    // A scope that is left out, and a policy that is not enforced.
    stay["properties"]["notScopes"] = json!([GROUP]);
    cloud.put(&at, POLICIES, stay.clone()).await.accepted(201);
    let free = identity("free-id");
    cloud
        .put(&free, IDENTITIES, west.clone())
        .await
        .accepted(201);
    stay["properties"]["notScopes"] = json!([]);
    stay["properties"]["enforcementMode"] = json!("DoNotEnforce");
    cloud.put(&at, POLICIES, stay).await.accepted(201);
    let seen = identity("seen-id");
    cloud.put(&seen, IDENTITIES, west).await.accepted(201);
}

#[tokio::test(start_paused = true)]
async fn a_tag_can_be_required() {
    let cloud = Cloud::new().await;
    let rule = only(REQUIRED_TAG, "tagName", json!("owner"));
    cloud
        .put(&assignment_at(GROUP), POLICIES, rule)
        .await
        .accepted(201);
    let app = identity("app-id");
    let denied = cloud.put(&app, IDENTITIES, east()).await;
    denied.refused("no tag", 403, "RequestDisallowedByPolicy");
    let tagged = json!({ "location": "eastus2", "tags": { "Owner": "platform" } });
    cloud.put(&app, IDENTITIES, tagged).await.accepted(201);
}
