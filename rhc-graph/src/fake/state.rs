//! What the fake remembers beside the World's directory.

use super::authentication;
use rhc_core::fake::{Section, SectionProblem};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use time::OffsetDateTime;
use uuid::Uuid;

/// Policies by tenant: section `graph` of a World's state.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GraphState {
    #[serde(default)]
    tenants: BTreeMap<Uuid, TenantPolicies>,
}

/// The policies of one tenant.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct TenantPolicies {
    /// Those of which there is one each, by name; the ones that nobody asked for yet are not here.
    #[serde(default)]
    pub(super) policies: BTreeMap<String, Map<String, Value>>,
    /// Conditional Access policies by id.
    #[serde(default)]
    pub(super) conditional_access: BTreeMap<Uuid, Map<String, Value>>,
    /// Consents to delegated permissions, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) permission_grants: BTreeMap<String, Map<String, Value>>,
    /// What the sign-in page looks like, by language; `0` for everybody else.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) branding: BTreeMap<String, Map<String, Value>>,
    /// Named locations by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) named_locations: BTreeMap<Uuid, Map<String, Value>>,
    /// The methods by which users prove who they are, by the user's id and then the method's; passwords only once they were set.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) authentication: BTreeMap<Uuid, BTreeMap<String, Map<String, Value>>>,
    /// What the service does with such methods, by the user's id and then the operation's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) method_operations: BTreeMap<Uuid, BTreeMap<Uuid, Map<String, Value>>>,
    /// What was written of the tenant itself.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(super) organization: Map<String, Value>,
    /// The images of the sign-in page, by language and name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) branding_images: BTreeMap<String, BTreeMap<String, StoredImage>>,
    /// Domains that are not verified yet.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) waiting_domains: BTreeSet<String>,
    /// The domain that new users get, where somebody chose one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) default_domain: Option<String>,
    /// What the tenant has licences for, by the product's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) subscribed_skus: BTreeMap<String, Map<String, Value>>,
    /// What was told to those who ask for changes, by their tokens.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) deltas: BTreeMap<String, Baseline>,
    /// When Conditional Access was asked last.
    #[serde(skip)]
    pub(super) asked: Option<OffsetDateTime>,
}

/// An image of the sign-in page.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct StoredImage {
    /// Such as `image/png`.
    pub(super) content_type: String,
    /// The file, in Base64.
    pub(super) bytes: String,
}

/// What one who asks for changes has been told.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Baseline {
    /// Of which objects.
    pub(super) set: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub(super) at: OffsetDateTime,
    /// Which properties he follows.
    pub(super) select: Vec<String>,
    /// What he knows then.
    pub(super) seen: BTreeMap<Uuid, SeenObject>,
    /// What he is told, in pages.
    pub(super) items: Vec<Value>,
}

/// An object as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SeenObject {
    /// Of what is followed of it.
    pub(super) digest: Uuid,
    /// Its members, where they are followed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) members: BTreeSet<Uuid>,
}

impl GraphState {
    pub(super) fn of(&mut self, tenant: Uuid) -> &mut TenantPolicies {
        self.tenants.entry(tenant).or_default()
    }
}

impl TenantPolicies {
    pub(super) fn has_enabled_access_policy(&self) -> bool {
        let mut all = self.conditional_access.values();
        all.any(|policy| {
            !policy.contains_key("deletedDateTime")
                && policy.get("state") == Some(&json!("enabled"))
        })
    }
}

impl Section for GraphState {
    const NAME: &'static str = "graph";

    fn validate(&self) -> Result<(), SectionProblem> {
        for (tenant, policies) in &self.tenants {
            let named = |kind: &str, id: &str| {
                SectionProblem::new(
                    format!("tenants.{tenant}.{kind}.{id}.id"),
                    "it must be the key that it stands under",
                )
            };
            for (kind, all) in [
                ("permissionGrants", &policies.permission_grants),
                ("branding", &policies.branding),
            ] {
                for (id, one) in all {
                    if one.get("id") != Some(&json!(id)) {
                        return Err(named(kind, id));
                    }
                }
            }
            for (product, one) in &policies.subscribed_skus {
                if one.get("skuPartNumber") != Some(&json!(product)) {
                    return Err(SectionProblem::new(
                        format!("tenants.{tenant}.subscribedSkus.{product}.skuPartNumber"),
                        "it must be the key that it stands under",
                    ));
                }
            }
            for (kind, all) in [
                ("conditionalAccess", &policies.conditional_access),
                ("namedLocations", &policies.named_locations),
            ] {
                for (id, one) in all {
                    if one.get("id") != Some(&json!(id)) {
                        return Err(named(kind, &id.to_string()));
                    }
                }
            }
            for (user, methods) in &policies.authentication {
                for (id, one) in methods {
                    if one.get("id") != Some(&json!(id)) {
                        return Err(named(&format!("authentication.{user}"), id));
                    }
                    if !authentication::is_known(one) {
                        return Err(SectionProblem::new(
                            format!("tenants.{tenant}.authentication.{user}.{id}.@odata.type"),
                            "it must be the type of a method, such as #microsoft.graph.phoneAuthenticationMethod",
                        ));
                    }
                }
            }
        }
        Ok(())
    }
}
