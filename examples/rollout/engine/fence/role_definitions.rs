//! A custom role reaches no further than the resource group that it is defined in.

use serde_json::Value;

/// Refuses a role definition that could be assigned outside of its own resource group, or that allows everything.
pub(super) fn check(path: &[String], body: Option<&[u8]>) -> Result<(), String> {
    let at = |name: &str| {
        path.iter()
            .position(|segment| segment.eq_ignore_ascii_case(name))
    };
    let (Some(providers), Some(_)) = (at("providers"), at("roleDefinitions")) else {
        return Ok(());
    };
    let own = format!("/{}", path.get(..providers).unwrap_or_default().join("/"));
    let body: Value = body
        .and_then(|bytes| serde_json::from_slice(bytes).ok())
        .unwrap_or_default();
    let scopes = body["properties"]["assignableScopes"].as_array();
    let inside = scopes.is_some_and(|scopes| {
        !scopes.is_empty()
            && scopes.iter().all(|scope| {
                scope
                    .as_str()
                    .is_some_and(|scope| scope.eq_ignore_ascii_case(&own))
            })
    });
    if !inside {
        return Err("a role may be assignable in its own resource group only".to_owned());
    }
    let permissions = body["properties"]["permissions"].as_array();
    let mut allowed = permissions.into_iter().flatten().flat_map(|permission| {
        let lists = ["actions", "dataActions"].map(|list| permission[list].as_array());
        lists.into_iter().flatten().flatten()
    });
    if allowed.any(|action| action.as_str().is_none_or(|action| action.contains('*'))) {
        return Err("a role of the environment names each right by itself".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(scope: &str, action: &str) -> Option<String> {
        let path =
            "subscriptions/s/resourceGroups/rg/providers/Microsoft.Authorization/roleDefinitions/r";
        let path: Vec<String> = path.split('/').map(str::to_owned).collect();
        let body = json!({"properties": {"assignableScopes": [scope], "permissions": [{"actions": [action]}]}});
        check(&path, Some(body.to_string().as_bytes())).err()
    }

    #[test]
    fn a_role_stays_in_its_group_and_has_no_star() {
        let (own, right) = (
            "/subscriptions/s/resourceGroups/rg",
            "Microsoft.App/containerApps/read",
        );
        assert_eq!(refused(own, right), None);
        assert_eq!(refused("/subscriptions/S/resourcegroups/RG", right), None);
        for scope in [
            "/",
            "/subscriptions/s",
            "/subscriptions/s/resourceGroups/rg2",
        ] {
            assert!(refused(scope, right).is_some(), "{scope}");
        }
        assert!(refused(own, "*").is_some());
        assert!(refused(own, "Microsoft.App/*/read").is_some());
        assert!(
            check(&["subscriptions".to_owned()], None).is_ok(),
            "no role"
        );
    }
}
