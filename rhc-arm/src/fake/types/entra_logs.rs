//! Where a tenant's own sign-in and audit logs go. Unverified throughout: the statuses and codes of the refusals.

use rhc_core::fake::authority::CallerKind;
use rhc_core::fake::{State, directory::GLOBAL_ADMINISTRATOR};
use serde_json::{Value, json};
use uuid::{Uuid, uuid};

use super::super::error::ServiceError;
use super::super::json;
use super::super::path::{group_of, subscription_of};
use super::super::route::{Reply, Route, RouteContext};
use super::super::state::{Arm, arm};
use super::logs::WORKSPACES;

/// Source: [types](https://github.com/Azure/bicep-types-az), `microsoft.aadiam`.
const VERSIONS: &[&str] = &["2017-04-01"];
const TYPE: &str = "microsoft.aadiam/diagnosticSettings";
const SETTING: &str = "/providers/microsoft.aadiam/diagnosticSettings/{setting}";
const SETTINGS: &str = "/providers/microsoft.aadiam/diagnosticSettings";
const SECURITY_ADMINISTRATOR: Uuid = uuid!("194ae4cb-b126-40b2-bd5b-6091b380977d");
/// How many settings a tenant has at most.
const MOST: usize = 5;

/// Source: the activity logs' page of diagnostic settings, and the options of Microsoft's portal.
const CATEGORIES: &[&str] = &[
    "AuditLogs",
    "SignInLogs",
    "NonInteractiveUserSignInLogs",
    "ServicePrincipalSignInLogs",
    "ManagedIdentitySignInLogs",
    "ProvisioningLogs",
    "ADFSSignInLogs",
    "RiskyUsers",
    "UserRiskEvents",
    "RiskyServicePrincipals",
    "ServicePrincipalRiskEvents",
    "MicrosoftGraphActivityLogs",
];

const fn route(
    method: &'static str,
    pattern: &'static str,
    run: fn(&mut State, &RouteContext<'_>) -> Result<Reply, ServiceError>,
) -> Route {
    Route {
        method,
        pattern,
        api_versions: VERSIONS,
        permission: "",
        run,
    }
}

pub(super) const ROUTES: &[Route] = &[
    route("PUT", SETTING, put),
    route("GET", SETTING, |state, context| {
        allowed(state, context, "read")?;
        let found = arm(state).entra_log_settings.get(&key(context));
        let found = found.cloned().ok_or_else(|| missing(context))?;
        Ok(Reply::new(200, found))
    }),
    route("DELETE", SETTING, |state, context| {
        allowed(state, context, "delete")?;
        let gone = arm(state).entra_log_settings.remove(&key(context));
        Ok(Reply::empty(if gone.is_some() { 200 } else { 204 }))
    }),
    route("GET", SETTINGS, |state, context| {
        allowed(state, context, "read")?;
        let tenant = format!("{}/", context.caller.tenant);
        let all = arm(state).entra_log_settings.iter();
        let own = all.filter(|(key, _)| key.starts_with(&tenant));
        Ok(Reply::list(own.map(|(_, body)| body.clone()).collect()))
    }),
];

fn key(context: &RouteContext<'_>) -> String {
    format!("{}/{}", context.caller.tenant, context.param("setting")).to_ascii_lowercase()
}

fn missing(context: &RouteContext<'_>) -> ServiceError {
    ServiceError::not_found(
        "ResourceNotFound",
        format!(
            "The resource '{}' could not be found.",
            context.param("setting")
        ),
    )
}

fn bad(message: String) -> ServiceError {
    ServiceError::bad_request("BadRequest", message)
}

/// People with a role of the directory; Azure's own roles do not reach here.
fn allowed(state: &State, context: &RouteContext<'_>, what: &str) -> Result<(), ServiceError> {
    let caller = context.caller;
    let directory = state.directory_ref();
    let holds = directory.tenant_by_id(caller.tenant).is_some_and(|tenant| {
        [GLOBAL_ADMINISTRATOR, SECURITY_ADMINISTRATOR]
            .iter()
            .any(|role| tenant.has_role(caller.object_id, *role))
    });
    if holds && caller.kind == CallerKind::Person {
        return Ok(());
    }
    Err(ServiceError::new(
        403,
        "AuthorizationFailed",
        format!(
            "The client '{}' does not have authorization to perform action '{TYPE}/{what}' over scope '/providers/microsoft.aadiam'.",
            caller.object_id
        ),
    ))
}

fn put(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    allowed(state, context, "write")?;
    let sent = context.sent;
    let workspace = json::text(sent, "properties.workspaceId")
        .ok_or_else(|| bad("At least one data sink needs to be specified.".to_owned()))?;
    sink(state, context, workspace)?;
    for (at, log) in json::all(sent, "properties.logs[]") {
        let category = json::text(log, "category").unwrap_or_default();
        if !CATEGORIES.contains(&category) {
            return Err(bad(format!("Category '{category}' is not supported.")));
        }
        if !log["enabled"].is_boolean() {
            return Err(bad(format!("'{at}.enabled' is required.")));
        }
    }
    let key = key(context);
    let tenant = format!("{}/", context.caller.tenant);
    let others = arm(state).entra_log_settings.keys();
    let others = others.filter(|own| own.starts_with(&tenant) && **own != key);
    if others.count() >= MOST {
        return Err(bad(format!(
            "A tenant has at most {MOST} diagnostic settings."
        )));
    }
    let name = context.param("setting");
    let mut properties = sent["properties"].clone();
    json::fill(
        &mut properties,
        &json!({"storageAccountId": null, "serviceBusRuleId": null, "eventHubAuthorizationRuleId": null,
            "eventHubName": null, "logs": []}),
    );
    let body = json!({
        "id": format!("{SETTINGS}/{name}"),
        "type": TYPE,
        "name": name,
        "location": null,
        "kind": null,
        "tags": null,
        "identity": null,
        "properties": properties,
    });
    arm(state).entra_log_settings.insert(key, body.clone());
    Ok(Reply::new(200, body))
}

/// The workspace must be there, in a subscription of the same tenant.
fn sink(state: &State, context: &RouteContext<'_>, id: &str) -> Result<(), ServiceError> {
    let tenant = context.caller.tenant;
    let own = state.read::<Arm>().is_some_and(|arm| {
        let subscription = subscription_of(id).and_then(|id| id.parse::<Uuid>().ok());
        let owner = subscription.and_then(|id| arm.subscriptions.get(&id));
        let found = arm.get(id).map(|stored| &stored.body["type"]);
        let is_workspace = found
            .and_then(Value::as_str)
            .is_some_and(|own| own.eq_ignore_ascii_case(WORKSPACES));
        group_of(id).is_some()
            && is_workspace
            && owner.is_some_and(|owner| owner.tenant_id == tenant)
    });
    if own {
        return Ok(());
    }
    Err(ServiceError::not_found(
        "ResourceNotFound",
        format!("The workspace '{id}' could not be found."),
    ))
}
