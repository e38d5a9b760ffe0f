//! What apps, jobs and environments can do besides being written and read.

use rhc_arm::{
    Method, Request, Resource, ResourceId, ResourceType, Resources, Result, SubscriptionId, model,
};
use serde_json::json;

use crate::secret::Secrets;
use crate::{
    AppDetector, AuthConfig, Certificate, ContainerApp, ContainerAppsClient, EnvironmentDetector,
    EnvironmentStorage, Job, JobDetector, JobExecution, ListedSecret, Replica, TrafficWeight,
};

model! {
    /// The executions that were stopped.
    Stopped {
        /// All of them.
        value: Vec<Resource<JobExecution>>,
    }
}

impl ContainerAppsClient {
    /// The certificates of one's own, of an environment.
    pub fn certificates(&self, environment: &ResourceId) -> Resources<Certificate> {
        self.arm.resources(environment.clone())
    }

    /// The file shares that the apps of an environment can mount.
    pub fn storages(&self, environment: &ResourceId) -> Resources<EnvironmentStorage> {
        self.arm.resources(environment.clone())
    }

    /// The sign-in that an app asks for.
    pub fn auth_configs(&self, app: &ResourceId) -> Resources<AuthConfig> {
        self.arm.resources(app.clone())
    }

    /// What the service finds out about an app.
    pub fn app_detectors(&self, app: &ResourceId) -> Resources<AppDetector> {
        self.arm.resources(app.clone())
    }

    /// What the service finds out about a job.
    pub fn job_detectors(&self, job: &ResourceId) -> Resources<JobDetector> {
        self.arm.resources(job.clone())
    }

    /// What the service finds out about an environment.
    pub fn environment_detectors(
        &self,
        environment: &ResourceId,
    ) -> Resources<EnvironmentDetector> {
        self.arm.resources(environment.clone())
    }

    /// The replicas of a revision.
    pub fn replicas(&self, revision: &ResourceId) -> Resources<Replica> {
        self.arm.resources(revision.clone())
    }

    /// Gives out an app's secrets, with the values of those that do not live in a key vault.
    ///
    /// Request: `POST …/containerApps/{name}/listSecrets`, operation `apps.list_secrets`.
    /// Permission: `Microsoft.App/containerApps/listSecrets/action`, which the role Contributor has and Reader has not.
    /// Page: [container-apps/list-secrets](https://learn.microsoft.com/rest/api/resource-manager/containerapps/container-apps/list-secrets).
    ///
    /// # Errors
    /// 404 where there is no such app.
    pub async fn list_secrets(&self, app: &ResourceId) -> Result<Vec<ListedSecret>> {
        self.secrets("apps.list_secrets", app, ContainerApp::API_VERSION)
            .await
    }

    /// Gives out a job's secrets, with the values of those that do not live in a key vault.
    ///
    /// Request: `POST …/jobs/{name}/listSecrets`, operation `jobs.list_secrets`.
    /// Permission: `Microsoft.App/jobs/listSecrets/action`, which the role Contributor has and Reader has not.
    /// Page: [jobs/list-secrets](https://learn.microsoft.com/rest/api/resource-manager/containerapps/jobs/list-secrets).
    ///
    /// # Errors
    /// 404 where there is no such job.
    pub async fn list_job_secrets(&self, job: &ResourceId) -> Result<Vec<ListedSecret>> {
        self.secrets("jobs.list_secrets", job, Job::API_VERSION)
            .await
    }

