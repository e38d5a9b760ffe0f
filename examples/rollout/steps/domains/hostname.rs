//! A host name on an app, and its binding to a certificate: both stand in the app, and are written one after the other.
//!
//! The steps change the list of names and nothing else of the app, and the step of the app leaves that list alone.

use async_trait::async_trait;
use rhc_arm::{Operation, OperationId, Resource, ResourceId, Resources};
use rhc_containerapps::{BindingType, ContainerApp, ContainerAppsClient, CustomDomain};
use serde_json::{Value, json};

use super::Ground;
use super::records::proof_name;
use crate::dns::RecordKind;
use crate::engine::{
    Apply, Change, DiffRules, Inputs, Meta, Observe, Observed, Output, Outputs, Step, StepError,
};
use crate::steps::arm_resource::{SUCCEEDED, arm_id, last_change, parse, worth_repeating};
use crate::steps::clients::{Clients, TenantRef};
use crate::steps::following::follow;

/// What is wanted of a host name.
#[derive(Debug)]
pub(super) enum Wanted {
    /// That the app has it.
    Name,
    /// That it is bound to the certificate of this name in the app's environment. Its id is known before it is issued.
    Binding {
        /// The environment's id.
        environment: Output<String>,
        /// The certificate's name.
        certificate: String,
    },
}

/// A host name on an app, or its binding.
#[derive(Debug)]
pub(super) struct HostnameStep {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    group: Output<String>,
    app: Output<String>,
    host: String,
    /// Whether the rollout keeps the records itself.
    in_azure: bool,
    wanted: Wanted,
}

impl HostnameStep {
    pub(super) fn new(
        meta: Meta,
        clients: Clients,
        ground: &Ground<'_>,
        in_azure: bool,
        wanted: Wanted,
    ) -> Self {
        let (group, app) = (ground.group.clone(), arm_id(&ground.app.key));
        let meta = meta.needs_output(&group).needs_output(&app);
        let meta = match &wanted {
            Wanted::Name => meta,
            Wanted::Binding { environment, .. } => meta.needs_output(environment),
        };
        Self {
            meta: ground.tenant.needed_by(meta),
            clients,
            tenant: ground.tenant.clone(),
            group,
            app,
            host: ground.host.to_owned(),
            in_azure,
            wanted,
        }
    }

    fn apps(&self, inputs: &Inputs<'_>) -> Result<Resources<ContainerApp>, StepError> {
        let group = parse(&inputs.require(&self.group)?)?;
        Ok(self.clients.arm(&self.tenant, inputs)?.resources(group))
    }

    fn app(&self, inputs: &Inputs<'_>) -> Result<ResourceId, StepError> {
        parse(&inputs.require(&self.app)?)
    }

    /// The id of the certificate that it is to be bound to.
    fn certificate(&self, inputs: &Inputs<'_>) -> Result<Option<String>, StepError> {
        match &self.wanted {
            Wanted::Name => Ok(None),
            Wanted::Binding {
                environment,
                certificate,
            } => {
                let environment = inputs.text(environment)?;
                Ok(Some(format!(
                    "{environment}/managedCertificates/{certificate}"
                )))
            }
        }
    }

    fn present(&self, app: Option<&Resource<ContainerApp>>) -> Observed {
        let domains = app.map(domains_of).unwrap_or_default();
        let own = domains.iter().find(|own| self.is_named(own));
        let Some(own) = own.filter(|own| self.is_begun(own)) else {
            return Observed::Absent;
        };
        let state = last_change(app.and_then(|app| app.properties.provisioning_state.as_deref()));
        let document = match &self.wanted {
            Wanted::Name => json!({ "name": self.host, "provisioningState": state }),
            Wanted::Binding { .. } => json!({
                "name": self.host,
                "bindingType": own.binding_type,
                "certificateId": own.certificate_id,
                "provisioningState": state,
            }),
        };
        Observed::unmarkable(document, Outputs::new())
    }

    fn is_named(&self, domain: &CustomDomain) -> bool {
        domain
            .name
            .as_deref()
            .is_some_and(|own| own.eq_ignore_ascii_case(&self.host))
    }

    /// A name that was only added has no binding yet.
    fn is_begun(&self, domain: &CustomDomain) -> bool {
        let bound = domain.certificate_id.is_some()
            || domain
                .binding_type
                .as_ref()
                .is_some_and(|own| *own != BindingType::Disabled);
        bound || matches!(self.wanted, Wanted::Name)
    }

    /// The names of the app with this one as it is wanted; what others added stays.
    fn changed(
        &self,
        mut domains: Vec<CustomDomain>,
        inputs: &Inputs<'_>,
    ) -> Result<Vec<CustomDomain>, StepError> {
        let at = domains.iter().position(|own| self.is_named(own));
        let own = match at.and_then(|at| domains.get_mut(at)) {
            Some(own) => own,
            None => {
                domains.push(CustomDomain {
                    name: Some(self.host.clone()),
                    binding_type: Some(BindingType::Disabled),
                    ..CustomDomain::default()
                });
                domains
                    .last_mut()
                    .ok_or_else(|| StepError::bug("a list is empty after it was added to"))?
            }
        };
        if let Some(certificate) = self.certificate(inputs)? {
            own.binding_type = Some(BindingType::SniEnabled);
            own.certificate_id = Some(certificate);
        }
        Ok(domains)
    }

