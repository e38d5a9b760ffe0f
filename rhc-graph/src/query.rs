//! What a list asks for, and filters whose values cannot break out.

use rhc_core::Request;
use std::fmt;

/// Which objects a list returns, and how much of each.
///
/// ```
/// use rhc_graph::{Filter, ListQuery};
/// let query = ListQuery { filter: Some(Filter::eq("displayName", "O'Brien")), ..ListQuery::default() };
/// assert_eq!(query.filter.unwrap().to_string(), "displayName eq 'O''Brien'");
/// ```
///
/// Page: [query parameters](https://learn.microsoft.com/graph/query-parameters).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// Only these (`$filter`).
    pub filter: Option<Filter>,
    /// Only these properties (`$select`); empty for the service's default set.
    pub select: Vec<String>,
    /// With this relation (`$expand`).
    pub expand: Option<String>,
    /// Sorted by these (`$orderby`), each with ` desc` behind it for the other way round. Together with a filter it needs
    /// `advanced`.
    pub order_by: Vec<String>,
    /// Only those whose words are found (`$search`). It makes the query an advanced one.
    pub search: Option<Search>,
    /// So many a page (`$top`, 999 at most); the list as a whole is not cut.
    pub top: Option<u16>,
    /// An advanced query: `ConsistencyLevel: eventual` and `$count=true`, which `ne`, `not`, `endsWith` and `$search` need.
    /// [`Pages::total`](rhc_core::Pages::total) says then how many there are.
    pub advanced: bool,
}

impl ListQuery {
    /// Objects that a filter selects.
    pub fn filter(filter: Filter) -> Self {
        Self {
            filter: Some(filter),
            ..Self::default()
        }
    }

    /// Only these properties.
    #[must_use]
    pub fn select<S: Into<String>>(mut self, properties: impl IntoIterator<Item = S>) -> Self {
        self.select = properties.into_iter().map(Into::into).collect();
        self
    }

    /// Objects whose words are found.
    pub fn search(search: Search) -> Self {
        Self {
            search: Some(search),
            ..Self::default()
        }
    }

    /// Sorted by these properties.
    #[must_use]
    pub fn order_by<S: Into<String>>(mut self, properties: impl IntoIterator<Item = S>) -> Self {
        self.order_by = properties.into_iter().map(Into::into).collect();
        self
    }

    /// What counts of it in a count.
    pub(crate) fn apply_to_count(&self, request: Request) -> Request {
        request
            .query_opt("$filter", self.filter.as_ref())
            .query_opt("$search", self.search.as_ref())
            .header("consistencylevel", "eventual")
    }

    pub(crate) fn apply(&self, request: Request) -> Request {
        let mut request = request
            .query_opt("$filter", self.filter.as_ref())
            .query_opt("$search", self.search.as_ref())
            .query_opt("$orderby", join(&self.order_by))
            .query_opt("$select", join(&self.select))
            .query_opt("$expand", self.expand.as_deref())
            .query_opt("$top", self.top);
        if self.advanced || self.search.is_some() {
            request = request
                .query("$count", "true")
                .header("consistencylevel", "eventual");
        }
        request
    }
}

fn join(properties: &[String]) -> Option<String> {
    (!properties.is_empty()).then(|| properties.join(","))
}

/// A `$filter` expression. Values are quoted here, so that no name can change the expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter(String);

impl Filter {
    /// The property has this value.
    pub fn eq(property: &str, value: impl AsRef<str>) -> Self {
        Self(format!("{property} eq {}", quoted(value.as_ref())))
    }

    /// The property is this boolean.
    pub fn is(property: &str, value: bool) -> Self {
        Self(format!("{property} eq {value}"))
    }

    /// The property, a GUID in Graph's metadata, has this value: written without quotes.
    pub fn eq_guid(property: &str, value: impl fmt::Display) -> Self {
        Self(format!("{property} eq {value}"))
    }

    /// The property begins so.
    pub fn starts_with(property: &str, value: impl AsRef<str>) -> Self {
        Self(format!("startswith({property},{})", quoted(value.as_ref())))
    }

    /// One of the values of a collection is this.
    pub fn any(collection: &str, value: impl AsRef<str>) -> Self {
        Self(format!(
            "{collection}/any(x:x eq {})",
            quoted(value.as_ref())
        ))
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(format!("{} and {}", self.0, other.0))
    }

    /// An expression written by the caller, who answers for its quoting.
    pub fn raw(expression: impl Into<String>) -> Self {
        Self(expression.into())
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A `$search` expression: words at the beginning of a property's words. Values are quoted here.
///
/// Page: [search parameter](https://learn.microsoft.com/graph/search-query-parameter), part "on directory objects".
///
/// ```
/// use rhc_graph::Search;
/// let search = Search::of("displayName", "sql").and(Search::of("description", "qa"));
/// assert_eq!(search.to_string(), r#""displayName:sql" AND "description:qa""#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search(String);

impl Search {
    /// The property has such a word.
    pub fn of(property: &str, words: impl AsRef<str>) -> Self {
        let words = words.as_ref().replace('\\', r"\\").replace('"', r#"\""#);
        Self(format!("\"{property}:{words}\""))
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(format!("{} AND {}", self.0, other.0))
    }

    /// One or the other.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(format!("{} OR {}", self.0, other.0))
    }
}

impl fmt::Display for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhc_core::{Method, Path};

    #[test]
    fn a_value_cannot_break_out_of_a_filter() {
        let filter =
            Filter::eq("displayName", "x' or true or 'y").and(Filter::is("securityEnabled", true));
        assert_eq!(
            filter.to_string(),
            "displayName eq 'x'' or true or ''y' and securityEnabled eq true"
        );
        assert_eq!(
            Filter::any("tags", "rhc-environment:qa").to_string(),
            "tags/any(x:x eq 'rhc-environment:qa')"
        );
        assert_eq!(
            Filter::starts_with("uniqueName", "rhc-'").to_string(),
            "startswith(uniqueName,'rhc-''')"
        );
    }

    #[test]
    fn the_query_is_sent_as_parameters() {
        let query = ListQuery {
            top: Some(50),
            advanced: true,
            expand: Some("principal".into()),
            ..ListQuery::filter(Filter::raw("userType ne 'Member'")).select(["id", "displayName"])
        };
        let request = query.apply(Request::new(
            "users.list",
            Method::Get,
            Path::new("/v1.0/users"),
        ));
        assert_eq!(
            request.path_and_query(),
            "/v1.0/users?$filter=userType%20ne%20%27Member%27&$select=id,displayName&$expand=principal&$top=50&$count=true"
        );
        let query = ListQuery::search(Search::of("displayName", "a \" OR \"b"))
            .order_by(["displayName desc"]);
        let request = query.apply(Request::new(
            "users.list",
            Method::Get,
            Path::new("/v1.0/users"),
        ));
        assert_eq!(
            request.path_and_query(),
            "/v1.0/users?$search=%22displayName:a%20%5C%22%20OR%20%5C%22b%22&$orderby=displayName%20desc&$count=true"
        );
        let plain = ListQuery::default().apply(Request::new(
            "users.list",
            Method::Get,
            Path::new("/v1.0/users"),
        ));
        assert_eq!(plain.path_and_query(), "/v1.0/users");
    }
}
