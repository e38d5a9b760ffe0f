//! The client against the fake, on a paused clock: what works, and a test for each thing that is refused.

mod advanced;
mod applications;
mod audit_logs;
mod authentication;
mod batch;
mod branding;
mod consent;
mod deleted;
mod deltas;
mod domains;
mod federated;
mod groups;
mod invitations;
mod key_credentials;
mod links;
mod named_locations;
mod place;
mod policies;
mod roles;
mod service;
mod service_principals;
mod subscribed_skus;
mod users;
