//! The rollout library that the examples share.

pub mod cli;
pub mod connection;
pub mod dns;
pub mod embedded;
pub mod engine;
mod files;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod github;
pub mod manifest;
pub mod mirror;
pub mod permissions;
pub mod preflight;
pub mod probe;
pub mod report;
pub mod runbook;
pub mod sign_in;
pub mod steps;
pub mod verify;

/// The README's examples, so that they compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct ReadmeExamples;
