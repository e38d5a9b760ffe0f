//! Replays fixtures through a mock server, or records them.

use super::{
    FixedCredential, Fixture, Recorder,
    fixture::{REQUEST_HEADERS, RecordedRequest, bytes_of},
};
use crate::{Carrier, ClientOptions, Clock, Result, Url};
use azure_core::{
    credentials::TokenCredential,
    http::{HttpClient, Transport},
};
use serde::Serialize;
use serde_json::Value;
use std::{fmt::Write as _, future::Future, path::PathBuf, sync::Arc, time::Duration};
use wiremock::{Match, Mock, MockServer, Request as Received, ResponseTemplate};

/// A crate's fixtures: one test per operation, which replays; under `RHC_RECORD=1` it records first.
///
/// The call is the same in both cases; only what answers differs, so a fixture cannot drift from its test.
#[derive(Debug)]
pub struct Fixtures {
    folder: PathBuf,
    recording: bool,
}

/// What answers while recording: usually a `World` with the crate's fake and whatever the operation needs in it.
#[derive(Debug)]
pub struct Live {
    /// What carries the requests.
    pub transport: Arc<dyn HttpClient>,
    /// Who asks.
    pub credential: Arc<dyn TokenCredential>,
    /// The time where the answers come from.
    pub clock: Clock,
    /// `embedded` or `azure`. An embedded cloud is built on a paused clock, which the recorder lets go on when it is done: time that
    /// passes in between would show in the recording.
    pub source: &'static str,
}

/// What a client is made of in a fixture test.
#[derive(Debug)]
pub struct Connection {
    /// The credential.
    pub credential: Arc<dyn TokenCredential>,
    /// The options, with the transport in them.
    pub options: ClientOptions,
}

impl Fixtures {
    /// The fixtures of the crate: `Fixtures::of(env!("CARGO_MANIFEST_DIR"))`.
    pub fn of(manifest_dir: &str) -> Self {
        // The one place in the workspace's libraries that reads the environment: this is test code, and cargo passes
        // nothing else through to a test.
        #[allow(clippy::disallowed_methods)]
        let recording = std::env::var_os("RHC_RECORD").is_some_and(|value| value == "1");
        Self::at(
            PathBuf::from(manifest_dir).join("tests/fixtures"),
            recording,
        )
    }

    /// Fixtures in this folder, to be recorded or replayed.
    pub fn at(folder: PathBuf, recording: bool) -> Self {
        Self { folder, recording }
    }

    /// Runs one operation against its fixture and gives its result for a snapshot.
    ///
    /// # Panics
    /// Where the fixture is missing, the operation sends what the fixture does not hold, or leaves part of it unsent.
    pub async fn run<T, F, R>(
        &self,
        operation: &str,
        live: impl Future<Output = Live>,
        call: F,
    ) -> Value
    where
        T: Serialize,
        F: Fn(Connection) -> R,
        R: Future<Output = Result<T>>,
    {
        let path = self.folder.join(format!("{operation}.json"));
        if self.recording {
            Self::record(operation, &path, live.await, &call).await;
        }
        let fixture = Fixture::load(&path).unwrap_or_else(|error| panic!("{error}"));
        let server = MockServer::start().await;
        for (index, exchange) in fixture.exchanges.iter().enumerate() {
            let mut response = ResponseTemplate::new(exchange.response.status)
                .set_body_bytes(bytes_of(&exchange.response));
            for (name, value) in &exchange.response.headers {
                // What was waited for once is not waited for again.
                let value = if name == "retry-after" { "0" } else { value };
                response = response.insert_header(name.as_str(), value);
            }
            let mock = Mock::given(Expected(exchange.request.clone())).respond_with(response);
            mock.up_to_n_times(1)
                .expect(1)
                .named(format!("exchange {index}: {}", line(&exchange.request)))
                .mount(&server)
                .await;
        }
        let expected: Vec<_> = fixture
            .exchanges
            .iter()
            .map(|exchange| line(&exchange.request))
            .collect();
        Mock::given(wiremock::matchers::any())
            .respond_with(move |received: &Received| {
                ResponseTemplate::new(599).set_body_string(unexpected(received, &expected))
            })
            .with_priority(u8::MAX)
            .mount(&server)
            .await;
        let address = Url::parse(&server.uri()).unwrap_or_else(|error| panic!("{error}"));
        // A thousandfold speed: own polling intervals shrink, as nothing happens between two answers of a recording.
        let clock = Clock::anchored(super::credential::START, 1000.0);
        let connection = Connection {
            credential: FixedCredential::new(),
            options: options(Carrier::new(address), clock),
        };
        let result = call(connection).await.unwrap_or_else(|error| {
            panic!("{operation}: {error}\n{}", error.body().unwrap_or_default())
        });
        server.verify().await;
        to_value(operation, &result)
    }

