//! Recorded requests to Resource Manager that are about no resource of a type: subscriptions, providers, names.

use rhc_arm::{ArmClient, ResourceId, SubscriptionScope};
use rhc_containerapps::ContainerAppsClient;
use rhc_sql_identity::SqlServers;
use serde_json::Value;

use super::caught::{self, Caught};
use crate::conformance::{exchange::Exchange, operations::segments};

/// What it is about and the request that our client sends for the same; `None` where it cannot express it.
#[must_use]
pub fn sent(exchange: &Exchange) -> Option<(&'static str, Caught)> {
    let lower = exchange.path.to_lowercase();
    let words: Vec<_> = segments(&lower).collect();
    let parts: Vec<_> = segments(&exchange.path).collect();
    let part = |place: usize| parts.get(place).map(|part| (*part).to_owned());
    const SUBSCRIPTIONS: &str = "Microsoft.Resources/subscriptions";
    const PROVIDERS: &str = "Microsoft.Resources/providers";
    let found = match (exchange.method.as_str(), &words[..]) {
        ("GET", ["subscriptions"]) => (
            SUBSCRIPTIONS,
            caught::arm(|arm| async move { arm.subscriptions().collect_all().await }),
        ),
        ("GET", ["subscriptions", id]) => (
            SUBSCRIPTIONS,
            within(id, |scope| async move { scope.get().await })?,
        ),
        ("GET", ["subscriptions", id, "providers"]) => (
            PROVIDERS,
            within(
                id,
                |scope| async move { scope.providers().collect_all().await },
            )?,
        ),
        ("GET", ["subscriptions", id, "providers", _]) => {
            let namespace = part(3)?;
            (
                PROVIDERS,
                within(id, |scope| async move { scope.provider(&namespace).await })?,
            )
        }
        // With a consent in its body it is another request.
        ("POST", ["subscriptions", id, "providers", _, "register"])
            if exchange.request.is_none() =>
        {
            let namespace = part(3)?;
            (
                PROVIDERS,
                within(id, |scope| async move {
                    scope.register_provider(&namespace).await
                })?,
            )
        }
        ("GET", ["subscriptions", id, "resourcegroups", _, "resources"]) => {
            let group = part(3)?;
            let contents = within(id, |scope| async move {
                scope.resource_group(group).contents().collect_all().await
            })?;
            ("Microsoft.Resources/resourceGroups", contents)
        }
        (
            "POST",
            [
                "subscriptions",
                id,
                "providers",
                "microsoft.sql",
                "checknameavailability",
            ],
        ) => {
            let name = exchange.request.as_ref()?.get("name")?.as_str()?.to_owned();
            let id = id.parse().ok()?;
            let check =
                caught::arm(|arm| async move { SqlServers::new(arm).check_name(&id, &name).await });
            ("Microsoft.Sql/servers", check)
        }
        ("POST", [.., "containerapps", _, "listcustomhostnameanalysis"]) => {
            let app: ResourceId = exchange.path.rsplit_once('/')?.0.parse().ok()?;
            let host = exchange.parameter("customHostname")?.to_owned();
            let analyse = caught::arm(|arm| async move {
                ContainerAppsClient::new(arm)
                    .analyse_hostname(&app, &host)
                    .await
            });
            ("Microsoft.App/containerApps", analyse)
        }
        ("GET", [.., "subscriptions", id, "acceptownershipstatus"]) => (
            "Microsoft.Subscription/subscriptions",
            within(id, |scope| async move { scope.ownership_status().await })?,
        ),
        ("POST", [.., "subscriptions", id, "acceptownership"]) => {
            let asked = exchange.request.as_ref()?.get("properties").cloned();
            let accept = serde_json::from_value(asked.unwrap_or(Value::Null)).ok()?;
            let accept = within(id, |scope| async move {
                scope.begin_accept_ownership(&accept).await
            })?;
            ("Microsoft.Subscription/subscriptions", accept)
        }
        _ => return None,
    };
    Some(found)
}

fn within<T, F>(id: &str, call: impl FnOnce(SubscriptionScope) -> F) -> Option<Caught>
where
    F: Future<Output = rhc_core::Result<T>>,
{
    let id = id.parse().ok()?;
    Some(caught::arm(|arm: ArmClient| call(arm.subscription(&id))))
}
