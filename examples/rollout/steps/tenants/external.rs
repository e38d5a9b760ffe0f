//! The External ID tenant, made through its Azure resource.

use async_trait::async_trait;
use rhc_arm::{Resource, Sku, SubscriptionId};
use rhc_external_id::{
    CiamDirectories, CiamDirectory, CiamDirectoryProperties, CreateTenantProperties,
};
use serde_json::Value;

use crate::engine::{
    Apply, Change, ChangeKind, DiffRules, Inputs, MarkWrite, Marking, Meta, Observe, Observed,
    Output, Outputs, Step, StepError,
};
use crate::manifest::{Directory, Tenant};
use crate::steps::arm_resource::ArmStep;
use crate::steps::clients::{Clients, TenantRef};

/// The External ID tenant. Its name is asked for before it is taken: a domain is gone for ever once it was used.
#[derive(Debug)]
pub struct ExternalTenantStep {
    resource: ArmStep<CiamDirectory>,
    clients: Clients,
    payer: TenantRef,
    subscription: Output<String>,
    name: String,
    country: String,
}

/// What the tenant is made in and from.
#[derive(Debug)]
pub struct Place<'a> {
    /// The tenant of the subscription that pays.
    pub payer: TenantRef,
    /// The subscription's id, a GUID.
    pub subscription: Output<String>,
    /// The resource group's ARM id.
    pub group: Output<String>,
    /// The environment's name.
    pub environment: &'a str,
    /// The tags.
    pub tags: std::collections::BTreeMap<String, String>,
}

impl ExternalTenantStep {
    /// The tenant that the file describes.
    pub fn new(
        meta: Meta,
        clients: Clients,
        place: Place<'_>,
        tenant: &Tenant,
        directory: &Directory,
    ) -> Self {
        let wanted = Resource::<CiamDirectory> {
            location: Some(directory.data_location.clone()),
            tags: place.tags,
            sku: Some(Sku {
                name: Some(directory.sku.clone()),
                tier: Some("A0".to_owned()),
                ..Sku::default()
            }),
            ..Resource::new(CiamDirectoryProperties {
                create_tenant_properties: Some(CreateTenantProperties {
                    display_name: Some(tenant.display_name.clone()),
                    country_code: Some(directory.country.clone()),
                    ..CreateTenantProperties::default()
                }),
                ..CiamDirectoryProperties::default()
            })
        };
        let meta = meta.needs_output(&place.subscription);
        let resource = ArmStep::new(
            meta,
            clients.clone(),
            place.payer.clone(),
            place.group,
            place.environment,
            move |_| Ok(wanted.clone()),
        )
        .also_named(&tenant.domain)
        .outputs(|made: &Resource<CiamDirectory>| {
            // Zeros while it is being made: an id that is not one yet is no output.
            Outputs::new().with(
                "tenantId",
                made.properties.made_tenant_id().map(|id| id.to_string()),
            )
        })
        // What a tenant was made with cannot be changed, and the service may leave it out of its answers.
        .rules(|rules| rules.not_owned("properties.createTenantProperties"));
        Self {
            resource,
            clients,
            payer: place.payer,
            subscription: place.subscription,
            name: directory.name.clone(),
            country: directory.country.clone(),
        }
    }

    async fn check_name(&self, inputs: &Inputs<'_>) -> Result<(), StepError> {
        let subscription: SubscriptionId = inputs
            .require(&self.subscription)?
            .parse()
            .map_err(|error| StepError::new(format!("the subscription's id is none: {error}")))?;
        let directories = CiamDirectories::new(self.clients.arm(&self.payer, inputs)?);
        let answer = directories
            .check_name(&subscription, &self.name, &self.country)
            .await?;
        if answer.name_available == Some(true) {
            return Ok(());
        }
        let why = answer
            .message
            .or(answer.reason)
            .unwrap_or_else(|| "Microsoft gives no reason".to_owned());
        Err(StepError::new(format!("the domain {}.onmicrosoft.com cannot be had: {why}", self.name)).remedy(
            "if it is yours, give the tenant's id in the environment file (made_by = \"exists\"); if not, choose another domain there",
        )
        // The tenant that has it may be the one that was just asked for and is not shown yet.
        .briefly())
    }
}

#[async_trait]
impl Step for ExternalTenantStep {
    fn meta(&self) -> &Meta {
        self.resource.meta()
    }

    fn desired(&self, inputs: &Inputs<'_>) -> Result<Value, StepError> {
        self.resource.desired(inputs)
    }

    fn rules(&self) -> DiffRules {
        Step::rules(&self.resource)
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        self.resource.observe(cx).await
    }

    async fn find(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        self.resource.find(cx).await
    }

    async fn apply(&self, cx: &Apply<'_>, change: &Change<'_>) -> Result<Outputs, StepError> {
        if change.kind == ChangeKind::Create {
            self.check_name(cx.inputs()).await?;
            cx.note("Microsoft takes up to 30 minutes to make a tenant");
        }
        self.resource.apply(cx, change).await
    }

    async fn resume(&self, cx: &Apply<'_>, operation: &str) -> Result<Option<Outputs>, StepError> {
        self.resource.resume(cx, operation).await
    }

    fn marking(&self, document: &Value, outputs: &Outputs) -> Marking {
        self.resource.marking(document, outputs)
    }

    async fn put_mark(&self, cx: &Apply<'_>, mark: &MarkWrite) -> Result<(), StepError> {
        self.resource.put_mark(cx, mark).await
    }
}
