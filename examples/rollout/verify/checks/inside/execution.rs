//! Starting an app's probe and waiting for its end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rhc_arm::ResourceId;
use rhc_containerapps::{
    ContainerAppsClient, ExecutionStatus, Job, JobExecutionProperties, JobTemplate,
};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::OnceCell;

use crate::engine::Finding;
use crate::probe::Question;
use crate::steps::probe::{KIND, SECONDS};
use crate::verify::check::Unproven;
use crate::verify::context::Context;

/// How long an execution is waited for: its own time, and what the platform takes around it.
const PATIENCE: Duration = Duration::from_secs(SECONDS.unsigned_abs() as u64 + 120);
const PAUSE: Duration = Duration::from_secs(5);

/// How an execution ended.
#[derive(Clone, Debug)]
pub(super) enum Ended {
    /// Its containers ended with 0.
    Well { execution: String },
    /// They did not.
    Badly { execution: String },
    /// It says nothing about the question.
    Otherwise { why: String },
}

/// The probe of one app. Each question is asked once, however many checks want to know.
#[derive(Debug)]
pub(super) struct Prober {
    job: String,
    asked: Mutex<HashMap<Question, Arc<OnceCell<Ended>>>>,
}

impl Prober {
    pub(super) fn new(job: &str) -> Self {
        Self {
            job: job.to_owned(),
            asked: Mutex::default(),
        }
    }

    pub(super) async fn ask(&self, cx: &Context<'_>, question: &Question) -> Ended {
        let cell = {
            let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(asked.entry(question.clone()).or_default())
        };
        let ended = cell.get_or_init(|| async {
            let ended = self.run(cx, question).await;
            ended.unwrap_or_else(|why| Ended::Otherwise { why: why.0 })
        });
        ended.await.clone()
    }

    async fn run(&self, cx: &Context<'_>, question: &Question) -> Result<Ended, Unproven> {
        let id = self.job(cx)?;
        let tenant = &cx.manifest().environment.hosting_tenant;
        let arm = cx.arm(tenant).await?;
        let clock = *arm.clock();
        let containers = ContainerAppsClient::new(arm);
        let job = cx.resource::<Job>(&self.job).await?;
        let template = job.properties.template.unwrap_or_default();
        let started = containers
            .start_job(&id, Some(&asking(template, question)))
            .await?;
        let name = started.name.unwrap_or_default();
        let executions = containers.executions(&id);
        let begun = clock.now();
        loop {
            tokio::time::sleep(clock.scaled(PAUSE)).await;
            let seen = executions.get(&name).await?.properties;
            if let Some(ended) = judge(&seen, &name) {
                return Ok(ended);
            }
            if clock.now() - begun > PATIENCE {
                let status = seen
                    .status
                    .as_ref()
                    .map_or("without a status", |own| own.as_str());
                return Err(Unproven::because(format!(
                    "{name} was still {status} after {} seconds",
                    PATIENCE.as_secs()
                )));
            }
        }
    }

    /// The job, if it is ours and as the file says: what another one says proves nothing.
    fn job(&self, cx: &Context<'_>) -> Result<ResourceId, Unproven> {
        let wrong = |what: &str| Unproven::because(format!("the job {} {what}", self.job));
        let step = cx.checked().named(KIND, &self.job);
        let step = step.ok_or_else(|| wrong("is not in the environment file"))?;
        match &step.finding {
            Finding::AsWanted => {}
            Finding::Missing | Finding::WaitsFor { .. } => return Err(wrong("is not there")),
            _ => return Err(wrong("is not as the environment file says")),
        }
        // Its image, and the right to pull it: without them nothing runs.
        let is_gone = |finding: &Finding| {
            matches!(
                finding,
                Finding::Missing | Finding::Pending { .. } | Finding::WaitsFor { .. }
            )
        };
        let needed = cx
            .checked()
            .steps()
            .filter(|own| step.meta.needs.contains(&own.meta.key));
        if let Some(lost) = needed.into_iter().find(|own| is_gone(&own.finding)) {
            return Err(wrong(&format!("cannot run without {}", lost.meta.key)));
        }
        let id = step.id().ok_or_else(|| wrong("has no id"))?;
        id.parse()
            .map_err(|error| wrong(&format!("has no id: {error}")))
    }
}

/// The job's own template with the question behind its arguments.
fn asking(mut template: JobTemplate, question: &Question) -> JobTemplate {
    for container in template.containers.iter_mut().flatten() {
        let args = container.args.get_or_insert_default();
        args.extend(["--only".to_owned(), question.to_string()]);
        // Read only: what the service adds is not sent back.
        if let Some(resources) = &mut container.resources {
            resources.ephemeral_storage = None;
        }
    }
    template
}

/// How an execution ended, if it has.
fn judge(seen: &JobExecutionProperties, execution: &str) -> Option<Ended> {
    let execution = execution.to_owned();
    Some(match seen.status.as_ref()? {
        ExecutionStatus::Succeeded => Ended::Well { execution },
        ExecutionStatus::Failed if took_all_its_time(seen) => Ended::Otherwise {
            why: format!("{execution} was ended after {SECONDS} seconds, before it had an answer"),
        },
        ExecutionStatus::Failed => Ended::Badly { execution },
        ExecutionStatus::Stopped => Ended::Otherwise {
            why: format!("somebody stopped {execution}"),
        },
        ExecutionStatus::Degraded => Ended::Otherwise {
            why: format!("only a part of {execution} succeeded"),
        },
        _ => return None,
    })
}

/// The service ends what takes too long, and then calls it failed.
fn took_all_its_time(seen: &JobExecutionProperties) -> bool {
    let at = |text: &Option<String>| {
        let text = text.as_deref()?;
        OffsetDateTime::parse(text, &Rfc3339).ok()
    };
    match (at(&seen.start_time), at(&seen.end_time)) {
        (Some(start), Some(end)) => (end - start).whole_seconds() >= i64::from(SECONDS),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_end_is_an_answer_and_only_success_is_success() {
        let of = |status: &str, end: &str| {
            let seen = JobExecutionProperties {
                status: Some(ExecutionStatus::from(status)),
                start_time: Some("2026-11-23T09:00:00+00:00".to_owned()),
                end_time: Some(end.to_owned()),
                ..JobExecutionProperties::default()
            };
            match judge(&seen, "x") {
                None => "open",
                Some(Ended::Well { .. }) => "well",
                Some(Ended::Badly { .. }) => "badly",
                Some(Ended::Otherwise { .. }) => "otherwise",
            }
        };
        assert_eq!(
            of("Failed", "2026-11-23T09:05:00Z"),
            "otherwise",
            "its time was over"
        );
        assert_eq!(of("Failed", "soon"), "badly");
        for (status, wanted) in [
            ("Running", "open"),
            ("Processing", "open"),
            ("Unknown", "open"),
            ("Pausing", "open"),
            ("Succeeded", "well"),
            ("Failed", "badly"),
            ("Stopped", "otherwise"),
            ("Degraded", "otherwise"),
        ] {
            let end = "2026-11-23T09:00:20Z";
            assert_eq!(of(status, end), wanted, "{status}");
        }
    }
}
