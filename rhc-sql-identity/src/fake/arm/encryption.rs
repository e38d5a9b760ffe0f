//! Encryption at rest.

use rhc_arm::fake::{Action, NameRule, PutContext, ServiceError, TypeRules};
use rhc_core::fake::State;

use super::{CODES, ENCRYPTION, PROTECTORS, bad, child, is_named, keys, later, parent_id};

const fn current(code: &'static str) -> NameRule {
    NameRule {
        min: 1,
        max: 128,
        fits: |name| is_named(name, "current"),
        refusal: (400, code),
        says: "current",
    }
}

pub(super) const TRANSPARENT: TypeRules = TypeRules {
    name: current("InvalidTransparentDataEncryptionName"),
    required: &["properties.state"],
    read_only: &["properties.scanState"],
    delete: false,
    create: later(5),
    update: later(5),
    codes: CODES,
    before_put: |_: &mut State, put: &PutContext<'_>| -> Result<(), ServiceError> {
        if parent_id(put.id)
            .to_ascii_lowercase()
            .ends_with("/databases/master")
        {
            return Err(bad(
                "AttemptedEncryptionOnSystemDatabase",
                "Cannot encrypt a system database. Database encryption operations cannot be performed for 'master', 'model', 'tempdb', 'msdb', or 'resource' databases.",
            ));
        }
        match put.sent["properties"]["state"].as_str() {
            Some("Enabled" | "Disabled") => Ok(()),
            _ => Err(bad(
                "InvalidTransparentDataEncryptionUpdateRequest",
                "Please enter a valid state. Please use \"Enabled\" or \"Disabled\".",
            )),
        }
    },
    ..child(ENCRYPTION)
};

pub(super) const PROTECTOR: TypeRules = TypeRules {
    name: current("InvalidEncryptionProtectorName"),
    required: &["properties.serverKeyType"],
    enums: &[(
        "properties.serverKeyType",
        &["ServiceManaged", "AzureKeyVault"],
    )],
    read_only: &[
        "properties.keyVersion",
        "properties.subregion",
        "properties.thumbprint",
        "properties.uri",
    ],
    delete: false,
    create: later(5),
    update: later(5),
    codes: CODES,
    before_put: keys::check_protector,
    compute: |state, put, protector| {
        keys::show(state, put, protector);
        Ok(())
    },
    actions: &[Action {
        name: "revalidate",
        permission: None,
        timing: later(5),
        run: |_, _| Ok(None),
        finish: None,
    }],
    ..child(PROTECTORS)
};
