//! What apps and jobs have in common: a home, identities, a name.

use rhc_arm::fake::{ActionContext, Arm, Link, NameRule, PutContext, ServiceError, Stored};
use rhc_core::fake::State;
use serde_json::{Value, json};

use super::{ENVIRONMENTS, UNNAMED, bad, json, regions, secrets};

pub(super) const ENVIRONMENT: &str = "properties.environmentId";
/// The older name of the same, which the service keeps alike.
pub(super) const MANAGED_ENVIRONMENT: &str = "properties.managedEnvironmentId";
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

/// Whether the member `identity` of a body has an identity: `system`, or the id of one.
pub(super) fn has_identity(identity: &Value, wanted: &str) -> bool {
    if wanted.eq_ignore_ascii_case("system") {
        return json::text(identity, "type")
            .is_some_and(|own| own.to_ascii_lowercase().contains("systemassigned"));
    }
    json::at(identity, "userAssignedIdentities")
        .and_then(Value::as_object)
        .is_some_and(|own| own.keys().any(|own| own.eq_ignore_ascii_case(wanted)))
}

/// Whatever acts as an identity needs one that the app has; passwords must be among its secrets.
pub(super) fn identities(put: &PutContext<'_>) -> Result<(), ServiceError> {
    let identity = json::at(put.sent, "identity").unwrap_or(&Value::Null);
    for list in ["registries", "secrets", "identitySettings"] {
        let path = format!("properties.configuration.{list}");
        for item in json::items(put.sent, &path) {
            let missing = json::text(item, "identity").filter(|id| !has_identity(identity, id));
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

/// Sets what the service knows of an app or job, and gives its environment.
pub(super) fn settle(state: &State, put: &PutContext<'_>, stored: &mut Stored) -> Option<Stored> {
    let region = stored.text("location").unwrap_or_default().to_owned();
    stored.set("location", regions::shown(&region));
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
    let wanted = environment_of(put.sent).unwrap_or_default();
    let environment = state.read::<Arm>()?.get(wanted).cloned()?;
    stored.set(ENVIRONMENT, environment.id());
    let profiles = environment.all("properties.workloadProfiles[].name");
    let profile = profiles.first().map(|own| (*own).clone());
    if let (None, Some(profile)) = (stored.get("properties.workloadProfileName"), profile) {
        stored.set("properties.workloadProfileName", profile);
    }
    Some(environment)
}

/// Refuses an action while the app or job is made or changed.
pub(super) fn free(
    _: &mut State,
    context: &ActionContext<'_>,
) -> Result<Option<Value>, ServiceError> {
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
