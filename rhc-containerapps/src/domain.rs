//! Host names of one's own: the certificates that the service issues for them, and what it sees of them.

use rhc_arm::{ResourceType, model, open_enum};

open_enum! {
    /// How far a certificate has come.
    CertificateState {
        /// It is issued.
        Succeeded = "Succeeded",
        /// It was not issued.
        Failed = "Failed",
        /// It was cancelled.
        Canceled = "Canceled",
        /// It could not be deleted.
        DeleteFailed = "DeleteFailed",
        /// It is being issued, which takes up to twenty minutes.
        Pending = "Pending",
        /// It goes away.
        Deleting = "Deleting",
    }

    /// How it is proven that a host name leads to the environment.
    DomainControlValidation {
        /// By a CNAME record that leads straight to the app's own name: for names below a zone.
        Cname = "CNAME",
        /// By a request to the name: for a zone's own name, which has an A record.
        Http = "HTTP",
        /// By a token in a TXT record.
        Txt = "TXT",
    }

    /// Whether the records prove whose a host name is.
    HostnameVerification {
        /// They do.
        Passed = "Passed",
        /// They do not.
        Failed = "Failed",
        /// It was not tried.
        Skipped = "Skipped",
    }
}

model! {
    /// The properties of a managed certificate.
    ///
    /// Source: [managed certificates, 2025-07-01](https://learn.microsoft.com/rest/api/resource-manager/containerapps/managed-certificates).
    ManagedCertificateProperties {
        /// Read only.
        provisioning_state: CertificateState,
        /// The host name that it is for.
        subject_name: String,
        /// Read only: why it was not issued.
        error: String,
        /// How it is proven that the name leads to the environment.
        domain_control_validation: DomainControlValidation,
        /// Read only: the token, where it is proven by one.
        validation_token: String,
    }

    /// What the service sees of a host name.
    ///
    /// Source: [list custom host name analysis, 2025-07-01](https://learn.microsoft.com/rest/api/resource-manager/containerapps/container-apps/list-custom-host-name-analysis).
    CustomHostnameAnalysis {
        /// The name.
        host_name: String,
        /// Recorded as false for a name that the app had already.
        is_hostname_already_verified: bool,
        /// Whether its records prove whose it is.
        custom_domain_verification_test: HostnameVerification,
        /// Why they do not.
        custom_domain_verification_failure_info: VerificationFailure,
        /// Whether another app of the environment has it.
        has_conflict_on_managed_environment: bool,
        /// Whether it collides with the environment's own domain.
        conflict_with_environment_custom_domain: bool,
        /// The id of the app that has it.
        conflicting_container_app_resource_id: String,
        /// Its CNAME records.
        c_name_records: Vec<String>,
        /// Its TXT records.
        txt_records: Vec<String>,
        /// Its A records, and those of the name that it leads to.
        a_records: Vec<String>,
        /// The CNAME records of `asuid.<host>`.
        #[serde(rename = "alternateCNameRecords")]
        alternate_cname_records: Vec<String>,
        /// The TXT records of `asuid.<host>`, of which one must be the verification id.
        alternate_txt_records: Vec<String>,
    }

    /// Why records do not prove whose a host name is.
    VerificationFailure {
        /// For a program.
        code: String,
        /// For a person.
        message: String,
    }
}

/// A certificate that the service issues for a host name, renews, and keeps the key of. Its scope is an environment.
///
/// An app of the environment must have the name first (binding `Disabled`), and each name has one certificate. Codes
/// worth matching: `RequireCustomHostnameInEnvironment`, `DuplicateManagedCertificateInEnvironment`, and on deletion
/// `CertificateInUse`.
///
/// Role: [Container Apps ManagedEnvironments Contributor](https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/containers#container-apps-managedenvironments-contributor).
#[derive(Debug, Clone)]
pub enum ManagedCertificate {}

impl ResourceType for ManagedCertificate {
    const TYPE: &'static str = "Microsoft.App/managedEnvironments/managedCertificates";
    const API_VERSION: &'static str = crate::API_VERSION;
    const READ_ONLY: &'static [&'static str] = &["error", "validationToken"];
    type Properties = ManagedCertificateProperties;
}
