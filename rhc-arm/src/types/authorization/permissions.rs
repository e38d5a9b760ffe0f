//! What the caller may do, and what a permission allows.

use super::Permission;
use crate::{Method, Pages, Request, ResourceGroupScope, ResourceId, SubscriptionScope};

const API_VERSION: &str = "2022-04-01";

fn list(operation: &'static str, scope: &ResourceId) -> Request {
    let path = scope
        .path()
        .fixed("/providers/Microsoft.Authorization/permissions");
    Request::new(operation, Method::Get, path).query("api-version", API_VERSION)
}

impl SubscriptionScope {
    /// Lists what the caller may do in the subscription: one permission for each role that he holds there or above it.
    ///
    /// Request: `GET /subscriptions/{id}/providers/Microsoft.Authorization/permissions`, operation `subscriptions.permissions`.
    /// Permission: `Microsoft.Authorization/permissions/read`; the role Reader has it.
    /// Page: [Resource Manager's API for authentication](https://learn.microsoft.com/azure/azure-resource-manager/management/resource-manager-api-authentication),
    /// which shows it with an older version.
    ///
    /// Unverified: whether deny assignments and the conditions of role assignments count. The
    /// [description](https://github.com/Azure/azure-rest-api-specs/tree/main/specification/authorization) has neither in it,
    /// so a refusal is still possible where this allows an action.
    ///
    /// # Errors
    /// 403 `AuthorizationFailed` where the caller has no role, 404 `SubscriptionNotFound` where he does not see it.
    pub fn permissions(&self) -> Pages<Permission> {
        self.client
            .pages(list("subscriptions.permissions", &self.id()))
    }
}

impl ResourceGroupScope {
    /// Lists what the caller may do in the group: one permission for each role that he holds there or above it.
    ///
    /// Request: `GET …/resourceGroups/{name}/providers/Microsoft.Authorization/permissions`, operation `resourceGroups.permissions`.
    /// Permission: `Microsoft.Authorization/permissions/read`; the role Reader has it.
    /// Page: [permissions/list-for-resource-group](https://learn.microsoft.com/rest/api/authorization/permissions/list-for-resource-group).
    ///
    /// # Errors
    /// 403 `AuthorizationFailed` where the caller has no role, 404 `ResourceGroupNotFound`.
    pub fn permissions(&self) -> Pages<Permission> {
        self.client
            .pages(list("resourceGroups.permissions", self.id()))
    }
}

impl Permission {
    /// Whether it allows an action on resources, such as `Microsoft.KeyVault/vaults/write`: one of its actions fits, and
    /// none of what it takes away. What one role takes away another may give, so ask each of a caller's permissions.
    ///
    /// Page: [role definitions](https://learn.microsoft.com/azure/role-based-access-control/role-definitions).
    pub fn allows(&self, action: &str) -> bool {
        fits(&self.actions, action) && !fits(&self.not_actions, action)
    }

    /// Whether it allows an action on data, such as `Microsoft.KeyVault/vaults/secrets/getSecret/action`.
    ///
    /// Page: as [`allows`](Self::allows).
    pub fn allows_data(&self, action: &str) -> bool {
        fits(&self.data_actions, action) && !fits(&self.not_data_actions, action)
    }
}

fn fits(patterns: &Option<Vec<String>>, action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    let mut patterns = patterns.iter().flatten();
    patterns.any(|pattern| covers(&pattern.to_ascii_lowercase(), &action))
}

/// Whether an action is what a pattern says, in which `*` stands for anything, slashes included.
fn covers(pattern: &str, action: &str) -> bool {
    let Some((begin, pattern)) = pattern.split_once('*') else {
        return pattern == action;
    };
    let Some(mut rest) = action.strip_prefix(begin) else {
        return false;
    };
    let (middle, end) = pattern.rsplit_once('*').unwrap_or(("", pattern));
    for part in middle.split('*') {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permission(actions: &[&str], not_actions: &[&str]) -> Permission {
        let owned = |all: &[&str]| Some(all.iter().map(|&one| one.to_owned()).collect());
        Permission {
            actions: owned(actions),
            not_actions: owned(not_actions),
            ..Permission::default()
        }
    }

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, action, fits) in [
            ("*", "Microsoft.App/jobs/write", true),
            ("*/read", "Microsoft.App/jobs/read", true),
            ("*/read", "Microsoft.App/jobs/write", false),
            ("Microsoft.App/*", "microsoft.app/JOBS/start/action", true),
            ("Microsoft.App/*", "Microsoft.Apps/jobs/read", false),
            ("Microsoft.App/jobs/read", "Microsoft.App/jobs/read", true),
            ("Microsoft.App/jobs", "Microsoft.App/jobs/read", false),
            (
                "Microsoft.*/jobs/*/action",
                "Microsoft.App/jobs/start/action",
                true,
            ),
            (
                "Microsoft.*/jobs/*/action",
                "Microsoft.App/jobs/action",
                false,
            ),
            ("a*a", "a", false),
            ("**", "", true),
            ("", "", true),
            ("", "Microsoft.App/jobs/read", false),
        ] {
            let found = permission(&[pattern], &[]).allows(action);
            assert_eq!(found, fits, "{pattern} {action}");
        }
    }

    #[test]
    fn what_is_taken_away_is_not_allowed_and_nothing_is_without_actions() {
        let contributor = permission(&["*"], &["Microsoft.Authorization/*/Write"]);
        assert!(contributor.allows("Microsoft.App/jobs/write"));
        assert!(!contributor.allows("Microsoft.Authorization/roleAssignments/write"));
        assert!(contributor.allows("Microsoft.Authorization/roleAssignments/read"));
        assert!(!contributor.allows_data("Microsoft.KeyVault/vaults/secrets/getSecret/action"));
        assert!(!Permission::default().allows("Microsoft.App/jobs/read"));
        let data = Permission {
            data_actions: Some(vec!["Microsoft.KeyVault/vaults/*".to_owned()]),
            not_data_actions: Some(vec!["*/delete".to_owned()]),
            ..Permission::default()
        };
        assert!(data.allows_data("Microsoft.KeyVault/vaults/keys/sign/action"));
        assert!(!data.allows_data("Microsoft.KeyVault/vaults/keys/delete"));
        assert!(!data.allows("Microsoft.KeyVault/vaults/read"));
    }
}
