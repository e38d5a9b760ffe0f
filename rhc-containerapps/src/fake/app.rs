//! `Microsoft.App/containerApps`.

use rhc_arm::fake::{
    Action, Arm, Codes, Patch, PutContext, ServiceError, Stored, Style, Timing, TypeRules, Unknown,
};
use rhc_core::fake::State;
use serde_json::{Value, json};

use super::{
    APPS, UNNAMED, VERSIONS, bad, domains, json, revision, secrets, template, traffic, workload,
};

const INGRESS: &str = "properties.configuration.ingress";
const RUNNING: &str = "properties.runningStatus";
pub(super) const RULES: TypeRules = TypeRules {
    name: workload::NAME,
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
    links: &[
        workload::environment(workload::ENVIRONMENT),
        workload::environment(workload::MANAGED_ENVIRONMENT),
    ],
    properties: &[
        workload::ENVIRONMENT,
        workload::MANAGED_ENVIRONMENT,
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
        busy: workload::BUSY,
        ..Codes::COMMON
    },
    before_put,
    compute,
    on_ready,
    view,
    actions: &[
        secrets::LIST,
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
            run: workload::free,
            finish: Some(|state, key| set_running(state, key, "Running")),
        },
        Action {
            name: "stop",
            permission: None,
            timing: Timing::after(20, Style::Location, 202, "InProgress").no_body(),
            run: workload::free,
            finish: Some(|state, key| set_running(state, key, "Stopped")),
        },
    ],
    ..TypeRules::new(APPS, VERSIONS)
};

fn before_put(state: &mut State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    workload::home(state, put)?;
    secrets::check(put)?;
    workload::identities(put)?;
    ingress(put)?;
    domains::check(state, put)?;
    traffic::check(state, put)?;
    template::check(state, put)
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
    let environment = workload::settle(state, put, stored);
    if let Some(environment) = environment {
        stored.set(workload::MANAGED_ENVIRONMENT, environment.id());
        if let Some(id) =
            environment.text("properties.customDomainConfiguration.customDomainVerificationId")
        {
            stored.set("properties.customDomainVerificationId", id);
        }
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
