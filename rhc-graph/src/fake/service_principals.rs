//! Service principals.

use super::applications::{
    APP_ROLE, AUDIENCES, INFO, KEY_CREDENTIAL, PERMISSION_SCOPE, VERIFIED_PUBLISHER, owned,
};
use super::objects::{EntityType, body_of};
use super::schema::{
    self, Kind, Property, filled, flag, guid, objects, one_of, property, text, texts, time,
};
use super::{Call, Refusal, Reply};
use rhc_core::fake::{ObjectKind, Read, State};
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub(super) const SERVICE_PRINCIPAL: EntityType = EntityType {
    kind: ObjectKind::ServicePrincipal,
    set: "servicePrincipals",
    name: "servicePrincipal",
    resource: "ServicePrincipal",
    properties: PROPERTIES,
    alternate_keys: &["appId"],
};

const PROPERTIES: &[Property] = &[
    guid("id").read_only(),
    time("deletedDateTime").read_only(),
    flag("accountEnabled"),
    texts("alternativeNames"),
    text("appDisplayName").read_only(),
    text("appDescription").read_only(),
    guid("appId").create_only(),
    text("applicationTemplateId").read_only(),
    guid("appOwnerOrganizationId").read_only(),
    flag("appRoleAssignmentRequired").not_null(),
    time("createdDateTime").read_only(),
    text("description"),
    text("disabledByMicrosoftStatus").read_only(),
    text("displayName").read_only(),
    text("homepage"),
    text("loginUrl"),
    text("logoutUrl"),
    text("notes"),
    texts("notificationEmailAddresses"),
    one_of(
        "preferredSingleSignOnMode",
        &["password", "saml", "notSupported", "oidc"],
    ),
    text("preferredTokenSigningKeyThumbprint"),
    texts("replyUrls"),
    texts("servicePrincipalNames"),
    text("servicePrincipalType").read_only(),
    one_of("signInAudience", AUDIENCES).read_only(),
    texts("tags"),
    guid("tokenEncryptionKeyId"),
    property("samlSingleSignOnSettings", Kind::Any),
    filled("verifiedPublisher", VERIFIED_PUBLISHER).read_only(),
    objects(
        "addIns",
        &[
            guid("id"),
            property("properties", Kind::Any),
            text("type").not_null(),
        ],
    ),
    objects("appRoles", APP_ROLE).read_only(),
    filled("info", INFO).read_only(),
    objects("keyCredentials", KEY_CREDENTIAL),
    objects("oauth2PermissionScopes", PERMISSION_SCOPE).read_only(),
    objects("passwordCredentials", &[]).read_only(),
    objects("resourceSpecificApplicationPermissions", &[]).read_only(),
];

pub(super) fn list(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    SERVICE_PRINCIPAL.list(state, call)
}

pub(super) fn count(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    SERVICE_PRINCIPAL.count(state, call)
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    SERVICE_PRINCIPAL.get(state, call)
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let app_id = call.body()?.get("appId").and_then(Value::as_str);
    let app_id = app_id.ok_or_else(|| Refusal::required("appId", "ServicePrincipal"))?;
    create_for(state, call, app_id)
}

fn create_for(state: &mut State, call: &Call, app_id: &str) -> Result<Reply, Refusal> {
    let body = call.body()?;
    schema::check(body, PROPERTIES, "ServicePrincipal", true)?;
    let tenant = call.tenant();
    let known = app_id.parse::<Uuid>().ok().and_then(|app_id| {
        let (home, view) = state.directory_ref().application(app_id, Read::Point)?;
        Some((home, view.body.clone()))
    });
    let usable = known.filter(|(home, application)| {
        let audience = application
            .get("signInAudience")
            .and_then(Value::as_str)
            .unwrap_or_default();
        *home == tenant || !audience.eq_ignore_ascii_case("AzureADMyOrg")
    });
    let Some((home, application)) = usable else {
        return Err(Refusal::bad_request(format!(
            "The appId '{app_id}' of the service principal does not reference a valid application object."
        ))
        .detailed("NoBackingApplicationObject", "appId"));
    };
    if home != tenant && call.owns_only() {
        return Err(Refusal::new(
            403,
            "Authorization_RequestDenied",
            "When using this permission, the backing application of the service principal being created must in the local tenant",
        ));
    }
    if is_known(state, tenant, app_id) {
        return Err(in_use(app_id));
    }
    let mut made = Map::new();
    made.insert("accountEnabled".into(), json!(true));
    made.insert("appRoleAssignmentRequired".into(), json!(false));
    made.insert("appId".into(), json!(app_id.to_lowercase()));
    made.insert("appOwnerOrganizationId".into(), json!(home));
    made.insert("servicePrincipalType".into(), json!("Application"));
    made.insert(
        "createdDateTime".into(),
        json!(rhc_core::fake::respond::timestamp(call.at)),
    );
    mirror(&application, &mut made);
    schema::merge(&mut made, body);
    let (id, reply) = SERVICE_PRINCIPAL.insert(state, call, made)?;
    if call.is_application() {
        let owner = call.caller.object_id;
        // A caller from the World's own hands may be unknown to the directory; then nobody owns it.
        let _ = state.directory().link(tenant, id, "owners", owner);
    }
    Ok(reply)
}

