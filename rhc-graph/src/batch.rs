//! Several requests sent as one.

use crate::GraphClient;
use rhc_core::{Answer, Error, ErrorKind, Headers, Method, Path, Request, Result};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, time::Duration};
use tokio::time::Instant;

const OPERATION: &str = "batch";
/// The service's limit.
const MOST: usize = 20;

/// Up to twenty requests that are sent as one, each with an answer of its own.
///
/// Page: [json-batching](https://learn.microsoft.com/graph/json-batching).
///
/// ```no_run
/// use rhc_graph::{Batch, GraphClient, Group, Method, Path, Request, User};
///
/// # async fn example(graph: GraphClient) -> rhc_graph::Result<()> {
/// let mut batch = Batch::new();
/// let me = batch.add(Request::new("me", Method::Get, Path::new("/v1.0/me")));
/// let groups = Path::new("/v1.0/groups");
/// let body = Group::security("Practices", "practices");
/// let made = batch.add_after(Request::new("groups.create", Method::Post, groups).json(&body), &[me]);
/// let mut answers = graph.batch(&batch).await?;
/// let user: User = answers.take(me)?.json()?;
/// let group: Group = answers.take(made)?.json()?;
/// # let _ = (user, group);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Batch {
    items: Vec<Item>,
}

#[derive(Debug, Clone)]
struct Item {
    request: Request,
    after: Vec<BatchId>,
}

/// A request within a [`Batch`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId(usize);

impl Batch {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a request that waits for no other.
    pub fn add(&mut self, request: Request) -> BatchId {
        self.add_after(request, &[])
    }

    /// Adds a request that the service begins when these have succeeded. Where one fails, it is answered 424.
    pub fn add_after(&mut self, request: Request, after: &[BatchId]) -> BatchId {
        let after = after.to_vec();
        self.items.push(Item { request, after });
        BatchId(self.items.len() - 1)
    }

    /// How many requests.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

/// The answers to a [`Batch`].
#[derive(Debug)]
pub struct BatchAnswers {
    answers: BTreeMap<BatchId, Result<Answer>>,
}

impl BatchAnswers {
    /// Takes the answer to one request.
    ///
    /// # Errors
    /// The request's own error, with its operation, path and code: any status outside 2xx is one, 424 where a request
    /// that it waited for failed. [`ErrorKind::InvalidInput`] where it was taken already or is of another batch.
    pub fn take(&mut self, id: BatchId) -> Result<Answer> {
        self.answers.remove(&id).unwrap_or_else(|| {
            let words = "this batch has no answer to such a request, or it was taken already";
            Err(Error::invalid(OPERATION, words))
        })
    }

    /// Takes the answer to one request and reads it.
    ///
    /// # Errors
    /// As [`take`](Self::take), and [`ErrorKind::Decode`] for an answer of another form.
    pub fn read<T: DeserializeOwned>(&mut self, id: BatchId) -> Result<T> {
        self.take(id)?.json()
    }
}

/// An item on the wire.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    id: String,
    method: String,
    url: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<String>,
}

#[derive(Serialize)]
struct Envelope {
    requests: Vec<Sent>,
}

#[derive(Deserialize)]
struct Received {
    responses: Vec<ReceivedItem>,
}

#[derive(Deserialize)]
struct ReceivedItem {
    id: String,
    status: u16,
    #[serde(default)]
    headers: Option<Map<String, Value>>,
    #[serde(default)]
    body: Value,
}

impl GraphClient {
    /// Sends up to twenty requests as one. Those that the service was too busy for are sent again, and those that waited
    /// for them, as long as the client's retries allow.
    ///
    /// Request: `POST /$batch`, operation `batch`.
    /// Permission: that of each request.
    /// Page: [json-batching](https://learn.microsoft.com/graph/json-batching).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] for more than twenty requests, and for one that cannot be sent within a batch: its body is no
    /// JSON, or its path is not one of version 1.0. Otherwise that of the whole; each request has its own in [`BatchAnswers`].
    pub async fn batch(&self, batch: &Batch) -> Result<BatchAnswers> {
        if batch.len() > MOST {
            let words = format!(
                "a batch holds at most {MOST} requests, and this one has {}: send it in parts",
                batch.len()
            );
            return Err(Error::invalid(OPERATION, words));
        }
        let mut answers = BTreeMap::new();
        let mut open: Vec<BatchId> = (0..batch.len()).map(BatchId).collect();
        let started = Instant::now();
        let mut attempt = 0;
        while !open.is_empty() {
            attempt += 1;
            let round = self.round(batch, &open).await?;
            let wait = again(batch, &open, &round).and_then(|(again, asked)| {
                let service = self.service();
                let pause =
                    service
                        .retry()
                        .pause(attempt, asked, started.elapsed(), service.clock())?;
                Some((again, pause))
            });
            let (next, pause) = wait.unwrap_or_default();
            for (id, answer) in round {
                if !next.contains(&id) {
                    answers.insert(id, answer.and_then(Answer::success));
                }
            }
            open = next;
            tokio::time::sleep(pause).await;
        }
        Ok(BatchAnswers { answers })
    }

