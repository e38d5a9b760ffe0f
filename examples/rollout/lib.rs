//! The rollout library that the examples share.

pub mod engine;
pub mod manifest;
pub mod steps;
