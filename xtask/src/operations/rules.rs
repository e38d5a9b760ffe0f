//! What code, documentation and fixtures have to agree about.

use std::collections::BTreeMap;

use super::{
    Crate,
    code::Function,
    docs::Request,
    exceptions::{self, Exceptions},
    recorded,
};
use crate::tidy::Violation;

/// The generic verbs of `Resources`: what they send is recorded once per type, not once per verb.
pub(super) const GENERIC_VERBS: &str = "Resources";

/// What has no fixture or no refusal: the crate, and the operation or type.
#[derive(Default)]
struct Missing<'a> {
    fixture: Vec<(&'a str, String)>,
    error: Vec<(&'a str, String)>,
}

pub(super) fn check(crates: &[Crate], exceptions: &Exceptions) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut missing = Missing::default();
    for one in crates {
        found.extend(
            one.code
                .functions
                .iter()
                .flat_map(|function| documentation(one, function)),
        );
        found.extend(ids(one));
        found.extend(operations(one, exceptions, &mut missing));
        found.extend(types(one, exceptions, &mut missing));
    }
    found.extend(Exceptions::stale(
        &exceptions.without_fixture,
        "without-fixture",
        &missing.fixture,
    ));
    found.extend(Exceptions::stale(
        &exceptions.without_error,
        "without-error",
        &missing.error,
    ));
    found
}

fn at(function: &Function, message: impl Into<String>) -> Violation {
    Violation::new(&function.path, function.line, message)
}

/// What a method sends stands in its doc, can be read, and names a permission.
fn documentation(one: &Crate, function: &Function) -> Vec<Violation> {
    let mut found: Vec<_> = function
        .docs
        .unreadable
        .iter()
        .map(|line| {
            at(function, format!("`{line}` is not of the form ``Request: `POST /users`, operation `users.create`.``"))
        })
        .collect();
    let docs = &function.docs;
    let sends = !function.reach.operations.is_empty() || function.reach.generic;
    // A method that gives the request as a value sends nothing.
    let sends = sends && function.gives.as_deref() != Some("Request");
    if function.public && sends && docs.requests.is_empty() && docs.same_as.is_empty() {
        found.push(at(function, format!(
            "`{}` sends a request and its doc has no line ``Request: `…`, operation `…`.`` and no ``Request as [`…`](…).``",
            function.link()
        )));
    }
    if function.public && !docs.requests.is_empty() && docs.permission.is_none() {
        found.push(at(
            function,
            format!(
                "the doc of `{}` has no line `Permission: …`",
                function.link()
            ),
        ));
    }
    for link in &docs.same_as {
        let resolved = one.code.linked(function, link);
        if resolved.is_none_or(|other| other.docs.requests.is_empty()) {
            found.push(at(
                function,
                format!("`{link}` is no method of this crate whose doc has a line `Request: …`"),
            ));
        }
    }
    for request in &docs.requests {
        let sent = function.reach.operations.contains(&request.operation);
        let held = one.code.functions.iter().any(|other| {
            let names = &other.body.names;
            other.owner.is_some()
                && other.owner == function.owner
                && names.iter().any(|(name, _)| *name == request.operation)
        });
        if !sent && !held && !function.reach.generic {
            found.push(at(
                function,
                format!(
                    "`{}` does not send `{}`",
                    function.link(),
                    request.operation
                ),
            ));
        }
    }
    found
}

/// Every id is documented, by one method.
fn ids(one: &Crate) -> Vec<Violation> {
    let mut documented: BTreeMap<&str, Vec<&Function>> = BTreeMap::new();
    for function in one.code.documented() {
        for request in &function.docs.requests {
            let by = documented.entry(&request.operation).or_default();
            if !by.iter().any(|other| std::ptr::eq(*other, function)) {
                by.push(function);
            }
        }
    }
    let undocumented = one
        .code
        .ids
        .iter()
        .filter(|id| !documented.contains_key(id.operation.as_str()))
        .map(|id| {
            Violation::new(
                &id.path,
                id.line,
                format!(
                    "no public method's doc has a line `Request: …` for the operation `{}`",
                    id.operation
                ),
            )
        });
    let twice = documented.iter().filter_map(|(operation, by)| match &by[..] {
        [first, others @ ..] if !others.is_empty() => {
            let names: Vec<_> = others.iter().map(|other| other.link()).collect();
            Some(at(first, format!("the operation `{operation}` is documented here and by {}: let one of them say ``Request as [`…`](…).``", names.join(", "))))
        }
        _ => None,
    });
    undocumented.chain(twice).collect()
}

