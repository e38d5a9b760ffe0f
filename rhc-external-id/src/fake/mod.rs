#![doc = include_str!("README.md")]

mod birth;
mod directories;
mod names;
mod residency;

use rhc_core::fake::World;

pub use birth::EXTENSIONS_APP;

/// Lets External ID tenants be made on the Resource Manager of a World, which `rhc_arm::fake::mount` provides.
pub fn mount(world: &World) {
    rhc_arm::fake::register(world, directories::RULES);
    rhc_arm::fake::register_route(world, names::CHECK);
}
