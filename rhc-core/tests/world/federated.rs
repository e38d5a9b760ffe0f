//! The chain from a managed identity to another tenant's services, and every way in which it is refused.

use std::time::Duration;

use rhc_core::fake::authority::{self, CallerKind};
use rhc_core::fake::directory::{GRAPH_COMMAND_LINE_TOOLS, ObjectKind, Read, Replication};
use rhc_core::fake::{World, WorldOptions};
use serde_json::{Value, json};
use uuid::Uuid;

use super::support::{app, identity, post, tenant, world};

pub(crate) const EXCHANGE: &str = "api://AzureADTokenExchange";
pub(crate) const SQL: &str = "https://database.windows.net/.default";

struct Chain {
    world: World,
    home: Uuid,
    database: Uuid,
    identity: Uuid,
    app: Uuid,
}

fn credential(home: Uuid, subject: &str) -> Value {
    json!([{
        "name": "uami",
        "issuer": format!("https://login.microsoftonline.com/{home}/v2.0"),
        "subject": subject,
        "audiences": [EXCHANGE],
    }])
}

/// Everything as it must be; `change` spoils the credential's JSON.
fn chain_with(change: impl FnOnce(&mut Value)) -> Chain {
    let world = world();
    let home = tenant(&world, "hosting");
    let database = tenant(&world, "rhcdbcore");
    let identity = identity(&world, home);
    let mut credentials = credential(home, &identity.to_string());
    change(&mut credentials);
    let app = app(&world, home, &[home, database], credentials);
    Chain {
        world,
        home,
        database,
        identity,
        app,
    }
}

fn chain() -> Chain {
    chain_with(|_| ())
}

impl Chain {
    fn assertion(&self) -> String {
        self.world.with(|state| {
            authority::managed_identity_token(state, self.home, self.identity, EXCHANGE)
                .unwrap()
                .token
                .secret()
                .to_owned()
        })
    }

    async fn exchange(&self, assertion: &str) -> (u16, Value) {
        let tenant = self.database.to_string();
        exchange(&self.world, &tenant, &self.app.to_string(), assertion, SQL).await
    }
}

pub(crate) async fn exchange(
    world: &World,
    tenant: &str,
    client: &str,
    assertion: &str,
    scope: &str,
) -> (u16, Value) {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", client),
        ("scope", scope),
        ("client_assertion", assertion),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
    ];
    post(world, &format!("{tenant}/oauth2/v2.0/token"), &form).await
}

pub(crate) fn bearer(token: &str) -> http::HeaderMap {
    let mut headers = http::HeaderMap::new();
    headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
    headers
}

