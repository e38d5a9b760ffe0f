//! One step of a run: look, decide, write, and settle what is not known.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

use super::super::acting::{Acting, Doing};
use super::super::apply_context::Apply;
use super::super::decide::{Decision, decide};
use super::super::diff::{FieldChange, digest};
use super::super::error::{Nature, StepError};
use super::super::journal::{OpenIntent, Outcome, Record, Recovery};
use super::super::observe::{Listings, Purpose};
use super::super::planning::Look;
use super::super::progress::{Effect, Progress};
use super::super::rollout::Rollout;
use super::super::rules::DiffRules;
use super::super::step::{Change, ChangeKind, Observed, Repeat, Step};
use super::super::values::{Dependency, Inputs, Outputs, Placeholder};
use super::super::window::Windows;
use super::lanes::Lanes;
use super::options::{ApplyOptions, later};
use super::stop::StopLevel;

/// So many times longer a thing is looked for of which the service has said that it made it.
const MADE_FOR_SURE: u32 = 5;

/// How a step ended.
#[derive(Debug)]
pub(super) enum End {
    Done { effect: Effect, outputs: Outputs },
    Person { instructions: Vec<String> },
    Failed(StepError),
    NotStarted,
}

/// What all steps of a run share.
pub(super) struct Shared<'r> {
    pub(super) rollout: &'r Rollout,
    pub(super) options: &'r ApplyOptions,
    pub(super) recovery: Recovery,
    pub(super) listings: Listings,
    pub(super) lanes: Lanes,
    pub(super) permits: Semaphore,
    pub(super) windows: Windows,
}

/// Where the next observation comes from.
enum Sight {
    /// It is here.
    Have(Observed),
    /// The list that the steps of this run share.
    List,
    /// A point read.
    Point,
    /// Point reads until it is found, or has not been found for as long as replication takes.
    Settle,
}

/// One step on its way through a run.
pub(super) struct Work<'r> {
    pub(super) shared: &'r Shared<'r>,
    pub(super) at: usize,
    pub(super) step: &'r dyn Step,
    pub(super) needed: Vec<Dependency>,
    /// It waited for a person, so what is found done, he did.
    pub(super) person: bool,
    /// The id of what was made, as far as it is known.
    pub(super) made: Mutex<Option<String>>,
}

/// So often a write is refused before it is a person's.
const BEFORE_A_PERSON: u32 = 5;

