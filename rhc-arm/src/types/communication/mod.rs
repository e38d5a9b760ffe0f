//! `Microsoft.Communication`: sending mail.

mod domain;
mod email_service;
mod service;

pub use domain::{
    DnsRecord, DomainProperties, EmailDomain, SenderUsername, SenderUsernameProperties,
    Verification, VerificationRecords, VerificationState, VerificationStates,
};
pub use email_service::{EmailService, EmailServiceProperties};
pub use service::{CommunicationService, CommunicationServiceProperties};

/// The version of the provider's types.
const API_VERSION: &str = "2026-03-18";
