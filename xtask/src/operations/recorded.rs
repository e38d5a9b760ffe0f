//! The fixtures of a crate: which requests they hold, and what was answered.

use serde::Deserialize;

use crate::{tidy::Violation, tree::Tree};

/// One request of a fixture.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) status: u16,
}

impl Exchange {
    /// Whether the service did what was asked.
    pub(super) fn is_answer(&self) -> bool {
        self.status < 400
    }
}

/// One fixture.
#[derive(Debug)]
pub(super) struct Fixture {
    pub(super) path: String,
    /// The file's name without its ending.
    pub(super) name: String,
    pub(super) exchanges: Vec<Exchange>,
}

#[derive(Debug, Default)]
pub(super) struct Recorded {
    pub(super) fixtures: Vec<Fixture>,
}

#[derive(Deserialize)]
struct File {
    exchanges: Vec<FileExchange>,
}

#[derive(Deserialize)]
struct FileExchange {
    request: FileRequest,
    response: FileResponse,
}

#[derive(Deserialize)]
struct FileRequest {
    method: String,
    path: String,
}

#[derive(Deserialize)]
struct FileResponse {
    status: u16,
}

impl Recorded {
    pub(super) fn read(tree: &Tree, name: &str) -> (Self, Vec<Violation>) {
        let (mut recorded, mut found) = (Self::default(), Vec::new());
        let folder = format!("{name}/tests/fixtures/");
        for (path, text) in tree.with_extension("json") {
            let Some(file) = path.strip_prefix(&folder) else {
                continue;
            };
            match serde_json::from_str::<File>(text) {
                Ok(read) => recorded.fixtures.push(Fixture {
                    path: path.to_owned(),
                    name: file.trim_end_matches(".json").to_owned(),
                    exchanges: read
                        .exchanges
                        .into_iter()
                        .map(|one| Exchange {
                            method: one.request.method,
                            path: one.request.path,
                            status: one.response.status,
                        })
                        .collect(),
                }),
                Err(error) => found.push(Violation::new(
                    path,
                    error.line(),
                    format!("it is no fixture: {error}"),
                )),
            }
        }
        // By name and not by file: `batch` before `batch.empty`.
        recorded.fixtures.sort_by(|a, b| a.name.cmp(&b.name));
        (recorded, found)
    }

    /// Whether a fixture is about a refusal: `apps.delete.busy`, where `apps.delete` is about the answer.
    pub(super) fn is_refusal(&self, fixture: &Fixture) -> bool {
        let answers = fixture.exchanges.iter().all(Exchange::is_answer);
        let whole = |own: &Fixture| {
            let rest = fixture.name.strip_prefix(own.name.as_str());
            rest.is_some_and(|rest| rest.starts_with('.'))
        };
        !answers && self.fixtures.iter().any(whole)
    }

    /// The fixtures of an operation: those that bear its id, alone or with something after it, unless a longer id among
    /// `all` is meant.
    pub(super) fn of<'a>(&'a self, operation: &str, all: &[&str]) -> Vec<&'a Fixture> {
        let bears = |name: &str, id: &str| {
            name.strip_prefix(id)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.fixtures
            .iter()
            .filter(|fixture| {
                let longest = all
                    .iter()
                    .filter(|id| bears(&fixture.name, id))
                    .max_by_key(|id| id.len());
                bears(&fixture.name, operation) && longest.is_none_or(|id| *id == operation)
            })
            .collect()
    }
}

/// Whether a recorded request is the documented one.
pub(super) fn is(exchange: &Exchange, method: &str, documented: &str) -> bool {
    exchange.method == method && path_is(&exchange.path, documented)
}

fn path_is(recorded: &str, documented: &str) -> bool {
    let recorded = recorded.strip_prefix("/v1.0").unwrap_or(recorded);
    let wanted: Vec<_> = documented
        .trim_start_matches('…')
        .split('/')
        .skip(1)
        .collect();
    let parts: Vec<_> = recorded.split('/').skip(1).collect();
    let parts = match documented.starts_with('…') {
        true => parts.get(parts.len().saturating_sub(wanted.len())..),
        false => Some(&parts[..]),
    };
    parts.is_some_and(|parts| parts_are(parts, &wanted))
}

fn parts_are(parts: &[&str], wanted: &[&str]) -> bool {
    match (parts, wanted) {
        ([], []) => true,
        ([part, parts @ ..], [first, rest @ ..]) => {
            // `/applications(appId='x')/owners` is another way to write `/applications/x/owners`.
            let keyed = || match (
                part.strip_suffix("')")
                    .and_then(|part| part.split_once('(')),
                rest,
            ) {
                (Some((all, key)), [second, rest @ ..]) => {
                    all == *first && segment_is(key, second) && parts_are(parts, rest)
                }
                _ => false,
            };
            segment_is(part, first) && parts_are(parts, rest) || keyed()
        }
        _ => false,
    }
}

