//! `cargo xtask operations`: the tables of operations in the READMEs, drawn from the code, and whether code, documentation and
//! fixtures say the same.
//!
//! A public method that sends a request has in its doc a line ``Request: `POST /users`, operation `users.create`.`` and a line
//! ``Permission: …``. A second method that sends the same says ``Request as [`get`](Self::get).`` instead.

mod code;
mod docs;
mod exceptions;
mod recorded;
mod rules;
mod send;
mod table;

#[cfg(test)]
mod tests;

use crate::{Outcome, root, tidy::Violation, tree::Tree};
use exceptions::Exceptions;
use recorded::Recorded;

/// The crates whose READMEs have a table.
pub const CRATES: [&str; 5] = [
    "rhc-graph",
    "rhc-arm",
    "rhc-external-id",
    "rhc-containerapps",
    "rhc-sql-identity",
];

/// Where what is excepted stands, with its reason.
pub const EXCEPTIONS: &str = "xtask/operations.toml";

/// What one crate has to say about its operations.
struct Crate {
    name: &'static str,
    code: code::Code,
    recorded: Recorded,
}

fn crates(tree: &Tree) -> (Vec<Crate>, Vec<Violation>) {
    let mut found = Vec::new();
    let crates = CRATES
        .into_iter()
        .map(|name| {
            let (code, unread) = code::Code::read(tree, name);
            found.extend(unread);
            let (recorded, unread) = Recorded::read(tree, name);
            found.extend(unread);
            Crate {
                name,
                code,
                recorded,
            }
        })
        .collect();
    (crates, found)
}

/// Whatever code, documentation, fixtures and READMEs do not agree about.
#[must_use]
pub fn check(tree: &Tree) -> Vec<Violation> {
    // A tree without the crates is that of another check's test.
    if !CRATES.iter().any(|name| tree.exists(name)) {
        return Vec::new();
    }
    let (crates, mut found) = crates(tree);
    match Exceptions::read(tree) {
        Ok(exceptions) => found.extend(rules::check(&crates, &exceptions)),
        Err(violation) => found.push(violation),
    }
    for one in &crates {
        match table::in_readme(tree, one) {
            Ok((path, now, wanted)) if now != wanted => found.push(Violation::new(
                &path,
                line_of_difference(&now, &wanted),
                "the table of operations is not what the code says: run `cargo xtask operations --write`",
            )),
            Ok(_) => {}
            Err(violation) => found.push(violation),
        }
    }
    found.sort();
    found.dedup();
    found
}

/// A request as the doc of a public method has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Documented {
    /// The crate.
    pub package: &'static str,
    /// The method, as it is written in a link.
    pub link: String,
    /// Where it stands.
    pub place: String,
    /// The request's method, in capitals.
    pub method: String,
    /// The request's path.
    pub path: String,
    /// The permission, in words.
    pub permission: String,
}

/// Every documented request of the crates. What cannot be read is what [`check`] says.
#[must_use]
pub fn documented(tree: &Tree) -> Vec<Documented> {
    let mut found = Vec::new();
    for one in &crates(tree).0 {
        for function in one.code.documented() {
            let permission = table::permission(&one.code, function).unwrap_or_default();
            found.extend(function.docs.requests.iter().map(|request| Documented {
                package: one.name,
                link: function.link(),
                place: format!("{}:{}", function.path, function.line),
                method: request.method.clone(),
                path: request.path.clone(),
                permission: permission.clone(),
            }));
        }
    }
    found
}

fn line_of_difference(now: &str, wanted: &str) -> usize {
    let same = now.lines().zip(wanted.lines()).take_while(|(a, b)| a == b);
    same.count() + 1
}

/// `cargo xtask operations`: writes the tables anew if told so, then checks.
///
/// # Errors
/// The tree cannot be read or written, or something does not agree.
pub fn command(write: bool) -> Outcome {
    let read = || Tree::read(&root()).map_err(|error| error.to_string());
    let mut tree = read()?;
    if write {
        for one in &crates(&tree).0 {
            let (path, now, wanted) =
                table::in_readme(&tree, one).map_err(|violation| violation.to_string())?;
            if now != wanted {
                std::fs::write(root().join(&path), wanted)
                    .map_err(|error| format!("{path}: {error}"))?;
                println!("wrote {path}");
            }
        }
        tree = read()?;
    }
    let found = check(&tree);
    for violation in &found {
        println!("{violation}");
    }
    match found.len() {
        0 => {
            let crates = crates(&tree).0;
            let methods: usize = crates.iter().map(|one| one.code.documented().count()).sum();
            let types: usize = crates.iter().map(|one| one.code.types.len()).sum();
            println!("operations: {methods} methods and {types} resource types agree");
            Ok(())
        }
        count => Err(format!("operations: {count} to mend")),
    }
}
