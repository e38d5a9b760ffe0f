//! What runs in a container: a World has no container engine, so a program stands in for an image.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};

use rhc_core::fake::World;

/// What an image does when it is run. It may take its time and speak to any host of the World.
pub type Program = Arc<
    dyn Fn(RunningContainer) -> Pin<Box<dyn Future<Output = Exit> + Send>> + Send + Sync + 'static,
>;

/// A container, as the program in it sees it.
#[derive(Clone)]
pub struct RunningContainer {
    /// Where it runs.
    pub world: World,
    /// Its image.
    pub image: String,
    /// Its command, where the template says one in place of the image's.
    pub command: Vec<String>,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its environment. `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` are there where the job has an identity.
    pub env: BTreeMap<String, String>,
    /// The id of the subnet that it speaks from; nothing where its environment has no network of its own.
    pub subnet: Option<String>,
}

impl fmt::Debug for RunningContainer {
    /// Without the environment, which holds the secret of the identity endpoint.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningContainer")
            .field("image", &self.image)
            .field("args", &self.args)
            .field("env", &self.env.keys().collect::<Vec<_>>())
            .field("subnet", &self.subnet)
            .finish_non_exhaustive()
    }
}

/// How a container ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exit {
    /// Its code; 0 is success.
    pub code: i32,
    /// What it wrote.
    pub log: Vec<String>,
}

/// The programs of a World, by image.
#[derive(Default)]
pub(super) struct Programs(RwLock<HashMap<String, Program>>);

impl Programs {
    pub(super) fn find(&self, image: &str) -> Option<Program> {
        let programs = self.0.read().unwrap_or_else(PoisonError::into_inner);
        programs.get(image).cloned()
    }
}

/// Says what an image does, by its whole reference. Programs are no part of the state: whoever opens a saved World
/// registers them again. An image that no program stands in for fails when a job runs it.
pub fn register_program(world: &World, image: &str, program: Program) {
    let programs: Arc<Programs> = world.extension();
    let mut programs = programs.0.write().unwrap_or_else(PoisonError::into_inner);
    programs.insert(image.to_owned(), program);
}
