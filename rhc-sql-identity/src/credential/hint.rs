//! Microsoft's numbers as hints. They may change, and so no program goes by them: they refine what is said to a person.
//!
//! Sources: [error codes](https://learn.microsoft.com/entra/identity-platform/reference-error-codes) for 50013, 500133, 700016,
//! 700229, 7000112, 90002, 90038; reports of users for the others.

use rhc_core::Error;

use super::diagnosis::{Cause, Link};

const HINTS: &[(u32, Cause)] = &[
    (50013, Cause::Expired),
    (500_133, Cause::Expired),
    (700_024, Cause::Expired),
    (50166, Cause::IssuerUnreachable),
    (501_661, Cause::IssuerUnreachable),
    (90061, Cause::IssuerUnreachable),
    (70021, Cause::Untrusted),
    (70025, Cause::NoFederatedCredential),
    (700_211, Cause::Issuer),
    (700_212, Cause::Audience),
    (700_213, Cause::Subject),
    (700_222, Cause::TokenKind),
    (700_226, Cause::TokenKind),
    (700_227, Cause::TokenKind),
    (700_229, Cause::TokenKind),
    (700_236, Cause::RegistrationTenant),
    (7_000_215, Cause::Secret),
    (7_000_222, Cause::Secret),
    (53003, Cause::ConditionalAccess),
    (700_016, Cause::UnknownApplication),
    (7_000_112, Cause::DisabledApplication),
    (7_000_229, Cause::MissingServicePrincipal),
    (90002, Cause::UnknownTenant),
    (90038, Cause::UnknownTenant),
    (900_382, Cause::UnknownTenant),
    (900_432, Cause::UnknownTenant),
    (500_011, Cause::UnknownResource),
    (1_002_012, Cause::Scope),
];

/// What a refusal's number hints at.
pub(super) fn hint(error: &Error) -> Option<Cause> {
    HINTS
        .iter()
        .find(|(number, _)| error.has_code(&format!("AADSTS{number}")))
        .map(|(_, cause)| *cause)
}

/// The link that a cause belongs to.
pub(super) fn link_of(cause: Cause) -> Option<Link> {
    Some(match cause {
        Cause::NoIdentityHere | Cause::NotAssigned | Cause::NotAllowed => Link::Identity,
        Cause::Unreachable => Link::Authority,
        Cause::UnknownTenant => Link::Tenant,
        Cause::MissingServicePrincipal
        | Cause::UnknownApplication
        | Cause::DisabledApplication
        | Cause::ConditionalAccess => Link::Application,
        Cause::NoFederatedCredential
        | Cause::Issuer
        | Cause::Subject
        | Cause::Audience
        | Cause::RegistrationTenant
        | Cause::TokenKind
        | Cause::Expired
        | Cause::IssuerUnreachable
        | Cause::Secret
        | Cause::Untrusted => Link::Trust,
        Cause::UnknownResource | Cause::Scope => Link::Resource,
        Cause::WrongToken => Link::Token,
        Cause::Busy | Cause::Propagation | Cause::Unknown => return None,
    })
}
