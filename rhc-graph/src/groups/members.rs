//! The members of a group.

use crate::{DirectoryObject, GraphClient, ListQuery};
use rhc_core::{Method, ObjectId, Pages, Path, Request, Result};
use serde_json::json;

/// The direct members of one group.
#[derive(Debug, Clone)]
pub struct Members {
    client: GraphClient,
    group: ObjectId,
}

impl Members {
    pub(crate) fn new(client: GraphClient, group: ObjectId) -> Self {
        Self { client, group }
    }

    /// Lists them: users, groups and service principals.
    ///
    /// Permission: `GroupMember.Read.All`. Without leave to read a member's kind only its id comes.
    /// Page: [group-list-members](https://learn.microsoft.com/graph/api/group-list-members).
    pub fn list(&self, query: ListQuery) -> Pages<DirectoryObject> {
        let path = self.path().fixed("/members");
        let request = Request::new("groups.members.list", Method::Get, path);
        self.client.pages(query.apply(request))
    }

    /// Adds a user, group or service principal.
    ///
    /// Permission: `GroupMember.ReadWrite.All`; for a role-assignable group also `RoleManagement.ReadWrite.Directory`.
    /// Page: [group-post-members](https://learn.microsoft.com/graph/api/group-post-members).
    ///
    /// # Errors
    /// 400 `Request_BadRequest` "One or more added object references already exist" where it is one already;
    /// 404 `Request_ResourceNotFound` where the object is not known, or not yet.
    pub async fn add(&self, member: ObjectId) -> Result<()> {
        self.client.write(self.adding(member)).await
    }

    /// Removes a member; the object itself stays.
    ///
    /// Permission: as [`add`](Self::add).
    /// Page: [group-delete-members](https://learn.microsoft.com/graph/api/group-delete-members).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound` where it is none.
    pub async fn remove(&self, member: ObjectId) -> Result<()> {
        let path = self
            .path()
            .fixed("/members")
            .segment(member.to_string())
            .fixed("/$ref");
        let request = Request::new("groups.members.remove", Method::Delete, path);
        self.client.write(request).await
    }

    fn adding(&self, member: ObjectId) -> Request {
        let target = Path::new("/v1.0/directoryObjects").segment(member.to_string());
        let path = self.path().fixed("/members/$ref");
        Request::new("groups.members.add", Method::Post, path)
            .json(&json!({ "@odata.id": self.client.link(&target) }))
    }

    fn path(&self) -> Path {
        Path::new("/v1.0/groups").segment(self.group.to_string())
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
    async fn a_member_is_named_by_a_link_of_the_same_cloud() {
        let script = Script::new([]);
        let options = GraphClientOptions {
            client: script.options(),
            cloud: Cloud::china(),
        };
        let graph = GraphClient::new(FixedCredential::new(), Some(options)).unwrap();
        let id: ObjectId = "6d97229a-391f-473a-893f-f0608b592d7b".parse().unwrap();
        let request = graph.groups().members(id).adding(id);
        assert_eq!(
            request.path_and_query(),
            "/v1.0/groups/6d97229a-391f-473a-893f-f0608b592d7b/members/$ref"
        );
        let body: Value = serde_json::from_slice(request.body_bytes().unwrap()).unwrap();
        assert_eq!(
            body,
            json!({"@odata.id": "https://microsoftgraph.chinacloudapi.cn/v1.0/directoryObjects/6d97229a-391f-473a-893f-f0608b592d7b"})
        );
    }
}
