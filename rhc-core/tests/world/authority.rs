//! What services ask of a bearer token, and what the authority says about itself.

use std::time::Duration;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use azure_core::http::Method;
use http::HeaderMap;
use rhc_core::fake::authority::{self, CallerKind};
use rhc_core::fake::directory::{AppRoleAssignment, MICROSOFT_GRAPH, ObjectKind, Read, TenantKind};
use rhc_core::fake::{RequestInfo, World, WorldOptions, respond};
use serde_json::{Value, json};
use uuid::Uuid;

use super::support::{self, app, external_tenant, header, identity, send, tenant, world};

const ARM: &str = "https://management.azure.com";
const GRAPH: &str = "https://graph.microsoft.com";

/// Two services that only look at the token.
fn mount(world: &World) {
    async fn arm(world: World, headers: HeaderMap) -> Response {
        let audience = [ARM, "https://management.core.windows.net"];
        world.with(
            |state| match authority::authenticate(state, &headers, &audience) {
                Ok(caller) => respond::json(200, &json!({ "who": caller.object_id })),
                Err(failure) => failure.arm(),
            },
        )
    }
    async fn graph(world: World, info: RequestInfo, headers: HeaderMap) -> Response {
        let audience = [GRAPH, &MICROSOFT_GRAPH.to_string()];
        world.with(
            |state| match authority::authenticate(state, &headers, &audience) {
                Ok(caller) => {
                    respond::json(200, &json!({ "may": caller.roles, "scp": caller.scopes }))
                }
                Err(failure) => failure.graph(&info),
            },
        )
    }
    world.mount("management.azure.com", Router::new().route("/", get(arm)));
    world.mount("graph.microsoft.com", Router::new().route("/", get(graph)));
}

struct Answer {
    status: u16,
    code: String,
    message: String,
    challenge: String,
}

async fn ask(world: &World, host: &str, authorization: &str) -> Answer {
    let headers = match authorization {
        "" => vec![],
        value => vec![("authorization", value.to_owned())],
    };
    let url = format!("https://{host}/");
    let (status, body, headers) = send(world, Method::Get, &url, &headers, "").await.unwrap();
    let text = |name: &str| body["error"][name].as_str().unwrap_or_default().to_owned();
    Answer {
        status,
        code: text("code"),
        message: text("message"),
        challenge: header(&headers, "www-authenticate")
            .unwrap_or_default()
            .to_owned(),
    }
}

async fn operators_token(world: &World, tenant: Uuid, scope: &str) -> String {
    let credential = world.sign_in(&tenant.to_string(), &["User.Read"]);
    let token = credential.get_token(&[scope], None).await.unwrap();
    format!("Bearer {}", token.token.secret())
}

