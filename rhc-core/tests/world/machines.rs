//! Where programs get the tokens of their machine's managed identities, and who gets none.

use azure_core::http::{Method, Request, Url};
use rhc_core::fake::authority::{self, Machine};
use rhc_core::fake::{Read, World};
use serde_json::{Value, json};
use uuid::Uuid;

use super::federated::EXCHANGE;
use super::support::{get, identity, tenant, world};

const IMDS: &str = "http://169.254.169.254/metadata/identity/oauth2/token";

struct Place {
    world: World,
    home: Uuid,
    principal: Uuid,
    client: String,
}

fn place() -> Place {
    let world = world();
    let home = tenant(&world, "hosting");
    let principal = identity(&world, home);
    let client = world.with(|state| {
        let view = state
            .directory_ref()
            .object(home, principal, Read::Authoritative);
        view.unwrap().text("appId").unwrap().to_owned()
    });
    Place {
        world,
        home,
        principal,
        client,
    }
}

async fn ask(machine: &Machine, url: &str, header: (&'static str, &str)) -> (u16, Value) {
    let mut request = Request::new(Url::parse(url).unwrap(), Method::Get);
    request.insert_header(header.0, header.1.to_owned());
    let answer = machine.transport().execute_request(&request).await.unwrap();
    let (status, _, body) = answer.deconstruct();
    let body = body.collect().await.unwrap();
    (
        status.into(),
        serde_json::from_slice(&body).unwrap_or_default(),
    )
}

fn query(version: &str, more: &str) -> String {
    format!("?api-version={version}&resource=api%3A%2F%2FAzureADTokenExchange{more}")
}

async fn imds(machine: &Machine, query: &str) -> (u16, Value) {
    ask(machine, &format!("{IMDS}{query}"), ("metadata", "true")).await
}

#[tokio::test(start_paused = true)]
async fn a_virtual_machine_gets_a_token_of_the_identity_that_it_names() {
    let place = place();
    let machine = place.world.machine(place.home, &[place.principal]);
    let (client, principal) = (&place.client, place.principal);
    for selector in [
        format!("&client_id={client}"),
        format!("&object_id={principal}"),
        "&msi_res_id=%2Fsubscriptions%2Fs%2Fresourcegroups%2Fg%2Fproviders%2Fid".to_owned(),
        // The only one need not be named.
        String::new(),
    ] {
        let (status, body) = imds(&machine, &query("2019-08-01", &selector)).await;
        assert_eq!(status, 200, "{selector}: {body}");
        // All numbers are texts.
        assert_eq!(body["expires_in"], "86400");
        let ends: i64 = body["expires_on"].as_str().unwrap().parse().unwrap();
        let begins: i64 = body["not_before"].as_str().unwrap().parse().unwrap();
        assert_eq!(ends - begins, 86400);
        assert_eq!(
            (&body["client_id"], &body["refresh_token"]),
            (&json!(client), &json!(""))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_metadata_service_refuses_with_400() {
    let place = place();
    let second = identity(&place.world, place.home);
    let machine = place.world.machine(place.home, &[place.principal, second]);
    let named = format!("&client_id={}", place.client);
    let nobody = format!("&client_id={}", Uuid::from_u128(7));
    for (query, words) in [
        (query("2019-08-01", &nobody), "Identity not found"),
        // Which of the two?
        (query("2019-08-01", ""), "Identity not found"),
        (query("2017-09-01", &named), "api-version"),
        (format!("?api-version=2019-08-01{named}"), "resource"),
    ] {
        let (status, body) = imds(&machine, &query).await;
        assert_eq!(
            (status, &body["error"]),
            (400, &json!("invalid_request")),
            "{query}: {body}"
        );
        assert!(
            body["error_description"].as_str().unwrap().contains(words),
            "{body}"
        );
    }
    let url = format!("{IMDS}{}", query("2019-08-01", &named));
    let (status, body) = ask(&machine, &url, ("accept", "*/*")).await;
    assert_eq!(
        (status, &body["error_description"]),
        (400, &json!("Required metadata header not specified"))
    );
    let nowhere = format!("{IMDS}?api-version=2019-08-01&resource=api%3A%2F%2Fnobody{named}");
    let (status, body) = ask(&machine, &nowhere, ("metadata", "true")).await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_resource")));
}

#[tokio::test(start_paused = true)]
async fn an_identity_that_was_deleted_is_not_found() {
    let place = place();
    let machine = place.world.machine(place.home, &[place.principal]);
    place.world.with(|state| {
        state
            .directory()
            .delete(place.home, place.principal)
            .unwrap()
    });
    let named = format!("&client_id={}", place.client);
    let (status, body) = imds(&machine, &query("2019-08-01", &named)).await;
    assert_eq!(
        (status, &body["error_description"]),
        (400, &json!("Identity not found"))
    );
}

#[tokio::test(start_paused = true)]
async fn elsewhere_there_is_no_metadata_service() {
    let place = place();
    let _ = place.world.machine(place.home, &[place.principal]);
    let request = Request::new(Url::parse(IMDS).unwrap(), Method::Get);
    let error = place
        .world
        .transport()
        .execute_request(&request)
        .await
        .unwrap_err();
    assert!(matches!(
        error.kind(),
        azure_core::error::ErrorKind::Connection
    ));
}

#[tokio::test(start_paused = true)]
async fn an_app_gets_a_token_with_its_secret_header_and_by_it_alone() {
    let place = place();
    let machine = place.world.machine(place.home, &[place.principal]);
    let environment = machine.environment();
    let url = |query: &str| format!("{}{query}", environment["IDENTITY_ENDPOINT"]);
    let named = format!("&client_id={}", place.client);
    let right = url(&query("2019-08-01", &named));
    let secret = environment["IDENTITY_HEADER"].as_str();
    let (status, body) = ask(&machine, &right, ("x-identity-header", secret)).await;
    assert_eq!(
        (status, &body["client_id"]),
        (200, &json!(place.client)),
        "{body}"
    );
    place.world.with(|state| {
        let headers = super::federated::bearer(body["access_token"].as_str().unwrap());
        let caller = authority::authenticate(state, &headers, &[EXCHANGE]).unwrap();
        assert_eq!(caller.object_id, place.principal);
    });
    // Nobody else, and no name at all means a system-assigned identity, which there is none of.
    assert_eq!(get(&place.world, &right).await.0, 403);
    for (query, status, header) in [
        (query("2019-08-01", &named), 403, "guess"),
        (query("2017-09-01", &named), 400, secret),
        (query("2019-08-01", ""), 400, secret),
    ] {
        let (got, body) = ask(&machine, &url(&query), ("x-identity-header", header)).await;
        assert_eq!(
            (got, &body["statusCode"]),
            (status, &json!(status)),
            "{query}"
        );
    }
    assert!(!format!("{machine:?}").contains(secret));
}
