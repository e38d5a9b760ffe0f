//! The tenant's policies: one of each kind, there from the beginning.

use super::schema::{
    self, Kind, Property, filled, flag, guid, objects, one_of, property, short, text, texts,
};
use super::state::{GraphState, TenantPolicies};
use super::{Call, Refusal, Reply, odata};
use rhc_core::fake::{State, TenantKind};
use serde_json::{Map, Value, json};

/// A policy of which each tenant has one.
#[derive(Debug)]
struct Singleton {
    name: &'static str,
    set: &'static str,
    type_name: &'static str,
    properties: &'static [Property],
    needs_type: bool,
    initial: fn(TenantKind) -> Value,
}

const TARGET: &[Property] = &[
    text("target"),
    one_of("targetType", &["user", "group", "application"]),
];
const TARGETS: &[Property] = &[
    one_of("accessType", &["allowed", "blocked"]),
    objects("targets", TARGET).or_null(),
];
const B2B: &[Property] = &[
    schema::object("usersAndGroups", TARGETS),
    schema::object("applications", TARGETS),
];
const METHOD_TARGET: &[Property] = &[
    one_of("targetType", &["user", "group"]).not_null(),
    text("id").not_null(),
    flag("isRegistrationRequired").not_null(),
];

const SMS_TARGET: &[Property] = &[
    one_of("targetType", &["user", "group"]).not_null(),
    text("id").not_null(),
    flag("isRegistrationRequired").not_null(),
    flag("isUsableForSignIn").not_null(),
];
const EXCLUDED: &[Property] = &[
    one_of("targetType", &["user", "group"]).not_null(),
    short("id", 64).not_null(),
];

pub(super) const SMS_METHOD: &[Property] = &[
    text("id").read_only(),
    one_of("state", &["enabled", "disabled"]),
    objects("includeTargets", SMS_TARGET).or_null(),
    objects("excludeTargets", EXCLUDED),
];

pub(super) const FIDO2_METHOD: &[Property] = &[
    text("id").read_only(),
    one_of("state", &["enabled", "disabled"]),
    text("defaultPasskeyProfile"),
    flag("isAttestationEnforced"),
    flag("isSelfServiceRegistrationAllowed"),
    property("keyRestrictions", Kind::Any),
    objects("includeTargets", METHOD_TARGET).or_null(),
    objects("excludeTargets", EXCLUDED),
];

pub(super) const AUTHORIZATION_POLICY: &[Property] = &[
    text("id").read_only(),
    one_of(
        "allowInvitesFrom",
        &[
            "none",
            "adminsAndGuestInviters",
            "adminsGuestInvitersAndAllMembers",
            "everyone",
        ],
    ),
    flag("allowedToSignUpEmailBasedSubscriptions").not_null(),
    flag("allowedToUseSSPR").not_null(),
    flag("allowEmailVerifiedUsersToJoinOrganization").not_null(),
    flag("allowUserConsentForRiskyApps"),
    flag("blockMsolPowerShell"),
    text("displayName"),
    text("description"),
    guid("guestUserRoleId"),
    filled(
        "defaultUserRolePermissions",
        &[
            flag("allowedToCreateApps").not_null(),
            flag("allowedToCreateSecurityGroups").not_null(),
            flag("allowedToCreateTenants"),
            flag("allowedToReadBitlockerKeysForOwnedDevice"),
            flag("allowedToReadOtherUsers").not_null(),
            texts("permissionGrantPoliciesAssigned").or_null(),
        ],
    )
    .not_null(),
];

pub(super) const SECURITY_DEFAULTS: &[Property] = &[
    text("id").read_only(),
    text("description").read_only(),
    text("displayName").read_only(),
    flag("isEnabled").not_null(),
];

