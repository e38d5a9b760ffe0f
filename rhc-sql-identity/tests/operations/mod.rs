//! The operations, by what they are about.

mod administrators;
mod auditing;
mod chain;
mod databases;
mod kept;
mod keys;
mod place;
mod servers;
mod ways;
