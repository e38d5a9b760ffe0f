//! Each app's own host name: records that prove it and lead to the app, the name on the app, a certificate that the
//! service issues and renews, and the binding of both.
//!
//! The order is the service's: it takes a name only when its records are there, issues a certificate only for a name
//! that an app has, and binds only what is issued.

mod azure_zone;
mod hostname;
mod records;

use std::collections::BTreeMap;

use rhc_arm::types::resources::ResourceGroup;
use rhc_arm::{Resource, ResourceType};
use rhc_containerapps::{
    ContainerApp, DomainControlValidation, ManagedCertificate, ManagedCertificateProperties,
    ManagedEnvironment,
};

use super::arm_resource::arm_id;
use super::clients::TenantRef;
use super::site::{Account, Site};
use crate::engine::{Key, Meta, Output, OwnedBy, Stage};
use crate::manifest::{App, TagOwner};
use hostname::{HostnameStep, Wanted};
use records::RecordsStep;

/// Where the plan shows host names.
pub const STAGE: Stage = Stage::new(75, "domains", "Custom domains");

/// The step at which a person adds the records of a host name.
pub fn records_key(host: &str) -> Key {
    Key::new(format!("{}/{host}/records", STAGE.id))
}

/// What a name is called as a kind of thing, for the plan and the verification.
pub const BINDING: &str = "custom domain binding";

/// One certificate per host name, and called like it.
fn certificate_name(host: &str) -> String {
    host.replace('.', "-")
}

/// What the steps of a host name stand on.
struct Ground<'a> {
    host: &'a str,
    tenant: &'a TenantRef,
    group: Output<String>,
    app: Meta,
    environment: Meta,
}

/// The records of a host name, as steps: the proof whose it is, and the way to the app.
struct Records {
    proof: Key,
    way: Key,
}

impl Site<'_> {
    /// The host names of the apps that the steps so far make.
    pub(super) fn domains(&mut self, accounts: &BTreeMap<&str, Account>) {
        for (key, app) in self.manifest.apps() {
            let Some(account) = accounts.get(app.subscription.as_str()) else {
                continue;
            };
            let container = &app.container_app;
            if let (Some(group), Some(own), Some(environment)) = (
                self.made::<ResourceGroup>(&app.resource_group),
                self.made::<ContainerApp>(&container.name),
                self.made::<ManagedEnvironment>(&container.environment),
            ) {
                let ground = Ground {
                    host: &app.hostname,
                    tenant: &account.tenant,
                    group: arm_id(&group.key),
                    app: own,
                    environment,
                };
                self.domain(key, app, account, &ground);
            }
        }
    }

    /// What a step so far makes of this type and name.
    fn made<R: ResourceType>(&self, name: &str) -> Option<Meta> {
        let mut metas = self.steps.iter().map(|step| step.meta());
        metas
            .find(|meta| meta.kind == R::TYPE && meta.name == name)
            .cloned()
    }

    fn domain(&mut self, key: &str, app: &App, account: &Account, ground: &Ground<'_>) {
        let records = match &self.manifest.dns.azure_zone {
            Some(zone) => self.records_in_azure(zone, ground),
            None => self.records_by_hand(ground),
        };
        let in_azure = self.manifest.dns.azure_zone.is_some();
        let clients = self.clients.clone();
        let step = |meta: Meta, wanted| {
            let meta = meta.owner(OwnedBy::Parent(ground.app.key.clone()));
            HostnameStep::new(meta, clients.clone(), ground, in_azure, wanted)
        };
        let meta = |end: &str, kind: &str, why: &str| {
            let key = format!("{}/{}/{end}", STAGE.id, ground.host);
            Meta::new(key, STAGE, ground.tenant.key.clone(), kind, ground.host).why(why)
        };
        let name = step(
            meta(
                "hostname",
                "custom domain",
                "the app's address; without a certificate it is not answered yet",
            )
            .needs(&records.proof),
            Wanted::Name,
        );
        let name = self.add(name);
        let certificate =
            self.managed_certificate(key, app, account, ground, &[&name, &records.way]);
        let binding = step(
            meta(
                "binding",
                BINDING,
                "from here on the address is answered, and only encrypted",
            )
            .needs(&name)
            .needs(&certificate),
            Wanted::Binding {
                environment: arm_id(&ground.environment.key),
                certificate: certificate_name(ground.host),
            },
        );
        self.add(binding);
    }

    fn records_by_hand(&mut self, ground: &Ground<'_>) -> Records {
        let meta = Meta::new(
            records_key(ground.host),
            STAGE,
            ground.tenant.key.clone(),
            "DNS records",
            ground.host,
        )
        .why("prove whose the host name is, and lead it to the app")
        .stays("a person made them where the DNS is kept, and deletes them there: they lead to nothing any more");
        let step = RecordsStep::new(
            meta,
            self.clients.clone(),
            &self.manifest.dns.zone,
            ground.host,
            &ground.app.key,
        );
        let key = self.add(step);
        Records {
            proof: key.clone(),
            way: key,
        }
    }

    fn managed_certificate(
        &mut self,
        key: &str,
        app: &App,
        account: &Account,
        ground: &Ground<'_>,
        needs: &[&Key],
    ) -> Key {
        let (location, tags) = (self.location(), self.tags(TagOwner::App(key)));
        let host = app.hostname.clone();
        let meta = self
            .meta::<ManagedCertificate>(
                STAGE,
                &account.tenant,
                &certificate_name(&host),
                "issued and renewed by the service, which keeps its key",
            )
            // The app is bound to it to the end.
            .removed_after(&ground.app.key);
        let step = self.step::<ManagedCertificate, _>(
            meta,
            &account.tenant,
            arm_id(&ground.environment.key),
            move |_| {
                Ok(Resource::<ManagedCertificate> {
                    tags: tags.clone(),
                    ..Resource::new(ManagedCertificateProperties {
                        subject_name: Some(host.clone()),
                        domain_control_validation: Some(DomainControlValidation::Cname),
                        ..ManagedCertificateProperties::default()
                    })
                }
                .at(&location))
            },
        );
        let step = step.rules(|rules| {
            rules
                .immutable("properties.subjectName")
                .ignore_case("properties.domainControlValidation")
        });
        self.add(needs.iter().fold(step, |step, need| step.needs(need)))
    }
}
