//! The attributes of users that the tenant's user flows can ask for.

use crate::FlowAttribute;
use rhc_core::{Method, Pages, Path, Request, Result};
use rhc_graph::GraphClient;

/// The attributes that a tenant's user flows can ask for: built-in ones, and one's own. A user flow asks for those that are
/// added to it: [`FlowAttributes`](crate::FlowAttributes).
#[derive(Debug, Clone)]
pub struct UserAttributes {
    graph: GraphClient,
}

impl UserAttributes {
    /// Over a client of Microsoft Graph, whose credential is of the tenant and whose options it shares.
    pub fn new(graph: GraphClient) -> Self {
        Self { graph }
    }

    /// Lists them, the built-in ones included.
    ///
    /// Request: `GET /identity/userFlowAttributes`, operation `userFlowAttributes.list`.
    /// Permission: `IdentityUserFlow.Read.All`.
    /// Page: [identityuserflowattribute-list](https://learn.microsoft.com/graph/api/identityuserflowattribute-list).
    pub fn list(&self) -> Pages<FlowAttribute> {
        self.graph
            .pages(Request::new("userFlowAttributes.list", Method::Get, all()))
    }

    /// Reads one; `None` if there is none.
    ///
    /// Request: `GET /identity/userFlowAttributes/{id}`, operation `userFlowAttributes.get`.
    /// Permission: as [`list`](Self::list).
    /// Page: [identityuserflowattribute-get](https://learn.microsoft.com/graph/api/identityuserflowattribute-get).
    ///
    /// # Errors
    /// Any but 404.
    pub async fn get_opt(&self, id: &str) -> Result<Option<FlowAttribute>> {
        let request = Request::new("userFlowAttributes.get", Method::Get, all().segment(id));
        match self.graph.send(request).await {
            Ok(answer) => answer.json().map(Some),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes one of one's own: [`FlowAttribute::custom`]. Its id names it among a user's properties.
    ///
    /// Request: `POST /identity/userFlowAttributes`, operation `userFlowAttributes.create`.
    /// Permission: `IdentityUserFlow.ReadWrite.All`; a user also the role External ID User Flow Attribute Administrator.
    /// Page: [identityuserflowattribute-post](https://learn.microsoft.com/graph/api/identityuserflowattribute-post).
    ///
    /// # Errors
    /// 400 for a name that another one has, and for a type of data other than `string`, `boolean` and `int64` (unverified:
    /// the codes).
    pub async fn create(&self, attribute: &FlowAttribute) -> Result<FlowAttribute> {
        let request = Request::new("userFlowAttributes.create", Method::Post, all());
        self.graph.send(request.json(attribute)).await?.json()
    }

    /// Changes what it says it is. Name and type of data stay.
    ///
    /// Request: `PATCH /identity/userFlowAttributes/{id}`, operation `userFlowAttributes.update`.
    /// Permission: as [`create`](Self::create).
    /// Page: [identityuserflowattribute-update](https://learn.microsoft.com/graph/api/identityuserflowattribute-update).
    ///
    /// # Errors
    /// 404; 400 for a built-in one.
    pub async fn update(&self, id: &str, attribute: &FlowAttribute) -> Result<()> {
        let path = all().segment(id);
        let request = Request::new("userFlowAttributes.update", Method::Patch, path)
            .json(attribute)
            .idempotent(true);
        self.graph.send(request).await.map(drop)
    }

    /// Deletes one of one's own.
    ///
    /// Request: `DELETE /identity/userFlowAttributes/{id}`, operation `userFlowAttributes.delete`.
    /// Permission: as [`create`](Self::create).
    /// Page: [identityuserflowattribute-delete](https://learn.microsoft.com/graph/api/identityuserflowattribute-delete).
    ///
    /// # Errors
    /// 404; 400 for a built-in one, and for one that a user flow asks for (unverified).
    pub async fn delete(&self, id: &str) -> Result<()> {
        let request = Request::new(
            "userFlowAttributes.delete",
            Method::Delete,
            all().segment(id),
        );
        self.graph.send(request).await.map(drop)
    }
}

fn all() -> Path {
    Path::new("/v1.0/identity/userFlowAttributes")
}
