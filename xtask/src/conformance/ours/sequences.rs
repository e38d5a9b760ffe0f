//! Recorded sequences through our long-running and paging code.

use std::collections::BTreeSet;

use azure_core::http::Transport;
use futures::TryStreamExt;
use rhc_core::{Error, ErrorKind, Method, Path, Request, testing::FixedCredential};
use rhc_graph::{GraphClient, GraphClientOptions};
use serde_json::Value;

use super::scripted::{self, Replay};
use crate::{
    Outcome,
    conformance::{
        check::Disagreement,
        exchange::{Exchange, says, without_origin},
        operations::{namespace, segments},
        read::recordings::{Recording, decode},
        report::Report,
    },
};

const OPERATIONS: &str = "recorded-operation";
const PAGES: &str = "recorded-pages";

/// How a recorded operation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    Done,
    Failed(Option<String>),
    /// The recording does not say.
    Open,
}

/// Every recorded operation that takes its time, and every list of several pages.
///
/// # Errors
/// There is no runtime.
pub fn compare(recordings: &[Recording], report: &mut Report) -> Outcome {
    for recording in recordings {
        let mut later_pages = BTreeSet::new();
        for (place, exchange) in recording.exchanges.iter().enumerate() {
            let name = format!("{} #{place} {}", recording.name, exchange.method);
            if begins(exchange) {
                operation(recording, place, exchange, name, report)?;
            } else if next_page(exchange).is_some()
                && !["management.azure.com", "graph.microsoft.com"]
                    .contains(&exchange.host.as_str())
            {
                report.note(
                    "recorded lists of hosts that our clients do not ask",
                    exchange.host_kind(),
                );
            } else if let Some(next) = next_page(exchange) {
                if !later_pages.contains(&exchange.link) {
                    pages(recording, place, exchange, name, report)?;
                }
                later_pages.insert(next);
            }
        }
    }
    Ok(())
}

fn begins(exchange: &Exchange) -> bool {
    let link = ["azure-asyncoperation", "location"]
        .iter()
        .any(|name| exchange.answer_headers.contains_key(*name));
    exchange.host == "management.azure.com"
        && exchange.method != "GET"
        && matches!(exchange.status, 200..=202)
        && link
}

/// Follows the links by hand, as the recording has them.
fn end(recording: &Recording, place: usize, begun: &Exchange) -> End {
    let mut links = handed_out(begun);
    let mut end = End::Open;
    for exchange in recording.exchanges.iter().skip(place + 1) {
        let is_poll = exchange.method == "GET" && links.contains(&key(&exchange.link));
        if !is_poll {
            continue;
        }
        links.extend(handed_out(exchange));
        let status = exchange
            .answer
            .as_ref()
            .and_then(|answer| answer.get("status")?.as_str());
        end = match (exchange.status, status.map(str::to_lowercase).as_deref()) {
            (200, Some("succeeded" | "completed")) => return End::Done,
            (200, Some("failed" | "canceled" | "cancelled")) => {
                let code = exchange
                    .answer
                    .as_ref()
                    .and_then(|answer| answer.get("error")?.get("code")?.as_str());
                return End::Failed(code.map(str::to_owned));
            }
            (200, Some(_)) | (202, _) => End::Open,
            // A link may lead to the resource itself, which tells in its own words.
            (200 | 201, None) if goes_on(exchange) => End::Open,
            (200 | 201 | 204, None) => return End::Done,
            _ => return End::Open,
        };
    }
    end
}

fn goes_on(exchange: &Exchange) -> bool {
    let state = exchange
        .answer
        .as_ref()
        .and_then(|answer| answer.get("properties")?.get("provisioningState")?.as_str());
    state.is_some_and(|state| {
        !["succeeded", "failed", "canceled"].contains(&state.to_lowercase().as_str())
    })
}

/// Recordings have the ids of their subscriptions taken out here and there: the names decide.
fn same_id(path: &str, id: &str) -> bool {
    let last = |text: &str| segments(text).last().map(str::to_lowercase);
    last(path) == last(id)
}

fn handed_out(exchange: &Exchange) -> BTreeSet<String> {
    ["azure-asyncoperation", "location"]
        .iter()
        .filter_map(|name| exchange.answer_headers.get(*name))
        .map(|link| key(&without_origin(link)))
        .collect()
}

fn key(link: &str) -> String {
    decode(link).to_lowercase()
}

fn operation(
    recording: &Recording,
    place: usize,
    exchange: &Exchange,
    name: String,
    report: &mut Report,
) -> Outcome {
    let parts: Vec<_> = segments(&exchange.path).collect();
    let subject = namespace(&parts);
    let expected = end(recording, place, exchange);
    if expected == End::Open {
        report.note("recorded operations whose end is not recorded", subject);
        return Ok(());
    }
    let Some(request) = request(exchange) else {
        report.note(
            "recorded operations with a method that we do not have",
            subject,
        );
        return Ok(());
    };
    let replay = Replay::from(recording, place);
    let result = scripted::run(async {
        let client = scripted::client(&replay)?;
        client.begin::<Value>(request).await?.await
    })?;
    let missing = replay.missing();
    if !missing.is_empty() {
        for line in missing {
            report.note(
                "recorded operations after which we ask what was not recorded",
                format!("{subject} {line}"),
            );
        }
        return Ok(());
    }
    report.case(
        OPERATIONS,
        subject,
        name,
        verdict(&expected, &result, exchange),
    );
    Ok(())
}

