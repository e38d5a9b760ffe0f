//! How a user proves who he is: his registered methods.

mod emails;
mod model;
mod passes;
mod passwords;
mod phones;
mod registered;

pub use emails::EmailMethods;
pub use model::{
    AuthenticationMethod, MethodOperation, MethodOperationStatus, PasswordReset, PhoneType,
    TemporaryAccessPass,
};
pub use passes::TemporaryAccessPasses;
pub use passwords::{PASSWORD_METHOD, PasswordMethods};
pub use phones::PhoneMethods;
pub use registered::{RegisteredMethod, RegisteredMethods};

use crate::{GraphClient, UserKey};
use rhc_core::{Method, Pages, Path, Request, Result};

/// The registered methods of one user.
///
/// Who may sign in with which method at all stands in the tenant's policy: see [`Policies`](crate::Policies).
#[derive(Debug, Clone)]
pub struct UserAuthentication {
    client: GraphClient,
    path: Path,
}

impl UserAuthentication {
    pub(crate) fn of_user(client: GraphClient, user: &UserKey) -> Self {
        Self {
            client,
            path: user.path().fixed("/authentication"),
        }
    }

    /// Lists all of them, his password included.
    ///
    /// Request: `GET /users/{id}/authentication/methods`, operation `authentication.methods.list`.
    /// Permission: `UserAuthenticationMethod.Read.All`; a user also a role such as Global Reader.
    /// Page: [authentication-list-methods](https://learn.microsoft.com/graph/api/authentication-list-methods).
    pub fn methods(&self) -> Pages<AuthenticationMethod> {
        let path = self.path.clone().fixed("/methods");
        self.client.pages(Request::new(
            "authentication.methods.list",
            Method::Get,
            path,
        ))
    }

    /// Reads one of them, whatever it is.
    ///
    /// Request: `GET /users/{id}/authentication/methods/{id}`, operation `authentication.methods.get`.
    /// Permission: as [`methods`](Self::methods).
    /// Page: [authenticationmethod-get](https://learn.microsoft.com/graph/api/authenticationmethod-get).
    ///
    /// # Errors
    /// 404.
    pub async fn method(&self, id: &str) -> Result<AuthenticationMethod> {
        let path = self.path.clone().fixed("/methods").segment(id);
        let request = Request::new("authentication.methods.get", Method::Get, path);
        self.client.read(request).await
    }

    /// How far something is that the service does with a method, such as
    /// [`PasswordMethods::reset`].
    ///
    /// Request: `GET /users/{id}/authentication/operations/{id}`, operation `authentication.operations.get`.
    /// Permission: `UserAuthenticationMethod.Read.All` (delegated only).
    /// Page: [longrunningoperation-get](https://learn.microsoft.com/graph/api/longrunningoperation-get).
    ///
    /// # Errors
    /// 404.
    pub async fn operation(&self, id: &str) -> Result<MethodOperation> {
        let path = self.path.clone().fixed("/operations").segment(id);
        let request = Request::new("authentication.operations.get", Method::Get, path);
        self.client.read(request).await
    }

    /// His password.
    pub fn passwords(&self) -> PasswordMethods {
        PasswordMethods {
            client: self.client.clone(),
            path: self.path.clone(),
        }
    }

    /// His mail address for resetting the password.
    pub fn emails(&self) -> EmailMethods {
        EmailMethods {
            client: self.client.clone(),
            path: self.path.clone().fixed("/emailMethods"),
        }
    }

    /// His telephones.
    pub fn phones(&self) -> PhoneMethods {
        PhoneMethods {
            client: self.client.clone(),
            path: self.path.clone().fixed("/phoneMethods"),
        }
    }

    /// His Temporary Access Pass.
    pub fn temporary_access_passes(&self) -> TemporaryAccessPasses {
        TemporaryAccessPasses {
            client: self.client.clone(),
            path: self.path.clone().fixed("/temporaryAccessPassMethods"),
        }
    }

    /// What only he himself can register: passkeys, apps, computers.
    pub fn registered(&self, method: RegisteredMethod) -> RegisteredMethods {
        RegisteredMethods::of(self.client.clone(), self.path.clone(), method)
    }
}
