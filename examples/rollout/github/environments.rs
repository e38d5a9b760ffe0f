//! Environments of a repository: from which branches they may be deployed to.

use rhc_core::{Method, Result, model};
use serde_json::{Map, Value, json};

use super::client::RepositoryClient;

/// The most that a page of these has.
const PAGE: usize = 100;

model! {
    /// An environment.
    Environment {
        /// Its id.
        id: u64,
        /// Its name.
        name: String,
        /// What must be so before something is deployed to it.
        #[serde(rename = "protection_rules")]
        protection_rules: Vec<Protection>,
        /// From which branches; absent: from any.
        #[serde(rename = "deployment_branch_policy")]
        deployment_branch_policy: BranchPolicies,
    }

    /// A rule of an environment.
    Protection {
        /// `wait_timer`, `required_reviewers` or `branch_policy`.
        #[serde(rename = "type")]
        kind: String,
        /// For how many minutes it waits.
        #[serde(rename = "wait_timer")]
        wait_timer: u64,
        /// Whether whoever pushed may approve.
        #[serde(rename = "prevent_self_review")]
        prevent_self_review: bool,
        /// Who approves: `type`, and `reviewer` with its `id`.
        reviewers: Vec<Map<String, Value>>,
    }

    /// From which branches an environment is deployed to.
    BranchPolicies {
        /// From every protected branch.
        #[serde(rename = "protected_branches")]
        protected_branches: bool,
        /// From those that are named.
        #[serde(rename = "custom_branch_policies")]
        custom_branch_policies: bool,
    }

    /// A branch, or a pattern of branches, from which an environment may be deployed to.
    BranchPolicy {
        /// Its id.
        id: u64,
        /// The branch.
        name: String,
        /// `branch` or `tag`.
        #[serde(rename = "type")]
        kind: String,
    }
}

impl Environment {
    /// What is sent to keep what people have set, and to let only named branches in. What GitHub offers for money only
    /// (waiting, reviewers) is refused where it is sent and not paid for, so it is sent only where it is there.
    pub fn only_named_branches(&self) -> Value {
        let mut body = json!({
            "deployment_branch_policy": { "protected_branches": false, "custom_branch_policies": true }
        });
        for rule in self.protection_rules.iter().flatten() {
            match rule.kind.as_deref() {
                Some("wait_timer") => body["wait_timer"] = json!(rule.wait_timer),
                Some("required_reviewers") => {
                    let reviewers = rule.reviewers.iter().flatten();
                    let reviewers: Vec<Value> = reviewers
                        .map(|one| {
                            let id = one.get("reviewer").and_then(|who| who.get("id"));
                            json!({ "type": one.get("type"), "id": id })
                        })
                        .collect();
                    body["reviewers"] = json!(reviewers);
                    if let Some(prevent) = rule.prevent_self_review {
                        body["prevent_self_review"] = json!(prevent);
                    }
                }
                _ => {}
            }
        }
        body
    }
}

impl RepositoryClient {
    /// Reads an environment; nothing where there is none.
    /// Page: [get an environment](https://docs.github.com/rest/deployments/environments#get-an-environment).
    ///
    /// # Errors
    /// 401 where the token is not accepted.
    pub async fn environment(&self, name: &str) -> Result<Option<Environment>> {
        let path = self.path().fixed("/environments").segment(name);
        self.read_opt(self.get_request("environment.get", path))
            .await
    }

    /// Makes an environment, or changes it; [`Environment::only_named_branches`] makes the body.
    /// Page: [create or update an environment](https://docs.github.com/rest/deployments/environments#create-or-update-an-environment).
    ///
    /// # Errors
    /// 404 in a private repository on GitHub Free, which has no environments; 422 for a rule that the plan does not have.
    pub async fn put_environment(&self, name: &str, body: &Value) -> Result<Environment> {
        let path = self.path().fixed("/environments").segment(name);
        self.read(
            self.request("environment.put", Method::Put, path)
                .json(body),
        )
        .await
    }

    /// The branches from which an environment may be deployed to, where they are named.
    /// Page: [list deployment branch policies](https://docs.github.com/rest/deployments/branch-policies#list-deployment-branch-policies).
    ///
    /// # Errors
    /// 404 where there is no such environment.
    pub async fn branch_policies(&self, environment: &str) -> Result<Vec<BranchPolicy>> {
        let request = || {
            let path = self.path().fixed("/environments").segment(environment);
            self.get_request(
                "environment.branches",
                path.fixed("/deployment-branch-policies"),
            )
        };
        self.read_all(request, "branch_policies", PAGE).await
    }

    /// Lets a branch deploy to an environment. Sent twice it makes one: GitHub answers 303 to the second.
    /// Page: [create a deployment branch policy](https://docs.github.com/rest/deployments/branch-policies#create-a-deployment-branch-policy).
    ///
    /// # Errors
    /// 404 where the environment does not go by named branches.
    pub async fn add_branch_policy(&self, environment: &str, branch: &str) -> Result<()> {
        let path = self.path().fixed("/environments").segment(environment);
        let request = self
            .request(
                "environment.add_branch",
                Method::Post,
                path.fixed("/deployment-branch-policies"),
            )
            .idempotent(true)
            .json(&json!({ "name": branch, "type": "branch" }));
        match self.send(request).await {
            Err(error) if error.status() == Some(303) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    /// Lets a branch no longer deploy to an environment.
    /// Page: [delete a deployment branch policy](https://docs.github.com/rest/deployments/branch-policies#delete-a-deployment-branch-policy).
    ///
    /// # Errors
    /// 404 where it did not.
    pub async fn remove_branch_policy(&self, environment: &str, id: u64) -> Result<()> {
        let path = self
            .path()
            .fixed("/environments")
            .segment(environment)
            .fixed("/deployment-branch-policies")
            .segment(id.to_string());
        self.send(self.request("environment.remove_branch", Method::Delete, path))
            .await
            .map(|_| ())
    }
}
