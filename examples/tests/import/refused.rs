//! What must not be adopted is not, each with its reason; and if one is not, none is.

use rollout::engine::{Action, Key, Plan};
use serde_json::{Value, json};

use crate::edit::{CUSTOMERS, DATABASE, HOSTING, add_object, add_resource, object, resource};
use crate::finished::{Run, manifest, state};
use crate::seen::{entry, foreign, things, writes};

const VAULT: &str = "vaults/hp225qa-kv";

fn unmarked(state: &mut Value) -> &mut Value {
    let vault = resource(state, "/vaults/hp225qa-kv");
    vault["tags"] = json!({"owner": "ron"});
    vault
}

fn key(plan: &Plan, end: &str) -> Key {
    entry(plan, end).0.clone()
}

/// Why this is not adopted. Nothing was written, whatever else was named.
async fn why(run: Run, end: &str) -> String {
    let before = run.cloud.to_state().unwrap();
    let plan = Run::of(run.manifest.clone(), &before).plan().await.plan;
    let mut keys = foreign(&plan);
    let refused = key(&plan, end);
    if !keys.contains(&refused) {
        keys.push(refused.clone());
    }
    let adoption = run.plan_adoption(&keys).await;
    let plan = adoption.planned.plan.clone();
    assert_eq!(plan.exit().code(), 1, "{:?}", plan.entries);
    assert!(
        adoption.rollout.is_empty(),
        "if one is refused none is adopted"
    );
    run.adopt(adoption).await;
    assert_eq!(writes(&run), [""; 0]);
    let after = run.cloud.to_state().unwrap();
    assert_eq!(things(&after), things(&before));
    match &plan.entry(&refused).unwrap().action {
        Action::Refused { why, resolve } => {
            assert!(!resolve.is_empty(), "{why}");
            why.clone()
        }
        other => panic!("{end}: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_thing_that_gets_no_mark_says_why() {
    for (end, words) in [
        (
            "virtualNetworks/rhc-qa-vnet/subnets/hp2-apps",
            "bears no mark of its own",
        ),
        ("tenants/rhcdbcore.onmicrosoft.com", "a person does this"),
        (
            "identity/policies/identitySecurityDefaultsEnforcementPolicy",
            "every tenant has one",
        ),
        ("repositories/vokworks-ronk/hp225", "read and never written"),
        ("aliases/rhc-b2c-qa-sub", "its id says whose it is"),
    ] {
        let mut state = state();
        unmarked(&mut state);
        let said = why(Run::from_state(&state), end).await;
        assert!(said.contains(words), "{end}: {said}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_does_not_exist_or_cannot_be_seen_is_not_adopted() {
    let mut missing = state();
    unmarked(&mut missing);
    crate::edit::delete(&mut missing, "/userassignedidentities/hp225qa-deploy-id");
    let said = why(
        Run::from_state(&missing),
        "userAssignedIdentities/hp225qa-deploy-id",
    )
    .await;
    assert!(said.contains("it does not exist"), "{said}");

    let mut closed = state();
    unmarked(&mut closed);
    let run = || Run::from_state(&closed).seen_from_outside();
    let plan = run().plan().await.plan;
    let unseen = plan
        .entries
        .iter()
        .find(|entry| matches!(entry.action, Action::NotObserved { .. }));
    if let Some(unseen) = unseen {
        let said = why(run(), unseen.key.as_str()).await;
        assert!(said.contains("could not be looked at"), "{said}");
    } else {
        panic!("everything was seen from here");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_another_environments_stays_so() {
    let mut tagged = state();
    unmarked(&mut tagged)["tags"]["RHC-Environment"] = json!("prod");
    let said = why(Run::from_state(&tagged), VAULT).await;
    assert_eq!(said, "it bears the mark of the environment 'prod'");
    let plan = Run::from_state(&tagged).plan().await.plan;
    let Action::Foreign { what, resolve } = entry(&plan, VAULT).1 else {
        panic!("{:?}", entry(&plan, VAULT));
    };
    assert!(what.contains("environment 'prod'"), "{what}");
    assert!(!resolve.contains("import"), "{resolve}");

    let mut named = state();
    let app = object(&mut named, HOSTING, "application", "rhc-hp2-qa-db")["body"]
        .as_object_mut()
        .unwrap();
    app.shift_remove("uniqueName");
    app.insert("tags".to_owned(), json!(["rhc-environment:prod"]));
    let said = why(Run::from_state(&named), "/applications/rhc-hp2-qa-db").await;
    assert_eq!(said, "it bears the mark of the environment 'prod'");

    let mut workflow = state();
    let own = crate::edit::repository(&mut workflow, "vokworks-ronk/hp225");
    own["branches"]["qa"]["files"][".github/workflows/deploy-qa.yml"] =
        json!("# Made by the rollout of the environment rhc-prod.\nname: theirs\n");
    let said = why(Run::from_state(&workflow), "hp225/workflows/deploy-qa.yml").await;
    assert_eq!(said, "it bears the mark of the environment 'rhc-prod'");
}

#[tokio::test(start_paused = true)]
async fn what_the_file_protects_is_refused_before_anything_is_sent() {
    let mut state = state();
    unmarked(&mut state);
    let mut file = manifest();
    file.protected.resources[0].name = "hp225qa-kv".to_owned();
    let said = why(Run::of(file, &state), VAULT).await;
    assert_eq!(said, "the resource hp225qa-kv is protected");
}

#[tokio::test(start_paused = true)]
async fn two_of_a_name_are_for_a_person_to_tell_apart() {
    let mut state = state();
    let app = object(&mut state, HOSTING, "application", "rhc-hp2-qa-db")["body"]
        .as_object_mut()
        .unwrap();
    app.shift_remove("uniqueName");
    let mut other = Value::Object(app.clone());
    other["id"] = json!("11111111-2222-4333-8444-000000000001");
    other["appId"] = json!("11111111-2222-4333-8444-000000000002");
    add_object(&mut state, HOSTING, "application", other);
    let said = why(Run::from_state(&state), "/applications/rhc-hp2-qa-db").await;
    assert!(
        said.contains("2 of the tenant's applications are called rhc-hp2-qa-db"),
        "{said}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_known_by_its_name_is_renamed_by_a_person() {
    let mut file = manifest();
    file.customers.user_flow.name = "sign-in".to_owned();
    file.customers.mfa.policy_name = "second factor".to_owned();
    let mut state = state();
    let text = state
        .to_string()
        .replace(&manifest().customers.user_flow.name, "sign-in")
        .replace(&manifest().customers.mfa.policy_name, "second factor");
    state = serde_json::from_str(&text).unwrap();
    for end in [
        "authenticationEventsFlows/sign-in",
        "policies/second factor",
    ] {
        let said = why(Run::of(file.clone(), &state), end).await;
        assert!(said.contains("begins with rhc-qa"), "{said}");
    }
    // The database's tenant and the customers' have nothing else that could be adopted here.
    let _ = (CUSTOMERS, DATABASE);
}

#[tokio::test(start_paused = true)]
async fn a_lock_against_writing_is_said_in_words_and_one_against_deletion_is_none() {
    for (level, locked) in [("ReadOnly", true), ("CanNotDelete", false)] {
        let mut state = state();
        let id = unmarked(&mut state)["id"].as_str().unwrap().to_owned();
        add_resource(
            &mut state,
            json!({
                "id": format!("{id}/providers/Microsoft.Authorization/locks/keep"),
                "name": "keep",
                "type": "Microsoft.Authorization/locks",
                "properties": {"level": level},
            }),
        );
        let run = Run::from_state(&state);
        let keys = foreign(&run.plan().await.plan);
        let run = Run::from_state(&state);
        let adoption = run.plan_adoption(&keys).await;
        let summary = run.adopt(adoption).await;
        let after = run.cloud.to_state().unwrap();
        if !locked {
            assert_eq!((summary.adopted, &summary.failed), (1, &vec![]));
            continue;
        }
        assert_eq!((summary.adopted, summary.failed.len()), (0, 1));
        let failure = &summary.failed[0];
        assert!(failure.message.contains("it is locked"), "{failure:?}");
        let remedy = failure.remedy.as_deref().unwrap_or_default();
        assert!(remedy.contains("ReadOnly"), "{remedy}");
        assert_eq!(things(&after), things(&state));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_adopted_already_is_left_as_it_is() {
    let mut state = state();
    let run = Run::from_state(&state);
    let vault = key(&run.plan().await.plan, VAULT);
    let run = Run::from_state(&state);
    let adoption = run.plan_adoption(std::slice::from_ref(&vault)).await;
    let plan = adoption.planned.plan.clone();
    assert_eq!(plan.entry(&vault).unwrap().action, Action::Unchanged);
    assert_eq!(plan.exit().code(), 0);
    assert!(adoption.rollout.is_empty());
    assert_eq!(writes(&run), [""; 0]);

    // Beside one that is not yet, it is no reason to refuse that.
    let other = resource(&mut state, "/storageAccounts/smx25qastorage");
    other["tags"] = Value::Null;
    let mut keys = foreign(&Run::from_state(&state).plan().await.plan);
    keys.push(vault);
    let run = Run::from_state(&state);
    let adoption = run.plan_adoption(&keys).await;
    let summary = run.adopt(adoption).await;
    assert_eq!((summary.adopted, writes(&run).len()), (1, 1));
}
