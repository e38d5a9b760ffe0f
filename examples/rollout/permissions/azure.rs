//! Azure's actions: the names that role definitions allow, made from requests by one rule. What a request takes at the resources
//! that its body names is read from the tables by which the fakes ask for it.

use rhc_arm::fake::subscription_of;

use super::TenantNeeds;
use crate::connection::{Sent, What};
use crate::engine::{Action, Key, Plan};
use crate::manifest::Manifest;
use crate::runbook::Recording;

const SUBSCRIPTIONS: &str = "/subscriptions/";

/// What a tenant's own requests take where they go.
pub(super) fn collect(recording: &Recording, sent: &[&Sent], plan: &Plan, needs: &mut TenantNeeds) {
    for one in sent {
        let What::Http { method, url, .. } = &one.what else {
            continue;
        };
        for linked in &one.linked {
            let id = &linked.resource_id;
            if subscription(recording, id).is_none() {
                needs.unknown.insert(format!(
                    "{method} {}, which takes {} at {id}, in no subscription of the plan",
                    url.path(),
                    linked.action
                ));
            }
        }
        // What stands in no subscription is decided by billing and by directory roles.
        let is_at = url.host_str() == Some("management.azure.com");
        if !is_at || !url.path().starts_with(SUBSCRIPTIONS) {
            continue;
        }
        let action = one.action.clone();
        let action = action.or_else(|| action_of(method, url.path()));
        let known = action.is_some_and(|action| add(recording, plan, needs, url.path(), action));
        if !known {
            needs.unknown.insert(format!("{method} {}", url.path()));
        }
    }
}

/// What requests, whoever's they are, take at the resources that they name in a tenant's subscriptions.
pub(super) fn collect_linked(
    manifest: &Manifest,
    recording: &Recording,
    sent: &[&Sent],
    plan: &Plan,
    needs: &mut TenantNeeds,
) {
    for linked in sent.iter().flat_map(|one| &one.linked) {
        let id = &linked.resource_id;
        let own = subscription(recording, id).is_some_and(|(_, name)| {
            let mut file = manifest.subscriptions.values();
            file.any(|own| own.name == name && own.tenant == needs.tenant)
        });
        if own {
            add(recording, plan, needs, id, linked.action.clone());
        }
    }
}

/// The step that finds the subscription of an id out, and the subscription's name.
fn subscription<'r>(recording: &'r Recording, id: &str) -> Option<(&'r Key, &'r str)> {
    recording.subscription(subscription_of(id)?)
}

/// Notes that an action is needed at an id. `false`: it stands in no subscription of the plan.
fn add(
    recording: &Recording,
    plan: &Plan,
    needs: &mut TenantNeeds,
    id: &str,
    action: String,
) -> bool {
    let Some((key, name)) = subscription(recording, id) else {
        return false;
    };
    let entry = needs.azure.entry(name.to_owned()).or_default();
    let made = plan.entry(key).map(|entry| &entry.action);
    entry.made = matches!(made, Some(Action::Create { .. }));
    entry.step = Some(key.clone());
    let place = entry.places.entry(group(id)).or_default();
    place.insert(action.clone());
    entry.actions.insert(action);
    true
}

/// The resource group that a request is about, or works in. To make or delete one takes a right over the group itself,
/// which nobody can have before it is there.
fn group(path: &str) -> Option<String> {
    let mut parts = path.strip_prefix(SUBSCRIPTIONS)?.split('/').skip(1);
    let begins = parts.next()?.eq_ignore_ascii_case("resourceGroups");
    let name = parts.next().filter(|name| begins && !name.is_empty())?;
    Some(name.to_owned())
}

