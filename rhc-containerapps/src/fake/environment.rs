//! `Microsoft.App/managedEnvironments`.

use rhc_arm::fake::{
    Arm, Codes, DeleteContext, Immutable, Link, NameRule, Patch, Pattern, PutContext, ServiceError,
    Stored, Style, Timing, TypeRules, Unknown,
};
use rhc_core::fake::State;
use serde_json::{Value, json};

use super::subnet::{self, SUBNET};
use super::{APPS, ENVIRONMENTS, UNNAMED, VERSIONS, bad, json, regions};

/// How long the service makes one: the recordings asked 26 times, some seconds apart.
const TAKES: u64 = 240;
const FIXED: (u16, &str) = (400, UNNAMED);
const KEY: &str = "properties.appLogsConfiguration.logAnalyticsConfiguration.sharedKey";

pub(super) const RULES: TypeRules = TypeRules {
    // Unverified: Microsoft's page of name rules has no row for it.
    name: NameRule {
        min: 2,
        max: 60,
        fits: |name| {
            name.starts_with(|own: char| own.is_ascii_lowercase())
                && !name.ends_with('-')
                && !name.contains("--")
                && name
                    .bytes()
                    .all(|own| own.is_ascii_lowercase() || own.is_ascii_digit() || own == b'-')
        },
        refusal: (400, "ManagedEnvironmentInvalidName"),
        says: "lower-case letters, digits and hyphens, a letter first, no hyphen last and no two in a row",
    },
    required: &[
        "properties.workloadProfiles[].name",
        "properties.workloadProfiles[].workloadProfileType",
    ],
    read_only: &[
        "properties.defaultDomain",
        "properties.staticIp",
        "properties.deploymentErrors",
        "properties.eventStreamEndpoint",
        "properties.kedaConfiguration",
        "properties.daprConfiguration",
        "properties.privateEndpointConnections",
        "properties.customDomainConfiguration.customDomainVerificationId",
        "properties.customDomainConfiguration.expirationDate",
        "properties.customDomainConfiguration.thumbprint",
        "properties.customDomainConfiguration.subjectName",
    ],
    immutable: &[
        Immutable {
            path: SUBNET,
            refusal: (400, "ManagedEnvironmentInfraSubnetIdCannotBeUpdated"),
        },
        Immutable {
            path: "properties.vnetConfiguration.internal",
            refusal: FIXED,
        },
        Immutable {
            path: "properties.zoneRedundant",
            refusal: FIXED,
        },
        Immutable {
            path: "properties.infrastructureResourceGroup",
            refusal: FIXED,
        },
    ],
    enums: &[("properties.publicNetworkAccess", &["Enabled", "Disabled"])],
    patterns: &[Pattern {
        path: "properties.appLogsConfiguration.destination",
        fits: |value| {
            matches!(
                value.as_str(),
                Some("log-analytics" | "azure-monitor" | "none")
            )
        },
        code: UNNAMED,
        says: "log-analytics, azure-monitor or none",
    }],
    links: &[Link {
        path: SUBNET,
        resource_type: "Microsoft.Network/virtualNetworks/subnets",
        action: "Microsoft.Network/virtualNetworks/subnets/join/action",
        missing: (400, subnet::INVALID),
    }],
    properties: &[
        "properties.daprAIInstrumentationKey",
        "properties.daprAIConnectionString",
        "properties.vnetConfiguration",
        "properties.appLogsConfiguration",
        "properties.zoneRedundant",
        "properties.customDomainConfiguration",
        "properties.workloadProfiles",
        "properties.infrastructureResourceGroup",
        "properties.peerAuthentication",
        "properties.peerTrafficConfiguration",
        "properties.ingressConfiguration",
        "properties.publicNetworkAccess",
    ],
    unknown: Unknown::Ignore,
    identity: true,
    defaults: || {
        json!({ "properties": {
            "zoneRedundant": false,
            "publicNetworkAccess": "Enabled",
            "appLogsConfiguration": { "destination": null, "logAnalyticsConfiguration": null },
            "customDomainConfiguration": { "dnsSuffix": null },
            "peerAuthentication": { "mtls": { "enabled": false } },
            "peerTrafficConfiguration": { "encryption": { "enabled": false } },
            "kedaConfiguration": { "version": "2.16.1" },
            "daprConfiguration": { "version": "1.13.6-msft.2" },
        } })
    },
    secrets: &[
        "properties.daprAIInstrumentationKey",
        "properties.daprAIConnectionString",
        "properties.customDomainConfiguration.certificateValue",
        "properties.customDomainConfiguration.certificatePassword",
        KEY,
    ],
    patch: Patch::Merge,
    create: Timing::after(TAKES, Style::AsyncOperation, 201, "InProgress"),
    // Unverified: that PUT answers an update as it does a creation; of apps it is recorded.
    update: Timing::after(60, Style::AsyncOperation, 201, "InProgress"),
    patched: Some(Timing::after(60, Style::Location, 202, "InProgress").no_body()),
    remove: Timing::after(180, Style::Location, 202, "ScheduledForDelete").no_body(),
    codes: Codes {
        missing: (400, UNNAMED),
        invalid: (400, UNNAMED),
        busy: (409, "ManagedEnvironmentOperationInProgress"),
        ..Codes::COMMON
    },
    before_put,
    compute,
    on_ready,
    before_delete,
    view,
    ..TypeRules::new(ENVIRONMENTS, VERSIONS)
};