/// Every operation is recorded as it is documented, once answered and once refused.
fn operations<'a>(
    one: &'a Crate,
    exceptions: &Exceptions,
    missing: &mut Missing<'a>,
) -> Vec<Violation> {
    let mut found = Vec::new();
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
    let mut requests: BTreeMap<&str, (&Function, Vec<&Request>)> = BTreeMap::new();
    for function in one.code.documented() {
        if function.owner.as_deref() == Some(GENERIC_VERBS) {
            continue;
        }
        for request in &function.docs.requests {
            requests
                .entry(&request.operation)
                .or_insert((function, Vec::new()))
                .1
                .push(request);
        }
    }
    for (operation, (function, documented)) in requests {
        let fixtures = one.recorded.of(operation, &all);
        let documents = |exchange: &&recorded::Exchange| {
            documented
                .iter()
                .any(|request| recorded::is(exchange, &request.method, &request.path))
        };
        for fixture in &fixtures {
            if !fixture
                .exchanges
                .iter()
                .any(|exchange| documents(&exchange))
            {
                let has = fixture
                    .exchanges
                    .first()
                    .map(|first| format!("{} {}", first.method, first.path));
                let says: Vec<_> = documented
                    .iter()
                    .map(|request| format!("{} {}", request.method, request.path))
                    .collect();
                found.push(Violation::new(
                    &fixture.path,
                    0,
                    format!(
                        "it holds `{}`, and `{}` documents `{}`",
                        has.unwrap_or_default(),
                        function.link(),
                        says.join("`, `")
                    ),
                ));
            }
        }
        let held = |request: &&&Request| {
            let exchanges = fixtures.iter().flat_map(|fixture| &fixture.exchanges);
            exchanges
                .into_iter()
                .any(|exchange| recorded::is(exchange, &request.method, &request.path))
        };
        if documented.iter().any(|request| held(&request)) {
            let missing = documented
                .iter()
                .filter(|request| !held(request))
                .map(|request| {
                    at(
                        function,
                        format!(
                            "no fixture of `{operation}` holds `{} {}`",
                            request.method, request.path
                        ),
                    )
                });
            found.extend(missing);
        }
        let statuses: Vec<_> = fixtures
            .iter()
            .flat_map(|fixture| fixture.exchanges.iter().filter(documents))
            .map(|exchange| exchange.status)
            .collect();
        let what = format!("the operation `{operation}`");
        let whence = (function.path.as_str(), function.line);
        found.extend(judge(
            one.name, operation, &what, whence, &statuses, exceptions, missing,
        ));
    }
    found
}

/// Every type is recorded, once answered and once refused.
fn types<'a>(one: &'a Crate, exceptions: &Exceptions, missing: &mut Missing<'a>) -> Vec<Violation> {
    let mut found = Vec::new();
    for kind in &one.code.types {
        let statuses: Vec<_> = one
            .recorded
            .fixtures
            .iter()
            .flat_map(|fixture| &fixture.exchanges)
            .filter(|exchange| {
                recorded::verb(exchange)
                    .is_some_and(|(name, _)| name.eq_ignore_ascii_case(&kind.type_name))
            })
            .map(|exchange| exchange.status)
            .collect();
        let what = format!("the type `{}`", kind.type_name);
        let whence = (kind.path.as_str(), kind.line);
        found.extend(judge(
            one.name,
            &kind.type_name,
            &what,
            whence,
            &statuses,
            exceptions,
            missing,
        ));
    }
    found
}

fn judge<'a>(
    package: &'a str,
    name: &str,
    what: &str,
    (path, line): (&str, usize),
    statuses: &[u16],
    exceptions: &Exceptions,
    missing: &mut Missing<'a>,
) -> Option<Violation> {
    if !statuses.iter().any(|status| *status < 400) {
        missing.fixture.push((package, name.to_owned()));
        return (!exceptions::has(&exceptions.without_fixture, package, name)).then(|| {
            Violation::new(
                path,
                line,
                format!("no fixture holds {what} with an answer: record one"),
            )
        });
    }
    if !statuses.iter().any(|status| *status >= 400) {
        missing.error.push((package, name.to_owned()));
        return (!exceptions::has(&exceptions.without_error, package, name)).then(|| {
            Violation::new(path, line, format!(
                "no fixture holds {what} with the service's refusal: record the one that matters most"
            ))
        });
    }
    None
}
