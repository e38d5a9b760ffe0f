//! Conditional Access policies.

use super::applications::list_of;
use super::policies::has_security_defaults;
use super::schema::{
    self, Kind, Property, flag, guid, object, one_of, property, short, text, texts, time,
};
use super::state::GraphState;
use super::{Call, Refusal, Reply, odata};
use rhc_core::fake::{State, TenantKind, respond};
use serde_json::{Map, Value, json};
use uuid::Uuid;

const RESOURCE: &str = "conditionalAccessPolicy";
const SET: &str = "identity/conditionalAccess/policies";

const USERS: &[Property] = &[
    texts("includeUsers"),
    texts("excludeUsers"),
    texts("includeGroups"),
    texts("excludeGroups"),
    texts("includeRoles"),
    texts("excludeRoles"),
    property("includeGuestsOrExternalUsers", Kind::Any),
    property("excludeGuestsOrExternalUsers", Kind::Any),
];

const CONDITIONS: &[Property] = &[
    object(
        "applications",
        &[
            texts("includeApplications"),
            texts("excludeApplications"),
            texts("includeUserActions"),
            texts("includeAuthenticationContextClassReferences"),
            property("applicationFilter", Kind::Any),
        ],
    ),
    object("users", USERS),
    texts("clientAppTypes"),
    texts("signInRiskLevels"),
    texts("userRiskLevels"),
    texts("servicePrincipalRiskLevels"),
    property("insiderRiskLevels", Kind::Any),
    object(
        "platforms",
        &[texts("includePlatforms"), texts("excludePlatforms")],
    ),
    object(
        "locations",
        &[texts("includeLocations"), texts("excludeLocations")],
    ),
    property("devices", Kind::Any),
    property("clientApplications", Kind::Any),
    property("authenticationFlows", Kind::Any),
];

const GRANT: &[Property] = &[
    one_of("operator", &["AND", "OR"]),
    texts("builtInControls"),
    texts("customAuthenticationFactors"),
    texts("termsOfUse"),
];

const SESSION: &[Property] = &[
    property("applicationEnforcedRestrictions", Kind::Any),
    property("cloudAppSecurity", Kind::Any),
    property("persistentBrowser", Kind::Any),
    property("signInFrequency", Kind::Any),
    flag("disableResilienceDefaults"),
    property("secureSignInSession", Kind::Any),
];

/// The properties of a Conditional Access policy.
pub(super) const PROPERTIES: &[Property] = &[
    guid("id").read_only(),
    guid("templateId"),
    short("displayName", 256).not_null(),
    text("description"),
    time("createdDateTime").read_only(),
    time("modifiedDateTime").read_only(),
    time("deletedDateTime").read_only(),
    one_of(
        "state",
        &["enabled", "disabled", "enabledForReportingButNotEnforced"],
    )
    .not_null(),
    object("conditions", CONDITIONS).not_null(),
    object("grantControls", GRANT),
    object("sessionControls", SESSION),
];

/// One request a second per tenant; the refusal names no time to wait.
pub(super) fn throttle(state: &mut State, call: &Call) -> Result<(), Refusal> {
    let policies = state.section::<GraphState>().of(call.tenant());
    let free = policies
        .asked
        .is_none_or(|asked| call.at - asked >= time::Duration::seconds(1));
    if !free {
        return Err(Refusal::new(429, "TooManyRequests", "Too many requests."));
    }
    policies.asked = Some(call.at);
    Ok(())
}

