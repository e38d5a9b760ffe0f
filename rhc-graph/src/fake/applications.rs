//! Application registrations.

use super::objects::{EntityType, body_of};
use super::schema::Kind;
use super::schema::{
    self, Property, filled, flag, guid, object, objects, one_of, property, short, text, texts, time,
};
use super::{Call, Refusal, Reply};
use rhc_core::fake::{ObjectKind, Read, State};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

pub(super) const APPLICATION: EntityType = EntityType {
    kind: ObjectKind::Application,
    set: "applications",
    name: "application",
    resource: "Application",
    properties: PROPERTIES,
    alternate_keys: &["appId", "uniqueName"],
};

/// A role that an application defines.
pub(super) const APP_ROLE: &[Property] = &[
    texts("allowedMemberTypes"),
    text("description"),
    text("displayName"),
    guid("id").not_null(),
    flag("isEnabled").not_null(),
    text("origin").read_only(),
    text("value"),
];

/// A delegated permission that an application defines.
pub(super) const PERMISSION_SCOPE: &[Property] = &[
    text("adminConsentDescription"),
    text("adminConsentDisplayName"),
    guid("id").not_null(),
    flag("isEnabled").not_null(),
    text("origin").read_only(),
    one_of("type", &["User", "Admin"]),
    text("userConsentDescription"),
    text("userConsentDisplayName"),
    text("value"),
];

pub(super) const KEY_CREDENTIAL: &[Property] = &[
    text("customKeyIdentifier"),
    text("displayName"),
    time("endDateTime"),
    text("key"),
    guid("keyId"),
    time("startDateTime"),
    text("type"),
    text("usage"),
];

pub(super) const INFO: &[Property] = &[
    text("logoUrl").read_only(),
    text("marketingUrl"),
    text("privacyStatementUrl"),
    text("supportUrl"),
    text("termsOfServiceUrl"),
];

pub(super) const VERIFIED_PUBLISHER: &[Property] = &[
    text("displayName"),
    text("verifiedPublisherId"),
    time("addedDateTime"),
];

pub(super) const AUDIENCES: &[&str] = &[
    "AzureADMyOrg",
    "AzureADMultipleOrgs",
    "AzureADandPersonalMicrosoftAccount",
    "PersonalMicrosoftAccount",
];

const CLAIM: &[Property] = &[
    texts("additionalProperties"),
    flag("essential").not_null(),
    text("name").not_null(),
    text("source"),
];

const API: &[Property] = &[
    flag("acceptMappedClaims"),
    property("knownClientApplications", Kind::Texts),
    property("requestedAccessTokenVersion", Kind::Number),
    objects("oauth2PermissionScopes", PERMISSION_SCOPE),
    objects(
        "preAuthorizedApplications",
        &[guid("appId"), texts("delegatedPermissionIds")],
    ),
];

const WEB: &[Property] = &[
    text("homePageUrl"),
    short("logoutUrl", 255),
    texts("redirectUris"),
    filled(
        "implicitGrantSettings",
        &[
            flag("enableAccessTokenIssuance"),
            flag("enableIdTokenIssuance"),
        ],
    ),
    objects(
        "redirectUriSettings",
        &[property("index", Kind::Number), text("uri")],
    ),
];

