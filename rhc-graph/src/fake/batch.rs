//! `POST /$batch`: several requests in one.
//!
//! Source: [json-batching](https://learn.microsoft.com/graph/json-batching). Unverified: the words of the refusals.

use super::{Ask, Content, Refusal, Reply, Routes, serve};
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use azure_core::base64;
use rhc_core::fake::{RequestInfo, State, authority::Caller};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

const MOST: usize = 20;

fn bad(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "BadRequest", message)
}

/// One request of a batch.
struct Item {
    id: String,
    method: String,
    url: String,
    headers: HeaderMap,
    body: Bytes,
    after: BTreeSet<String>,
}

/// Answers a batch. Its answers come last things first: nobody may rely on their order.
pub(super) fn answer(
    state: &mut State,
    routes: Routes<'_>,
    caller: &Caller,
    body: Option<&Map<String, Value>>,
    info: &RequestInfo,
) -> Result<Reply, Refusal> {
    let sent = body
        .and_then(|body| body.get("requests"))
        .and_then(Value::as_array)
        .filter(|requests| !requests.is_empty())
        .ok_or_else(|| bad("Invalid batch payload format."))?;
    if sent.len() > MOST {
        return Err(bad(format!(
            "Number of requests inside batch exceeds the limit: {MOST}."
        )));
    }
    let items = sent.iter().map(item).collect::<Result<Vec<_>, _>>()?;
    let ids: BTreeSet<&String> = items.iter().map(|item| &item.id).collect();
    if ids.len() < items.len() {
        return Err(bad("Every request of a batch must have an id of its own."));
    }
    let mut statuses: BTreeMap<&str, u16> = BTreeMap::new();
    let mut answers = Vec::new();
    while answers.len() < items.len() {
        let ready = items.iter().find(|item| {
            let waits = |id: &String| !statuses.contains_key(id.as_str());
            waits(&item.id) && !item.after.iter().any(waits)
        });
        let item = ready.ok_or_else(|| {
            bad("A request of the batch depends on one that is not in it, or in the end on itself.")
        })?;
        let failed = item.after.iter().any(|id| {
            statuses
                .get(id.as_str())
                .is_none_or(|status| *status >= 300)
        });
        let result = if failed {
            let message = "A request that this one depends on has failed.";
            Err(Refusal::new(424, "FailedDependency", message))
        } else {
            one(state, routes, caller, item, info)
        };
        let answer = response(&item.id, result, info);
        let status = answer["status"].as_u64().unwrap_or_default();
        statuses.insert(&item.id, u16::try_from(status).unwrap_or_default());
        answers.push(answer);
    }
    answers.reverse();
    Ok(Reply::ok(json!({ "responses": answers })))
}

fn one(
    state: &mut State,
    routes: Routes<'_>,
    caller: &Caller,
    item: &Item,
    info: &RequestInfo,
) -> Result<Reply, Refusal> {
    let (path, query) = item.url.split_once('?').unwrap_or((&item.url, ""));
    let path = format!("/v1.0/{}", path.trim_start_matches('/'));
    if path.eq_ignore_ascii_case("/v1.0/$batch") {
        return Err(bad("A batch cannot hold a batch."));
    }
    let ask = Ask {
        method: &item.method,
        path: &path,
        query,
        headers: &item.headers,
        body: &item.body,
    };
    serve(state, routes, caller, &ask, info, &mut "unknown")
}

fn item(sent: &Value) -> Result<Item, Refusal> {
    let text = |name: &str| sent.get(name).and_then(Value::as_str).map(str::to_owned);
    let needed = |name: &str| {
        text(name)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| bad(format!("Each request of a batch needs '{name}', a string.")))
    };
    let mut headers = HeaderMap::new();
    for (name, value) in sent
        .get("headers")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let name = HeaderName::try_from(name.as_str());
        let value = HeaderValue::try_from(value.as_str().unwrap_or_default());
        let (Ok(name), Ok(value)) = (name, value) else {
            return Err(bad("A header of a request of the batch is none."));
        };
        headers.insert(name, value);
    }
    let body = match sent.get("body") {
        None | Some(Value::Null) => Bytes::new(),
        Some(_) if !headers.contains_key("content-type") => {
            return Err(bad(
                "A request of a batch that has a body needs the header Content-Type.",
            ));
        }
        Some(body) => body.to_string().into(),
    };
    let after = sent
        .get("dependsOn")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    Ok(Item {
        id: needed("id")?,
        method: needed("method")?.to_uppercase(),
        url: needed("url")?,
        headers,
        body,
        after,
    })
}

fn response(id: &str, result: Result<Reply, Refusal>, info: &RequestInfo) -> Value {
    let mut headers = Map::new();
    let (status, body) = match result {
        Ok(reply) => {
            if let Some(location) = reply.location {
                headers.insert("Location".to_owned(), json!(location));
            }
            let (kind, body) = match reply.body {
                Content::None => (None, Value::Null),
                Content::Json(body) => (Some("application/json".into()), body),
                // A number is JSON by itself; a file comes in Base64.
                Content::Plain(kind, bytes) => (
                    Some(kind),
                    serde_json::from_slice(&bytes)
                        .unwrap_or_else(|_| json!(base64::encode(&bytes))),
                ),
            };
            if let Some(kind) = kind {
                headers.insert("Content-Type".to_owned(), json!(kind));
            }
            (reply.status, body)
        }
        Err(refusal) => {
            headers.insert("Content-Type".to_owned(), json!("application/json"));
            (refusal.status(), refusal.body(info))
        }
    };
    let mut answer = json!({ "id": id, "status": status });
    if !headers.is_empty() {
        answer["headers"] = Value::Object(headers);
    }
    if !body.is_null() {
        answer["body"] = body;
    }
    answer
}
