//! Hosts that answer: in process and on a socket, and what the log keeps of it.

use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use azure_core::error::ErrorKind;
use azure_core::http::{HttpClient, Method, Request, Url};
use rhc_core::Carrier;
use rhc_core::fake::{RequestInfo, World, WorldOptions, respond};
use serde_json::json;
use tokio::net::TcpListener;
use uuid::Uuid;

use super::support::{self, header, send, tenant, world};

fn echo() -> Router {
    Router::new()
        .route(
            "/echo",
            post(|info: RequestInfo, body: String| async move {
                respond::json(
                    200,
                    &json!({ "body": body, "host": info.host, "number": info.number }),
                )
            }),
        )
        .route(
            "/refuse",
            get(|info: RequestInfo| async move {
                let response =
                    respond::graph_error(&info, 404, "Request_ResourceNotFound", "no \"x\"");
                respond::noted(response, Some(Uuid::from_u128(9)), "thing.get")
            }),
        )
}

#[tokio::test(start_paused = true)]
async fn a_request_reaches_its_host_with_latency_on_the_clock() {
    let world = world();
    world.mount("api.example", echo());
    let before = world.now();
    let (status, body, _) = send(
        &world,
        Method::Post,
        "https://API.example/echo?a=%20b",
        &[],
        "hello",
    )
    .await
    .unwrap();
    assert_eq!(status, 200);
    assert_eq!(
        body,
        json!({ "body": "hello", "host": "api.example", "number": 1 })
    );
    assert_eq!(world.now() - before, Duration::from_millis(40));
}

