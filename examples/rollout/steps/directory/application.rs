//! An application registration, found and made by its unique name.

use std::sync::Arc;

use async_trait::async_trait;
use rhc_graph::{Application, ApplicationKey, Applications, GraphClient, ListQuery, Settling};
use serde_json::Value;

use super::{listed_or_read, parse_object_id, patch, to_value, written};
use crate::engine::{
    Apply, Change, ChangeKind, DiffRules, FieldChange, Inputs, Listed, Meta, Observe, Observed,
    Outputs, Step, StepError,
};
use crate::steps::clients::{Clients, TenantRef};

/// Where the directory keeps passwords. They are seen and removed where none is wanted, and never made.
const PASSWORDS: &str = "passwordCredentials";

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
        let rules = DiffRules::new()
            .open("tags")
            .unordered("tags")
            .keyed_by("appRoles", "id")
            .keyed_by("requiredResourceAccess", "resourceAppId")
            .keyed_by("requiredResourceAccess.*.resourceAccess", "id")
            .keyed_by(PASSWORDS, "keyId");
        ["spa", "web", "publicClient"]
            .iter()
            .map(|platform| format!("{platform}.redirectUris"))
            .fold(rules, |rules, uris| {
                rules.unordered(&uris).empty_is_absent(&uris)
            })
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
        let found = match (found, cx.made()) {
            (None, Some(id)) => {
                let id = parse_object_id(id)?;
                let found = cx.read(graph.applications().get_opt(id)).await?;
                found.filter(|found| found.unique_name.as_ref() == Some(&self.meta.name))
            }
            (found, _) => found,
        };
        found.as_ref().map_or(Ok(Observed::Absent), present)
    }

    async fn apply(&self, cx: &Apply<'_>, change: &Change<'_>) -> Result<Outputs, StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let mut wanted: Application = serde_json::from_value(patch(change, &self.rules()))
            .map_err(|error| {
                StepError::bug(format!("the desired document is no application: {error}"))
            })?;
        for role in wanted.app_roles.iter_mut().flatten() {
            role.rest.remove("origin");
        }
        let applications = graph.applications();
        let key = ApplicationKey::UniqueName(self.meta.name.clone());
        let is_password = |field: &FieldChange| field.path.starts_with(PASSWORDS);
        if wanted.password_credentials.take().is_some() && change.fields.iter().any(is_password) {
            remove_passwords(&applications, &key).await?;
        }
        if change.kind != ChangeKind::Update || !change.fields.iter().all(is_password) {
            if let Some(retiring) = retiring(change)? {
                applications.update(key.clone(), &retiring).await?;
            }
            let made = applications.upsert(&self.meta.name, &wanted).await?;
            if let Some(application) = made.created() {
                cx.made(&application.object_id()?.to_string()).await?;
            }
        }
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

/// None of them is wanted. They are removed one by one, whatever was there when the plan was made.
async fn remove_passwords(
    applications: &Applications,
    key: &ApplicationKey,
) -> Result<(), StepError> {
    let found = applications.get_opt(key.clone()).await?;
    let held = found.and_then(|application| application.password_credentials);
    for password in held.iter().flatten().filter_map(|held| held.key_id) {
        applications.remove_password(key.clone(), password).await?;
    }
    Ok(())
}

/// A role is switched off before it is taken away: the directory refuses to remove one that can be given.
fn retiring(change: &Change<'_>) -> Result<Option<Application>, StepError> {
    let Some(observed) = change.observed else {
        return Ok(None);
    };
    let read = |document: &Value| {
        serde_json::from_value::<Application>(document.clone())
            .map_err(|error| StepError::bug(format!("the document is no application: {error}")))
    };
    let (mut there, wanted) = (read(observed)?.app_roles, read(change.desired)?.app_roles);
    let (Some(roles), Some(wanted)) = (&mut there, wanted) else {
        return Ok(None);
    };
    let mut any = false;
    for role in roles.iter_mut() {
        let stays = wanted.iter().any(|own| own.id == role.id);
        if !stays && role.is_enabled == Some(true) {
            role.is_enabled = Some(false);
            any = true;
        }
        // Where a role comes from is the service's to say.
        role.rest.remove("origin");
    }
    Ok(any.then(|| Application {
        app_roles: there,
        ..Application::default()
    }))
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
