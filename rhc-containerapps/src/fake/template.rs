//! What a revision is made of.

use rhc_arm::fake::{Arm, PutContext, ServiceError, Stored};
use rhc_core::fake::State;
use serde_json::{Value, json};

use super::{UNNAMED, bad, json, revision, secrets, workload};

const TEMPLATE: &str = "properties.template";
/// Bounds that the description of a probe names.
const PROBE_BOUNDS: &[(&str, i64, i64)] = &[
    ("initialDelaySeconds", 0, 60),
    ("periodSeconds", 1, 240),
    ("timeoutSeconds", 1, 240),
    ("failureThreshold", 1, 10),
    ("successThreshold", 1, 10),
];

pub(super) fn check(state: &State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    let template = json::at(put.sent, TEMPLATE).unwrap_or(&Value::Null);
    if let Some(suffix) = json::text(template, "revisionSuffix") {
        revision::check_suffix(put.path.name(), suffix)?;
    }
    let containers = json::items(template, "containers");
    if containers.is_empty() {
        return Err(bad(
            "ContainerAppContainerRequired",
            "A container app must have at least one container.",
        ));
    }
    let mut names: Vec<&str> = Vec::new();
    for container in containers
        .iter()
        .chain(json::items(template, "initContainers"))
    {
        let name = json::text(container, "name").unwrap_or_default();
        if name.is_empty() || names.contains(&name) {
            return Err(bad(
                UNNAMED,
                format!("The container name '{name}' is empty or stands there twice."),
            ));
        }
        names.push(name);
        if json::text(container, "image").is_none() {
            return Err(bad(
                "ContainerAppImageRequired",
                format!("Container with name '{name}' must have an 'Image' property specified."),
            ));
        }
        variables(put.sent, container)?;
        probes(name, container)?;
    }
    volumes(state, put.sent, template)?;
    resources(containers)?;
    scale(template)
}

fn variables(sent: &Value, container: &Value) -> Result<(), ServiceError> {
    for variable in json::items(container, "env") {
        let name = json::text(variable, "name").unwrap_or_default();
        if name.is_empty() {
            return Err(bad(UNNAMED, "An environment variable needs a name."));
        }
        let missing = json::text(variable, "secretRef").filter(|own| !secrets::has(sent, own));
        if let Some(secret) = missing {
            return Err(bad(
                "ContainerAppSecretRefNotFound",
                format!(
                    "SecretRef '{secret}' defined for container environment variable '{name}' not found."
                ),
            ));
        }
    }
    Ok(())
}

/// A volume of files is a storage of the environment, and a mount is of a volume. Unverified: the codes.
fn volumes(state: &State, sent: &Value, template: &Value) -> Result<(), ServiceError> {
    let all = json::items(template, "volumes");
    let environment = workload::environment_of(sent).unwrap_or_default();
    for volume in all {
        let kind = json::text(volume, "storageType").unwrap_or("EmptyDir");
        if !kind.to_ascii_lowercase().ends_with("azurefile") {
            continue;
        }
        let storage = json::text(volume, "storageName").unwrap_or_default();
        let id = format!("{environment}/storages/{storage}");
        if state.read::<Arm>().is_none_or(|arm| arm.get(&id).is_none()) {
            return Err(bad(
                UNNAMED,
                format!("The environment has no storage '{storage}' for the volume of a template."),
            ));
        }
    }
    let containers = ["containers", "initContainers"];
    let containers = containers
        .iter()
        .flat_map(|list| json::items(template, list));
    for mount in containers.flat_map(|own| json::items(own, "volumeMounts")) {
        let name = json::text(mount, "volumeName").unwrap_or_default();
        let known = all.iter().any(|own| json::text(own, "name") == Some(name));
        if !known || json::text(mount, "mountPath").is_none() {
            return Err(bad(
                UNNAMED,
                format!("The mount of '{name}' needs a volume of that name and a mountPath."),
            ));
        }
    }
    Ok(())
}

fn probes(container: &str, body: &Value) -> Result<(), ServiceError> {
    let mut kinds: Vec<&str> = Vec::new();
    for probe in json::items(body, "probes") {
        let kind = json::text(probe, "type").unwrap_or_default();
        let refused = |why: String| {
            bad(
                UNNAMED,
                format!("The probe '{kind}' of the container '{container}' is invalid: {why}"),
            )
        };
        if kinds.iter().any(|own| own.eq_ignore_ascii_case(kind)) {
            return Err(refused("there is one of this type already.".to_owned()));
        }
        kinds.push(kind);
        let asks = ["httpGet", "tcpSocket"].map(|own| json::at(probe, own));
        let port = match asks {
            [Some(ask), None] | [None, Some(ask)] => json::at(ask, "port").and_then(Value::as_i64),
            _ => return Err(refused("it needs one of httpGet and tcpSocket.".to_owned())),
        };
        if !port.is_some_and(|own| (1..=65535).contains(&own)) {
            return Err(refused("the port must be between 1 and 65535.".to_owned()));
        }
        for (name, least, most) in PROBE_BOUNDS {
            let value = json::at(probe, name).and_then(Value::as_i64);
            if value.is_some_and(|own| !(*least..=*most).contains(&own)) {
                return Err(refused(format!(
                    "{name} must be between {least} and {most}."
                )));
            }
        }
    }
    Ok(())
}

