//! What only a user himself can register: passkeys, apps, computers.

use super::AuthenticationMethod;
use crate::GraphClient;
use rhc_core::{Method, Pages, Path, Request, Result};

/// A kind of method that a user registers himself. For him it can only be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RegisteredMethod {
    /// A passkey, on a security key or in an app.
    Fido2,
    /// Microsoft Authenticator on a phone.
    MicrosoftAuthenticator,
    /// An app that shows codes which change with the time.
    SoftwareOath,
    /// Windows Hello for Business on a computer.
    WindowsHello,
    /// A key of a Mac's own.
    PlatformCredential,
}

/// The operations on one kind, as errors and logs name them.
#[derive(Debug, Clone, Copy)]
struct MethodNames {
    list: &'static str,
    get: &'static str,
    delete: &'static str,
}

/// The methods of one kind that one user has registered.
#[derive(Debug, Clone)]
pub struct RegisteredMethods {
    client: GraphClient,
    path: Path,
    names: MethodNames,
}

impl RegisteredMethods {
    pub(super) fn of(client: GraphClient, user: Path, method: RegisteredMethod) -> Self {
        let (path, names) = match method {
            RegisteredMethod::Fido2 => (
                user.fixed("/fido2Methods"),
                MethodNames {
                    list: "authentication.fido2Methods.list",
                    get: "authentication.fido2Methods.get",
                    delete: "authentication.fido2Methods.delete",
                },
            ),
            RegisteredMethod::MicrosoftAuthenticator => (
                user.fixed("/microsoftAuthenticatorMethods"),
                MethodNames {
                    list: "authentication.microsoftAuthenticatorMethods.list",
                    get: "authentication.microsoftAuthenticatorMethods.get",
                    delete: "authentication.microsoftAuthenticatorMethods.delete",
                },
            ),
            RegisteredMethod::SoftwareOath => (
                user.fixed("/softwareOathMethods"),
                MethodNames {
                    list: "authentication.softwareOathMethods.list",
                    get: "authentication.softwareOathMethods.get",
                    delete: "authentication.softwareOathMethods.delete",
                },
            ),
            RegisteredMethod::WindowsHello => (
                user.fixed("/windowsHelloForBusinessMethods"),
                MethodNames {
                    list: "authentication.windowsHelloForBusinessMethods.list",
                    get: "authentication.windowsHelloForBusinessMethods.get",
                    delete: "authentication.windowsHelloForBusinessMethods.delete",
                },
            ),
            RegisteredMethod::PlatformCredential => (
                user.fixed("/platformCredentialMethods"),
                MethodNames {
                    list: "authentication.platformCredentialMethods.list",
                    get: "authentication.platformCredentialMethods.get",
                    delete: "authentication.platformCredentialMethods.delete",
                },
            ),
        };
        Self {
            client,
            path,
            names,
        }
    }

    /// Lists them.
    ///
    /// Request: `GET /users/{id}/authentication/fido2Methods`, operation `authentication.fido2Methods.list`.
    /// Request: `GET /users/{id}/authentication/microsoftAuthenticatorMethods`, operation `authentication.microsoftAuthenticatorMethods.list`.
    /// Request: `GET /users/{id}/authentication/softwareOathMethods`, operation `authentication.softwareOathMethods.list`.
    /// Request: `GET /users/{id}/authentication/windowsHelloForBusinessMethods`, operation `authentication.windowsHelloForBusinessMethods.list`.
    /// Request: `GET /users/{id}/authentication/platformCredentialMethods`, operation `authentication.platformCredentialMethods.list`.
    /// Permission: `UserAuthenticationMethod.Read.All`; of passkeys `UserAuthMethod-Passkey.Read.All`; a user also a role such as Global Reader.
    /// Pages: [fido2authenticationmethod-list](https://learn.microsoft.com/graph/api/fido2authenticationmethod-list),
    /// [microsoftauthenticatorauthenticationmethod-list](https://learn.microsoft.com/graph/api/microsoftauthenticatorauthenticationmethod-list),
    /// [authentication-list-softwareoathmethods](https://learn.microsoft.com/graph/api/authentication-list-softwareoathmethods),
    /// [windowshelloforbusinessauthenticationmethod-list](https://learn.microsoft.com/graph/api/windowshelloforbusinessauthenticationmethod-list),
    /// [platformcredentialauthenticationmethod-list](https://learn.microsoft.com/graph/api/platformcredentialauthenticationmethod-list).
    pub fn list(&self) -> Pages<AuthenticationMethod> {
        let path = self.path.clone();
        self.client
            .pages(Request::new(self.names.list, Method::Get, path))
    }

