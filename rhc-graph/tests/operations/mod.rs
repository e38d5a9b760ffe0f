//! The operations, by resource.

mod applications;
mod batch;
mod branding;
mod conditional_access;
mod deleted_items;
mod groups;
mod permission_grants;
pub(crate) mod place;
mod policies;
mod service_principals;
mod tenant;
mod users;
