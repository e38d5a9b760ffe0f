//! The walk along the chain, which finds the link that is broken.
//!
//! It goes by HTTP status and OAuth's error, and by what the identity's own tenant answers to the same request: where that
//! one gives a token, the trust is right and the other tenant's side is not. Numbers only refine what is said.

use std::time::Duration;

use azure_core::credentials::AccessToken;
use rhc_core::{Error, ErrorKind, Result, TenantId};

use super::chain::CrossTenantCredential;
use super::claims::TokenClaims;
use super::diagnosis::{Broken, Cause, Diagnosis, Link, Seen};
use super::hint::{hint, link_of};

/// How long until a refusal that may be one of replication is tried again.
const PAUSE: Duration = Duration::from_secs(5);

impl CrossTenantCredential {
    /// Walks the chain for a scope and says which link is broken, and what to do. Nothing that is kept is used, and
    /// nothing is changed. Where a refusal may come from something that was only just made, it is asked again for as long
    /// as the options' patience lasts.
    ///
    /// The walk asks the identity's own tenant for a token of the bridge app too, which is dropped.
    pub async fn diagnose(&self, scope: &str) -> Diagnosis {
        let mut walk = Walk {
            own: self,
            scope,
            seen: Vec::new(),
        };
        let broken = walk.whole().await.err();
        Diagnosis {
            seen: walk.seen,
            broken,
        }
    }
}

struct Walk<'a> {
    own: &'a CrossTenantCredential,
    scope: &'a str,
    seen: Vec<Seen>,
}

/// The source's token, and what it says.
struct Asserted {
    token: AccessToken,
    claims: Option<TokenClaims>,
}

