//! Permissions of Microsoft Graph: the fewest that are enough.

use std::collections::BTreeSet;

use super::TenantNeeds;
use crate::connection::{Sent, What};
use crate::engine::Key;
use crate::runbook::Recording;

/// One of these is needed, by these steps.
type Choice<'r> = (&'static [&'static str], BTreeSet<&'r Key>);

pub(super) fn collect(recording: &Recording, sent: &[&Sent], needs: &mut TenantNeeds) {
    let mut choices: Vec<Choice<'_>> = Vec::new();
    for one in sent {
        let What::Http { method, url, .. } = &one.what else {
            continue;
        };
        if url.host_str() != Some("graph.microsoft.com") {
            continue;
        }
        let path = url
            .path()
            .strip_prefix("/v1.0")
            .unwrap_or_else(|| url.path());
        let Some(lists) = recording.graph_needs(method, path) else {
            needs.unknown.insert(format!("{method} {path}"));
            continue;
        };
        for list in lists {
            match choices.iter_mut().find(|(known, _)| known == list) {
                Some((_, steps)) => drop(steps.insert(&one.step)),
                None => choices.push((list, BTreeSet::from([&one.step]))),
            }
        }
    }
    let lists = choices.iter().map(|(list, _)| *list);
    needs.graph_choices.extend(lists);
    for permission in fewest(&choices) {
        let by: BTreeSet<_> = choices
            .iter()
            .filter(|(list, _)| list.contains(&permission))
            .flat_map(|(_, steps)| steps)
            .collect();
        needs.graph.insert(permission.to_owned(), by.len());
    }
}

/// What cannot be chosen, then the first of the lightest of each list, and without those that others make needless.
fn fewest(choices: &[Choice<'_>]) -> BTreeSet<&'static str> {
    let mut chosen: BTreeSet<&'static str> = BTreeSet::new();
    for (list, _) in choices.iter().filter(|(list, _)| list.len() == 1) {
        chosen.extend(list.iter());
    }
    for (list, _) in choices {
        if !list.iter().any(|one| chosen.contains(one)) {
            chosen.extend(list.iter().min_by_key(|one| weight(one)));
        }
    }
    let weigh = |one: &&'static str| (std::cmp::Reverse(weight(one)), *one);
    let by_weight: BTreeSet<_> = chosen.iter().map(weigh).collect();
    for (_, permission) in by_weight {
        let others = |list: &[&str]| {
            list.iter()
                .any(|one| *one != permission && chosen.contains(one))
        };
        if choices
            .iter()
            .all(|(list, _)| !list.contains(&permission) || others(list))
        {
            chosen.remove(permission);
        }
    }
    chosen
}

/// The whole directory weighs more than writing one kind of thing, and that more than reading.
fn weight(permission: &str) -> u8 {
    match permission {
        whole if whole.starts_with("Directory.") => 2,
        writes if writes.contains("Write") => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_asked_for_that_something_else_gives() {
        let choice = |list: &'static [&'static str]| (list, BTreeSet::new());
        let read: &[&str] = &["A.Read", "A.ReadWrite"];
        assert_eq!(fewest(&[choice(read)]), BTreeSet::from(["A.Read"]));
        let both = [
            choice(read),
            choice(&["A.ReadWrite"]),
            choice(&["B.Read", "B.ReadWrite"]),
        ];
        assert_eq!(fewest(&both), BTreeSet::from(["A.ReadWrite", "B.Read"]));
        assert!(fewest(&[]).is_empty());
    }
}
