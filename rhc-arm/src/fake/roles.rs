//! Azure's own roles that the fakes know, and who may do what.

use rhc_core::fake::State;
use rhc_core::fake::authority::Caller;
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::ServiceError;
use super::path::key;
use super::state::{Arm, Stored};

/// The type of role assignments.
pub const ROLE_ASSIGNMENTS: &str = "Microsoft.Authorization/roleAssignments";
/// The type of role definitions.
pub const ROLE_DEFINITIONS: &str = "Microsoft.Authorization/roleDefinitions";

/// A role that Azure defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuiltInRole {
    /// The name of its definition, the same everywhere.
    pub id: Uuid,
    /// Its name for people.
    pub name: &'static str,
    /// What it allows on the control plane, with `*`.
    pub actions: &'static [&'static str],
    /// What it takes away again.
    pub not_actions: &'static [&'static str],
    /// What it allows on the data plane.
    pub data_actions: &'static [&'static str],
}

const fn role(
    id: u128,
    name: &'static str,
    actions: &'static [&'static str],
    data_actions: &'static [&'static str],
) -> BuiltInRole {
    BuiltInRole {
        id: Uuid::from_u128(id),
        name,
        actions,
        not_actions: &[],
        data_actions,
    }
}

/// Owner.
pub const OWNER: Uuid = Uuid::from_u128(0x8e3a_f657_a8ff_443c_a75c_2fe8_c4bc_b635);
/// Contributor.
pub const CONTRIBUTOR: Uuid = Uuid::from_u128(0xb249_88ac_6180_42a0_ab88_20f7_382d_d24c);
/// Reader.
pub const READER: Uuid = Uuid::from_u128(0xacdd_72a7_3385_48ef_bd42_f606_fba8_1ae7);
/// `AcrPull`.
pub const ACR_PULL: Uuid = Uuid::from_u128(0x7f95_1dda_4ed3_4680_a7ca_43fe_172d_538d);

/// What the officers of a vault may do to its control plane.
const VAULT_OFFICER: &[&str] = &[
    "Microsoft.Authorization/*/read",
    "Microsoft.Insights/alertRules/*",
    "Microsoft.Resources/deployments/*",
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    "Microsoft.Support/*",
    "Microsoft.KeyVault/checkNameAvailability/read",
    "Microsoft.KeyVault/deletedVaults/read",
    "Microsoft.KeyVault/locations/*/read",
    "Microsoft.KeyVault/vaults/*/read",
    "Microsoft.KeyVault/operations/read",
];

