//! The pages that say so. Each finding names one.

pub(super) const ACTIONS: &str =
    "https://learn.microsoft.com/azure/role-based-access-control/role-definitions";
pub(super) const BILLING: &str = "https://learn.microsoft.com/azure/cost-management-billing/manage/programmatically-create-subscription-microsoft-customer-agreement";
/// Who issues the certificates of Container Apps, and that it has to reach the app.
pub(super) const CERTIFICATES: &str =
    "https://github.com/microsoft/azure-container-apps/issues/1542";
pub(super) const CLI_SCOPES: &str = "https://github.com/Azure/azure-cli/issues/33062";
pub(super) const CUSTOM_DOMAINS: &str =
    "https://learn.microsoft.com/azure/container-apps/custom-domains-managed-certificates";
pub(super) const DELETED_ITEMS: &str = "https://learn.microsoft.com/graph/api/resources/directory";
pub(super) const DELETED_VAULTS: &str =
    "https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview";
pub(super) const DISCOVERY: &str =
    "https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc";
pub(super) const EXTERNAL_LIMITS: &str =
    "https://learn.microsoft.com/entra/external-id/customers/reference-service-limits";
pub(super) const EXTERNAL_MFA: &str = "https://learn.microsoft.com/entra/external-id/customers/concept-multifactor-authentication-customers";
pub(super) const EXTERNAL_SUBSCRIPTIONS: &str =
    "https://learn.microsoft.com/entra/external-id/external-identities-pricing";
pub(super) const EXTERNAL_TENANT: &str =
    "https://learn.microsoft.com/entra/external-id/customers/how-to-create-external-tenant-portal";
pub(super) const FEDERATION: &str =
    "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations";
pub(super) const GITHUB_ENVIRONMENTS: &str =
    "https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments";
pub(super) const GITHUB_REPOSITORY: &str = "https://docs.github.com/rest/repos/repos";
pub(super) const GITHUB_SUBJECTS: &str = "https://docs.github.com/actions/reference/security/oidc";
pub(super) const MAIL_LIMITS: &str =
    "https://learn.microsoft.com/azure/communication-services/concepts/service-limits";
/// What is so because of this program, and not because of somebody's platform.
pub(super) const OURS: &str = "examples/README.md";
pub(super) const NAMES: &str =
    "https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules";
pub(super) const PERMISSIONS: &str = "https://learn.microsoft.com/graph/permissions-reference";
pub(super) const ROLES: &str =
    "https://learn.microsoft.com/entra/identity/role-based-access-control/delegate-by-task";
pub(super) const SIGN_IN: &str =
    "https://learn.microsoft.com/entra/identity-platform/reference-error-codes";
pub(super) const SIGN_IN_LOGS: &str = "https://learn.microsoft.com/entra/identity/monitoring-health/howto-configure-prerequisites-for-reporting-api";
pub(super) const SPENDING_LIMIT: &str =
    "https://learn.microsoft.com/azure/cost-management-billing/manage/spending-limit";
pub(super) const SQL_FIREWALL: &str =
    "https://learn.microsoft.com/azure/azure-sql/database/firewall-configure";
pub(super) const SUBSCRIPTIONS: &str =
    "https://learn.microsoft.com/rest/api/resources/subscriptions/list";
pub(super) const TENANT_TYPE: &str = "https://learn.microsoft.com/graph/api/resources/organization";
pub(super) const WORKFORCE_TENANT: &str =
    "https://learn.microsoft.com/entra/fundamentals/create-new-tenant";
