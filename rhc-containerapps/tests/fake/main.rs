//! The fake of Container Apps: environments, apps and jobs through our client, and each rule broken.

mod apps;
mod bad_input;
mod domains;
mod environments;
mod identities;
mod jobs;
mod registries;
mod revisions;
mod storages;
mod support;
mod templates;
mod web;
mod whole;
