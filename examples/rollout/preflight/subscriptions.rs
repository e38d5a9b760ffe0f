//! The subscriptions of the file: which are there, whether they can be used, and whether they are paid for.

use std::collections::BTreeMap;

use rhc_arm::types::resources::{Subscription as Seen, SubscriptionState};
use rhc_arm::types::subscription::SubscriptionAlias;
use rhc_arm::{ResourceId, SubscriptionId};

use super::cloud::{Place, Places};
use super::found::Found;
use super::{Finding, pages};
use crate::manifest::{MadeBy, Manifest, Subscription, TenantKind};

const INVISIBLE: &str = "subscription-invisible";

/// The subscriptions of the file that are there and that whoever signed in sees, by the file's names for them.
#[derive(Debug, Default)]
pub(super) struct Known {
    ids: BTreeMap<String, SubscriptionId>,
    /// Those that nobody has made yet.
    pub(super) to_be_made: Vec<String>,
}

impl Known {
    /// The id of a subscription.
    pub(super) fn id(&self, key: &str) -> Option<SubscriptionId> {
        self.ids.get(key).copied()
    }
}

/// Looks for the subscriptions of the file.
pub(super) async fn known(manifest: &Manifest, places: &Places, found: &mut Found) -> Known {
    let mut known = Known::default();
    let mut offers: BTreeMap<&str, Vec<Seen>> = BTreeMap::new();
    for (key, place) in places {
        let own: Vec<_> = of_tenant(manifest, key).collect();
        if own.is_empty() && *key != manifest.billing.tenant {
            continue;
        }
        let seen = match place.arm.subscriptions().collect_all().await {
            Ok(seen) => seen,
            Err(error) => {
                unreadable(key, &own, &error, found);
                continue;
            }
        };
        for (name, file) in own {
            let id = match &file.id {
                Some(id) => Some(id.clone()),
                None => made(manifest, places, name, file, found, &mut known).await,
            };
            let Some(id) = id else {
                continue;
            };
            let there = seen.iter().find(|one| {
                let own = one.subscription_id.as_deref().unwrap_or_default();
                own.eq_ignore_ascii_case(&id)
            });
            match there {
                Some(there) => {
                    usable(file, there, found);
                    if let Ok(id) = id.parse() {
                        known.ids.insert(name.to_owned(), id);
                    }
                }
                None if file.id.is_some() => found.say(Finding::stop(
                    INVISIBLE,
                    pages::SUBSCRIPTIONS,
                    format!("the subscription {} ({id}) is not visible in '{key}' to whoever signed in", file.name),
                    "correct the id in the environment file, or give this account the role Owner over it",
                )),
                // Its new owner has not accepted it yet.
                None => known.to_be_made.push(name.to_owned()),
            }
        }
        offers.insert(key.as_str(), seen);
    }
    let paying = offers.get(manifest.billing.tenant.as_str());
    no_workforce_tenant(manifest, places, paying.map_or(&[], Vec::as_slice), found);
    known
}

fn of_tenant<'m>(
    manifest: &'m Manifest,
    tenant: &str,
) -> impl Iterator<Item = (&'m str, &'m Subscription)> {
    let all = manifest.subscriptions.iter();
    let tenant = tenant.to_owned();
    all.filter(move |(_, own)| own.tenant == tenant)
        .map(|(key, own)| (key.as_str(), own))
}

fn unreadable(
    key: &str,
    own: &[(&str, &Subscription)],
    error: &rhc_core::Error,
    found: &mut Found,
) {
    let given = own.iter().any(|(_, file)| file.id.is_some());
    if given {
        found.say(Finding::stop(
            "subscriptions-unreadable",
            pages::SUBSCRIPTIONS,
            format!("the subscriptions of '{key}' could not be listed: {error}"),
            "sign in with an account that sees them",
        ));
    } else {
        let question = format!("which subscriptions there are in '{key}'");
        found.failed(question, &format!("'{key}'"), error, pages::SUBSCRIPTIONS);
    }
}