pub(crate) fn refused(answer: &(u16, Value), status: u16, error: &str, number: u32) {
    let (got, body) = answer;
    assert_eq!(*got, status, "{body}");
    assert_eq!(body["error"], error, "{body}");
    assert_eq!(body["error_codes"], json!([number]), "{body}");
    let text = body["error_description"].as_str().unwrap();
    assert!(text.starts_with(&format!("AADSTS{number}: ")), "{text}");
    for field in ["timestamp", "trace_id", "correlation_id"] {
        assert!(body[field].is_string(), "{field} of {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_whole_chain_gives_a_token_of_the_database_tenant() {
    let chain = chain();
    let (status, body) = chain.exchange(&chain.assertion()).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(
        (&body["token_type"], &body["expires_in"]),
        (&json!("Bearer"), &json!(3599))
    );
    assert!(body.get("refresh_token").is_none());
    chain.world.with(|state| {
        let headers = bearer(body["access_token"].as_str().unwrap());
        let caller =
            authority::authenticate(state, &headers, &["https://database.windows.net/"]).unwrap();
        let principal = state
            .directory()
            .service_principal(chain.database, chain.app, Read::Point)
            .unwrap()
            .id;
        assert_eq!(caller.tenant, chain.database);
        assert_eq!(caller.object_id, principal);
        assert_eq!(
            (caller.app_id, caller.kind),
            (Some(chain.app), CallerKind::App)
        );
    });
}

#[tokio::test(start_paused = true)]
async fn a_workflows_own_token_is_the_assertion_itself() {
    let subject = "repo:vokworks-ronk/hp225:environment:qa";
    let issuer = "https://token.actions.githubusercontent.com";
    let chain = chain_with(|credentials| {
        credentials[0]["issuer"] = json!(issuer);
        credentials[0]["subject"] = json!(subject);
    });
    let minute = Duration::from_secs(60);
    let assertion = chain
        .world
        .with(|state| authority::external_assertion(state, issuer, subject, EXCHANGE, minute));
    let (status, body) = chain.exchange(assertion.secret()).await;
    assert_eq!(status, 200, "{body}");
}

#[tokio::test(start_paused = true)]
async fn refuses_an_unknown_tenant_90002() {
    let chain = chain();
    let app = chain.app.to_string();
    for name in [
        "nowhere.onmicrosoft.com",
        "organizations",
        &Uuid::nil().to_string(),
    ] {
        let answer = exchange(&chain.world, name, &app, &chain.assertion(), SQL).await;
        refused(&answer, 400, "invalid_request", 90002);
    }
}

#[tokio::test(start_paused = true)]
async fn refuses_an_unknown_app_700016() {
    let chain = chain();
    let tenant = chain.database.to_string();
    for client in [Uuid::from_u128(4).to_string(), "not-an-id".to_owned()] {
        let answer = exchange(&chain.world, &tenant, &client, &chain.assertion(), SQL).await;
        refused(&answer, 400, "unauthorized_client", 700_016);
    }
}

#[tokio::test(start_paused = true)]
async fn refuses_a_single_tenant_app_of_another_tenant_700016() {
    let chain = chain();
    let single = app(&chain.world, chain.home, &[chain.home], json!([]));
    chain.world.with(|state| {
        let directory = state.directory();
        let id = directory.application(single, Read::Point).unwrap().1.id;
        directory
            .update(chain.home, id, |body| {
                body.insert("signInAudience".into(), json!("AzureADMyOrg"))
            })
            .unwrap();
    });
    let tenant = chain.database.to_string();
    let answer = exchange(
        &chain.world,
        &tenant,
        &single.to_string(),
        &chain.assertion(),
        SQL,
    )
    .await;
    refused(&answer, 400, "unauthorized_client", 700_016);
}

#[tokio::test(start_paused = true)]
async fn refuses_an_app_without_service_principal_in_the_tenant_7000229() {
    let chain = chain();
    let elsewhere = app(
        &chain.world,
        chain.home,
        &[chain.home],
        credential(chain.home, &chain.identity.to_string()),
    );
    let tenant = chain.database.to_string();
    let client = elsewhere.to_string();
    let answer = exchange(&chain.world, &tenant, &client, &chain.assertion(), SQL).await;
    refused(&answer, 401, "invalid_client", 7_000_229);
}

#[tokio::test(start_paused = true)]
async fn refuses_a_disabled_app_7000112() {
    let chain = chain();
    chain.world.with(|state| {
        let directory = state.directory();
        let id = directory
            .service_principal(chain.database, chain.app, Read::Point)
            .unwrap()
            .id;
        directory
            .update(chain.database, id, |body| {
                body.insert("accountEnabled".into(), json!(false))
            })
            .unwrap();
    });
    let answer = chain.exchange(&chain.assertion()).await;
    refused(&answer, 400, "unauthorized_client", 7_000_112);
}

#[tokio::test(start_paused = true)]
async fn refuses_another_issuer_700211() {
    for issuer in [
        "https://login.microsoftonline.com/common/v2.0",
        " https://token.actions.githubusercontent.com",
    ] {
        let chain = chain_with(|credentials| credentials[0]["issuer"] = json!(issuer));
        let answer = chain.exchange(&chain.assertion()).await;
        refused(&answer, 401, "invalid_client", 700_211);
    }
}

#[tokio::test(start_paused = true)]
async fn refuses_another_subject_700213_and_looks_at_its_case() {
    for change in [
        |subject: &str| subject.to_uppercase(),
        |_: &str| Uuid::from_u128(3).to_string(),
    ] {
        let chain = chain_with(|credentials| {
            let subject = credentials[0]["subject"].as_str().unwrap().to_owned();
            credentials[0]["subject"] = json!(change(&subject));
        });
        let answer = chain.exchange(&chain.assertion()).await;
        refused(&answer, 401, "invalid_client", 700_213);
    }
}

#[tokio::test(start_paused = true)]
async fn refuses_another_audience_700212() {
    let chain = chain_with(|credentials| {
        credentials[0]["audiences"] = json!(["api://AzureADTokenExchangeChina"]);
    });
    let answer = chain.exchange(&chain.assertion()).await;
    refused(&answer, 401, "invalid_client", 700_212);
}

#[tokio::test(start_paused = true)]
async fn refuses_an_app_without_federated_credentials_70025() {
    let chain = chain_with(|credentials| *credentials = json!([]));
    let answer = chain.exchange(&chain.assertion()).await;
    refused(&answer, 401, "invalid_client", 70025);
}

#[tokio::test(start_paused = true)]
async fn refuses_an_identity_of_another_tenant_than_the_registrations_700236() {
    let chain = chain();
    let local = app(
        &chain.world,
        chain.database,
        &[chain.database],
        credential(chain.home, &chain.identity.to_string()),
    );
    let tenant = chain.database.to_string();
    let client = local.to_string();
    let answer = exchange(&chain.world, &tenant, &client, &chain.assertion(), SQL).await;
    refused(&answer, 401, "invalid_client", 700_236);
}

#[tokio::test(start_paused = true)]
async fn refuses_a_token_that_came_from_an_exchange_itself_700222() {
    let chain = chain();
    let home = chain.home.to_string();
    let client = chain.app.to_string();
    let scope = format!("{EXCHANGE}/.default");
    let (status, body) = exchange(&chain.world, &home, &client, &chain.assertion(), &scope).await;
    assert_eq!(status, 200, "{body}");
    let answer = chain.exchange(body["access_token"].as_str().unwrap()).await;
    refused(&answer, 401, "invalid_client", 700_222);
}

#[tokio::test(start_paused = true)]
async fn refuses_a_persons_token_as_assertion_700229() {
    let chain = chain();
    let token = chain.world.with(|state| {
        let user = state.directory().operator(chain.home).unwrap();
        let scope = "https://management.azure.com/.default";
        authority::person_token(state, chain.home, user, GRAPH_COMMAND_LINE_TOOLS, scope).unwrap()
    });
    let answer = chain.exchange(token.token.secret()).await;
    refused(&answer, 401, "invalid_client", 700_229);
}

#[tokio::test(start_paused = true)]
async fn refuses_an_expired_assertion_500133() {
    let chain = chain();
    let assertion = chain.assertion();
    tokio::time::advance(Duration::from_secs(24 * 3600)).await;
    let answer = chain.exchange(&assertion).await;
    refused(&answer, 401, "invalid_client", 500_133);
}

#[tokio::test(start_paused = true)]
async fn refuses_an_assertion_that_is_not_genuine_50013() {
    let chain = chain();
    let other = World::new(WorldOptions {
        seed: 2,
        ..WorldOptions::default()
    });
    let issuer = "https://token.actions.githubusercontent.com";
    let foreign = other.with(|state| {
        authority::external_assertion(state, issuer, "x", EXCHANGE, Duration::from_secs(60))
    });
    for assertion in [foreign.secret(), "not.a.token", "x"] {
        let answer = chain.exchange(assertion).await;
        refused(&answer, 401, "invalid_client", 50013);
    }
}

#[tokio::test(start_paused = true)]
async fn refuses_an_unknown_resource_500011() {
    let chain = chain();
    let tenant = chain.database.to_string();
    let client = chain.app.to_string();
    let scope = "https://nothing.example/.default";
    let answer = exchange(&chain.world, &tenant, &client, &chain.assertion(), scope).await;
    refused(&answer, 400, "invalid_resource", 500_011);
}

#[tokio::test(start_paused = true)]
async fn refuses_a_resource_whose_principal_was_removed_500011() {
    let chain = chain();
    chain.world.with(|state| {
        let directory = state.directory();
        let sql = directory.find(
            chain.database,
            ObjectKind::ServicePrincipal,
            "displayName",
            "Azure SQL Database",
            Read::Point,
        )[0]
        .id;
        directory.delete(chain.database, sql).unwrap();
    });
    let answer = chain.exchange(&chain.assertion()).await;
    refused(&answer, 400, "invalid_resource", 500_011);
}

#[tokio::test(start_paused = true)]
async fn refuses_a_client_secret_whatever_it_is_7000215() {
    let chain = chain();
    let client = chain.app.to_string();
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", client.as_str()),
        ("scope", SQL),
        ("client_secret", "hunter2"),
    ];
    let path = format!("{}/oauth2/v2.0/token", chain.database);
    let answer = post(&chain.world, &path, &form).await;
    refused(&answer, 401, "invalid_client", 7_000_215);
    let answer = post(&chain.world, &path, &form[..3]).await;
    refused(&answer, 401, "invalid_client", 7_000_216);
}

#[tokio::test(start_paused = true)]
async fn refuses_a_request_without_what_it_needs_900144() {
    let chain = chain();
    let client = chain.app.to_string();
    let path = format!("{}/oauth2/v2.0/token", chain.database);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", client.as_str()),
    ];
    for missing in 0..=form.len() {
        let answer = post(&chain.world, &path, &form[..missing]).await;
        refused(&answer, 400, "invalid_request", 900_144);
    }
    let answer = post(&chain.world, &path, &[("grant_type", "password")]).await;
    refused(&answer, 400, "unsupported_grant_type", 70003);
}