    /// Sends what is open, once.
    async fn round(
        &self,
        batch: &Batch,
        open: &[BatchId],
    ) -> Result<BTreeMap<BatchId, Result<Answer>>> {
        let mut requests = Vec::with_capacity(open.len());
        let mut idempotent = true;
        for id in open {
            if let Some(item) = batch.items.get(id.0) {
                idempotent &= item.request.is_idempotent();
                requests.push(self.sent(*id, item, open)?);
            }
        }
        // Asked for as one, they are repeated as one only where each may be.
        let request = Request::new(OPERATION, Method::Post, Path::new("/v1.0/$batch"))
            .json(&Envelope { requests })
            .idempotent(idempotent);
        let received: Received = self.read(request).await?;
        let mut received: BTreeMap<String, ReceivedItem> = received
            .responses
            .into_iter()
            .map(|item| (item.id.clone(), item))
            .collect();
        let answer = |id: &BatchId| {
            let request = &batch.items.get(id.0)?.request;
            let answer = match received.remove(&name(*id)) {
                Some(item) => Ok(answer(request, item)),
                None => Err(Error::new(
                    ErrorKind::NoAnswer,
                    request.operation(),
                    "the service's answer to the batch leaves this request out; it may or may not have acted",
                )),
            };
            Some((*id, answer))
        };
        Ok(open.iter().filter_map(answer).collect())
    }

    fn sent(&self, id: BatchId, item: &Item, open: &[BatchId]) -> Result<Sent> {
        let request = &item.request;
        let refused = |words: &str| Err(Error::invalid(request.operation(), words));
        request.url(self.service().origin())?;
        let whole = request.path_and_query();
        let Some(url) = whole.strip_prefix("/v1.0").filter(|url| !url.is_empty()) else {
            return refused("a batch takes requests to /v1.0/… only");
        };
        let body = match request.body_bytes().map(serde_json::from_slice) {
            None => None,
            Some(Ok(body)) => Some(body),
            Some(Err(_)) => return refused("a batch takes bodies in JSON only"),
        };
        let mut headers: BTreeMap<String, String> = request
            .headers()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        if body.is_some() {
            headers.insert("content-type".to_owned(), "application/json".to_owned());
        }
        // What has succeeded already is waited for no more.
        let waits = |after: &&BatchId| open.contains(after);
        if item.after.iter().any(|after| *after >= id) {
            return refused("a request of a batch waits for earlier ones of the same batch only");
        }
        Ok(Sent {
            id: name(id),
            method: request.method().to_string(),
            url: url.to_owned(),
            headers,
            body,
            depends_on: item
                .after
                .iter()
                .filter(waits)
                .map(|id| name(*id))
                .collect(),
        })
    }
}

fn name(id: BatchId) -> String {
    (id.0 + 1).to_string()
}

fn answer(request: &Request, item: ReceivedItem) -> Answer {
    let mut headers = Headers::new();
    for (name, value) in item.headers.unwrap_or_default() {
        if let Value::String(value) = value {
            headers.insert(name.to_ascii_lowercase(), value);
        }
    }
    let body = match item.body {
        Value::Null => Vec::new(),
        // Anything that is not JSON comes as a string.
        Value::String(text) => text.into_bytes(),
        body => body.to_string().into_bytes(),
    };
    Answer::of(request, item.status, headers, body.into())
}

/// What has to be sent again, and how long the service asked to wait at most: what it was too busy for, and what failed
/// only because it waited for that.
fn again(
    batch: &Batch,
    open: &[BatchId],
    round: &BTreeMap<BatchId, Result<Answer>>,
) -> Option<(Vec<BatchId>, Option<Duration>)> {
    let mut again: Vec<BatchId> = Vec::new();
    let mut asked = None;
    for id in open {
        let (Some(item), Some(Ok(answer))) = (batch.items.get(id.0), round.get(id)) else {
            continue;
        };
        let waited = answer.status == 424 && item.after.iter().any(|after| again.contains(after));
        if item.request.may_repeat_after(answer.status) {
            asked = asked.max(answer.header("retry-after").and_then(seconds));
            again.push(*id);
        } else if waited {
            again.push(*id);
        }
    }
    (!again.is_empty()).then_some((again, asked))
}

