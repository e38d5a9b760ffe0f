//! What the service of the customers' sign-in is like: slow, and with names that are not unique.

use std::collections::BTreeSet;

use rhc_core::fake::LoggedRequest;
use rollout::engine::{Action, Plan};
use serde_json::{Value, json};
use time::Duration;

use crate::breaks::customers::{flow, policy, section};
use crate::finished::{Run, settle, state};
use crate::to_do;

const DEFAULTS: &str = "identity/policies/identitySecurityDefaultsEnforcementPolicy";
const FLOW: &str = "identity/identity/authenticationEventsFlows/rhc-qa-signin";
const POLICY: &str = "identity/identity/conditionalAccess/policies/rhc-qa-require-mfa";

fn conditional_access(run: &Run, since: usize) -> Vec<LoggedRequest> {
    let log = run.cloud.world().log();
    let asked = log.into_iter().skip(since);
    asked
        .filter(|request| {
            request
                .path_and_query
                .contains("/identity/conditionalAccess")
        })
        .collect()
}

fn assert_paced(asked: &[LoggedRequest]) {
    for pair in asked.windows(2) {
        let apart = pair[1].at - pair[0].at;
        assert!(apart >= Duration::seconds(1), "{pair:?}");
    }
    let refused = asked.iter().find(|one| one.status == Some(429));
    assert!(refused.is_none(), "{refused:?}");
}

fn failure<'p>(plan: &'p Plan, key: &str) -> (&'p str, &'p str) {
    match &plan.entry(&key.into()).unwrap().action {
        Action::Failed { message, remedy } => (message, remedy.as_deref().unwrap_or_default()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn reading_the_tenant_asks_conditional_access_at_most_five_times() {
    let whole = state();
    let mut gone = whole.clone();
    section(&mut gone, "graph")["conditionalAccess"] = json!({});
    let mut changed = whole.clone();
    policy(&mut changed)["state"] = json!("disabled");
    for state in [whole, gone, changed] {
        let run = Run::from_state(&state);
        run.plan().await;
        let asked = conditional_access(&run, 0);
        assert!((1..=5).contains(&asked.len()), "{asked:?}");
        assert_paced(&asked);
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_keeps_to_one_request_a_second() {
    let mut state = state();
    section(&mut state, "graph")["conditionalAccess"] = json!({});
    let run = Run::from_state(&state);
    let planned = run.plan().await;
    let summary = run.apply(planned).await;
    assert_eq!((summary.created, summary.failed.len()), (1, 0));
    let asked = conditional_access(&run, 0);
    assert!(asked.len() > 3, "{asked:?}");
    assert_paced(&asked);
}

/// Unverified for External ID tenants: the rehearsal's are born without.
#[tokio::test(start_paused = true)]
async fn a_tenant_that_was_born_with_security_defaults_gets_its_policy() {
    let mut state = state();
    let graph = section(&mut state, "graph");
    graph["conditionalAccess"] = json!({});
    graph["policies"]["identitySecurityDefaultsEnforcementPolicy"]["isEnabled"] = json!(true);
    let run = Run::from_state(&state);
    let planned = run.plan().await;
    let shown: BTreeSet<String> = to_do(&planned.plan).into_iter().collect();
    let wanted = [
        format!("{DEFAULTS}: update isEnabled"),
        format!("{POLICY}: create"),
    ];
    assert_eq!(shown, wanted.into());
    let summary = run.apply(planned).await;
    assert!(summary.failed.is_empty(), "{summary:?}");
    settle().await;
    let left = Run::over(run.manifest, run.cloud).plan().await;
    assert_eq!(to_do(&left.plan), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn two_policies_of_one_name_are_left_to_a_person() {
    let mut state = state();
    let mut second = policy(&mut state).clone();
    let id = "00000000-0000-4000-8000-00000000000b";
    second["id"] = json!(id);
    section(&mut state, "graph")["conditionalAccess"][id] = second;
    let run = Run::from_state(&state);
    let planned = run.plan().await;
    let (message, remedy) = failure(&planned.plan, POLICY);
    assert!(
        message.starts_with("2 Conditional Access policies"),
        "{message}"
    );
    assert!(remedy.contains("delete it"), "{remedy}");
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_was_deleted_is_no_second_one() {
    let mut state = state();
    let mut deleted = policy(&mut state).clone();
    let id = "00000000-0000-4000-8000-00000000000b";
    deleted["id"] = json!(id);
    deleted["deletedDateTime"] = json!("2026-11-23T09:00:00Z");
    section(&mut state, "graph")["conditionalAccess"][id] = deleted;
    let planned = Run::from_state(&state).plan().await;
    assert_eq!(to_do(&planned.plan), Vec::<String>::new());
}

/// What does not begin as the environment's names do, and is there, is somebody else's.
#[tokio::test(start_paused = true)]
async fn what_somebody_else_made_is_not_taken_over() {
    let mut state = state();
    policy(&mut state)["displayName"] = json!("Require MFA");
    flow(&mut state)["displayName"] = json!("Sign in");
    let run = Run::from_state(&state);
    let mut manifest = run.manifest;
    manifest.customers.mfa.policy_name = "Require MFA".to_owned();
    manifest.customers.user_flow.name = "Sign in".to_owned();
    let planned = Run::over(manifest, run.cloud).plan().await;
    for entry in &planned.plan.entries {
        let theirs = ["Require MFA", "Sign in"].contains(&entry.name.as_str());
        let refused = matches!(entry.action, Action::Foreign { .. });
        assert_eq!(refused, theirs, "{} {:?}", entry.key, entry.action);
    }
    assert_eq!(planned.plan.totals.foreign, 2);
}

#[tokio::test(start_paused = true)]
async fn a_user_flow_that_was_made_without_attributes_is_left_to_a_person() {
    let mut state = state();
    flow(&mut state)["attributeCollection"] = Value::Null;
    let run = Run::from_state(&state);
    let planned = run.plan().await;
    let summary = run.apply(planned).await;
    let failed = summary.failed.first().unwrap();
    assert_eq!(failed.key, FLOW.into());
    assert!(
        format!("{failed:?}").contains("delete it in the portal"),
        "{failed:?}"
    );
}
