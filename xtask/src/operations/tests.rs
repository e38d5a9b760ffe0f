//! A crate of one client, in which everything agrees; then each rule broken.

use super::*;

const CLIENT: &str = r#"
pub struct GraphClient;
impl GraphClient {
    /// Users.
    pub fn users(&self) -> Users { Users }
}
pub struct Users;
impl Users {
    /// Reads one.
    ///
    /// Request: `GET /users/{id}`, operation `users.get`.
    /// Permission: `User.Read.All`.
    pub async fn get(&self, id: &str) -> Result<User> { self.send(one("users.get", Method::Get, id)).await }

    /// Reads one, if there is one.
    ///
    /// Request and permission as [`get`](Self::get).
    pub async fn get_opt(&self, id: &str) -> Result<User> { self.send(one("users.get", Method::Get, id)).await }

    /// Deletes one.
    ///
    /// Request: `DELETE /users/{id}`, operation `users.delete`.
    /// Permission: as [`get`](Self::get), and more.
    pub async fn delete(&self, id: &str) -> Result<()> {
        const OPERATION: &str = "users.delete";
        self.send(Request::new(OPERATION, Method::Delete, path(id))).await
    }

    /// The request of [`get`](Self::get), as a value.
    pub fn get_request(&self, id: &str) -> Request { one("users.get", Method::Get, id) }

    /// Whatever the caller built.
    pub async fn send(&self, request: Request) -> Result<()> { self.service.send(request).await }
}
fn one(operation: &'static str, method: Method, id: &str) -> Request {
    Request::new(operation, method, path(id))
}
#[cfg(test)]
mod tests {
    fn made_up() { Request::new("users.madeUp", Method::Get, path("x")); }
}
"#;

const KIND: &str = r#"
/// A thing.
///
/// Role: Thing Contributor.
pub enum Thing {}
impl ResourceType for Thing {
    const TYPE: &'static str = "A.B/things";
    const API_VERSION: &'static str = super::VERSION;
}
"#;

fn exchange(method: &str, path: &str, status: u16) -> String {
    format!(
        r#"{{"request": {{"method": "{method}", "path": "{path}"}}, "response": {{"status": {status}}}}}"#
    )
}

