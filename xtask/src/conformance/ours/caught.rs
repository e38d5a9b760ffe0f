//! What our clients send, caught at the transport: a request that is never answered.

use std::{collections::BTreeMap, sync::Arc};

use rhc_arm::ArmClient;
use rhc_core::{
    ClientOptions,
    testing::{FixedCredential, Reply, Script},
};
use rhc_graph::{GraphClient, GraphClientOptions};
use serde_json::{Value, json};

use crate::conformance::{
    check::Disagreement,
    exchange::{Exchange, says},
    read::recordings::{decode, pairs},
    roundtrip,
};

/// A request as it went over the wire.
#[derive(Clone, Debug)]
pub struct Sent {
    /// In capitals.
    pub method: String,
    /// Decoded.
    pub path: String,
    /// Names and values, decoded.
    pub query: Vec<(String, String)>,
    /// By their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body, if it is JSON.
    pub body: Option<Value>,
}

/// A request, or why our client refuses to send one.
pub type Caught = Result<Sent, String>;

impl Sent {
    /// A request that was built and not sent.
    #[must_use]
    pub fn built(request: &rhc_core::Request) -> Self {
        let whole = request.path_and_query();
        let (path, query) = whole.split_once('?').unwrap_or((&whole, ""));
        Self {
            method: request.method().to_string(),
            path: decode(path),
            query: pairs(query),
            headers: BTreeMap::new(),
            body: request
                .body_bytes()
                .and_then(|body| serde_json::from_slice(body).ok()),
        }
    }

    /// What differs from the recorded request. Parameters of ours that it has not are those in `also`.
    #[must_use]
    pub fn differs(&self, exchange: &Exchange, also: &[&str]) -> Vec<Disagreement> {
        let mut found = Vec::new();
        if !self.path.eq_ignore_ascii_case(&exchange.path) {
            found.push(says(
                "",
                format!("`{}` became `{}`", exchange.path, self.path),
            ));
        }
        if self.method != exchange.method {
            found.push(says(
                "",
                format!("{} became {}", exchange.method, self.method),
            ));
        }
        let own = |name: &str| {
            self.query
                .iter()
                .find(|(own, _)| own.eq_ignore_ascii_case(name))
        };
        for (name, value) in exchange.query.iter().filter(|(name, _)| !is_version(name)) {
            match own(name) {
                Some((_, sent)) if sent == value => {}
                Some((_, sent)) => {
                    found.push(says("", format!("`{name}={value}` became `{sent}`")))
                }
                None => found.push(says(
                    "",
                    format!("our client does not send `{name}={value}`"),
                )),
            }
        }
        for (name, _) in self.query.iter().filter(|(name, _)| !is_version(name)) {
            if exchange.parameter(name).is_none() && !also.contains(&name.as_str()) {
                found.push(says("", format!("our client sends `{name}`")));
            }
        }
        match (&exchange.request, &self.body) {
            (Some(recorded), Some(sent)) => found.extend(roundtrip::compare(recorded, sent)),
            (Some(recorded), None) if *recorded != json!({}) => {
                found.push(says("", "our client sends no body"));
            }
            (None, Some(_)) => found.push(says("", "our client sends a body")),
            (Some(_) | None, None) => {}
        }
        found
    }
}

/// Every client has versions of its own.
fn is_version(name: &str) -> bool {
    name.eq_ignore_ascii_case("api-version")
}

/// Lets our client for Resource Manager send, and catches the first request.
pub fn arm<T, F>(call: impl FnOnce(ArmClient) -> F) -> Caught
where
    F: Future<Output = rhc_core::Result<T>>,
{
    caught(|options| async {
        match ArmClient::new(FixedCredential::new(), Some(options.into())) {
            Ok(client) => call(client).await.map(drop),
            Err(error) => Err(error),
        }
    })
}

/// Lets our client for Graph send, and catches the first request.
pub fn graph<T, F>(call: impl FnOnce(GraphClient) -> F) -> Caught
where
    F: Future<Output = rhc_core::Result<T>>,
{
    caught(|client| async {
        let options = GraphClientOptions {
            client,
            ..GraphClientOptions::default()
        };
        match GraphClient::new(FixedCredential::new(), Some(options)) {
            Ok(client) => call(client).await.map(drop),
            Err(error) => Err(error),
        }
    })
}

fn caught<F>(call: impl FnOnce(ClientOptions) -> F) -> Caught
where
    F: Future<Output = rhc_core::Result<()>>,
{
    super::scripted::run(async {
        let refused = json!({"error": {"code": "Caught", "message": "nothing answers here"}});
        let script: Arc<Script> = Script::new([Reply::json(400, refused)]);
        let outcome = call(script.options()).await;
        let Some(seen) = script.seen().into_iter().next() else {
            let why = outcome.err().map(|error| error.to_string());
            return Err(why.unwrap_or_else(|| "nothing is sent".to_owned()));
        };
        Ok(Sent {
            method: seen.method.to_string(),
            path: decode(seen.url.path()),
            query: seen.url.query().map(pairs).unwrap_or_default(),
            headers: seen
                .headers
                .iter()
                .map(|(name, value)| (name.as_str().to_lowercase(), value.as_str().to_owned()))
                .collect(),
            body: (!seen.body.is_empty()).then(|| seen.json()),
        })
    })?
}
