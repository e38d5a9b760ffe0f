//! The types and paths of this crate, one file per service.

pub(super) mod activity;
mod alias;
mod billing;
mod categories;
mod cidr;
mod communication;
mod container_registry;
pub(super) mod deployment;
mod diagnostics;
mod dns;
mod entra_logs;
mod group;
mod identity;
mod insights;
pub(super) mod lock;
mod logs;
mod network;
mod ownership;
mod permissions;
pub(super) mod policy;
mod private_dns;
mod private_dns_record;
mod private_link;
mod provider;
mod resource_graph;
mod role;
mod security;
mod security_group;
mod service_endpoint;
mod storage;
mod storage_services;
mod subscription;
mod tags;
mod vault;
mod vault_network;

use rhc_core::fake::World;

pub use vault::VAULTS;
pub use vault_network::VaultNetwork;

use super::registry::Registry;
use super::route::Route;
use super::rules::TypeRules;

/// The tables of this crate.
const TYPES: &[&[TypeRules]] = &[
    communication::TYPES,
    container_registry::TYPES,
    deployment::TYPES,
    diagnostics::TYPES,
    dns::TYPES,
    group::TYPES,
    identity::TYPES,
    insights::TYPES,
    lock::TYPES,
    logs::TYPES,
    network::TYPES,
    policy::TYPES,
    private_dns::TYPES,
    private_dns_record::TYPES,
    private_link::TYPES,
    role::TYPES,
    security::TYPES,
    security_group::TYPES,
    storage::TYPES,
    storage_services::TYPES,
    vault::TYPES,
];
/// Its paths that are no resources.
const ROUTES: &[&[Route]] = &[
    activity::ROUTES,
    alias::ROUTES,
    billing::ROUTES,
    communication::ROUTES,
    container_registry::ROUTES,
    deployment::ROUTES,
    entra_logs::ROUTES,
    ownership::ROUTES,
    permissions::ROUTES,
    provider::ROUTES,
    resource_graph::ROUTES,
    storage::ROUTES,
    subscription::ROUTES,
    tags::ROUTES,
    vault::ROUTES,
];

pub(super) fn register(registry: &Registry) {
    for rules in TYPES.iter().copied().flatten() {
        registry.add(*rules);
    }
    for route in ROUTES.iter().copied().flatten() {
        registry.add_route(*route);
    }
}

pub(super) fn on_events(world: &World) {
    provider::on_events(world);
    alias::on_events(world);
    ownership::on_events(world);
}
