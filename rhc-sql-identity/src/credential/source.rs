//! The first link of the chain: somebody who says who this program is.

use std::fmt::{self, Debug};
use std::path::PathBuf;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, Secret};
use rhc_core::{ClientOptions, Clock, Error, ErrorKind, Method, Result, Service, Url};
use serde_json::Value;

use super::claims::TokenClaims;

/// Somebody whose token the bridge app trusts.
#[async_trait]
pub trait AssertionSource: Debug + Send + Sync {
    /// Who it is, in words that fit behind "the token of".
    fn name(&self) -> String;

    /// A token for this audience, which says who this program is.
    ///
    /// # Errors
    /// `NotSent` or `NoAnswer` where there is nobody to ask, `Status` where he refuses. No error holds a token.
    async fn assertion(&self, audience: &str) -> Result<AccessToken>;
}

/// The token that Kubernetes projects into a pod, such as the file that `AZURE_FEDERATED_TOKEN_FILE` names.
///
/// It is the assertion itself: the bridge app has a federated credential with the cluster's issuer and the subject
/// `system:serviceaccount:<namespace>:<account>`. Kubernetes writes it anew before it ends, and so it is read again then.
/// Its audience is the one that the pod's volume asks for.
///
/// Page: [workload identity](https://learn.microsoft.com/azure/aks/workload-identity-overview).
#[derive(Clone, Debug)]
pub struct TokenFile {
    path: PathBuf,
    clock: Clock,
}

impl TokenFile {
    /// The token in this file.
    pub fn new(path: impl Into<PathBuf>, options: Option<&ClientOptions>) -> Self {
        Self {
            path: path.into(),
            clock: options.map_or_else(Clock::default, |own| own.clock),
        }
    }
}

#[async_trait]
impl AssertionSource for TokenFile {
    fn name(&self) -> String {
        format!("the file {}", self.path.display())
    }

    async fn assertion(&self, _: &str) -> Result<AccessToken> {
        let nothing = |message: String| Error::new(ErrorKind::Credential, "token.file", message);
        let path = self.path.display();
        let text = tokio::fs::read_to_string(&self.path)
            .await
            .map_err(|error| {
                nothing(format!(
                    "{path} cannot be read: does the pod have the label that projects its token?"
                ))
                .with_source(error)
            })?;
        match text.trim() {
            "" => Err(nothing(format!("{path} is empty"))),
            token => Ok(itself(token, &self.clock)),
        }
    }
}

/// The token of a workflow run on GitHub, whose job has `permissions: id-token: write`.
///
/// It is the assertion itself: the bridge app has a federated credential with the issuer
/// `https://token.actions.githubusercontent.com` and the run's subject, such as `repo:owner/name:environment:qa`.
///
/// Page: [OpenID Connect reference](https://docs.github.com/actions/reference/security/oidc).
#[derive(Clone)]
pub struct WorkflowToken {
    service: Service,
    request_url: Url,
    request_token: Secret,
}

impl WorkflowToken {
    /// With what GitHub puts into the environment: `ACTIONS_ID_TOKEN_REQUEST_URL` and `ACTIONS_ID_TOKEN_REQUEST_TOKEN`.
    ///
    /// # Errors
    /// `InvalidInput` where the address is not `https`.
    pub fn new(
        request_url: &Url,
        request_token: impl Into<Secret>,
        options: Option<&ClientOptions>,
    ) -> Result<Self> {
        if request_url.scheme() != "https" {
            let message = "the run's address for tokens must begin with https://";
            return Err(Error::invalid("token.run", message));
        }
        Ok(Self {
            service: service(request_url, options)?,
            request_url: request_url.clone(),
            request_token: request_token.into(),
        })
    }
}

impl fmt::Debug for WorkflowToken {
    /// Without the token, and without the address, which names the run.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkflowToken").finish_non_exhaustive()
    }
}

#[async_trait]
impl AssertionSource for WorkflowToken {
    fn name(&self) -> String {
        "the workflow run on GitHub".to_owned()
    }

    async fn assertion(&self, audience: &str) -> Result<AccessToken> {
        let request = self
            .service
            .follow("token.run", Method::Get, self.request_url.as_str())?
            .sensitive()
            .query("audience", audience)
            .header(
                "authorization",
                format!("Bearer {}", self.request_token.secret()),
            );
        let answer = self.service.send(request).await?;
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        match body["value"].as_str() {
            Some(token) if !token.is_empty() => Ok(itself(token, self.service.clock())),
            _ => Err(answer.error(ErrorKind::Decode, "GitHub's answer is no token")),
        }
    }
}

pub(super) fn service(address: &Url, options: Option<&ClientOptions>) -> Result<Service> {
    let none = ClientOptions::default();
    Service::without_credential(
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_VERSION"),
        address.clone(),
        options.unwrap_or(&none),
    )
}

/// A token by its own account of when it ends; one that gives none is used once.
fn itself(token: &str, clock: &Clock) -> AccessToken {
    let ends = TokenClaims::read(token).and_then(|own| own.expires_on());
    AccessToken::new(token.to_owned(), ends.unwrap_or_else(|| clock.now()))
}
