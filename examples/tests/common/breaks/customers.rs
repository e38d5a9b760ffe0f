//! How customers sign in, opened or broken.

use serde_json::{Value, json};

use super::{
    Break,
    Shown::{Create, Update},
    one,
};
use crate::edit::{CUSTOMERS, object, tenant};

const HP2: &str = "rhc-hp2-qa-web";
const SMX: &str = "rhc-smx-qa-web";
const FLOW: &str = "identity/identity/authenticationEventsFlows/rhc-qa-signin";
const POLICY: &str = "identity/identity/conditionalAccess/policies/rhc-qa-require-mfa";

/// What the fake of a service knows of the customers' tenant.
pub(crate) fn section<'s>(state: &'s mut Value, service: &str) -> &'s mut Value {
    let id = tenant(state, CUSTOMERS)["id"].as_str().unwrap().to_owned();
    let found = &mut state["sections"][service]["tenants"][&id];
    assert!(found.is_object(), "{service}");
    found
}

/// The one thing in a map.
fn only(map: &mut Value) -> &mut Value {
    let map = map.as_object_mut().unwrap();
    assert_eq!(map.len(), 1);
    map.values_mut().next().unwrap()
}

/// The user flow.
pub(crate) fn flow(state: &mut Value) -> &mut Value {
    only(&mut section(state, "externalId")["userFlows"])
}

/// The Conditional Access policy.
pub(crate) fn policy(state: &mut Value) -> &mut Value {
    only(&mut section(state, "graph")["conditionalAccess"])
}

fn registration<'s>(state: &'s mut Value, name: &str) -> &'s mut Value {
    &mut object(state, CUSTOMERS, "application", name)["body"]
}

pub(super) fn applications() -> Vec<Break> {
    vec![
        one(
            "sign-in may return to another site",
            "identity/applications/rhc-hp2-qa-web",
            Update(&["spa.redirectUris"]),
            |state| {
                let uris = &mut registration(state, HP2)["spa"]["redirectUris"];
                let uris = uris.as_array_mut().unwrap();
                uris.push(json!("https://hp2-qa.example.com/"));
            },
        ),
        one(
            "tokens come straight from the authorization endpoint",
            "identity/applications/rhc-smx-qa-web",
            Update(&["web.implicitGrantSettings.enableIdTokenIssuance"]),
            |state| {
                registration(state, SMX)["web"]["implicitGrantSettings"]["enableIdTokenIssuance"] =
                    json!(true);
            },
        ),
        one(
            "a role of the app was renamed",
            "identity/applications/rhc-smx-qa-web",
            Update(&["appRoles[*].value"]),
            |state| registration(state, SMX)["appRoles"][0]["value"] = json!("Boss"),
        ),
        one(
            "a role was added to the app",
            "identity/applications/rhc-hp2-qa-web",
            Update(&["appRoles[*]"]),
            |state| {
                let roles = registration(state, HP2)["appRoles"].as_array_mut();
                roles
                    .unwrap()
                    .push(json!({"id": "00000000-0000-4000-8000-00000000000b",
                    "value": "Boss", "displayName": "Boss", "description": "Boss",
                    "allowedMemberTypes": ["User"], "isEnabled": true}));
            },
        ),
        one(
            "the app asks for a permission more",
            "identity/applications/rhc-hp2-qa-web",
            Update(&["requiredResourceAccess[*].resourceAccess[*]"]),
            |state| {
                let access = &mut registration(state, HP2)["requiredResourceAccess"][0];
                let access = access["resourceAccess"].as_array_mut().unwrap();
                access.push(json!({"id": "570282fd-fa5c-430d-a7fd-fc8dc98a9dca", "type": "Scope"}));
            },
        ),
        Break {
            seen_too: &["control-plane/certificate/rhc-smx-qa-web"],
            ..one(
                "the app was given a password",
                "identity/applications/rhc-smx-qa-web",
                Update(&["passwordCredentials[*]"]),
                |state| {
                    registration(state, SMX)["passwordCredentials"] = json!([{
                        "keyId": "00000000-0000-4000-8000-00000000000b", "displayName": "by hand"}]);
                },
            )
        },
        Break {
            seen_too: &["control-plane/admission/smx"],
            ..one(
                "every user of the tenant may sign in to the staff's app",
                "identity/servicePrincipals/rhc-smx-qa-web",
                Update(&["appRoleAssignmentRequired"]),
                |state| {
                    let principal = object(state, CUSTOMERS, "servicePrincipal", SMX);
                    principal["body"]["appRoleAssignmentRequired"] = json!(false);
                },
            )
        },
        Break {
            seen_too: &["control-plane/admission/hp2"],
            ..one(
                "every user of the tenant may sign in to the practices' app",
                "identity/servicePrincipals/rhc-hp2-qa-web",
                Update(&["appRoleAssignmentRequired"]),
                |state| {
                    let principal = object(state, CUSTOMERS, "servicePrincipal", HP2);
                    principal["body"]["appRoleAssignmentRequired"] = json!(false);
                },
            )
        },
        one(
            "more was consented to",
            "identity/oauth2PermissionGrants/rhc-hp2-qa-web",
            Update(&["scope"]),
            |state| {
                let client =
                    object(state, CUSTOMERS, "servicePrincipal", HP2)["body"]["id"].clone();
                let grants = section(state, "graph")["permissionGrants"].as_object_mut();
                let mut grants = grants.unwrap().values_mut();
                let grant = grants.find(|grant| grant["clientId"] == client).unwrap();
                grant["scope"] = json!("openid offline_access User.Read Directory.Read.All");
            },
        ),
        one(
            "the consent was taken back",
            "identity/oauth2PermissionGrants/rhc-smx-qa-web",
            Create,
            |state| {
                let client =
                    object(state, CUSTOMERS, "servicePrincipal", SMX)["body"]["id"].clone();
                let grants = section(state, "graph")["permissionGrants"].as_object_mut();
                grants
                    .unwrap()
                    .retain(|_, grant| grant["clientId"] != client);
            },
        ),
    ]
}