    /// What a refusal means; the service may see records later than we do.
    async fn refused(&self, cx: &Apply<'_>, error: rhc_core::Error) -> StepError {
        if !error.has_code("InvalidCustomHostNameValidation") {
            return worth_repeating(error);
        }
        let after = error.retry_after();
        let seen = self.seen(cx.inputs()).await;
        let error = StepError::from(error).retry_after(after);
        let proof = proof_name(&self.host);
        error.remedy(if self.in_azure {
            format!("the record {proof} is in the Azure DNS zone; {seen}. Unless it just has to be waited for, the domain's registrar does not name that zone's servers: they stand on the zone's page in the portal. Then run the same command again")
        } else {
            format!("{seen}: wait some minutes, compare the TXT record {proof} with what the plan says, and run the same command again")
        })
    }

    /// What the service and we see of the proof, in words.
    async fn seen(&self, inputs: &Inputs<'_>) -> String {
        let list = |values: &[String]| {
            if values.is_empty() {
                "no such record".to_owned()
            } else {
                values.join(", ")
            }
        };
        let proof = proof_name(&self.host);
        let resolver = self.clients.connection().resolver();
        let ours = match resolver.lookup(&proof, RecordKind::Txt).await {
            Ok(values) => format!("public DNS shows {}", list(&values)),
            Err(error) => error.to_string(),
        };
        let analysis = async {
            let containers = ContainerAppsClient::new(self.clients.arm(&self.tenant, inputs)?);
            let app = self.app(inputs)?;
            Ok::<_, StepError>(containers.analyse_hostname(&app, &self.host).await?)
        };
        match analysis.await {
            Ok(analysis) => {
                let theirs = analysis.alternate_txt_records.unwrap_or_default();
                format!("{ours}, and the service sees {}", list(&theirs))
            }
            Err(_) => ours,
        }
    }

    async fn finish(
        cx: &Apply<'_>,
        operation: Operation<Resource<ContainerApp>>,
    ) -> Result<Outputs, StepError> {
        follow(cx, operation).await.map_err(worth_repeating)?;
        Ok(Outputs::new())
    }
}

fn domains_of(app: &Resource<ContainerApp>) -> Vec<CustomDomain> {
    let configuration = app.properties.configuration.as_ref();
    let ingress = configuration.and_then(|configuration| configuration.ingress.as_ref());
    ingress
        .and_then(|ingress| ingress.custom_domains.clone())
        .unwrap_or_default()
}

#[async_trait]
impl Step for HostnameStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, inputs: &Inputs<'_>) -> Result<Value, StepError> {
        Ok(match self.certificate(inputs)? {
            None => json!({ "name": self.host, "provisioningState": SUCCEEDED }),
            Some(certificate) => json!({
                "name": self.host,
                "bindingType": BindingType::SniEnabled,
                "certificateId": certificate,
                "provisioningState": SUCCEEDED,
            }),
        })
    }

    fn rules(&self) -> DiffRules {
        DiffRules::new().ignore_case("bindingType")
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let app = self.app(cx.inputs())?;
        let apps = self.apps(cx.inputs())?;
        let scope = apps.scope().to_string();
        let name = |app: &Resource<ContainerApp>| app.name.clone();
        // The same list that the step of the app asks for.
        let all = cx
            .listing(
                &scope,
                <ContainerApp as rhc_arm::ResourceType>::TYPE,
                name,
                || async move { Ok(apps.list().collect_all().await?) },
            )
            .await?;
        Ok(self.present(all.get(app.name())))
    }

    async fn find(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let (app, apps) = (self.app(cx.inputs())?, self.apps(cx.inputs())?);
        let found = cx.read(apps.get_opt(app.name())).await?;
        Ok(self.present(found.as_ref()))
    }

    async fn apply(&self, cx: &Apply<'_>, _change: &Change<'_>) -> Result<Outputs, StepError> {
        let (app, apps) = (self.app(cx.inputs())?, self.apps(cx.inputs())?);
        // PATCH replaces the list of names, so it is made of what is there now.
        let there = apps.get(app.name()).await?;
        let domains = self.changed(domains_of(&there), cx.inputs())?;
        let change = json!({ "properties": { "configuration": { "ingress": { "customDomains": domains } } } });
        let operation = match apps.begin_update(app.name(), &change).await {
            Ok(operation) => operation,
            Err(error) => return Err(self.refused(cx, error).await),
        };
        cx.operation(operation.id().as_str()).await?;
        Self::finish(cx, operation).await
    }

    async fn resume(&self, cx: &Apply<'_>, operation: &str) -> Result<Option<Outputs>, StepError> {
        let Ok(id) = operation.parse::<OperationId>() else {
            return Ok(None);
        };
        let operation = self.clients.arm(&self.tenant, cx.inputs())?.resume(&id)?;
        Self::finish(cx, operation).await.map(Some)
    }
}