const PROPERTIES: &[Property] = &[
    guid("id").read_only(),
    time("deletedDateTime").read_only(),
    guid("appId").read_only(),
    text("applicationTemplateId").read_only(),
    text("disabledByMicrosoftStatus").read_only(),
    time("createdDateTime").read_only(),
    short("displayName", 256).not_null(),
    short("description", 1024),
    one_of(
        "groupMembershipClaims",
        &[
            "None",
            "SecurityGroup",
            "All",
            "ApplicationGroup",
            "DirectoryRole",
        ],
    ),
    texts("identifierUris"),
    flag("isDeviceOnlyAuthSupported"),
    flag("isFallbackPublicClient"),
    text("notes"),
    text("publisherDomain").read_only(),
    text("serviceManagementReference"),
    one_of("signInAudience", AUDIENCES),
    texts("tags"),
    guid("tokenEncryptionKeyId"),
    text("samlMetadataUrl"),
    text("defaultRedirectUri"),
    property("certification", Kind::Any).read_only(),
    object(
        "optionalClaims",
        &[
            objects("accessToken", CLAIM),
            objects("idToken", CLAIM),
            objects("saml2Token", CLAIM),
        ],
    ),
    object(
        "servicePrincipalLockConfiguration",
        &[
            flag("allProperties"),
            flag("credentialsWithUsageSign"),
            flag("credentialsWithUsageVerify"),
            flag("isEnabled"),
            flag("tokenEncryptionKeyId"),
        ],
    ),
    property("requestSignatureVerification", Kind::Any),
    objects(
        "addIns",
        &[guid("id"), property("properties", Kind::Any), text("type")],
    ),
    filled("api", API),
    objects("appRoles", APP_ROLE),
    filled("info", INFO),
    objects("keyCredentials", KEY_CREDENTIAL),
    filled(
        "parentalControlSettings",
        &[
            texts("countriesBlockedForMinors"),
            text("legalAgeGroupRule"),
        ],
    ),
    // Only addPassword makes one, and the fake has no such action: there are no passwords here.
    objects("passwordCredentials", &[]).read_only(),
    filled("publicClient", &[texts("redirectUris")]),
    objects(
        "requiredResourceAccess",
        &[
            objects(
                "resourceAccess",
                &[guid("id").not_null(), one_of("type", &["Scope", "Role"])],
            ),
            guid("resourceAppId").not_null(),
        ],
    ),
    text("uniqueName").read_only(),
    filled("verifiedPublisher", VERIFIED_PUBLISHER).read_only(),
    filled("web", WEB),
    filled("spa", &[texts("redirectUris")]),
];

pub(super) fn list(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    APPLICATION.list(state, call)
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    APPLICATION.get(state, call)
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    create_named(state, call, None)
}

fn create_named(
    state: &mut State,
    call: &Call,
    unique_name: Option<&str>,
) -> Result<Reply, Refusal> {
    let body = call.body()?;
    schema::check(body, PROPERTIES, "Application", true)?;
    if body
        .get("displayName")
        .and_then(Value::as_str)
        .is_none_or(str::is_empty)
    {
        return Err(Refusal::required("displayName", "Application"));
    }
    let app_id = state.uuid();
    let mut made = Map::new();
    made.insert("appId".into(), json!(app_id));
    if let Some(name) = unique_name {
        made.insert("uniqueName".into(), json!(name));
    }
    made.insert(
        "createdDateTime".into(),
        json!(rhc_core::fake::respond::timestamp(call.at)),
    );
    if let Some(tenant) = state.directory_ref().tenant_by_id(call.tenant()) {
        made.insert("publisherDomain".into(), json!(tenant.initial_domain));
    }
    made.insert(
        "parentalControlSettings".into(),
        json!({"countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow"}),
    );
    made.insert(
        "signInAudience".into(),
        json!("AzureADandPersonalMicrosoftAccount"),
    );
    let no_tokens = json!({"enableAccessTokenIssuance": false, "enableIdTokenIssuance": false});
    made.insert("web".into(), json!({"implicitGrantSettings": no_tokens}));
    schema::merge(&mut made, body);
    settle(&mut made);
    rules(state, call, &made, None)?;
    let (id, reply) = APPLICATION.insert(state, call, made)?;
    if call.is_application() {
        let owner = call.caller.object_id;
        // A caller from the World's own hands may be unknown to the directory; then nobody owns it.
        let _ = state.directory().link(call.tenant(), id, "owners", owner);
    }
    Ok(reply)
}