pub(super) fn user_flow() -> Vec<Break> {
    const SEEN: &[&str] = &["control-plane/user-flow/qa"];
    vec![
        Break {
            seen_too: SEEN,
            ..one(
                "anybody can make himself an account",
                FLOW,
                Update(&["onInteractiveAuthFlowStart.isSignUpAllowed"]),
                |state| flow(state)["isSignUpAllowed"] = json!(true),
            )
        },
        Break {
            seen_too: SEEN,
            ..one(
                "users may sign in by another service",
                FLOW,
                Update(&["onAuthenticationMethodLoadStart.identityProviders[Google-OAUTH]"]),
                |state| {
                    section(state, "externalId")["identityProviders"] = json!({"Google-OAUTH": {"@odata.type": "#microsoft.graph.socialIdentityProvider",
                            "displayName": "Google", "identityProviderType": "Google", "clientId": "embedded"}});
                    let providers = flow(state)["identityProviders"].as_array_mut();
                    providers.unwrap().push(json!("Google-OAUTH"));
                },
            )
        },
        Break {
            seen_too: SEEN,
            ..one(
                "users sign in by a code in place of a password",
                FLOW,
                Update(&[
                    "onAuthenticationMethodLoadStart.identityProviders[EmailPassword-OAUTH]",
                    "onAuthenticationMethodLoadStart.identityProviders[EmailOtpSignup-OAUTH]",
                ]),
                |state| flow(state)["identityProviders"] = json!(["EmailOtpSignup-OAUTH"]),
            )
        }
        .written_in(2),
        one(
            "an attribute is collected no more",
            FLOW,
            Update(&[
                "onAttributeCollection.attributes[displayName]",
                "onAttributeCollection.attributeCollectionPage.views[0].inputs[displayName]",
            ]),
            |state| {
                let collection = &mut flow(state)["attributeCollection"];
                collection["attributes"] = json!(["email"]);
                let inputs = collection["views"][0]["inputs"].as_array_mut().unwrap();
                inputs.retain(|input| input["attribute"] != "displayName");
            },
        )
        .written_in(2),
        one(
            "an attribute more is collected",
            FLOW,
            Update(&["onAttributeCollection.attributes[city]"]),
            |state| {
                let attributes = flow(state)["attributeCollection"]["attributes"].as_array_mut();
                attributes.unwrap().push(json!("city"));
            },
        ),
        one(
            "a field of the page was made optional",
            FLOW,
            Update(&[
                "onAttributeCollection.attributeCollectionPage.views[0].inputs[email].required",
            ]),
            |state| {
                let view = &mut flow(state)["attributeCollection"]["views"][0];
                view["inputs"][0]["required"] = json!(false);
            },
        ),
        Break {
            seen_too: SEEN,
            ..one(
                "an app was taken out of the user flow",
                FLOW,
                Update(&["conditions.applications.includeApplications[*]"]),
                |state| {
                    let smx = registration(state, SMX)["appId"].clone();
                    let applications = flow(state)["includeApplications"].as_array_mut();
                    applications.unwrap().retain(|app| *app != smx);
                },
            )
        },
        one("the user flow was deleted", FLOW, Create, |state| {
            section(state, "externalId")["userFlows"] = json!({});
        }),
    ]
}