#[tokio::test(start_paused = true)]
async fn a_good_token_passes_for_either_name_of_the_service() {
    let world = world();
    mount(&world);
    let home = tenant(&world, "contoso");
    for scope in [
        "https://management.azure.com/.default",
        "https://management.core.windows.net//.default",
    ] {
        let token = operators_token(&world, home, scope).await;
        assert_eq!(
            ask(&world, "management.azure.com", &token).await.status,
            200,
            "{scope}"
        );
    }
    let by_id = operators_token(&world, home, &format!("{MICROSOFT_GRAPH}/.default")).await;
    assert_eq!(ask(&world, "graph.microsoft.com", &by_id).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_missing_token_is_401_with_where_to_get_one() {
    let world = world();
    mount(&world);
    for authorization in ["", "Basic dXNlcjpwYXNz", "Bearer"] {
        let arm = ask(&world, "management.azure.com", authorization).await;
        assert_eq!(
            (arm.status, arm.code.as_str()),
            (401, "AuthenticationFailed")
        );
        assert!(
            arm.challenge
                .contains("authorization_uri=\"https://login.microsoftonline.com/common\"")
        );
        let graph = ask(&world, "graph.microsoft.com", authorization).await;
        assert_eq!(
            (graph.status, graph.code.as_str()),
            (401, "InvalidAuthenticationToken")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_for_another_service_is_401() {
    let world = world();
    mount(&world);
    let home = tenant(&world, "contoso");
    let for_graph = operators_token(&world, home, "https://graph.microsoft.com/.default").await;
    let arm = ask(&world, "management.azure.com", &for_graph).await;
    assert_eq!(
        (arm.status, arm.code.as_str()),
        (401, "InvalidAuthenticationTokenAudience")
    );
    assert!(
        arm.message.contains(GRAPH) && arm.message.contains(ARM),
        "{}",
        arm.message
    );
    let for_arm = operators_token(&world, home, "https://management.azure.com/.default").await;
    let graph = ask(&world, "graph.microsoft.com", &for_arm).await;
    assert_eq!(
        (graph.status, graph.code.as_str()),
        (401, "InvalidAuthenticationToken")
    );
    assert!(graph.message.contains("Invalid audience"));
}

#[tokio::test(start_paused = true)]
async fn an_expired_token_is_401_and_says_so() {
    let world = world();
    mount(&world);
    let home = tenant(&world, "contoso");
    let token = operators_token(&world, home, "https://management.azure.com/.default").await;
    tokio::time::advance(Duration::from_secs(3598)).await;
    assert_eq!(
        ask(&world, "management.azure.com", &token).await.status,
        200
    );
    tokio::time::advance(Duration::from_secs(1)).await;
    let arm = ask(&world, "management.azure.com", &token).await;
    assert_eq!(
        (arm.status, arm.code.as_str()),
        (401, "ExpiredAuthenticationToken")
    );
    assert!(
        arm.challenge.contains("error=\"invalid_token\""),
        "{}",
        arm.challenge
    );
    assert!(arm.challenge.contains(&home.to_string()));
}

#[tokio::test(start_paused = true)]
async fn a_token_of_another_world_or_nobodys_is_401() {
    let world = world();
    mount(&world);
    tenant(&world, "contoso");
    let other = World::new(WorldOptions {
        seed: 9,
        ..WorldOptions::default()
    });
    let home = tenant(&other, "contoso");
    let foreign = operators_token(&other, home, "https://management.azure.com/.default").await;
    for token in [
        foreign.as_str(),
        "Bearer eyJhbGciOiJub25lIn0.e30.",
        "Bearer x",
    ] {
        let arm = ask(&world, "management.azure.com", token).await;
        assert_eq!(
            (arm.status, arm.code.as_str()),
            (401, "InvalidAuthenticationToken")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn ended_sessions_are_answered_by_a_claims_challenge_that_a_new_token_meets() {
    let world = world();
    mount(&world);
    let home = tenant(&world, "contoso");
    let scope = "https://management.azure.com/.default";
    let token = operators_token(&world, home, scope).await;
    world.with(|state| {
        let user = state.directory().operator(home).unwrap();
        authority::revoke_sessions(state, user);
    });
    let arm = ask(&world, "management.azure.com", &token).await;
    assert_eq!(arm.status, 401);
    assert!(arm.challenge.contains("error=\"insufficient_claims\""));
    let claims = arm.challenge.split("claims=\"").nth(1).unwrap();
    let claims = azure_core::base64::decode(claims.trim_end_matches('"')).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["access_token"]["nbf"]["essential"], true);
    tokio::time::advance(Duration::from_secs(1)).await;
    let token = operators_token(&world, home, scope).await;
    assert_eq!(
        ask(&world, "management.azure.com", &token).await.status,
        200
    );
}

#[tokio::test(start_paused = true)]
async fn an_apps_roles_are_those_it_was_given_on_this_resource() {
    let world = world();
    mount(&world);
    let home = tenant(&world, "contoso");
    let app_id = app(&world, home, &[home], json!([]));
    world.with(|state| {
        let created = state.now();
        let directory = state.directory();
        let principal = directory
            .service_principal(home, app_id, Read::Point)
            .unwrap()
            .id;
        let graph = directory
            .service_principal(home, MICROSOFT_GRAPH, Read::Point)
            .unwrap()
            .id;
        let (given, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let roles = json!([
            { "id": given, "value": "Group.ReadWrite.All" },
            { "id": other, "value": "User.ReadWrite.All" },
        ]);
        directory
            .update(home, graph, |body| body.insert("appRoles".into(), roles))
            .unwrap();
        let assignment = AppRoleAssignment {
            principal_id: principal,
            resource_id: graph,
            app_role_id: given,
            created,
        };
        // The same number at another resource, or another's, means nothing here.
        let elsewhere = AppRoleAssignment {
            resource_id: principal,
            app_role_id: other,
            ..assignment.clone()
        };
        let anothers = AppRoleAssignment {
            principal_id: graph,
            app_role_id: other,
            ..assignment.clone()
        };
        let tenant = directory.tenant_mut(home).unwrap();
        for (id, given) in [("x", assignment), ("y", elsewhere), ("z", anothers)] {
            tenant.app_role_assignments.insert(id.to_owned(), given);
        }
    });
    let credential = world.app_credential(&home.to_string(), app_id);
    let token = credential
        .get_token(&["https://graph.microsoft.com/.default"], None)
        .await
        .unwrap();
    let authorization = [("authorization", format!("Bearer {}", token.token.secret()))];
    let (_, body, _) = send(
        &world,
        Method::Get,
        "https://graph.microsoft.com/",
        &authorization,
        "",
    )
    .await
    .unwrap();
    assert_eq!(body, json!({ "may": ["Group.ReadWrite.All"], "scp": [] }));
}

#[tokio::test(start_paused = true)]
async fn a_managed_identity_is_known_as_one() {
    let world = world();
    let home = tenant(&world, "contoso");
    let principal = identity(&world, home);
    let credential = world.managed_identity("contoso.onmicrosoft.com", principal);
    let token = credential
        .get_token(&["https://management.azure.com/.default"], None)
        .await
        .unwrap();
    let mut headers = HeaderMap::new();
    let value = format!("bearer {}", token.token.secret());
    headers.insert("authorization", value.parse().unwrap());
    let caller = world.with(|state| authority::authenticate(state, &headers, &[ARM]).unwrap());
    assert_eq!(
        (caller.kind, caller.object_id),
        (CallerKind::ManagedIdentity, principal)
    );
    assert_eq!(token.expires_on - world.now(), time::Duration::hours(24));
}

#[tokio::test(start_paused = true)]
async fn a_saved_worlds_tokens_are_still_good_after_loading() {
    let world = world();
    mount(&world);
    let home = tenant(&world, "contoso");
    let token = operators_token(&world, home, "https://management.azure.com/.default").await;
    let saved = world.to_json().unwrap().to_string();
    let loaded = World::from_json(&saved, WorldOptions::default()).unwrap();
    mount(&loaded);
    assert_eq!(
        ask(&loaded, "management.azure.com", &token).await.status,
        200
    );
}

async fn discovered(world: &World, host: &str, tenant: &str) -> (u16, Value) {
    let url = format!("https://{host}/{tenant}/v2.0/.well-known/openid-configuration");
    support::get(world, &url).await
}

#[tokio::test(start_paused = true)]
async fn discovery_tells_whether_a_tenant_exists() {
    let world = world();
    let host = "login.microsoftonline.com";
    let name = "rhcdbcore.onmicrosoft.com";
    let (status, body) = discovered(&world, host, name).await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_tenant")));
    assert_eq!(body["error_codes"], json!([90002]));
    let id = tenant(&world, "rhcdbcore");
    let (status, body) = discovered(&world, host, name).await;
    assert_eq!(status, 200);
    assert_eq!(
        body["issuer"],
        format!("https://login.microsoftonline.com/{id}/v2.0")
    );
    let keys = support::get(&world, body["jwks_uri"].as_str().unwrap())
        .await
        .1;
    assert_eq!(keys["keys"][0]["kid"], "rhc-world-1");
    let unknown = format!("https://{host}/{}/discovery/v2.0/keys", Uuid::nil());
    assert_eq!(support::get(&world, &unknown).await.0, 400);
}

#[tokio::test(start_paused = true)]
async fn a_customers_tenant_has_a_host_of_its_own_and_others_have_none() {
    let world = world();
    let home = tenant(&world, "contoso");
    let born = external_tenant(&world, "rhcqa", home);
    for host in [
        "rhcqa.ciamlogin.com".to_owned(),
        format!("{born}.ciamlogin.com"),
    ] {
        let (status, body) = discovered(&world, &host, &born.to_string()).await;
        assert_eq!(status, 200, "{body}");
        assert_eq!(
            body["issuer"],
            format!("https://{born}.ciamlogin.com/{born}/v2.0")
        );
        assert!(body["token_endpoint"].as_str().unwrap().contains(&host));
    }
    for (host, asked) in [
        ("contoso.ciamlogin.com", home),
        ("rhcprod.ciamlogin.com", born),
    ] {
        let (status, body) = discovered(&world, host, &asked.to_string()).await;
        assert_eq!(
            (status, &body["error_codes"]),
            (400, &json!([90002])),
            "{host}"
        );
    }
    let kind = world.with(|state| state.directory().tenant_by_id(born).unwrap().kind);
    assert_eq!(kind, TenantKind::ExternalId);
}

#[tokio::test(start_paused = true)]
async fn microsofts_libraries_find_the_instance() {
    let world = world();
    let url = "https://login.microsoftonline.com/common/discovery/instance?api-version=1.1&authorization_endpoint=\
               https%3A%2F%2Flogin.microsoftonline.com%2Fcontoso%2Foauth2%2Fv2.0%2Fauthorize";
    let (status, body) = support::get(&world, url).await;
    assert_eq!(status, 200);
    let endpoint = body["tenant_discovery_endpoint"].as_str().unwrap();
    assert!(endpoint.contains("/contoso/v2.0/"), "{endpoint}");
    let bare = "https://login.microsoftonline.com/common/discovery/instance";
    assert_eq!(support::get(&world, bare).await.0, 400);
}

#[tokio::test(start_paused = true)]
async fn a_token_of_somebody_who_is_gone_still_names_him_but_not_as_native() {
    let world = world();
    let home = tenant(&world, "contoso");
    let token = operators_token(&world, home, "https://management.azure.com/.default").await;
    let mut headers = HeaderMap::new();
    headers.insert("authorization", token.parse().unwrap());
    let caller = || world.with(|state| authority::authenticate(state, &headers, &[ARM]).unwrap());
    assert!(caller().native);
    world.with(|state| {
        let directory = state.directory();
        let user = directory.objects(home, ObjectKind::User, Read::Authoritative)[0].id;
        directory.delete(home, user).unwrap();
    });
    assert!(!caller().native);
}
