//! The ways to a server: firewall rules, the gateway's policy, private endpoints.

use super::place::{asked, empty, open};
use crate::support::{server_id, with_endpoint, with_server};
use rhc_sql_identity::{ConnectionPolicy, ConnectionType, FirewallRule};

const POLICY: &str = ConnectionPolicy::NAME;

operations! {
    firewall_get: "firewall_rules.get", open() => |sql| sql.server(server_id()).firewall_rules().get("office").await;
    firewall_list: "firewall_rules.list", open() => |sql| sql.server(server_id()).firewall_rules().list().collect_all().await;
    firewall_put: "firewall_rules.put", open() => |sql| {
        sql.server(server_id()).firewall_rules().put("operator", &FirewallRule::address([203, 0, 113, 7].into())).await
    };
    firewall_delete: "firewall_rules.delete", open() => |sql| sql.server(server_id()).firewall_rules().delete("office").await;
    connection_policy_get: "connection_policies.get", with_server() => |sql| sql.server(server_id()).connection_policies().get(POLICY).await;
    connection_policy_list: "connection_policies.list", with_server() => |sql| sql.server(server_id()).connection_policies().list().collect_all().await;
    connection_policy_put: "connection_policies.put", with_server() => |sql| {
        sql.server(server_id()).connection_policies().put(POLICY, &ConnectionPolicy::of(ConnectionType::Proxy)).await
    };
    private_endpoint_get: "private_endpoint_connections.get", asked() => |sql| sql.server(server_id()).private_endpoint_connections().get("pe").await;
    private_endpoints_list: "private_endpoint_connections.list", asked() => |sql| {
        sql.server(server_id()).private_endpoint_connections().list().collect_all().await
    };
    private_endpoint_approve: "private_endpoint_connections.approve", asked() => |sql| {
        sql.server(server_id()).begin_approve("pe", "by the rollout").await?.await
    };
    private_endpoint_reject: "private_endpoint_connections.reject", asked() => |sql| {
        sql.server(server_id()).begin_reject("pe", "not ours").await?.await
    };
    private_endpoint_delete: "private_endpoint_connections.delete", asked() => |sql| sql.server(server_id()).private_endpoint_connections().delete("pe").await;
}

refusals! {
    firewall_rule_that_is_missing: "firewall_rules.get.missing", open() => |sql| sql.server(server_id()).firewall_rules().get("operator").await;
    firewall_list_of_no_server: "firewall_rules.list.missing", empty() => |sql| sql.server(server_id()).firewall_rules().list().collect_all().await;
    firewall_of_a_closed_server: "firewall_rules.put.closed", with_server() => |sql| {
        sql.server(server_id()).firewall_rules().put("operator", &FirewallRule::address([203, 0, 113, 7].into())).await
    };
    connection_policy_of_no_server: "connection_policies.get.missing", empty() => |sql| sql.server(server_id()).connection_policies().get(POLICY).await;
    connection_policy_list_of_no_server: "connection_policies.list.missing", empty() => |sql| {
        sql.server(server_id()).connection_policies().list().collect_all().await
    };
    connection_policy_written_on_no_server: "connection_policies.put.missing", empty() => |sql| {
        sql.server(server_id()).connection_policies().put(POLICY, &ConnectionPolicy::of(ConnectionType::Proxy)).await
    };
    private_endpoint_that_is_missing: "private_endpoint_connections.get.missing", with_server() => |sql| {
        sql.server(server_id()).private_endpoint_connections().get("pe").await
    };
    private_endpoint_list_of_no_server: "private_endpoint_connections.list.missing", empty() => |sql| {
        sql.server(server_id()).private_endpoint_connections().list().collect_all().await
    };
    private_endpoint_approved_twice: "private_endpoint_connections.approve.decided", with_endpoint() => |sql| {
        sql.server(server_id()).begin_approve("pe", "again").await
    };
    private_endpoint_rejected_too_late: "private_endpoint_connections.reject.decided", with_endpoint() => |sql| {
        sql.server(server_id()).begin_reject("pe", "too late").await
    };
}
