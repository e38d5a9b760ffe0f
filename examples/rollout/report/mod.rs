//! What the program says: text for people, one JSON document for scripts. It draws and prints nothing itself.

mod adoption;
mod board;
mod document;
mod event;
mod exchange;
mod html;
mod journal;
mod made;
mod mirror;
mod plan;
mod progress;
mod reads;
mod summary;
mod takedown;
#[cfg(test)]
mod tests;
mod text;
mod timeline;
mod verification;

pub use adoption::{adopted, adoption};
pub use board::{Board, Ended};
pub use document::{Applied, Counts, Details, Document, Verified};
pub use event::{Event, Named, SCHEMA, of_plan, of_verification};
pub use exchange::{exchange, took};
pub(crate) use html::portal_link;
pub use html::{Page, page};
pub use journal::{JournalReport, journal};
pub use made::objects;
pub use mirror::mirror;
pub use plan::plan;
pub use progress::ProgressLines;
pub use reads::most_reads_of_one_address;
pub use summary::summary;
pub use takedown::{takedown, taken_down};
pub use text::{Detail, Text, Tone, count, some};
pub use timeline::{End, Span, Timeline, length};
pub use verification::verification;

use crate::preflight::{Finding, Severity};

/// Draws what preflight found.
pub fn findings(text: &mut Text, findings: &[Finding]) {
    let all = text.detail() > Detail::Quiet;
    let told = |finding: &&Finding| all || finding.severity == Severity::Stop;
    let findings: Vec<_> = findings.iter().filter(told).collect();
    if findings.is_empty() {
        return;
    }
    text.gap();
    text.heading("Before anything is done");
    for finding in findings {
        let (sign, tone) = match finding.severity {
            Severity::Stop => ("  ! ", Tone::Bad),
            Severity::Note => ("  - ", Tone::Warn),
        };
        text.marked(sign, tone, Tone::Plain, &finding.what);
        text.paragraph("      ", Tone::Faint, &finding.way_out);
        text.paragraph(
            "      ",
            Tone::Faint,
            &format!("Source: {}", finding.source),
        );
    }
}
