//! A host of the World at a port of this machine, for clients that can be told an endpoint only.

use axum::Router;
use axum::routing::get;
use azure_core::http::headers::Headers;
use azure_core::http::{HttpClient, Method, Request};
use rhc_core::Carrier;
use rhc_core::fake::{RequestInfo, World, respond};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::support::{app, tenant, world};

/// Serves a host, in clear: the port.
async fn served(world: &World, host: &str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(world.serve_as(listener, host, port));
    port
}

async fn ask(port: u16, url: &str) -> (u16, Headers, Value) {
    send(port, Request::new(url.parse().unwrap(), Method::Get)).await
}

async fn send(port: u16, request: Request) -> (u16, Headers, Value) {
    let to = Carrier::new(format!("http://127.0.0.1:{port}").parse().unwrap());
    let answer = to.execute_request(&request).await.unwrap();
    let (status, headers, body) = answer.deconstruct();
    let body = body.collect().await.unwrap();
    let body = serde_json::from_slice(&body).unwrap_or_default();
    (status.into(), headers, body)
}

fn header<'a>(headers: &'a Headers, name: &'static str) -> &'a str {
    headers.get_optional_str(&name.into()).unwrap_or_default()
}

fn links() -> Router {
    let list = |info: RequestInfo| async move {
        let body = json!({
            "nextLink": "https://api.example/list?page=2",
            "value": [
                { "@odata.nextLink": "https://other.example/x", "url": "https://api.example/mine" },
                { "nextLink": "https://elsewhere.example/x", "host": info.host },
            ],
        });
        let link = "https://api.example:443/operations/1";
        respond::with_header(respond::json(200, &body), "azure-asyncoperation", link)
    };
    let refused = || async {
        let challenge = "Bearer authorization_uri=\"https://other.example/t\", error=\"invalid\"";
        respond::with_header(respond::empty(401), "www-authenticate", challenge)
    };
    Router::new()
        .route("/list", get(list))
        .route("/refused", get(refused))
}

#[tokio::test]
async fn links_lead_back_to_the_address_that_was_used() {
    let world = world();
    world.mount("api.example", links());
    let port = served(&world, "api.example").await;
    let other = served(&world, "other.example").await;
    for name in ["localhost", "127.0.0.1"] {
        let (status, headers, body) = ask(port, &format!("http://{name}:{port}/list")).await;
        assert_eq!(status, 200);
        let at = format!("https://{name}:{port}");
        assert_eq!(body["nextLink"], format!("{at}/list?page=2"));
        assert_eq!(
            body["value"][0]["@odata.nextLink"],
            format!("https://{name}:{other}/x")
        );
        assert_eq!(
            body["value"][0]["url"], "https://api.example/mine",
            "what a client wrote"
        );
        assert_eq!(body["value"][1]["nextLink"], "https://elsewhere.example/x");
        assert_eq!(body["value"][1]["host"], "api.example");
        assert_eq!(
            header(&headers, "azure-asyncoperation"),
            format!("{at}/operations/1")
        );
        let (_, headers, _) = ask(port, &format!("http://{name}:{port}/refused")).await;
        assert_eq!(
            header(&headers, "www-authenticate"),
            format!("Bearer authorization_uri=\"https://{name}:{other}/t\", error=\"invalid\"")
        );
    }
}

#[tokio::test]
async fn who_asks_under_the_real_name_gets_real_links() {
    let world = world();
    world.mount("api.example", links());
    let port = served(&world, "api.example").await;
    let (_, _, body) = ask(port, "http://api.example/list").await;
    assert_eq!(body["nextLink"], "https://api.example/list?page=2");
    let (status, _, _) = ask(port, "http://nowhere.example/list").await;
    assert_eq!(status, 421);
}

#[tokio::test]
async fn a_pattern_is_told_apart_by_the_first_segment() {
    let world = world();
    let says = |info: RequestInfo| async move {
        respond::json(
            200,
            &json!({ "host": info.host, "nextLink": "https://two.vault.example/n" }),
        )
    };
    world.mount("*.vault.example", Router::new().route("/keys/a", get(says)));
    let port = served(&world, "*.vault.example").await;
    let (status, _, body) = ask(port, &format!("http://localhost:{port}/one/keys/a?x=1")).await;
    assert_eq!((status, &body["host"]), (200, &json!("one.vault.example")));
    assert_eq!(body["nextLink"], format!("https://localhost:{port}/two/n"));
    for wrong in ["", "one.two/keys/a"] {
        let (status, _, body) = ask(port, &format!("http://localhost:{port}/{wrong}")).await;
        assert_eq!((status, &body["error"]["code"]), (404, &json!("NotFound")));
    }
}

async fn token(port: u16, tenant: Uuid, form: &[(&str, &str)]) -> (u16, Value) {
    let url = format!("http://localhost:{port}/{tenant}/oauth2/v2.0/token");
    let mut request = Request::new(url.parse().unwrap(), Method::Post);
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    request.insert_header("content-type", "application/x-www-form-urlencoded");
    request.set_body(body);
    let (status, _, body) = send(port, request).await;
    (status, body)
}

#[tokio::test]
async fn a_secret_that_was_drawn_signs_in_and_is_saved_nowhere() {
    let world = world();
    let home = tenant(&world, "contoso");
    let client = app(&world, home, &[home], json!([]));
    let other = app(&world, home, &[home], json!([]));
    let secret = world.add_client_secret(client);
    assert!(secret.secret().len() > 40);
    assert_ne!(secret.secret(), world.add_client_secret(client).secret());
    let login = served(&world, "login.microsoftonline.com").await;
    let graph = served(&world, "graph.microsoft.com").await;
    // An address of this machine stands for the service behind it.
    let here = format!("https://localhost:{graph}/.default");
    for scope in ["https://graph.microsoft.com/.default", here.as_str()] {
        let id = client.to_string();
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", id.as_str()),
            ("scope", scope),
            ("client_secret", secret.secret()),
        ];
        let (status, body) = token(login, home, &form).await;
        assert_eq!(status, 200, "{body}");
        assert_eq!(body["token_type"], "Bearer");
        let id = other.to_string();
        let mut form = form;
        form[1].1 = &id;
        let (status, body) = token(login, home, &form).await;
        assert_eq!((status, &body["error_codes"][0]), (401, &json!(7_000_215)));
    }
    let saved = world.to_json().unwrap().to_string();
    assert!(!saved.contains(secret.secret()));
}

#[tokio::test]
async fn the_authority_is_described_at_the_address_that_was_used() {
    let world = world();
    let home = tenant(&world, "contoso");
    let port = served(&world, "login.microsoftonline.com").await;
    let url = format!("http://localhost:{port}/{home}/v2.0/.well-known/openid-configuration");
    let (status, _, body) = ask(port, &url).await;
    assert_eq!(status, 200);
    let at = format!("https://localhost:{port}/{home}");
    assert_eq!(body["token_endpoint"], format!("{at}/oauth2/v2.0/token"));
    assert_eq!(body["jwks_uri"], format!("{at}/discovery/v2.0/keys"));
    // Tokens carry the issuer, and federated credentials name it: it is an identifier and no address.
    assert_eq!(
        body["issuer"],
        format!("https://login.microsoftonline.com/{home}/v2.0")
    );
}
