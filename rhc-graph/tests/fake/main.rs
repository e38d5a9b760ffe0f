//! The client against the fake, on a paused clock: what works, and a test for each thing that is refused.

mod advanced;
mod applications;
mod batch;
mod branding;
mod consent;
mod deleted;
mod federated;
mod groups;
mod key_credentials;
mod links;
mod place;
mod policies;
mod service;
mod service_principals;
mod users;
