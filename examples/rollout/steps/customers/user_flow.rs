//! The user flow: how users sign in to all apps, and that nobody makes himself an account.

use async_trait::async_trait;
use rhc_external_id::{
    AttributeCollection, FlowAttribute, InteractiveStart, MethodLoadStart, UserFlow, UserFlows,
};
use rhc_graph::{AppId, Error, Settling};
use serde_json::Value;

use super::{meta, named_otherwise};
use crate::engine::{
    Address, Apply, Change, ChangeKind, DiffRules, Inputs, Key, Lane, Marking, Meta, Observe,
    Observed, Output, Outputs, Removal, Repeat, Step, StepError,
};
use crate::steps::clients::{Clients, TenantRef};
use crate::steps::directory::{app_id, gone, id_in, object_alone, to_value, written};
use crate::steps::site::Site;

/// Where Graph keeps user flows; the kind of the step, too.
pub(super) const FLOWS: &str = "identity/authenticationEventsFlows";

const APPLICATIONS: &str = "conditions.applications.includeApplications";
const PROVIDERS: &str = "onAuthenticationMethodLoadStart.identityProviders";
const ATTRIBUTES: &str = "onAttributeCollection.attributes";
const VIEWS: &str = "onAttributeCollection.attributeCollectionPage.views";

impl Site<'_> {
    /// One user flow for all apps: its applications are these steps'.
    pub(super) fn user_flow(&mut self, tenant: &TenantRef, applications: &[Key]) -> Key {
        let file = &self.manifest.customers.user_flow;
        let why = "users sign in with e-mail and password; accounts are made by invitation, and nobody makes himself one";
        let meta = meta(tenant, FLOWS, &file.name, why)
            .lane(Lane::serial(format!("user flows of {}", tenant.key)));
        let attributes = file.collected().map(FlowAttribute::built_in).collect();
        let wanted = UserFlow {
            on_interactive_auth_flow_start: Some(InteractiveStart::allowing(file.sign_up_allowed)),
            on_authentication_method_load_start: Some(MethodLoadStart::with(
                &file.identity_providers,
            )),
            ..UserFlow::invitation_only(&file.name, Vec::<String>::new(), attributes)
        };
        let step = UserFlowStep::new(
            meta,
            self.clients.clone(),
            tenant.clone(),
            wanted,
            applications.iter().map(app_id).collect(),
            self.manifest.name_prefix(),
        );
        self.add(step)
    }
}

/// A user flow, compared field by field and changed part by part. Its name is unique in the tenant.
#[derive(Debug)]
pub struct UserFlowStep {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    wanted: UserFlow,
    applications: Vec<Output<String>>,
    prefix: String,
}

impl UserFlowStep {
    /// The user flow that `wanted` describes, for these applications (their client ids). What begins with `prefix` is the
    /// environment's.
    pub fn new(
        meta: Meta,
        clients: Clients,
        tenant: TenantRef,
        wanted: UserFlow,
        applications: Vec<Output<String>>,
        prefix: String,
    ) -> Self {
        let meta = tenant.needed_by(meta);
        Self {
            meta: applications
                .iter()
                .fold(meta, |meta, application| meta.needs_output(application)),
            clients,
            tenant,
            wanted,
            applications,
            prefix,
        }
    }

    fn present(&self, flow: &UserFlow) -> Result<Observed, StepError> {
        let outputs = Outputs::new().with("userFlowId", flow.id.clone());
        let document = to_value(flow)?;
        Ok(if self.meta.name.starts_with(&self.prefix) {
            Observed::ours(document, outputs)
        } else {
            Observed::foreign(document, outputs)
        })
    }
}

