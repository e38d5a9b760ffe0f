//! The permissions that Graph's fake asks for and our documents name, against Microsoft's list.

use std::collections::{BTreeMap, BTreeSet};

use rhc_graph::fake::Route;

use crate::{
    conformance::{
        check::Disagreement, exchange::says, read::permissions::Permissions, report::Report,
    },
    operations::Documented,
    tree::Tree,
};

const FAKE: &str = "graph-permission";
const DOCUMENTS: &str = "documents";
const METHODS: &str = "method-permission";

/// Each permission that lets a caller of the fake in is one of that method and path.
pub fn fake(permissions: &Permissions, routes: &[Route], report: &mut Report) {
    for route in routes {
        let path = route.pattern.replace("{}", "key");
        let described = permissions.of(route.method, &path);
        let subject = route.pattern.split('/').nth(1).unwrap_or_default();
        let name = format!("{} {}", route.method, route.pattern);
        if described.is_empty() {
            report.skip(
                FAKE,
                name,
                "Microsoft's list of permissions does not have it",
            );
            continue;
        }
        let found: Vec<Disagreement> = route
            .needs
            .iter()
            .flat_map(|any| any.iter())
            .filter(|permission| !described.contains(**permission))
            .map(|permission| says("", format!("`{permission}` is not among its permissions")))
            .collect();
        report.case(FAKE, subject, name, found);
    }
}

/// Each permission that a method's doc names is enough for the request that the doc names, and each request has one.
///
/// A permission is written as ``Permission: `A` and `B`; for an application `C`; for some objects also `D`.``: what stands
/// between semicolons is enough by itself, but for a part with `also`, which comes on top.
pub fn methods(permissions: &Permissions, documented: &[Documented], report: &mut Report) {
    let mut by_method: BTreeMap<(&str, &str), Vec<&Documented>> = BTreeMap::new();
    for one in documented {
        // Whatever else we document is not Graph's.
        let graph = one.package == "rhc-graph" || one.path.starts_with("/identity/");
        if graph {
            by_method
                .entry((one.package, &one.link))
                .or_default()
                .push(one);
        }
    }
    for requests in by_method.into_values() {
        let described: Vec<_> = requests
            .iter()
            .filter(|one| {
                let known = !permissions.of(&one.method, &one.path).is_empty();
                if !known {
                    let name = format!("{} {}", one.method, one.path);
                    report.skip(
                        METHODS,
                        name,
                        "Microsoft's list of permissions does not have it",
                    );
                }
                known
            })
            .collect();
        let Some(first) = described.first() else {
            continue;
        };
        let ways = ways(&first.permission);
        let suffices = |one: &Documented, way: &BTreeSet<&str>| {
            permissions.suffice(&one.method, &one.path, way) == Some(true)
        };
        for one in &described {
            let enough = ways.iter().any(|way| suffices(one, way));
            let found = (!enough).then(|| {
                says(
                    "",
                    format!(
                        "none of what `{}` says is enough: {}",
                        one.link, one.permission
                    ),
                )
            });
            let subject = one.path.split(['/', '(']).nth(1).unwrap_or_default();
            report.case(
                METHODS,
                subject,
                format!("{} {}", one.method, one.path),
                found,
            );
        }
        let found = ways
            .iter()
            .filter(|way| !described.iter().any(|one| suffices(one, way)))
            .map(|way| {
                let names: Vec<_> = way.iter().map(|name| format!("`{name}`")).collect();
                says(
                    "",
                    format!("{} is not enough for what it sends", names.join(" and ")),
                )
            });
        report.case(METHODS, "methods", &first.link, found);
    }
}

/// The sets of permissions, each of which is said to be enough.
fn ways(permission: &str) -> Vec<BTreeSet<&str>> {
    permission
        .split(';')
        .flat_map(|part| part.split(", or "))
        .flat_map(|part| part.split(", for an application"))
        .filter(|part| !part.contains(" also "))
        .map(|part| {
            part.split('`')
                .skip(1)
                .step_by(2)
                .filter(|word| is_permission(word))
                .collect()
        })
        .filter(|way: &BTreeSet<&str>| !way.is_empty())
        .collect()
}

/// Each permission that a document or a doc comment names exists.
pub fn documents(permissions: &Permissions, tree: &Tree, report: &mut Report) {
    let ours = ["rhc-graph/", "rhc-external-id/"];
    for (path, text) in tree.files() {
        let read = path.ends_with(".md") || (path.ends_with(".rs") && path.contains("/src/"));
        if !read || !ours.iter().any(|beginning| path.starts_with(beginning)) {
            continue;
        }
        let named: BTreeSet<&str> = text
            .lines()
            .filter(|line| path.ends_with(".md") || line.trim_start().starts_with("//"))
            .flat_map(|line| line.split('`').skip(1).step_by(2))
            .filter(|word| is_permission(word))
            .collect();
        for permission in named {
            let known = permissions.names.contains(permission);
            let found = (!known).then(|| {
                says(
                    "",
                    format!("{path} names it, and there is no such permission"),
                )
            });
            report.case(DOCUMENTS, "permissions", permission, found);
        }
    }
}

/// `Group.ReadWrite.All`, and not `Microsoft.KeyVault` or `Error::code`.
fn is_permission(word: &str) -> bool {
    let mut parts = word.split('.');
    let resource = parts.next().unwrap_or_default();
    let verb = parts.next().unwrap_or_default();
    let verbs = [
        "Read",
        "ReadWrite",
        "ReadBasic",
        "Create",
        "Invite",
        "Manage",
        "DeleteRestore",
        "RevokeSessions",
        "EnableDisableAccount",
    ];
    let is_word = |part: &str| {
        part.starts_with(char::is_uppercase)
            && part
                .chars()
                .all(|letter| letter.is_alphanumeric() || letter == '-')
    };
    is_word(resource) && verbs.contains(&verb) && parts.all(is_word)
}
