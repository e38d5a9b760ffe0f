//! A tenant: a directory of its own, with its domains, objects and roles.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::object::DirectoryObject;

/// The template id of the role Global Administrator, the same in each tenant.
pub const GLOBAL_ADMINISTRATOR: Uuid = Uuid::from_u128(0x62e9_0394_69f5_4237_9190_0121_7714_5e10);

/// What a tenant is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TenantKind {
    /// Employees, subscriptions and resources.
    Workforce,
    /// Customers (Entra External ID); it can own no subscription.
    ExternalId,
}

/// Who made a tenant: an account of another tenant, which arrives in the new one as an external account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Creator {
    /// The account's own tenant.
    pub tenant: Uuid,
    /// The account there.
    pub user: Uuid,
}

/// What [`Directory::create_tenant`](super::Directory::create_tenant) needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTenant {
    /// The tenant's id.
    pub id: Uuid,
    /// What it is for.
    pub kind: TenantKind,
    /// Its name.
    pub display_name: String,
    /// `<name>.onmicrosoft.com`.
    pub initial_domain: String,
    /// Two letters.
    pub country: String,
    /// The account that becomes its first administrator, as `#EXT#`.
    pub creator: Option<Creator>,
}

/// A directory role held by a principal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RoleAssignment {
    /// Who holds it.
    pub principal_id: Uuid,
    /// The role's definition, for built-in roles its template id.
    pub role_definition_id: Uuid,
    /// `/` for the whole directory.
    pub directory_scope_id: String,
}

/// An application permission (app role) held by a principal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AppRoleAssignment {
    /// Who holds it.
    pub principal_id: Uuid,
    /// The service principal that defines the role.
    pub resource_id: Uuid,
    /// The role's id among that principal's `appRoles`; all zeros for "access without a role".
    pub app_role_id: Uuid,
    /// When it was given.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
}

/// A tenant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Tenant {
    /// Its id, as the key above it.
    pub id: Uuid,
    /// What it is for.
    pub kind: TenantKind,
    /// Its name.
    pub display_name: String,
    /// `<name>.onmicrosoft.com`, which never changes.
    pub initial_domain: String,
    /// All verified domains, the initial one included.
    pub domains: Vec<String>,
    /// Two letters.
    pub country: String,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
    /// The account with which the World's operator works here: the first native administrator that was added. Absent:
    /// the one who made the tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<Uuid>,
    /// Its users, groups, applications and service principals, the deleted ones included.
    pub objects: BTreeMap<Uuid, DirectoryObject>,
    /// Directory roles that principals hold, by the assignment's id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub role_assignments: BTreeMap<String, RoleAssignment>,
    /// Application permissions that principals hold, by the assignment's id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub app_role_assignments: BTreeMap<String, AppRoleAssignment>,
}

impl Tenant {
    /// Whether `name` is this tenant's id or one of its domains, in any case.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        name.parse() == Ok(self.id)
            || self
                .domains
                .iter()
                .any(|domain| domain.eq_ignore_ascii_case(name))
    }

    /// Whether a principal holds a directory role for the whole directory.
    #[must_use]
    pub fn has_role(&self, principal: Uuid, role: Uuid) -> bool {
        self.role_assignments.values().any(|assignment| {
            assignment.principal_id == principal
                && assignment.role_definition_id == role
                && assignment.directory_scope_id == "/"
        })
    }

    /// Whether a principal holds any directory role, over whatever part of the directory.
    pub(super) fn has_any_role(&self, principal: Uuid) -> bool {
        let mut all = self.role_assignments.values();
        all.any(|assignment| assignment.principal_id == principal)
    }

    /// The initial domain's first label, by which `<label>.ciamlogin.com` is made.
    #[must_use]
    pub fn label(&self) -> &str {
        self.initial_domain
            .split_once('.')
            .map_or(self.initial_domain.as_str(), |(label, _)| label)
    }
}
