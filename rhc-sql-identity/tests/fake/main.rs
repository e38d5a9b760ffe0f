//! SQL servers in a World: what they answer, and what they refuse.

mod databases;
mod servers;
mod sql;
mod support;
