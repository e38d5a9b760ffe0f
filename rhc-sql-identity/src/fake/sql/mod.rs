//! The SQL servers of the World: their doors, their catalogues, and the T-SQL that they take.

mod batches;
mod catalogue;
mod door;
mod evaluate;
mod execute;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzed;
mod lexer;
mod parse;
mod probing;
mod session;
mod values;

pub use batches::{Batch, batches};
pub use catalogue::{Catalogue, CatalogueUser, ServerCatalogue, SqlSection};
pub use door::Vantage;

pub(super) use door::{enter, refused};
pub(super) use session::{Answer, IDLE, Session};
#[cfg(test)]
pub(super) use values::ColumnInfo;
pub(super) use values::{Kind, ResultSet, Value};
