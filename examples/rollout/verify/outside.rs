//! Looking from the outside: as anybody on the internet, without a token.

use std::time::Duration;

use azure_core::error::ErrorKind;
use azure_core::http::headers::HeaderName;
use azure_core::http::{Context, Method, Request, Transport, Url};
use rhc_core::{ClientOptions, Clock};
use serde_json::Value;

use super::check::Unproven;

/// How long an answer may take. A container app that slept starts first.
const PATIENCE: Duration = Duration::from_secs(60);

/// The wait before the next try, at the speed of the cloud's clock.
const PAUSE: Duration = Duration::from_secs(2);

/// How often a request that may have met a bad moment is sent.
const TRIES: u32 = 3;

/// A way to the internet.
#[derive(Debug, Clone)]
pub(super) struct Outside {
    transport: Transport,
    clock: Clock,
}

/// What somebody outside sees.
#[derive(Debug)]
pub(super) enum Seen {
    /// An answer, whatever it says.
    Answer {
        status: u16,
        location: Option<String>,
        body: Vec<u8>,
    },
    /// No connection came about: nobody listens, or the name leads nowhere.
    NoConnection(String),
}

impl Outside {
    /// By the transport of these options, and by nothing else of them: no credential, no policies, no retries.
    pub(super) fn new(options: &ClientOptions) -> Self {
        Self {
            transport: options.client_options.transport.clone().unwrap_or_default(),
            clock: options.clock,
        }
    }

    /// Asks for an address. Redirects are not followed.
    ///
    /// # Errors
    /// When something answered and the answer broke off, again and again.
    pub(super) async fn get(&self, address: &str) -> Result<Seen, Unproven> {
        let url = Url::parse(address)
            .map_err(|error| Unproven::because(format!("`{address}` is no address: {error}")))?;
        let mut last = String::new();
        for attempt in 0..TRIES {
            if attempt > 0 {
                tokio::time::sleep(self.clock.scaled(PAUSE)).await;
            }
            let asked = tokio::time::timeout(PATIENCE, self.once(&url)).await;
            match asked {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) if *error.kind() == ErrorKind::Connection => {
                    last = format!("no connection to {address}: {error}");
                    if attempt + 1 == TRIES {
                        return Ok(Seen::NoConnection(last));
                    }
                }
                Ok(Err(error)) => last = format!("{address} did not answer: {error}"),
                Err(_) => last = format!("{address} did not answer in time"),
            }
        }
        Err(Unproven(last))
    }

    async fn once(&self, url: &Url) -> azure_core::Result<Seen> {
        let mut request = Request::new(url.clone(), Method::Get);
        request.insert_header("accept", "*/*");
        let answer = self.transport.send(&Context::new(), &mut request).await?;
        let answer = answer.try_into_raw_response().await?;
        let location = answer
            .headers()
            .get_optional_string(&HeaderName::from_static("location"));
        Ok(Seen::Answer {
            status: answer.status().into(),
            location,
            body: answer.body().to_vec(),
        })
    }
}

impl Seen {
    /// The answer's body, if it is a JSON document that came with 200.
    pub(super) fn json(&self) -> Option<Value> {
        match self {
            Self::Answer {
                status: 200, body, ..
            } => serde_json::from_slice(body).ok(),
            _ => None,
        }
    }

    /// For a person.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Answer {
                status,
                location: Some(location),
                ..
            } => format!("answers {status} and leads to {location}"),
            Self::Answer { status, .. } => format!("answers {status}"),
            Self::NoConnection(why) => why.clone(),
        }
    }
}
