//! `Microsoft.App/containerApps/authConfigs`, as recorded: done at once, with what the service adds to it.

use rhc_arm::fake::{Codes, PutContext, ServiceError, Stored, Timing, TypeRules, Unknown};
use rhc_core::fake::State;
use serde_json::{Value, json};

use super::{AUTH_CONFIGS, UNNAMED, VERSIONS, bad, json};

const ENTRA: &str = "properties.identityProviders.azureActiveDirectory";

pub(super) const RULES: TypeRules = TypeRules {
    reported_type: Some("Microsoft.App/containerapps/authconfigs"),
    absent: Some(|path| {
        let app = path.parent();
        ServiceError::not_found(
            "AuthConfigNotFound",
            format!(
                "AuthConfig {} was not found under container app {}.",
                path.name(),
                app.as_ref().map(|own| own.name()).unwrap_or_default()
            ),
        )
    }),
    enums: &[
        (
            "properties.globalValidation.unauthenticatedClientAction",
            &[
                "RedirectToLoginPage",
                "AllowAnonymous",
                "Return401",
                "Return403",
            ],
        ),
        (
            "properties.login.cookieExpiration.convention",
            &["FixedTime", "IdentityProviderDerived"],
        ),
        (
            "properties.httpSettings.forwardProxy.convention",
            &["NoProxy", "Standard", "Custom"],
        ),
    ],
    properties: &[
        "properties.platform",
        "properties.globalValidation",
        "properties.identityProviders",
        "properties.login",
        "properties.httpSettings",
        "properties.encryptionSettings",
    ],
    unknown: Unknown::Ignore,
    create: Timing::at_once(200),
    system_data: false,
    provisioning_state: false,
    // Unverified: the codes.
    codes: Codes {
        missing: (400, UNNAMED),
        invalid: (400, UNNAMED),
        ..Codes::COMMON
    },
    before_put,
    compute: |_, _, stored: &mut Stored| {
        fill(
            stored,
            "properties.login.preserveUrlFragmentsForLogins",
            json!(false),
        );
        fill(stored, "properties.encryptionSettings", json!({}));
        if stored.get(ENTRA).is_some() {
            let policy =
                format!("{ENTRA}.validation.defaultAuthorizationPolicy.allowedApplications");
            fill(stored, &policy, json!([]));
            fill(stored, &format!("{ENTRA}.isAutoProvisioned"), json!(false));
        }
        Ok(())
    },
    ..TypeRules::child(AUTH_CONFIGS, VERSIONS)
};

fn fill(stored: &mut Stored, path: &str, value: Value) {
    if stored.get(path).is_none() {
        stored.set(path, value);
    }
}

/// A token store without the name of its secret is refused. Unverified: the code; the description requires the name.
fn before_put(_: &mut State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    let store = json::at(put.sent, "properties.login.tokenStore.azureBlobStorage");
    match store {
        Some(store) if json::text(store, "sasUrlSettingName").is_none() => Err(bad(
            UNNAMED,
            "azureBlobStorage needs the sasUrlSettingName.",
        )),
        _ => Ok(()),
    }
}
