//! Key vaults, the deleted ones included. Their data plane is another crate's.

use std::time::Duration;

use rhc_core::fake::{State, respond};
use serde_json::{Value, json};

use super::super::context::PutContext;
use super::super::error::ServiceError;
use super::super::json;
use super::super::path;
use super::super::route::{Reply, Route, RouteContext};
use super::super::rules::{
    Codes, Immutable, NameRule, Patch, Pattern, Style, Timing, TypeRules, Uniqueness, Unknown,
};
use super::super::state::{Arm, Deleted, Stored, arm};
use super::service_endpoint;
use super::vault_network;

/// The type of vaults.
pub const VAULTS: &str = "Microsoft.KeyVault/vaults";
const VERSIONS: &[&str] = &[
    "2022-07-01",
    "2023-02-01",
    "2023-07-01",
    "2024-11-01",
    "2025-05-01",
    "2026-02-01",
    "2026-05-15",
];
/// What follows the name in the refusal of a name that somebody has.
const TAKEN: &str = "is already in use. Vault names are globally unique so it is possible that the name is already \
                     taken. If you are sure that the vault name was not taken then it is possible that a vault with \
                     the same name was recently deleted but not purged after being placed in a recoverable state.";

/// What a rule for a subnet is refused with.
const NETWORK_NOT_VALID: &str = "VirtualNetworkNotValid";

pub(super) fn fits_vault(name: &str) -> bool {
    name.chars()
        .all(|own| own.is_ascii_alphanumeric() || own == '-')
        && name.starts_with(|own: char| own.is_ascii_alphabetic())
        && !name.ends_with('-')
        && !name.contains("--")
}

pub(super) const TYPES: &[TypeRules] = &[TypeRules {
    name: NameRule {
        min: 3,
        max: 24,
        fits: fits_vault,
        refusal: (400, "VaultNameNotValid"),
        says: "letters, digits and hyphens, a letter first, no hyphen at the end and no two together",
    },
    required: &[
        "properties.tenantId",
        "properties.sku.family",
        "properties.sku.name",
    ],
    read_only: &[
        "properties.vaultUri",
        "properties.hsmPoolResourceId",
        "properties.privateEndpointConnections",
    ],
    enums: &[
        ("properties.sku.family", &["A"]),
        ("properties.sku.name", &["standard", "premium"]),
        ("properties.createMode", &["default", "recover"]),
        ("properties.networkAcls.bypass", &["AzureServices", "None"]),
        ("properties.networkAcls.defaultAction", &["Allow", "Deny"]),
        ("properties.publicNetworkAccess", &["Enabled", "Disabled"]),
    ],
    patterns: &[
        Pattern {
            path: "properties.tenantId",
            fits: |value| {
                value
                    .as_str()
                    .is_some_and(|id| id.parse::<uuid::Uuid>().is_ok())
            },
            code: "BadRequest",
            says: "a GUID",
        },
        Pattern {
            path: "properties.enablePurgeProtection",
            fits: |value| value == &json!(true),
            code: "BadRequest",
            says: "it cannot be set to false. Enabling the purge protection for a vault is an irreversible action",
        },
        Pattern {
            path: "properties.enableSoftDelete",
            fits: |value| value == &json!(true),
            code: "BadRequest",
            says: "it cannot be set to false",
        },
        Pattern {
            path: "properties.softDeleteRetentionInDays",
            fits: |value| value.as_u64().is_some_and(|days| (7..=90).contains(&days)),
            code: "BadRequest",
            says: "7 to 90 days",
        },
    ],
    immutable: &[
        Immutable {
            path: "properties.softDeleteRetentionInDays",
            refusal: (400, "BadRequest"),
        },
        Immutable {
            path: "properties.enablePurgeProtection",
            refusal: (400, "BadRequest"),
        },
    ],
    links: &[service_endpoint::rule(NETWORK_NOT_VALID)],
    properties: &[
        "properties.tenantId",
        "properties.sku.family",
        "properties.sku.name",
        "properties.accessPolicies",
        "properties.enabledForDeployment",
        "properties.enabledForDiskEncryption",
        "properties.enabledForTemplateDeployment",
        "properties.enableSoftDelete",
        "properties.softDeleteRetentionInDays",
        "properties.enableRbacAuthorization",
        "properties.createMode",
        "properties.enablePurgeProtection",
        "properties.networkAcls",
        "properties.publicNetworkAccess",
    ],
    // Unverified.
    unknown: Unknown::Ignore,
    uniqueness: Uniqueness::Global("VaultAlreadyExists", TAKEN),
    defaults: || {
        json!({
            "tags": {},
            "properties": {
                "accessPolicies": [],
                "enabledForDeployment": false,
                "enableSoftDelete": true,
                "softDeleteRetentionInDays": 90,
                "publicNetworkAccess": "Enabled",
            },
        })
    },
    patch: Patch::Merge,
    // As recorded: 200 at once, and the name server's part goes on.
    create: Timing::after(20, Style::Resource, 200, "RegisteringDns"),
    codes: Codes {
        missing: (400, "BadRequest"),
        invalid: (400, "BadRequest"),
        ..Codes::COMMON
    },
    before_put: check,
    compute,
    on_ready: |state, key| {
        if let Some(own) = arm(state).resources.get_mut(key) {
            let uri = format!("https://{}.vault.azure.net/", own.name());
            own.set("properties.vaultUri", uri);
        }
        Ok(())
    },
    after_delete: soft_delete,
    ..TypeRules::new(VAULTS, VERSIONS)
}];