    async fn record<T, F, R>(operation: &str, path: &std::path::Path, live: Live, call: &F)
    where
        F: Fn(Connection) -> R,
        R: Future<Output = Result<T>>,
    {
        // The embedded cloud takes its time on tokio's clock; the mock server that replays it needs a running one.
        let paused = live.source == "embedded";
        let recorder = Recorder::new(live.transport);
        let connection = Connection {
            credential: live.credential,
            options: options(Arc::clone(&recorder) as Arc<dyn HttpClient>, live.clock),
        };
        if let Err(error) = call(connection).await {
            panic!("{operation}: {error}");
        }
        if paused {
            tokio::time::resume();
        }
        // Tokens are asked for outside the operation, unless it is about them; a fixture holds the operation only.
        let of_tokens = operation.starts_with("token.");
        let exchanges = recorder
            .exchanges()
            .into_iter()
            .filter(|exchange| of_tokens || !exchange.request.host.starts_with("login."))
            .collect();
        let fixture = Fixture {
            operation: operation.to_owned(),
            source: live.source.to_owned(),
            exchanges,
        };
        fixture
            .save(path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

fn options(transport: Arc<dyn HttpClient>, clock: Clock) -> ClientOptions {
    let mut options = ClientOptions {
        clock,
        ..ClientOptions::default()
    };
    options.client_options.transport = Some(Transport::new(transport));
    // A throttled second has passed after one wait, whatever chance adds to it.
    options.retry.first_wait = Duration::from_secs(1);
    options
}

fn to_value<T: Serialize>(operation: &str, result: &T) -> Value {
    serde_json::to_value(result).unwrap_or_else(|error| {
        panic!("{operation}: the result cannot be written as JSON: {error}")
    })
}

fn line(request: &RecordedRequest) -> String {
    format!(
        "{} https://{}{}",
        request.method, request.host, request.path
    )
}

fn unexpected(received: &Received, expected: &[String]) -> String {
    let host = received
        .headers
        .get("host")
        .and_then(|value| value.to_str().ok())
        .unwrap_or("?");
    let mut text = format!(
        "the fixture has no such exchange (left):\n  {} https://{host}{}",
        received.method,
        received.url.path()
    );
    if let Some(query) = received.url.query() {
        let _ = write!(text, "?{query}");
    }
    if !received.body.is_empty() {
        let _ = write!(text, "\n  body {}", String::from_utf8_lossy(&received.body));
    }
    let _ = write!(text, "\nit has:\n  {}", expected.join("\n  "));
    text
}

/// Method, host, path, query, the headers that matter and the body, all equal.
struct Expected(RecordedRequest);

impl Match for Expected {
    fn matches(&self, received: &Received) -> bool {
        let header = |name: &str| {
            received
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let mut body = super::fixture::body_of(&received.body);
        // The fixture was scrubbed; what we send is compared in the same form.
        body.iter_mut().for_each(super::scrub);
        let query: Vec<(String, String)> = received.url.query_pairs().into_owned().collect();
        received.method.as_str() == self.0.method
            && header("host") == Some(self.0.host.as_str())
            && received.url.path() == self.0.path
            && query == self.0.query
            && REQUEST_HEADERS
                .iter()
                .all(|name| header(name) == self.0.headers.get(*name).map(String::as_str))
            && body == self.0.body
    }
}
