//! The accounts that a tenant needs before anything else can be done in it.

use serde_json::{Map, json};
use uuid::Uuid;

use super::{Creator, Directory, DirectoryError, GLOBAL_ADMINISTRATOR, ObjectKind};
use super::{NewTenant, TenantKind};
use crate::fake::ids;

impl Directory {
    /// A native account `<user>@<initial domain>` with the role Global Administrator, seen by all readers at once;
    /// what the person makes by hand in the portal. The first one of a tenant is the operator's. Its id depends on nothing but
    /// its name.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownTenant`], [`DirectoryError::Exists`].
    pub fn add_administrator(&mut self, tenant: Uuid, user: &str) -> Result<Uuid, DirectoryError> {
        let domain = self
            .tenant_by_id(tenant)
            .ok_or(DirectoryError::UnknownTenant(tenant))?
            .initial_domain
            .clone();
        let upn = format!("{user}@{domain}");
        let id = ids::derived(&[&tenant.to_string(), "user", &upn]);
        let body = [
            ("displayName", json!(user)),
            ("userPrincipalName", json!(upn)),
            ("mailNickname", json!(user)),
            ("userType", json!("Member")),
            ("accountEnabled", json!(true)),
        ]
        .map(|(name, value)| (name.to_owned(), value));
        self.insert_settled(tenant, ObjectKind::User, id, Map::from_iter(body))?;
        self.assign_role(tenant, id, GLOBAL_ADMINISTRATOR)?;
        if let Some(tenant) = self.tenant_mut(tenant) {
            tenant.operator.get_or_insert(id);
        }
        Ok(id)
    }

    /// A workforce tenant `<label>.onmicrosoft.com` that exists before the story begins, with the native
    /// administrator `admin`. Its id depends on nothing but its label.
    ///
    /// # Errors
    /// [`DirectoryError::Exists`].
    pub fn add_workforce_tenant(&mut self, label: &str) -> Result<Uuid, DirectoryError> {
        let initial_domain = format!("{label}.onmicrosoft.com");
        let id = self.create_tenant(NewTenant {
            id: ids::derived(&["tenant", &initial_domain]),
            kind: TenantKind::Workforce,
            display_name: label.to_owned(),
            initial_domain,
            country: "US".to_owned(),
            creator: None,
        })?;
        self.add_administrator(id, "admin")?;
        Ok(id)
    }

    /// The operator of `home` as the creator of another tenant.
    #[must_use]
    pub fn creator_from(&self, home: Uuid) -> Option<Creator> {
        let user = self.operator(home)?;
        Some(Creator { tenant: home, user })
    }
}
