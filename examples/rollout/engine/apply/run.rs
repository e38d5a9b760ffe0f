//! The whole run: starts what can start, and keeps the books.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::super::error::{Nature, StepError};
use super::super::journal::{JournalError, Record};
use super::super::key::Key;
use super::super::meta::OwnedBy;
use super::super::observe::{Listings, Purpose};
use super::super::plan::Action;
use super::super::planning::{Look, Planned};
use super::super::progress::{Effect, Progress};
use super::super::rollout::Rollout;
use super::super::step::Observed;
use super::super::values::{Dependency, Outputs};
use super::super::window::Windows;
use super::lanes::Lanes;
use super::options::{ApplyOptions, later};
use super::stop::StopLevel;
use super::summary::{Blocked, Failure, Made, Summary, Waiting};
use super::work::{End, Shared, Work};

impl Rollout {
    /// Carries out what the plan of this rollout found to do, and again looks before it writes.
    ///
    /// A step that fails stops only those that need it. A step that waits for a person is looked at again and again
    /// while others run, and what needs it goes on when he has done it.
    ///
    /// # Errors
    /// When the journal cannot be read at the beginning. What happens to a step is in the [`Summary`].
    pub async fn apply(
        &self,
        planned: Planned,
        options: &ApplyOptions,
    ) -> Result<Summary, JournalError> {
        let recovery = options.journal.recovery().await?;
        let pid = std::process::id();
        options.journal.append(Record::RunStarted { pid }).await?;
        let shared = Shared {
            rollout: self,
            options,
            recovery,
            listings: Listings::trusted_for(options.trusted()),
            lanes: Lanes::default(),
            permits: Semaphore::new(options.concurrency.max(1)),
            windows: Windows::new(
                options.operator.clone(),
                Arc::clone(&options.journal),
                options.progress.clone(),
            ),
        };
        let left_open = match options.leaves_doors {
            true => Vec::new(),
            false => self.close_windows(&shared).await,
        };
        let mut books = Books::new(&shared, planned);
        let stopped = books.run().await;
        let broken_journal = books.broken_journal;
        let mut summary = books.close();
        let closed = shared.windows.close_all();
        match stopped {
            None => closed.await,
            Some(at) => {
                // However often he asked: nobody wants to leave a door open, and this has an end.
                let _ = timeout_at(later(at, options.grace.doors), closed).await;
            }
        }
        shared.windows.leave();
        summary.failed.splice(0..0, left_open);
        summary.windows = shared.windows.history();
        let ended = Record::RunEnded {
            summary: summary.short(),
        };
        let ended = options.journal.append(ended).await;
        // Where the journal broke before, the step that met it says so; what was done is worth more than its last line.
        if !broken_journal {
            ended?;
        }
        Ok(summary)
    }

    /// Closes what an earlier run left open, before anything else is done. What cannot be closed is a failure of this run.
    async fn close_windows(&self, shared: &Shared<'_>) -> Vec<Failure> {
        let mut failed = Vec::new();
        for (name, address) in &shared.recovery.windows {
            if let Some(fence) = &shared.options.fence {
                fence.reopened(name);
            }
            let doors = self.doors.as_deref();
            if let Err(error) = shared.windows.close_left(name, *address, doors).await {
                failed.push(Failure {
                    key: Key::new(format!("windows/{}/{}", name.kind, name.name)),
                    message: error.full_message(),
                    remedy: error.remedy_text().map(str::to_owned),
                });
            }
        }
        failed
    }
}

#[derive(Clone, Debug, PartialEq)]
enum State {
    /// It waits for what it needs.
    Waiting,
    /// It is being worked on.
    Running,
    /// A person has to do it.
    Person(Vec<String>),
    /// It came to this.
    Done(Effect),
    Failed(Failure),
    /// The step that failed.
    Blocked(usize),
    NotStarted,
}

enum Event {
    Ended(usize, End),
    Polled(usize, Result<Look, usize>),
}

