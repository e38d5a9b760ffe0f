//! The steps for the Azure CLI.

use std::fmt::Write;

use super::conditions::{Await, There};
use super::items::{Item, Part, Request};
use super::path;
use super::text::written;
use super::values::{Form, Source, Value};

/// Hosts that `az cloud` knows, as the scripts call them.
const HOSTS: [(&str, &str); 2] = [
    ("https://management.azure.com/", "$arm/"),
    ("https://graph.microsoft.com/", "$graph/"),
];

/// What a step does, as a shell's commands.
pub(super) fn step(item: &Item) -> String {
    let mut text = String::new();
    let mut tenant = None;
    let doors = item.doors();
    for (at, (part, (before, after))) in item.parts.iter().zip(item.needs_by_part()).enumerate() {
        if let Some(door) = doors.iter().position(|(_, shuts)| *shuts == at) {
            let _ = writeln!(text, "shut door_{}", door + 1);
            tenant = None;
            continue;
        }
        if !before.is_empty() {
            let _ = writeln!(text, "need {}", before.join(" "));
            // Values may be read in other tenants.
            tenant = None;
        }
        if let Some(door) = doors.iter().position(|(opens, _)| *opens == at) {
            let (name, shuts) = (
                door + 1,
                doors
                    .get(door)
                    .and_then(|(_, shuts)| item.parts.get(*shuts)),
            );
            if let Some(Part::Http(request)) = shuts {
                let _ = writeln!(text, "door_{name}() {{");
                if let Some(domain) = &request.tenant {
                    let _ = writeln!(text, "in_tenant {domain}");
                }
                send(&mut text, request);
                let _ = writeln!(text, "}}\nopened door_{name}");
            }
        }
        let own = part.tenant();
        if tenant != Some(own)
            && let Some(domain) = own
        {
            let _ = writeln!(text, "in_tenant {domain}");
        }
        tenant = Some(own);
        match part {
            Part::Sql {
                host,
                database,
                batch,
                ..
            } => {
                let batch = in_here(&guarded(batch));
                let _ = writeln!(
                    text,
                    "sql {} {} <<SQL\n{batch}\nSQL",
                    quoted(host),
                    quoted(database)
                );
            }
            Part::Http(request) => send(&mut text, request),
        }
        if !after.is_empty() {
            let _ = writeln!(text, "need {}", after.join(" "));
            tenant = None;
        }
    }
    if item.meta.kind.starts_with("Microsoft.Subscription/") {
        text.push_str("refresh\n");
    }
    text
}

fn send(text: &mut String, request: &Request) {
    if let Some(there) = &request.unless {
        let _ = writeln!(text, "if absent {}; then", asked(there));
    }
    let _ = write!(text, "send {} {}", request.method, address(&request.url));
    for (name, value) in &request.headers {
        let _ = write!(text, " {}", quoted(&format!("{name}={value}")));
    }
    match &request.body {
        Some(body) => {
            let body = serde_json::to_string_pretty(body).unwrap_or_default();
            let _ = writeln!(text, " <<JSON\n{}\nJSON", in_here(&body));
        }
        None => text.push_str(" </dev/null\n"),
    }
    let waits = request.then.as_ref().map(
        |Await {
             url,
             property,
             state,
         }| { format!("await {} {property} {state}\n", address(url)) },
    );
    let waits = waits.unwrap_or_default();
    // What is there already may still be in the making; what a POST began is over by then.
    match (&request.unless, request.method.as_str()) {
        (None, _) => text.push_str(&waits),
        (Some(_), "POST") => text.push_str(&(waits + "fi\n")),
        (Some(_), _) => text.push_str(&("fi\n".to_owned() + &waits)),
    }
}

fn asked(there: &There) -> String {
    let mut text = address(&there.url);
    if !there.path.is_empty() {
        let _ = write!(text, " {}", query(&there.url, &there.path));
    }
    if let Some(is) = there.is {
        let _ = write!(text, " {is}");
    }
    text
}

fn query(url: &str, to: &path::Path) -> String {
    if url.starts_with("https://api.github.com/") {
        format!("\"{}\"", path::jq(to))
    } else {
        format!("\"{}\"", path::jmespath(to))
    }
}

/// A user that is there already is no reason to stop, and roles are given again without harm.
pub(super) fn guarded(batch: &str) -> String {
    let lines = batch.lines().map(|line| {
        let user = line
            .strip_prefix("CREATE USER [")
            .and_then(|rest| rest.split_once("] "));
        user.map_or_else(
            || line.to_owned(),
            |(name, _)| {
                format!(
                    "IF DATABASE_PRINCIPAL_ID(N'{}') IS NULL {line}",
                    name.replace('\'', "''")
                )
            },
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// How a value is read: the function `read_NAME`.
pub(super) fn read(value: &Value, title: &str, known: Option<&str>) -> String {
    let name = &value.name;
    let mut text = format!("where[{name}]={}\nread_{name}() {{\n", single(title));
    let needs = value.source.needs();
    if !needs.is_empty() {
        let _ = writeln!(text, "  need {}", needs.join(" "));
    }
    match &value.source {
        Source::Read {
            tenant,
            url,
            path,
            form,
        } => {
            if let Some(domain) = tenant {
                let _ = writeln!(text, "  in_tenant {domain}");
            }
            let _ = writeln!(
                text,
                "  {name}=$(value {} {} || true)",
                address(url),
                query(url, path)
            );
            match form {
                Form::Whole => {}
                Form::LastPart => {
                    let _ = writeln!(text, "  {name}=${{{name}##*/}}");
                }
                Form::Seconds => {
                    let _ = writeln!(text, "  {name}=$(time_of \"${name}\")");
                }
            }
        }
        Source::Tenant { domain } => {
            let _ = writeln!(text, "  {name}=$(tenant_id {domain})");
        }
        Source::Myself { domain } => {
            let _ = writeln!(text, "  in_tenant {domain}\n  {name}=$(myself)");
        }
        Source::Sid { of } => {
            let _ = writeln!(text, "  {name}=$(sid_of \"${of}\")");
        }
        Source::Named { words } => {
            let _ = writeln!(text, "  {name}=$(named {})", quoted(words));
        }
        Source::Chosen => {
            let _ = writeln!(
                text,
                "  {name}=$(cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen)"
            );
        }
        Source::ByHand if known.is_some() => {
            let _ = writeln!(text, "  {name}={}", single(known.unwrap_or_default()));
        }
        Source::Address | Source::ByHand => text.push_str("  :\n"),
    }
    text.push_str("}\n");
    text
}

fn address(url: &str) -> String {
    for (host, name) in HOSTS {
        if let Some(rest) = url.strip_prefix(host) {
            return format!("\"{name}{}\"", in_quotes(rest));
        }
    }
    quoted(url)
}

/// A word of a command, in quotes where it needs them.
pub(super) fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// Between double quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", in_quotes(text))
}

fn in_quotes(text: &str) -> String {
    let escape = |text: &str| {
        let mut safe = String::new();
        for c in text.chars() {
            if matches!(c, '\\' | '"' | '$' | '`') {
                safe.push('\\');
            }
            safe.push(c);
        }
        safe
    };
    written(text, escape, |name| format!("${{{name}}}"))
}

/// In a here-document, in which values are put and nothing else happens.
fn in_here(text: &str) -> String {
    let escape = |text: &str| {
        let mut safe = String::new();
        for c in text.chars() {
            if matches!(c, '\\' | '$' | '`') {
                safe.push('\\');
            }
            safe.push(c);
        }
        safe
    };
    written(text, escape, |name| format!("${{{name}}}"))
}

/// Between single quotes.
pub(super) fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
