//! How many there may be, where what is there and what the plan adds comes near it.

use rhc_arm::Resources;
use rhc_arm::types::managed_identity::{FederatedCredential, UserAssignedIdentity};
use rhc_external_id::{CiamDirectories, EventListeners, MOST_EVENT_LISTENERS, UserFlows};
use rhc_graph::ApplicationKey;

use super::cloud::{Place, Places};
use super::found::Found;
use super::github::Subjects;
use super::subscriptions::{Known, place_of};
use super::{Finding, pages};
use crate::manifest::{App, MadeBy, Manifest};
use crate::steps::delivery::ISSUER;

/// Federated credentials of one application or one identity.
const MOST_CREDENTIALS: usize = 20;
/// External ID tenants of one subscription.
const MOST_TENANTS: usize = 20;
/// What a user flow with a page for attributes listens to.
const LISTENERS_OF_A_FLOW: usize = 4;

/// Counts what is limited.
pub(super) async fn look(
    manifest: &Manifest,
    places: &Places,
    known: &Known,
    subjects: &Subjects,
    found: &mut Found,
) {
    let home = places.get(&manifest.environment.hosting_tenant);
    for (key, app) in manifest.apps() {
        let place = place_of(manifest, places, &app.subscription);
        let mut principal = None;
        // A subscription that is not there yet has no identity that could be full.
        if let (Some(place), Some(subscription)) = (place, known.id(&app.subscription)) {
            let group = place.arm.resource_group(&subscription, &app.resource_group);
            let identities = Identities {
                place,
                all: group.resources(),
            };
            let counted = identities
                .deploying(manifest, app, subjects.get(key), found)
                .await;
            if let Err(error) = counted {
                let name = &app.identities.deploy;
                let question = format!("how many federated credentials the identity {name} has");
                found.failed(
                    question,
                    &format!("'{}'", place.key),
                    &error,
                    pages::FEDERATION,
                );
            }
            principal = identities.principal(&app.identities.app).await;
        }
        let Some(home) = home else {
            continue;
        };
        if let Err(error) = bridge(home, app, principal.as_deref(), found).await {
            let name = &app.bridge.unique_name;
            let question = format!("how many federated credentials the application {name} has");
            found.failed(
                question,
                &format!("'{}'", home.key),
                &error,
                pages::FEDERATION,
            );
        }
    }
    if let Some(place) = places.get(&manifest.customers.tenant)
        && let Err(error) = listeners(manifest, place, found).await
    {
        let question = "how many event listeners the tenant of the customers has";
        found.failed(
            question,
            &format!("'{}'", place.key),
            &error,
            pages::EXTERNAL_LIMITS,
        );
    }
    tenants(manifest, places, known, found).await;
}

/// The identities of a resource group.
struct Identities<'p> {
    place: &'p Place,
    all: Resources<UserAssignedIdentity>,
}

impl Identities<'_> {
    /// The object id of an identity, where it can be seen.
    async fn principal(&self, name: &str) -> Option<String> {
        self.all.get_opt(name).await.ok()??.properties.principal_id
    }

    /// The identity that GitHub deploys with gets one credential.
    async fn deploying(
        &self,
        manifest: &Manifest,
        app: &App,
        subject: Option<&String>,
        found: &mut Found,
    ) -> rhc_core::Result<()> {
        let name = &app.identities.deploy;
        let Some(there) = self.all.get_opt(name).await? else {
            return Ok(());
        };
        let id = there.require_id()?.clone();
        let held = self.place.arm.resources::<FederatedCredential>(id).list();
        let held = held.collect_all().await?;
        let ours = format!("github-{}", manifest.environment.name);
        let is_ours =
            |name: Option<&str>| name.is_some_and(|name| name.eq_ignore_ascii_case(&ours));
        let others: Vec<_> = held
            .iter()
            .filter(|own| !is_ours(own.name.as_deref()))
            .collect();
        let remove = |credential: &str| {
            format!(
                "az identity federated-credential delete --identity-name {name} --resource-group {} --name {credential}",
                app.resource_group
            )
        };
        let same = others.iter().find(|own| {
            let properties = &own.properties;
            subject.is_some()
                && properties.issuer.as_deref() == Some(ISSUER)
                && properties.subject.as_ref() == subject
        });
        if let Some(same) = same {
            let other = same.name.as_deref().unwrap_or("NAME");
            found.say(Finding::stop(
                "federated-credential-of-another-name",
                pages::FEDERATION,
                format!("the identity {name} trusts {} already, by a credential of another name ({other}): Azure refuses a second one with the same issuer and subject", subject.map_or("the repository", String::as_str)),
                format!("delete that one, and apply makes its own: {}", remove(other)),
            ));
        }
        let there = held.len() > others.len();
        full(
            "identity",
            name,
            others.len(),
            there,
            &remove("NAME"),
            found,
        );
        Ok(())
    }
}

