//! A World with two tenants: two apps with their identities and bridge apps in the one, a SQL server with their databases in the other.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rhc_arm::types::managed_identity::UserAssignedIdentity;
use rhc_arm::{ArmClient, Resource, ResourceId};
use rhc_core::fake::authority::Machine;
use rhc_core::fake::{ObjectKind, Read, Replication, State, World, WorldOptions};
use rhc_core::{AppId, Cloud, TenantId};
use rhc_sql_identity::fake::{CatalogueUser, SqlSection, TdsServers, Vantage};
use rhc_sql_identity::{
    CrossTenantCredential, CrossTenantCredentialOptions, Dial, ManagedIdentity, Sid, SqlAddress,
    TdsDatabases, TdsOptions, Wire,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{EXCHANGE, Said};

pub(super) const SERVER: &str = "rhc-qa-sqlsvr";
pub(super) const HOST: &str = "rhc-qa-sqlsvr.database.windows.net";
const SUBSCRIPTION: Uuid = Uuid::from_u128(0x5b);

/// An app.
#[derive(Debug)]
pub(super) struct App {
    pub(super) name: &'static str,
    pub(super) identity: &'static str,
    pub(super) database: &'static str,
    pub(super) user: &'static str,
    pub(super) table: &'static str,
    roles: &'static [&'static str],
    /// Its client id as a number, the same in every tenant.
    bridge: u128,
}

pub(super) const HP2: App = App {
    name: "HP2",
    identity: "hp225qa-id",
    database: "hp2_db",
    user: "rhc-hp2-qa-db",
    table: "app.practice",
    roles: &["db_datareader", "db_datawriter"],
    bridge: 0x83d5_9817_87fd_4a0f_a6b9_09c0_4d12_6368,
};
pub(super) const SMX: App = App {
    name: "SMX",
    identity: "smx25qa-id",
    database: "smx_db",
    user: "rhc-smx-qa-db",
    table: "app.message",
    roles: &["db_datareader"],
    bridge: 0x5c1e_0e02_5e9b_4f6e_9d7a_3b0f_8e52_11aa,
};

/// The World and the ways through it, which a break may bend.
pub(super) struct Place {
    pub(super) world: World,
    pub(super) servers: TdsServers,
    pub(super) home: Uuid,
    pub(super) database: Uuid,
    /// The tenant that is asked.
    pub(super) asked: Uuid,
    /// From where the server is reached.
    pub(super) from: Vantage,
    /// The root that the app trusts.
    pub(super) root: String,
    /// Each app's identity: its principal and its client.
    identities: Vec<(&'static str, Uuid, AppId)>,
    /// The identity's client id that the app asks with, if that is another one.
    pub(super) asks_as: Option<AppId>,
    machine: Machine,
}

fn object(body: Value) -> Said<Map<String, Value>> {
    Ok(serde_json::from_value(body)?)
}

impl Place {
    /// Everything as it must be.
    pub(super) async fn new() -> Said<Self> {
        let world = World::new(WorldOptions {
            replication: Replication::NONE,
            ..WorldOptions::default()
        });
        rhc_arm::fake::mount(&world);
        rhc_sql_identity::fake::mount(&world);
        let (home, database) = world.with(tenants)?;
        let credential = world.sign_in(&home.to_string(), &[]);
        let arm = ArmClient::new(credential, Some(world.client_options().into()))?;
        let group: ResourceId =
            format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/apps").parse()?;
        let mut identities = Vec::new();
        for app in [&HP2, &SMX] {
            let identity = Resource::<UserAssignedIdentity>::default().at("eastus2");
            let made = arm
                .resources::<UserAssignedIdentity>(group.clone())
                .put(app.identity, &identity)
                .await?;
            let made = serde_json::to_value(&made)?;
            let id = |name: &str| {
                made["properties"][name]
                    .as_str()
                    .unwrap_or_default()
                    .parse::<Uuid>()
            };
            identities.push((
                app.identity,
                id("principalId")?,
                AppId::new(id("clientId")?),
            ));
        }
        let principals: Vec<_> = identities
            .iter()
            .map(|(_, principal, _)| *principal)
            .collect();
        let servers = TdsServers::new(&world)?;
        let place = Self {
            machine: world.machine(home, &principals),
            root: servers.root_certificate().to_owned(),
            from: Vantage::Inside,
            asked: database,
            asks_as: None,
            world,
            servers,
            home,
            database,
            identities,
        };
        for app in [&HP2, &SMX] {
            place.register(app)?;
            place.grant(app, Sid::of_application(place.bridge(app)));
        }
        // What was made is known everywhere by then.
        tokio::time::advance(Duration::from_secs(120)).await;
        Ok(place)
    }

