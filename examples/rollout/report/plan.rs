//! The plan as a person reads it: by stage and tenant, one line for each change with what and why.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::text::{Detail, Text, Tone, count, some};
use crate::engine::{Action, FieldChange, Key, Plan, PlanEntry};

/// How many of the steps that a change comes after are named.
const SHOWN_NEEDS: usize = 3;

/// Draws a plan.
pub fn plan(text: &mut Text, plan: &Plan) {
    let names: HashMap<&Key, &str> = plan
        .entries
        .iter()
        .map(|entry| (&entry.key, entry.name.as_str()))
        .collect();
    let mut group = None;
    let detail = text.detail();
    let mut said = HashSet::new();
    let hidden = hidden(plan, detail);
    let is_hidden = |entry: &PlanEntry| {
        let by = entry.hidden_by.as_ref();
        by.is_some_and(|by| hidden.contains_key(by))
    };
    let shown = |entry: &&PlanEntry| match &entry.action {
        _ if is_hidden(entry) => false,
        Action::Manual { .. } => false,
        Action::Unchanged => detail == Detail::Verbose,
        // A takedown is drawn by itself, and so is an import.
        Action::Delete { .. }
        | Action::Adopt(_)
        | Action::GoesWith { .. }
        | Action::Stays { .. }
        | Action::Refused { .. }
        | Action::Gone => false,
        Action::Foreign { .. } | Action::Conflict { .. } | Action::Failed { .. } => true,
        Action::Create { .. } | Action::Update { .. } | Action::NotObserved { .. } => {
            detail > Detail::Quiet
        }
    };
    for entry in plan.entries.iter().filter(shown) {
        let own = (entry.stage, &entry.tenant);
        if group != Some(own) {
            text.gap();
            text.heading(&format!("{} (tenant {})", entry.stage.title, entry.tenant));
            group = Some(own);
        }
        change(text, entry, &names, &mut said);
        if let Some(number) = hidden.get(&entry.key) {
            let line = format!(
                "not observed either: {} that need it (--verbose lists them)",
                count(*number, "thing")
            );
            text.paragraph("      ", Tone::Faint, &line);
        }
    }
    by_hand(text, plan, &names);
    if detail > Detail::Quiet {
        left_over(text, plan);
    }
    if !plan.notes.is_empty() {
        text.gap();
        for note in &plan.notes {
            text.marked("  note: ", Tone::Warn, Tone::Plain, note);
        }
    }
    text.gap();
    text.heading(&totals(plan));
}

/// How many each thing hides that could not be seen and is shown itself: they are told with it, and not one by one.
fn hidden(plan: &Plan, detail: Detail) -> HashMap<Key, usize> {
    let mut hidden = HashMap::new();
    if detail == Detail::Verbose {
        return hidden;
    }
    for by in plan.entries.iter().filter_map(|one| one.hidden_by.as_ref()) {
        if plan.entry(by).is_some_and(|root| root.hidden_by.is_none()) {
            *hidden.entry(by.clone()).or_default() += 1;
        }
    }
    hidden
}

/// The words, or that they were said before: one cause may meet fifty steps.
fn once<'p>(said: &mut HashSet<&'p str>, words: &'p str) -> &'p str {
    if said.insert(words) {
        words
    } else {
        "as above"
    }
}

fn change<'p>(
    text: &mut Text,
    entry: &'p PlanEntry,
    names: &HashMap<&Key, &str>,
    said: &mut HashSet<&'p str>,
) {
    let (sign, tone) = match &entry.action {
        Action::Create { .. } => ("  + ", Tone::Good),
        Action::Update { .. } => ("  ~ ", Tone::Warn),
        Action::NotObserved { .. } => ("  ? ", Tone::Warn),
        Action::Unchanged => ("  = ", Tone::Faint),
        _ => ("  ! ", Tone::Bad),
    };
    let mut line = format!("{} {}: {}", short_kind(&entry.kind), entry.name, entry.why);
    let mut later = Vec::new();
    if let Action::Create { desired } = &entry.action {
        later = known_later(desired, names);
    }
    if later.is_empty() && !entry.after.is_empty() {
        let after = entry.after.iter().map(|key| name_of(key, names));
        line.push_str(&format!(" (after {})", some(after, SHOWN_NEEDS)));
    }
    text.marked(sign, tone, Tone::Plain, &line);
    if entry.unfinished {
        text.paragraph(
            "      ",
            Tone::Warn,
            "an earlier run began this and was cut off; it is looked at first",
        );
    }
    match &entry.action {
        Action::Update { changes } => fields(text, changes),
        Action::Conflict { changes, resolve } => {
            fields(text, changes);
            text.paragraph(
                "      ",
                Tone::Bad,
                &format!("cannot be changed on what exists: {}", once(said, resolve)),
            );
        }
        Action::NotObserved { reason } => {
            let reason = once(said, reason);
            text.paragraph("      ", Tone::Faint, &format!("not observed: {reason}"));
        }
        Action::Foreign { what, resolve } => {
            text.paragraph(
                "      ",
                Tone::Bad,
                &format!("{what}; it is not this rollout's and is not touched"),
            );
            text.paragraph("      ", Tone::Faint, &format!("step {}", entry.key));
            text.paragraph("      ", Tone::Plain, once(said, resolve));
        }
        Action::Failed { message, remedy } => {
            text.paragraph("      ", Tone::Bad, message);
            if let Some(remedy) = remedy {
                text.paragraph("      ", Tone::Plain, remedy);
            }
        }
        Action::Create { .. } if !later.is_empty() => {
            let line = some(later.iter().map(String::as_str), SHOWN_NEEDS);
            text.paragraph("      ", Tone::Faint, &line);
        }
        Action::Create { .. }
        | Action::Unchanged
        | Action::Manual { .. }
        | Action::Delete { .. }
        | Action::Adopt(_)
        | Action::GoesWith { .. }
        | Action::Stays { .. }
        | Action::Refused { .. }
        | Action::Gone => {}
    }
}

