//! The fake of Container Apps: environments and apps through our client, and each rule broken.

mod apps;
mod domains;
mod environments;
mod revisions;
mod support;
mod templates;
mod web;
mod whole;
