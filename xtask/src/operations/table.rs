//! The table of a README, between its markers.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::{
    Crate,
    code::{Code, Function, ResourceKind},
    recorded,
    rules::GENERIC_VERBS,
};
use crate::{tidy::Violation, tree::Tree};

const START: &str = "<!-- operations: drawn by `cargo xtask operations --write` -->";
const END: &str = "<!-- end of operations -->";

/// The README's path, its text, and what it should be.
pub(super) fn in_readme(tree: &Tree, one: &Crate) -> Result<(String, String, String), Violation> {
    let path = format!("{}/README.md", one.name);
    let Some(now) = tree.text(&path) else {
        return Err(Violation::new(&path, 0, "it is not there"));
    };
    let parts = now.split_once(START).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let Some((before, after)) = parts else {
        return Err(Violation::new(
            &path,
            0,
            format!("it has no place for the table of operations: `{START}`, then `{END}`"),
        ));
    };
    let wanted = format!("{before}{START}\n{}{END}{after}", tables(one));
    Ok((path, now.to_owned(), wanted))
}

fn tables(one: &Crate) -> String {
    let mut out = String::new();
    let rows = rows(one);
    if !rows.is_empty() {
        out.push_str("\n| operation | request | permission | fixtures |\n|---|---|---|---|\n");
        out.push_str(&rows);
        out.push('\n');
    }
    if !one.code.types.is_empty() {
        if rows.is_empty() {
            out.push('\n');
        }
        out.push_str(
            "| type | version | role that writes it | verbs, by fixture |\n|---|---|---|---|\n",
        );
        for kind in &one.code.types {
            out.push_str(&type_row(one, kind));
        }
        out.push('\n');
    }
    out
}

/// One row per documented request, under a row per handle.
fn rows(one: &Crate) -> String {
    let mut out = String::new();
    let all: Vec<_> = one
        .code
        .documented()
        .flat_map(|function| {
            function
                .docs
                .requests
                .iter()
                .map(|request| request.operation.as_str())
        })
        .collect();
    let mut by_owner: Vec<(Option<&str>, Vec<&Function>)> = Vec::new();
    for function in one
        .code
        .documented()
        .filter(|function| !function.docs.requests.is_empty())
    {
        let owner = function.owner.as_deref();
        match by_owner.iter_mut().find(|(known, _)| *known == owner) {
            Some((_, functions)) => functions.push(function),
            None => by_owner.push((owner, vec![function])),
        }
    }
    let mut by_handle: Vec<_> = by_owner
        .into_iter()
        .map(|(owner, functions)| {
            (
                owner.map(|owner| handle(&one.code, owner)),
                owner,
                functions,
            )
        })
        .collect();
    by_handle.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    for (handle, owner, functions) in by_handle {
        if let Some(handle) = handle {
            let _ = writeln!(out, "| **{handle}** | | | |");
        }
        for function in functions {
            let permission = permission(&one.code, function).unwrap_or_default();
            for (at, request) in function.docs.requests.iter().enumerate() {
                let fixtures: Vec<_> = one
                    .recorded
                    .of(&request.operation, &all)
                    .iter()
                    .map(|fixture| format!("`{}`", fixture.name))
                    .collect();
                let (names, permission) = match at {
                    0 => (names(&one.code, function), permission.as_str()),
                    _ => (String::new(), ""),
                };
                let fixtures = match owner {
                    Some(GENERIC_VERBS) => "of each type".to_owned(),
                    _ => fixtures.join(", "),
                };
                let _ = writeln!(
                    out,
                    "| {names} | `{} {}` | {} | {fixtures} |",
                    request.method,
                    request.path,
                    cell(permission),
                );
            }
        }
    }
    out
}

/// The method, and those that send the same.
fn names(code: &Code, function: &Function) -> String {
    let same = code.documented().filter(|other| {
        other.docs.requests.is_empty()
            && other.docs.same_as.iter().any(|link| {
                code.linked(other, link)
                    .is_some_and(|linked| std::ptr::eq(linked, function))
            })
    });
    let mut out = format!("[`{}`]({})", function.name, function.link());
    for other in same {
        let shown = if other.owner == function.owner {
            other.name.clone()
        } else {
            other.link()
        };
        let _ = write!(out, ", [`{shown}`]({})", other.link());
    }
    out
}

