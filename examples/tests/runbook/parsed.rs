//! What a reader finds in the documents.

use std::collections::BTreeMap;

use rhc_core::fake::LoggedRequest;
use serde_json::Value;

/// A request, wherever it was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Request {
    method: String,
    url: String,
    prefer: Option<String>,
    /// As JSON, with its properties in one order.
    body: Option<String>,
}

/// The hosts whose requests the documents show.
fn is_shown(host: &str) -> bool {
    let hosts = [
        "management.azure.com",
        "graph.microsoft.com",
        "api.github.com",
    ];
    hosts.contains(&host) || host.ends_with(".vault.azure.net")
}

impl Request {
    /// One that writes and was let through.
    pub(crate) fn of_log(logged: &LoggedRequest) -> Option<Self> {
        let through = logged.status.is_some_and(|status| status < 300);
        if !is_shown(&logged.host) || logged.method == "GET" || !through {
            return None;
        }
        let prefer = logged.request_headers.get("prefer");
        let body = logged.request_body.as_ref().filter(|body| !body.is_empty());
        Some(Self {
            method: logged.method.to_string(),
            url: format!("https://{}{}", logged.host, logged.path_and_query),
            prefer: prefer.map(|value| value.to_str().unwrap().to_owned()),
            body: body.map(|body| ordered(&serde_json::from_slice(body).unwrap()).to_string()),
        })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Its body; null without one.
    pub(crate) fn body(&self) -> Value {
        let body = self.body.as_deref().unwrap_or("null");
        serde_json::from_str(body).unwrap()
    }

    fn of_block(block: &str) -> Self {
        let (head, body) = block.split_once("\n\n").unwrap_or((block, ""));
        let mut lines = head.lines();
        let (method, url) = lines.next().unwrap().split_once(' ').unwrap();
        let prefer = lines.find_map(|line| line.strip_prefix("Prefer: "));
        Self {
            method: method.to_owned(),
            url: url.to_owned(),
            prefer: prefer.map(str::to_owned),
            body: (!body.trim().is_empty())
                .then(|| ordered(&serde_json::from_str(body).expect(body)).to_string()),
        }
    }
}

fn ordered(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<_, _> = map.iter().collect();
            let inner = sorted
                .into_iter()
                .map(|(name, inner)| (name.clone(), ordered(inner)));
            Value::Object(inner.collect())
        }
        Value::Array(items) => items.iter().map(ordered).collect(),
        other => other.clone(),
    }
}

/// The requests of a document, with values in their places.
pub(crate) fn requests(document: &str, values: &BTreeMap<String, String>) -> Vec<Request> {
    let text = filled(document, values);
    let sections = text.split("<summary><b>Request</b>").skip(1);
    let blocks = sections.flat_map(|section| {
        let section = section.split("</details>").next().unwrap_or_default();
        let blocks = section.split("```http\n").skip(1);
        let blocks = blocks.map(|block| block.split("\n```").next().unwrap_or_default().to_owned());
        blocks.collect::<Vec<_>>()
    });
    blocks.map(|block| Request::of_block(&block)).collect()
}

/// The SQL batches of a document, each with the server's name and the database, with values in their places.
pub(crate) fn batches(
    document: &str,
    values: &BTreeMap<String, String>,
) -> Vec<(String, String, String)> {
    let text = filled(document, values);
    let blocks = text.split("```sql\n").skip(1);
    let block = |block: &str| {
        let block = block.split("\n```").next()?;
        let (head, batch) = block.split_once('\n')?;
        let (host, database) = head.strip_prefix("-- ")?.split_once(", database ")?;
        let server = host.split('.').next()?;
        Some((server.to_owned(), database.to_owned(), batch.to_owned()))
    };
    blocks
        .map(|text| block(text).expect("a block says where it belongs"))
        .collect()
}

fn filled(document: &str, values: &BTreeMap<String, String>) -> String {
    let mut text = document.to_owned();
    for (name, value) in values {
        text = text.replace(&format!("{{{{{name}}}}}"), value);
    }
    text
}

/// The commands of a section in a program's own words.
pub(crate) fn shorter<'t>(section: &'t str, language: &str) -> Option<&'t str> {
    let fence = format!("\n```{language}\n");
    let (_, rest) = section
        .split("\nIn its own words")
        .skip(1)
        .find_map(|rest| {
            rest.split_once(fence.as_str())
                .filter(|(head, _)| !head.contains("```"))
        })?;
    rest.split_once("```\n").map(|(text, _)| text)
}

/// The keys of the steps of a document.
pub(crate) fn keys(document: &str) -> Vec<&str> {
    let lines = document.lines();
    let keys = lines.filter_map(|line| line.strip_prefix("- Key: `")?.strip_suffix('`'));
    keys.collect()
}

/// Number and anchor of each section.
pub(crate) fn headings(document: &str) -> Vec<(&str, &str)> {
    let sections = document.split("\n<a id=\"").skip(1);
    let of = |section: &'_ str| -> Option<(usize, usize)> {
        let anchor = section.find('"')?;
        let start = section.find("### ")? + 4;
        let _ = start;
        Some((anchor, start))
    };
    sections
        .filter_map(|section| {
            let (anchor, start) = of(section)?;
            let number = section.get(start..)?.split(' ').next()?;
            Some((number, section.get(..anchor)?))
        })
        .collect()
}
