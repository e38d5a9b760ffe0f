//! What no single step can see: one file per subject.

mod answers;
mod audit;
mod bridge;
mod certificate;
mod customers;
mod database_tenant;
mod delivery;
mod discovery;
mod inside;
mod placement;
mod private_record;
mod refused;
mod registry;
mod roles;
mod sql_access;
mod sql_administrators;
mod sql_door;
mod sql_logins;
mod sql_users;
mod subscription;

use super::check::Check;
use crate::engine::Checked;
use crate::manifest::Manifest;

/// The checks that fit what the steps make: what no step makes is not asked for.
pub(super) fn of(manifest: &Manifest, checked: &Checked) -> Vec<Box<dyn Check>> {
    [
        discovery::of(manifest, checked),
        answers::of(manifest, checked),
        sql_door::of(manifest, checked),
        database_tenant::of(manifest, checked),
        sql_administrators::of(manifest, checked),
        sql_users::of(manifest, checked),
        sql_logins::of(manifest, checked),
        bridge::of(checked),
        certificate::of(manifest, checked),
        customers::of(manifest, checked),
        roles::of(manifest, checked),
        placement::of(manifest, checked),
        private_record::of(manifest, checked),
        sql_access::of(manifest, checked),
        audit::of(manifest, checked),
        delivery::of(manifest, checked),
        inside::of(manifest, checked),
        refused::of(manifest, checked),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A list for a person.
fn list<T: AsRef<str>>(names: &[T]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    names.join(", ")
}
