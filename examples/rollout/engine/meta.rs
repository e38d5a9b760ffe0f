//! What is known of a step before anything is asked of a service.

use std::time::Duration;

use serde::Serialize;

use super::key::{Key, Stage, TenantKey};
use super::values::Output;

/// What is known of a step before anything is asked of a service.
#[derive(Clone, Debug)]
pub struct Meta {
    /// Natural identity.
    pub key: Key,
    /// Where the plan shows it.
    pub stage: Stage,
    /// The tenant whose service is spoken to.
    pub tenant: TenantKey,
    /// Resource type (`Microsoft.Sql/servers`), Graph collection (`applications`), or what else it is (`sql-user`).
    pub kind: String,
    /// The name that a person would look for in the portal.
    pub name: String,
    /// Why the environment needs it: one clause, printed in the plan.
    pub why: String,
    /// Set where the service lets only one writer in at a time, or limits the rate of writes.
    pub lane: Option<Lane>,
    /// Steps that must be done first. Steps whose outputs [`Step::desired`](super::Step::desired) reads are found by
    /// the graph and need not be named here; those that only `observe` or `apply` reads must be.
    pub needs: Vec<Key>,
    /// How one sees that an existing thing is this environment's.
    pub owner: OwnedBy,
    /// Only a person can do it: `observe` looks whether he has, and `apply` is never called.
    pub manual: bool,
    /// Why a takedown of the environment leaves it, where that is not seen from its owner.
    pub stays: Option<String>,
    /// Steps whose things must be gone before this one can be deleted, although it needs them.
    pub removed_after: Vec<Key>,
    /// What is there is to go: the step deletes, and is done when nothing is there any more.
    pub(super) removes: bool,
    /// What is there is to bear the mark: the step writes that, and is done when it is there.
    pub(super) adopts: bool,
}

impl Meta {
    /// A step without lane and needs, marked in the ordinary way.
    pub fn new(
        key: impl Into<Key>,
        stage: Stage,
        tenant: impl Into<TenantKey>,
        kind: impl Into<String>,
        name: impl Into<String>,
    ) -> Self {
        Self {
            key: key.into(),
            stage,
            tenant: tenant.into(),
            kind: kind.into(),
            name: name.into(),
            why: String::new(),
            lane: None,
            needs: Vec::new(),
            owner: OwnedBy::Mark,
            manual: false,
            stays: None,
            removed_after: Vec::new(),
            removes: false,
            adopts: false,
        }
    }

    /// Says why the environment needs it.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    /// Puts it after another step.
    #[must_use]
    pub fn needs(mut self, key: &Key) -> Self {
        if !self.needs.contains(key) {
            self.needs.push(key.clone());
        }
        self
    }

    /// Puts it after the step that makes this output.
    #[must_use]
    pub fn needs_output<T>(self, output: &Output<T>) -> Self {
        self.needs(output.key())
    }

    /// Writes one at a time with every other step of that lane.
    #[must_use]
    pub fn lane(mut self, lane: Lane) -> Self {
        self.lane = Some(lane);
        self
    }

    /// Says how an existing one is recognised as ours.
    #[must_use]
    pub fn owner(mut self, owner: OwnedBy) -> Self {
        self.owner = owner;
        self
    }

    /// Says why a takedown of the environment leaves it.
    #[must_use]
    pub fn stays(mut self, why: impl Into<String>) -> Self {
        self.stays = Some(why.into());
        self
    }

    /// Puts its deletion after that of another step's thing, which refers to it although it needs that to be made.
    #[must_use]
    pub fn removed_after(mut self, key: &Key) -> Self {
        self.removed_after.push(key.clone());
        self
    }

    /// Makes it a step that only a person can do.
    #[must_use]
    pub fn manual(mut self) -> Self {
        self.manual = true;
        self
    }
}

/// Steps of one lane write one after the other, whatever the parallelism of the rest.
///
/// A managed identity refuses two writers of federated credentials (409
/// `ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity`): a lane per identity. Conditional Access
/// takes one request a second per tenant and sends no `Retry-After`: a lane per tenant with an interval of a second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lane {
    /// Lanes with the same name are one lane; name the tenant or the identity in it.
    pub name: String,
    /// The least time between the starts of two writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_interval: Option<Duration>,
}

impl Lane {
    /// One writer at a time.
    pub fn serial(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            min_interval: None,
        }
    }

    /// One writer at a time, and this long between the starts of two writes.
    pub fn paced(name: impl Into<String>, min_interval: Duration) -> Self {
        Self {
            name: name.into(),
            min_interval: Some(min_interval),
        }
    }
}

/// How one sees that an existing thing is this environment's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnedBy {
    /// It carries a mark: the tag `rhc-environment`, `tags` or `uniqueName` on a directory object, the name prefix.
    Mark,
    /// It cannot carry a mark and belongs to this marked parent.
    Parent(Key),
    /// Its id is derived from the environment (a role assignment's UUIDv5).
    DerivedId,
    /// There is one per tenant, and the environment file owns the tenant.
    Singleton,
    /// The environment file names it as something that exists already; it is read and never written.
    Given,
}