/// `applications(uniqueName='{name}')` is any application by its name.
fn segment_is(part: &str, wanted: &str) -> bool {
    let mut rest = part;
    let mut pieces = wanted.split('{');
    let Some(after) = pieces.next().and_then(|first| rest.strip_prefix(first)) else {
        return false;
    };
    rest = after;
    let mut open = false;
    for piece in pieces {
        let literal = piece.split_once('}').map_or("", |(_, literal)| literal);
        open = literal.is_empty();
        if open {
            if rest.is_empty() {
                return false;
            }
            rest = "";
        } else {
            match rest.find(literal) {
                Some(at) if at > 0 => rest = &rest[at + literal.len()..],
                _ => return false,
            }
        }
    }
    open || rest.is_empty()
}

/// A verb of a resource type, as `Resources` names it, for a recorded request: the type and the verb.
pub(super) fn verb(exchange: &Exchange) -> Option<(String, String)> {
    let (_, rest) = match exchange.path.rsplit_once("/providers/") {
        Some(found) => found,
        None => {
            let parts: Vec<_> = exchange.path.split('/').skip(1).collect();
            let verb = match (&parts[..], exchange.method.as_str()) {
                (["subscriptions", _, "resourceGroups"], "GET") => "list",
                (["subscriptions", _, "resourceGroups", _], "GET") => "get",
                (["subscriptions", _, "resourceGroups", _], "PUT") => "put",
                (["subscriptions", _, "resourceGroups", _], "PATCH") => "update",
                (["subscriptions", _, "resourceGroups", _], "DELETE") => "delete",
                _ => return None,
            };
            return Some((
                "Microsoft.Resources/resourceGroups".to_owned(),
                verb.to_owned(),
            ));
        }
    };
    let parts: Vec<_> = rest.split('/').collect();
    let (namespace, parts) = parts.split_first()?;
    let whole = parts.len() % 2 == 0;
    let kinds: Vec<_> = parts.iter().copied().step_by(2).collect();
    let verb = match (exchange.method.as_str(), whole) {
        ("GET", true) => "get",
        ("GET", false) => "list",
        ("PUT", true) => "put",
        ("PATCH", true) => "update",
        ("DELETE", true) => "delete",
        ("POST", false) => {
            let (action, kinds) = kinds.split_last()?;
            return Some((
                format!("{namespace}/{}", kinds.join("/")),
                (*action).to_owned(),
            ));
        }
        _ => return None,
    };
    Some((format!("{namespace}/{}", kinds.join("/")), verb.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_compared_part_by_part() {
        for (recorded, documented) in [
            ("/v1.0/users/a@b", "/users/{id}"),
            (
                "/v1.0/applications(appId='x')/owners",
                "/applications/{id}/owners",
            ),
            (
                "/v1.0/applications(uniqueName='x')",
                "/applications(uniqueName='{uniqueName}')",
            ),
            (
                "/subscriptions/s/resourceGroups/g/providers/A/b/c/start",
                "…/b/{name}/start",
            ),
        ] {
            assert!(path_is(recorded, documented), "{recorded} {documented}");
        }
        for (recorded, documented) in [
            ("/v1.0/users", "/users/{id}"),
            ("/v1.0/users/", "/users/{id}"),
            ("/v1.0/groups/x", "/users/{id}"),
            ("/v1.0/users/x/y", "/users/{id}"),
            (
                "/v1.0/applications(appId='x')",
                "/applications(uniqueName='{uniqueName}')",
            ),
            ("/b", "…/a/{name}/b"),
        ] {
            assert!(!path_is(recorded, documented), "{recorded} {documented}");
        }
    }

    #[test]
    fn a_recorded_request_names_its_type_and_verb() {
        let verb = |method: &str, path: &str| {
            verb(&Exchange {
                method: method.into(),
                path: path.into(),
                status: 200,
            })
            .map(|(kind, verb)| format!("{verb} {kind}"))
        };
        let group = "/subscriptions/s/resourceGroups/g";
        assert_eq!(
            verb("PUT", group).as_deref(),
            Some("put Microsoft.Resources/resourceGroups")
        );
        assert_eq!(
            verb("POST", &format!("{group}/providers/A/b/c/start")).as_deref(),
            Some("start A/b")
        );
        assert_eq!(
            verb("GET", &format!("{group}/providers/A/b/c/providers/D/e")).as_deref(),
            Some("list D/e")
        );
        assert_eq!(verb("GET", "/subscriptions"), None);
    }
}
