//! What a served embedded cloud says about itself.

use std::sync::Arc;

use azure_core::http::{HttpClient, Method, Request, Url};
use rhc_core::{Carrier, Clock};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Where a served cloud speaks about itself, on the host `localhost`: no service of Microsoft's has such a path.
pub const ADMIN_PATH: &str = "/.embedded-cloud";
/// How a served cloud names its kind.
pub const FORMAT: &str = "rhc-embedded-cloud";

/// What a served cloud says about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// [`FORMAT`].
    pub format: String,
    /// The environment that it was made for.
    pub environment: String,
    /// Its time.
    #[serde(with = "time::serde::rfc3339")]
    pub now: OffsetDateTime,
    /// How much faster its time runs.
    pub speed: f64,
    /// Whether its simulated person does what a machine cannot.
    pub person: bool,
    /// How many requests it has answered.
    pub requests: usize,
    /// Its SQL servers.
    #[serde(default)]
    pub sql: Option<SqlListeners>,
    /// What its person can do.
    pub tasks: Vec<Task>,
}

/// Where a served cloud's SQL servers are reached over TDS: at its own address, at a port for each side of their doors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlListeners {
    /// The port for who comes from the internet.
    pub outside: u16,
    /// The port for who comes from a network with a private way to the servers.
    pub inside: u16,
    /// The root that their certificates lead to, as PEM.
    pub root: String,
}

/// Something that only a person can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its name.
    pub step: String,
    /// What he does.
    pub title: String,
    /// Whether it can and must be done now.
    pub ready: bool,
}

/// Why a served cloud cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServedError {
    /// Nobody answers.
    #[error("no embedded cloud answers at {address}")]
    Unreachable {
        /// Where.
        address: Url,
        /// Why not.
        source: azure_core::Error,
    },
    /// Somebody else answers.
    #[error("what answers at {address} is no embedded cloud: {what}")]
    Other {
        /// Where.
        address: Url,
        /// What it said.
        what: String,
    },
    /// It refuses.
    #[error("{0}")]
    Refused(String),
}

/// A served cloud by its address.
#[derive(Clone, Debug)]
pub struct Served {
    address: Url,
    carrier: Arc<dyn HttpClient>,
}

impl Served {
    /// The cloud at this address.
    pub fn at(address: Url) -> Self {
        let carrier = Carrier::new(address.clone());
        Self { address, carrier }
    }

    /// Its address.
    pub fn address(&self) -> &Url {
        &self.address
    }

    /// The transport to it.
    pub fn transport(&self) -> Arc<dyn HttpClient> {
        Arc::clone(&self.carrier)
    }

    /// Asks it about itself.
    ///
    /// # Errors
    /// Where nobody answers, or somebody else.
    pub async fn about(&self) -> Result<About, ServedError> {
        let (status, body) = self.send(Method::Get, ADMIN_PATH).await?;
        let about: Option<About> = serde_json::from_slice(&body).ok();
        about
            .filter(|about| status == 200 && about.format == FORMAT)
            .ok_or_else(|| self.other(status, &body))
    }

    /// Lets its person do one step.
    ///
    /// # Errors
    /// Where it is unknown or cannot be done now, and as [`about`](Self::about).
    pub async fn perform(&self, step: &str) -> Result<(), ServedError> {
        let mut url = Url::parse("http://localhost")
            .map_err(|error| ServedError::Refused(error.to_string()))?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend([ADMIN_PATH.trim_start_matches('/'), "person", step]);
        }
        let (status, body) = self.send(Method::Post, url.path()).await?;
        let answer: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        match (status, answer["error"].as_str()) {
            (200, _) => Ok(()),
            (_, Some(message)) => Err(ServedError::Refused(message.to_owned())),
            _ => Err(self.other(status, &body)),
        }
    }

    async fn send(&self, method: Method, path: &str) -> Result<(u16, Vec<u8>), ServedError> {
        let unreachable = |source| ServedError::Unreachable {
            address: self.address.clone(),
            source,
        };
        let url = Url::parse("http://localhost")
            .and_then(|url| url.join(path))
            .map_err(|error| unreachable(error.into()))?;
        let request = Request::new(url, method);
        let answer = self.carrier.execute_request(&request).await;
        let (status, _, body) = answer.map_err(unreachable)?.deconstruct();
        let body = body.collect().await.map_err(unreachable)?;
        Ok((u16::from(status), body.to_vec()))
    }

    fn other(&self, status: u16, body: &[u8]) -> ServedError {
        let text = String::from_utf8_lossy(body);
        let shown: String = text.chars().filter(|c| !c.is_control()).take(120).collect();
        ServedError::Other {
            address: self.address.clone(),
            what: format!("it answered {status} {shown}"),
        }
    }
}

impl About {
    /// A clock that runs as the served cloud's does.
    pub fn clock(&self) -> Clock {
        Clock::anchored(self.now, self.speed)
    }
}
