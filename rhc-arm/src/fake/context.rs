//! What a type's hooks are told, and what its list says.

use rhc_core::fake::authority::Caller;
use serde_json::Value;
use uuid::Uuid;

use super::path::ResourcePath;
use super::query::Query;
use super::state::Stored;

/// What a hook is told about the write at hand.
#[derive(Debug)]
pub struct PutContext<'a> {
    /// The resource's address.
    pub path: &'a ResourcePath,
    /// Its id as the service writes it.
    pub id: &'a str,
    /// Who asks.
    pub caller: &'a Caller,
    /// The tenant of the subscription.
    pub tenant: Uuid,
    /// The body as it was sent, for PATCH already merged into what was there.
    pub sent: &'a Value,
    /// What was there.
    pub existing: Option<&'a Stored>,
    /// Whether it is a PATCH.
    pub patch: bool,
}

/// What a hook is told about a deletion.
#[derive(Debug)]
pub struct DeleteContext<'a> {
    /// The resource's address.
    pub path: &'a ResourcePath,
    /// Who asks.
    pub caller: &'a Caller,
    /// The tenant of the subscription.
    pub tenant: Uuid,
    /// What is to go.
    pub existing: &'a Stored,
}

/// What an action is told.
#[derive(Debug)]
pub struct ActionContext<'a> {
    /// The resource's address.
    pub path: &'a ResourcePath,
    /// Who asks.
    pub caller: &'a Caller,
    /// The tenant of the subscription.
    pub tenant: Uuid,
    /// The resource.
    pub existing: &'a Stored,
    /// The request's body, `null` without one.
    pub sent: &'a Value,
    /// The request's query.
    pub query: &'a Query,
}

/// What a list is asked for.
#[derive(Debug)]
pub struct ListContext<'a> {
    /// The id of the scope or parent.
    pub scope: &'a str,
    /// Who asks.
    pub caller: &'a Caller,
    /// `$filter`.
    pub filter: Option<&'a str>,
}

/// What a type's own list says.
#[derive(Clone, Debug, PartialEq)]
pub enum Listing {
    /// The state's resources of the type in the scope, as usual.
    Usual,
    /// These instead.
    Instead(Vec<Value>),
    /// The filter makes no sense, for this reason.
    BadFilter(String),
}
