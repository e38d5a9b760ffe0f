//! The credential whose key never leaves the vault, against an authority that checks its signature.

use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use rhc_arm::fake::assign_role;
use rhc_core::fake::authority::{self, CallerKind};
use rhc_core::fake::directory::NewTenant;
use rhc_core::fake::{Fault, FaultKind, Match, ObjectKind, Occurrence, TenantKind, Vantage};
use rhc_core::{AppId, TenantId};
use rhc_external_id::{
    CertificatePolicy, KeyVaultClient, SignatureAlgorithm, VaultSignedCredential,
    VaultSignedCredentialOptions,
};
use rhc_graph::{GraphClient, KeyCredential, KeyCredentials};
use serde_json::json;
use uuid::Uuid;

use super::support::{GROUP, SUBSCRIPTION, Stage};
use super::vault::{CRYPTO_USER, OFFICER, READER, add_vault, client_from, vault_id};

const NAME: &str = "rhc-hp2-qa-web";
const GRAPH: &str = "https://graph.microsoft.com/.default";

/// An app in its subnet, and its sign-in application in the customers' tenant.
struct App {
    stage: Stage,
    customers: Uuid,
    app: Uuid,
    officer: KeyVaultClient,
    /// The app's own way to the vault.
    inside: KeyVaultClient,
    keys: KeyCredentials,
    /// Whom to give roles.
    identity: Uuid,
}

impl App {
    async fn new() -> Self {
        let stage = Stage::new();
        rhc_graph::fake::mount(&stage.world);
        let subnet = format!(
            "/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/apps"
        );
        add_vault(&stage, |_| ());
        let (customers, application, app, identity) = stage.world.with(|state| {
            let creator = state.directory().creator_from(stage.tenant);
            let [customers, application, app, principal, identity, client] =
                std::array::from_fn(|_| state.uuid());
            let directory = state.directory();
            directory
                .create_tenant(NewTenant {
                    id: customers,
                    kind: TenantKind::ExternalId,
                    display_name: "rhc-b2c-qa".to_owned(),
                    initial_domain: "rhcqa.onmicrosoft.com".to_owned(),
                    country: "US".to_owned(),
                    creator,
                })
                .unwrap();
            directory.add_administrator(customers, "admin").unwrap();
            let mut insert = |tenant, kind, id, body: serde_json::Value| {
                let body = body.as_object().unwrap().clone();
                directory.insert_settled(tenant, kind, id, body).unwrap();
            };
            insert(
                customers,
                ObjectKind::Application,
                application,
                json!({"appId": app, "displayName": NAME, "signInAudience": "AzureADMyOrg"}),
            );
            insert(
                customers,
                ObjectKind::ServicePrincipal,
                principal,
                json!({"appId": app, "displayName": NAME, "servicePrincipalType": "Application", "accountEnabled": true}),
            );
            insert(
                stage.tenant,
                ObjectKind::ServicePrincipal,
                identity,
                json!({"appId": client, "displayName": "hp225qa-id", "servicePrincipalType": "ManagedIdentity",
                    "alternativeNames": ["isExplicit=True", "/subscriptions/s/resourcegroups/g/providers/id"]}),
            );
            let own = state.directory().operator(stage.tenant).unwrap();
            assign_role(state, &vault_id(), own, OFFICER);
            assign_role(state, &format!("{}/keys/{NAME}", vault_id()), identity, CRYPTO_USER);
            assign_role(state, &format!("{}/certificates/{NAME}", vault_id()), identity, READER);
            (customers, application, app, identity)
        });
        tokio::time::sleep(Duration::from_secs(31)).await;
        let world = &stage.world;
        let officer = client_from(
            &stage,
            Vantage::OUTSIDE,
            world.sign_in(&stage.tenant.to_string(), &[]),
        );
        let own = world.managed_identity(&stage.tenant.to_string(), identity);
        let inside = client_from(&stage, Vantage::Subnet(subnet), own);
        let operator = world.sign_in(&customers.to_string(), &["Application.ReadWrite.All"]);
        let options = rhc_graph::GraphClientOptions {
            client: world.client_options(),
            ..Default::default()
        };
        let graph = GraphClient::new(operator, Some(options)).unwrap();
        let keys = graph
            .applications()
            .key_credentials(rhc_core::ObjectId::new(application));
        Self {
            stage,
            customers,
            app,
            officer,
            inside,
            keys,
            identity,
        }
    }

