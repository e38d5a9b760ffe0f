//! The step of nearly everything in Azure: a resource of some type, under some parent.

use std::fmt;

use async_trait::async_trait;
use rhc_arm::{Identity, Operation, OperationId, Resource, ResourceId, ResourceType, Resources};
use serde_json::{Map, Value, json};

mod marking;
mod recovery;

use super::clients::{Clients, TenantRef};
use super::following::follow;
use crate::engine::{
    Address, Apply, Change, DiffRules, Inputs, Key, Lane, Mark, MarkWrite, Marking, Meta, Observe,
    Observed, Output, Outputs, OwnedBy, Remains, Removal, Step, StepError, merge,
};

use marking::MarkedBy;
pub use recovery::Recovers;
use recovery::is_put_on;

/// The ARM id of the resource that the step with this key makes.
pub fn arm_id(key: &Key) -> Output<String> {
    key.output("id")
}

/// What a resource stands in.
#[derive(Clone, Debug)]
pub enum Parent {
    /// Nothing: it belongs to the whole tenant.
    Root,
    /// A subscription, a resource group or another resource, by its ARM id.
    Made(Output<String>),
    /// What the file names by its ARM id, and no step makes.
    Given(String),
}

impl From<Output<String>> for Parent {
    fn from(id: Output<String>) -> Self {
        Self::Made(id)
    }
}

impl From<&Output<String>> for Parent {
    fn from(id: &Output<String>) -> Self {
        Self::Made(id.clone())
    }
}

