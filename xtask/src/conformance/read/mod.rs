//! Readers, one for each kind of description and for recordings.

pub mod bicep;
pub mod csdl;
pub mod openapi;
pub mod pandora;
pub mod permissions;
pub mod recordings;
pub mod swagger;
