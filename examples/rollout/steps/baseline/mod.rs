//! The databases' tenant, secured: people and software of its own only.
//!
//! Everything here waits for the tenant's native administrators: whoever made the tenant is an outsider in it, and would
//! shut himself out.

mod policies;

use super::clients::TenantRef;
use super::site::Site;
use crate::engine::{Key, Meta, Stage};

/// Where the plan shows it: after the tenant, before what stands in it.
const STAGE: Stage = Stage::new(25, "baseline", "The databases' tenant, secured");

/// The tenant's singletons that are written, as the fence names them.
pub const WRITES: [&str; 3] = policies::PATHS;

/// What a person who does it is asked to consent to.
pub const PERMISSIONS: [&str; 4] = [
    "Policy.Read.All",
    "Policy.ReadWrite.Authorization",
    "Policy.ReadWrite.CrossTenantAccess",
    "Policy.ReadWrite.SecurityDefaults",
];

impl Site<'_> {
    /// Closes a tenant to everybody from outside and to software that its users bring, once `administrators` (the step of its
    /// native ones) has people who can open it again.
    pub(super) fn baseline(&mut self, tenant: &TenantRef, administrators: &Key) {
        for policy in policies::all(self, tenant, administrators) {
            self.steps.push(policy);
        }
    }
}

/// A part of the baseline: there is one per tenant.
fn meta(tenant: &TenantRef, administrators: &Key, kind: &str, name: &str, why: &str) -> Meta {
    Meta::new(
        format!("{}/{kind}", STAGE.id),
        STAGE,
        tenant.key.clone(),
        kind,
        name,
    )
    .why(why)
    .needs(administrators)
}
