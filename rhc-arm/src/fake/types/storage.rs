//! Storage accounts. Their services are in `storage_services`; the files themselves are not here.

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
use super::{service_endpoint, storage_services, vault};

pub(super) const ACCOUNTS: &str = "Microsoft.Storage/storageAccounts";
pub(super) const VERSIONS: &[&str] = &[
    "2023-05-01",
    "2024-01-01",
    "2025-01-01",
    "2025-06-01",
    "2025-08-01",
    "2026-04-01",
];
const SKUS: &[&str] = &[
    "Standard_LRS",
    "Standard_GRS",
    "Standard_RAGRS",
    "Standard_ZRS",
    "Premium_LRS",
    "Premium_ZRS",
    "Standard_GZRS",
    "Standard_RAGZRS",
    "StandardV2_LRS",
    "StandardV2_GRS",
    "StandardV2_ZRS",
    "StandardV2_GZRS",
    "PremiumV2_LRS",
    "PremiumV2_ZRS",
];
/// As is commonly known; Unverified: of the newest version.
pub(super) const CODES: Codes = Codes {
    missing: (400, "InvalidRequestContent"),
    invalid: (400, "InvalidValuesForRequestParameters"),
    ..Codes::COMMON
};
/// What follows the name in the refusal of a name that somebody has.
const TAKEN: &str = "is already taken by another storage account.";
/// How a property that is fixed when the account is made is refused. Unverified.
const FIXED: (u16, &str) = (409, "StorageAccountPropertyCannotBeUpdated");

pub(super) const ROUTES: &[Route] = &[Route {
    method: "POST",
    pattern: "/subscriptions/{subscription}/providers/Microsoft.Storage/checkNameAvailability",
    api_versions: VERSIONS,
    permission: "Microsoft.Storage/checknameavailability/read",
    run: check_name,
}];

/// Source: `StorageAccounts_CheckNameAvailability` of the description. Unverified: the words.
fn check_name(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let name = context.need("name")?;
    if !context.need("type")?.eq_ignore_ascii_case(ACCOUNTS) {
        return Err(ServiceError::bad_request(
            "InvalidRequestContent",
            format!("The request content is invalid: 'type' must be '{ACCOUNTS}'."),
        ));
    }
    let fits = (NAME.min..=NAME.max).contains(&name.len()) && (NAME.fits)(name);
    let taken = arm(state).is_taken(ACCOUNTS, name).then_some(TAKEN);
    Ok(vault::name_availability(
        "storage account",
        name,
        "AccountNameInvalid",
        fits,
        taken,
    ))
}

/// What a rule for a subnet is refused with.
const NETWORK_NOT_VALID: &str = "NetworkAclsValidationFailure";

const NAME: NameRule = NameRule {
    min: 3,
    max: 24,
    fits: |name| {
        name.chars()
            .all(|own| own.is_ascii_digit() || own.is_ascii_lowercase())
    },
    refusal: (400, "AccountNameInvalid"),
    says: "3 to 24 numbers and lower-case letters",
};

