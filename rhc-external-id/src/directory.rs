//! External ID tenants, through the Azure resource that makes them and through which they are billed.

use std::fmt;

use rhc_arm::{
    ArmClient, Method, Path, Request, ResourceId, ResourceType, Resources, Result, SubscriptionId,
    model,
};
use serde_json::json;

model! {
    /// What an External ID tenant's resource has.
    ///
    /// Source: [externalIdentities, 2023-05-17-preview](https://learn.microsoft.com/azure/templates/microsoft.azureactivedirectory/ciamdirectories).
    CiamDirectoryProperties {
        /// `Provisioning`, `Succeeded`, `Failed`, … Read only.
        provisioning_state: String,
        /// What the tenant is made with. Immutable.
        create_tenant_properties: CreateTenantProperties,
        /// The tenant's initial domain. Read only.
        domain_name: String,
        /// The tenant's id: all zeros until it is made. Read only.
        tenant_id: String,
        /// How it is billed. Read only.
        billing_config: BillingConfig,
    }

    /// What a tenant is made with.
    CreateTenantProperties {
        /// Its name for people.
        display_name: String,
        /// Two letters; must belong to the location. Cannot be changed later.
        country_code: String,
    }

    /// How a tenant is billed.
    BillingConfig {
        /// `MAU`: by users that sign in within a month.
        billing_type: String,
        /// Since when.
        effective_start_date_utc: String,
    }

    /// Whether a name can be had.
    NameAvailability {
        /// Whether it can.
        name_available: bool,
        /// `AlreadyExists` or `Invalid`.
        reason: String,
        /// Why not, for a person.
        message: String,
    }
}

/// An External ID tenant as an Azure resource. Its location is a geography: `United States`, `Europe`, `Asia Pacific` or
/// `Australia`.
///
/// Who makes one becomes the first Global Administrator of the new tenant, as an external account.
///
/// The newest version with a published description is a preview. Unverified: whether the service accepts `2024-05-01`.
///
/// Role: Contributor on the resource group and the Entra role Tenant Creator; a signed-in person, as a service principal
/// is refused.
#[derive(Debug, Clone)]
pub enum CiamDirectory {}

impl ResourceType for CiamDirectory {
    const TYPE: &'static str = "Microsoft.AzureActiveDirectory/ciamDirectories";
    const API_VERSION: &'static str = "2023-05-17-preview";
    const READ_ONLY: &'static [&'static str] = &["domainName", "tenantId", "billingConfig"];
    type Properties = CiamDirectoryProperties;
}

impl CiamDirectoryProperties {
    /// The tenant's id once it is made: while it is being made, the service answers with zeros.
    pub fn made_tenant_id(&self) -> Option<rhc_core::TenantId> {
        let id: rhc_core::TenantId = self.tenant_id.as_deref()?.parse().ok()?;
        (!id.as_uuid().is_nil()).then_some(id)
    }
}

/// The External ID tenants that a subscription pays for.
#[derive(Debug, Clone)]
pub struct CiamDirectories {
    arm: ArmClient,
}

impl CiamDirectories {
    /// Over a client of Resource Manager, whose credential and options it shares.
    pub fn new(arm: ArmClient) -> Self {
        Self { arm }
    }

    /// The tenants of a resource group or subscription, with the verbs of [`Resources`].
    ///
    /// A new one takes up to thirty minutes. Its first answer names no tenant: await the operation before
    /// [`made_tenant_id`](CiamDirectoryProperties::made_tenant_id).
    pub fn in_scope(&self, scope: impl Into<ResourceId>) -> Resources<CiamDirectory> {
        self.arm.resources(scope)
    }

    /// Asks whether an initial domain can be had; `name` is what stands before `.onmicrosoft.com`.
    ///
    /// Request: `POST /subscriptions/{id}/providers/Microsoft.AzureActiveDirectory/checkNameAvailability`, operation `ciamDirectories.checkNameAvailability`.
    /// Permission: `Microsoft.AzureActiveDirectory/checkNameAvailability/action` on the subscription.
    /// Page: [ciamDirectories](https://learn.microsoft.com/azure/templates/microsoft.azureactivedirectory/ciamdirectories).
    ///
    /// # Errors
    /// [`InvalidInput`](rhc_core::ErrorKind::InvalidInput) for a name that Microsoft would refuse.
    pub async fn check_name(
        &self,
        subscription: &SubscriptionId,
        name: &str,
        country_code: &str,
    ) -> Result<NameAvailability> {
        const OPERATION: &str = "ciamDirectories.checkNameAvailability";
        initial_domain(name)
            .map_err(|error| rhc_core::Error::invalid(OPERATION, error.to_string()))?;
        let path = Path::new("/subscriptions")
            .segment(subscription.to_string())
            .fixed("/providers/Microsoft.AzureActiveDirectory/checkNameAvailability");
        let request = Request::new(OPERATION, Method::Post, path)
            .query("api-version", CiamDirectory::API_VERSION)
            .json(&json!({"name": name, "countryCode": country_code}))
            .idempotent(true);
        self.arm.request(request).await?.json()
    }
}

/// A name that cannot be a tenant's initial domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidDomain {
    name: String,
}

impl fmt::Display for InvalidDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` cannot be a tenant's initial domain: Microsoft takes 1 to 26 letters and digits, no hyphen",
            self.name
        )
    }
}

impl std::error::Error for InvalidDomain {}

/// Checks what stands before `.onmicrosoft.com`.
///
/// Microsoft's own pattern lacks its end (`^[a-zA-Z0-9]{1,26}`), so that it lets `rhc-b2c-qa` through and the service refuses it.
///
/// # Errors
/// Anything but 1 to 26 letters and digits.
///
/// ```
/// assert!(rhc_external_id::initial_domain("rhcqa").is_ok());
/// assert!(rhc_external_id::initial_domain("rhc-b2c-qa").unwrap_err().to_string().contains("no hyphen"));
/// ```
pub fn initial_domain(name: &str) -> std::result::Result<&str, InvalidDomain> {
    let valid =
        (1..=26).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if valid {
        Ok(name)
    } else {
        Err(InvalidDomain {
            name: name.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_letters_and_digits() {
        for good in ["a", "rhcqa", "RHC25", &"x".repeat(26)] {
            assert!(initial_domain(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "rhc-qa",
            "rhc_qa",
            "rhcqa.onmicrosoft.com",
            "é",
            &"x".repeat(27),
        ] {
            assert!(initial_domain(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_tenant_of_zeros_is_not_made_yet() {
        let with = |id: Option<&str>| {
            CiamDirectoryProperties {
                tenant_id: id.map(str::to_owned),
                ..Default::default()
            }
            .made_tenant_id()
        };
        assert_eq!(with(None), None);
        assert_eq!(with(Some("00000000-0000-0000-0000-000000000000")), None);
        assert_eq!(with(Some("nonsense")), None);
        assert!(with(Some("ed01df5d-6b39-45f8-82ae-36b88e5daae0")).is_some());
    }
}
