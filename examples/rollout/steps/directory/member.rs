//! A member of a group.

use async_trait::async_trait;
use rhc_graph::{DirectoryObject, ListQuery, Settling};
use serde_json::{Value, json};

use super::parse_object_id;
use crate::engine::{
    Apply, Change, Inputs, Meta, Observe, Observed, Output, Outputs, Step, StepError,
};
use crate::steps::clients::{Clients, TenantRef};

/// A member of one of our groups.
#[derive(Debug)]
pub struct MemberStep {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    group: Output<String>,
    member: Output<String>,
}

impl MemberStep {
    /// `member` belongs to `group`; both are object ids.
    pub fn new(
        meta: Meta,
        clients: Clients,
        tenant: TenantRef,
        group: Output<String>,
        member: Output<String>,
    ) -> Self {
        let meta = tenant
            .needed_by(meta)
            .needs_output(&group)
            .needs_output(&member);
        Self {
            meta,
            clients,
            tenant,
            group,
            member,
        }
    }
}

#[async_trait]
impl Step for MemberStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, inputs: &Inputs<'_>) -> Result<Value, StepError> {
        Ok(json!({"group": inputs.text(&self.group)?, "member": inputs.text(&self.member)?}))
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let group = cx.inputs().require(&self.group)?;
        let member = cx.inputs().require(&self.member)?;
        let id = parse_object_id(&group)?;
        let name = |object: &DirectoryObject| object.id().map(|id| id.to_string());
        let members = cx
            .listing(&group, "members", name, || async move {
                Ok(graph
                    .groups()
                    .members(id)
                    .list(ListQuery::default())
                    .collect_all()
                    .await?)
            })
            .await?;
        Ok(match members.get(&member) {
            Some(_) => {
                Observed::unmarkable(json!({"group": group, "member": member}), Outputs::new())
            }
            None => Observed::Absent,
        })
    }

    async fn apply(&self, cx: &Apply<'_>, _change: &Change<'_>) -> Result<Outputs, StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let group = parse_object_id(&cx.inputs().require(&self.group)?)?;
        let member = parse_object_id(&cx.inputs().require(&self.member)?)?;
        match graph.groups().members(group).add(member).await {
            Ok(()) => {}
            // Added before, by a try whose answer was lost.
            Err(error)
                if error.status() == Some(400) && error.message().contains("already exist") => {}
            Err(error) if error.is_not_found() => {
                return Err(StepError::from(error).retry_after(None));
            }
            Err(error) => return Err(error.into()),
        }
        let groups = graph.groups();
        graph
            .settled(&Settling::default(), || {
                let members = groups.members(group).list(ListQuery::default());
                async move {
                    Ok(members
                        .collect_all()
                        .await?
                        .into_iter()
                        .find(|object| object.id() == Some(member)))
                }
            })
            .await?;
        Ok(Outputs::new())
    }
}
