//! What the fake remembers of user flows.

use std::collections::BTreeMap;

use rhc_core::fake::{Section, SectionProblem};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// User flows by tenant: section `externalId` of a World's state.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserFlowState {
    #[serde(default)]
    tenants: BTreeMap<Uuid, TenantFlows>,
}

/// The user flows of one tenant, and what they can be made of.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct TenantFlows {
    #[serde(default)]
    pub(super) user_flows: BTreeMap<Uuid, Flow>,
    /// Identity providers that somebody configured beside the built-in ones, by id, with their types and without secrets.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) identity_providers: BTreeMap<String, Map<String, Value>>,
    /// Event listeners that are no part of a user flow: their types, such as `#microsoft.graph.onTokenIssuanceStartListener`, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) event_listeners: BTreeMap<String, String>,
    /// Attributes that somebody defined beside the built-in ones, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) attributes: BTreeMap<String, Map<String, Value>>,
}

/// A user flow.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Flow {
    pub(super) display_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    pub(super) is_sign_up_allowed: bool,
    pub(super) identity_providers: Vec<String>,
    #[serde(default)]
    pub(super) include_applications: Vec<Uuid>,
    /// Absent: it was created without, and can never have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) attribute_collection: Option<Collection>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) user_type_to_create: Option<String>,
}

/// What it asks of somebody who makes himself an account.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Collection {
    pub(super) attributes: Vec<String>,
    /// The page's parts as they were sent.
    #[serde(default)]
    pub(super) views: Vec<Map<String, Value>>,
}

/// Identity providers that are built in: id, name and kind; and whether an external tenant has them, and a workforce tenant.
const PROVIDERS: &[(&str, &str, &str, bool, bool)] = &[
    (
        "EmailPassword-OAUTH",
        "Email with password",
        "EmailPassword",
        true,
        false,
    ),
    (
        "EmailOtpSignup-OAUTH",
        "Email One Time Passcode",
        "EmailOTP",
        true,
        true,
    ),
    (
        "MSASignup-OAUTH",
        "MicrosoftAccount",
        "MicrosoftAccount",
        false,
        true,
    ),
];

/// The attributes that each tenant has: id, name and description.
const ATTRIBUTES: &[(&str, &str, &str)] = &[
    ("email", "Email Address", "Email address of the user"),
    ("displayName", "Display Name", "Display Name of the User."),
    ("givenName", "Given Name", "The user's given name."),
    ("surname", "Surname", "The user's surname."),
    ("city", "City", "The city in which the user is located."),
    (
        "country",
        "Country/Region",
        "The country/region in which the user is located.",
    ),
    ("jobTitle", "Job Title", "The user's job title."),
    (
        "postalCode",
        "Postal Code",
        "The postal code of the user's address.",
    ),
];

impl UserFlowState {
    pub(super) fn of(&mut self, tenant: Uuid) -> &mut TenantFlows {
        self.tenants.entry(tenant).or_default()
    }
}

impl TenantFlows {
    /// An identity provider as an answer has it, if the tenant has it. Only external tenants have user flows.
    pub(super) fn provider(&self, id: &str) -> Option<Value> {
        let all = self.providers(true);
        all.into_iter().find(|own| own["id"] == id)
    }

    /// All identity providers of the tenant as answers have them, secrets as asterisks.
    pub(super) fn providers(&self, is_external: bool) -> Vec<Value> {
        let built_in = PROVIDERS
            .iter()
            .filter(|(.., external, workforce)| match is_external {
                true => *external,
                false => *workforce,
            })
            .map(|(id, name, kind, ..)| {
                json!({"@odata.type": "#microsoft.graph.builtInIdentityProvider", "id": id,
                    "displayName": name, "identityProviderType": kind})
            });
        let own = self.identity_providers.iter().map(|(id, own)| {
            let mut provider = json!({"@odata.type": own.get("@odata.type"), "id": id});
            for (name, value) in own {
                provider[name] = value.clone();
            }
            let secret = match own.get("developerId") {
                Some(_) => "certificateData",
                None => "clientSecret",
            };
            provider[secret] = json!("******");
            provider
        });
        built_in.chain(own).collect()
    }

    /// An attribute as an answer has it, if the tenant has it.
    pub(super) fn attribute(&self, id: &str) -> Option<Value> {
        let all = self.all_attributes();
        all.into_iter().find(|own| own["id"] == id)
    }

    /// All attributes of the tenant as answers have them.
    pub(super) fn all_attributes(&self) -> Vec<Value> {
        let built_in = ATTRIBUTES.iter().map(|(id, name, description)| {
            json!({"id": id, "displayName": name, "description": description,
                "userFlowAttributeType": "builtIn", "dataType": "string"})
        });
        let own = self.attributes.iter().map(|(id, own)| {
            let text = |name: &str| own.get(name).cloned().unwrap_or_default();
            json!({"id": id, "displayName": text("displayName"), "description": text("description"),
                "userFlowAttributeType": "custom", "dataType": text("dataType")})
        });
        built_in.chain(own).collect()
    }
}

impl Section for UserFlowState {
    const NAME: &'static str = "externalId";

    fn validate(&self) -> Result<(), SectionProblem> {
        for (tenant, own) in &self.tenants {
            for (id, provider) in &own.identity_providers {
                if !provider.get("@odata.type").is_some_and(Value::is_string) {
                    let place = format!("tenants.{tenant}.identityProviders.{id}.@odata.type");
                    let what =
                        "it must say what it is, such as #microsoft.graph.socialIdentityProvider";
                    return Err(SectionProblem::new(place, what));
                }
            }
            for (id, attribute) in &own.attributes {
                for name in ["displayName", "dataType"] {
                    if !attribute.get(name).is_some_and(Value::is_string) {
                        let place = format!("tenants.{tenant}.attributes.{id}.{name}");
                        return Err(SectionProblem::new(place, "it must be there"));
                    }
                }
            }
            let mut seen = BTreeMap::new();
            for (id, flow) in &own.user_flows {
                let at = |place: &str| format!("tenants.{tenant}.userFlows.{id}.{place}");
                for provider in &flow.identity_providers {
                    if own.provider(provider).is_none() {
                        let what = format!(
                            "the tenant has no identity provider '{provider}': put it into identityProviders of the tenant"
                        );
                        return Err(SectionProblem::new(at("identityProviders"), what));
                    }
                }
                for application in &flow.include_applications {
                    if let Some(other) = seen.insert(*application, id) {
                        let what = format!("the application {application} is in {other} too");
                        return Err(SectionProblem::new(at("includeApplications"), what));
                    }
                }
                let collected = flow.attribute_collection.iter();
                for attribute in collected.flat_map(|collection| &collection.attributes) {
                    if own.attribute(attribute).is_none() {
                        let what = format!(
                            "the tenant has no attribute '{attribute}': put it into attributes of the tenant"
                        );
                        return Err(SectionProblem::new(at("attributeCollection"), what));
                    }
                }
            }
        }
        Ok(())
    }
}
