//! An administrator's consent: what an application may do on behalf of all users.

use async_trait::async_trait;
use rhc_graph::{
    DelegatedPermission, Filter, ListQuery, MICROSOFT_GRAPH, ObjectId, PermissionGrant,
    PermissionGrants, ServicePrincipalKey, Settling,
};
use serde_json::{Value, json};

use super::service_principal::every as every_principal;
use super::{parse_object_id, to_value, written};
use crate::engine::{
    Apply, Change, ChangeKind, DiffRules, Inputs, Meta, Observe, Observed, Output, Outputs, Repeat,
    Step, StepError,
};
use crate::steps::clients::{Clients, TenantRef};

/// Permissions of Microsoft Graph, consented to for all users. There is one such consent per application, so it is ours as
/// the application is. More than the wanted permissions are taken back.
#[derive(Debug)]
pub struct ConsentStep {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    client: Output<String>,
    permissions: &'static [DelegatedPermission],
}

impl ConsentStep {
    /// Consents to `permissions` of the application whose service principal this is (its object id).
    pub fn new(
        meta: Meta,
        clients: Clients,
        tenant: TenantRef,
        client: Output<String>,
        permissions: &'static [DelegatedPermission],
    ) -> Self {
        Self {
            meta: tenant.needed_by(meta).needs_output(&client),
            clients,
            tenant,
            client,
            permissions,
        }
    }

    fn scope(&self) -> String {
        let values = self.permissions.iter().map(|permission| permission.value);
        values.collect::<Vec<_>>().join(" ")
    }
}

#[async_trait]
impl Step for ConsentStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, inputs: &Inputs<'_>) -> Result<Value, StepError> {
        Ok(json!({
            "clientId": inputs.text(&self.client)?,
            "consentType": "AllPrincipals",
            "scope": self.scope(),
        }))
    }

    fn rules(&self) -> DiffRules {
        DiffRules::new()
            .immutable("clientId")
            .immutable("consentType")
            .equal_by("scope", same_words)
    }

    fn repeat(&self) -> Repeat {
        Repeat::LookFirst
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let client = parse_object_id(&cx.inputs().require(&self.client)?)?;
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let principals = every_principal(cx, graph.clone()).await?;
        let resource = principals
            .get(&MICROSOFT_GRAPH.to_string())
            .ok_or_else(no_graph)?
            .object_id()?;
        let name = |grant: &PermissionGrant| grant.client_id.map(|id| id.to_string());
        let grants = graph.permission_grants();
        let all = cx
            .listing("", "oauth2PermissionGrants", name, || async move {
                Ok(grants.list(ListQuery::default()).collect_all().await?)
            })
            .await?;
        // A user may have consented for himself beside it.
        all.iter()
            .find(|grant| is_for_all(grant, client, resource))
            .map_or(Ok(Observed::Absent), present)
    }

    async fn apply(&self, cx: &Apply<'_>, change: &Change<'_>) -> Result<Outputs, StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let client = parse_object_id(&cx.inputs().require(&self.client)?)?;
        let microsoft = ServicePrincipalKey::AppId(MICROSOFT_GRAPH);
        let resource = graph.service_principals().get_opt(microsoft).await?;
        let resource = resource.ok_or_else(no_graph)?.object_id()?;
        let grants = graph.permission_grants();
        let there = change
            .observed
            .and_then(|observed| observed["id"].as_str())
            .filter(|_| change.kind == ChangeKind::Update);
        match there {
            Some(id) => grants.update(id, &self.scope()).await?,
            None => {
                let wanted = PermissionGrant::for_all(client, resource, self.scope());
                let made = grants.create(&wanted).await.map_err(may_lag)?;
                if let Some(id) = &made.id {
                    cx.made(id).await?;
                }
            }
        }
        graph
            .settled(&Settling::default(), || {
                let grants = grants.clone();
                async move {
                    let found = find(&grants, client, resource).await?;
                    Ok(written(found, change.desired, &self.rules()))
                }
            })
            .await?;
        Ok(Outputs::new())
    }
}

async fn find(
    grants: &PermissionGrants,
    client: ObjectId,
    resource: ObjectId,
) -> rhc_graph::Result<Option<PermissionGrant>> {
    let own = ListQuery::filter(Filter::eq("clientId", client.to_string()));
    let all = grants.list(own).collect_all().await?;
    Ok(all
        .into_iter()
        .find(|grant| is_for_all(grant, client, resource)))
}

fn is_for_all(grant: &PermissionGrant, client: ObjectId, resource: ObjectId) -> bool {
    grant.client_id == Some(client)
        && grant.resource_id == Some(resource)
        && grant.consent_type == Some(rhc_graph::ConsentType::AllPrincipals)
}

/// Permissions have no order, and some answers begin them with a space.
fn same_words(wanted: &Value, there: &Value) -> bool {
    let words = |text: &Value| {
        let mut words: Vec<String> = text
            .as_str()
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_ascii_lowercase)
            .collect();
        words.sort();
        words
    };
    words(wanted) == words(there)
}

/// The application was made a moment ago and is not known everywhere, or somebody else has just consented.
fn may_lag(error: rhc_core::Error) -> StepError {
    let again = error.is_not_found() || error.is_conflict();
    let error = StepError::from(error);
    if again {
        error.retry_after(None)
    } else {
        error
    }
}

fn no_graph() -> StepError {
    StepError::new("the tenant does not know Microsoft Graph, which every tenant is born with")
        .remedy("run again in some minutes: a new tenant takes its time")
}

fn present(grant: &PermissionGrant) -> Result<Observed, StepError> {
    Ok(Observed::unmarkable(to_value(grant)?, Outputs::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_have_no_order_and_no_more_than_the_wanted_ones_are_the_same() {
        let wanted = json!("openid offline_access User.Read");
        assert!(same_words(
            &wanted,
            &json!(" User.Read openid  offline_access")
        ));
        assert!(!same_words(&wanted, &json!("openid offline_access")));
        assert!(!same_words(
            &wanted,
            &json!("openid offline_access User.Read Mail.Read")
        ));
        assert!(!same_words(&wanted, &Value::Null));
    }
}