const LOCATED: &str = "/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{location}/deletedVaults/{name}";

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: "POST",
        pattern: "/subscriptions/{subscription}/providers/Microsoft.KeyVault/checkNameAvailability",
        api_versions: VERSIONS,
        permission: "Microsoft.KeyVault/checkNameAvailability/read",
        run: check_name,
    },
    Route {
        method: "GET",
        pattern: "/subscriptions/{subscription}/providers/Microsoft.KeyVault/deletedVaults",
        api_versions: VERSIONS,
        permission: "Microsoft.KeyVault/deletedVaults/read",
        run: |state, context| {
            let items = deleted_in(state, context).into_iter().map(|(_, body)| body);
            Ok(Reply::list(items.collect()))
        },
    },
    Route {
        method: "GET",
        pattern: LOCATED,
        api_versions: VERSIONS,
        permission: "Microsoft.KeyVault/locations/deletedVaults/read",
        run: |state, context| {
            let (_, body) = find_deleted(state, context)?;
            Ok(Reply::new(200, body))
        },
    },
    Route {
        method: "POST",
        pattern: "/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{location}/deletedVaults/{name}/purge",
        api_versions: VERSIONS,
        permission: "Microsoft.KeyVault/locations/deletedVaults/purge/action",
        run: purge,
    },
];

fn deleted_key(name: &str) -> String {
    format!("{VAULTS}/{name}").to_ascii_lowercase()
}

/// The deleted vault of a name, unless its time has run out.
fn recoverable(state: &State, name: &str) -> Option<Deleted> {
    let deleted = state.read::<Arm>()?.deleted.get(&deleted_key(name))?;
    (state.now() < deleted.purge_at).then(|| deleted.clone())
}

fn recovers(sent: &Value) -> bool {
    json::text(sent, "properties.createMode")
        .is_some_and(|mode| mode.eq_ignore_ascii_case("recover"))
}

