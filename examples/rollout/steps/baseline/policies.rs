//! The tenant's policies: who may invite, register and consent; who comes in from other tenants; Microsoft's own baseline.

use std::sync::Arc;

use rhc_graph::{
    AuthorizationPolicy, B2bSetting, CrossTenantDefault, DefaultUserPermissions, InvitesFrom,
    SecurityDefaults,
};
use uuid::{Uuid, uuid};

use super::meta;
use crate::engine::{Key, Step};
use crate::steps::clients::TenantRef;
use crate::steps::directory::SingletonStep;
use crate::steps::site::Site;

/// Where Graph keeps them; the kinds of the steps, too.
pub(super) const PATHS: [&str; 3] = [
    AUTHORIZATION,
    "policies/identitySecurityDefaultsEnforcementPolicy",
    "policies/crossTenantAccessPolicy/default",
];
const AUTHORIZATION: &str = "policies/authorizationPolicy";

/// The role of guests who see nothing but themselves.
const RESTRICTED_GUEST: Uuid = uuid!("2af84b1e-32c8-42b7-82bc-daa82404023b");

pub(super) fn all(site: &Site<'_>, tenant: &TenantRef, administrators: &Key) -> [Arc<dyn Step>; 3] {
    let clients = || site.clients.clone();
    let [authorization, defaults, cross_tenant] = PATHS;
    [
        Arc::new(SingletonStep::new(
            meta(
                tenant,
                administrators,
                authorization,
                "what users may do by themselves",
                "nobody invites guests, and users register no applications, consent to none and make no tenants",
            ),
            clients(),
            tenant.clone(),
            |_| Ok(users_may_do_nothing()),
            |graph| async move { graph.policies().authorization().await.map(Some) },
            |graph, wanted| async move { graph.policies().update_authorization(&wanted).await },
        )),
        Arc::new(SingletonStep::new(
            meta(
                tenant,
                administrators,
                defaults,
                "security defaults",
                "administrators need a second factor, and old protocols that know none are refused",
            ),
            clients(),
            tenant.clone(),
            |_| {
                Ok(SecurityDefaults {
                    is_enabled: Some(true),
                    ..SecurityDefaults::default()
                })
            },
            |graph| async move { graph.policies().security_defaults().await.map(Some) },
            |graph, wanted| async move { graph.policies().update_security_defaults(&wanted).await },
        )),
        Arc::new(SingletonStep::new(
            meta(
                tenant,
                administrators,
                cross_tenant,
                "cross-tenant access, the default",
                "no user of another tenant comes in, as a guest or by direct connect",
            ),
            clients(),
            tenant.clone(),
            |_| Ok(nobody_comes_in()),
            |graph| async move { graph.policies().cross_tenant_default().await.map(Some) },
            |graph, wanted| async move { graph.policies().update_cross_tenant_default(&wanted).await },
        )),
    ]
}

/// Unverified: that `none` stops administrators' invitations, too.
fn users_may_do_nothing() -> AuthorizationPolicy {
    AuthorizationPolicy {
        allow_invites_from: Some(InvitesFrom::None),
        allow_email_verified_users_to_join_organization: Some(false),
        allowed_to_sign_up_email_based_subscriptions: Some(false),
        block_msol_power_shell: Some(true),
        guest_user_role_id: Some(RESTRICTED_GUEST),
        default_user_role_permissions: Some(DefaultUserPermissions {
            allowed_to_create_apps: Some(false),
            allowed_to_create_security_groups: Some(false),
            allowed_to_create_tenants: Some(false),
            permission_grant_policies_assigned: Some(Vec::new()),
            ..DefaultUserPermissions::default()
        }),
        ..AuthorizationPolicy::default()
    }
}

/// Users only: the service principals of the bridges and of the automation are this tenant's own, and come in as such. The
/// way out stays as it is: this tenant's people are its administrators, and an invitation elsewhere brings nothing in.
fn nobody_comes_in() -> CrossTenantDefault {
    CrossTenantDefault {
        b2b_collaboration_inbound: Some(B2bSetting::blocked()),
        b2b_direct_connect_inbound: Some(B2bSetting::blocked()),
        ..CrossTenantDefault::default()
    }
}
