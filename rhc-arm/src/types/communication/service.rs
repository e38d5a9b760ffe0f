//! Communication services.

use crate::{ResourceId, ResourceType, model};

model! {
    /// What a communication service has.
    CommunicationServiceProperties {
        /// Where its data rests, such as `United States`. Fixed when it is created.
        data_location: String,
        /// The mail domains that it sends from.
        linked_domains: Vec<ResourceId>,
        /// Where it is. Only the service writes it.
        host_name: String,
        /// Its id for life. Only the service writes it.
        immutable_resource_id: String,
        /// Whether it answers the internet.
        public_network_access: String,
        /// Whether its keys are of no use.
        disable_local_auth: bool,
        /// The state of the last write. Only the service writes it.
        provisioning_state: String,
    }
}

/// A communication service; its location is `global`. Its scope is a resource group.
///
/// Role: Contributor.
/// Source: [communication services](https://learn.microsoft.com/azure/templates/microsoft.communication/communicationservices).
#[derive(Debug, Clone)]
pub enum CommunicationService {}

impl ResourceType for CommunicationService {
    const TYPE: &'static str = "Microsoft.Communication/communicationServices";
    const API_VERSION: &'static str = super::API_VERSION;
    const READ_ONLY: &'static [&'static str] = &[
        "hostName",
        "notificationHubId",
        "version",
        "immutableResourceId",
    ];
    type Properties = CommunicationServiceProperties;
}
