//! Names that something deleted still holds.
//!
//! Page: [soft delete](https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview).

use rhc_arm::{ArmClient, SubscriptionId};

use super::Finding;
use crate::engine::TenantKey;
use crate::manifest::Manifest;

/// A deleted vault keeps its name until it is purged, and the rollout turns on the protection that keeps it from being purged.
pub(super) async fn deleted_vaults(
    manifest: &Manifest,
    tenant: &TenantKey,
    arm: &ArmClient,
    findings: &mut Vec<Finding>,
) {
    let location = &manifest.environment.location;
    for (_, app) in manifest.apps() {
        let subscription = manifest.subscription(&app.subscription);
        let own = subscription.filter(|own| own.tenant == tenant.as_str());
        let id = own.and_then(|own| own.id.as_deref()?.parse::<SubscriptionId>().ok());
        let (Some(own), Some(id)) = (own, id) else {
            continue;
        };
        let name = &app.key_vault;
        let vaults = arm.subscription(&id).deleted_vaults(location);
        match vaults.get_opt(name).await {
            Ok(None) => {}
            Ok(Some(deleted)) => {
                let properties = deleted.properties;
                let until = properties.scheduled_purge_date.as_deref();
                let tags = properties.tags.as_ref();
                let mark = tags.and_then(|tags| tags.get("rhc-environment"));
                if mark.is_some_and(|mark| *mark == manifest.environment.name) {
                    findings.push(Finding::note(
                        "vault-of-this-environment-deleted",
                        format!(
                            "the key vault {name} was deleted, and {} keeps it until {}",
                            own.name,
                            until.unwrap_or("it is purged")
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
                    format!("{recover}; nobody can purge it before that date, so otherwise name another vault in the environment file")
                } else {
                    format!("{recover}; or purge it for good: az keyvault purge --subscription '{}' --name {name}; or name another vault in the environment file", own.name)
                };
                findings.push(Finding::stop(
                    "vault-name-of-a-deleted-one",
                    format!(
                        "a deleted key vault holds the name {name} in {} until {}",
                        own.name,
                        until.unwrap_or("it is purged")
                    ),
                    way_out,
                ));
            }
            Err(error) => findings.push(Finding::note(
                "deleted-vaults-unreadable",
                format!("whether a deleted key vault holds the name {name} in {} is not known: {error}", own.name),
                "if one does, the step of the vault is refused and says so; the role Key Vault Reader over the subscription lets preflight look",
            )),
        }
    }
}
