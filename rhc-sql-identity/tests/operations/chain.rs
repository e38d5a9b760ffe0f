//! The requests of the chain across tenants: an identity's own token, that of a workflow run or a pod, and the exchange.

use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::{AccessToken, TokenCredential};
use azure_core::http::HttpClient;
use rhc_core::fake::authority::{GITHUB_ISSUER, WorkflowRun, external_assertion};
use rhc_core::testing::{Connection, FixedCredential, Fixtures, Live, refusal};
use rhc_core::{AppId, ClientOptions, Cloud, Error, ErrorKind, Result, TenantId, TokenEndpoint};
use rhc_sql_identity::{
    AssertionSource, CrossTenantCredential, CrossTenantCredentialOptions, ManagedIdentity,
    WorkflowToken,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::chain_place::{EXCHANGE, Place, SQL, trust};

const SUBJECT: &str = "repo:vokworks-ronk/hp225:environment:qa";
const CLUSTER: &str = "https://oidc.example/c1/";
const POD: &str = "system:serviceaccount:hp2:api";

/// A place, and a run of a workflow on GitHub.
struct Ways {
    place: Place,
    workflow: WorkflowRun,
}

impl std::ops::Deref for Ways {
    type Target = Place;

    fn deref(&self) -> &Place {
        &self.place
    }
}

/// Records or replays one operation in a place that may be bent first.
async fn run<R>(
    operation: &str,
    bend: impl FnOnce(&mut Place),
    transport: impl FnOnce(&Place) -> Arc<dyn HttpClient>,
    call: impl Fn(Arc<Ways>, ClientOptions) -> R,
) where
    R: Future<Output = Result<Value>>,
{
    tokio::time::pause();
    let mut place = Place::new().await;
    tokio::time::resume();
    bend(&mut place);
    let workflow = place.world.workflow_run(SUBJECT);
    let place = Arc::new(Ways { place, workflow });
    let live = Live {
        transport: transport(&place),
        credential: FixedCredential::new(),
        clock: place.world.clock(),
        source: "embedded",
    };
    let call = |connection: Connection| call(Arc::clone(&place), connection.options);
    let value = Fixtures::of(env!("CARGO_MANIFEST_DIR"))
        .run(operation, async { live }, call)
        .await;
    crate::pin(operation, &value);
}

fn in_process(place: &Place) -> Arc<dyn HttpClient> {
    place.world.transport()
}

fn as_it_is(_: &mut Place) {}

/// All that a fixture keeps of a token.
fn until(token: Result<AccessToken>) -> Result<Value> {
    token.map(|token| json!({ "expires_on": token.expires_on.unix_timestamp() }))
}

/// All that a fixture keeps of a refusal.
fn refused<T>(result: Result<T>) -> Result<Value> {
    refusal(result).map(|refused| json!(refused))
}

fn container(
    place: &Place,
    client: AppId,
    header: Option<&str>,
    options: &ClientOptions,
) -> Result<ManagedIdentity> {
    let environment = place.machine.environment();
    let header = header.unwrap_or(&environment["IDENTITY_HEADER"]);
    ManagedIdentity::at_endpoint(
        &environment["IDENTITY_ENDPOINT"],
        header,
        client,
        Some(options),
    )
}

#[tokio::test]
async fn an_identity_of_a_container() {
    run(
        "token.identity",
        as_it_is,
        in_process,
        |place, options| async move {
            until(
                container(&place, place.client, None, &options)?
                    .assertion(EXCHANGE)
                    .await,
            )
        },
    )
    .await;
}

#[tokio::test]
async fn an_identity_that_the_container_does_not_have() {
    run(
        "token.identity.notAssigned",
        as_it_is,
        in_process,
        |place, options| async move {
            let other = AppId::new(Uuid::from_u128(9));
            refused(
                container(&place, other, None, &options)?
                    .assertion(EXCHANGE)
                    .await
                    .map(drop),
            )
        },
    )
    .await;
}

#[tokio::test]
async fn somebody_who_does_not_know_the_containers_secret() {
    run(
        "token.identity.stranger",
        as_it_is,
        in_process,
        |place, options| async move {
            let stranger = container(&place, place.client, Some("guess"), &options)?;
            refused(stranger.assertion(EXCHANGE).await.map(drop))
        },
    )
    .await;
}

#[tokio::test]
async fn an_identity_of_a_virtual_machine() {
    let on_it = |place: &Place| place.machine.transport();
    run(
        "token.metadata",
        as_it_is,
        on_it,
        |place, options| async move {
            until(
                ManagedIdentity::on_virtual_machine(place.client, Some(&options))?
                    .assertion(EXCHANGE)
                    .await,
            )
        },
    )
    .await;
    run(
        "token.metadata.notFound",
        as_it_is,
        on_it,
        |_, options| async move {
            let other = ManagedIdentity::on_virtual_machine(
                AppId::new(Uuid::from_u128(9)),
                Some(&options),
            )?;
            refused(other.assertion(EXCHANGE).await.map(drop))
        },
    )
    .await;
}

/// A run on GitHub, or somebody who guesses its secret.
fn workflow(place: &Ways, guess: Option<&str>, options: &ClientOptions) -> Result<WorkflowToken> {
    let run = &place.workflow;
    let url = run
        .request_url
        .parse()
        .map_err(|_| Error::invalid("test", "no address"))?;
    let secret = guess.map_or_else(|| run.request_token.secret().to_owned(), str::to_owned);
    WorkflowToken::new(&url, secret, Some(options))
}

#[tokio::test]
async fn a_run_of_a_workflow() {
    run(
        "token.run",
        as_it_is,
        in_process,
        |place, options| async move {
            let token = workflow(&place, None, &options)?
                .assertion(EXCHANGE)
                .await?;
            assert!(!token.token.secret().is_empty());
            Ok(json!("a token"))
        },
    )
    .await;
    run(
        "token.run.refused",
        as_it_is,
        in_process,
        |place, options| async move {
            refused(
                workflow(&place, Some("guess"), &options)?
                    .assertion(EXCHANGE)
                    .await
                    .map(drop),
            )
        },
    )
    .await;
}

/// The bridge app's token of a tenant.
async fn exchanged(
    source: impl AssertionSource + 'static,
    tenant: Uuid,
    app: Uuid,
    client: ClientOptions,
) -> Result<Value> {
    let options = CrossTenantCredentialOptions {
        client,
        patience: Duration::ZERO,
        ..CrossTenantCredentialOptions::default()
    };
    let (tenant, app) = (TenantId::new(tenant), AppId::new(app));
    let credential = CrossTenantCredential::new(source, tenant, app, Some(options))?;
    let token = credential.get_token(&[SQL], None).await;
    let token =
        token.map_err(|error| Error::new(ErrorKind::Credential, "test", error.to_string()))?;
    assert!(!token.token.secret().is_empty());
    Ok(json!("a token"))
}

#[tokio::test]
async fn an_exchange_for_an_identity() {
    run(
        "token.exchange",
        as_it_is,
        in_process,
        |place, options| async move {
            let source = container(&place, place.client, None, &options)?;
            exchanged(source, place.database, place.app, options).await
        },
    )
    .await;
}

#[tokio::test]
async fn an_exchange_for_a_run_of_a_workflow() {
    let trusting = |place: &mut Place| {
        place.set_app(
            "federatedIdentityCredentials",
            json!([trust(GITHUB_ISSUER, SUBJECT)]),
        );
    };
    run(
        "token.exchange.workflow",
        trusting,
        in_process,
        |place, options| async move {
            let source = workflow(&place, None, &options)?;
            exchanged(source, place.database, place.app, options).await
        },
    )
    .await;
}

/// What a cluster projects into a pod.
#[derive(Debug)]
struct Projected(AccessToken);

#[async_trait::async_trait]
impl AssertionSource for Projected {
    fn name(&self) -> String {
        "the pod".to_owned()
    }

    async fn assertion(&self, _: &str) -> Result<AccessToken> {
        Ok(self.0.clone())
    }
}

fn pod(place: &Place) -> Projected {
    let hour = Duration::from_secs(3600);
    let token = place
        .world
        .with(|state| external_assertion(state, CLUSTER, POD, EXCHANGE, hour));
    Projected(AccessToken::new(token, place.world.clock().now() + hour))
}

#[tokio::test]
async fn an_exchange_for_a_pod() {
    let trusting = |place: &mut Place| {
        place.world.add_issuer(CLUSTER);
        place.set_app("federatedIdentityCredentials", json!([trust(CLUSTER, POD)]));
    };
    run("token.exchange.cluster", trusting, in_process, |place, options| async move {
        exchanged(pod(&place), place.database, place.app, options).await
    })
    .await;
}

/// What the authority refuses, each with its own words.
macro_rules! refusals_of_the_authority {
    ($($test:ident: $operation:literal, |$place:ident| $bend:expr;)*) => {
        $(#[tokio::test]
        async fn $test() {
            run($operation, |$place| { $bend; }, in_process, |place, options| async move {
                let source = container(&place, place.client, None, &options)?;
                let token = source.assertion(EXCHANGE).await?.token;
                let (cloud, tenant) = (Cloud::public(), TenantId::new(place.database));
                let endpoint = TokenEndpoint::new(&cloud.authority, tenant, &options)?;
                refused(endpoint.exchange(AppId::new(place.app), &token, SQL, None).await)
            })
            .await;
        })*
    };
}

refusals_of_the_authority! {
    nobody_is_trusted: "token.exchange.noTrust", |place| place.set_app("federatedIdentityCredentials", json!([]));
    another_issuer_is_trusted: "token.exchange.issuer", |place| place.set_trust("issuer", json!("https://login.microsoftonline.com/other/v2.0"));
    another_subject_is_trusted: "token.exchange.subject", |place| place.set_trust("subject", json!("other"));
    another_audience_is_trusted: "token.exchange.audience", |place| place.set_trust("audiences", json!(["api://other"]));
    there_is_no_service_principal: "token.exchange.noPrincipal", |place| place.expel(place.database);
    the_tenant_is_not_there: "token.exchange.noTenant", |place| place.database = Uuid::from_u128(0xdead);
}
