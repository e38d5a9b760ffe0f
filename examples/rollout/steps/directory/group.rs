//! A security group, found and made by its unique name.

use async_trait::async_trait;
use rhc_graph::{Group, GroupKey, ListQuery, Settling};
use serde_json::Value;

use super::{
    gone, id_in, listed_or_read, object_alone, parse_object_id, put_name, so_called, to_value,
    written,
};
use crate::engine::{
    Address, Apply, Change, DiffRules, Inputs, MarkWrite, Marking, Meta, Observe, Observed,
    Outputs, Removal, Step, StepError,
};
use crate::steps::clients::{Clients, TenantRef};

/// A security group. Its unique name is its natural key and its mark.
#[derive(Debug)]
pub struct GroupStep {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    wanted: Group,
}

impl GroupStep {
    /// The group that `wanted` describes; its name in `meta` is its unique name.
    pub fn new(meta: Meta, clients: Clients, tenant: TenantRef, wanted: Group) -> Self {
        Self {
            meta: tenant.needed_by(meta),
            clients,
            tenant,
            wanted,
        }
    }
}

#[async_trait]
impl Step for GroupStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, _inputs: &Inputs<'_>) -> Result<Value, StepError> {
        to_value(&self.wanted)
    }

    fn rules(&self) -> DiffRules {
        DiffRules::new().immutable("mailNickname")
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let query = ListQuery::default().select([
            "id",
            "displayName",
            "uniqueName",
            "description",
            "mailEnabled",
            "mailNickname",
            "securityEnabled",
        ]);
        let name = |group: &Group| group.unique_name.clone();
        let all = cx
            .listing("", "groups", name, || async move {
                Ok(graph.groups().list(query).collect_all().await?)
            })
            .await?;
        let listed = all
            .get(&self.meta.name)
            .map_or(Ok(Observed::Absent), present)?;
        match listed_or_read(self, cx, listed).await? {
            Observed::Absent => self.unnamed(all.iter()),
            seen => Ok(seen),
        }
    }

    async fn find(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let found = cx
            .read(
                graph
                    .groups()
                    .get_opt(GroupKey::UniqueName(self.meta.name.clone())),
            )
            .await?;
        let found = match (found, cx.made()) {
            (None, Some(id)) => {
                let id = parse_object_id(id)?;
                let found = cx.read(graph.groups().get_opt(id)).await?;
                found.filter(|group| group.unique_name.as_ref() == Some(&self.meta.name))
            }
            (found, _) => found,
        };
        found.as_ref().map_or(Ok(Observed::Absent), present)
    }

    async fn apply(&self, cx: &Apply<'_>, change: &Change<'_>) -> Result<Outputs, StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let wanted: Group = serde_json::from_value(change.desired.clone()).map_err(|error| {
            StepError::bug(format!("the desired document is no group: {error}"))
        })?;
        let made = graph.groups().upsert(&self.meta.name, &wanted).await?;
        if let Some(group) = made.created() {
            cx.made(&group.object_id()?.to_string()).await?;
        }
        let (groups, key) = (graph.groups(), GroupKey::UniqueName(self.meta.name.clone()));
        let settled = graph
            .settled(&Settling::default(), || {
                let (groups, key) = (groups.clone(), key.clone());
                async move {
                    let found = groups.get_opt(key).await?;
                    Ok(written(found, change.desired, &self.rules()))
                }
            })
            .await?;
        outputs(&settled)
    }

    fn removal(&self, _: &Value, outputs: &Outputs) -> Removal {
        object_alone(&self.meta, "groups", outputs, "objectId")
    }

    async fn remove(&self, cx: &Apply<'_>, address: &Address) -> Result<(), StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let key = GroupKey::Id(parse_object_id(id_in(address))?);
        gone(graph.groups().delete(key).await)
    }

    fn marking(&self, document: &Value, outputs: &Outputs) -> Marking {
        put_name(&self.meta, "groups", document, outputs)
    }

    async fn put_mark(&self, cx: &Apply<'_>, mark: &MarkWrite) -> Result<(), StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let key = GroupKey::Id(parse_object_id(id_in(&mark.to))?);
        let named: Group = serde_json::from_value(mark.body.clone())
            .map_err(|error| StepError::bug(format!("the mark is no group: {error}")))?;
        Ok(graph.groups().update(key, &named).await?)
    }
}

impl GroupStep {
    fn called(&self) -> &str {
        self.wanted
            .display_name
            .as_deref()
            .unwrap_or(&self.meta.name)
    }

    /// The one that is called so and has no unique name: whoever made it made it without the rollout.
    fn unnamed<'g>(&self, all: impl Iterator<Item = &'g Group>) -> Result<Observed, StepError> {
        let groups = all.filter(|group| {
            group.unique_name.is_none() && group.display_name.as_deref() == Some(self.called())
        });
        so_called(&self.meta, groups, |group| {
            Ok(Observed::foreign(to_value(group)?, outputs(group)?))
        })
    }
}

fn present(group: &Group) -> Result<Observed, StepError> {
    Ok(Observed::ours(to_value(group)?, outputs(group)?))
}

fn outputs(group: &Group) -> Result<Outputs, StepError> {
    Ok(Outputs::new().with("objectId", group.object_id()?.to_string()))
}
