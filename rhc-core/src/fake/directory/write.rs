//! Changing the directory; every change is stamped with when readers will see it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::object::{DirectoryObject, ObjectKind, Previous, later};
use super::read::restorable;
use super::{
    Directory, GLOBAL_ADMINISTRATOR, MICROSOFT_TENANT, NewTenant, Read, RoleAssignment, Tenant,
    first_party,
};
use crate::fake::ids;

/// Why the directory cannot be changed so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectoryError {
    /// There is no such tenant.
    UnknownTenant(Uuid),
    /// There is no such object, or it is deleted.
    UnknownObject(Uuid),
    /// Something stands under this id already.
    Exists(Uuid),
}

impl fmt::Display for DirectoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownTenant(id) => write!(f, "there is no tenant {id}"),
            Self::UnknownObject(id) => write!(f, "there is no directory object {id}"),
            Self::Exists(id) => write!(f, "{id} exists already"),
        }
    }
}

impl std::error::Error for DirectoryError {}

impl Directory {
    /// Makes a tenant with Microsoft's own service principals and, if it has a creator, his external account as
    /// Global Administrator.
    ///
    /// # Errors
    /// [`DirectoryError::Exists`] if the id or the initial domain is taken.
    pub fn create_tenant(&mut self, new: NewTenant) -> Result<Uuid, DirectoryError> {
        if let Some(taken) = self
            .tenants
            .get(&new.id)
            .or_else(|| self.tenant(&new.initial_domain))
        {
            return Err(DirectoryError::Exists(taken.id));
        }
        let id = new.id;
        let external = new.creator.as_ref().and_then(|creator| {
            let home = self.object(creator.tenant, creator.user, Read::Authoritative)?;
            Some(home.body.clone())
        });
        self.tenants.insert(
            id,
            Tenant {
                id,
                kind: new.kind,
                display_name: new.display_name,
                domains: vec![new.initial_domain.clone()],
                initial_domain: new.initial_domain,
                country: new.country,
                created: self.now,
                operator: None,
                objects: BTreeMap::new(),
                role_assignments: BTreeMap::new(),
                app_role_assignments: BTreeMap::new(),
            },
        );
        self.seed_first_party(id)?;
        if let Some(home) = external {
            self.invite_creator(id, &home)?;
        }
        Ok(id)
    }

    /// Removes a tenant with all that is in it; `false` if there is none. Who may and when is the caller's business.
    pub fn remove_tenant(&mut self, id: Uuid) -> bool {
        self.tenants.remove(&id).is_some()
    }

    fn seed_first_party(&mut self, tenant: Uuid) -> Result<(), DirectoryError> {
        for app in first_party() {
            let id = ids::derived(&[&tenant.to_string(), "sp", &app.app_id.to_string()]);
            let mut names: Vec<_> = app.identifiers.iter().map(|name| json!(name)).collect();
            names.push(json!(app.app_id));
            let body = [
                ("appId", json!(app.app_id)),
                ("displayName", json!(app.name)),
                ("appDisplayName", json!(app.name)),
                ("appOwnerOrganizationId", json!(MICROSOFT_TENANT)),
                ("servicePrincipalType", json!("Application")),
                ("accountEnabled", json!(true)),
                ("servicePrincipalNames", Value::Array(names)),
                ("appRoles", json!([])),
            ];
            let body = body.map(|(name, value)| (name.to_owned(), value));
            self.insert_settled(
                tenant,
                ObjectKind::ServicePrincipal,
                id,
                Map::from_iter(body),
            )?;
        }
        Ok(())
    }

    fn invite_creator(
        &mut self,
        tenant: Uuid,
        home: &Map<String, Value>,
    ) -> Result<(), DirectoryError> {
        let text = |name: &str| home.get(name).and_then(Value::as_str).unwrap_or_default();
        let upn = text("userPrincipalName");
        let domain = self
            .tenant_by_id(tenant)
            .map(|tenant| tenant.initial_domain.clone())
            .unwrap_or_default();
        let id = ids::derived(&[&tenant.to_string(), "external", upn]);
        let body = [
            ("displayName", json!(text("displayName"))),
            (
                "userPrincipalName",
                json!(format!("{}#EXT#@{domain}", upn.replace('@', "_"))),
            ),
            ("mail", json!(upn)),
            // The creator arrives as a member, although his account is external: `#EXT#` is what tells.
            ("userType", json!("Member")),
            ("accountEnabled", json!(true)),
        ];
        let body = body.map(|(name, value)| (name.to_owned(), value));
        self.insert_settled(tenant, ObjectKind::User, id, Map::from_iter(body))?;
        self.assign_role(tenant, id, GLOBAL_ADMINISTRATOR)
    }

    /// Gives a principal a directory role for the whole directory; nothing changes if he has it.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownTenant`].
    pub fn assign_role(
        &mut self,
        tenant: Uuid,
        principal: Uuid,
        role: Uuid,
    ) -> Result<(), DirectoryError> {
        let owner = self
            .tenants
            .get_mut(&tenant)
            .ok_or(DirectoryError::UnknownTenant(tenant))?;
        if !owner.has_role(principal, role) {
            let parts = [tenant, principal, role].map(|id| id.to_string());
            let id = ids::derived(&[&parts[0], &parts[1], &parts[2]]).to_string();
            let assignment = RoleAssignment {
                principal_id: principal,
                role_definition_id: role,
                directory_scope_id: "/".to_owned(),
            };
            owner.role_assignments.insert(id, assignment);
        }
        Ok(())
    }

    /// Adds an object, which readers see after the replication delay; `id` is put into the body.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownTenant`], [`DirectoryError::Exists`].
    pub fn insert(
        &mut self,
        tenant: Uuid,
        kind: ObjectKind,
        id: Uuid,
        body: Map<String, Value>,
    ) -> Result<(), DirectoryError> {
        let lag = self.replication;
        self.insert_after(tenant, kind, id, body, lag)
    }

