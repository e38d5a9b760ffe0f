//! The rollout library that the examples share.

pub mod engine;
