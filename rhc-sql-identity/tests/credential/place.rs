//! A hosting tenant with a managed identity that Resource Manager made, a bridge app that trusts it, and the databases' tenant.

use std::sync::Arc;
use std::time::Duration;

use azure_core::http::{HttpClient, Transport};
use rhc_arm::types::managed_identity::{
    FederatedCredential, FederatedCredentialProperties, UserAssignedIdentity,
};
use rhc_arm::{ArmClient, Resource, ResourceId};
use rhc_core::fake::authority::Machine;
use rhc_core::fake::{Fault, FaultKind, Match, Occurrence, Read, Replication};
use rhc_core::fake::{ObjectKind, World, WorldOptions};
use rhc_core::{AppId, ClientOptions, TenantId};
use rhc_sql_identity::{CrossTenantCredential, CrossTenantCredentialOptions, ManagedIdentity};
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub(crate) const EXCHANGE: &str = "api://AzureADTokenExchange";
pub(crate) const SQL: &str = "https://database.windows.net/.default";
const SUBSCRIPTION: Uuid = Uuid::from_u128(0x5b);

pub(crate) struct Place {
    pub(crate) world: World,
    pub(crate) home: Uuid,
    pub(crate) database: Uuid,
    /// The bridge app, the same in both tenants.
    pub(crate) app: Uuid,
    /// The identity's principal and its client.
    pub(crate) principal: Uuid,
    pub(crate) client: AppId,
    pub(crate) machine: Machine,
    arm: ArmClient,
    group: ResourceId,
}

fn object(body: Value) -> Map<String, Value> {
    serde_json::from_value(body).unwrap()
}

pub(crate) fn trust(issuer: &str, subject: &str) -> Value {
    json!({ "name": subject.replace([':', '/'], "-"), "issuer": issuer, "subject": subject, "audiences": [EXCHANGE] })
}

impl Place {
    pub(crate) async fn new() -> Self {
        Self::lagging(Replication::NONE).await
    }

    /// Everything as it must be, and settled.
    pub(crate) async fn lagging(replication: Replication) -> Self {
        let world = World::new(WorldOptions {
            replication,
            ..WorldOptions::default()
        });
        rhc_arm::fake::mount(&world);
        let (home, database) = world.with(|state| {
            let home = state.directory().add_workforce_tenant("hosting").unwrap();
            let database = state.directory().add_workforce_tenant("rhcdbcore").unwrap();
            let owner = state.directory().operator(home).unwrap();
            let providers = &["Microsoft.ManagedIdentity"];
            rhc_arm::fake::create_subscription(state, SUBSCRIPTION, "qa", home, owner, providers);
            let group = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/hp2-rg");
            let body = json!({"id": group, "location": "eastus2", "properties": {"provisioningState": "Succeeded"}});
            rhc_arm::fake::put_resource(state, body);
            (home, database)
        });
        let credential = world.sign_in(&home.to_string(), &[]);
        let arm = ArmClient::new(credential, Some(world.client_options().into())).unwrap();
        let group: ResourceId = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/hp2-rg")
            .parse()
            .unwrap();
        let identity = Resource::<UserAssignedIdentity>::default().at("eastus2");
        let made = arm
            .resources::<UserAssignedIdentity>(group.clone())
            .put("hp225qa-id", &identity)
            .await
            .unwrap();
        let made = serde_json::to_value(&made).unwrap();
        let id = |name: &str| made["properties"][name].as_str().unwrap().to_owned();
        let (principal, client): (Uuid, AppId) = (
            id("principalId").parse().unwrap(),
            id("clientId").parse().unwrap(),
        );
        let machine = world.machine(home, &[principal]);
        let mut place = Self {
            world,
            home,
            database,
            app: Uuid::nil(),
            principal,
            client,
            machine,
            arm,
            group,
        };
        let issuer = place.issuer();
        place.app = place.register(home, json!([trust(&issuer, &principal.to_string())]));
        place.provision(home);
        place.provision(database);
        tokio::time::advance(Duration::from_secs(120)).await;
        place
    }

    pub(crate) fn issuer(&self) -> String {
        format!("https://login.microsoftonline.com/{}/v2.0", self.home)
    }

    /// Another registration, with its client id.
    pub(crate) fn register(&self, tenant: Uuid, credentials: Value) -> Uuid {
        self.world.with(|state| {
            let (id, app) = (state.uuid(), state.uuid());
            let body = object(json!({
                "appId": app, "displayName": "bridge", "signInAudience": "AzureADMultipleOrgs",
                "federatedIdentityCredentials": credentials,
            }));
            let kind = ObjectKind::Application;
            state.directory().insert(tenant, kind, id, body).unwrap();
            app
        })
    }

