//! What a verification came to, by the vantage of each check.

use std::collections::BTreeMap;

use super::text::{Detail, Text, Tone, count};
use crate::engine::TenantKey;
use crate::verify::{Entry, Report, Vantage, Verdict};

/// How the ids of the checks begin that compare a thing with the environment file.
const OF_FILE: &str = "file/";

/// Draws a verification: what is wrong or open in full, what is well in one line each, and what is as the file says
/// counted.
pub fn verification(text: &mut Text, report: &Report) {
    let detail = text.detail();
    let told =
        |verdict: &Verdict| detail > Detail::Quiet || matches!(verdict, Verdict::Failed { .. });
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
        let of = |entry: &&Entry| entry.vantage == vantage && told(&entry.verdict);
        let mut checks = report.checks.iter().filter(of).peekable();
        if checks.peek().is_some() {
            text.gap();
            text.heading(title);
            if detail == Detail::Normal {
                as_the_file_says(text, report, vantage);
            }
            checks
                .filter(|check| detail != Detail::Normal || !is_plain(check))
                .for_each(|check| entry(text, check));
        }
    }
    if report.done.iter().any(|done| told(&done.verdict)) {
        text.gap();
        text.heading("What done means");
        for done in report.done.iter().filter(|done| told(&done.verdict)) {
            verdict(text, &done.title, &done.verdict);
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

/// A thing that is as the file says; there are many, and what is well needs no line of its own.
fn is_plain(check: &Entry) -> bool {
    check.id.starts_with(OF_FILE) && matches!(check.verdict, Verdict::Passed { .. })
}

/// How many things are as the file says, by tenant.
fn as_the_file_says(text: &mut Text, report: &Report, vantage: Vantage) {
    let mut tenants = BTreeMap::<&TenantKey, usize>::new();
    for check in report
        .checks
        .iter()
        .filter(|check| check.vantage == vantage)
    {
        if is_plain(check) {
            *tenants.entry(&check.tenant).or_default() += 1;
        }
    }
    for (tenant, number) in tenants {
        let things = count(number, "thing");
        let line = format!(
            "{things} of the tenant {tenant}: as the environment file says (--verbose lists each)"
        );
        text.marked("  ok  ", Tone::Good, Tone::Plain, &line);
    }
}

fn entry(text: &mut Text, check: &Entry) {
    verdict(text, &check.title, &check.verdict);
    if matches!(check.verdict, Verdict::Failed { .. }) {
        text.paragraph("      ", Tone::Faint, &format!("check {}", check.id));
    }
}

fn verdict(text: &mut Text, title: &str, verdict: &Verdict) {
    match verdict {
        Verdict::Passed { .. } => text.marked("  ok  ", Tone::Good, Tone::Plain, title),
        Verdict::Failed { what, remedy } => {
            text.marked("  BAD ", Tone::Bad, Tone::Plain, title);
            text.paragraph("      ", Tone::Bad, what);
            text.paragraph("      ", Tone::Plain, remedy);
        }
        Verdict::NotProven { reason } => {
            text.marked("  ?   ", Tone::Warn, Tone::Plain, title);
            text.paragraph("      ", Tone::Faint, &format!("not proven: {reason}"));
        }
    }
}
