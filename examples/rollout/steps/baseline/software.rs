//! Whose a service principal is: the environment's own applications are told by their registration, not by their name.

use rhc_core::{AppId, TenantId};
use rhc_graph::{ApplicationKey, GraphClient, ServicePrincipal};

use crate::manifest::Manifest;

/// The tenants that Microsoft registers its own applications in. Unverified: the second.
const MICROSOFT: [&str; 2] = [
    "f8cdef31-a31e-4b4a-93e4-5f571e91255a",
    "72f988bf-86f1-41af-91ab-2d7cd011db47",
];

/// Whose a service principal is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Microsoft's own.
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

/// Which software of ours may be known in the databases' tenant.
#[derive(Clone, Debug)]
pub struct Allowed {
    hosting: String,
    environment: String,
    automation: String,
    bridges: Vec<String>,
}

impl Allowed {
    /// What the environment file allows.
    pub fn of(manifest: &Manifest) -> Self {
        let bridges = manifest
            .apps()
            .map(|(_, app)| app.bridge.unique_name.clone());
        Self {
            hosting: manifest.environment.hosting_tenant.clone(),
            environment: manifest.environment.name.clone(),
            automation: manifest.automation.unique_name.clone(),
            bridges: bridges.collect(),
        }
    }

    /// The file's name for the tenant in which it is registered.
    pub fn hosting(&self) -> &str {
        &self.hosting
    }

    /// Whose a service principal is. The hosting tenant is asked where its own applications are concerned.
    ///
    /// # Errors
    /// Where it does not answer.
    pub async fn owner_of(
        &self,
        principal: &ServicePrincipal,
        hosting: TenantId,
        graph: &GraphClient,
    ) -> rhc_graph::Result<Owner> {
        match seen_at_once(principal, hosting) {
            Ok(owner) => Ok(owner),
            Err(app_id) => self.registered(app_id, graph).await,
        }
    }

    /// Whose an application of the hosting tenant is, by its registration there.
    ///
    /// # Errors
    /// Where the tenant does not answer.
    pub async fn registered(&self, app_id: AppId, graph: &GraphClient) -> rhc_graph::Result<Owner> {
        let key = ApplicationKey::AppId(app_id);
        Ok(match graph.applications().get_opt(key).await? {
            Some(application) => self.named(application.unique_name),
            // Ours once: that it is gone is found where it should be.
            None => Owner::Unknown,
        })
    }

    fn named(&self, unique_name: Option<String>) -> Owner {
        let Some(name) = unique_name else {
            return Owner::Ours(None);
        };
        if name == self.automation {
            return Owner::Automation;
        }
        let mut bridges = self.bridges.iter();
        if bridges.any(|bridge| same_but_for(bridge, &name, &self.environment)) {
            Owner::Bridge(name)
        } else {
            Owner::Ours(Some(name))
        }
    }
}

/// Whose a service principal is, where it says so itself; else the application of the hosting tenant that it is of.
///
/// # Errors
/// That application.
pub fn seen_at_once(principal: &ServicePrincipal, hosting: TenantId) -> Result<Owner, AppId> {
    if principal.service_principal_type.as_deref() == Some("ManagedIdentity") {
        return Ok(Owner::Stranger);
    }
    match (principal.app_owner_organization_id, principal.app_id) {
        (None, _) => Ok(Owner::Unknown),
        (Some(organization), _) if is_microsoft(organization) => Ok(Owner::Microsoft),
        (Some(organization), Some(app_id)) if organization == hosting => Err(app_id),
        (Some(_), _) => Ok(Owner::Stranger),
    }
}

fn is_microsoft(organization: TenantId) -> bool {
    MICROSOFT.contains(&organization.to_string().as_str())
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
pub fn called(principal: &ServicePrincipal) -> String {
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
