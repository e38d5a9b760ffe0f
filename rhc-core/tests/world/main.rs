//! The World: its clock and events, its state file, its directory, its hosts and its authority.

mod authority;
mod certificate;
mod client;
mod directory;
mod events;
mod faults;
mod federated;
mod hosts;
mod issuers;
mod machines;
mod people;
mod person;
mod served_as;
mod state_file;
mod support;
