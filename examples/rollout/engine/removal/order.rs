//! The opposite order: nothing is deleted before what needs it.

use std::collections::BTreeSet;

use super::super::graph::Graph;

/// For each thing that is deleted what must be deleted first. `carrier` says with which of them a thing goes that is not
/// deleted by itself; `deleted` tells those that are. What `said` says of two counts before all else.
pub(super) fn opposite(
    graph: &Graph,
    deleted: &[bool],
    said: &[(usize, usize)],
    carrier: impl Fn(usize) -> Option<usize>,
) -> Vec<BTreeSet<usize>> {
    let is_deleted = |at: usize| deleted.get(at).copied().unwrap_or_default();
    let mut first: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); deleted.len()];
    for &(at, before) in said {
        if is_deleted(at)
            && is_deleted(before)
            && let Some(set) = first.get_mut(at)
        {
            set.insert(before);
        }
    }
    let mut carried = Vec::new();
    for at in (0..deleted.len()).filter(|at| is_deleted(*at)) {
        for dependent in graph.all_needed_by(at) {
            if is_deleted(dependent) {
                if !(said.iter().any(|(other, _)| *other == dependent)
                    && leads_to(&first, dependent, at))
                    && let Some(set) = first.get_mut(at)
                {
                    set.insert(dependent);
                }
            } else if let Some(with) = carrier(dependent).filter(|with| *with != at) {
                carried.push((at, with));
            }
        }
    }
    // What is part of two things that need each other would close a circle: then whichever is deleted first takes it along.
    for (at, with) in carried {
        if !leads_to(&first, with, at)
            && let Some(set) = first.get_mut(at)
        {
            set.insert(with);
        }
    }
    first
}

/// Whether one must be deleted after the other, directly or not.
fn leads_to(first: &[BTreeSet<usize>], from: usize, to: usize) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(next) = open.pop() {
        if next == to {
            return true;
        }
        if seen.insert(next) {
            open.extend(first.get(next).into_iter().flatten());
        }
    }
    false
}
