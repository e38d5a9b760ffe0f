//! The tenant itself.
//!
//! Source: what of it can be changed is from the page of the update. Unverified: the words of the refusals.

use super::schema::{self, Property, flag, guid, objects, text, texts, time};
use super::state::GraphState;
use super::{Call, Refusal, Reply, domains, odata};
use rhc_core::fake::{State, Tenant, TenantKind, respond};
use serde_json::{Map, Value, json};

const VERIFIED_DOMAIN: &[Property] = &[
    text("capabilities"),
    flag("isDefault"),
    flag("isInitial"),
    text("name"),
    text("type"),
];

pub(super) const ORGANIZATION: &[Property] = &[
    guid("id").read_only(),
    time("deletedDateTime").read_only(),
    texts("businessPhones").read_only(),
    text("city").read_only(),
    text("country").read_only(),
    text("countryLetterCode").read_only(),
    time("createdDateTime").read_only(),
    text("displayName").read_only(),
    texts("marketingNotificationEmails"),
    flag("onPremisesSyncEnabled").read_only(),
    text("preferredLanguage").read_only(),
    schema::object(
        "privacyProfile",
        &[text("contactEmail"), text("statementUrl")],
    ),
    texts("securityComplianceNotificationMails"),
    texts("securityComplianceNotificationPhones"),
    texts("technicalNotificationMails"),
    text("tenantType").read_only(),
    objects("assignedPlans", &[]).read_only(),
    objects("provisionedPlans", &[]).read_only(),
    objects("verifiedDomains", VERIFIED_DOMAIN).read_only(),
];

pub(super) fn tenant<'a>(state: &'a State, call: &Call) -> Result<&'a Tenant, Refusal> {
    let found = state.directory_ref().tenant_by_id(call.tenant());
    found.ok_or_else(|| Refusal::not_found(&call.tenant().to_string()))
}

pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

pub(super) fn list(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let all = vec![organization(state, call)?];
    odata::listed(call, "organization", "organization", ORGANIZATION, all).map(Reply::ok)
}

/// `GET /organization/{id}`.
pub(super) fn get(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    own(call)?;
    let own = organization(state, call)?;
    odata::single(call, "organization", "organization", ORGANIZATION, &own).map(Reply::ok)
}

/// The key of the path is the caller's own tenant.
fn own(call: &Call) -> Result<(), Refusal> {
    let asked = &call.key(0)?.value;
    match *asked == call.tenant().to_string() {
        true => Ok(()),
        false => Err(Refusal::not_found(asked)),
    }
}

fn organization(state: &mut State, call: &Call) -> Result<Map<String, Value>, Refusal> {
    let default = domains::default(state, call)?;
    let tenant = tenant(state, call)?;
    let domains: Vec<Value> = tenant
        .domains
        .iter()
        .map(|name| {
            let initial = *name == tenant.initial_domain;
            json!({"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": *name == default,
                "isInitial": initial, "name": name, "type": "Managed"})
        })
        .collect();
    let body = json!({
        "id": tenant.id,
        "countryLetterCode": tenant.country,
        "createdDateTime": respond::timestamp(tenant.created),
        "displayName": tenant.display_name,
        "tenantType": match tenant.kind {
            TenantKind::Workforce => "AAD",
            TenantKind::ExternalId => "CIAM",
        },
        "verifiedDomains": domains,
    });
    let mut whole = object(body);
    let written = state
        .section::<GraphState>()
        .of(call.tenant())
        .organization
        .clone();
    whole.extend(written);
    Ok(whole)
}

/// `PATCH /organization/{id}`.
pub(super) fn update(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    own(call)?;
    let body = call.body()?;
    schema::check(body, ORGANIZATION, "Organization", false)?;
    let policies = state.section::<GraphState>().of(call.tenant());
    schema::merge(&mut policies.organization, body);
    Ok(Reply::no_content())
}