fn seconds(text: &str) -> Option<Duration> {
    text.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GraphClientOptions;
    use rhc_core::testing::{FixedCredential, Reply, Script};
    use serde_json::json;
    use std::sync::Arc;

    fn client(script: &Arc<Script>) -> GraphClient {
        let options = GraphClientOptions {
            client: script.options(),
            ..GraphClientOptions::default()
        };
        GraphClient::new(FixedCredential::new(), Some(options)).unwrap()
    }

    fn get(path: &'static str) -> Request {
        Request::new("x.get", Method::Get, Path::new(path))
    }

    fn post(path: &'static str) -> Request {
        Request::new("x.make", Method::Post, Path::new(path)).json(&json!({"a": 1}))
    }

    fn responses(items: Value) -> Reply {
        Reply::json(200, json!({ "responses": items }))
    }

    #[tokio::test(start_paused = true)]
    async fn requests_are_sent_as_the_page_says_and_answers_come_in_any_order() {
        let script = Script::new([responses(json!([
            {"id": "2", "status": 201, "body": {"id": "new"}},
            {"id": "1", "status": 404, "headers": {"request-id": "r"}, "body": {"error": {"code": "Request_ResourceNotFound", "message": "none"}}}]))]);
        let mut batch = Batch::new();
        let first = batch.add(get("/v1.0/me").query("$select", "id"));
        let second = batch.add_after(post("/v1.0/groups"), &[first]);
        let mut answers = client(&script).batch(&batch).await.unwrap();
        let sent = &script.seen()[0];
        assert_eq!(sent.url.path(), "/v1.0/$batch");
        assert_eq!(
            sent.json(),
            json!({"requests": [
                {"id": "1", "method": "GET", "url": "/me?$select=id"},
                {"id": "2", "method": "POST", "url": "/groups", "headers": {"content-type": "application/json"}, "body": {"a": 1}, "dependsOn": ["1"]}]})
        );
        let error = answers.take(first).unwrap_err();
        assert!(error.is_not_found() && error.has_code("Request_ResourceNotFound"));
        assert_eq!(
            (error.operation(), error.path(), error.request_id()),
            ("x.get", "/v1.0/me", Some("r"))
        );
        assert_eq!(answers.read::<Value>(second).unwrap(), json!({"id": "new"}));
        assert_eq!(
            answers.take(second).unwrap_err().kind(),
            ErrorKind::InvalidInput
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_throttled_is_sent_again_with_what_waited_for_it() {
        let busy = json!({"id": "2", "status": 429, "headers": {"Retry-After": "7"}, "body": {"error": {"code": "TooManyRequests", "message": "busy"}}});
        let script = Script::new([
            responses(json!([{"id": "1", "status": 200, "body": {}}, busy,
                {"id": "3", "status": 424, "body": {"error": {"code": "FailedDependency", "message": "m"}}},
                {"id": "4", "status": 503, "body": {"error": {"code": "ServiceNotAvailable", "message": "m"}}}])),
            responses(
                json!([{"id": "3", "status": 201, "body": {}}, {"id": "2", "status": 201, "body": {}}]),
            ),
        ]);
        let mut batch = Batch::new();
        let first = batch.add(get("/v1.0/a"));
        let second = batch.add_after(post("/v1.0/b"), &[first]);
        let third = batch.add_after(post("/v1.0/c"), &[second]);
        // A write that is not idempotent may have acted behind a 503.
        let fourth = batch.add(post("/v1.0/d"));
        let started = Instant::now();
        let mut answers = client(&script).batch(&batch).await.unwrap();
        assert_eq!(started.elapsed(), Duration::from_secs(7));
        let again = script.seen()[1].json();
        assert_eq!(again["requests"][0]["id"], "2");
        assert_eq!(again["requests"][0].get("dependsOn"), None);
        assert_eq!(again["requests"][1]["dependsOn"], json!(["2"]));
        assert_eq!(again["requests"].as_array().unwrap().len(), 2);
        for id in [first, second, third] {
            answers.take(id).unwrap();
        }
        assert!(answers.take(fourth).unwrap_err().is_outcome_unknown());
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_is_left_out_of_the_answer_is_of_unknown_fate() {
        let script = Script::new([responses(json!([]))]);
        let mut batch = Batch::new();
        let id = batch.add(post("/v1.0/a"));
        let mut answers = client(&script).batch(&batch).await.unwrap();
        let error = answers.take(id).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoAnswer);
        assert!(error.is_outcome_unknown());
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_in_a_batch_is_refused_before_anything_is_sent() {
        let script = Script::new([]);
        let graph = client(&script);
        let mut too_many = Batch::new();
        for _ in 0..21 {
            too_many.add(get("/v1.0/me"));
        }
        let of = |request: Request| Batch {
            items: vec![Item {
                request,
                after: Vec::new(),
            }],
        };
        let mut itself = of(get("/v1.0/me"));
        itself.items[0].after = vec![BatchId(0)];
        let bytes = Request::new("x", Method::Put, Path::new("/v1.0/x")).body("image/png", "x");
        let climbing = Request::new("x", Method::Get, Path::new("/v1.0/users").segment(".."));
        for batch in [
            too_many,
            of(get("/beta/me")),
            of(bytes),
            of(climbing),
            itself,
        ] {
            let error = graph.batch(&batch).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        }
        assert!(graph.batch(&Batch::new()).await.is_ok());
        assert_eq!(script.seen().len(), 0);
    }
}
