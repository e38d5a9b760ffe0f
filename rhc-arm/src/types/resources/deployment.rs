//! Deployments of templates, and what they would change.

use crate::{Operation, Resource, ResourceId, ResourceType, Resources, Result, model, open_enum};
use rhc_core::{Method, Request};
use serde_json::Value;
use std::collections::BTreeMap;

model! {
    /// What a deployment has.
    DeploymentProperties {
        /// What becomes of resources that the template does not name.
        mode: DeploymentMode,
        /// The template. It is sent, and not answered.
        template: Value,
        /// Where the template is, in place of it.
        template_link: TemplateLink,
        /// The values of the template's parameters.
        parameters: BTreeMap<String, DeploymentParameter>,
        /// How far it is: `Accepted`, `Running`, `Succeeded`, `Failed`, `Canceled`. Only the service writes it.
        provisioning_state: String,
        /// What the template gives out. Only the service writes it.
        outputs: Value,
        /// What it made or changed. Only the service writes it.
        output_resources: Vec<DeployedResource>,
        /// The id that its events in the activity log have. Only the service writes it.
        correlation_id: String,
        /// When it last went on. Only the service writes it.
        timestamp: String,
        /// How long it took. Only the service writes it.
        duration: String,
        /// Why it failed. Only the service writes it.
        error: Value,
    }

    /// Where a template is.
    TemplateLink {
        /// Its address.
        uri: String,
        /// The id of a template spec.
        id: ResourceId,
        /// The version that is expected there.
        content_version: String,
    }

    /// The value of a parameter.
    DeploymentParameter {
        /// The value.
        value: Value,
    }

    /// What a deployment made or changed.
    DeployedResource {
        /// Its id.
        id: ResourceId,
    }

    /// What the service thinks of a template.
    ValidatedDeployment {
        /// The id that the deployment would have.
        id: ResourceId,
        /// What it would be.
        properties: DeploymentProperties,
        /// Why it cannot be deployed.
        error: Value,
    }

    /// What a deployment would change.
    WhatIfResult {
        /// `Succeeded` or `Failed`.
        status: String,
        /// The changes.
        properties: WhatIfProperties,
        /// Why nothing can be said.
        error: Value,
    }

    /// The changes of a deployment.
    WhatIfProperties {
        /// What would certainly change, or stay.
        changes: Vec<WhatIfChange>,
        /// What might.
        potential_changes: Vec<WhatIfChange>,
    }

    /// What would become of a resource.
    WhatIfChange {
        /// Its id.
        resource_id: ResourceId,
        /// What would become of it.
        change_type: ChangeType,
        /// What it is.
        before: Value,
        /// What it would be.
        after: Value,
        /// What would be different.
        delta: Vec<PropertyChange>,
        /// Why nothing can be said of it.
        unsupported_reason: String,
    }

    /// What would become of a property.
    PropertyChange {
        /// Where it stands.
        path: String,
        /// What would become of it.
        property_change_type: PropertyChangeType,
        /// What it is.
        before: Value,
        /// What it would be.
        after: Value,
        /// The changes inside of it, of a list.
        children: Vec<PropertyChange>,
    }
}

open_enum! {
    /// What becomes of resources that a template does not name.
    DeploymentMode {
        /// They stay.
        Incremental = "Incremental",
        /// They are deleted, if they stand in the resource group.
        Complete = "Complete",
    }

    /// What would become of a resource.
    ChangeType {
        /// It would be made.
        Create = "Create",
        /// It would be deleted.
        Delete = "Delete",
        /// It stands there and is not named.
        Ignore = "Ignore",
        /// It would be deployed again; whether that changes it is not said.
        Deploy = "Deploy",
        /// It would stay as it is.
        NoChange = "NoChange",
        /// It would be changed.
        Modify = "Modify",
        /// Nothing can be said.
        Unsupported = "Unsupported",
    }

    /// What would become of a property.
    PropertyChangeType {
        /// It would be there.
        Create = "Create",
        /// It would be gone.
        Delete = "Delete",
        /// It would be another.
        Modify = "Modify",
        /// Items of it would change.
        Array = "Array",
        /// It is sent and has no effect.
        NoEffect = "NoEffect",
    }
}

/// A deployment of a template into a resource group or a subscription, in which it needs a location.
///
/// What it does is done with the rights of who asks. When it fails, some of it may have been done. Codes worth matching: `InvalidTemplate`
/// (400), and of the operation `DeploymentFailed`, whose details say why.
///
/// Role: Contributor, and whatever the template's resources need.
/// Source: [deployments](https://learn.microsoft.com/rest/api/resources/deployments).
#[derive(Debug, Clone)]
pub enum Deployment {}

impl Deployment {
    /// A deployment of this template, which leaves alone what the template does not name.
    pub fn incremental(template: Value) -> Resource<Self> {
        Resource::new(DeploymentProperties {
            mode: Some(DeploymentMode::Incremental),
            template: Some(template),
            ..DeploymentProperties::default()
        })
    }
}

impl DeploymentProperties {
    /// With this value of a parameter.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        let value = DeploymentParameter {
            value: Some(value.into()),
            ..DeploymentParameter::default()
        };
        self.parameters
            .get_or_insert_default()
            .insert(name.into(), value);
        self
    }
}

impl ResourceType for Deployment {
    const TYPE: &'static str = "Microsoft.Resources/deployments";
    const API_VERSION: &'static str = "2025-04-01";
    const READ_ONLY: &'static [&'static str] = &[
        "outputs",
        "outputResources",
        "correlationId",
        "timestamp",
        "duration",
        "error",
        "providers",
        "dependencies",
        "templateHash",
        "validatedResources",
    ];
    type Properties = DeploymentProperties;
}

impl Resources<Deployment> {
    /// Says what a deployment would change, and changes nothing.
    ///
    /// Request: `POST …/deployments/{name}/whatIf`, operation `deployments.what_if`.
    /// Permission: `Microsoft.Resources/deployments/whatIf/action`, and to read what the template names; the role Contributor has both.
    /// Page: [deployments/what-if](https://learn.microsoft.com/rest/api/resources/deployments/what-if).
    ///
    /// # Errors
    /// `InvalidTemplate` (400) where the template makes no sense.
    pub async fn begin_what_if(
        &self,
        name: &str,
        deployment: &Resource<Deployment>,
    ) -> Result<Operation<WhatIfResult>> {
        let path = self.id(name)?.path().fixed("/whatIf");
        let request = Request::new("deployments.what_if", Method::Post, path)
            .query("api-version", Deployment::API_VERSION)
            .json(&deployment.for_write());
        self.client().begin(request).await
    }

    /// Says whether a deployment makes sense, and changes nothing.
    ///
    /// Request: `POST …/deployments/{name}/validate`, operation `deployments.validate`.
    /// Permission: `Microsoft.Resources/deployments/validate/action`, and to write what the template names; the role Contributor has both.
    /// Page: [deployments/validate](https://learn.microsoft.com/rest/api/resources/deployments/validate).
    ///
    /// # Errors
    /// `InvalidTemplate` (400) where it does not.
    pub async fn begin_validate(
        &self,
        name: &str,
        deployment: &Resource<Deployment>,
    ) -> Result<Operation<ValidatedDeployment>> {
        let path = self.id(name)?.path().fixed("/validate");
        let request = Request::new("deployments.validate", Method::Post, path)
            .query("api-version", Deployment::API_VERSION)
            .json(&deployment.for_write());
        self.client().begin(request).await
    }
}