impl Work<'_> {
    pub(super) async fn go(self, prior: Option<Look>) -> End {
        match self.through(prior).await {
            Ok(end) => end,
            Err(error) => match error.nature() {
                Nature::Manual(instructions) => End::Person {
                    instructions: instructions.clone(),
                },
                Nature::Stopped => End::NotStarted,
                Nature::NotKnownYet(placeholder) => End::Failed(self.missing(placeholder)),
                Nature::Failed | Nature::Retry(_) | Nature::JournalBroken | Nature::Bug => {
                    End::Failed(error)
                }
            },
        }
    }

    async fn through(&self, prior: Option<Look>) -> Result<End, StepError> {
        let meta = self.step.meta();
        let rules = self.step.rules();
        let inputs = Inputs::new(&meta.key, self.needed.clone());
        let open = self.shared.recovery.open.get(&meta.key);
        let mut outputs = match open {
            Some(open) => self.resume(open).await,
            None => Outputs::new(),
        };
        // What this run has written without knowing how that ended.
        let mut begun: Option<ChangeKind> = None;
        // Whether a mark was put on shows in the same place as before.
        let unfinished = open.is_some_and(|open| open.change != ChangeKind::Adopt);
        let mut sight = self.first_sight(prior, unfinished);
        let mut settled = false;
        let mut attempt = 0;
        loop {
            settled = settled || matches!(sight, Sight::Settle);
            let observed = self.see(sight, begun.is_some()).await?;
            let desired = self.step.desired(&inputs)?;
            let (kind, fields) = match decide(self.step, &desired, &observed, &rules) {
                Decision::Unchanged => {
                    outputs = with_observed(&observed, outputs);
                    let effect = self.found(begun, open).await?;
                    return Ok(End::Done { effect, outputs });
                }
                Decision::Manual { instructions } => return Ok(End::Person { instructions }),
                Decision::Foreign { what, resolve } => {
                    return Err(StepError::new(what).remedy(resolve));
                }
                Decision::Conflict { changes, resolve } => {
                    return Err(StepError::new(conflict(&changes)).remedy(resolve));
                }
                Decision::Failed(error) => return Err(error),
                Decision::Create => (ChangeKind::Create, Vec::new()),
                Decision::Update(fields) => (ChangeKind::Update, fields),
                Decision::Reconcile { .. } => (ChangeKind::Reconcile, Vec::new()),
                Decision::Delete => (ChangeKind::Delete, Vec::new()),
                Decision::Adopt => (ChangeKind::Adopt, Vec::new()),
            };
            if kind == ChangeKind::Create && !settled && self.must_look_first(&rules) {
                // A list may lag behind an earlier write.
                sight = Sight::Settle;
                continue;
            }
            if let Some(placeholder) = Placeholder::find_in_value(&desired).first() {
                return Err(self.missing(placeholder));
            }
            let change = Change {
                kind,
                desired: &desired,
                observed: match &observed {
                    Observed::Present { document, .. } => Some(document),
                    _ => None,
                },
                fields: &fields,
            };
            let error = match self.write(&change, &rules).await? {
                Written::NotStarted => return Ok(End::NotStarted),
                Written::Done { effect, made } => {
                    outputs = with_observed(&observed, outputs);
                    outputs.extend(made);
                    return Ok(End::Done { effect, outputs });
                }
                Written::Failed(error) => error,
            };
            attempt += 1;
            let unknown = error.is_unknown_fate();
            if unknown {
                begun = Some(kind);
            }
            let may_pass = error.may_pass_before_a_person();
            let attempts = self.shared.options.attempts;
            let attempts = if may_pass {
                attempts.min(BEFORE_A_PERSON)
            } else {
                attempts
            };
            if !(unknown || may_pass || error.is_retriable()) || attempt >= attempts {
                return Err(error);
            }
            if !self.pause(&error, attempt).await {
                return Err(error);
            }
            settled = false;
            sight = if unknown { Sight::Settle } else { Sight::Point };
        }
    }

    fn missing(&self, placeholder: &Placeholder) -> StepError {
        let key = &self.step.meta().key;
        StepError::bug(format!(
            "{} is done and has not made its output '{}', so {key} cannot be sent",
            placeholder.key, placeholder.name
        ))
    }

    /// Whether a create of what exists all the same would do harm: make a second one, or write over what became another's
    /// after the first.
    fn must_look_first(&self, rules: &DiffRules) -> bool {
        self.step.repeat() == Repeat::LookFirst
            || self.shared.recovery.doubts(&self.step.meta().key)
            || rules.has_not_owned()
    }

    fn first_sight(&self, prior: Option<Look>, unfinished: bool) -> Sight {
        if unfinished {
            return Sight::Settle;
        }
        match prior {
            Some(Look {
                observed: Ok(observed),
                blocked: false,
                at,
                ..
            }) if at.elapsed() <= self.shared.options.trusted() => Sight::Have(observed),
            _ => Sight::List,
        }
    }

    async fn see(&self, sight: Sight, begun: bool) -> Result<Observed, StepError> {
        match sight {
            Sight::Have(observed) => Ok(observed),
            Sight::List => self.look(Some(&self.shared.listings), Purpose::Apply).await,
            Sight::Point => self.look(None, Purpose::Settle).await,
            Sight::Settle => self.settle(begun).await,
        }
    }

    /// A create that may have happened is absent only after several point reads over the replication window say so; a
    /// single look is enough where nothing hints at an earlier one.
    async fn settle(&self, begun: bool) -> Result<Observed, StepError> {
        let options = self.shared.options;
        let in_doubt = begun || self.shared.recovery.doubts(&self.step.meta().key);
        let settle = options.settle;
        let gap = options.scaled(settle.window / settle.absences.saturating_sub(1).max(1));
        let looks = match (in_doubt, self.step.repeat()) {
            // The service has said that it made it: that it is gone again is believed later than that it never was.
            (true, Repeat::LookFirst) if self.unfinished() && self.made().is_some() => {
                settle.absences.max(1).saturating_mul(MADE_FOR_SURE)
            }
            (true, Repeat::LookFirst) => settle.absences.max(1),
            _ => 1,
        };
        let mut seen = self.look(None, Purpose::Settle).await?;
        for _ in 1..looks {
            if seen != Observed::Absent {
                break;
            }
            sleep(gap).await;
            seen = self.look(None, Purpose::Settle).await?;
        }
        Ok(seen)
    }

    /// Looks until there is an answer: what is still being made, or cannot be read for the moment, is asked again.
    /// Without the lists that steps share each time reads its own, because those remember what they were answered.
    async fn look(
        &self,
        shared: Option<&Listings>,
        purpose: Purpose,
    ) -> Result<Observed, StepError> {
        let options = self.shared.options;
        let deadline = later(Instant::now(), options.scaled(options.finish_within));
        let mut attempt = 0;
        loop {
            let own = Listings::new();
            let listings = shared.unwrap_or(&own);
            let result = {
                let _permit = self.shared.permits.acquire().await;
                let needed = self.needed.clone();
                let rollout = self.shared.rollout;
                let made = self.made();
                rollout
                    .look_at(self.at, needed, listings, purpose, made)
                    .await
            };
            let look = result.map_err(|_| StepError::bug("a step ran before one that it needs"))?;
            let error = match look.observed {
                Ok(observed) => return Ok(observed),
                Err(error) => error,
            };
            attempt += 1;
            let given_up = error.is_brief() && attempt >= options.attempts;
            if !error.is_retriable() || given_up || Instant::now() >= deadline {
                return Err(error);
            }
            if !self.pause(&error, attempt).await {
                return Err(StepError::stopped());
            }
        }
    }

    /// Records the intent, writes, records the outcome. A write of unknown fate leaves its intent open.
    async fn write(&self, change: &Change<'_>, rules: &DiffRules) -> Result<Written, StepError> {
        let options = self.shared.options;
        let meta = self.step.meta();
        let lane = meta.lane.as_ref();
        let _turn = self
            .shared
            .lanes
            .enter(lane, |wait| options.scaled(wait))
            .await;
        let _permit = self.shared.permits.acquire().await;
        if options.stop.requested() {
            return Ok(Written::NotStarted);
        }
        let intent = Record::Intent {
            key: meta.key.clone(),
            change: change.kind,
            digest: digest(change.desired, rules),
        };
        options.journal.append(intent).await?;
        options.progress.send(Progress::Started {
            key: meta.key.clone(),
            change: change.kind,
        });
        if let Some(fence) = &options.fence {
            fence.about_to_write(meta, std::iter::once(change.desired).chain(change.observed));
        }
        let cx = self.context();
        let applied = Acting::during(&meta.key, Doing::Writes, self.step.apply(&cx, change)).await;
        match applied {
            Ok(made) => {
                let effect = cx.take_effect().unwrap_or(effect_of(change.kind));
                self.record(outcome_of(effect), None).await?;
                Ok(Written::Done { effect, made })
            }
            Err(error) if *error.nature() == Nature::JournalBroken => Err(error),
            Err(error) if error.is_unknown_fate() => Ok(Written::Failed(error)),
            Err(error) => {
                self.record(Outcome::Failed, Some(error.full_message()))
                    .await?;
                Ok(Written::Failed(error))
            }
        }
    }

    /// What it comes to when there is nothing left to do.
    async fn found(
        &self,
        begun: Option<ChangeKind>,
        open: Option<&OpenIntent>,
    ) -> Result<Effect, StepError> {
        let removes = self.step.meta().removes;
        let effect = match begun {
            Some(kind) => effect_of(kind),
            None if open.is_some_and(|open| open.change == ChangeKind::Delete) && removes => {
                Effect::Deleted
            }
            // An earlier run had begun to make it, and it is not there.
            None if open.is_some() && removes => Effect::Unchanged,
            None if open.is_some() => Effect::Recovered,
            None if self.person => return Ok(Effect::DoneByPerson),
            None => return Ok(Effect::Unchanged),
        };
        self.record(outcome_of(effect), None).await?;
        Ok(effect)
    }

    /// Waits for the operation that an earlier run began. Whatever comes of it, the step is looked at afterwards.
    async fn resume(&self, open: &OpenIntent) -> Outputs {
        let Some(operation) = &open.operation else {
            return Outputs::new();
        };
        // How the opposite of what is to be done ended is seen by looking; so is a mark.
        let opposite = self.step.meta().removes || open.change == ChangeKind::Delete;
        if opposite || open.change == ChangeKind::Adopt {
            return Outputs::new();
        }
        let _permit = self.shared.permits.acquire().await;
        let cx = self.context();
        cx.note("waiting for the operation that an earlier run began");
        match self.step.resume(&cx, operation).await {
            Ok(outputs) => outputs.unwrap_or_default(),
            Err(error) => {
                cx.note(format!(
                    "the earlier run's operation: {}",
                    error.full_message()
                ));
                Outputs::new()
            }
        }
    }

    fn made(&self) -> Option<String> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.clone()
    }

    /// Whether a write of this step never came to an end that anybody knows, or failed after the thing was made.
    fn unfinished(&self) -> bool {
        let recovery = &self.shared.recovery;
        !recovery.created.contains(&self.step.meta().key)
    }

    fn context(&self) -> Apply<'_> {
        let meta = self.step.meta();
        let inputs = Inputs::new(&meta.key, self.needed.clone());
        let options = self.shared.options;
        Apply::new(
            meta,
            inputs,
            options.journal.as_ref(),
            &options.progress,
            &self.shared.windows,
            &self.made,
            options.fence.as_ref(),
        )
    }

    async fn record(&self, outcome: Outcome, message: Option<String>) -> Result<(), StepError> {
        let record = Record::Outcome {
            key: self.step.meta().key.clone(),
            outcome,
            message,
        };
        Ok(self.shared.options.journal.append(record).await?)
    }

    /// Waits before the next attempt; false when the user stopped the run meanwhile.
    async fn pause(&self, error: &StepError, attempt: u32) -> bool {
        let options = self.shared.options;
        let after = match error.nature() {
            // The service's own clock already runs at the cloud's speed.
            Nature::Retry(Some(after)) => *after,
            _ => options.backoff(attempt),
        };
        options.progress.send(Progress::Retrying {
            key: self.step.meta().key.clone(),
            reason: error.full_message(),
            after,
        });
        tokio::select! {
            () = sleep(after) => true,
            () = options.stop.beyond(StopLevel::Go) => false,
        }
    }
}

