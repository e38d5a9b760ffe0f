//! What looks from inside: the probe's image in the registry, and for each app a job that runs it as the app.
//!
//! `apply` makes the jobs; only `verify` starts them.

mod image;
mod job;
mod registry;

pub use image::{ProbeImageStep, key, reference, registry as registry_of};
pub(in crate::steps) use job::Inside;
pub use job::{KIND, SECONDS};
