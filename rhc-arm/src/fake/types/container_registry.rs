//! Container registries. Their images are not here.

use rhc_core::fake::{State, respond};
use serde_json::{Value, json};

use super::super::context::PutContext;
use super::super::error::ServiceError;
use super::super::json;
use super::super::route::{Reply, Route, RouteContext};
use super::super::rules::{
    Codes, Immutable, NameRule, Patch, Style, Timing, TypeRules, Uniqueness, Unknown,
};
use super::super::state::{Stored, arm};
use super::vault;

pub(super) const REGISTRIES: &str = "Microsoft.ContainerRegistry/registries";
const VERSIONS: &[&str] = &[
    "2023-07-01",
    "2025-04-01",
    "2025-11-01",
    "2026-09-01-preview",
];
/// What follows the name in the refusal of a name that somebody has. The code is from reports of the CLI's users.
const TAKEN: &str = "is already in use as the DNS name of a registry. You can check if the name is already claimed using \
                     the API checknameavailability";
const ON_OFF: &[&str] = &["enabled", "disabled"];
const SWITCH: &[&str] = &["Enabled", "Disabled"];
/// What the tier `Premium` alone has: where it is set, which value needs the tier, and the refusal. Of the first the code
/// is from reports of Terraform's users; Unverified: the others' codes.
const PREMIUM: &[(&str, &str, &str, &str)] = &[
    (
        "properties.publicNetworkAccess",
        "Disabled",
        "DisablingPublicNetworkAccessNotSupported",
        "Disabling public network access is not supported for the SKU",
    ),
    (
        "properties.networkRuleSet.defaultAction",
        "Deny",
        "NetworkRulesNotSupported",
        "Network rules are not supported for the SKU",
    ),
    (
        "properties.zoneRedundancy",
        "Enabled",
        "ZoneRedundancyNotSupported",
        "Zone redundancy is not supported for the SKU",
    ),
    (
        "properties.policies.retentionPolicy.status",
        "enabled",
        "RetentionPolicyNotSupported",
        "A retention policy is not supported for the SKU",
    ),
];

pub(super) const ROUTES: &[Route] = &[Route {
    method: "POST",
    pattern: "/subscriptions/{subscription}/providers/Microsoft.ContainerRegistry/checkNameAvailability",
    api_versions: VERSIONS,
    permission: "Microsoft.ContainerRegistry/checkNameAvailability/read",
    run: check_name,
}];

/// Source: `Registries_CheckNameAvailability` of the description. Unverified: the words.
fn check_name(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let name = context.need("name")?;
    if !context.need("type")?.eq_ignore_ascii_case(REGISTRIES) {
        return Err(ServiceError::bad_request(
            "InvalidRequestContent",
            format!("The request content is invalid: 'type' must be '{REGISTRIES}'."),
        ));
    }
    let fits =
        (5..=50).contains(&name.len()) && name.chars().all(|own| own.is_ascii_alphanumeric());
    let taken = arm(state).is_taken(REGISTRIES, name).then_some(TAKEN);
    Ok(vault::name_availability(
        "registry", name, "Invalid", fits, taken,
    ))
}

