//! What is somebody else's stays his, and what was half made or shown late is not taken for something else.

#[allow(
    dead_code,
    reason = "shared by several test binaries, of which each uses a part"
)]
#[path = "common/edit.rs"]
mod edit;
#[allow(
    dead_code,
    reason = "shared by several test binaries, of which each uses a part"
)]
#[path = "common/finished.rs"]
mod finished;

use edit::{DATABASE, HOSTING, add_object, object, resource};
use finished::{Run, manifest, state};
use rhc_core::fake::WorldOptions;
use rollout::embedded::EmbeddedCloud;
use rollout::engine::{Action, Plan};
use rollout::manifest::Manifest;
use serde_json::{Value, json};

fn action<'p>(plan: &'p Plan, end: &str) -> &'p Action {
    let mut found = plan
        .entries
        .iter()
        .filter(|entry| entry.key.as_str().ends_with(end));
    let entry = found.next().unwrap_or_else(|| panic!("no step {end}"));
    assert!(found.next().is_none(), "more than one step {end}");
    &entry.action
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_is_protected_by_its_name_is_not_used_by_its_id() {
    let cloud = EmbeddedCloud::new(&manifest(), WorldOptions::default(), true).unwrap();
    let mut state = cloud.to_state().unwrap();
    let website = edit::subscription(&mut state, "Azure subscription 1").clone();
    let all = state["sections"]["arm"]["subscriptions"]
        .as_object()
        .unwrap();
    let id = all.iter().find(|(_, one)| **one == website).unwrap().0;

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
    let text = std::fs::read_to_string(path).unwrap();
    let hosting = "[subscriptions.hosting]\n";
    assert!(text.contains(hosting));
    let text = text.replace(hosting, &format!("{hosting}id = \"{id}\"\n"));
    let file = Manifest::parse("qa.toml", &text).unwrap();
    let cloud = EmbeddedCloud::from_state(&file, &state.to_string(), WorldOptions::default(), true)
        .unwrap();
    let run = Run::over(file, cloud);

    let planned = run.plan().await;
    let Action::Failed { message, remedy } = action(&planned.plan, "subscriptions/rhc-b2c-qa-sub")
    else {
        panic!("{:?}", planned.plan.totals);
    };
    assert!(
        message.contains("'Azure subscription 1' is protected"),
        "{message}"
    );
    assert!(remedy.is_some());
    run.apply(planned).await;
    let after = run.cloud.to_state().unwrap();
    let resources = after["sections"]["arm"]["resources"].as_object().unwrap();
    let made: Vec<_> = resources
        .keys()
        .filter(|key| key.contains(id.as_str()))
        .filter(|key| !state["sections"]["arm"]["resources"][key.as_str()].is_object())
        .collect();
    assert_eq!(made, Vec::<&String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_is_protected_by_its_name_is_not_used_by_an_alias() {
    let mut state = state();
    let all = state["sections"]["arm"]["subscriptions"]
        .as_object()
        .unwrap();
    let named = |name: &str| {
        let found = all.iter().find(|(_, one)| one["displayName"] == name);
        found.unwrap().0.clone()
    };
    let (website, own) = (named("Azure subscription 1"), named("rhc-b2c-qa-sub"));
    let text = state.to_string();
    let aliases = &mut state["sections"]["arm"]["aliases"];
    let moved = aliases.to_string().replace(&own, &website);
    *aliases = serde_json::from_str(&moved).unwrap();
    assert_ne!(state.to_string(), text, "the alias points elsewhere now");

    let file = manifest();
    let cloud = EmbeddedCloud::from_state(&file, &state.to_string(), WorldOptions::default(), true)
        .unwrap();
    let run = Run::over(file, cloud);
    let planned = run.plan().await;
    let Action::Failed { message, .. } = action(&planned.plan, "aliases/rhc-b2c-qa-sub") else {
        panic!("{:?}", planned.plan.totals);
    };
    assert!(message.contains("'Azure subscription 1'"), "{message}");
    run.apply(planned).await;
    let after = run.cloud.to_state().unwrap();
    let resources = after["sections"]["arm"]["resources"].as_object().unwrap();
    let made = resources.keys().filter(|key| {
        key.contains(website.as_str())
            && !state["sections"]["arm"]["resources"][key.as_str()].is_object()
    });
    assert_eq!(made.collect::<Vec<_>>(), Vec::<&String>::new());
}

#[tokio::test(start_paused = true)]
async fn nothing_that_can_bear_the_mark_is_taken_without_it() {
    let mut state = state();
    for (_, stored) in state["sections"]["arm"]["resources"]
        .as_object_mut()
        .unwrap()
    {
        if stored["body"]["tags"].is_object() {
            stored["body"]["tags"] = json!({"owner": "somebody else"});
        }
    }
    let plan = Run::from_state(&state).plan().await.plan;
    let touched: Vec<_> = plan
        .entries
        .iter()
        .filter(|entry| !matches!(entry.action, Action::Unchanged | Action::Foreign { .. }))
        .collect();
    assert_eq!(touched, Vec::<&rollout::engine::PlanEntry>::new());
    for one in [
        "databases/corp_db",
        "hp225qa-email-services/domains/AzureManagedDomain",
        "smx25qa-email/domains/AzureManagedDomain",
        "virtualNetworkLinks/rhc-qa-vnet-link",
    ] {
        assert!(
            matches!(action(&plan, one), Action::Foreign { .. }),
            "{one}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_application_keeps_the_tags_of_others_and_the_next_plan_is_empty_at_once() {
    let mut state = state();
    let tags = json!(["rhc-environment:prod", "rhc-environment:qa"]);
    let application = &mut object(&mut state, HOSTING, "application", "rhc-rollout")["body"];
    application["tags"] = tags.clone();
    application["signInAudience"] = json!("AzureADMyOrg");
    object(&mut state, DATABASE, "servicePrincipal", "rhc-hp2-qa-db")["body"]["accountEnabled"] =
        json!(false);
    object(&mut state, DATABASE, "group", "rhc-qa-sql-admins")["body"]["description"] = json!("x");
    edit::remove_object(&mut state, HOSTING, "servicePrincipal", "rhc-rollout");

    let run = Run::from_state(&state);
    let summary = run.apply(run.plan().await).await;
    assert_eq!((summary.created, summary.updated), (1, 3), "{summary:?}");
    // Lists show all of this later; no time passes here.
    let plan = run.plan().await.plan;
    assert!(plan.is_empty(), "{:?}", plan.totals);
    let mut after = run.cloud.to_state().unwrap();
    let kept = &object(&mut after, HOSTING, "application", "rhc-rollout")["body"]["tags"];
    assert_eq!(sorted(kept), sorted(&tags));
}

fn sorted(tags: &Value) -> Vec<&str> {
    let mut tags: Vec<_> = tags
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    tags.sort_unstable();
    tags
}

#[tokio::test(start_paused = true)]
async fn a_tenant_whose_creation_failed_is_sent_whole_again() {
    let mut state = state();
    let directory = resource(&mut state, "ciamDirectories/rhcqa");
    directory["properties"] = json!({"provisioningState": "Failed"});
    let options = WorldOptions {
        record_bodies: true,
        ..WorldOptions::default()
    };
    let cloud = EmbeddedCloud::from_state(&manifest(), &state.to_string(), options, false).unwrap();
    let run = Run::over(manifest(), cloud);
    run.apply(run.plan().await).await;
    let log = run.cloud.world().log();
    let put = log.iter().find(|request| request.method == "PUT").unwrap();
    assert!(put.path_and_query.contains("/ciamDirectories/rhcqa?"));
    let body: Value = serde_json::from_slice(put.request_body.as_ref().unwrap()).unwrap();
    assert_eq!(
        body["properties"]["createTenantProperties"],
        json!({"displayName": "rhc-b2c-qa", "countryCode": "US"}),
        "without it there is nothing to make a tenant of"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_still_being_made_is_waited_for_and_not_written() {
    let mut state = state();
    let app = resource(&mut state, "containerApps/hp225qa-app");
    app["properties"]["provisioningState"] = json!("InProgress");
    let run = Run::from_state(&state);
    let planned = run.plan().await;
    assert_eq!(planned.plan.totals.update, 1);
    let finished = async {
        tokio::time::sleep(std::time::Duration::from_secs(300)).await;
        run.cloud.world().with(|state| {
            let arm = state.section::<rhc_arm::fake::Arm>();
            let ids: Vec<String> = arm.resources.keys().cloned().collect();
            let id = ids
                .iter()
                .find(|id| id.ends_with("/containerapps/hp225qa-app"))
                .unwrap();
            let app = arm.resources.get_mut(id).unwrap();
            app.body["properties"]["provisioningState"] = json!("Succeeded");
        });
    };
    let (summary, ()) = tokio::join!(run.apply(planned), finished);
    assert_eq!(
        (summary.updated, summary.failed.len()),
        (0, 0),
        "{summary:?}"
    );
    let writes = run.cloud.world().log();
    let writes = writes.iter().filter(|request| request.method == "PUT");
    assert_eq!(writes.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_marked_group_that_the_file_forgot_is_reported_without_another_request() {
    let mut state = state();
    let lists = Run::from_state(&state).plan().await.plan.observed.lists;
    let group = resource(&mut state, "resourceGroups/rhc-hp2-qa-rg").clone();
    let resources = state["sections"]["arm"]["resources"]
        .as_object_mut()
        .unwrap();
    let text = |value: &Value| value.to_string().replace("rhc-hp2-qa-rg", "rhc-old-rg");
    let id = group["id"].as_str().unwrap().to_lowercase();
    let old: Value = serde_json::from_str(&text(&resources[&id])).unwrap();
    resources.insert(id.replace("rhc-hp2-qa-rg", "rhc-old-rg"), old);

    let plan = Run::from_state(&state).plan().await.plan;
    let names: Vec<_> = plan.orphans.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["rhc-old-rg"]);
    assert_eq!(plan.observed.lists, lists);
}

#[tokio::test(start_paused = true)]
async fn a_marked_application_that_the_file_forgot_is_reported_without_another_request() {
    let mut state = state();
    let lists = Run::from_state(&state).plan().await.plan.observed.lists;
    let known = object(&mut state, HOSTING, "application", "rhc-hp2-qa-db")["body"].clone();
    let ours = json!(["rhc-environment:qa"]);
    let production = json!(["rhc-environment:prod"]);
    for (number, name, tags) in [(1, "rhc-old-qa-db", ours), (2, "rhc-prod-db", production)] {
        let mut body = known.clone();
        for (property, id) in [("id", number), ("appId", number + 2)] {
            body[property] = json!(format!("11111111-2222-4333-8444-{id:012}"));
        }
        body["uniqueName"] = json!(name);
        body["displayName"] = json!(name);
        body["tags"] = tags;
        add_object(&mut state, HOSTING, "application", body);
    }

    let plan = Run::from_state(&state).plan().await.plan;
    let names: Vec<_> = plan.orphans.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["rhc-old-qa-db"]);
    assert_eq!(plan.observed.lists, lists);
}
