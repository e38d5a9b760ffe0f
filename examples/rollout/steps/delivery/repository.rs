//! The repository that an app comes from, and its branch: both are there beforehand, and are read.

use async_trait::async_trait;
use serde_json::json;

use super::failure::failed;
use crate::engine::{Meta, Observe, Observed, Outputs, OwnedBy, Step, StepError};
use crate::github::RepositoryClient;
use crate::manifest::GitHub;

/// The repository. Its output `subject` is what Azure will read in the tokens of its workflow.
#[derive(Debug)]
pub struct RepositoryStep {
    meta: Meta,
    repository: RepositoryClient,
    file: GitHub,
}

impl RepositoryStep {
    /// The repository that the file names.
    pub fn new(meta: Meta, repository: RepositoryClient, file: &GitHub) -> Self {
        Self {
            meta: meta.owner(OwnedBy::Given),
            repository,
            file: file.clone(),
        }
    }
}

#[async_trait]
impl Step for RepositoryStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let name = self.repository.name();
        let found = cx
            .read(async { self.repository.get().await.map_err(failed) })
            .await?;
        let Some(found) = found else {
            return Err(StepError::new(format!(
                "GitHub shows no repository {name} to this token: it does not exist, or the token has no right to it (GitHub answers both alike)"
            ))
            .remedy("make the repository on GitHub, correct its name in the environment file, or give the token a right to it"));
        };
        if found.archived == Some(true) {
            return Err(StepError::new(format!(
                "the repository {name} is archived: it takes no push, so nothing can be deployed from it"
            ))
            .remedy("unarchive it on GitHub, or name another repository in the environment file")
            .contradicts_file());
        }
        let template = cx
            .read(async { self.repository.subject().await.map_err(failed) })
            .await?;
        let unknown = |error: crate::github::SubjectError| {
            StepError::new(format!("{name}: {error}"))
                .remedy("take the repository's OIDC subject back to GitHub's own template (PUT actions/oidc/customization/sub with use_default true), or to claims that are known beforehand")
        };
        let prefix = template.prefix(&found).map_err(unknown)?;
        if let Some(said) = self
            .file
            .subject_prefix
            .as_ref()
            .filter(|said| **said != prefix)
        {
            return Err(StepError::new(format!(
                "the environment file says that the subject of {name} begins with {said}, and GitHub says {prefix}"
            ))
            .remedy("correct or remove subject_prefix in the environment file: GitHub's answer counts")
            .contradicts_file());
        }
        let subject = template
            .subject(&found, &self.file.subject_suffix())
            .map_err(unknown)?;
        let outputs = Outputs::new().with("subject", subject);
        Ok(Observed::unmarkable(
            json!({ "name": found.full_name }),
            outputs,
        ))
    }
}

/// The branch that deploys. The rollout makes none: what is on it is the developers'.
#[derive(Debug)]
pub struct BranchStep {
    meta: Meta,
    repository: RepositoryClient,
    branch: String,
}

impl BranchStep {
    /// The branch that the file names.
    pub fn new(meta: Meta, repository: RepositoryClient, branch: &str) -> Self {
        Self {
            meta: meta.manual(),
            repository,
            branch: branch.to_owned(),
        }
    }
}

#[async_trait]
impl Step for BranchStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let (name, branch) = (self.repository.name(), &self.branch);
        let found = cx
            .read(async { self.repository.branch(branch).await.map_err(failed) })
            .await?;
        Ok(match found {
            Some(_) => Observed::ManualDone {
                outputs: Outputs::new().with("branch", branch.clone()),
            },
            None => Observed::ManualPending {
                instructions: vec![
                    format!("Open https://github.com/{name}/branches and choose New branch."),
                    format!(
                        "Name: {branch}. Source: the branch whose code shall run in this environment. Create."
                    ),
                    "The rollout sees by itself when it is there.".to_owned(),
                ],
            },
        })
    }
}
