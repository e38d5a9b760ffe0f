//! A user's mail address, by which he can reset his password.

use super::AuthenticationMethod;
use crate::GraphClient;
use rhc_core::{Method, Pages, Path, Request, Result};
use serde_json::json;

/// The mail address of one user for resetting his password: one at most.
#[derive(Debug, Clone)]
pub struct EmailMethods {
    pub(super) client: GraphClient,
    pub(super) path: Path,
}

impl EmailMethods {
    /// Lists it.
    ///
    /// Request: `GET /users/{id}/authentication/emailMethods`, operation `authentication.emailMethods.list`.
    /// Permission: `UserAuthenticationMethod.Read.All`; a user also a role such as Global Reader.
    /// Page: [authentication-list-emailmethods](https://learn.microsoft.com/graph/api/authentication-list-emailmethods).
    pub fn list(&self) -> Pages<AuthenticationMethod> {
        let path = self.path.clone();
        self.client.pages(Request::new(
            "authentication.emailMethods.list",
            Method::Get,
            path,
        ))
    }

    /// Reads it by its id.
    ///
    /// Request: `GET /users/{id}/authentication/emailMethods/{id}`, operation `authentication.emailMethods.get`.
    /// Permission: as [`list`](Self::list).
    /// Page: [emailauthenticationmethod-get](https://learn.microsoft.com/graph/api/emailauthenticationmethod-get).
    ///
    /// # Errors
    /// 404.
    pub async fn get(&self, id: &str) -> Result<AuthenticationMethod> {
        let path = self.path.clone().segment(id);
        let request = Request::new("authentication.emailMethods.get", Method::Get, path);
        self.client.read(request).await
    }

    /// Registers one for him.
    ///
    /// Request: `POST /users/{id}/authentication/emailMethods`, operation `authentication.emailMethods.create`.
    /// Permission: `UserAuthenticationMethod.ReadWrite.All`; a user also the role Authentication Administrator.
    /// Page: [authentication-post-emailmethods](https://learn.microsoft.com/graph/api/authentication-post-emailmethods).
    ///
    /// # Errors
    /// 400 where he has one already, and for what is no address (unverified: the codes).
    pub async fn create(&self, address: &str) -> Result<AuthenticationMethod> {
        let path = self.path.clone();
        let request = Request::new("authentication.emailMethods.create", Method::Post, path);
        let body = json!({ "emailAddress": address });
        self.client.read(request.json(&body)).await
    }

    /// Changes it.
    ///
    /// Request: `PATCH /users/{id}/authentication/emailMethods/{id}`, operation `authentication.emailMethods.update`.
    /// Permission: as [`create`](Self::create).
    /// Page: [emailauthenticationmethod-update](https://learn.microsoft.com/graph/api/emailauthenticationmethod-update).
    ///
    /// # Errors
    /// 404; 400 for what is no address.
    pub async fn update(&self, id: &str, address: &str) -> Result<()> {
        let path = self.path.clone().segment(id);
        let request = Request::new("authentication.emailMethods.update", Method::Patch, path);
        let body = json!({ "emailAddress": address });
        self.client
            .write(request.json(&body).idempotent(true))
            .await
    }

    /// Deletes it.
    ///
    /// Request: `DELETE /users/{id}/authentication/emailMethods/{id}`, operation `authentication.emailMethods.delete`.
    /// Permission: as [`create`](Self::create).
    /// Page: [emailauthenticationmethod-delete](https://learn.microsoft.com/graph/api/emailauthenticationmethod-delete).
    ///
    /// # Errors
    /// 404.
    pub async fn delete(&self, id: &str) -> Result<()> {
        let path = self.path.clone().segment(id);
        let request = Request::new("authentication.emailMethods.delete", Method::Delete, path);
        self.client.write(request).await
    }
}
