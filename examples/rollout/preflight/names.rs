//! Names that somebody else has, or that something deleted still holds.
//!
//! Page: [soft delete](https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview).

use rhc_arm::types::communication::CommunicationService;
use rhc_arm::types::container_registry::Registry;
use rhc_arm::types::key_vault::Vault;
use rhc_arm::types::storage::StorageAccount;
use rhc_arm::{ResourceGroupScope, ResourceType, SubscriptionScope};
use rhc_core::TenantId;
use rhc_external_id::CiamDirectories;
use rhc_sql_identity::{SqlServer, SqlServers};

use super::cloud::Places;
use super::found::Found;
use super::subscriptions::{Known, place_of};
use super::{Finding, pages};
use crate::manifest::{Manifest, Tenant};

/// Whether a tenant that the rollout would make is there and somebody else's: then nobody signs in to it.
///
/// The rollout's own is known by its resource in the subscription that pays for it.
pub(super) async fn taken_domain(
    manifest: &Manifest,
    tenant: &Tenant,
    id: TenantId,
    places: &Places,
    known: &Known,
    found: &mut Found,
) -> bool {
    // A given id was compared before.
    let (None, Some(directory)) = (&tenant.id, &tenant.directory) else {
        return false;
    };
    let domain = &tenant.domain;
    let key = &directory.subscription;
    let payer = place_of(manifest, places, key);
    let held = match (known.id(key), payer) {
        (Some(subscription), Some(payer)) => {
            let all = CiamDirectories::new(payer.arm.clone());
            let scope = payer.arm.subscription(&subscription);
            match all.in_scope(scope.id()).list().collect_all().await {
                Ok(all) => all
                    .iter()
                    .any(|own| own.properties.made_tenant_id() == Some(id)),
                Err(error) => {
                    let question = format!("whether the tenant {domain} is this environment's");
                    let who = format!("'{}'", payer.key);
                    found.failed(question, &who, &error, pages::EXTERNAL_TENANT);
                    return false;
                }
            }
        }
        _ if known.to_be_made.contains(key) => false,
        // Why it is not known was said where it was asked for.
        _ => return false,
    };
    if !held {
        found.say(Finding::stop(
            "initial-domain-taken",
            pages::EXTERNAL_TENANT,
            format!("the domain {domain} is taken: the tenant {id} has it, and nothing in the subscription that would pay for it says that it is this environment's"),
            "if it is yours, give its id in the environment file with made_by = \"exists\"; if not, choose another domain there: this one can never be had",
        ));
    }
    !held
}

/// Names that are of one kind in all of Azure: whether somebody else has them. What is there as the environment's own is not
/// asked about.
pub(super) async fn taken(manifest: &Manifest, places: &Places, known: &Known, found: &mut Found) {
    for (_, app) in manifest.apps() {
        let place = place_of(manifest, places, &app.subscription);
        let (Some(place), Some(id)) = (place, known.id(&app.subscription)) else {
            // That it cannot be seen is said of its vault.
            continue;
        };
        let asking = Asking {
            scope: place.arm.subscription(&id),
            group: place.arm.resource_group(&id, &app.resource_group),
            who: format!("'{}'", place.key),
        };
        if !found.names(&app.key_vault) {
            asking
                .ask::<Vault>("key vault", &app.key_vault, found)
                .await;
        }
        for name in &app.communication.services {
            asking
                .ask::<CommunicationService>("Communication Service", name, found)
                .await;
        }
        if let Some(registry) = &app.registry {
            asking
                .ask::<Registry>("container registry", &registry.name, found)
                .await;
        }
        if let Some(storage) = &app.storage {
            asking
                .ask::<StorageAccount>("storage account", &storage.name, found)
                .await;
        }
    }
    server(manifest, places, known, found).await;
}

/// Where names are asked for.
struct Asking {
    scope: SubscriptionScope,
    group: ResourceGroupScope,
    who: String,
}

impl Asking {
    async fn ask<R: ResourceType>(&self, what: &str, name: &str, found: &mut Found) {
        let question = format!("whether the name of the {what} {name} is free");
        let there = match self.group.resources::<R>().get_opt(name).await {
            Ok(there) => there.is_some(),
            Err(error) => return found.failed(question, &self.who, &error, pages::NAMES),
        };
        if there {
            return;
        }
        match self.scope.name_availability::<R>(name).await {
            Ok(answer) if answer.name_available == Some(false) => {
                let why = answer.message.or(answer.reason.map(|why| why.to_string()));
                found.say(name_taken(what, name, why));
            }
            Ok(_) => {}
            Err(error) => found.failed(question, &self.who, &error, pages::NAMES),
        }
    }
}

