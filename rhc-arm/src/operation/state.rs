//! The protocol of long-running operations, without any sending.
//!
//! Source: [asynchronous operations](https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations)
//! and the table of Azure's SDK for Go (`sdk/azcore/runtime`).

use super::FinalState;
use rhc_core::{Answer, Error, ErrorKind, Method, Result, ServiceError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is known of an operation: all that another process needs to go on with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct State {
    pub(super) operation: String,
    pub(super) method: Verb,
    /// Path and query of the request that began it.
    pub(super) original: String,
    pub(super) poll: Poll,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) location: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) result: Option<FinalState>,
    pub(super) status: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Verb {
    Put,
    Patch,
    Post,
    Delete,
    Get,
}

/// Where to ask how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Poll {
    /// A status document, by `Azure-AsyncOperation`.
    AsyncOperation(String),
    /// A status document, by `Operation-Location`.
    OperationLocation(String),
    /// The operation's result, by `Location`: the status of the answer says how far it is.
    Location(String),
    /// The resource itself.
    Resource,
    /// Nowhere: it was done at once.
    Nowhere,
}

/// What an answer to a poll means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

/// Where the result is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nowhere: a deletion has none.
    Nothing,
    /// In the last answer.
    LastAnswer,
    /// There.
    Get(String),
}

const IN_PROGRESS: &str = "InProgress";
const SUCCEEDED: &str = "Succeeded";

impl State {
    /// Reads the answer that began the operation.
    ///
    /// `created_is_done`: the type's creation is known to be synchronous.
    pub(super) fn begun(
        operation: &str,
        method: Method,
        original: String,
        answer: &Answer,
        created_is_done: bool,
    ) -> Result<Self> {
        let verb = Verb::of(method);
        let header = |name| {
            answer
                .header(name)
                .map(str::to_owned)
                .filter(|link: &String| !link.is_empty())
        };
        let location = header("location");
        let in_body = provisioning_state(&json(answer));
        let writes = matches!(verb, Verb::Put | Verb::Patch);
        let (poll, status) = if let Some(link) = header("azure-asyncoperation") {
            (
                Poll::AsyncOperation(link),
                in_body.unwrap_or_else(|| IN_PROGRESS.to_owned()),
            )
        } else if let Some(link) = header("operation-location") {
            let status = text(&json(answer), "status").or(in_body);
            (
                Poll::OperationLocation(link),
                status.unwrap_or_else(|| IN_PROGRESS.to_owned()),
            )
        } else if let Some(link) = location.clone().filter(|_| answer.status == 202) {
            (Poll::Location(link), IN_PROGRESS.to_owned())
        } else if writes {
            let status = match (answer.status, in_body) {
                (200 | 201, Some(state)) => state,
                (200 | 204, _) => SUCCEEDED.to_owned(),
                (201, None) if created_is_done => SUCCEEDED.to_owned(),
                _ => IN_PROGRESS.to_owned(),
            };
            (Poll::Resource, status)
        } else if answer.status == 202 && matches!(verb, Verb::Post | Verb::Delete) {
            return Err(answer.error(
                ErrorKind::Decode,
                "the service accepted the request and does not say where to ask how far it is; whether it was done is unknown",
            ));
        } else {
            (Poll::Nowhere, SUCCEEDED.to_owned())
        };
        Ok(Self {
            operation: operation.to_owned(),
            method: verb,
            original,
            poll,
            location,
            result: None,
            status,
        })
    }

