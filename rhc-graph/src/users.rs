//! Users: employees, administrators, guests, and the customers of an external tenant.

use crate::{
    Deltas, GraphClient, HeldAppRoles, ListQuery, Memberships, UserAuthentication, UserKey,
};
use rhc_core::model;
use rhc_core::{Method, ObjectId, Pages, Path, Request, Result, Sensitive};

/// What a read asks for: the service's default set leaves out most of it.
const SELECT: &str = "id,displayName,userPrincipalName,mail,mailNickname,accountEnabled,userType,creationType,givenName,surname,identities,otherMails,passwordPolicies,usageLocation,externalUserState,createdDateTime";

model! {
    /// A user.
    ///
    /// Page: [user](https://learn.microsoft.com/graph/api/resources/user).
    User {
        /// Its id; given by the service.
        id: ObjectId,
        /// Its name. A new user needs it.
        display_name: String,
        /// How it signs in to a workforce tenant: `name@domain`, the domain verified. An external account's contains `#EXT#`.
        user_principal_name: String,
        /// Its mail address.
        mail: String,
        /// Its mail alias. A new employee's account needs it.
        mail_nickname: String,
        /// Whether it may sign in. A new employee's account needs it.
        account_enabled: bool,
        /// `Member` or `Guest`.
        user_type: String,
        /// `Invitation`, `LocalAccount`, `EmailVerified`; absent for an employee. Given by the service.
        creation_type: String,
        /// Its first name.
        given_name: String,
        /// Its last name.
        surname: String,
        /// How it signs in.
        identities: Vec<ObjectIdentity>,
        /// Other mail addresses.
        other_mails: Vec<String>,
        /// Its password, never read back.
        password_profile: PasswordProfile,
        /// `DisablePasswordExpiration`, `DisableStrongPassword`; customers need the first.
        password_policies: String,
        /// Two letters, needed for licences.
        usage_location: String,
        /// `PendingAcceptance` or `Accepted` for an invited user; given by the service.
        external_user_state: String,
        /// When it was made; given by the service.
        created_date_time: String,
        /// When it was deleted; given by the service.
        deleted_date_time: String,
    }
}

required! {
    User, "users" {
        object_id = id: ObjectId,
    }
}

model! {
    /// One way in which a user signs in.
    ObjectIdentity {
        /// `emailAddress`, `userName`, `userPrincipalName`, `federated`.
        sign_in_type: String,
        /// Who knows it: for customers the tenant's initial domain.
        issuer: String,
        /// Its name there.
        issuer_assigned_id: String,
    }
}

model! {
    /// A password as it is set. Never printed, never sent by the service.
    PasswordProfile {
        /// The password.
        password: Sensitive,
        /// Whether it must be changed at the next sign-in.
        force_change_password_next_sign_in: bool,
    }
}

impl User {
    /// A customer's account in an external tenant: signs in with its mail address.
    ///
    /// `issuer` is the tenant's initial domain. Customers' passwords must not expire.
    /// Page: [user-post-users](https://learn.microsoft.com/graph/api/user-post-users), example 3.
    pub fn customer(
        display_name: impl Into<String>,
        email: impl Into<String>,
        issuer: impl Into<String>,
        password: Sensitive,
    ) -> Self {
        let email = email.into();
        Self {
            display_name: Some(display_name.into()),
            mail: Some(email.clone()),
            identities: Some(vec![ObjectIdentity {
                sign_in_type: Some("emailAddress".to_owned()),
                issuer: Some(issuer.into()),
                issuer_assigned_id: Some(email),
                ..ObjectIdentity::default()
            }]),
            password_profile: Some(PasswordProfile {
                password: Some(password),
                force_change_password_next_sign_in: Some(true),
                ..PasswordProfile::default()
            }),
            password_policies: Some("DisablePasswordExpiration".to_owned()),
            ..Self::default()
        }
    }