pub(super) fn verdict(
    expected: &End,
    result: &Result<Value, Error>,
    exchange: &Exchange,
) -> Vec<Disagreement> {
    match (expected, result) {
        (End::Done, Ok(made)) => {
            let id = made.get("id").and_then(Value::as_str);
            let own = matches!(exchange.method.as_str(), "PUT" | "PATCH");
            match id {
                Some(id) if own && !same_id(&exchange.path, id) => {
                    vec![says("id", format!("the result is of {id}"))]
                }
                _ => Vec::new(),
            }
        }
        // An answer without a body is no result for one who wants one; deletions have none.
        (End::Done, Err(error))
            if error.kind() == ErrorKind::Decode && exchange.method != "PUT" =>
        {
            Vec::new()
        }
        (End::Done, Err(error)) => vec![says(
            "",
            format!("it succeeded, and our client says: {error}"),
        )],
        (End::Failed(code), Err(error)) if error.kind() == ErrorKind::OperationFailed => {
            let same = code.as_deref().is_none_or(|code| {
                error
                    .service_error()
                    .is_some_and(|service| service.has_code(code))
            });
            if same {
                Vec::new()
            } else {
                vec![says(
                    "error.code",
                    format!("{code:?} became {:?}", error.code()),
                )]
            }
        }
        (End::Failed(_), _) => vec![says("", "it failed, and our client says something else")],
        (End::Open, _) => Vec::new(),
    }
}

/// The same request by our client.
fn request(exchange: &Exchange) -> Option<Request> {
    let method = match exchange.method.as_str() {
        "GET" => Method::Get,
        "PUT" => Method::Put,
        "POST" => Method::Post,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        _ => return None,
    };
    let path = Path::new("").segments(segments(&exchange.path));
    let mut request = Request::new("conformance.replay", method, path);
    for (name, value) in &exchange.query {
        request = request.query(name.clone(), value.clone());
    }
    if let Some(body) = &exchange.request {
        request = request.json(body);
    }
    Some(request)
}

fn next_page(exchange: &Exchange) -> Option<String> {
    let answer = exchange
        .answer
        .as_ref()
        .filter(|_| exchange.method == "GET")?;
    ["nextLink", "@odata.nextLink"]
        .iter()
        .find_map(|name| answer.get(*name)?.as_str())
        .map(without_origin)
}

fn pages(
    recording: &Recording,
    place: usize,
    exchange: &Exchange,
    name: String,
    report: &mut Report,
) -> Outcome {
    let mut expected: Vec<Value> = Vec::new();
    let mut next = Some(exchange.link.clone());
    let mut rest = recording.exchanges.iter().skip(place);
    while let Some(link) = next {
        let Some(page) = rest.find(|page| page.method == "GET" && key(&page.link) == key(&link))
        else {
            report.note(
                "recorded lists whose next page is not recorded",
                &exchange.host,
            );
            return Ok(());
        };
        let items = page
            .answer
            .as_ref()
            .and_then(|answer| answer.get("value")?.as_array());
        expected.extend(items.into_iter().flatten().cloned());
        next = next_page(page);
    }
    let Some(request) = request(exchange) else {
        return Ok(());
    };
    let replay = Replay::from(recording, place);
    let result: Result<Vec<Value>, Error> = scripted::run(async {
        match exchange.host.as_str() {
            "graph.microsoft.com" => {
                let mut options = GraphClientOptions::default();
                let transport = std::sync::Arc::clone(&replay)
                    as std::sync::Arc<dyn azure_core::http::HttpClient>;
                options.client.client_options.transport = Some(Transport::new(transport));
                let client = GraphClient::new(FixedCredential::new(), Some(options))?;
                client.pages::<Value>(request).try_collect().await
            }
            _ => {
                scripted::client(&replay)?
                    .pages::<Value>(request)
                    .try_collect()
                    .await
            }
        }
    })?;
    let found = items(&expected, result);
    report.case(PAGES, &exchange.host, name, found);
    Ok(())
}

/// What became of a list's items.
pub(super) fn items(expected: &[Value], ours: Result<Vec<Value>, Error>) -> Vec<Disagreement> {
    match ours {
        Ok(items) if items == expected => Vec::new(),
        Ok(items) => vec![says(
            "",
            format!(
                "{} items were recorded, and ours are {}",
                expected.len(),
                items.len()
            ),
        )],
        Err(error) => vec![says("", format!("our client says: {error}"))],
    }
}
