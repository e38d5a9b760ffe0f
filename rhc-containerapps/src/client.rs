//! The client.

use rhc_arm::{ArmClient, Method, Request, Resource, ResourceId, ResourceType, Resources, Result};

use crate::{
    ContainerApp, CustomHostnameAnalysis, Job, JobExecution, JobTemplate, ManagedCertificate,
    ManagedEnvironment, Revision,
};

/// Container Apps, through a client of Resource Manager.
///
/// Cheap to clone. Environments, apps, revisions, jobs and executions have the verbs of [`Resources`]; what only some of
/// them can do is here.
///
/// ```no_run
/// # use std::sync::Arc;
/// use rhc_arm::{ArmClient, ResourceId};
/// use rhc_containerapps::{ContainerAppsClient, RunningStatus};
///
/// # async fn example(credential: Arc<dyn azure_core::credentials::TokenCredential>) -> Result<(), Box<dyn std::error::Error>> {
/// let containers = ContainerAppsClient::new(ArmClient::new(credential, None)?);
/// let group: ResourceId = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg".parse()?;
/// let app = containers.start(&group, "web").await?;
/// assert_eq!(app.properties.running_status, Some(RunningStatus::Running));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct ContainerAppsClient {
    pub(crate) arm: ArmClient,
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

    /// The certificates that the service issues and renews, of an environment.
    pub fn managed_certificates(&self, environment: &ResourceId) -> Resources<ManagedCertificate> {
        self.arm.resources(environment.clone())
    }

    /// Says what the service sees of a host name: its records, whether they prove whose it is, and who else has it.
    ///
    /// Request: `POST …/containerApps/{name}/listCustomHostNameAnalysis`, operation `apps.analyse_hostname`.
    /// Permission: `Microsoft.App/containerApps/listCustomHostNameAnalysis/action`.
    /// Page: [list-custom-host-name-analysis](https://learn.microsoft.com/rest/api/resource-manager/containerapps/container-apps/list-custom-host-name-analysis).
    ///
    /// # Errors
    /// 404 where there is no such app. That the records are not there is no error but the answer.
    pub async fn analyse_hostname(
        &self,
        app: &ResourceId,
        host: &str,
    ) -> Result<CustomHostnameAnalysis> {
        let path = app.path().segment("listCustomHostNameAnalysis");
        let request = Request::new("apps.analyse_hostname", Method::Post, path)
            .query("customHostname", host)
            .query("api-version", ContainerApp::API_VERSION)
            .idempotent(true);
        self.arm.request(request).await?.json()
    }

    /// Starts a stopped app.
    ///
    /// Request: `POST …/containerApps/{name}/start`, operation `apps.start`.
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
    /// Request: `POST …/containerApps/{name}/stop`, operation `apps.stop`.
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

    /// Lets a revision run again.
    ///
    /// Request: `POST …/containerApps/{name}/revisions/{revision}/activate`, operation `revisions.activate`.
    /// Permission: `Microsoft.App/containerApps/revisions/activate/action`.
    /// Page: [activate-revision](https://learn.microsoft.com/rest/api/resource-manager/containerapps/container-apps-revisions/activate-revision).
    ///
    /// # Errors
    /// 404 where there is no such app or revision.
    pub async fn activate_revision(&self, app: &ResourceId, revision: &str) -> Result<()> {
        self.revision_action(app, revision, "activate").await
    }

    /// Ends a revision: it keeps its template and serves nobody.
    ///
    /// Request: `POST …/containerApps/{name}/revisions/{revision}/deactivate`, operation `revisions.deactivate`.
    /// Permission: `Microsoft.App/containerApps/revisions/deactivate/action`.
    /// Page: [deactivate-revision](https://learn.microsoft.com/rest/api/resource-manager/containerapps/container-apps-revisions/deactivate-revision).
    ///
    /// # Errors
    /// 404 where there is no such app or revision.
    pub async fn deactivate_revision(&self, app: &ResourceId, revision: &str) -> Result<()> {
        self.revision_action(app, revision, "deactivate").await
    }

    /// Restarts the replicas of a revision, which then read their secrets anew.
    ///
    /// Request: `POST …/containerApps/{name}/revisions/{revision}/restart`, operation `revisions.restart`.
    /// Permission: `Microsoft.App/containerApps/revisions/restart/action`.
    /// Page: [restart-revision](https://learn.microsoft.com/rest/api/resource-manager/containerapps/container-apps-revisions/restart-revision).
    ///
    /// # Errors
    /// 404 where there is no such app or revision.
    pub async fn restart_revision(&self, app: &ResourceId, revision: &str) -> Result<()> {
        self.revision_action(app, revision, "restart").await
    }

    /// The jobs of a resource group or subscription.
    pub fn jobs(&self, scope: impl Into<ResourceId>) -> Resources<Job> {
        self.arm.resources(scope)
    }

    /// The executions of a job.
    pub fn executions(&self, job: &ResourceId) -> Resources<JobExecution> {
        self.arm.resources(job.clone())
    }

    /// Starts a job, with another template than its own if one is given: the whole of it, as nothing is taken over.
    ///
    /// The answer names the execution and says no more; ask [`executions`](Self::executions) what becomes of it. It is not
    /// sent again when its answer is lost: look whether there is an execution that you do not know.
    ///
    /// Request: `POST …/jobs/{name}/start`, operation `jobs.start`.
    /// Permission: `Microsoft.App/jobs/start/action`.
    /// Page: [jobs/start](https://learn.microsoft.com/rest/api/resource-manager/containerapps/jobs/start).
    ///
    /// # Errors
    /// 404 where there is no such job.
    ///
    /// ```no_run
    /// # use rhc_arm::ResourceId;
    /// # async fn example(containers: rhc_containerapps::ContainerAppsClient, job: ResourceId) -> Result<(), Box<dyn std::error::Error>> {
    /// let execution = containers.start_job(&job, None).await?;
    /// let name = execution.name.unwrap_or_default();
    /// let execution = containers.executions(&job).get(&name).await?;
    /// println!("{:?}", execution.properties.status);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn start_job(
        &self,
        job: &ResourceId,
        template: Option<&JobTemplate>,
    ) -> Result<Resource<JobExecution>> {
        let group = job.parent().unwrap_or_else(ResourceId::root);
        self.jobs(group).action(job.name(), "start", template).await
    }

    /// Stops an execution that has not ended.
    ///
    /// Request: `POST …/jobs/{name}/executions/{execution}/stop`, operation `executions.stop`.
    /// Permission: `Microsoft.App/jobs/stop/action`.
    /// Page: [jobs/stop-execution](https://learn.microsoft.com/rest/api/resource-manager/containerapps/jobs/stop-execution).
    ///
    /// # Errors
    /// 404 where there is no such execution.
    pub async fn stop_execution(&self, job: &ResourceId, execution: &str) -> Result<()> {
        self.executions(job)
            .action(execution, "stop", None::<&()>)
            .await
    }

    async fn revision_action(&self, app: &ResourceId, revision: &str, action: &str) -> Result<()> {
        self.revisions(app)
            .action(revision, action, None::<&()>)
            .await
    }
}
