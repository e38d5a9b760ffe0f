//! What the verification saw, and from where.

use maud::{Markup, html};

use crate::verify::{Done, Entry, Report, Vantage, Verdict};

/// Draws a verification: what done means, then each check by vantage, what is wrong first.
pub(super) fn draw(report: &Report) -> Markup {
    html! {
        @if !report.done.is_empty() {
            h3 { "What done means" }
            ul.verdicts { @for done in &report.done { (claim(done)) } }
        }
        @for (vantage, title, words) in [
            (Vantage::ControlPlane, "Control plane", "the services' own description of what they hold, read back"),
            (Vantage::Outside, "Outside", "as anybody on the internet"),
            (Vantage::Inside, "Inside", "with the app's own identity, from the app's own network"),
        ] {
            @let checks = of(report, vantage);
            @if !checks.is_empty() {
                h3 { (title) " " small { (words) } }
                @let (well, open): (Vec<&Entry>, Vec<&Entry>) =
                    checks.into_iter().partition(|check| matches!(check.verdict, Verdict::Passed { .. }));
                ul.verdicts { @for check in open { (entry(check)) } }
                @if !well.is_empty() {
                    details {
                        summary { (well.len()) " passed" }
                        ul.verdicts { @for check in well { (entry(check)) } }
                    }
                }
            }
        }
    }
}

/// The checks from one vantage, failures first.
fn of(report: &Report, vantage: Vantage) -> Vec<&Entry> {
    let mut checks: Vec<&Entry> = report
        .checks
        .iter()
        .filter(|check| check.vantage == vantage)
        .collect();
    checks.sort_by_key(|check| match check.verdict {
        Verdict::Failed { .. } => 0,
        Verdict::NotProven { .. } => 1,
        Verdict::Passed { .. } => 2,
    });
    checks
}

fn claim(done: &Done) -> Markup {
    html! { li { (mark(&done.verdict)) " " strong { (done.title) } (words(&done.verdict)) } }
}

fn entry(check: &Entry) -> Markup {
    html! {
        li {
            (mark(&check.verdict)) " " strong { (check.title) }
            (words(&check.verdict))
            p.faint { "Tenant " (check.tenant) ". Why it matters: " (check.why) ". " code { (check.id) } }
        }
    }
}

fn mark(verdict: &Verdict) -> Markup {
    let (words, class) = match verdict {
        Verdict::Passed { .. } => ("✓ passed", "good"),
        Verdict::Failed { .. } => ("✗ failed", "bad"),
        Verdict::NotProven { .. } => ("? not proven", "warn"),
    };
    html! { span.tag.(class) { (words) } }
}

fn words(verdict: &Verdict) -> Markup {
    html! {
        @match verdict {
            Verdict::Passed { evidence } => p { (evidence) },
            Verdict::Failed { what, remedy } => { p.bad { (what) } p { strong { "What to do: " } (remedy) } },
            Verdict::NotProven { reason } => p { (reason) },
        }
    }
}
