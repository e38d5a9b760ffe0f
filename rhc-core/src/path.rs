//! Request paths from validated segments.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::fmt;

/// What stays as it is inside a path segment (RFC 3986 `pchar`, less what could end the segment).
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'%')
    .add(b'/')
    .add(b'\\')
    .add(b'^')
    .add(b'|')
    .add(b'[')
    .add(b']');

/// An absolute request path that no name can climb out of.
///
/// Values that come from outside go through [`segment`](Path::segment) or [`key`](Path::key).
/// A value that would change the path's shape (empty, `.`, `..`, a slash, a control character, `%`) is refused;
/// the refusal is kept and reported as an [`Error`](crate::Error) when the request is sent, so that paths read as one chain.
///
/// ```
/// use rhc_core::Path;
/// let path = Path::new("/v1.0/applications").key("uniqueName", "rhc's app");
/// assert_eq!(path.as_str(), "/v1.0/applications(uniqueName='rhc''s%20app')");
/// assert!(Path::new("/v1.0/users").segment("..").problem().is_some());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Path {
    encoded: String,
    problem: Option<String>,
}

impl Path {
    /// Starts from a fixed part, written in the source code and taken as it is.
    pub fn new(fixed: &'static str) -> Self {
        Self {
            encoded: fixed.to_owned(),
            problem: None,
        }
    }

    /// Appends a fixed part such as `/providers/Microsoft.App`.
    #[must_use]
    pub fn fixed(mut self, fixed: &'static str) -> Self {
        self.encoded.push_str(fixed);
        self
    }

    /// Appends one segment.
    #[must_use]
    pub fn segment(mut self, value: impl AsRef<str>) -> Self {
        let value = value.as_ref();
        self.check(value);
        self.encoded.push('/');
        self.encoded.extend(utf8_percent_encode(value, SEGMENT));
        self
    }

    /// Appends several segments.
    #[must_use]
    pub fn segments<S: AsRef<str>>(self, values: impl IntoIterator<Item = S>) -> Self {
        values.into_iter().fold(self, Path::segment)
    }

    /// Appends an OData alternate key to the last segment: `applications` becomes `applications(uniqueName='…')`.
    #[must_use]
    pub fn key(self, name: &'static str, value: impl AsRef<str>) -> Self {
        self.in_brackets(format!("{name}="), value.as_ref())
    }

    /// Appends a key without a name: `('value')`.
    #[must_use]
    pub fn quoted(self, value: impl AsRef<str>) -> Self {
        self.in_brackets(String::new(), value.as_ref())
    }

    fn in_brackets(mut self, name: String, value: &str) -> Self {
        self.check(value);
        let quoted = value.replace('\'', "''");
        self.encoded.push_str(&format!(
            "({name}'{}')",
            utf8_percent_encode(&quoted, SEGMENT)
        ));
        self
    }

    /// Marks the path as one that must not be sent, for a reason that its segments do not show.
    #[must_use]
    pub fn refused(mut self, why: impl Into<String>) -> Self {
        self.problem.get_or_insert_with(|| why.into());
        self
    }

    /// The encoded path.
    pub fn as_str(&self) -> &str {
        &self.encoded
    }

    /// Why this path must not be sent, if so.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    fn check(&mut self, value: &str) {
        let why = if value.is_empty() {
            "is empty"
        } else if value == "." || value == ".." {
            "would climb the path"
        } else if value.contains(['/', '\\', '%']) {
            "contains `/`, `\\` or `%`"
        } else if value.chars().any(char::is_control) {
            "contains a control character"
        } else {
            return;
        };
        if self.problem.is_none() {
            self.problem = Some(format!("the name {value:?} after `{}` {why}", self.encoded));
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.encoded)
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            None => write!(f, "Path({})", self.encoded),
            Some(problem) => write!(f, "Path({}: {problem})", self.encoded),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_changes_the_shape() {
        for bad in [
            "",
            ".",
            "..",
            "a/b",
            "a\\b",
            "a%2Fb",
            "a\nb",
            "\0",
            "../../subscriptions/other",
        ] {
            let path = Path::new("/x").segment(bad);
            assert!(path.problem().is_some(), "{bad:?} passed");
            assert!(
                Path::new("/x").key("name", bad).problem().is_some(),
                "{bad:?} passed as a key"
            );
        }
    }

    #[test]
    fn encodes_the_rest() {
        let path = Path::new("/v1.0/users").segment("ron_x.com#EXT#@rhcqa.onmicrosoft.com");
        assert_eq!(
            path.as_str(),
            "/v1.0/users/ron_x.com%23EXT%23@rhcqa.onmicrosoft.com"
        );
        assert_eq!(
            Path::new("/a").segment("b c?d").segment("é").as_str(),
            "/a/b%20c%3Fd/%C3%A9"
        );
        assert_eq!(
            Path::new("").segments(["a", "b"]).fixed("/c").as_str(),
            "/a/b/c"
        );
    }

    #[test]
    fn the_first_problem_is_kept() {
        let path = Path::new("/a").segment("").segment("..");
        assert!(path.problem().is_some_and(|p| p.contains("is empty")));
    }
}
