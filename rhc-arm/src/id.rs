//! The ids of resources.

use rhc_core::{Path, SubscriptionId};
use serde::{Deserialize, Deserializer, Serialize};
use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};

/// The id of a resource, a scope or an extension of one, such as
/// `/subscriptions/…/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/apps`.
///
/// Compared and hashed without case, as Resource Manager does; shown as it was given.
/// Parsing checks the form. An id in a service's answer is taken as it comes, and any name that would change a request's path
/// is refused when the request is sent.
///
/// Source: [resource ids](https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-resource#resourceid).
///
/// ```
/// use rhc_arm::ResourceId;
/// let subscription = "00000000-0000-0000-0000-000000000001".parse()?;
/// let subnet = ResourceId::of_subscription(&subscription)
///     .group("rg")
///     .provider("Microsoft.Network/virtualNetworks", "vnet")
///     .child("subnets", "apps");
/// assert_eq!(subnet.resource_type(), "Microsoft.Network/virtualNetworks/subnets");
/// assert_eq!(subnet.parent().map(|id| id.name().to_owned()).as_deref(), Some("vnet"));
/// # Ok::<(), rhc_core::InvalidId>(())
/// ```
#[derive(Clone)]
pub struct ResourceId(String);

/// A string that is not the id of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidResourceId {
    value: String,
    why: String,
}

impl fmt::Display for InvalidResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a resource id: {}", self.value, self.why)
    }
}

impl std::error::Error for InvalidResourceId {}

const ROOT: &str = "/";

impl ResourceId {
    /// The tenant: where subscription aliases, billing accounts and management groups are.
    pub fn root() -> Self {
        Self(ROOT.to_owned())
    }

    /// A subscription.
    pub fn of_subscription(id: &SubscriptionId) -> Self {
        Self::root().child("subscriptions", id.to_string())
    }

    /// A resource group of this subscription.
    #[must_use]
    pub fn group(self, name: impl AsRef<str>) -> Self {
        self.child("resourceGroups", name)
    }

    /// A resource of this scope by its whole type: below a resource group, a subscription or the tenant, or an extension of a resource.
    #[must_use]
    pub fn provider(mut self, resource_type: &str, name: impl AsRef<str>) -> Self {
        self.push("providers");
        self.push(resource_type);
        self.push_name(name.as_ref());
        self
    }

    /// A child of this resource, by the last part of its type.
    #[must_use]
    pub fn child(mut self, child_type: &str, name: impl AsRef<str>) -> Self {
        self.push(child_type);
        self.push_name(name.as_ref());
        self
    }

    /// The id of the resource with this whole type and this name in or below this scope.
    ///
    /// A child's scope is its parent; the scope of everything else is what it lies in or extends.
    ///
    /// # Errors
    /// Where the type is a child's and the scope is not its parent.
    pub fn resource(&self, resource_type: &str, name: &str) -> Result<Self, InvalidResourceId> {
        self.collection(resource_type).map(|mut collection| {
            collection.push_name(name);
            collection
        })
    }