/// `PATCH /servicePrincipals/{key}`: an update, or with `Prefer: create-if-missing` and an `appId` an upsert.
pub(super) fn update(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let tenant = call.tenant();
    let Some(id) = SERVICE_PRINCIPAL.patched(state, call, "appId")? else {
        return create_for(state, call, &call.key(0)?.value);
    };
    owned(state, call, id)?;
    let body = call.body()?;
    schema::check(body, PROPERTIES, "ServicePrincipal", false)?;
    state
        .directory()
        .update(tenant, id, |own| schema::merge(own, body))
        .map_err(|_| Refusal::not_found(&id.to_string()))?;
    Ok(Reply::no_content())
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = SERVICE_PRINCIPAL.target(state, call)?;
    owned(state, call, id)?;
    let managed = body_of(state, call.tenant(), id).get("servicePrincipalType")
        == Some(&json!("ManagedIdentity"));
    if managed {
        return Err(Refusal::bad_request(
            "The service principal of a managed identity is deleted with its Azure resource.",
        ));
    }
    state
        .directory()
        .delete(call.tenant(), id)
        .map_err(|_| Refusal::not_found(&id.to_string()))?;
    Ok(Reply::no_content())
}

/// Whether an application has a service principal in the tenant; a deleted one does not count.
pub(super) fn is_known(state: &State, tenant: Uuid, app_id: &str) -> bool {
    let all = state.directory_ref();
    let found = all.find(
        tenant,
        ObjectKind::ServicePrincipal,
        "appId",
        app_id,
        Read::Authoritative,
    );
    !found.is_empty()
}

/// 409: one service principal per application and tenant.
pub(super) fn in_use(app_id: &str) -> Refusal {
    Refusal::new(
        409,
        "Request_MultipleObjectsWithSameKeyValue",
        format!(
            "The service principal cannot be created, updated, or restored because the service principal name {app_id} is already in use."
        ),
    )
    .detailed("ObjectConflict", "servicePrincipalNames")
}

/// What a service principal has from its application.
fn mirror(application: &Map<String, Value>, principal: &mut Map<String, Value>) {
    let mut set = |name: &str, value: Option<&Value>| match value {
        Some(value) => {
            principal.insert(name.to_owned(), value.clone());
        }
        None => {
            principal.shift_remove(name);
        }
    };
    set("displayName", application.get("displayName"));
    set("appDisplayName", application.get("displayName"));
    set("appDescription", application.get("description"));
    set("signInAudience", application.get("signInAudience"));
    set("appRoles", application.get("appRoles"));
    let scopes = application
        .get("api")
        .and_then(|api| api.get("oauth2PermissionScopes"));
    set("oauth2PermissionScopes", scopes);
    let mut names: Vec<Value> = super::applications::list_of(application.get("identifierUris"))
        .cloned()
        .collect();
    names.extend(application.get("appId").cloned());
    set("servicePrincipalNames", Some(&Value::Array(names)));
    let uris = |platform: &str| {
        application
            .get(platform)
            .and_then(|platform| platform.get("redirectUris"))
            .cloned()
    };
    let uris: Vec<Value> = ["web", "spa", "publicClient"]
        .into_iter()
        .filter_map(uris)
        .filter_map(|uris| uris.as_array().cloned())
        .flatten()
        .collect();
    set("replyUrls", Some(&Value::Array(uris)));
}

/// Lets the service principals of an application, in whatever tenant, follow a change of it.
pub(super) fn follow(state: &mut State, application: &Map<String, Value>) {
    let app_id = application
        .get("appId")
        .and_then(Value::as_str)
        .and_then(|id| id.parse::<Uuid>().ok());
    let Some(app_id) = app_id else {
        return;
    };
    let directory = state.directory();
    let tenants: Vec<Uuid> = directory.tenants().map(|tenant| tenant.id).collect();
    for tenant in tenants {
        let principal = directory
            .service_principal(tenant, app_id, Read::Authoritative)
            .map(|view| view.id);
        if let Some(id) = principal {
            // It was found just now.
            let _ = directory.update(tenant, id, |body| mirror(application, body));
        }
    }
}
