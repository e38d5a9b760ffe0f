//! `Microsoft.App/jobs`.

use rhc_arm::fake::{
    Action, Arm, Codes, Patch, PutContext, ServiceError, Stored, Style, Timing, TypeRules, Unknown,
};
use rhc_core::fake::State;
use serde_json::json;

use super::{
    JOBS, UNNAMED, VERSIONS, app, bad, execution, images, json, regions, secrets, template,
};

const CONFIGURATION: &str = "properties.configuration";
const TRIGGERS: &[(&str, &str)] = &[
    ("Manual", "manualTriggerConfig"),
    ("Schedule", "scheduleTriggerConfig"),
    ("Event", "eventTriggerConfig"),
];

pub(super) const RULES: TypeRules = TypeRules {
    name: app::NAME,
    required: &[
        "properties.configuration.triggerType",
        "properties.configuration.replicaTimeout",
    ],
    read_only: &[
        "properties.outboundIpAddresses",
        "properties.eventStreamEndpoint",
    ],
    enums: &[
        (
            "properties.configuration.triggerType",
            &["Manual", "Schedule", "Event"],
        ),
        (
            "properties.configuration.identitySettings[].lifecycle",
            &["Init", "Main", "None", "All"],
        ),
    ],
    links: &[app::environment(app::ENVIRONMENT)],
    properties: &[
        app::ENVIRONMENT,
        "properties.workloadProfileName",
        "properties.configuration",
        "properties.template",
    ],
    unknown: Unknown::Ignore,
    identity: true,
    // As recorded.
    defaults: || {
        json!({ "properties": {
            "configuration": {
                "secrets": null,
                "replicaRetryLimit": 0,
                "manualTriggerConfig": null,
                "scheduleTriggerConfig": null,
                "eventTriggerConfig": null,
                "registries": null,
                "dapr": null,
                "identitySettings": [],
            },
            "template": { "initContainers": null, "volumes": null },
        } })
    },
    secrets: &[secrets::VALUES],
    patch: Patch::Merge,
    create: Timing::after(15, Style::AsyncOperation, 201, "InProgress"),
    update: Timing::after(15, Style::AsyncOperation, 201, "InProgress"),
    patched: Some(Timing::after(15, Style::Location, 202, "InProgress").no_body()),
    remove: Timing::after(10, Style::Location, 202, "Deleting").no_body(),
    codes: Codes {
        missing: (400, UNNAMED),
        invalid: (400, UNNAMED),
        busy: app::BUSY,
        ..Codes::COMMON
    },
    before_put,
    compute,
    actions: &[
        Action {
            name: "listSecrets",
            permission: None,
            timing: Timing::at_once(200),
            run: secrets::list,
            finish: None,
        },
        // Recorded: 200 with the name of the execution. The description allows 202 too.
        Action {
            name: "start",
            permission: None,
            timing: Timing::at_once(200),
            run: execution::start,
            finish: None,
        },
    ],
    ..TypeRules::new(JOBS, VERSIONS)
};

fn before_put(state: &mut State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    app::home(state, put)?;
    secrets::check(put)?;
    app::identities(put)?;
    trigger(put)?;
    template::check(put)
}

/// A job is started in one way, and its times and counts make sense. Unverified: the codes of the refusals.
fn trigger(put: &PutContext<'_>) -> Result<(), ServiceError> {
    let configuration = json::at(put.sent, CONFIGURATION).unwrap_or(&serde_json::Value::Null);
    let kind = json::text(configuration, "triggerType").unwrap_or_default();
    let other = TRIGGERS
        .iter()
        .filter(|(own, _)| !own.eq_ignore_ascii_case(kind))
        .find(|(_, config)| json::at(configuration, config).is_some());
    if let Some((_, config)) = other {
        return Err(bad(
            UNNAMED,
            format!("'{config}' must not be set for a job of the trigger type '{kind}'."),
        ));
    }
    for (path, least) in [
        ("replicaTimeout", 1),
        ("replicaRetryLimit", 0),
        ("manualTriggerConfig.parallelism", 1),
        ("manualTriggerConfig.replicaCompletionCount", 1),
    ] {
        let value = json::at(configuration, path);
        if value.is_some_and(|own| own.as_i64().is_none_or(|own| own < least)) {
            return Err(bad(
                UNNAMED,
                format!("'{path}' must be a number of at least {least}."),
            ));
        }
    }
    Ok(())
}

fn compute(
    state: &mut State,
    put: &PutContext<'_>,
    stored: &mut Stored,
) -> Result<(), ServiceError> {
    let region = stored.text("location").unwrap_or_default().to_owned();
    stored.set("location", regions::shown(&region));
    let wanted = app::environment_of(put.sent).unwrap_or_default();
    let environment = state.read::<Arm>().and_then(|arm| arm.get(wanted)).cloned();
    if let Some(environment) = environment {
        stored.set(app::ENVIRONMENT, environment.id());
        let profiles = environment.all("properties.workloadProfiles[].name");
        let profile = profiles.first().map(|own| (*own).clone());
        if let (None, Some(profile)) = (stored.get("properties.workloadProfileName"), profile) {
            stored.set("properties.workloadProfileName", profile);
        }
    }
    if stored.get("identity").is_none() {
        stored.set("identity", json!({ "type": "None" }));
    }
    if put.existing.is_none() {
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
    template::fill_containers(stored);
    // Reported of apps. Unverified: that a job's image is looked for when the job is made.
    match images::refusal(state, stored) {
        Some(why) => Err(bad("InvalidParameterValueInContainerTemplate", why)),
        None => Ok(()),
    }
}
