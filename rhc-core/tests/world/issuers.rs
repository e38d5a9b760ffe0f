//! Issuers outside of Entra: GitHub for its runs, a cluster for its pods, and whom of them the authority takes.

use std::time::Duration;

use azure_core::http::Method;
use rhc_core::fake::authority::{self, CallerKind, GITHUB_ISSUER};
use rhc_core::fake::{World, WorldOptions};
use serde_json::{Value, json};
use uuid::Uuid;

use super::federated::{EXCHANGE, SQL, bearer, exchange, refused};
use super::support::{app, get, identity, send, tenant, world};

const SUBJECT: &str = "repo:vokworks-ronk/hp225:environment:qa";
const CLUSTER: &str = "https://oidc.example/c1/";
const POD: &str = "system:serviceaccount:hp2:api";

fn trust(issuer: &str, subject: &str) -> Value {
    json!([{ "name": "outside", "issuer": issuer, "subject": subject, "audiences": [EXCHANGE] }])
}

async fn run_token(world: &World, audience: Option<&str>) -> String {
    let run = world.workflow_run(SUBJECT);
    let mut url = run.request_url.clone();
    if let Some(audience) = audience {
        url = format!("{url}&audience={audience}");
    }
    let secret = format!("Bearer {}", run.request_token.secret());
    let headers = [("authorization", secret)];
    let (status, body, _) = send(world, Method::Get, &url, &headers, "").await.unwrap();
    assert_eq!(status, 200, "{body}");
    let token = body["value"].as_str().unwrap();
    assert_eq!(body["count"], token.len());
    token.to_owned()
}

fn part(token: &str, number: usize) -> Value {
    let text = token.split('.').nth(number).unwrap();
    let padded = format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4));
    let bytes = azure_core::base64::decode_url_safe(padded).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn claims(token: &str) -> Value {
    part(token, 1)
}

#[tokio::test(start_paused = true)]
async fn a_run_asks_for_its_token_and_the_app_that_trusts_it_is_let_in() {
    let world = world();
    let (home, database) = (tenant(&world, "hosting"), tenant(&world, "rhcdbcore"));
    let app = app(
        &world,
        home,
        &[home, database],
        trust(GITHUB_ISSUER, SUBJECT),
    );
    let token = run_token(&world, Some("api%3A%2F%2FAzureADTokenExchange")).await;
    let said = claims(&token);
    assert_eq!(
        (&said["iss"], &said["sub"]),
        (&json!(GITHUB_ISSUER), &json!(SUBJECT))
    );
    assert_eq!(
        said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(),
        300
    );
    let (tenant, client) = (database.to_string(), app.to_string());
    let (status, body) = exchange(&world, &tenant, &client, &token, SQL).await;
    assert_eq!(status, 200, "{body}");
    tokio::time::advance(Duration::from_secs(300)).await;
    let answer = exchange(&world, &tenant, &client, &token, SQL).await;
    refused(&answer, 401, "invalid_client", 500_133);
}

#[tokio::test(start_paused = true)]
async fn without_a_wish_the_token_is_for_the_repositorys_owner() {
    let world = world();
    let (home, database) = (tenant(&world, "hosting"), tenant(&world, "rhcdbcore"));
    let app = app(
        &world,
        home,
        &[home, database],
        trust(GITHUB_ISSUER, SUBJECT),
    );
    let token = run_token(&world, None).await;
    assert_eq!(claims(&token)["aud"], "https://github.com/vokworks-ronk");
    let (tenant, client) = (database.to_string(), app.to_string());
    let answer = exchange(&world, &tenant, &client, &token, SQL).await;
    refused(&answer, 401, "invalid_client", 700_212);
}

#[tokio::test(start_paused = true)]
async fn a_stranger_gets_no_token_of_a_run_and_its_secret_is_not_shown() {
    let world = world();
    let run = world.workflow_run(SUBJECT);
    assert!(!format!("{run:?}").contains(run.request_token.secret()));
    for headers in [vec![], vec![("authorization", "Bearer guess".to_owned())]] {
        let answer = send(&world, Method::Get, &run.request_url, &headers, "").await;
        assert_eq!(answer.unwrap().0, 401);
    }
}

