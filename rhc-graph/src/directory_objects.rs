//! Objects of a directory by their ids, whatever they are.

use crate::{DirectoryObject, GraphClient};
use rhc_core::{Method, ObjectId, Path, Request, Result};
use serde::Deserialize;
use serde_json::json;

/// The objects of the directory, of all kinds.
///
/// What is known of an object is often only its id: in a role assignment, a membership, an audit record.
#[derive(Debug, Clone)]
pub struct DirectoryObjects {
    client: GraphClient,
}

#[derive(Deserialize)]
struct Found<T> {
    value: Vec<T>,
}

impl DirectoryObjects {
    pub(crate) fn new(client: GraphClient) -> Self {
        Self { client }
    }

    fn one(id: ObjectId) -> Path {
        Path::new("/v1.0/directoryObjects").segment(id.to_string())
    }

    /// Reads an object.
    ///
    /// Request: `GET /directoryObjects/{id}`, operation `directoryObjects.get`.
    /// Permission: `Directory.Read.All`.
    /// Page: [directoryobject-get](https://learn.microsoft.com/graph/api/directoryobject-get).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`.
    pub async fn get(&self, id: ObjectId) -> Result<DirectoryObject> {
        let request = Request::new("directoryObjects.get", Method::Get, Self::one(id));
        self.client.read(request).await
    }

    /// Reads objects by their ids, 1,000 at most, in any order. What is not there is not in the answer.
    ///
    /// With `kinds`, such as `user`, `group` or `servicePrincipal`, only objects of these; with none, objects of all.
    ///
    /// Request: `POST /directoryObjects/getByIds`, operation `directoryObjects.getByIds`.
    /// Permission: `Directory.Read.All`.
    /// Page: [directoryobject-getbyids](https://learn.microsoft.com/graph/api/directoryobject-getbyids).
    ///
    /// # Errors
    /// 400 `Request_BadRequest` for more ids than that.
    pub async fn get_by_ids(
        &self,
        ids: &[ObjectId],
        kinds: &[&str],
    ) -> Result<Vec<DirectoryObject>> {
        let mut body = json!({ "ids": ids });
        if !kinds.is_empty() {
            body["types"] = json!(kinds);
        }
        let path = Path::new("/v1.0/directoryObjects/getByIds");
        // It reads: asked twice, it does the same as once.
        let request = Request::new("directoryObjects.getByIds", Method::Post, path)
            .json(&body)
            .idempotent(true);
        Ok(self.client.read::<Found<_>>(request).await?.value)
    }

    /// Which of these groups, 20 at most, an object is in, directly or through other groups.
    ///
    /// Request: `POST /directoryObjects/{id}/checkMemberGroups`, operation `directoryObjects.checkMemberGroups`.
    /// Permission: `Application.Read.All`; of a user or a group `GroupMember.Read.All` will do.
    /// Page: [directoryobject-checkmembergroups](https://learn.microsoft.com/graph/api/directoryobject-checkmembergroups).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`; 400 `Request_BadRequest` for more groups than that.
    pub async fn check_member_groups(
        &self,
        member: ObjectId,
        groups: &[ObjectId],
    ) -> Result<Vec<ObjectId>> {
        let path = Self::one(member).fixed("/checkMemberGroups");
        let request = Request::new("directoryObjects.checkMemberGroups", Method::Post, path)
            .json(&json!({ "groupIds": groups }))
            .idempotent(true);
        Ok(self.client.read::<Found<_>>(request).await?.value)
    }
}
