//! A resource of any type.

use crate::{ResourceId, model, open_enum};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    fmt::{self, Debug},
};

/// A type of resource: its name, one version of its interface, and what its resources have.
///
/// A new type is an uninhabited marker and a [`model!`] of its properties; see any file under `types/`.
///
/// ```
/// use rhc_arm::{ResourceType, model};
///
/// model! {
///     /// What a route table has.
///     RouteTableProperties {
///         /// Whether routes learnt by BGP stay out.
///         disable_bgp_route_propagation: bool,
///     }
/// }
///
/// /// A route table.
/// #[derive(Debug, Clone)]
/// pub enum RouteTable {}
///
/// impl ResourceType for RouteTable {
///     const TYPE: &'static str = "Microsoft.Network/routeTables";
///     const API_VERSION: &'static str = "2025-07-01";
///     type Properties = RouteTableProperties;
/// }
/// ```
pub trait ResourceType: Debug + Clone + Send + Sync + 'static {
    /// The whole type, such as `Microsoft.Network/virtualNetworks/subnets`.
    const TYPE: &'static str;
    /// The version of the interface, pinned.
    const API_VERSION: &'static str;
    /// What among the properties only the service writes, as paths in which `name[]` is each item of a list:
    /// `configuration.ingress.fqdn`. It is read, and left out of what is sent.
    const READ_ONLY: &'static [&'static str] = &[];
    /// Whether creating one may go on after the first answer.
    ///
    /// If not, 201 without a provisioning state means done; by the protocol it means in progress.
    const LONG_RUNNING: bool = true;
    /// What its resources have under `properties`.
    type Properties: Serialize
        + DeserializeOwned
        + Clone
        + Debug
        + Default
        + PartialEq
        + Send
        + Sync;
}

/// A resource, as it is read and as it is written.
///
/// Nothing that was read is lost: what this model does not know is in `rest`, here and in every nested model.
/// [`for_write`](Self::for_write) leaves out what only the service may write. `Debug` shows the names in `rest` and not their values.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", bound = "")]
pub struct Resource<R: ResourceType> {
    /// The id. Only the service writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ResourceId>,
    /// The name. The path of the request gives it, not the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The type as the service writes it.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// The region, in whichever spelling: the service takes `East US 2` for `eastus2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Tags. A write replaces them all.
    #[serde(
        default,
        deserialize_with = "tags_or_none",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub tags: BTreeMap<String, String>,
    /// Its managed identities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// The size or edition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<Sku>,
    /// The variety of the type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The version of what was read. Only the service writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// What the type has.
    #[serde(default, deserialize_with = "null_is_default")]
    pub properties: R::Properties,
    /// What this model does not know, kept: `zones`, `plan`, `systemData` and so on.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// What only the service writes, whatever the type.
const ENVELOPE_READ_ONLY: &[&str] = &["id", "name", "type", "etag", "systemData"];

impl<R: ResourceType> Resource<R> {
    /// A resource with these properties.
    pub fn new(properties: R::Properties) -> Self {
        Self {
            properties,
            ..Self::default()
        }
    }

    /// In this region.
    #[must_use]
    pub fn at(mut self, location: impl Into<String>) -> Self {
        self.location = Some(location.into());
        self
    }

    /// With this tag.
    #[must_use]
    pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.insert(name.into(), value.into());
        self
    }

    /// The document that is sent: without what only the service writes, and without `properties` where they are empty.
    pub fn for_write(&self) -> Value {
        // Serialising a model cannot fail: its keys are strings and its numbers finite.
        let mut document = serde_json::to_value(self).unwrap_or_default();
        let Some(envelope) = document.as_object_mut() else {
            return document;
        };
        for name in ENVELOPE_READ_ONLY {
            envelope.shift_remove(*name);
        }
        if let Some(properties) = envelope
            .get_mut("properties")
            .and_then(Value::as_object_mut)
        {
            for path in R::READ_ONLY.iter().chain(&["provisioningState"]) {
                take_out(properties, path);
            }
            if properties.is_empty() {
                envelope.shift_remove("properties");
            }
        }
        if let Some(identity) = envelope.get_mut("identity").and_then(Value::as_object_mut) {
            identity.shift_remove("principalId");
            identity.shift_remove("tenantId");
            let assigned = identity
                .get_mut("userAssignedIdentities")
                .and_then(Value::as_object_mut);
            assigned
                .into_iter()
                .flat_map(Map::values_mut)
                .filter(|value| value.is_object())
                .for_each(|value| *value = json!({}));
        }
        document
    }

    /// The id, which the service always sends.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](rhc_core::ErrorKind::Decode) where it did not.
    pub fn require_id(&self) -> rhc_core::Result<&ResourceId> {
        self.id.as_ref().ok_or_else(|| {
            let message = format!("the service's answer about a `{}` has no `id`", R::TYPE);
            rhc_core::Error::new(rhc_core::ErrorKind::Decode, "resources.get", message)
        })
    }

