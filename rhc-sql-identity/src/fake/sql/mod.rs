//! The SQL servers of the World: their doors, their catalogues, and the T-SQL that they take.

mod catalogue;
mod client;
mod door;
mod evaluate;
mod execute;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzed;
mod lexer;
mod parse;
mod path;
mod probing;
mod session;
mod values;
mod wire;

pub use catalogue::{Catalogue, CatalogueUser, ServerCatalogue, SqlSection};
pub use client::EmbeddedDatabases;
pub use door::Vantage;

pub(super) use door::{enter, refused};
pub(super) use session::{Answer, IDLE, Session};
#[cfg(test)]
pub(super) use values::ColumnInfo;
pub(super) use values::{Kind, ResultSet, Value};
pub(super) use wire::mount;
