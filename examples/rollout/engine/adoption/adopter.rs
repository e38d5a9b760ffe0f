//! A step that puts the environment's mark on what another step describes.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use tokio::time::sleep;

use super::super::apply_context::Apply;
use super::super::error::StepError;
use super::super::fence::Fence;
use super::super::marking::{MarkWrite, Marking};
use super::super::meta::Meta;
use super::super::observe::{Listings, Observe, Purpose};
use super::super::progress::Effect;
use super::super::step::{Change, Mark, Observed, Step};
use super::super::values::{Dependency, Inputs, Outputs};

/// How often it is looked whether a service shows the mark.
const LOOKS: u32 = 30;

/// Puts the mark on a thing, if that is still there, still the one that was shown, and still nobody's.
pub(super) struct Adopter {
    pub(super) meta: Meta,
    pub(super) step: Arc<dyn Step>,
    /// What that step read when it was looked at.
    pub(super) needed: Vec<Dependency>,
    /// What was to be written then; nothing, where the mark was there already.
    pub(super) planned: Option<MarkWrite>,
    pub(super) fence: Option<Fence>,
    /// Between two looks.
    pub(super) pause: Duration,
}

impl Adopter {
    /// By a point read, which knows a directory's object by its mark alone; one without shows in a list.
    async fn look(&self) -> Result<Observed, StepError> {
        let meta = self.step.meta();
        let listings = Listings::new();
        let cx = |purpose| {
            let inputs = Inputs::new(&meta.key, self.needed.clone());
            Observe::new(meta, inputs, &listings, purpose, None)
        };
        match self.step.find(&cx(Purpose::Settle)).await? {
            Observed::Absent => self.step.observe(&cx(Purpose::Apply)).await,
            seen => Ok(seen),
        }
    }

    /// What is written now, if it is what was shown.
    fn mark(&self, document: &Value, outputs: &Outputs) -> Result<MarkWrite, StepError> {
        let changed = |what: &str| {
            StepError::new(format!(
                "{} '{}' is not any more what was looked at for the plan: {what}",
                self.meta.kind, self.meta.name
            ))
            .remedy("run import again: it shows what is there now")
        };
        match self.step.marking(document, outputs) {
            Marking::By(mark) => match &self.planned {
                Some(planned) if planned.thing == mark.thing => Ok(mark),
                _ => Err(changed("another thing has its name")),
            },
            Marking::Anothers(other) => {
                Err(changed(&format!("the environment '{other}' has it now")))
            }
            Marking::Not { why, .. } => Err(changed(&why)),
        }
    }
}

#[async_trait]
impl Step for Adopter {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, _: &Inputs<'_>) -> Result<Value, StepError> {
        let planned = self.planned.as_ref();
        Ok(planned.map_or(Value::Null, |mark| mark.body.clone()))
    }

    async fn observe(&self, _: &Observe<'_>) -> Result<Observed, StepError> {
        self.look().await
    }

    async fn find(&self, _: &Observe<'_>) -> Result<Observed, StepError> {
        self.look().await
    }

    async fn apply(&self, cx: &Apply<'_>, _: &Change<'_>) -> Result<Outputs, StepError> {
        let (document, outputs) = match self.look().await? {
            Observed::Present {
                document,
                outputs,
                mark: Mark::Foreign,
            } => (document, outputs),
            Observed::Present { outputs, .. } => {
                cx.effect(Effect::Unchanged);
                return Ok(outputs);
            }
            _ => {
                return Err(StepError::new(format!(
                    "{} '{}' is not there any more",
                    self.meta.kind, self.meta.name
                ))
                .remedy("look at the plan: what is not there is made by apply"));
            }
        };
        let mark = self.mark(&document, &outputs)?;
        if let Some(fence) = &self.fence {
            fence
                .may_mark(&self.meta.tenant, &mark)
                .map_err(|refusal| StepError::bug(refusal.to_string()))?;
        }
        let inputs = Inputs::new(&self.step.meta().key, self.needed.clone());
        self.step.put_mark(&cx.reading(inputs), &mark).await?;
        for _ in 0..LOOKS {
            if let Observed::Present {
                mark: Mark::Ours,
                outputs,
                ..
            } = self.look().await?
            {
                return Ok(outputs);
            }
            sleep(self.pause).await;
        }
        Err(StepError::new(format!(
            "{} was written, and '{}' does not show it",
            mark.says, self.meta.name
        ))
        .remedy(
            "wait some minutes and run import again: it looks whether the mark is there by then",
        ))
    }
}
