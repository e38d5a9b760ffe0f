//! Do customers sign in as they should, and only they, and only to their own app?

mod assignments;
mod second_factor;
mod user_flow;

use super::list;
use crate::engine::{Checked, TenantKey};
use crate::manifest::Manifest;
use crate::verify::check::Check;

pub(super) fn of(manifest: &Manifest, checked: &Checked) -> Vec<Box<dyn Check>> {
    let tenant = TenantKey::new(&manifest.customers.tenant);
    let mut signs_in = checked.steps().filter(|step| step.meta.tenant == tenant);
    if !signs_in.any(|step| step.meta.stage == crate::engine::Stage::IDENTITY) {
        return Vec::new();
    }
    let mut checks: Vec<Box<dyn Check>> = vec![
        Box::new(user_flow::UserFlowCheck(tenant.clone())),
        Box::new(second_factor::SecondFactor(tenant.clone())),
    ];
    for (key, _) in manifest.apps() {
        checks.push(Box::new(assignments::Assignments {
            tenant: tenant.clone(),
            app: key.to_owned(),
        }));
    }
    checks
}