impl Walk<'_> {
    async fn whole(&mut self) -> Result<(), Broken> {
        let asserted = self.identity().await?;
        let (given, refused_for) = self.exchanged(&asserted).await?;
        self.holds(
            Link::Authority,
            self.own.cloud.authority.origin().ascii_serialization(),
        );
        self.holds(Link::Tenant, self.own.tenant().to_string());
        self.holds(
            Link::Application,
            format!("{} has a service principal there", self.own.application()),
        );
        self.holds(Link::Trust, format!("it trusts {}", self.own.source.name()));
        self.holds(Link::Resource, self.scope.to_owned());
        self.token(&given)?;
        match refused_for {
            None => Ok(()),
            Some((waited, error)) => Err(Broken {
                link: link_of(hint(&error).unwrap_or(Cause::Untrusted)).unwrap_or(Link::Trust),
                cause: Cause::Propagation,
                what: format!(
                    "it was refused for {} s and is accepted now",
                    waited.as_secs()
                ),
                remedy: "what was made was not known everywhere yet; nothing is left to do"
                    .to_owned(),
                error: Some(error),
            }),
        }
    }

    fn holds(&mut self, link: Link, what: String) {
        self.seen.push(Seen { link, what });
    }

    async fn identity(&mut self) -> Result<Asserted, Broken> {
        let own = self.own;
        let audience = &own.cloud.token_exchange_audience;
        let token = own.source.assertion(audience).await;
        let token = token.map_err(|error| {
            let (cause, remedy) = not_asserted(&error);
            Broken {
                link: Link::Identity,
                cause,
                what: format!("{} gives no token: {error}", own.source.name()),
                remedy: remedy.to_owned(),
                error: Some(error),
            }
        })?;
        let claims = TokenClaims::read(token.token.secret());
        let said = claims.as_ref().map_or_else(
            || "a token that cannot be read".to_owned(),
            TokenClaims::to_string,
        );
        self.holds(Link::Identity, format!("{}: {said}", own.source.name()));
        Ok(Asserted { token, claims })
    }

    async fn ask(&self, asserted: &Asserted, tenant: TenantId) -> Result<AccessToken> {
        let endpoint = self.own.endpoint.of(tenant);
        let assertion = &asserted.token.token;
        endpoint
            .exchange(self.own.application(), assertion, self.scope, None)
            .await
    }

    /// The exchange, again while a refusal may be one of replication. With the token comes what it was refused with at first.
    async fn exchanged(
        &mut self,
        asserted: &Asserted,
    ) -> Result<(AccessToken, Option<(Duration, Error)>), Broken> {
        let tenant = self.own.tenant();
        let mut last = match self.ask(asserted, tenant).await {
            Ok(given) => return Ok((given, None)),
            Err(error) => error,
        };
        let clock = self.own.client.clock;
        let mut waited = Duration::ZERO;
        while may_settle(&last) && waited + PAUSE <= self.own.patience {
            tokio::time::sleep(clock.scaled(PAUSE)).await;
            waited += PAUSE;
            match self.ask(asserted, tenant).await {
                Ok(given) => return Ok((given, Some((waited, last)))),
                Err(error) => last = error,
            }
        }
        Err(self.refused(asserted, last).await)
    }

    async fn refused(&mut self, asserted: &Asserted, error: Error) -> Broken {
        let authority = self.own.cloud.authority.origin().ascii_serialization();
        let (link, cause) = match (error.kind(), error.status(), error.code()) {
            (ErrorKind::Status, Some(429 | 500..), _)
            | (_, _, Some("temporarily_unavailable" | "server_error")) => {
                (Link::Authority, Cause::Busy)
            }
            (ErrorKind::Status, _, Some("invalid_resource")) => {
                (Link::Resource, Cause::UnknownResource)
            }
            (ErrorKind::Status, _, Some("invalid_scope")) => (Link::Resource, Cause::Scope),
            (ErrorKind::Status, _, Some("unauthorized_client")) => {
                let finer = finer(&error, Link::Application, Cause::UnknownApplication);
                (Link::Application, finer)
            }
            (ErrorKind::Status, _, Some("invalid_client")) => {
                self.not_proven(asserted, &error).await
            }
            (ErrorKind::Status, _, Some(_)) => self.not_understood(&error).await,
            (ErrorKind::Status | ErrorKind::Decode, ..) => (Link::Authority, Cause::Unknown),
            _ => (Link::Authority, Cause::Unreachable),
        };
        if link > Link::Authority {
            self.holds(Link::Authority, authority);
        }
        if link > Link::Tenant {
            self.holds(Link::Tenant, self.own.tenant().to_string());
        }
        if link > Link::Trust {
            self.holds(Link::Application, self.own.application().to_string());
            self.holds(Link::Trust, format!("it trusts {}", self.own.source.name()));
        }
        let remedy = self.remedy(cause, asserted.claims.as_ref());
        Broken {
            link,
            cause,
            what: error.to_string(),
            remedy,
            error: Some(error),
        }
    }

    /// `invalid_client`: either the app does not trust the token, or the tenant has no principal of it. The identity's own
    /// tenant has one; if it gives a token, the trust is right.
    async fn not_proven(&self, asserted: &Asserted, error: &Error) -> (Link, Cause) {
        let home = asserted
            .claims
            .as_ref()
            .and_then(|own| own.tid.as_deref()?.parse().ok());
        if let Some(home) = home.filter(|home| *home != self.own.tenant())
            && self.ask(asserted, home).await.is_ok()
        {
            let cause = finer(error, Link::Application, Cause::MissingServicePrincipal);
            return (Link::Application, cause);
        }
        match hint(error) {
            Some(cause @ Cause::MissingServicePrincipal) => (Link::Application, cause),
            _ => (Link::Trust, finer(error, Link::Trust, Cause::Untrusted)),
        }
    }

    /// `invalid_request` and what else there may be: the tenant may be the one that is wrong.
    async fn not_understood(&self, error: &Error) -> (Link, Cause) {
        match self.own.endpoint.tenant_exists().await {
            Ok(false) => (Link::Tenant, Cause::UnknownTenant),
            Err(error) if error.status().is_none() => (Link::Authority, Cause::Unreachable),
            _ => {
                let cause = hint(error).unwrap_or(Cause::Unknown);
                (link_of(cause).unwrap_or(Link::Authority), cause)
            }
        }
    }

    /// A token that says whom and where it is for says so rightly. One that cannot be read is the service's to judge.
    fn token(&mut self, given: &AccessToken) -> Result<(), Broken> {
        let (tenant, application) = (self.own.tenant(), self.own.application());
        let claims = TokenClaims::read(given.token.secret());
        let is = |said: &Option<String>, wanted: String| {
            said.as_ref()
                .is_none_or(|said| said.eq_ignore_ascii_case(&wanted))
        };
        let fits = claims.as_ref().is_none_or(|own| {
            is(&own.tid, tenant.to_string()) && is(&own.appid, application.to_string())
        });
        let said = claims.map_or_else(
            || "a token that cannot be read".to_owned(),
            |own| own.to_string(),
        );
        if fits {
            self.holds(Link::Token, said);
            return Ok(());
        }
        Err(Broken {
            link: Link::Token,
            cause: Cause::WrongToken,
            what: format!("the token is not of {application} in the tenant {tenant}: {said}"),
            remedy:
                "compare the authority's address with the cloud's: something in between answers"
                    .to_owned(),
            error: None,
        })
    }

    fn remedy(&self, cause: Cause, claims: Option<&TokenClaims>) -> String {
        let (app, tenant) = (self.own.application(), self.own.tenant());
        let audience = &self.own.cloud.token_exchange_audience;
        let none = TokenClaims::default();
        let TokenClaims { iss, sub, aud, .. } = claims.unwrap_or(&none);
        match cause {
            Cause::Busy => "try again in some seconds".to_owned(),
            Cause::Unreachable => format!(
                "let this program reach {}: name, route and firewall",
                self.own.cloud.authority
            ),
            Cause::UnknownTenant => format!("no tenant {tenant} is in this cloud: compare its id, and the cloud"),
            Cause::MissingServicePrincipal => format!(
                "make the service principal of {app} in the tenant {tenant} (an administrator's consent does)"
            ),
            Cause::UnknownApplication => format!(
                "compare the client id {app}; make its service principal in the tenant {tenant}; its registration must be \
                 for several tenants (`AzureADMultipleOrgs`)"
            ),
            Cause::DisabledApplication => format!(
                "set `accountEnabled` of the service principal of {app} in the tenant {tenant}"
            ),
            Cause::ConditionalAccess => format!(
                "take {app} out of the tenant {tenant}'s policies for workload identities, which are for applications of that tenant"
            ),
            Cause::Secret => format!(
                "find out who gave {app} a client secret and what sends it: nothing here does; take the secret away"
            ),
            Cause::NoFederatedCredential | Cause::Untrusted => format!(
                "give the registration of {app} a federated credential with the issuer `{iss}`, the subject `{sub}` and the \
                 audience `{audience}`"
            ),
            Cause::Issuer => format!(
                "no federated credential of {app} has the issuer `{iss}`: slashes at the end and blanks count"
            ),
            Cause::Subject => format!(
                "no federated credential of {app} has the subject `{sub}`: of a managed identity it is the principal id, not \
                 the client id; case counts"
            ),
            Cause::Audience => format!(
                "the token is for `{}`, and no federated credential of {app} has that audience: this cloud's is `{audience}`",
                aud.join("`, `")
            ),
            Cause::RegistrationTenant => format!(
                "register {app} in the identity's own tenant, and make only its service principal in the tenant {tenant}"
            ),
            Cause::TokenKind => "use the token of a managed identity itself: one of a person, of an application, or one that was \
                 exchanged before cannot be exchanged"
                .to_owned(),
            Cause::Expired => "set the clock of this machine; a token that was kept too long, or is of a deleted identity, \
                 has to be asked for anew"
                .to_owned(),
            Cause::IssuerUnreachable => format!(
                "let everybody read `{iss}/.well-known/openid-configuration` and the keys that it names"
            ),
            Cause::UnknownResource => format!(
                "compare the scope `{}` with the cloud; make the service principal of that service in the tenant {tenant}",
                self.scope
            ),
            Cause::Scope => format!(
                "an application asks for a service's identifier with `/.default` behind it, not for `{}`",
                self.scope
            ),
            _ => "look the answer up, by its request id if need be".to_owned(),
        }
    }
}