pub(super) const TYPES: &[TypeRules] = &[TypeRules {
    name: NameRule {
        min: 5,
        max: 50,
        fits: |name| name.chars().all(|own| own.is_ascii_alphanumeric()),
        // The pattern is the description's; Unverified: the code.
        refusal: (400, "InvalidResourceName"),
        says: "letters and digits",
    },
    required: &["sku.name"],
    read_only: &[
        "properties.loginServer",
        "properties.creationDate",
        "properties.status",
        "properties.dataEndpointHostNames",
        "properties.privateEndpointConnections",
    ],
    enums: &[
        ("sku.name", &["Classic", "Basic", "Standard", "Premium"]),
        ("properties.publicNetworkAccess", SWITCH),
        ("properties.zoneRedundancy", SWITCH),
        (
            "properties.networkRuleSet.defaultAction",
            &["Allow", "Deny"],
        ),
        (
            "properties.networkRuleBypassOptions",
            &["AzureServices", "None"],
        ),
        (
            "properties.policies.azureADAuthenticationAsArmPolicy.status",
            ON_OFF,
        ),
        ("properties.policies.exportPolicy.status", ON_OFF),
        ("properties.policies.retentionPolicy.status", ON_OFF),
        (
            "properties.roleAssignmentMode",
            &["AbacRepositoryPermissions", "LegacyRegistryPermissions"],
        ),
    ],
    immutable: &[Immutable {
        path: "properties.zoneRedundancy",
        refusal: (400, "InvalidRequestContent"),
    }],
    properties: &[
        "properties.adminUserEnabled",
        "properties.anonymousPullEnabled",
        "properties.publicNetworkAccess",
        "properties.networkRuleSet",
        "properties.networkRuleBypassOptions",
        "properties.networkRuleBypassAllowedForTasks",
        "properties.policies",
        "properties.encryption",
        "properties.dataEndpointEnabled",
        "properties.zoneRedundancy",
        "properties.roleAssignmentMode",
    ],
    unknown: Unknown::Ignore,
    identity: true,
    uniqueness: Uniqueness::Global("AlreadyInUse", TAKEN),
    // As recorded.
    defaults: || {
        json!({
            "tags": {},
            "properties": {
                "adminUserEnabled": false,
                "anonymousPullEnabled": false,
                "policies": {
                    "quarantinePolicy": { "status": "disabled" },
                    "trustPolicy": { "type": "Notary", "status": "disabled" },
                    "retentionPolicy": { "days": 7, "status": "disabled" },
                    "exportPolicy": { "status": "enabled" },
                    "azureADAuthenticationAsArmPolicy": { "status": "enabled" },
                },
                "encryption": { "status": "disabled" },
                "dataEndpointEnabled": false,
                "dataEndpointHostNames": [],
                "privateEndpointConnections": [],
                "publicNetworkAccess": "Enabled",
                "networkRuleBypassOptions": "AzureServices",
                "zoneRedundancy": "Disabled",
            },
        })
    },
    patch: Patch::Merge,
    // As recorded: 201 with the resource and the operation's address.
    create: Timing::after(8, Style::AsyncOperation, 201, "Creating"),
    update: Timing::at_once(200),
    codes: Codes {
        missing: (400, "InvalidRequestContent"),
        invalid: (400, "InvalidRequestContent"),
        ..Codes::COMMON
    },
    before_put: check,
    compute,
    ..TypeRules::new(REGISTRIES, VERSIONS)
}];

fn check(_: &mut State, context: &PutContext<'_>) -> Result<(), ServiceError> {
    let sent = context.sent;
    let is = |path: &str, wanted: &str| {
        json::text(sent, path).is_some_and(|own| own.eq_ignore_ascii_case(wanted))
    };
    let tier = json::text(sent, "sku.name").unwrap_or_default();
    let premium = PREMIUM
        .iter()
        .filter(|_| !is("sku.name", "Premium"))
        .find(|(path, value, ..)| is(path, value));
    if let Some((_, _, code, message)) = premium {
        return Err(ServiceError::bad_request(
            *code,
            format!("{message} {tier}."),
        ));
    }
    let anonymous = json::at(sent, "properties.anonymousPullEnabled") == Some(&json!(true));
    if anonymous && is("sku.name", "Basic") {
        // Source: the page on anonymous pulls says Standard and Premium. Unverified: the code.
        return Err(ServiceError::bad_request(
            "AnonymousPullNotSupported",
            format!("Anonymous pull is not supported for the SKU {tier}."),
        ));
    }
    let kept_in = is("properties.policies.exportPolicy.status", "disabled");
    if kept_in && !is("properties.publicNetworkAccess", "Disabled") {
        // Source: the page on data loss prevention. Unverified: the code.
        return Err(ServiceError::bad_request(
            "ExportPolicyNotSupported",
            "The export policy can be disabled only where public network access is.",
        ));
    }
    Ok(())
}

fn compute(
    state: &mut State,
    context: &PutContext<'_>,
    stored: &mut Stored,
) -> Result<(), ServiceError> {
    let tier = stored.text("sku.name").unwrap_or_default().to_owned();
    stored.set("sku.tier", tier.clone());
    if tier == "Premium" && stored.get("properties.networkRuleSet").is_none() {
        stored.set(
            "properties.networkRuleSet",
            json!({ "defaultAction": "Allow", "ipRules": [] }),
        );
    }
    if context.existing.is_none() {
        let host = format!("{}.azurecr.io", stored.name().to_ascii_lowercase());
        stored.set("properties.loginServer", Value::String(host));
        let now = respond::timestamp(state.now());
        stored.set("properties.creationDate", now);
    }
    Ok(())
}
