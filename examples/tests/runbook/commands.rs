//! The commands of the Azure CLI and of PowerShell's modules beside the requests: they say what the request says, and what they do
//! not carry of it stands beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::process::Command;

use serde_json::Value;

use crate::parsed::{Request, requests, shorter};

/// What commands do by themselves, so that no option says it: the source is Microsoft's description of the type or the command.
const BY_ITSELF: [(&str, &str); 10] = [
    // They exist nowhere else.
    ("az network private-dns zone create", "location"),
    ("az network private-dns link vnet create", "location"),
    ("az network nsg create", "properties.securityRules"),
    // Its tenant is that of whoever is signed in.
    ("az keyvault create", "properties.tenantId"),
    ("az keyvault create", "properties.sku.family"),
    ("az keyvault create", "properties.enableSoftDelete"),
    ("az keyvault create", "properties.networkAcls.ipRules"),
    (
        "az network vnet subnet create",
        "properties.serviceEndpoints",
    ),
    ("New-AzNetworkSecurityGroup", "properties.securityRules"),
    (
        "New-AzPrivateDnsVirtualNetworkLink",
        "properties.registrationEnabled",
    ),
];

/// The commands that stand in the documents of the environment.
const COMMANDS: [&str; 16] = [
    "az group create",
    "az identity create",
    "az identity federated-credential create",
    "az keyvault create",
    "az monitor diagnostic-settings create",
    "az monitor log-analytics workspace table update",
    "az network nsg create",
    "az network private-dns link vnet create",
    "az network private-dns zone create",
    "az network private-endpoint create",
    "az network private-endpoint dns-zone-group create",
    "az network vnet create",
    "az network vnet subnet create",
    "az provider register",
    "az role assignment create",
    "az storage account blob-service-properties update",
];

/// What is said of one request.
#[derive(Debug, Default)]
struct Told {
    /// The command's words; none: there is only the request.
    words: Vec<String>,
    /// The command that shows it.
    look: Vec<String>,
    lacks: BTreeSet<String>,
}

impl Told {
    /// The words before the first option.
    fn command(&self) -> String {
        let words = self.words.iter().take_while(|word| !word.starts_with('-'));
        words.cloned().collect::<Vec<_>>().join(" ")
    }
}

/// What stands in each section: its requests, and what is told of each.
fn sections(
    files: &crate::Files,
    rehearsed: &BTreeMap<String, String>,
    language: &str,
) -> Vec<(Vec<Request>, String)> {
    let documents = crate::documents(files);
    let sections = documents.flat_map(|(_, text)| text.split("\n### ").skip(1));
    let told = sections.filter_map(|section| {
        let told = shorter(section, language)?;
        Some((requests(section, rehearsed), told.to_owned()))
    });
    told.collect()
}

/// Reads the Azure CLI's commands as a shell does.
fn in_shell(texts: &[String], values: &BTreeMap<String, String>) -> Vec<Vec<Told>> {
    let mut script = "az() { printf 'az'; printf '\\x1f%s' \"$@\"; printf '\\x1e'; }\n".to_owned();
    for (name, value) in values {
        let _ = writeln!(script, "{name}='{}'", value.replace('\'', "'\\''"));
    }
    for text in texts {
        script.push_str("printf 'section\\x1e'\n");
        for line in text.lines() {
            if let Some(comment) = line.strip_prefix("# ") {
                let _ = writeln!(script, "printf '#\\x1f%s\\x1e' '{comment}'");
            } else {
                let _ = writeln!(script, "{line}");
            }
        }
    }
    let ran = Command::new("bash").arg("-c").arg(&script).output();
    let ran = ran.expect("bash reads the commands");
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let said = String::from_utf8(ran.stdout).unwrap();
    let mut all: Vec<Vec<Told>> = Vec::new();
    let mut lacks = BTreeSet::new();
    for line in said.split_terminator('\u{1e}') {
        let words: Vec<String> = line.split('\u{1f}').map(str::to_owned).collect();
        if line == "section" {
            all.push(Vec::new());
            continue;
        }
        let told = all.last_mut().unwrap();
        match words[0].as_str() {
            "#" if words[1].starts_with("as a request only: ") => told.push(Told::default()),
            "#" => lacks = listed(&words[1]),
            _ if words.iter().any(|word| word == "show") => told.last_mut().unwrap().look = words,
            _ => told.push(Told {
                words,
                look: Vec::new(),
                lacks: std::mem::take(&mut lacks),
            }),
        }
    }
    all
}

fn listed(comment: &str) -> BTreeSet<String> {
    let list = comment.strip_prefix("does not carry: ").expect(comment);
    list.split(", ").map(str::to_owned).collect()
}

/// The plain values of a body, each with its place as people write it.
fn values(body: &Value, here: &str, found: &mut Vec<(String, Value)>) {
    let nested = |items: &[Value]| items.iter().any(|item| item.is_object() || item.is_array());
    match body {
        Value::Object(map) => {
            for (name, inner) in map {
                let dot = if here.is_empty() { "" } else { "." };
                values(inner, &format!("{here}{dot}{name}"), found);
            }
        }
        Value::Array(items) if nested(items) => {
            for (at, inner) in items.iter().enumerate() {
                values(inner, &format!("{here}[{at}]"), found);
            }
        }
        other => found.push((here.to_owned(), other.clone())),
    }
}

