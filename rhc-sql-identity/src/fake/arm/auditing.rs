//! `auditingSettings` and `extendedAuditingSettings`: two views of one policy, for servers and for databases.

use rhc_arm::fake::{NameRule, Pattern, PutContext, ServiceError, Stored, TypeRules};
use rhc_core::fake::State;
use serde_json::{Value, json};

use super::{CODES, bad, child, comes_with, goes_with, is_named, later, parent_id, stored};

const SERVER: &str = "Microsoft.Sql/servers/auditingSettings";
const SERVER_EXTENDED: &str = "Microsoft.Sql/servers/extendedAuditingSettings";
const DATABASE: &str = "Microsoft.Sql/servers/databases/auditingSettings";
const DATABASE_EXTENDED: &str = "Microsoft.Sql/servers/databases/extendedAuditingSettings";

/// The four tables. A server's policy takes some seconds, a database's none.
pub(super) const ALL: [TypeRules; 4] = [
    TypeRules {
        create: later(10),
        update: later(10),
        ..rules(SERVER)
    },
    TypeRules {
        create: later(10),
        update: later(10),
        ..rules(SERVER_EXTENDED)
    },
    rules(DATABASE),
    rules(DATABASE_EXTENDED),
];

/// What is recorded unless something else is asked for.
const GROUPS: [&str; 3] = [
    "SUCCESSFUL_DATABASE_AUTHENTICATION_GROUP",
    "FAILED_DATABASE_AUTHENTICATION_GROUP",
    "BATCH_COMPLETED_GROUP",
];

const fn rules(resource_type: &'static str) -> TypeRules {
    TypeRules {
        name: NameRule {
            min: 1,
            max: 128,
            fits: |name| is_named(name, "default"),
            refusal: (400, "InvalidServerBlobAuditingPolicyName"),
            says: "default",
        },
        required: &["properties.state"],
        enums: &[("properties.state", &["Enabled", "Disabled"])],
        patterns: &[Pattern {
            path: "properties.auditActionsAndGroups[]",
            // A group's name, or an action on an object: `SELECT ON dbo.x BY public`.
            fits: |value| {
                value
                    .as_str()
                    .is_some_and(|own| own.ends_with("_GROUP") || own.contains(" ON "))
            },
            code: "InvalidBlobAuditActionsAndGroups",
            says: "an audit action or action group",
        }],
        secrets: &["properties.storageAccountAccessKey"],
        defaults: || {
            json!({ "properties": {
                "retentionDays": 0, "auditActionsAndGroups": [], "isStorageSecondaryKeyInUse": false,
                "isAzureMonitorTargetEnabled": false, "isManagedIdentityInUse": false, "storageEndpoint": "",
                "storageAccountSubscriptionId": "00000000-0000-0000-0000-000000000000" } })
        },
        delete: false,
        codes: CODES,
        before_put,
        compute: |_, _, policy| {
            if is_on(policy) && policy.all("properties.auditActionsAndGroups[]").is_empty() {
                policy.set("properties.auditActionsAndGroups", json!(GROUPS));
            }
            if !text(policy, "properties.storageEndpoint").is_empty() && policy.hidden.is_empty() {
                policy.set("properties.isManagedIdentityInUse", true);
            }
            Ok(())
        },
        on_ready: twin_follows,
        ..child(resource_type)
    }
}

fn text<'a>(policy: &'a Stored, path: &str) -> &'a str {
    policy.text(path).unwrap_or_default()
}

fn is_on(policy: &Stored) -> bool {
    policy.text("properties.state") == Some("Enabled")
}

/// Auditing that goes nowhere is refused.
fn before_put(_: &mut State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    let sent = &put.sent["properties"];
    let on = sent["state"]
        .as_str()
        .is_some_and(|own| own.eq_ignore_ascii_case("Enabled"));
    let somewhere = sent["isAzureMonitorTargetEnabled"] == true
        || sent["storageEndpoint"]
            .as_str()
            .is_some_and(|own| !own.is_empty());
    if on && !somewhere {
        return Err(bad(
            "DataSecurityInvalidUserSuppliedParameter",
            "An invalid parameter value was provided by the client: a storage endpoint or the Azure Monitor target is required.",
        ));
    }
    Ok(())
}

/// The other view shows what was written to the one.
fn twin_follows(state: &mut State, key: &str) -> Result<(), ServiceError> {
    let Some(policy) = stored(state, key) else {
        return Ok(());
    };
    let mut properties = policy.body["properties"].clone();
    let id = policy.id().to_owned();
    let own = policy.text("type").unwrap_or_default().to_owned();
    let twins = [(SERVER, SERVER_EXTENDED), (DATABASE, DATABASE_EXTENDED)];
    let twin = twins.into_iter().find_map(|(plain, extended)| match own {
        _ if own.eq_ignore_ascii_case(plain) => Some(extended),
        _ if own.eq_ignore_ascii_case(extended) => Some(plain),
        _ => None,
    });
    if let Some(twin) = twin {
        if let (false, Some(properties)) = (twin.contains("extended"), properties.as_object_mut()) {
            properties.remove("predicateExpression");
        }
        let body = json!({ "properties": properties });
        goes_with(state, parent_id(&id), twin, "Default", body);
    }
    Ok(())
}

/// Nothing is recorded by a new server or database.
pub(super) fn comes_off(state: &mut State, parent: &str, parent_type: &str) {
    for kind in ["auditingSettings", "extendedAuditingSettings"] {
        let Some(rules) = ALL
            .iter()
            .find(|rules| rules.resource_type == format!("{parent_type}/{kind}"))
        else {
            continue;
        };
        let mut body: Value = (rules.defaults)();
        body["properties"]["state"] = json!("Disabled");
        comes_with(state, parent, rules.resource_type, "Default", body);
    }
}
