//! What a client sends that makes no sense: each gets Resource Manager's own kind of error, whatever the type.

use azure_core::http::{Method, Request};
use rhc_core::fake::World;
use rhc_core::fake::authority;
use serde_json::Value;
use uuid::Uuid;

use crate::support::{ENVIRONMENT, Stage, id};

const RESOURCE_MANAGER: &str = "https://management.azure.com";
const VERSION: &str = "api-version=2025-07-01";

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
    let stage = Stage::ready().await;
    let user = stage
        .world
        .with(|state| state.directory().operator(stage.tenant).unwrap());
    let token = token(&stage.world, stage.tenant, user, RESOURCE_MANAGER);
    let too_large = format!("\"{}\"", "x".repeat(5 * 1024 * 1024));
    for (kind, name) in [
        ("managedEnvironments", ENVIRONMENT),
        ("containerApps", "web"),
        ("jobs", "job"),
    ] {
        let target = format!("{}?{VERSION}", id(kind, name));
        for body in [
            "{ not json",
            "[]",
            "7",
            "{\"properties\": \"text\"}",
            "{\"nonsense\": 1}",
            "\u{0}",
        ] {
            let sent = send(&stage.world, &target, Some(body.to_owned()), &token).await;
            assert_eq!(
                sent,
                (400, "InvalidRequestContent".to_owned()),
                "{kind} {body}"
            );
        }
        let sent = send(&stage.world, &target, Some(too_large.clone()), &token).await;
        assert_eq!(sent, (413, "RequestContentTooLarge".to_owned()), "{kind}");
    }
    let own = id("containerApps", "web");
    for (target, expected) in [
        (own.clone(), (400, "MissingApiVersionParameter")),
        (
            format!("{own}?api-version=1999-01-01"),
            (400, "NoRegisteredProviderFound"),
        ),
        (
            format!("{}?{VERSION}", id("containerShips", "web")),
            (404, "InvalidResourceType"),
        ),
        (
            format!("{own}/revisions?{VERSION}"),
            (404, "ResourceNotFound"),
        ),
    ] {
        let sent = send(&stage.world, &target, None, &token).await;
        assert_eq!((sent.0, sent.1.as_str()), expected, "{target}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_forged_for_another_service_or_over_is_refused() {
    let stage = Stage::ready().await;
    let user = stage
        .world
        .with(|state| state.directory().operator(stage.tenant).unwrap());
    let target = format!("{}?{VERSION}", id("managedEnvironments", ENVIRONMENT));
    let good = token(&stage.world, stage.tenant, user, RESOURCE_MANAGER);
    let graph = token(
        &stage.world,
        stage.tenant,
        user,
        "https://graph.microsoft.com",
    );
    let ask = async |token: &str| send(&stage.world, &target, None, token).await;
    assert_eq!(ask(&good).await.0, 200);
    let code = async |token: &str| ask(token).await.1;
    assert_eq!(code("a.b.c").await, "InvalidAuthenticationToken");
    assert_eq!(code(&graph).await, "InvalidAuthenticationTokenAudience");
    tokio::time::sleep(std::time::Duration::from_secs(2 * 60 * 60)).await;
    assert_eq!(
        ask(&good).await,
        (401, "ExpiredAuthenticationToken".to_owned())
    );
}
