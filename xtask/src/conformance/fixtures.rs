//! The recorded fixtures of our crates, which have to agree with the descriptions as the rehearsal has.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

use super::{exchange::Exchange, read::recordings::decode, text};
use crate::Outcome;

/// The exchanges of each fixture of the workspace.
///
/// # Errors
/// One cannot be read, or there is none.
pub fn read_all(root: &Path) -> Outcome<Vec<Vec<Exchange>>> {
    let mut found = Vec::new();
    let entries = root.read_dir().map_err(|error| error.to_string())?;
    for entry in entries {
        let folder = entry
            .map_err(|error| error.to_string())?
            .path()
            .join("tests/fixtures");
        if !folder.is_dir() {
            continue;
        }
        for path in text::below(&folder, ".json")? {
            let fixture = read(&text::json(&path)?)
                .ok_or_else(|| format!("{}: no fixture", path.display()))?;
            found.push(fixture);
        }
    }
    if found.is_empty() {
        return Err(format!("{}: no fixtures", root.display()));
    }
    Ok(found)
}

/// The exchanges of one fixture.
#[must_use]
pub fn read(fixture: &Value) -> Option<Vec<Exchange>> {
    text::items(fixture, "exchanges").map(exchange).collect()
}

fn exchange(exchange: &Value) -> Option<Exchange> {
    let request = exchange.get("request")?;
    let response = exchange.get("response")?;
    let query = text::items(request, "query")
        .map(|pair| {
            Some((
                pair.get(0)?.as_str()?.to_owned(),
                pair.get(1)?.as_str()?.to_owned(),
            ))
        })
        .collect::<Option<Vec<_>>>()?;
    let pairs: Vec<_> = query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let path = text::text(request, "path");
    let body = |message: &Value| {
        message
            .get("body")
            .filter(|body| !body.is_string())
            .cloned()
    };
    Some(Exchange {
        method: request.get("method")?.as_str()?.to_owned(),
        host: request.get("host")?.as_str()?.to_owned(),
        path: decode(path),
        link: format!("{path}?{}", pairs.join("&")),
        query,
        request_headers: headers(request),
        request: body(request),
        status: u16::try_from(response.get("status")?.as_u64()?).ok()?,
        answer_headers: headers(response),
        answer: body(response),
    })
}

fn headers(message: &Value) -> BTreeMap<String, String> {
    text::members(message, "headers")
        .filter_map(|(name, value)| Some((name.to_lowercase(), value.as_str()?.to_owned())))
        .collect()
}
