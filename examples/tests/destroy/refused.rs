//! What is in the way is said, with what can be done, and stays as it is.

use rhc_arm::Resource;
use rhc_arm::types::managed_identity::UserAssignedIdentity;
use rollout::engine::{Action, Plan};
use rollout::steps::Clients;
use serde_json::{Value, json};

use crate::edit::{HOSTING, add_resource, object, resource, subscription};
use crate::finished::{Run, manifest, state};

fn action<'p>(plan: &'p Plan, end: &str) -> &'p Action {
    let mut found = plan
        .entries
        .iter()
        .filter(|entry| entry.key.as_str().ends_with(end));
    let entry = found.next().unwrap_or_else(|| panic!("no step {end}"));
    assert!(found.next().is_none(), "more than one step {end}");
    &entry.action
}

/// Why a thing is not deleted.
fn refused<'p>(plan: &'p Plan, end: &str) -> &'p str {
    match action(plan, end) {
        Action::Refused { why, resolve } => {
            assert!(!resolve.is_empty(), "{end}");
            why
        }
        other => panic!("{end}: {other:?}"),
    }
}

fn is_deleted(plan: &Plan, end: &str) {
    let action = action(plan, end);
    assert!(matches!(action, Action::Delete { .. }), "{end}: {action:?}");
}

fn id_of(state: &mut Value, end: &str) -> String {
    resource(state, end)["id"].as_str().unwrap().to_owned()
}

