//! Diagnostic settings: which logs of a resource go where.

use rhc_core::fake::State;
use serde_json::{Value, json};

use super::super::context::{Listing, PutContext};
use super::super::error::ServiceError;
use super::super::json;
use super::super::path::ResourcePath;
use super::super::rules::{Codes, IdStyle, Link, Scope, Timing, TypeRules, Unknown};
use super::super::state::Arm;
use super::categories::{self, loggable};
use super::logs::WORKSPACES;

const SETTINGS: &str = "Microsoft.Insights/diagnosticSettings";
const CATEGORIES: &str = "Microsoft.Insights/diagnosticSettingsCategories";
const VERSIONS: &[&str] = &["2021-05-01-preview"];
/// How many settings a resource has at most.
const MOST: usize = 5;
/// Where a setting can send to.
const SINKS: [&str; 4] = [
    "workspaceId",
    "storageAccountId",
    "eventHubAuthorizationRuleId",
    "marketplacePartnerId",
];

pub(super) const TYPES: &[TypeRules] = &[CATEGORY, SETTING];

/// What a resource can log: to be read only.
const CATEGORY: TypeRules = TypeRules {
    scope: Scope::Extension,
    put: false,
    delete: false,
    system_data: false,
    provisioning_state: false,
    reported_type: Some("microsoft.insights/diagnosticSettingsCategories"),
    find: |_, path| {
        let kind = kind_of(path.scope());
        let known = loggable(&kind)?;
        let all = categories::shown(known, path.scope());
        all.into_iter().find(|own| {
            own["name"]
                .as_str()
                .is_some_and(|name| name.eq_ignore_ascii_case(path.name()))
        })
    },
    list: |_, context| {
        let kind = kind_of(context.scope);
        match loggable(&kind) {
            Some(known) => Listing::Instead(categories::shown(known, context.scope)),
            None => Listing::Refused("ResourceTypeNotSupported", unsupported(&kind)),
        }
    },
    ..TypeRules::child(CATEGORIES, VERSIONS)
};

const SETTING: TypeRules = TypeRules {
    scope: Scope::Extension,
    required: &["properties.logs[].enabled", "properties.metrics[].enabled"],
    // Source: the refusal of https://github.com/JimGBritt/AzurePolicy/issues/17.
    links: &[Link {
        path: "properties.workspaceId",
        resource_type: WORKSPACES,
        action: "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
        missing: (404, "ResourceNotFound"),
    }],
    properties: &[
        "properties.storageAccountId",
        "properties.serviceBusRuleId",
        "properties.eventHubAuthorizationRuleId",
        "properties.eventHubName",
        "properties.metrics",
        "properties.logs",
        "properties.workspaceId",
        "properties.marketplacePartnerId",
        "properties.logAnalyticsDestinationType",
    ],
    unknown: Unknown::Ignore,
    defaults: || {
        json!({
            "location": null,
            "kind": null,
            "tags": null,
            "identity": null,
            "properties": {
                "storageAccountId": null,
                "serviceBusRuleId": null,
                "workspaceId": null,
                "eventHubAuthorizationRuleId": null,
                "eventHubName": null,
                "metrics": [],
                "logs": [],
                "logAnalyticsDestinationType": null,
            },
        })
    },
    create: Timing::at_once(200),
    system_data: false,
    provisioning_state: false,
    id_style: IdStyle::LowerScope,
    codes: Codes {
        missing: (400, "BadRequest"),
        invalid: (400, "BadRequest"),
        ..Codes::COMMON
    },
    before_put: check,
    compute: |_, _, stored| {
        let logs: Vec<_> = stored
            .all("properties.logs[]")
            .into_iter()
            .cloned()
            .map(|mut own| {
                json::fill(
                    &mut own,
                    &json!({
                        "category": null,
                        "categoryGroup": null,
                        "retentionPolicy": { "enabled": false, "days": 0 },
                    }),
                );
                own
            })
            .collect();
        stored.set("properties.logs", Value::Array(logs));
        Ok(())
    },
    ..TypeRules::child(SETTINGS, VERSIONS)
};

/// The type of what a setting or category belongs to.
fn kind_of(scope: &str) -> String {
    ResourcePath::parse(scope).map_or_else(
        // A subscription itself: its activity log.
        || categories::SUBSCRIPTION.to_owned(),
        |path| path.resource_type(),
    )
}

fn unsupported(kind: &str) -> String {
    format!(
        "The resource type '{}' does not support diagnostic settings.",
        kind.to_ascii_lowercase()
    )
}

fn bad(message: String) -> ServiceError {
    ServiceError::bad_request("BadRequest", message)
}

/// The categories that a setting turns on.
fn enabled(body: &Value) -> Vec<String> {
    ["logs", "metrics"]
        .iter()
        .flat_map(|list| json::all(body, &format!("properties.{list}[]")))
        .filter(|(_, own)| own["enabled"] == json!(true))
        .filter_map(|(_, own)| {
            json::text(own, "category")
                .or_else(|| json::text(own, "categoryGroup"))
                .map(str::to_ascii_lowercase)
        })
        .collect()
}

fn check(state: &mut State, context: &PutContext<'_>) -> Result<(), ServiceError> {
    let sent = context.sent;
    let sinks: Vec<_> = SINKS
        .iter()
        .filter_map(|own| json::text(sent, &format!("properties.{own}")))
        .collect();
    if sinks.is_empty() {
        return Err(bad(
            "At least one data sink needs to be specified.".to_owned()
        ));
    }
    let kind = kind_of(context.path.scope());
    let Some(known) = loggable(&kind) else {
        return Err(ServiceError::bad_request(
            "ResourceTypeNotSupported",
            unsupported(&kind),
        ));
    };
    for (at, log) in json::all(sent, "properties.logs[]") {
        let category = json::text(log, "category");
        let group = json::text(log, "categoryGroup");
        if category.is_some() == group.is_some() {
            return Err(bad(format!(
                "'{at}' needs either 'category' or 'categoryGroup'."
            )));
        }
        let fits =
            |names: &[&str], own: &str| names.iter().any(|name| name.eq_ignore_ascii_case(own));
        if let Some(own) = category.filter(|own| !fits(known.categories, own)) {
            return Err(bad(format!("Category '{own}' is not supported.")));
        }
        if let Some(own) = group.filter(|own| !fits(known.groups, own)) {
            return Err(bad(format!("CategoryGroup: '{own}' is not supported.")));
        }
    }
    let Some(arm) = state.read::<Arm>() else {
        return Ok(());
    };
    let others: Vec<_> = arm
        .of_type(context.path.scope(), SETTINGS)
        .filter(|own| !own.name().eq_ignore_ascii_case(context.path.name()))
        .collect();
    let mine = enabled(sent);
    for other in &others {
        let shared = SINKS.iter().find(|sink| {
            let path = format!("properties.{sink}");
            json::at(sent, &path).is_some() && json::same(json::at(sent, &path), other.get(&path))
        });
        let twice = enabled(&other.body)
            .into_iter()
            .find(|category| mine.contains(category));
        if let (Some(sink), Some(category)) = (shared, twice) {
            return Err(ServiceError::conflict(
                "Conflict",
                format!(
                    "Data sink '{}' is already used in diagnostic setting '{}' for category '{category}'. Data sinks \
                     can't be reused in different settings on the same category for the same resource.",
                    json::text(sent, &format!("properties.{sink}")).unwrap_or_default(),
                    other.name()
                ),
            ));
        }
    }
    if others.len() >= MOST {
        return Err(bad(format!(
            "A resource has at most {MOST} diagnostic settings."
        )));
    }
    Ok(())
}
