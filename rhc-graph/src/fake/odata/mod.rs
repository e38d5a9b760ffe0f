//! The query options of a request: what is understood, and what is refused.

mod filter;
mod page;
mod search;

pub(super) use filter::Filter;
pub(super) use page::{counted, cut};
pub use page::{listed, single};
use search::Search;

use super::Refusal;
use percent_encoding::percent_decode_str;

/// The query options that the fake understands. Any other is refused.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// `$select`.
    pub select: Vec<String>,
    /// `$filter`, as it was sent.
    pub filter: Option<String>,
    /// `$search`, as it was sent.
    pub search: Option<String>,
    /// `$expand`.
    pub expand: Option<String>,
    /// `$orderby`.
    pub order: Option<(String, bool)>,
    /// `$top`.
    pub top: Option<usize>,
    /// `$count=true`.
    pub count: bool,
    /// `$deltatoken`.
    pub delta_token: Option<String>,
    /// `$skiptoken` of a round of changes: its token, and how many objects were listed before.
    pub delta_page: Option<(String, usize)>,
    /// `$skiptoken`: how many objects were listed before.
    pub skip: usize,
}

impl Query {
    /// Reads a query string.
    ///
    /// # Errors
    /// 400 for an option that is not understood or has a value that makes no sense.
    pub fn parse(query: &str) -> Result<Self, Refusal> {
        let bad = |message: String| Refusal::new(400, "BadRequest", message);
        let mut found = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decode = |text: &str| {
                let text = text.replace('+', " ");
                percent_decode_str(&text)
                    .decode_utf8()
                    .map(|text| text.into_owned())
                    .map_err(|_| bad(format!("The query option '{name}' is not UTF-8.")))
            };
            let (name, value) = (decode(name)?, decode(value)?);
            let invalid = || {
                bad(format!(
                    "Invalid value '{value}' for $query option '{name}'."
                ))
            };
            match name.to_ascii_lowercase().as_str() {
                "$select" => {
                    found.select = value
                        .split(',')
                        .map(|name| name.trim().to_owned())
                        .collect();
                }
                "$filter" => found.filter = Some(value),
                "$search" => found.search = Some(value),
                "$expand" => found.expand = Some(value),
                "$orderby" => {
                    let (name, order) = value.split_once(' ').unwrap_or((&value, "asc"));
                    let descending = match order.trim() {
                        "asc" => false,
                        "desc" => true,
                        _ => return Err(invalid()),
                    };
                    found.order = Some((name.to_owned(), descending));
                }
                "$top" => {
                    let top = value.parse().ok().filter(|top| (1..=999).contains(top));
                    found.top = Some(top.ok_or_else(invalid)?);
                }
                "$count" => {
                    found.count = match value.as_str() {
                        "true" => true,
                        "false" => false,
                        _ => return Err(invalid()),
                    };
                }
                "$deltatoken" => found.delta_token = Some(value),
                "$skiptoken" if value.contains('.') => {
                    found.delta_page = value.split_once('.').and_then(|(token, from)| {
                        let from = usize::from_str_radix(from, 16).ok()?;
                        Some((token.to_owned(), from))
                    });
                    if found.delta_page.is_none() {
                        return Err(invalid());
                    }
                }
                "$skiptoken" => {
                    let skip = value
                        .strip_prefix(page::TOKEN)
                        .and_then(|number| usize::from_str_radix(number, 16).ok());
                    found.skip = skip.ok_or_else(|| {
                        Refusal::new(
                            400,
                            "Directory_ExpiredPageToken",
                            "The specified page token value has expired and can no longer be included in your request.",
                        )
                    })?;
                }
                _ if name.starts_with('$') => {
                    return Err(bad(format!(
                        "The query parameter '{name}' is not supported."
                    )));
                }
                _ => {}
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let query = Query::parse("$filter=a%20eq%20'x+y'&$select=id,displayName&$top=5&$count=true&$orderby=displayName%20desc&$skiptoken=RFNwdA1f").unwrap();
        assert_eq!(query.filter.as_deref(), Some("a eq 'x y'"));
        assert_eq!(query.select, ["id", "displayName"]);
        assert_eq!((query.top, query.count, query.skip), (Some(5), true, 0x1f));
        assert_eq!(query.order, Some(("displayName".into(), true)));
    }

    #[test]
    fn unknown_or_senseless_options_are_refused() {
        for query in [
            "$skip=1",
            "$top=0",
            "$top=1000",
            "$top=x",
            "$count=1",
            "$orderby=a b",
            "$flter=x",
        ] {
            assert_eq!(Query::parse(query).unwrap_err().status(), 400, "{query}");
        }
        let error = Query::parse("$skiptoken=nonsense").unwrap_err();
        assert_eq!(error.code(), "Directory_ExpiredPageToken");
    }
}