/// `PATCH /applications/{key}`: an update, or with `Prefer: create-if-missing` and a unique name an upsert.
pub(super) fn update(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let key = call.key(0)?;
    let tenant = call.tenant();
    let upserts = call.creates_if_missing();
    if upserts {
        if key.property.as_deref() != Some("uniqueName") {
            return Err(Refusal::bad_request(
                "The upsert of an application needs the key uniqueName.",
            ));
        }
        if APPLICATION
            .find(state, tenant, key, Read::Authoritative)?
            .is_none()
        {
            if APPLICATION.is_taken(state, tenant, "uniqueName", &key.value, None) {
                return Err(still_deleted("uniqueName", &key.value));
            }
            return create_named(state, call, Some(&key.value));
        }
    }
    let read = if upserts {
        Read::Authoritative
    } else {
        Read::Point
    };
    let id = APPLICATION
        .find(state, tenant, key, read)?
        .ok_or_else(|| Refusal::not_found(&key.value))?;
    owned(state, call, id)?;
    let body = call.body()?;
    schema::check(body, PROPERTIES, "Application", false)?;
    let before = body_of(state, tenant, id);
    let mut after = before.clone();
    schema::merge(&mut after, body);
    settle(&mut after);
    rules(state, call, &after, Some(id))?;
    entitlements(&before, &after)?;
    state
        .directory()
        .update(tenant, id, |own| *own = after.clone())
        .map_err(|error| Refusal::bad_request(error.to_string()))?;
    super::service_principals::follow(state, &after);
    Ok(Reply::no_content())
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = APPLICATION.target(state, call)?;
    owned(state, call, id)?;
    let tenant = call.tenant();
    let app_id = body_of(state, tenant, id)
        .get("appId")
        .and_then(Value::as_str)
        .and_then(|id| id.parse::<Uuid>().ok());
    let directory = state.directory();
    let principal = app_id.and_then(|app_id| {
        directory
            .service_principal(tenant, app_id, Read::Authoritative)
            .map(|view| view.id)
    });
    // Its service principal in its own tenant goes with it; those in other tenants stay behind.
    for id in principal.into_iter().chain([id]) {
        directory
            .delete(tenant, id)
            .map_err(|_| Refusal::not_found(&id.to_string()))?;
    }
    Ok(Reply::no_content())
}

/// 409: a deleted object keeps its natural key for thirty days. Unverified.
pub(super) fn still_deleted(property: &'static str, value: &str) -> Refusal {
    Refusal::new(
        409,
        "Request_MultipleObjectsWithSameKeyValue",
        format!("A deleted object has the value '{value}' for the key {property}: restore it or delete it permanently."),
    )
    .detailed("ObjectConflict", property)
}

/// 403: with `Application.ReadWrite.OwnedBy` only own applications can be changed.
pub(super) fn owned(state: &State, call: &Call, id: Uuid) -> Result<(), Refusal> {
    let object = state
        .directory_ref()
        .object(call.tenant(), id, Read::Authoritative)
        .map(|view| view.object);
    let owns = object
        .and_then(|object| object.links.get("owners"))
        .is_some_and(|owners| owners.contains(&call.caller.object_id));
    if call.owns_only() && !owns {
        return Err(Refusal::denied());
    }
    Ok(())
}

/// What the service fills in itself.
fn settle(application: &mut Map<String, Value>) {
    let personal = application
        .get("signInAudience")
        .and_then(Value::as_str)
        .is_some_and(|audience| audience.to_ascii_lowercase().contains("personal"));
    if personal
        && application
            .get("api")
            .and_then(|api| api.get("requestedAccessTokenVersion"))
            .is_none()
    {
        let api = application.entry("api").or_insert_with(|| json!({}));
        api["requestedAccessTokenVersion"] = json!(2);
    }
}

