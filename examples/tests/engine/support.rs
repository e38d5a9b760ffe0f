//! A cloud of named things, as strict and as unreliable as a test wants it, and steps that make them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use rollout::engine::{
    Apply, Change, ChangeKind, DiffRules, Key, Lane, Meta, Observe, Observed, Output, Outputs,
    Repeat, Rollout, Stage, Step, StepError,
};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

/// What the cloud does with the next write of a name.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// It carries the write out, and the answer is lost.
    AnswerLost,
    /// It never gets the write, and the client cannot know.
    RequestLost,
    /// It refuses.
    Refuse,
    /// It refuses for the moment.
    Busy(Option<Duration>),
    /// Only a person can do it.
    NeedsPerson,
}

/// One write that the cloud carried out.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) name: String,
    pub(crate) from: Instant,
    pub(crate) to: Instant,
}

#[derive(Default)]
pub(crate) struct State {
    /// Everything of a name: more than one is a duplicate.
    pub(crate) things: BTreeMap<String, Vec<Value>>,
    /// Names that reads do not show before that time.
    pub(crate) hidden_until: BTreeMap<String, Instant>,
    /// Names that lists do not show, and point reads do.
    pub(crate) hidden_in_lists: Vec<String>,
    /// How long a new thing is invisible.
    pub(crate) lag: Duration,
    pub(crate) faults: BTreeMap<String, VecDeque<Fault>>,
    pub(crate) writes: Vec<Write>,
    /// How the changes would look in a log.
    pub(crate) logged: Vec<String>,
    pub(crate) started: Vec<(String, ChangeKind)>,
    pub(crate) lists: BTreeMap<String, usize>,
    pub(crate) points: BTreeMap<String, usize>,
    pub(crate) running: usize,
    pub(crate) most_running: usize,
    /// Scopes whose list cannot be read.
    pub(crate) broken_lists: BTreeMap<String, StepError>,
}

#[derive(Clone, Default)]
pub(crate) struct Cloud(Arc<Mutex<State>>);

impl Cloud {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(crate) fn put(&self, name: &str, document: Value) {
        let mut state = self.state();
        state.things.insert(name.to_owned(), vec![document]);
    }

    pub(crate) fn document(&self, name: &str) -> Value {
        self.state().things[name][0].clone()
    }

    pub(crate) fn count(&self, name: &str) -> usize {
        self.state().things.get(name).map_or(0, Vec::len)
    }

    pub(crate) fn fault(&self, name: &str, fault: Fault) {
        let mut state = self.state();
        state
            .faults
            .entry(name.to_owned())
            .or_default()
            .push_back(fault);
    }

    pub(crate) fn writes(&self) -> Vec<String> {
        self.state().writes.iter().map(|w| w.name.clone()).collect()
    }

    pub(crate) fn times(&self, name: &str) -> (Instant, Instant) {
        let state = self.state();
        let write = state.writes.iter().find(|w| w.name == name).unwrap();
        (write.from, write.to)
    }

    fn visible(&self, name: &str) -> Option<Value> {
        let state = self.state();
        let hidden = state
            .hidden_until
            .get(name)
            .is_some_and(|until| Instant::now() < *until);
        let thing = state.things.get(name)?.first()?;
        (!hidden).then(|| thing.clone())
    }

    fn write(&self, name: &str, document: &Value, again: Repeat, kind: ChangeKind) {
        let mut state = self.state();
        let until = Instant::now() + state.lag;
        if kind == ChangeKind::Create {
            state.hidden_until.insert(name.to_owned(), until);
        }
        let things = state.things.entry(name.to_owned()).or_default();
        let mut document = document.clone();
        document["mark"] = json!("ours");
        if kind == ChangeKind::Create && again == Repeat::LookFirst {
            things.push(document);
        } else {
            *things = vec![document];
        }
    }
}