type Running<'r> = FuturesUnordered<BoxFuture<'r, Event>>;

/// Who is where, in one run.
struct Books<'r> {
    shared: &'r Shared<'r>,
    looks: Vec<Option<Look>>,
    states: Vec<State>,
    outputs: Vec<Arc<Outputs>>,
    missing: Vec<usize>,
    ready: VecDeque<usize>,
    /// Steps being worked on; polls are not counted.
    working: usize,
    broken_journal: bool,
    /// What the plan showed as new.
    new: BTreeSet<Key>,
    summary: Summary,
}

impl<'r> Books<'r> {
    fn new(shared: &'r Shared<'r>, planned: Planned) -> Self {
        let graph = &shared.rollout.graph;
        let missing: Vec<usize> = graph.needs.iter().map(Vec::len).collect();
        let without_needs = |at: &&usize| missing.get(**at) == Some(&0);
        let ready = graph.order.iter().filter(without_needs).copied().collect();
        let steps = shared.rollout.steps.len();
        let entries = planned.plan.entries.iter();
        let new = entries
            .filter(|entry| matches!(entry.action, Action::Create { .. }))
            .map(|entry| entry.key.clone())
            .collect();
        let looks: Vec<Option<Look>> = planned.looks.into_iter().map(Some).collect();
        let to_do = looks
            .iter()
            .flatten()
            .filter(|look| !look.unchanged)
            .count();
        shared
            .options
            .progress
            .send(Progress::RunStarted { to_do, steps });
        Self {
            shared,
            looks,
            states: vec![State::Waiting; steps],
            outputs: vec![Arc::default(); steps],
            missing,
            ready,
            working: 0,
            broken_journal: false,
            new,
            summary: Summary::default(),
        }
    }

