//! SQL servers in a World: what they answer, and what they refuse.

mod bad_input;
mod databases;
mod kept;
mod rights;
mod servers;
mod sql;
mod support;
mod switches;
