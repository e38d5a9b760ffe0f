//! The workflow's file on the branch: committed last, when everything that it uses is there.

use async_trait::async_trait;
use azure_core::base64;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::failure::failed;
use super::workflow::MADE_BY;
use crate::engine::{
    Address, Apply, Change, Inputs, Mark, MarkWrite, Marking, Meta, Observe, Observed, Output,
    Outputs, Step, StepError,
};
use crate::github::RepositoryClient;

/// Where the document keeps what is there, of a file that is somebody else's.
const THERE: &str = "there";

/// The message of the commit that adopts it.
///
/// Page: [skipping workflow runs](https://docs.github.com/en/actions/managing-workflow-runs/skipping-workflow-runs).
const ADOPTS: &str = "Mark the workflow as the rollout's [skip ci]";

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
            "find out whose workflow it is; adopt it with import if it is this environment's, else move it to another file, and the rollout makes its own",
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
        let mark = self.mark_of(&text);
        let mut document = document(&branch, &text);
        if mark == Mark::Foreign {
            document[THERE] = json!({ "sha": file.sha, "text": text });
        }
        Ok(Observed::Present {
            document,
            outputs: Outputs::new(),
            mark,
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

    fn marking(&self, document: &Value, _: &Outputs) -> Marking {
        let there = &document[THERE];
        let (Some(sha), Some(text)) = (there["sha"].as_str(), there["text"].as_str()) else {
            return Marking::Not {
                why: "GitHub does not say which version of the file is there".to_owned(),
                resolve: "move it to another file, and the rollout makes its own".to_owned(),
            };
        };
        let first = text.lines().next().unwrap_or_default();
        if let Some(other) = first
            .strip_prefix(MADE_BY)
            .and_then(|rest| rest.strip_suffix('.'))
        {
            return Marking::Anothers(other.to_owned());
        }
        if text.starts_with('\u{feff}') {
            return Marking::Not {
                why: "it begins with a byte order mark, before which no line can stand".to_owned(),
                resolve: "save it without one, and run import again".to_owned(),
            };
        }
        let place = format!("repos/{}/contents/{}", self.repository.name(), self.path);
        let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let line = self.mark.trim_end();
        Marking::By(MarkWrite {
            thing: Address::GitHub(place.clone()),
            method: "PUT",
            to: Address::GitHub(place),
            body: json!({
                "message": ADOPTS,
                "content": base64::encode(format!("{line}{end}{text}")),
                "branch": document["branch"],
                "sha": sha,
            }),
            if_match: None,
            says: format!("the first line `{line}`, by a commit that starts no workflow"),
        })
    }

    async fn put_mark(&self, _: &Apply<'_>, mark: &MarkWrite) -> Result<(), StepError> {
        let of = |field: &str| mark.body[field].as_str().unwrap_or_default();
        let bytes = base64::decode(of("content"));
        let text = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let text = text.ok_or_else(|| StepError::bug("the file with its mark is no text"))?;
        self.repository
            .put_file(
                &self.path,
                of("branch"),
                &text,
                of("message"),
                Some(of("sha")),
            )
            .await
            .map_err(failed)
    }
}
