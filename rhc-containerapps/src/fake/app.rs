//! `Microsoft.App/containerApps`.

use rhc_arm::fake::{
    Action, ActionContext, Arm, Codes, Link, NameRule, Patch, PutContext, ServiceError, Stored,
    Style, Timing, TypeRules, Unknown,
};
use rhc_core::fake::State;
use serde_json::{Value, json};

use super::{
    APPS, ENVIRONMENTS, UNNAMED, VERSIONS, bad, domains, json, regions, revision, secrets,
    template, traffic,
};

pub(super) const ENVIRONMENT: &str = "properties.environmentId";
/// The older name of the same, which the service keeps alike.
const MANAGED_ENVIRONMENT: &str = "properties.managedEnvironmentId";
const INGRESS: &str = "properties.configuration.ingress";
const RUNNING: &str = "properties.runningStatus";
pub(super) const BUSY: (u16, &str) = (409, "ContainerAppOperationInProgress");

/// What an app may be called, and a job.
pub(super) const NAME: NameRule = NameRule {
    min: 2,
    max: 32,
    fits: |name| {
        name.starts_with(|own: char| own.is_ascii_lowercase())
            && !name.ends_with('-')
            && !name.contains("--")
            && name
                .bytes()
                .all(|own| own.is_ascii_lowercase() || own.is_ascii_digit() || own == b'-')
    },
    refusal: (400, "ContainerAppInvalidName"),
    says: "lower-case letters, digits and hyphens, a letter first, no hyphen last and no two in a row",
};

pub(super) const fn environment(path: &'static str) -> Link {
    Link {
        path,
        resource_type: ENVIRONMENTS,
        action: "Microsoft.App/managedEnvironments/join/action",
        missing: (400, "ManagedEnvironmentNotFound"),
    }
}

pub(super) const RULES: TypeRules = TypeRules {
    name: NAME,
    read_only: &[
        "properties.runningStatus",
        "properties.latestRevisionName",
        "properties.latestReadyRevisionName",
        "properties.latestRevisionFqdn",
        "properties.customDomainVerificationId",
        "properties.outboundIpAddresses",
        "properties.eventStreamEndpoint",
        "properties.delegatedIdentities",
        "properties.configuration.ingress.fqdn",
    ],
    enums: &[
        (
            "properties.configuration.ingress.customDomains[].bindingType",
            &["Disabled", "SniEnabled", "Auto"],
        ),
        (
            "properties.configuration.activeRevisionsMode",
            &["Single", "Multiple"],
        ),
        // Recorded with a capital, whatever is sent.
        (
            "properties.configuration.ingress.transport",
            &["Auto", "Http", "Http2", "Tcp"],
        ),
        (
            "properties.configuration.ingress.clientCertificateMode",
            &["Ignore", "Accept", "Require"],
        ),
        (
            "properties.configuration.identitySettings[].lifecycle",
            &["Init", "Main", "None", "All"],
        ),
        (
            "properties.template.containers[].probes[].type",
            &["Liveness", "Readiness", "Startup"],
        ),
    ],
    links: &[environment(ENVIRONMENT), environment(MANAGED_ENVIRONMENT)],
    properties: &[
        ENVIRONMENT,
        MANAGED_ENVIRONMENT,
        "properties.workloadProfileName",
        "properties.configuration",
        "properties.template",
        "properties.patchingMode",
    ],
    unknown: Unknown::Ignore,
    identity: true,
    defaults: || {
        json!({ "properties": {
            "configuration": {
                "secrets": null,
                "activeRevisionsMode": "Single",
                "ingress": null,
                "registries": null,
                "identitySettings": [],
                "dapr": null,
                "runtime": null,
                "maxInactiveRevisions": 100,
                "service": null,
            },
            "template": {
                "revisionSuffix": "",
                "terminationGracePeriodSeconds": null,
                "initContainers": null,
                "volumes": null,
                "serviceBinds": null,
            },
            "delegatedIdentities": [],
        } })
    },
    secrets: &[secrets::VALUES],
    patch: Patch::Merge,
    create: Timing::after(30, Style::AsyncOperation, 201, "InProgress"),
    update: Timing::after(30, Style::AsyncOperation, 201, "InProgress"),
    patched: Some(Timing::after(30, Style::Both, 202, "InProgress").no_body()),
    remove: Timing::after(20, Style::Location, 202, "Deleting").no_body(),
    codes: Codes {
        missing: (400, UNNAMED),
        invalid: (400, UNNAMED),
        busy: BUSY,
        ..Codes::COMMON
    },
    before_put,
    compute,
    on_ready,
    view,
    actions: &[
        Action {
            name: "listSecrets",
            permission: None,
            timing: Timing::at_once(200),
            run: secrets::list,
            finish: None,
        },
        Action {
            name: "listCustomHostNameAnalysis",
            permission: None,
            timing: Timing::at_once(200),
            run: domains::analyse,
            finish: None,
        },
        Action {
            name: "start",
            permission: None,
            timing: Timing::after(20, Style::Location, 202, "InProgress").no_body(),
            run: free,
            finish: Some(|state, key| set_running(state, key, "Running")),
        },
        Action {
            name: "stop",
            permission: None,
            timing: Timing::after(20, Style::Location, 202, "InProgress").no_body(),
            run: free,
            finish: Some(|state, key| set_running(state, key, "Stopped")),
        },
    ],
    ..TypeRules::new(APPS, VERSIONS)
};