type Build = Box<dyn Fn(&Inputs<'_>) -> Result<Value, StepError> + Send + Sync>;
type Remain = Box<dyn Fn(&Value) -> Option<Remains> + Send + Sync>;
type Refused = Box<dyn Fn(rhc_core::Error) -> StepError + Send + Sync>;
type Extract<R> = Box<dyn Fn(&Resource<R>) -> Outputs + Send + Sync>;

/// What a step wants, as it is sent: a typed resource, or one whose unknown parts were put in as placeholders.
pub trait Document {
    /// The document.
    fn into_document(self) -> Value;
}

impl Document for Value {
    fn into_document(self) -> Value {
        self
    }
}

impl<R: ResourceType> Document for Resource<R> {
    fn into_document(self) -> Value {
        self.for_write()
    }
}

/// A resource: found by name in the one list of its type under its parent, made and changed by PUT.
///
/// PUT makes the same thing however often it is sent, so an answer that was lost costs nothing; its operation is recorded
/// and resumed. Every resource has the output `id`; [`outputs`](Self::outputs) adds others.
pub struct ArmStep<R: ResourceType> {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    parent: Parent,
    build: Build,
    name: String,
    also_named: Option<String>,
    alone: bool,
    single: bool,
    extract: Extract<R>,
    rules: DiffRules,
    refused: Refused,
    environment: String,
    marked_by: MarkedBy,
    remain: Option<Remain>,
    recovers: Option<Recovers>,
}

impl<R: ResourceType> ArmStep<R> {
    /// A resource named as in `meta`, under `parent` (an ARM id), in the subscription of `tenant`.
    pub fn new<D: Document>(
        meta: Meta,
        clients: Clients,
        tenant: TenantRef,
        parent: impl Into<Parent>,
        environment: impl Into<String>,
        build: impl Fn(&Inputs<'_>) -> Result<D, StepError> + Send + Sync + 'static,
    ) -> Self {
        let parent = parent.into();
        let meta = match &parent {
            Parent::Root | Parent::Given(_) => tenant.needed_by(meta),
            Parent::Made(id) => tenant.needed_by(meta).needs_output(id),
        };
        Self {
            clients,
            tenant,
            parent,
            build: Box::new(move |inputs| Ok(finished(build(inputs)?.into_document()))),
            also_named: None,
            alone: false,
            single: false,
            refused: Box::new(worth_repeating),
            name: meta.name.clone(),
            meta,
            extract: Box::new(|_| Outputs::new()),
            rules: DiffRules::new()
                .immutable("location")
                .ignore_case("properties.provisioningState"),
            environment: environment.into(),
            marked_by: MarkedBy::Tag,
            remain: None,
            recovers: None,
        }
    }

    /// Further outputs, read from the resource.
    #[must_use]
    pub fn outputs(
        mut self,
        extract: impl Fn(&Resource<R>) -> Outputs + Send + Sync + 'static,
    ) -> Self {
        self.extract = Box::new(extract);
        self
    }

    /// Says why a takedown of the environment leaves it.
    #[must_use]
    pub fn stays(mut self, why: impl Into<String>) -> Self {
        self.meta = self.meta.stays(why);
        self
    }

    /// What is left of it for a while when it was deleted.
    #[must_use]
    pub fn remains(
        mut self,
        remain: impl Fn(&Value) -> Option<Remains> + Send + Sync + 'static,
    ) -> Self {
        self.remain = Some(Box::new(remain));
        self
    }

    /// It is brought back where it was deleted and still has its name.
    #[must_use]
    pub fn recovers(mut self, recovers: Recovers) -> Self {
        self.recovers = Some(recovers);
        self
    }

    /// What the service normalises, and what is another's.
    #[must_use]
    pub fn rules(mut self, rules: impl FnOnce(DiffRules) -> DiffRules) -> Self {
        self.rules = rules(self.rules);
        self
    }

    /// What a refused write means, where it is not as with every other resource.
    #[must_use]
    pub fn refused(
        mut self,
        refused: impl Fn(rhc_core::Error) -> StepError + Send + Sync + 'static,
    ) -> Self {
        self.refused = Box::new(refused);
        self
    }

    /// Puts it after another step.
    #[must_use]
    pub fn needs(mut self, key: &Key) -> Self {
        self.meta = self.meta.needs(key);
        self
    }

    /// A part that can bear the mark itself: that its parent is ours does not make it ours.
    #[must_use]
    pub fn marked(mut self) -> Self {
        self.meta = self.meta.owner(OwnedBy::Mark);
        self
    }

    /// Writes one at a time with every other step of that lane.
    #[must_use]
    pub fn lane(mut self, lane: Lane) -> Self {
        self.meta = self.meta.lane(lane);
        self
    }

    /// What a person reads in place of a name that says nothing: a singleton's, or a GUID.
    #[must_use]
    pub fn shown_as(mut self, name: impl Into<String>) -> Self {
        self.meta.name = name.into();
        self
    }

    /// Another name under which the service may show it.
    #[must_use]
    pub fn also_named(mut self, name: impl Into<String>) -> Self {
        self.also_named = Some(name.into());
        self
    }

    /// Sends what is wanted and nothing else: what the service says beside it is no business of whoever writes.
    #[must_use]
    pub fn alone(mut self) -> Self {
        self.alone = true;
        self
    }

    /// There is one under its parent, and the service offers no list of it.
    #[must_use]
    pub fn single(mut self) -> Self {
        self.single = true;
        self
    }

    fn is_named(&self, resource: &Resource<R>) -> bool {
        // Children are named `parent/child` by some services; the end of the id is the name in any case.
        let names = [
            resource.name.as_deref(),
            resource.id.as_ref().map(ResourceId::name),
        ];
        let ours = [Some(self.name.as_str()), self.also_named.as_deref()];
        names.into_iter().flatten().any(|name| {
            ours.into_iter()
                .flatten()
                .any(|our| our.eq_ignore_ascii_case(name))
        })
    }

    fn resources(&self, inputs: &Inputs<'_>) -> Result<Resources<R>, StepError> {
        let parent = match &self.parent {
            Parent::Root => ResourceId::root(),
            Parent::Made(id) => parse(&inputs.require(id)?)?,
            Parent::Given(id) => parse(id)?,
        };
        Ok(self.clients.arm(&self.tenant, inputs)?.resources(parent))
    }

    fn present(&self, resource: &Resource<R>) -> Result<Observed, StepError> {
        let document = serde_json::to_value(resource)
            .map_err(|error| StepError::bug(format!("a resource is not JSON: {error}")))?;
        // Types without a state are finished as soon as they are there.
        let document = if state(&document).is_none() {
            finished(document)
        } else {
            document
        };
        let mark = self.mark(resource);
        Ok(Observed::Present {
            document,
            outputs: self.outputs_of(resource)?,
            mark,
        })
    }

    fn outputs_of(&self, resource: &Resource<R>) -> Result<Outputs, StepError> {
        let mut outputs = Outputs::new().with("id", resource.require_id()?.to_string());
        outputs.extend((self.extract)(resource));
        Ok(outputs)
    }
}

#[async_trait]
impl<R: ResourceType> Step for ArmStep<R> {
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
        let resources = self.resources(cx.inputs())?;
        let scope = resources.scope().to_string();
        let name = |resource: &Resource<R>| resource.name.clone();
        let all = cx
            .listing(&scope, R::TYPE, name, || async move {
                let seen = if self.single {
                    let one = resources.get_opt(&self.name).await;
                    one.map(|one| one.into_iter().collect())
                } else {
                    resources.list().collect_all().await
                };
                match seen {
                    Ok(all) => Ok(all),
                    // The parent went away, and with it all that was in it.
                    Err(error) if GONE.iter().any(|code| error.has_code(code)) => Ok(Vec::new()),
                    Err(error) => Err(error.into()),
                }
            })
            .await?;
        let found = all
            .get(&self.name)
            .or_else(|| all.iter().find(|resource| self.is_named(resource)));
        found.map_or(Ok(Observed::Absent), |resource| self.present(resource))
    }

    async fn find(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let resources = self.resources(cx.inputs())?;
        let found = cx.read(resources.get_opt(&self.name)).await?;
        let observed = found
            .as_ref()
            .map_or(Ok(Observed::Absent), |resource| self.present(resource))?;
        match &observed {
            Observed::Present { document, .. } if is_under_way(document) => {
                Err(self.still_under_way())
            }
            _ => Ok(observed),
        }
    }

    async fn apply(&self, cx: &Apply<'_>, change: &Change<'_>) -> Result<Outputs, StepError> {
        let resources = self.resources(cx.inputs())?;
        // PUT replaces the whole, and the list that showed what is there, or that nothing is, may be some minutes old.
        let there = resources.get_opt(&self.name).await?;
        if there
            .as_ref()
            .is_some_and(|there| self.mark(there) == Mark::Foreign)
        {
            return Err(StepError::new(format!(
                "{} '{}' was made by somebody else in the meantime: it does not carry this environment's mark",
                self.meta.kind, self.meta.name
            ))
            .remedy("find out whose it is; if it is this environment's, adopt it with import, else choose another name in the environment file"));
        }
        let document = self.put_over(there.as_ref(), change.desired)?;
        let resource = self.typed(document)?;
        let begun = match resources.begin_put(&self.name, &resource).await {
            Err(error) if self.is_deleted(&error) => {
                self.recover(cx, &resources, change.desired).await
            }
            begun => begun.map_err(&self.refused),
        };
        let operation = begun?;
        cx.operation(operation.id().as_str()).await?;
        self.finish(cx, &resources, operation).await
    }

    async fn resume(&self, cx: &Apply<'_>, operation: &str) -> Result<Option<Outputs>, StepError> {
        let resources = self.resources(cx.inputs())?;
        let Ok(id) = operation.parse::<OperationId>() else {
            return Ok(None);
        };
        let operation = self.clients.arm(&self.tenant, cx.inputs())?.resume(&id)?;
        self.finish(cx, &resources, operation).await.map(Some)
    }

    /// What lies inside its parent goes with it; what is only put on it (a role, a setting) would outlive it.
    fn removal(&self, _: &Value, outputs: &Outputs) -> Removal {
        let usual = Removal::of(&self.meta);
        let id = outputs.get("id").and_then(Value::as_str);
        match (&self.meta.owner, id) {
            (OwnedBy::Given | OwnedBy::Singleton, _) | (_, None) => usual,
            _ if self.meta.stays.is_some() => usual,
            (OwnedBy::Parent(_), Some(id)) if !is_put_on(id) => usual,
            (OwnedBy::Parent(_) | OwnedBy::Mark | OwnedBy::DerivedId, Some(id)) => {
                Removal::Alone(Address::Azure(id.to_owned()))
            }
        }
    }

    fn remains(&self, document: &Value) -> Option<Remains> {
        self.remain.as_ref().and_then(|remain| remain(document))
    }

    async fn remove(&self, cx: &Apply<'_>, address: &Address) -> Result<(), StepError> {
        let resources = self.resources(cx.inputs())?;
        let id = parse(address.as_str())?;
        let operation = resources
            .begin_delete(id.name())
            .await
            .map_err(worth_repeating)?;
        cx.operation(operation.id().as_str()).await?;
        follow(cx, operation).await.map_err(worth_repeating)?;
        Ok(())
    }

    fn marking(&self, document: &Value, outputs: &Outputs) -> Marking {
        self.marking_of(document, outputs)
    }

    async fn put_mark(&self, cx: &Apply<'_>, mark: &MarkWrite) -> Result<(), StepError> {
        self.write_mark(cx, mark).await
    }
}

impl<R: ResourceType> ArmStep<R> {
    fn typed(&self, document: Value) -> Result<Resource<R>, StepError> {
        serde_json::from_value(document).map_err(|error| {
            StepError::bug(format!("the desired document is no {}: {error}", R::TYPE))
        })
    }

    /// What is there, with what is wanted put over it.
    fn put_over(&self, there: Option<&Resource<R>>, desired: &Value) -> Result<Value, StepError> {
        let Some(there) = there else {
            return Ok(desired.clone());
        };
        let there = serde_json::to_value(there)
            .map_err(|error| StepError::bug(format!("a resource is not JSON: {error}")))?;
        if is_under_way(&there) {
            return Err(self.still_under_way());
        }
        if self.alone {
            return Ok(desired.clone());
        }
        let merged = merge(&there, desired, &self.rules);
        let state = &there["properties"]["provisioningState"];
        Ok(if state.is_null() || state == "Succeeded" {
            merged
        } else {
            // A creation that failed left nothing of what is sent once only: it is sent again.
            merge(desired, &merged, &DiffRules::new())
        })
    }

    fn still_under_way(&self) -> StepError {
        StepError::new(format!(
            "{} '{}' is still being made or changed",
            self.meta.kind, self.meta.name
        ))
        .retry_after(None)
    }

    async fn finish(
        &self,
        cx: &Apply<'_>,
        resources: &Resources<R>,
        operation: Operation<Resource<R>>,
    ) -> Result<Outputs, StepError> {
        let made = follow(cx, operation).await.map_err(&self.refused)?;
        // The answer of an operation may lack what the service fills in last.
        let made = if made.id.is_some() {
            made
        } else {
            resources.get(&self.name).await?
        };
        self.outputs_of(&made)
    }
}

impl<R: ResourceType> fmt::Debug for ArmStep<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArmStep")
            .field("meta", &self.meta)
            .field("parent", &self.parent)
            .finish_non_exhaustive()
    }
}

