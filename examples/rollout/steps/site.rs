//! What the stages are written with: the environment file, the clients, and the steps so far.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhc_arm::{Resource, ResourceType};
use rhc_core::{ObjectId, SubscriptionId, TenantId};
use serde_json::Value;

use super::arm_resource::{ArmStep, Document, Parent, arm_id};
use super::audit::Audited;
use super::clients::{Clients, TenantRef};
use crate::engine::{Inputs, Key, Meta, Output, OwnedBy, Stage, Step, StepError};
use crate::manifest::{Manifest, TagOwner};

/// The environment under construction. Stages add their steps and hand out the outputs that others need.
pub(super) struct Site<'m> {
    pub(super) manifest: &'m Manifest,
    pub(super) clients: Clients,
    pub(super) steps: Vec<Arc<dyn Step>>,
    /// The tables of each workspace that audit logs go to.
    pub(super) audited: Audited,
}

/// A subscription as the stages know it.
#[derive(Clone, Debug)]
pub(super) struct Account {
    /// The tenant that owns it.
    pub(super) tenant: TenantRef,
    /// `/subscriptions/<id>`.
    pub(super) id: Output<String>,
    /// The id alone.
    pub(super) guid: Output<String>,
    /// Whether it is another environment's: it is used, and its tags are that one's.
    pub(super) is_anothers: bool,
    /// The step after which its resource providers are there.
    pub(super) providers: BTreeMap<&'static str, Key>,
}

/// A resource group as the stages know it.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) account: Account,
    pub(super) id: Output<String>,
    pub(super) stage: Stage,
    pub(super) tags: BTreeMap<String, String>,
}

impl<'m> Site<'m> {
    pub(super) fn new(manifest: &'m Manifest, clients: Clients) -> Self {
        Self {
            manifest,
            clients,
            steps: Vec::new(),
            audited: Audited::default(),
        }
    }

    pub(super) fn add(&mut self, step: impl Step + 'static) -> Key {
        self.add_whole(step).key
    }

    /// Adds a step that others are part of.
    pub(super) fn add_whole(&mut self, step: impl Step + 'static) -> Meta {
        let meta = step.meta().clone();
        self.steps.push(Arc::new(step));
        meta
    }

    /// What is known of a step that was added before.
    pub(super) fn known(&self, key: &Key) -> Option<Meta> {
        let mut steps = self.steps.iter().map(|step| step.meta());
        steps.find(|meta| meta.key == *key).cloned()
    }

    pub(super) fn environment(&self) -> &'m str {
        &self.manifest.environment.name
    }

    pub(super) fn location(&self) -> String {
        self.manifest.environment.location.clone()
    }

    pub(super) fn tags(&self, owner: TagOwner<'_>) -> BTreeMap<String, String> {
        self.manifest.tags(owner)
    }

    /// A resource in a group, with the group's tags and location where the type has them.
    pub(super) fn resource<R: ResourceType, D: Document>(
        &self,
        group: &Group,
        name: &str,
        why: &str,
        build: impl Fn(&Inputs<'_>) -> Result<D, StepError> + Send + Sync + 'static,
    ) -> ArmStep<R> {
        let mut meta = self.meta::<R>(group.stage, &group.account.tenant, name, why);
        let namespace = R::TYPE.split('/').next().unwrap_or_default();
        if let Some(provider) = group.account.providers.get(namespace) {
            meta = meta.needs(provider);
        }
        self.step(meta, &group.account.tenant, &group.id, build)
    }

    /// A resource under another one.
    pub(super) fn step<R: ResourceType, D: Document>(
        &self,
        meta: Meta,
        tenant: &TenantRef,
        parent: impl Into<Parent>,
        build: impl Fn(&Inputs<'_>) -> Result<D, StepError> + Send + Sync + 'static,
    ) -> ArmStep<R> {
        ArmStep::new(
            meta,
            self.clients.clone(),
            tenant.clone(),
            parent,
            self.environment(),
            build,
        )
    }

    /// A part of another resource that there is one of: it can bear no mark, and is ours as its parent is.
    pub(super) fn part<R: ResourceType, D: Document>(
        &self,
        whole: &Meta,
        tenant: &TenantRef,
        name: &str,
        why: &str,
        build: impl Fn(&Inputs<'_>) -> Result<D, StepError> + Send + Sync + 'static,
    ) -> ArmStep<R> {
        let collection = R::TYPE.rsplit('/').next().unwrap_or(R::TYPE);
        let meta = Meta::new(
            whole.key.child(format!("{collection}/{name}")),
            whole.stage,
            tenant.key.clone(),
            R::TYPE,
            name,
        )
        .why(why)
        .owner(OwnedBy::Parent(whole.key.clone()));
        self.step(meta, tenant, arm_id(&whole.key), build)
    }

    pub(super) fn meta<R: ResourceType>(
        &self,
        stage: Stage,
        tenant: &TenantRef,
        name: &str,
        why: &str,
    ) -> Meta {
        Meta::new(
            format!("{}/{}/{name}", stage.id, R::TYPE),
            stage,
            tenant.key.clone(),
            R::TYPE,
            name,
        )
        .why(why)
    }
}

impl Group {
    /// A resource of this group, before its properties: where it is and whose.
    pub(super) fn place<R: ResourceType>(
        &self,
        location: &str,
        properties: R::Properties,
    ) -> Resource<R> {
        Resource {
            tags: self.tags.clone(),
            ..Resource::new(properties)
        }
        .at(location)
    }
}

/// Puts a text, which may be a placeholder, where a typed model has no room for one.
pub(super) fn put(document: &mut Value, pointer: &str, text: String) -> Result<(), StepError> {
    match document.pointer_mut(pointer) {
        Some(place) => {
            *place = text.into();
            Ok(())
        }
        None => Err(StepError::bug(format!("the document has no {pointer}"))),
    }
}

/// Stands in a typed model until [`put`] puts the real one there.
pub(super) const NO_OBJECT: ObjectId = ObjectId::new(uuid::Uuid::nil());

/// Stands in a typed model until [`put`] puts the real one there.
pub(super) const NO_TENANT: TenantId = TenantId::new(uuid::Uuid::nil());

pub(super) fn parse_subscription(text: &str) -> Result<SubscriptionId, StepError> {
    text.parse().map_err(|error| {
        StepError::new(format!(
            "a service gave a subscription id that is none: {error}"
        ))
    })
}
