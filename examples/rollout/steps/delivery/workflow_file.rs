//! The workflow's file on the branch: committed last, when everything that it uses is there.

use async_trait::async_trait;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::failure::failed;
use crate::engine::{
    Apply, Change, Inputs, Mark, Meta, Observe, Observed, Output, Outputs, Step, StepError,
};
use crate::github::RepositoryClient;

/// The file. Its first line is its mark: a file of that name without it is somebody else's.
#[derive(Debug)]
pub struct WorkflowFileStep {
    meta: Meta,
    repository: RepositoryClient,
    path: String,
    branch: Output<String>,
    text: String,
    mark: String,
}

impl WorkflowFileStep {
    /// This text at this place of a branch, which is an output because a person makes it.
    pub fn new(
        meta: Meta,
        repository: RepositoryClient,
        path: String,
        branch: Output<String>,
        text: String,
        mark: String,
    ) -> Self {
        Self {
            meta,
            repository,
            path,
            branch,
            text,
            mark,
        }
    }

    fn mark_of(&self, text: &str) -> Mark {
        let first = text.lines().next().unwrap_or_default();
        if first == self.mark.trim_end() {
            Mark::Ours
        } else {
            Mark::Foreign
        }
    }

    fn foreign(&self) -> StepError {
        StepError::new(format!(
            "{} in {} was not made by this rollout: its first line is not the mark",
            self.path,
            self.repository.name()
        ))
        .remedy(
            "find out whose workflow it is; move it to another file, and the rollout makes its own",
        )
    }
}

fn document(branch: &str, text: &str) -> Value {
    // Line ends may be changed on the way by git's settings, and mean nothing.
    let sum = Sha256::digest(text.replace("\r\n", "\n"));
    let hex: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    json!({ "branch": branch, "sha256": hex })
}

#[async_trait]
impl Step for WorkflowFileStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, inputs: &Inputs<'_>) -> Result<Value, StepError> {
        Ok(document(&inputs.text(&self.branch)?, &self.text))
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let branch = cx.inputs().require(&self.branch)?;
        let file = async {
            self.repository
                .file(&self.path, &branch)
                .await
                .map_err(failed)
        };
        let Some(file) = cx.read(file).await? else {
            return Ok(Observed::Absent);
        };
        let text = file.text().map_err(failed)?;
        Ok(Observed::Present {
            document: document(&branch, &text),
            outputs: Outputs::new(),
            mark: self.mark_of(&text),
        })
    }

    async fn apply(&self, cx: &Apply<'_>, _: &Change<'_>) -> Result<Outputs, StepError> {
        let branch = cx.inputs().require(&self.branch)?;
        let there = self
            .repository
            .file(&self.path, &branch)
            .await
            .map_err(failed)?;
        if let Some(there) = &there
            && self.mark_of(&there.text().map_err(failed)?) == Mark::Foreign
        {
            return Err(self.foreign());
        }
        let message = format!(
            "Deploy on a push to {branch}\n\n{}",
            self.mark.trim_start_matches("# ")
        );
        let replaces = there.as_ref().and_then(|file| file.sha.as_deref());
        self.repository
            .put_file(
                &self.path,
                &branch,
                &self.text,
                message.trim_end(),
                replaces,
            )
            .await
            .map_err(failed)?;
        Ok(Outputs::new())
    }
}
