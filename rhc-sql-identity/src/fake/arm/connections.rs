//! The ways to a server: its gateway's policy, and private endpoints.

use rhc_arm::fake::{Arm, NameRule, PutContext, ServiceError, TypeRules};
use rhc_core::fake::State;
use serde_json::{Value, json};

use super::{CODES, CONNECTION_POLICIES, PRIVATE_ENDPOINTS, bad, child, is_named, later, stored};

const STATUS: &str = "properties.privateLinkServiceConnectionState.status";

pub(super) const POLICY: TypeRules = TypeRules {
    name: NameRule {
        min: 1,
        max: 128,
        fits: |name| is_named(name, "default"),
        refusal: (400, "InvalidConnectionPolicyName"),
        says: "default",
    },
    required: &["properties.connectionType"],
    enums: &[(
        "properties.connectionType",
        &["Default", "Redirect", "Proxy"],
    )],
    delete: false,
    create: later(3),
    update: later(3),
    codes: rhc_arm::fake::Codes {
        invalid: (400, "InvalidConnectionPolicyType"),
        missing: (400, "ConnectionPolicyParamsNull"),
        ..CODES
    },
    ..child(CONNECTION_POLICIES)
};

/// A connection comes with its endpoint; from the server's side it is only decided on, once.
pub(super) const PRIVATE_ENDPOINT: TypeRules = TypeRules {
    read_only: &["properties.groupIds", "properties.provisioningState"],
    create: later(10),
    update: later(10),
    remove: later(10),
    codes: CODES,
    before_put: decided_once,
    compute: |_, put, connection| {
        // The decision is all that is taken from the request.
        if let Some(existing) = put.existing {
            for path in ["properties.privateEndpoint", "properties.groupIds"] {
                if let Some(value) = existing.get(path) {
                    connection.set(path, value.clone());
                }
            }
        }
        let approved = connection.text(STATUS) == Some("Approved");
        let word = if approved { "Approving" } else { "Rejecting" };
        connection.set("properties.provisioningState", word);
        connection.set(
            "properties.privateLinkServiceConnectionState.actionsRequired",
            "None",
        );
        Ok(())
    },
    on_ready: |state, key| {
        if let Some(connection) = stored(state, key) {
            connection.set("properties.provisioningState", "Ready");
        }
        Ok(())
    },
    ..child(PRIVATE_ENDPOINTS)
};

fn decided_once(_: &mut State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    let Some(existing) = put.existing else {
        return Err(bad(
            "PrivateEndpointConnectionDoesNotExist",
            "Private Endpoint Connection does not exist",
        ));
    };
    let decision = &put.sent["properties"]["privateLinkServiceConnectionState"];
    match decision["status"].as_str() {
        _ if decision.is_null() => {
            return Err(bad(
                "NullRemotePrivateLinkServiceConnectionState",
                "Remote Private Link Service Connection State is Null",
            ));
        }
        None => {
            return Err(bad(
                "NullRemotePrivateLinkServiceConnectionStateStatus",
                "Remote Private Link Service Connection State Status is Null",
            ));
        }
        Some("Approved" | "Rejected") => {}
        Some(_) => {
            return Err(bad(
                "IncorrectPrivateLinkServiceConnectionStateStatus",
                "Private Link Service Connection State Status must be \"Approved\" or \"Rejected\"",
            ));
        }
    }
    if existing.text(STATUS) != Some("Pending") {
        return Err(bad(
            "PrivateEndpointConnectionStatusNotPending",
            "Private Endpoint Connection Status is not Pending",
        ));
    }
    Ok(())
}

/// The connections as their server lists them.
pub(super) fn of(state: &State, server: &str) -> Vec<Value> {
    let Some(arm) = state.read::<Arm>() else {
        return Vec::new();
    };
    arm.of_type(server, PRIVATE_ENDPOINTS)
        .map(|connection| json!({ "id": connection.id(), "properties": connection.body["properties"] }))
        .collect()
}