fn check(state: &mut State, context: &PutContext<'_>) -> Result<(), ServiceError> {
    let sent = context.sent;
    if context.existing.is_none() {
        let deleted = recoverable(state, context.path.name());
        let own = deleted.as_ref().is_some_and(|deleted| {
            path::subscription_of(deleted.resource.id()) == context.path.subscription()
        });
        match (deleted, recovers(sent)) {
            (Some(_), true) if own => return Ok(()),
            (Some(_), false) if own => {
                return Err(ServiceError::conflict(
                    "ConflictError",
                    "A vault with the same name already exists in deleted state. You need to either recover or purge \
                     existing key vault. Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 for more \
                     information on soft delete.",
                ));
            }
            (Some(_), _) => {
                return Err(ServiceError::conflict(
                    "VaultAlreadyExists",
                    format!("The vault name '{}' {TAKEN}", context.path.name()),
                ));
            }
            (None, true) => {
                return Err(ServiceError::not_found(
                    "DeletedVaultNotFound",
                    format!(
                        "The vault '{}' is not in deleted state.",
                        context.path.name()
                    ),
                ));
            }
            (None, false) => {}
        }
    }
    let by_roles = json::at(sent, "properties.enableRbacAuthorization") == Some(&json!(true));
    if !by_roles && json::at(sent, "properties.accessPolicies").is_none() {
        return Err(ServiceError::bad_request(
            "BadRequest",
            "The parameter accessPolicies is not specified.",
        ));
    }
    for (_, subnet) in json::all(sent, "properties.networkAcls.virtualNetworkRules[].id") {
        let subnet = subnet.as_str().unwrap_or_default();
        reachable(state, subnet)?;
    }
    vault_network::check(sent)
}

fn reachable(state: &State, subnet: &str) -> Result<(), ServiceError> {
    service_endpoint::check(state, subnet, "Microsoft.KeyVault").map_err(|why| {
        ServiceError::bad_request(
            NETWORK_NOT_VALID,
            format!(
                "Operation on Virtual Network could not be performed. StatusCode: 400 (BadRequest). Error Code: {}. \
                 Error Message: {}.",
                why.code, why.message
            ),
        )
    })
}

fn compute(
    state: &mut State,
    context: &PutContext<'_>,
    stored: &mut Stored,
) -> Result<(), ServiceError> {
    if recovers(context.sent)
        && let Some(deleted) = recoverable(state, context.path.name())
    {
        // What is sent with it does not count: the vault comes back as it was.
        arm(state).deleted.remove(&deleted_key(context.path.name()));
        let back = deleted.resource;
        for member in ["properties", "tags", "location"] {
            if let Some(value) = back.get(member) {
                stored.set(member, value.clone());
            }
        }
    }
    stored.unset("properties.createMode");
    if context.existing.is_none() {
        // Recorded without the slash until the name is registered.
        let uri = format!("https://{}.vault.azure.net", stored.name());
        stored.set("properties.vaultUri", uri);
    }
    let rules = |stored: &Stored, list: &str, member: &str, write: fn(&str) -> String| {
        let items = stored.get(list)?.as_array()?.clone();
        let written: Vec<_> = items
            .into_iter()
            .map(|mut item| {
                if let Some(own) = item[member].as_str() {
                    item[member] = json!(write(own));
                }
                item
            })
            .collect();
        Some(Value::Array(written))
    };
    // The service writes an address as a range and a subnet's id in lower case.
    let addresses = rules(stored, "properties.networkAcls.ipRules", "value", |own| {
        if own.contains('/') {
            own.to_owned()
        } else {
            format!("{own}/32")
        }
    });
    if let Some(addresses) = addresses {
        stored.set("properties.networkAcls.ipRules", addresses);
    }
    let subnets = rules(
        stored,
        "properties.networkAcls.virtualNetworkRules",
        "id",
        str::to_ascii_lowercase,
    );
    if let Some(subnets) = subnets {
        stored.set("properties.networkAcls.virtualNetworkRules", subnets);
    }
    if let Some(acls) = stored.get("properties.networkAcls").cloned() {
        let mut acls = acls;
        json::fill(
            &mut acls,
            &json!({ "bypass": "AzureServices", "defaultAction": "Allow", "ipRules": [], "virtualNetworkRules": [] }),
        );
        stored.set("properties.networkAcls", acls);
    }
    vault_network::note(state, context.existing, stored);
    Ok(())
}

fn soft_delete(state: &mut State, stored: &Stored) {
    let days = stored
        .get("properties.softDeleteRetentionInDays")
        .and_then(Value::as_i64)
        .map_or(90, |days| days.clamp(7, 90));
    let now = state.now();
    let deleted = Deleted {
        resource: stored.clone(),
        deleted_at: now,
        purge_at: now + time::Duration::days(days),
        protected: stored.get("properties.enablePurgeProtection") == Some(&json!(true)),
    };
    arm(state)
        .deleted
        .insert(deleted_key(stored.name()), deleted);
}