    /// Adds an object that readers see at once: what was there before the story begins.
    ///
    /// # Errors
    /// As [`insert`](Self::insert).
    pub fn insert_settled(
        &mut self,
        tenant: Uuid,
        kind: ObjectKind,
        id: Uuid,
        body: Map<String, Value>,
    ) -> Result<(), DirectoryError> {
        self.insert_after(tenant, kind, id, body, super::Replication::NONE)
    }

    fn insert_after(
        &mut self,
        tenant: Uuid,
        kind: ObjectKind,
        id: Uuid,
        mut body: Map<String, Value>,
        lag: super::Replication,
    ) -> Result<(), DirectoryError> {
        let now = self.now;
        let owner = self
            .tenants
            .get_mut(&tenant)
            .ok_or(DirectoryError::UnknownTenant(tenant))?;
        if owner.objects.contains_key(&id) {
            return Err(DirectoryError::Exists(id));
        }
        body.shift_insert(0, "id".to_owned(), json!(id));
        let object = DirectoryObject {
            kind,
            body,
            links: BTreeMap::new(),
            created: now,
            visible_at: later(now, lag.point_read),
            listed_at: later(now, lag.list),
            previous: None,
            deleted_at: None,
        };
        owner.objects.insert(id, object);
        Ok(())
    }

    /// Changes an object; readers see the previous body until the change is replicated.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownTenant`], [`DirectoryError::UnknownObject`].
    pub fn update<R>(
        &mut self,
        tenant: Uuid,
        id: Uuid,
        change: impl FnOnce(&mut Map<String, Value>) -> R,
    ) -> Result<R, DirectoryError> {
        let (now, lag) = (self.now, self.replication);
        let object = self.alive(tenant, id)?;
        let before = object.body.clone();
        let result = change(&mut object.body);
        object.body.shift_insert(0, "id".to_owned(), json!(id));
        if object.body != before {
            // A reader who has not seen the last change yet does not see a part of it either.
            let body = match object.previous.take() {
                Some(previous) if now < previous.list_until => previous.body,
                _ => before,
            };
            object.previous = Some(Previous {
                body,
                until: later(now, lag.point_read),
                list_until: later(now, lag.list),
            });
        }
        Ok(result)
    }

    /// Deletes an object; for thirty days it can be restored.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownTenant`], [`DirectoryError::UnknownObject`].
    pub fn delete(&mut self, tenant: Uuid, id: Uuid) -> Result<(), DirectoryError> {
        let now = self.now;
        self.alive(tenant, id)?.deleted_at = Some(now);
        Ok(())
    }

    /// Brings a deleted object back.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownObject`] if it is not among the deleted ones (any more).
    pub fn restore(&mut self, tenant: Uuid, id: Uuid) -> Result<(), DirectoryError> {
        let (now, lag) = (self.now, self.replication);
        let object = self.stored(tenant, id)?;
        if !restorable(object.deleted_at, now) {
            return Err(DirectoryError::UnknownObject(id));
        }
        object.deleted_at = None;
        object.visible_at = later(now, lag.point_read);
        object.listed_at = later(now, lag.list);
        Ok(())
    }

    /// Removes an object for good, deleted before or not, and every link and role that names it.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownTenant`], [`DirectoryError::UnknownObject`].
    pub fn purge(&mut self, tenant: Uuid, id: Uuid) -> Result<(), DirectoryError> {
        self.stored(tenant, id)?;
        if let Some(owner) = self.tenants.get_mut(&tenant) {
            owner.objects.remove(&id);
            owner
                .role_assignments
                .retain(|_, assignment| assignment.principal_id != id);
            owner.app_role_assignments.retain(|_, assignment| {
                assignment.principal_id != id && assignment.resource_id != id
            });
            for object in owner.objects.values_mut() {
                for linked in object.links.values_mut() {
                    linked.remove(&id);
                }
            }
        }
        Ok(())
    }

    /// Links two objects (`members`, `owners`); `false` if they were linked.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownTenant`], [`DirectoryError::UnknownObject`].
    pub fn link(
        &mut self,
        tenant: Uuid,
        from: Uuid,
        relation: &str,
        to: Uuid,
    ) -> Result<bool, DirectoryError> {
        let links = &mut self.alive(tenant, from)?.links;
        Ok(links.entry(relation.to_owned()).or_default().insert(to))
    }

    /// Unlinks two objects; `false` if they were not linked.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownTenant`], [`DirectoryError::UnknownObject`].
    pub fn unlink(
        &mut self,
        tenant: Uuid,
        from: Uuid,
        relation: &str,
        to: Uuid,
    ) -> Result<bool, DirectoryError> {
        let links = &mut self.alive(tenant, from)?.links;
        Ok(links
            .get_mut(relation)
            .is_some_and(|linked: &mut BTreeSet<Uuid>| linked.remove(&to)))
    }

    fn stored(&mut self, tenant: Uuid, id: Uuid) -> Result<&mut DirectoryObject, DirectoryError> {
        self.tenants
            .get_mut(&tenant)
            .ok_or(DirectoryError::UnknownTenant(tenant))?
            .objects
            .get_mut(&id)
            .ok_or(DirectoryError::UnknownObject(id))
    }

    fn alive(&mut self, tenant: Uuid, id: Uuid) -> Result<&mut DirectoryObject, DirectoryError> {
        self.stored(tenant, id)
            .and_then(|object| match object.deleted_at {
                None => Ok(object),
                Some(_) => Err(DirectoryError::UnknownObject(id)),
            })
    }
}
