//! Long-running operations.

mod poller;
mod state;
#[cfg(test)]
mod tests;

use futures::{Stream, future::BoxFuture};
use poller::Poller;
use rhc_core::{Answer, Error, Method, Result, Service};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use state::State;
use std::{
    fmt,
    future::IntoFuture,
    marker::PhantomData,
    pin::Pin,
    str::FromStr,
    task::{Context, Poll, ready},
    time::Duration,
};

/// How often and how long to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Polling {
    /// How long to wait between two polls where the service does not say. 30 seconds by default.
    pub interval: Duration,
    /// The longest wait between two polls that is taken from a service. 10 minutes by default.
    pub longest_wait: Duration,
    /// When to stop asking, counted from when this process began or resumed. A wait that would end later is not begun.
    /// Where none is given, an operation is asked about for 2 hours.
    pub deadline: Option<Duration>,
}

impl Default for Polling {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(30),
            longest_wait: Duration::from_secs(10 * 60),
            deadline: None,
        }
    }
}

/// Where the result of an operation is, where the service's description departs from the rule (`final-state-via`).
///
/// The rule: PUT and PATCH have it at the resource, POST at `Location`, DELETE has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum FinalState {
    /// In the last status document.
    AsyncOperation,
    /// At the link in the first answer's `Location`.
    Location,
    /// At the address that the request went to.
    OriginalUri,
}

/// How far an operation is.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// The state in the service's words.
    pub status: String,
    /// How much is done, where the service says so.
    pub percent_complete: Option<f64>,
    /// How long until the next poll. `None` when it is done.
    pub next_poll: Option<Duration>,
}

/// What another process needs to go on with an operation: links and the state, never a token.
///
/// A string, to be kept in a journal, and not where everybody reads: a link may be signed. `Debug` shows no link. [`ArmClient::resume`](crate::ArmClient::resume) takes it.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OperationId(String);

impl OperationId {
    fn of(state: &State) -> Self {
        // A struct of strings always serialises.
        Self(serde_json::to_string(state).unwrap_or_default())
    }

    fn state(&self) -> Result<State> {
        // Neither the text nor the parser's words are told: both may hold a signed link.
        let refused = |why: String| {
            Error::invalid(
                "operations.resume",
                format!("this is not an operation id: {why}"),
            )
        };
        let state: State = serde_json::from_str(&self.0)
            .map_err(|error| refused(format!("it cannot be read at column {}", error.column())))?;
        match state.contradiction() {
            Some(why) => Err(refused(why.to_owned())),
            None => Ok(state),
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OperationId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let id = Self(text.to_owned());
        id.state().map(|_| id)
    }
}

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.state() {
            Ok(state) => write!(f, "OperationId({} of {})", state.operation, state.path()),
            Err(_) => f.write_str("OperationId(unreadable)"),
        }
    }
}

/// An operation that the service has accepted and goes on with.
///
/// Awaited, it gives the result. As a stream it gives [`Progress`], beginning with the first answer's, and ends when the operation does;
/// the result is then awaited. Dropped, it goes on at the service.
///
/// # Errors
/// [`OperationFailed`](rhc_core::ErrorKind::OperationFailed) with the service's code and message when the service says that it failed.
/// [`DeadlineExceeded`](rhc_core::ErrorKind::DeadlineExceeded) when our time ran out, and [`NoAnswer`](rhc_core::ErrorKind::NoAnswer)
/// when the state cannot be read, after retries (the cause is in `source()`): in both cases the operation may still succeed,
/// and [`Error::resume_id`] is the [`OperationId`] to resume it with.
#[must_use = "an operation does nothing here until it is awaited"]
pub struct Operation<T> {
    slot: Slot,
    id: OperationId,
    result: PhantomData<fn() -> T>,
}

type Step = (Box<Poller>, Option<Result<Progress>>);

enum Slot {
    Idle(Box<Poller>),
    Busy(BoxFuture<'static, Step>),
    /// Only while a step is taken.
    Taken,
}

impl<T> Operation<T> {
    pub(crate) fn begun(
        service: Service,
        polling: Polling,
        (operation, method, original): (&'static str, Method, String),
        answer: Answer,
        created_is_done: bool,
    ) -> Result<Self> {
        let state = State::begun(operation, method, original, &answer, created_is_done)?;
        Poller::new(service, polling, state, Some(answer)).map(Self::over)
    }

    pub(crate) fn resumed(service: Service, polling: Polling, id: &OperationId) -> Result<Self> {
        Poller::new(service, polling, id.state()?, None).map(Self::over)
    }

    fn over(poller: Poller) -> Self {
        Self {
            id: OperationId::of(poller.state()),
            slot: Slot::Idle(Box::new(poller)),
            result: PhantomData,
        }
    }

    /// What another process needs to go on with it. It may change with each poll.
    pub fn id(&self) -> &OperationId {
        &self.id
    }

    /// Says where the result is, where the service departs from the rule. To be called before the operation is polled.
    pub fn final_state(mut self, at: FinalState) -> Self {
        if let Slot::Idle(poller) = &mut self.slot {
            poller.set_final_state(at);
            self.id = OperationId::of(poller.state());
        }
        self
    }

    /// Stops asking after this long, counted from when this process began or resumed.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        if let Slot::Idle(poller) = &mut self.slot {
            poller.set_deadline(deadline);
        }
        self
    }
}

impl<T> Stream for Operation<T> {
    type Item = Result<Progress>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.slot = match std::mem::replace(&mut self.slot, Slot::Taken) {
            Slot::Idle(poller) => Slot::Busy(Box::pin(poller.step())),
            slot => slot,
        };
        let Slot::Busy(step) = &mut self.slot else {
            return Poll::Ready(None);
        };
        let (poller, progress) = ready!(step.as_mut().poll(cx));
        self.id = OperationId::of(poller.state());
        self.slot = Slot::Idle(poller);
        Poll::Ready(progress)
    }
}

impl<T: DeserializeOwned + Send + 'static> IntoFuture for Operation<T> {
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'static, Result<T>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (mut poller, mut progress) = match self.slot {
                Slot::Idle(poller) => poller.step().await,
                Slot::Busy(step) => step.await,
                Slot::Taken => {
                    return Err(Error::invalid(
                        "operations.await",
                        "the operation was polled while it was being polled",
                    ));
                }
            };
            while let Some(step) = progress {
                step?;
                (poller, progress) = poller.step().await;
            }
            poller.result().await
        })
    }
}

impl<T> fmt::Debug for Operation<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
