//! `Microsoft.App/jobs`.

use rhc_arm::fake::{
    Action, Codes, Patch, PutContext, ServiceError, Stored, Style, Timing, TypeRules, Unknown,
};
use rhc_core::fake::State;
use serde_json::json;

use super::{JOBS, UNNAMED, VERSIONS, bad, execution, images, json, secrets, template, workload};

const CONFIGURATION: &str = "properties.configuration";
const TRIGGERS: &[(&str, &str)] = &[
    ("Manual", "manualTriggerConfig"),
    ("Schedule", "scheduleTriggerConfig"),
    ("Event", "eventTriggerConfig"),
];

pub(super) const RULES: TypeRules = TypeRules {
    name: workload::NAME,
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
    links: &[workload::environment(workload::ENVIRONMENT)],
    properties: &[
        workload::ENVIRONMENT,
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
        busy: workload::BUSY,
        ..Codes::COMMON
    },
    before_put,
    compute,
    actions: &[
        secrets::LIST,
        // Recorded: 200 with the name of the execution. The description allows 202 too.
        Action {
            name: "start",
            permission: None,
            timing: Timing::at_once(200),
            run: execution::start,
            finish: None,
        },
        // Unverified: how it is answered; the description has 200 with the executions, and 202.
        Action {
            name: "stop",
            permission: None,
            timing: Timing::at_once(200),
            run: execution::stop_all,
            finish: None,
        },
    ],
    ..TypeRules::new(JOBS, VERSIONS)
};

fn before_put(state: &mut State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    workload::home(state, put)?;
    secrets::check(put)?;
    workload::identities(put)?;
    trigger(put)?;
    template::check(state, put)
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
    workload::settle(state, put, stored);
    secrets::keep(put, stored);
    template::fill_containers(stored);
    // Reported of apps. Unverified: that a job's image is looked for when the job is made.
    match images::refusal(state, stored) {
        Some(why) => Err(bad("InvalidParameterValueInContainerTemplate", why)),
        None => Ok(()),
    }
}
