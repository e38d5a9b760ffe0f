#![doc = include_str!("README.md")]

mod context;
mod engine;
mod error;
mod json;
mod path;
mod private_way;
mod query;
mod regions;
mod registry;
mod roles;
mod route;
mod rules;
mod seed;
mod state;
mod types;

use std::sync::Arc;

use rhc_core::fake::{Dns, World};
use serde_json::Value;

use registry::Registry;

pub use context::{ActionContext, DeleteContext, ListContext, Listing, PutContext};
pub use engine::{LinkedAction, REGIONS, linked_actions, named_action, upsert};
pub use error::ServiceError;
pub use path::{RESOURCE_GROUPS, ResourcePath, group_of, key, subscription_of};
pub use private_way::leads_privately;
pub use query::Query;
pub use registry::{register, register_route, set_page_size};
pub use roles::{
    ACR_PULL, BuiltInRole, CONTRIBUTOR, OWNER, Plane, READER, ROLE_ASSIGNMENTS, ROLE_DEFINITIONS,
    assignments_over, authorize, built_in_roles, covers, definition_name, granting, may,
};
pub use route::{Reply, Route, RouteContext};
pub use rules::{
    ANY_NAME, Action, Codes, IdStyle, Immutable, Link, Location, NameRule, Patch, Pattern, Scope,
    Style, Timing, TypeRules, Uniqueness, Unknown,
};
pub use seed::{assign_role, create_subscription, put_resource};
pub use state::{
    Alias, Arm, BillingAccount, BillingProfile, Deleted, Destination, Operation, Registration,
    Stored, Subscription, Work,
};
pub use types::{VAULTS, VaultNetwork};

/// Lets Azure Resource Manager answer on `management.azure.com` of a World. Once is enough, twice does no harm.
///
/// A loaded section that makes no sense is found by [`World::check`].
pub fn mount(world: &World) {
    let registry = Registry::of(world);
    types::register(&registry);
    let known = Arc::clone(&registry);
    world.on_event(
        engine::EVENT,
        Arc::new(move |state, data: &Value| engine::finish(state, &known, data)),
    );
    types::on_events(world);
    let _ = world.load_section::<Arm>();
    let _ = world.load_section::<Dns>();
    world.mount("management.azure.com", engine::router());
}

/// The tables of the types that are registered with a World, for tests that compare them with descriptions.
#[must_use]
pub fn registered_types(world: &World) -> Vec<TypeRules> {
    Registry::of(world).all()
}
