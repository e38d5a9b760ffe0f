//! Links between directory objects: members, owners, and what something is a member of.

use crate::{DirectoryObject, GraphClient, ListQuery};
use rhc_core::{Method, ObjectId, Pages, Path, Request, Result};
use serde::Deserialize;
use serde_json::json;

/// The operations on one kind of links, as errors and logs name them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LinkNames {
    pub(crate) list: &'static str,
    pub(crate) add: &'static str,
    pub(crate) remove: &'static str,
}

/// Links of one kind that begin at one object.
#[derive(Debug, Clone)]
pub(crate) struct Links {
    client: GraphClient,
    path: Path,
    names: LinkNames,
}

impl Links {
    pub(crate) fn new(client: GraphClient, path: Path, names: LinkNames) -> Self {
        Self {
            client,
            path,
            names,
        }
    }

    pub(crate) fn list(&self, query: &ListQuery) -> Pages<DirectoryObject> {
        let request = Request::new(self.names.list, Method::Get, self.path.clone());
        self.client.pages(query.apply(request))
    }

    pub(crate) async fn add(&self, target: ObjectId) -> Result<()> {
        self.client.write(self.adding(target)).await
    }

    pub(crate) fn adding(&self, target: ObjectId) -> Request {
        let object = Path::new("/v1.0/directoryObjects").segment(target.to_string());
        let path = self.path.clone().fixed("/$ref");
        Request::new(self.names.add, Method::Post, path)
            .json(&json!({ "@odata.id": self.client.link(&object) }))
    }

    pub(crate) async fn remove(&self, target: ObjectId) -> Result<()> {
        let path = self.path.clone().segment(target.to_string()).fixed("/$ref");
        let request = Request::new(self.names.remove, Method::Delete, path);
        self.client.write(request).await
    }
}

/// Who owns an application, a service principal or a group, and may change it without a role.
#[derive(Debug, Clone)]
pub struct Owners(Links);

impl Owners {
    pub(crate) fn of_application(client: GraphClient, application: Path) -> Self {
        Self::new(
            client,
            application,
            LinkNames {
                list: "applications.owners.list",
                add: "applications.owners.add",
                remove: "applications.owners.remove",
            },
        )
    }

    pub(crate) fn of_service_principal(client: GraphClient, principal: Path) -> Self {
        Self::new(
            client,
            principal,
            LinkNames {
                list: "servicePrincipals.owners.list",
                add: "servicePrincipals.owners.add",
                remove: "servicePrincipals.owners.remove",
            },
        )
    }

    pub(crate) fn of_group(client: GraphClient, group: Path) -> Self {
        Self::new(
            client,
            group,
            LinkNames {
                list: "groups.owners.list",
                add: "groups.owners.add",
                remove: "groups.owners.remove",
            },
        )
    }

    fn new(client: GraphClient, owned: Path, names: LinkNames) -> Self {
        Self(Links::new(client, owned.fixed("/owners"), names))
    }

    /// Lists them: users and service principals.
    ///
    /// Request: `GET /applications/{id}/owners`, operation `applications.owners.list`.
    /// Request: `GET /servicePrincipals/{id}/owners`, operation `servicePrincipals.owners.list`.
    /// Request: `GET /groups/{id}/owners`, operation `groups.owners.list`.
    /// Permission: `Application.Read.All`; of a group `GroupMember.Read.All`.
    /// Pages: [application-list-owners](https://learn.microsoft.com/graph/api/application-list-owners),
    /// [serviceprincipal-list-owners](https://learn.microsoft.com/graph/api/serviceprincipal-list-owners),
    /// [group-list-owners](https://learn.microsoft.com/graph/api/group-list-owners).
    pub fn list(&self, query: ListQuery) -> Pages<DirectoryObject> {
        self.0.list(&query)
    }