#[tokio::test(start_paused = true)]
async fn issuers_say_who_they_are_and_where_their_keys_are() {
    let world = world();
    world.add_issuer(CLUSTER);
    for (issuer, base) in [
        (GITHUB_ISSUER, GITHUB_ISSUER),
        (CLUSTER, "https://oidc.example/c1"),
    ] {
        let address = format!("{base}/.well-known/openid-configuration");
        let (status, body) = get(&world, &address).await;
        assert_eq!((status, &body["issuer"]), (200, &json!(issuer)));
        let (status, keys) = get(&world, body["jwks_uri"].as_str().unwrap()).await;
        assert_eq!((status, &keys["keys"][0]["use"]), (200, &json!("sig")));
        // The key that signed is the one that is listed.
        let token = world.with(|state| {
            authority::external_assertion(state, issuer, "s", "a", Duration::from_secs(60))
        });
        assert_eq!(part(token.secret(), 0)["kid"], keys["keys"][0]["kid"]);
    }
    for unknown in [
        "https://oidc.example/c2/.well-known/openid-configuration",
        "https://oidc.example/",
    ] {
        assert_eq!(get(&world, unknown).await.0, 404, "{unknown}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pods_token_counts_where_its_issuer_can_be_reached_50166() {
    let world = world();
    let (home, database) = (tenant(&world, "hosting"), tenant(&world, "rhcdbcore"));
    let app = app(&world, home, &[home, database], trust(CLUSTER, POD));
    let token = world.with(|state| {
        authority::external_assertion(state, CLUSTER, POD, EXCHANGE, Duration::from_secs(3600))
    });
    let (tenant, client) = (database.to_string(), app.to_string());
    let answer = exchange(&world, &tenant, &client, token.secret(), SQL).await;
    refused(&answer, 400, "invalid_request", 50166);
    world.add_issuer(CLUSTER);
    let (status, body) = exchange(&world, &tenant, &client, token.secret(), SQL).await;
    assert_eq!(status, 200, "{body}");
    // It is part of the state.
    let saved = world.to_json().unwrap().to_string();
    let again = World::from_json(&saved, WorldOptions::default()).unwrap();
    let address = format!("{CLUSTER}.well-known/openid-configuration");
    assert_eq!(get(&again, &address).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn an_issuers_token_is_no_bearer_token() {
    let world = world();
    let token = run_token(&world, None).await;
    world.with(|state| {
        let refused = authority::authenticate(
            state,
            &bearer(&token),
            &["https://github.com/vokworks-ronk"],
        );
        assert!(refused.is_err());
    });
}

/// A managed identity that trusts a workflow.
fn deployer(world: &World, home: Uuid, credentials: Value) -> (Uuid, Uuid) {
    let principal = identity(world, home);
    let client = world.with(|state| {
        let directory = state.directory();
        directory
            .update(home, principal, |body| {
                body.insert("federatedIdentityCredentials".into(), credentials)
            })
            .unwrap();
        let view = directory.object(home, principal, rhc_core::fake::Read::Authoritative);
        view.unwrap().text("appId").unwrap().parse().unwrap()
    });
    (principal, client)
}

#[tokio::test(start_paused = true)]
async fn a_managed_identity_trusts_a_workflow_as_an_application_does() {
    let world = world();
    let (home, other) = (tenant(&world, "hosting"), tenant(&world, "rhcdbcore"));
    let (principal, client) = deployer(&world, home, trust(GITHUB_ISSUER, SUBJECT));
    let token = run_token(&world, Some(EXCHANGE)).await;
    let arm = "https://management.azure.com/.default";
    let (tenant, client) = (home.to_string(), client.to_string());
    let (status, body) = exchange(&world, &tenant, &client, &token, arm).await;
    assert_eq!((status, &body["expires_in"]), (200, &json!(3599)), "{body}");
    world.with(|state| {
        let headers = bearer(body["access_token"].as_str().unwrap());
        let caller = authority::authenticate(state, &headers, &["https://management.azure.com"]);
        let caller = caller.unwrap();
        assert_eq!(
            (caller.object_id, caller.kind),
            (principal, CallerKind::ManagedIdentity)
        );
    });
    // It is of one tenant only.
    let elsewhere = exchange(&world, &other.to_string(), &client, &token, arm).await;
    refused(&elsewhere, 400, "unauthorized_client", 700_016);
}

#[tokio::test(start_paused = true)]
async fn a_managed_identity_refuses_whom_it_does_not_trust() {
    for (credentials, number) in [
        (json!([]), 70025),
        (
            trust("https://token.actions.githubusercontent.com/", SUBJECT),
            700_211,
        ),
        (
            trust(GITHUB_ISSUER, "repo:vokworks-ronk/hp225:environment:QA"),
            700_213,
        ),
    ] {
        let world = world();
        let home = tenant(&world, "hosting");
        let (_, client) = deployer(&world, home, credentials);
        let token = run_token(&world, Some(EXCHANGE)).await;
        let (tenant, client) = (home.to_string(), client.to_string());
        let answer = exchange(&world, &tenant, &client, &token, SQL).await;
        refused(&answer, 401, "invalid_client", number);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_managed_identity_got_by_another_token_cannot_be_chained_700222() {
    let world = world();
    let (home, database) = (tenant(&world, "hosting"), tenant(&world, "rhcdbcore"));
    let (principal, client) = deployer(&world, home, trust(GITHUB_ISSUER, SUBJECT));
    let issuer = format!("https://login.microsoftonline.com/{home}/v2.0");
    let bridge = app(
        &world,
        home,
        &[home, database],
        trust(&issuer, &principal.to_string()),
    );
    let token = run_token(&world, Some(EXCHANGE)).await;
    let scope = format!("{EXCHANGE}/.default");
    let (status, body) = exchange(
        &world,
        &home.to_string(),
        &client.to_string(),
        &token,
        &scope,
    )
    .await;
    assert_eq!(status, 200, "{body}");
    let chained = body["access_token"].as_str().unwrap();
    let answer = exchange(
        &world,
        &database.to_string(),
        &bridge.to_string(),
        chained,
        SQL,
    )
    .await;
    refused(&answer, 401, "invalid_client", 700_222);
}