/// As a word of a command.
fn word(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether words say a value of a body, by itself, with its name, or in a document.
fn says(words: &[String], place: &str, value: &Value) -> bool {
    let (name, plain) = (place.rsplit('.').next().unwrap(), word(value));
    words.iter().any(|own| {
        let document = serde_json::from_str::<Value>(own).ok();
        let inside = document.is_some_and(|document| {
            let mut found = Vec::new();
            values(&document, "", &mut found);
            found.iter().any(|(_, inner)| inner == value)
        });
        *own == plain || *own == format!("{name}={plain}") || inside
    })
}

#[tokio::test(start_paused = true)]
async fn a_command_of_the_azure_cli_says_all_of_its_request_or_what_it_does_not_carry() {
    let (_, files, rehearsed) = crate::files().await;
    let sections = sections(&files, &rehearsed, "bash");
    let texts: Vec<String> = sections.iter().map(|(_, text)| text.clone()).collect();
    let all = in_shell(&texts, &rehearsed);
    let mut commands = BTreeMap::new();
    for ((requests, text), told) in sections.iter().zip(&all) {
        assert_eq!(requests.len(), told.len(), "{text}");
        for (request, told) in requests.iter().zip(told) {
            if told.words.is_empty() {
                continue;
            }
            let (command, body) = (told.command(), request.body());
            let mut left = told.lacks.clone();
            let mut said = Vec::new();
            values(&body, "", &mut said);
            said.retain(|(place, _)| !place.is_empty());
            for (place, value) in &said {
                let carried = match value.as_array() {
                    Some(items) if !items.is_empty() => {
                        items.iter().all(|item| says(&told.words, place, item))
                    }
                    _ => says(&told.words, place, value),
                };
                let by_itself = BY_ITSELF.contains(&(&command, place));
                let lacks = left.remove(place);
                assert!(
                    carried || by_itself || lacks,
                    "{place} of {request:#?}\n{text}"
                );
            }
            assert!(left.is_empty(), "{left:?} is nowhere in {request:#?}");
            // What a command says stands in the request.
            for own in told.words.iter().chain(&told.look) {
                let from_body = said.iter().any(|(place, value)| {
                    let items = value
                        .as_array()
                        .map_or(std::slice::from_ref(value), Vec::as_slice);
                    items
                        .iter()
                        .any(|item| says(std::slice::from_ref(own), place, item))
                });
                let is_own = own.starts_with("--") || command.split(' ').any(|word| word == own);
                assert!(
                    from_body
                        || is_own
                        || ["show", "az"].contains(&own.as_str())
                        || (own == "true"
                            && told.words.iter().any(|word| word == "--manual-request"))
                        || request.url().contains(own.as_str()),
                    "{own} is invented for {request:#?}"
                );
            }
            // Without the mark nobody knows that it is ours.
            assert!(
                !told.lacks.iter().any(|lack| lack.starts_with("tags")),
                "{text}"
            );
            *commands.entry(command).or_insert(0) += 1;
        }
    }
    let known: Vec<&str> = commands.keys().map(String::as_str).collect();
    assert_eq!(known, COMMANDS);
}

#[tokio::test(start_paused = true)]
async fn a_cmdlet_says_all_of_its_request_or_what_it_does_not_carry() {
    let (_, files, rehearsed) = crate::files().await;
    let mut cmdlets = BTreeSet::new();
    for (requests, text) in sections(&files, &rehearsed, "powershell") {
        let mut text = text;
        for (name, value) in &rehearsed {
            text = text.replace(&format!("${{{name}}}"), value);
        }
        let (mut lacks, mut sent) = (BTreeSet::new(), requests.iter());
        for line in text.lines() {
            if let Some(comment) = line.strip_prefix("# ") {
                if comment.starts_with("as a request only: ") {
                    sent.next().unwrap();
                } else {
                    lacks = listed(comment);
                }
                continue;
            }
            if line.starts_with("Set-AzContext ") {
                continue;
            }
            let request = sent.next().unwrap();
            let command = line.split(' ').next().unwrap().to_owned();
            let mut said = Vec::new();
            if !line.contains(" -BodyParameter $body ") {
                values(&request.body(), "", &mut said);
                said.retain(|(place, _)| !place.is_empty());
            }
            for (place, value) in &said {
                let plain = match value {
                    Value::Array(items) => {
                        let items: Vec<_> = items
                            .iter()
                            .map(|item| format!("\"{}\"", word(item)))
                            .collect();
                        items.join(", ")
                    }
                    other => format!("\"{}\"", word(other)),
                };
                let carried = !plain.is_empty() && line.contains(&plain);
                let by_itself = BY_ITSELF.contains(&(&command, place))
                    || (command.starts_with("New-AzPrivateDns") && place == "location");
                assert!(
                    carried || by_itself || lacks.remove(place),
                    "{place} of {request:#?}\n{line}"
                );
            }
            assert!(lacks.is_empty(), "{lacks:?} is nowhere in {request:#?}");
            cmdlets.insert(command);
        }
        assert!(sent.next().is_none(), "{text}");
    }
    assert!(cmdlets.len() >= 12, "{cmdlets:?}");
}
