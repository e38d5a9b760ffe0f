//! What a tenant has exactly one of: it is there from the beginning, and is changed and never made.

use std::fmt;
use std::future::Future;

use async_trait::async_trait;
use futures::future::BoxFuture;
use rhc_graph::{GraphClient, Settling};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{patch, to_value, written};
use crate::engine::{
    Apply, Change, DiffRules, Inputs, Meta, Observe, Observed, Outputs, OwnedBy, Step, StepError,
};
use crate::steps::clients::{Clients, TenantRef};

type Build = Box<dyn Fn(&Inputs<'_>) -> Result<Value, StepError> + Send + Sync>;
type Read<T> =
    Box<dyn Fn(GraphClient) -> BoxFuture<'static, rhc_graph::Result<Option<T>>> + Send + Sync>;
type Write<T> =
    Box<dyn Fn(GraphClient, T) -> BoxFuture<'static, rhc_graph::Result<()>> + Send + Sync>;

/// A policy, a method's configuration, the branding: read, compared with what is wanted, and changed where it differs.
///
/// What the file does not say of it stays as it is. It bears no mark: whoever owns the tenant owns it.
pub struct SingletonStep<T> {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    build: Build,
    read: Read<T>,
    write: Write<T>,
    rules: DiffRules,
}

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> SingletonStep<T> {
    /// The one thing of `tenant` that `read` reads and `write` changes, as `build` wants it. `read` answers `None` where the
    /// tenant has none yet and `write` makes it. `write` is given the wanted properties only, and must be safe to repeat.
    pub fn new<R, W>(
        meta: Meta,
        clients: Clients,
        tenant: TenantRef,
        build: impl Fn(&Inputs<'_>) -> Result<T, StepError> + Send + Sync + 'static,
        read: impl Fn(GraphClient) -> R + Send + Sync + 'static,
        write: impl Fn(GraphClient, T) -> W + Send + Sync + 'static,
    ) -> Self
    where
        R: Future<Output = rhc_graph::Result<Option<T>>> + Send + 'static,
        W: Future<Output = rhc_graph::Result<()>> + Send + 'static,
    {
        Self {
            meta: tenant.needed_by(meta).owner(OwnedBy::Singleton),
            clients,
            tenant,
            build: Box::new(move |inputs| to_value(&build(inputs)?)),
            read: Box::new(move |graph| Box::pin(read(graph))),
            write: Box::new(move |graph, wanted| Box::pin(write(graph, wanted))),
            rules: DiffRules::new(),
        }
    }

    /// What the service normalises, and what is another's.
    #[must_use]
    pub fn rules(mut self, rules: impl FnOnce(DiffRules) -> DiffRules) -> Self {
        self.rules = rules(self.rules);
        self
    }
}

#[async_trait]
impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> Step for SingletonStep<T> {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, inputs: &Inputs<'_>) -> Result<Value, StepError> {
        (self.build)(inputs)
    }

    fn rules(&self) -> DiffRules {
        self.rules.clone()
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        Ok(match cx.read((self.read)(graph)).await? {
            Some(found) => Observed::unmarkable(to_value(&found)?, Outputs::new()),
            None => Observed::Absent,
        })
    }

    async fn apply(&self, cx: &Apply<'_>, change: &Change<'_>) -> Result<Outputs, StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let wanted: T = serde_json::from_value(patch(change, &self.rules)).map_err(|error| {
            StepError::bug(format!(
                "the desired document is no {}: {error}",
                self.meta.kind
            ))
        })?;
        (self.write)(graph.clone(), wanted).await?;
        graph
            .settled(&Settling::default(), || {
                let found = (self.read)(graph.clone());
                async move { Ok(written(found.await?, change.desired, &self.rules)) }
            })
            .await?;
        Ok(Outputs::new())
    }
}

impl<T> fmt::Debug for SingletonStep<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SingletonStep")
            .field("meta", &self.meta)
            .finish_non_exhaustive()
    }
}
