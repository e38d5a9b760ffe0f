//! The tenant itself, and its domains.

use crate::GraphClient;
use rhc_core::{Error, ErrorKind, Method, Pages, Path, Request, Result, TenantId};
use rhc_core::{model, open_enum};

open_enum! {
    /// What a tenant is for.
    TenantType {
        /// Employees: a workforce tenant.
        Workforce = "AAD",
        /// Customers, as External ID has them. Unverified: the value is from general knowledge.
        External = "CIAM",
        /// Customers, as Azure AD B2C has them.
        B2c = "AAD B2C",
    }
}

model! {
    /// A tenant.
    ///
    /// Page: [organization](https://learn.microsoft.com/graph/api/resources/organization).
    Organization {
        /// The tenant's id.
        id: TenantId,
        /// Its name.
        display_name: String,
        /// What it is for.
        tenant_type: TenantType,
        /// The domains that it has verified.
        verified_domains: Vec<VerifiedDomain>,
        /// Its country, two letters.
        country_letter_code: String,
        /// When it was made.
        created_date_time: String,
        /// Where technical notices go.
        technical_notification_mails: Vec<String>,
        /// Where notices about security and compliance go.
        security_compliance_notification_mails: Vec<String>,
        /// Who is called about security and compliance.
        security_compliance_notification_phones: Vec<String>,
        /// Where advertising goes.
        marketing_notification_emails: Vec<String>,
        /// Who answers questions about privacy.
        privacy_profile: PrivacyProfile,
    }
}

model! {
    /// Who answers a tenant's questions about privacy.
    PrivacyProfile {
        /// A mail address.
        contact_email: String,
        /// Where the tenant's statement about privacy is.
        statement_url: String,
    }
}

impl Organization {
    /// `<name>.onmicrosoft.com`, which never changes.
    pub fn initial_domain(&self) -> Option<&str> {
        self.verified_domains
            .as_ref()?
            .iter()
            .find(|domain| domain.is_initial == Some(true))?
            .name
            .as_deref()
    }
}

model! {
    /// A domain that a tenant has verified.
    VerifiedDomain {
        /// Its name.
        name: String,
        /// Whether new users get it.
        is_default: bool,
        /// Whether it is the one that the tenant was born with.
        is_initial: bool,
        /// What it is used for.
        capabilities: String,
        /// `Managed` or `Federated`.
        #[serde(rename = "type")]
        kind: String,
    }
}

model! {
    /// A domain of a tenant, verified or not.
    ///
    /// Page: [domain](https://learn.microsoft.com/graph/api/resources/domain).
    Domain {
        /// Its name.
        id: String,
        /// Whether its ownership is proven.
        is_verified: bool,
        /// Whether new users get it.
        is_default: bool,
        /// Whether it is the one that the tenant was born with.
        is_initial: bool,
        /// `Managed` or `Federated`.
        authentication_type: String,
        /// What it is used for.
        supported_services: Vec<String>,
    }
}

/// The tenant that the credential is of.
#[derive(Debug, Clone)]
pub struct Organizations {
    pub(crate) client: GraphClient,
}

impl Organizations {
    pub(crate) fn new(client: GraphClient) -> Self {
        Self { client }
    }

    /// Reads the tenant.
    ///
    /// Request: `GET /organization`, operation `organization.get`.
    /// Permission: `Organization.Read.All` (a user needs no more than `User.Read`, which hides some properties).
    /// Page: [organization-list](https://learn.microsoft.com/graph/api/organization-list).
    ///
    /// # Errors
    /// [`ErrorKind::Decode`] where the service names no tenant.
    pub async fn get(&self) -> Result<Organization> {
        let path = Path::new("/v1.0/organization");
        let request = Request::new("organization.get", Method::Get, path);
        let all: Vec<Organization> = self.client.pages(request).collect_all().await?;
        all.into_iter().next().ok_or_else(|| {
            Error::new(
                ErrorKind::Decode,
                "organization.get",
                "the service's answer names no tenant",
            )
        })
    }

    /// Changes the given properties of the tenant with this id, which must be the credential's own: where notices go, and
    /// the statement about privacy. Nothing else can be changed.
    ///
    /// Request: `PATCH /organization/{id}`, operation `organization.update`.
    /// Permission: `Organization.ReadWrite.All`; a user also the role Global Administrator.
    /// Page: [organization-update](https://learn.microsoft.com/graph/api/organization-update).
    ///
    /// # Errors
    /// 400 `Request_BadRequest` for a property that only the service sets; 404 for another tenant.
    pub async fn update(&self, tenant: TenantId, organization: &Organization) -> Result<()> {
        let path = Path::new("/v1.0/organization").segment(tenant.to_string());
        let request = Request::new("organization.update", Method::Patch, path)
            .json(organization)
            .idempotent(true);
        self.client.write(request).await
    }

    /// Lists the tenant's domains, verified or not.
    ///
    /// Request, permission and page as [`Domains::list`](crate::Domains::list).
    pub fn domains(&self) -> Pages<Domain> {
        self.client.domains().list()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_initial_domain_is_found() {
        let organization: Organization = serde_json::from_value(json!({"tenantType": "Something", "verifiedDomains": [
            {"name": "recalibratehealthcare.com", "isDefault": true, "isInitial": false, "type": "Managed"},
            {"name": "recalibrate.onmicrosoft.com", "isDefault": false, "isInitial": true}]}))
        .unwrap();
        assert_eq!(
            organization.initial_domain(),
            Some("recalibrate.onmicrosoft.com")
        );
        assert_eq!(
            organization.tenant_type,
            Some(TenantType::Unknown("Something".into()))
        );
        assert_eq!(Organization::default().initial_domain(), None);
    }
}