#[async_trait]
impl Step for UserFlowStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, inputs: &Inputs<'_>) -> Result<Value, StepError> {
        let ids: Result<Vec<_>, _> = self
            .applications
            .iter()
            .map(|application| inputs.text(application))
            .collect();
        let mut flow = self.wanted.clone();
        flow.conditions = UserFlow::invitation_only(&self.meta.name, ids?, Vec::new()).conditions;
        to_value(&flow)
    }

    /// How the service describes an attribute, and how it writes a pattern down, is its own affair.
    fn rules(&self) -> DiffRules {
        let rules = DiffRules::new()
            .keyed_by(APPLICATIONS, "appId")
            .keyed_by(PROVIDERS, "id")
            .keyed_by(ATTRIBUTES, "id")
            .keyed_by(&format!("{VIEWS}.*.inputs"), "attribute")
            .ignore_case(&format!("{VIEWS}.*.inputs.*.inputType"))
            .not_owned(&format!("{VIEWS}.*.inputs.*.validationRegEx"));
        let described = [
            "displayName",
            "description",
            "userFlowAttributeType",
            "dataType",
        ];
        described.iter().fold(rules, |rules, name| {
            rules.not_owned(&format!("{ATTRIBUTES}.*.{name}"))
        })
    }

    fn repeat(&self) -> Repeat {
        Repeat::LookFirst
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let flows = UserFlows::new(self.clients.graph(&self.tenant, cx.inputs())?);
        let name = |flow: &UserFlow| flow.display_name.clone();
        let all = cx
            .listing("", FLOWS, name, || async move { Ok(every(&flows).await?) })
            .await?;
        if let Some(flow) = all.get(&self.meta.name) {
            return self.present(flow);
        }
        // There is no point read by name; by the id there is.
        let Some(id) = cx.made() else {
            return Ok(Observed::Absent);
        };
        let flows = UserFlows::new(self.clients.graph(&self.tenant, cx.inputs())?);
        let found = match cx.read(flows.get_opt(id)).await? {
            Some(flow) if flow.display_name.as_ref() == Some(&self.meta.name) => flow,
            _ => return Ok(Observed::Absent),
        };
        let whole = cx.read(flows.complete(found)).await?;
        self.present(&whole)
    }

    async fn apply(&self, cx: &Apply<'_>, change: &Change<'_>) -> Result<Outputs, StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let flows = UserFlows::new(graph.clone());
        let wanted: UserFlow = read(change.desired)?;
        let id = match (change.kind, change.observed) {
            (ChangeKind::Update, Some(observed)) => {
                let there: UserFlow = read(observed)?;
                mend(&flows, &there, &wanted, change).await?
            }
            _ => {
                let made = flows.create(&wanted).await.map_err(not_replicated)?;
                let id = made.id.ok_or_else(|| {
                    StepError::new("the directory made a user flow and did not say its id")
                        .unknown_fate()
                })?;
                cx.made(&id).await?;
                id
            }
        };
        graph
            .settled(&Settling::default(), || {
                let (flows, id) = (flows.clone(), id.clone());
                async move {
                    let found = match flows.get_opt(&id).await? {
                        Some(flow) => Some(flows.complete(flow).await?),
                        None => None,
                    };
                    Ok(written(found, change.desired, &self.rules()))
                }
            })
            .await?;
        Ok(Outputs::new().with("userFlowId", id))
    }

    fn removal(&self, _: &Value, outputs: &Outputs) -> Removal {
        object_alone(&self.meta, FLOWS, outputs, "userFlowId")
    }

    async fn remove(&self, cx: &Apply<'_>, address: &Address) -> Result<(), StepError> {
        let flows = UserFlows::new(self.clients.graph(&self.tenant, cx.inputs())?);
        gone(flows.delete(id_in(address)).await)
    }

    fn marking(&self, _: &Value, _: &Outputs) -> Marking {
        named_otherwise(&self.meta, &self.prefix)
    }
}

/// All user flows of the tenant, with everything that they are made of.
pub(crate) async fn every(flows: &UserFlows) -> rhc_graph::Result<Vec<UserFlow>> {
    let mut all = Vec::new();
    for flow in flows.list().collect_all().await? {
        all.push(flows.complete(flow).await?);
    }
    Ok(all)
}

