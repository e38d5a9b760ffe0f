//! The steps of the environment: what the environment file says, as things that can be looked at and written.
//!
//! [`environment`] reads like the environment itself, stage by stage. Nearly everything in Azure is one
//! [`ArmStep`](arm_resource::ArmStep); what is not has a file of its own.

pub mod arm_resource;
mod audit;
pub mod baseline;
mod certificate;
pub mod clients;
pub mod customers;
mod database;
pub mod delivery;
pub mod directory;
pub mod domains;
mod doors;
pub mod entra_logs;
mod failure;
mod following;
mod groups;
mod monitoring;
mod network;
mod private_path;
pub mod probe;
mod site;
pub mod stack;
pub mod subscriptions;
mod surroundings;
pub mod sweeps;
pub mod tenants;

use std::sync::Arc;

use rhc_arm::ResourceType;
use rhc_arm::types::insights::Component;
use rhc_arm::types::network::PrivateEndpoint;

pub(crate) use certificate::{named, role_words};
pub use clients::{Clients, Connect, TenantRef};
pub use doors::sql_door;

use crate::engine::{GraphError, Key, Meta, Rollout, Stage, Step, Survey, Sweep};
use crate::manifest::{MadeBy, Manifest, TagOwner, Tenant};
use database::Administrators;
use directory::object_id;
use site::{Account, Site};
use stack::Ground;
use subscriptions::Owner;
use tenants::{
    AdministratorsStep, ExternalTenantStep, TenantByHandStep, external::Place, tenant_id,
};

/// The whole environment of a file, as far as this version goes: subscriptions, tenants, databases, network, the apps and
/// their bridges to the databases.
///
/// # Errors
/// Where the steps do not fit together, which is a mistake in this program and not in the file.
pub fn environment(manifest: &Manifest, clients: &Clients) -> Result<Rollout, GraphError> {
    let mut site = Site::new(manifest, clients.clone());
    let (hosting, database) = (
        &manifest.environment.hosting_tenant,
        manifest
            .tenant_of_subscription(&manifest.database.subscription)
            .unwrap_or_default(),
    );

    let host = site.tenant(hosting);
    let payer = site.tenant(&manifest.billing.tenant);
    let billing = site.billing(&payer);
    let mut accounts = std::collections::BTreeMap::<&str, Account>::new();
    for (key, file) in manifest
        .subscriptions
        .iter()
        .filter(|(_, file)| file.tenant == *hosting)
    {
        let mut account = site.own_subscription(file, &host, &billing);
        site.providers(&mut account, key);
        accounts.insert(key, account);
    }
    let (customers, _) = manifest
        .customer_tenant()
        .map_or(("", None), |(key, tenant)| (key, Some(tenant)));
    let customers_home = site.external_tenant(customers, &accounts);
    let sign_in = customers_home
        .as_ref()
        .map(|(tenant, people)| (tenant, site.customers(tenant, people)));

    let databases_home = site.tenant(database);
    let people = site.administrators(
        database,
        &databases_home,
        &manifest.database.administrators.native_administrator,
    );
    site.baseline(&databases_home, &people);
    let operator = people.output("operatorObjectId");
    for (key, file) in manifest
        .subscriptions
        .iter()
        .filter(|(_, file)| file.tenant == database && file.tenant != *hosting)
    {
        let owner = Owner {
            tenant: databases_home.clone(),
            object: operator.clone(),
        };
        let mut account = site.others_subscription(file, &payer, owner, &billing);
        site.providers(&mut account, key);
        accounts.insert(key, account);
    }

    let settled: Vec<Key> = accounts
        .values()
        .filter(|account| account.tenant.key == databases_home.key)
        .map(|account| account.id.key().clone())
        .collect();
    site.strangers(&databases_home, &people, &settled, &host);

    let automation = &manifest.automation.unique_name;
    let registration = site.multi_tenant_application(
        Stage::TENANTS,
        &host,
        automation,
        "as which the automation acts in every tenant; it has no secret",
    );
    site.principal(
        Stage::TENANTS,
        &host,
        automation,
        &registration,
        &[],
        "the automation in the hosting tenant",
    );
    let automation = site.principal(
        Stage::TENANTS,
        &databases_home,
        automation,
        &registration,
        &[&people],
        "the automation in the databases' tenant",
    );

    let mut sweeps: Vec<Arc<dyn Sweep>> = Vec::new();
    if let (Some(databases), Some(network)) = (
        accounts.get(manifest.database.subscription.as_str()),
        accounts.get(manifest.network.subscription.as_str()),
    ) {
        let group = site.group(
            databases,
            Stage::DATABASE,
            &manifest.database.resource_group,
            TagOwner::Shared,
        );
        let mut databases = site.database(
            &group,
            &Administrators {
                person: operator,
                automation: object_id(&automation),
            },
        );
        let group = site.group(
            network,
            Stage::NETWORK,
            &manifest.network.resource_group,
            TagOwner::Shared,
        );
        let network = site.network(&group);
        let open = site.private_path(&group, &network, &databases.server, &databases_home);
        databases.open_to_administrators.extend(open);
        let vaults = site.path_to_vaults(&group, &network);
        let ground = Ground {
            network: &network,
            vaults: vaults.as_ref(),
            databases: &databases,
            database_tenant: &databases_home,
            customers: sign_in.as_ref().map(|(tenant, made)| (*tenant, made)),
        };
        let workspaces = site.stacks(&accounts, &ground);
        for (database, made) in &databases.all {
            sweeps.push(Arc::new(stack::UnknownUsers::new(
                clients.clone(),
                databases_home.clone(),
                manifest,
                database,
                made,
            )));
        }
        let shared = manifest.shared_logs_of();
        if let Some(shared) = shared.and_then(|app| workspaces.get(app)) {
            site.audit(&accounts, shared, &network, &databases);
        }
    }
    site.domains(&accounts);
    for account in accounts.values().filter(|account| !account.is_anothers) {
        site.subscription_tags(account);
    }
    for (key, app) in manifest.apps() {
        if let Some(account) = accounts.get(app.subscription.as_str()) {
            site.delivery(key, app, account);
        }
    }
    let databases = (databases_home.clone(), people.clone());
    let reached: Vec<_> = customers_home
        .clone()
        .into_iter()
        .chain([databases])
        .collect();
    site.entra_export(&reached);
    site.retention();
    for account in accounts.values() {
        sweeps.push(Arc::new(sweeps::MarkedResources::new(
            clients.clone(),
            account.tenant.clone(),
            account.id.clone(),
            &manifest.environment.name,
        )));
    }
    let registered_in = std::iter::once(&host).chain(customers_home.iter().map(|(home, _)| home));
    for tenant in registered_in {
        sweeps.push(Arc::new(sweeps::MarkedApplications::new(
            clients.clone(),
            tenant.clone(),
            &manifest.environment.name,
        )));
    }
    let names_of = |kind: &str| -> Vec<String> {
        let metas = site.steps.iter().map(|step| step.meta());
        let own = metas.filter(|meta| meta.kind == kind);
        own.map(|meta| meta.name.clone()).collect()
    };
    let (endpoints, components) = (names_of(PrivateEndpoint::TYPE), names_of(Component::TYPE));
    let surveys: Vec<Arc<dyn Survey>> = accounts
        .values()
        .map(|account| {
            Arc::new(surroundings::SubscriptionSurvey::new(
                clients.clone(),
                account.tenant.clone(),
                account.id.clone(),
                &manifest.environment.name,
                endpoints.clone(),
                components.clone(),
            )) as Arc<dyn Survey>
        })
        .collect();
    let doors = doors::KnownDoors(clients.clone());
    let rollout = Rollout::new(&manifest.environment.name, site.steps)?.with_doors(Arc::new(doors));
    let rollout = sweeps.into_iter().fold(rollout, Rollout::with_sweep);
    Ok(surveys.into_iter().fold(rollout, Rollout::with_survey))
}

