//! Each diagnosis, by breaking that link.

use std::time::Duration;

use azure_core::credentials::AccessToken;
use rhc_core::fake::authority::{GITHUB_ISSUER, app_token, external_assertion};
use rhc_core::fake::{FaultKind, ObjectKind, Read, Replication};
use rhc_core::{AppId, ErrorKind, Result, TenantId};
use rhc_sql_identity::{
    AssertionSource, Cause, CrossTenantCredential, Diagnosis, Link, ManagedIdentity, WorkflowToken,
};
use serde_json::json;
use uuid::Uuid;

use super::place::{EXCHANGE, Place, SQL, trust};

const AUTHORITY: &str = "login.microsoftonline.com";
const SUBJECT: &str = "repo:vokworks-ronk/hp225:environment:qa";

pub(crate) fn broken(found: &Diagnosis, link: Link, cause: Cause, parts: &[&str]) {
    let own = found.broken.as_ref().unwrap_or_else(|| panic!("{found}"));
    assert_eq!((own.link, own.cause), (link, cause), "{found}");
    assert!(found.seen.iter().all(|own| own.link < link), "{found}");
    assert_eq!(found.holds(), cause == Cause::Propagation);
    let text = found.to_string();
    for part in parts {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("eyJ"), "{text}");
}

/// Whatever it is told to say.
#[derive(Debug)]
struct Says(AccessToken);

#[async_trait::async_trait]
impl AssertionSource for Says {
    fn name(&self) -> String {
        "somebody".to_owned()
    }

    async fn assertion(&self, _: &str) -> Result<AccessToken> {
        Ok(self.0.clone())
    }
}

fn with(place: &Place, source: impl AssertionSource + 'static) -> CrossTenantCredential {
    let (tenant, app) = (TenantId::new(place.database), AppId::new(place.app));
    CrossTenantCredential::new(source, tenant, app, Some(place.options())).unwrap()
}

pub(crate) async fn diagnosis(place: &Place) -> Diagnosis {
    place.credential().diagnose(SQL).await
}

