//! The apps' own access to the customers' tenant, broken or soon over.

use serde_json::{Value, json};

use super::{
    Break,
    Shown::{Create, Update},
    one,
};
use crate::edit::{CUSTOMERS, delete_of, object, resource};

const STEP: &str = "identity/applications/rhc-hp2-qa-web/certificate";

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
