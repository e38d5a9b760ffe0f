//! `Microsoft.ResourceGraph`: questions about all resources at once.

mod query;

pub use query::{QueryPage, ResourceQuery};
