//! Servers and their names.

use super::place::{empty, nowhere};
use crate::support::{SERVER, SUBSCRIPTION, administrators, group_id, with_server};
use rhc_sql_identity::SqlServer;
use serde_json::json;

operations! {
    servers_put: "servers.put", empty() => |sql| {
        sql.in_group(group_id()).put(SERVER, &SqlServer::entra_only("eastus2", &administrators())).await
    };
    servers_get: "servers.get", with_server() => |sql| sql.in_group(group_id()).get(SERVER).await;
    servers_get_absent: "servers.get_opt", empty() => |sql| sql.in_group(group_id()).get_opt(SERVER).await;
    servers_list: "servers.list", with_server() => |sql| sql.in_group(group_id()).list().collect_all().await;
    servers_list_of_a_subscription: "servers.list.subscription", with_server() => |sql| {
        sql.in_subscription(&SUBSCRIPTION.into()).list().collect_all().await
    };
    servers_update: "servers.update", with_server() => |sql| {
        let change = json!({"properties": {"minimalTlsVersion": "1.3"}});
        sql.in_group(group_id()).update(SERVER, &change).await
    };
    servers_delete: "servers.delete", with_server() => |sql| sql.in_group(group_id()).delete(SERVER).await;
    servers_check_name: "sql_servers.check_name", with_server() => |sql| {
        let mut answers = Vec::new();
        for name in [SERVER, "Not-A-Name", "rhc-qa-other"] {
            answers.push(sql.check_name(&SUBSCRIPTION.into(), name).await?);
        }
        Ok(answers)
    };
}

refusals! {
    server_without_its_administrator: "servers.put.unknownAdministrator", empty() => |sql| {
        let mut server = SqlServer::entra_only("eastus2", &administrators());
        if let Some(own) = server.properties.administrators.as_mut() {
            own.sid = Some(uuid::Uuid::from_u128(1));
        }
        sql.in_group(group_id()).put(SERVER, &server).await
    };
    server_that_is_missing: "servers.get.missing", empty() => |sql| sql.in_group(group_id()).get(SERVER).await;
    server_list_of_no_group: "servers.list.missing", empty() => |sql| sql.in_group(nowhere()).list().collect_all().await;
    server_changed_twice_at_once: "servers.update.busy", with_server() => |sql| {
        let servers = sql.in_group(group_id());
        let change = json!({"tags": {"a": "b"}});
        let _going_on = servers.begin_update(SERVER, &change).await?;
        servers.update(SERVER, &change).await
    };
    server_in_use: "servers.delete.busy", with_server() => |sql| {
        let servers = sql.in_group(group_id());
        let _going_on = servers.begin_update(SERVER, &json!({"tags": {"a": "b"}})).await?;
        servers.delete(SERVER).await
    };
    server_name_in_no_subscription: "sql_servers.check_name.missing", empty() => |sql| {
        sql.check_name(&uuid::Uuid::from_u128(1).into(), SERVER).await
    };
}
