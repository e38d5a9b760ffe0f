//! Planning is linear in the number of steps.

use std::time::{Duration, Instant};

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
        let step = thing(cloud, &name).wants(wants).stage(Stage::HP2);
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

#[expect(
    clippy::disallowed_methods,
    reason = "what the machine takes is the point; tokio's clock is paused"
)]
async fn plan_once(rollout: &Rollout) -> Duration {
    let started = Instant::now();
    let plan = rollout.plan(&PlanOptions::default()).await.plan;
    let took = started.elapsed();
    assert!(plan.is_empty());
    assert_eq!(plan.totals.unchanged, rollout.len());
    assert_eq!((plan.observed.lists, plan.observed.depth), (1, 1));
    took
}

#[tokio::test(start_paused = true)]
async fn twice_the_steps_take_about_twice_the_time() {
    let cloud = Cloud::default();
    let small = environment(&cloud, 10_000);
    let cloud = Cloud::default();
    let large = environment(&cloud, 20_000);
    // The least of several is what the machine can do when nobody else uses it; a square would show as four.
    let mut ratio = f64::MAX;
    let (mut least_small, mut least_large) = (Duration::MAX, Duration::MAX);
    for _ in 0..8 {
        least_small = least_small.min(plan_once(&small).await);
        least_large = least_large.min(plan_once(&large).await);
        ratio = least_large.as_secs_f64() / least_small.as_secs_f64();
        if ratio <= 2.3 {
            break;
        }
    }
    println!("10,000 steps: {least_small:?}, 20,000 steps: {least_large:?}, ratio {ratio:.2}");
    assert!(ratio <= 3.0, "{least_small:?} {least_large:?} {ratio}");
}
