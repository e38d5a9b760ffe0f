//! What is asked of whom: the permissions that the steps need and no others, and the client to ask with.

use rhc_core::Cloud;

use crate::engine::TenantKey;
use crate::manifest::{Manifest, TenantKind};
use crate::steps::{baseline, customers};

/// Microsoft Graph Command Line Tools, a public client that people may consent to Graph's permissions for.
///
/// Unverified: that External ID tenants know it.
pub const GRAPH_CLIENT: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

/// The Azure CLI's public client, which is preauthorised for Resource Manager and Azure SQL. The Graph client is not:
/// Microsoft lets nobody consent between two of its own applications.
///
/// Unverified: that the preauthorisation holds in every tenant; where it does not, `sign_in_client_id` names another.
pub const AZURE_CLIENT: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/// What the Azure CLI's client gets of Microsoft Graph for a person, whatever it asks for.
///
/// Unverified: that `Policy.*` is missing stands in azure-cli issues 33062 and 23906; the list itself is general knowledge.
pub const AZURE_CLIENT_GRAPH: [&str; 4] = [
    "AuditLog.Read.All",
    "Directory.AccessAsUser.All",
    "Group.ReadWrite.All",
    "User.ReadWrite.All",
];

/// What is needed in every directory: who am I, and who administers it.
const EVERYWHERE: [&str; 3] = [
    "User.Read",
    "User.Read.All",
    "RoleManagement.Read.Directory",
];
/// Registrations, service principals and their federated credentials.
const APPLICATIONS: &str = "Application.ReadWrite.All";
/// The group that administers SQL.
const GROUPS: &str = "Group.ReadWrite.All";

/// What the steps do in a tenant's directory, as Graph's delegated permissions.
pub fn permissions(manifest: &Manifest, tenant: &TenantKey) -> Vec<&'static str> {
    let databases = manifest.database_tenant().map(|(key, _)| key);
    let mut wanted = EVERYWHERE.to_vec();
    if databases == Some(tenant.as_str()) {
        wanted.extend([APPLICATIONS, GROUPS]);
        wanted.extend(baseline::PERMISSIONS);
    } else if manifest.environment.hosting_tenant == tenant.as_str() {
        wanted.push(APPLICATIONS);
    } else if manifest.customers.tenant == tenant.as_str() {
        wanted.extend(customers::PERMISSIONS);
    }
    wanted
}

/// Which licences there are: what is looked at before anything is done, and needed for nothing else.
const LICENCES: &str = "LicenseAssignment.Read.All";

/// What is only looked at in a tenant's directory, as Graph's delegated permissions: it is asked for, and nothing stops without.
pub fn looks(manifest: &Manifest, tenant: &TenantKey) -> Vec<&'static str> {
    let file = manifest.tenant(tenant.as_str());
    let mut exported = manifest.logs.entra_export.iter();
    let exported = exported.any(|own| own == tenant.as_str());
    let workforce = file.is_some_and(|file| file.kind == TenantKind::Workforce);
    match exported && workforce {
        true => vec![LICENCES],
        false => Vec::new(),
    }
}

/// Whether a scope is one of Microsoft Graph's.
pub(super) fn is_graph(cloud: &Cloud, scope: &str) -> bool {
    scope.starts_with(cloud.graph.as_str())
}

/// A client's `…/.default` as the permissions that are really asked for, with the one that lets us ask again later.
pub(super) fn wanted(cloud: &Cloud, scope: &str, permissions: &[&str]) -> Vec<String> {
    let mut scopes = if is_graph(cloud, scope) && scope.ends_with("/.default") {
        permissions
            .iter()
            .map(|name| format!("{}{name}", cloud.graph))
            .collect()
    } else {
        vec![scope.to_owned()]
    };
    scopes.push("offline_access".to_owned());
    scopes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_are_looked_at_where_logs_need_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
        let manifest = Manifest::load(path).unwrap();
        let of = |key: &str| looks(&manifest, &TenantKey::new(key));
        assert_eq!(of("database"), [LICENCES]);
        assert_eq!((of("qa"), of("backoffice")), (Vec::new(), Vec::new()));
        let needed = permissions(&manifest, &TenantKey::new("database"));
        assert!(!needed.contains(&LICENCES), "nothing stops without");
    }

    #[test]
    fn graph_is_asked_for_single_permissions_and_arm_for_its_default() {
        let cloud = Cloud::public();
        let graph = wanted(&cloud, &cloud.graph_scope(), &[APPLICATIONS]);
        assert!(
            graph.contains(&"https://graph.microsoft.com/Application.ReadWrite.All".to_owned())
        );
        assert!(graph.iter().all(|scope| !scope.ends_with(".default")));
        let arm = wanted(&cloud, &cloud.resource_manager_scope(), &[APPLICATIONS]);
        assert_eq!(
            arm,
            ["https://management.azure.com/.default", "offline_access"]
        );
    }
}
