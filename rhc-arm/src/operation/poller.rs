//! Asks how far an operation is, until it ends.

use super::{
    FinalState, OperationId, Polling, Progress,
    state::{Outcome, Phase, Poll, State, Verb, percent_complete},
};
use crate::client::existing;
use rhc_core::{Answer, Error, ErrorKind, Method, Result, Service};
use serde::de::DeserializeOwned;
use std::{any::TypeId, time::Duration};
use tokio::time::Instant;

/// A service that says "at once" is still not asked in a busy loop.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);

/// How long to ask where nobody says.
const DEADLINE: Duration = Duration::from_secs(2 * 60 * 60);

/// How often in a row a resource that was just accepted may not be there: not every replica knows of it at once.
const MISSING: u32 = 3;

pub(super) struct Poller {
    service: Service,
    polling: Polling,
    started: Instant,
    state: State,
    last: Option<Answer>,
    /// When to ask next.
    wait: Duration,
    /// How often in a row the resource was not there.
    missing: u32,
    at: At,
}

#[derive(PartialEq, Eq)]
enum At {
    /// Nothing was reported yet.
    Start,
    Polling,
    /// Everything was reported.
    End,
}

impl Poller {
    /// Over an answer that began an operation, or, without one, over an operation of another process, which is asked about at once.
    pub(super) fn new(
        service: Service,
        polling: Polling,
        state: State,
        first: Option<Answer>,
    ) -> Result<Self> {
        let mut poller = Self {
            service,
            polling,
            started: Instant::now(),
            state,
            last: first,
            wait: Duration::ZERO,
            missing: 0,
            at: At::Start,
        };
        if poller.last.is_some() {
            poller.wait = poller.wait_after_last();
        }
        // A link to elsewhere is found before the first wait.
        if let Some(link) = poller.state.poll_link() {
            poller
                .service
                .follow("operations.poll", Method::Get, link)
                .map_err(|error| poller.unreadable(error))?;
        }
        Ok(poller)
    }

    pub(super) fn state(&self) -> &State {
        &self.state
    }

    pub(super) fn set_final_state(&mut self, at: FinalState) {
        self.state.result = Some(at);
    }

    pub(super) fn set_deadline(&mut self, deadline: Duration) {
        self.polling.deadline = Some(deadline);
    }

    /// The next thing to report; `None` at the end. Takes itself, so that a stream can hold the future.
    pub(super) async fn step(mut self: Box<Self>) -> (Box<Self>, Option<Result<Progress>>) {
        let progress = match self.at {
            At::End => None,
            At::Start => {
                self.at = At::Polling;
                Some(self.report())
            }
            At::Polling => Some(self.poll().await.and_then(|()| self.report())),
        };
        if matches!(progress, Some(Err(_))) {
            self.at = At::End;
        }
        (self, progress)
    }

