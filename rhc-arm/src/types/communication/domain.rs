//! Mail domains and who may send from them.

use crate::{ResourceType, model, open_enum};

model! {
    /// What a mail domain has.
    DomainProperties {
        /// Who looks after its records: `AzureManaged`, `CustomerManaged` or `CustomerManagedInExchangeOnline`.
        domain_management: String,
        /// Whether openings and clicks are counted: `Enabled` or `Disabled`.
        user_engagement_tracking: String,
        /// The records to put into DNS. Only the service writes them.
        verification_records: VerificationRecords,
        /// How far their check is. Only the service writes it.
        verification_states: VerificationStates,
        /// What mails come from. Only the service writes it.
        mail_from_sender_domain: String,
        /// What readers see. Only the service writes it.
        from_sender_domain: String,
        /// Where its data rests. Only the service writes it.
        data_location: String,
        /// The state of the last write. Only the service writes it.
        provisioning_state: String,
    }

    /// The records to put into DNS.
    VerificationRecords {
        /// That the domain is ours.
        #[serde(rename = "Domain")]
        domain: DnsRecord,
        /// Who may send.
        #[serde(rename = "SPF")]
        spf: DnsRecord,
        /// The first key.
        #[serde(rename = "DKIM")]
        dkim: DnsRecord,
        /// The second key.
        #[serde(rename = "DKIM2")]
        dkim2: DnsRecord,
        /// What to do with forgeries.
        #[serde(rename = "DMARC")]
        dmarc: DnsRecord,
    }

    /// A record to put into DNS.
    DnsRecord {
        /// `TXT` or `CNAME`.
        #[serde(rename = "type")]
        record_type: String,
        /// Its name.
        name: String,
        /// What it says.
        value: String,
        /// How many seconds it may be kept.
        ttl: i64,
    }

    /// How far the check of each record is.
    VerificationStates {
        /// That the domain is ours.
        #[serde(rename = "Domain")]
        domain: Verification,
        /// Who may send.
        #[serde(rename = "SPF")]
        spf: Verification,
        /// The first key.
        #[serde(rename = "DKIM")]
        dkim: Verification,
        /// The second key.
        #[serde(rename = "DKIM2")]
        dkim2: Verification,
        /// What to do with forgeries.
        #[serde(rename = "DMARC")]
        dmarc: Verification,
    }

    /// How far a check is.
    Verification {
        /// How far.
        status: VerificationState,
        /// What is wrong.
        error_code: String,
    }

    /// What a sender has.
    SenderUsernameProperties {
        /// What stands before the `@`.
        username: String,
        /// The name that readers see.
        display_name: String,
        /// The state of the last write. Only the service writes it.
        provisioning_state: String,
    }
}

open_enum! {
    /// How far a check is.
    VerificationState {
        /// Nobody asked for it.
        NotStarted = "NotStarted",
        /// Somebody asked for it.
        VerificationRequested = "VerificationRequested",
        /// It runs.
        VerificationInProgress = "VerificationInProgress",
        /// The record is not there, or says something else.
        VerificationFailed = "VerificationFailed",
        /// The record is there.
        Verified = "Verified",
        /// Somebody asked to stop it.
        CancellationRequested = "CancellationRequested",
    }
}

/// A mail domain, named by itself or `AzureManagedDomain`; its location is `global`. Its scope is a mail service.
///
/// Role: Contributor.
/// Source: [domains](https://learn.microsoft.com/azure/templates/microsoft.communication/emailservices/domains).
#[derive(Debug, Clone)]
pub enum EmailDomain {}

impl ResourceType for EmailDomain {
    const TYPE: &'static str = "Microsoft.Communication/emailServices/domains";
    const API_VERSION: &'static str = super::API_VERSION;
    const READ_ONLY: &'static [&'static str] = &[
        "dataLocation",
        "fromSenderDomain",
        "mailFromSenderDomain",
        "verificationStates",
        "verificationRecords",
    ];
    type Properties = DomainProperties;
}

/// A sender of a mail domain. Its scope is the domain.
///
/// Role: Contributor.
/// Source: [senders](https://learn.microsoft.com/azure/templates/microsoft.communication/emailservices/domains/senderusernames).
#[derive(Debug, Clone)]
pub enum SenderUsername {}

impl ResourceType for SenderUsername {
    const TYPE: &'static str = "Microsoft.Communication/emailServices/domains/senderUsernames";
    const API_VERSION: &'static str = super::API_VERSION;
    const READ_ONLY: &'static [&'static str] = &["dataLocation"];
    const LONG_RUNNING: bool = false;
    type Properties = SenderUsernameProperties;
}
