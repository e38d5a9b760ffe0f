//! What a walk along the chain found.

use std::fmt;

use rhc_core::Error;

/// A link of the chain, in the order in which they hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Link {
    /// This program's own identity gives a token.
    Identity,
    /// The authority can be reached.
    Authority,
    /// The tenant that is asked exists in this cloud.
    Tenant,
    /// The bridge app is there, by a service principal.
    Application,
    /// The bridge app trusts the identity.
    Trust,
    /// The service that the token is for is known in the tenant.
    Resource,
    /// The token is of the bridge app and of the tenant.
    Token,
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identity => "identity",
            Self::Authority => "authority",
            Self::Tenant => "tenant",
            Self::Application => "application",
            Self::Trust => "trust",
            Self::Resource => "resource",
            Self::Token => "token",
        })
    }
}

/// Why a link is broken.
///
/// Where the link is known by what happened (HTTP status, OAuth's error, what another tenant answers), the finer cause is
/// taken from Microsoft's number, which may change: it is for people, and a program goes by [`Broken::link`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// There is nobody to ask: this is no machine, container or run with an identity.
    NoIdentityHere,
    /// The identity is not assigned to this machine or container.
    NotAssigned,
    /// The source does not know this program: a wrong header, or a run without `id-token: write`.
    NotAllowed,
    /// The source, or the authority, is busy or broken.
    Busy,
    /// The authority cannot be reached.
    Unreachable,
    /// No such tenant in this cloud.
    UnknownTenant,
    /// The application has no service principal in the tenant.
    MissingServicePrincipal,
    /// The tenant does not know the application: a wrong client id, one of a single tenant, or nobody consented.
    UnknownApplication,
    /// The service principal is disabled.
    DisabledApplication,
    /// A policy of Conditional Access keeps the application out, which it does with applications of that tenant only.
    ConditionalAccess,
    /// The authority was given a client secret, which this crate never sends.
    Secret,
    /// The application trusts nobody.
    NoFederatedCredential,
    /// No federated credential has the token's issuer.
    Issuer,
    /// No federated credential has the token's subject.
    Subject,
    /// No federated credential has the token's audience.
    Audience,
    /// The identity is of another tenant than the application's registration.
    RegistrationTenant,
    /// The token is not a managed identity's own: one that was itself exchanged cannot be chained.
    TokenKind,
    /// The token is over or does not count yet.
    Expired,
    /// The authority cannot fetch the issuer's keys.
    IssuerUnreachable,
    /// The application does not trust the token, and nothing says which part.
    Untrusted,
    /// The tenant does not know the service that the token is for.
    UnknownResource,
    /// The scope is not one that an application can ask for.
    Scope,
    /// The token is of another tenant or application than was asked for.
    WrongToken,
    /// What was made is not known everywhere yet: it was refused at first, and no longer.
    Propagation,
    /// A refusal that is none of these.
    Unknown,
}

/// A link that holds, and what was seen there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The link.
    pub link: Link,
    /// What was seen, without any token.
    pub what: String,
}

/// A link that does not hold.
#[derive(Debug)]
#[non_exhaustive]
pub struct Broken {
    /// Which.
    pub link: Link,
    /// Why, as far as can be said.
    pub cause: Cause,
    /// What was seen, without any token.
    pub what: String,
    /// What to do.
    pub remedy: String,
    /// What was answered, where something was.
    pub error: Option<Error>,
}

/// What a walk along the chain found.
#[derive(Debug)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The links that hold, in order.
    pub seen: Vec<Seen>,
    /// The first that does not.
    pub broken: Option<Broken>,
}

impl Diagnosis {
    /// Whether a token can be had now. What was only not known everywhere yet holds by now.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.broken
            .as_ref()
            .is_none_or(|own| own.cause == Cause::Propagation)
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Seen { link, what } in &self.seen {
            writeln!(f, "ok  {link}: {what}")?;
        }
        match &self.broken {
            None => Ok(()),
            Some(own) => writeln!(f, "BAD {}: {}: {}", own.link, own.what, own.remedy),
        }
    }
}