    /// Reads one by its id.
    ///
    /// Request: `GET /users/{id}/authentication/fido2Methods/{id}`, operation `authentication.fido2Methods.get`.
    /// Request: `GET /users/{id}/authentication/microsoftAuthenticatorMethods/{id}`, operation `authentication.microsoftAuthenticatorMethods.get`.
    /// Request: `GET /users/{id}/authentication/softwareOathMethods/{id}`, operation `authentication.softwareOathMethods.get`.
    /// Request: `GET /users/{id}/authentication/windowsHelloForBusinessMethods/{id}`, operation `authentication.windowsHelloForBusinessMethods.get`.
    /// Request: `GET /users/{id}/authentication/platformCredentialMethods/{id}`, operation `authentication.platformCredentialMethods.get`.
    /// Permission: `UserAuthenticationMethod.Read.All`; a user also a role such as Global Reader.
    /// Pages: [fido2authenticationmethod-get](https://learn.microsoft.com/graph/api/fido2authenticationmethod-get),
    /// [microsoftauthenticatorauthenticationmethod-get](https://learn.microsoft.com/graph/api/microsoftauthenticatorauthenticationmethod-get),
    /// [softwareoathauthenticationmethod-get](https://learn.microsoft.com/graph/api/softwareoathauthenticationmethod-get),
    /// [windowshelloforbusinessauthenticationmethod-get](https://learn.microsoft.com/graph/api/windowshelloforbusinessauthenticationmethod-get),
    /// [platformcredentialauthenticationmethod-get](https://learn.microsoft.com/graph/api/platformcredentialauthenticationmethod-get).
    ///
    /// # Errors
    /// 404.
    pub async fn get(&self, id: &str) -> Result<AuthenticationMethod> {
        let path = self.path.clone().segment(id);
        let request = Request::new(self.names.get, Method::Get, path);
        self.client.read(request).await
    }

    /// Deletes one: he can sign in with it no more.
    ///
    /// Request: `DELETE /users/{id}/authentication/fido2Methods/{id}`, operation `authentication.fido2Methods.delete`.
    /// Request: `DELETE /users/{id}/authentication/microsoftAuthenticatorMethods/{id}`, operation `authentication.microsoftAuthenticatorMethods.delete`.
    /// Request: `DELETE /users/{id}/authentication/softwareOathMethods/{id}`, operation `authentication.softwareOathMethods.delete`.
    /// Request: `DELETE /users/{id}/authentication/windowsHelloForBusinessMethods/{id}`, operation `authentication.windowsHelloForBusinessMethods.delete`.
    /// Request: `DELETE /users/{id}/authentication/platformCredentialMethods/{id}`, operation `authentication.platformCredentialMethods.delete`.
    /// Permission: `UserAuthenticationMethod.ReadWrite.All`; a user also the role Authentication Administrator.
    /// Pages: [fido2authenticationmethod-delete](https://learn.microsoft.com/graph/api/fido2authenticationmethod-delete),
    /// [microsoftauthenticatorauthenticationmethod-delete](https://learn.microsoft.com/graph/api/microsoftauthenticatorauthenticationmethod-delete),
    /// [softwareoathauthenticationmethod-delete](https://learn.microsoft.com/graph/api/softwareoathauthenticationmethod-delete),
    /// [windowshelloforbusinessauthenticationmethod-delete](https://learn.microsoft.com/graph/api/windowshelloforbusinessauthenticationmethod-delete),
    /// [platformcredentialauthenticationmethod-delete](https://learn.microsoft.com/graph/api/platformcredentialauthenticationmethod-delete).
    ///
    /// # Errors
    /// 404.
    pub async fn delete(&self, id: &str) -> Result<()> {
        let path = self.path.clone().segment(id);
        let request = Request::new(self.names.delete, Method::Delete, path);
        self.client.write(request).await
    }
}