impl Site<'_> {
    /// A tenant whose id the file gives, or that is found by its domain.
    fn tenant(&mut self, key: &str) -> TenantRef {
        let Some(file) = self.manifest.tenant(key) else {
            return TenantRef::unknown(key);
        };
        match file.id.as_ref().and_then(|id| id.parse().ok()) {
            Some(id) => TenantRef::given(key, id),
            None => TenantRef::known_after(key, tenant_id(&self.tenant_by_hand(key, file))),
        }
    }

    fn tenant_by_hand(&mut self, key: &str, file: &Tenant) -> Key {
        let meta = Meta::new(
            format!("tenants/{}", file.domain),
            Stage::TENANTS,
            key,
            "tenant",
            &file.domain,
        )
        .why("holds the databases, and nobody from outside");
        let step = TenantByHandStep::new(meta, self.clients.clone(), file);
        match self
            .steps
            .iter()
            .find(|known| known.meta().key == step.meta().key)
        {
            Some(known) => known.meta().key.clone(),
            None => self.add(step),
        }
    }

    /// The customers' tenant, and the step of its native administrators.
    fn external_tenant(
        &mut self,
        key: &str,
        accounts: &std::collections::BTreeMap<&str, Account>,
    ) -> Option<(TenantRef, Key)> {
        let file = self.manifest.tenant(key)?;
        let id = match (file.made_by, &file.directory) {
            (MadeBy::Rollout, Some(directory)) => {
                let account = accounts.get(directory.subscription.as_str())?;
                let group = self.group(
                    account,
                    Stage::TENANTS,
                    &directory.resource_group,
                    TagOwner::Shared,
                );
                let mut meta = self.meta::<rhc_external_id::CiamDirectory>(
                    Stage::TENANTS,
                    &account.tenant,
                    &directory.name,
                    "holds the customers' identities, and nothing else",
                )
                .stays("a tenant is not deleted with its environment: its domain could never be had again; the portal deletes it (Manage tenants), once it is empty");
                if let Some(provider) = account.providers.get("Microsoft.AzureActiveDirectory") {
                    meta = meta.needs(provider);
                }
                let place = Place {
                    payer: account.tenant.clone(),
                    subscription: account.guid.clone(),
                    group: group.id.clone(),
                    environment: self.environment(),
                    tags: group.tags.clone(),
                };
                let step =
                    ExternalTenantStep::new(meta, self.clients.clone(), place, file, directory);
                TenantRef::known_after(key, tenant_id(&self.add(step)))
            }
            _ => self.tenant(key),
        };
        let operator = file
            .native_administrators
            .iter()
            .find(|one| !one.break_glass)
            .map_or("", |one| one.user.as_str());
        let people = self.administrators(key, &id, operator);
        Some((id, people))
    }

    fn administrators(&mut self, key: &str, id: &TenantRef, operator: &str) -> Key {
        let Some(file) = self.manifest.tenant(key) else {
            return Key::new(key);
        };
        let meta = Meta::new(format!("tenants/{}/native-administrators", file.domain), Stage::TENANTS, key, "native administrators", &file.domain)
            .why("whoever makes a tenant is an outsider in it; people of its own must take over before it is secured");
        let step = AdministratorsStep::new(meta, self.clients.clone(), id.clone(), file, operator);
        self.add(step)
    }
}