pub(super) const CROSS_TENANT_DEFAULT: &[Property] = &[
    property("appServiceConnectInbound", Kind::Any),
    property("automaticUserConsentSettings", Kind::Any),
    schema::object("b2bCollaborationInbound", B2B),
    schema::object("b2bCollaborationOutbound", B2B),
    schema::object("b2bDirectConnectInbound", B2B),
    schema::object("b2bDirectConnectOutbound", B2B),
    property("inboundTrust", Kind::Any),
    property(
        "invitationRedemptionIdentityProviderConfiguration",
        Kind::Any,
    ),
    flag("isServiceDefault").read_only(),
    property("tenantRestrictions", Kind::Any),
];

pub(super) const EMAIL_METHOD: &[Property] = &[
    text("id").read_only(),
    one_of("state", &["enabled", "disabled"]),
    one_of(
        "allowExternalIdToUseEmailOtp",
        &["default", "enabled", "disabled"],
    ),
    objects("includeTargets", METHOD_TARGET).or_null(),
    objects("excludeTargets", EXCLUDED),
];

const AUTHORIZATION: Singleton = Singleton {
    name: "authorizationPolicy",
    set: "policies/authorizationPolicy",
    type_name: "authorizationPolicy",
    properties: AUTHORIZATION_POLICY,
    needs_type: false,
    initial: |_| {
        json!({"id": "authorizationPolicy", "allowInvitesFrom": "everyone", "allowedToSignUpEmailBasedSubscriptions": true,
            "allowedToUseSSPR": true, "allowEmailVerifiedUsersToJoinOrganization": true, "displayName": "Authorization Policy",
            "description": "Used to manage authorization related settings across the company.",
            "defaultUserRolePermissions": {"allowedToCreateApps": true, "allowedToCreateSecurityGroups": true, "allowedToCreateTenants": true,
                "allowedToReadOtherUsers": true, "permissionGrantPoliciesAssigned": []}})
    },
};

const DEFAULTS: Singleton = Singleton {
    name: "identitySecurityDefaultsEnforcementPolicy",
    set: "policies/identitySecurityDefaultsEnforcementPolicy",
    type_name: "identitySecurityDefaultsEnforcementPolicy",
    properties: SECURITY_DEFAULTS,
    needs_type: false,
    // On in new workforce tenants. Unverified for external ones, where it would be in the way of Conditional Access.
    initial: |kind| {
        json!({"id": "00000000-0000-0000-0000-000000000005", "displayName": "Security Defaults",
            "isEnabled": kind == TenantKind::Workforce})
    },
};

const CROSS_TENANT: Singleton = Singleton {
    name: "crossTenantAccessPolicyDefault",
    set: "policies/crossTenantAccessPolicy/default",
    type_name: "crossTenantAccessPolicyConfigurationDefault",
    properties: CROSS_TENANT_DEFAULT,
    needs_type: false,
    initial: |_| {
        json!({"isServiceDefault": true,
            "inboundTrust": {"isMfaAccepted": false, "isCompliantDeviceAccepted": false, "isHybridAzureADJoinedDeviceAccepted": false},
            "b2bCollaborationOutbound": everybody("allowed"), "b2bCollaborationInbound": everybody("allowed"),
            "b2bDirectConnectOutbound": everybody("blocked"), "b2bDirectConnectInbound": everybody("blocked")})
    },
};

/// All users and all applications, as Microsoft's own default of a direction is.
///
/// Source: the example of crosstenantaccesspolicyconfigurationdefault-get.
fn everybody(access: &str) -> Value {
    json!({"usersAndGroups": {"accessType": access, "targets": [{"target": "AllUsers", "targetType": "user"}]},
        "applications": {"accessType": access, "targets": [{"target": "AllApplications", "targetType": "application"}]}})
}

const EMAIL: Singleton = Singleton {
    name: "emailAuthenticationMethod",
    set: "authenticationMethodConfigurations",
    type_name: "emailAuthenticationMethodConfiguration",
    properties: EMAIL_METHOD,
    needs_type: true,
    initial: |_| json!({"id": "Email", "state": "disabled", "allowExternalIdToUseEmailOtp": "default"}),
};

const SMS: Singleton = Singleton {
    name: "smsAuthenticationMethod",
    set: "authenticationMethodConfigurations",
    type_name: "smsAuthenticationMethodConfiguration",
    properties: SMS_METHOD,
    needs_type: true,
    initial: |_| json!({"id": "Sms", "state": "disabled"}),
};

