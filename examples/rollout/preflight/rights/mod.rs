//! What whoever signed in lacks of what a plan needs: all of it at once, before the first write, each with the command that
//! gives it.
//!
//! What is needed comes from [`needs`](crate::permissions::needs). What is there comes from the token (permissions of
//! Microsoft Graph), from the directory (roles of a person) and from Resource Manager (what the roles in a subscription and its
//! groups allow). What cannot be seen is said to be unseen, and not guessed.

mod azure;
mod directory;

use std::collections::{BTreeMap, BTreeSet};

use rhc_core::{SubscriptionId, TenantId};

use super::cloud::{UNREACHABLE, cannot_sign_in, unreadable};
use super::{Finding, Granted, pages};
use crate::engine::{Key, Outputs, StepError, TenantKey};
use crate::manifest::Manifest;
use crate::permissions::commands::{self, Assignee};
use crate::permissions::{AzureNeeds, TenantNeeds};
use crate::steps::Clients;

/// Compares what a plan needs with what whoever signed in has. `known` is what the plan's looks found out: the ids of
/// subscriptions above all. A tenant that is not there yet has no rights to be had; whoever makes it administers it.
pub async fn of_needs(
    all: &[TenantNeeds],
    manifest: &Manifest,
    known: &BTreeMap<Key, Outputs>,
    clients: &Clients,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for needs in all {
        let key = TenantKey::new(&needs.tenant);
        let found = clients.connection().discover(&needs.domain).await;
        let id = match found {
            Ok(Some(id)) => id,
            Ok(None) => continue,
            Err(error) => {
                let way_out = error.remedy_text().unwrap_or("check the network");
                let what = format!("'{key}': {}", error.full_message());
                findings.push(Finding::stop(UNREACHABLE, pages::DISCOVERY, what, way_out));
                continue;
            }
        };
        match granted(clients, &key, id).await {
            Ok(Some(who)) => {
                graph(needs, &key, &who, &mut findings);
                directory::compare(needs, clients, &key, id, &who, &mut findings).await;
                let place = Place {
                    manifest,
                    known,
                    clients,
                    key: &key,
                    id,
                };
                place.subscriptions(needs, &who, &mut findings).await;
            }
            Ok(None) => findings.push(unreadable(&key)),
            Err(error) => findings.push(cannot_sign_in(&key, &error)),
        }
    }
    findings
}

/// What the token for Microsoft Graph says.
async fn granted(
    clients: &Clients,
    key: &TenantKey,
    id: TenantId,
) -> Result<Option<Granted>, StepError> {
    let credential = clients.credential_at(key, id)?;
    let scope = clients.connection().cloud().graph_scope();
    let token = credential.get_token(&[&scope], None).await;
    let token = token.map_err(|error| StepError::new(error.to_string()))?;
    Ok(Granted::of(&token))
}

/// Permissions of Microsoft Graph, of which there may be larger ones than the plan names.
fn graph(needs: &TenantNeeds, key: &TenantKey, who: &Granted, findings: &mut Vec<Finding>) {
    let lacking = needs.graph_choices.iter().filter(|list| !who.has_any(list));
    let missing: BTreeSet<&str> = lacking
        .flat_map(|list| {
            let named = list.iter().filter(|one| needs.graph.contains_key(**one));
            named.copied()
        })
        .collect();
    if missing.is_empty() {
        return;
    }
    let missing: Vec<&str> = missing.into_iter().collect();
    let way_out = match &who.object {
        Some(object) if who.is_application() => {
            let lines = missing
                .iter()
                .map(|one| commands::app_permission(object, one));
            format!(
                "an administrator of that tenant gives them: {}",
                lines.collect::<Vec<_>>().join("; ")
            )
        }
        _ => format!(
            "an administrator of that tenant consents to them: {}; the Azure CLI's own list is fixed, so with it use --sign-in person",
            commands::consent(&needs.domain, who.client.as_deref(), &missing)
        ),
    };
    findings.push(Finding::stop(
        super::PERMISSIONS_MISSING,
        pages::PERMISSIONS,
        format!(
            "the sign-in to '{key}' lacks permissions of Microsoft Graph that the plan needs: {}",
            missing.join(", ")
        ),
        way_out,
    ));
}

/// A tenant in which subscriptions are looked at.
struct Place<'a> {
    manifest: &'a Manifest,
    known: &'a BTreeMap<Key, Outputs>,
    clients: &'a Clients,
    key: &'a TenantKey,
    id: TenantId,
}

impl Place<'_> {
    async fn subscriptions(&self, needs: &TenantNeeds, who: &Granted, findings: &mut Vec<Finding>) {
        // Whoever makes a subscription owns it.
        for (name, needs) in needs.azure.iter().filter(|(_, needs)| !needs.made) {
            let Some(id) = self.subscription(name, needs) else {
                let key = self.key;
                findings.push(Finding::note(
                    "azure-rights-unseen",
                    pages::ACTIONS,
                    format!("which subscription of '{key}' {name} is could not be found out, so what whoever signed in may do in it is not known beforehand"),
                    "give its id in the environment file; a right that is missing shows as a refusal of the step that needs it",
                ));
                continue;
            };
            let arm = match self.clients.arm_at(self.key, self.id) {
                Ok(arm) => arm,
                Err(error) => return findings.push(cannot_sign_in(self.key, &error)),
            };
            let object = who.object.as_deref().unwrap_or("WHO");
            let assignee = Assignee {
                object,
                is_application: who.is_application(),
            };
            let compared = azure::compare(&arm, &id, needs).await;
            findings.extend(azure::findings(name, &id, needs, compared, &assignee));
        }
    }

    /// The id that the plan found out, or that the file gives.
    fn subscription(&self, name: &str, needs: &AzureNeeds) -> Option<SubscriptionId> {
        let outputs = needs.step.as_ref().and_then(|step| self.known.get(step));
        let found = outputs.and_then(|outputs| outputs.get("subscriptionId")?.as_str());
        let mut file = self.manifest.subscriptions.values();
        let given = || file.find(|own| own.name == name)?.id.as_deref();
        found.or_else(given)?.parse().ok()
    }
}
