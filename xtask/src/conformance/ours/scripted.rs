//! Our clients on transports that answer from recordings.

use std::sync::{Arc, Mutex, PoisonError};

use azure_core::{
    error::{Error, ErrorKind},
    http::{AsyncRawResponse, HttpClient, Request, StatusCode, Transport, headers::Headers},
};
use rhc_arm::{ArmClient, Polling};
use rhc_core::{ClientOptions, Clock, RetryOptions, testing::FixedCredential};
use time::macros::datetime;

use crate::{
    Outcome,
    conformance::{
        exchange::{Exchange, without_origin},
        read::recordings::Recording,
    },
};

/// Runs something on a runtime of its own, whose clock is paused: nothing waits.
///
/// # Errors
/// There is no runtime.
pub fn run<T>(what: impl Future<Output = T>) -> Outcome<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .map_err(|error| error.to_string())?;
    Ok(runtime.block_on(what))
}

/// Answers from a recording: each request with the next answer that was recorded for its method and address.
#[derive(Debug)]
pub struct Replay {
    exchanges: Vec<Exchange>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    used: Vec<bool>,
    missing: Vec<String>,
}

impl Replay {
    /// The recording from this exchange on.
    #[must_use]
    pub fn from(recording: &Recording, place: usize) -> Arc<Self> {
        Self::of(
            recording
                .exchanges
                .get(place..)
                .unwrap_or_default()
                .to_vec(),
        )
    }

    /// These exchanges.
    #[must_use]
    pub fn of(exchanges: Vec<Exchange>) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                used: vec![false; exchanges.len()],
                missing: Vec::new(),
            }),
            exchanges,
        })
    }

    /// What was asked and is not in the recording.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.missing.clone()
    }

    /// How many answers were given.
    #[must_use]
    pub fn given(&self) -> usize {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.used.iter().filter(|used| **used).count()
    }

    fn next(&self, method: &str, address: &str) -> Option<Exchange> {
        let link = plain(&without_origin(address));
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |exchange: &Exchange| exchange.method == method && plain(&exchange.link) == link;
        let free = self
            .exchanges
            .iter()
            .zip(&state.used)
            .position(|(exchange, used)| !used && fits(exchange));
        // What is asked once more than it was recorded is as it was last.
        let place = free.or_else(|| self.exchanges.iter().rposition(fits));
        match place {
            Some(place) => {
                if let Some(used) = state.used.get_mut(place) {
                    *used = true;
                }
                self.exchanges.get(place).cloned()
            }
            None => {
                state.missing.push(format!("{method} {link}"));
                None
            }
        }
    }
}

/// An address without what differs between two ways to write it.
fn plain(link: &str) -> String {
    crate::conformance::read::recordings::decode(link).to_lowercase()
}

#[async_trait::async_trait]
impl HttpClient for Replay {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let method = request.method().to_string();
        let Some(exchange) = self.next(&method, request.url().as_str()) else {
            let says = format!("not recorded: {method} {}", request.url().path());
            return Err(Error::with_message(ErrorKind::Connection, says));
        };
        let mut headers = Headers::new();
        headers.insert("content-type", "application/json");
        for (name, value) in &exchange.answer_headers {
            if name != "content-type" && name != "content-length" {
                headers.insert(name.clone(), value.clone());
            }
        }
        let body = exchange
            .answer
            .map(|body| body.to_string())
            .unwrap_or_default();
        Ok(AsyncRawResponse::from_bytes(
            StatusCode::from(exchange.status),
            headers,
            body,
        ))
    }
}

/// A transport that has no answer.
#[must_use]
pub fn nothing() -> Arc<Replay> {
    Replay::of(Vec::new())
}

/// Our client for Resource Manager on a transport.
///
/// # Errors
/// Never with the public cloud's addresses.
pub fn client(replay: &Arc<Replay>) -> rhc_core::Result<ArmClient> {
    let mut options = ClientOptions {
        clock: Clock::anchored(datetime!(2026-11-23 09:00 UTC), 1.0),
        retry: RetryOptions {
            max_attempts: 1,
            ..RetryOptions::default()
        },
        ..ClientOptions::default()
    };
    options.client_options.transport =
        Some(Transport::new(Arc::clone(replay) as Arc<dyn HttpClient>));
    let options = rhc_arm::ArmClientOptions {
        client: options,
        polling: Polling::default(),
        ..rhc_arm::ArmClientOptions::default()
    };
    ArmClient::new(FixedCredential::new(), Some(options))
}
