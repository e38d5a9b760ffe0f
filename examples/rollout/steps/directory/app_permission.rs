//! What an application may do by itself, in no user's name: a role of Microsoft Graph, given by an administrator.

use async_trait::async_trait;
use rhc_graph::{
    AppRoleAssignment, HeldAppRoles, ListQuery, MICROSOFT_GRAPH, ObjectId, ServicePrincipal,
    Settling,
};
use serde_json::{Value, json};

use super::parse_object_id;
use super::service_principal::every as every_principal;
use crate::engine::{
    Apply, Change, Inputs, Meta, Observe, Observed, Output, Outputs, Step, StepError,
};
use crate::steps::clients::{Clients, TenantRef};

/// One application permission of Microsoft Graph, and no other beside it.
#[derive(Debug)]
pub struct AppPermissionStep {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    holder: Output<String>,
    permission: &'static str,
}

impl AppPermissionStep {
    /// Gives `permission` to the application whose service principal this is (its object id).
    pub fn new(
        meta: Meta,
        clients: Clients,
        tenant: TenantRef,
        holder: Output<String>,
        permission: &'static str,
    ) -> Self {
        Self {
            meta: tenant.needed_by(meta).needs_output(&holder),
            clients,
            tenant,
            holder,
            permission,
        }
    }

    fn holder(&self, inputs: &Inputs<'_>) -> Result<(HeldAppRoles, ObjectId), StepError> {
        let holder = parse_object_id(&inputs.require(&self.holder)?)?;
        let graph = self.clients.graph(&self.tenant, inputs)?;
        Ok((graph.service_principals().app_roles_held(holder), holder))
    }

    /// The names of the roles, those of other services by their ids.
    fn document(&self, graph: &ServicePrincipal, held: &[AppRoleAssignment]) -> Value {
        let mut names: Vec<String> = held.iter().map(|one| name(graph, one)).collect();
        names.sort();
        let own = names.iter().any(|name| name == self.permission);
        names.retain(|name| name != self.permission);
        json!({
            "permission": own.then_some(self.permission),
            "beside": names,
        })
    }
}

fn name(graph: &ServicePrincipal, one: &AppRoleAssignment) -> String {
    let of_graph = one.resource_id.is_some() && one.resource_id == graph.id;
    let mut roles = graph.app_roles.iter().flatten().filter(|_| of_graph);
    let known = roles.find(|role| role.id.is_some() && role.id == one.app_role_id);
    known
        .and_then(|role| role.value.clone())
        .unwrap_or_else(|| {
            let resource = one.resource_display_name.as_deref().unwrap_or("a service");
            format!("{} of {resource}", one.app_role_id.unwrap_or_default())
        })
}

fn no_graph() -> StepError {
    StepError::new("the tenant does not know Microsoft Graph").retry_after(None)
}

#[async_trait]
impl Step for AppPermissionStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, _: &Inputs<'_>) -> Result<Value, StepError> {
        Ok(json!({"permission": self.permission, "beside": []}))
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let (held, _) = self.holder(cx.inputs())?;
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let principals = every_principal(cx, graph).await?;
        let graph = principals
            .get(&MICROSOFT_GRAPH.to_string())
            .ok_or_else(no_graph)?;
        let held = cx
            .read(held.list(ListQuery::default()).collect_all())
            .await?;
        if held.is_empty() {
            return Ok(Observed::Absent);
        }
        Ok(Observed::unmarkable(
            self.document(graph, &held),
            Outputs::new(),
        ))
    }

    async fn apply(&self, cx: &Apply<'_>, _: &Change<'_>) -> Result<Outputs, StepError> {
        let (held, _) = self.holder(cx.inputs())?;
        let client = self.clients.graph(&self.tenant, cx.inputs())?;
        let graph = client.service_principals().get_opt(MICROSOFT_GRAPH).await?;
        let graph = graph.ok_or_else(no_graph)?;
        let mut roles = graph.app_roles.iter().flatten();
        let role = roles
            .find(|role| role.value.as_deref() == Some(self.permission))
            .and_then(|role| role.id)
            .ok_or_else(|| {
                StepError::new(format!(
                    "Microsoft Graph has no application permission {} in this tenant",
                    self.permission
                ))
            })?;
        let all = held.list(ListQuery::default()).collect_all().await?;
        for other in all
            .iter()
            .filter(|one| name(&graph, one) != self.permission)
        {
            if let Some(id) = &other.id {
                held.delete(id).await?;
            }
        }
        if !all.iter().any(|one| name(&graph, one) == self.permission) {
            match held.create(graph.object_id()?, role).await {
                Ok(made) => {
                    if let Some(id) = &made.id {
                        cx.made(id).await?;
                    }
                }
                // The application's principal was made a moment ago and is not known everywhere.
                Err(error) if error.is_not_found() => {
                    return Err(StepError::from(error).retry_after(None));
                }
                Err(error) => return Err(error.into()),
            }
        }
        let wanted = self.desired(cx.inputs())?;
        client
            .settled(&Settling::default(), || {
                let (held, wanted, graph) = (held.clone(), wanted.clone(), graph.clone());
                async move {
                    let seen = held.list(ListQuery::default()).collect_all().await?;
                    Ok((self.document(&graph, &seen) == wanted).then_some(()))
                }
            })
            .await?;
        Ok(Outputs::new())
    }
}
