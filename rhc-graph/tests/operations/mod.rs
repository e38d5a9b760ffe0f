//! The operations, by resource.

mod applications;
mod audit_logs;
mod authentication;
mod batch;
mod branding;
mod conditional_access;
mod deleted_items;
mod deltas;
mod directory_objects;
mod domains;
mod groups;
mod invitations;
mod named_locations;
mod permission_grants;
pub(crate) mod place;
mod policies;
mod service_principals;
mod tenant;
mod users;
