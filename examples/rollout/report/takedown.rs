//! What a takedown of the environment would delete, what stays and why, and what is in the way.

use std::collections::BTreeMap;

use super::text::{Detail, Text, Tone, count, some};
use crate::engine::{Action, Plan, PlanEntry, Summary};

/// How many of the things that stay for one reason are named.
const NAMED: usize = 6;

/// Draws the plan of a takedown.
pub fn takedown(text: &mut Text, plan: &Plan) {
    let detail = text.detail();
    let mut group = None;
    let shown = |entry: &&PlanEntry| match &entry.action {
        Action::Refused { .. } => true,
        Action::Delete { .. } => detail > Detail::Quiet,
        Action::GoesWith { .. } | Action::Gone => detail == Detail::Verbose,
        _ => false,
    };
    for entry in plan.entries.iter().filter(shown) {
        let own = (entry.stage, &entry.tenant);
        if group != Some(own) {
            text.gap();
            text.heading(&format!("{} (tenant {})", entry.stage.title, entry.tenant));
            group = Some(own);
        }
        line(text, entry);
    }
    if detail > Detail::Quiet {
        reasons(text, "Stays", plan, |action| match action {
            // What is part of what stays is not worth a word of its own.
            Action::Stays { why } if !why.starts_with("it is part of ") => Some(why),
            _ => None,
        });
        reasons(
            text,
            "Left for a while after the deletion",
            plan,
            |action| match action {
                Action::Delete { remains, .. } => remains.as_deref(),
                _ => None,
            },
        );
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

fn line(text: &mut Text, entry: &PlanEntry) {
    let name = name_of(entry);
    match &entry.action {
        Action::Delete { parts, .. } => {
            let parts = match parts {
                0 => String::new(),
                number => format!(" (and {} of it)", count(*number, "part")),
            };
            text.marked("  - ", Tone::Bad, Tone::Plain, &format!("{name}{parts}"));
        }
        Action::GoesWith { .. } => {
            text.marked(
                "    ",
                Tone::Faint,
                Tone::Faint,
                &format!("{name}, as part"),
            );
        }
        Action::Gone => text.marked("  = ", Tone::Faint, Tone::Faint, &format!("{name}: gone")),
        Action::Refused { why, resolve } => {
            text.marked("  ! ", Tone::Bad, Tone::Plain, &format!("{name}: {why}"));
            text.paragraph("      ", Tone::Plain, resolve);
        }
        _ => {}
    }
    if entry.unfinished {
        text.paragraph(
            "      ",
            Tone::Warn,
            "an earlier run began to write this and was cut off; it is looked at first",
        );
    }
}

/// The end of a kind says enough beside a name.
fn name_of(entry: &PlanEntry) -> String {
    let kind = entry.kind.rsplit('/').next().unwrap_or_default();
    format!("{kind} {}", entry.name)
}

/// What has the same reason is named together.
fn reasons<'p>(
    text: &mut Text,
    heading: &str,
    plan: &'p Plan,
    reason: impl Fn(&'p Action) -> Option<&'p str>,
) {
    let mut all: Vec<(&str, Vec<String>)> = Vec::new();
    let mut at: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in &plan.entries {
        let Some(why) = reason(&entry.action) else {
            continue;
        };
        let place = *at.entry(why).or_insert_with(|| {
            all.push((why, Vec::new()));
            all.len() - 1
        });
        if let Some((_, names)) = all.get_mut(place) {
            names.push(name_of(entry));
        }
    }
    if all.is_empty() {
        return;
    }
    text.gap();
    text.heading(heading);
    let named = if text.detail() == Detail::Verbose {
        usize::MAX
    } else {
        NAMED
    };
    for (why, names) in all {
        let names = some(names.iter().map(String::as_str), named);
        text.marked("    ", Tone::Plain, Tone::Plain, &names);
        text.paragraph("      ", Tone::Faint, why);
    }
}

fn totals(plan: &Plan) -> String {
    let t = &plan.totals;
    let mut line = match t.delete {
        0 => "Takedown: nothing is left to delete".to_owned(),
        number => {
            let parts = match t.goes_with {
                0 => String::new(),
                parts => format!(" and {} that go with them", count(parts, "part")),
            };
            format!("Takedown: {} to delete{parts}", count(number, "thing"))
        }
    };
    for (number, what) in [
        (t.refused, "refused"),
        (t.stays, "staying"),
        (t.gone, "gone already"),
    ] {
        if number > 0 {
            line.push_str(&format!(", {number} {what}"));
        }
    }
    line.push('.');
    line
}

/// Draws the end of a takedown.
pub fn taken_down(text: &mut Text, summary: &Summary, plan: &Plan) {
    text.gap();
    let mut line = format!(
        "Destroy: {} deleted, {} failed",
        summary.deleted,
        summary.failed.len()
    );
    for (number, what) in [
        (summary.unchanged, "gone meanwhile"),
        (plan.totals.refused, "refused"),
        (summary.blocked.len(), "not begun because of a failure"),
        (summary.not_started.len(), "not begun"),
        (summary.left_running.len(), "left under way"),
    ] {
        if number > 0 {
            line.push_str(&format!(", {number} {what}"));
        }
    }
    line.push_str(if summary.stopped { "; stopped." } else { "." });
    text.heading(&line);
    for failure in &summary.failed {
        let line = format!("{}: {}", failure.key, failure.message);
        text.marked("  ! ", Tone::Bad, Tone::Plain, &line);
        if let Some(remedy) = &failure.remedy {
            text.paragraph("      ", Tone::Plain, remedy);
        }
    }
}