/// Azure's own roles, as they were recorded between 2023 and 2025.
const ROLES: &[BuiltInRole] = &[
    role(OWNER.as_u128(), "Owner", &["*"], &[]),
    BuiltInRole {
        not_actions: &[
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
            "Microsoft.Blueprint/blueprintAssignments/write",
            "Microsoft.Blueprint/blueprintAssignments/delete",
        ],
        ..role(CONTRIBUTOR.as_u128(), "Contributor", &["*"], &[])
    },
    role(READER.as_u128(), "Reader", &["*/read"], &[]),
    role(
        0x18d7_d88d_d35e_4fb5_a5c3_7773_c20a_72d9,
        "User Access Administrator",
        &["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"],
        &[],
    ),
    role(
        ACR_PULL.as_u128(),
        "AcrPull",
        &["Microsoft.ContainerRegistry/registries/pull/read"],
        &[],
    ),
    role(
        0x8311_e382_0749_4cb8_b61a_304f_252e_45ec,
        "AcrPush",
        &[
            "Microsoft.ContainerRegistry/registries/pull/read",
            "Microsoft.ContainerRegistry/registries/push/write",
        ],
        &[],
    ),
    role(
        0x0048_2a5a_887f_4fb3_b363_3b7f_e8e7_4483,
        "Key Vault Administrator",
        VAULT_OFFICER,
        &["Microsoft.KeyVault/vaults/*"],
    ),
    role(
        0xb86a_8fe4_44ce_4948_aee5_eccb_2c15_5cd7,
        "Key Vault Secrets Officer",
        VAULT_OFFICER,
        &["Microsoft.KeyVault/vaults/secrets/*"],
    ),
    role(
        0x4633_458b_17de_408a_b874_0445_c86b_69e6,
        "Key Vault Secrets User",
        &[],
        &[
            "Microsoft.KeyVault/vaults/secrets/getSecret/action",
            "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
        ],
    ),
    role(
        0xa441_7e6f_fecd_4de8_b567_7b04_2055_6985,
        "Key Vault Certificates Officer",
        VAULT_OFFICER,
        &[
            "Microsoft.KeyVault/vaults/certificatecas/*",
            "Microsoft.KeyVault/vaults/certificates/*",
            "Microsoft.KeyVault/vaults/certificatecontacts/write",
        ],
    ),
    role(
        0xdb79_e9a7_68ee_4b58_9aeb_b90e_7c24_fcba,
        "Key Vault Certificate User",
        &[],
        &[
            "Microsoft.KeyVault/vaults/certificates/read",
            "Microsoft.KeyVault/vaults/secrets/getSecret/action",
            "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
            "Microsoft.KeyVault/vaults/keys/read",
        ],
    ),
    role(
        0x14b4_6e9e_c2b7_41b4_b07b_48a6_ebf6_0603,
        "Key Vault Crypto Officer",
        VAULT_OFFICER,
        &[
            "Microsoft.KeyVault/vaults/keys/*",
            "Microsoft.KeyVault/vaults/keyrotationpolicies/*",
        ],
    ),
    role(
        0x2109_0545_7ca7_4776_b22c_e363_652d_74d2,
        "Key Vault Reader",
        VAULT_OFFICER,
        &[
            "Microsoft.KeyVault/vaults/*/read",
            "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
        ],
    ),
    role(
        0x1233_8af0_0e69_4776_bea7_57ae_8d29_7424,
        "Key Vault Crypto User",
        &[],
        &[
            "Microsoft.KeyVault/vaults/keys/read",
            "Microsoft.KeyVault/vaults/keys/sign/action",
            "Microsoft.KeyVault/vaults/keys/verify/action",
        ],
    ),
    role(
        0xe147_488a_f6f5_4113_8e2d_b224_65e6_5bf6,
        "Key Vault Crypto Service Encryption User",
        &[
            "Microsoft.EventGrid/eventSubscriptions/write",
            "Microsoft.EventGrid/eventSubscriptions/read",
            "Microsoft.EventGrid/eventSubscriptions/delete",
        ],
        &[
            "Microsoft.KeyVault/vaults/keys/read",
            "Microsoft.KeyVault/vaults/keys/wrap/action",
            "Microsoft.KeyVault/vaults/keys/unwrap/action",
        ],
    ),
    role(
        0xf1a0_7417_d97a_45cb_824c_7a74_6778_3830,
        "Managed Identity Operator",
        &[
            "Microsoft.ManagedIdentity/userAssignedIdentities/*/read",
            "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
            "Microsoft.Authorization/*/read",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            "Microsoft.Resources/deployments/*",
        ],
        &[],
    ),
    role(
        0x3913_510d_42f4_4e42_8a64_420c_3900_55eb,
        "Monitoring Metrics Publisher",
        &[
            "Microsoft.Insights/Register/Action",
            "Microsoft.Support/*",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
        ],
        &[
            "Microsoft.Insights/Metrics/Write",
            "Microsoft.Insights/Telemetry/Write",
        ],
    ),
    // Its actions are told one by one by Microsoft; here they are in short.
    role(
        0x0997_6791_48a7_449e_bb21_39d1_a415_f350,
        "Communication and Email Service Owner",
        &[
            "Microsoft.Communication/CommunicationServices/*",
            "Microsoft.Communication/EmailServices/*",
            "Microsoft.Communication/Operations/read",
        ],
        &[],
    ),
    role(
        0xba92_f5b4_2d11_453d_a403_e96b_0029_c9fe,
        "Storage Blob Data Contributor",
        &[
            "Microsoft.Storage/storageAccounts/blobServices/containers/delete",
            "Microsoft.Storage/storageAccounts/blobServices/containers/read",
            "Microsoft.Storage/storageAccounts/blobServices/containers/write",
            "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action",
        ],
        &["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*"],
    ),
    role(
        0x2a2b_9908_6ea1_4ae2_8e65_a410_df84_e7d1,
        "Storage Blob Data Reader",
        &["Microsoft.Storage/storageAccounts/blobServices/containers/read"],
        &["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"],
    ),
];

