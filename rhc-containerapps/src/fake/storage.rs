//! `Microsoft.App/managedEnvironments/storages`, as recorded: done at once, without the account's key in any answer.

use rhc_arm::fake::{Arm, Codes, PutContext, ServiceError, Timing, TypeRules, Unknown};
use rhc_core::fake::State;
use serde_json::Value;

use super::{STORAGES, UNNAMED, VERSIONS, bad, json};

const FILE: &str = "properties.azureFile";
const NFS: &str = "properties.nfsAzureFile";

pub(super) const RULES: TypeRules = TypeRules {
    reported_type: Some("Microsoft.App/managedenvironments/storages"),
    absent: Some(|path| {
        ServiceError::not_found(
            "ManagedEnvironmentStorageNotFound",
            format!(
                "ManagedEnvironment Storage '{}' was not found.",
                path.name()
            ),
        )
    }),
    enums: &[
        (
            "properties.azureFile.accessMode",
            &["ReadOnly", "ReadWrite"],
        ),
        (
            "properties.nfsAzureFile.accessMode",
            &["ReadOnly", "ReadWrite"],
        ),
    ],
    properties: &[FILE, NFS],
    unknown: Unknown::Ignore,
    secrets: &["properties.azureFile.accountKey"],
    create: Timing::at_once(200),
    system_data: false,
    provisioning_state: false,
    codes: Codes {
        missing: (400, UNNAMED),
        invalid: (400, UNNAMED),
        ..Codes::COMMON
    },
    before_put,
    ..TypeRules::child(STORAGES, VERSIONS)
};

/// One kind of share, whole. Unverified: the codes, and that a PUT must carry the key again.
fn before_put(state: &mut State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    match [FILE, NFS].map(|path| json::at(put.sent, path)) {
        [Some(share), None] => {
            needs(share, &["accountName", "shareName", "accessMode"])?;
            let vault = json::at(share, "accountKeyVaultProperties");
            let vault = vault.is_some_and(|own| json::text(own, "keyVaultUrl").is_some());
            if vault || json::text(share, "accountKey").is_some() {
                return Ok(());
            }
            Err(bad(
                UNNAMED,
                "azureFile needs one of accountKey and accountKeyVaultProperties.",
            ))
        }
        [None, Some(share)] => {
            needs(share, &["server", "shareName", "accessMode"])?;
            let environment = put.path.parent();
            let environment = environment.and_then(|own| state.read::<Arm>()?.get(&own.id()));
            if environment.is_some_and(|own| own.text(super::subnet::SUBNET).is_some()) {
                return Ok(());
            }
            Err(bad(
                UNNAMED,
                "nfsAzureFile needs an environment with a network of its own.",
            ))
        }
        _ => Err(bad(
            UNNAMED,
            "A storage needs one of azureFile and nfsAzureFile.",
        )),
    }
}

fn needs(share: &Value, members: &[&str]) -> Result<(), ServiceError> {
    match members.iter().find(|own| json::text(share, own).is_none()) {
        Some(missing) => Err(bad(UNNAMED, format!("A storage needs '{missing}'."))),
        None => Ok(()),
    }
}
