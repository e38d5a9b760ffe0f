//! The top of the page: what the run came to, and what somebody has to do now.

use maud::{Markup, html};

use super::super::timeline::length;
use super::model::{Page, Rows, State};
use crate::engine::{Action, Plan, Summary, Window};
use crate::preflight::Severity;

/// One sentence and the numbers.
pub(super) fn summary(page: &Page<'_>, rows: &Rows<'_>) -> Markup {
    let document = page.document;
    let (class, sentence) = verdict(page);
    html! {
        p.verdict.(class) { (sentence) }
        dl.numbers {
            @for (state, number) in rows.states() {
                @let (sign, words, class) = state.look();
                div.(class) { dt { (sign) " " (words) } dd { (number) } }
            }
            @if let Some(report) = &document.details.verify {
                div.good { dt { "✓ checks passed" } dd { (report.passed) } }
                div.(if report.failed > 0 { "bad" } else { "same" }) { dt { "✗ checks failed" } dd { (report.failed) } }
                div.(if report.not_proven > 0 { "warn" } else { "same" }) { dt { "? not proven" } dd { (report.not_proven) } }
            }
            @if rows.total.as_millis() > 0 {
                div.same { dt { "time in the cloud" } dd { (length(rows.total)) } }
            }
            div.same { dt { "requests" } dd { (document.requests) } }
        }
    }
}

/// How the run ended, as a class and a sentence.
fn verdict(page: &Page<'_>) -> (&'static str, String) {
    let details = &page.document.details;
    let failed_checks = details.verify.as_ref().map_or(0, |report| report.failed);
    let apply = details.apply.as_ref();
    let failed = apply.map_or(0, |summary| summary.failed.len());
    let waits = apply.map_or_else(
        || details.plan.as_ref().map_or(0, |plan| plan.totals.manual),
        |summary| summary.manual.len(),
    );
    if failed > 0 {
        return (
            "bad",
            format!(
                "{failed} failed. What to do stands at each of them; then run apply again: it goes on where this run ended."
            ),
        );
    }
    let open = apply.map_or(0, |summary| still_open(summary).count());
    if open > 0 {
        return (
            "bad",
            format!(
                "{open} may still be open to its operator. Run apply again: it closes what is open before anything else."
            ),
        );
    }
    if failed_checks > 0 {
        return (
            "bad",
            format!("The verification failed at {failed_checks}. What to do stands at each check."),
        );
    }
    if apply.is_some_and(|summary| summary.stopped) {
        return (
            "warn",
            "The run was stopped. Nothing is lost: run apply again, and it goes on.".to_owned(),
        );
    }
    if waits > 0 {
        return (
            "warn",
            format!("{waits} wait for a person. What to do stands below."),
        );
    }
    match (&details.plan, apply, &details.verify) {
        (Some(plan), None, _) if plan.is_empty() => (
            "good",
            "Nothing to do: everything is as the file says.".to_owned(),
        ),
        (Some(plan), None, _) => {
            let t = &plan.totals;
            (
                "plan",
                format!(
                    "{} to create and {} to update. Nothing has been written.",
                    t.create, t.update
                ),
            )
        }
        (_, Some(_), Some(_)) => ("good", "Applied and verified.".to_owned()),
        (_, Some(_), None) => (
            "good",
            "Applied. verify proves that it does what it is for.".to_owned(),
        ),
        (None, None, _) => ("good", "Verified.".to_owned()),
    }
}

/// What failed, with what to do.
pub(super) fn failures(summary: &Summary) -> Markup {
    html! {
        ul.verdicts {
            @for failure in &summary.failed {
                li {
                    span.tag.bad { "! failed" } " " strong { (failure.key) }
                    p.bad { (failure.message) }
                    @if let Some(remedy) = &failure.remedy { p { strong { "What to do: " } (remedy) } }
                }
            }
        }
    }
}

fn still_open(summary: &Summary) -> impl Iterator<Item = &Window> {
    summary
        .windows
        .iter()
        .filter(|window| window.closed.is_none())
}

/// What a plan says beside its steps: doors that a killed run left open, what could not be searched.
pub(super) fn notes(plan: &Plan) -> Markup {
    html! {
        ul.verdicts {
            @for note in &plan.notes { li { span.tag.warn { "note" } " " (note) } }
        }
    }
}

/// Things of this environment that are not in the file.
pub(super) fn left_over(plan: &Plan) -> Markup {
    html! {
        p { "They are not in the file. The rollout deletes nothing; a person may." }
        ul.verdicts {
            @for orphan in &plan.orphans {
                li {
                    span.tag.warn { "− left over" } " " strong { (orphan.name) } " "
                    span.faint { (orphan.kind) ", tenant " (orphan.tenant) }
                    p { code { (orphan.id) } }
                    p { (orphan.resolve) }
                }
            }
        }
    }
}

/// Doors that were opened for the operator: from when to when, and which may still be open.
pub(super) fn doors(summary: &Summary) -> Markup {
    html! {
        ul.verdicts {
            @for window in &summary.windows {
                li {
                    @match &window.closed {
                        Some(_) => span.tag.good { "✓ closed again" },
                        None => span.tag.bad { "! may still be open" },
                    }
                    " " strong { (window.door) }
                    @if let Some(address) = &window.address { ", for " code { (address) } }
                    p.faint {
                        @match &window.opened {
                            Some(at) => { "opened at " (at) }
                            None => { "opened by an earlier run" }
                        }
                        @if let Some(at) = &window.closed { ", closed at " (at) }
                    }
                    @if window.closed.is_none() {
                        p { strong { "What to do: " } "run apply again, which closes it first." }
                    }
                }
            }
        }
    }
}

/// What waits for a person, as a list that can be printed and ticked.
pub(super) fn by_hand(rows: &Rows<'_>) -> Markup {
    html! {
        ol.byhand {
            @for (at, row) in rows.all.iter().enumerate().filter(|(_, row)| row.state == State::Person) {
                li {
                    strong { a href=(format!("#step-{at}")) { (row.entry.kind) " " (row.entry.name) } }
                    " (tenant " (row.entry.tenant) ")"
                    p.faint { (row.entry.why) }
                    @if let Action::Manual { instructions, .. } = &row.entry.action {
                        ol { @for one in instructions { li { (one) } } }
                    }
                }
            }
        }
    }
}

/// What could be foreseen before anything was done.
pub(super) fn foreseen(page: &Page<'_>) -> Markup {
    html! {
        ul.verdicts {
            @for finding in &page.document.preflight {
                li {
                    @match finding.severity {
                        Severity::Stop => span.tag.bad { "! stops the run" },
                        Severity::Note => span.tag.warn { "note" },
                    }
                    " " (finding.what)
                    p.faint { (finding.way_out) }
                    p.faint {
                        "Source: "
                        @if finding.source.starts_with("https://") {
                            a href=(finding.source) { (finding.source) }
                        } @else {
                            (finding.source)
                        }
                    }
                }
            }
        }
    }
}
