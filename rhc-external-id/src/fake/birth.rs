//! The birth of the tenant behind a resource.

use rhc_arm::fake::{Arm, ServiceError, Stored};
use rhc_core::fake::directory::{Creator, NewTenant};
use rhc_core::fake::{ObjectKind, State, TenantKind};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::directories::{COUNTRY, CREATOR, DISPLAY_NAME, tenant_id};
use super::names;

/// How the name of the application begins that every External ID tenant comes with.
pub const EXTENSIONS_APP: &str = "b2c-extensions-app";

/// When the resource is made, so is the tenant; a later write changes nothing about it.
pub(super) fn on_ready(state: &mut State, key: &str) -> Result<(), ServiceError> {
    let Some(stored) = state.section::<Arm>().get(key).cloned() else {
        return Ok(());
    };
    if tenant_id(&stored).is_some() {
        return Ok(());
    }
    let id = state.uuid();
    let domain = names::domain(stored.name());
    let text = |path: &str| stored.text(path).unwrap_or_default().to_owned();
    let born = state.directory().create_tenant(NewTenant {
        id,
        kind: TenantKind::ExternalId,
        display_name: text(DISPLAY_NAME),
        initial_domain: domain.clone(),
        country: text(COUNTRY),
        creator: creator(&stored),
    });
    if born.is_err() {
        // The words of Azure AD B2C's operation for a name that was taken meanwhile.
        return Err(ServiceError::bad_request(
            "AADB2C95054",
            format!("The tenant with name '{}' already exists.", stored.name()),
        ));
    }
    extensions_app(state, id);
    if let Some(stored) = state.section::<Arm>().get_mut(key) {
        stored.set("properties.tenantId", id.to_string());
        stored.set("properties.domainName", domain);
    }
    Ok(())
}

fn creator(stored: &Stored) -> Option<Creator> {
    let id = |member: &str| -> Option<Uuid> {
        stored
            .hidden
            .get(CREATOR)?
            .get(member)?
            .as_str()?
            .parse()
            .ok()
    };
    Some(Creator {
        tenant: id("tenant")?,
        user: id("user")?,
    })
}

/// The application that keeps the users' own attributes.
fn extensions_app(state: &mut State, tenant: Uuid) {
    let (application, principal, app_id) = (state.uuid(), state.uuid(), state.uuid());
    // Unverified: the words after the name, which are Azure AD B2C's.
    let name = format!("{EXTENSIONS_APP}. Do not modify. Used by AADB2C for storing user data.");
    let shared = |more: Value| -> Map<String, Value> {
        let mut body = Map::new();
        body.insert("appId".to_owned(), json!(app_id));
        body.insert("displayName".to_owned(), json!(name));
        if let Value::Object(more) = more {
            body.extend(more);
        }
        body
    };
    let registration = shared(json!({
        "signInAudience": "AzureADMyOrg",
        "identifierUris": [],
        "appRoles": [],
        "tags": [],
    }));
    let service = shared(json!({
        "appDisplayName": name,
        "appOwnerOrganizationId": tenant,
        "servicePrincipalType": "Application",
        "accountEnabled": true,
        "servicePrincipalNames": [app_id],
        "appRoles": [],
        "tags": [],
    }));
    let directory = state.directory();
    // The tenant was made a moment ago and the ids are fresh: nothing can be refused.
    let _ = directory.insert_settled(tenant, ObjectKind::Application, application, registration);
    let _ = directory.insert_settled(tenant, ObjectKind::ServicePrincipal, principal, service);
}
