//! SQL servers in a World: what they answer, and what they refuse.

mod databases;
mod rights;
mod servers;
mod sql;
mod support;
mod switches;