    /// Whether the account came from elsewhere: its principal name contains `#EXT#`. `userType` alone does not tell.
    pub fn is_external(&self) -> bool {
        self.user_principal_name
            .as_deref()
            .is_some_and(|name| name.to_ascii_uppercase().contains("#EXT#"))
    }
}

/// The users of this tenant.
#[derive(Debug, Clone)]
pub struct Users {
    client: GraphClient,
}

impl Users {
    pub(crate) fn new(client: GraphClient) -> Self {
        Self { client }
    }

    /// Reads one, with all properties of the model.
    ///
    /// Request: `GET /users/{id}`, operation `users.get`.
    /// Permission: `User.Read.All`.
    /// Page: [user-get](https://learn.microsoft.com/graph/api/user-get).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`, also for a while after creation.
    pub async fn get(&self, key: impl Into<UserKey>) -> Result<User> {
        self.client.read(get(&key.into())).await
    }

    /// Reads one; `None` if there is none.
    ///
    /// Request, permission and page as [`get`](Self::get).
    ///
    /// # Errors
    /// Any but 404.
    pub async fn get_opt(&self, key: impl Into<UserKey>) -> Result<Option<User>> {
        self.client.read_opt(get(&key.into())).await
    }

    /// Lists them, with all properties of the model unless the query selects some. New ones appear after a while.
    ///
    /// Request: `GET /users`, operation `users.list`.
    /// Permission: `User.Read.All`.
    /// Page: [user-list](https://learn.microsoft.com/graph/api/user-list).
    pub fn list(&self, query: ListQuery) -> Pages<User> {
        self.client.pages(list(query))
    }

    /// Creates one. Its principal name and its identities are unique in the tenant, so that a repeated call fails.
    ///
    /// Request: `POST /users`, operation `users.create`.
    /// Permission: `User.ReadWrite.All`; `User.Create` is enough for a customer's account (unverified).
    /// Page: [user-post-users](https://learn.microsoft.com/graph/api/user-post-users).
    ///
    /// # Errors
    /// 400 `Request_BadRequest` with `ObjectConflict` beneath where the name or an identity is taken: "Another object
    /// with the same value for property … already exists". 400 where the password is too weak, or a needed property is missing.
    pub async fn create(&self, user: &User) -> Result<User> {
        self.client.read(create(user)).await
    }

    /// Changes the given properties; others stay.
    ///
    /// Request: `PATCH /users/{id}`, operation `users.update`.
    /// Permission: `User.ReadWrite.All`; for the password `User-PasswordProfile.ReadWrite.All` and a role above the user's.
    /// Page: [user-update](https://learn.microsoft.com/graph/api/user-update).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`; 403 `Authorization_RequestDenied` for the password of an administrator.
    pub async fn update(&self, key: impl Into<UserKey>, user: &User) -> Result<()> {
        let path = key.into().path();
        let request = Request::new("users.update", Method::Patch, path);
        self.client.write(request.json(user).idempotent(true)).await
    }

    /// Deletes one. It can be restored for thirty days.
    ///
    /// Request: `DELETE /users/{id}`, operation `users.delete`.
    /// Permission: `User.DeleteRestore.All`.
    /// Page: [user-delete](https://learn.microsoft.com/graph/api/user-delete).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`; 403 for an administrator.
    pub async fn delete(&self, key: impl Into<UserKey>) -> Result<()> {
        let path = key.into().path();
        let request = Request::new("users.delete", Method::Delete, path);
        self.client.write(request).await
    }

    /// Ends all sessions of one: refresh tokens and browser sessions count no more, and it has to sign in again.
    ///
    /// Request: `POST /users/{id}/revokeSignInSessions`, operation `users.revokeSignInSessions`.
    /// Permission: `User.RevokeSessions.All`.
    /// Page: [user-revokesigninsessions](https://learn.microsoft.com/graph/api/user-revokesigninsessions).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`; 403 for an administrator.
    pub async fn revoke_sessions(&self, key: impl Into<UserKey>) -> Result<()> {
        let path = key.into().path().fixed("/revokeSignInSessions");
        let request = Request::new("users.revokeSignInSessions", Method::Post, path);
        self.client.write(request.idempotent(true)).await
    }

