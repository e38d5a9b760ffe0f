//! Whether an image can be pulled.

use rhc_arm::fake::{Arm, Plane, Stored, may};
use rhc_core::fake::{Read, State};
use serde_json::Value;
use uuid::Uuid;

use super::{json, registry};

/// Registries from which anybody pulls. Whether an image exists there is not simulated; of Azure's own registries it is.
const PUBLIC: &[&str] = &[
    "docker.io",
    "ghcr.io",
    "mcr.microsoft.com",
    "public.ecr.aws",
    "quay.io",
    "registry.k8s.io",
];
const REGISTRIES: &str = "Microsoft.ContainerRegistry/registries";
pub(super) const PULL: &str = "Microsoft.ContainerRegistry/registries/pull/read";

/// The registry that an image stands in, as Docker reads its name.
pub(super) fn host(image: &str) -> &str {
    match image.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => host,
        _ => "docker.io",
    }
}

/// Why the first image that cannot be pulled cannot be pulled, in the service's words.
pub(super) fn refusal(state: &State, app: &Stored) -> Option<String> {
    for list in ["initContainers", "containers"] {
        for container in app.all(&format!("properties.template.{list}[]")) {
            let image = json::text(container, "image").unwrap_or_default();
            let Err(why) = pull(state, app, image) else {
                continue;
            };
            return Some(format!(
                "The following field(s) are either invalid or missing. Field 'template.{list}.{}.image' is invalid \
                 with details: 'Invalid value: \"{image}\": {why}';.",
                json::text(container, "name").unwrap_or_default()
            ));
        }
    }
    None
}

fn pull(state: &State, app: &Stored, image: &str) -> Result<(), String> {
    let host = host(image);
    let credentials = app
        .all("properties.configuration.registries[]")
        .into_iter()
        .find(|own| json::text(own, "server").is_some_and(|own| own.eq_ignore_ascii_case(host)));
    if PUBLIC.contains(&host) && credentials.is_none() {
        return Ok(());
    }
    let unauthorized = || {
        format!(
            "GET https://{host}/oauth2/token: UNAUTHORIZED: authentication required, visit \
             https://aka.ms/acr/authorization for more information."
        )
    };
    let Some(registry) = self::registry(state, host) else {
        // A registry that is no resource of Azure: its passwords are its own.
        return match credentials {
            Some(own) if json::text(own, "passwordSecretRef").is_some() => Ok(()),
            _ if host.ends_with(".azurecr.io") => Err(format!(
                "Get \"https://{host}/v2/\": dial tcp: lookup {host}: no such host"
            )),
            _ => Err(unauthorized()),
        };
    };
    let credentials = credentials.ok_or_else(unauthorized)?;
    if json::text(credentials, "passwordSecretRef").is_some() {
        return Ok(());
    }
    if !takes_identities(registry) {
        return Err(unauthorized());
    }
    let allowed = principal(state, app, credentials).is_some_and(|(tenant, principal)| {
        // Somebody whom the directory does not show yet gets no token.
        state
            .directory_ref()
            .object(tenant, principal, Read::Point)
            .is_some()
            && may(
                state,
                tenant,
                principal,
                registry.id(),
                PULL,
                Plane::Control,
            )
    });
    if !allowed {
        return Err(unauthorized());
    }
    match registry::missing(state, image) {
        // Words and code as users of Container Apps report them.
        Some(tag) => Err(format!(
            "GET https:: MANIFEST_UNKNOWN: manifest tagged by \"{tag}\" is not found; map[Tag:{tag}]"
        )),
        None => Ok(()),
    }
}

pub(super) fn registry<'a>(state: &'a State, host: &str) -> Option<&'a Stored> {
    state.read::<Arm>()?.everywhere(REGISTRIES).find(|own| {
        own.text("properties.loginServer").map_or_else(
            || format!("{}.azurecr.io", own.name()).eq_ignore_ascii_case(host),
            |server| server.eq_ignore_ascii_case(host),
        )
    })
}

/// Whether a registry lets in an identity with `AcrPull` at all: Container Apps pulls with a token of Resource Manager, and
/// roles over repositories take the place of that role where they are chosen.
///
/// Source: [pulling with an identity](https://learn.microsoft.com/azure/container-apps/managed-identity-image-pull),
/// [roles over repositories](https://learn.microsoft.com/azure/container-registry/container-registry-rbac-abac-repository-permissions).
fn takes_identities(registry: &Stored) -> bool {
    takes_arm_tokens(registry) && takes_plain_roles(registry)
}

pub(super) fn takes_arm_tokens(registry: &Stored) -> bool {
    let status = registry.text("properties.policies.azureADAuthenticationAsArmPolicy.status");
    !status.is_some_and(|own| own.eq_ignore_ascii_case("disabled"))
}

pub(super) fn takes_plain_roles(registry: &Stored) -> bool {
    let mode = registry.text("properties.roleAssignmentMode");
    !mode.is_some_and(|own| own.eq_ignore_ascii_case("AbacRepositoryPermissions"))
}

/// The tenant and principal of the identity that pulls.
fn principal(state: &State, app: &Stored, credentials: &Value) -> Option<(Uuid, Uuid)> {
    let arm = state.read::<Arm>()?;
    let identity = json::text(credentials, "identity")?;
    let id = if identity.eq_ignore_ascii_case("system") {
        app.text("identity.principalId")?
    } else {
        arm.get(identity)?.text("properties.principalId")?
    };
    Some((arm.tenant_of(app.id())?, id.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_without_a_host_is_of_docker() {
        for (image, wanted) in [
            ("nginx", "docker.io"),
            ("library/nginx:1", "docker.io"),
            (
                "mcr.microsoft.com/k8se/quickstart:latest",
                "mcr.microsoft.com",
            ),
            ("smx25qaacr.azurecr.io/hp2:1", "smx25qaacr.azurecr.io"),
            ("localhost:5000/x", "localhost:5000"),
        ] {
            assert_eq!(host(image), wanted, "{image}");
        }
    }
}
