//! The operator window: a closed door that is opened for one piece of work and closed again, whatever happens.
//!
//! That it is about to be opened is in the journal before it is. A run that is cut off leaves the note behind, and the next
//! one closes the door before it does anything else. Plans and verifications never open one.

mod address;
mod keeper;
mod looking;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use async_trait::async_trait;
use rhc_core::Clock;
use serde::{Deserialize, Serialize};

use super::error::StepError;
use super::key::TenantKey;

pub use address::public_address;
pub(super) use keeper::Windows;

/// Something that lets nobody in but those who belong there, until its door is opened for the operator.
#[async_trait]
pub trait Door: Send + Sync {
    /// Which one it is: what the journal keeps, so that another process can close it.
    fn name(&self) -> &DoorName;

    /// Tries to come in, as the work will.
    ///
    /// # Errors
    /// When it cannot be said whether one can.
    async fn knock(&self) -> Result<Knocked, StepError>;

    /// Lets the operator in: from this address, if the network does not do so already, and with the rights that the work
    /// needs. Opening what is open changes nothing. Where nobody knows the address yet, what is opened must let the other side
    /// say it, and nobody in.
    ///
    /// # Errors
    /// When it cannot be opened; then it is closed again.
    async fn open(&self, address: Option<Ipv4Addr>) -> Result<(), StepError>;

    /// Takes away what [`open`](Self::open) gave, and nothing else. Closing what is closed, or is no more, changes nothing.
    ///
    /// # Errors
    /// When it may still be open.
    async fn close(&self, address: Option<Ipv4Addr>) -> Result<(), StepError>;
}

/// Makes doors from their names, for those that an earlier run left open.
pub trait Doors: Send + Sync {
    /// The door of this name.
    ///
    /// # Errors
    /// When nothing of this kind is known, or nobody can sign in there.
    fn door(&self, name: &DoorName) -> Result<Arc<dyn Door>, StepError>;
}

/// Which door it is. Nothing secret is in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DoorName {
    /// What it leads into: `vault`, `SQL server`.
    pub kind: String,
    /// Its name for people.
    pub name: String,
    /// The file's name of the tenant.
    pub tenant: TenantKey,
    /// The tenant's id.
    pub tenant_id: String,
    /// The id of the resource whose door it is.
    pub resource: String,
    /// Who is let in, by his object id.
    pub principal: String,
}

impl DoorName {
    /// What an earlier run did that was cut off before it closed the door.
    pub fn left_open(&self) -> String {
        format!("an earlier run left the {self} open for its operator")
    }
}

impl std::fmt::Display for DoorName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

/// What came of trying a door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Knocked {
    /// One is in.
    Open,
    /// Nobody is let in, from whatever address, and before that changes the other side does not say by which it knows us.
    Hidden,
    /// The network lets one in, and the rights are missing or have not arrived yet.
    NoRights,
    /// The network does not let one in.
    Closed {
        /// The address by which the other side knows us, if it says it.
        seen_as: Option<IpAddr>,
    },
    /// No address could change that.
    Shut {
        /// Why.
        why: String,
        /// What to do.
        way_out: &'static str,
    },
}

/// Who is let in and for how long.
#[derive(Clone, Debug)]
pub struct Operator {
    /// The public address from which he works. Without one the door's own refusal says it, and nobody else is asked.
    pub address: Option<Ipv4Addr>,
    /// How many minutes a window is open at most.
    pub minutes: u32,
    /// The cloud's clock.
    pub clock: Clock,
}

impl Default for Operator {
    fn default() -> Self {
        Self {
            address: None,
            minutes: 30,
            clock: Clock::system(),
        }
    }
}

/// A window that a run opened, or closed because an earlier one had left it open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Window {
    /// Which door: `vault hp225qa-kv`.
    pub door: String,
    /// For which address; absent where the network let us in anyway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Ipv4Addr>,
    /// When it was opened; absent where an earlier run had opened it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened: Option<String>,
    /// When it was closed; absent where it could not be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<String>,
}