    /// Makes a version; its public part.
    async fn version(&self) -> KeyCredential {
        let policy = CertificatePolicy::signing(format!("CN={NAME}"), 2048, 12);
        self.officer
            .create_certificate(NAME, &policy)
            .await
            .unwrap();
        let made = self.officer.made(NAME).await.unwrap();
        KeyCredential::certificate(made.version().unwrap(), made.cer.clone().unwrap())
    }

    /// Lets the directory know these, and everybody hear of it.
    async fn register(&self, all: &[KeyCredential]) {
        self.keys.replace(all).await.unwrap();
        tokio::time::sleep(Duration::from_secs(60)).await;
    }

    fn credential_with(
        &self,
        change: impl FnOnce(&mut VaultSignedCredentialOptions),
    ) -> VaultSignedCredential {
        let mut options = VaultSignedCredentialOptions {
            client: self.stage.world.client_options(),
            ..VaultSignedCredentialOptions::default()
        };
        change(&mut options);
        VaultSignedCredential::new(
            self.inside.clone(),
            NAME,
            TenantId::new(self.customers),
            AppId::new(self.app),
            Some(options),
        )
        .unwrap()
    }

    fn credential(&self) -> VaultSignedCredential {
        self.credential_with(|_| ())
    }

    /// Who the token's bearer is.
    async fn caller(&self, credential: &VaultSignedCredential) -> Option<Uuid> {
        let token = credential.get_token(&[GRAPH], None).await.unwrap();
        let mut headers = axum::http::HeaderMap::new();
        let value = format!("Bearer {}", token.token.secret());
        headers.insert("authorization", value.parse().unwrap());
        let audience = &["https://graph.microsoft.com"];
        let caller = self
            .stage
            .world
            .with(|state| authority::authenticate(state, &headers, audience).unwrap());
        assert_eq!(caller.kind, CallerKind::App);
        assert_eq!(caller.tenant, self.customers);
        assert!(token.expires_on > self.stage.world.now());
        caller.app_id
    }

    async fn refused(&self, credential: &VaultSignedCredential) -> String {
        let error = credential.get_token(&[GRAPH], None).await.unwrap_err();
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            text.push_str(&format!(": {error}"));
            cause = error.source();
        }
        text
    }
}

