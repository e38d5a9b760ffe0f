//! Consents to delegated permissions.

use super::schema::{self, Property, one_of, text};
use super::service_principals::SERVICE_PRINCIPAL;
use super::state::GraphState;
use super::{Call, Key, Refusal, Reply, odata};
use rhc_core::fake::{ObjectKind, Read, State};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

const RESOURCE: &str = "OAuth2PermissionGrant";
const SET: &str = "oauth2PermissionGrants";

/// The properties of a consent.
pub(super) const PROPERTIES: &[Property] = &[
    text("id").read_only(),
    text("clientId").create_only().not_null(),
    one_of("consentType", &["AllPrincipals", "Principal"]).create_only(),
    text("principalId").create_only(),
    text("resourceId").create_only().not_null(),
    text("scope"),
];

pub(super) fn list(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let policies = state.section::<GraphState>().of(call.tenant());
    let all = policies.permission_grants.values().cloned().collect();
    odata::listed(call, SET, "oAuth2PermissionGrant", PROPERTIES, all).map(Reply::ok)
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let body = call.body()?;
    schema::check(body, PROPERTIES, RESOURCE, true)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let client = principal(state, call, text("clientId"), "clientId")?;
    let resource = principal(state, call, text("resourceId"), "resourceId")?;
    let consent = text("consentType").ok_or_else(|| Refusal::required("consentType", RESOURCE))?;
    let for_all = consent.eq_ignore_ascii_case("AllPrincipals");
    let user = text("principalId").and_then(|id| id.parse::<Uuid>().ok());
    match (for_all, user) {
        (true, None) => {}
        // Unverified: that a user beside "all principals" is refused and not passed over.
        (true, Some(_)) => return Err(Refusal::invalid("principalId", RESOURCE)),
        (false, None) => return Err(Refusal::required("principalId", RESOURCE)),
        (false, Some(user)) => {
            let found = state
                .directory_ref()
                .object(call.tenant(), user, Read::Point);
            if found.is_none_or(|view| view.object.kind != ObjectKind::User) {
                return Err(Refusal::not_found(&user.to_string()));
            }
        }
    }
    defined(state, call, resource, text("scope").unwrap_or_default())?;
    let same = |own: &Map<String, Value>| {
        own.get("clientId") == Some(&json!(client))
            && own.get("resourceId") == Some(&json!(resource))
            && own.get("principalId").and_then(Value::as_str)
                == user.map(|user| user.to_string()).as_deref()
    };
    let policies = state.section::<GraphState>().of(call.tenant());
    if policies.permission_grants.values().any(same) {
        return Err(Refusal::new(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            "Permission entry already exists.",
        ));
    }
    // The real id holds the same three.
    let id = [Some(client), Some(resource), user]
        .into_iter()
        .flatten()
        .map(|id| id.to_string())
        .collect::<Vec<_>>()
        .join("_");
    let mut made = Map::new();
    made.insert("id".into(), json!(id));
    schema::merge(&mut made, body);
    let policies = state.section::<GraphState>().of(call.tenant());
    policies.permission_grants.insert(id, made.clone());
    odata::single(call, SET, "oAuth2PermissionGrant", PROPERTIES, &made).map(Reply::created)
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let body = call.body()?;
    for name in body.keys() {
        let fixed = schema::find(PROPERTIES, name)
            .is_some_and(|property| property.access != schema::Access::ReadWrite);
        if fixed {
            return Err(Refusal::bad_request(format!(
                "Property cannot be updated: {name}"
            )));
        }
    }
    schema::check(body, PROPERTIES, RESOURCE, false)?;
    let id = &call.key(0)?.value;
    let policies = state.section::<GraphState>().of(call.tenant());
    let grant = policies.permission_grants.get(id);
    let resource = grant
        .ok_or_else(|| Refusal::not_found(id))?
        .get("resourceId")
        .and_then(Value::as_str)
        .and_then(|id| id.parse().ok())
        .unwrap_or_default();
    let scope = body.get("scope").and_then(Value::as_str);
    defined(state, call, resource, scope.unwrap_or_default())?;
    let policies = state.section::<GraphState>().of(call.tenant());
    if let Some(grant) = policies.permission_grants.get_mut(id) {
        schema::merge(grant, body);
    }
    Ok(Reply::no_content())
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = &call.key(0)?.value;
    let policies = state.section::<GraphState>().of(call.tenant());
    match policies.permission_grants.remove(id) {
        Some(_) => Ok(Reply::no_content()),
        None => Err(Refusal::not_found(id)),
    }
}

/// The service principal that a property names.
fn principal(
    state: &State,
    call: &Call,
    id: Option<&str>,
    property: &'static str,
) -> Result<Uuid, Refusal> {
    let id = id.ok_or_else(|| Refusal::required(property, RESOURCE))?;
    let key = Key {
        property: None,
        value: id.to_owned(),
    };
    let found = SERVICE_PRINCIPAL.find(state, call.tenant(), &key, Read::Point)?;
    found.ok_or_else(|| Refusal::not_found(id))
}

/// OpenID Connect's own permissions, which belong to Microsoft Graph without being among what it defines.
const STANDARD: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// An API that says which permissions it has can be asked for these only. The World's Microsoft Graph says nothing.
///
/// Unverified: that an unknown permission is refused here, and not when a token is asked for.
fn defined(state: &State, call: &Call, resource: Uuid, scope: &str) -> Result<(), Refusal> {
    let body = super::objects::body_of(state, call.tenant(), resource);
    let known: BTreeSet<&str> = super::applications::list_of(body.get("oauth2PermissionScopes"))
        .filter_map(|scope| scope.get("value").and_then(Value::as_str))
        .chain(STANDARD)
        .collect();
    let says = known.len() > STANDARD.len();
    match scope
        .split_whitespace()
        .find(|scope| says && !known.contains(scope))
    {
        Some(unknown) => Err(Refusal::bad_request(format!(
            "The permission '{unknown}' is not one of the resource's."
        ))),
        None => Ok(()),
    }
}
