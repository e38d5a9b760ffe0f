//! Planning, measured alone: synthetic steps over lists in memory, none of which differs from what is wanted.
//!
//! Prints one JSON document for `cargo xtask bench`.

use std::{process::ExitCode, sync::Arc, time::Duration};

use async_trait::async_trait;
use rollout::engine::{
    Inputs, Meta, Observe, Observed, Output, Outputs, PlanOptions, Rollout, Stage, Step, StepError,
};
use serde_json::{Value, json};

const SIZES: [usize; 2] = [10_000, 20_000];
const RUNS: usize = 8;

/// Steps in one list.
const SCOPE: usize = 100;
/// Every tenth step is the parent of the nine after it.
const FAMILY: usize = 10;

/// One resource that is there as it should be; a child's document holds the id of its parent.
struct Synthetic {
    meta: Meta,
    scope: usize,
    number: usize,
    parent: Option<Output<String>>,
}

impl Synthetic {
    fn new(number: usize) -> Self {
        let name = name(number);
        let meta = Meta::new(
            name.as_str(),
            Stage::SHARED,
            "qa",
            "synthetic",
            name.as_str(),
        );
        let parent = number - number % FAMILY;
        let output = rollout::engine::Key::new(self::name(parent)).output("id");
        let is_child = parent != number;
        Self {
            meta: if is_child {
                meta.needs_output(&output)
            } else {
                meta
            },
            scope: number / SCOPE,
            number,
            parent: is_child.then_some(output),
        }
    }
}

fn name(number: usize) -> String {
    format!("thing{number:06}")
}

fn id(number: usize) -> String {
    format!("/synthetic/{}", name(number))
}

fn document(number: usize, parent: Option<&str>) -> Value {
    json!({
        "location": "eastus2",
        "properties": { "size": number, "parent": parent, "rules": [{ "name": "a" }, { "name": "b" }] },
        "tags": { "rhc-environment": "bench" },
    })
}

#[async_trait]
impl Step for Synthetic {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, inputs: &Inputs<'_>) -> Result<Value, StepError> {
        let parent = self.parent.as_ref().map(|parent| inputs.text(parent));
        Ok(document(self.number, parent.transpose()?.as_deref()))
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let first = self.scope * SCOPE;
        let list = cx
            .listing(
                &self.scope.to_string(),
                "synthetic",
                |number: &usize| Some(name(*number)),
                || async move { Ok((first..first + SCOPE).collect()) },
            )
            .await?;
        Ok(list.get(&self.meta.name).map_or(Observed::Absent, |found| {
            let parent = id(found - found % FAMILY);
            let parent = self.parent.as_ref().map(|_| parent.as_str());
            Observed::ours(
                document(*found, parent),
                Outputs::new().with("id", id(*found)),
            )
        }))
    }
}

/// A rollout of so many steps, and the least of its times so far: what the machine can do when nobody else uses it.
struct Measured {
    steps: usize,
    rollout: Rollout,
    least: Duration,
    observed: Value,
}

impl Measured {
    fn new(steps: usize) -> Result<Self, String> {
        let all = (0..steps).map(|number| Arc::new(Synthetic::new(number)) as Arc<dyn Step>);
        let rollout = Rollout::new("bench", all.collect()).map_err(|error| error.to_string())?;
        Ok(Self {
            steps,
            rollout,
            least: Duration::MAX,
            observed: Value::Null,
        })
    }

    async fn plan(&mut self) -> Result<(), String> {
        let started = now();
        let plan = self.rollout.plan(&PlanOptions::default()).await.plan;
        self.least = self.least.min(started.elapsed());
        if plan.totals.unchanged != self.steps {
            return Err(format!("{} steps, but {:?}", self.steps, plan.totals));
        }
        self.observed = serde_json::to_value(&plan.observed).map_err(|error| error.to_string())?;
        Ok(())
    }

    fn document(&self) -> Value {
        json!({
            "steps": self.steps,
            "seconds": self.least.as_secs_f64(),
            "scopes": self.steps.div_ceil(SCOPE),
            "observed": self.observed,
        })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "real time is what is measured here"
)]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}

fn run() -> Result<Value, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(|error| error.to_string())?;
    let sizes: Result<Vec<_>, _> = SIZES.into_iter().map(Measured::new).collect();
    let mut sizes = sizes?;
    // In turns: who else uses the machine meanwhile then slows down both and not one.
    for _ in 0..RUNS {
        for size in &mut sizes {
            runtime.block_on(size.plan())?;
        }
    }
    Ok(sizes.iter().map(Measured::document).collect())
}

fn main() -> ExitCode {
    match run() {
        Ok(document) => {
            println!("{document}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
