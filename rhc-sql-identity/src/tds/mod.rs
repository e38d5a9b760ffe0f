//! Sessions with real servers, by TDS: TLS always and always verified, and a token in place of a password.

mod databases;
mod dial;
mod error;
#[cfg(all(any(test, fuzzing), feature = "fake"))]
pub(crate) mod fuzzed;
mod login;
mod rows;
mod session;
mod tokens;

pub use databases::{TdsDatabases, TdsOptions};
pub use dial::{Dial, TcpDial, Wire};
