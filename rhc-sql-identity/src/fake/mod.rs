#![doc = include_str!("README.md")]

mod arm;
mod sql;
mod tds;

use rhc_core::fake::World;

pub use sql::{Batch, Catalogue, CatalogueUser, ServerCatalogue, SqlSection, Vantage, batches};
pub use tds::{TdsLogin, TdsServers};

#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzed {
    pub(crate) use super::sql::fuzzed::*;
    pub(crate) use super::tds::fuzzed::*;
}

/// Lets a World have SQL servers: their types in Resource Manager, and what is in them. [`TdsServers`] lets clients in.
///
/// [`rhc_arm::fake::mount`] is needed too. A problem of the section `sql` is found by [`World::check`].
pub fn mount(world: &World) {
    let _ = world.load_section::<SqlSection>();
    arm::register(world);
}
