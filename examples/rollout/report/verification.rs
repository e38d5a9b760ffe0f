//! What a verification came to, by the vantage of each check.

use super::text::{Text, Tone, count};
use crate::verify::{Entry, Report, Vantage, Verdict};

/// Draws a verification: what is wrong or open in full, what is well in one line each.
pub fn verification(text: &mut Text, report: &Report) {
    for (vantage, title) in [
        (
            Vantage::ControlPlane,
            "Control plane: the services' own description, read back",
        ),
        (Vantage::Outside, "Outside: as anybody on the internet"),
        (
            Vantage::Inside,
            "Inside: with the app's identity, from the app's network",
        ),
    ] {
        let of = |entry: &&Entry| entry.vantage == vantage;
        let mut checks = report.checks.iter().filter(of).peekable();
        if checks.peek().is_some() {
            text.gap();
            text.heading(title);
            checks.for_each(|check| entry(text, check));
        }
    }
    text.gap();
    text.heading(&format!(
        "Verify: {} passed, {} failed, {} not proven.",
        count(report.passed, "check"),
        report.failed,
        report.not_proven
    ));
}

fn entry(text: &mut Text, check: &Entry) {
    match &check.verdict {
        Verdict::Passed { .. } => text.marked("  ok  ", Tone::Good, Tone::Plain, &check.title),
        Verdict::Failed { what, remedy } => {
            text.marked("  BAD ", Tone::Bad, Tone::Plain, &check.title);
            text.paragraph("      ", Tone::Bad, what);
            text.paragraph("      ", Tone::Plain, remedy);
            text.paragraph("      ", Tone::Faint, &format!("check {}", check.id));
        }
        Verdict::NotProven { reason } => {
            text.marked("  ?   ", Tone::Warn, Tone::Plain, &check.title);
            text.paragraph("      ", Tone::Faint, &format!("not proven: {reason}"));
        }
    }
}
