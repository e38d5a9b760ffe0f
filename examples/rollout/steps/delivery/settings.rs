//! What delivery is called on GitHub: the file, its variables, and with both what the fence lets through.

use std::collections::BTreeMap;

use crate::engine::GitHubRules;
use crate::github::Place;
use crate::manifest::{App, Manifest};

/// What a workflow reads, under the name that it has among an environment's variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Application id of the deploy identity.
    ClientId,
    /// Tenant of the app's resources.
    TenantId,
    /// Their subscription.
    SubscriptionId,
    /// Their resource group.
    ResourceGroup,
    /// The container app.
    ContainerApp,
    /// Host name of the registry.
    Registry,
    /// Name of the image in it.
    Image,
}

impl Setting {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::ClientId,
        Self::TenantId,
        Self::SubscriptionId,
        Self::ResourceGroup,
        Self::ContainerApp,
        Self::Registry,
        Self::Image,
    ];

    fn plain(self) -> &'static str {
        match self {
            Self::ClientId => "AZURE_CLIENT_ID",
            Self::TenantId => "AZURE_TENANT_ID",
            Self::SubscriptionId => "AZURE_SUBSCRIPTION_ID",
            Self::ResourceGroup => "AZURE_RESOURCE_GROUP",
            Self::ContainerApp => "CONTAINER_APP",
            Self::Registry => "CONTAINER_REGISTRY",
            Self::Image => "CONTAINER_IMAGE",
        }
    }

    /// Its name. Variables of the whole repository begin with the environment's name, because the pipelines of other
    /// environments read the repository's too.
    pub fn name(self, manifest: &Manifest, app: &App) -> String {
        match app.github.environment {
            Some(_) => self.plain().to_owned(),
            None => {
                let prefix = manifest.environment.name.replace('-', "_");
                format!("{}_{}", prefix.to_ascii_uppercase(), self.plain())
            }
        }
    }
}

/// Where the variables of an app are.
pub fn place(app: &App) -> Place {
    match &app.github.environment {
        Some(name) => Place::Environment(name.clone()),
        None => Place::Repository,
    }
}

/// The file name of the workflow.
pub fn workflow_file(manifest: &Manifest) -> String {
    format!("deploy-{}.yml", manifest.environment.name)
}

/// Where the workflow lies in a repository.
pub fn workflow_path(manifest: &Manifest) -> String {
    format!(".github/workflows/{}", workflow_file(manifest))
}

/// What may be written on GitHub, by repository in small letters.
pub fn repositories(manifest: &Manifest) -> BTreeMap<String, GitHubRules> {
    let rules = |app: &App| GitHubRules {
        branch: app.github.branch.clone(),
        file: workflow_path(manifest),
        environment: app.github.environment.clone(),
        variables: Setting::ALL
            .iter()
            .map(|setting| setting.name(manifest, app))
            .collect(),
    };
    manifest
        .apps()
        .map(|(_, app)| (app.github.repository.to_lowercase(), rules(app)))
        .collect()
}