/// The action that a request needs: the type that its path ends with, and what is done with it.
pub fn action_of(method: &str, path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let is = |part: &&str, name: &str| part.eq_ignore_ascii_case(name);
    let provider = parts.iter().rposition(|part| is(part, "providers"));
    let (kind, rest): (String, &[&str]) = match provider.and_then(|at| parts.get(at + 1..)) {
        Some([namespace, rest @ ..]) => ((*namespace).to_owned(), rest),
        // The provider itself is a resource of Resource Manager's.
        Some([]) => (
            "Microsoft.Resources/subscriptions/providers".to_owned(),
            &[],
        ),
        None => (
            "Microsoft.Resources/subscriptions".to_owned(),
            parts.get(2..)?,
        ),
    };
    let types: Vec<&str> = rest.iter().step_by(2).copied().collect();
    let ends_with_type = rest.len() % 2 == 1;
    let verb = match method {
        "GET" | "HEAD" => "read",
        "PUT" | "PATCH" => "write",
        "DELETE" => "delete",
        "POST" if ends_with_type => {
            let (last, before) = types.split_last()?;
            let kind = std::iter::once(kind.as_str()).chain(before.iter().copied());
            return Some(format!(
                "{}/{last}/action",
                kind.collect::<Vec<_>>().join("/")
            ));
        }
        _ => return None,
    };
    if rest.is_empty() && provider.is_some() {
        return Some(format!(
            "Microsoft.Resources/subscriptions/providers/{verb}"
        ));
    }
    let kind = std::iter::once(kind.as_str()).chain(types);
    Some(format!("{}/{verb}", kind.collect::<Vec<_>>().join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_about_a_group_or_the_subscription() {
        for (path, wanted) in [
            ("/subscriptions/s/resourceGroups/g", Some("g")),
            (
                "/subscriptions/s/resourcegroups/g/providers/Microsoft.App/jobs/j",
                Some("g"),
            ),
            ("/subscriptions/s/resourceGroups", None),
            ("/subscriptions/s/providers/Microsoft.App/register", None),
            ("/subscriptions/s", None),
            ("/providers/Microsoft.Billing/billingAccounts", None),
        ] {
            assert_eq!(group(path).as_deref(), wanted, "{path}");
        }
    }

    #[test]
    fn actions_are_named_by_type_and_deed() {
        let group = "/subscriptions/s/resourceGroups/g";
        for (method, path, wanted) in [
            (
                "PUT",
                group.to_owned(),
                "Microsoft.Resources/subscriptions/resourceGroups/write",
            ),
            (
                "GET",
                format!("{group}/providers/Microsoft.KeyVault/vaults/v"),
                "Microsoft.KeyVault/vaults/read",
            ),
            (
                "GET",
                format!("{group}/providers/Microsoft.KeyVault/vaults"),
                "Microsoft.KeyVault/vaults/read",
            ),
            (
                "PUT",
                format!("{group}/providers/Microsoft.Sql/servers/x/databases/d"),
                "Microsoft.Sql/servers/databases/write",
            ),
            (
                "PUT",
                format!(
                    "{group}/providers/Microsoft.KeyVault/vaults/v/providers/Microsoft.Authorization/roleAssignments/r"
                ),
                "Microsoft.Authorization/roleAssignments/write",
            ),
            (
                "POST",
                "/subscriptions/s/providers/Microsoft.App/register".to_owned(),
                "Microsoft.App/register/action",
            ),
            (
                "POST",
                format!("{group}/providers/Microsoft.App/jobs/j/start"),
                "Microsoft.App/jobs/start/action",
            ),
            (
                "GET",
                "/subscriptions/s/providers/Microsoft.App".to_owned(),
                "Microsoft.Resources/subscriptions/providers/read",
            ),
            (
                "DELETE",
                format!("{group}/providers/Microsoft.App/jobs/j"),
                "Microsoft.App/jobs/delete",
            ),
        ] {
            assert_eq!(
                action_of(method, &path).as_deref(),
                Some(wanted),
                "{method} {path}"
            );
        }
        assert_eq!(
            action_of("POST", &format!("{group}/providers/Microsoft.App/jobs/j")),
            None
        );
        assert_eq!(action_of("TRACE", group), None);
    }
}
