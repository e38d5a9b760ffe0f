//! Certificates of one's own, in an environment.

use rhc_arm::{Resource, ResourceType, Sensitive, model};

use crate::CertificateState;

model! {
    /// The properties of a certificate of one's own.
    ///
    /// Source: [certificates, 2025-07-01](https://learn.microsoft.com/rest/api/resource-manager/containerapps/certificates).
    CertificateProperties {
        /// Read only.
        provisioning_state: CertificateState,
        /// Where it is, if a key vault has it: the service then follows its renewals.
        certificate_key_vault_properties: CertificateKeyVaultProperties,
        /// A PFX or PEM file in Base64, with its private key. It is sent, and never answered.
        value: Sensitive,
        /// The file's password. It is sent, and never answered.
        password: Sensitive,
        /// Read only: whose it is.
        subject_name: String,
        /// Read only: the names that it is for.
        subject_alternative_names: Vec<String>,
        /// Read only: who issued it.
        issuer: String,
        /// Read only.
        issue_date: String,
        /// Read only.
        expiration_date: String,
        /// Read only.
        thumbprint: String,
        /// Read only: whether it can be used.
        valid: bool,
        /// Read only: why it cannot be used.
        deployment_errors: String,
    }

    /// Where a key vault has a certificate.
    CertificateKeyVaultProperties {
        /// The id of the environment's identity that reads it, or `system`.
        identity: String,
        /// The address of the certificate's secret in the vault.
        key_vault_url: String,
    }
}

/// A certificate that the owner of a host name brings himself. Its scope is an environment.
///
/// PATCH changes its tags only. On deletion the code `CertificateInUse` says that an app still uses it.
///
/// Role: [Container Apps ManagedEnvironments Contributor](https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/containers#container-apps-managedenvironments-contributor).
#[derive(Debug, Clone)]
pub enum Certificate {}

impl Certificate {
    /// One that a key vault has, read by an identity of the environment. Nothing secret passes through this program.
    pub fn in_vault(
        identity: impl Into<String>,
        key_vault_url: impl Into<String>,
    ) -> Resource<Self> {
        Resource::new(CertificateProperties {
            certificate_key_vault_properties: Some(CertificateKeyVaultProperties {
                identity: Some(identity.into()),
                key_vault_url: Some(key_vault_url.into()),
                ..Default::default()
            }),
            ..Default::default()
        })
    }
}

impl ResourceType for Certificate {
    const TYPE: &'static str = "Microsoft.App/managedEnvironments/certificates";
    const API_VERSION: &'static str = crate::API_VERSION;
    const READ_ONLY: &'static [&'static str] = &[
        "subjectName",
        "subjectAlternativeNames",
        "issuer",
        "issueDate",
        "expirationDate",
        "thumbprint",
        "valid",
        "publicKeyHash",
        "deploymentErrors",
    ];
    const LONG_RUNNING: bool = false;
    type Properties = CertificateProperties;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_file_nor_password() {
        let certificate = Resource::<Certificate>::new(CertificateProperties {
            value: Some("planted".to_owned().into()),
            password: Some("planted".to_owned().into()),
            ..Default::default()
        });
        assert!(!format!("{certificate:?}").contains("planted"));
        let sent = certificate.for_write();
        assert_eq!(sent["properties"]["value"], "planted");
    }
}
