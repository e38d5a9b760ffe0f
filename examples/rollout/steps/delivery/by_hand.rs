//! GitHub without a token: what a person has to do there, with the exact values.

use async_trait::async_trait;

use super::settings::{Setting, workflow_path};
use crate::engine::{Inputs, Meta, Observe, Observed, Output, Step, StepError};
use crate::manifest::{App, Manifest};

type Read = Box<dyn Fn(&Inputs<'_>) -> Result<Vec<String>, StepError> + Send + Sync>;

/// Everything on GitHub for one app. Nobody sees from here whether it is done: it stands in the plan until the environment
/// file says so, and is not proven then.
pub struct GitHubByHandStep {
    meta: Meta,
    instructions: Read,
}

/// What the person types in, by its name.
pub(super) type Value = (
    Setting,
    Box<dyn Fn(&Inputs<'_>) -> Result<String, StepError> + Send + Sync>,
);

impl GitHubByHandStep {
    pub(super) fn new(
        meta: Meta,
        manifest: &Manifest,
        key: &str,
        app: &App,
        subject: &str,
        values: Vec<Value>,
        identity: &Output<String>,
    ) -> Self {
        let meta = meta.manual().needs_output(identity);
        let (repository, branch) = (app.github.repository.clone(), app.github.branch.clone());
        let place = app.github.environment.clone();
        let file = workflow_path(manifest);
        let names: Vec<String> = values
            .iter()
            .map(|(setting, _)| setting.name(manifest, app))
            .collect();
        let (subject, key) = (subject.to_owned(), key.to_owned());
        let known = app.github.subject_prefix.is_some();
        let prefix = subject.split(&app.github.subject_suffix()).next();
        let prefix = prefix.unwrap_or_default().trim_end_matches(':').to_owned();
        Self {
            meta,
            instructions: Box::new(move |inputs| {
                let mut all = vec![format!(
                    "There is no token for GitHub, so the subject of {repository} could not be asked for. The deploy identity trusts {subject}{}. Check it: gh api repos/{repository}/actions/oidc/customization/sub --jq .sub_claim_prefix must print {prefix}. If it prints something else, write that into apps.{key}.github.subject_prefix and apply again; otherwise Azure refuses the sign-in (AADSTS700213).",
                    if known {
                        ", as the environment file says"
                    } else {
                        ", the form of repositories that were made before July 2026"
                    },
                )];
                all.push(match &place {
                    Some(name) => format!(
                        "Open https://github.com/{repository}/settings/environments, choose New environment, and name it {name}. Under Deployment branches and tags choose Selected branches and tags, and add a rule for the branch {branch} and no other."
                    ),
                    None => format!("Open https://github.com/{repository}/settings/variables/actions."),
                });
                let mut typed = Vec::new();
                for ((_, value), name) in values.iter().zip(&names) {
                    typed.push(format!("{name} = {}", value(inputs)?));
                }
                all.push(format!(
                    "Add these variables there (variables, not secrets): {}.",
                    typed.join("; ")
                ));
                all.push(format!(
                    "Create the branch {branch} if it is not there. Print the workflow with `cargo run --quiet --example qa_rollout -- workflow --app {key} > deploy.yml` and commit it to that branch as {file}."
                ));
                all.push(format!(
                    "Without a token the rollout cannot see that this is done. Either give it one in GITHUB_TOKEN, or write set_up_by_hand = \"<today>\" under [apps.{key}.github] in the environment file."
                ));
                Ok(all)
            }),
        }
    }
}

#[async_trait]
impl Step for GitHubByHandStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        Ok(Observed::ManualPending {
            instructions: (self.instructions)(cx.inputs())?,
        })
    }
}

impl std::fmt::Debug for GitHubByHandStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GitHubByHandStep")
            .field("meta", &self.meta)
            .finish_non_exhaustive()
    }
}
