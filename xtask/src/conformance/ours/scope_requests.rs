//! Recorded requests to Resource Manager that are about no resource of a type: subscriptions, providers, names.

use rhc_arm::{
    ArmClient, ResourceId, SubscriptionScope,
    types::{resource_graph::ResourceQuery, resources::Deployment},
};
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
    const DEPLOYMENTS: &str = "Microsoft.Resources/deployments";
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
        ("GET", [.., "deployments", _, "operations"]) => {
            let (scope, name) = deployment(&exchange.path, 2)?;
            let operations = caught::arm(|arm| async move {
                let deployments = arm.resources::<Deployment>(scope);
                deployments.operations(&name)?.collect_all().await
            });
            (DEPLOYMENTS, operations)
        }
        ("GET", [.., "deployments", _, "operations", id]) => {
            let (scope, name) = deployment(&exchange.path, 3)?;
            let id = (*id).to_owned();
            let operation = caught::arm(|arm| async move {
                let deployments = arm.resources::<Deployment>(scope);
                deployments.operation(&name, &id).await
            });
            (DEPLOYMENTS, operation)
        }
        ("POST", ["providers", "microsoft.resourcegraph", "resources"]) => {
            let query = question(exchange.request.as_ref()?)?;
            (
                "Microsoft.ResourceGraph/resources",
                caught::arm(|arm| async move { arm.query_page::<Value>(&query).await }),
            )
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

/// The scope and the name of the deployment that so many segments at the end are about.
fn deployment(path: &str, segments: usize) -> Option<(ResourceId, String)> {
    let mut of = path;
    for _ in 1..segments {
        of = of.rsplit_once('/')?.0;
    }
    let (scope, name) = super::requests::scope(of)?;
    Some((scope.parse().ok()?, name))
}

/// The whole path of what is recorded by a short one: a deployment without its provider.
#[must_use]
pub fn whole(path: &str) -> Option<String> {
    let parts: Vec<_> = segments(path).collect();
    match parts[..] {
        [_, _, groups, _, deployments, ..]
            if groups.eq_ignore_ascii_case("resourceGroups")
                && deployments.eq_ignore_ascii_case("deployments") =>
        {
            let (scope, rest) = parts.split_at(4);
            let (scope, rest) = (scope.join("/"), rest.join("/"));
            Some(format!("/{scope}/providers/Microsoft.Resources/{rest}"))
        }
        _ => None,
    }
}

/// A recorded question, where ours has all of its parts.
fn question(body: &Value) -> Option<ResourceQuery> {
    let mut query = ResourceQuery::new(body.get("query")?.as_str()?);
    for (name, value) in body.as_object()? {
        match name.as_str() {
            "query" => {}
            "subscriptions" => query.subscriptions = serde_json::from_value(value.clone()).ok()?,
            "options" => {
                for (name, value) in value.as_object()? {
                    let rows = || value.as_u64()?.try_into().ok();
                    match name.as_str() {
                        "$top" => query.top = Some(rows()?),
                        "$skip" => query.skip = Some(rows()?),
                        "$skipToken" => query.skip_token = Some(value.as_str()?.to_owned()),
                        "allowPartialScopes" => query.allow_partial_scopes = Some(value.as_bool()?),
                        "resultFormat" => {}
                        _ => return None,
                    }
                }
            }
            _ => return None,
        }
    }
    Some(query)
}

fn within<T, F>(id: &str, call: impl FnOnce(SubscriptionScope) -> F) -> Option<Caught>
where
    F: Future<Output = rhc_core::Result<T>>,
{
    let id = id.parse().ok()?;
    Some(caught::arm(|arm: ArmClient| call(arm.subscription(&id))))
}
