//! Worlds that the fixtures are recorded from.

use crate::support::{self, SERVER, group_id};
use rhc_arm::ResourceId;
use rhc_core::fake::World;
use rhc_sql_identity::FirewallRule;
use serde_json::json;

/// Without a server.
pub(super) async fn empty() -> World {
    support::world()
}

/// With a server that is open to one address.
pub(super) async fn open() -> World {
    let world = support::with_server().await;
    let open = json!({"properties": {"publicNetworkAccess": "Enabled"}});
    let servers = support::servers(&world).in_group(group_id());
    servers.update(SERVER, &open).await.unwrap();
    let rule = FirewallRule::address([203, 0, 113, 8].into());
    let rules = support::server(&world).firewall_rules();
    rules.put("office", &rule).await.unwrap();
    world
}

/// With a private endpoint that asks to come in.
pub(super) async fn asked() -> World {
    let world = support::with_server().await;
    support::ask_to_connect(&world);
    world
}

/// A group that is not there.
pub(super) fn nowhere() -> ResourceId {
    let group = group_id();
    let subscription = group.parent().unwrap();
    subscription.group("nowhere-rg")
}
