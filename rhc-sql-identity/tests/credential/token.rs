//! Tokens: for any scope, one request for many, renewed early, and never where they do not belong.

use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::{TokenCredential, TokenRequestOptions};
use azure_core::http::{ClientMethodOptions, Context};
use rhc_core::fake::FaultKind;
use rhc_core::testing::{Reply, Script};
use rhc_core::{AppId, Claims, Cloud, TenantId};
use rhc_sql_identity::{
    AssertionSource, CrossTenantCredential, CrossTenantCredentialOptions, ManagedIdentity,
    TokenClaims,
};
use serde_json::json;
use uuid::Uuid;

use super::place::{Place, SQL};

const VAULT: &str = "https://vault.azure.net/.default";

#[tokio::test(start_paused = true)]
async fn a_managed_identity_becomes_the_bridge_app_of_the_other_tenant() {
    let place = Place::new().await;
    let credential = place.credential();
    for scope in [SQL, VAULT] {
        let token = credential.get_token(&[scope], None).await.unwrap();
        let claims = TokenClaims::read(token.token.secret()).unwrap();
        assert_eq!(claims.tid, Some(place.database.to_string()));
        assert_eq!(claims.appid, Some(place.app.to_string()));
        assert_eq!(claims.aud, [scope.trim_end_matches("/.default")]);
    }
    // The identity said who it is once, for both.
    assert_eq!(place.asked(), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn many_who_ask_at_once_share_one_request_per_scope() {
    let place = Place::new().await;
    let credential = Arc::new(place.credential());
    let calls = (0..40).map(|number| {
        let credential = Arc::clone(&credential);
        let scope = if number % 2 == 0 { SQL } else { VAULT };
        tokio::spawn(async move { credential.get_token(&[scope], None).await.unwrap() })
    });
    let calls: Vec<_> = calls.collect();
    let mut tokens = std::collections::BTreeSet::new();
    for call in calls {
        tokens.insert(call.await.unwrap().token.secret().to_owned());
    }
    assert_eq!((tokens.len(), place.asked()), (2, (2, 1)));
}

#[tokio::test(start_paused = true)]
async fn many_who_wait_share_one_failure() {
    let place = Place::new().await;
    place.expel(place.database);
    let credential = Arc::new(place.credential());
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let credential = Arc::clone(&credential);
            tokio::spawn(async move { credential.get_token(&[SQL], None).await.unwrap_err() })
        })
        .collect();
    for call in calls {
        let error = call.await.unwrap().to_string();
        assert!(
            error.contains("AADSTS7000229") && error.contains("the exchange"),
            "{error}"
        );
    }
    assert_eq!(place.asked(), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_token_is_kept_and_renewed_before_it_ends() {
    let place = Place::new().await;
    let credential = place.credential();
    let get = || async { credential.get_token(&[SQL], None).await.unwrap() };
    let first = get().await;
    tokio::time::advance(Duration::from_secs(54 * 60)).await;
    assert_eq!(get().await.token.secret(), first.token.secret());
    assert_eq!(place.asked().0, 1);
    tokio::time::advance(Duration::from_secs(2 * 60)).await;
    let second = get().await;
    assert!(second.expires_on > first.expires_on);
    assert_eq!(place.asked(), (2, 1));
    // After a day the identity's own token is near its end too.
    tokio::time::advance(Duration::from_secs(24 * 60 * 60)).await;
    get().await;
    assert_eq!(place.asked(), (3, 2));
}

#[tokio::test(start_paused = true)]
async fn an_early_renewal_that_fails_does_no_harm_while_the_old_token_lives() {
    let place = Place::new().await;
    let credential = place.credential();
    let first = credential.get_token(&[SQL], None).await.unwrap();
    place.fault("login.microsoftonline.com", FaultKind::ConnectionRefused);
    tokio::time::advance(Duration::from_secs(54 * 60 + 59)).await;
    let again = credential.get_token(&[SQL], None).await.unwrap();
    assert_eq!(again.token.secret(), first.token.secret());
    tokio::time::advance(Duration::from_secs(10 * 60)).await;
    credential.get_token(&[SQL], None).await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn a_kept_assertion_that_is_refused_is_asked_for_anew() {
    let assertion = |token: &str| {
        Reply::json(
            200,
            json!({"access_token": token, "expires_on": "1800000000"}),
        )
    };
    let refusal = || {
        Reply::json(
            401,
            json!({"error": "invalid_client", "error_description": "AADSTS500133: …"}),
        )
    };
    let script = Script::new([
        assertion("old"),
        Reply::json(200, json!({"access_token": "one", "expires_in": 3599})),
        refusal(),
        assertion("new"),
        Reply::json(200, json!({"access_token": "two", "expires_in": 3599})),
        // One that is fresh and refused is not asked for once more.
        refusal(),
        assertion("new"),
    ]);
    let credential = scripted(&script, Cloud::public());
    credential.get_token(&[SQL], None).await.unwrap();
    let token = credential.get_token(&[VAULT], None).await.unwrap();
    assert_eq!(token.token.secret(), "two");
    let graph = "https://graph.microsoft.com/.default";
    let error = credential.get_token(&[graph], None).await.unwrap_err();
    assert!(error.to_string().contains("AADSTS500133"), "{error}");
    assert_eq!(script.left(), 0);
}

#[tokio::test(start_paused = true)]
async fn claims_are_sent_along_and_get_another_token() {
    let script = Script::new([
        Reply::json(
            200,
            json!({"access_token": "a.b.c", "expires_on": "1800000000"}),
        ),
        Reply::json(200, json!({"access_token": "one", "expires_in": 3599})),
        Reply::json(200, json!({"access_token": "two", "expires_in": "3599"})),
    ]);
    let credential = scripted(&script, Cloud::public());
    let first = credential.get_token(&[SQL], None).await.unwrap();
    let mut context = Context::new();
    context.insert(Claims(r#"{"access_token":{}}"#.to_owned()));
    let options = TokenRequestOptions {
        method_options: ClientMethodOptions { context },
    };
    let second = credential.get_token(&[SQL], Some(options)).await.unwrap();
    assert_eq!(
        (first.token.secret(), second.token.secret()),
        ("one", "two")
    );
    // It is the one that is kept.
    let third = credential.get_token(&[SQL], None).await.unwrap();
    assert_eq!(third.token.secret(), "two");
    let sent = String::from_utf8(script.seen()[2].body.to_vec()).unwrap();
    assert!(
        sent.contains("claims=%7B%22access_token%22%3A%7B%7D%7D"),
        "{sent}"
    );
}

const CLIENT: Uuid = Uuid::from_u128(0x83d5_9817_87fd_4a0f_a6b9_09c0_4d12_6368);

fn scripted(script: &Arc<Script>, cloud: Cloud) -> CrossTenantCredential {
    let options = script.options();
    let identity = ManagedIdentity::at_endpoint(
        "http://localhost:42356/msi/token",
        "hush-header",
        AppId::new(CLIENT),
        Some(&options),
    );
    let options = CrossTenantCredentialOptions {
        cloud,
        client: options,
        ..CrossTenantCredentialOptions::default()
    };
    let (tenant, app) = (TenantId::new(Uuid::from_u128(7)), AppId::new(CLIENT));
    CrossTenantCredential::new(identity.unwrap(), tenant, app, Some(options)).unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_in_each_cloud_and_nothing_of_it_elsewhere() {
    for (cloud, host, audience) in [
        (
            Cloud::public(),
            "login.microsoftonline.com",
            "api%3A%2F%2FAzureADTokenExchange",
        ),
        (
            Cloud::us_government(),
            "login.microsoftonline.us",
            "api%3A%2F%2FAzureADTokenExchangeUSGov",
        ),
        (
            Cloud::china(),
            "login.chinacloudapi.cn",
            "api%3A%2F%2FAzureADTokenExchangeChina",
        ),
    ] {
        let script = Script::new([
            Reply::json(
                200,
                json!({"access_token": "assertion", "expires_on": "1800000000"}),
            ),
            Reply::json(200, json!({"access_token": "token", "expires_in": 3599})),
        ]);
        let scope = cloud.sql_scope.clone();
        let credential = scripted(&script, cloud);
        credential.get_token(&[&scope], None).await.unwrap();
        let seen = script.seen();
        let (first, second) = (&seen[0], &seen[1]);
        assert_eq!(first.url.host_str(), Some("localhost"));
        assert_eq!(first.header("x-identity-header"), Some("hush-header"));
        let query = first.url.query().unwrap().replace("api://", "api%3A//");
        let audience_sent = format!("resource={}", audience.replace("%2F", "/"));
        assert!(query.contains(&audience_sent), "{query}");
        assert_eq!(first.header("authorization"), None);
        assert_eq!(
            second.url.as_str(),
            format!("https://{host}/00000000-0000-0000-0000-000000000007/oauth2/v2.0/token")
        );
        assert_eq!(second.header("x-identity-header"), None);
        let body = String::from_utf8(second.body.to_vec()).unwrap();
        let scope = scope.replace(':', "%3A").replace('/', "%2F");
        assert_eq!(
            body,
            format!(
                "client_assertion=assertion&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3A\
                 jwt-bearer&client_id={CLIENT}&grant_type=client_credentials&scope={scope}"
            )
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_redirect_is_not_followed_with_a_secret() {
    let away = || Reply::status(307).header("location", "https://evil.example/");
    let script = Script::new([away()]);
    let error = scripted(&script, Cloud::public())
        .get_token(&[SQL], None)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("redirects"), "{error}");
    assert_eq!(script.lines().len(), 1);
    let script = Script::new([
        Reply::json(
            200,
            json!({"access_token": "assertion", "expires_on": "1800000000"}),
        ),
        away(),
    ]);
    let error = scripted(&script, Cloud::public())
        .get_token(&[SQL], None)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("redirects"), "{error}");
    assert_eq!((script.lines().len(), script.left()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn nothing_secret_is_shown_whatever_is_answered() {
    let odd = [
        json!({"access_token": ["hush-token"], "expires_in": 1}),
        json!({"access_token": "hush-token", "expires_in": "soon"}),
        json!({"access_token": "hush-token"}),
    ];
    for body in odd {
        let script = Script::new([
            Reply::json(
                200,
                json!({"access_token": "hush-assertion", "expires_on": "1800000000"}),
            ),
            Reply::json(200, body.clone()),
        ]);
        let credential = scripted(&script, Cloud::public());
        let error = credential.get_token(&[SQL], None).await.unwrap_err();
        let shown = format!("{error} {error:?} {credential:?}");
        assert!(!shown.contains("hush"), "{shown}");
        assert!(shown.contains("is no token"), "{shown}");
        let script = Script::new([Reply::json(200, body)]);
        let credential = scripted(&script, Cloud::public());
        let error = credential.get_token(&[SQL], None).await.unwrap_err();
        let shown = format!("{error} {error:?} {:?}", credential.diagnose(SQL).await);
        assert!(!shown.contains("hush"), "{shown}");
    }
    let place = Place::new().await;
    let credential = place.credential();
    let token = credential.get_token(&[SQL], None).await.unwrap();
    let shown = format!("{credential:?} {:?}", credential.diagnose(SQL).await);
    let environment = place.machine.environment();
    for secret in [
        token.token.secret(),
        environment["IDENTITY_HEADER"].as_str(),
        "eyJ",
    ] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains(&place.app.to_string()), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn an_authority_in_the_clear_is_refused() {
    let place = Place::new().await;
    let mut options = place.options();
    options.cloud.authority = "http://login.microsoftonline.com".parse().unwrap();
    let (tenant, app) = (TenantId::new(place.database), AppId::new(place.app));
    let error = CrossTenantCredential::new(place.identity(), tenant, app, Some(options));
    assert!(error.unwrap_err().message().contains("https://"));
    assert!(place.identity().name().contains(&place.client.to_string()));
}
