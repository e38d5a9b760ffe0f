//! The parameters of a request to the authority.

use std::collections::BTreeMap;

use url::form_urlencoded;
use uuid::Uuid;

use super::error::AuthorityError;
use crate::fake::http::Addresses;

/// Parameters by name; of a repeated one the last counts.
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    pub(super) fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// With addresses of this machine in `scope` read as the services that stand behind them.
    pub(super) fn at(mut self, addresses: &Addresses) -> Self {
        if let Some(scope) = self.0.get_mut("scope") {
            let items = scope.split_ascii_whitespace();
            let read = items.map(|item| addresses.real(item).unwrap_or_else(|| item.to_owned()));
            *scope = read.collect::<Vec<_>>().join(" ");
        }
        self
    }

    /// A parameter that may be missing; an empty one is.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// A parameter that must be there.
    pub(super) fn need(&self, name: &str) -> Result<&str, AuthorityError> {
        self.get(name)
            .ok_or_else(|| AuthorityError::missing_parameter(name))
    }

    /// The client's id, which must be one.
    pub(super) fn client(&self, tenant: &crate::fake::Tenant) -> Result<Uuid, AuthorityError> {
        let id = self.need("client_id")?;
        id.parse()
            .map_err(|_| super::mint::app_not_found(id, tenant))
    }
}
