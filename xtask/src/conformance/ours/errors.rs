//! Recorded refusals: code and message of the root cause come out of our error.

use rhc_core::{Method, Path, Request};
use serde_json::Value;

use super::scripted::{self, Replay};
use crate::{
    Outcome,
    conformance::{
        check::Disagreement,
        exchange::{Exchange, says},
        read::recordings::Recording,
        report::Report,
    },
};

const CHECK: &str = "recorded-error";

/// Every answer that is an error with a body.
///
/// # Errors
/// There is no runtime.
pub fn compare(recordings: &[Recording], report: &mut Report) -> Outcome {
    for recording in recordings {
        for (place, exchange) in recording.exchanges.iter().enumerate() {
            if exchange.status < 400 {
                continue;
            }
            let name = format!("{} #{place}", recording.name);
            let subject = format!("{} {}", exchange.host_kind(), exchange.status);
            match &exchange.answer {
                Some(body) => report.case(CHECK, subject, name, one(exchange, body)?),
                None => report.note("recorded errors without JSON", subject),
            }
        }
    }
    Ok(())
}

pub(super) fn one(exchange: &Exchange, body: &Value) -> Outcome<Vec<Disagreement>> {
    let codes = all(body, &["code"]);
    let messages = all(body, &["message"]);
    let outer = body
        .get("error")
        .unwrap_or(body)
        .get("code")
        .and_then(Value::as_str);
    let replay = Replay::of(vec![Exchange {
        method: "GET".to_owned(),
        link: "/refused".to_owned(),
        ..exchange.clone()
    }]);
    let answer = scripted::run(async {
        let client = scripted::client(&replay)?;
        let request = Request::new("conformance.refused", Method::Get, Path::new("/refused"));
        client.request(request).await
    })?;
    let mut found = Vec::new();
    match answer {
        Ok(_) => found.push(says("", "our client took it for a success")),
        Err(error) => {
            if error.status() != Some(exchange.status) {
                found.push(says("", format!("the status became {:?}", error.status())));
            }
            let code = error.code().unwrap_or_default();
            if !codes.iter().any(|known| known == code) {
                found.push(says("error.code", format!("`{code}` is none of {codes:?}")));
            }
            let has_outer = outer.is_none_or(|outer| {
                error
                    .service_error()
                    .is_some_and(|service| service.has_code(outer))
            });
            if !has_outer {
                found.push(says("error.code", format!("{outer:?} is lost")));
            }
            if !messages.iter().any(|known| known == error.message()) {
                found.push(says(
                    "error.message",
                    format!("`{}` is not in the answer", error.message()),
                ));
            }
            if let Some(root) = root(body)
                && root != code
            {
                found.push(says(
                    "error.code",
                    format!("the root cause is `{root}`, and ours is `{code}`"),
                ));
            }
        }
    }
    Ok(found)
}

/// Every text of this name at any depth, JSON inside of texts included.
fn all(value: &Value, names: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if names.iter().any(|known| known.eq_ignore_ascii_case(name))
                    && let Some(text) = value.as_str()
                {
                    found.push(text.to_owned());
                }
                found.extend(all(value, names));
            }
        }
        Value::Array(items) => found.extend(items.iter().flat_map(|item| all(item, names))),
        Value::String(text) => {
            let nested = serde_json::from_str::<Value>(text).ok();
            let nested = nested.filter(|nested| nested.is_object() || nested.is_array());
            found.extend(nested.iter().flat_map(|nested| all(nested, names)));
        }
        _ => {}
    }
    found
}

/// The only code at the bottom of a chain of single details; `None` where the chain forks or has gaps.
pub(super) fn root(body: &Value) -> Option<&str> {
    let mut level = body.get("error").unwrap_or(body);
    loop {
        let code = level.get("code").and_then(Value::as_str)?;
        let is_json = level
            .get("message")?
            .as_str()?
            .trim_start()
            .starts_with('{');
        let inner = ["innererror", "innerError"]
            .iter()
            .filter_map(|name| level.get(*name))
            .any(|inner| inner.get("code").is_some());
        if is_json || inner {
            return None;
        }
        match level
            .get("details")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
        {
            None | Some([]) => return Some(code),
            Some([only]) if !only.get("message")?.as_str()?.is_empty() => level = only,
            Some(_) => return None,
        }
    }
}
