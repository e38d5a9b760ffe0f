//! Azure's actions: the names that role definitions allow, made from requests by one rule.

use super::TenantNeeds;
use crate::connection::{Sent, What};
use crate::engine::{Action, Plan};
use crate::runbook::Recording;

const SUBSCRIPTIONS: &str = "/subscriptions/";

pub(super) fn collect(recording: &Recording, sent: &[&Sent], plan: &Plan, needs: &mut TenantNeeds) {
    for one in sent {
        let What::Http { method, url, .. } = &one.what else {
            continue;
        };
        // What stands in no subscription is decided by billing and by directory roles.
        let Some(rest) = url.path().strip_prefix(SUBSCRIPTIONS) else {
            continue;
        };
        if url.host_str() != Some("management.azure.com") {
            continue;
        }
        let id = rest.split('/').next().unwrap_or_default();
        let (Some(action), Some((key, name))) =
            (action(method, url.path()), recording.subscription(id))
        else {
            needs.unknown.insert(format!("{method} {}", url.path()));
            continue;
        };
        let entry = needs.azure.entry(name.to_owned()).or_default();
        let made = plan.entry(key).map(|entry| &entry.action);
        entry.made = matches!(made, Some(Action::Create { .. }));
        entry.step = Some(key.clone());
        let place = entry.places.entry(group(url.path())).or_default();
        place.insert(action.clone());
        entry.actions.insert(action);
    }
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
pub fn action(method: &str, path: &str) -> Option<String> {
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
                action(method, &path).as_deref(),
                Some(wanted),
                "{method} {path}"
            );
        }
        assert_eq!(
            action("POST", &format!("{group}/providers/Microsoft.App/jobs/j")),
            None
        );
        assert_eq!(action("TRACE", group), None);
    }
}
