//! What was deleted in the last thirty days and can be brought back.

use crate::{Application, DirectoryObject, GraphClient, Group, ListQuery, ServicePrincipal, User};
use rhc_core::{Method, ObjectId, Pages, Path, Request, Result};
use serde::de::DeserializeOwned;

/// The deleted objects of this tenant. While one is here it keeps its unique names.
#[derive(Debug, Clone)]
pub struct DeletedItems {
    client: GraphClient,
}

impl DeletedItems {
    pub(crate) fn new(client: GraphClient) -> Self {
        Self { client }
    }

    /// Lists deleted applications.
    ///
    /// Request: `GET /directory/deletedItems/microsoft.graph.application`, operation `deletedItems.applications.list`.
    /// Permission: `Application.Read.All`.
    /// Page: [directory-deleteditems-list](https://learn.microsoft.com/graph/api/directory-deleteditems-list).
    pub fn applications(&self, query: ListQuery) -> Pages<Application> {
        self.list(
            "deletedItems.applications.list",
            "/microsoft.graph.application",
            &query,
        )
    }

    /// Lists deleted service principals.
    ///
    /// Request: `GET /directory/deletedItems/microsoft.graph.servicePrincipal`, operation `deletedItems.servicePrincipals.list`.
    /// Permission: `Application.Read.All`.
    /// Page: as [`applications`](Self::applications).
    pub fn service_principals(&self, query: ListQuery) -> Pages<ServicePrincipal> {
        self.list(
            "deletedItems.servicePrincipals.list",
            "/microsoft.graph.servicePrincipal",
            &query,
        )
    }

    /// Lists deleted groups.
    ///
    /// Request: `GET /directory/deletedItems/microsoft.graph.group`, operation `deletedItems.groups.list`.
    /// Permission: `Group.Read.All`.
    /// Page: as [`applications`](Self::applications).
    pub fn groups(&self, query: ListQuery) -> Pages<Group> {
        self.list("deletedItems.groups.list", "/microsoft.graph.group", &query)
    }

    /// Lists deleted users.
    ///
    /// Request: `GET /directory/deletedItems/microsoft.graph.user`, operation `deletedItems.users.list`.
    /// Permission: `User.Read.All`.
    /// Page: as [`applications`](Self::applications).
    pub fn users(&self, query: ListQuery) -> Pages<User> {
        self.list("deletedItems.users.list", "/microsoft.graph.user", &query)
    }

    /// Reads one.
    ///
    /// Request: `GET /directory/deletedItems/{id}`, operation `deletedItems.get`.
    /// Permission: that of reading its kind: `User.Read.All`, `Group.Read.All` or `Application.Read.All`.
    /// Page: [directory-deleteditems-get](https://learn.microsoft.com/graph/api/directory-deleteditems-get).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound` where it is not among the deleted ones.
    pub async fn get(&self, id: ObjectId) -> Result<DirectoryObject> {
        let request = Request::new("deletedItems.get", Method::Get, one(id));
        self.client.read(request).await
    }

    /// Brings one back with its id.
    ///
    /// Request: `POST /directory/deletedItems/{id}/restore`, operation `deletedItems.restore`.
    /// Permission: that of creating its kind; for users `User.DeleteRestore.All`.
    /// Page: [directory-deleteditems-restore](https://learn.microsoft.com/graph/api/directory-deleteditems-restore).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound` where it is not among the deleted ones.
    pub async fn restore(&self, id: ObjectId) -> Result<DirectoryObject> {
        let path = one(id).fixed("/restore");
        let request = Request::new("deletedItems.restore", Method::Post, path);
        self.client.read(request).await
    }

    /// Removes one for good.
    ///
    /// Request: `DELETE /directory/deletedItems/{id}`, operation `deletedItems.delete`.
    /// Permission: that of deleting its kind.
    /// Page: [directory-deleteditems-delete](https://learn.microsoft.com/graph/api/directory-deleteditems-delete).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound` where it is not among the deleted ones.
    pub async fn delete(&self, id: ObjectId) -> Result<()> {
        let request = Request::new("deletedItems.delete", Method::Delete, one(id));
        self.client.write(request).await
    }

    fn list<T: DeserializeOwned + Send + 'static>(
        &self,
        operation: &'static str,
        kind: &'static str,
        query: &ListQuery,
    ) -> Pages<T> {
        let path = Path::new("/v1.0/directory/deletedItems").fixed(kind);
        let request = Request::new(operation, Method::Get, path);
        self.client.pages(query.apply(request))
    }
}

fn one(id: ObjectId) -> Path {
    Path::new("/v1.0/directory/deletedItems").segment(id.to_string())
}
