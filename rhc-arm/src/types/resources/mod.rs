//! `Microsoft.Resources`: subscriptions, resource groups and the registration of providers.

mod contents;
mod deployment;
mod deployment_operation;
mod provider;
mod resource_group;
mod subscription;
mod tags;

pub use contents::Listed;
pub use deployment::{
    ChangeType, DeployedResource, Deployment, DeploymentMode, DeploymentParameter,
    DeploymentProperties, PropertyChange, PropertyChangeType, TemplateLink, ValidatedDeployment,
    WhatIfChange, WhatIfProperties, WhatIfResult,
};
pub use deployment_operation::{
    DeploymentOperation, DeploymentOperationProperties, ExportedTemplate, ProvisioningOperation,
    StatusMessage, TargetResource,
};
pub use provider::{Provider, ProviderResourceType, RegistrationState};
pub use resource_group::{ResourceGroup, ResourceGroupProperties};
pub use subscription::{Subscription, SubscriptionPolicies, SubscriptionState};
pub use tags::{Tags, TagsProperties};
