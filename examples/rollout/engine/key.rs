//! Names: what a step is called, which tenant it belongs to, and the stage that groups it in the plan.

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize, Serializer};

use super::values::Output;

/// The natural identity of a step: what the environment file calls the thing, never an id that a service made up.
///
/// By convention `<stage>/<kind>/<name>`, for instance `hp2/Microsoft.App/containerApps/hp225qa-app`. Two runs, and two
/// machines, give the same thing the same key; the journal and the plan speak of steps by it.
///
/// ```
/// use rollout::engine::Key;
/// let key = Key::new("network/Microsoft.Network/virtualNetworks/rhc-qa-vnet");
/// assert_eq!(key.child("subnets/hp2-apps").as_str(),
///            "network/Microsoft.Network/virtualNetworks/rhc-qa-vnet/subnets/hp2-apps");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(from = "String")]
pub struct Key(Arc<str>);

impl Key {
    /// A key with this text.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(Arc::from(text.as_ref()))
    }

    /// The key of something that lives inside this thing.
    #[must_use]
    pub fn child(&self, name: impl fmt::Display) -> Self {
        Self::new(format!("{}/{name}", self.0))
    }

    /// The text of the key.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A typed handle on one output of the step with this key.
    pub fn output<T>(&self, name: &'static str) -> Output<T> {
        Output::new(self.clone(), name)
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.0)
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Key {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl Borrow<str> for Key {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// The environment file's name for a tenant (`backoffice`, `qa`, `database`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TenantKey(pub String);

impl TenantKey {
    /// The tenant that the environment file calls `name`.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name in the environment file.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TenantKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for TenantKey {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

/// A stage groups steps in the plan for the reader. It does not order them: dependencies do.
///
/// The list is open: a stage that is not among the constants is made by naming its order, id and title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Stage {
    /// Position in the printed plan.
    pub order: u16,
    /// Short name, used in keys and in JSON.
    pub id: &'static str,
    /// What a person reads above the group.
    pub title: &'static str,
}

impl Stage {
    /// Subscriptions and resource providers.
    pub const SUBSCRIPTIONS: Self = Self::new(10, "subscriptions", "Subscriptions");
    /// Tenants and their native administrators.
    pub const TENANTS: Self = Self::new(20, "tenants", "Tenants");
    /// SQL server, databases, auditing.
    pub const DATABASE: Self = Self::new(30, "database", "Databases");
    /// Virtual network, subnets, endpoints, private zones.
    pub const NETWORK: Self = Self::new(40, "network", "Network");
    /// Things that several applications use.
    pub const SHARED: Self = Self::new(50, "shared", "Shared by the applications");
    /// Sign-in: user flows, MFA, branding, application registrations.
    pub const IDENTITY: Self = Self::new(80, "identity", "Sign-in");
    /// From repository to container app.
    pub const DELIVERY: Self = Self::new(90, "delivery", "Delivery");
    /// Evidence and posture.
    pub const COMPLIANCE: Self = Self::new(100, "compliance", "Security and compliance");

    /// A stage of its own.
    pub const fn new(order: u16, id: &'static str, title: &'static str) -> Self {
        Self { order, id, title }
    }

    /// The stack of an application of the environment file, the first of which has the position 0.
    pub fn of_app(position: usize, key: &str) -> Self {
        // Between the shared things and the sign-in; more apps than that are told apart by their keys.
        let order = u16::try_from(position).unwrap_or(u16::MAX).min(19);
        Self::new(60 + order, interned(key), interned(&key.to_uppercase()))
    }
}

/// The same text for the life of the program: a stage is copied into every step, and the apps of a file are few.
fn interned(text: &str) -> &'static str {
    static TEXTS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = texts.get(text) {
        return known;
    }
    let new: &'static str = Box::leak(text.to_owned().into_boxed_str());
    texts.insert(new);
    new
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title)
    }
}
