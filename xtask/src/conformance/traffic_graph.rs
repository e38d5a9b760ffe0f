//! Requests to Graph and its answers, against its descriptions.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    check::{Disagreement, READ_ONLY, Way, check},
    exchange::{Exchange, error_body, normal, says},
    graph::{Found, Graph},
    operations::segments,
    read::recordings::{decode, pairs},
    report::Report,
    shapes::{Node, Shape},
    text,
};

/// The checks of this file.
pub const REQUESTS: &str = "graph-request";
/// The checks of this file.
pub const ANSWERS: &str = "graph-answer";

/// Compares every exchange in order.
pub fn compare(graph: &Graph, exchanges: &[Exchange], report: &mut Report) {
    let mut handed_out = BTreeSet::new();
    for exchange in exchanges {
        for exchange in batched(exchange)
            .as_deref()
            .unwrap_or(std::slice::from_ref(exchange))
        {
            one(
                graph,
                exchange,
                handed_out.contains(&normal(&exchange.link)),
                report,
            );
            handed_out.extend(exchange.links());
        }
    }
}

/// The requests and answers within a batch, for which no description has an operation.
fn batched(exchange: &Exchange) -> Option<Vec<Exchange>> {
    if exchange.path != "/v1.0/$batch" {
        return None;
    }
    if exchange.status != 200 {
        // Refused as a whole: none of its requests was looked at.
        return Some(Vec::new());
    }
    let items = |message: &Option<Value>, name: &str| {
        let items = message.as_ref()?.get(name)?.as_array()?;
        Some(items.clone())
    };
    let answers = items(&exchange.answer, "responses")?;
    let headers = |message: &Value| {
        text::members(message, "headers")
            .filter_map(|(name, value)| Some((name.to_lowercase(), value.as_str()?.to_owned())))
            .collect()
    };
    items(&exchange.request, "requests")?
        .iter()
        .map(|item| {
            let answer = answers
                .iter()
                .find(|answer| answer.get("id") == item.get("id"))?;
            let link = format!("/v1.0{}", item.get("url")?.as_str()?);
            let (path, query) = link.split_once('?').unwrap_or((&link, ""));
            Some(Exchange {
                method: item.get("method")?.as_str()?.to_owned(),
                host: exchange.host.clone(),
                path: decode(path),
                query: pairs(query),
                link: link.clone(),
                request_headers: headers(item),
                request: item.get("body").cloned(),
                status: u16::try_from(answer.get("status")?.as_u64()?).ok()?,
                answer_headers: headers(answer),
                answer: answer.get("body").cloned(),
            })
        })
        .collect()
}

fn one(graph: &Graph, exchange: &Exchange, linked: bool, report: &mut Report) {
    let Some(path) = exchange.path.strip_prefix("/v1.0") else {
        let name = format!("{} {}", exchange.method, exchange.path);
        report.wrong(REQUESTS, "Graph", name, "not v1.0");
        return;
    };
    let subject = subject(path);
    let Some(found) = graph.find(&exchange.method, path) else {
        let name = format!("{} {}", exchange.method, without_keys(path));
        report.wrong(
            REQUESTS,
            subject,
            name,
            "no operation like this is described",
        );
        return;
    };
    let name = format!("{} {}", exchange.method, found.path);
    if !linked {
        report.case(REQUESTS, &subject, &name, request(graph, exchange, &found));
    }
    let name = format!("{name} {}", exchange.status);
    report.case(ANSWERS, &subject, name, answer(exchange, &found));
}

/// What the cases of a path are counted by: its words, and no keys.
fn subject(path: &str) -> String {
    segments(path)
        .next()
        .map(|first| first.split('(').next().unwrap_or(first).to_owned())
        .unwrap_or_default()
}

fn without_keys(path: &str) -> String {
    let words: Vec<_> = segments(path)
        .map(|part| {
            let is_key = part.contains('-')
                || part.contains('@')
                || part.chars().any(|letter| letter.is_ascii_digit());
            if is_key && !part.contains('(') {
                "{key}"
            } else {
                part.split('(').next().unwrap_or(part)
            }
        })
        .collect();
    format!("/{}", words.join("/"))
}

