//! The SQL servers of the World: their doors, their catalogues, and the T-SQL that they take.

mod catalogue;
mod client;
mod door;
mod execute;
mod lexer;
mod parse;
mod path;
mod probing;
mod wire;

pub use catalogue::{Catalogue, CatalogueUser, ServerCatalogue, SqlSection};
pub use client::EmbeddedDatabases;
pub use door::Vantage;

pub(super) use wire::mount;
