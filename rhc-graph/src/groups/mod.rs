//! Groups.

mod members;

pub use members::Members;

use crate::service_principals::HeldAppRoles;
use crate::{Deltas, GraphClient, GroupKey, ListQuery, Memberships, Owners, Upserted};
use rhc_core::model;
use rhc_core::{Method, ObjectId, Pages, Path, Request, Result};

model! {
    /// A group.
    ///
    /// Page: [group](https://learn.microsoft.com/graph/api/resources/group).
    Group {
        /// Its id; given by the service.
        id: ObjectId,
        /// Its name; not unique. A new group needs it.
        display_name: String,
        /// Its natural key; set at creation by the upsert, never changed.
        unique_name: String,
        /// What it is for.
        description: String,
        /// `Unified` for a Microsoft 365 group, `DynamicMembership` for one with a rule; empty for a security group.
        group_types: Vec<String>,
        /// Whether it has a mailbox. A new group needs it.
        mail_enabled: bool,
        /// Its mail alias, needed even without a mailbox. A new group needs it.
        mail_nickname: String,
        /// Whether it can be given access. A new group needs it.
        security_enabled: bool,
        /// Whether directory roles can be given to it; set at creation, never changed. Needs a P1 licence.
        is_assignable_to_role: bool,
        /// Who sees it.
        visibility: String,
        /// The rule of its membership.
        membership_rule: String,
        /// Its security identifier; given by the service.
        security_identifier: String,
        /// When it was made; given by the service.
        created_date_time: String,
        /// When it was deleted; given by the service.
        deleted_date_time: String,
    }
}

required! {
    Group, "groups" {
        object_id = id: ObjectId,
    }
}

impl Group {
    /// A security group: no mailbox, members by hand.
    pub fn security(display_name: impl Into<String>, mail_nickname: impl Into<String>) -> Self {
        Self {
            display_name: Some(display_name.into()),
            mail_nickname: Some(mail_nickname.into()),
            mail_enabled: Some(false),
            security_enabled: Some(true),
            ..Self::default()
        }
    }
}

/// The groups of this tenant.
#[derive(Debug, Clone)]
pub struct Groups {
    client: GraphClient,
}

impl Groups {
    pub(crate) fn new(client: GraphClient) -> Self {
        Self { client }
    }

    /// Reads one.
    ///
    /// Request: `GET /groups/{id}`, operation `groups.get`.
    /// Permission: `GroupMember.Read.All`.
    /// Page: [group-get](https://learn.microsoft.com/graph/api/group-get).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`, also for a while after creation.
    pub async fn get(&self, key: impl Into<GroupKey>) -> Result<Group> {
        self.client.read(get(&key.into())).await
    }

    /// Reads one; `None` if there is none.
    ///
    /// Request, permission and page as [`get`](Self::get).
    ///
    /// # Errors
    /// Any but 404.
    pub async fn get_opt(&self, key: impl Into<GroupKey>) -> Result<Option<Group>> {
        self.client.read_opt(get(&key.into())).await
    }

    /// Lists them. New ones appear after a while.
    ///
    /// Request: `GET /groups`, operation `groups.list`.
    /// Permission: `GroupMember.Read.All`.
    /// Page: [group-list](https://learn.microsoft.com/graph/api/group-list).
    pub fn list(&self, query: ListQuery) -> Pages<Group> {
        let request = Request::new("groups.list", Method::Get, all());
        self.client.pages(query.apply(request))
    }

    /// Creates one; names are not unique, so that a repeated call makes a second one: prefer [`upsert`](Self::upsert).
    ///
    /// Request: `POST /groups`, operation `groups.create`.
    /// Permission: `Group.ReadWrite.All`, for an application `Group.Create`.
    /// Page: [group-post-groups](https://learn.microsoft.com/graph/api/group-post-groups).
    ///
    /// # Errors
    /// 400 `Request_BadRequest` without one of the four properties that it needs.
    pub async fn create(&self, group: &Group) -> Result<Group> {
        self.client.read(create(group)).await
    }