/// How a user comes to a type: `groups().members(…)`. Without a way, the type itself.
fn handle(code: &Code, owner: &str) -> String {
    let mut calls = Vec::new();
    let mut link = None;
    let mut wanted = owner.to_owned();
    while let Some(function) = code.functions.iter().find(|function| {
        function.public
            && function.gives.as_ref() == Some(&wanted)
            && function
                .owner
                .as_ref()
                .is_some_and(|owner| *owner != wanted)
    }) {
        let arguments = if function.parameters.is_empty() {
            ""
        } else {
            "…"
        };
        calls.insert(0, format!("{}({arguments})", function.name));
        link.get_or_insert(function.link());
        wanted = function.owner.clone().unwrap_or_default();
        if calls.len() > 4 {
            break;
        }
    }
    match link {
        Some(link) => format!("[`{}`]({link})", calls.join(".")),
        None => format!("[`{owner}`]"),
    }
}

/// The permission in words, with ``as [`create`](Self::create)`` written out.
pub(super) fn permission(code: &Code, function: &Function) -> Option<String> {
    let text = function.docs.permission.clone()?;
    let Some((link, rest)) = text
        .strip_prefix("as [`")
        .and_then(|rest| rest.split_once("`]("))
        .and_then(|(_, rest)| rest.split_once(')'))
    else {
        let owner = function.owner.as_deref().unwrap_or_default();
        return Some(text.replace("](Self::", &format!("]({owner}::")));
    };
    let other = code
        .linked(function, link)
        .filter(|other| !std::ptr::eq(*other, function))?;
    Some(format!("{}{rest}", permission(code, other)?))
}

fn type_row(one: &Crate, kind: &ResourceKind) -> String {
    // Of several fixtures that hold a verb with its answer, one that is not about a refusal, is about the fewest types and has
    // most of this one. A verb that is only ever refused is in no fixture of its answer, and so not here.
    let mut verbs: BTreeMap<String, (bool, usize, Reverse<usize>, &str)> = BTreeMap::new();
    for fixture in &one.recorded.fixtures {
        let held: Vec<_> = fixture
            .exchanges
            .iter()
            .filter_map(|exchange| Some((recorded::verb(exchange)?, exchange.is_answer())))
            .collect();
        let types: BTreeSet<_> = held.iter().map(|((kind, _), _)| kind).collect();
        let own: BTreeSet<_> = held
            .iter()
            .filter(|((name, _), _)| name.eq_ignore_ascii_case(&kind.type_name))
            .map(|((_, verb), answered)| (*answered, verb))
            .collect();
        let distinct: BTreeSet<_> = own.iter().map(|(_, verb)| verb).collect();
        let this = (
            one.recorded.is_refusal(fixture),
            types.len(),
            Reverse(distinct.len()),
            fixture.name.as_str(),
        );
        for (_, verb) in own.iter().filter(|(answered, _)| *answered) {
            let best = verbs.entry((*verb).clone()).or_insert(this);
            *best = (*best).min(this);
        }
    }
    const ORDER: [&str; 5] = ["get", "list", "put", "update", "delete"];
    let mut by_fixture: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut ordered: Vec<_> = verbs.into_iter().collect();
    ordered.sort_by_key(|(verb, _)| {
        (
            ORDER
                .iter()
                .position(|known| known == verb)
                .unwrap_or(ORDER.len()),
            verb.clone(),
        )
    });
    for (verb, (.., fixture)) in ordered {
        by_fixture.entry(fixture).or_default().push(verb);
    }
    let verbs: Vec<_> = by_fixture
        .iter()
        .map(|(fixture, verbs)| format!("{} (`{fixture}`)", verbs.join(", ")))
        .collect();
    format!(
        "| [`{}`]({}) | {} | {} | {} |\n",
        kind.type_name,
        link_to(kind),
        kind.api_version,
        cell(kind.docs.role.as_deref().unwrap_or("Contributor")),
        verbs.join("; "),
    )
}

/// rhc-arm's types have a module per provider; the siblings' lie at the root.
fn link_to(kind: &ResourceKind) -> String {
    match kind.path.split_once("/types/") {
        Some((_, rest)) => {
            let module = rest
                .split('/')
                .next()
                .unwrap_or(rest)
                .trim_end_matches(".rs");
            format!("types::{module}::{}", kind.name)
        }
        None => kind.name.clone(),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
