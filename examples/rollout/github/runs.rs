//! What became of a workflow's runs.

use rhc_core::{Result, model};

use super::client::RepositoryClient;

/// The latest are enough.
const LATEST: usize = 20;

model! {
    /// A run of a workflow.
    Run {
        /// Its id.
        id: u64,
        /// The number that people see.
        #[serde(rename = "run_number")]
        run_number: u64,
        /// What began it: `push`, `workflow_dispatch`.
        event: String,
        /// `queued`, `in_progress`, `completed`.
        status: String,
        /// `success`, `failure`, `cancelled`; nothing while it runs.
        conclusion: String,
        /// The branch.
        #[serde(rename = "head_branch")]
        head_branch: String,
        /// The commit.
        #[serde(rename = "head_sha")]
        head_sha: String,
        /// When it began.
        #[serde(rename = "created_at")]
        created_at: String,
        /// Where people look at it.
        #[serde(rename = "html_url")]
        html_url: String,
    }
}

impl RepositoryClient {
    /// The latest runs of a workflow on a branch, the newest first; none where there is no such workflow yet.
    /// Page: [list workflow runs for a workflow](https://docs.github.com/rest/actions/workflow-runs#list-workflow-runs-for-a-workflow).
    ///
    /// # Errors
    /// 401 where the token is not accepted.
    pub async fn runs(&self, workflow_file: &str, branch: &str) -> Result<Vec<Run>> {
        #[derive(serde::Deserialize)]
        struct Listed {
            #[serde(default)]
            workflow_runs: Vec<Run>,
        }
        let path = self
            .path()
            .fixed("/actions/workflows")
            .segment(workflow_file)
            .fixed("/runs");
        let request = self
            .get_request("runs.list", path)
            .query("branch", branch)
            .query("per_page", LATEST.to_string());
        let listed: Option<Listed> = self.read_opt(request).await?;
        Ok(listed.map_or_else(Vec::new, |listed| listed.workflow_runs))
    }
}