#[tokio::test(start_paused = true)]
async fn patterns_answer_for_every_name_below_and_the_nearest_wins() {
    let world = world();
    let says = |text: &'static str| Router::new().fallback(move || async move { text });
    world.mount("*.vault.example", says("pattern"));
    world.mount("*.deep.vault.example", says("deeper pattern"));
    world.mount("own.vault.example", says("own name"));
    for (host, expected) in [
        ("a.vault.example", "pattern"),
        ("a.b.vault.example", "pattern"),
        ("a.deep.vault.example", "deeper pattern"),
        ("own.vault.example", "own name"),
    ] {
        let (_, body) = support::get(&world, &format!("https://{host}/")).await;
        assert_eq!(body, expected, "{host}");
    }
    let bare = send(&world, Method::Get, "https://vault.example/", &[], "").await;
    assert_eq!(bare.unwrap_err().kind(), &ErrorKind::Connection);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_nobody_mounted_cannot_be_connected_to() {
    let world = world();
    let error = send(&world, Method::Get, "https://nowhere.example/", &[], "")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Connection);
    assert!(error.to_string().contains("nowhere.example"), "{error}");
    assert_eq!(world.request_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn every_answer_has_a_date_of_the_world_and_an_id() {
    let world = world();
    world.mount("api.example", echo());
    world.mount("graph.example", respond::graph_headers(echo()));
    world.mount("arm.example", respond::arm_headers(echo()));
    let client = [
        ("client-request-id", "mine".to_owned()),
        ("return-client-request-id", "true".to_owned()),
    ];
    let ask = async |host: &str| {
        let url = format!("https://{host}/refuse");
        send(&world, Method::Get, &url, &client, "").await.unwrap()
    };
    let (_, _, plain) = ask("api.example").await;
    assert_eq!(
        header(&plain, "date"),
        Some("Mon, 23 Nov 2026 09:00:00 GMT")
    );
    assert_eq!(header(&plain, "client-request-id"), Some("mine"));
    assert!(header(&plain, "x-ms-request-id").is_some());

    let (_, body, graph) = ask("graph.example").await;
    let id = header(&graph, "request-id").unwrap();
    assert_eq!(header(&graph, "x-ms-request-id"), None);
    assert_eq!(body["error"]["innerError"]["request-id"], id);
    assert_eq!(body["error"]["innerError"]["client-request-id"], "mine");
    assert_eq!(body["error"]["message"], "no \"x\"");

    let (_, _, arm) = ask("arm.example").await;
    assert_eq!(
        header(&arm, "x-ms-request-id"),
        header(&arm, "x-ms-correlation-request-id")
    );
    assert!(
        header(&arm, "x-ms-routing-request-id")
            .unwrap()
            .starts_with("EASTUS2:20261123T0900")
    );
}

#[tokio::test(start_paused = true)]
async fn the_log_says_what_was_asked_by_whom_and_what_came_back() {
    let world = World::new(WorldOptions {
        record_bodies: true,
        ..WorldOptions::default()
    });
    let home = tenant(&world, "contoso");
    world.mount("api.example", echo());
    let token = world.managed_token(home).await;
    let authorization = [("authorization", format!("Bearer {token}"))];
    send(
        &world,
        Method::Post,
        "https://api.example/echo?x=1",
        &authorization,
        "hello",
    )
    .await
    .unwrap();
    send(&world, Method::Get, "https://api.example/refuse", &[], "")
        .await
        .unwrap();
    let log = world.log();
    assert_eq!(world.request_count(), 2);
    assert_eq!(log[0].method, Method::Post.as_ref());
    assert_eq!(log[0].path_and_query, "/echo?x=1");
    assert_eq!((log[0].status, log[0].tenant), (Some(200), Some(home)));
    assert_eq!(log[0].request_body.as_deref(), Some(b"hello".as_slice()));
    assert!(
        log[0]
            .answer_body
            .as_ref()
            .unwrap()
            .starts_with(b"{\"body\":\"hello\"")
    );
    assert_eq!(log[1].operation.as_deref(), Some("thing.get"));
    assert_eq!(
        (log[1].status, log[1].tenant),
        (Some(404), Some(Uuid::from_u128(9)))
    );
    let shown = format!("{log:?}");
    assert!(
        !shown.contains("hello") && !shown.contains("x=1"),
        "{shown}"
    );
}

trait Managed {
    async fn managed_token(&self, tenant: Uuid) -> String;
}

impl Managed for World {
    async fn managed_token(&self, tenant: Uuid) -> String {
        let identity = support::identity(self, tenant);
        self.managed_identity(&tenant.to_string(), identity)
            .get_token(&["https://management.azure.com/.default"], None)
            .await
            .unwrap()
            .token
            .secret()
            .to_owned()
    }
}

#[tokio::test(start_paused = true)]
async fn bodies_are_not_kept_unless_asked_for() {
    let world = world();
    world.mount("api.example", echo());
    send(
        &world,
        Method::Post,
        "https://api.example/echo",
        &[],
        "hello",
    )
    .await
    .unwrap();
    assert_eq!(world.log()[0].request_body, None);
    assert_eq!(world.log()[0].answer_body, None);
}

#[tokio::test(start_paused = true)]
async fn a_world_that_nobody_holds_any_more_is_gone() {
    #[derive(Default)]
    struct Canary(std::sync::Mutex<Option<tokio::sync::oneshot::Sender<()>>>);
    let (sender, mut receiver) = tokio::sync::oneshot::channel();
    {
        let world = world();
        *world.extension::<Canary>().0.lock().unwrap() = Some(sender);
        world.mount("api.example", respond::arm_headers(echo()));
        send(
            &world,
            Method::Post,
            "https://api.example/echo",
            &[],
            "hello",
        )
        .await
        .unwrap();
    }
    let gone = receiver.try_recv();
    assert_eq!(gone, Err(tokio::sync::oneshot::error::TryRecvError::Closed));
}

async fn served(world: &World) -> (Url, tokio::task::JoinHandle<std::io::Result<()>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(world.serve(listener));
    (address.parse().unwrap(), server)
}

#[tokio::test]
async fn serves_any_http_client_by_the_host_it_asks_for() {
    let world = world();
    world.mount("api.example", echo());
    let (address, server) = served(&world).await;
    let client = Carrier::new(address);
    let mut request = Request::new(
        "https://api.example:443/echo".parse().unwrap(),
        Method::Post,
    );
    request.set_body("over the wire");
    let answer = client.execute_request(&request).await.unwrap();
    let body = answer.into_body().collect_string().await.unwrap();
    assert!(
        body.contains("over the wire") && body.contains("api.example"),
        "{body}"
    );
    assert_eq!(world.log()[0].status, Some(200));

    let request = Request::new("https://nowhere.example/".parse().unwrap(), Method::Get);
    let answer = client.execute_request(&request).await.unwrap();
    assert_eq!(u16::from(answer.status()), 421);
    let body = answer.into_body().collect_string().await.unwrap();
    assert!(
        body.contains("nowhere.example") && body.contains("api.example"),
        "{body}"
    );
    server.abort();
}

#[tokio::test]
async fn a_lost_answer_breaks_off_on_the_wire_too() {
    use rhc_core::fake::{Fault, FaultKind, Match};
    let world = world();
    world.mount("api.example", echo());
    world.faults().add(Fault {
        matches: Match::default(),
        kind: FaultKind::ResetAfter,
    });
    let (address, server) = served(&world).await;
    let request = Request::new("https://api.example/refuse".parse().unwrap(), Method::Get);
    let result = match Carrier::new(address).execute_request(&request).await {
        Ok(answer) => answer.into_body().collect().await.map(drop),
        Err(error) => Err(error),
    };
    assert!(result.is_err());
    assert_eq!(world.log()[0].status, None);
    server.abort();
}

#[tokio::test(start_paused = true)]
async fn errors_carry_the_further_members_of_their_service() {
    async fn arm() -> axum::response::Response {
        let details = json!({ "target": "sku", "details": [{ "code": "Inner" }] });
        respond::arm_error_with(400, "BadRequest", "no", details)
    }
    async fn graph(info: RequestInfo) -> axum::response::Response {
        let details = json!({ "details": [{ "code": "PropertyConflict" }] });
        respond::graph_error_with(&info, 400, "Request_BadRequest", "no", details)
    }
    let world = world();
    let router = Router::new()
        .route("/arm", get(arm))
        .route("/graph", get(graph));
    world.mount("api.example", router);
    let (_, body) = support::get(&world, "https://api.example/arm").await;
    assert_eq!(
        body["error"],
        json!({ "code": "BadRequest", "message": "no", "target": "sku", "details": [{ "code": "Inner" }] })
    );
    let (_, body) = support::get(&world, "https://api.example/graph").await;
    assert_eq!(body["error"]["details"][0]["code"], "PropertyConflict");
    assert_eq!(body["error"]["innerError"]["date"], "2026-11-23T09:00:00");
}

#[tokio::test(start_paused = true)]
async fn a_router_outside_a_world_says_so() {
    use tower::ServiceExt;
    let router = Router::new().route("/", get(|_: World| async { "never" }));
    let request = http::Request::get("/")
        .body(axum::body::Body::empty())
        .unwrap();
    let answer = router.oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 500);
}