    pub(super) fn bridge(&self, app: &App) -> AppId {
        AppId::new(Uuid::from_u128(app.bridge))
    }

    /// An identity's principal and client.
    pub(super) fn ids(&self, app: &App) -> Said<(Uuid, AppId)> {
        let known = self
            .identities
            .iter()
            .find(|(name, ..)| *name == app.identity);
        let (_, principal, client) = known.ok_or("there is no such identity")?;
        Ok((*principal, *client))
    }

    /// What the bridge app has to trust.
    pub(super) fn trust(&self, app: &App) -> Said<Value> {
        Ok(json!({
            "name": app.identity,
            "issuer": format!("https://login.microsoftonline.com/{}/v2.0", self.home),
            "subject": self.ids(app)?.0,
            "audiences": [EXCHANGE],
        }))
    }

    /// The bridge app in the hosting tenant, and a service principal of it in both.
    fn register(&self, app: &App) -> Said {
        let (bridge, trust) = (self.bridge(app), self.trust(app)?);
        self.world.with(|state| {
            let body = object(json!({
                "appId": bridge, "displayName": app.user, "signInAudience": "AzureADMultipleOrgs",
                "federatedIdentityCredentials": [trust],
            }))?;
            let id = state.uuid();
            state.directory().insert(self.home, ObjectKind::Application, id, body)?;
            for tenant in [self.home, self.database] {
                let body = object(json!({
                    "appId": bridge, "displayName": app.user, "servicePrincipalType": "Application", "accountEnabled": true,
                }))?;
                let id = state.uuid();
                state.directory().insert(tenant, ObjectKind::ServicePrincipal, id, body)?;
            }
            Ok(())
        })
    }

    /// The app's user in its database.
    pub(super) fn grant(&self, app: &App, sid: Sid) {
        self.world.with(|state| {
            let catalogue = state
                .section::<SqlSection>()
                .catalogue_mut(SERVER, app.database);
            let user = CatalogueUser {
                sid,
                kind: "E".to_owned(),
                authentication_type: 4,
                roles: app.roles.iter().map(|role| (*role).to_owned()).collect(),
                permissions: Default::default(),
            };
            catalogue.users.insert(app.user.to_owned(), user);
            catalogue.tables.insert(app.table.to_owned());
        });
    }

    /// Changes a property of the bridge app's registration.
    pub(super) fn set_registration(&self, app: &App, name: &str, value: Value) -> Said {
        let bridge = Uuid::from_u128(app.bridge);
        self.world.with(|state| {
            let directory = state.directory();
            let found = directory.application(bridge, Read::Authoritative);
            let id = found.ok_or("there is no such registration")?.1.id;
            directory.update(self.home, id, |body| body.insert(name.to_owned(), value))?;
            Ok(())
        })
    }

    /// Changes a property of the bridge app's service principal in the databases' tenant, or takes it out.
    pub(super) fn set_principal(&self, app: &App, change: Option<(&str, Value)>) -> Said {
        let bridge = Uuid::from_u128(app.bridge);
        self.world.with(|state| {
            let directory = state.directory();
            let found = directory.service_principal(self.database, bridge, Read::Authoritative);
            let id = found.ok_or("there is no such service principal")?.id;
            match change {
                None => directory.delete(self.database, id).map(drop)?,
                Some((name, value)) => {
                    directory
                        .update(self.database, id, |body| {
                            body.insert(name.to_owned(), value)
                        })
                        .map(drop)?;
                }
            }
            Ok(())
        })
    }

