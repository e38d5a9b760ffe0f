//! Getting in: the account, the token, the role.

use http::{HeaderMap, Method};
use rhc_arm::fake::{Arm, Plane, granting};
use rhc_core::fake::State;
use rhc_core::fake::authority::{self, AuthReason};
use uuid::Uuid;

use super::answer::{Reply, refused};
use super::operations::Call;

/// What tokens must be for.
const AUDIENCE: &[&str] = &["https://storage.azure.com"];
/// Accounts are found under this type.
const ACCOUNTS: &str = "Microsoft.Storage/storageAccounts";

/// What of an account its data plane goes by.
#[derive(Debug)]
pub(super) struct Account {
    id: String,
    pub(super) name: String,
    tenant: Uuid,
}

/// The account of this name, if Resource Manager knows it.
pub(super) fn find(state: &State, name: &str) -> Option<Account> {
    let arm = state.read::<Arm>()?;
    let stored = arm
        .everywhere(ACCOUNTS)
        .find(|account| account.name().eq_ignore_ascii_case(name))?;
    Some(Account {
        id: stored.id().to_owned(),
        name: stored.name().to_ascii_lowercase(),
        tenant: arm.tenant_of(stored.id())?,
    })
}

impl Account {
    /// Who calls, and whether a role lets him.
    pub(super) fn admits(
        &self,
        state: &State,
        headers: &HeaderMap,
        call: &Call<'_>,
    ) -> Result<(), Reply> {
        let challenge = |words: &str| {
            let uri = format!(
                "Bearer authorization_uri=https://login.microsoftonline.com/{}/oauth2/authorize resource_id=https://storage.azure.com",
                self.tenant
            );
            refused(401, "InvalidAuthenticationInfo", words).with("www-authenticate", uri)
        };
        let caller = authority::authenticate(state, headers, AUDIENCE).map_err(|failure| {
            // Unverified: the words, and that without any authorization it is this code.
            match failure.reason {
                AuthReason::Missing => refused(
                    401,
                    "NoAuthenticationInformation",
                    "Server failed to authenticate the request.",
                ),
                AuthReason::Revoked { .. } => {
                    let claims = failure.www_authenticate();
                    refused(401, "InvalidAuthenticationInfo", "The token was revoked.")
                        .with("www-authenticate", claims)
                }
                AuthReason::WrongAudience(_) => challenge("Audience validation failed."),
                AuthReason::Expired => {
                    challenge("Lifetime validation failed. The token is expired.")
                }
                _ => challenge("Signature validation failed."),
            }
        })?;
        if caller.tenant != self.tenant {
            return Err(challenge("Issuer validation failed. Issuer did not match."));
        }
        let action = match (call.method, call.comp) {
            (&Method::GET | &Method::HEAD, _) => "read",
            (_, Some("appendblock")) => "add/action",
            _ => "write",
        };
        let scope = format!(
            "{}/blobServices/default/containers/{}",
            self.id, call.container
        );
        let action =
            format!("Microsoft.Storage/storageAccounts/blobServices/containers/blobs/{action}");
        let plane = Plane::Data;
        let roles = granting(
            state,
            caller.tenant,
            caller.object_id,
            &scope,
            &action,
            plane,
        )
        .count();
        if roles == 0 {
            return Err(refused(
                403,
                "AuthorizationPermissionMismatch",
                "This request is not authorized to perform this operation using this permission.",
            ));
        }
        Ok(())
    }
}