/// Azure's own roles.
#[must_use]
pub fn built_in_roles() -> &'static [BuiltInRole] {
    ROLES
}

impl BuiltInRole {
    /// The definition as ARM shows it at a scope.
    #[must_use]
    pub fn body(&self, scope: &str) -> Value {
        json!({
            "id": format!("{scope}/providers/{ROLE_DEFINITIONS}/{}", self.id),
            "type": ROLE_DEFINITIONS,
            "name": self.id,
            "properties": {
                "roleName": self.name,
                "type": "BuiltInRole",
                "description": "",
                "assignableScopes": ["/"],
                "permissions": [{
                    "actions": self.actions,
                    "notActions": self.not_actions,
                    "dataActions": self.data_actions,
                    "notDataActions": [],
                }],
            },
        })
    }
}

/// Whether an action is what a pattern with `*` says, in any case.
fn matches(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| action.strip_prefix(first)) else {
        return false;
    };
    let parts: Vec<_> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Whether a scope is another one or above it.
#[must_use]
pub fn covers(scope: &str, id: &str) -> bool {
    let (scope, id) = (key(scope), key(id));
    scope.is_empty()
        || id
            .strip_prefix(&scope)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The name of the definition that a `roleDefinitionId` ends with.
#[must_use]
pub fn definition_name(role_definition_id: &str) -> Option<Uuid> {
    role_definition_id.rsplit('/').next()?.parse().ok()
}

/// Which plane an action is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plane {
    /// Resource Manager.
    Control,
    /// The service itself: secrets, blobs.
    Data,
}

fn definition_allows(arm: &Arm, role_definition_id: &str, action: &str, plane: Plane) -> bool {
    let Some(name) = definition_name(role_definition_id) else {
        return false;
    };
    if let Some(role) = ROLES.iter().find(|role| role.id == name) {
        let allowed = match plane {
            Plane::Control => role.actions,
            Plane::Data => role.data_actions,
        };
        let denied = match plane {
            Plane::Control => role.not_actions,
            Plane::Data => &[],
        };
        return allowed.iter().any(|pattern| matches(pattern, action))
            && !denied.iter().any(|pattern| matches(pattern, action));
    }
    let (yes, no) = match plane {
        Plane::Control => ("actions", "notActions"),
        Plane::Data => ("dataActions", "notDataActions"),
    };
    let named = name.to_string();
    arm.everywhere(ROLE_DEFINITIONS)
        .filter(|role| role.name().eq_ignore_ascii_case(&named))
        .any(|role| {
            let any = |member: &str| {
                role.all(&format!("properties.permissions[].{member}[]"))
                    .iter()
                    .filter_map(|pattern| pattern.as_str())
                    .any(|pattern| matches(pattern, action))
            };
            any(yes) && !any(no)
        })
}

/// The role assignments that a principal holds over an id, those of his groups included.
pub fn assignments_over<'a>(
    state: &'a State,
    tenant: Uuid,
    principal: Uuid,
    id: &'a str,
) -> impl Iterator<Item = &'a Stored> + 'a {
    let mut holders = state.directory_ref().groups_of(tenant, principal);
    holders.insert(principal);
    state
        .read::<Arm>()
        .into_iter()
        .flat_map(|arm| arm.everywhere(ROLE_ASSIGNMENTS))
        .filter(move |assignment| {
            let holder = assignment
                .text("properties.principalId")
                .and_then(|id| id.parse().ok());
            holder.is_some_and(|id: Uuid| holders.contains(&id))
                && covers(assignment.text("properties.scope").unwrap_or("/none"), id)
        })
}

