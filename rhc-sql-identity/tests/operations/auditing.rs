//! What servers and databases record.

use super::place::empty;
use crate::support::{server_id, with_server};
use rhc_sql_identity::{
    AUDITING_NAME, DatabaseAuditing, DatabaseExtendedAuditing, ServerAuditing,
    ServerExtendedAuditing,
};

operations! {
    auditing_get: "auditing.get", with_server() => |sql| sql.server(server_id()).auditing().get(AUDITING_NAME).await;
    auditing_list: "auditing.list", with_server() => |sql| sql.server(server_id()).auditing().list().collect_all().await;
    auditing_put: "auditing.put", with_server() => |sql| sql.server(server_id()).auditing().put(AUDITING_NAME, &ServerAuditing::to_azure_monitor()).await;
    extended_auditing_get: "extended_auditing.get", with_server() => |sql| sql.server(server_id()).extended_auditing().get(AUDITING_NAME).await;
    extended_auditing_list: "extended_auditing.list", with_server() => |sql| sql.server(server_id()).extended_auditing().list().collect_all().await;
    extended_auditing_put: "extended_auditing.put", with_server() => |sql| {
        sql.server(server_id()).extended_auditing().put(AUDITING_NAME, &ServerExtendedAuditing::to_azure_monitor()).await
    };
    database_auditing_get: "database_auditing.get", with_server() => |sql| sql.server(server_id()).database("hp2_db").auditing().get(AUDITING_NAME).await;
    database_auditing_list: "database_auditing.list", with_server() => |sql| {
        sql.server(server_id()).database("hp2_db").auditing().list().collect_all().await
    };
    database_auditing_put: "database_auditing.put", with_server() => |sql| {
        sql.server(server_id()).database("hp2_db").auditing().put(AUDITING_NAME, &DatabaseAuditing::to_azure_monitor()).await
    };
    database_extended_auditing_get: "database_extended_auditing.get", with_server() => |sql| {
        sql.server(server_id()).database("hp2_db").extended_auditing().get(AUDITING_NAME).await
    };
    database_extended_auditing_list: "database_extended_auditing.list", with_server() => |sql| {
        sql.server(server_id()).database("hp2_db").extended_auditing().list().collect_all().await
    };
    database_extended_auditing_put: "database_extended_auditing.put", with_server() => |sql| {
        sql.server(server_id()).database("hp2_db").extended_auditing().put(AUDITING_NAME, &DatabaseExtendedAuditing::to_azure_monitor()).await
    };
}

refusals! {
    auditing_of_no_server: "auditing.get.missing", empty() => |sql| sql.server(server_id()).auditing().get(AUDITING_NAME).await;
    auditing_list_of_no_server: "auditing.list.missing", empty() => |sql| sql.server(server_id()).auditing().list().collect_all().await;
    auditing_to_nowhere: "auditing.put.nowhere", with_server() => |sql| {
        let mut auditing = ServerAuditing::to_azure_monitor();
        auditing.properties.is_azure_monitor_target_enabled = None;
        sql.server(server_id()).auditing().put(AUDITING_NAME, &auditing).await
    };
    extended_auditing_of_no_server: "extended_auditing.get.missing", empty() => |sql| sql.server(server_id()).extended_auditing().get(AUDITING_NAME).await;
    extended_auditing_list_of_no_server: "extended_auditing.list.missing", empty() => |sql| {
        sql.server(server_id()).extended_auditing().list().collect_all().await
    };
    extended_auditing_of_strange_groups: "extended_auditing.put.badGroup", with_server() => |sql| {
        let mut auditing = ServerExtendedAuditing::to_azure_monitor();
        auditing.properties.audit_actions_and_groups = Some(vec!["EVERYTHING".to_owned()]);
        sql.server(server_id()).extended_auditing().put(AUDITING_NAME, &auditing).await
    };
    database_auditing_of_no_database: "database_auditing.get.missing", with_server() => |sql| {
        sql.server(server_id()).database("corp_db").auditing().get(AUDITING_NAME).await
    };
    database_auditing_list_of_no_database: "database_auditing.list.missing", with_server() => |sql| {
        sql.server(server_id()).database("corp_db").auditing().list().collect_all().await
    };
    database_auditing_to_nowhere: "database_auditing.put.nowhere", with_server() => |sql| {
        let mut auditing = DatabaseAuditing::to_azure_monitor();
        auditing.properties.is_azure_monitor_target_enabled = None;
        sql.server(server_id()).database("hp2_db").auditing().put(AUDITING_NAME, &auditing).await
    };
    database_extended_auditing_of_no_database: "database_extended_auditing.get.missing", with_server() => |sql| {
        sql.server(server_id()).database("corp_db").extended_auditing().get(AUDITING_NAME).await
    };
    database_extended_auditing_list_of_no_database: "database_extended_auditing.list.missing", with_server() => |sql| {
        sql.server(server_id()).database("corp_db").extended_auditing().list().collect_all().await
    };
    database_extended_auditing_to_nowhere: "database_extended_auditing.put.nowhere", with_server() => |sql| {
        let mut auditing = DatabaseExtendedAuditing::to_azure_monitor();
        auditing.properties.is_azure_monitor_target_enabled = None;
        sql.server(server_id()).database("hp2_db").extended_auditing().put(AUDITING_NAME, &auditing).await
    };
}