#[tokio::test(start_paused = true)]
async fn the_vault_signs_and_the_authority_takes_it_for_a_token_of_the_customers_tenant() {
    let app = App::new().await;
    let own = app.version().await;
    app.register(&[own]).await;
    for authority in [
        None,
        Some("https://login.microsoftonline.com"),
        Some("https://rhcqa.ciamlogin.com"),
    ] {
        for algorithm in [SignatureAlgorithm::Ps256, SignatureAlgorithm::Rs256] {
            let credential = app.credential_with(|options| {
                options.authority = authority.map(|url| url.parse().unwrap());
                options.algorithm = algorithm;
            });
            assert_eq!(app.caller(&credential).await, Some(app.app));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_certificate_that_the_application_does_not_have_proves_nothing() {
    let app = App::new().await;
    app.version().await;
    let said = app.refused(&app.credential()).await;
    assert!(
        said.contains("AADSTS700027") && said.contains("not found"),
        "{said}"
    );
}

#[tokio::test(start_paused = true)]
async fn after_its_end_a_certificate_proves_nothing() {
    let app = App::new().await;
    let mut own = app.version().await;
    let end = app.stage.world.now() + time::Duration::hours(2);
    own.end_date_time = Some(rhc_core::fake::respond::timestamp(end));
    app.register(&[own]).await;
    let credential = app.credential();
    assert_eq!(app.caller(&credential).await, Some(app.app));
    tokio::time::sleep(Duration::from_secs(3 * 60 * 60)).await;
    let said = app.refused(&credential).await;
    assert!(
        said.contains("AADSTS700027") && said.contains("expired"),
        "{said}"
    );
}

#[tokio::test(start_paused = true)]
async fn through_a_rotation_there_is_a_token_at_every_moment() {
    let app = App::new().await;
    let first = app.version().await;
    app.register(std::slice::from_ref(&first)).await;
    let running = app.credential();
    assert_eq!(app.caller(&running).await, Some(app.app));

    // The vault has a new version, and the directory has not heard of it.
    let second = app.version().await;
    assert_eq!(app.caller(&running).await, Some(app.app));
    assert_eq!(app.caller(&app.credential()).await, Some(app.app));
    // Both count.
    app.register(&[second.clone(), first]).await;
    assert_eq!(app.caller(&running).await, Some(app.app));
    // The first is gone, and the running program still has it in mind.
    app.register(&[second]).await;
    assert_eq!(app.caller(&running).await, Some(app.app));
}

#[tokio::test(start_paused = true)]
async fn without_the_roles_or_the_subnet_the_vault_does_not_sign_and_that_is_said() {
    let app = App::new().await;
    let own = app.version().await;
    app.register(&[own]).await;
    let identity = app
        .stage
        .world
        .managed_identity(&app.stage.tenant.to_string(), app.identity);
    let outside = client_from(
        &app.stage,
        Vantage::Outside([198, 51, 100, 9].into()),
        identity,
    );
    let credential = VaultSignedCredential::new(
        outside,
        NAME,
        TenantId::new(app.customers),
        AppId::new(app.app),
        None,
    )
    .unwrap();
    let said = app.refused(&credential).await;
    assert!(
        said.contains("firewall") && said.contains("subnet"),
        "{said}"
    );

    app.stage.world.with(|state| {
        use rhc_arm::fake::{Arm, ROLE_ASSIGNMENTS};
        let arm = state.section::<Arm>();
        let gone: Vec<String> = arm
            .everywhere(ROLE_ASSIGNMENTS)
            .filter(|own| own.id().contains("/keys/"))
            .map(|own| rhc_arm::fake::key(own.id()))
            .collect();
        assert_eq!(gone.len(), 1);
        arm.resources.retain(|id, _| !gone.contains(id));
    });
    let said = app.refused(&app.credential()).await;
    assert!(said.contains("Key Vault Crypto User"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_busy_authority_is_asked_again() {
    let app = App::new().await;
    let own = app.version().await;
    app.register(&[own]).await;
    for kind in [
        FaultKind::ConnectionRefused,
        FaultKind::Status {
            code: 503,
            headers: Vec::new(),
            body: Default::default(),
        },
    ] {
        app.stage.world.faults().add(Fault {
            matches: Match {
                path_contains: Some(format!("{}/oauth2/v2.0/token", app.customers)),
                occurrence: Occurrence::First(2),
                ..Match::default()
            },
            kind,
        });
        assert_eq!(app.caller(&app.credential()).await, Some(app.app));
    }
    assert_eq!(app.stage.world.faults().struck(), 4);
}

#[tokio::test(start_paused = true)]
async fn debug_shows_where_and_who_and_nothing_that_signs() {
    let app = App::new().await;
    let own = app.version().await;
    app.register(&[own]).await;
    let credential = Arc::new(app.credential());
    assert_eq!(app.caller(&credential).await, Some(app.app));
    let shown = format!("{credential:?}");
    assert!(shown.contains("hp225qa-kv") && shown.contains(&app.app.to_string()));
    assert!(shown.len() < 400, "{shown}");
    let insecure = VaultSignedCredential::new(
        app.inside.clone(),
        NAME,
        TenantId::new(app.customers),
        AppId::new(app.app),
        Some(VaultSignedCredentialOptions {
            authority: Some("http://login.microsoftonline.com".parse().unwrap()),
            ..VaultSignedCredentialOptions::default()
        }),
    );
    assert!(insecure.unwrap_err().message().contains("https"));
}
