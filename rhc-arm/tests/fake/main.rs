//! The fake of Azure Resource Manager, by the wire: what it makes, and above all what it refuses.

mod access;
mod aliases;
mod audit;
mod cloud;
mod command_line;
mod deployments;
mod dns;
mod engine;
mod entra_logs;
mod examples;
mod images_and_files;
mod linked;
mod networks;
mod questions;
mod roles_and_identities;
mod rules;
mod state_file;
mod tables;
mod vaults_and_logs;