fn before_put(state: &mut State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    home(state, put)?;
    secrets::check(put)?;
    identities(put)?;
    ingress(put)?;
    domains::check(state, put)?;
    traffic::check(state, put)?;
    template::check(put)
}

/// The environment of an app or job: named, unchanged, ready, in the same region, with the profile asked for.
pub(super) fn home(state: &State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    let Some(id) = environment_of(put.sent) else {
        return Err(bad(
            "ContainerAppManagedEnvironmentRequired",
            "A container app must name the managed environment that it runs in.",
        ));
    };
    let other = [ENVIRONMENT, MANAGED_ENVIRONMENT]
        .into_iter()
        .filter_map(|path| json::text(put.sent, path))
        .chain(put.existing.and_then(|own| own.text(ENVIRONMENT)))
        .any(|own| !own.eq_ignore_ascii_case(id));
    if other {
        return Err(bad(
            "ContainerAppManagedEnvironmentIdCannotBeUpdated",
            "The managed environment of a container app cannot be changed.",
        ));
    }
    let Some(environment) = state.read::<Arm>().and_then(|arm| arm.get(id)) else {
        return Ok(());
    };
    if environment.text("properties.provisioningState") != Some("Succeeded") {
        return Err(bad(
            "ManagedEnvironmentNotProvisioned",
            format!(
                "The environment '{}' has not been provisioned successfully.",
                environment.id()
            ),
        ));
    }
    let region = environment.text("location").unwrap_or_default();
    if !json::text(put.sent, "location").is_some_and(|own| regions::same(own, region)) {
        return Err(bad(
            UNNAMED,
            format!("The container app must be in the region of its environment, '{region}'."),
        ));
    }
    let wanted = json::text(put.sent, "properties.workloadProfileName");
    let has = |wanted: &str| {
        environment
            .all("properties.workloadProfiles[].name")
            .into_iter()
            .any(|own| own == wanted)
    };
    match wanted.filter(|wanted| !has(wanted)) {
        Some(wanted) => Err(bad(
            UNNAMED,
            format!("The environment has no workload profile '{wanted}'."),
        )),
        None => Ok(()),
    }
}

pub(super) fn environment_of(sent: &Value) -> Option<&str> {
    json::text(sent, ENVIRONMENT).or_else(|| json::text(sent, MANAGED_ENVIRONMENT))
}

/// Whatever acts as an identity needs one that the app has; passwords must be among its secrets.
pub(super) fn identities(put: &PutContext<'_>) -> Result<(), ServiceError> {
    let identity = json::at(put.sent, "identity").unwrap_or(&Value::Null);
    let system = json::text(identity, "type")
        .is_some_and(|own| own.to_ascii_lowercase().contains("systemassigned"));
    let assigned = |id: &str| {
        json::at(identity, "userAssignedIdentities")
            .and_then(Value::as_object)
            .is_some_and(|own| own.keys().any(|own| own.eq_ignore_ascii_case(id)))
    };
    for list in ["registries", "secrets", "identitySettings"] {
        let path = format!("properties.configuration.{list}");
        for item in json::items(put.sent, &path) {
            let missing = json::text(item, "identity").filter(|id| {
                let is_system = id.eq_ignore_ascii_case("system");
                !(is_system && system || !is_system && assigned(id))
            });
            if let Some(id) = missing {
                return Err(bad(
                    UNNAMED,
                    format!(
                        "The identity '{id}' in '{path}' is not assigned to the container app."
                    ),
                ));
            }
        }
    }
    for registry in json::items(put.sent, "properties.configuration.registries") {
        let missing =
            json::text(registry, "passwordSecretRef").filter(|own| !secrets::has(put.sent, own));
        if let Some(secret) = missing {
            return Err(bad(
                "ContainerAppRegistriesPasswordSecretRefNotFound",
                format!("PasswordSecretRef '{secret}' defined for a registry server not found."),
            ));
        }
    }
    Ok(())
}

fn ingress(put: &PutContext<'_>) -> Result<(), ServiceError> {
    let port = json::at(put.sent, INGRESS)
        .and_then(|own| json::at(own, "targetPort"))
        .filter(|own| !own.as_i64().is_some_and(|own| (1..=65535).contains(&own)));
    match port {
        Some(port) => Err(bad(
            UNNAMED,
            format!("The target port {port} must be between 1 and 65535."),
        )),
        None => Ok(()),
    }
}

