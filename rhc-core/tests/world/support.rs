//! What the tests of the World share: a World with tenants, and a client that speaks plain HTTP to it.

use azure_core::http::{AsyncRawResponse, Method, Request, Url};
use rhc_core::fake::directory::{NewTenant, ObjectKind, Replication, TenantKind};
use rhc_core::fake::{World, WorldOptions};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// A World without delays: for tests that are about something else.
pub(crate) fn world() -> World {
    World::new(WorldOptions {
        replication: Replication::NONE,
        ..WorldOptions::default()
    })
}

pub(crate) fn tenant(world: &World, label: &str) -> Uuid {
    world
        .with(|state| state.directory().add_workforce_tenant(label))
        .unwrap()
}

pub(crate) fn external_tenant(world: &World, label: &str, home: Uuid) -> Uuid {
    world.with(|state| {
        let id = state.uuid();
        let creator = state.directory().creator_from(home);
        state
            .directory()
            .create_tenant(NewTenant {
                id,
                kind: TenantKind::ExternalId,
                display_name: format!("rhc-{label}"),
                initial_domain: format!("{label}.onmicrosoft.com"),
                country: "US".to_owned(),
                creator,
            })
            .unwrap()
    })
}

pub(crate) fn object(body: Value) -> Map<String, Value> {
    match body {
        Value::Object(body) => body,
        other => panic!("{other} is no object"),
    }
}

/// A multi-tenant registration with these federated credentials, and its service principals.
pub(crate) fn app(world: &World, home: Uuid, present_in: &[Uuid], credentials: Value) -> Uuid {
    world.with(|state| {
        let (id, app_id) = (state.uuid(), state.uuid());
        let body = object(json!({
            "appId": app_id,
            "displayName": "bridge",
            "signInAudience": "AzureADMultipleOrgs",
            "federatedIdentityCredentials": credentials,
        }));
        state
            .directory()
            .insert(home, ObjectKind::Application, id, body)
            .unwrap();
        for tenant in present_in {
            let id = state.uuid();
            let body = object(json!({
                "appId": app_id,
                "displayName": "bridge",
                "servicePrincipalType": "Application",
            }));
            state
                .directory()
                .insert(*tenant, ObjectKind::ServicePrincipal, id, body)
                .unwrap();
        }
        app_id
    })
}

/// A managed identity; its principal id.
pub(crate) fn identity(world: &World, tenant: Uuid) -> Uuid {
    world.with(|state| {
        let (id, client) = (state.uuid(), state.uuid());
        let body = object(json!({
            "appId": client,
            "displayName": "hp225qa-id",
            "servicePrincipalType": "ManagedIdentity",
            "alternativeNames": ["isExplicit=True", "/subscriptions/s/resourcegroups/g/providers/id"],
        }));
        state
            .directory()
            .insert(tenant, ObjectKind::ServicePrincipal, id, body)
            .unwrap();
        id
    })
}

pub(crate) async fn send(
    world: &World,
    method: Method,
    url: &str,
    headers: &[(&'static str, String)],
    body: &str,
) -> azure_core::Result<(u16, Value, Vec<(String, String)>)> {
    let mut request = Request::new(Url::parse(url).unwrap(), method);
    for (name, value) in headers {
        request.insert_header(*name, value.clone());
    }
    request.set_body(body.to_owned());
    let response: AsyncRawResponse = world.transport().execute_request(&request).await?;
    let (status, headers, body) = response.deconstruct();
    let headers = headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.as_str().to_owned()))
        .collect();
    let bytes = body.collect().await?;
    let body = serde_json::from_slice(&bytes)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
    Ok((u16::from(status), body, headers))
}

pub(crate) async fn get(world: &World, url: &str) -> (u16, Value) {
    let (status, body, _) = send(world, Method::Get, url, &[], "").await.unwrap();
    (status, body)
}

/// Posts a form to the authority.
pub(crate) async fn post(world: &World, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let kind = [(
        "content-type",
        "application/x-www-form-urlencoded".to_owned(),
    )];
    let url = format!("https://login.microsoftonline.com/{path}");
    let (status, body, _) = send(world, Method::Post, &url, &kind, &body).await.unwrap();
    (status, body)
}

pub(crate) fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|(own, _)| own == name)
        .map(|(_, value)| value.as_str())
}
