//! What a client sends that makes no sense: each gets Resource Manager's own kind of error, whatever the type.

use azure_core::http::{Method, Request};
use rhc_core::fake::World;
use rhc_core::fake::authority;
use serde_json::Value;
use uuid::Uuid;

use crate::support::{ADMIN, TENANT, child, server_id, with_server};

const RESOURCE_MANAGER: &str = "https://management.azure.com";
const VERSION: &str = "api-version=2025-01-01";

/// A token of somebody for a service.
fn token(world: &World, tenant: Uuid, user: Uuid, service: &str) -> String {
    world.with(|state| {
        let client = rhc_core::fake::directory::AZURE_CLI;
        let scope = format!("{service}/.default");
        let minted = authority::person_token(state, tenant, user, client, &scope).unwrap();
        minted.token.secret().to_owned()
    })
}

/// Sends a body as it is, and takes status and code.
async fn send(world: &World, target: &str, body: Option<String>, token: &str) -> (u16, String) {
    let target = format!("https://management.azure.com{target}");
    let method = if body.is_some() {
        Method::Put
    } else {
        Method::Get
    };
    let mut request = Request::new(target.parse().unwrap(), method);
    request.insert_header("authorization", format!("Bearer {token}"));
    if let Some(body) = body {
        request.insert_header("content-type", "application/json");
        request.set_body(body);
    }
    let answer = world.transport().execute_request(&request).await.unwrap();
    let status = answer.status().into();
    let body = answer.into_body().collect().await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let code = body.pointer("/error/code").and_then(Value::as_str);
    (status, code.unwrap_or_default().to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_body_a_version_and_a_type_that_make_no_sense_are_refused() {
    let world = with_server().await;
    let token = token(&world, TENANT, ADMIN, RESOURCE_MANAGER);
    let too_large = format!("\"{}\"", "x".repeat(5 * 1024 * 1024));
    let database = child("databases", "hp2_db");
    for id in [
        server_id(),
        database.clone(),
        child("keys", "a_b_c"),
        child("firewallRules", "office"),
        database
            .clone()
            .child("backupShortTermRetentionPolicies", "default"),
    ] {
        let target = format!("{id}?{VERSION}");
        for body in [
            "{ not json",
            "[]",
            "7",
            "{\"properties\": \"text\"}",
            "{\"nonsense\": 1}",
            "\u{0}",
        ] {
            let sent = send(&world, &target, Some(body.to_owned()), &token).await;
            assert_eq!(
                sent,
                (400, "InvalidRequestContent".to_owned()),
                "{id} {body}"
            );
        }
        let sent = send(&world, &target, Some(too_large.clone()), &token).await;
        assert_eq!(sent, (413, "RequestContentTooLarge".to_owned()), "{id}");
    }
    for (target, expected) in [
        (database.to_string(), (400, "MissingApiVersionParameter")),
        (
            format!("{database}?api-version=1999-01-01"),
            (400, "NoRegisteredProviderFound"),
        ),
        (
            format!("{}?{VERSION}", child("spreadsheets", "a")),
            (404, "InvalidResourceType"),
        ),
    ] {
        let sent = send(&world, &target, None, &token).await;
        assert_eq!((sent.0, sent.1.as_str()), expected, "{target}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_forged_for_another_service_or_over_is_refused() {
    let world = with_server().await;
    let target = format!("{}?{VERSION}", server_id());
    let good = token(&world, TENANT, ADMIN, RESOURCE_MANAGER);
    // What opens the databases does not open Resource Manager.
    let database = token(&world, TENANT, ADMIN, "https://database.windows.net");
    let ask = async |token: &str| send(&world, &target, None, token).await;
    assert_eq!(ask(&good).await.0, 200);
    let code = async |token: &str| ask(token).await.1;
    assert_eq!(code("a.b.c").await, "InvalidAuthenticationToken");
    assert_eq!(code(&database).await, "InvalidAuthenticationTokenAudience");
    tokio::time::sleep(std::time::Duration::from_secs(2 * 60 * 60)).await;
    assert_eq!(
        ask(&good).await,
        (401, "ExpiredAuthenticationToken".to_owned())
    );
}