    /// What no operation that was begun here can be: another process may hand in anything.
    pub(super) fn contradiction(&self) -> Option<&'static str> {
        let empty_link = self.poll_link().is_some_and(str::is_empty)
            || self.location.as_deref().is_some_and(str::is_empty);
        let writes = matches!(self.method, Verb::Put | Verb::Patch);
        if self.operation.is_empty() || self.status.is_empty() {
            Some("it names no operation or no state")
        } else if !self.original.starts_with('/') {
            Some("the request that began it has no path")
        } else if empty_link {
            Some("a link in it is empty")
        } else if self.poll == Poll::Nowhere && self.phase() != Phase::Succeeded {
            Some("it is not done, and there is nowhere to ask about it")
        } else if self.poll == Poll::Resource && !writes {
            Some("a resource says nothing of an operation that does not write it")
        } else {
            None
        }
    }

    /// Where to ask next. `None` when there is nothing to ask.
    pub(super) fn poll_link(&self) -> Option<&str> {
        match &self.poll {
            Poll::AsyncOperation(link) | Poll::OperationLocation(link) | Poll::Location(link) => {
                Some(link)
            }
            Poll::Resource => Some(&self.original),
            Poll::Nowhere => None,
        }
    }

    /// Takes the answer to a poll in.
    pub(super) fn polled(&mut self, answer: &Answer) -> Result<()> {
        let body = json(answer);
        let status = match &mut self.poll {
            _ if answer.status == 204 => SUCCEEDED.to_owned(),
            Poll::AsyncOperation(_) | Poll::OperationLocation(_) => {
                let status = text(&body, "status").or_else(|| provisioning_state(&body));
                status.ok_or_else(|| {
                    answer
                        .error(
                            ErrorKind::Decode,
                            "the operation's status document has no `status`",
                        )
                        .with_body(&answer.body)
                })?
            }
            Poll::Location(link) => {
                if let Some(next) = answer.header("location").filter(|next| !next.is_empty()) {
                    next.clone_into(link);
                }
                match answer.status {
                    202 => IN_PROGRESS.to_owned(),
                    _ => provisioning_state(&body).unwrap_or_else(|| SUCCEEDED.to_owned()),
                }
            }
            Poll::Resource | Poll::Nowhere => {
                if answer.body.is_empty() {
                    return Err(answer.error(
                        ErrorKind::Decode,
                        "the resource was answered without a body",
                    ));
                }
                provisioning_state(&body).unwrap_or_else(|| SUCCEEDED.to_owned())
            }
        };
        self.status = status;
        Ok(())
    }

    /// What the state means. An unknown state is in progress.
    pub(super) fn phase(&self) -> Phase {
        let is = |state: &str| self.status.eq_ignore_ascii_case(state);
        if is(SUCCEEDED) {
            Phase::Succeeded
        } else if is("Failed") {
            Phase::Failed
        } else if is("Canceled") || is("Cancelled") {
            Phase::Cancelled
        } else {
            Phase::Running
        }
    }

    /// Where the result of an operation that succeeded is.
    ///
    /// `last`: the last answer that this process saw, if any.
    pub(super) fn outcome(&self, last: Option<&Answer>) -> Outcome {
        let writes = matches!(self.method, Verb::Put | Verb::Patch);
        let location = || {
            self.location
                .clone()
                .map_or(Outcome::LastAnswer, Outcome::Get)
        };
        match (self.result, &self.poll) {
            _ if self.method == Verb::Delete => Outcome::Nothing,
            (Some(FinalState::AsyncOperation), _) => Outcome::LastAnswer,
            (Some(FinalState::OriginalUri), _) => Outcome::Get(self.original.clone()),
            (Some(FinalState::Location), Poll::Location(_)) => Outcome::LastAnswer,
            (Some(FinalState::Location), _) => location(),
            (None, Poll::Resource) if last.is_some() => Outcome::LastAnswer,
            (None, Poll::OperationLocation(_)) if last.and_then(resource_location).is_some() => {
                last.and_then(resource_location)
                    .map_or(Outcome::LastAnswer, Outcome::Get)
            }
            (None, _) if writes => Outcome::Get(self.original.clone()),
            (None, Poll::AsyncOperation(_) | Poll::OperationLocation(_)) => location(),
            (None, Poll::Location(_) | Poll::Resource | Poll::Nowhere) => Outcome::LastAnswer,
        }
    }

    /// The error of an operation that failed, with what the service said.
    pub(super) fn failure(&self, last: Option<&Answer>) -> Error {
        let body = last.map(json).unwrap_or_default();
        let found = body
            .get("error")
            .filter(|error| !error.is_null())
            .or_else(|| body.pointer("/properties/error"))
            .and_then(ServiceError::from_value);
        let words = match self.phase() {
            Phase::Cancelled => "the operation was cancelled".to_owned(),
            _ => format!(
                "the operation ended as `{}`, and the service gave no reason",
                self.status
            ),
        };
        Error::new(ErrorKind::OperationFailed, self.operation.clone(), words)
            .with_request(self.method.into(), self.path())
            .with_request_id(last.and_then(Answer::request_id).map(str::to_owned))
            .with_service_error(found)
    }

    /// The path of the request that began it, without its query.
    pub(super) fn path(&self) -> &str {
        self.original.split('?').next().unwrap_or_default()
    }
}

impl Verb {
    fn of(method: Method) -> Self {
        match method {
            Method::Put => Self::Put,
            Method::Patch => Self::Patch,
            Method::Post => Self::Post,
            Method::Delete => Self::Delete,
            _ => Self::Get,
        }
    }
}

impl From<Verb> for Method {
    fn from(verb: Verb) -> Self {
        match verb {
            Verb::Put => Self::Put,
            Verb::Patch => Self::Patch,
            Verb::Post => Self::Post,
            Verb::Delete => Self::Delete,
            Verb::Get => Self::Get,
        }
    }
}

/// How far it is, in percent, where the service says so.
pub(super) fn percent_complete(answer: &Answer) -> Option<f64> {
    match json(answer).get("percentComplete")? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// The body, or null where it is not JSON: a status answer may be empty.
fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

fn text(body: &Value, name: &str) -> Option<String> {
    body.get(name)?
        .as_str()
        .map(str::to_owned)
        .filter(|text| !text.is_empty())
}

fn provisioning_state(body: &Value) -> Option<String> {
    text(body.get("properties")?, "provisioningState")
}

fn resource_location(answer: &Answer) -> Option<String> {
    text(&json(answer), "resourceLocation")
}