/// The Consumption profile sells a quarter of a core with half a gibibyte, and multiples of that up to four cores.
fn resources(containers: &[Value]) -> Result<(), ServiceError> {
    let mut total = (0.0, 0.0);
    for container in containers {
        let (cpu, memory) = asked(container);
        total = (total.0 + cpu, total.1 + memory);
    }
    let (cpu, memory) = total;
    let quarters = cpu * 4.0;
    let sold = (1.0..=16.0).contains(&quarters)
        && (quarters - quarters.round()).abs() < 1e-6
        && (memory - cpu * 2.0).abs() < 1e-6;
    if sold {
        return Ok(());
    }
    Err(bad(
        "ContainerAppInvalidResourceTotal",
        format!(
            "The total requested CPU and memory resources for this application (CPU: {cpu}, memory: {memory}) is \
             invalid. Total CPU and memory for all containers defined in a Container App must add up to one of the \
             following CPU - Memory combinations: [cpu: 0.25, memory: 0.5Gi]; [cpu: 0.5, memory: 1.0Gi]; … [cpu: 4.0, \
             memory: 8.0Gi]"
        ),
    ))
}

/// Cores and gibibytes; nothing said is half a core and one gibibyte.
fn asked(container: &Value) -> (f64, f64) {
    // A number in quotes is taken too.
    let cpu = json::at(container, "resources.cpu").map(|own| {
        own.as_f64()
            .or_else(|| own.as_str()?.parse().ok())
            .unwrap_or(-1.0)
    });
    let memory = json::text(container, "resources.memory").map(|own| {
        own.strip_suffix("Gi")
            .and_then(|own| own.parse().ok())
            .unwrap_or(-1.0)
    });
    match (cpu, memory) {
        (None, None) => (0.5, 1.0),
        (cpu, memory) => (cpu.unwrap_or(-1.0), memory.unwrap_or(-1.0)),
    }
}

fn scale(template: &Value) -> Result<(), ServiceError> {
    let number = |name: &str| json::at(template, &format!("scale.{name}")).and_then(Value::as_i64);
    let (least, most) = (
        number("minReplicas").unwrap_or(0),
        number("maxReplicas").unwrap_or(10),
    );
    if least < 0 || !(1..=1000).contains(&most) || least > most {
        return Err(bad(
            UNNAMED,
            format!(
                "The scale from {least} to {most} replicas is invalid: minReplicas must be between 0 and maxReplicas, \
                 which must be between 1 and 1000."
            ),
        ));
    }
    Ok(())
}

/// What the service adds to a template.
pub(super) fn fill(stored: &mut Stored) {
    fill_containers(stored);
    let Some(mut template) = stored.get(TEMPLATE).cloned() else {
        return;
    };
    let scale = json::at(&template, "scale").cloned().unwrap_or(json!({}));
    let own = |name: &str, default: Value| json::at(&scale, name).cloned().unwrap_or(default);
    template["scale"] = json!({
        "minReplicas": own("minReplicas", Value::Null),
        "maxReplicas": own("maxReplicas", json!(10)),
        "cooldownPeriod": own("cooldownPeriod", json!(300)),
        "pollingInterval": own("pollingInterval", json!(30)),
        "rules": own("rules", Value::Null),
    });
    stored.set(TEMPLATE, template);
}

/// What the service adds to each container.
pub(super) fn fill_containers(stored: &mut Stored) {
    let Some(mut template) = stored.get(TEMPLATE).cloned() else {
        return;
    };
    if let Some(containers) = template.get_mut("containers").and_then(Value::as_array_mut) {
        for container in containers {
            // What was sent as null is not answered, as recorded of `env`, `command`, `args`, `probes` and `volumeMounts`.
            if let Some(members) = container.as_object_mut() {
                members.retain(|_, value| !value.is_null());
            }
            let (cpu, memory) = asked(container);
            let memory = json::text(container, "resources.memory")
                .map_or_else(|| format!("{memory}Gi"), str::to_owned);
            container["resources"] = json!({
                "cpu": cpu,
                "memory": memory,
                "ephemeralStorage": format!("{}Gi", storage(cpu)),
            });
        }
    }
    stored.set(TEMPLATE, template);
}

/// Half a core comes with two gibibytes of disk, as recorded. Unverified: the other sizes.
fn storage(cpu: f64) -> u32 {
    match cpu {
        cpu if cpu <= 0.25 => 1,
        cpu if cpu <= 0.5 => 2,
        cpu if cpu <= 1.0 => 4,
        _ => 8,
    }
}