    /// Runs until nothing is left to do, or somebody stops it; then with the moment at which he did.
    async fn run(&mut self) -> Option<Instant> {
        let options = self.shared.options;
        let mut running: Running<'r> = FuturesUnordered::new();
        let mut obeyed = StopLevel::Go;
        let mut idle_since: Option<Instant> = None;
        let mut stopped: Option<Instant> = None;
        loop {
            let stopping = obeyed > StopLevel::Go || self.broken_journal;
            if !stopping {
                self.start_ready(&mut running);
            }
            if self.working > 0 {
                idle_since = None;
            } else if stopping || running.is_empty() {
                break;
            } else {
                idle_since = idle_since.or_else(|| Some(Instant::now()));
            }
            // Only people are waited for: that has an end.
            let patience_over = async {
                match idle_since {
                    Some(since) => sleep_until(later(since, options.patience)).await,
                    None => std::future::pending().await,
                }
            };
            let grace_over = async {
                match stopped {
                    Some(at) => sleep_until(later(at, options.grace.work)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = options.stop.beyond(obeyed) => {
                    obeyed = options.stop.level();
                    stopped = stopped.or_else(|| Some(Instant::now()));
                    options.progress.send(Progress::Stopping { running: self.working });
                    if obeyed == StopLevel::Leave {
                        break;
                    }
                }
                Some(event) = running.next() => self.take(event, &mut running),
                () = patience_over => break,
                // What is dropped here stays open in the journal, with its operation where it has one.
                () = grace_over => break,
            }
        }
        self.summary.stopped = obeyed > StopLevel::Go;
        stopped
    }

    fn start_ready(&mut self, running: &mut Running<'r>) {
        while let Some(at) = self.ready.pop_front() {
            let look = self.looks.get_mut(at).and_then(Option::take);
            let key = self.shared.rollout.key(at);
            let unfinished = key.is_some_and(|key| self.shared.recovery.open.contains_key(key));
            let look = match look {
                Some(look) if look.unchanged && !unfinished && !self.needs_touched(at) => {
                    let outputs = Outputs::clone(&look.outputs);
                    self.ended(at, Effect::Unchanged, outputs);
                    continue;
                }
                look => look,
            };
            let manual = self
                .shared
                .rollout
                .steps
                .get(at)
                .is_some_and(|s| s.meta().manual);
            let person = manual && look.as_ref().is_some_and(|look| !look.unchanged);
            self.start(at, look, person, running);
        }
    }

    /// Whether something that it needs was written, so that its inputs may differ from those of the plan.
    fn needs_touched(&self, at: usize) -> bool {
        let mut needs = self.shared.rollout.graph.needs(at).iter();
        needs.any(|&need| self.states.get(need) != Some(&State::Done(Effect::Unchanged)))
    }

    fn start(&mut self, at: usize, look: Option<Look>, person: bool, running: &mut Running<'r>) {
        let Some(step) = self.shared.rollout.steps.get(at) else {
            return;
        };
        let made = self.shared.recovery.made.get(&step.meta().key).cloned();
        let work = Work {
            shared: self.shared,
            at,
            step: step.as_ref(),
            needed: self.needed(at),
            person,
            made: Mutex::new(made),
        };
        self.set(at, State::Running);
        self.working += 1;
        running.push(Box::pin(
            async move { Event::Ended(at, work.go(look).await) },
        ));
    }

    fn needed(&self, at: usize) -> Vec<Dependency> {
        let needs = self.shared.rollout.graph.needs(at).iter();
        needs
            .filter_map(|&need| {
                Some(Dependency {
                    key: self.shared.rollout.key(need)?.clone(),
                    outputs: self.outputs.get(need).map(Arc::clone),
                    depth: 0,
                })
            })
            .collect()
    }

    fn take(&mut self, event: Event, running: &mut Running<'r>) {
        match event {
            Event::Ended(at, end) => {
                self.working -= 1;
                match end {
                    End::Done { effect, outputs } => self.ended(at, effect, outputs),
                    End::Person { instructions } => {
                        self.send(at, |key| Progress::WaitsForPerson {
                            key,
                            instructions: instructions.clone(),
                        });
                        self.set(at, State::Person(instructions));
                        self.poll(at, running);
                    }
                    End::Failed(error) => self.failed(at, &error),
                    End::NotStarted => self.set(at, State::NotStarted),
                }
            }
            Event::Polled(at, look) => match look {
                Ok(look) if is_done(&look) => self.start(at, Some(look), true, running),
                // Not done, or not to be seen at the moment: the next look will tell.
                Ok(_) | Err(_) => self.poll(at, running),
            },
        }
    }

    /// Looks again, after a while, whether a person has done it.
    fn poll(&self, at: usize, running: &mut Running<'r>) {
        let shared = self.shared;
        let needed = self.needed(at);
        running.push(Box::pin(async move {
            sleep(shared.options.scaled(shared.options.poll)).await;
            let listings = Listings::new();
            let rollout = shared.rollout;
            let look = rollout
                .look_at(at, needed, &listings, Purpose::Poll, None)
                .await;
            Event::Polled(at, look)
        }));
    }

    fn ended(&mut self, at: usize, effect: Effect, outputs: Outputs) {
        *match effect {
            Effect::Created => &mut self.summary.created,
            Effect::Updated => &mut self.summary.updated,
            Effect::Unchanged => &mut self.summary.unchanged,
            Effect::Recovered => &mut self.summary.recovered,
            Effect::DoneByPerson => &mut self.summary.done_by_person,
            Effect::Deleted => &mut self.summary.deleted,
            Effect::Adopted => &mut self.summary.adopted,
        } += 1;
        self.set(at, State::Done(effect));
        if let Some(step) = self.shared.rollout.steps.get(at) {
            let meta = step.meta();
            let made = || Made {
                key: meta.key.clone(),
                stage: meta.stage,
                tenant: meta.tenant.clone(),
                kind: meta.kind.clone(),
            };
            let is_part = matches!(meta.owner, OwnedBy::Parent(_));
            match effect {
                Effect::Created => self.summary.made.push(made()),
                Effect::Updated | Effect::Unchanged if is_part && self.new.contains(&meta.key) => {
                    self.summary.came_with.push(made());
                }
                _ => {}
            }
        }
        if let (Some(fence), Some(step)) = (
            &self.shared.options.fence,
            self.shared.rollout.steps.get(at),
        ) {
            fence.learn(step.meta(), &outputs);
        }
        if let Some(slot) = self.outputs.get_mut(at) {
            *slot = Arc::new(outputs);
        }
        self.send(at, |key| Progress::Done { key, effect });
        for &dependent in self.shared.rollout.graph.needed_by(at) {
            if let Some(missing) = self.missing.get_mut(dependent) {
                *missing -= 1;
                if *missing == 0 {
                    self.ready.push_back(dependent);
                }
            }
        }
    }

    fn failed(&mut self, at: usize, error: &StepError) {
        self.broken_journal |= *error.nature() == Nature::JournalBroken;
        let Some(by) = self.shared.rollout.key(at).cloned() else {
            return;
        };
        let failure = Failure {
            key: by.clone(),
            message: error.full_message(),
            remedy: error.remedy_text().map(str::to_owned),
        };
        self.send(at, |key| Progress::Failed {
            key,
            message: failure.message.clone(),
            remedy: failure.remedy.clone(),
        });
        self.set(at, State::Failed(failure));
        for dependent in self.shared.rollout.graph.all_needed_by(at) {
            if self.states.get(dependent) == Some(&State::Waiting) {
                self.set(dependent, State::Blocked(at));
                self.send(dependent, |key| Progress::Blocked {
                    key,
                    by: by.clone(),
                });
            }
        }
    }

    fn set(&mut self, at: usize, state: State) {
        if let Some(slot) = self.states.get_mut(at) {
            *slot = state;
        }
    }

    fn send(&self, at: usize, event: impl FnOnce(Key) -> Progress) {
        if let Some(key) = self.shared.rollout.key(at) {
            self.shared.options.progress.send(event(key.clone()));
        }
    }

    /// The summary, in the order of the steps.
    fn close(mut self) -> Summary {
        let graph = &self.shared.rollout.graph;
        let cut_short = self.summary.stopped || self.broken_journal;
        for &at in &graph.order {
            let (Some(state), Some(key)) = (self.states.get(at), self.shared.rollout.key(at))
            else {
                continue;
            };
            let key = key.clone();
            if let Some(outputs) = self.outputs.get(at).filter(|outputs| !outputs.is_empty()) {
                let outputs = Outputs::clone(outputs);
                self.summary.outputs.insert(key.clone(), outputs);
            }
            match state {
                State::Done(_) => {}
                State::Failed(failure) => self.summary.failed.push(failure.clone()),
                State::Blocked(by) => {
                    if let Some(by) = self.shared.rollout.key(*by).cloned() {
                        self.summary.blocked.push(Blocked { key, by });
                    }
                }
                State::Person(instructions) => {
                    let holds_up = self.held_up_by(at);
                    self.summary.manual.push(Waiting {
                        key,
                        instructions: instructions.clone(),
                        holds_up,
                    });
                }
                State::Running => self.summary.left_running.push(key),
                // What waits for a person is listed with him.
                State::Waiting if !cut_short => {}
                State::Waiting | State::NotStarted => self.summary.not_started.push(key),
            }
        }
        self.summary
    }

    fn held_up_by(&self, at: usize) -> Vec<Key> {
        let mut held = self.shared.rollout.graph.all_needed_by(at);
        held.retain(|&dependent| self.states.get(dependent) == Some(&State::Waiting));
        held.sort_unstable();
        let keys = held
            .into_iter()
            .filter_map(|at| self.shared.rollout.key(at));
        keys.cloned().collect()
    }
}

fn is_done(look: &Look) -> bool {
    matches!(
        look.observed,
        Ok(Observed::ManualDone { .. } | Observed::Present { .. })
    )
}