/// The cause that the number hints at, if it belongs to the link that is broken.
fn finer(error: &Error, link: Link, usual: Cause) -> Cause {
    hint(error)
        .filter(|cause| link_of(*cause) == Some(link))
        .unwrap_or(usual)
}

/// Whether the refusal may come from something that is not known everywhere yet.
fn may_settle(error: &Error) -> bool {
    matches!(error.code(), Some("invalid_client" | "unauthorized_client"))
}

/// Why a source gives no token, and what to do.
pub(super) fn not_asserted(error: &Error) -> (Cause, &'static str) {
    match (error.kind(), error.status()) {
        (ErrorKind::Status, Some(401 | 403)) => (
            Cause::NotAllowed,
            "pass on IDENTITY_HEADER as it is; a job on GitHub needs `permissions: id-token: write`",
        ),
        (ErrorKind::Status, Some(429 | 500..)) => (Cause::Busy, "try again in some seconds"),
        (ErrorKind::Status, _) => (
            Cause::NotAssigned,
            "assign the identity to this machine, app or job, to be seen by its main containers, and name it by its client id",
        ),
        (ErrorKind::Decode | ErrorKind::InvalidInput, _) => (
            Cause::Unknown,
            "something else answers in the source's place",
        ),
        _ => (
            Cause::NoIdentityHere,
            "run it where there is an identity: a container or app with one, a virtual machine, a pod, a workflow run",
        ),
    }
}