    /// The bridge app's service principal in a tenant.
    pub(crate) fn provision(&self, tenant: Uuid) {
        self.world.with(|state| {
            let id = state.uuid();
            let body = object(json!({
                "appId": self.app, "displayName": "bridge", "servicePrincipalType": "Application", "accountEnabled": true,
            }));
            let kind = ObjectKind::ServicePrincipal;
            state.directory().insert(tenant, kind, id, body).unwrap();
        });
    }

    /// Takes the bridge app's service principal out of a tenant.
    pub(crate) fn expel(&self, tenant: Uuid) {
        self.world.with(|state| {
            let directory = state.directory();
            let found = directory.service_principal(tenant, self.app, Read::Authoritative);
            let id = found.unwrap().id;
            directory.delete(tenant, id).unwrap();
        });
    }

    /// Changes a property of the registration.
    pub(crate) fn set_app(&self, name: &str, value: Value) {
        self.world.with(|state| {
            let directory = state.directory();
            let id = directory
                .application(self.app, Read::Authoritative)
                .unwrap()
                .1
                .id;
            directory
                .update(self.home, id, |body| body.insert(name.to_owned(), value))
                .unwrap();
        });
    }

    /// Changes the one federated credential.
    pub(crate) fn set_trust(&self, name: &str, value: Value) {
        let mut own = trust(&self.issuer(), &self.principal.to_string());
        own[name] = value;
        self.set_app("federatedIdentityCredentials", json!([own]));
    }

    /// Lets an identity trust somebody, through Resource Manager.
    pub(crate) async fn let_identity_trust(&self, issuer: &str, subject: &str) {
        let identity = format!(
            "{}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/hp225qa-id",
            self.group
        );
        let trusts = FederatedCredentialProperties::new(issuer, subject, EXCHANGE);
        self.arm
            .resources::<FederatedCredential>(identity.parse::<ResourceId>().unwrap())
            .put("github-qa", &Resource::new(trusts))
            .await
            .unwrap();
    }

    /// Options of a client on the machine.
    pub(crate) fn on_machine(&self) -> ClientOptions {
        options_of(&self.world, self.machine.transport())
    }

    /// The identity, as an app of App Service or Container Apps has it.
    pub(crate) fn identity(&self) -> ManagedIdentity {
        let environment = self.machine.environment();
        let of = |name: &str| environment.get(name).cloned();
        ManagedIdentity::of_environment(of, self.client, Some(&self.world.client_options()))
            .unwrap()
    }

    pub(crate) fn credential(&self) -> CrossTenantCredential {
        self.credential_of(self.database, self.app)
    }

    pub(crate) fn credential_of(&self, tenant: Uuid, app: Uuid) -> CrossTenantCredential {
        let (tenant, app) = (TenantId::new(tenant), AppId::new(app));
        CrossTenantCredential::new(self.identity(), tenant, app, Some(self.options())).unwrap()
    }

    pub(crate) fn options(&self) -> CrossTenantCredentialOptions {
        CrossTenantCredentialOptions {
            client: self.world.client_options(),
            patience: Duration::ZERO,
            ..CrossTenantCredentialOptions::default()
        }
    }

    /// How often the authority was asked for a token, and the identity's endpoint.
    pub(crate) fn asked(&self) -> (usize, usize) {
        let log = self.world.log();
        let count = |part: &str| {
            let own = log.iter().filter(|own| {
                let path = &own.path_and_query;
                path.contains(part) && !path.contains("openid-configuration")
            });
            own.count()
        };
        (count("/oauth2/v2.0/token"), count("/msi/token"))
    }

    /// This answer of a host in place of its own.
    pub(crate) fn answers(&self, host: &str, status: u16, body: &Value) {
        self.fault(
            host,
            FaultKind::Status {
                code: status,
                headers: vec![("content-type".to_owned(), "application/json".to_owned())],
                body: body.to_string().into(),
            },
        );
    }

    pub(crate) fn fault(&self, host: &str, kind: FaultKind) {
        self.world.faults().add(Fault {
            matches: Match {
                host: Some(host.to_owned()),
                occurrence: Occurrence::Every,
                ..Match::default()
            },
            kind,
        });
    }
}

pub(crate) fn options_of(world: &World, transport: Arc<dyn HttpClient>) -> ClientOptions {
    let mut options = world.client_options();
    options.client_options.transport = Some(Transport::new(transport));
    options
}
