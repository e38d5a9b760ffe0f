//! `Microsoft.Sql/servers`.

use rhc_arm::fake::{
    Arm, Immutable, NameRule, Patch, Pattern, PutContext, ServiceError, Stored, TypeRules,
    Uniqueness,
};
use rhc_core::fake::{ObjectKind, Read, State};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fake::sql::SqlSection;

use super::{
    ADMINISTRATORS, CODES, CONNECTION_POLICIES, DATABASES, ENTRA_ONLY, KEYS, PROTECTORS, SERVERS,
    VERSIONS, auditing, bad, comes_with, databases, dropped, goes_with, keys, later, stored,
};

const ADMINISTRATOR: &str = "properties.administrators";
const SWITCHES: &[&str] = &["Enabled", "Disabled", "SecuredByPerimeter"];

pub(super) const RULES: TypeRules = TypeRules {
    name: NameRule {
        min: 1,
        max: 63,
        fits: |name| {
            let plain =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            name.bytes().all(plain) && !name.starts_with('-') && !name.ends_with('-')
        },
        refusal: (400, "InvalidServerName"),
        says: "lower-case letters, digits and hyphens, no hyphen at either end",
    },
    read_only: &[
        "properties.fullyQualifiedDomainName",
        "properties.state",
        "properties.privateEndpointConnections",
        "properties.workspaceFeature",
        "properties.externalGovernanceStatus",
    ],
    immutable: &[Immutable {
        path: "properties.administratorLogin",
        refusal: (400, "InvalidLoginName"),
    }],
    enums: &[
        ("properties.publicNetworkAccess", SWITCHES),
        ("properties.restrictOutboundNetworkAccess", SWITCHES),
    ],
    patterns: &[
        Pattern {
            path: "properties.minimalTlsVersion",
            fits: |value| matches!(value.as_str(), Some("None" | "1.0" | "1.1" | "1.2" | "1.3")),
            code: "InvalidMinimalTlsVersion",
            says: "one of None, 1.0, 1.1, 1.2 and 1.3",
        },
        Pattern {
            path: "properties.administrators.principalType",
            fits: |value| matches!(value.as_str(), Some("User" | "Application" | "Group")),
            code: "ExternalAdministratorPrincipalType",
            says: "User, Application or Group",
        },
        Pattern {
            path: "properties.version",
            fits: |value| value == "12.0",
            code: "InvalidParameterValue",
            says: "12.0",
        },
    ],
    identity: true,
    uniqueness: Uniqueness::Global(
        "NameAlreadyExists",
        "already exists. Choose a different name.",
    ),
    // Unverified: that TLS 1.2 is the default (a recording of 2023 shows None).
    defaults: || {
        json!({ "kind": "v12.0", "properties": {
            "version": "12.0", "minimalTlsVersion": "1.2", "publicNetworkAccess": "Enabled",
            "restrictOutboundNetworkAccess": "Disabled", "externalGovernanceStatus": "Disabled" } })
    },
    secrets: &["properties.administratorLoginPassword"],
    patch: Patch::Merge,
    create: later(75),
    update: later(15),
    remove: later(15),
    codes: CODES,
    system_data: false,
    provisioning_state: false,
    before_put,
    compute,
    on_ready,
    after_delete: |state, server| {
        dropped::forget(state, server.id());
        state.section::<SqlSection>().forget(server.name(), None);
    },
    // The administrator shows in his own resource, here only with `$expand`.
    view: |state, server| {
        let mut shown = server.clone();
        shown.unset(ADMINISTRATOR);
        shown.set(
            "properties.privateEndpointConnections",
            super::connections::of(state, server.id()),
        );
        shown.body
    },
    expand: |server, wanted, body| {
        if wanted.eq_ignore_ascii_case("administrators/activedirectory") {
            let own = server.get(ADMINISTRATOR).cloned();
            body["properties"]["administrators"] = own.unwrap_or_default();
        }
    },
    ..TypeRules::new(SERVERS, VERSIONS)
};

fn before_put(state: &mut State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    let sent = put.sent.get("properties").unwrap_or(&Value::Null);
    let administrator = sent.get("administrators").filter(|own| own.is_object());
    let entra_only = administrator.and_then(|own| own["azureADOnlyAuthentication"].as_bool());
    match put.existing {
        None => {
            let complete = administrator.is_some_and(|own| !own["sid"].is_null());
            if entra_only == Some(true) && !complete {
                return Err(bad(
                    "MissingExternalAdministratorWithAadOnlyAuth",
                    "In order to use Azure AD Only Authentication, please provide details of an external administrator.",
                ));
            }
            if entra_only != Some(true) {
                check_login(sent)?;
            }
        }
        Some(existing) => {
            let now = existing
                .get("properties.administrators.azureADOnlyAuthentication")
                .and_then(Value::as_bool)
                .unwrap_or(false);
            if entra_only.is_some_and(|wanted| wanted != now) {
                return Err(bad(
                    "InvalidServerAzureADOnlyAuthenticationParameter",
                    "The azureADOnlyAuthentication parameter cannot be changed here, please use the azureADOnlyAuthentications API instead.",
                ));
            }
            if now && !sent["administratorLoginPassword"].is_null() {
                return Err(bad(
                    "AadOnlyAuthenticationIsEnabled",
                    "Azure Active Directory Only Authentication is enabled. Please contact your system administrator.",
                ));
            }
        }
    }
    match administrator.filter(|own| !own["sid"].is_null() || !own["login"].is_null()) {
        Some(administrator) => {
            check_administrator(state, put.tenant, administrator)?;
            if administrator["principalType"].is_null() {
                return Err(bad(
                    "ExternalAdministratorPrincipalType",
                    "Invalid or missing external administrator principal type. Please select from User, Application or Group.",
                ));
            }
            if administrator["login"] == sent["administratorLogin"] {
                return Err(bad(
                    "ExternalAdministratorLoginSameAsSqlAdmin",
                    "The names of the Azure Active Directory administrator and of the server admin account must be different. Please provide different values.",
                ));
            }
            Ok(())
        }
        None => Ok(()),
    }
}

