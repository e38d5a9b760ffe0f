//! The databases' tenant, opened again.

use serde_json::{Value, json};

use super::{
    Break,
    Shown::{Person, Update},
    one,
};
use crate::edit::{DATABASE, add_object, tenant};

const STRANGER: &str = "00000000-0000-4000-8000-00000000000c";

/// A policy of the databases' tenant as it stands.
fn policy<'s>(state: &'s mut Value, name: &str) -> &'s mut Value {
    let id = tenant(state, DATABASE)["id"].as_str().unwrap().to_owned();
    let policy = &mut state["sections"]["graph"]["tenants"][&id]["policies"][name];
    assert!(policy.is_object(), "{name}");
    policy
}

pub(super) fn policies() -> Vec<Break> {
    vec![
        one(
            "users may register applications again",
            "baseline/policies/authorizationPolicy",
            Update(&["defaultUserRolePermissions.allowedToCreateApps"]),
            |state| {
                let policy = policy(state, "authorizationPolicy");
                policy["defaultUserRolePermissions"]["allowedToCreateApps"] = json!(true);
            },
        ),
        one(
            "everybody may invite guests again",
            "baseline/policies/authorizationPolicy",
            Update(&["allowInvitesFrom"]),
            |state| policy(state, "authorizationPolicy")["allowInvitesFrom"] = json!("everyone"),
        ),
        one(
            "users may consent to applications again",
            "baseline/policies/authorizationPolicy",
            Update(&["defaultUserRolePermissions.permissionGrantPoliciesAssigned"]),
            |state| {
                let policy = policy(state, "authorizationPolicy");
                policy["defaultUserRolePermissions"]["permissionGrantPoliciesAssigned"] =
                    json!(["ManagePermissionGrantsForSelf.microsoft-user-default-low"]);
            },
        ),
        one(
            "security defaults were turned off",
            "baseline/policies/identitySecurityDefaultsEnforcementPolicy",
            Update(&["isEnabled"]),
            |state| {
                let policy = policy(state, "identitySecurityDefaultsEnforcementPolicy");
                policy["isEnabled"] = json!(false);
            },
        ),
        one(
            "users of other tenants may come in as guests again",
            "baseline/policies/crossTenantAccessPolicy/default",
            Update(&["b2bCollaborationInbound.usersAndGroups.accessType"]),
            |state| {
                let policy = policy(state, "crossTenantAccessPolicyDefault");
                policy["b2bCollaborationInbound"]["usersAndGroups"]["accessType"] =
                    json!("allowed");
            },
        ),
        one(
            "applications of other tenants may be reached by direct connect",
            "baseline/policies/crossTenantAccessPolicy/default",
            Update(&["b2bDirectConnectInbound.applications.accessType"]),
            |state| {
                let policy = policy(state, "crossTenantAccessPolicyDefault");
                policy["b2bDirectConnectInbound"]["applications"]["accessType"] = json!("allowed");
            },
        ),
    ]
}

/// What came in, and is for a person to take out.
pub(super) fn strangers() -> Vec<Break> {
    let case = |what, step, check: &'static [&'static str], edit| Break {
        seen_too: check,
        ..one(what, step, Person, edit)
    };
    vec![
        case(
            "a guest was invited into the databases' tenant",
            "baseline/no-accounts-from-outside",
            &["control-plane/externals/database"],
            |state| {
                let name = format!("helper_elsewhere.example#EXT#@{DATABASE}");
                let body = json!({"id": STRANGER, "displayName": "helper", "userPrincipalName": name,
                    "userType": "Member", "accountEnabled": true});
                add_object(state, DATABASE, "user", body);
            },
        ),
        case(
            "an application is registered in the databases' tenant",
            "baseline/no-registrations",
            &["control-plane/registrations/database"],
            |state| {
                let body = json!({"id": STRANGER, "appId": STRANGER, "displayName": "reports",
                    "signInAudience": "AzureADMyOrg"});
                add_object(state, DATABASE, "application", body);
            },
        ),
        case(
            "somebody else's application is known in the databases' tenant",
            "baseline/no-other-software",
            &["control-plane/service-principals/database"],
            |state| {
                let body = json!({"id": STRANGER, "appId": STRANGER, "displayName": "rhc-hp2-qa-db",
                    "appOwnerOrganizationId": STRANGER, "servicePrincipalType": "Application"});
                add_object(state, DATABASE, "servicePrincipal", body);
            },
        ),
    ]
}