/// What a resource shows once the service has finished it.
pub(super) const SUCCEEDED: &str = "Succeeded";

/// How the last change of a resource ended, for steps that look at a part of it. One that failed or was cancelled may
/// show what it was to bring, and is sent again; one that is under way is not over.
pub(super) fn last_change(state: Option<&str>) -> &str {
    let was_left = |state: &&str| ["Canceled", "Failed"].contains(state);
    state.filter(was_left).unwrap_or(SUCCEEDED)
}

/// A resource is as wanted when the service has finished it: one that failed half way, or was left half made, differs.
fn finished(mut document: Value) -> Value {
    if let Some(resource) = document.as_object_mut() {
        let properties = resource.entry("properties").or_insert_with(|| json!({}));
        if let Some(properties) = properties.as_object_mut() {
            properties.insert("provisioningState".to_owned(), SUCCEEDED.into());
        }
    }
    document
}

/// How far the service is with a resource. SQL's have no provisioning state: a database's status says it while it is being made, and a
/// server shows its state once it is ready (recorded; unverified that it shows none before).
fn state(document: &Value) -> Option<&str> {
    let properties = &document["properties"];
    let making = ["Creating", "Copying", "Restoring"];
    let status = || {
        let status = properties["status"].as_str();
        status.filter(|status| making.contains(status))
    };
    let server = || {
        let is_server = document["type"]
            .as_str()
            .is_some_and(|own| own.eq_ignore_ascii_case("Microsoft.Sql/servers"));
        (is_server && properties["state"].is_null()).then_some("Creating")
    };
    let own = properties["provisioningState"].as_str();
    own.or_else(status).or_else(server)
}