    /// The result of an operation whose end was reported.
    pub(super) async fn result<T: DeserializeOwned + 'static>(self) -> Result<T> {
        match self.state.phase() {
            Phase::Succeeded => {}
            Phase::Failed | Phase::Cancelled => return Err(self.state.failure(self.last.as_ref())),
            Phase::Running => {
                return Err(self.resumable(
                    ErrorKind::NoAnswer,
                    "the operation was not asked about to its end",
                ));
            }
        }
        let fetched;
        let answer = match self.state.outcome(self.last.as_ref()) {
            Outcome::Nothing => None,
            Outcome::LastAnswer => self.last.as_ref(),
            Outcome::Get(link) => {
                let request = self.service.follow("operations.result", Method::Get, &link);
                let answer = match request {
                    Ok(request) => self.service.send(request).await,
                    Err(error) => Err(error),
                };
                fetched = answer.map_err(|error| {
                    self.error(
                        ErrorKind::NoAnswer,
                        "the operation succeeded, but its result could not be read",
                    )
                    .with_source(error)
                })?;
                Some(&fetched)
            }
        };
        match answer
            .filter(|answer| !answer.body.is_empty() && TypeId::of::<T>() != TypeId::of::<()>())
        {
            Some(answer) => answer.json(),
            None => serde_json::from_str("null").map_err(|error| {
                self.error(
                    ErrorKind::Decode,
                    "the operation succeeded without a result, where one was expected",
                )
                .with_source(error)
            }),
        }
    }

    fn report(&mut self) -> Result<Progress> {
        match self.state.phase() {
            // A resumed operation that ended is asked about once more: the error and the result are at the service, not in the id.
            Phase::Failed | Phase::Cancelled if self.last.is_some() => {
                return Err(self.state.failure(self.last.as_ref()));
            }
            Phase::Succeeded if self.last.is_some() || self.state.poll == Poll::Nowhere => {
                self.at = At::End
            }
            _ => {}
        }
        Ok(Progress {
            status: self.state.status.clone(),
            percent_complete: self.last.as_ref().and_then(percent_complete),
            next_poll: (self.at != At::End).then_some(self.wait),
        })
    }

    async fn poll(&mut self) -> Result<()> {
        let deadline = self.polling.deadline.unwrap_or(DEADLINE);
        let ends = self.started.elapsed().saturating_add(self.wait);
        if ends > self.service.clock().scaled(deadline) {
            let words = format!(
                "the operation is still `{}` after {} s",
                self.state.status,
                deadline.as_secs()
            );
            return Err(self.resumable(ErrorKind::DeadlineExceeded, &words));
        }
        tokio::time::sleep(self.wait).await;
        let Some(link) = self.state.poll_link() else {
            return Ok(());
        };
        let request = self
            .service
            .follow("operations.poll", Method::Get, link)
            .map_err(|error| self.unreadable(error))?;
        let answer = match self.service.send(request).await {
            Ok(answer) => answer,
            Err(error) => return self.refused(error).await,
        };
        self.state
            .polled(&answer)
            .map_err(|error| self.unreadable(error))?;
        self.last = Some(answer);
        self.missing = 0;
        self.wait = self.wait_after_last();
        Ok(())
    }

    /// A poll that was answered with an error: at `Location` that is the operation's end, elsewhere it says nothing of the operation.
    async fn refused(&mut self, error: Error) -> Result<()> {
        let gone = error.is_not_found();
        if gone && self.state.method == Verb::Delete {
            // The record of a deletion may go with what it deletes; whether it is gone is what counts.
            let request = self
                .service
                .follow("operations.poll", Method::Get, &self.state.original);
            let found = match request {
                Ok(request) => existing(&self.service, request).await,
                Err(error) => Err(error),
            };
            if found.map_err(|error| self.unreadable(error))?.is_none() {
                "Succeeded".clone_into(&mut self.state.status);
                self.at = At::End;
                return Ok(());
            }
        }
        let accepted = self.state.method == Verb::Put && self.state.poll == Poll::Resource;
        if gone && accepted && self.missing < MISSING {
            self.missing += 1;
            self.wait = self.wait_after_last();
            return Ok(());
        }
        let is_about_operation = matches!(error.status(), Some(400..=499))
            && !matches!(error.status(), Some(401 | 403 | 408 | 429));
        if is_about_operation && matches!(self.state.poll, Poll::Location(_)) {
            "Failed".clone_into(&mut self.state.status);
            let failed = self.error(ErrorKind::OperationFailed, error.message());
            return Err(failed
                .with_status(
                    error.status().unwrap_or_default(),
                    error.request_id().map(str::to_owned),
                )
                .with_service_error(error.service_error().cloned())
                .with_source(error));
        }
        Err(self.unreadable(error))
    }

    fn wait_after_last(&self) -> Duration {
        let clock = self.service.clock();
        let asked = self
            .last
            .as_ref()
            .and_then(|answer| answer.retry_after(clock));
        let longest = clock.scaled(self.polling.longest_wait);
        let shortest = clock.scaled(SHORTEST_WAIT).max(Duration::from_millis(1));
        asked
            .map(|asked| asked.min(longest))
            .unwrap_or_else(|| clock.scaled(self.polling.interval))
            .max(shortest)
    }

    fn unreadable(&self, error: Error) -> Error {
        self.resumable(
            ErrorKind::NoAnswer,
            "the service accepted the operation, but its state could not be read",
        )
        .with_source(error)
    }

    fn resumable(&self, kind: ErrorKind, words: &str) -> Error {
        self.error(
            kind,
            &format!("{words}; it may still succeed and can be resumed"),
        )
        .with_resume_id(OperationId::of(&self.state).0)
    }

    fn error(&self, kind: ErrorKind, words: &str) -> Error {
        Error::new(kind, self.state.operation.clone(), words)
            .with_request(self.state.method.into(), self.state.path())
    }
}
