//! The permissions that Graph's fake asks for and our documents name, against Microsoft's list.

use std::collections::BTreeSet;

use rhc_graph::fake::Route;

use crate::{
    conformance::{
        check::Disagreement, exchange::says, read::permissions::Permissions, report::Report,
    },
    tree::Tree,
};

const FAKE: &str = "graph-permission";
const DOCUMENTS: &str = "documents";

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