/// Whether the service is at work on a resource: a state that is no end, by the protocol of long-running operations.
fn is_under_way(document: &Value) -> bool {
    state(document).is_some_and(|state| {
        let is = |end: &str| state.eq_ignore_ascii_case(end);
        // An environment that waits for an upgrade waits for somebody, and takes writes meanwhile.
        let rests = is("Succeeded") || is("Canceled") || is("Cancelled") || is("UpgradeRequested");
        !rests && !state.to_ascii_lowercase().ends_with("failed")
    })
}

/// What a service says of a list whose parent is not there; any other 404 is a mistake that must be seen.
const GONE: &[&str] = &[
    "ResourceGroupNotFound",
    "ResourceNotFound",
    "ParentResourceNotFound",
];

/// What passes by itself: a principal or a registration has not arrived yet.
const PASSING: &[&str] = &["MissingSubscriptionRegistration", "PrincipalNotFound"];

pub(super) fn worth_repeating(error: rhc_core::Error) -> StepError {
    let passes = PASSING.iter().any(|code| error.has_code(code));
    let after = error.retry_after();
    let error = StepError::from(error);
    if passes {
        error.retry_after(after)
    } else {
        error
    }
}

/// The id in a text that a service, or another step, gave.
pub(super) fn parse(id: &str) -> Result<ResourceId, StepError> {
    id.parse()
        .map_err(|error| StepError::new(format!("`{id}` is no resource id: {error}")))
}