#[tokio::test(start_paused = true)]
async fn a_fresh_chain_works_only_once_it_is_replicated() {
    let world = World::new(WorldOptions {
        replication: Replication::default(),
        ..WorldOptions::default()
    });
    let home = tenant(&world, "hosting");
    let database = tenant(&world, "rhcdbcore");
    let identity = identity(&world, home);
    let assertion = world
        .with(|state| authority::managed_identity_token(state, home, identity, EXCHANGE).unwrap());
    let app = app(
        &world,
        home,
        &[home, database],
        credential(home, &identity.to_string()),
    );
    let tenant = database.to_string();
    let client = app.to_string();
    let answer = exchange(&world, &tenant, &client, assertion.token.secret(), SQL).await;
    refused(&answer, 400, "unauthorized_client", 700_016);
    tokio::time::advance(Duration::from_secs(6)).await;
    let (status, body) = exchange(&world, &tenant, &client, assertion.token.secret(), SQL).await;
    assert_eq!(status, 200, "{body}");
}

/// A World whose directory lags, with the app and its service principals settled, and a way to change the app.
async fn lagging(credentials: Value, present_in_database: bool) -> (World, Uuid, Uuid, Uuid, Uuid) {
    let world = World::new(WorldOptions {
        replication: Replication::default(),
        ..WorldOptions::default()
    });
    let home = tenant(&world, "hosting");
    let database = tenant(&world, "rhcdbcore");
    let identity = identity(&world, home);
    let present: &[Uuid] = if present_in_database {
        &[home, database]
    } else {
        &[home]
    };
    let app = app(&world, home, present, credentials);
    tokio::time::advance(Duration::from_secs(60)).await;
    (world, home, database, identity, app)
}

