//! The app's mail: an e-mail service with its domain, and the communication services that send through it.

use rhc_arm::Resource;
use rhc_arm::types::communication::{
    CommunicationService, CommunicationServiceProperties, DomainProperties, EmailDomain,
    EmailService, EmailServiceProperties,
};
use serde_json::json;

use super::access::BuiltInRole;
use crate::engine::{Key, Outputs};
use crate::manifest::App;
use crate::steps::arm_resource::arm_id;
use crate::steps::monitoring::Logs;
use crate::steps::site::{Group, Site};

/// Everything of Communication Services is said to be in one place; where the data rests is a property.
const GLOBAL: &str = "global";

/// Sends mail, and may change the service as well: there is no smaller role, and the service takes no custom ones.
///
/// Source: [built-in roles](https://learn.microsoft.com/azure/role-based-access-control/built-in-roles). Unverified: that
/// custom roles are not honoured, which users report.
const SERVICE_OWNER: BuiltInRole = BuiltInRole {
    name: "Communication and Email Service Owner",
    id: "09976791-48a7-449e-bb21-39d1a415f350",
};

impl Site<'_> {
    pub(super) fn mail(&mut self, group: &Group, app: &App, identity: &Key, workspace: &Key) {
        let file = app.communication.clone();
        let (place, data) = (group.clone(), file.data_location.clone());
        let step = self.resource::<EmailService, _>(
            group,
            &file.email_service,
            "sends the app's mail",
            move |_| {
                Ok(place.place::<EmailService>(
                    GLOBAL,
                    EmailServiceProperties {
                        data_location: Some(data.clone()),
                        ..EmailServiceProperties::default()
                    },
                ))
            },
        );
        let service =
            self.add_whole(step.rules(|rules| rules.immutable("properties.dataLocation")));

        let tenant = group.account.tenant.clone();
        let (tags, management) = (
            group.tags.clone(),
            if file.email_domain == "AzureManagedDomain" {
                "AzureManaged"
            } else {
                "CustomerManaged"
            },
        );
        let step = self.part::<EmailDomain, _>(
            &service,
            &tenant,
            &file.email_domain,
            "the domain in the sender's address",
            move |_| {
                let properties = DomainProperties {
                    domain_management: Some(management.to_owned()),
                    ..DomainProperties::default()
                };
                Ok(Resource::<EmailDomain> {
                    tags: tags.clone(),
                    ..Resource::new(properties)
                }
                .at(GLOBAL))
            },
        );
        let domain = self.add(
            step.marked()
                .rules(|rules| rules.immutable("properties.domainManagement"))
                .outputs(|domain: &Resource<EmailDomain>| {
                    Outputs::new().with("sender", domain.properties.from_sender_domain.clone())
                }),
        );

        for (index, name) in file.services.iter().enumerate() {
            // The first one sends the mail; the others have no domain.
            let sends = index == 0;
            let linked = sends.then(|| arm_id(&domain));
            let why = if linked.is_some() {
                "through which the app sends its mail, without a key"
            } else {
                "kept as in dev; sends no mail"
            };
            let (place, data) = (group.clone(), file.data_location.clone());
            let step = self.resource::<CommunicationService, _>(group, name, why, move |inputs| {
                let mut properties = CommunicationServiceProperties {
                    data_location: Some(data.clone()),
                    disable_local_auth: Some(true),
                    ..CommunicationServiceProperties::default()
                };
                if let Some(domain) = &linked {
                    properties
                        .rest
                        .insert("linkedDomains".to_owned(), json!([inputs.text(domain)?]));
                }
                Ok(place.place::<CommunicationService>(GLOBAL, properties))
            });
            let step = step.rules(|rules| {
                rules
                    .immutable("properties.dataLocation")
                    .unordered("properties.linkedDomains")
            });
            let service = self.add_whole(step);
            self.diagnostics(
                &service,
                &tenant,
                &arm_id(&service.key),
                workspace,
                Logs::Group("allLogs"),
                "records what was sent and by whom",
            );
            if sends {
                self.assign(
                    group,
                    &service,
                    &arm_id(&service.key),
                    identity,
                    &identity.output("principalId"),
                    SERVICE_OWNER,
                    "the app sends its mail as itself: with the keys off, a role is the only way",
                );
            }
        }
    }
}
