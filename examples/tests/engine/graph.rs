//! Order, and what is wrong with an order.

use rollout::engine::{GraphError, Key, Rollout, Stage, Step};
use std::sync::Arc;

use crate::support::{Cloud, Thing, thing};

fn build(steps: Vec<Thing>) -> Result<Rollout, GraphError> {
    let steps: Vec<Arc<dyn Step>> = steps.into_iter().map(Thing::boxed).collect();
    Rollout::new("qa", steps)
}

fn order(rollout: &Rollout) -> Vec<String> {
    rollout.steps().map(|s| s.meta().name.clone()).collect()
}

#[test]
fn a_step_stands_after_what_it_needs_and_what_it_reads() {
    let cloud = Cloud::default();
    let rollout = build(vec![
        thing(&cloud, "app").reads("env", "env"),
        thing(&cloud, "env").after("group"),
        thing(&cloud, "group"),
    ])
    .unwrap();
    assert_eq!(order(&rollout), ["group", "env", "app"]);
    let needs = rollout.needs(&Key::new("app"));
    assert_eq!(needs, [&Key::new("env")]);
}

#[test]
fn among_equals_the_stage_decides_and_then_the_file() {
    let cloud = Cloud::default();
    let steps = vec![
        thing(&cloud, "z").stage(Stage::of_app(0, "hp2")),
        thing(&cloud, "b").stage(Stage::NETWORK),
        thing(&cloud, "a").stage(Stage::NETWORK),
    ];
    assert_eq!(order(&build(steps.clone()).unwrap()), ["b", "a", "z"]);
    assert_eq!(order(&build(steps).unwrap()), ["b", "a", "z"]);
}

#[test]
fn a_circle_is_named() {
    let cloud = Cloud::default();
    let error = build(vec![
        thing(&cloud, "outside").after("a"),
        thing(&cloud, "a").after("b"),
        thing(&cloud, "b").reads("x", "c"),
        thing(&cloud, "c").after("a"),
    ])
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "steps need each other in a circle: a needs b needs c needs a"
    );
}

#[test]
fn a_step_that_needs_itself_is_a_circle() {
    let cloud = Cloud::default();
    let error = build(vec![thing(&cloud, "a").after("a")]).unwrap_err();
    assert_eq!(
        error,
        GraphError::Cycle {
            keys: vec![Key::new("a")]
        }
    );
}

#[test]
fn a_missing_step_is_named_with_who_needs_it() {
    let cloud = Cloud::default();
    let error = build(vec![thing(&cloud, "a").reads("x", "nobody")]).unwrap_err();
    assert_eq!(error.to_string(), "a needs nobody, which no step makes");
}

#[test]
fn two_steps_of_one_key_are_refused() {
    let cloud = Cloud::default();
    let error = build(vec![thing(&cloud, "a"), thing(&cloud, "a")]).unwrap_err();
    assert_eq!(error.to_string(), "two steps are called a");
}
