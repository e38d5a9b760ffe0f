//! The steps for PowerShell, with the modules of Microsoft Graph and Azure.

use std::fmt::Write;

use super::conditions::{Await, There};
use super::items::{Item, Part, Request};
use super::path::{self, Down, Path};
use super::text::written;
use super::values::{Form, Source, Value};

/// What a step does, as PowerShell's commands.
pub(super) fn step(item: &Item) -> String {
    let mut text = String::new();
    let list = |names: &[String]| {
        let names: Vec<String> = names.iter().map(|name| single(name)).collect();
        names.join(", ")
    };
    let mut tenant = None;
    let doors = item.doors();
    for (at, (part, (before, after))) in item.parts.iter().zip(item.needs_by_part()).enumerate() {
        if !before.is_empty() {
            let _ = writeln!(text, "Need {}", list(&before));
            tenant = None;
        }
        let shuts = doors.iter().any(|(_, shuts)| *shuts == at);
        if doors.iter().any(|(opens, _)| *opens == at) {
            text.push_str("try {\n");
        } else if shuts {
            text.push_str("} finally {\n");
            tenant = None;
        }
        let own = part.tenant();
        if tenant != Some(own)
            && let Some(domain) = own
        {
            let _ = writeln!(text, "Use-Tenant {}", single(domain));
        }
        tenant = Some(own);
        match part {
            Part::Sql {
                host,
                database,
                batch,
                ..
            } => {
                let _ = writeln!(
                    text,
                    "Invoke-Batch {} {} @\"\n{}\n\"@",
                    quoted(host),
                    quoted(database),
                    in_here(&super::bash::guarded(batch))
                );
            }
            Part::Http(request) => send(&mut text, request),
        }
        if shuts {
            text.push_str("}\n");
            tenant = None;
        }
        if !after.is_empty() {
            let _ = writeln!(text, "Need {}", list(&after));
            tenant = None;
        }
    }
    text
}

fn send(text: &mut String, request: &Request) {
    if let Some(there) = &request.unless {
        let _ = writeln!(text, "if (Test-Absent {}) {{", asked(there));
    }
    let _ = write!(
        text,
        "Send-Request {} {}",
        request.method,
        quoted(&request.url)
    );
    if !request.headers.is_empty() {
        let _ = write!(text, " -Headers {}", named(&request.headers));
    }
    if let Some(body) = &request.body {
        let body = serde_json::to_string_pretty(body).unwrap_or_default();
        let _ = write!(text, " -Body @\"\n{}\n\"@", in_here(&body));
    }
    text.push('\n');
    let waits = request.then.as_ref().map(
        |Await {
             url,
             property,
             state,
         }| {
            let path: Path = property
                .split('.')
                .map(|name| Down::Property(name.to_owned()))
                .collect();
            format!(
                "Wait-State {} {} {}\n",
                quoted(url),
                query(&path),
                single(state)
            )
        },
    );
    let waits = waits.unwrap_or_default();
    match (&request.unless, request.method.as_str()) {
        (None, _) => text.push_str(&waits),
        (Some(_), "POST") => text.push_str(&(waits + "}\n")),
        (Some(_), _) => text.push_str(&("}\n".to_owned() + &waits)),
    }
}

fn asked(there: &There) -> String {
    let mut text = quoted(&there.url);
    if !there.path.is_empty() {
        let _ = write!(text, " {}", query(&there.path));
    }
    if let Some(is) = there.is {
        let _ = write!(text, " {}", single(is));
    }
    text
}

fn query(path: &Path) -> String {
    format!("{{ param($answer) {} }}", path::powershell(path, "$answer"))
}

/// How a value is read: an entry of `$Read`.
pub(super) fn read(value: &Value, title: &str, known: Option<&str>) -> String {
    let name = &value.name;
    let mut text = format!(
        "$Where[{}] = {}\n$Read[{}] = {{\n",
        single(name),
        single(title),
        single(name)
    );
    let needs: Vec<String> = value
        .source
        .needs()
        .iter()
        .map(|name| single(name))
        .collect();
    if !needs.is_empty() {
        let _ = writeln!(text, "    Need {}", needs.join(", "));
    }
    let mut set = |how: &str| {
        let _ = writeln!(text, "    $script:{name} = {how}");
    };
    match &value.source {
        Source::Read {
            tenant,
            url,
            path,
            form,
        } => {
            let read = format!("Get-Value {} {}", quoted(url), query(path));
            let read = match form {
                Form::Whole => read,
                Form::LastPart => format!("({read}) -replace '^.*/'"),
                Form::Seconds => format!(
                    "[DateTimeOffset]::FromUnixTimeSeconds(({read})).UtcDateTime.ToString('yyyy-MM-ddTHH:mm:ssZ')"
                ),
            };
            match tenant {
                Some(domain) => set(&format!("& {{ Use-Tenant {}; {read} }}", single(domain))),
                None => set(&read),
            }
        }
        Source::Tenant { domain } => set(&format!("Get-TenantId {}", single(domain))),
        Source::Myself { domain } => set(&format!(
            "& {{ Use-Tenant {}; (Invoke-Request GET 'https://graph.microsoft.com/v1.0/me').id }}",
            single(domain)
        )),
        Source::Sid { of } => set(&format!("Get-Sid ${of}")),
        Source::Named { words } => set(&format!("Get-NamedId {}", quoted(words))),
        Source::Chosen => set("[guid]::NewGuid().ToString()"),
        Source::ByHand if known.is_some() => set(&single(known.unwrap_or_default())),
        // Who runs the script gives it; an empty block is what not every reader of PowerShell takes.
        Source::Address | Source::ByHand => text.push_str("    return\n"),
    }
    text.push_str("}\n");
    text
}

/// Names with texts, as a table.
pub(super) fn named(texts: &[(String, String)]) -> String {
    let texts: Vec<_> = texts
        .iter()
        .map(|(name, text)| format!("{} = {}", single(name), quoted(text)))
        .collect();
    format!("@{{ {} }}", texts.join("; "))
}

pub(super) fn quoted(text: &str) -> String {
    let escape = |text: &str| {
        let mut safe = String::new();
        for c in text.chars() {
            if matches!(c, '`' | '"' | '$') {
                safe.push('`');
            }
            safe.push(c);
        }
        safe
    };
    format!(
        "\"{}\"",
        written(text, escape, |name| format!("${{{name}}}"))
    )
}

fn in_here(text: &str) -> String {
    let escape = |text: &str| text.replace('`', "``").replace('$', "`$");
    written(text, escape, |name| format!("${{{name}}}"))
}

/// Between single quotes.
pub(super) fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
