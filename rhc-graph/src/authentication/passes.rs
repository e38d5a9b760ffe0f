//! A user's Temporary Access Pass.

use super::TemporaryAccessPass;
use crate::GraphClient;
use rhc_core::{Method, Pages, Path, Request, Result};

/// The Temporary Access Pass of one user: one at most.
#[derive(Debug, Clone)]
pub struct TemporaryAccessPasses {
    pub(super) client: GraphClient,
    pub(super) path: Path,
}

impl TemporaryAccessPasses {
    /// Lists it, without the code.
    ///
    /// Request: `GET /users/{id}/authentication/temporaryAccessPassMethods`, operation `authentication.temporaryAccessPassMethods.list`.
    /// Permission: `UserAuthenticationMethod.Read.All`; a user also a role such as Global Reader.
    /// Page: [authentication-list-temporaryaccesspassmethods](https://learn.microsoft.com/graph/api/authentication-list-temporaryaccesspassmethods).
    pub fn list(&self) -> Pages<TemporaryAccessPass> {
        let path = self.path.clone();
        self.client.pages(Request::new(
            "authentication.temporaryAccessPassMethods.list",
            Method::Get,
            path,
        ))
    }

    /// Reads it by its id, without the code.
    ///
    /// Request: `GET /users/{id}/authentication/temporaryAccessPassMethods/{id}`, operation `authentication.temporaryAccessPassMethods.get`.
    /// Permission: as [`list`](Self::list).
    /// Page: [temporaryaccesspassauthenticationmethod-get](https://learn.microsoft.com/graph/api/temporaryaccesspassauthenticationmethod-get).
    ///
    /// # Errors
    /// 404.
    pub async fn get(&self, id: &str) -> Result<TemporaryAccessPass> {
        let path = self.path.clone().segment(id);
        let request = Request::new(
            "authentication.temporaryAccessPassMethods.get",
            Method::Get,
            path,
        );
        self.client.read(request).await
    }

    /// Makes one for him and shows its code, this once. One that he has is gone then.
    ///
    /// Request: `POST /users/{id}/authentication/temporaryAccessPassMethods`, operation `authentication.temporaryAccessPassMethods.create`.
    /// Permission: `UserAuthenticationMethod.ReadWrite.All`; a user also the role Authentication Administrator.
    /// Page: [authentication-post-temporaryaccesspassmethods](https://learn.microsoft.com/graph/api/authentication-post-temporaryaccesspassmethods).
    ///
    /// # Errors
    /// 400 `badRequest` for a lifetime outside of the policy's limits; 400 where the policy does not allow it, or allows it
    /// once only (unverified: the codes).
    pub async fn create(&self, pass: &TemporaryAccessPass) -> Result<TemporaryAccessPass> {
        let path = self.path.clone();
        let request = Request::new(
            "authentication.temporaryAccessPassMethods.create",
            Method::Post,
            path,
        );
        self.client.read(request.json(pass)).await
    }

    /// Deletes it: it counts no more.
    ///
    /// Request: `DELETE /users/{id}/authentication/temporaryAccessPassMethods/{id}`, operation `authentication.temporaryAccessPassMethods.delete`.
    /// Permission: as [`create`](Self::create).
    /// Page: [temporaryaccesspassauthenticationmethod-delete](https://learn.microsoft.com/graph/api/temporaryaccesspassauthenticationmethod-delete).
    ///
    /// # Errors
    /// 404.
    pub async fn delete(&self, id: &str) -> Result<()> {
        let path = self.path.clone().segment(id);
        let request = Request::new(
            "authentication.temporaryAccessPassMethods.delete",
            Method::Delete,
            path,
        );
        self.client.write(request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_pass_is_never_printed() {
        let pass: TemporaryAccessPass = serde_json::from_value(
            json!({"id": "6f1967b7-15e8-4935-ac26-d50770ed07a7", "temporaryAccessPass": "+drkzqAD", "lifetimeInMinutes": 60}),
        )
        .unwrap();
        assert_eq!(
            pass.temporary_access_pass
                .as_ref()
                .map(|own| own.expose().as_str()),
            Some("+drkzqAD")
        );
        assert!(!format!("{pass:?}").contains("drkzq"), "{pass:?}");
    }
}
