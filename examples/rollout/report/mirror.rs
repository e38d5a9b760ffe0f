//! Development and the environment side by side, for people.

use crate::mirror::{Comparison, KindCompared, MirrorTotals, Source};

use super::text::{Text, Tone, count};

/// Draws what was compared.
pub fn mirror(text: &mut Text, comparisons: &[Comparison]) {
    for one in comparisons {
        text.gap();
        text.heading(&format!(
            "{}: {} and {}",
            one.display_name, one.from_group, one.to_group
        ));
        text.paragraph(
            "  ",
            Tone::Faint,
            &format!(
                "Development ({}) was read in {}, subscription {}. {} A name is the same where {} stands for {}.",
                one.from_group, one.tenant, one.subscription, side(one), one.to_prefix, one.from_prefix
            ),
        );
        for found in &one.kinds {
            kind(text, found, one);
        }
    }
    text.gap();
    text.heading(&totals(&MirrorTotals::of(comparisons)));
}

fn side(one: &Comparison) -> String {
    match one.to_source {
        Source::Cloud => format!("{} is as the cloud has it.", one.to_group),
        Source::Plan => format!(
            "{} is not there yet: what the plan would make stands for it.",
            one.to_group
        ),
    }
}

fn kind(text: &mut Text, found: &KindCompared, of: &Comparison) {
    text.paragraph("  ", Tone::Plain, &found.resource_type);
    for both in &found.both {
        let line = format!("{} and {}", both.from, both.to);
        if both.differences.is_empty() {
            text.marked("    =  ", Tone::Good, Tone::Plain, &line);
            continue;
        }
        text.marked("    ~  ", Tone::Warn, Tone::Plain, &line);
        for difference in &both.differences {
            let line = format!(
                "{}: {} in development, {} here",
                difference.field, difference.from, difference.to
            );
            text.paragraph("         ", Tone::Plain, &line);
        }
    }
    for name in &found.only_from {
        let line = format!("{name}: only in {}", of.from_group);
        text.marked("    <  ", Tone::Warn, Tone::Plain, &line);
    }
    for name in &found.only_to {
        let line = format!("{name}: only in {}", of.to_group);
        text.marked("    >  ", Tone::Warn, Tone::Plain, &line);
    }
}

fn totals(totals: &MirrorTotals) -> String {
    let both = totals.same + totals.different;
    if totals.is_equal() {
        return format!("Mirror: nothing differs, {} in both.", count(both, "thing"));
    }
    format!(
        "Mirror: {} in both, {} of them different; {} only in development, {} only here.",
        count(both, "thing"),
        totals.different,
        totals.only_from,
        totals.only_to
    )
}
