//! A user's telephones.

use super::{AuthenticationMethod, PhoneType};
use crate::GraphClient;
use rhc_core::{Method, Pages, Path, Request, Result};
use serde_json::json;

/// The telephones of one user: one of each type at most. [`PhoneType::method_id`] has their ids.
#[derive(Debug, Clone)]
pub struct PhoneMethods {
    pub(super) client: GraphClient,
    pub(super) path: Path,
}

impl PhoneMethods {
    /// Lists them.
    ///
    /// Request: `GET /users/{id}/authentication/phoneMethods`, operation `authentication.phoneMethods.list`.
    /// Permission: `UserAuthenticationMethod.Read.All`; a user also a role such as Global Reader.
    /// Page: [authentication-list-phonemethods](https://learn.microsoft.com/graph/api/authentication-list-phonemethods).
    pub fn list(&self) -> Pages<AuthenticationMethod> {
        let path = self.path.clone();
        self.client.pages(Request::new(
            "authentication.phoneMethods.list",
            Method::Get,
            path,
        ))
    }

    /// Reads one by its id.
    ///
    /// Request: `GET /users/{id}/authentication/phoneMethods/{id}`, operation `authentication.phoneMethods.get`.
    /// Permission: as [`list`](Self::list).
    /// Page: [phoneauthenticationmethod-get](https://learn.microsoft.com/graph/api/phoneauthenticationmethod-get).
    ///
    /// # Errors
    /// 404.
    pub async fn get(&self, id: &str) -> Result<AuthenticationMethod> {
        let path = self.path.clone().segment(id);
        let request = Request::new("authentication.phoneMethods.get", Method::Get, path);
        self.client.read(request).await
    }

    /// Registers one for him: `+1 2065555555`, or `+1 2065555555x123` with an extension. Where the tenant's policy lets him
    /// sign in by text message, the service tries to make a mobile one ready for it.
    ///
    /// Request: `POST /users/{id}/authentication/phoneMethods`, operation `authentication.phoneMethods.create`.
    /// Permission: `UserAuthenticationMethod.ReadWrite.All`; a user also the role Authentication Administrator.
    /// Page: [authentication-post-phonemethods](https://learn.microsoft.com/graph/api/authentication-post-phonemethods).
    ///
    /// # Errors
    /// 400 where he has one of this type, for a number of another form, and for an alternate one without a mobile one
    /// (unverified: the codes).
    pub async fn create(
        &self,
        phone_type: &PhoneType,
        number: &str,
    ) -> Result<AuthenticationMethod> {
        let path = self.path.clone();
        let request = Request::new("authentication.phoneMethods.create", Method::Post, path);
        let body = json!({ "phoneNumber": number, "phoneType": phone_type });
        self.client.read(request.json(&body)).await
    }

    /// Changes the number of one. Its type stays.
    ///
    /// Request: `PATCH /users/{id}/authentication/phoneMethods/{id}`, operation `authentication.phoneMethods.update`.
    /// Permission: as [`create`](Self::create).
    /// Page: [phoneauthenticationmethod-update](https://learn.microsoft.com/graph/api/phoneauthenticationmethod-update).
    ///
    /// # Errors
    /// 404; 400 for a number of another form.
    pub async fn update(&self, id: &str, number: &str) -> Result<()> {
        let path = self.path.clone().segment(id);
        let request = Request::new("authentication.phoneMethods.update", Method::Patch, path);
        let body = json!({ "phoneNumber": number });
        self.client
            .write(request.json(&body).idempotent(true))
            .await
    }

    /// Lets him sign in with his mobile telephone in place of a password.
    ///
    /// Request: `POST /users/{id}/authentication/phoneMethods/{id}/enableSmsSignIn`, operation `authentication.phoneMethods.enableSmsSignIn`.
    /// Permission: as [`create`](Self::create).
    /// Page: [phoneauthenticationmethod-enablesmssignin](https://learn.microsoft.com/graph/api/phoneauthenticationmethod-enablesmssignin).
    ///
    /// # Errors
    /// 404; 400 where it is no mobile one, where somebody else signs in with the number, and where the tenant's policy does
    /// not allow it (unverified: the codes).
    pub async fn enable_sms_sign_in(&self, id: &str) -> Result<()> {
        let path = self.path.clone().segment(id).fixed("/enableSmsSignIn");
        let request = Request::new(
            "authentication.phoneMethods.enableSmsSignIn",
            Method::Post,
            path,
        );
        self.client.write(request.idempotent(true)).await
    }

    /// Lets him sign in with it no more. It still counts as a second factor.
    ///
    /// Request: `POST /users/{id}/authentication/phoneMethods/{id}/disableSmsSignIn`, operation `authentication.phoneMethods.disableSmsSignIn`.
    /// Permission: as [`create`](Self::create).
    /// Page: [phoneauthenticationmethod-disablesmssignin](https://learn.microsoft.com/graph/api/phoneauthenticationmethod-disablesmssignin).
    ///
    /// # Errors
    /// 404.
    pub async fn disable_sms_sign_in(&self, id: &str) -> Result<()> {
        let path = self.path.clone().segment(id).fixed("/disableSmsSignIn");
        let request = Request::new(
            "authentication.phoneMethods.disableSmsSignIn",
            Method::Post,
            path,
        );
        self.client.write(request.idempotent(true)).await
    }

    /// Deletes one. The mobile one goes last.
    ///
    /// Request: `DELETE /users/{id}/authentication/phoneMethods/{id}`, operation `authentication.phoneMethods.delete`.
    /// Permission: as [`create`](Self::create).
    /// Page: [phoneauthenticationmethod-delete](https://learn.microsoft.com/graph/api/phoneauthenticationmethod-delete).
    ///
    /// # Errors
    /// 404; 400 for the mobile one while there is an alternate one, and for his default method (unverified: the codes).
    pub async fn delete(&self, id: &str) -> Result<()> {
        let path = self.path.clone().segment(id);
        let request = Request::new("authentication.phoneMethods.delete", Method::Delete, path);
        self.client.write(request).await
    }
}
