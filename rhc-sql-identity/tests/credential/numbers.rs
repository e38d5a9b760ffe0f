//! Microsoft's numbers, each in the answer in which the authority sends it.

use rhc_core::fake::FaultKind;
use rhc_sql_identity::{Cause, Link};
use serde_json::json;

use super::diagnosis::{broken, diagnosis};
use super::place::Place;

#[tokio::test(start_paused = true)]
async fn every_number_that_is_known_leads_to_its_cause_and_a_way_out() {
    for (number, error, link, cause, way_out) in [
        (
            70021,
            "invalid_client",
            Link::Trust,
            Cause::Untrusted,
            "federated credential",
        ),
        (
            70025,
            "invalid_client",
            Link::Trust,
            Cause::NoFederatedCredential,
            "federated credential",
        ),
        (
            700_211,
            "invalid_client",
            Link::Trust,
            Cause::Issuer,
            "issuer",
        ),
        (
            700_212,
            "invalid_client",
            Link::Trust,
            Cause::Audience,
            "audience",
        ),
        (
            700_213,
            "invalid_client",
            Link::Trust,
            Cause::Subject,
            "principal id",
        ),
        (
            700_222,
            "invalid_client",
            Link::Trust,
            Cause::TokenKind,
            "managed identity itself",
        ),
        (
            700_226,
            "invalid_client",
            Link::Trust,
            Cause::TokenKind,
            "managed identity itself",
        ),
        (
            700_227,
            "invalid_client",
            Link::Trust,
            Cause::TokenKind,
            "managed identity itself",
        ),
        (
            700_229,
            "invalid_client",
            Link::Trust,
            Cause::TokenKind,
            "managed identity itself",
        ),
        (
            700_236,
            "invalid_client",
            Link::Trust,
            Cause::RegistrationTenant,
            "own tenant",
        ),
        (
            50013,
            "invalid_client",
            Link::Trust,
            Cause::Expired,
            "clock",
        ),
        (
            500_133,
            "invalid_client",
            Link::Trust,
            Cause::Expired,
            "clock",
        ),
        (
            700_024,
            "invalid_client",
            Link::Trust,
            Cause::Expired,
            "clock",
        ),
        (
            50166,
            "invalid_client",
            Link::Trust,
            Cause::IssuerUnreachable,
            "openid-configuration",
        ),
        (
            501_661,
            "invalid_client",
            Link::Trust,
            Cause::IssuerUnreachable,
            "openid-configuration",
        ),
        (
            90061,
            "invalid_client",
            Link::Trust,
            Cause::IssuerUnreachable,
            "openid-configuration",
        ),
        (
            1_002_012,
            "invalid_scope",
            Link::Resource,
            Cause::Scope,
            "/.default",
        ),
        (
            7_000_215,
            "invalid_client",
            Link::Trust,
            Cause::Secret,
            "take the secret away",
        ),
        (
            7_000_222,
            "invalid_client",
            Link::Trust,
            Cause::Secret,
            "take the secret away",
        ),
        (
            7_000_229,
            "invalid_client",
            Link::Application,
            Cause::MissingServicePrincipal,
            "consent",
        ),
        (
            700_016,
            "unauthorized_client",
            Link::Application,
            Cause::UnknownApplication,
            "client id",
        ),
        (
            7_000_112,
            "unauthorized_client",
            Link::Application,
            Cause::DisabledApplication,
            "accountEnabled",
        ),
        (
            53003,
            "access_denied",
            Link::Application,
            Cause::ConditionalAccess,
            "policies",
        ),
        (
            90002,
            "invalid_request",
            Link::Tenant,
            Cause::UnknownTenant,
            "cloud",
        ),
        (
            90038,
            "invalid_request",
            Link::Tenant,
            Cause::UnknownTenant,
            "cloud",
        ),
        (
            900_382,
            "invalid_request",
            Link::Tenant,
            Cause::UnknownTenant,
            "cloud",
        ),
        (
            900_432,
            "invalid_request",
            Link::Tenant,
            Cause::UnknownTenant,
            "cloud",
        ),
        (
            500_011,
            "invalid_resource",
            Link::Resource,
            Cause::UnknownResource,
            "scope",
        ),
    ] {
        let place = Place::new().await;
        let said = json!({"error": error, "error_description": format!("AADSTS{number}: whatever it says"), "error_codes": [number]});
        place.world.faults().add(rhc_core::fake::Fault {
            matches: rhc_core::fake::Match {
                path_contains: Some("/oauth2/v2.0/token".to_owned()),
                ..rhc_core::fake::Match::default()
            },
            kind: FaultKind::Status {
                code: if error == "invalid_client" { 401 } else { 400 },
                headers: Vec::new(),
                body: said.to_string().into(),
            },
        });
        let found = diagnosis(&place).await;
        broken(&found, link, cause, &[&format!("AADSTS{number}")]);
        let remedy = &found.broken.as_ref().unwrap().remedy;
        assert!(remedy.contains(way_out), "{number}: {remedy}");
    }
}
