//! SQL's rules for Resource Manager: one table for each type of resource, and what the tables cannot say.
//!
//! Codes and messages are those that Microsoft documents for the operation; what is not documented says so.

mod administrators;
mod auditing;
mod connections;
mod database_actions;
mod databases;
mod dropped;
mod encryption;
mod firewall;
mod keys;
mod names;
mod origin;
mod retention;
mod servers;
mod sku;

use rhc_arm::fake::{Arm, Codes, ServiceError, Stored, Style, Timing, TypeRules};
use rhc_core::fake::{State, World};
use serde_json::{Value, json};

pub(super) const SERVERS: &str = "Microsoft.Sql/servers";
pub(super) const ADMINISTRATORS: &str = "Microsoft.Sql/servers/administrators";
pub(super) const ENTRA_ONLY: &str = "Microsoft.Sql/servers/azureADOnlyAuthentications";
pub(super) const DATABASES: &str = "Microsoft.Sql/servers/databases";
pub(super) const FIREWALL_RULES: &str = "Microsoft.Sql/servers/firewallRules";
pub(super) const PRIVATE_ENDPOINTS: &str = "Microsoft.Sql/servers/privateEndpointConnections";
pub(super) const CONNECTION_POLICIES: &str = "Microsoft.Sql/servers/connectionPolicies";
pub(super) const PROTECTORS: &str = "Microsoft.Sql/servers/encryptionProtector";
pub(super) const KEYS: &str = "Microsoft.Sql/servers/keys";
pub(super) const DROPPED: &str = "Microsoft.Sql/servers/restorableDroppedDatabases";
pub(super) const SHORT_TERM: &str =
    "Microsoft.Sql/servers/databases/backupShortTermRetentionPolicies";
pub(super) const LONG_TERM: &str =
    "Microsoft.Sql/servers/databases/backupLongTermRetentionPolicies";
pub(super) const ENCRYPTION: &str = "Microsoft.Sql/servers/databases/transparentDataEncryption";

/// The newest stable versions that the fake answers to.
const VERSIONS: &[&str] = &[
    "2025-01-01",
    "2024-11-01-preview",
    "2023-08-01",
    "2021-11-01",
];

/// What Microsoft.Sql calls what Resource Manager's engine finds.
const CODES: Codes = Codes {
    missing: (400, "InvalidResourceRequestBody"),
    invalid: (400, "InvalidParameterValue"),
    unknown: (400, "InvalidResourceRequestBody"),
    read_only: (400, "InvalidResourceRequestBody"),
    busy: (409, "ConflictingServerOperation"),
    parent_busy: (409, "ConflictingServerOperation"),
};

pub(super) fn register(world: &World) {
    for rules in tables() {
        rhc_arm::fake::register(world, rules);
    }
    rhc_arm::fake::register_route(world, names::ROUTE);
    dropped::on_events(world);
}

fn tables() -> Vec<TypeRules> {
    let mut tables = vec![
        servers::RULES,
        administrators::ADMINISTRATOR,
        administrators::ENTRA_ONLY_AUTHENTICATION,
        databases::RULES,
        dropped::RULES,
        retention::SHORT,
        retention::LONG,
        keys::RULES,
        encryption::TRANSPARENT,
        encryption::PROTECTOR,
        firewall::RULES,
        connections::POLICY,
        connections::PRIVATE_ENDPOINT,
    ];
    tables.extend(auditing::ALL);
    tables
}

/// A child of a server or database, without `systemData` and `provisioningState`, which SQL does not show.
const fn child(resource_type: &'static str) -> TypeRules {
    TypeRules {
        codes: CODES,
        system_data: false,
        provisioning_state: false,
        ..TypeRules::child(resource_type, VERSIONS)
    }
}

/// As SQL works: 202 with both headers, and a body that says only what was begun.
const fn later(seconds: u64) -> Timing {
    Timing::after(seconds, Style::Both, 202, "InProgress").no_body()
}

fn bad(code: &'static str, message: impl Into<String>) -> ServiceError {
    ServiceError::bad_request(code, message)
}

/// Whether a name is one of those that a singleton goes by.
fn is_named(value: &str, name: &str) -> bool {
    value.eq_ignore_ascii_case(name)
}

/// The last part of an id.
fn name_of(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or_default()
}

/// The id of the resource above.
fn parent_id(id: &str) -> &str {
    let above = |id: &str| id.rfind('/').map_or(0, |at| at);
    let kind = id.get(..above(id)).unwrap_or_default();
    kind.get(..above(kind)).unwrap_or_default()
}

/// The resource with this key, if it is still there.
fn stored<'a>(state: &'a mut State, key: &str) -> Option<&'a mut Stored> {
    state.section::<Arm>().get_mut(key)
}

/// The id of a child as the service writes it.
fn child_id(parent: &str, resource_type: &str, name: &str) -> String {
    let kind = resource_type.rsplit('/').next().unwrap_or_default();
    format!("{parent}/{kind}/{name}")
}

/// Puts a child where nobody wrote one: what comes with its parent.
fn comes_with(state: &mut State, parent: &str, resource_type: &str, name: &str, body: Value) {
    let id = child_id(parent, resource_type, name);
    let now = state.now();
    let arm = state.section::<Arm>();
    if arm.get(&id).is_none() {
        arm.insert(made(&id, resource_type, name, body, now));
    }
}

/// Puts a child, whether there is one or not: what the service changes together with another resource.
fn goes_with(state: &mut State, parent: &str, resource_type: &str, name: &str, body: Value) {
    let id = child_id(parent, resource_type, name);
    let now = state.now();
    state
        .section::<Arm>()
        .insert(made(&id, resource_type, name, body, now));
}

fn made(
    id: &str,
    resource_type: &str,
    name: &str,
    body: Value,
    now: time::OffsetDateTime,
) -> Stored {
    let mut whole = json!({ "id": id, "name": name, "type": resource_type });
    if let (Some(whole), Value::Object(body)) = (whole.as_object_mut(), body) {
        whole.extend(body);
    }
    Stored::new(whole, now)
}
