//! The app's mail: an e-mail service with its domain, and the communication services that send through it.

use rhc_arm::Resource;
use rhc_arm::types::communication::{
    CommunicationService, CommunicationServiceProperties, DomainProperties, EmailDomain,
    EmailService, EmailServiceProperties,
};
use serde_json::json;

use crate::engine::{Key, Outputs};
use crate::manifest::App;
use crate::steps::arm_resource::arm_id;
use crate::steps::monitoring::Logs;
use crate::steps::site::{Group, Site};

/// Everything of Communication Services is said to be in one place; where the data rests is a property.
const GLOBAL: &str = "global";

impl Site<'_> {
    pub(super) fn mail(&mut self, group: &Group, app: &App, workspace: &Key) {
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
            let linked = (index == 0).then(|| arm_id(&domain));
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
        }
    }
}
