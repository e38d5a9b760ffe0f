//! What an import would adopt, what is refused and why, and what came of it.

use super::plan::{fields, short_kind};
use super::text::{Detail, Text, Tone, count};
use crate::engine::{Action, Adopting, Plan, PlanEntry, Summary};

/// Draws the plan of an import.
pub fn adoption(text: &mut Text, plan: &Plan) {
    let mut group = None;
    let quiet = text.detail() == Detail::Quiet;
    let shown = |entry: &&PlanEntry| !quiet || matches!(entry.action, Action::Refused { .. });
    for entry in plan.entries.iter().filter(shown) {
        let own = (entry.stage, &entry.tenant);
        if group != Some(own) {
            text.gap();
            text.heading(&format!("{} (tenant {})", entry.stage.title, entry.tenant));
            group = Some(own);
        }
        line(text, entry);
    }
    if !plan.notes.is_empty() {
        text.gap();
        for note in &plan.notes {
            text.marked("  note: ", Tone::Warn, Tone::Plain, note);
        }
    }
    text.gap();
    text.heading(&totals(plan));
    if plan.totals.adopt > 0 && plan.totals.refused == 0 && !quiet {
        let words = "The mark is written and nothing else. From then on apply changes it to what the file says, and destroy deletes it.";
        text.paragraph("  ", Tone::Faint, words);
    }
}

fn line(text: &mut Text, entry: &PlanEntry) {
    let name = format!("{} {}", short_kind(&entry.kind), entry.name);
    match &entry.action {
        Action::Adopt(adopting) => {
            let line = format!("{name} gets {}", adopting.writes);
            text.marked("  > ", Tone::Good, Tone::Plain, &line);
            details(text, adopting);
        }
        Action::Unchanged => {
            let line = format!("{name}: it is this environment's already");
            text.marked("  = ", Tone::Faint, Tone::Plain, &line);
        }
        Action::Refused { why, resolve } => {
            text.marked("  ! ", Tone::Bad, Tone::Plain, &format!("{name}: {why}"));
            text.paragraph("      ", Tone::Faint, &format!("step {}", entry.key));
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

fn details(text: &mut Text, adopting: &Adopting) {
    let place = match &adopting.location {
        Some(location) => format!("{} ({location})", adopting.id),
        None => adopting.id.clone(),
    };
    text.paragraph("      ", Tone::Faint, &place);
    let tags: Vec<String> = adopting
        .tags
        .iter()
        .map(|(name, value)| match value.as_str() {
            "" => name.clone(),
            value => format!("{name} = {value}"),
        })
        .collect();
    let tags = match tags.join(", ") {
        tags if tags.is_empty() => "it bears no tags".to_owned(),
        tags => format!("its tags, which stay: {tags}"),
    };
    text.paragraph("      ", Tone::Plain, &tags);
    if !adopting.changes.is_empty() {
        text.paragraph("      ", Tone::Plain, "then apply changes of it:");
        fields(text, &adopting.changes);
    }
    if let Some(conflict) = &adopting.conflict {
        let line = format!("some of that cannot be changed on what exists: {conflict}");
        text.paragraph("      ", Tone::Bad, &line);
    }
}

fn totals(plan: &Plan) -> String {
    let t = &plan.totals;
    let already = match t.unchanged {
        0 => String::new(),
        number => format!(", {number} adopted already"),
    };
    if t.refused > 0 {
        return format!(
            "Import: nothing is adopted, because {} refused{already}.",
            match t.refused {
                1 => "one is".to_owned(),
                number => format!("{number} are"),
            }
        );
    }
    match t.adopt {
        0 => "Import: nothing to do: everything named is adopted already.".to_owned(),
        number => format!("Import: {} to adopt{already}.", count(number, "thing")),
    }
}

/// Draws the end of an import.
pub fn adopted(text: &mut Text, summary: &Summary, plan: &Plan) {
    text.gap();
    let mut line = format!(
        "Import: {} adopted, {} failed",
        summary.adopted,
        summary.failed.len()
    );
    let written = summary.recovered.min(plan.totals.unchanged);
    for (number, what) in [
        (summary.recovered, "found done"),
        (
            summary.unchanged + plan.totals.unchanged - written,
            "adopted already",
        ),
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
