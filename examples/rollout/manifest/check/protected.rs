//! Nothing that is protected may stand where the rollout writes.

use super::super::problem::Rule;
use super::Check;
use super::names::{Named, RESOURCE_GROUP};

pub(super) fn check(check: &mut Check<'_>, resources: &[Named<'_>]) {
    references(check);
    tenants(check);
    subscriptions(check);
    for named in resources {
        resource(check, named);
    }
    azure_zone(check);
}

/// Records would be written into it.
fn azure_zone(check: &mut Check<'_>) {
    let manifest = check.manifest;
    let Some(zone) = &manifest.dns.azure_zone else {
        return;
    };
    let subscriptions = manifest.protected.subscriptions.iter();
    let hit = subscriptions.filter_map(|one| Some((one.id.as_ref()?, &one.why)));
    for (_, why) in hit.filter(|(id, _)| id.eq_ignore_ascii_case(&zone.subscription)) {
        refuse(
            check,
            "dns.azure_zone.subscription".to_owned(),
            "this subscription",
            why,
        );
    }
    for group in &manifest.protected.resource_groups {
        if group.tenant == zone.tenant && group.name.eq_ignore_ascii_case(&zone.resource_group) {
            refuse(
                check,
                "dns.azure_zone.resource_group".to_owned(),
                "this resource group",
                &group.why,
            );
        }
    }
}

/// Protected things are named by tenants that the file has, else a slip of the pen would protect nothing.
fn references(check: &mut Check<'_>) {
    let protected = &check.manifest.protected;
    let subscriptions = protected.subscriptions.iter().map(|one| &one.tenant);
    let groups = protected.resource_groups.iter().map(|one| &one.tenant);
    let resources = protected.resources.iter().map(|one| &one.tenant);
    let all = [
        ("subscriptions", subscriptions.collect::<Vec<_>>()),
        ("resource_groups", groups.collect()),
        ("resources", resources.collect()),
    ];
    for (list, tenants) in all {
        for (index, tenant) in tenants.into_iter().enumerate() {
            check.tenant_reference(&format!("protected.{list}[{index}].tenant"), tenant);
        }
    }
    for (index, subscription) in protected.subscriptions.iter().enumerate() {
        check.guid(
            &format!("protected.subscriptions[{index}].id"),
            subscription.id.as_ref(),
        );
    }
}

fn refuse(check: &mut Check<'_>, path: String, what: &str, why: &str) {
    let help =
        "name something of this environment's own; what stands under [protected] is never written";
    check.report(
        Rule::Protected,
        path,
        format!("{what} is protected ({why})"),
        help,
    );
}

fn tenants(check: &mut Check<'_>) {
    let manifest = check.manifest;
    for (key, tenant) in &manifest.tenants {
        for protected in &manifest.protected.tenants {
            if protected.domain.eq_ignore_ascii_case(&tenant.domain) {
                refuse(
                    check,
                    format!("tenants.{key}.domain"),
                    "this tenant",
                    &protected.why,
                );
            } else if tenant
                .id
                .as_ref()
                .zip(protected.id.as_ref())
                .is_some_and(|(id, other)| id.eq_ignore_ascii_case(other))
            {
                refuse(
                    check,
                    format!("tenants.{key}.id"),
                    "this tenant",
                    &protected.why,
                );
            }
        }
    }
}

fn subscriptions(check: &mut Check<'_>) {
    let manifest = check.manifest;
    for (key, subscription) in &manifest.subscriptions {
        for protected in &manifest.protected.subscriptions {
            let same_id = subscription
                .id
                .as_ref()
                .zip(protected.id.as_ref())
                .is_some_and(|(id, other)| id.eq_ignore_ascii_case(other));
            if same_id {
                refuse(
                    check,
                    format!("subscriptions.{key}.id"),
                    "this subscription",
                    &protected.why,
                );
            } else if protected.tenant == subscription.tenant
                && protected.name.eq_ignore_ascii_case(&subscription.name)
            {
                refuse(
                    check,
                    format!("subscriptions.{key}.name"),
                    "this subscription",
                    &protected.why,
                );
            }
        }
    }
}

fn resource(check: &mut Check<'_>, named: &Named<'_>) {
    let manifest = check.manifest;
    let tenant = manifest
        .subscriptions
        .get(named.subscription)
        .map(|subscription| &subscription.tenant);
    let is_group = named.rule.kind == RESOURCE_GROUP.kind;
    if is_group {
        for protected in &manifest.protected.resource_groups {
            if Some(&protected.tenant) == tenant && protected.name.eq_ignore_ascii_case(named.name)
            {
                refuse(
                    check,
                    named.path.clone(),
                    "this resource group",
                    &protected.why,
                );
            }
        }
        for (key, _) in manifest
            .apps
            .iter()
            .filter(|(_, app)| app.mirrors.resource_group.eq_ignore_ascii_case(named.name))
        {
            refuse(
                check,
                named.path.clone(),
                "this resource group",
                &format!("it is what apps.{key} mirrors"),
            );
        }
    }
    for protected in &manifest.protected.resources {
        if Some(&protected.tenant) == tenant
            && protected.kind.eq_ignore_ascii_case(named.rule.kind)
            && protected.name.eq_ignore_ascii_case(named.name)
        {
            refuse(check, named.path.clone(), "this resource", &protected.why);
        }
    }
}