/// Takes down what can be, and says which resources are left with these words in their ids.
async fn left(run: &Run, with: &[&str]) -> Vec<bool> {
    let takedown = run.plan_removal().await;
    let summary = run.take_down(takedown).await;
    assert_eq!((&summary.failed, &summary.blocked), (&vec![], &vec![]));
    let after = run.cloud.to_state().unwrap();
    let resources = after["sections"]["arm"]["resources"].as_object().unwrap();
    let is_left = |end: &&str| resources.keys().any(|id| id.ends_with(&end.to_lowercase()));
    with.iter().map(is_left).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_locked_stays_with_what_it_needs_and_what_holds_it() {
    let mut state = state();
    let app = id_of(&mut state, "/containerApps/hp225qa-app");
    add_resource(
        &mut state,
        json!({
            "id": format!("{app}/providers/Microsoft.Authorization/locks/keep"),
            "name": "keep",
            "type": "Microsoft.Authorization/locks",
            "properties": {"level": "CanNotDelete", "notes": "audit until May"},
        }),
    );
    let run = Run::from_state(&state);
    let plan = run.plan_removal().await.planned.plan;
    assert_eq!(
        refused(&plan, "containerApps/hp225qa-app"),
        "it is locked by 'keep', which says: audit until May"
    );
    assert_eq!(
        refused(&plan, "managedEnvironments/hp225qa-env"),
        "containerApps hp225qa-app needs it, and stays"
    );
    for holder in [
        "resourceGroups/rhc-hp2-qa-rg",
        "resourceGroups/rhc-net-qa-rg",
    ] {
        refused(&plan, holder);
    }
    assert_eq!(plan.exit().code(), 1);
    is_deleted(&plan, "containerApps/smx25qa-app");
    let left = left(
        &run,
        &[
            "/containerApps/hp225qa-app",
            "/managedEnvironments/hp225qa-env",
            "/virtualNetworks/rhc-qa-vnet",
            "/containerApps/smx25qa-app",
        ],
    );
    assert_eq!(left.await, [true, true, true, false]);
}

#[tokio::test(start_paused = true)]
async fn a_group_that_holds_something_foreign_stays_and_ours_in_it_goes() {
    let mut state = state();
    let group = id_of(&mut state, "/resourceGroups/rhc-net-qa-rg");
    add_resource(
        &mut state,
        json!({
            "id": format!("{group}/providers/Microsoft.Compute/virtualMachines/ron-test"),
            "name": "ron-test",
            "type": "Microsoft.Compute/virtualMachines",
            "location": "eastus2",
            "tags": {},
            "properties": {},
        }),
    );
    let run = Run::from_state(&state);
    let plan = run.plan_removal().await.planned.plan;
    assert_eq!(
        refused(&plan, "resourceGroups/rhc-net-qa-rg"),
        "it holds what the rollout did not make: virtualMachines ron-test"
    );
    assert_eq!(plan.totals.refused, 1);
    let left = left(
        &run,
        &[
            "/virtualMachines/ron-test",
            "/resourceGroups/rhc-net-qa-rg",
            "/virtualNetworks/rhc-qa-vnet",
        ],
    );
    assert_eq!(left.await, [true, true, false]);
}

#[tokio::test(start_paused = true)]
async fn what_bears_no_mark_or_another_environments_is_not_deleted() {
    let mut state = state();
    resource(&mut state, "/vaults/hp225qa-kv")["tags"] = json!({"rhc-environment": "prod"});
    let application = &mut object(&mut state, HOSTING, "application", "rhc-hp2-qa-db")["body"];
    application["tags"] = json!(["rhc-environment:qa", "rhc-environment:prod"]);
    let server = id_of(&mut state, "/servers/rhc-qa-sqlsvr");
    add_resource(
        &mut state,
        json!({
            "id": format!("{server}/databases/payroll"),
            "name": "payroll",
            "type": "Microsoft.Sql/servers/databases",
            "location": "eastus2",
            "tags": {},
            "properties": {"status": "Online"},
        }),
    );
    let run = Run::from_state(&state);
    let plan = run.plan_removal().await.planned.plan;
    assert!(
        refused(&plan, "vaults/hp225qa-kv").contains("without this environment's mark"),
        "{:?}",
        action(&plan, "vaults/hp225qa-kv")
    );
    assert_eq!(
        action(&plan, "hp2/applications/rhc-hp2-qa-db"),
        &Action::Stays {
            why: "the environment 'prod' has it, too".to_owned()
        }
    );
    assert_eq!(
        refused(&plan, "servers/rhc-qa-sqlsvr"),
        "it holds what the rollout did not make: databases payroll"
    );
    is_deleted(&plan, "databases/corp_db");
    let left = left(
        &run,
        &[
            "/vaults/hp225qa-kv",
            "/databases/payroll",
            "/databases/corp_db",
        ],
    );
    assert_eq!(left.await, [true, true, false]);
}

#[tokio::test(start_paused = true)]
async fn what_the_file_protects_is_refused_before_anything_is_sent() {
    let mut file = manifest();
    file.protected.resources[0].name = "smx25qastorage".to_owned();
    let run = Run::of(file, &state());
    let plan = run.plan_removal().await.planned.plan;
    assert_eq!(
        refused(&plan, "storageAccounts/smx25qastorage"),
        "the resource smx25qastorage is protected"
    );
    let left = left(&run, &["/storageAccounts/smx25qastorage"]);
    assert_eq!(left.await, [true]);
}

#[tokio::test(start_paused = true)]
async fn what_came_into_a_group_after_the_plan_is_not_deleted_with_it() {
    let mut state = state();
    let hosting = subscription(&mut state, "rhc-b2c-qa-sub").clone();
    let tenant = hosting["tenantId"].as_str().unwrap().parse().unwrap();
    let group = id_of(&mut state, "/resourceGroups/rhc-smx-qa-rg");
    let run = Run::from_state(&state);
    let takedown = run.plan_removal().await;

    let somebody = run.cloud.connect();
    let subscription = group.split('/').nth(2).unwrap();
    somebody
        .fence()
        .own_subscription(&"backoffice".into(), subscription);
    let arm = Clients::new(somebody)
        .arm_at(&"backoffice".into(), tenant)
        .unwrap();
    let group: rhc_arm::ResourceId = group.parse().unwrap();
    let mut identity = Resource::<UserAssignedIdentity>::new(Default::default());
    identity.location = Some("eastus2".to_owned());
    let identities = arm.resources::<UserAssignedIdentity>(group);
    identities.put("rons-own", &identity).await.unwrap();

    let summary = run.take_down(takedown).await;
    let failed: Vec<_> = summary.failed.iter().map(|one| one.key.as_str()).collect();
    assert_eq!(
        failed,
        ["smx/Microsoft.Resources/resourceGroups/rhc-smx-qa-rg"]
    );
    assert!(
        summary.failed[0]
            .message
            .contains("userAssignedIdentities rons-own"),
        "{}",
        summary.failed[0].message
    );
    assert!(identities.get_opt("rons-own").await.unwrap().is_some());
}
