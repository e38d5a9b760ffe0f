//! The client.

use rhc_arm::{ArmClient, Resource, ResourceId, Resources, Result};

use crate::{ContainerApp, ManagedEnvironment, Revision};

/// Container Apps, through a client of Resource Manager.
///
/// Cheap to clone. Environments, apps and revisions have the verbs of [`Resources`]; what only apps can do is here.
#[derive(Debug, Clone)]
pub struct ContainerAppsClient {
    arm: ArmClient,
}

impl ContainerAppsClient {
    /// Over a client of Resource Manager, whose credential and options it shares.
    pub fn new(arm: ArmClient) -> Self {
        Self { arm }
    }

    /// The environments of a resource group or subscription.
    pub fn environments(&self, scope: impl Into<ResourceId>) -> Resources<ManagedEnvironment> {
        self.arm.resources(scope)
    }

    /// The apps of a resource group or subscription.
    pub fn apps(&self, scope: impl Into<ResourceId>) -> Resources<ContainerApp> {
        self.arm.resources(scope)
    }

    /// The revisions of an app.
    pub fn revisions(&self, app: &ResourceId) -> Resources<Revision> {
        self.arm.resources(app.clone())
    }

    /// Starts a stopped app.
    ///
    /// Permission: `Microsoft.App/containerApps/start/action`.
    /// Page: [container-apps/start](https://learn.microsoft.com/rest/api/resource-manager/containerapps/container-apps/start).
    ///
    /// # Errors
    /// 404 where there is no such app.
    pub async fn start(&self, group: &ResourceId, app: &str) -> Result<Resource<ContainerApp>> {
        self.apps(group.clone())
            .action(app, "start", None::<&()>)
            .await
    }

    /// Stops an app: it keeps its configuration and serves nobody.
    ///
    /// Permission: `Microsoft.App/containerApps/stop/action`.
    /// Page: [container-apps/stop](https://learn.microsoft.com/rest/api/resource-manager/containerapps/container-apps/stop).
    ///
    /// # Errors
    /// 404 where there is no such app.
    pub async fn stop(&self, group: &ResourceId, app: &str) -> Result<Resource<ContainerApp>> {
        self.apps(group.clone())
            .action(app, "stop", None::<&()>)
            .await
    }
}
