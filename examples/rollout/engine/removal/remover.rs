//! A step that deletes what another step made.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use tokio::time::sleep;

use super::super::apply_context::Apply;
use super::super::error::StepError;
use super::super::fence::Fence;
use super::super::marking::Marking;
use super::super::meta::Meta;
use super::super::observe::{Listings, Observe, Purpose};
use super::super::progress::Effect;
use super::super::step::{Change, Mark, Observed, Step};
use super::super::values::{Dependency, Inputs, Outputs};
use super::fates;
use super::{Address, Own, Removal, Survey};

/// How often it is looked whether a directory shows a deletion.
const LOOKS: u32 = 30;

/// Deletes what another step made, if it is still there and still the environment's.
pub(super) struct Remover {
    pub(super) meta: Meta,
    pub(super) step: Arc<dyn Step>,
    /// What that step read when it was looked at.
    pub(super) needed: Vec<Dependency>,
    /// Where it was then; nothing if it was not there any more.
    pub(super) address: Option<Address>,
    pub(super) fence: Option<Fence>,
    pub(super) guard: Option<Guard>,
    /// Between two looks.
    pub(super) pause: Duration,
}

/// Looks once more into what is deleted with all that is in it.
pub(super) struct Guard {
    pub(super) survey: Arc<dyn Survey>,
    pub(super) needed: Vec<Dependency>,
    pub(super) own: Arc<Own>,
}

impl Remover {
    async fn look(&self, find: bool, listings: &Listings) -> Result<Observed, StepError> {
        let meta = self.step.meta();
        let inputs = Inputs::new(&meta.key, self.needed.clone());
        let purpose = if find {
            Purpose::Settle
        } else {
            Purpose::Apply
        };
        let cx = Observe::new(meta, inputs, listings, purpose, None);
        let seen = if find {
            self.step.find(&cx).await
        } else {
            self.step.observe(&cx).await
        };
        match seen {
            // What it stands in is gone.
            Err(error) if error.is_not_known_yet() => Ok(Observed::Absent),
            Ok(Observed::Blocked { .. }) => Ok(Observed::Absent),
            other => other,
        }
    }

    /// Where it is now, if it may be deleted.
    fn address(&self, seen: &Observed) -> Result<Option<Address>, StepError> {
        let changed = || {
            StepError::new(format!(
                "{} '{}' is not any more what was looked at for the plan",
                self.meta.kind, self.meta.name
            ))
            .remedy("run destroy again: it shows what is there now")
        };
        match seen {
            Observed::Absent => Ok(None),
            Observed::Present {
                mark: Mark::Foreign,
                ..
            } => Err(changed()),
            Observed::Present {
                document, outputs, ..
            } => match self.step.removal(document, outputs) {
                Removal::Alone(now) if self.address.as_ref().is_none_or(|then| *then == now) => {
                    Ok(Some(now))
                }
                _ => Err(changed()),
            },
            _ => Err(changed()),
        }
    }

    /// What came into it since it was planned is not deleted with it.
    async fn check_inside(&self, address: &Address) -> Result<(), StepError> {
        let (Some(guard), Address::Azure(id)) = (&self.guard, address) else {
            return Ok(());
        };
        let meta = guard.survey.meta();
        let inputs = Inputs::new(&meta.key, guard.needed.clone());
        let listings = Listings::new();
        let cx = Observe::new(meta, inputs, &listings, Purpose::Settle, None);
        let around = guard.survey.look(&cx, std::slice::from_ref(id)).await?;
        match fates::in_the_way(&around, id, &guard.own) {
            None => Ok(()),
            Some((why, resolve)) => Err(StepError::new(why).remedy(resolve)),
        }
    }
}

#[async_trait]
impl Step for Remover {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    async fn observe(&self, _: &Observe<'_>) -> Result<Observed, StepError> {
        self.look(false, &Listings::new()).await
    }

    async fn find(&self, _: &Observe<'_>) -> Result<Observed, StepError> {
        self.look(true, &Listings::new()).await
    }

    async fn apply(&self, cx: &Apply<'_>, _: &Change<'_>) -> Result<Outputs, StepError> {
        let seen = self.look(true, &Listings::new()).await?;
        let Some(address) = self.address(&seen)? else {
            cx.effect(Effect::Unchanged);
            return Ok(Outputs::new());
        };
        self.check_inside(&address).await?;
        if let Some(fence) = &self.fence {
            fence.may_delete(&self.meta.tenant, &address);
        }
        let inputs = Inputs::new(&self.step.meta().key, self.needed.clone());
        self.step.remove(&cx.reading(inputs), &address).await?;
        for _ in 0..LOOKS {
            if self.look(true, &Listings::new()).await? == Observed::Absent {
                return Ok(Outputs::new());
            }
            sleep(self.pause).await;
        }
        Err(StepError::new(format!(
            "{} '{}' was deleted and is still there",
            self.meta.kind, self.meta.name
        ))
        .remedy("wait some minutes and run destroy again: it looks at what is left"))
    }

    fn removal(&self, document: &Value, outputs: &Outputs) -> Removal {
        self.step.removal(document, outputs)
    }

    fn marking(&self, document: &Value, outputs: &Outputs) -> Marking {
        self.step.marking(document, outputs)
    }
}