/// Changes what differs and nothing else. What is wanted is put in before what is not is taken out, so that the user flow
/// always has an identity provider.
async fn mend(
    flows: &UserFlows,
    there: &UserFlow,
    wanted: &UserFlow,
    change: &Change<'_>,
) -> Result<String, StepError> {
    let id = there
        .id
        .clone()
        .ok_or_else(|| StepError::bug("an observed user flow has no id"))?;
    if there.on_attribute_collection.is_none() && wanted.on_attribute_collection.is_some() {
        return Err(StepError::new(
            "this user flow was made without attributes, and cannot be given any later",
        )
        .remedy("delete it in the portal (External Identities > User flows) and run again: it is made anew"));
    }
    let applications = flows.applications(&id);
    for app in missing(&wanted.app_ids(), &there.app_ids()) {
        let attached = applications.attach(parse(app)?).await;
        attached.map_err(not_replicated)?;
    }
    for app in missing(&there.app_ids(), &wanted.app_ids()) {
        gone(applications.detach(parse(app)?).await)?;
    }
    let providers = flows.identity_providers(&id);
    for provider in missing(&wanted.provider_ids(), &there.provider_ids()) {
        providers.add(provider).await?;
    }
    for provider in missing(&there.provider_ids(), &wanted.provider_ids()) {
        gone(providers.remove(provider).await)?;
    }
    let attributes = flows.attributes(&id);
    for attribute in missing(&wanted.attribute_ids(), &there.attribute_ids()) {
        attributes.add(attribute).await?;
    }
    for attribute in missing(&there.attribute_ids(), &wanted.attribute_ids()) {
        gone(attributes.remove(attribute).await)?;
    }
    if let Some(rest) = rest(wanted, change) {
        flows.update(&id, &rest).await?;
    }
    Ok(id)
}

/// What differs beside applications, identity providers and attributes, and is changed by a PATCH.
fn rest(wanted: &UserFlow, change: &Change<'_>) -> Option<UserFlow> {
    let differs = |part: &str| {
        let mut fields = change.fields.iter();
        fields.any(|field| {
            let one_by_one = [APPLICATIONS, PROVIDERS, ATTRIBUTES];
            field.path.starts_with(part)
                && !one_by_one.iter().any(|own| field.path.starts_with(own))
        })
    };
    let page = wanted
        .on_attribute_collection
        .as_ref()
        .map(|collection| AttributeCollection {
            attributes: None,
            ..collection.clone()
        });
    let take = |part: &str| differs(part);
    differs("").then(|| UserFlow {
        on_interactive_auth_flow_start: wanted
            .on_interactive_auth_flow_start
            .clone()
            .filter(|_| take("onInteractiveAuthFlowStart")),
        on_attribute_collection: page.filter(|_| take("onAttributeCollection")),
        on_user_create_start: wanted
            .on_user_create_start
            .clone()
            .filter(|_| take("onUserCreateStart")),
        ..UserFlow::default()
    })
}

fn missing<'w>(wanted: &[&'w str], there: &[&str]) -> Vec<&'w str> {
    let wanted = wanted.iter().copied();
    wanted
        .filter(|one| !there.iter().any(|own| own.eq_ignore_ascii_case(one)))
        .collect()
}

/// Just after its application was registered, the service may not know of it yet.
fn not_replicated(error: Error) -> StepError {
    let lags = error.is_not_found();
    let error = StepError::from(error);
    if lags { error.retry_after(None) } else { error }
}

fn read(document: &Value) -> Result<UserFlow, StepError> {
    serde_json::from_value(document.clone())
        .map_err(|error| StepError::bug(format!("the document is no user flow: {error}")))
}

fn parse(app: &str) -> Result<AppId, StepError> {
    app.parse().map_err(|error| {
        StepError::new(format!(
            "the directory gave a client id that is none: {error}"
        ))
    })
}