/// A step that makes one thing of the cloud. Its outputs are `id` (`id-of-<name>`).
#[derive(Clone)]
pub(crate) struct Thing {
    pub(crate) meta: Meta,
    cloud: Cloud,
    fields: Value,
    inputs: Vec<(&'static str, Output<String>)>,
    scope: Option<Output<String>>,
    rules: DiffRules,
    repeat: Repeat,
    takes: Duration,
    operation: bool,
    says_id: bool,
    unobservable: bool,
    without_output: bool,
    more: Outputs,
}

pub(crate) fn thing(cloud: &Cloud, name: &str) -> Thing {
    Thing {
        meta: Meta::new(name, Stage::SHARED, "qa", "thing", name).why("a test needs it"),
        cloud: cloud.clone(),
        fields: json!({"size": 1}),
        inputs: Vec::new(),
        scope: None,
        rules: DiffRules::new(),
        repeat: Repeat::Safe,
        takes: Duration::from_secs(1),
        operation: false,
        says_id: false,
        unobservable: false,
        without_output: false,
        more: Outputs::new(),
    }
}

pub(crate) fn id_of(name: &str) -> Output<String> {
    Key::new(name).output("id")
}

impl Thing {
    pub(crate) fn wants(mut self, fields: Value) -> Self {
        self.fields = fields;
        self
    }

    /// A field that holds another thing's id; makes it a dependency by being read.
    pub(crate) fn reads(mut self, field: &'static str, name: &str) -> Self {
        self.inputs.push((field, id_of(name)));
        self
    }

    /// Lives in another thing: cannot be looked at before that exists.
    pub(crate) fn inside(mut self, name: &str) -> Self {
        self.scope = Some(id_of(name));
        self.meta = self.meta.needs(&Key::new(name));
        self
    }

    pub(crate) fn after(mut self, name: &str) -> Self {
        self.meta = self.meta.needs(&Key::new(name));
        self
    }

    pub(crate) fn lane(mut self, lane: Lane) -> Self {
        self.meta = self.meta.lane(lane);
        self
    }

    pub(crate) fn stage(mut self, stage: Stage) -> Self {
        self.meta.stage = stage;
        self
    }

    pub(crate) fn rules(mut self, rules: DiffRules) -> Self {
        self.rules = rules;
        self
    }

    pub(crate) fn look_first(mut self) -> Self {
        self.repeat = Repeat::LookFirst;
        self
    }

    pub(crate) fn takes(mut self, takes: Duration) -> Self {
        self.takes = takes;
        self
    }

    pub(crate) fn long_running(mut self) -> Self {
        self.operation = true;
        self
    }

    /// The service says at once by which id it knows the thing, and the step records it before it waits.
    pub(crate) fn says_id(mut self) -> Self {
        self.says_id = true;
        self
    }

    pub(crate) fn unobservable(mut self) -> Self {
        self.unobservable = true;
        self
    }

    pub(crate) fn more_outputs(mut self, outputs: Outputs) -> Self {
        self.more = outputs;
        self
    }

    pub(crate) fn without_output(mut self) -> Self {
        self.without_output = true;
        self
    }

    pub(crate) fn edit_meta(mut self, edit: impl FnOnce(Meta) -> Meta) -> Self {
        self.meta = edit(self.meta);
        self
    }

    pub(crate) fn boxed(self) -> Arc<dyn Step> {
        Arc::new(self)
    }

    fn outputs(&self) -> Outputs {
        if self.without_output {
            return Outputs::new();
        }
        let id = format!("id-of-{}", self.meta.name);
        let mut outputs = Outputs::new().with("id", id);
        outputs.extend(self.more.clone());
        outputs
    }

    fn seen(&self, found: Option<Value>) -> Observed {
        match found {
            None => Observed::Absent,
            Some(document) if document["mark"] == "ours" => {
                Observed::ours(document, self.outputs())
            }
            Some(document) => Observed::foreign(document, self.outputs()),
        }
    }
}

#[async_trait]
impl Step for Thing {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, inputs: &rollout::engine::Inputs<'_>) -> Result<Value, StepError> {
        let mut document = self.fields.clone();
        for (field, output) in &self.inputs {
            document[*field] = json!(inputs.text(output)?);
        }
        Ok(document)
    }