fn compute(
    state: &mut State,
    put: &PutContext<'_>,
    stored: &mut Stored,
) -> Result<(), ServiceError> {
    let region = stored.text("location").unwrap_or_default().to_owned();
    stored.set("location", regions::shown(&region));
    let wanted = environment_of(put.sent).unwrap_or_default();
    let environment = state.read::<Arm>().and_then(|arm| arm.get(wanted)).cloned();
    if let Some(environment) = environment {
        stored.set(ENVIRONMENT, environment.id());
        stored.set(MANAGED_ENVIRONMENT, environment.id());
        let profile = environment
            .all("properties.workloadProfiles[].name")
            .first()
            .map(|own| (*own).clone());
        if let (None, Some(profile)) = (stored.get("properties.workloadProfileName"), profile) {
            stored.set("properties.workloadProfileName", profile);
        }
        if let Some(id) =
            environment.text("properties.customDomainConfiguration.customDomainVerificationId")
        {
            stored.set("properties.customDomainVerificationId", id);
        }
    }
    if stored.get("identity").is_none() {
        stored.set("identity", json!({ "type": "None" }));
    }
    if json::at(put.sent, INGRESS).is_none() {
        // The address that was kept would otherwise look like ingress.
        stored.set(INGRESS, Value::Null);
    } else {
        for (name, default) in [
            ("external", json!(false)),
            ("transport", json!("Auto")),
            ("allowInsecure", json!(false)),
            ("exposedPort", json!(0)),
        ] {
            let path = format!("{INGRESS}.{name}");
            if stored.get(&path).is_none() {
                stored.set(&path, default);
            }
        }
    }
    if put.existing.is_none() {
        let last = state.derived_uuid(&["outbound", put.id]).as_bytes()[0];
        stored.set(
            "properties.outboundIpAddresses",
            json!([format!("203.0.113.{last}")]),
        );
        stored.set(
            "properties.eventStreamEndpoint",
            format!(
                "https://{region}.azurecontainerapps.dev/subscriptions/{}/resourceGroups/{}/containerApps/{}/eventstream",
                put.path.subscription().unwrap_or_default(),
                put.path.group().unwrap_or_default(),
                put.path.name()
            ),
        );
    }
    secrets::keep(put, stored);
    template::fill(stored);
    revision::decide(state, put, stored);
    Ok(())
}

fn on_ready(state: &mut State, key: &str) -> Result<(), ServiceError> {
    let outcome = revision::make(state, key);
    addresses(state, key);
    if let Some(own) = state.section::<Arm>().get_mut(key)
        && outcome.is_ok()
        && own.text(RUNNING) != Some("Stopped")
    {
        own.set(RUNNING, "Running");
    }
    outcome
}

/// What an app with ingress is reached under, and who answers there if nobody said.
fn addresses(state: &mut State, key: &str) {
    let Some(app) = state.section::<Arm>().get(key).cloned() else {
        return;
    };
    let domain = revision::ingress_domain(state, &app);
    let Some(own) = state.section::<Arm>().get_mut(key) else {
        return;
    };
    let latest = app
        .text("properties.latestRevisionName")
        .unwrap_or_default();
    let Some(domain) = domain else {
        own.set("properties.latestRevisionFqdn", "");
        return;
    };
    own.set(
        "properties.latestRevisionFqdn",
        format!("{latest}.{domain}"),
    );
    own.set(
        &format!("{INGRESS}.fqdn"),
        format!("{}.{domain}", app.name()),
    );
    let shared_out = own
        .get(&format!("{INGRESS}.traffic"))
        .and_then(Value::as_array)
        .is_some_and(|own| !own.is_empty());
    if !shared_out {
        own.set(
            &format!("{INGRESS}.traffic"),
            json!([{ "weight": 100, "latestRevision": true }]),
        );
    }
}

fn free(_: &mut State, context: &ActionContext<'_>) -> Result<Option<Value>, ServiceError> {
    if context.existing.operation.is_none() {
        return Ok(None);
    }
    Err(ServiceError::new(
        BUSY.0,
        BUSY.1,
        format!(
            "Cannot modify a container app '{}' because there is an active provisioning operation in progress.",
            context.path.name()
        ),
    ))
}

fn set_running(state: &mut State, key: &str, word: &str) {
    if let Some(app) = state.section::<Arm>().get_mut(key) {
        app.set(RUNNING, word);
    }
}

/// The service writes the type in its ids with small letters.
fn view(_: &State, stored: &Stored) -> Value {
    let mut shown = stored.body.clone();
    shown["id"] = json!(stored.id().replace("/containerApps/", "/containerapps/"));
    shown
}
