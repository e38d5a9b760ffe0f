//! How customers sign in: an application per app, the user flow that all of them share, the second factor, the page itself.
//!
//! Everything here waits for the tenant's native administrators: whoever made the tenant is an outsider in it, and the second
//! factor is demanded of everybody but the emergency account.

mod applications;
mod methods;
mod page;
mod second_factor;
mod user_flow;

pub use second_factor::SecondFactorStep;
pub use user_flow::UserFlowStep;
pub(crate) use user_flow::every as every_user_flow;

use std::collections::BTreeMap;

use super::clients::TenantRef;
use super::site::Site;
use crate::engine::{GraphAccess, Key, Marking, Meta, Stage};

const STAGE: Stage = Stage::IDENTITY;

/// What is written in the customers' tenant beside registrations and service principals, as the fence names it.
pub const WRITES: [(&str, GraphAccess); 8] = [
    (applications::CONSENTS, GraphAccess::Objects),
    (user_flow::FLOWS, GraphAccess::Objects),
    (second_factor::POLICIES, GraphAccess::Objects),
    (second_factor::DEFAULTS, GraphAccess::Singleton),
    (methods::EMAIL, GraphAccess::Singleton),
    (methods::SMS, GraphAccess::Singleton),
    (methods::FIDO2, GraphAccess::Singleton),
    (page::BRANDING, GraphAccess::Whole),
];

/// What a person who does it is asked to consent to.
pub const PERMISSIONS: [&str; 11] = [
    "AppRoleAssignment.ReadWrite.All",
    // A Conditional Access policy needs it by this name, beside the one to write applications.
    "Application.Read.All",
    "Application.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "EventListener.ReadWrite.All",
    // Who is let in through a group is asked by `verify`.
    "GroupMember.Read.All",
    "OrganizationalBranding.ReadWrite.All",
    "Policy.Read.All",
    "Policy.ReadWrite.AuthenticationMethod",
    "Policy.ReadWrite.ConditionalAccess",
    "Policy.ReadWrite.SecurityDefaults",
];

/// What the customers' stage made, for the stages after it.
#[derive(Debug, Default)]
pub(super) struct SignIn {
    /// The application with which an app's users sign in, by the app's key.
    pub(super) applications: BTreeMap<String, Key>,
}

impl Site<'_> {
    /// Lets the apps' users sign in to `tenant`, once `administrators` (the step of its native ones) has people who can let
    /// themselves in again.
    pub(super) fn customers(&mut self, tenant: &TenantRef, administrators: &Key) -> SignIn {
        let mut made = SignIn::default();
        for (key, app) in self.manifest.apps() {
            let application = self.sign_in_application(tenant, administrators, key, app);
            made.applications.insert(key.to_owned(), application);
        }
        let apps: Vec<Key> = made.applications.values().cloned().collect();
        self.user_flow(tenant, &apps);
        let methods = self.sign_in_methods(tenant, administrators);
        self.second_factor(tenant, administrators, &methods);
        self.sign_in_page(tenant, administrators);
        made
    }
}

/// A thing that the customers' tenant has.
fn meta(tenant: &TenantRef, kind: &str, name: &str, why: impl Into<String>) -> Meta {
    Meta::new(
        format!("{}/{kind}/{name}", STAGE.id),
        STAGE,
        tenant.key.clone(),
        kind,
        name,
    )
    .why(why)
}

/// What is known by how its name begins and is called otherwise gets no mark: to rename it would be to change it.
fn named_otherwise(meta: &Meta, prefix: &str) -> Marking {
    Marking::Not {
        why: format!(
            "what is the rollout's begins with {prefix}, and {} does not",
            meta.name
        ),
        resolve: format!(
            "rename it in the portal, and in the environment file, so that it begins with {prefix}: then it is the environment's"
        ),
    }
}

/// A thing that the customers' tenant has exactly one of.
fn only(tenant: &TenantRef, kind: &str, name: &str, why: &str) -> Meta {
    Meta::new(
        format!("{}/{kind}", STAGE.id),
        STAGE,
        tenant.key.clone(),
        kind,
        name,
    )
    .why(why)
}