pub(super) fn list(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    throttle(state, call)?;
    let policies = state.section::<GraphState>().of(call.tenant());
    let living = policies.conditional_access.values();
    let all = living.filter(|policy| is_alive(policy)).cloned().collect();
    odata::listed(call, SET, RESOURCE, PROPERTIES, all).map(Reply::ok)
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    throttle(state, call)?;
    let policy = target(state, call)?.clone();
    odata::single(call, SET, RESOURCE, PROPERTIES, &policy).map(Reply::ok)
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    throttle(state, call)?;
    let body = call.body()?;
    schema::check(body, PROPERTIES, RESOURCE, true)?;
    let id = state.uuid();
    let mut made = Map::new();
    made.insert("id".into(), json!(id));
    made.insert("createdDateTime".into(), json!(respond::timestamp(call.at)));
    schema::merge(&mut made, body);
    rules(state, call, &made)?;
    let policies = state.section::<GraphState>().of(call.tenant());
    policies.conditional_access.insert(id, made.clone());
    odata::single(call, SET, RESOURCE, PROPERTIES, &made).map(Reply::created)
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    throttle(state, call)?;
    let body = call.body()?;
    schema::check(body, PROPERTIES, RESOURCE, false)?;
    let mut after = target(state, call)?.clone();
    schema::merge(&mut after, body);
    after.insert(
        "modifiedDateTime".into(),
        json!(respond::timestamp(call.at)),
    );
    rules(state, call, &after)?;
    *target(state, call)? = after;
    Ok(Reply::no_content())
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    throttle(state, call)?;
    let policy = target(state, call)?;
    policy.insert("deletedDateTime".into(), json!(respond::timestamp(call.at)));
    Ok(Reply::no_content())
}

/// A deleted policy is kept, to be restored, which the fake cannot. Unverified: that neither lists nor point reads show it.
fn is_alive(policy: &Map<String, Value>) -> bool {
    !policy.contains_key("deletedDateTime")
}

fn target<'a>(state: &'a mut State, call: &Call) -> Result<&'a mut Map<String, Value>, Refusal> {
    let value = &call.key(0)?.value;
    let id = value
        .parse::<Uuid>()
        .map_err(|_| Refusal::not_found(value))?;
    let policies = state.section::<GraphState>().of(call.tenant());
    policies
        .conditional_access
        .get_mut(&id)
        .filter(|policy| is_alive(policy))
        .ok_or_else(|| Refusal::not_found(value))
}

fn rules(state: &mut State, call: &Call, policy: &Map<String, Value>) -> Result<(), Refusal> {
    let bad = |message: &str| Refusal::new(400, "BadRequest", message);
    for name in ["displayName", "state", "conditions"] {
        if policy.get(name).is_none_or(|value| value == "") {
            return Err(Refusal::required(name, RESOURCE));
        }
    }
    if !policy.contains_key("grantControls") && !policy.contains_key("sessionControls") {
        return Err(bad(
            "1038: The policy must have at least one grant or session control.",
        ));
    }
    let conditions = policy.get("conditions");
    let at = |name: &str, list: &str| {
        conditions
            .and_then(|conditions| conditions.get(name))
            .and_then(|condition| condition.get(list))
    };
    let included = list_of(at("applications", "includeApplications"))
        .chain(list_of(at("applications", "includeUserActions")));
    if included.count() == 0 {
        return Err(bad(
            "1007: The policy must include at least one application or user action.",
        ));
    }
    let users: Vec<&Value> = list_of(at("users", "includeUsers")).collect();
    let others = ["includeGroups", "includeRoles"].map(|name| list_of(at("users", name)).count());
    if users.is_empty() && others == [0, 0] {
        return Err(bad(
            "1006: The policy must include at least one user, group or role.",
        ));
    }
    let external = state
        .directory_ref()
        .tenant_by_id(call.tenant())
        .is_some_and(|tenant| tenant.kind == TenantKind::ExternalId);
    if external && (users != [&json!("All")] || others != [0, 0]) {
        return Err(bad(
            "An external tenant's policy includes all users; exclude those whom it is not for.",
        ));
    }
    if policy.get("state") == Some(&json!("enabled")) && has_security_defaults(state, call) {
        return Err(bad(
            "Security Defaults is enabled in the tenant. You must disable Security defaults before enabling a Conditional Access policy.",
        ));
    }
    Ok(())
}