    /// Divides an app's traffic among its revisions. The weights must come to 100; the rest of the app stays as it is.
    ///
    /// Request: `PATCH …/containerApps/{name}`, operation `apps.set_traffic`.
    /// Permission: `Microsoft.App/containerApps/write`, which the role Container Apps Contributor has.
    /// Page: [container-apps/update](https://learn.microsoft.com/rest/api/resource-manager/containerapps/container-apps/update).
    ///
    /// # Errors
    /// 400 where the weights do not come to 100 or a revision does not exist; [`is_conflict`](rhc_arm::Error::is_conflict)
    /// while another operation works on the app.
    ///
    /// ```no_run
    /// use rhc_containerapps::TrafficWeight;
    ///
    /// # async fn example(containers: rhc_containerapps::ContainerAppsClient, app: rhc_arm::ResourceId) -> Result<(), rhc_arm::Error> {
    /// let weights = [TrafficWeight::of("web--v1", 90), TrafficWeight::of("web--v2", 10)];
    /// containers.set_traffic(&app, &weights).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn set_traffic(
        &self,
        app: &ResourceId,
        weights: &[TrafficWeight],
    ) -> Result<Resource<ContainerApp>> {
        let change =
            json!({ "properties": { "configuration": { "ingress": { "traffic": weights } } } });
        let group = app.parent().unwrap_or_else(ResourceId::root);
        self.apps(group).update(app.name(), &change).await
    }

    /// Stops all executions of a job that have not ended, and says which they were.
    ///
    /// Request: `POST …/jobs/{name}/stop`, operation `jobs.stop_executions`.
    /// Permission: `Microsoft.App/jobs/stop/action`, which the role Container Apps Jobs Operator has.
    /// Page: [jobs/stop-multiple-executions](https://learn.microsoft.com/rest/api/resource-manager/containerapps/jobs/stop-multiple-executions).
    ///
    /// # Errors
    /// 404 where there is no such job.
    pub async fn stop_executions(&self, job: &ResourceId) -> Result<Vec<Resource<JobExecution>>> {
        let request = Request::new(
            "jobs.stop_executions",
            Method::Post,
            job.path().fixed("/stop"),
        )
        .query("api-version", Job::API_VERSION)
        .idempotent(true);
        let stopped: Stopped = self.arm.begin(request).await?.await?;
        Ok(stopped.value.unwrap_or_default())
    }

    /// What the TXT record `asuid.<host>` must hold for host names of one's own: the same in all of a subscription.
    ///
    /// Request: `POST …/providers/Microsoft.App/getCustomDomainVerificationId`, operation `subscriptions.custom_domain_verification_id`.
    /// Permission: `Microsoft.App/getCustomDomainVerificationId/action` in the subscription, which the role Contributor has.
    /// Page: [get-custom-domain-verification-id](https://learn.microsoft.com/rest/api/resource-manager/containerapps/get-custom-domain-verification-id/get-custom-domain-verification-id).
    ///
    /// # Errors
    /// 404 (`SubscriptionNotFound`) where the credential sees no such subscription.
    pub async fn custom_domain_verification_id(
        &self,
        subscription: &SubscriptionId,
    ) -> Result<String> {
        let path = ResourceId::of_subscription(subscription)
            .path()
            .fixed("/providers/Microsoft.App/getCustomDomainVerificationId");
        let request = Request::new(
            "subscriptions.custom_domain_verification_id",
            Method::Post,
            path,
        )
        .query("api-version", crate::API_VERSION)
        .idempotent(true);
        self.arm.request(request).await?.json()
    }

    async fn secrets(
        &self,
        operation: &'static str,
        of: &ResourceId,
        version: &str,
    ) -> Result<Vec<ListedSecret>> {
        let request = Request::new(operation, Method::Post, of.path().fixed("/listSecrets"))
            .query("api-version", version)
            .idempotent(true);
        let answer: Secrets = self.arm.request(request).await?.json()?;
        Ok(answer.value.unwrap_or_default())
    }
}

impl TrafficWeight {
    /// So many percent for a revision.
    pub fn of(revision: impl Into<String>, percent: i32) -> Self {
        Self {
            revision_name: Some(revision.into()),
            weight: Some(percent),
            ..Self::default()
        }
    }

    /// So many percent for the latest revision, whichever that is.
    pub fn latest(percent: i32) -> Self {
        Self {
            latest_revision: Some(true),
            weight: Some(percent),
            ..Self::default()
        }
    }
}
