//! The operations, by what they are about.

mod apps;
mod domains;
mod environments;
mod jobs;
pub(crate) mod place;
mod revisions;
mod settings;
