//! What an administrator types to give what is needed. Each command stands whole on its line, to be copied.

use rhc_arm::types::authorization::Permission;
use serde_json::json;

use super::{AzureNeeds, DirectoryRole};
use crate::sign_in::GRAPH_CLIENT;

/// What compares needs with rights asks for this, so whoever has no more than he needs has it too.
const OWN_RIGHTS: &str = "Microsoft.Authorization/permissions/read";
/// What Contributor has not.
const NOT_FOR_CONTRIBUTORS: [&str; 5] = [
    "Microsoft.Authorization/*/Delete",
    "Microsoft.Authorization/*/Write",
    "Microsoft.Authorization/elevateAccess/Action",
    "Microsoft.Blueprint/blueprintAssignments/write",
    "Microsoft.Blueprint/blueprintAssignments/delete",
];

/// Who gets it, as commands name him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignee<'a> {
    /// The object id.
    pub object: &'a str,
    /// An application and no person.
    pub is_application: bool,
}

/// The page on which an administrator consents to permissions, for everybody who signs in with this client.
pub fn consent(domain: &str, client: Option<&str>, permissions: &[&str]) -> String {
    let client = client.unwrap_or(GRAPH_CLIENT);
    let full: Vec<String> = permissions
        .iter()
        .map(|one| format!("https://graph.microsoft.com/{one}"))
        .collect();
    format!(
        "https://login.microsoftonline.com/{domain}/v2.0/adminconsent?client_id={client}&scope={}",
        full.join("%20")
    )
}

/// Gives an application a permission of Microsoft Graph.
pub fn app_permission(object: &str, permission: &str) -> String {
    let graph = "az ad sp show --id 00000003-0000-0000-c000-000000000000";
    format!(
        "az rest --method post --url https://graph.microsoft.com/v1.0/servicePrincipals/{object}/appRoleAssignments --body \"{{\\\"principalId\\\": \\\"{object}\\\", \\\"resourceId\\\": \\\"$({graph} --query id --output tsv)\\\", \\\"appRoleId\\\": \\\"$({graph} --query \"appRoles[?value=='{permission}'].id | [0]\" --output tsv)\\\"}}\""
    )
}

/// Gives a role of the directory.
pub fn directory_role(who: &str, role: &DirectoryRole) -> String {
    let body = format!(
        "{{\"principalId\": \"{who}\", \"roleDefinitionId\": \"{}\", \"directoryScopeId\": \"/\"}}",
        role.template_id
    );
    format!(
        "az rest --method post --url https://graph.microsoft.com/v1.0/roleManagement/directory/roleAssignments --body '{body}' # {}",
        role.name
    )
}

/// Gives a role of Azure's over a scope.
pub fn azure_role(who: &Assignee<'_>, role: &str, scope: &str) -> String {
    let kind = if who.is_application {
        "ServicePrincipal"
    } else {
        "User"
    };
    format!(
        "az role assignment create --assignee-object-id {} --assignee-principal-type {kind} --role {role} --scope {scope}",
        who.object
    )
}

/// The smallest of Azure's three general roles that has all of these actions.
pub fn general_role<'a>(actions: impl IntoIterator<Item = &'a str> + Clone) -> &'static str {
    let owned = |all: &[&str]| Some(all.iter().map(|&one| one.to_owned()).collect());
    let reader = Permission {
        actions: owned(&["*/read"]),
        ..Permission::default()
    };
    let contributor = Permission {
        actions: owned(&["*"]),
        not_actions: owned(&NOT_FOR_CONTRIBUTORS),
        ..Permission::default()
    };
    let all = |role: &Permission| actions.clone().into_iter().all(|one| role.allows(one));
    match (all(&reader), all(&contributor)) {
        (true, _) => "Reader",
        (_, true) => "Contributor",
        _ => "Owner",
    }
}

/// A role of one's own with these actions and no others, and its assignment.
pub fn own_role(subscription: &str, needs: &AzureNeeds) -> [String; 3] {
    let mut actions: Vec<&str> = needs.actions.iter().map(String::as_str).collect();
    if !actions.contains(&OWN_RIGHTS) {
        actions.push(OWN_RIGHTS);
        actions.sort_unstable();
    }
    let definition = json!({
        "Name": format!("Rollout of {subscription}"),
        "Description": "What the rollout does here, and nothing else",
        "Actions": actions,
        "AssignableScopes": ["/subscriptions/'\"$subscription\"'"],
    });
    [
        format!(
            "subscription=$(az account show --subscription '{subscription}' --query id --output tsv)"
        ),
        format!(
            "az role definition create --role-definition '{}'",
            definition.to_string().replace("\\\"", "\"")
        ),
        format!(
            "az role assignment create --assignee WHO --role 'Rollout of {subscription}' --scope \"/subscriptions/$subscription\""
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_larger_role_is_named_than_is_needed() {
        for (actions, role) in [
            (&["Microsoft.App/jobs/read"][..], "Reader"),
            (
                &["Microsoft.App/jobs/read", "Microsoft.App/jobs/write"],
                "Contributor",
            ),
            (&["Microsoft.Authorization/roleAssignments/write"], "Owner"),
            (&[], "Reader"),
        ] {
            assert_eq!(general_role(actions.iter().copied()), role, "{actions:?}");
        }
    }

    #[test]
    fn whoever_has_what_he_needs_can_be_told_so() {
        let needs = AzureNeeds {
            actions: ["Microsoft.App/jobs/write".to_owned()].into(),
            ..AzureNeeds::default()
        };
        let [_, definition, _] = own_role("sub", &needs);
        assert!(definition.contains(OWN_RIGHTS), "{definition}");
    }
}
