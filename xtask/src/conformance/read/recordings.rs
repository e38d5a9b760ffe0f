//! Recorded traffic: files of interactions with the real services.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

use crate::{
    Outcome,
    conformance::{
        exchange::{Exchange, without_origin},
        text,
    },
};

/// One recording.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The file's name, without its folders.
    pub name: String,
    /// What was sent and answered, in order.
    pub exchanges: Vec<Exchange>,
    /// How often each answer was given in a row.
    pub repeats: Vec<usize>,
}

/// Reads every recording of a folder.
///
/// # Errors
/// One does not parse, or there is none.
pub fn read_all(folder: &Path) -> Outcome<Vec<Recording>> {
    let mut found = Vec::new();
    for path in text::below(folder, ".json")? {
        let name = path
            .file_stem()
            .map(|name| name.to_string_lossy().into_owned());
        let recording = read(&name.unwrap_or_default(), &text::json(&path)?)
            .map_err(|message| format!("{}: {message}", path.display()))?;
        found.push(recording);
    }
    if found.is_empty() {
        return Err(format!("{}: no recording", folder.display()));
    }
    Ok(found)
}

/// Reads one recording.
///
/// # Errors
/// An interaction makes no sense.
pub fn read(name: &str, file: &Value) -> Outcome<Recording> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    let mut repeats = Vec::new();
    for (place, interaction) in text::items(file, "interactions").enumerate() {
        let request = interaction.get("request").unwrap_or(&Value::Null);
        let response = interaction.get("response").unwrap_or(&Value::Null);
        let mut exchange = exchange(request, response)
            .ok_or_else(|| format!("interaction {place} has no method, address or status"))?;
        if let Some(same) = text::count(interaction, "same_as")
            && let Some(earlier) = exchanges.get(same)
        {
            exchange.answer.clone_from(&earlier.answer);
        }
        exchanges.push(exchange);
        repeats.push(text::count(interaction, "repeat").unwrap_or(1));
    }
    if exchanges.is_empty() {
        return Err("no interactions".to_owned());
    }
    Ok(Recording {
        name: name.to_owned(),
        exchanges,
        repeats,
    })
}

fn exchange(request: &Value, response: &Value) -> Option<Exchange> {
    let address = request.get("uri")?.as_str()?;
    let link = without_origin(address);
    let host = address
        .split_once("://")?
        .1
        .split(['/', ':', '?'])
        .next()?
        .to_lowercase();
    let (path, query) = link.split_once('?').unwrap_or((&link, ""));
    Some(Exchange {
        method: request.get("method")?.as_str()?.to_uppercase(),
        host,
        path: decode(path),
        query: pairs(query),
        link: link.clone(),
        request_headers: headers(request),
        request: sent(request),
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

fn body(message: &Value) -> Option<Value> {
    message.get("body")?.get("json").cloned()
}

/// What was sent. The Azure CLI sends templates as they stand in their files, with comments and names without quotes.
fn sent(message: &Value) -> Option<Value> {
    let written = || json5::from_str(message.get("body")?.get("text")?.as_str()?).ok();
    body(message).or_else(written)
}

/// A query's names and values.
#[must_use]
pub fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(&value.replace('+', " ")))
        })
        .collect()
}

/// Percent-decoded text.
#[must_use]
pub fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match digits {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
