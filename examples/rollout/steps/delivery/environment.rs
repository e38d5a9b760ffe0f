//! The GitHub environment: only the branch that the file names deploys to it.

use async_trait::async_trait;
use serde_json::{Value, json};

use super::failure::failed;
use crate::engine::{
    Apply, Change, DiffRules, Inputs, Meta, Observe, Observed, Outputs, Step, StepError,
};
use crate::github::{BranchPolicy, Environment, RepositoryClient};

/// An environment. What people add to it for approval (waiting, reviewers) is theirs and stays.
#[derive(Debug)]
pub struct EnvironmentStep {
    meta: Meta,
    repository: RepositoryClient,
    name: String,
    branch: String,
}

impl EnvironmentStep {
    /// The environment of this name, for this branch.
    pub fn new(meta: Meta, repository: RepositoryClient, name: &str, branch: &str) -> Self {
        Self {
            meta,
            repository,
            name: name.to_owned(),
            branch: branch.to_owned(),
        }
    }

    async fn look(&self) -> Result<Option<(Environment, Vec<BranchPolicy>)>, StepError> {
        let Some(found) = self
            .repository
            .environment(&self.name)
            .await
            .map_err(failed)?
        else {
            return Ok(None);
        };
        let named = by_name(&found);
        let branches = if named {
            self.repository
                .branch_policies(&self.name)
                .await
                .map_err(failed)?
        } else {
            Vec::new()
        };
        Ok(Some((found, branches)))
    }
}

fn by_name(environment: &Environment) -> bool {
    let policy = environment.deployment_branch_policy.as_ref();
    policy.is_some_and(|policy| policy.custom_branch_policies == Some(true))
}

#[async_trait]
impl Step for EnvironmentStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, _: &Inputs<'_>) -> Result<Value, StepError> {
        Ok(json!({ "onlyNamedBranches": true, "branches": [self.branch] }))
    }

    fn rules(&self) -> DiffRules {
        DiffRules::new().unordered("branches")
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        Ok(match cx.read(self.look()).await? {
            None => Observed::Absent,
            Some((found, branches)) => {
                let branches: Vec<_> = branches.iter().map(|one| &one.name).collect();
                let document =
                    json!({ "onlyNamedBranches": by_name(&found), "branches": branches });
                Observed::unmarkable(document, Outputs::new())
            }
        })
    }

    async fn apply(&self, _: &Apply<'_>, _: &Change<'_>) -> Result<Outputs, StepError> {
        let (found, branches) = self.look().await?.unwrap_or_default();
        if !by_name(&found) {
            let made = self
                .repository
                .put_environment(&self.name, &found.only_named_branches())
                .await;
            made.map_err(|error| {
                let absent = error.is_not_found();
                let error = failed(error);
                if absent {
                    error.remedy("private repositories on GitHub Free have no environments: pay for GitHub Team, or remove `environment` under [apps.….github] so that the branch itself is trusted; otherwise the token lacks the right Administration: write")
                } else {
                    error
                }
            })?;
        }
        for other in branches
            .iter()
            .filter(|one| one.name.as_ref() != Some(&self.branch))
        {
            if let Some(id) = other.id {
                self.repository
                    .remove_branch_policy(&self.name, id)
                    .await
                    .map_err(failed)?;
            }
        }
        if !branches
            .iter()
            .any(|one| one.name.as_ref() == Some(&self.branch))
        {
            self.repository
                .add_branch_policy(&self.name, &self.branch)
                .await
                .map_err(failed)?;
        }
        Ok(Outputs::new())
    }
}