fn request(graph: &Graph, exchange: &Exchange, found: &Found<'_>) -> Vec<Disagreement> {
    let mut disagreements = Vec::new();
    if let Some(operation) = found.operation {
        for (parameter, _) in &exchange.query {
            let paging = ["$skiptoken", "$deltatoken"]
                .iter()
                .any(|known| parameter.eq_ignore_ascii_case(known));
            if !paging
                && !operation
                    .query
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(parameter))
            {
                disagreements.push(says(
                    "",
                    format!("the parameter `{parameter}` is not described"),
                ));
            }
        }
    }
    if let Some(selected) = exchange.parameter("$select")
        && let Some(shape) = item(found.answer.as_ref())
    {
        for name in selected.split(',').map(str::trim) {
            if shape.property(name).is_none() {
                disagreements.push(says(
                    "",
                    format!("`$select` names `{name}`, which is not described"),
                ));
            }
        }
    }
    if needs_eventual(exchange) {
        let eventual = exchange
            .request_headers
            .get("consistencylevel")
            .is_some_and(|level| level.eq_ignore_ascii_case("eventual"));
        if !eventual || exchange.parameter("$count") != Some("true") {
            disagreements.push(says(
                "",
                "an advanced query without `ConsistencyLevel: eventual` and `$count=true`",
            ));
        }
    }
    if let Some(sent) = &exchange.request {
        let json = exchange
            .request_headers
            .get("content-type")
            .is_some_and(|kind| kind.starts_with("application/json"));
        if !json {
            disagreements.push(says("", "a body that does not say that it is JSON"));
        }
        let way = if exchange.method == "PATCH" {
            Way::Change
        } else {
            Way::Request
        };
        match &found.request {
            // Setting a reference is described by the service's conventions and not as a type.
            _ if exchange.path.ends_with("/$ref") => {
                if sent.get("@odata.id").is_none() {
                    disagreements.push(says("@odata.id", "required, and missing"));
                }
            }
            Some(shape) => {
                let found = check(shape, sent, way);
                let may_be_sent = |one: &Disagreement| is_reference(one) || is_given_once(one);
                disagreements.extend(found.into_iter().filter(|one| !may_be_sent(one)));
            }
            None => disagreements.push(says("", "a body where none is described")),
        }
    }
    if graph
        .permissions
        .of(&exchange.method, exchange.path.trim_start_matches("/v1.0"))
        .is_empty()
    {
        disagreements.push(says(
            "",
            "no permission is described for this method and path",
        ));
    }
    disagreements
}

/// An object that stands inside of another is named by its id, which is not written but read.
fn is_reference(found: &Disagreement) -> bool {
    found.path.ends_with(".id") && found.says == READ_ONLY
}

/// The description calls a unique name read-only; the pages say that what has none is given one, once.
/// Source: [application-update](https://learn.microsoft.com/graph/api/application-update); of groups unverified.
fn is_given_once(found: &Disagreement) -> bool {
    found.path == "uniqueName" && found.says == READ_ONLY
}

/// Operators that the directory answers from its index only.
/// Source: [advanced queries](https://learn.microsoft.com/graph/aad-advanced-queries).
fn needs_eventual(exchange: &Exchange) -> bool {
    let filter = exchange.parameter("$filter").unwrap_or_default();
    let advanced = [" ne ", "not ", "not(", "endswith(", "endsWith("];
    exchange.parameter("$search").is_some()
        || advanced.iter().any(|operator| filter.contains(operator))
}

fn answer(exchange: &Exchange, found: &Found<'_>) -> Vec<Disagreement> {
    if exchange.status >= 400 {
        return error_body(exchange.answer.as_ref());
    }
    if exchange.path.ends_with("/$count") {
        let number = exchange.answer.as_ref().is_some_and(Value::is_u64);
        return if number && exchange.status == 200 {
            Vec::new()
        } else {
            vec![says("", "no number where one is asked for")]
        };
    }
    let mut disagreements = Vec::new();
    let good = match exchange.method.as_str() {
        "GET" => exchange.status == 200,
        "DELETE" => exchange.status == 204,
        "PATCH" | "PUT" => matches!(exchange.status, 200 | 201 | 204),
        _ => matches!(exchange.status, 200 | 201 | 204),
    };
    if !good {
        disagreements.push(says(
            "",
            format!(
                "the status {} is not Graph's for {}",
                exchange.status, exchange.method
            ),
        ));
    }
    match (&exchange.answer, &found.answer) {
        (Some(_), _) if exchange.status == 204 => disagreements.push(says("", "204 with a body")),
        (Some(answered), Some(shape)) => disagreements.extend(check(shape, answered, Way::Answer)),
        // A change may be answered with what it changed, if the request asks for it.
        (Some(answered), None) => match &found.request {
            Some(shape) => disagreements.extend(check(shape, answered, Way::Answer)),
            None => disagreements.push(says("", "a body where none is described")),
        },
        (None, _) => {}
    }
    disagreements
}

/// What a list is of, or the thing itself.
fn item(shape: Option<&Shape>) -> Option<Shape> {
    let shape = shape?;
    match shape.property("value[]") {
        Some((_, item)) if matches!(shape.node(), Node::Object(_)) => Some(item),
        _ => Some(shape.clone()),
    }
}
