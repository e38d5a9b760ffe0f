//! A tenant's token endpoint: what is sent, what is repeated, what is never shown.

use azure_core::credentials::Secret;
use rhc_core::testing::{Reply, Script};
use rhc_core::{AppId, ErrorKind, TenantId, TokenEndpoint};
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

const SCOPE: &str = "https://graph.microsoft.com/.default";

fn endpoint(script: &Arc<Script>) -> TokenEndpoint {
    let authority = "https://login.microsoftonline.com".parse().unwrap();
    let tenant = TenantId::new(Uuid::from_u128(7));
    TokenEndpoint::new(&authority, tenant, &script.options()).unwrap()
}

async fn exchange(script: &Arc<Script>) -> rhc_core::Result<azure_core::credentials::AccessToken> {
    let app = AppId::new(Uuid::from_u128(8));
    endpoint(script)
        .exchange(app, &Secret::new("hush-assertion"), SCOPE, None)
        .await
}

#[tokio::test(start_paused = true)]
async fn a_busy_authority_and_a_lost_answer_are_no_end() {
    let script = Script::new([
        Reply::status(503),
        Reply::lost(),
        Reply::json(200, json!({"access_token": "token", "expires_in": 60})),
    ]);
    let token = exchange(&script).await.unwrap();
    assert_eq!(token.token.secret(), "token");
    assert_eq!(script.left(), 0);
    assert!(
        script
            .seen()
            .iter()
            .all(|own| own.header("authorization").is_none())
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_keeps_oauths_error_and_microsofts_number() {
    let body = json!({"error": "invalid_client", "error_description": "AADSTS700213: a \"quote\"\r\nTrace ID: x",
        "error_codes": [700_213]});
    let script = Script::new([Reply::json(401, body)]);
    let error = exchange(&script).await.unwrap_err();
    assert_eq!(
        (error.status(), error.code()),
        (Some(401), Some("invalid_client"))
    );
    assert!(error.has_code("AADSTS700213"));
    assert!(
        error.to_string().contains("a \"quote\"") && !error.to_string().contains("Trace"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn no_error_holds_an_assertion_or_a_token() {
    for body in [
        json!({"access_token": "hush-token"}),
        json!({"access_token": "hush-token", "expires_in": -1}),
        json!({"access_token": "", "expires_in": 1, "note": "hush-token"}),
        json!(["hush-token"]),
    ] {
        let script = Script::new([Reply::json(200, body)]);
        let error = exchange(&script).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        let shown = format!("{error} {error:?} {:?}", error.body());
        assert!(!shown.contains("hush"), "{shown}");
    }
    let script = Script::new([Reply::status(403).text("<html>")]);
    let error = exchange(&script).await.unwrap_err();
    assert!(!format!("{error} {error:?} {:?}", endpoint(&script)).contains("hush"));
}

#[tokio::test(start_paused = true)]
async fn a_life_beyond_all_dates_does_not_panic() {
    let body = json!({"access_token": "token", "expires_in": u64::MAX});
    exchange(&Script::new([Reply::json(200, body)]))
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn whether_a_tenant_exists_is_a_question_and_no_error() {
    let script = Script::new([
        Reply::json(200, json!({"issuer": "i"})),
        Reply::json(400, json!({"error": "invalid_tenant"})),
        Reply::status(404),
        Reply::status(403),
    ]);
    let endpoint = endpoint(&script);
    assert!(endpoint.tenant_exists().await.unwrap());
    assert!(!endpoint.tenant_exists().await.unwrap());
    assert!(!endpoint.tenant_exists().await.unwrap());
    assert_eq!(
        endpoint.tenant_exists().await.unwrap_err().status(),
        Some(403)
    );
    let clear = "http://login.microsoftonline.com".parse().unwrap();
    assert!(TokenEndpoint::new(&clear, endpoint.tenant(), &script.options()).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_token_lives_for_as_many_real_seconds_as_the_authority_says_on_a_fast_clock_too() {
    let script = Script::new([Reply::json(
        200,
        json!({"access_token": "token", "expires_in": 60}),
    )]);
    let mut options = script.options();
    let start = options.clock.now();
    options.clock = rhc_core::Clock::anchored(start, 60.0);
    let authority = "https://login.microsoftonline.com".parse().unwrap();
    let endpoint =
        TokenEndpoint::new(&authority, TenantId::new(Uuid::from_u128(7)), &options).unwrap();
    let app = AppId::new(Uuid::from_u128(8));
    let assertion = Secret::new("hush-assertion");
    let token = endpoint.exchange(app, &assertion, SCOPE, None).await;
    assert_eq!(token.unwrap().expires_on - start, time::Duration::HOUR);
}
