//! The tenant's policies: one of each kind, there from the beginning.

use super::schema::{
    self, Kind, Property, filled, flag, guid, objects, one_of, property, text, texts,
};
use super::state::{GraphState, TenantPolicies};
use super::{Call, Refusal, Reply, odata};
use rhc_core::fake::{State, TenantKind};
use serde_json::{Map, Value, json};

/// A policy of which each tenant has one.
#[derive(Debug)]
pub(super) struct Singleton {
    /// Its name in the state.
    pub(super) name: &'static str,
    /// Where it stands.
    pub(super) set: &'static str,
    /// Its type below `microsoft.graph`.
    pub(super) type_name: &'static str,
    /// Its properties.
    pub(super) properties: &'static [Property],
    /// Whether a change has to say of which type it is.
    pub(super) needs_type: bool,
    /// What it is in a new tenant.
    pub(super) initial: fn(TenantKind) -> Value,
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

impl Singleton {
    pub(super) fn of<'a>(&self, state: &'a mut State, call: &Call) -> &'a mut Map<String, Value> {
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

    pub(super) fn get(&self, state: &mut State, call: &Call) -> Result<Reply, Refusal> {
        let body = self.of(state, call).clone();
        let mut answer = odata::single(call, self.set, self.type_name, self.properties, &body)?;
        if self.needs_type {
            answer["@odata.type"] = json!(format!("#microsoft.graph.{}", self.type_name));
        }
        Ok(Reply::ok(answer))
    }

    pub(super) fn update(&self, state: &mut State, call: &Call) -> Result<Reply, Refusal> {
        self.change(state, call, call.body()?)?;
        Ok(Reply::no_content())
    }

    /// Whether a change is one of this policy.
    pub(super) fn check(&self, body: &Map<String, Value>) -> Result<(), Refusal> {
        let stated = body.get("@odata.type").and_then(Value::as_str);
        let wanted = format!("#microsoft.graph.{}", self.type_name);
        if self.needs_type && stated.is_none_or(|stated| !stated.eq_ignore_ascii_case(&wanted)) {
            return Err(Refusal::new(
                400,
                "BadRequest",
                format!("The property '@odata.type' must be '{wanted}'."),
            ));
        }
        schema::check(body, self.properties, self.type_name, false)
    }

    /// Changes what a body says.
    pub(super) fn change(
        &self,
        state: &mut State,
        call: &Call,
        body: &Map<String, Value>,
    ) -> Result<(), Refusal> {
        self.check(body)?;
        let policy = self.of(state, call);
        schema::merge(policy, body);
        if policy.contains_key("isServiceDefault") {
            policy.insert("isServiceDefault".to_owned(), json!(false));
        }
        Ok(())
    }
}

/// Whether security defaults are in force in the caller's tenant.
pub(super) fn has_security_defaults(state: &mut State, call: &Call) -> bool {
    DEFAULTS.of(state, call).get("isEnabled") == Some(&json!(true))
}

/// Who may invite guests to the caller's tenant.
pub(super) fn allow_invites_from(state: &mut State, call: &Call) -> String {
    let policy = AUTHORIZATION.of(state, call);
    let own = policy.get("allowInvitesFrom").and_then(Value::as_str);
    own.unwrap_or_default().to_owned()
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
