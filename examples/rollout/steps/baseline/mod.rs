//! The databases' tenant, secured: people and software of its own only.
//!
//! Everything here waits for the tenant's native administrators: whoever made the tenant is an outsider in it, and would
//! shut himself out.

mod policies;
pub mod software;
mod strangers;

use self::software::Allowed;
use self::strangers::{Strangers, StrangersStep};
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
        if self.is_hosting(tenant) {
            return;
        }
        for policy in policies::all(self, tenant, administrators) {
            self.steps.push(policy);
        }
    }

    /// Nobody and nothing in a tenant that is not its own. `settled` are the steps that may still need whoever made it.
    pub(super) fn strangers(
        &mut self,
        tenant: &TenantRef,
        administrators: &Key,
        settled: &[Key],
        hosting: &TenantRef,
    ) {
        if self.is_hosting(tenant) {
            return;
        }
        let Some(file) = self.manifest.tenant(tenant.key.as_str()) else {
            return;
        };
        let software = Strangers::Software(Allowed::of(self.manifest), hosting.clone());
        for (kind, who, why) in [
            (
                ACCOUNTS,
                Strangers::Accounts,
                "an account that lives elsewhere is protected, and can be lost, elsewhere",
            ),
            (
                "no registrations",
                Strangers::Registrations,
                "who owns a registration can give it a secret and become it; here nobody should be able to",
            ),
            (
                "no other software",
                software,
                "what is not known there can get no token for the databases",
            ),
        ] {
            let meta = meta(tenant, administrators, kind, &file.domain, why);
            let meta = match who {
                Strangers::Accounts => settled.iter().fold(meta, Meta::needs),
                Strangers::Registrations | Strangers::Software(..) => meta,
            };
            let clients = self.clients.clone();
            self.add(StrangersStep::new(
                meta,
                clients,
                tenant.clone(),
                &file.domain,
                who,
            ));
        }
    }
}

impl Site<'_> {
    /// Where the apps are, too, software is registered and guests may work: such a tenant is not closed.
    fn is_hosting(&self, tenant: &TenantRef) -> bool {
        tenant.key.as_str() == self.manifest.environment.hosting_tenant
    }
}

/// The key of the step that asks a person to take the accounts from outside away.
pub fn no_accounts_from_outside() -> Key {
    Key::new(format!("{}/{}", STAGE.id, ACCOUNTS.replace(' ', "-")))
}

const ACCOUNTS: &str = "no accounts from outside";

/// A part of the baseline: there is one per tenant.
fn meta(tenant: &TenantRef, administrators: &Key, kind: &str, name: &str, why: &str) -> Meta {
    Meta::new(
        format!("{}/{}", STAGE.id, kind.replace(' ', "-")),
        STAGE,
        tenant.key.clone(),
        kind,
        name,
    )
    .why(why)
    .needs(administrators)
}
