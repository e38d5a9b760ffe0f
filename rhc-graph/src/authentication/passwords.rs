//! A user's password.

use super::{AuthenticationMethod, PasswordReset};
use crate::GraphClient;
use rhc_core::{Answer, Method, Pages, Path, Request, Result, Sensitive};
use serde::Deserialize;
use serde_json::json;

/// The id that a password has for every user.
///
/// Page: [passwordAuthenticationMethod](https://learn.microsoft.com/graph/api/resources/passwordauthenticationmethod).
pub const PASSWORD_METHOD: &str = "28c10230-6103-485e-b985-444c60001490";

/// The password of one user: he has one, or none where he signs in elsewhere.
#[derive(Debug, Clone)]
pub struct PasswordMethods {
    pub(super) client: GraphClient,
    pub(super) path: Path,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    new_password: Option<Sensitive>,
}

impl PasswordMethods {
    /// Lists it. The password itself is never shown.
    ///
    /// Request: `GET /users/{id}/authentication/passwordMethods`, operation `authentication.passwordMethods.list`.
    /// Permission: `UserAuthenticationMethod.Read.All`; a user also a role such as Global Reader.
    /// Page: [authentication-list-passwordmethods](https://learn.microsoft.com/graph/api/authentication-list-passwordmethods).
    pub fn list(&self) -> Pages<AuthenticationMethod> {
        let path = self.path.clone().fixed("/passwordMethods");
        self.client.pages(Request::new(
            "authentication.passwordMethods.list",
            Method::Get,
            path,
        ))
    }

    /// Reads it.
    ///
    /// Request: `GET /users/{id}/authentication/passwordMethods/{id}`, operation `authentication.passwordMethods.get`.
    /// Permission: as [`list`](Self::list).
    /// Page: [passwordauthenticationmethod-get](https://learn.microsoft.com/graph/api/passwordauthenticationmethod-get).
    ///
    /// # Errors
    /// 404 where there is no such user.
    pub async fn get(&self) -> Result<AuthenticationMethod> {
        let path = self.path.clone().fixed("/passwordMethods");
        let path = path.segment(PASSWORD_METHOD);
        let request = Request::new("authentication.passwordMethods.get", Method::Get, path);
        self.client.read(request).await
    }

    /// Sets it. Without a password the service makes one up, which has to be changed at the next sign-in. It takes a while:
    /// follow it with [`operation`](super::UserAuthentication::operation).
    ///
    /// In an external tenant the password of a customer is set by [`Users::update`](crate::Users::update).
    ///
    /// Request: `POST /users/{id}/authentication/methods/{id}/resetPassword`, operation `authentication.passwordMethods.reset`.
    /// Permission: `UserAuthenticationMethod.ReadWrite.All` (delegated only); the user also the role Authentication Administrator.
    /// Page: [authenticationmethod-resetpassword](https://learn.microsoft.com/graph/api/authenticationmethod-resetpassword).
    ///
    /// # Errors
    /// 400 where the password is too weak, and for one's own; 403 for who holds a directory role, and for an application
    /// (unverified: the codes).
    pub async fn reset(&self, password: Option<Sensitive>) -> Result<PasswordReset> {
        let path = self.path.clone().fixed("/methods");
        let path = path.segment(PASSWORD_METHOD).fixed("/resetPassword");
        let request = Request::new("authentication.passwordMethods.reset", Method::Post, path);
        let body = match password {
            Some(password) => json!({ "newPassword": password }),
            None => json!({}),
        };
        let answer = self.client.send(request.json(&body)).await?;
        let new_password = match answer.body.is_empty() {
            true => None,
            false => answer.json::<Made>()?.new_password,
        };
        Ok(PasswordReset {
            new_password,
            operation: operation_of(&answer),
        })
    }
}

/// The last segment of the link under which the operation can be asked for.
fn operation_of(answer: &Answer) -> Option<String> {
    let (_, id) = answer.header("location")?.rsplit_once("/operations/")?;
    let end = id.find(['?', '/']).unwrap_or(id.len());
    id.get(..end).filter(|id| !id.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GraphClientOptions;
    use rhc_core::testing::{FixedCredential, Reply, Script};

    #[tokio::test(start_paused = true)]
    async fn a_password_is_set_and_never_printed() {
        let accepted = Reply::json(202, json!({"newPassword": "Made-up-7"})).header(
            "location",
            "https://graph.microsoft.com/v1.0/users/x/authentication/operations/op-1?aadgdc=DUB02P",
        );
        let script = Script::new([accepted, Reply::status(202)]);
        let options = GraphClientOptions {
            client: script.options(),
            ..GraphClientOptions::default()
        };
        let graph = GraphClient::new(FixedCredential::new(), Some(options)).unwrap();
        let passwords = graph.users().authentication("ann@example.com").passwords();
        let reset = passwords.reset(None).await.unwrap();
        assert_eq!(reset.operation.as_deref(), Some("op-1"));
        assert_eq!(
            reset.new_password.as_ref().map(|own| own.expose().as_str()),
            Some("Made-up-7")
        );
        assert!(!format!("{reset:?}").contains("Made-up"), "{reset:?}");
        let own = Sensitive::new("correct-Horse-7".to_owned());
        let reset = passwords.reset(Some(own)).await.unwrap();
        assert_eq!((reset.new_password, reset.operation), (None, None));
        let seen = script.seen();
        assert_eq!(
            seen[0].url.path(),
            "/v1.0/users/ann@example.com/authentication/methods/28c10230-6103-485e-b985-444c60001490/resetPassword"
        );
        assert_eq!(
            (seen[0].json(), seen[1].json()),
            (json!({}), json!({"newPassword": "correct-Horse-7"}))
        );
    }
}