    /// Creates the one with this unique name or updates it. To create, it needs what [`create`](Self::create) needs.
    ///
    /// Request: `PATCH /groups(uniqueName='{uniqueName}')`, operation `groups.upsert`.
    /// Permission: `Group.ReadWrite.All`.
    /// Page: [group-upsert](https://learn.microsoft.com/graph/api/group-upsert).
    ///
    /// # Errors
    /// As [`create`](Self::create); 409 `Request_MultipleObjectsWithSameKeyValue` where a deleted group still has the
    /// name (unverified).
    pub async fn upsert(&self, unique_name: &str, group: &Group) -> Result<Upserted<Group>> {
        self.client.upsert(upsert(unique_name, group)).await
    }

    /// Changes the given properties; others stay.
    ///
    /// Request: `PATCH /groups/{id}`, operation `groups.update`.
    /// Permission: `Group.ReadWrite.All`; for a role-assignable group also `RoleManagement.ReadWrite.Directory`.
    /// Page: [group-update](https://learn.microsoft.com/graph/api/group-update).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`; 400 for a read-only property.
    pub async fn update(&self, key: impl Into<GroupKey>, group: &Group) -> Result<()> {
        let path = key.into().path();
        let request = Request::new("groups.update", Method::Patch, path);
        self.client
            .write(request.json(group).idempotent(true))
            .await
    }

    /// Deletes one. It can be restored for thirty days (unverified for security groups, which older pages exclude).
    ///
    /// Request: `DELETE /groups/{id}`, operation `groups.delete`.
    /// Permission: `Group.ReadWrite.All`.
    /// Page: [group-delete](https://learn.microsoft.com/graph/api/group-delete).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`.
    pub async fn delete(&self, key: impl Into<GroupKey>) -> Result<()> {
        let path = key.into().path();
        let request = Request::new("groups.delete", Method::Delete, path);
        self.client.write(request).await
    }

    /// The members of one.
    pub fn members(&self, group: ObjectId) -> Members {
        Members::new(self.client.clone(), GroupKey::Id(group).path())
    }

    /// What changes among them.
    pub fn deltas(&self) -> Deltas<Group> {
        Deltas::of_groups(self.client.clone())
    }

    /// The owners of one.
    pub fn owners(&self, group: ObjectId) -> Owners {
        Owners::of_group(self.client.clone(), GroupKey::Id(group).path())
    }

    /// The groups that one is in.
    pub fn memberships(&self, group: ObjectId) -> Memberships {
        Memberships::of_group(self.client.clone(), GroupKey::Id(group).path())
    }

    /// The roles of applications that the members of one hold through it.
    pub fn app_roles_held(&self, group: ObjectId) -> HeldAppRoles {
        HeldAppRoles::of_group(self.client.clone(), group)
    }

    /// Counts them, or those that the query's filter and search select.
    ///
    /// Request: `GET /groups/$count`, operation `groups.count`.
    /// Permission: as [`list`](Self::list).
    /// Page: [group-list](https://learn.microsoft.com/graph/api/group-list).
    ///
    /// # Errors
    /// 400 `Request_UnsupportedQuery` for a filter that cannot be counted.
    pub async fn count(&self, query: &ListQuery) -> Result<u64> {
        let path = all().fixed("/$count");
        let request = Request::new("groups.count", Method::Get, path);
        self.client.count(query.apply_to_count(request)).await
    }
}

fn all() -> Path {
    Path::new("/v1.0/groups")
}

fn get(key: &GroupKey) -> Request {
    Request::new("groups.get", Method::Get, key.path())
}

fn create(group: &Group) -> Request {
    Request::new("groups.create", Method::Post, all()).json(group)
}

fn upsert(unique_name: &str, group: &Group) -> Request {
    let path = all().key("uniqueName", unique_name);
    Request::new("groups.upsert", Method::Patch, path).json(group)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn requests_are_as_the_pages_say() {
        let request = create(&Group::security("rhc-qa-sql-admins", "rhc-qa-sql-admins"));
        let body: Value = serde_json::from_slice(request.body_bytes().unwrap()).unwrap();
        assert_eq!(
            body,
            json!({"displayName": "rhc-qa-sql-admins", "mailNickname": "rhc-qa-sql-admins", "mailEnabled": false, "securityEnabled": true})
        );
        assert_eq!(
            upsert("rhc-qa-sql-admins", &Group::default()).path_and_query(),
            "/v1.0/groups(uniqueName='rhc-qa-sql-admins')"
        );
    }
}