fn fixture(exchanges: &[String]) -> String {
    format!(r#"{{"exchanges": [{}]}}"#, exchanges.join(", "))
}

/// The files of the crates, by path.
struct Files(Vec<(String, String)>);

impl Files {
    fn good() -> Self {
        let user = "/v1.0/users/x";
        let thing = "/subscriptions/s/resourceGroups/g/providers/A.B/things/x";
        let fixtures = |name: &str, file: &str| format!("{name}/tests/fixtures/{file}.json");
        let mut files = vec![
            ("rhc-graph/src/client.rs".to_owned(), CLIENT.to_owned()),
            (fixtures("rhc-graph", "users.get"), fixture(&[exchange("GET", user, 200)])),
            (fixtures("rhc-graph", "users.get.not_found"), fixture(&[exchange("GET", user, 404)])),
            (fixtures("rhc-graph", "users.delete"), fixture(&[exchange("DELETE", user, 204)])),
            ("rhc-arm/src/types/mod.rs".to_owned(), "const VERSION: &str = \"2025-01-01\";".to_owned()),
            ("rhc-arm/src/types/things.rs".to_owned(), KIND.to_owned()),
            (
                fixtures("rhc-arm", "things"),
                fixture(&[exchange("PUT", thing, 201), exchange("GET", thing, 404)]),
            ),
            (
                EXCEPTIONS.to_owned(),
                "[[without-error]]\ncrate = \"rhc-graph\"\nreason = \"It cannot fail.\"\nof = [\"users.delete\"]".to_owned(),
            ),
        ];
        for name in CRATES {
            let markers = "# It\n\n<!-- operations: drawn by `cargo xtask operations --write` -->\n<!-- end of operations -->\n\nThe end.\n";
            files.push((format!("{name}/README.md"), markers.to_owned()));
        }
        let mut files = Self(files);
        files.draw();
        files
    }

    fn tree(&self) -> Tree {
        Tree::from_files(
            self.0
                .iter()
                .map(|(path, text)| (path.as_str(), text.as_str())),
        )
    }

    /// As `--write` does.
    fn draw(&mut self) {
        let tree = self.tree();
        for one in &crates(&tree).0 {
            let (path, _, wanted) = table::in_readme(&tree, one).unwrap();
            self.set(&path, wanted);
        }
    }

    fn set(&mut self, path: &str, text: String) {
        match self.0.iter_mut().find(|(known, _)| known == path) {
            Some((_, old)) => *old = text,
            None => self.0.push((path.to_owned(), text)),
        }
    }

    fn text(&self, path: &str) -> &str {
        &self.0.iter().find(|(known, _)| known == path).unwrap().1
    }

    /// With one text in a file replaced, and the tables drawn anew.
    fn with(mut self, path: &str, from: &str, to: &str) -> Vec<String> {
        let text = self.text(path);
        assert!(text.contains(from), "{path} has no {from}");
        let text = text.replacen(from, to, 1);
        self.set(path, text);
        self.draw();
        self.found()
    }

    fn without(mut self, path: &str) -> Vec<String> {
        self.0.retain(|(known, _)| known != path);
        self.draw();
        self.found()
    }

    fn found(&self) -> Vec<String> {
        check(&self.tree())
            .iter()
            .map(ToString::to_string)
            .collect()
    }
}

const SOURCE: &str = "rhc-graph/src/client.rs";

/// Exactly one violation, at this place and with these words.
#[track_caller]
fn one(found: &[String], place: &str, words: &str) {
    assert!(
        matches!(found, [one] if one.starts_with(place) && one.contains(words)),
        "wanted {place} … {words} in {found:#?}"
    );
}

#[test]
fn what_agrees_is_drawn_and_passes() {
    let files = Files::good();
    assert_eq!(files.found(), [""; 0]);
    let readme = files.text("rhc-graph/README.md");
    for row in [
        "| **[`users()`](GraphClient::users)** | | | |",
        "| [`get`](Users::get), [`get_opt`](Users::get_opt) | `GET /users/{id}` | `User.Read.All` | `users.get`, `users.get.not_found` |",
        "| [`delete`](Users::delete) | `DELETE /users/{id}` | `User.Read.All`, and more | `users.delete` |",
    ] {
        assert!(readme.contains(row), "{row} in {readme}");
    }
    assert!(
        readme.starts_with("# It\n") && readme.ends_with("\n\nThe end.\n"),
        "{readme}"
    );
    let readme = files.text("rhc-arm/README.md");
    let row = "| [`A.B/things`](types::things::Thing) | 2025-01-01 | Thing Contributor | put (`things`) |";
    assert!(readme.contains(row), "{row} in {readme}");
}

#[test]
fn a_verb_is_shown_by_the_fixture_of_its_answer() {
    let mut files = Files::good();
    let thing = "/subscriptions/s/resourceGroups/g/providers/A.B/things/x";
    let fixtures = |file: &str| format!("rhc-arm/tests/fixtures/{file}.json");
    let deleted = [exchange("DELETE", thing, 204)];
    // It has more of the type, and its name comes first.
    let busy = [
        exchange("PUT", thing, 201),
        exchange("PATCH", thing, 200),
        exchange("DELETE", thing, 409),
    ];
    let refused = [exchange("GET", thing, 404)];
    for (file, exchanges) in [
        ("things.delete", &deleted[..]),
        ("things.delete.busy", &busy[..]),
        ("things.get.missing", &refused[..]),
    ] {
        files.0.push((fixtures(file), fixture(exchanges)));
    }
    files.draw();
    let readme = files.tree().text("rhc-arm/README.md").unwrap().to_owned();
    assert!(
        readme.contains(
            "| put (`things`); delete (`things.delete`); update (`things.delete.busy`) |"
        ),
        "{readme}"
    );
}

#[test]
fn a_table_that_is_not_drawn_is_seen() {
    let mut files = Files::good();
    let readme = files
        .text("rhc-graph/README.md")
        .replace("User.Read.All", "User.Write.All");
    files.set("rhc-graph/README.md", readme);
    one(
        &files.found(),
        "rhc-graph/README.md:8",
        "cargo xtask operations --write",
    );
    files.set("rhc-graph/README.md", "# It\n".to_owned());
    one(
        &files.found(),
        "rhc-graph/README.md",
        "no place for the table",
    );
}

#[test]
fn a_method_without_its_request_is_seen() {
    let found = Files::good().with(
        SOURCE,
        "    /// Request and permission as [`get`](Self::get).\n",
        "",
    );
    one(
        &found,
        SOURCE,
        "`Users::get_opt` sends a request and its doc has no line",
    );
}

#[test]
fn an_operation_that_nobody_documents_is_seen() {
    let found = Files::good().with(
        SOURCE,
        "self.send(one(\"users.get\", Method::Get, id)).await }\n\n    /// Deletes",
        "self.send(one(\"users.look\", Method::Get, id)).await }\n\n    /// Deletes",
    );
    one(&found, SOURCE, "for the operation `users.look`");
}

#[test]
fn an_operation_that_nobody_sends_is_seen() {
    let found = Files::good().with(
        SOURCE,
        "const OPERATION: &str = \"users.delete\"",
        "const OPERATION: &str = \"users.get\"",
    );
    one(
        &found,
        SOURCE,
        "`Users::delete` does not send `users.delete`",
    );
}

#[test]
fn ids_that_a_handle_holds_are_its_own() {
    let get = "one(\"users.get\", Method::Get, id)";
    let holds = "pub struct Users;\nimpl Users {\n    fn new() -> Self { let names = [\"users.get\"]; Self::of(LinkNames { get: \"users.look\" }) }";
    let mut files = Files::good();
    let text = files
        .text(SOURCE)
        .replace("pub struct Users;\nimpl Users {", holds);
    let text = text.replace(get, "Request::new(self.names.get, Method::Get, path(id))");
    files.set(SOURCE, text.replace("users.look", "users.get"));
    assert_eq!(files.found(), [""; 0]);
    files.set(SOURCE, text);
    one(&files.found(), SOURCE, "for the operation `users.look`");
}

#[test]
fn an_operation_of_two_methods_is_seen() {
    let found = Files::good().with(
        SOURCE,
        "    /// Request and permission as [`get`](Self::get).",
        "    /// Request: `GET /users/{id}`, operation `users.get`.\n    /// Permission: none.",
    );
    one(&found, SOURCE, "documented here and by Users::get_opt");
}

#[test]
fn a_request_that_cannot_be_read_and_a_link_to_nothing_are_seen() {
    let found = Files::good().with(
        SOURCE,
        "Request and permission as [`get`](Self::get)",
        "Request and permission as [`look`](Self::look)",
    );
    one(&found, SOURCE, "`Self::look` is no method of this crate");
    let found = Files::good().with(
        SOURCE,
        "Request: `DELETE /users/{id}`, operation `users.delete`.",
        "Request: `DELETE /users/{id}`.",
    );
    assert!(
        found.iter().any(|line| line.contains("is not of the form")),
        "{found:#?}"
    );
}

#[test]
fn a_request_without_permission_is_seen() {
    let found = Files::good().with(
        SOURCE,
        "    /// Permission: as [`get`](Self::get), and more.\n",
        "",
    );
    one(
        &found,
        SOURCE,
        "the doc of `Users::delete` has no line `Permission: …`",
    );
}

#[test]
fn a_fixture_of_another_request_is_seen() {
    let file = "rhc-graph/tests/fixtures/users.get.not_found.json";
    let found = Files::good().with(file, "/v1.0/users/x", "/v1.0/groups/x");
    let says = "it holds `GET /v1.0/groups/x`, and `Users::get` documents `GET /users/{id}`";
    assert!(
        found
            .iter()
            .any(|line| line.starts_with(file) && line.contains(says)),
        "{found:#?}"
    );
    let found = Files::good().with(file, "GET", "PATCH");
    assert!(
        found.iter().any(|line| line.starts_with(file)),
        "{found:#?}"
    );
}

#[test]
fn each_request_of_an_operation_is_recorded() {
    let found = Files::good().with(
        SOURCE,
        "    /// Request: `DELETE /users/{id}`, operation `users.delete`.\n",
        "    /// Request: `DELETE /users/{id}`, operation `users.delete`.\n    /// Request: `DELETE /people/{id}`, operation `users.delete`.\n",
    );
    one(
        &found,
        SOURCE,
        "no fixture of `users.delete` holds `DELETE /people/{id}`",
    );
}

#[test]
fn an_operation_without_answer_or_refusal_is_seen() {
    let of = |name: &str| format!("rhc-graph/tests/fixtures/{name}.json");
    one(
        &Files::good().without(&of("users.get")),
        SOURCE,
        "no fixture holds the operation `users.get` with an answer",
    );
    one(
        &Files::good().without(&of("users.get.not_found")),
        SOURCE,
        "`users.get` with the service's refusal",
    );
    let things = "rhc-arm/tests/fixtures/things.json";
    one(
        &Files::good().with(things, "404", "200"),
        "rhc-arm/src/types/things.rs:6",
        "the type `A.B/things` with the service's refusal",
    );
    one(
        &Files::good().without(things),
        "rhc-arm/src/types/things.rs:6",
        "the type `A.B/things` with an answer",
    );
}

#[test]
fn an_exception_that_nothing_needs_is_seen() {
    let file = "rhc-graph/tests/fixtures/users.delete.json";
    one(
        &Files::good().with(
            file,
            "204}}]",
            &format!("204}}}}, {}]", exchange("DELETE", "/v1.0/users/y", 404)),
        ),
        EXCEPTIONS,
        "`users.delete` of rhc-graph needs no entry",
    );
    one(
        &Files::good().with(
            EXCEPTIONS,
            "\"users.delete\"]",
            "\"users.delete\", \"users.gone\"]",
        ),
        EXCEPTIONS,
        "`users.gone` of rhc-graph needs no entry",
    );
    one(
        &Files::good().with(EXCEPTIONS, "It cannot fail.", " "),
        EXCEPTIONS,
        "has no reason",
    );
    one(
        &Files::good().with(EXCEPTIONS, "reason", "grund"),
        "xtask/operations.toml:3",
        "unknown field `grund`",
    );
    let found = Files::good().without(EXCEPTIONS);
    one(&found, EXCEPTIONS, "it is not there");
}

#[test]
fn what_cannot_be_read_names_its_place() {
    let found = Files::good().with(SOURCE, "pub struct Users;", "pub struct Users");
    assert!(
        found
            .iter()
            .any(|line| line.starts_with("rhc-graph/src/client.rs:") && line.contains("no Rust")),
        "{found:#?}"
    );
    let file = "rhc-graph/tests/fixtures/users.delete.json";
    let found = Files::good().with(file, "\"method\"", "\"verb\"");
    assert!(
        found
            .iter()
            .any(|line| line.starts_with(file) && line.contains("missing field `method`")),
        "{found:#?}"
    );
    let found = Files::good().with(
        SOURCE,
        "Request::new(OPERATION,",
        "Request::new(operation(),",
    );
    assert!(
        found
            .iter()
            .any(|line| line.contains("neither a literal nor a parameter")),
        "{found:#?}"
    );
    let kind = "rhc-arm/src/types/things.rs";
    let found = Files::good().with(kind, "super::VERSION", "version()");
    assert!(
        found
            .iter()
            .any(|line| line.starts_with(kind) && line.contains("are no literals")),
        "{found:#?}"
    );
    let found = Files::good().with(
        kind,
        "/// A thing.",
        "thing! { impl ResourceType for Other {} }\n/// A thing.",
    );
    one(&found, kind, "inside a macro");
}