/// The id of a subscription that an earlier run made, by its alias in the tenant that pays.
async fn made(
    manifest: &Manifest,
    places: &Places,
    key: &str,
    file: &Subscription,
    found: &mut Found,
    known: &mut Known,
) -> Option<String> {
    let question = format!("whether the subscription {} was made before", file.name);
    let Some(payer) = places.get(&manifest.billing.tenant) else {
        let why = format!(
            "nobody is signed in to '{}', which pays",
            manifest.billing.tenant
        );
        found.unseen(question, why, "sign in to it", pages::BILLING);
        return None;
    };
    let aliases = payer.arm.resources::<SubscriptionAlias>(ResourceId::root());
    match aliases.get_opt(&file.name).await {
        Ok(Some(alias)) if alias.properties.subscription_id.is_some() => {
            alias.properties.subscription_id
        }
        Ok(_) => {
            known.to_be_made.push(key.to_owned());
            None
        }
        Err(error) => {
            let who = format!("'{}'", manifest.billing.tenant);
            found.failed(question, &who, &error, pages::BILLING);
            None
        }
    }
}

/// Whether things can be made in it, and go on.
fn usable(file: &Subscription, seen: &Seen, found: &mut Found) {
    let name = &file.name;
    match &seen.state {
        Some(state @ (SubscriptionState::Disabled | SubscriptionState::Deleted)) => {
            found.say(Finding::stop(
                "subscription-cannot-be-used",
                pages::SPENDING_LIMIT,
                format!("the subscription {name} is {state}: nothing can be made in it, and what is in it stands still"),
                "enable it in the portal (Subscriptions, the subscription, Reactivate), or name another one in the environment file",
            ));
        }
        Some(state @ (SubscriptionState::PastDue | SubscriptionState::Warned)) => {
            found.say(Finding::note(
                "subscription-bill-is-due",
                pages::SPENDING_LIMIT,
                format!("the subscription {name} is {state}: a bill is not paid, and it is switched off if that stays so"),
                "pay the bill in the portal (Cost Management + Billing)",
            ));
        }
        _ => {}
    }
    if is_limited(seen) {
        found.say(Finding::note(
            "subscription-with-a-spending-limit",
            pages::SPENDING_LIMIT,
            format!(
                "the subscription {name} has an offer with a spending limit ({}): when its credit is used up, everything in it is switched off",
                offer(seen)
            ),
            "take the limit away in the portal (Subscriptions, the subscription, Overview) or upgrade to pay as you go, before anybody depends on it",
        ));
    }
}

fn offer(seen: &Seen) -> &str {
    let policies = seen.subscription_policies.as_ref();
    let quota = policies.and_then(|policies| policies.quota_id.as_deref());
    quota.unwrap_or("unknown offer")
}

fn is_limited(seen: &Seen) -> bool {
    let policies = seen.subscription_policies.as_ref();
    let limit = policies.and_then(|policies| policies.spending_limit.as_deref());
    limit.is_some_and(|limit| limit.eq_ignore_ascii_case("On"))
}

/// Only who pays can make a workforce tenant, in the portal too.
fn no_workforce_tenant(manifest: &Manifest, places: &Places, seen: &[Seen], found: &mut Found) {
    if seen.is_empty() || !seen.iter().all(is_limited) {
        return;
    }
    for (key, tenant) in &manifest.tenants {
        let absent = !places.contains_key(key) && tenant.made_by == MadeBy::Manual;
        if absent && tenant.kind == TenantKind::Workforce {
            found.say(Finding::note(
                "trial-makes-no-workforce-tenant",
                pages::WORKFORCE_TENANT,
                format!("nobody can make the workforce tenant '{key}' with what '{}' has: only customers who pay can, and all its subscriptions have offers with a spending limit ({})", manifest.billing.tenant, offer(seen.first().unwrap_or(&Seen::default()))),
                "upgrade one of them to pay as you go in the portal, or let somebody make the tenant who pays",
            ));
        }
    }
}

/// The tenant of a subscription of the file, if we are in it.
pub(super) fn place_of<'p>(
    manifest: &Manifest,
    places: &'p Places,
    subscription: &str,
) -> Option<&'p Place> {
    places.get(manifest.tenant_of_subscription(subscription)?)
}
