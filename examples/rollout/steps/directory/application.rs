//! An application registration, found and made by its unique name.

use std::sync::Arc;

use async_trait::async_trait;
use rhc_graph::{Application, ApplicationKey, Applications, GraphClient, ListQuery, Settling};
use serde_json::Value;

use super::{
    gone, id_in, listed_or_read, object_alone, parse_object_id, patch, put_name, recoverable,
    so_called, to_value, written,
};
use crate::engine::{
    Address, Apply, Change, ChangeKind, DiffRules, FieldChange, Inputs, Listed, MarkWrite, Marking,
    Meta, Observe, Observed, Outputs, Remains, Removal, Step, StepError,
};
use crate::steps::clients::{Clients, TenantRef};

/// The mark of an environment on an application, before its name.
const MARK: &str = "rhc-environment:";

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
        match listed_or_read(self, cx, listed).await? {
            Observed::Absent => self.unnamed(all.iter()),
            seen => Ok(seen),
        }
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
            let made = match applications.upsert(&self.meta.name, &wanted).await {
                Err(error) if error.is_conflict() && self.restore(cx, &graph).await? => {
                    applications.upsert(&self.meta.name, &wanted).await?
                }
                made => made?,
            };
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

    fn removal(&self, document: &Value, outputs: &Outputs) -> Removal {
        let tags = document["tags"].as_array().into_iter().flatten();
        let marks = tags
            .filter_map(|tag| tag.as_str()?.strip_prefix(MARK))
            .collect::<Vec<_>>();
        let own = self.wanted.tags.iter().flatten();
        let own: Vec<_> = own.filter_map(|tag| tag.strip_prefix(MARK)).collect();
        match marks.iter().find(|mark| !own.contains(mark)) {
            Some(other) => Removal::Stays(format!("the environment '{other}' has it, too")),
            None => object_alone(&self.meta, "applications", outputs, "objectId"),
        }
    }

    fn remains(&self, _: &Value) -> Option<Remains> {
        recoverable()
    }

    async fn remove(&self, cx: &Apply<'_>, address: &Address) -> Result<(), StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let key = ApplicationKey::Id(parse_object_id(id_in(address))?);
        gone(graph.applications().delete(key).await)
    }

    fn marking(&self, document: &Value, outputs: &Outputs) -> Marking {
        let own: Vec<_> = self.wanted.tags.iter().flatten().collect();
        let tags = document["tags"].as_array().into_iter().flatten();
        let mut others = tags
            .filter_map(Value::as_str)
            .filter(|tag| !own.iter().any(|own| own == tag))
            .filter_map(|tag| tag.strip_prefix(MARK));
        match others.next() {
            Some(other) => Marking::Anothers(other.to_owned()),
            None => put_name(&self.meta, "applications", document, outputs),
        }
    }

    async fn put_mark(&self, cx: &Apply<'_>, mark: &MarkWrite) -> Result<(), StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let key = ApplicationKey::Id(parse_object_id(id_in(&mark.to))?);
        let named: Application = serde_json::from_value(mark.body.clone())
            .map_err(|error| StepError::bug(format!("the mark is no application: {error}")))?;
        Ok(graph.applications().update(key, &named).await?)
    }
}

impl ApplicationStep {
    fn called(&self) -> &str {
        self.wanted
            .display_name
            .as_deref()
            .unwrap_or(&self.meta.name)
    }

    /// The one that is called so and has no unique name: whoever made it made it without the rollout.
    fn unnamed<'a>(
        &self,
        all: impl Iterator<Item = &'a Application>,
    ) -> Result<Observed, StepError> {
        let applications = all.filter(|one| {
            one.unique_name.is_none() && one.display_name.as_deref() == Some(self.called())
        });
        so_called(&self.meta, applications, |one| {
            Ok(Observed::foreign(to_value(one)?, outputs(one)?))
        })
    }

    /// Brings back the application that was deleted and keeps the unique name, if it bears this environment's mark. Its service
    /// principals do not come back with it, and are made anew.
    async fn restore(&self, cx: &Apply<'_>, graph: &GraphClient) -> Result<bool, StepError> {
        let deleted = graph.deleted_items();
        let all = deleted
            .applications(ListQuery::default())
            .collect_all()
            .await?;
        let own: Vec<_> = self
            .wanted
            .tags
            .iter()
            .flatten()
            .filter(|tag| tag.starts_with(MARK))
            .collect();
        let found = all.iter().find(|one| {
            one.unique_name.as_deref() == Some(self.meta.name.as_str())
                && own
                    .iter()
                    .all(|mark| one.tags.iter().flatten().any(|tag| tag == *mark))
        });
        let Some(found) = found else {
            return Ok(false);
        };
        let id = found.object_id()?;
        cx.recognise(&id.to_string());
        cx.note("it was deleted and keeps its unique name: it is restored");
        deleted.restore(id).await?;
        Ok(true)
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