#[tokio::test(start_paused = true)]
async fn a_chain_that_holds_is_shown_link_by_link() {
    let place = Place::new().await;
    let found = diagnosis(&place).await;
    assert!(found.holds() && found.broken.is_none());
    let links: Vec<_> = found.seen.iter().map(|own| own.link).collect();
    assert_eq!(
        links,
        [
            Link::Identity,
            Link::Authority,
            Link::Tenant,
            Link::Application,
            Link::Trust,
            Link::Resource,
            Link::Token,
        ]
    );
    let text = found.to_string();
    let issuer = place.issuer();
    for part in [
        issuer.as_str(),
        &place.principal.to_string(),
        EXCHANGE,
        &place.database.to_string(),
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("eyJ"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn there_is_no_identity_here() {
    let place = Place::new().await;
    let options = place.world.client_options();
    let nowhere = ManagedIdentity::on_virtual_machine(place.client, Some(&options)).unwrap();
    let found = with(&place, nowhere).diagnose(SQL).await;
    broken(
        &found,
        Link::Identity,
        Cause::NoIdentityHere,
        &["no virtual machine of Azure"],
    );
}

#[tokio::test(start_paused = true)]
async fn the_identity_is_not_assigned() {
    let place = Place::new().await;
    let other = AppId::new(Uuid::from_u128(9));
    let environment = place.machine.environment();
    let of = |name: &str| environment.get(name).cloned();
    let options = place.world.client_options();
    let other = ManagedIdentity::of_environment(of, other, Some(&options)).unwrap();
    let found = with(&place, other).diagnose(SQL).await;
    broken(
        &found,
        Link::Identity,
        Cause::NotAssigned,
        &["assign the identity"],
    );
    // On a virtual machine the words differ, and the finding does not.
    let other = ManagedIdentity::on_virtual_machine(
        AppId::new(Uuid::from_u128(9)),
        Some(&place.on_machine()),
    );
    let found = with(&place, other.unwrap()).diagnose(SQL).await;
    broken(
        &found,
        Link::Identity,
        Cause::NotAssigned,
        &["Identity not found"],
    );
}

#[tokio::test(start_paused = true)]
async fn the_source_does_not_know_this_program() {
    let place = Place::new().await;
    let endpoint = place.machine.environment()["IDENTITY_ENDPOINT"].clone();
    let options = place.world.client_options();
    let guess = ManagedIdentity::at_endpoint(&endpoint, "guess", place.client, Some(&options));
    let found = with(&place, guess.unwrap()).diagnose(SQL).await;
    broken(
        &found,
        Link::Identity,
        Cause::NotAllowed,
        &["IDENTITY_HEADER"],
    );
    let run = place.world.workflow_run(SUBJECT);
    let url = run.request_url.parse().unwrap();
    let stranger = WorkflowToken::new(&url, "guess".to_owned(), Some(&options)).unwrap();
    let found = with(&place, stranger).diagnose(SQL).await;
    broken(
        &found,
        Link::Identity,
        Cause::NotAllowed,
        &["id-token: write"],
    );
}

#[tokio::test(start_paused = true)]
async fn the_source_or_the_authority_is_busy_or_away() {
    let place = Place::new().await;
    place.answers("169.254.129.2", 503, &json!({}));
    broken(
        &diagnosis(&place).await,
        Link::Identity,
        Cause::Busy,
        &["try again"],
    );
    let place = Place::new().await;
    place.answers("169.254.129.2", 200, &json!({"what": "a proxy"}));
    broken(
        &diagnosis(&place).await,
        Link::Identity,
        Cause::Unknown,
        &["in the source's place"],
    );
    let place = Place::new().await;
    place.answers(AUTHORITY, 503, &json!({}));
    broken(
        &diagnosis(&place).await,
        Link::Authority,
        Cause::Busy,
        &["try again"],
    );
    let place = Place::new().await;
    place.answers(AUTHORITY, 400, &json!({"error": "temporarily_unavailable"}));
    broken(
        &diagnosis(&place).await,
        Link::Authority,
        Cause::Busy,
        &["try again"],
    );
    let place = Place::new().await;
    place.fault(AUTHORITY, FaultKind::ConnectionRefused);
    broken(
        &diagnosis(&place).await,
        Link::Authority,
        Cause::Unreachable,
        &[AUTHORITY, "firewall"],
    );
    let place = Place::new().await;
    place.answers(
        AUTHORITY,
        418,
        &json!({"error": "teapot", "error_description": "AADSTS1: …"}),
    );
    broken(
        &diagnosis(&place).await,
        Link::Authority,
        Cause::Unknown,
        &["request id"],
    );
}

#[tokio::test(start_paused = true)]
async fn the_tenant_is_wrong() {
    let place = Place::new().await;
    let nowhere = Uuid::from_u128(0xdead);
    let found = place.credential_of(nowhere, place.app).diagnose(SQL).await;
    broken(
        &found,
        Link::Tenant,
        Cause::UnknownTenant,
        &[&nowhere.to_string(), "cloud"],
    );
}

#[tokio::test(start_paused = true)]
async fn the_tenant_is_wrong_whatever_number_says_so() {
    let place = Place::new().await;
    let nowhere = Uuid::from_u128(0xdead);
    // The authority's words are gone; that it knows no such tenant is seen elsewhere.
    place.world.faults().add(rhc_core::fake::Fault {
        matches: rhc_core::fake::Match {
            path_contains: Some("/oauth2/v2.0/token".to_owned()),
            ..rhc_core::fake::Match::default()
        },
        kind: FaultKind::Status {
            code: 400,
            headers: Vec::new(),
            body: json!({"error": "invalid_request", "error_description": "AADSTS99: new"})
                .to_string()
                .into(),
        },
    });
    let found = place.credential_of(nowhere, place.app).diagnose(SQL).await;
    broken(&found, Link::Tenant, Cause::UnknownTenant, &[]);
}

#[tokio::test(start_paused = true)]
async fn the_service_principal_is_missing() {
    let place = Place::new().await;
    place.expel(place.database);
    let found = diagnosis(&place).await;
    let tenant = place.database.to_string();
    broken(
        &found,
        Link::Application,
        Cause::MissingServicePrincipal,
        &["service principal", &tenant],
    );
}

#[tokio::test(start_paused = true)]
async fn the_service_principal_is_missing_whatever_number_says_so() {
    let place = Place::new().await;
    place.world.faults().add(rhc_core::fake::Fault {
        matches: rhc_core::fake::Match {
            path_contains: Some(format!("/{}/oauth2/v2.0/token", place.database)),
            ..rhc_core::fake::Match::default()
        },
        kind: FaultKind::Status {
            code: 401,
            headers: Vec::new(),
            body: json!({"error": "invalid_client", "error_description": "AADSTS99: new"})
                .to_string()
                .into(),
        },
    });
    // The identity's own tenant gives a token: the trust is right.
    broken(
        &diagnosis(&place).await,
        Link::Application,
        Cause::MissingServicePrincipal,
        &[],
    );
    // It does not: the trust is not.
    place.expel(place.home);
    broken(
        &diagnosis(&place).await,
        Link::Trust,
        Cause::Untrusted,
        &[&place.issuer(), EXCHANGE],
    );
}

#[tokio::test(start_paused = true)]
async fn the_service_principal_is_missing_in_both_tenants() {
    let place = Place::new().await;
    place.expel(place.database);
    place.expel(place.home);
    broken(
        &diagnosis(&place).await,
        Link::Application,
        Cause::MissingServicePrincipal,
        &[],
    );
}

#[tokio::test(start_paused = true)]
async fn the_application_is_unknown_or_of_one_tenant() {
    let place = Place::new().await;
    let found = place
        .credential_of(place.database, Uuid::from_u128(4))
        .diagnose(SQL)
        .await;
    broken(
        &found,
        Link::Application,
        Cause::UnknownApplication,
        &["client id"],
    );
    place.expel(place.database);
    place.set_app("signInAudience", json!("AzureADMyOrg"));
    broken(
        &diagnosis(&place).await,
        Link::Application,
        Cause::UnknownApplication,
        &["AzureADMultipleOrgs"],
    );
}

#[tokio::test(start_paused = true)]
async fn the_service_principal_is_disabled() {
    let place = Place::new().await;
    place.world.with(|state| {
        let directory = state.directory();
        let found = directory.service_principal(place.database, place.app, Read::Authoritative);
        let id = found.unwrap().id;
        let off = json!(false);
        directory
            .update(place.database, id, |body| {
                body.insert("accountEnabled".into(), off)
            })
            .unwrap();
    });
    broken(
        &diagnosis(&place).await,
        Link::Application,
        Cause::DisabledApplication,
        &["accountEnabled"],
    );
}

#[tokio::test(start_paused = true)]
async fn nobody_is_trusted() {
    let place = Place::new().await;
    place.set_app("federatedIdentityCredentials", json!([]));
    let parts = [
        place.issuer(),
        place.principal.to_string(),
        EXCHANGE.to_owned(),
    ];
    let parts: Vec<_> = parts.iter().map(String::as_str).collect();
    broken(
        &diagnosis(&place).await,
        Link::Trust,
        Cause::NoFederatedCredential,
        &parts,
    );
}

#[tokio::test(start_paused = true)]
async fn the_issuer_the_subject_or_the_audience_is_another() {
    let place = Place::new().await;
    place.set_trust("issuer", json!(format!("{}/", place.issuer())));
    broken(
        &diagnosis(&place).await,
        Link::Trust,
        Cause::Issuer,
        &[&place.issuer(), "slashes"],
    );
    // The client id in place of the principal id.
    place.set_trust("subject", json!(place.client.to_string()));
    let principal = format!("`{}`", place.principal);
    broken(
        &diagnosis(&place).await,
        Link::Trust,
        Cause::Subject,
        &[&principal, "not the client id"],
    );
    place.set_trust("audiences", json!(["api://AzureADTokenExchangeChina"]));
    broken(
        &diagnosis(&place).await,
        Link::Trust,
        Cause::Audience,
        &["`api://AzureADTokenExchange`"],
    );
}

#[tokio::test(start_paused = true)]
async fn the_registration_stands_in_the_wrong_tenant() {
    let place = Place::new().await;
    let credentials = json!([trust(&place.issuer(), &place.principal.to_string())]);
    let local = place.register(place.database, credentials);
    place.world.with(|state| {
        let id = state.uuid();
        let body =
            json!({"appId": local, "displayName": "bridge", "servicePrincipalType": "Application"});
        let body = serde_json::from_value(body).unwrap();
        let kind = ObjectKind::ServicePrincipal;
        state
            .directory()
            .insert(place.database, kind, id, body)
            .unwrap();
    });
    let found = place
        .credential_of(place.database, local)
        .diagnose(SQL)
        .await;
    broken(
        &found,
        Link::Trust,
        Cause::RegistrationTenant,
        &["identity's own tenant"],
    );
}

#[tokio::test(start_paused = true)]
async fn the_token_is_not_a_managed_identitys_own() {
    let place = Place::new().await;
    let minted = place
        .world
        .with(|state| app_token(state, place.home, place.app, EXCHANGE).unwrap());
    let exchanged = AccessToken::new(minted.token, minted.expires_on);
    let found = with(&place, Says(exchanged)).diagnose(SQL).await;
    broken(&found, Link::Trust, Cause::TokenKind, &["exchanged before"]);
}

#[tokio::test(start_paused = true)]
async fn the_token_is_over() {
    let place = Place::new().await;
    let old = place.identity().assertion(EXCHANGE).await.unwrap();
    tokio::time::advance(Duration::from_secs(25 * 60 * 60)).await;
    let found = with(&place, Says(old)).diagnose(SQL).await;
    broken(&found, Link::Trust, Cause::Expired, &["clock"]);
}

#[tokio::test(start_paused = true)]
async fn the_issuer_cannot_be_reached() {
    let place = Place::new().await;
    let issuer = "https://oidc.example/c1";
    place.set_app(
        "federatedIdentityCredentials",
        json!([trust(issuer, "pod")]),
    );
    let token = place.world.with(|state| {
        external_assertion(state, issuer, "pod", EXCHANGE, Duration::from_secs(3600))
    });
    let token = AccessToken::new(token, place.world.now() + Duration::from_secs(3600));
    let found = with(&place, Says(token)).diagnose(SQL).await;
    let address = format!("{issuer}/.well-known/openid-configuration");
    broken(&found, Link::Trust, Cause::IssuerUnreachable, &[&address]);
}

#[tokio::test(start_paused = true)]
async fn a_workflow_that_is_not_trusted_is_told_its_subject() {
    let place = Place::new().await;
    place.set_app(
        "federatedIdentityCredentials",
        json!([trust(GITHUB_ISSUER, "repo:a/b:ref:refs/heads/main")]),
    );
    let run = place.world.workflow_run(SUBJECT);
    let options = place.world.client_options();
    let url = run.request_url.parse().unwrap();
    let source = WorkflowToken::new(&url, run.request_token, Some(&options)).unwrap();
    let found = with(&place, source).diagnose(SQL).await;
    broken(&found, Link::Trust, Cause::Subject, &[SUBJECT]);
}

#[tokio::test(start_paused = true)]
async fn the_service_is_unknown_or_the_scope_is_none() {
    let place = Place::new().await;
    for (scope, cause, part) in [
        (
            "https://nothing.example/.default",
            Cause::UnknownResource,
            "nothing.example",
        ),
        (
            "https://graph.microsoft.com/User.Read",
            Cause::Scope,
            "/.default",
        ),
    ] {
        let found = place.credential().diagnose(scope).await;
        broken(&found, Link::Resource, cause, &[part]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_token_is_of_another_tenant() {
    let place = Place::new().await;
    let minted = place.world.with(|state| {
        let sql = "https://database.windows.net";
        app_token(state, place.home, place.app, sql).unwrap()
    });
    place.answers(
        AUTHORITY,
        200,
        &json!({"access_token": minted.token.secret(), "expires_in": 3599}),
    );
    let found = diagnosis(&place).await;
    broken(
        &found,
        Link::Token,
        Cause::WrongToken,
        &[&place.home.to_string()],
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_just_made_is_waited_for() {
    let patient = |place: &Place| {
        let mut options = place.options();
        options.patience = Duration::from_secs(60);
        let (tenant, app) = (TenantId::new(place.database), AppId::new(place.app));
        CrossTenantCredential::new(place.identity(), tenant, app, Some(options)).unwrap()
    };
    let slow = Replication {
        point_read: Duration::from_secs(30),
        list: Duration::from_secs(40),
    };
    // A federated credential.
    let place = Place::lagging(slow).await;
    place.set_app("federatedIdentityCredentials", json!([]));
    tokio::time::advance(Duration::from_secs(60)).await;
    place.set_trust("name", json!("again"));
    broken(
        &diagnosis(&place).await,
        Link::Trust,
        Cause::NoFederatedCredential,
        &[],
    );
    let found = patient(&place).diagnose(SQL).await;
    let own = found.broken.as_ref().unwrap();
    assert_eq!(
        (own.link, own.cause, found.holds()),
        (Link::Trust, Cause::Propagation, true),
        "{found}"
    );
    assert!(own.what.contains("30 s"), "{found}");
    assert!(
        own.error
            .as_ref()
            .is_some_and(|own| own.has_code("AADSTS70025"))
    );
    // A service principal.
    let place = Place::lagging(slow).await;
    place.expel(place.database);
    tokio::time::advance(Duration::from_secs(60)).await;
    place.provision(place.database);
    let found = patient(&place).diagnose(SQL).await;
    let own = found.broken.as_ref().unwrap();
    assert_eq!(
        (own.link, own.cause),
        (Link::Application, Cause::Propagation),
        "{found}"
    );
    // What stays wrong is waited for once, and then named.
    let place = Place::lagging(slow).await;
    place.set_trust("subject", json!("another"));
    tokio::time::advance(Duration::from_secs(60)).await;
    let before = place.world.now();
    let found = patient(&place).diagnose(SQL).await;
    broken(&found, Link::Trust, Cause::Subject, &[]);
    assert!((place.world.now() - before).whole_seconds() >= 60);
    assert_ne!(
        found.broken.unwrap().error.unwrap().kind(),
        ErrorKind::NotSent
    );
}