pub(super) const TYPES: &[TypeRules] = &[TypeRules {
    name: NAME,
    required: &["sku.name", "kind"],
    read_only: &[
        "properties.primaryEndpoints",
        "properties.primaryLocation",
        "properties.statusOfPrimary",
        "properties.creationTime",
        "properties.keyCreationTime",
        "properties.privateEndpointConnections",
    ],
    enums: &[
        ("sku.name", SKUS),
        (
            "kind",
            &[
                "Storage",
                "StorageV2",
                "BlobStorage",
                "FileStorage",
                "BlockBlobStorage",
            ],
        ),
        (
            "properties.minimumTlsVersion",
            &["TLS1_0", "TLS1_1", "TLS1_2", "TLS1_3"],
        ),
        (
            "properties.publicNetworkAccess",
            &["Enabled", "Disabled", "SecuredByPerimeter"],
        ),
        ("properties.networkAcls.defaultAction", &["Allow", "Deny"]),
        (
            "properties.allowedCopyScope",
            &["PrivateLink", "AAD", "All"],
        ),
        (
            "properties.accessTier",
            &["Hot", "Cool", "Premium", "Cold", "Smart"],
        ),
        (
            "properties.encryption.keySource",
            &["Microsoft.Storage", "Microsoft.Keyvault"],
        ),
        ("properties.sasPolicy.expirationAction", &["Log", "Block"]),
    ],
    immutable: &[
        Immutable {
            path: "properties.encryption.requireInfrastructureEncryption",
            refusal: FIXED,
        },
        Immutable {
            path: "properties.isHnsEnabled",
            refusal: FIXED,
        },
    ],
    links: &[service_endpoint::rule(NETWORK_NOT_VALID)],
    properties: &[
        "properties.allowedCopyScope",
        "properties.publicNetworkAccess",
        "properties.sasPolicy",
        "properties.keyPolicy",
        "properties.customDomain",
        "properties.encryption",
        "properties.networkAcls",
        "properties.accessTier",
        "properties.supportsHttpsTrafficOnly",
        "properties.isSftpEnabled",
        "properties.isLocalUserEnabled",
        "properties.isHnsEnabled",
        "properties.isNfsV3Enabled",
        "properties.largeFileSharesState",
        "properties.routingPreference",
        "properties.allowBlobPublicAccess",
        "properties.minimumTlsVersion",
        "properties.allowSharedKeyAccess",
        "properties.allowCrossTenantReplication",
        "properties.defaultToOAuthAuthentication",
        "properties.immutableStorageWithVersioning",
        "properties.dnsEndpointType",
    ],
    unknown: Unknown::Ignore,
    identity: true,
    uniqueness: Uniqueness::Global(
        "StorageAccountAlreadyTaken",
        "is already taken by another storage account.",
    ),
    // As recorded in 2024.
    defaults: || {
        json!({
            "tags": {},
            "properties": {
                "allowCrossTenantReplication": false,
                "privateEndpointConnections": [],
                "minimumTlsVersion": "TLS1_0",
                "allowBlobPublicAccess": false,
                "networkAcls": {
                    "ipv6Rules": [],
                    "bypass": "AzureServices",
                    "virtualNetworkRules": [],
                    "ipRules": [],
                    "defaultAction": "Allow",
                },
                "supportsHttpsTrafficOnly": true,
                "encryption": { "keySource": "Microsoft.Storage" },
                "accessTier": "Hot",
            },
        })
    },
    patch: Patch::Merge,
    // As recorded: 202 without an account, and the place to ask.
    create: Timing::after(18, Style::Location, 202, "Creating")
        .no_body()
        .retry_after(17),
    system_data: false,
    codes: CODES,
    before_put: check_account,
    compute: compute_account,
    ..TypeRules::new(ACCOUNTS, VERSIONS)
}];

fn check_account(state: &mut State, context: &PutContext<'_>) -> Result<(), ServiceError> {
    for (_, rule) in json::all(
        context.sent,
        "properties.networkAcls.virtualNetworkRules[].id",
    ) {
        let subnet = rule.as_str().unwrap_or_default();
        service_endpoint::check(state, subnet, "Microsoft.Storage").map_err(|why| {
            ServiceError::bad_request(
                NETWORK_NOT_VALID,
                format!(
                    "Validation of network acls failure: {}:{}.",
                    why.code, why.message
                ),
            )
        })?;
    }
    Ok(())
}

fn compute_account(
    state: &mut State,
    context: &PutContext<'_>,
    stored: &mut Stored,
) -> Result<(), ServiceError> {
    let tier = stored.text("sku.name").unwrap_or_default();
    let tier = tier.split('_').next().unwrap_or_default().to_owned();
    stored.set("sku.tier", tier);
    let rules: Vec<Value> = stored
        .all("properties.networkAcls.virtualNetworkRules[]")
        .into_iter()
        .cloned()
        .map(|mut rule| {
            json::fill(&mut rule, &json!({ "action": "Allow" }));
            rule["state"] = json!("Succeeded");
            rule
        })
        .collect();
    stored.set("properties.networkAcls.virtualNetworkRules", rules);
    if context.existing.is_some() {
        return Ok(());
    }
    let now = respond::timestamp(state.now());
    let region = stored.text("location").unwrap_or_default().to_owned();
    let name = stored.name().to_owned();
    let endpoint = |service: &str| format!("https://{name}.{service}.core.windows.net/");
    stored.set(
        "properties.primaryEndpoints",
        json!({
            "blob": endpoint("blob"),
            "queue": endpoint("queue"),
            "table": endpoint("table"),
            "file": endpoint("file"),
            "dfs": endpoint("dfs"),
        }),
    );
    stored.set("properties.primaryLocation", region);
    stored.set("properties.statusOfPrimary", "available");
    stored.set(
        "properties.keyCreationTime",
        json!({ "key1": now, "key2": now }),
    );
    stored.set("properties.creationTime", now);
    storage_services::come_with(state, stored);
    Ok(())
}
