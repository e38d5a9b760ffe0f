//! The registry's own interface: the exchange of tokens, and who sees which manifest.

use azure_core::credentials::TokenCredential;
use azure_core::http::{Method, Request, Url};
use rhc_containerapps::fake::remove_image;
use serde_json::{Value, json};

use super::support::{PROBE_IMAGE, Stage, registry};

const HOST: &str = "smx25qaacr.azurecr.io";
const SCOPE: &str = "https://containerregistry.azure.net/.default";

async fn send(
    stage: &Stage,
    method: Method,
    path: &str,
    token: &str,
    body: String,
) -> (u16, Value) {
    let url = Url::parse(&format!("https://{HOST}{path}")).unwrap();
    let mut request = Request::new(url, method);
    if !token.is_empty() {
        request.insert_header("authorization", format!("Bearer {token}"));
    }
    request.insert_header("content-type", "application/x-www-form-urlencoded");
    request.set_body(body);
    let answer = stage
        .world
        .transport()
        .execute_request(&request)
        .await
        .unwrap();
    let (status, _, body) = answer.deconstruct();
    let body = body.collect().await.unwrap();
    (
        status.into(),
        serde_json::from_slice(&body).unwrap_or_default(),
    )
}

async fn post(stage: &Stage, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    send(stage, Method::Post, path, "", body).await
}

async fn entra(stage: &Stage, credential: &dyn TokenCredential, scope: &str) -> String {
    let _ = stage;
    let token = credential.get_token(&[scope], None).await.unwrap();
    token.token.secret().to_owned()
}

async fn exchanged(stage: &Stage, entra: &str) -> (u16, Value) {
    let form = [
        ("grant_type", "access_token"),
        ("service", HOST),
        ("access_token", entra),
    ];
    post(stage, "/oauth2/exchange", &form).await
}

async fn for_repository(stage: &Stage, refresh: &str, repository: &str) -> (u16, Value) {
    let scope = format!("repository:{repository}:pull");
    let form = [
        ("grant_type", "refresh_token"),
        ("service", HOST),
        ("scope", &*scope),
        ("refresh_token", refresh),
    ];
    post(stage, "/oauth2/token", &form).await
}

/// What somebody sees of a manifest, through every step.
async fn look(
    stage: &Stage,
    credential: &dyn TokenCredential,
    scope: &str,
    manifest: &str,
) -> (u16, Value) {
    let (status, body) = exchanged(stage, &entra(stage, credential, scope).await).await;
    let Some(refresh) = body["refresh_token"].as_str() else {
        return (status, body);
    };
    let (status, body) = for_repository(stage, refresh, "rhc-probe").await;
    let Some(access) = body["access_token"].as_str() else {
        return (status, body);
    };
    send(stage, Method::Get, manifest, access, String::new()).await
}

const MANIFEST: &str = "/v2/rhc-probe/manifests/1";

#[tokio::test(start_paused = true)]
async fn whoever_may_pull_sees_whether_an_image_is_there() {
    let stage = Stage::new();
    let owner = stage.world.sign_in(&stage.tenant.to_string(), &[]);
    let (status, body) = look(&stage, &*owner, SCOPE, MANIFEST).await;
    assert_eq!((status, &body["schemaVersion"]), (200, &json!(2)));
    let (status, body) = look(&stage, &*owner, SCOPE, "/v2/rhc-probe/manifests/2").await;
    assert_eq!(
        (status, &body["errors"][0]["code"]),
        (404, &json!("MANIFEST_UNKNOWN"))
    );
    stage
        .world
        .with(|state| assert!(remove_image(state, PROBE_IMAGE)));
    assert_eq!(look(&stage, &*owner, SCOPE, MANIFEST).await.0, 404);
}

#[tokio::test(start_paused = true)]
async fn without_a_token_of_the_registry_nothing_is_shown() {
    let stage = Stage::new();
    let owner = stage.world.sign_in(&stage.tenant.to_string(), &[]);
    let entra = entra(&stage, &*owner, SCOPE).await;
    for token in ["", "access.rhc-probe.nonsense", &*entra] {
        let (status, body) = send(&stage, Method::Get, MANIFEST, token, String::new()).await;
        assert_eq!(
            (status, &body["errors"][0]["code"]),
            (401, &json!("UNAUTHORIZED"))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_is_good_for_its_repository_only() {
    let stage = Stage::new();
    let owner = stage.world.sign_in(&stage.tenant.to_string(), &[]);
    let (_, body) = exchanged(&stage, &entra(&stage, &*owner, SCOPE).await).await;
    let refresh = body["refresh_token"].as_str().unwrap();
    let (_, body) = for_repository(&stage, refresh, "hp2").await;
    let access = body["access_token"].as_str().unwrap();
    assert_eq!(
        send(&stage, Method::Get, MANIFEST, access, String::new())
            .await
            .0,
        401
    );
    let form = [
        ("grant_type", "refresh_token"),
        ("service", HOST),
        ("scope", "registry:catalog:*"),
        ("refresh_token", refresh),
    ];
    assert_eq!(post(&stage, "/oauth2/token", &form).await.0, 400);
}

#[tokio::test(start_paused = true)]
async fn who_may_not_pull_gets_no_token() {
    let stage = Stage::new();
    let stranger = stage
        .world
        .managed_identity(&stage.tenant.to_string(), uuid::Uuid::from_u128(0x1d));
    assert_eq!(look(&stage, &*stranger, SCOPE, MANIFEST).await.0, 401);
    stage.let_pull();
    assert_eq!(look(&stage, &*stranger, SCOPE, MANIFEST).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn roles_over_repositories_take_the_place_of_the_role_over_the_registry() {
    let stage = Stage::new();
    let owner = stage.world.sign_in(&stage.tenant.to_string(), &[]);
    let mode = "properties.roleAssignmentMode";
    stage.change(&registry(), mode, json!("AbacRepositoryPermissions"));
    assert_eq!(look(&stage, &*owner, SCOPE, MANIFEST).await.0, 401);
}

#[tokio::test(start_paused = true)]
async fn a_token_for_another_service_is_not_exchanged() {
    let stage = Stage::new();
    let owner = stage.world.sign_in(&stage.tenant.to_string(), &[]);
    let graph = "https://graph.microsoft.com/.default";
    assert_eq!(look(&stage, &*owner, graph, MANIFEST).await.0, 401);
    let manager = "https://management.azure.com/.default";
    assert_eq!(look(&stage, &*owner, manager, MANIFEST).await.0, 200);
    let policy = "properties.policies.azureADAuthenticationAsArmPolicy.status";
    stage.change(&registry(), policy, json!("disabled"));
    assert_eq!(look(&stage, &*owner, manager, MANIFEST).await.0, 401);
    assert_eq!(look(&stage, &*owner, SCOPE, MANIFEST).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_exchange_is_refused() {
    let stage = Stage::new();
    for form in [
        [
            ("grant_type", "password"),
            ("service", HOST),
            ("access_token", "x"),
        ],
        [
            ("grant_type", "access_token"),
            ("service", "other.azurecr.io"),
            ("access_token", "x"),
        ],
    ] {
        assert_eq!(post(&stage, "/oauth2/exchange", &form).await.0, 400);
    }
    assert_eq!(exchanged(&stage, "nonsense").await.0, 401);
}