    /// Adds a user or a service principal.
    ///
    /// Request: `POST /applications/{id}/owners/$ref`, operation `applications.owners.add`.
    /// Request: `POST /servicePrincipals/{id}/owners/$ref`, operation `servicePrincipals.owners.add`.
    /// Request: `POST /groups/{id}/owners/$ref`, operation `groups.owners.add`.
    /// Permission: `Application.ReadWrite.All` and `Directory.Read.All`; to a group `Group.ReadWrite.All`.
    /// Pages: [application-post-owners](https://learn.microsoft.com/graph/api/application-post-owners),
    /// [serviceprincipal-post-owners](https://learn.microsoft.com/graph/api/serviceprincipal-post-owners),
    /// [group-post-owners](https://learn.microsoft.com/graph/api/group-post-owners).
    ///
    /// # Errors
    /// 400 `Request_BadRequest` "One or more added object references already exist" where it is one already, and for an
    /// object that can own nothing; 404 `Request_ResourceNotFound` where the object is not known, or not yet.
    pub async fn add(&self, owner: ObjectId) -> Result<()> {
        self.0.add(owner).await
    }

    /// Removes an owner; the object itself stays.
    ///
    /// Request: `DELETE /applications/{id}/owners/{id}/$ref`, operation `applications.owners.remove`.
    /// Request: `DELETE /servicePrincipals/{id}/owners/{id}/$ref`, operation `servicePrincipals.owners.remove`.
    /// Request: `DELETE /groups/{id}/owners/{id}/$ref`, operation `groups.owners.remove`.
    /// Permission: `Application.ReadWrite.All`; from a group `Group.ReadWrite.All`.
    /// Pages: [application-delete-owners](https://learn.microsoft.com/graph/api/application-delete-owners),
    /// [serviceprincipal-delete-owners](https://learn.microsoft.com/graph/api/serviceprincipal-delete-owners),
    /// [group-delete-owners](https://learn.microsoft.com/graph/api/group-delete-owners).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound` where it is none; 400 `Request_BadRequest` for the last user among a group's owners.
    pub async fn remove(&self, owner: ObjectId) -> Result<()> {
        self.0.remove(owner).await
    }
}

/// The groups that a user, a group or a service principal is in.
#[derive(Debug, Clone)]
pub struct Memberships {
    client: GraphClient,
    member: Path,
    names: [&'static str; 3],
}

#[derive(Deserialize)]
struct Ids {
    value: Vec<ObjectId>,
}

impl Memberships {
    pub(crate) fn of_user(client: GraphClient, member: Path) -> Self {
        let names = [
            "users.memberOf.list",
            "users.transitiveMemberOf.list",
            "users.getMemberGroups",
        ];
        Self {
            client,
            member,
            names,
        }
    }

    pub(crate) fn of_group(client: GraphClient, member: Path) -> Self {
        let names = [
            "groups.memberOf.list",
            "groups.transitiveMemberOf.list",
            "groups.getMemberGroups",
        ];
        Self {
            client,
            member,
            names,
        }
    }

    pub(crate) fn of_service_principal(client: GraphClient, member: Path) -> Self {
        let names = [
            "servicePrincipals.memberOf.list",
            "servicePrincipals.transitiveMemberOf.list",
            "servicePrincipals.getMemberGroups",
        ];
        Self {
            client,
            member,
            names,
        }
    }

    /// Lists the groups that it is a direct member of, and the directory roles.
    ///
    /// Request: `GET /users/{id}/memberOf`, operation `users.memberOf.list`.
    /// Request: `GET /groups/{id}/memberOf`, operation `groups.memberOf.list`.
    /// Request: `GET /servicePrincipals/{id}/memberOf`, operation `servicePrincipals.memberOf.list`.
    /// Permission: of a user `User.Read`, for an application `Directory.Read.All`; of a group `GroupMember.Read.All`; of a service
    /// principal `Application.Read.All`.
    /// Pages: [user-list-memberof](https://learn.microsoft.com/graph/api/user-list-memberof),
    /// [group-list-memberof](https://learn.microsoft.com/graph/api/group-list-memberof),
    /// [serviceprincipal-list-memberof](https://learn.microsoft.com/graph/api/serviceprincipal-list-memberof).
    pub fn direct(&self, query: ListQuery) -> Pages<DirectoryObject> {
        let path = self.member.clone().fixed("/memberOf");
        let [direct, _, _] = self.names;
        let request = Request::new(direct, Method::Get, path);
        self.client.pages(query.apply(request))
    }