pub(super) fn second_factor() -> Vec<Break> {
    const SEEN: &[&str] = &["control-plane/second-factor/qa"];
    vec![
        Break {
            seen_too: SEEN,
            ..one(
                "the second factor is only reported",
                POLICY,
                Update(&["state"]),
                |state| policy(state)["state"] = json!("enabledForReportingButNotEnforced"),
            )
        },
        Break {
            seen_too: SEEN,
            ..one(
                "somebody was left out of the second factor",
                POLICY,
                Update(&["conditions.users.excludeUsers"]),
                |state| {
                    let excluded = &mut policy(state)["conditions"]["users"]["excludeUsers"];
                    let excluded = excluded.as_array_mut().unwrap();
                    excluded.push(json!("00000000-0000-4000-8000-00000000000b"));
                },
            )
        },
        Break {
            seen_too: SEEN,
            ..one(
                "a group was left out of the second factor",
                POLICY,
                Update(&["conditions.users.excludeGroups"]),
                |state| {
                    policy(state)["conditions"]["users"]["excludeGroups"] =
                        json!(["00000000-0000-4000-8000-00000000000b"]);
                },
            )
        },
        Break {
            seen_too: SEEN,
            ..one(
                "the second factor is not demanded in some places",
                POLICY,
                Update(&["conditions.locations"]),
                |state| {
                    policy(state)["conditions"]["locations"] =
                        json!({"includeLocations": ["All"], "excludeLocations": ["office"]});
                },
            )
        },
        one("the policy was deleted", POLICY, Create, |state| {
            policy(state)["deletedDateTime"] = json!("2026-11-23T09:00:00Z");
        }),
        one(
            "codes by e-mail were switched off",
            "identity/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/email",
            Update(&["state"]),
            |state| method(state, "emailAuthenticationMethod")["state"] = json!("disabled"),
        ),
        one(
            "codes by text message were switched on",
            "identity/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/sms",
            Update(&["state"]),
            |state| method(state, "smsAuthenticationMethod")["state"] = json!("enabled"),
        ),
        one(
            "passkeys were switched on",
            "identity/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/fido2",
            Update(&["state"]),
            |state| method(state, "fido2AuthenticationMethod")["state"] = json!("enabled"),
        ),
        one(
            "security defaults were switched on",
            "identity/policies/identitySecurityDefaultsEnforcementPolicy",
            Update(&["isEnabled"]),
            |state| {
                method(state, "identitySecurityDefaultsEnforcementPolicy")["isEnabled"] =
                    json!(true);
            },
        ),
    ]
}

/// A policy that the tenant has one of.
fn method<'s>(state: &'s mut Value, name: &str) -> &'s mut Value {
    let policy = &mut section(state, "graph")["policies"][name];
    assert!(policy.is_object(), "{name}");
    policy
}

pub(super) fn page() -> Vec<Break> {
    const PAGE: &str = "identity/organization/branding";
    vec![
        one(
            "the sign-in page says something else",
            PAGE,
            Update(&["signInPageText"]),
            |state| section(state, "graph")["branding"]["0"]["signInPageText"] = json!("Hello"),
        ),
        one(
            "the sign-in page is another one in French",
            PAGE,
            Update(&["otherLanguages"]),
            |state| {
                section(state, "graph")["branding"]["fr"] =
                    json!({"id": "fr", "signInPageText": "Bonjour"});
            },
        ),
        one("the sign-in page was reset", PAGE, Create, |state| {
            section(state, "graph")["branding"] = json!({});
        })
        .written_in(3),
    ]
}