/// The SQL server, whose provider answers in a form of its own.
async fn server(manifest: &Manifest, places: &Places, known: &Known, found: &mut Found) {
    let database = &manifest.database;
    let place = place_of(manifest, places, &database.subscription);
    let (Some(place), Some(id)) = (place, known.id(&database.subscription)) else {
        return;
    };
    let name = &database.server;
    let question = format!("whether the name of the SQL server {name} is free");
    let who = format!("'{}'", place.key);
    let group = place.arm.resource_group(&id, &database.resource_group);
    match group.resources::<SqlServer>().get_opt(name).await {
        Ok(None) => {}
        Ok(Some(_)) => return,
        Err(error) => return found.failed(question, &who, &error, pages::NAMES),
    }
    let servers = SqlServers::new(place.arm.clone());
    match servers.check_name(&id, name).await {
        Ok(answer) if answer.available == Some(false) => {
            let why = answer.message.or(answer.reason.map(|why| why.to_string()));
            found.say(name_taken("SQL server", name, why));
        }
        Ok(_) => {}
        Err(error) => found.failed(question, &who, &error, pages::NAMES),
    }
}

fn name_taken(what: &str, name: &str, why: Option<String>) -> Finding {
    let why = why.unwrap_or_else(|| "Azure gives no reason".to_owned());
    Finding::stop(
        "name-taken",
        pages::NAMES,
        format!(
            "the name {name} cannot be had by the {what} of the environment file, as it is one in all of Azure: {why}"
        ),
        "if it is yours, it stands in another resource group: delete it there, or name that group; if not, choose another name in the environment file",
    )
}

/// A deleted vault keeps its name until it is purged, and the rollout turns on the protection that keeps it from being purged.
pub(super) async fn deleted_vaults(
    manifest: &Manifest,
    places: &Places,
    known: &Known,
    found: &mut Found,
) {
    let location = &manifest.environment.location;
    for (_, app) in manifest.apps() {
        let name = &app.key_vault;
        let question = format!("whether a deleted key vault holds the name {name}");
        let Some(own) = manifest.subscription(&app.subscription) else {
            continue;
        };
        let (Some(id), Some(place)) = (
            known.id(&app.subscription),
            place_of(manifest, places, &app.subscription),
        ) else {
            let why = format!(
                "the subscription {} is not there yet, or is not seen",
                own.name
            );
            let way_out = "if one does, the step of the vault is refused and says so";
            found.unseen(question, why, way_out, pages::DELETED_VAULTS);
            continue;
        };
        let vaults = place.arm.subscription(&id).deleted_vaults(location);
        let deleted = match vaults.get_opt(name).await {
            Ok(None) => continue,
            Ok(Some(deleted)) => deleted,
            Err(error) => {
                found.failed(question, &own.name, &error, pages::DELETED_VAULTS);
                continue;
            }
        };
        let properties = deleted.properties;
        let until = properties.scheduled_purge_date.as_deref();
        let until = until.unwrap_or("it is purged");
        let tags = properties.tags.as_ref();
        let mark = tags.and_then(|tags| tags.get("rhc-environment"));
        if mark.is_some_and(|mark| *mark == manifest.environment.name) {
            found.say(Finding::note(
                "vault-of-this-environment-deleted",
                pages::DELETED_VAULTS,
                format!(
                    "the key vault {name} was deleted, and {} keeps it until {until}",
                    own.name
                ),
                "nothing is to be done: apply recovers it, with what is in it",
            ));
            continue;
        }
        let recover = format!(
            "recover it: az keyvault recover --subscription '{}' --name {name}",
            own.name
        );
        let way_out = if properties.purge_protection_enabled == Some(true) {
            format!(
                "{recover}; nobody can purge it before that date, so otherwise name another vault in the environment file"
            )
        } else {
            format!(
                "{recover}; or purge it for good: az keyvault purge --subscription '{}' --name {name}; or name another vault in the environment file",
                own.name
            )
        };
        found.say(Finding::stop(
            "vault-name-of-a-deleted-one",
            pages::DELETED_VAULTS,
            format!(
                "a deleted key vault holds the name {name} in {} until {until}",
                own.name
            ),
            way_out,
        ));
    }
}