/// The application that the databases know gets one credential, for the app's identity. It is the same one by its name, or by
/// whom it trusts.
async fn bridge(
    place: &Place,
    app: &App,
    principal: Option<&str>,
    found: &mut Found,
) -> rhc_core::Result<()> {
    let name = &app.bridge.unique_name;
    let applications = place.graph.applications();
    let key = ApplicationKey::UniqueName(name.clone());
    let Some(there) = applications.get_opt(key.clone()).await? else {
        return Ok(());
    };
    let held = applications.federated_credentials(key).list();
    let held = held.collect_all().await?;
    let credential = &app.identities.app;
    let is_ours = |own: &&rhc_graph::FederatedCredential| {
        let named = own.name.as_deref().unwrap_or_default();
        named.eq_ignore_ascii_case(credential)
            || principal.is_some_and(|principal| own.subject.as_deref() == Some(principal))
    };
    let ours = held.iter().filter(is_ours).count();
    let remove = format!(
        "az ad app federated-credential delete --id {} --federated-credential-id NAME",
        there.client_id()?
    );
    full(
        "application",
        name,
        held.len() - ours,
        ours > 0,
        &remove,
        found,
    );
    Ok(())
}

fn full(what: &str, name: &str, others: usize, there: bool, remove: &str, found: &mut Found) {
    if there || others < MOST_CREDENTIALS {
        return;
    }
    found.say(Finding::stop(
        "federated-credentials-full",
        pages::FEDERATION,
        format!("the {what} {name} has {others} federated credentials, the plan adds one, and it may have {MOST_CREDENTIALS}"),
        format!("delete one that nobody uses: {remove}"),
    ));
}

/// A new user flow listens to several events, of which a tenant has only so many.
async fn listeners(manifest: &Manifest, place: &Place, found: &mut Found) -> rhc_core::Result<()> {
    let name = &manifest.customers.user_flow.name;
    let flows = UserFlows::new(place.graph.clone())
        .list()
        .collect_all()
        .await?;
    let there = flows.iter().any(|flow| {
        let own = flow.display_name.as_deref();
        own.is_some_and(|own| own.eq_ignore_ascii_case(name))
    });
    if there {
        return Ok(());
    }
    let held = EventListeners::new(place.graph.clone()).list();
    let held = held.collect_all().await?.len();
    if held + LISTENERS_OF_A_FLOW > MOST_EVENT_LISTENERS {
        found.say(Finding::stop(
            "event-listeners-full",
            pages::EXTERNAL_LIMITS,
            format!("the tenant '{}' has {held} event listeners, the user flow {name} adds {LISTENERS_OF_A_FLOW}, and a tenant has {MOST_EVENT_LISTENERS} at most", place.key),
            "delete user flows or custom extensions that nobody uses (Microsoft Entra admin center, External Identities)",
        ));
    }
    Ok(())
}

/// A subscription pays for so many External ID tenants.
async fn tenants(manifest: &Manifest, places: &Places, known: &Known, found: &mut Found) {
    for (key, tenant) in &manifest.tenants {
        let Some(directory) = &tenant.directory else {
            continue;
        };
        let is_made = tenant.made_by == MadeBy::Rollout && !places.contains_key(key);
        let payer = place_of(manifest, places, &directory.subscription);
        let (true, Some(payer), Some(subscription)) =
            (is_made, payer, known.id(&directory.subscription))
        else {
            continue;
        };
        let scope = payer.arm.subscription(&subscription);
        let all = CiamDirectories::new(payer.arm.clone()).in_scope(scope.id());
        let held = match all.list().collect_all().await {
            Ok(held) => held,
            Err(error) => {
                let question = "how many External ID tenants the subscription pays for";
                found.failed(
                    question,
                    &format!("'{}'", payer.key),
                    &error,
                    pages::EXTERNAL_LIMITS,
                );
                continue;
            }
        };
        let ours = |name: Option<&str>| {
            let name = name.unwrap_or_default();
            name.eq_ignore_ascii_case(&directory.name) || name.eq_ignore_ascii_case(&tenant.domain)
        };
        if held.iter().any(|own| ours(own.name.as_deref())) || held.len() < MOST_TENANTS {
            continue;
        }
        let name = manifest.subscription(&directory.subscription);
        let name = name.map_or(directory.subscription.as_str(), |own| own.name.as_str());
        found.say(Finding::stop(
            "external-tenants-full",
            pages::EXTERNAL_LIMITS,
            format!("the subscription {name} pays for {} External ID tenants, the plan adds '{key}', and it may have {MOST_TENANTS}", held.len()),
            "name another subscription under [tenants.….directory], or delete a tenant that nobody uses",
        ));
    }
}
