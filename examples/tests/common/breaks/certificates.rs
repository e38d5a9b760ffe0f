//! The apps' own access to the customers' tenant, broken or soon over.

use serde_json::{Value, json};

use super::{
    Break,
    Shown::{Create, Update},
    one,
};
use crate::edit::{CUSTOMERS, delete_of, id_of, object, resource, tenant};

const STEP: &str = "identity/applications/rhc-hp2-qa-web/certificate";

const PERMISSION: &str = "identity/servicePrincipals/rhc-hp2-qa-web/appRoleAssignments/User.Create";

/// The id of what the app may do by itself.
fn held(state: &mut Value) -> String {
    let principal = id_of(state, CUSTOMERS, "servicePrincipal", "rhc-hp2-qa-web");
    let all = tenant(state, CUSTOMERS)["appRoleAssignments"]
        .as_object()
        .unwrap();
    let mut own = all
        .iter()
        .filter(|(_, one)| one["principalId"] == principal.as_str());
    own.next().unwrap().0.clone()
}

fn credentials(state: &mut Value) -> &mut Vec<Value> {
    let application = object(state, CUSTOMERS, "application", "rhc-hp2-qa-web");
    application["body"]["keyCredentials"]
        .as_array_mut()
        .unwrap()
}

pub(super) fn certificates() -> Vec<Break> {
    vec![
        Break {
            // The app cannot sign in, which two checks say.
            seen_too: &["control-plane/certificate/rhc-hp2-qa-web"],
            ..one(
                "an app's certificate is taken from the directory",
                STEP,
                Create,
                |state| credentials(state).clear(),
            )
        }
        // The firewall, the role that is given and taken, and the directory; the version in the vault is as good as new.
        .written_in(4),
        one(
            "somebody adds a certificate of his own",
            STEP,
            Update(&["unknown"]),
            |state| {
                let mut other = credentials(state)[0].clone();
                other["displayName"] = json!("CN=somebody");
                other["keyId"] = json!("00000000-0000-4000-8000-00000000000c");
                credentials(state).push(other);
            },
        ),
        one(
            "an app's certificate is soon over",
            STEP,
            Update(&["rotation"]),
            |state| credentials(state)[0]["endDateTime"] = json!("2026-12-10T00:00:00Z"),
        )
        .written_in(5),
        Break {
            seen_too: &["outside/closed/hp225qa-kv"],
            ..one(
                "an operator's window was left open",
                "hp2/Microsoft.KeyVault/vaults/hp225qa-kv",
                Update(&["properties.networkAcls.ipRules"]),
                |state| {
                    let acls =
                        &mut resource(state, "/vaults/hp225qa-kv")["properties"]["networkAcls"];
                    acls["ipRules"] = json!([{"value": "203.0.113.7/32"}]);
                },
            )
        },
        one(
            "an app may not make users any more",
            PERMISSION,
            Create,
            |state| {
                let held = held(state);
                tenant(state, CUSTOMERS)["appRoleAssignments"]
                    .as_object_mut()
                    .unwrap()
                    .remove(&held);
            },
        ),
        one(
            "an app may change every user",
            PERMISSION,
            Update(&["beside"]),
            |state| {
                let held = held(state);
                let all = &mut tenant(state, CUSTOMERS)["appRoleAssignments"];
                let mut more = all[&held].clone();
                // User.ReadWrite.All
                more["appRoleId"] = json!("741f803b-c850-494e-b5df-cde7c675a1ca");
                all["more"] = more;
            },
        ),
        one(
            "the app may not sign any more",
            "hp2/Microsoft.KeyVault/vaults/hp225qa-kv/roleAssignments/Key Vault Crypto User/hp225qa-id",
            Create,
            |state| {
                delete_of(
                    state,
                    "/keys/rhc-hp2-qa-web/",
                    "Microsoft.Authorization/roleAssignments",
                );
            },
        ),
    ]
}
