//! One list per scope and type, shared, counted, and as early as its scope is known.

use rollout::engine::{Action, Key, PlanOptions, StepError};
use serde_json::json;

use crate::support::{Cloud, rollout, thing};

#[tokio::test(start_paused = true)]
async fn a_list_is_read_once_for_all_steps() {
    let cloud = Cloud::default();
    let rollout = rollout((0..50).map(|n| thing(&cloud, &format!("t{n}"))));
    let planned = rollout.plan(&PlanOptions::default()).await;
    assert_eq!(planned.plan.totals.create, 50);
    assert_eq!(cloud.state().lists[""], 1);
    assert_eq!(planned.plan.observed.lists, 1);
    assert_eq!(planned.plan.observed.depth, 1);
}

#[tokio::test(start_paused = true)]
async fn a_step_in_something_absent_is_absent_without_a_request() {
    let cloud = Cloud::default();
    let rollout = rollout([
        thing(&cloud, "parent"),
        thing(&cloud, "child").inside("parent"),
        thing(&cloud, "grandchild").inside("child"),
    ]);
    let planned = rollout.plan(&PlanOptions::default()).await;
    assert_eq!(planned.plan.totals.create, 3);
    assert_eq!(planned.plan.observed.lists, 1);
    let entry = planned.plan.entry(&Key::new("grandchild")).unwrap();
    assert_eq!(entry.after, [Key::new("child")]);
}

#[tokio::test(start_paused = true)]
async fn the_chain_of_requests_follows_what_is_read_and_not_what_is_needed() {
    let cloud = Cloud::default();
    for name in ["a", "b", "c", "d"] {
        cloud.put(name, json!({"size": 1, "mark": "ours"}));
    }
    let chain = rollout([
        thing(&cloud, "a"),
        thing(&cloud, "b").inside("a"),
        thing(&cloud, "c").inside("b"),
        // Comes after c, but its list does not depend on anything of c.
        thing(&cloud, "d").after("c"),
    ]);
    let planned = chain.plan(&PlanOptions::default()).await;
    assert!(planned.plan.is_empty());
    assert_eq!(planned.plan.observed.lists, 3);
    assert_eq!(planned.plan.observed.depth, 3);

    let flat = rollout([
        thing(&cloud, "a"),
        thing(&cloud, "b").after("a"),
        thing(&cloud, "c").after("b"),
    ]);
    let planned = flat.plan(&PlanOptions::default()).await;
    assert_eq!(planned.plan.observed.depth, 1);
}

#[tokio::test(start_paused = true)]
async fn lists_of_different_scopes_are_read_at_the_same_time() {
    let cloud = Cloud::default();
    cloud.put("root", json!({"size": 1, "mark": "ours"}));
    let scopes: Vec<String> = (0..20).map(|n| format!("scope{n}")).collect();
    let mut steps = vec![thing(&cloud, "root")];
    for scope in &scopes {
        cloud.put(scope, json!({"size": 1, "mark": "ours"}));
        steps.push(thing(&cloud, scope).inside("root"));
        steps.push(thing(&cloud, &format!("in-{scope}")).inside(scope));
    }
    let started = tokio::time::Instant::now();
    let planned = rollout(steps).plan(&PlanOptions::default()).await;
    assert_eq!(planned.plan.observed.lists, 22);
    assert_eq!(planned.plan.observed.depth, 3);
    assert_eq!(started.elapsed().as_millis(), 3 * 40);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_fails_is_read_once_and_what_stands_in_it_is_not_called_absent() {
    let cloud = Cloud::default();
    let broken = StepError::new("403 from the cloud").remedy("get the role Reader");
    cloud.state().broken_lists.insert(String::new(), broken);
    let rollout = rollout([
        thing(&cloud, "a"),
        thing(&cloud, "b"),
        thing(&cloud, "child").inside("a"),
        thing(&cloud, "grandchild").inside("child"),
    ]);
    let planned = rollout.plan(&PlanOptions::default()).await;
    assert_eq!(cloud.state().lists[""], 1);
    assert_eq!(planned.plan.totals.failed, 2);
    assert_eq!(planned.plan.totals.not_observed, 2);
    let entry = planned.plan.entry(&Key::new("a")).unwrap();
    assert_eq!(
        entry.action,
        Action::Failed {
            message: "403 from the cloud".to_owned(),
            remedy: Some("get the role Reader".to_owned())
        }
    );
    assert_eq!(planned.plan.exit().code(), 1);
}
