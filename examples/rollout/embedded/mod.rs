//! The embedded cloud: the crates' fakes over one World, with what the environment file takes for granted in it.

mod admin;
mod bare;
mod blobs;
mod dev;
mod entra_logs;
pub mod github;
mod guest;
mod https;
mod inventory;
mod outsiders;
mod person;
mod probe;
mod registrar;
mod seed;
mod sql;
#[cfg(test)]
mod tests;
mod tls;

use std::io;
use std::sync::Arc;

use futures::future::try_join;
use rhc_core::fake::{DirectoryError, StateError, World, WorldOptions};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::connection::Connection;
use crate::manifest::Manifest;

pub use bare::{Bare, bare, bare_from_state};
pub use blobs::{Blob, Blobs, Lease};
pub use guest::{Guest, invite};
pub use https::{Https, Service};
pub use inventory::{Inventory, Names};
pub use sql::SqlSockets;
pub use tls::{Tls, TlsError, TlsListener};

/// Why there is no cloud.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddedError {
    /// The environment file's tenants cannot exist side by side.
    #[error("the embedded cloud cannot be filled from the environment file")]
    Directory(#[from] DirectoryError),
    /// The state makes no sense.
    #[error("{0}")]
    State(#[from] StateError),
    /// The state is of another environment.
    #[error(
        "the tenant '{0}' of the environment file is not in this cloud, or nobody administers it: was the state made for another environment?"
    )]
    NoTenant(String),
    /// A subscription is of a tenant that nobody named.
    #[error("a subscription is of the tenant '{0}', which is not among those that were named")]
    NobodysSubscription(String),
}

/// Whoever adds a crate with a fake adds it here.
fn mount(world: &World) {
    rhc_graph::fake::mount(world);
    rhc_arm::fake::mount(world);
    rhc_sql_identity::fake::mount(world);
    rhc_external_id::fake::mount(world);
    rhc_containerapps::fake::mount(world);
    github::mount(world);
    blobs::mount(world);
}

/// A cloud of several tenants in this process.
#[derive(Clone, Debug)]
pub struct EmbeddedCloud {
    world: World,
    manifest: Arc<Manifest>,
}

impl EmbeddedCloud {
    /// A cloud as it is before the rollout ever ran. With `person`, what a machine cannot do is done by a simulated
    /// person as soon as it is possible.
    ///
    /// # Errors
    /// Where the file's tenants cannot exist side by side.
    pub fn new(
        manifest: &Manifest,
        options: WorldOptions,
        person: bool,
    ) -> Result<Self, EmbeddedError> {
        let world = World::new(options);
        let cloud = Self::compose(manifest, world);
        cloud.world.with(|state| {
            seed::seed(state, manifest)?;
            registrar::seed(state, manifest)?;
            dev::seed(state, manifest);
            Ok::<_, EmbeddedError>(())
        })?;
        cloud.inhabit(person)
    }

    /// The cloud that [`to_state`](Self::to_state) wrote, or that a person has edited since.
    ///
    /// # Errors
    /// Names the JSON path of what makes no sense.
    pub fn from_state(
        manifest: &Manifest,
        state: &str,
        options: WorldOptions,
        person: bool,
    ) -> Result<Self, EmbeddedError> {
        let cloud = Self::compose(manifest, World::from_json(state, options)?);
        cloud.world.check()?;
        let hosting = &manifest.environment.hosting_tenant;
        cloud
            .world
            .with(|state| seed::operator(state, manifest, hosting))?;
        cloud.inhabit(person)
    }

    fn compose(manifest: &Manifest, world: World) -> Self {
        mount(&world);
        admin::mount(&world, &manifest.environment.name);
        Self {
            world,
            manifest: Arc::new(manifest.clone()),
        }
    }

    fn inhabit(self, person: bool) -> Result<Self, EmbeddedError> {
        person::register(&self.world, &self.manifest);
        registrar::register(&self.world, &self.manifest);
        probe::register(&self.world, &self.manifest);
        if person {
            self.world.person().enable();
        }
        self.world.check()?;
        Ok(self)
    }

    /// The whole state as JSON that a person can edit.
    ///
    /// # Errors
    /// Where a part of it cannot be written as JSON.
    pub fn to_state(&self) -> Result<Value, EmbeddedError> {
        Ok(self.world.to_json()?)
    }

    /// The World behind it.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// A way to it for the steps of this environment.
    pub fn connect(&self) -> Arc<Connection> {
        Connection::embedded(&self.manifest, &self.world)
    }

    /// Answers HTTP on a listener until the future is dropped, to clients that send the real hosts' names, and TDS beside it.
    ///
    /// # Errors
    /// Where a listener fails.
    pub async fn serve(&self, listener: TcpListener) -> io::Result<()> {
        let sql = SqlSockets::bind(&self.world, listener.local_addr()?.ip()).await?;
        try_join(self.world.serve(listener), sql.serve())
            .await
            .map(drop)
    }
}
