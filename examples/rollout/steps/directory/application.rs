//! An application registration, found and made by its unique name.

use std::sync::Arc;

use async_trait::async_trait;
use rhc_graph::{Application, ApplicationKey, GraphClient, ListQuery, Settling};
use serde_json::Value;

use super::{listed_or_read, patch, to_value, written};
use crate::engine::{
    Apply, Change, DiffRules, Inputs, Listed, Meta, Observe, Observed, Outputs, Step, StepError,
};
use crate::steps::clients::{Clients, TenantRef};

/// An application registration. Its unique name is its natural key and its mark: nobody else can have it.
#[derive(Debug)]
pub struct ApplicationStep {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    wanted: Application,
}

impl ApplicationStep {
    /// The application that `wanted` describes; its name in `meta` is its unique name.
    pub fn new(meta: Meta, clients: Clients, tenant: TenantRef, wanted: Application) -> Self {
        Self {
            meta: tenant.needed_by(meta),
            clients,
            tenant,
            wanted,
        }
    }
}

#[async_trait]
impl Step for ApplicationStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, _inputs: &Inputs<'_>) -> Result<Value, StepError> {
        to_value(&self.wanted)
    }

    fn rules(&self) -> DiffRules {
        DiffRules::new().open("tags").unordered("tags")
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let all = every(cx, graph).await?;
        let listed = all
            .get(&self.meta.name)
            .map_or(Ok(Observed::Absent), present)?;
        listed_or_read(self, cx, listed).await
    }

    async fn find(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let key = ApplicationKey::UniqueName(self.meta.name.clone());
        let found = cx.read(graph.applications().get_opt(key)).await?;
        found.as_ref().map_or(Ok(Observed::Absent), present)
    }

    async fn apply(&self, cx: &Apply<'_>, change: &Change<'_>) -> Result<Outputs, StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let wanted: Application =
            serde_json::from_value(patch(change, &self.rules())).map_err(|error| {
                StepError::bug(format!("the desired document is no application: {error}"))
            })?;
        graph
            .applications()
            .upsert(&self.meta.name, &wanted)
            .await?;
        let applications = graph.applications();
        let key = ApplicationKey::UniqueName(self.meta.name.clone());
        let settled = graph
            .settled(&Settling::default(), || {
                let (applications, key) = (applications.clone(), key.clone());
                async move {
                    let found = applications.get_opt(key).await?;
                    Ok(written(found, change.desired, &self.rules()))
                }
            })
            .await?;
        outputs(&settled)
    }
}

/// The applications of the tenant by unique name: one list, whoever asks.
pub(in crate::steps) async fn every(
    cx: &Observe<'_>,
    graph: GraphClient,
) -> Result<Arc<Listed<Application>>, StepError> {
    let name = |application: &Application| application.unique_name.clone();
    let fetch = || async move {
        let applications = graph.applications().list(ListQuery::default());
        Ok(applications.collect_all().await?)
    };
    cx.listing("", "applications", name, fetch).await
}

fn present(application: &Application) -> Result<Observed, StepError> {
    Ok(Observed::ours(
        to_value(application)?,
        outputs(application)?,
    ))
}

fn outputs(application: &Application) -> Result<Outputs, StepError> {
    Ok(Outputs::new()
        .with("appId", application.client_id()?.to_string())
        .with("objectId", application.object_id()?.to_string()))
}
