//! What carries the environment's mark and is in no step: taken out of the file, reported, never deleted.

use async_trait::async_trait;
use rhc_arm::types::resources::{Listed, ResourceGroup};
use rhc_arm::{Resource, ResourceType};

use super::clients::{Clients, TenantRef};
use super::directory::every_application;
use crate::engine::{Meta, Observe, Orphan, Output, Stage, StepError, Sweep, Wanted};

/// What is left for the administrator to decide.
const LEFT: &str = "it carries this environment's mark and is not in the file: put it back there, or delete it yourself";

/// The marked resources of a subscription.
#[derive(Debug)]
pub struct MarkedResources {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    subscription: Output<String>,
    environment: String,
}

impl MarkedResources {
    /// Those with the tag `rhc-environment` = `environment` in `subscription` (an ARM id).
    pub fn new(
        clients: Clients,
        tenant: TenantRef,
        subscription: Output<String>,
        environment: &str,
    ) -> Self {
        let meta = Meta::new(
            format!("{}/marked-resources", subscription.key()),
            Stage::SUBSCRIPTIONS,
            tenant.key.clone(),
            "Microsoft.Resources/resources",
            "marked resources",
        )
        .needs_output(&subscription);
        Self {
            meta: tenant.needed_by(meta),
            clients,
            tenant,
            subscription,
            environment: environment.to_owned(),
        }
    }
}

#[async_trait]
impl Sweep for MarkedResources {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    async fn orphans(
        &self,
        cx: &Observe<'_>,
        wanted: Wanted<'_>,
    ) -> Result<Vec<Orphan>, StepError> {
        let subscription = cx.inputs().require(&self.subscription)?;
        let mut orphans = self.groups(cx, &subscription, wanted).await?;
        let arm = self.clients.arm(&self.tenant, cx.inputs())?;
        let guid =
            super::site::parse_subscription(subscription.trim_start_matches("/subscriptions/"))?;
        let found = cx
            .listing(
                &subscription,
                "Microsoft.Resources/resources",
                |_: &Listed| None,
                || async move {
                    let marked = arm
                        .subscription(&guid)
                        .tagged("rhc-environment", &self.environment);
                    Ok(marked.collect_all().await?)
                },
            )
            .await?;
        for one in found.iter() {
            let (Some(id), Some(kind)) = (&one.id, &one.resource_type) else {
                continue;
            };
            let listed = one.name.as_deref().unwrap_or_default();
            if wanted.contains_named(kind, id.name()) || wanted.contains_named(kind, listed) {
                continue;
            }
            orphans.push(Orphan {
                tenant: self.tenant.key.clone(),
                kind: kind.clone(),
                name: id.name().to_owned(),
                id: id.to_string(),
                resolve: LEFT.to_owned(),
            });
        }
        Ok(orphans)
    }
}

impl MarkedResources {
    /// Groups are not among a subscription's resources; the steps of the groups list them in any case.
    async fn groups(
        &self,
        cx: &Observe<'_>,
        subscription: &str,
        wanted: Wanted<'_>,
    ) -> Result<Vec<Orphan>, StepError> {
        let arm = self.clients.arm(&self.tenant, cx.inputs())?;
        let groups = arm.resources::<ResourceGroup>(super::arm_resource::parse(subscription)?);
        let name = |group: &Resource<ResourceGroup>| group.name.clone();
        let found = cx
            .listing(subscription, ResourceGroup::TYPE, name, || async move {
                Ok(groups.list().collect_all().await?)
            })
            .await?;
        let marked = found
            .iter()
            .filter(|group| group.has_tag("rhc-environment", &self.environment));
        let mut orphans = Vec::new();
        for group in marked {
            let id = group.require_id()?;
            if !wanted.contains_named(ResourceGroup::TYPE, id.name()) {
                orphans.push(Orphan {
                    tenant: self.tenant.key.clone(),
                    kind: ResourceGroup::TYPE.to_owned(),
                    name: id.name().to_owned(),
                    id: id.to_string(),
                    resolve: LEFT.to_owned(),
                });
            }
        }
        Ok(orphans)
    }
}

/// The marked applications of a tenant.
#[derive(Debug)]
pub struct MarkedApplications {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    environment: String,
}

impl MarkedApplications {
    /// Those with the tag `rhc-environment:<environment>`.
    pub fn new(clients: Clients, tenant: TenantRef, environment: &str) -> Self {
        let meta = Meta::new(
            format!("tenants/{}/marked-applications", tenant.key),
            Stage::TENANTS,
            tenant.key.clone(),
            "applications",
            "marked applications",
        );
        Self {
            meta: tenant.needed_by(meta),
            clients,
            tenant,
            environment: environment.to_owned(),
        }
    }
}

#[async_trait]
impl Sweep for MarkedApplications {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    async fn orphans(
        &self,
        cx: &Observe<'_>,
        wanted: Wanted<'_>,
    ) -> Result<Vec<Orphan>, StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let mark = format!("rhc-environment:{}", self.environment);
        let found = every_application(cx, graph).await?;
        let marked = found
            .iter()
            .filter(|one| one.tags.iter().flatten().any(|tag| *tag == mark));
        let left = marked.filter(|one| {
            !one.unique_name
                .as_deref()
                .is_some_and(|name| wanted.contains_named("applications", name))
        });
        Ok(left
            .map(|one| Orphan {
                tenant: self.tenant.key.clone(),
                kind: "applications".to_owned(),
                name: one.display_name.clone().unwrap_or_default(),
                id: one.id.map(|id| id.to_string()).unwrap_or_default(),
                resolve: LEFT.to_owned(),
            })
            .collect())
    }
}
