//! The types and paths of this crate, one file per service.

mod group;
mod provider;
mod subscription;

use rhc_core::fake::World;

use super::registry::Registry;
use super::route::Route;
use super::rules::TypeRules;

/// The tables of this crate.
const TYPES: &[&[TypeRules]] = &[group::TYPES];
/// Its paths that are no resources.
const ROUTES: &[&[Route]] = &[subscription::ROUTES, provider::ROUTES];

pub(super) fn register(registry: &Registry) {
    for rules in TYPES.iter().copied().flatten() {
        registry.add(*rules);
    }
    for route in ROUTES.iter().copied().flatten() {
        registry.add_route(*route);
    }
}

pub(super) fn on_events(world: &World) {
    provider::on_events(world);
}
