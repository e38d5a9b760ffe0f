//! One page for people: a single file that asks no network for anything, readable without scripts, printed or on a phone.

mod checks;
mod gantt;
mod graph;
mod model;
mod overview;
mod portal;
mod resources;
#[cfg(test)]
mod tests;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

pub use model::Page;
use model::{Rows, State};
pub(crate) use portal::link as portal_link;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The page of a run.
pub fn page(page: &Page<'_>) -> String {
    let rows = Rows::of(page);
    let sections = sections(page, &rows);
    let title = format!("{}: {}", page.title, page.document.verb);
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="referrer" content="no-referrer";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "To the content" }
                header {
                    h1 { (title) }
                    p.faint { "Environment " code { (page.document.environment) } " on " (cloud(&page.document.cloud)) ", " (page.at) "." }
                    nav aria-label="Sections" { ul {
                        @for section in &sections { li { a href=(format!("#{}", section.id)) { (section.title) } } }
                    } }
                }
                main #main {
                    @for section in &sections {
                        section id=(section.id) aria-labelledby=(format!("{}-title", section.id)) {
                            h2 id=(format!("{}-title", section.id)) { (section.title) }
                            (section.content)
                        }
                    }
                }
                footer.faint {
                    p { "Written by qa_rollout. This file needs no network, and holds no secret." }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    markup.into_string()
}

struct Section {
    id: &'static str,
    title: &'static str,
    content: Markup,
}

/// What there is to say; a part that the verb does not have is left out.
fn sections(page: &Page<'_>, rows: &Rows<'_>) -> Vec<Section> {
    let details = &page.document.details;
    let mut sections = Vec::new();
    let mut add = |id, title, content| sections.push(Section { id, title, content });
    add("summary", "Summary", overview::summary(page, rows));
    if let Some(summary) = details.apply.as_ref().filter(|one| !one.failed.is_empty()) {
        add("failed", "Failed", overview::failures(summary));
    }
    // A plan after the apply knows better what is left.
    let plan = details.second_plan.as_ref().or(details.plan.as_ref());
    if let Some(plan) = plan.filter(|plan| !plan.notes.is_empty()) {
        add("notes", "To be known", overview::notes(plan));
    }
    if rows.all.iter().any(|row| row.state == State::Person) {
        add("by-hand", "Waits for a person", overview::by_hand(rows));
    }
    if let Some(report) = &details.verify {
        add("verification", "Verification", checks::draw(report));
    }
    if let Some(summary) = details.apply.as_ref().filter(|one| !one.windows.is_empty()) {
        add("doors", "Doors that were opened", overview::doors(summary));
    }
    if rows.total.as_millis() > 0 {
        add("time", "Time line", time_line(rows));
    }
    if !rows.all.is_empty() {
        add("picture", "What needs what", picture(rows));
        add("resources", "Resources", resources(page, rows));
    }
    if let Some(plan) = plan.filter(|plan| !plan.orphans.is_empty()) {
        add("left-over", "Not in the file", overview::left_over(plan));
    }
    if !page.document.preflight.is_empty() {
        add(
            "foreseen",
            "Before anything was done",
            overview::foreseen(page),
        );
    }
    sections
}

fn time_line(rows: &Rows<'_>) -> Markup {
    html! {
        p { "Steps that took time, in the cloud's time. Those marked ◆ are the chain that the end of the run waited for." }
        div.scroll tabindex="0" role="region" aria-label="Chart of the times" { (gantt::draw(rows)) }
        details { summary { "The same as a table, what took longest first" } div.scroll tabindex="0" { (gantt::table(rows)) } }
    }
}

fn picture(rows: &Rows<'_>) -> Markup {
    html! {
        p {
            "What stands to the right needs what leads to it from the left. Each box leads to its resource below. "
            a href="#resources" { "Skip the picture" } "."
        }
        form.tools.scripted role="search" aria-label="Search the picture" {
            label { "Find " input #find type="search" autocomplete="off"; }
            span #found aria-live="polite" {}
            button type="button" data-zoom="out" aria-label="Smaller" { "−" }
            button type="button" data-zoom="in" aria-label="Larger" { "+" }
            button type="button" data-zoom="fit" { "Whole" }
        }
        div #canvas.scroll tabindex="0" role="region" aria-label="Picture; scroll with the arrow keys, zoom with + and -" { (graph::draw(rows)) }
    }
}

fn resources(page: &Page<'_>, rows: &Rows<'_>) -> Markup {
    html! {
        @if page.domains.is_empty() {
            p.faint { "This is an embedded cloud: what it made is in no portal, so nothing leads there." }
        }
        form.tools.scripted role="search" aria-label="Search the list" {
            label { "Show only " input #filter type="search" autocomplete="off"; }
            span #shown aria-live="polite" {}
        }
        (resources::draw(rows))
    }
}

fn cloud(name: &str) -> String {
    match name {
        "azure" => "Azure".to_owned(),
        "embedded" => "an embedded cloud in the program".to_owned(),
        address => format!("the embedded cloud at {address}"),
    }
}

/// Nothing is loaded from anywhere, and no script runs but the page's own.
fn policy() -> String {
    let hash = |text: &str| azure_core::base64::encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}
