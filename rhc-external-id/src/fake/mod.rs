#![doc = include_str!("README.md")]

mod birth;
mod directories;
mod names;
mod residency;
mod user_flows;
mod vault;

use rhc_core::fake::World;

pub use birth::EXTENSIONS_APP;

/// Lets External ID tenants be made on the Resource Manager of a World, which `rhc_arm::fake::mount` provides, and have user
/// flows on its Microsoft Graph, which `rhc_graph::fake::mount` provides; and lets the vaults answer that it knows.
///
/// A section `externalId` of a loaded state that makes no sense is reported by [`World::check`].
pub fn mount(world: &World) {
    // The problem stays with the section, where `World::check` finds it.
    let _ = world.load_section::<user_flows::UserFlowState>();
    rhc_graph::fake::register(world, user_flows::ROUTES);
    rhc_arm::fake::register(world, directories::RULES);
    rhc_arm::fake::register_route(world, names::CHECK);
    vault::mount(world);
}
