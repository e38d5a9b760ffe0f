//! The Entra administrator, and whether passwords are of any use.

use rhc_arm::fake::{
    Arm, DeleteContext, Listing, NameRule, PutContext, ServiceError, Stored, TypeRules,
};
use rhc_core::fake::State;
use serde_json::{Value, json};

use super::{
    ADMINISTRATORS, CODES, ENTRA_ONLY, bad, child, child_id, is_named, later, parent_id, servers,
    stored,
};

/// Where a server keeps both, for its own checks.
const INLINE: &str = "properties.administrators";

pub(super) const ADMINISTRATOR: TypeRules = TypeRules {
    name: NameRule {
        min: 1,
        max: 128,
        fits: |name| is_named(name, "ActiveDirectory"),
        refusal: (400, "InvalidServerAdministratorTypePropertyName"),
        says: "Server active directory administrator type should be ActiveDirectory",
    },
    required: &["properties.login", "properties.sid"],
    enums: &[("properties.administratorType", &["ActiveDirectory"])],
    create: later(20),
    update: later(20),
    remove: later(10),
    codes: CODES,
    before_put: |state, put| {
        let sent = put.sent.get("properties").unwrap_or(&Value::Null);
        let wanted = sent["azureADOnlyAuthentication"].as_bool();
        if wanted.is_some_and(|wanted| wanted != is_on(state, parent_id(put.id))) {
            return Err(bad(
                "InvalidServerAzureADOnlyAuthenticationParameter",
                "The azureADOnlyAuthentication parameter cannot be changed here, please use the azureADOnlyAuthentications API instead.",
            ));
        }
        servers::check_administrator(state, put.tenant, sent)
    },
    compute: |state, put, administrator| {
        let on = is_on(state, parent_id(put.id));
        administrator.set("properties.administratorType", "ActiveDirectory");
        administrator.set("properties.azureADOnlyAuthentication", on);
        administrator.set("properties.tenantId", put.tenant.to_string());
        Ok(())
    },
    on_ready: |state, key| {
        let Some(own) = stored(state, key).map(|own| own.body["properties"].clone()) else {
            return Ok(());
        };
        if let Some(server) = stored(state, parent_id(key)) {
            for name in ["login", "sid", "tenantId"] {
                server.set(&format!("{INLINE}.{name}"), own[name].clone());
            }
        }
        Ok(())
    },
    before_delete: |state, delete: &DeleteContext<'_>| {
        if is_on(state, parent_id(delete.existing.id())) {
            return Err(bad(
                "InvalidServerAzureADAdminDeleteOperation",
                "The Azure Active Directory administrator cannot be deleted while AzureADOnlyAuthentication is set, please use the azureADOnlyAuthentications API first.",
            ));
        }
        Ok(())
    },
    after_delete: |state, administrator: &Stored| {
        if let Some(server) = stored(state, parent_id(administrator.id())) {
            server.unset(INLINE);
        }
    },
    ..child(ADMINISTRATORS)
};

/// DELETE turns the setting off. Unverified: that it then answers `false`.
pub(super) const ENTRA_ONLY_AUTHENTICATION: TypeRules = TypeRules {
    name: NameRule {
        min: 1,
        max: 128,
        fits: |name| is_named(name, "Default"),
        refusal: (400, "InvalidServerAADOnlyAuthTypePropertyName"),
        says: "Server Azure Active Directory only authentication type should be Default",
    },
    required: &["properties.azureADOnlyAuthentication"],
    create: later(10),
    update: later(10),
    remove: later(10),
    codes: CODES,
    before_put: needs_administrator,
    on_ready: |state, key| {
        let on = stored(state, key)
            .and_then(|own| own.get("properties.azureADOnlyAuthentication")?.as_bool());
        if let Some(on) = on {
            switch(state, parent_id(key), on);
        }
        Ok(())
    },
    after_delete: |state, setting: &Stored| switch(state, parent_id(setting.id()), false),
    find: |state, path| {
        let server = path.parent()?.id();
        Some(off(state.read::<Arm>()?.get(&server)?.id()))
    },
    list: |state, context| {
        let arm = state.read::<Arm>();
        let deleted = |arm: &&Arm| arm.of_type(context.scope, ENTRA_ONLY).next().is_none();
        match arm.filter(deleted).and_then(|arm| arm.get(context.scope)) {
            Some(server) => Listing::Instead(vec![off(server.id())]),
            None => Listing::Usual,
        }
    },
    defaults: || json!({ "properties": {} }),
    ..child(ENTRA_ONLY)
};

/// The setting of a server from which it was deleted.
fn off(server: &str) -> Value {
    json!({
        "id": child_id(server, ENTRA_ONLY, "Default"),
        "name": "Default",
        "type": ENTRA_ONLY,
        "properties": { "azureADOnlyAuthentication": false },
    })
}

/// What else of a server shows the setting.
fn switch(state: &mut State, server: &str, on: bool) {
    if let Some(server) = stored(state, server) {
        server.set(&format!("{INLINE}.azureADOnlyAuthentication"), on);
    }
    let administrator = child_id(server, ADMINISTRATORS, "ActiveDirectory");
    if let Some(administrator) = stored(state, &administrator) {
        administrator.set("properties.azureADOnlyAuthentication", on);
    }
}

fn needs_administrator(state: &mut State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    let server = parent_id(put.id);
    let administrator = child_id(server, ADMINISTRATORS, "ActiveDirectory");
    if state.section::<Arm>().get(&administrator).is_none() {
        return Err(bad(
            "InvalidServerAADOnlyAuthNoAADAdminPropertyName",
            "AAD Admin is not configured, AAD Admin must be set before enabling/disabling AAD Only Authentication.",
        ));
    }
    if !put.sent["properties"]["azureADOnlyAuthentication"].is_boolean() {
        return Err(bad(
            "InvalidServerAzureADOnlyAuthenticationParameter",
            "The azureADOnlyAuthentication parameter must be true or false.",
        ));
    }
    Ok(())
}

/// Whether a server takes Entra identities only.
fn is_on(state: &State, server: &str) -> bool {
    state
        .read::<Arm>()
        .and_then(|arm| arm.get(&child_id(server, ENTRA_ONLY, "Default")))
        .and_then(|own| own.get("properties.azureADOnlyAuthentication")?.as_bool())
        .unwrap_or(false)
}