fn assertion_of(world: &World, home: Uuid, identity: Uuid) -> String {
    let minted = world
        .with(|state| authority::managed_identity_token(state, home, identity, EXCHANGE).unwrap());
    minted.token.secret().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_new_federated_credential_counts_once_it_is_replicated() {
    let (world, home, database, identity, app) = lagging(json!([]), true).await;
    world.with(|state| {
        let directory = state.directory();
        let id = directory.application(app, Read::Point).unwrap().1.id;
        let trust = credential(home, &identity.to_string());
        directory
            .update(home, id, |body| {
                body.insert("federatedIdentityCredentials".into(), trust)
            })
            .unwrap();
    });
    let assertion = assertion_of(&world, home, identity);
    let (tenant, client) = (database.to_string(), app.to_string());
    let answer = exchange(&world, &tenant, &client, &assertion, SQL).await;
    refused(&answer, 401, "invalid_client", 70025);
    tokio::time::advance(Duration::from_secs(6)).await;
    let (status, body) = exchange(&world, &tenant, &client, &assertion, SQL).await;
    assert_eq!(status, 200, "{body}");
}

#[tokio::test(start_paused = true)]
async fn a_new_service_principal_counts_once_it_is_replicated() {
    let (world, home, database, identity, app) = lagging(json!([]), false).await;
    world.with(|state| {
        let id = state.uuid();
        let body = super::support::object(json!({
            "appId": app, "displayName": "bridge", "servicePrincipalType": "Application",
        }));
        let kind = ObjectKind::ServicePrincipal;
        state.directory().insert(database, kind, id, body).unwrap();
    });
    let assertion = assertion_of(&world, home, identity);
    let (tenant, client) = (database.to_string(), app.to_string());
    let answer = exchange(&world, &tenant, &client, &assertion, SQL).await;
    refused(&answer, 401, "invalid_client", 7_000_229);
    tokio::time::advance(Duration::from_secs(6)).await;
    // The principal is known now; what is missing next is the trust.
    let answer = exchange(&world, &tenant, &client, &assertion, SQL).await;
    refused(&answer, 401, "invalid_client", 70025);
}

#[tokio::test(start_paused = true)]
async fn only_managed_identities_get_a_managed_identitys_token() {
    let chain = chain();
    chain.world.with(|state| {
        let user = state.directory().operator(chain.home).unwrap();
        let refused = authority::managed_identity_token(state, chain.home, user, EXCHANGE);
        assert_eq!(refused.unwrap_err().number(), 700_016);
        let elsewhere =
            authority::managed_identity_token(state, chain.database, chain.identity, EXCHANGE);
        assert_eq!(elsewhere.unwrap_err().number(), 700_016);
    });
}

#[tokio::test(start_paused = true)]
async fn what_is_minted_prints_as_nothing() {
    let chain = chain();
    let minted = chain.world.with(|state| {
        authority::managed_identity_token(state, chain.home, chain.identity, EXCHANGE).unwrap()
    });
    let shown = format!("{minted:?}");
    assert!(!shown.contains(minted.token.secret()), "{shown}");
    assert!(!shown.contains("eyJ"), "{shown}");
}