fn before_put(state: &mut State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    logs(put)?;
    match put.existing {
        None => subnet::check(state, put),
        Some(_) => Ok(()),
    }
}

fn logs(put: &PutContext<'_>) -> Result<(), ServiceError> {
    const LOGS: &str = "properties.appLogsConfiguration";
    let to_workspace =
        json::text(put.sent, &format!("{LOGS}.destination")) == Some("log-analytics");
    let workspace = json::at(put.sent, &format!("{LOGS}.logAnalyticsConfiguration"));
    if !to_workspace {
        return if workspace.is_some() {
            Err(bad(
                UNNAMED,
                "LogAnalyticsConfiguration must only be provided when destination is configured as 'log-analytics'.",
            ))
        } else {
            Ok(())
        };
    }
    let has = |member| workspace.and_then(|own| json::text(own, member)).is_some();
    let has_key = has("sharedKey") || put.existing.is_some_and(|own| own.hidden.contains_key(KEY));
    if has("customerId") && has_key {
        return Ok(());
    }
    Err(bad(
        UNNAMED,
        "LogAnalyticsConfiguration.CustomerId and LogAnalyticsConfiguration.SharedKey must be provided when \
         destination is configured as 'log-analytics'.",
    ))
}

fn compute(
    state: &mut State,
    put: &PutContext<'_>,
    stored: &mut Stored,
) -> Result<(), ServiceError> {
    let region = stored.text("location").unwrap_or_default().to_owned();
    stored.set("location", regions::shown(&region));
    name_profiles(stored);
    let networked = stored.text(SUBNET).is_some();
    if networked
        && stored
            .get("properties.vnetConfiguration.internal")
            .is_none()
    {
        stored.set("properties.vnetConfiguration.internal", false);
    }
    if put.existing.is_some() {
        return Ok(());
    }
    let group = put.path.group().unwrap_or_default();
    let name = put.path.name();
    if networked
        && stored
            .text("properties.infrastructureResourceGroup")
            .is_none()
    {
        stored.set(
            "properties.infrastructureResourceGroup",
            format!("ME_{name}_{group}_{region}"),
        );
    }
    let subscription = put.path.subscription().unwrap_or_default();
    stored.set("properties.defaultDomain", domain(state, put.id, &region));
    stored.set(
        "properties.customDomainConfiguration.customDomainVerificationId",
        verification_id(state, &subscription.to_ascii_lowercase()),
    );
    stored.set(
        "properties.eventStreamEndpoint",
        format!(
            "https://{region}.azurecontainerapps.dev/subscriptions/{subscription}/resourceGroups/{group}/managedEnvironments/{name}/eventstream"
        ),
    );
    if !networked {
        stored.set("properties.staticIp", public_address(state, put.id));
    }
    Ok(())
}

/// The Azure CLI writes `Name`; the service answers with `name`.
fn name_profiles(stored: &mut Stored) {
    const PROFILES: &str = "properties.workloadProfiles";
    let Some(mut profiles) = stored.get(PROFILES).cloned() else {
        return;
    };
    for profile in profiles.as_array_mut().into_iter().flatten() {
        if let Some(own) = profile.as_object_mut()
            && let Some(name) = own.shift_remove("Name")
        {
            own.insert("name".to_owned(), name);
        }
    }
    stored.set(PROFILES, profiles);
}

