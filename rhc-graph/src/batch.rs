//! Several requests sent as one.

use crate::GraphClient;
use rhc_core::{Answer, Clock, Error, ErrorKind, Headers, Method, Path, Request, Result};
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
            let now = self.together(batch, &open);
            let later: Vec<BatchId> = open
                .iter()
                .filter(|id| !now.contains(id))
                .copied()
                .collect();
            let round = self.round(batch, &now).await?;
            self.learn(batch, &round);
            let clock = self.service().clock();
            let wait = again(batch, &now, &round, clock).and_then(|(again, asked)| {
                attempt += 1;
                let retry = self.service().retry();
                let pause = retry.pause(attempt, asked, started.elapsed(), clock)?;
                Some((again, pause))
            });
            let (mut next, pause) = wait.unwrap_or_default();
            for (id, answer) in round {
                if !next.contains(&id) {
                    answers.insert(id, answer.and_then(Answer::success));
                }
            }
            next.extend(later);
            next.sort_unstable();
            open = next;
            tokio::time::sleep(pause).await;
        }
        Ok(BatchAnswers { answers })
    }

    /// What of the open ones goes out at once: a class that allows one request a second takes no two of a batch. What waits for one
    /// that does not go waits with it.
    fn together(&self, batch: &Batch, open: &[BatchId]) -> Vec<BatchId> {
        let Some(pacer) = self.service().pacer() else {
            return open.to_vec();
        };
        let mut chosen: Vec<BatchId> = Vec::new();
        let mut urls = Vec::new();
        for id in open {
            let Some(item) = batch.items.get(id.0) else {
                continue;
            };
            // One that cannot be sent is refused with the others.
            let Ok(url) = item.request.url(self.service().origin()) else {
                chosen.push(*id);
                continue;
            };
            urls.push((item.request.method(), url));
            let waits =
                |after: &BatchId| open.contains(after) && !chosen.contains(after) && after < id;
            let fits = pacer.holds(urls.iter().map(|(method, url)| (*method, url)));
            if fits && !item.after.iter().any(waits) {
                chosen.push(*id);
            } else {
                urls.pop();
            }
        }
        chosen
    }

    /// What the answers inside say of the limits.
    fn learn(&self, batch: &Batch, round: &BTreeMap<BatchId, Result<Answer>>) {
        for (id, answer) in round {
            if let (Some(item), Ok(answer)) = (batch.items.get(id.0), answer) {
                self.service().learn(&item.request, answer);
            }
        }
    }

    /// Sends what is open, once.
    async fn round(
        &self,
        batch: &Batch,
        open: &[BatchId],
    ) -> Result<BTreeMap<BatchId, Result<Answer>>> {
        let mut requests = Vec::with_capacity(open.len());
        let mut parts = Vec::with_capacity(open.len());
        let mut idempotent = true;
        for id in open {
            if let Some(item) = batch.items.get(id.0) {
                idempotent &= item.request.is_idempotent();
                parts.push(item.request.clone());
                requests.push(self.sent(*id, item, open)?);
            }
        }
        // Asked for as one, they are repeated as one only where each may be.
        let request = Request::new(OPERATION, Method::Post, Path::new("/v1.0/$batch"))
            .json(&Envelope { requests })
            .carrying(parts)
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
        // `Headers` panics at a name with a capital letter, of which there are some outside of ASCII.
        if let Value::String(value) = value
            && name.is_ascii()
        {
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
    clock: &Clock,
) -> Option<(Vec<BatchId>, Option<Duration>)> {
    let mut again: Vec<BatchId> = Vec::new();
    let mut asked = None;
    for id in open {
        let (Some(item), Some(Ok(answer))) = (batch.items.get(id.0), round.get(id)) else {
            continue;
        };
        let waited = answer.status == 424 && item.after.iter().any(|after| again.contains(after));
        if item.request.may_repeat_after(answer.status) {
            asked = asked.max(answer.retry_after(clock));
            again.push(*id);
        } else if waited {
            again.push(*id);
        }
    }
    (!again.is_empty()).then_some((again, asked))
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

    fn paced(script: &Arc<Script>) -> GraphClient {
        let mut options = GraphClientOptions {
            client: script.options(),
            ..GraphClientOptions::default()
        };
        options.client.pacer = Some(crate::pacing::pacer());
        GraphClient::new(FixedCredential::new(), Some(options)).unwrap()
    }

    fn all_well(count: usize) -> Reply {
        responses(
            (1..=count)
                .map(|id| json!({"id": id.to_string(), "status": 200, "body": {}}))
                .collect(),
        )
    }

    #[tokio::test(start_paused = true)]
    async fn each_request_of_a_batch_counts() {
        let script = Script::new((0..30).map(|_| all_well(20)));
        let graph = paced(&script);
        let started = Instant::now();
        for _ in 0..30 {
            let mut batch = Batch::new();
            for _ in 0..20 {
                batch.add(post("/v1.0/groups"));
            }
            graph.batch(&batch).await.unwrap();
        }
        // 600 writes, of which 300 go at once and the others every 56 ms.
        let took = started.elapsed();
        assert!(took >= Duration::from_millis(300 * 56), "{took:?}");
        assert!(took < Duration::from_millis(330 * 56), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_batch_is_divided_where_a_class_takes_less_at_once() {
        let answers = |ids: &[&str]| {
            responses(
                ids.iter()
                    .map(|id| json!({"id": id, "status": 200, "body": {}}))
                    .collect(),
            )
        };
        let script = Script::new([answers(&["1", "3"]), answers(&["2", "4"]), answers(&["5"])]);
        let mut batch = Batch::new();
        let policies = "/v1.0/identity/conditionalAccess/policies";
        let first = batch.add(get(policies));
        let second = batch.add(get(policies));
        let third = batch.add(get("/v1.0/me"));
        let fourth = batch.add_after(get("/v1.0/groups"), &[second]);
        let fifth = batch.add(get(policies));
        let started = Instant::now();
        let mut answers = paced(&script).batch(&batch).await.unwrap();
        assert_eq!(started.elapsed(), Duration::from_secs(2));
        for id in [first, second, third, fourth, fifth] {
            answers.take(id).unwrap();
        }
        assert_eq!(
            script.seen()[1].json()["requests"][1]["dependsOn"],
            json!(["2"])
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_inside_of_a_batch_shuts_the_class_for_others_too() {
        let busy = json!({"id": "1", "status": 429, "headers": {"Retry-After": "40"}, "body": {}});
        let script = Script::new([responses(json!([busy])), all_well(1), all_well(1)]);
        let graph = paced(&script);
        let mut batch = Batch::new();
        batch.add(post("/v1.0/groups"));
        let other = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            graph.service().send(post("/v1.0/users")).await.unwrap();
        };
        let (answers, ()) = futures::join!(graph.batch(&batch), other);
        answers.unwrap();
        assert!(
            script.seen()[1].at >= Duration::from_secs(40),
            "{:?}",
            script.seen()[1].at
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_header_that_no_header_can_be_is_left_out() {
        let headers = json!({"É": "x", "Request-Id": "r", "": "y", "a b": "z"});
        let script = Script::new([responses(
            json!([{"id": "1", "status": 404, "headers": headers, "body": {}}]),
        )]);
        let mut batch = Batch::new();
        let id = batch.add(get("/v1.0/me"));
        let mut answers = client(&script).batch(&batch).await.unwrap();
        assert_eq!(answers.take(id).unwrap_err().request_id(), Some("r"));
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