    /// Where the resources of this type in or below this scope are listed.
    pub(crate) fn collection(&self, resource_type: &str) -> Result<Self, InvalidResourceId> {
        let mut collection = self.clone();
        let fixed = match resource_type.to_ascii_lowercase().as_str() {
            "microsoft.resources/resourcegroups" => Some("resourceGroups"),
            "microsoft.resources/subscriptions" => Some("subscriptions"),
            _ => None,
        };
        let (parent, last) = resource_type
            .rsplit_once('/')
            .unwrap_or(("", resource_type));
        if let Some(fixed) = fixed {
            collection.push(fixed);
        } else if parent.contains('/') {
            if !self.resource_type().eq_ignore_ascii_case(parent) {
                return Err(InvalidResourceId {
                    value: self.to_string(),
                    why: format!(
                        "`{resource_type}` lies below `{parent}`, and this is `{}`",
                        self.resource_type()
                    ),
                });
            }
            collection.push(last);
        } else {
            collection.push("providers");
            collection.push(resource_type);
        }
        Ok(collection)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path of a request to it.
    pub fn path(&self) -> Path {
        if self.0 == ROOT {
            return Path::new("");
        }
        // An empty segment stays in, so that the path refuses it.
        Path::new("").segments(self.0.strip_prefix('/').unwrap_or(&self.0).split('/'))
    }

    /// The name: the last part. Empty for the tenant.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The subscription, where it lies in one.
    pub fn subscription(&self) -> Option<SubscriptionId> {
        self.value_after("subscriptions")?.parse().ok()
    }

    /// The resource group, where it lies in one.
    pub fn resource_group(&self) -> Option<&str> {
        self.value_after("resourceGroups")
    }

    /// The whole type, such as `Microsoft.Network/virtualNetworks/subnets`.
    ///
    /// Of an extension it is the extension's; of scopes `Microsoft.Resources/tenants`, `…/subscriptions` and `…/resourceGroups`.
    pub fn resource_type(&self) -> String {
        let segments: Vec<_> = self.segments().collect();
        let provider = segments
            .iter()
            .rposition(|part| part.eq_ignore_ascii_case("providers"));
        let last_scope = segments
            .len()
            .checked_sub(2)
            .and_then(|index| segments.get(index));
        match (provider.and_then(|at| segments.get(at + 1..)), last_scope) {
            // `/subscriptions/…/providers/Microsoft.App` is the registration of a provider.
            (Some([_] | []), _) => "Microsoft.Resources/providers".to_owned(),
            (Some([namespace, rest @ ..]), _) => {
                let types = rest.iter().step_by(2).copied();
                std::iter::once(*namespace)
                    .chain(types)
                    .collect::<Vec<_>>()
                    .join("/")
            }
            (None, Some(scope)) => format!("Microsoft.Resources/{scope}"),
            (None, None) => "Microsoft.Resources/tenants".to_owned(),
        }
    }

    /// What it lies below, or what it extends. `None` for the tenant.
    pub fn parent(&self) -> Option<Self> {
        let segments: Vec<_> = self.segments().collect();
        let is_provider = |at: usize| {
            segments
                .get(at)
                .is_some_and(|part| part.eq_ignore_ascii_case("providers"))
        };
        let keep = match segments.len() {
            0 => return None,
            length if length >= 4 && is_provider(length - 4) => length - 4,
            length => length.saturating_sub(2),
        };
        segments
            .get(..keep)
            .map(|kept| Self(format!("/{}", kept.join("/"))))
    }

    /// Whether the other lies in or below this one, or is the same.
    pub fn contains(&self, other: &Self) -> bool {
        let (mut outer, mut inner) = (self.segments(), other.segments());
        outer.all(|part| {
            inner
                .next()
                .is_some_and(|other| other.eq_ignore_ascii_case(part))
        })
    }

    fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|part| !part.is_empty())
    }

    fn value_after(&self, key: &str) -> Option<&str> {
        let mut parts = self.segments();
        // Only the leading pairs are scopes: a resource may have a child that is called `subscriptions`.
        loop {
            let (name, value) = (parts.next()?, parts.next()?);
            if name.eq_ignore_ascii_case("providers") {
                return None;
            }
            if name.eq_ignore_ascii_case(key) {
                return Some(value);
            }
        }
    }

    /// A name with a slash would become two parts: written with `%2F` it stays one, and its path is refused.
    fn push_name(&mut self, name: &str) {
        self.push(&name.replace('/', "%2F"));
    }

    fn push(&mut self, part: &str) {
        // What lies below an id that a service left empty does not lie in the tenant: an empty part stays, which the path refuses.
        if self.0.is_empty() {
            self.0.push_str("//");
        } else if self.0 != ROOT {
            self.0.push('/');
        }
        self.0.push_str(part);
    }
}

impl FromStr for ResourceId {
    type Err = InvalidResourceId;

    fn from_str(value: &str) -> Result<Self, InvalidResourceId> {
        let refuse = |why: &str| {
            Err(InvalidResourceId {
                value: value.to_owned(),
                why: why.to_owned(),
            })
        };
        let Some(text) = value.strip_prefix('/') else {
            return refuse("it does not begin with `/`");
        };
        let text = text.strip_suffix('/').unwrap_or(text);
        if text.is_empty() {
            return Ok(Self::root());
        }
        let id = Self(format!("/{text}"));
        if let Some(problem) = id.path().problem() {
            return refuse(problem);
        }
        let mut parts = text.split('/');
        let mut in_provider = false;
        while let Some(part) = parts.next() {
            let Some(next) = parts.next() else {
                return refuse(&format!("nothing follows `{part}`"));
            };
            if part.eq_ignore_ascii_case("providers") {
                in_provider = true;
            } else if !in_provider
                && part.eq_ignore_ascii_case("subscriptions")
                && next.parse::<SubscriptionId>().is_err()
            {
                return refuse(&format!("`{next}` is not a subscription id"));
            }
        }
        Ok(id)
    }
}

impl Default for ResourceId {
    /// The tenant.
    fn default() -> Self {
        Self::root()
    }
}

impl From<&ResourceId> for ResourceId {
    fn from(id: &ResourceId) -> Self {
        id.clone()
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResourceId({self})")
    }
}

impl PartialEq for ResourceId {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for ResourceId {}

impl Hash for ResourceId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_ascii_lowercase().hash(state);
    }
}

impl PartialOrd for ResourceId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ResourceId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0
            .to_ascii_lowercase()
            .cmp(&other.0.to_ascii_lowercase())
    }
}

impl Serialize for ResourceId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ResourceId {
    /// Takes what a service says as it comes: some say the empty string where there is none.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
#[path = "id_tests.rs"]
mod tests;