/// What a principal's roles over an id allow: the permissions of their definitions.
pub(super) fn permissions_over(
    state: &State,
    tenant: Uuid,
    principal: Uuid,
    id: &str,
) -> Vec<Value> {
    let mut found = Vec::new();
    let Some(arm) = state.read::<Arm>() else {
        return found;
    };
    for assignment in assignments_over(state, tenant, principal, id) {
        let role = assignment.text("properties.roleDefinitionId");
        let Some(name) = role.and_then(definition_name) else {
            continue;
        };
        if let Some(role) = ROLES.iter().find(|role| role.id == name) {
            let mut body = role.body("");
            found.push(body["properties"]["permissions"][0].take());
            continue;
        }
        let named = name.to_string();
        let own = arm.everywhere(ROLE_DEFINITIONS);
        let own = own.filter(|role| role.name().eq_ignore_ascii_case(&named));
        for role in own {
            found.extend(role.all("properties.permissions[]").into_iter().cloned());
        }
    }
    found
}

/// Whether a principal's roles allow an action on an id.
#[must_use]
pub fn may(
    state: &State,
    tenant: Uuid,
    principal: Uuid,
    id: &str,
    action: &str,
    plane: Plane,
) -> bool {
    granting(state, tenant, principal, id, action, plane)
        .next()
        .is_some()
}

/// The role assignments of a principal that allow an action on an id.
pub fn granting<'a>(
    state: &'a State,
    tenant: Uuid,
    principal: Uuid,
    id: &'a str,
    action: &'a str,
    plane: Plane,
) -> impl Iterator<Item = &'a Stored> + 'a {
    let arm = state.read::<Arm>();
    assignments_over(state, tenant, principal, id).filter(move |assignment| {
        let role = assignment.text("properties.roleDefinitionId");
        arm.zip(role)
            .is_some_and(|(arm, role)| definition_allows(arm, role, action, plane))
    })
}

/// Refuses a caller whose roles do not allow an action on an id.
///
/// # Errors
/// `AuthorizationFailed`.
pub fn authorize(
    state: &State,
    caller: &Caller,
    id: &str,
    action: &str,
) -> Result<(), ServiceError> {
    if may(
        state,
        caller.tenant,
        caller.object_id,
        id,
        action,
        Plane::Control,
    ) {
        return Ok(());
    }
    Err(forbidden(caller, id, action))
}

/// `AuthorizationFailed`, as Resource Manager words it.
pub(crate) fn forbidden(caller: &Caller, id: &str, action: &str) -> ServiceError {
    ServiceError::new(
        403,
        "AuthorizationFailed",
        format!(
            "The client '{client}' with object id '{client}' does not have authorization to perform action \
             '{action}' over scope '{id}' or the scope is invalid. If access was recently granted, please refresh \
             your credentials.",
            client = caller.object_id
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        assert!(matches("*", "Microsoft.KeyVault/vaults/write"));
        assert!(matches("*/read", "Microsoft.KeyVault/vaults/read"));
        assert!(!matches("*/read", "Microsoft.KeyVault/vaults/write"));
        assert!(matches(
            "Microsoft.Authorization/*/Write",
            "microsoft.authorization/roleassignments/write"
        ));
        assert!(!matches(
            "Microsoft.Authorization/*/Write",
            "Microsoft.KeyVault/vaults/write"
        ));
        assert!(matches("a/read", "A/Read"));
        assert!(!matches("a/read", "a/read/more"));
    }

    #[test]
    fn scopes_cover_what_is_below_them_only() {
        assert!(covers(
            "/subscriptions/S",
            "/subscriptions/s/resourceGroups/g"
        ));
        assert!(!covers(
            "/subscriptions/s/resourceGroups/g",
            "/subscriptions/s/resourceGroups/g2"
        ));
        assert!(covers("/", "/subscriptions/s"));
    }
}