/// The last part of a resource type says enough; of other kinds nothing is dropped.
pub(super) fn short_kind(kind: &str) -> &str {
    if kind.starts_with("Microsoft.") {
        kind.rsplit('/').next().unwrap_or(kind)
    } else {
        kind
    }
}

fn name_of<'n>(key: &'n Key, names: &HashMap<&Key, &'n str>) -> &'n str {
    names.get(key).copied().unwrap_or(key.as_str())
}

pub(super) fn fields(text: &mut Text, changes: &[FieldChange]) {
    for change in changes {
        let line = format!(
            "{}: {} -> {}",
            change.path,
            value(&change.old),
            value(&change.new)
        );
        text.paragraph("      ", Tone::Plain, &line);
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => "(absent)".to_owned(),
        Value::String(text) => format!("\"{text}\""),
        other => other.to_string(),
    }
}

/// What of a new thing nobody can know yet.
fn known_later(desired: &Value, names: &HashMap<&Key, &str>) -> Vec<String> {
    let mut found = Vec::new();
    unknown(desired, "", &mut found);
    let line = |(field, after): &(String, String)| {
        let known = names.iter().find(|(key, _)| key.as_str() == after);
        let name = known.map_or(after.as_str(), |(_, name)| name);
        format!("{field} known after {name}")
    };
    found.iter().map(line).collect()
}

/// Fields whose value holds `(known after …)`, by their name and what they wait for.
fn unknown(value: &Value, field: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => note(text, field, found),
        Value::Array(items) => items.iter().for_each(|item| unknown(item, field, found)),
        Value::Object(map) => map.iter().for_each(|(name, item)| {
            note(name, field, found);
            unknown(item, name, found);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn note(text: &str, field: &str, found: &mut Vec<(String, String)>) {
    let after = text
        .split_once("(known after ")
        .and_then(|(_, rest)| rest.split_once(')'));
    if let Some((key, _)) = after {
        let entry = (field.to_owned(), key.to_owned());
        if !found.contains(&entry) {
            found.push(entry);
        }
    }
}

fn by_hand(text: &mut Text, plan: &Plan, names: &HashMap<&Key, &str>) {
    if plan.totals.manual == 0 {
        return;
    }
    text.gap();
    text.heading("By hand");
    for entry in &plan.entries {
        let Action::Manual {
            instructions,
            waits_for,
        } = &entry.action
        else {
            continue;
        };
        let line = format!("{} {}: {}", entry.kind, entry.name, entry.why);
        text.marked("  * ", Tone::Warn, Tone::Plain, &line);
        text.paragraph("      ", Tone::Faint, &format!("step {}", entry.key));
        if !waits_for.is_empty() {
            let waits = waits_for.iter().map(|key| name_of(key, names));
            let line = format!("possible after {}", some(waits, SHOWN_NEEDS));
            text.paragraph("      ", Tone::Faint, &line);
        }
        steps(text, instructions);
    }
}

/// Numbered instructions.
pub(super) fn steps(text: &mut Text, instructions: &[String]) {
    for (number, instruction) in instructions.iter().enumerate() {
        text.paragraph(&format!("      {}. ", number + 1), Tone::Plain, instruction);
    }
}

fn left_over(text: &mut Text, plan: &Plan) {
    if plan.orphans.is_empty() {
        return;
    }
    text.gap();
    text.heading("Not in the file (never deleted by the rollout)");
    for orphan in &plan.orphans {
        let line = format!(
            "{} {} (tenant {})",
            short_kind(&orphan.kind),
            orphan.name,
            orphan.tenant
        );
        text.marked("  - ", Tone::Warn, Tone::Plain, &line);
        text.paragraph("      ", Tone::Faint, &orphan.id);
        text.paragraph("      ", Tone::Plain, &orphan.resolve);
    }
}

fn totals(plan: &Plan) -> String {
    let t = &plan.totals;
    if plan.is_empty() && t.not_observed == 0 {
        let left_over = match plan.orphans.len() {
            0 => String::new(),
            number => format!(", {number} left over"),
        };
        return format!(
            "Plan: nothing to do, {} as wanted{left_over}.",
            count(t.unchanged, "thing")
        );
    }
    let mut line = format!(
        "Plan: {} to create, {} to update, {} unchanged, {} by hand",
        t.create, t.update, t.unchanged, t.manual
    );
    for (number, what) in [
        (t.not_observed, "not observed"),
        (t.foreign, "foreign"),
        (t.conflict, "in conflict"),
        (t.failed, "failed"),
        (plan.orphans.len(), "left over"),
    ] {
        if number > 0 {
            line.push_str(&format!(", {number} {what}"));
        }
    }
    line.push('.');
    line
}