/// A server that is not Entra-only from the start needs a login.
fn check_login(sent: &Value) -> Result<(), ServiceError> {
    if sent["administratorLogin"]
        .as_str()
        .is_none_or(str::is_empty)
    {
        return Err(bad(
            "InvalidLoginName",
            "The provided login name is invalid.",
        ));
    }
    let password = sent["administratorLoginPassword"]
        .as_str()
        .unwrap_or_default();
    if password.len() < 8 {
        return Err(bad(
            "PasswordTooShort",
            "The provided password is too short",
        ));
    }
    Ok(())
}

/// Whether an administrator is complete, of the server's tenant, and known there.
pub(super) fn check_administrator(
    state: &State,
    tenant: Uuid,
    administrator: &Value,
) -> Result<(), ServiceError> {
    if administrator["login"].as_str().is_none_or(str::is_empty) {
        return Err(bad(
            "InvalidExternalAdministratorLogin",
            "Invalid or missing external administrator login name.",
        ));
    }
    let own_tenant = &administrator["tenantId"];
    if !own_tenant.is_null() && own_tenant.as_str().and_then(|id| id.parse().ok()) != Some(tenant) {
        return Err(bad(
            "InvalidExternalAdministratorTenantId",
            "Invalid or missing external administrator tenant id.",
        ));
    }
    let sid = administrator["sid"].as_str().and_then(|id| id.parse().ok());
    let directory = state.directory_ref();
    let known = sid.is_some_and(|sid: Uuid| {
        let object = directory.object(tenant, sid, Read::Point);
        let person_or_group = object
            .is_some_and(|view| matches!(view.object.kind, ObjectKind::User | ObjectKind::Group));
        // An application is named by its client id.
        person_or_group
            || directory
                .service_principal(tenant, sid, Read::Point)
                .is_some()
    });
    if !known {
        return Err(bad(
            "InvalidExternalAdministratorSid",
            "Invalid or missing external administrator object id.",
        ));
    }
    Ok(())
}

fn compute(
    state: &mut State,
    put: &PutContext<'_>,
    server: &mut Stored,
) -> Result<(), ServiceError> {
    let name = server.name().to_owned();
    server.set(
        "properties.fullyQualifiedDomainName",
        format!("{name}.database.windows.net"),
    );
    if server.text("properties.administratorLogin").is_none() {
        // The login that the service makes for itself, with a password that nobody learns.
        let digits = state
            .derived_uuid(&["sql login", put.id])
            .simple()
            .to_string();
        let login = format!("CloudSA{}", digits.get(..8).unwrap_or_default());
        server.set("properties.administratorLogin", login);
    }
    let before = put.existing.and_then(|own| own.get(ADMINISTRATOR)).cloned();
    if let Some(mut before) = before {
        if let (Some(before), Some(Value::Object(sent))) =
            (before.as_object_mut(), server.get(ADMINISTRATOR))
        {
            before.extend(sent.clone());
        }
        server.set(ADMINISTRATOR, before);
    }
    Ok(())
}

fn on_ready(state: &mut State, key: &str) -> Result<(), ServiceError> {
    let Some(server) = stored(state, key) else {
        return Ok(());
    };
    server.set("properties.state", "Ready");
    let id = server.id().to_owned();
    let name = server.name().to_owned();
    let location = server.text("location").unwrap_or_default().to_owned();
    let administrator = server.get(ADMINISTRATOR).cloned();
    let entra_only = administrator
        .as_ref()
        .is_some_and(|own| own["azureADOnlyAuthentication"] == true);
    if let Some(own) = administrator.filter(|own| !own["sid"].is_null()) {
        let tenant = state.section::<Arm>().tenant_of(&id);
        let shown = json!({ "properties": {
            "administratorType": "ActiveDirectory", "login": own["login"], "sid": own["sid"],
            "tenantId": tenant, "azureADOnlyAuthentication": entra_only } });
        goes_with(state, &id, ADMINISTRATORS, "ActiveDirectory", shown);
    }
    let shown = json!({ "properties": { "azureADOnlyAuthentication": entra_only } });
    comes_with(state, &id, ENTRA_ONLY, "Default", shown);
    let shown = json!({ "location": location, "properties": { "connectionType": "Default" } });
    comes_with(state, &id, CONNECTION_POLICIES, "default", shown);
    let shown = json!({ "kind": "servicemanaged", "location": location, "properties": {
        "serverKeyName": "ServiceManaged", "serverKeyType": "ServiceManaged" } });
    comes_with(state, &id, PROTECTORS, "current", shown);
    comes_with(state, &id, KEYS, keys::MANAGED, keys::own(&location));
    auditing::comes_off(state, &id, "Microsoft.Sql/servers");
    let master = databases::master(state, &name, &id, &location);
    comes_with(state, &id, DATABASES, "master", master);
    Ok(())
}