    /// Whether the tag has this value. Names of tags are compared without case, values with it.
    pub fn has_tag(&self, name: &str, value: &str) -> bool {
        self.tags
            .iter()
            .any(|(key, found)| key.eq_ignore_ascii_case(name) && found == value)
    }
}

impl<R: ResourceType> Default for Resource<R> {
    fn default() -> Self {
        Self {
            id: None,
            name: None,
            resource_type: None,
            location: None,
            tags: BTreeMap::new(),
            identity: None,
            sku: None,
            kind: None,
            etag: None,
            properties: R::Properties::default(),
            rest: Map::new(),
        }
    }
}

impl<R: ResourceType> Debug for Resource<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resource")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("resource_type", &self.resource_type)
            .field("location", &self.location)
            .field("tags", &self.tags)
            .field("identity", &self.identity)
            .field("sku", &self.sku)
            .field("kind", &self.kind)
            .field("etag", &self.etag)
            .field("properties", &self.properties)
            .field("rest", &self.rest.keys().collect::<Vec<_>>())
            .finish()
    }
}

impl<R: ResourceType> PartialEq for Resource<R> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && self.name == other.name
            && self.resource_type == other.resource_type
            && self.location == other.location
            && self.tags == other.tags
            && self.identity == other.identity
            && self.sku == other.sku
            && self.kind == other.kind
            && self.etag == other.etag
            && self.properties == other.properties
            && self.rest == other.rest
    }
}

/// Removes what stands at a path.
fn take_out(members: &mut Map<String, Value>, path: &str) {
    let Some((name, rest)) = path.split_once('.') else {
        members.shift_remove(path);
        return;
    };
    match members.get_mut(name.trim_end_matches("[]")) {
        Some(Value::Object(inner)) => take_out(inner, rest),
        Some(Value::Array(items)) => items
            .iter_mut()
            .filter_map(Value::as_object_mut)
            .for_each(|item| take_out(item, rest)),
        _ => {}
    }
}

fn null_is_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Application Insights says `"tags": ""` where there are none.
fn tags_or_none<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Tags {
        Some(BTreeMap<String, Option<String>>),
        None(Option<String>),
    }
    match Tags::deserialize(deserializer)? {
        Tags::Some(tags) => Ok(tags
            .into_iter()
            .map(|(name, value)| (name, value.unwrap_or_default()))
            .collect()),
        Tags::None(text) if text.as_deref().is_none_or(str::is_empty) => Ok(BTreeMap::new()),
        Tags::None(_) => Err(serde::de::Error::custom("tags are a map of strings")),
    }
}

open_enum! {
    /// Which managed identities a resource has.
    IdentityType {
        /// None.
        None = "None",
        /// One that lives and dies with the resource.
        SystemAssigned = "SystemAssigned",
        /// Resources of their own.
        UserAssigned = "UserAssigned",
        /// Both.
        Both = "SystemAssigned, UserAssigned",
        /// Both, as some services write it.
        BothWithoutSpace = "SystemAssigned,UserAssigned",
    }
}

model! {
    /// The managed identities of a resource.
    Identity {
        /// Which.
        #[serde(rename = "type")]
        identity_type: IdentityType,
        /// The object id of the system-assigned identity. Only the service writes it.
        principal_id: String,
        /// The tenant of the system-assigned identity. Only the service writes it.
        tenant_id: String,
        /// The user-assigned identities by resource id.
        user_assigned_identities: BTreeMap<ResourceId, UserAssigned>,
    }
}

impl Identity {
    /// One that lives and dies with the resource.
    pub fn system_assigned() -> Self {
        Self {
            identity_type: Some(IdentityType::SystemAssigned),
            ..Self::default()
        }
    }

    /// These user-assigned identities.
    pub fn user_assigned(ids: impl IntoIterator<Item = ResourceId>) -> Self {
        Self {
            identity_type: Some(IdentityType::UserAssigned),
            user_assigned_identities: Some(
                ids.into_iter()
                    .map(|id| (id, UserAssigned::default()))
                    .collect(),
            ),
            ..Self::default()
        }
    }
}

model! {
    /// What the service says about a user-assigned identity of a resource. Empty when it is sent.
    UserAssigned {
        /// The object id of its service principal.
        principal_id: String,
        /// Its application (client) id.
        client_id: String,
    }
}