    fn rules(&self) -> DiffRules {
        self.rules.clone()
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let scope = match &self.scope {
            Some(output) => cx.inputs().require(output)?,
            None => String::new(),
        };
        if self.unobservable {
            return Ok(Observed::NotObserved {
                reason: "the door is closed".to_owned(),
            });
        }
        let cloud = self.cloud.clone();
        let asked = scope.clone();
        let list = cx
            .listing(
                &scope,
                "thing",
                |(name, _): &(String, Value)| Some(name.clone()),
                || async move {
                    *cloud.state().lists.entry(asked.clone()).or_default() += 1;
                    sleep(Duration::from_millis(40)).await;
                    if let Some(error) = cloud.state().broken_lists.get(&asked) {
                        return Err(error.clone());
                    }
                    let mut names: Vec<String> = cloud.state().things.keys().cloned().collect();
                    names.retain(|name| !cloud.state().hidden_in_lists.contains(name));
                    let visible = names
                        .into_iter()
                        .filter_map(|n| Some((n.clone(), cloud.visible(&n)?)));
                    Ok(visible.collect())
                },
            )
            .await?;
        Ok(self.seen(
            list.get(&self.meta.name)
                .map(|(_, document)| document.clone()),
        ))
    }

    async fn find(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        if self.unobservable {
            return self.observe(cx).await;
        }
        let found = cx
            .read(async {
                sleep(Duration::from_millis(40)).await;
                let mut state = self.cloud.state();
                *state.points.entry(self.meta.name.clone()).or_default() += 1;
                let by_id = cx.made() == Some(&format!("id-of-{}", self.meta.name));
                if let (true, Some(things)) = (by_id, state.things.get(&self.meta.name)) {
                    return Ok(things.first().cloned());
                }
                drop(state);
                Ok::<_, StepError>(self.cloud.visible(&self.meta.name))
            })
            .await?;
        Ok(self.seen(found))
    }

    fn repeat(&self) -> Repeat {
        self.repeat
    }

    async fn apply(&self, cx: &Apply<'_>, change: &Change<'_>) -> Result<Outputs, StepError> {
        let name = &self.meta.name;
        let from = Instant::now();
        let fault = {
            let mut state = self.cloud.state();
            state.started.push((name.clone(), change.kind));
            state.logged.push(format!("{change:?}"));
            state.running += 1;
            state.most_running = state.most_running.max(state.running);
            state.faults.get_mut(name).and_then(VecDeque::pop_front)
        };
        let running = Leaving(self.cloud.clone());
        if self.operation {
            self.cloud
                .write(name, change.desired, self.repeat, change.kind);
            cx.operation(&format!("operation-of-{name}")).await?;
        }
        if self.says_id {
            self.cloud
                .write(name, change.desired, self.repeat, change.kind);
            cx.made(&format!("id-of-{name}")).await?;
        }
        sleep(self.takes).await;
        drop(running);
        let lost = || StepError::new("the connection broke").unknown_fate();
        match fault {
            Some(Fault::RequestLost) => return Err(lost()),
            Some(Fault::Refuse) => {
                return Err(StepError::new("refused by the cloud").remedy("ask nicely"));
            }
            Some(Fault::Busy(after)) => return Err(StepError::new("busy").retry_after(after)),
            Some(Fault::NeedsPerson) => {
                let instructions = vec![format!("make {name} by hand")];
                return Err(StepError::manual("not for machines", instructions));
            }
            Some(Fault::AnswerLost) | None => {}
        }
        if !self.operation && !self.says_id {
            self.cloud
                .write(name, change.desired, self.repeat, change.kind);
        }
        self.cloud.state().writes.push(Write {
            name: name.clone(),
            from,
            to: Instant::now(),
        });
        match fault {
            Some(Fault::AnswerLost) => Err(lost()),
            _ => Ok(self.outputs()),
        }
    }

    async fn resume(&self, cx: &Apply<'_>, operation: &str) -> Result<Option<Outputs>, StepError> {
        cx.note("resuming");
        assert_eq!(operation, format!("operation-of-{}", self.meta.name));
        sleep(self.takes).await;
        Ok(Some(self.outputs()))
    }
}

struct Leaving(Cloud);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.state().running -= 1;
    }
}

pub(crate) fn rollout(steps: impl IntoIterator<Item = Thing>) -> Rollout {
    Rollout::new("qa", steps.into_iter().map(Thing::boxed).collect()).unwrap()
}