/// `wittygrass-0dd3fe41.eastus2.azurecontainerapps.io`: two words and eight digits.
fn domain(state: &State, id: &str, region: &str) -> String {
    const FIRST: [&str; 8] = [
        "witty", "kind", "icy", "blue", "brave", "calm", "gentle", "happy",
    ];
    const SECOND: [&str; 8] = [
        "grass", "stone", "ground", "rock", "forest", "sky", "river", "meadow",
    ];
    let drawn = state.derived_uuid(&["environment domain", &id.to_ascii_lowercase()]);
    let bytes = drawn.as_bytes();
    let word = |list: [&'static str; 8], byte: u8| {
        list.into_iter()
            .nth(usize::from(byte % 8))
            .unwrap_or_default()
    };
    let digits = drawn.simple().to_string();
    format!(
        "{}{}-{}.{region}.azurecontainerapps.io",
        word(FIRST, bytes[0]),
        word(SECOND, bytes[1]),
        digits.get(..8).unwrap_or_default()
    )
}

/// The recordings show one id for all environments and apps of a subscription.
pub(super) fn verification_id(state: &State, subscription: &str) -> String {
    let half = |part: &str| {
        state
            .derived_uuid(&["custom domain verification", part, subscription])
            .simple()
            .to_string()
            .to_ascii_uppercase()
    };
    half("1") + &half("2")
}

/// From a range that documentation may use (RFC 5737).
fn public_address(state: &State, id: &str) -> String {
    let drawn = state.derived_uuid(&["static address", &id.to_ascii_lowercase()]);
    format!("203.0.113.{}", drawn.as_bytes()[0])
}

fn on_ready(state: &mut State, key: &str) -> Result<(), ServiceError> {
    let address = {
        let Some(arm) = state.read::<Arm>() else {
            return Ok(());
        };
        let Some(own) = arm.get(key) else {
            return Ok(());
        };
        if own.text("properties.staticIp").is_some() {
            return Ok(());
        }
        let internal = own
            .get("properties.vnetConfiguration.internal")
            .is_some_and(|own| own == true);
        let subnet = own.text(SUBNET).and_then(|id| arm.get(id));
        match subnet.and_then(subnet::address).filter(|_| internal) {
            Some(address) => address.to_string(),
            None => public_address(state, own.id()),
        }
    };
    if let Some(own) = state.section::<Arm>().get_mut(key) {
        own.set("properties.staticIp", address);
    }
    Ok(())
}

fn before_delete(state: &mut State, delete: &DeleteContext<'_>) -> Result<(), ServiceError> {
    let id = delete.existing.id();
    let apps = state.read::<Arm>().map_or(0, |arm| {
        arm.everywhere(APPS)
            .filter(|app| {
                app.text("properties.environmentId")
                    .is_some_and(|own| own.eq_ignore_ascii_case(id))
            })
            .count()
    });
    if apps == 0 {
        return Ok(());
    }
    // The words are those of `ManagedEnvironmentHasBuilders`.
    Err(ServiceError::conflict(
        "ManagedEnvironmentHasContainerApps",
        format!(
            "The specified environment {} cannot be deleted because it still contains {apps} ContainerApps.",
            delete.path.name()
        ),
    ))
}

/// The states on the way, by the time that has passed. Recorded are `Waiting` and `Updating`; of the rest only the
/// names are published.
fn view(state: &State, stored: &Stored) -> Value {
    if stored.text("properties.provisioningState") != Some("InProgress") {
        return stored.body.clone();
    }
    let passed = (state.now() - stored.changed).whole_seconds().max(0);
    let passed = u64::try_from(passed).unwrap_or(TAKES);
    let word = if stored.created != stored.changed {
        "Updating"
    } else if passed * 8 < TAKES {
        "Waiting"
    } else if passed * 4 < TAKES {
        "InitializationInProgress"
    } else if passed * 8 < TAKES * 7 {
        "InfrastructureSetupInProgress"
    } else {
        "InfrastructureSetupComplete"
    };
    let mut shown = stored.clone();
    shown.set("properties.provisioningState", word);
    shown.body
}
