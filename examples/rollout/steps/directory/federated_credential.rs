//! A federated identity credential of an application.

use async_trait::async_trait;
use rhc_graph::{ApplicationKey, FederatedCredential, FederatedCredentials, Settling};
use serde_json::Value;

use super::{listed_or_read, parse_object_id, to_value, written};
use crate::engine::{
    Apply, Change, ChangeKind, DiffRules, Inputs, Meta, Observe, Observed, Output, Outputs, Repeat,
    Step, StepError,
};
use crate::steps::clients::{Clients, TenantRef};

type Trust = Box<dyn Fn(&Inputs<'_>) -> Result<FederatedCredential, StepError> + Send + Sync>;

/// A federated identity credential. It belongs to its application; it is the same one if issuer and subject are, whatever its name.
pub struct FederatedCredentialStep {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    application: Output<String>,
    trust: Trust,
}

impl FederatedCredentialStep {
    /// A credential of `application` (its object id); `trust` says whom it trusts, once the inputs are known.
    pub fn new(
        meta: Meta,
        clients: Clients,
        tenant: TenantRef,
        application: Output<String>,
        trust: impl Fn(&Inputs<'_>) -> Result<FederatedCredential, StepError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            meta: tenant.needed_by(meta).needs_output(&application),
            clients,
            tenant,
            application,
            trust: Box::new(trust),
        }
    }

    /// The one that trusts the same subject: a second one would be refused.
    fn same<'c>(
        &self,
        all: impl IntoIterator<Item = &'c FederatedCredential>,
        inputs: &Inputs<'_>,
    ) -> Result<Option<&'c FederatedCredential>, StepError> {
        let wanted = (self.trust)(inputs)?;
        let mut all = all.into_iter();
        Ok(all.find(|other| other.issuer == wanted.issuer && other.subject == wanted.subject))
    }

    fn credentials(
        &self,
        inputs: &Inputs<'_>,
    ) -> Result<(String, FederatedCredentials), StepError> {
        let id = inputs.require(&self.application)?;
        let key = ApplicationKey::Id(parse_object_id(&id)?);
        Ok((
            id,
            self.clients
                .graph(&self.tenant, inputs)?
                .applications()
                .federated_credentials(key),
        ))
    }
}

#[async_trait]
impl Step for FederatedCredentialStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, inputs: &Inputs<'_>) -> Result<Value, StepError> {
        to_value(&(self.trust)(inputs)?)
    }

    fn rules(&self) -> DiffRules {
        // A name cannot be changed, and says nothing.
        DiffRules::new().not_owned("name")
    }

    fn repeat(&self) -> Repeat {
        Repeat::LookFirst
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let (scope, credentials) = self.credentials(cx.inputs())?;
        let name = |credential: &FederatedCredential| credential.name.clone();
        let all = cx
            .listing(
                &scope,
                "federatedIdentityCredentials",
                name,
                || async move { Ok(credentials.list().collect_all().await?) },
            )
            .await?;
        let there = self.same(all.iter(), cx.inputs())?;
        let name = there.and_then(|credential| credential.name.as_deref());
        let listed = there
            .or_else(|| all.get(&self.meta.name))
            .map_or(Ok(Observed::Absent), present)?;
        if name.is_some_and(|name| !name.eq_ignore_ascii_case(&self.meta.name)) {
            return Ok(listed);
        }
        listed_or_read(self, cx, listed).await
    }

    async fn find(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let (_, credentials) = self.credentials(cx.inputs())?;
        if let Some(found) = cx.read(credentials.get_opt(&self.meta.name)).await? {
            return present(&found);
        }
        let all = cx.read(credentials.list().collect_all()).await?;
        self.same(&all, cx.inputs())?
            .map_or(Ok(Observed::Absent), present)
    }

    async fn apply(&self, cx: &Apply<'_>, change: &Change<'_>) -> Result<Outputs, StepError> {
        let (_, credentials) = self.credentials(cx.inputs())?;
        let mut wanted: FederatedCredential = serde_json::from_value(change.desired.clone())
            .map_err(|error| {
                StepError::bug(format!(
                    "the desired document is no federated credential: {error}"
                ))
            })?;
        let mut name = self.meta.name.clone();
        match change.kind {
            // A deletion is no change: it has a way of its own.
            ChangeKind::Create | ChangeKind::Reconcile | ChangeKind::Delete | ChangeKind::Adopt => {
                let made = credentials.create(&wanted).await?;
                if let Some(id) = &made.id {
                    cx.made(id).await?;
                }
            }
            ChangeKind::Update => {
                if let Some(there) = change
                    .observed
                    .and_then(|observed| observed["name"].as_str())
                {
                    name = there.to_owned();
                }
                wanted.name = None;
                credentials.update(&name, &wanted).await?;
            }
        }
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        graph
            .settled(&Settling::default(), || {
                let (credentials, name) = (credentials.clone(), name.clone());
                async move {
                    let found = credentials.get_opt(&name).await?;
                    Ok(written(found, change.desired, &self.rules()))
                }
            })
            .await?;
        Ok(Outputs::new())
    }
}

impl std::fmt::Debug for FederatedCredentialStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FederatedCredentialStep")
            .field("meta", &self.meta)
            .finish_non_exhaustive()
    }
}

fn present(credential: &FederatedCredential) -> Result<Observed, StepError> {
    Ok(Observed::unmarkable(to_value(credential)?, Outputs::new()))
}
