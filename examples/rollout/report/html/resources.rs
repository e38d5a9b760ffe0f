//! Every step of the plan: what it is, how it stands, why, and what would change or has changed.

use maud::{Markup, html};
use serde_json::Value;

use super::super::timeline::{End, length};
use super::model::{Row, Rows};
use crate::engine::{Action, FieldChange};

/// Draws the rows by stage and tenant.
pub(super) fn draw(rows: &Rows<'_>) -> Markup {
    let mut groups: Vec<(String, Vec<(usize, &Row<'_>)>)> = Vec::new();
    for (at, row) in rows.all.iter().enumerate() {
        let title = format!("{} (tenant {})", row.entry.stage.title, row.entry.tenant);
        match groups.last_mut().filter(|(last, _)| *last == title) {
            Some((_, members)) => members.push((at, row)),
            None => groups.push((title, vec![(at, row)])),
        }
    }
    html! {
        @for (title, members) in &groups {
            section.group {
                h3 { (title) " " small { (members.len()) } }
                @for (at, row) in members { (resource(*at, row, rows)) }
            }
        }
    }
}

fn resource(at: usize, row: &Row<'_>, rows: &Rows<'_>) -> Markup {
    let (sign, words, class) = row.state.look();
    let entry = row.entry;
    html! {
        details.resource id=(format!("step-{at}")) {
            summary {
                span.tag.(class) { (sign) " " (words) } " "
                span.kind { (row.short_kind()) } " " strong { (entry.name) }
                span.faint { " " (entry.why) }
            }
            dl {
                dt { "Step" } dd { code { (entry.key) } }
                dt { "Kind" } dd { (entry.kind) }
                @if let Some(id) = row.id { dt { "Id" } dd { code { (id) } } }
                @if let Some(link) = &row.link {
                    dt { "Portal" } dd { a href=(link) rel="noreferrer" { "open in the Azure portal" } }
                }
                @if let Some(span) = row.span.filter(|span| span.ended.is_some_and(|end| end > span.began)) {
                    dt { "Took" }
                    dd { (length(span.ended.unwrap_or_default().saturating_sub(span.began))) ", from " (length(span.began)) " on" }
                }
                @if !row.needs.is_empty() {
                    dt { "Needs" }
                    dd.needs { @for need in &row.needs { @if let Some(needed) = rows.all.get(*need) {
                        a href=(format!("#step-{need}")) { (needed.short_kind()) " " (needed.entry.name) } " "
                    } } }
                }
            }
            (end(row))
            (action(&entry.action))
        }
    }
}

/// Why it did not end well.
fn end(row: &Row<'_>) -> Markup {
    html! {
        @match row.span.and_then(|span| span.end.as_ref()) {
            Some(End::Failed(why)) => p.bad { (why) },
            Some(End::Blocked(by)) => p.bad { "Not begun, because this failed: " code { (by) } },
            Some(End::Done(_)) | None => {},
        }
    }
}

/// What the plan said.
fn action(action: &Action) -> Markup {
    html! {
        @match action {
            Action::Create { desired } if !desired.is_null() => {
                p.faint { "What is wanted:" }
                pre tabindex="0" { (pretty(desired)) }
            }
            Action::Update { changes } => (fields(changes)),
            Action::Conflict { changes, resolve } => {
                (fields(changes))
                p.bad { "Cannot be changed on what exists." } p { strong { "What to do: " } (resolve) }
            }
            Action::Manual { instructions, .. } => ol { @for one in instructions { li { (one) } } },
            Action::NotObserved { reason } => p { (reason) },
            Action::Foreign { what, resolve } => {
                p.bad { (what) "; it is not this rollout's and is not touched." }
                p { strong { "What to do: " } (resolve) }
            }
            Action::Failed { message, remedy } => {
                p.bad { (message) }
                @if let Some(remedy) = remedy { p { strong { "What to do: " } (remedy) } }
            }
            Action::Adopt(adopting) => {
                p { "It gets " (adopting.writes) ", and nothing else of it changes." }
                p.faint { code { (adopting.id) } }
                @if !adopting.changes.is_empty() { p { "Then apply changes:" } (fields(&adopting.changes)) }
                @if let Some(conflict) = &adopting.conflict {
                    p.bad { "Some of that cannot be changed on what exists." } p { strong { "What to do: " } (conflict) }
                }
            }
            Action::Stays { why } => p { (why) },
            Action::GoesWith { whole } => p { "It goes with " code { (whole) } },
            Action::Delete { remains: Some(remains), .. } => p { (remains) },
            Action::Refused { why, resolve } => {
                p.bad { (why) }
                p { strong { "What to do: " } (resolve) }
            }
            Action::Create { .. } | Action::Unchanged | Action::Gone | Action::Delete { .. } => {},
        }
    }
}

fn fields(changes: &[FieldChange]) -> Markup {
    html! {
        div.scroll tabindex="0" { table {
            thead { tr { th scope="col" { "Property" } th scope="col" { "Is" } th scope="col" { "Will be" } } }
            tbody { @for change in changes {
                tr { td { code { (change.path) } } td { code { (value(&change.old)) } } td { code { (value(&change.new)) } } }
            } }
        } }
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => "(absent)".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}
