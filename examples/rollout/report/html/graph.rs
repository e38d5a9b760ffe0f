//! The picture of what needs what: a lane for each stage, and to the right of everything what rests on it.

use std::collections::{BTreeMap, HashSet};

use maud::{Markup, html};

use super::model::{Row, Rows};

const BOX: (usize, usize) = (212, 36);
const GAP: (usize, usize) = (56, 10);
/// Between two boxes of one depth that stand side by side.
const BESIDE: usize = 10;
/// More boxes than that of one stage and depth do not stand one above the other.
const STACK: usize = 6;
const LANE_TITLE: usize = 26;
const MARGIN: usize = 12;
/// How many letters fit into a box.
const LETTERS: usize = 28;

/// Where everything stands.
struct Layout {
    /// Upper left corners, by row.
    places: Vec<(usize, usize)>,
    /// Title, upper edge and height of each stage.
    lanes: Vec<(&'static str, usize, usize)>,
    size: (usize, usize),
    /// From and to, without those that follow from others.
    edges: Vec<(usize, usize)>,
}

/// Draws the rows and what they need.
pub(super) fn draw(rows: &Rows<'_>) -> Markup {
    let layout = Layout::of(&rows.all);
    let (width, height) = layout.size;
    html! {
        svg #graph viewBox=(format!("0 0 {width} {height}")) width=(width) height=(height) role="group"
            aria-label="What needs what: one box for each resource, in a lane for each stage" {
            @for (title, top, height) in &layout.lanes {
                rect.lane x="0" y=(top) width=(width) height=(height) {}
                text.lane-title x=(MARGIN) y=(top + 18) { (title) }
            }
            g aria-hidden="true" {
                @for &(from, to) in &layout.edges {
                    path.edge data-from=(from) data-to=(to) d=(layout.curve(from, to)) {}
                }
            }
            @for (at, row) in rows.all.iter().enumerate() {
                (node(at, row, layout.places.get(at).copied().unwrap_or_default()))
            }
        }
    }
}

fn node(at: usize, row: &Row<'_>, (x, y): (usize, usize)) -> Markup {
    let (sign, words, class) = row.state.look();
    let name = &row.entry.name;
    html! {
        a.node.(class).critical[row.critical] href=(format!("#step-{at}")) data-at=(at)
            transform=(format!("translate({x} {y})")) {
            title { (row.entry.kind) " " (name) ": " (words) ". " (row.entry.why) }
            rect width=(BOX.0) height=(BOX.1) rx="5" {}
            text.name x="8" y="15" { (sign) " " (cut(name)) }
            text.kind x="8" y="29" { (cut(row.short_kind())) }
        }
    }
}

/// As much of a text as fits.
fn cut(text: &str) -> String {
    if text.chars().count() <= LETTERS {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(LETTERS - 1).collect();
    short.push('…');
    short
}

impl Layout {
    fn of(rows: &[Row<'_>]) -> Self {
        let depths = depths(rows);
        let mut cells = BTreeMap::<(_, usize), Vec<usize>>::new();
        for (at, row) in rows.iter().enumerate() {
            let depth = depths.get(at).copied().unwrap_or_default();
            cells.entry((row.entry.stage, depth)).or_default().push(at);
        }
        let mut tallest = BTreeMap::new();
        let mut widest = BTreeMap::new();
        for ((stage, depth), members) in &cells {
            let rows = tallest.entry(*stage).or_insert(0);
            *rows = members.len().min(STACK).max(*rows);
            let columns = widest.entry(*depth).or_insert(0);
            *columns = members.len().div_ceil(STACK).max(*columns);
        }
        let mut top = 0;
        let mut lanes = BTreeMap::new();
        for (stage, rows) in tallest {
            let height = LANE_TITLE + rows * (BOX.1 + GAP.1) + GAP.1;
            lanes.insert(stage, (top, height));
            top += height + 6;
        }
        let mut left = MARGIN;
        let mut lefts = BTreeMap::new();
        for (depth, columns) in widest {
            lefts.insert(depth, left);
            left += columns * (BOX.0 + BESIDE) - BESIDE + GAP.0;
        }
        let width = left + MARGIN - GAP.0.min(left);
        let mut places = vec![(0, 0); rows.len()];
        // From left to right: what a box needs stands already, and draws it to its own height.
        let mut columns: Vec<_> = cells.into_iter().collect();
        columns.sort_by_key(|((stage, depth), _)| (*depth, *stage));
        for ((stage, depth), mut members) in columns {
            let pull = |at: &usize| {
                let needs = rows.get(*at).map_or(&[][..], |row| &row.needs);
                let heights = needs.iter().filter_map(|need| places.get(*need));
                let (sum, number) =
                    heights.fold((0_usize, 0_usize), |(sum, n), (_, y)| (sum + y, n + 1));
                sum.checked_div(number).unwrap_or_default()
            };
            members.sort_by_cached_key(|at| (pull(at), *at));
            let top = lanes.get(&stage).map_or(0, |(top, _)| *top) + LANE_TITLE;
            let left = lefts.get(&depth).copied().unwrap_or_default();
            for (place, at) in members.into_iter().enumerate() {
                let (column, line) = (place / STACK, place % STACK);
                if let Some(slot) = places.get_mut(at) {
                    *slot = (
                        left + column * (BOX.0 + BESIDE),
                        top + line * (BOX.1 + GAP.1),
                    );
                }
            }
        }
        Self {
            places,
            lanes: lanes
                .into_iter()
                .map(|(stage, (top, height))| (stage.title, top, height))
                .collect(),
            size: (width, top.max(1)),
            edges: edges(rows),
        }
    }

    /// From the right side of what is needed to the left side of what needs it.
    fn curve(&self, from: usize, to: usize) -> String {
        let place = |at: usize| self.places.get(at).copied().unwrap_or_default();
        let ((x1, y1), (x2, y2)) = (place(from), place(to));
        let (x1, y1, y2) = (x1 + BOX.0, y1 + BOX.1 / 2, y2 + BOX.1 / 2);
        let bend = (x2.saturating_sub(x1) / 2).min(90);
        format!(
            "M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}",
            x1 + bend,
            x2.saturating_sub(bend)
        )
    }
}

/// How many steps come one after the other before each.
fn depths(rows: &[Row<'_>]) -> Vec<usize> {
    let mut depths = vec![0; rows.len()];
    // As many rounds as the longest chain has links, and never more than there are rows.
    for _ in rows {
        let mut moved = false;
        for (at, row) in rows.iter().enumerate() {
            let below = row.needs.iter().filter_map(|need| depths.get(*need));
            let depth = below.max().map_or(0, |deepest| deepest + 1);
            if let Some(slot) = depths.get_mut(at).filter(|slot| **slot != depth) {
                *slot = depth;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    depths
}

/// What needs what, without what follows: if c needs b and b needs a, a line from a to c says nothing new.
fn edges(rows: &[Row<'_>]) -> Vec<(usize, usize)> {
    let mut edges = Vec::new();
    for (to, row) in rows.iter().enumerate() {
        let mut indirect = HashSet::new();
        let mut open: Vec<usize> = row.needs.clone();
        while let Some(need) = open.pop() {
            for &below in rows.get(need).map_or(&[][..], |row| &row.needs) {
                if indirect.insert(below) {
                    open.push(below);
                }
            }
        }
        let direct = row.needs.iter().filter(|need| !indirect.contains(need));
        edges.extend(direct.map(|&from| (from, to)));
    }
    edges
}
