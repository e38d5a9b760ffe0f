//! The fake of External ID tenants: a tenant's whole life through our client, and each rule broken.

mod credential;
mod life;
mod refusals;
mod support;
mod tenant;
mod user_flows;
mod vault;
