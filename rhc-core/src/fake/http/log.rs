//! What was asked of the World and what came back.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::fake::World;

/// One request that reached a host of the World, or would have without a fault.
#[derive(Clone)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// When it arrived.
    pub at: OffsetDateTime,
    /// Its method.
    pub method: Method,
    /// The host, without port.
    pub host: String,
    /// Path and query, as sent.
    pub path_and_query: String,
    /// The answer's status; `None` if no answer reached the client.
    pub status: Option<u16>,
    /// The tenant that the caller's token is of, or that the fake named.
    pub tenant: Option<Uuid>,
    /// What the fake calls the operation.
    pub operation: Option<String>,
    /// Whether a fault had its hand in the answer.
    pub faulted: bool,
    /// The request's body, if the World [records bodies](crate::fake::WorldOptions::record_bodies).
    pub request_body: Option<Bytes>,
    /// The request's headers without its credential, if the World records bodies.
    pub request_headers: HeaderMap,
    /// The answer's body, if the World records bodies.
    pub answer_body: Option<Bytes>,
    /// The answer's headers, if the World records bodies.
    pub answer_headers: HeaderMap,
}

impl fmt::Debug for LoggedRequest {
    /// Without bodies and query values' secrets: token requests carry assertions and codes in bodies.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path_and_query.split('?').next().unwrap_or_default();
        write!(
            f,
            "{} {} https://{}{path} -> {:?}",
            self.at, self.method, self.host, self.status
        )
    }
}

/// What a fake tells the log about an answer, as an extension of the response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    /// The tenant concerned.
    pub tenant: Option<Uuid>,
    /// The operation's name.
    pub operation: Option<String>,
}

#[derive(Default)]
pub(in crate::fake) struct Log(Mutex<Vec<LoggedRequest>>);

impl Log {
    /// Enters a request and returns its place.
    pub(super) fn enter(&self, request: LoggedRequest) -> usize {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.push(request);
        log.len() - 1
    }

    pub(super) fn amend(&self, place: usize, change: impl FnOnce(&mut LoggedRequest)) {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = log.get_mut(place) {
            change(entry);
        }
    }

    pub(super) fn answered(
        &self,
        place: usize,
        status: StatusCode,
        noted: Option<&Noted>,
        kept: Option<(HeaderMap, Bytes)>,
    ) {
        self.amend(place, |entry| {
            entry.status = Some(status.as_u16());
            if let Some((headers, body)) = kept {
                entry.answer_headers = headers;
                entry.answer_body = Some(body);
            }
            if let Some(noted) = noted {
                entry.tenant = noted.tenant.or(entry.tenant);
                entry.operation.clone_from(&noted.operation);
            }
        });
    }
}

impl World {
    /// Every request so far, in the order of arrival.
    #[must_use]
    pub fn log(&self) -> Vec<LoggedRequest> {
        let log = self.0.log.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.clone()
    }

    /// How many requests there were so far.
    #[must_use]
    pub fn request_count(&self) -> usize {
        let log = self.0.log.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.len()
    }
}