const FIDO2: Singleton = Singleton {
    name: "fido2AuthenticationMethod",
    set: "authenticationMethodConfigurations",
    type_name: "fido2AuthenticationMethodConfiguration",
    properties: FIDO2_METHOD,
    needs_type: true,
    initial: |_| json!({"id": "Fido2", "state": "disabled"}),
};

impl Singleton {
    fn of<'a>(&self, state: &'a mut State, call: &Call) -> &'a mut Map<String, Value> {
        let tenant = state.directory_ref().tenant_by_id(call.tenant());
        let kind = tenant.map_or(TenantKind::Workforce, |tenant| tenant.kind);
        let policies: &mut TenantPolicies = state.section::<GraphState>().of(call.tenant());
        policies
            .policies
            .entry(self.name.to_owned())
            .or_insert_with(|| {
                (self.initial)(kind)
                    .as_object()
                    .cloned()
                    .unwrap_or_default()
            })
    }

    fn get(&self, state: &mut State, call: &Call) -> Result<Reply, Refusal> {
        let body = self.of(state, call).clone();
        let mut answer = odata::single(call, self.set, self.type_name, self.properties, &body)?;
        if self.needs_type {
            answer["@odata.type"] = json!(format!("#microsoft.graph.{}", self.type_name));
        }
        Ok(Reply::ok(answer))
    }

    fn update(&self, state: &mut State, call: &Call) -> Result<Reply, Refusal> {
        let body = call.body()?;
        let stated = body.get("@odata.type").and_then(Value::as_str);
        let wanted = format!("#microsoft.graph.{}", self.type_name);
        if self.needs_type && stated.is_none_or(|stated| !stated.eq_ignore_ascii_case(&wanted)) {
            return Err(Refusal::new(
                400,
                "BadRequest",
                format!("The property '@odata.type' must be '{wanted}'."),
            ));
        }
        schema::check(body, self.properties, self.type_name, false)?;
        let policy = self.of(state, call);
        schema::merge(policy, body);
        if policy.contains_key("isServiceDefault") {
            policy.insert("isServiceDefault".to_owned(), json!(false));
        }
        Ok(Reply::no_content())
    }
}

/// Whether security defaults are in force in the caller's tenant.
pub(super) fn has_security_defaults(state: &mut State, call: &Call) -> bool {
    DEFAULTS.of(state, call).get("isEnabled") == Some(&json!(true))
}

pub(super) fn authorization(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    AUTHORIZATION.get(state, call)
}

pub(super) fn update_authorization(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    AUTHORIZATION.update(state, call)
}

pub(super) fn security_defaults(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    DEFAULTS.get(state, call)
}

/// Security defaults and Conditional Access exclude each other.
pub(super) fn update_security_defaults(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let enables = call.body()?.get("isEnabled") == Some(&json!(true));
    if enables
        && state
            .section::<GraphState>()
            .of(call.tenant())
            .has_enabled_access_policy()
    {
        return Err(Refusal::bad_request(
            "Security defaults cannot be enabled while a Conditional Access policy is enabled.",
        ));
    }
    DEFAULTS.update(state, call)
}

pub(super) fn cross_tenant(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    CROSS_TENANT.get(state, call)
}

pub(super) fn update_cross_tenant(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    CROSS_TENANT.update(state, call)
}

pub(super) fn email(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    EMAIL.get(state, call)
}

pub(super) fn update_email(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    EMAIL.update(state, call)
}

/// The other methods of which the fake knows the table; Microsoft has more.
fn method(call: &Call) -> Result<&'static Singleton, Refusal> {
    let asked = &call.key(0)?.value;
    [("sms", &SMS), ("fido2", &FIDO2)]
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(asked))
        .map(|(_, method)| method)
        .ok_or_else(|| Refusal::not_found(asked))
}

pub(super) fn other_method(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    method(call)?.get(state, call)
}

pub(super) fn update_other_method(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    method(call)?.update(state, call)
}
