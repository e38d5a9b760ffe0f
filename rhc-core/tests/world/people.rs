//! How people sign in, and how they are refused.

use std::time::Duration;

use azure_core::http::Method;
use rhc_core::fake::World;
use rhc_core::fake::authority::{self, Caller};
use rhc_core::fake::directory::{
    AZURE_CLI, AppRoleAssignment, GRAPH_COMMAND_LINE_TOOLS, MICROSOFT_GRAPH, ObjectKind, Read,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;
use uuid::Uuid;

use super::support::{app, external_tenant, header, object, post, send, tenant, world};

const GRAPH: &str = "https://graph.microsoft.com";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const SCOPE: &str = "openid offline_access https://graph.microsoft.com/Policy.Read.All";
const BACK: &str = "http://localhost:53682/back";

fn client() -> String {
    GRAPH_COMMAND_LINE_TOOLS.to_string()
}

fn caller(world: &World, body: &Value) -> Caller {
    let mut headers = http::HeaderMap::new();
    let token = body["access_token"].as_str().unwrap();
    headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
    world.with(|state| authority::authenticate(state, &headers, &[GRAPH]).unwrap())
}

fn refused(answer: &(u16, Value), error: &str, number: u32) {
    assert_eq!(answer.1["error"], error, "{}", answer.1);
    assert_eq!(answer.1["error_codes"], json!([number]), "{}", answer.1);
}

async fn begin(world: &World, tenant: Uuid, client: &str, scope: &str) -> (u16, Value) {
    let form = [("client_id", client), ("scope", scope)];
    post(world, &format!("{tenant}/oauth2/v2.0/devicecode"), &form).await
}

async fn poll(world: &World, tenant: Uuid, code: &str) -> (u16, Value) {
    let client = client();
    let form = [
        ("grant_type", DEVICE),
        ("client_id", client.as_str()),
        ("device_code", code),
    ];
    post(world, &format!("{tenant}/oauth2/v2.0/token"), &form).await
}

async fn by_device(world: &World, tenant: Uuid) -> Value {
    let (status, begun) = begin(world, tenant, &client(), SCOPE).await;
    assert_eq!(status, 200, "{begun}");
    tokio::time::advance(Duration::from_secs(5)).await;
    let (status, body) = poll(world, tenant, begun["device_code"].as_str().unwrap()).await;
    assert_eq!(status, 200, "{body}");
    body
}

#[tokio::test(start_paused = true)]
async fn a_device_code_is_pending_until_it_is_typed_in_and_good_once() {
    let world = world();
    let home = tenant(&world, "contoso");
    let (_, begun) = begin(&world, home, &client(), SCOPE).await;
    assert_eq!(
        (&begun["interval"], &begun["expires_in"]),
        (&json!(5), &json!(900))
    );
    let code = begun["device_code"].as_str().unwrap();
    refused(
        &poll(&world, home, code).await,
        "authorization_pending",
        70016,
    );
    tokio::time::advance(Duration::from_secs(5)).await;
    let (status, body) = poll(&world, home, code).await;
    assert_eq!(status, 200, "{body}");
    assert!(body["refresh_token"].is_string() && body["id_token"].is_string());
    let caller = caller(&world, &body);
    assert_eq!(caller.tenant, home);
    assert!(caller.native && caller.may("policy.read.all") && !caller.may("User.Read"));
    refused(
        &poll(&world, home, code).await,
        "bad_verification_code",
        70019,
    );
}

#[tokio::test(start_paused = true)]
async fn a_device_code_expires() {
    let world = world();
    let home = tenant(&world, "contoso");
    let (_, begun) = begin(&world, home, &client(), SCOPE).await;
    tokio::time::advance(Duration::from_secs(900)).await;
    let answer = poll(&world, home, begun["device_code"].as_str().unwrap()).await;
    refused(&answer, "expired_token", 70020);
}

#[tokio::test(start_paused = true)]
async fn a_device_code_is_of_one_tenant() {
    let world = world();
    let (home, other) = (tenant(&world, "contoso"), tenant(&world, "fabrikam"));
    let (_, begun) = begin(&world, home, &client(), SCOPE).await;
    tokio::time::advance(Duration::from_secs(5)).await;
    let answer = poll(&world, other, begun["device_code"].as_str().unwrap()).await;
    refused(&answer, "bad_verification_code", 70019);
}

#[tokio::test(start_paused = true)]
async fn an_operator_without_an_account_is_declined_50020() {
    let world = world();
    let home = tenant(&world, "contoso");
    world.with(|state| {
        let directory = state.directory();
        let user = directory.operator(home).unwrap();
        directory.purge(home, user).unwrap();
    });
    let (_, begun) = begin(&world, home, &client(), SCOPE).await;
    tokio::time::advance(Duration::from_secs(5)).await;
    let answer = poll(&world, home, begun["device_code"].as_str().unwrap()).await;
    refused(&answer, "authorization_declined", 50020);
}

#[tokio::test(start_paused = true)]
async fn a_device_code_needs_a_public_client() {
    let world = world();
    let home = tenant(&world, "contoso");
    let confidential = app(&world, home, &[home], json!([])).to_string();
    let answer = begin(&world, home, &confidential, SCOPE).await;
    refused(&answer, "invalid_client", 7_000_218);
    let unknown = Uuid::from_u128(4).to_string();
    let answer = begin(&world, home, &unknown, SCOPE).await;
    refused(&answer, "unauthorized_client", 700_016);
    let answer = begin(&world, home, &client(), "https://nothing.example/.default").await;
    refused(&answer, "invalid_resource", 500_011);
}

#[tokio::test(start_paused = true)]
async fn the_creator_of_a_tenant_signs_in_as_external_until_there_is_a_native_administrator() {
    let world = world();
    let home = tenant(&world, "contoso");
    let born = external_tenant(&world, "rhcqa", home);
    assert!(!caller(&world, &by_device(&world, born).await).native);
    let native = world
        .with(|state| state.directory().add_administrator(born, "breakglass"))
        .unwrap();
    let caller = caller(&world, &by_device(&world, born).await);
    assert!(caller.native);
    assert_eq!(caller.object_id, native);
}

#[tokio::test(start_paused = true)]
async fn the_azure_cli_gets_no_policy_scopes_whatever_it_asks_for() {
    let world = world();
    let home = tenant(&world, "contoso");
    let cli = AZURE_CLI.to_string();
    let (_, begun) = begin(&world, home, &cli, SCOPE).await;
    tokio::time::advance(Duration::from_secs(5)).await;
    let form = [
        ("grant_type", DEVICE),
        ("client_id", cli.as_str()),
        ("device_code", begun["device_code"].as_str().unwrap()),
    ];
    let (status, body) = post(&world, &format!("{home}/oauth2/v2.0/token"), &form).await;
    assert_eq!(status, 200, "{body}");
    let caller = caller(&world, &body);
    assert!(caller.may("User.ReadWrite.All") && !caller.may("Policy.Read.All"));
}

async fn refresh(world: &World, tenant: Uuid, token: &str, scope: &str) -> (u16, Value) {
    let client = client();
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", client.as_str()),
        ("refresh_token", token),
        ("scope", scope),
    ];
    post(world, &format!("{tenant}/oauth2/v2.0/token"), &form).await
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_serves_other_resources_and_other_tenants() {
    let world = world();
    let (home, other) = (tenant(&world, "contoso"), tenant(&world, "fabrikam"));
    let body = by_device(&world, home).await;
    let token = body["refresh_token"].as_str().unwrap();
    let arm = "https://management.azure.com/.default";
    let (status, body) = refresh(&world, home, token, arm).await;
    assert_eq!(
        (status, &body["scope"]),
        (200, &json!("user_impersonation"))
    );
    let (status, body) = refresh(&world, other, token, "User.Read").await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(caller(&world, &body).tenant, other);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_ends_and_is_no_bearer_token() {
    let world = world();
    let home = tenant(&world, "contoso");
    let body = by_device(&world, home).await;
    let token = body["refresh_token"].as_str().unwrap().to_owned();
    let mut headers = http::HeaderMap::new();
    headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
    assert!(world.with(|state| authority::authenticate(state, &headers, &[GRAPH]).is_err()));
    let access = body["access_token"].as_str().unwrap();
    refused(
        &refresh(&world, home, access, SCOPE).await,
        "invalid_grant",
        9_002_313,
    );

    let user = caller(&world, &body).object_id;
    world.with(|state| authority::revoke_sessions(state, user));
    refused(
        &refresh(&world, home, &token, SCOPE).await,
        "invalid_grant",
        50173,
    );
    tokio::time::advance(Duration::from_secs(90 * 24 * 3600)).await;
    refused(
        &refresh(&world, home, &token, SCOPE).await,
        "invalid_grant",
        700_082,
    );
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_is_of_one_client_700009() {
    let world = world();
    let home = tenant(&world, "contoso");
    let body = by_device(&world, home).await;
    let cli = AZURE_CLI.to_string();
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", cli.as_str()),
        ("refresh_token", body["refresh_token"].as_str().unwrap()),
    ];
    let answer = post(&world, &format!("{home}/oauth2/v2.0/token"), &form).await;
    refused(&answer, "invalid_grant", 700_009);
}

#[tokio::test(start_paused = true)]
async fn an_authorization_code_is_of_one_tenant() {
    let world = world();
    let (home, other) = (tenant(&world, "contoso"), tenant(&world, "fabrikam"));
    let code = parameter(&authorize(&world, home, &[]).await, "code").unwrap();
    let answer = redeem(&world, other, &code, "a-verifier", BACK).await;
    refused(&answer, "invalid_grant", 70008);
}

#[tokio::test(start_paused = true)]
async fn a_disabled_account_gets_nothing_more_50057() {
    let world = world();
    let home = tenant(&world, "contoso");
    let body = by_device(&world, home).await;
    let user = caller(&world, &body).object_id;
    world.with(|state| {
        let disable =
            |body: &mut serde_json::Map<_, _>| body.insert("accountEnabled".into(), json!(false));
        state.directory().update(home, user, disable).unwrap();
    });
    let answer = refresh(&world, home, body["refresh_token"].as_str().unwrap(), SCOPE).await;
    refused(&answer, "invalid_grant", 50057);
}

fn authorize_url(tenant: Uuid, change: &[(&str, &str)]) -> String {
    let challenge = azure_core::base64::encode_url_safe(Sha256::digest("a-verifier"));
    let client = client();
    let mut parameters = vec![
        ("client_id", client.as_str()),
        ("response_type", "code"),
        ("redirect_uri", BACK),
        ("scope", SCOPE),
        ("state", "mine"),
        ("nonce", "once"),
        ("code_challenge", challenge.trim_end_matches('=')),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in change {
        parameters.retain(|(other, _)| other != name);
        parameters.push((name, value));
    }
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize?{query}")
}

/// Where the sign-in page sends the browser.
async fn authorize(world: &World, tenant: Uuid, change: &[(&str, &str)]) -> Url {
    let url = authorize_url(tenant, change);
    let (status, body, headers) = send(world, Method::Get, &url, &[], "").await.unwrap();
    assert_eq!(status, 302, "{body}");
    header(&headers, "location").unwrap().parse().unwrap()
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs()
        .find(|(own, _)| own == name)
        .map(|(_, value)| value.into_owned())
}

async fn redeem(
    world: &World,
    tenant: Uuid,
    code: &str,
    verifier: &str,
    back: &str,
) -> (u16, Value) {
    let client = client();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", client.as_str()),
        ("code", code),
        ("redirect_uri", back),
        ("code_verifier", verifier),
    ];
    post(world, &format!("{tenant}/oauth2/v2.0/token"), &form).await
}

#[tokio::test(start_paused = true)]
async fn an_authorization_code_is_good_once_and_for_its_verifier() {
    let world = world();
    let home = tenant(&world, "contoso");
    let back = authorize(&world, home, &[]).await;
    assert!(back.as_str().starts_with(BACK));
    assert_eq!(parameter(&back, "state").as_deref(), Some("mine"));
    let code = parameter(&back, "code").unwrap();
    let (status, body) = redeem(&world, home, &code, "a-verifier", BACK).await;
    assert_eq!(status, 200, "{body}");
    assert!(caller(&world, &body).may("Policy.Read.All"));
    let again = redeem(&world, home, &code, "a-verifier", BACK).await;
    refused(&again, "invalid_grant", 70008);
}

#[tokio::test(start_paused = true)]
async fn an_authorization_code_is_refused_with_another_verifier_or_address_or_too_late() {
    let world = world();
    let home = tenant(&world, "contoso");
    let code = async || parameter(&authorize(&world, home, &[]).await, "code").unwrap();
    let answer = redeem(&world, home, &code().await, "another", BACK).await;
    refused(&answer, "invalid_grant", 501_481);
    let answer = redeem(&world, home, &code().await, "", BACK).await;
    refused(&answer, "invalid_request", 900_144);
    let answer = redeem(
        &world,
        home,
        &code().await,
        "a-verifier",
        "http://localhost/x",
    )
    .await;
    refused(&answer, "invalid_client", 500_112);
    let late = code().await;
    tokio::time::advance(Duration::from_secs(600)).await;
    refused(
        &redeem(&world, home, &late, "a-verifier", BACK).await,
        "invalid_grant",
        70008,
    );
}

#[tokio::test(start_paused = true)]
async fn a_browser_is_not_sent_to_an_address_that_is_not_registered_50011() {
    let world = world();
    let home = tenant(&world, "contoso");
    for (change, number) in [
        (("redirect_uri", "https://evil.example/"), 50011),
        (("redirect_uri", "no address"), 50011),
        (
            ("client_id", "00000000-0000-0000-0000-000000000004"),
            700_016,
        ),
    ] {
        let url = authorize_url(home, &[change]);
        let (status, body, headers) = send(&world, Method::Get, &url, &[], "").await.unwrap();
        assert_eq!(status, 400);
        assert_eq!(body["error_codes"], json!([number]), "{body}");
        assert_eq!(header(&headers, "location"), None);
    }
}

#[tokio::test(start_paused = true)]
async fn plain_pkce_and_tokens_in_the_address_are_refused() {
    let world = world();
    let home = tenant(&world, "contoso");
    for (change, error) in [
        (("code_challenge_method", "plain"), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
    ] {
        let back = authorize(&world, home, &[change]).await;
        assert_eq!(parameter(&back, "error").as_deref(), Some(error));
        assert_eq!(parameter(&back, "state").as_deref(), Some("mine"));
        assert_eq!(parameter(&back, "code"), None);
    }
}

/// A customer's tenant with a web app that wants assignment and a customer who has none.
fn practice(world: &World) -> (Uuid, Uuid, Uuid, Uuid) {
    let home = tenant(world, "contoso");
    let born = external_tenant(world, "rhcqa", home);
    let web = app(world, born, &[born], json!([]));
    world.with(|state| {
        let customer = state.uuid();
        let directory = state.directory();
        let id = directory.application(web, Read::Point).unwrap().1.id;
        let spa = json!({ "redirectUris": ["https://hp2-qa.example/back"] });
        directory
            .update(born, id, |body| body.insert("spa".into(), spa))
            .unwrap();
        let principal = directory
            .service_principal(born, web, Read::Point)
            .unwrap()
            .id;
        directory
            .update(born, principal, |body| {
                body.insert("appRoleAssignmentRequired".into(), json!(true))
            })
            .unwrap();
        let body = object(json!({
            "displayName": "Dr. Example",
            "userPrincipalName": "x@rhcqa.onmicrosoft.com",
            "identities": [{ "signInType": "emailAddress", "issuerAssignedId": "dr@practice.example" }],
        }));
        directory
            .insert(born, ObjectKind::User, customer, body)
            .unwrap();
        (born, web, principal, customer)
    })
}

#[tokio::test(start_paused = true)]
async fn a_customer_without_assignment_is_refused_where_it_is_required_50105() {
    let world = world();
    let (born, web, principal, customer) = practice(&world);
    let web = web.to_string();
    let change = [
        ("client_id", web.as_str()),
        ("redirect_uri", "https://hp2-qa.example/back"),
        ("login_hint", "dr@practice.example"),
        ("scope", "openid"),
    ];
    let back = authorize(&world, born, &change).await;
    let description = parameter(&back, "error_description").unwrap();
    assert!(description.starts_with("AADSTS50105: "), "{description}");

    world.with(|state| {
        let created = state.now();
        let assignment = AppRoleAssignment {
            principal_id: customer,
            resource_id: principal,
            app_role_id: Uuid::nil(),
            created,
        };
        let tenant = state.directory().tenant_mut(born).unwrap();
        tenant
            .app_role_assignments
            .insert("a".to_owned(), assignment);
    });
    let back = authorize(&world, born, &change).await;
    assert!(parameter(&back, "code").is_some(), "{back}");
    let unknown = [
        change[0],
        change[1],
        ("login_hint", "nobody@practice.example"),
    ];
    let back = authorize(&world, born, &unknown).await;
    let description = parameter(&back, "error_description").unwrap();
    assert!(description.starts_with("AADSTS50034: "), "{description}");
}

#[tokio::test(start_paused = true)]
async fn somebody_who_is_no_administrator_cannot_consent_65001() {
    let world = world();
    let (born, _, _, customer) = practice(&world);
    let credential = world.user_credential(&born.to_string(), customer);
    let error = credential
        .get_token(&["Group.ReadWrite.All"], None)
        .await
        .unwrap_err();
    assert!(format!("{error:?}").contains("65001"), "{error:?}");
    let operator = world.sign_in(&born.to_string(), &["Group.ReadWrite.All"]);
    let graph = format!("{MICROSOFT_GRAPH}/.default");
    operator.get_token(&[&graph], None).await.unwrap();
    credential
        .get_token(&["Group.ReadWrite.All"], None)
        .await
        .unwrap();
}
