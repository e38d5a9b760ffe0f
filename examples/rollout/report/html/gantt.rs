//! The time line of an apply: a bar for each step that took time, by stage, the chain that the end waited for marked.

use std::time::Duration;

use maud::{Markup, html};

use super::super::timeline::{Span, length};
use super::model::{Row, Rows};

const LABEL: usize = 300;
const CHART: usize = 760;
const LINE: usize = 18;
const TOP: usize = 26;
/// About how many marks the axis has.
const MARKS: u64 = 8;

/// Draws the steps that took time.
pub(super) fn draw(rows: &Rows<'_>) -> Markup {
    let bars: Vec<(usize, &Row<'_>, &Span)> = timed(rows);
    let height = TOP + bars.len() * LINE + 4;
    let width = LABEL + CHART + 70;
    let total = rows.total.max(Duration::from_millis(1));
    let x = |time: Duration| LABEL as f64 + CHART as f64 * time.as_secs_f64() / total.as_secs_f64();
    html! {
        svg #gantt viewBox=(format!("0 0 {width} {height}")) width=(width) height=(height) role="group"
            aria-label="When each step was done. The table below says the same." {
            @for mark in marks(total) {
                @let at = format!("{:.1}", x(mark));
                line.mark x1=(at) x2=(at) y1=(TOP - 6) y2=(height) {}
                text.axis x=(at) y="14" { @if mark.is_zero() { "0" } @else { (length(mark)) } }
            }
            @for (line, (at, row, span)) in bars.iter().enumerate() {
                @let (_, words, class) = row.state.look();
                @let end = span.ended.unwrap_or(rows.total);
                @let (from, to) = (x(span.began), x(end));
                @let took = length(end.saturating_sub(span.began));
                a.bar.(class).critical[row.critical] href=(format!("#step-{at}"))
                    transform=(format!("translate(0 {})", TOP + line * LINE)) {
                    title { (row.entry.kind) " " (row.entry.name) ": " (words) ", " (took) ", from " (length(span.began)) " on" }
                    text.label x=(LABEL - 8) y="13" { (label(row)) }
                    rect x=(format!("{from:.1}")) y="3" width=(format!("{:.1}", (to - from).max(2.0))) height="12" rx="2" {}
                    text.took x=(format!("{:.1}", to + 4.0)) y="13" { (took) @if row.critical { " ◆" } }
                }
            }
        }
    }
}

/// The same as a table, for whoever does not see the picture; what took longest first.
pub(super) fn table(rows: &Rows<'_>) -> Markup {
    let mut bars = timed(rows);
    let took = |span: &Span| span.ended.unwrap_or(rows.total).saturating_sub(span.began);
    bars.sort_by_key(|(_, _, span)| std::cmp::Reverse(took(span)));
    html! {
        table {
            thead { tr { th scope="col" { "Step" } th scope="col" { "Took" } th scope="col" { "Began after" } th scope="col" { "End waited for it" } th scope="col" { "Tried again" } } }
            tbody {
                @for (at, row, span) in bars {
                    tr {
                        td { a href=(format!("#step-{at}")) { (row.short_kind()) " " (row.entry.name) } }
                        td { (length(took(span))) }
                        td { (length(span.began)) }
                        td { @if row.critical { "yes ◆" } @else { "no" } }
                        td { @if span.retries > 0 { (span.retries) " times" } }
                    }
                }
            }
        }
    }
}

/// The steps that took time, by when they began.
fn timed<'r>(rows: &'r Rows<'_>) -> Vec<(usize, &'r Row<'r>, &'r Span)> {
    let bars = rows.all.iter().enumerate().filter_map(|(at, row)| {
        let span = row.span?;
        (span.ended != Some(span.began)).then_some((at, row, span))
    });
    let mut bars: Vec<_> = bars.collect();
    bars.sort_by_key(|(at, row, span)| (row.entry.stage, span.began, *at));
    bars
}

fn label(row: &Row<'_>) -> String {
    const LETTERS: usize = 44;
    let text = format!("{} {}", row.short_kind(), row.entry.name);
    let letters = text.chars().count();
    if letters <= LETTERS {
        return text;
    }
    let tail: String = text.chars().skip(letters - LETTERS + 1).collect();
    format!("…{tail}")
}

/// Round times for the axis.
fn marks(total: Duration) -> Vec<Duration> {
    const ROUND: [u64; 12] = [1, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200];
    let seconds = total.as_secs();
    let step = ROUND.into_iter().find(|step| seconds / step <= MARKS);
    let step = step.unwrap_or(seconds / MARKS).max(1);
    (0..=seconds / step)
        .map(|mark| Duration::from_secs(mark * step))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_has_a_few_round_marks_for_any_run() {
        for (seconds, last) in [(0, 0), (7, 7), (61, 60), (2032, 1800), (900_000, 900_000)] {
            let marks = marks(Duration::from_secs(seconds));
            assert!(
                (1..=10).contains(&marks.len()),
                "{seconds}: {}",
                marks.len()
            );
            assert_eq!(marks.last(), Some(&Duration::from_secs(last)), "{seconds}");
        }
    }
}
