//! The members of a group.

use crate::references::{LinkNames, Links};
use crate::{DirectoryObject, GraphClient, ListQuery};
use rhc_core::{Method, ObjectId, Pages, Path, Request, Result};

/// The members of one group.
#[derive(Debug, Clone)]
pub struct Members {
    client: GraphClient,
    group: Path,
    links: Links,
}

impl Members {
    pub(crate) fn new(client: GraphClient, group: Path) -> Self {
        let names = LinkNames {
            list: "groups.members.list",
            add: "groups.members.add",
            remove: "groups.members.remove",
        };
        let path = group.clone().fixed("/members");
        Self {
            links: Links::new(client.clone(), path, names),
            client,
            group,
        }
    }

    /// Lists the direct ones: users, groups and service principals.
    ///
    /// Request: `GET /groups/{id}/members`, operation `groups.members.list`.
    /// Permission: `GroupMember.Read.All`. Without leave to read a member's kind only its id comes.
    /// Page: [group-list-members](https://learn.microsoft.com/graph/api/group-list-members).
    pub fn list(&self, query: ListQuery) -> Pages<DirectoryObject> {
        self.links.list(&query)
    }

    /// Lists those who are in it directly or through other groups.
    ///
    /// Request: `GET /groups/{id}/transitiveMembers`, operation `groups.transitiveMembers.list`.
    /// Permission: as [`list`](Self::list).
    /// Page: [group-list-transitivemembers](https://learn.microsoft.com/graph/api/group-list-transitivemembers).
    pub fn transitive(&self, query: ListQuery) -> Pages<DirectoryObject> {
        let path = self.group.clone().fixed("/transitiveMembers");
        let request = Request::new("groups.transitiveMembers.list", Method::Get, path);
        self.client.pages(query.apply(request))
    }

    /// Adds a user, group or service principal.
    ///
    /// Request: `POST /groups/{id}/members/$ref`, operation `groups.members.add`.
    /// Permission: `GroupMember.ReadWrite.All`; for a role-assignable group also `RoleManagement.ReadWrite.Directory`.
    /// Page: [group-post-members](https://learn.microsoft.com/graph/api/group-post-members).
    ///
    /// # Errors
    /// 400 `Request_BadRequest` "One or more added object references already exist" where it is one already;
    /// 404 `Request_ResourceNotFound` where the object is not known, or not yet.
    pub async fn add(&self, member: ObjectId) -> Result<()> {
        self.links.add(member).await
    }

    /// Removes a member; the object itself stays.
    ///
    /// Request: `DELETE /groups/{id}/members/{id}/$ref`, operation `groups.members.remove`.
    /// Permission: as [`add`](Self::add).
    /// Page: [group-delete-members](https://learn.microsoft.com/graph/api/group-delete-members).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound` where it is none.
    pub async fn remove(&self, member: ObjectId) -> Result<()> {
        self.links.remove(member).await
    }
}