    /// Changes the server's network.
    pub(super) fn set_server(&self, child: &str, properties: &Value) {
        self.world.with(|state| put(state, child, properties));
    }

    /// The app's identity, as its container has it.
    pub(super) fn identity(&self, app: &App) -> Said<ManagedIdentity> {
        let environment = self.machine.environment();
        let client = match self.asks_as {
            Some(other) => other,
            None => self.ids(app)?.1,
        };
        let of = |name: &str| environment.get(name).cloned();
        Ok(ManagedIdentity::of_environment(
            of,
            client,
            Some(&self.world.client_options()),
        )?)
    }

    /// The way over the bridge.
    pub(super) fn credential(&self, app: &App) -> Said<CrossTenantCredential> {
        let options = CrossTenantCredentialOptions {
            client: self.world.client_options(),
            // Whoever asks wants to know how it is now.
            patience: Duration::ZERO,
            ..CrossTenantCredentialOptions::default()
        };
        let tenant = TenantId::new(self.asked);
        Ok(CrossTenantCredential::new(
            self.identity(app)?,
            tenant,
            self.bridge(app),
            Some(options),
        )?)
    }

    /// The way to databases.
    pub(super) fn databases(&self, app: &App) -> Said<TdsDatabases> {
        let mut options = TdsOptions::default();
        options.root = Some(self.root.clone());
        options.clock = self.world.clock();
        let dial = Arc::new(InProcess {
            servers: self.servers.clone(),
            from: self.from.clone(),
        });
        let credential = Arc::new(self.credential(app)?);
        Ok(TdsDatabases::through(
            &Cloud::public(),
            credential,
            options,
            dial,
        ))
    }

    pub(super) fn address(&self, database: &str) -> Said<SqlAddress> {
        Ok(SqlAddress::new(&Cloud::public(), HOST, database)?)
    }
}

fn tenants(state: &mut State) -> Said<(Uuid, Uuid)> {
    let home = state.directory().add_workforce_tenant("hosting")?;
    let database = state.directory().add_workforce_tenant("rhcdbcore")?;
    let owner = state
        .directory()
        .operator(home)
        .ok_or("the tenant has no operator")?;
    let providers = &["Microsoft.ManagedIdentity"];
    rhc_arm::fake::create_subscription(state, SUBSCRIPTION, "apps", home, owner, providers);
    let group = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/apps");
    let body = json!({"id": group, "location": "eastus2", "properties": {"provisioningState": "Succeeded"}});
    rhc_arm::fake::put_resource(state, body);
    let owner = state
        .directory()
        .operator(database)
        .ok_or("the tenant has no operator")?;
    let subscription = Uuid::from_u128(0xdb);
    rhc_arm::fake::create_subscription(
        state,
        subscription,
        "databases",
        database,
        owner,
        &["Microsoft.Sql"],
    );
    let connection = json!({"privateLinkServiceConnectionState": {"status": "Approved"}});
    for (child, properties) in [
        ("", json!({"publicNetworkAccess": "Disabled"})),
        ("/privateEndpointConnections/apps", connection),
        ("/databases/hp2_db", json!({"status": "Online"})),
        ("/databases/smx_db", json!({"status": "Online"})),
    ] {
        put(state, child, &properties);
    }
    Ok((home, database))
}

fn put(state: &mut State, child: &str, properties: &Value) {
    let group = format!(
        "/subscriptions/{}/resourceGroups/databases",
        Uuid::from_u128(0xdb)
    );
    let id = format!("{group}/providers/Microsoft.Sql/servers/{SERVER}{child}");
    rhc_arm::fake::put_resource(state, json!({"id": id, "properties": properties}));
}

/// The network, in process.
#[derive(Debug)]
struct InProcess {
    servers: TdsServers,
    from: Vantage,
}

#[async_trait]
impl Dial for InProcess {
    async fn dial(&self, host: &str, _: u16) -> io::Result<Box<dyn Wire>> {
        Ok(Box::new(self.servers.connect(host, self.from.clone())))
    }
}
