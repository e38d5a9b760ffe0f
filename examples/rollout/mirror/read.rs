//! The two sides: development from its protected tenant, the environment from its own cloud or from the plan.

use rhc_arm::types::resources::{Listed, Subscription};
use rhc_arm::{ArmClient, ArmClientOptions, ResourceGroupScope};
use rhc_core::{SubscriptionId, TenantId};
use serde_json::Value;

use super::compare::Thing;
use crate::connection::Connection;
use crate::engine::{Action, Plan, PlanEntry, StepError, TenantKey};
use crate::manifest::{App, Manifest, Mirror};
use crate::steps::Connect;

/// What stands in development's group, and the name of the subscription in which it was found.
pub(super) async fn development(
    manifest: &Manifest,
    connection: &Connection,
    mirror: &Mirror,
) -> Result<(String, Vec<Thing>), StepError> {
    let domain = &mirror.tenant_domain;
    let mut protected = manifest.protected().tenants.iter();
    let given = protected.find(|tenant| tenant.domain.eq_ignore_ascii_case(domain));
    let given = given.and_then(|tenant| tenant.id.as_deref()?.parse().ok());
    let id = match given {
        Some(id) => id,
        None => connection.discover(domain).await?.ok_or_else(|| {
            StepError::new(format!("Microsoft knows no tenant {domain}"))
                .remedy("correct apps.*.mirrors.tenant_domain in the environment file")
        })?,
    };
    let arm = client(connection, &TenantKey::new(domain), id)?;
    let seen = arm.subscriptions().collect_all().await?;
    let group = &mirror.resource_group;
    let mut found = holding(&arm, seen.iter(), group).await?;
    let (name, scope) = match (found.pop(), found.pop()) {
        (Some(one), None) => one,
        (None, _) => return Err(nowhere(&seen, group, domain)),
        (Some((one, _)), Some((other, _))) => {
            return Err(StepError::new(format!(
                "{domain} has a resource group {group} in more than one subscription: {one}, {other}"
            ))
            .remedy("sign in with an account that sees only the right one"));
        }
    };
    Ok((name, contents(&scope).await?))
}

/// What stands in the app's group, or `None` while there is no such group.
pub(super) async fn environment(
    manifest: &Manifest,
    connection: &Connection,
    app: &App,
) -> Result<Option<Vec<Thing>>, StepError> {
    let subscription = manifest.subscription(&app.subscription);
    let Some((file, tenant)) =
        subscription.and_then(|file| Some((file, manifest.tenant(&file.tenant)?)))
    else {
        return Ok(None);
    };
    let id = match tenant.id.as_deref().and_then(|id| id.parse().ok()) {
        Some(id) => Some(id),
        None => connection.discover(&tenant.domain).await?,
    };
    let Some(id) = id else {
        return Ok(None);
    };
    let arm = client(connection, &TenantKey::new(&file.tenant), id)?;
    let seen = arm.subscriptions().collect_all().await?;
    let is = |one: &&Subscription| match &file.id {
        Some(id) => one
            .subscription_id
            .as_ref()
            .is_some_and(|own| own.eq_ignore_ascii_case(id)),
        None => one.display_name.as_ref() == Some(&file.name),
    };
    let mut found = holding(&arm, seen.iter().filter(is), &app.resource_group).await?;
    match found.pop() {
        Some((_, scope)) => contents(&scope).await.map(Some),
        None => Ok(None),
    }
}

/// What the plan makes in a group: what the list of the group would show.
pub(super) fn planned(plan: &Plan, group: &str) -> Vec<Thing> {
    let is_group = |entry: &&PlanEntry| {
        entry.kind == "Microsoft.Resources/resourceGroups" && entry.name.eq_ignore_ascii_case(group)
    };
    let Some(group) = plan.entries.iter().find(is_group) else {
        return Vec::new();
    };
    let of_stage = plan
        .entries
        .iter()
        .filter(|entry| entry.stage == group.stage && entry.key != group.key);
    of_stage.filter_map(wanted).collect()
}

fn wanted(entry: &PlanEntry) -> Option<Thing> {
    let Action::Create { desired } = &entry.action else {
        return None;
    };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Some(Thing {
        resource_type: entry.kind.clone(),
        name: name_in(entry),
        // Only what has a place of its own is listed for its group.
        location: Some(text(&desired["location"])?),
        kind: text(&desired["kind"]),
        sku: text(&desired["sku"]["name"]),
    })
}

/// The name as the list has it, `parent/child`, which the step's key tells: `stage/Namespace/type/parent/type/child`.
fn name_in(entry: &PlanEntry) -> String {
    let mut types = entry.kind.split('/');
    let namespace = types.next().unwrap_or_default();
    let key = entry.key.as_str();
    let path = key
        .split_once(&format!("/{namespace}/"))
        .map_or("", |(_, path)| path);
    let path: Vec<&str> = path.split('/').collect();
    let fits = path.iter().step_by(2).copied().eq(types);
    let names: Vec<&str> = path.iter().skip(1).step_by(2).copied().collect();
    if fits {
        names.join("/")
    } else {
        entry.name.clone()
    }
}

/// Resource Manager as whoever signs in to a tenant sees it. Development's tenant is none that the fence lets anybody write.
fn client(
    connection: &Connection,
    tenant: &TenantKey,
    id: TenantId,
) -> Result<ArmClient, StepError> {
    let credential = connection.look_with(tenant, id)?;
    let options = ArmClientOptions {
        cloud: connection.cloud().clone(),
        client: connection.options(tenant, id),
        ..ArmClientOptions::default()
    };
    Ok(ArmClient::new(credential, Some(options))?)
}

/// Which of these subscriptions hold the group.
async fn holding(
    arm: &ArmClient,
    subscriptions: impl Iterator<Item = &Subscription>,
    group: &str,
) -> Result<Vec<(String, ResourceGroupScope)>, StepError> {
    let mut found = Vec::new();
    for subscription in subscriptions {
        let id = subscription.subscription_id.as_deref().unwrap_or_default();
        let Ok(id) = id.parse::<SubscriptionId>() else {
            continue;
        };
        let scope = arm.resource_group(&id, group);
        match scope.get_opt().await {
            Ok(Some(_)) => found.push((called(subscription), scope)),
            Ok(None) => {}
            // What this account may not read there is not what it is asked for.
            Err(error) if error.is_forbidden() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

async fn contents(group: &ResourceGroupScope) -> Result<Vec<Thing>, StepError> {
    let all = group.contents().collect_all().await?;
    Ok(all.into_iter().map(thing).collect())
}

fn thing(listed: Listed) -> Thing {
    Thing {
        resource_type: listed.resource_type.unwrap_or_default(),
        name: listed.name.unwrap_or_default(),
        location: listed.location,
        kind: listed.kind,
        sku: listed.sku.and_then(|sku| sku.name),
    }
}

fn called(subscription: &Subscription) -> String {
    let name = subscription.display_name.clone();
    name.or_else(|| subscription.subscription_id.clone())
        .unwrap_or_default()
}

fn nowhere(seen: &[Subscription], group: &str, domain: &str) -> StepError {
    if seen.is_empty() {
        return StepError::new(format!(
            "whoever signed in to {domain} sees no subscription there"
        ))
        .remedy(
            "sign in with an account that has the role Reader over development's subscription",
        );
    }
    let names: Vec<String> = seen.iter().map(called).collect();
    StepError::new(format!(
        "there is no resource group {group} in the subscriptions of {domain} that this account sees: {}",
        names.join(", ")
    ))
    .remedy("correct apps.*.mirrors.resource_group in the environment file, or sign in with an account that may read the group")
}
