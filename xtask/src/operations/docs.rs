//! What a doc comment says about requests and permissions.

/// One `Request:` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// In capitals.
    pub(super) method: String,
    /// With `{…}` for what differs; `…` at the start for any scope.
    pub(super) path: String,
    /// The id of the operation.
    pub(super) operation: String,
}

/// What a method's doc says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Docs {
    /// The first sentence.
    pub(super) summary: String,
    /// What it sends by itself.
    pub(super) requests: Vec<Request>,
    /// The names behind ``Request as [`…`]``: what it sends is documented there.
    pub(super) same_as: Vec<String>,
    /// The paragraph after `Permission:`.
    pub(super) permission: Option<String>,
    /// The paragraph after `Role:`.
    pub(super) role: Option<String>,
    /// Lines that begin like a request and cannot be read.
    pub(super) unreadable: Vec<String>,
}

/// What begins a line of its own.
const LABELS: [&str; 8] = [
    "Request",
    "Permission",
    "Role",
    "Page",
    "Source",
    "Unverified",
    "#",
    "```",
];

impl Docs {
    pub(super) fn of(lines: &[String]) -> Self {
        let mut docs = Self {
            summary: summary(lines),
            ..Self::default()
        };
        for paragraph in paragraphs(lines) {
            if let Some(text) = paragraph.strip_prefix("Request: ") {
                match request(text) {
                    Some(request) => docs.requests.push(request),
                    None => docs.unreadable.push(paragraph.clone()),
                }
            } else if paragraph.starts_with("Request") {
                let names = links(&paragraph);
                if names.is_empty() {
                    docs.unreadable.push(paragraph.clone());
                }
                docs.same_as.extend(names);
            } else if let Some(text) = paragraph.strip_prefix("Permission: ") {
                docs.permission
                    .get_or_insert(text.trim_end_matches('.').to_owned());
            } else if let Some(text) = paragraph.strip_prefix("Role: ") {
                docs.role
                    .get_or_insert(text.trim_end_matches('.').to_owned());
            }
        }
        docs
    }
}

fn summary(lines: &[String]) -> String {
    let text: Vec<_> = lines
        .iter()
        .map(|line| line.trim())
        .take_while(|line| !line.is_empty())
        .collect();
    let text = text.join(" ");
    match text.find(". ") {
        Some(end) => text[..end].to_owned(),
        None => text.trim_end_matches('.').to_owned(),
    }
}

/// Lines joined until the next blank one or the next label.
fn paragraphs(lines: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open = false;
    for line in lines.iter().map(|line| line.trim()) {
        let starts = LABELS.iter().any(|label| line.starts_with(label));
        if line.is_empty() {
            open = false;
        } else if let Some(last) = found.last_mut().filter(|_| open && !starts) {
            last.push(' ');
            last.push_str(line);
        } else {
            found.push(line.to_owned());
            open = true;
        }
    }
    found
}

/// `` `POST /users`, operation `users.create` ``, and whatever else is said after it.
fn request(text: &str) -> Option<Request> {
    let mut parts = text.split('`');
    parts.next().filter(|before| before.is_empty())?;
    let (method, path) = parts.next()?.split_once(' ')?;
    parts.next().filter(|between| *between == ", operation ")?;
    let operation = parts.next()?;
    parts.next()?;
    let known = ["GET", "PUT", "POST", "PATCH", "DELETE"].contains(&method);
    let rooted = path.starts_with('/') || path.starts_with("…/");
    let named = !operation.is_empty() && !operation.contains(char::is_whitespace);
    (known && rooted && named).then(|| Request {
        method: method.to_owned(),
        path: path.to_owned(),
        operation: operation.to_owned(),
    })
}

/// The names of the methods that are linked to: ``[`get`](Self::get)`` is `Self::get`, ``[`Other::get`]`` is itself.
fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("[`") {
        rest = &rest[start + 2..];
        let Some(end) = rest.find("`]") else { break };
        let shown = &rest[..end];
        rest = &rest[end + 2..];
        let target = rest
            .strip_prefix('(')
            .and_then(|target| target.split_once(')'))
            .map_or(shown, |(target, _)| target);
        found.push(target.to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn docs(text: &str) -> Docs {
        Docs::of(&text.lines().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_request_and_a_permission_are_read_over_several_lines() {
        let docs = docs(
            "Creates one. Really.\n\nRequest: `POST /users`, operation `users.create`.\nPermission: `A`;\n`B` for more.\nPage: [x](y).\n\n# Errors\n400.",
        );
        assert_eq!(docs.summary, "Creates one");
        let wanted = Request {
            method: "POST".into(),
            path: "/users".into(),
            operation: "users.create".into(),
        };
        assert_eq!(docs.requests, [wanted]);
        assert_eq!(docs.permission.as_deref(), Some("`A`; `B` for more"));
    }

    #[test]
    fn what_is_sent_as_elsewhere_is_a_link() {
        assert_eq!(
            docs("Request, permission and page as [`get`](Self::get).").same_as,
            ["Self::get"]
        );
        assert_eq!(
            docs("Requests: those of [`Others::list`] and [`x`](Self::x).").same_as,
            ["Others::list", "Self::x"]
        );
    }

    #[test]
    fn a_line_that_cannot_be_read_is_kept() {
        for bad in [
            "Request: POST /users",
            "Request: `POST users`, operation `users.create`.",
            "Request: `FETCH /users`, operation `users.create`.",
            "Request: `GET /users`.",
            "Request: `GET /users`, operation ``.",
            "Requests are many.",
        ] {
            assert_eq!(docs(bad).unreadable, [bad], "{bad}");
        }
    }
}
