//! The query of a request.

use url::form_urlencoded;

/// The query's parameters; names are compared without case, as Resource Manager does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(query: &str) -> Self {
        Self(
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// The value of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The query again, without one parameter.
    pub(crate) fn without(&self, name: &str) -> Vec<(String, String)> {
        self.0
            .iter()
            .filter(|(own, _)| !own.eq_ignore_ascii_case(name))
            .cloned()
            .collect()
    }
}
