//! Planning asks the same few questions however many steps there are. How long it takes is for `cargo xtask bench`.

use rollout::engine::{PlanOptions, Rollout, Stage};
use serde_json::json;

use crate::support::{Cloud, Thing, thing};

/// Every tenth is a parent of nine, so that there are scopes, lists and dependencies in proportion.
fn environment(cloud: &Cloud, count: usize) -> Rollout {
    let mut steps = Vec::with_capacity(count);
    for n in 0..count {
        let name = format!("thing{n:05}");
        let wants = json!({
            "location": "East US 2",
            "properties": {"size": n, "subnets": [{"name": "a"}, {"name": "b"}]},
            "tags": {"rhc-environment": "qa"},
        });
        let mut document = wants.clone();
        document["mark"] = json!("ours");
        cloud.put(&name, document);
        let step = thing(cloud, &name)
            .wants(wants)
            .stage(Stage::of_app(0, "hp2"));
        steps.push(match n % 10 {
            0 => step,
            _ => {
                let parent = format!("thing{:05}", n - n % 10);
                step.after(&parent).reads("parent", &parent)
            }
        });
    }
    for (n, step) in steps.iter().enumerate() {
        let mut document = cloud.document(&step.meta.name);
        if n % 10 != 0 {
            document["parent"] = json!(format!("id-of-thing{:05}", n - n % 10));
        }
        cloud.put(&step.meta.name, document);
    }
    Rollout::new("bench", steps.into_iter().map(Thing::boxed).collect()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_steps_cost_one_list_and_one_round_trip() {
    let cloud = Cloud::default();
    let rollout = environment(&cloud, 10_000);
    let plan = rollout.plan(&PlanOptions::default()).await.plan;
    assert!(plan.is_empty());
    assert_eq!(plan.totals.unchanged, rollout.len());
    assert_eq!((plan.observed.lists, plan.observed.depth), (1, 1));
}