/// What became of one attempt to write.
enum Written {
    Done { effect: Effect, made: Outputs },
    Failed(StepError),
    NotStarted,
}

fn effect_of(kind: ChangeKind) -> Effect {
    match kind {
        ChangeKind::Create => Effect::Created,
        ChangeKind::Delete => Effect::Deleted,
        ChangeKind::Adopt => Effect::Adopted,
        ChangeKind::Update | ChangeKind::Reconcile => Effect::Updated,
    }
}

fn outcome_of(effect: Effect) -> Outcome {
    match effect {
        Effect::Created => Outcome::Created,
        Effect::Updated => Outcome::Updated,
        Effect::Deleted => Outcome::Deleted,
        Effect::Adopted => Outcome::Adopted,
        Effect::Unchanged | Effect::Recovered | Effect::DoneByPerson => Outcome::Unchanged,
    }
}

/// What is observed stands; what a write answered comes on top.
fn with_observed(observed: &Observed, made: Outputs) -> Outputs {
    let mut outputs = match observed {
        Observed::Present { outputs, .. } | Observed::ManualDone { outputs } => outputs.clone(),
        Observed::Absent
        | Observed::Blocked { .. }
        | Observed::NotObserved { .. }
        | Observed::ManualPending { .. } => Outputs::new(),
    };
    outputs.extend(made);
    outputs
}

fn conflict(changes: &[FieldChange]) -> String {
    let fields: Vec<String> = changes
        .iter()
        .filter(|change| change.immutable)
        .map(|change| {
            format!(
                "{} is {} and should be {}",
                change.path, change.old, change.new
            )
        })
        .collect();
    if fields.is_empty() {
        "it exists and differs from the environment file".to_owned()
    } else {
        fields.join("; ")
    }
}
