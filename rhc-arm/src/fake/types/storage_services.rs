//! The four services of a storage account: each is there once, called `default`, from the start.
//!
//! Unverified: what the services but blobs answer before anybody changed them, and which kinds of account lack one of them.

use rhc_core::fake::State;
use serde_json::{Value, json};

use super::super::context::PutContext;
use super::super::error::ServiceError;
use super::super::json;
use super::super::rules::{NameRule, Pattern, Timing, TypeRules, Unknown};
use super::super::state::{Arm, Stored};
use super::storage::{CODES, VERSIONS};

const BLOBS: &str = "Microsoft.Storage/storageAccounts/blobServices";
const FILES: &str = "Microsoft.Storage/storageAccounts/fileServices";
const QUEUES: &str = "Microsoft.Storage/storageAccounts/queueServices";
const TABLES: &str = "Microsoft.Storage/storageAccounts/tableServices";
const DEFAULT: &str = "default";
/// Unverified: the code.
const INVALID: &str = "InvalidValuesForRequestParameters";

const fn days(path: &'static str) -> Pattern {
    Pattern {
        path,
        fits: |value| value.as_u64().is_some_and(|days| (1..=365).contains(&days)),
        // The range is the description's.
        code: INVALID,
        says: "1 to 365 days",
    }
}

/// What all four have in common.
const fn service(resource_type: &'static str) -> TypeRules {
    TypeRules {
        name: NameRule {
            min: 7,
            max: 7,
            fits: |name| name.eq_ignore_ascii_case(DEFAULT),
            // Unverified: the code.
            refusal: (400, "InvalidResourceName"),
            says: "default",
        },
        properties: &["properties.cors"],
        unknown: Unknown::Ignore,
        defaults: || json!({ "properties": cors() }),
        // As recorded of blobs: it is there from the start, and each write is answered by 200.
        create: Timing::at_once(200),
        delete: false,
        system_data: false,
        provisioning_state: false,
        codes: CODES,
        ..TypeRules::child(resource_type, VERSIONS)
    }
}

pub(super) const TYPES: &[TypeRules] = &[
    TypeRules {
        patterns: &[
            days("properties.deleteRetentionPolicy.days"),
            days("properties.containerDeleteRetentionPolicy.days"),
        ],
        properties: &[
            "properties.cors",
            "properties.defaultServiceVersion",
            "properties.deleteRetentionPolicy",
            "properties.containerDeleteRetentionPolicy",
            "properties.isVersioningEnabled",
            "properties.automaticSnapshotPolicyEnabled",
            "properties.changeFeed",
            "properties.restorePolicy",
            "properties.lastAccessTimeTrackingPolicy",
        ],
        defaults: || json!({ "properties": usual(BLOBS) }),
        before_put: |_, context| {
            with_days(
                context,
                &["deleteRetentionPolicy", "containerDeleteRetentionPolicy"],
            )
        },
        ..service(BLOBS)
    },
    TypeRules {
        patterns: &[days("properties.shareDeleteRetentionPolicy.days")],
        properties: &[
            "properties.cors",
            "properties.protocolSettings",
            "properties.shareDeleteRetentionPolicy",
        ],
        before_put: |_, context| with_days(context, &["shareDeleteRetentionPolicy"]),
        ..service(FILES)
    },
    service(QUEUES),
    service(TABLES),
];

/// A policy that is on says for how long.
fn with_days(context: &PutContext<'_>, policies: &[&str]) -> Result<(), ServiceError> {
    for policy in policies {
        let at = |member: &str| json::at(context.sent, &format!("properties.{policy}.{member}"));
        if at("enabled") == Some(&json!(true)) && at("days").is_none() {
            return Err(ServiceError::bad_request(
                INVALID,
                format!("Values for request parameters are invalid: {policy}.days."),
            ));
        }
    }
    Ok(())
}

fn cors() -> Value {
    json!({ "cors": { "corsRules": [] } })
}

/// What a service is like in which nobody has changed anything.
fn usual(kind: &str) -> Value {
    let mut usual = cors();
    if kind == BLOBS {
        usual["deleteRetentionPolicy"] = json!({ "allowPermanentDelete": false, "enabled": false });
    }
    usual
}

/// Puts them where nobody wrote one: they come with their account.
pub(super) fn come_with(state: &mut State, account: &Stored) {
    let now = state.now();
    for kind in [BLOBS, FILES, QUEUES, TABLES] {
        let member = kind.rsplit('/').next().unwrap_or_default();
        let mut service = json!({
            "id": format!("{}/{member}/{DEFAULT}", account.id()),
            "name": DEFAULT,
            "type": kind,
            "properties": usual(kind),
        });
        // Queues and tables are described without it.
        if [BLOBS, FILES].contains(&kind) {
            service["sku"] = json!(account.get("sku"));
        }
        state.section::<Arm>().insert(Stored::new(service, now));
    }
}
