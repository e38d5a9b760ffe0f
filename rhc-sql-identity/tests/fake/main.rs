//! SQL servers in a World: what they answer, and what they refuse.

mod resources;
mod sql;
mod support;