    /// What changes among them.
    pub fn deltas(&self) -> Deltas<User> {
        Deltas::of_users(self.client.clone())
    }

    /// The groups that one is in.
    pub fn memberships(&self, key: impl Into<UserKey>) -> Memberships {
        Memberships::of_user(self.client.clone(), key.into().path())
    }

    /// The roles of applications that one holds.
    pub fn app_roles_held(&self, user: ObjectId) -> HeldAppRoles {
        HeldAppRoles::of_user(self.client.clone(), user)
    }

    /// How one of them proves who he is: his registered methods.
    pub fn authentication(&self, key: impl Into<UserKey>) -> UserAuthentication {
        UserAuthentication::of_user(self.client.clone(), &key.into())
    }

    /// Counts them, or those that the query's filter and search select.
    ///
    /// Request: `GET /users/$count`, operation `users.count`.
    /// Permission: as [`list`](Self::list).
    /// Page: [user-list](https://learn.microsoft.com/graph/api/user-list).
    ///
    /// # Errors
    /// 400 `Request_UnsupportedQuery` for a filter that cannot be counted.
    pub async fn count(&self, query: &ListQuery) -> Result<u64> {
        let path = all().fixed("/$count");
        let request = Request::new("users.count", Method::Get, path);
        self.client.count(query.apply_to_count(request)).await
    }
}

pub(crate) fn me() -> Request {
    Request::new("me", Method::Get, Path::new("/v1.0/me")).query("$select", SELECT)
}

fn all() -> Path {
    Path::new("/v1.0/users")
}

fn get(key: &UserKey) -> Request {
    Request::new("users.get", Method::Get, key.path()).query("$select", SELECT)
}

fn list(query: ListQuery) -> Request {
    let query = if query.select.is_empty() {
        query.select([SELECT])
    } else {
        query
    };
    query.apply(Request::new("users.list", Method::Get, all()))
}

fn create(user: &User) -> Request {
    Request::new("users.create", Method::Post, all()).json(user)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn customer() -> User {
        User::customer(
            "Test User",
            "adelev@adatum.com",
            "contoso.onmicrosoft.com",
            Sensitive::new("xWwvJ]6NMw+bWH-d".to_owned()),
        )
    }

    #[test]
    fn a_customer_is_sent_as_the_page_says() {
        let request = create(&customer());
        let body: Value = serde_json::from_slice(request.body_bytes().unwrap()).unwrap();
        assert_eq!(
            body,
            json!({"displayName": "Test User", "mail": "adelev@adatum.com", "passwordPolicies": "DisablePasswordExpiration",
                "identities": [{"signInType": "emailAddress", "issuer": "contoso.onmicrosoft.com", "issuerAssignedId": "adelev@adatum.com"}],
                "passwordProfile": {"password": "xWwvJ]6NMw+bWH-d", "forceChangePasswordNextSignIn": true}})
        );
    }

    #[test]
    fn a_password_is_never_printed() {
        let printed = format!("{:?} {:?}", customer(), create(&customer()));
        assert!(!printed.contains("xWwvJ"), "{printed}");
    }

    #[test]
    fn a_list_asks_for_the_whole_model_unless_told_otherwise() {
        let whole = list(ListQuery::default()).path_and_query();
        assert!(
            whole.contains("accountEnabled") && whole.contains("identities"),
            "{whole}"
        );
        let some = list(ListQuery::default().select(["id"])).path_and_query();
        assert_eq!(some, "/v1.0/users?$select=id");
    }

    #[test]
    fn external_accounts_are_told_by_their_name() {
        let named = |name: &str| User {
            user_principal_name: Some(name.to_owned()),
            user_type: Some("Member".to_owned()),
            ..User::default()
        };
        assert!(named("ron_x.com#EXT#@rhcqa.onmicrosoft.com").is_external());
        assert!(!named("ron@rhcqa.onmicrosoft.com").is_external());
        assert!(!User::default().is_external());
    }
}