/// User-assigned identities by ids that may not exist yet.
pub(super) fn identity_of(ids: impl IntoIterator<Item = String>) -> Identity {
    let assigned: Map<String, Value> = ids.into_iter().map(|id| (id, json!({}))).collect();
    let mut identity = Identity {
        identity_type: Some(rhc_arm::IdentityType::UserAssigned),
        ..Identity::default()
    };
    identity
        .rest
        .insert("userAssignedIdentities".to_owned(), assigned.into());
    identity
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_being_made_is_not_finished_whatever_its_state_is_called() {
        for (properties, under_way) in [
            (json!({"provisioningState": "Creating"}), true),
            (json!({"provisioningState": "Succeeded"}), false),
            (json!({"provisioningState": "Failed"}), false),
            (json!({"status": "Creating"}), true),
            (json!({"status": "Online"}), false),
            (json!({"status": "Paused"}), false),
            (json!({}), false),
        ] {
            let document = json!({ "properties": properties });
            assert_eq!(is_under_way(&document), under_way, "{properties}");
        }
        let server =
            |properties| json!({"type": "Microsoft.Sql/servers", "properties": properties});
        assert!(is_under_way(&server(json!({"version": "12.0"}))));
        assert!(!is_under_way(&server(json!({"state": "Ready"}))));
    }
}
