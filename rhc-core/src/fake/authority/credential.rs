//! Credentials that ask the World directly: for tests that are about something else than signing in.
//!
//! Their tokens end by the World's clock: give the client [`World::clock`].

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::error::{Error, ErrorKind};
use uuid::Uuid;

use super::error::AuthorityError;
use super::grants::Grants;
use super::mint::{self, Minted};
use super::scope::Scope;
use crate::fake::directory::GRAPH_COMMAND_LINE_TOOLS;
use crate::fake::{State, World};

#[derive(Clone, Debug)]
enum Principal {
    Operator { scopes: Vec<String> },
    User(Uuid),
    App(Uuid),
    ManagedIdentity(Uuid),
}

struct WorldCredential {
    world: World,
    tenant: String,
    principal: Principal,
}

impl fmt::Debug for WorldCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorldCredential")
            .field("tenant", &self.tenant)
            .field("principal", &self.principal)
            .finish_non_exhaustive()
    }
}

impl World {
    /// The World's operator, signed in to a tenant (id or domain) with Microsoft Graph Command Line Tools and with
    /// his consent to these permissions of Microsoft Graph. Who he is, is asked for each token: a native
    /// administrator as soon as there is one.
    #[must_use]
    pub fn sign_in(&self, tenant: &str, scopes: &[&str]) -> Arc<dyn TokenCredential> {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        self.credential(tenant, Principal::Operator { scopes })
    }

    /// A certain user of a tenant.
    #[must_use]
    pub fn user_credential(&self, tenant: &str, user: Uuid) -> Arc<dyn TokenCredential> {
        self.credential(tenant, Principal::User(user))
    }

    /// An application's service principal in a tenant, without the trouble of an assertion.
    #[must_use]
    pub fn app_credential(&self, tenant: &str, app_id: Uuid) -> Arc<dyn TokenCredential> {
        self.credential(tenant, Principal::App(app_id))
    }

    /// A managed identity of a tenant, by its principal id.
    #[must_use]
    pub fn managed_identity(&self, tenant: &str, principal: Uuid) -> Arc<dyn TokenCredential> {
        self.credential(tenant, Principal::ManagedIdentity(principal))
    }

    fn credential(&self, tenant: &str, principal: Principal) -> Arc<dyn TokenCredential> {
        Arc::new(WorldCredential {
            world: self.clone(),
            tenant: tenant.to_owned(),
            principal,
        })
    }
}

impl WorldCredential {
    fn mint(&self, state: &mut State, scopes: &str) -> Result<Minted, AuthorityError> {
        let tenant = super::endpoints::tenant(state, &self.tenant)?.id;
        match &self.principal {
            Principal::Operator { scopes: consented } => {
                let user = state.directory_ref().operator(tenant).ok_or_else(|| {
                    AuthorityError::invalid_grant(
                        50020,
                        "The operator has no account in the tenant.",
                    )
                })?;
                state
                    .section::<Grants>()
                    .consents(tenant, GRAPH_COMMAND_LINE_TOOLS)
                    .extend(consented.iter().cloned());
                mint::person_token(state, tenant, user, GRAPH_COMMAND_LINE_TOOLS, scopes)
            }
            Principal::User(user) => {
                mint::person_token(state, tenant, *user, GRAPH_COMMAND_LINE_TOOLS, scopes)
            }
            Principal::App(app) => {
                let scope = Scope::of_app(scopes)?;
                mint::app_token(state, tenant, *app, &scope.resource)
            }
            Principal::ManagedIdentity(principal) => {
                let scope = Scope::of_app(scopes)?;
                mint::managed_identity_token(state, tenant, *principal, &scope.resource)
            }
        }
    }
}

#[async_trait]
impl TokenCredential for WorldCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let minted = self
            .world
            .with(|state| self.mint(state, &scopes.join(" ")))
            .map_err(|error| Error::new(ErrorKind::Credential, error))?;
        Ok(AccessToken::new(minted.token, minted.expires_on))
    }
}
