//! Whose a service principal is: the environment's own applications are told by their registration, not by their name.

use rhc_core::TenantId;
use rhc_graph::{ApplicationKey, ServicePrincipal};

use crate::manifest::Manifest;
use crate::verify::check::Unproven;
use crate::verify::context::Context;

/// The tenants that Microsoft registers its own applications in. Unverified: the second.
const MICROSOFT: [&str; 2] = [
    "f8cdef31-a31e-4b4a-93e4-5f571e91255a",
    "72f988bf-86f1-41af-91ab-2d7cd011db47",
];

/// Whose a service principal is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Microsoft,
    /// The bridge of an app of this environment, or of the same app in another one.
    Bridge(String),
    /// The automation.
    Automation,
    /// Another application of the hosting tenant, by its unique name if it has one.
    Ours(Option<String>),
    /// Somebody else's.
    Stranger,
    /// The directory does not say.
    Unknown,
}

/// Asks the hosting tenant, where the environment's applications are registered.
pub(super) async fn owner_of(
    cx: &Context<'_>,
    principal: &ServicePrincipal,
) -> Result<Owner, Unproven> {
    if principal.service_principal_type.as_deref() == Some("ManagedIdentity") {
        return Ok(Owner::Stranger);
    }
    let Some(organization) = principal.app_owner_organization_id else {
        return Ok(Owner::Unknown);
    };
    if is_microsoft(organization) {
        return Ok(Owner::Microsoft);
    }
    let hosting = &cx.manifest().environment.hosting_tenant;
    let (Some(app_id), true) = (
        principal.app_id,
        organization == cx.tenant_id(hosting).await?,
    ) else {
        return Ok(Owner::Stranger);
    };
    let registration = cx
        .graph(hosting)
        .await?
        .applications()
        .get_opt(ApplicationKey::AppId(app_id))
        .await?;
    Ok(match registration {
        Some(application) => named(cx.manifest(), application.unique_name),
        // Ours once: that it is gone is found where it should be.
        None => Owner::Unknown,
    })
}

fn is_microsoft(organization: TenantId) -> bool {
    MICROSOFT.contains(&organization.to_string().as_str())
}

fn named(manifest: &Manifest, unique_name: Option<String>) -> Owner {
    let Some(name) = unique_name else {
        return Owner::Ours(None);
    };
    if name == manifest.automation.unique_name {
        return Owner::Automation;
    }
    let environment = &manifest.environment.name;
    let is_bridge = manifest
        .apps()
        .any(|(_, app)| same_but_for(&app.bridge.unique_name, &name, environment));
    if is_bridge {
        Owner::Bridge(name)
    } else {
        Owner::Ours(Some(name))
    }
}

/// Whether two names differ at most where the first has the environment's name: QA and production share the databases'
/// tenant, and their applications are named alike.
fn same_but_for(ours: &str, other: &str, environment: &str) -> bool {
    let (ours, other): (Vec<_>, Vec<_>) = (ours.split('-').collect(), other.split('-').collect());
    ours.len() == other.len()
        && ours
            .iter()
            .zip(&other)
            .all(|(a, b)| a == b || (*a == environment && !b.is_empty()))
}

/// A service principal for a person.
pub(super) fn called(principal: &ServicePrincipal) -> String {
    let name = principal
        .display_name
        .as_deref()
        .unwrap_or("without a name");
    match principal.app_id {
        Some(app_id) => format!("{name} ({app_id})"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_app_of_another_environment_is_known() {
        for (other, same) in [
            ("rhc-hp2-qa-db", true),
            ("rhc-hp2-prod-db", true),
            ("rhc-hp2--db", false),
            ("rhc-hp2-qa-db-2", false),
            ("rhc-hp3-prod-db", false),
            ("evil-hp2-qa-db", false),
            ("rhc-hp2-qa", false),
        ] {
            assert_eq!(same_but_for("rhc-hp2-qa-db", other, "qa"), same, "{other}");
        }
    }
}
