//! What a deployment does, resource by resource; how it is stopped, and its template had back.

use super::deployment::Deployment;
use crate::{ResourceId, ResourceType, Resources, Result, model, open_enum};
use rhc_core::{Method, Pages, Request};
use serde_json::Value;

model! {
    /// Something that a deployment did or does.
    DeploymentOperation {
        /// Its id, below the deployment's.
        id: ResourceId,
        /// The last part of its id.
        operation_id: String,
        /// What it is.
        properties: DeploymentOperationProperties,
    }

    /// What an operation of a deployment has.
    DeploymentOperationProperties {
        /// What is done.
        provisioning_operation: ProvisioningOperation,
        /// How far it is: `Running`, `Succeeded`, `Failed`.
        provisioning_state: String,
        /// When it last went on.
        timestamp: String,
        /// How long it took.
        duration: String,
        /// What the resource's own service answered: `OK`, `Conflict`.
        status_code: String,
        /// Why it failed.
        status_message: StatusMessage,
        /// To what it is done.
        target_resource: TargetResource,
    }

    /// Why an operation failed.
    StatusMessage {
        /// `Failed`.
        status: String,
        /// The error of the resource's own service.
        error: Value,
    }

    /// To what something is done.
    TargetResource {
        /// Its id.
        id: ResourceId,
        /// Its name.
        resource_name: String,
        /// Its type.
        resource_type: String,
    }

    /// A template that was deployed.
    ExportedTemplate {
        /// The template.
        template: Value,
    }
}

open_enum! {
    /// What an operation of a deployment does.
    ProvisioningOperation {
        /// It makes or changes a resource.
        Create = "Create",
        /// It deletes one.
        Delete = "Delete",
        /// It reads one.
        Read = "Read",
        /// It calls an action of one.
        Action = "Action",
        /// It waits.
        Waiting = "Waiting",
        /// It works out what the template gives out.
        EvaluateDeploymentOutput = "EvaluateDeploymentOutput",
    }
}

impl Resources<Deployment> {
    /// Stops a deployment that is under way. What it has made by then stays.
    ///
    /// Request: `POST …/deployments/{name}/cancel`, operation `deployments.cancel`.
    /// Permission: `Microsoft.Resources/deployments/cancel/action`; the role Contributor has it.
    /// Page: [deployments/cancel](https://learn.microsoft.com/rest/api/resources/deployments/cancel).
    ///
    /// # Errors
    /// [`is_not_found`](rhc_core::Error::is_not_found) (`DeploymentNotFound`); [`is_conflict`](rhc_core::Error::is_conflict) where it
    /// is over.
    pub async fn cancel(&self, name: &str) -> Result<()> {
        let request = self.about("deployments.cancel", Method::Post, name, "/cancel")?;
        self.client().request(request).await?;
        Ok(())
    }

    /// Gives back the template that was deployed.
    ///
    /// Request: `POST …/deployments/{name}/exportTemplate`, operation `deployments.export_template`.
    /// Permission: `Microsoft.Resources/deployments/exportTemplate/action`; the role Contributor has it.
    /// Page: [deployments/export-template](https://learn.microsoft.com/rest/api/resources/deployments/export-template).
    ///
    /// # Errors
    /// [`is_not_found`](rhc_core::Error::is_not_found) (`DeploymentNotFound`).
    pub async fn export_template(&self, name: &str) -> Result<ExportedTemplate> {
        let request = self
            .about(
                "deployments.export_template",
                Method::Post,
                name,
                "/exportTemplate",
            )?
            .idempotent(true);
        self.client().request(request).await?.json()
    }

    /// Lists what a deployment did or does: where it failed, the operation that failed says why.
    ///
    /// Request: `GET …/deployments/{name}/operations`, operation `deployments.operations`.
    /// Permission: `Microsoft.Resources/deployments/operations/read`; the role Reader has it.
    /// Page: [deployment-operations/list](https://learn.microsoft.com/rest/api/resources/deployment-operations/list-at-scope).
    ///
    /// # Errors
    /// [`InvalidInput`](rhc_core::ErrorKind::InvalidInput) where no deployment can be in the scope.
    pub fn operations(&self, name: &str) -> Result<Pages<DeploymentOperation>> {
        let request = self.about("deployments.operations", Method::Get, name, "/operations")?;
        Ok(self.client().pages(request))
    }

    /// Reads one operation of a deployment.
    ///
    /// Request: `GET …/deployments/{name}/operations/{operation}`, operation `deployments.operation`.
    /// Permission: `Microsoft.Resources/deployments/operations/read`; the role Reader has it.
    /// Page: [deployment-operations/get](https://learn.microsoft.com/rest/api/resources/deployment-operations/get-at-scope).
    ///
    /// # Errors
    /// [`is_not_found`](rhc_core::Error::is_not_found).
    pub async fn operation(&self, name: &str, operation: &str) -> Result<DeploymentOperation> {
        let path = self
            .id(name)?
            .path()
            .fixed("/operations")
            .segment(operation);
        let request = Request::new("deployments.operation", Method::Get, path)
            .query("api-version", Deployment::API_VERSION);
        self.client().request(request).await?.json()
    }

    fn about(
        &self,
        operation: &'static str,
        method: Method,
        name: &str,
        rest: &'static str,
    ) -> Result<Request> {
        let path = self.id(name)?.path().fixed(rest);
        let request = Request::new(operation, method, path);
        Ok(request.query("api-version", Deployment::API_VERSION))
    }
}
