//! Tenants, what is protected, billing and subscriptions.

use serde::{Deserialize, Serialize};

/// What kind of directory a tenant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TenantKind {
    /// An ordinary Entra ID tenant; it can own subscriptions.
    Workforce,
    /// An External ID tenant; it holds customers' identities and nothing else.
    ExternalId,
}

/// Who brings a tenant into being.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MadeBy {
    /// It is there already.
    Exists,
    /// The rollout creates it.
    Rollout,
    /// A person creates it, and the rollout sees when that is done.
    Manual,
}

/// A tenant that takes part in the environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenant {
    /// Workforce or External ID.
    pub kind: TenantKind,
    /// Who creates it.
    pub made_by: MadeBy,
    /// Its domain; for a new tenant the initial one, `<name>.onmicrosoft.com`.
    pub domain: String,
    /// Readable name.
    pub display_name: String,
    /// Tenant id, once it is known. A tenant that exists needs it.
    pub id: Option<String>,
    /// Application id of the public client that a person signs in with, if not the default one.
    pub sign_in_client_id: Option<String>,
    /// The Azure resource behind an External ID tenant that the rollout creates.
    pub directory: Option<Directory>,
    /// A tenant's own sign-in address behind Front Door, associated by hand.
    pub custom_url_domain: Option<String>,
    /// The native Global Administrators that a person creates in a new tenant.
    pub native_administrators: Vec<NativeAdministrator>,
}

impl Tenant {
    /// The first label of an `onmicrosoft.com` domain, the name that Microsoft reserves for ever.
    pub fn initial_domain(&self) -> Option<&str> {
        let (label, rest) = self.domain.split_once('.')?;
        rest.eq_ignore_ascii_case("onmicrosoft.com")
            .then_some(label)
    }
}

/// The Azure resource (`Microsoft.AzureActiveDirectory/ciamDirectories`) of an External ID tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directory {
    /// Name of the resource, the same as the initial domain's first label.
    pub name: String,
    /// Key of the subscription that pays for the tenant's users.
    pub subscription: String,
    /// Resource group.
    pub resource_group: String,
    /// Where Microsoft keeps the tenant's data: a geography, not a region. Cannot be changed later.
    pub data_location: String,
    /// Two-letter country code. Cannot be changed later.
    pub country: String,
    /// Name of the billing SKU.
    pub sku: String,
}

/// A Global Administrator who lives in the tenant itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NativeAdministrator {
    /// The part of the sign-in name before the `@`.
    pub user: String,
    /// Readable name.
    pub display_name: String,
    /// Whether this is the sealed emergency account, which is left out of Conditional Access.
    pub break_glass: bool,
}

/// What the rollout refuses to write, whatever else the file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protected {
    /// Whole tenants.
    pub tenants: Vec<ProtectedTenant>,
    /// Subscriptions of tenants that are otherwise used.
    pub subscriptions: Vec<ProtectedSubscription>,
    /// Resource groups.
    pub resource_groups: Vec<ProtectedResourceGroup>,
    /// Single resources.
    pub resources: Vec<ProtectedResource>,
}

/// A tenant that is never written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtectedTenant {
    /// Its domain.
    pub domain: String,
    /// Its id, where it is known.
    pub id: Option<String>,
    /// Why it is protected, said to whoever tries.
    pub why: String,
}

/// A subscription that is never written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtectedSubscription {
    /// Key of its tenant.
    pub tenant: String,
    /// Its name.
    pub name: String,
    /// Its id, where it is known.
    pub id: Option<String>,
    /// Why it is protected.
    pub why: String,
}

/// A resource group that is never written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtectedResourceGroup {
    /// Key of its tenant.
    pub tenant: String,
    /// Name of its subscription.
    pub subscription: String,
    /// Its name.
    pub name: String,
    /// Why it is protected.
    pub why: String,
}

/// A resource that is never written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtectedResource {
    /// Key of its tenant.
    pub tenant: String,
    /// Name of its subscription.
    pub subscription: String,
    /// Name of its resource group.
    pub resource_group: String,
    /// Its type, such as `Microsoft.Compute/virtualMachines`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Why it is protected.
    pub why: String,
}

/// Who pays for new subscriptions. Without an account, preflight reads which ones there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Billing {
    /// Key of the tenant that owns the billing account.
    pub tenant: String,
    /// Billing account.
    pub account: Option<String>,
    /// Billing profile (Microsoft Customer Agreement).
    pub profile: Option<String>,
    /// Invoice section (Microsoft Customer Agreement).
    pub invoice_section: Option<String>,
    /// Enrollment account (Enterprise Agreement).
    pub enrollment_account: Option<String>,
    /// Customer (Microsoft Partner Agreement).
    pub customer: Option<String>,
}

impl Billing {
    /// The billing scope of a subscription alias, or nothing if the file names no account.
    ///
    /// Unverified: the forms of the Enterprise and the Partner Agreement.
    pub fn scope(&self) -> Option<String> {
        let account = format!(
            "/providers/Microsoft.Billing/billingAccounts/{}",
            self.account.as_ref()?
        );
        if let (Some(profile), Some(section)) = (&self.profile, &self.invoice_section) {
            return Some(format!(
                "{account}/billingProfiles/{profile}/invoiceSections/{section}"
            ));
        }
        if let Some(enrollment) = &self.enrollment_account {
            return Some(format!("{account}/enrollmentAccounts/{enrollment}"));
        }
        let customer = self.customer.as_ref()?;
        Some(format!("{account}/customers/{customer}"))
    }
}

/// What a subscription is for; Microsoft prices the two differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Workload {
    /// Ordinary use.
    Production,
    /// Development and testing, for holders of Visual Studio subscriptions.
    DevTest,
}

impl Workload {
    /// As the service writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Production => "Production",
            Self::DevTest => "DevTest",
        }
    }
}

/// A subscription of the environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Its name, and the name of the alias that creates it.
    pub name: String,
    /// Key of the workforce tenant that owns it.
    pub tenant: String,
    /// What it is for.
    pub workload: Workload,
    /// Name of the environment whose subscription it is, where that is another one: it is used, and its tags stay that one's.
    pub belongs_to: Option<String>,
    /// Id of a subscription that exists; none is created then.
    pub id: Option<String>,
}