    /// Lists the groups that it is in, directly or through other groups.
    ///
    /// Request: `GET /users/{id}/transitiveMemberOf`, operation `users.transitiveMemberOf.list`.
    /// Request: `GET /groups/{id}/transitiveMemberOf`, operation `groups.transitiveMemberOf.list`.
    /// Request: `GET /servicePrincipals/{id}/transitiveMemberOf`, operation `servicePrincipals.transitiveMemberOf.list`.
    /// Permission: of a user `User.Read`, for an application `User.Read.All`; of a group `GroupMember.Read.All`; of a service
    /// principal `Application.Read.All`.
    /// Pages: [user-list-transitivememberof](https://learn.microsoft.com/graph/api/user-list-transitivememberof),
    /// [group-list-transitivememberof](https://learn.microsoft.com/graph/api/group-list-transitivememberof),
    /// [serviceprincipal-list-transitivememberof](https://learn.microsoft.com/graph/api/serviceprincipal-list-transitivememberof).
    pub fn transitive(&self, query: ListQuery) -> Pages<DirectoryObject> {
        let path = self.member.clone().fixed("/transitiveMemberOf");
        let [_, transitive, _] = self.names;
        let request = Request::new(transitive, Method::Get, path);
        self.client.pages(query.apply(request))
    }

    /// The ids of all groups that it is in, directly or through other groups, in one answer.
    ///
    /// Request: `POST /users/{id}/getMemberGroups`, operation `users.getMemberGroups`.
    /// Request: `POST /groups/{id}/getMemberGroups`, operation `groups.getMemberGroups`.
    /// Request: `POST /servicePrincipals/{id}/getMemberGroups`, operation `servicePrincipals.getMemberGroups`.
    /// Permission: `GroupMember.Read.All`; of a service principal `Application.Read.All` will do.
    /// Page: [directoryobject-getmembergroups](https://learn.microsoft.com/graph/api/directoryobject-getmembergroups).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`; 400 `Directory_ResultSizeLimitExceeded` above 11,000 groups (2,046 where only
    /// security groups are asked for).
    pub async fn group_ids(&self, security_enabled_only: bool) -> Result<Vec<ObjectId>> {
        let path = self.member.clone().fixed("/getMemberGroups");
        let [_, _, ids] = self.names;
        // It reads: asked twice, it does the same as once.
        let request = Request::new(ids, Method::Post, path)
            .json(&json!({ "securityEnabledOnly": security_enabled_only }))
            .idempotent(true);
        Ok(self.client.read::<Ids>(request).await?.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GraphClientOptions;
    use rhc_core::{
        Cloud,
        testing::{FixedCredential, Script},
    };
    use serde_json::Value;

    #[tokio::test]
    async fn a_link_is_named_within_the_same_cloud() {
        let script = Script::new([]);
        let options = GraphClientOptions {
            client: script.options(),
            cloud: Cloud::china(),
        };
        let graph = GraphClient::new(FixedCredential::new(), Some(options)).unwrap();
        let id: ObjectId = "6d97229a-391f-473a-893f-f0608b592d7b".parse().unwrap();
        let request = graph.groups().owners(id).0.adding(id);
        assert_eq!(
            request.path_and_query(),
            "/v1.0/groups/6d97229a-391f-473a-893f-f0608b592d7b/owners/$ref"
        );
        let body: Value = serde_json::from_slice(request.body_bytes().unwrap()).unwrap();
        assert_eq!(
            body,
            json!({"@odata.id": "https://microsoftgraph.chinacloudapi.cn/v1.0/directoryObjects/6d97229a-391f-473a-893f-f0608b592d7b"})
        );
    }
}
