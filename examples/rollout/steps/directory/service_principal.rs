//! An application inside a tenant.

use std::sync::Arc;

use async_trait::async_trait;
use rhc_core::AppId;
use rhc_graph::{GraphClient, ListQuery, ServicePrincipal, ServicePrincipalKey, Settling};
use serde_json::Value;

use super::{
    gone, id_in, listed_or_read, object_alone, parse_object_id, recoverable, to_value, written,
};
use crate::engine::{
    Address, Apply, Change, DiffRules, Inputs, Listed, Meta, Observe, Observed, Output, Outputs,
    Remains, Removal, Step, StepError,
};
use crate::steps::clients::{Clients, TenantRef};

/// The service principal of one of our applications. There is one per application and tenant, so it is ours as the application is.
#[derive(Debug)]
pub struct ServicePrincipalStep {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    application: Output<String>,
    wanted: ServicePrincipal,
}

impl ServicePrincipalStep {
    /// The service principal of `application` (its client id) in `tenant`.
    pub fn new(
        meta: Meta,
        clients: Clients,
        tenant: TenantRef,
        application: Output<String>,
        wanted: ServicePrincipal,
    ) -> Self {
        Self {
            meta: tenant.needed_by(meta).needs_output(&application),
            clients,
            tenant,
            application,
            wanted,
        }
    }

    fn app_id(&self, inputs: &Inputs<'_>) -> Result<AppId, StepError> {
        let text = inputs.require(&self.application)?;
        text.parse().map_err(|error| {
            StepError::new(format!(
                "the directory gave a client id that is none: {error}"
            ))
        })
    }
}

#[async_trait]
impl Step for ServicePrincipalStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, inputs: &Inputs<'_>) -> Result<Value, StepError> {
        let mut document = to_value(&self.wanted)?;
        document["appId"] = inputs.text(&self.application)?.into();
        Ok(document)
    }

    fn rules(&self) -> DiffRules {
        DiffRules::new().open("tags").unordered("tags")
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let wanted = self.app_id(cx.inputs())?;
        let all = every(cx, graph).await?;
        let listed = all
            .get(&wanted.to_string())
            .map_or(Ok(Observed::Absent), present)?;
        listed_or_read(self, cx, listed).await
    }

    async fn find(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let app_id = self.app_id(cx.inputs())?;
        let key = ServicePrincipalKey::AppId(app_id);
        let found = cx.read(graph.service_principals().get_opt(key)).await?;
        let found = match (found, cx.made()) {
            (None, Some(id)) => {
                let id = parse_object_id(id)?;
                let found = cx.read(graph.service_principals().get_opt(id)).await?;
                found.filter(|principal| principal.app_id == Some(app_id))
            }
            (found, _) => found,
        };
        found.as_ref().map_or(Ok(Observed::Absent), present)
    }

    async fn apply(&self, cx: &Apply<'_>, change: &Change<'_>) -> Result<Outputs, StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let app_id = self.app_id(cx.inputs())?;
        let mut wanted: ServicePrincipal =
            serde_json::from_value(change.desired.clone()).map_err(|error| {
                StepError::bug(format!(
                    "the desired document is no service principal: {error}"
                ))
            })?;
        // It is the key, in the path, and read only in the body.
        wanted.app_id = None;
        let principals = graph.service_principals();
        let made = principals.upsert(app_id, &wanted).await;
        if let Some(principal) = made.map_err(not_replicated)?.created() {
            cx.made(&principal.object_id()?.to_string()).await?;
        }
        let settled = graph
            .settled(&Settling::default(), || {
                let principals = principals.clone();
                async move {
                    let key = ServicePrincipalKey::AppId(app_id);
                    let found = principals.get_opt(key).await?;
                    Ok(written(found, change.desired, &self.rules()))
                }
            })
            .await?;
        outputs(&settled)
    }

    /// By itself also where its application goes: in other tenants it would outlive that.
    fn removal(&self, _: &Value, outputs: &Outputs) -> Removal {
        object_alone(&self.meta, "servicePrincipals", outputs, "objectId")
    }

    fn remains(&self, _: &Value) -> Option<Remains> {
        recoverable()
    }

    async fn remove(&self, cx: &Apply<'_>, address: &Address) -> Result<(), StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let key = ServicePrincipalKey::Id(parse_object_id(id_in(address))?);
        gone(graph.service_principals().delete(key).await)
    }
}

/// The service principals of the tenant by their application: one list, whoever asks.
pub(super) async fn every(
    cx: &Observe<'_>,
    graph: GraphClient,
) -> Result<Arc<Listed<ServicePrincipal>>, StepError> {
    let name = |principal: &ServicePrincipal| principal.app_id.map(|id| id.to_string());
    let fetch = || async move {
        let principals = graph.service_principals().list(ListQuery::default());
        Ok(principals.collect_all().await?)
    };
    cx.listing("", "servicePrincipals", name, fetch).await
}

/// Just after its application was made, the directory may not know of it yet, and says so in two ways, of which one misleads.
fn not_replicated(error: rhc_core::Error) -> StepError {
    let lags = error.has_code("NoBackingApplicationObject")
        || (error.is_forbidden() && error.message().contains("backing application"))
        || (error.status() == Some(400)
            && error
                .message()
                .contains("does not reference a valid application object"));
    let error = StepError::from(error);
    if lags { error.retry_after(None) } else { error }
}

fn present(principal: &ServicePrincipal) -> Result<Observed, StepError> {
    Ok(Observed::unmarkable(
        to_value(principal)?,
        outputs(principal)?,
    ))
}

fn outputs(principal: &ServicePrincipal) -> Result<Outputs, StepError> {
    Ok(Outputs::new()
        .with("appId", principal.client_id()?.to_string())
        .with("objectId", principal.object_id()?.to_string()))
}