fn rules(
    state: &State,
    call: &Call,
    application: &Map<String, Value>,
    id: Option<Uuid>,
) -> Result<(), Refusal> {
    let api = |name: &str| application.get("api").and_then(|api| api.get(name));
    let audience = application
        .get("signInAudience")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let version = api("requestedAccessTokenVersion");
    if audience.to_ascii_lowercase().contains("personal") && version != Some(&json!(2)) {
        return Err(
            Refusal::bad_request("Property api.requestedAccessTokenVersion is invalid.")
                .detailed("InvalidValue", "api.requestedAccessTokenVersion"),
        );
    }
    identifiers(state, call, application, id)?;
    redirects(application)?;
    let mut seen = BTreeSet::new();
    let entitlements =
        list_of(application.get("appRoles")).chain(list_of(api("oauth2PermissionScopes")));
    for entitlement in entitlements {
        let text = |name: &str| {
            entitlement
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        if text("id").is_empty() {
            return Err(Refusal::required("id", "Entitlement"));
        }
        if !seen.insert(text("id").to_lowercase()) {
            return Err(
                Refusal::bad_request("Request contains a property with duplicate values.")
                    .detailed("DuplicateValue", "appRoles"),
            );
        }
        if entitlement
            .get("allowedMemberTypes")
            .is_some_and(|types| types == &json!([]))
        {
            return Err(Refusal::required("allowedMemberTypes", "AppRole"));
        }
    }
    Ok(())
}

/// Identifier URIs belong to the application, its tenant or a verified domain, and to one application only.
fn identifiers(
    state: &State,
    call: &Call,
    application: &Map<String, Value>,
    id: Option<Uuid>,
) -> Result<(), Refusal> {
    let tenant = call.tenant();
    let domains = state
        .directory_ref()
        .tenant_by_id(tenant)
        .map(|tenant| tenant.domains.clone())
        .unwrap_or_default();
    let app_id = application
        .get("appId")
        .and_then(Value::as_str)
        .unwrap_or_default();
    for uri in list_of(application.get("identifierUris")).filter_map(Value::as_str) {
        let host = uri
            .strip_prefix("api://")
            .or_else(|| uri.strip_prefix("https://"))
            .unwrap_or_default()
            .split('/')
            .next()
            .unwrap_or_default();
        let ours = host == app_id
            || host == tenant.to_string()
            || domains.iter().any(|domain| {
                host.eq_ignore_ascii_case(domain)
                    || host
                        .to_lowercase()
                        .ends_with(&format!(".{}", domain.to_lowercase()))
            });
        if !ours {
            return Err(Refusal::bad_request(format!(
                "Values of identifierUris property must use a verified domain of the organization or its subdomain: '{uri}'"
            ))
            .detailed("HostNameNotOnVerifiedDomain", "identifierUris"));
        }
        let others =
            state
                .directory_ref()
                .objects(tenant, ObjectKind::Application, Read::Authoritative);
        let taken = others.iter().any(|other| {
            Some(other.id) != id
                && list_of(other.body.get("identifierUris")).any(|own| own.as_str() == Some(uri))
        });
        if taken {
            return Err(Refusal::taken("identifierUris"));
        }
    }
    Ok(())
}

/// Redirect URIs are absolute, without wildcard or fragment, secure unless on this machine, and on one platform only.
fn redirects(application: &Map<String, Value>) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    for platform in ["web", "spa", "publicClient"] {
        let uris = application
            .get(platform)
            .and_then(|platform| platform.get("redirectUris"));
        for uri in list_of(uris).filter_map(Value::as_str) {
            let local = ["http://localhost", "http://127.0.0.1"]
                .iter()
                .filter_map(|start| uri.strip_prefix(start))
                .any(|rest| rest.is_empty() || rest.starts_with([':', '/']));
            let scheme = uri.split_once(':').map(|(scheme, _)| scheme);
            let fits = match platform {
                "publicClient" => scheme.is_some() && scheme != Some("http") || local,
                _ => scheme == Some("https") || local,
            };
            if !fits || uri.contains(['*', '#', ' ']) || uri.len() > 256 {
                return Err(Refusal::bad_request(format!(
                    "The redirect URI '{uri}' of {platform} is not valid."
                ))
                .detailed("InvalidValue", "redirectUris"));
            }
            if !seen.insert(uri) {
                return Err(
                    Refusal::bad_request("Redirect URIs must have distinct values.")
                        .detailed("DuplicateValue", "redirectUris"),
                );
            }
        }
    }
    Ok(())
}

/// A role or permission is disabled before it is removed.
fn entitlements(before: &Map<String, Value>, after: &Map<String, Value>) -> Result<(), Refusal> {
    let all = |application: &Map<String, Value>| -> Vec<Value> {
        let scopes = application
            .get("api")
            .and_then(|api| api.get("oauth2PermissionScopes"));
        list_of(application.get("appRoles"))
            .chain(list_of(scopes))
            .cloned()
            .collect()
    };
    let kept = all(after);
    let removed = all(before).into_iter().any(|old| {
        old.get("isEnabled") == Some(&json!(true))
            && !kept.iter().any(|new| new.get("id") == old.get("id"))
    });
    if removed {
        return Err(Refusal::bad_request(
            "Property value cannot be deleted unless it is disabled first.",
        )
        .detailed("CannotDeleteOrUpdateEnabledEntitlement", "appRoles"));
    }
    Ok(())
}

/// The items of a list that may be absent.
pub(super) fn list_of(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}