model! {
    /// The size or edition of a resource.
    Sku {
        /// The name, such as `S0`.
        name: String,
        /// The tier, such as `Standard`.
        tier: String,
        /// The size within the family.
        size: String,
        /// The family.
        family: String,
        /// How many, or how much.
        capacity: i64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    model! {
        /// For the test.
        ThingProperties {
            /// A setting.
            setting: String,
            /// An address that the service gives.
            address: String,
        }
    }

    #[derive(Debug, Clone)]
    enum Thing {}

    impl ResourceType for Thing {
        const TYPE: &'static str = "A.B/things";
        const API_VERSION: &'static str = "2026-01-01";
        const READ_ONLY: &'static [&'static str] = &[
            "address",
            "nested.address",
            "parts[].state",
            "parts[].inner.state",
        ];
        type Properties = ThingProperties;
    }

    fn as_read() -> Value {
        json!({
            "id": "/subscriptions/x/resourceGroups/rg/providers/A.B/things/t", "name": "t", "type": "A.B/things", "location": "eastus2",
            "tags": {"a": "1"}, "identity": {"type": "systemAssigned,userAssigned", "principalId": "p", "tenantId": "t", "delegated": 1,
                "userAssignedIdentities": {"/subscriptions/x/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/u":
                    {"principalId": "p", "clientId": "c"}}},
            "sku": {"name": "S0", "capacity": 10, "new": true}, "kind": "k", "etag": "W/1",
            "properties": {"setting": "s", "address": "1.2.3.4", "provisioningState": "Succeeded", "nested": {"new": [1, null], "address": "x"},
                "parts": [{"name": "a", "state": "x", "inner": {"state": "x", "new": 1}}, "odd", {"inner": null}]},
            "zones": ["1"], "systemData": {"createdBy": "x"},
        })
    }

    #[test]
    fn debug_shows_only_the_names_of_what_is_not_known() {
        let mut read = as_read();
        read["secret"] = json!("planted");
        read["properties"]["nested"]["secret"] = json!("planted");
        let resource: Resource<Thing> = serde_json::from_value(read).unwrap();
        let shown = format!("{resource:?}");
        assert!(
            shown.contains("secret") && shown.contains("eastus2") && !shown.contains("planted"),
            "{shown}"
        );
    }

    #[test]
    fn nothing_that_was_read_is_lost() {
        let resource: Resource<Thing> = serde_json::from_value(as_read()).unwrap();
        let mut expected = as_read();
        expected["identity"]["type"] = json!("SystemAssigned,UserAssigned");
        assert_eq!(serde_json::to_value(&resource).unwrap(), expected);
    }

    #[test]
    fn only_what_may_be_written_is_sent() {
        let resource: Resource<Thing> = serde_json::from_value(as_read()).unwrap();
        let expected = json!({
            "location": "eastus2", "tags": {"a": "1"},
            "identity": {"type": "SystemAssigned,UserAssigned", "delegated": 1,
                "userAssignedIdentities": {"/subscriptions/x/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/u": {}}},
            "sku": {"name": "S0", "capacity": 10, "new": true}, "kind": "k",
            "properties": {"setting": "s", "nested": {"new": [1, null]},
                "parts": [{"name": "a", "inner": {"new": 1}}, "odd", {"inner": null}]}, "zones": ["1"],
        });
        assert_eq!(resource.for_write(), expected);
        assert_eq!(
            Resource::<Thing>::default()
                .at("westus")
                .tag("a", "b")
                .for_write(),
            json!({"location": "westus", "tags": {"a": "b"}})
        );
    }

    #[test]
    fn null_and_absent_are_the_same() {
        let nulls = json!({"id": null, "tags": null, "identity": null, "sku": null, "properties": null, "location": null, "kind": null});
        let resource: Resource<Thing> = serde_json::from_value(nulls).unwrap();
        assert_eq!(resource, Resource::default());
        let empty: Resource<Thing> = serde_json::from_value(json!({"tags": ""})).unwrap();
        assert_eq!(empty, resource);
        let valueless: Resource<Thing> =
            serde_json::from_value(json!({"tags": {"a": null}})).unwrap();
        assert!(valueless.has_tag("a", ""));
        assert!(
            empty
                .require_id()
                .unwrap_err()
                .to_string()
                .contains("A.B/things")
        );
    }

    #[test]
    fn a_null_that_the_caller_puts_into_rest_is_sent() {
        let mut identity =
            Identity::user_assigned(["/subscriptions/x".parse::<ResourceId>().unwrap_or_default()]);
        identity.rest.insert("note".into(), Value::Null);
        let resource = Resource::<Thing> {
            identity: Some(identity),
            ..Default::default()
        };
        assert_eq!(resource.for_write()["identity"]["note"], Value::Null);
    }

    #[test]
    fn tags_are_found_without_case_of_the_name() {
        let resource = Resource::<Thing>::default().tag("Rhc-Environment", "qa");
        assert!(
            resource.has_tag("rhc-environment", "qa") && !resource.has_tag("rhc-environment", "QA")
        );
    }
}
