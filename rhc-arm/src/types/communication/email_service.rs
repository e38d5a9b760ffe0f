//! Mail services.

use crate::{ResourceType, model};

model! {
    /// What a mail service has.
    EmailServiceProperties {
        /// Where its data rests, such as `United States`. Fixed when it is created, and the same as the communication service's.
        data_location: String,
        /// The state of the last write. Only the service writes it.
        provisioning_state: String,
    }
}

/// A mail service; its location is `global`. Its scope is a resource group.
///
/// Role: Contributor.
/// Source: [mail services](https://learn.microsoft.com/azure/templates/microsoft.communication/emailservices).
#[derive(Debug, Clone)]
pub enum EmailService {}

impl ResourceType for EmailService {
    const TYPE: &'static str = "Microsoft.Communication/emailServices";
    const API_VERSION: &'static str = super::API_VERSION;
    type Properties = EmailServiceProperties;
}