/// The deleted vaults of a subscription: name and body.
fn deleted_in(state: &State, context: &RouteContext<'_>) -> Vec<(String, Value)> {
    let subscription = context.param("subscription");
    let prefix = format!("{VAULTS}/").to_ascii_lowercase();
    let Some(arm) = state.read::<Arm>() else {
        return Vec::new();
    };
    arm.deleted
        .iter()
        .filter(|(key, deleted)| key.starts_with(&prefix) && state.now() < deleted.purge_at)
        .filter(|(_, deleted)| {
            path::subscription_of(deleted.resource.id())
                .is_some_and(|own| own.eq_ignore_ascii_case(subscription))
        })
        .map(|(_, deleted)| {
            let own = &deleted.resource;
            let location = own.text("location").unwrap_or_default();
            let body = json!({
                "id": format!(
                    "/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{location}/deletedVaults/{}",
                    own.name()
                ),
                "type": "Microsoft.KeyVault/deletedVaults",
                "name": own.name(),
                "properties": {
                    "vaultId": own.id(),
                    "location": location,
                    "tags": own.get("tags").cloned().unwrap_or_else(|| json!({})),
                    "deletionDate": respond::timestamp(deleted.deleted_at),
                    "scheduledPurgeDate": respond::timestamp(deleted.purge_at),
                    "purgeProtectionEnabled": deleted.protected,
                },
            });
            (own.name().to_owned(), body)
        })
        .collect()
}

fn find_deleted(
    state: &State,
    context: &RouteContext<'_>,
) -> Result<(String, Value), ServiceError> {
    let (name, location) = (context.param("name"), context.param("location"));
    deleted_in(state, context)
        .into_iter()
        .filter(|(_, body)| {
            json::text(body, "properties.location")
                .is_some_and(|own| own.eq_ignore_ascii_case(location))
        })
        .find(|(own, _)| own.eq_ignore_ascii_case(name))
        .ok_or_else(|| {
            ServiceError::not_found(
                "DeletedVaultNotFound",
                format!(
                    "The specified deleted vault does not exist. Deleted vault name: '{name}'."
                ),
            )
        })
}

fn purge(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let (name, _) = find_deleted(state, context)?;
    let key = deleted_key(&name);
    if arm(state)
        .deleted
        .get(&key)
        .is_some_and(|own| own.protected)
    {
        return Err(ServiceError::new(
            405,
            "MethodNotAllowed",
            "Operation 'DeletedVaultPurge' is not allowed.",
        ));
    }
    arm(state).deleted.remove(&key);
    Ok(Reply::empty(200).retry_after(Duration::ZERO))
}

/// What providers answer who are asked whether a name can be had. `taken` follows the name of one that somebody has; `invalid`
/// is the reason of one that does not fit.
pub(super) fn name_availability(
    kind: &str,
    name: &str,
    invalid: &str,
    fits: bool,
    taken: Option<&str>,
) -> Reply {
    let unavailable = |reason: &str, message: String| json!({ "nameAvailable": false, "reason": reason, "message": message });
    let answer = match taken {
        _ if !fits => unavailable(invalid, format!("The {kind} name '{name}' is invalid.")),
        Some(taken) => unavailable("AlreadyExists", format!("The {kind} name '{name}' {taken}")),
        None => json!({ "nameAvailable": true }),
    };
    Reply::new(200, answer)
}

fn check_name(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let name = context.need("name")?;
    if context.need("type")? != VAULTS {
        return Err(ServiceError::bad_request(
            "InvalidRequestContent",
            format!("The request content is invalid: 'type' must be '{VAULTS}'."),
        ));
    }
    let taken = arm(state).is_taken(VAULTS, name) || recoverable(state, name).is_some();
    let fits = (3..=24).contains(&name.len()) && fits_vault(name);
    Ok(name_availability(
        "vault",
        name,
        "AccountNameInvalid",
        fits,
        taken.then_some(TAKEN),
    ))
}
