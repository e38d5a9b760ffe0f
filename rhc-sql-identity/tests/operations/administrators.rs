//! The Entra administrator, and whether passwords are of any use.

use super::place::empty;
use crate::support::{administrators, server_id, with_server};
use rhc_sql_identity::{EntraOnlyAuthentication, ServerAdministrator};
use serde_json::json;

const ADMINISTRATOR: &str = ServerAdministrator::NAME;
const SETTING: &str = EntraOnlyAuthentication::NAME;

operations! {
    administrators_get: "administrators.get", with_server() => |sql| sql.server(server_id()).administrators().get(ADMINISTRATOR).await;
    administrators_list: "administrators.list", with_server() => |sql| sql.server(server_id()).administrators().list().collect_all().await;
    administrators_put: "administrators.put", with_server() => |sql| {
        sql.server(server_id()).administrators().put(ADMINISTRATOR, &ServerAdministrator::of(&administrators())).await
    };
    administrators_delete: "administrators.delete", with_server() => |sql| {
        let server = sql.server(server_id());
        server.entra_only().delete(SETTING).await?;
        server.administrators().delete(ADMINISTRATOR).await?;
        Ok(json!({ "gone": server.administrators().get_opt(ADMINISTRATOR).await?.is_none() }))
    };
    entra_only_get: "entra_only.get", with_server() => |sql| sql.server(server_id()).entra_only().get(SETTING).await;
    entra_only_list: "entra_only.list", with_server() => |sql| sql.server(server_id()).entra_only().list().collect_all().await;
    entra_only_put: "entra_only.put", with_server() => |sql| {
        sql.server(server_id()).entra_only().put(SETTING, &EntraOnlyAuthentication::on()).await
    };
    entra_only_delete: "entra_only.delete", with_server() => |sql| {
        let settings = sql.server(server_id()).entra_only();
        settings.delete(SETTING).await?;
        settings.get(SETTING).await
    };
}

refusals! {
    administrator_of_no_server: "administrators.get.missing", empty() => |sql| sql.server(server_id()).administrators().get(ADMINISTRATOR).await;
    administrator_list_of_no_server: "administrators.list.missing", empty() => |sql| sql.server(server_id()).administrators().list().collect_all().await;
    administrator_whom_nobody_knows: "administrators.put.unknown", with_server() => |sql| {
        let mut administrator = ServerAdministrator::of(&administrators());
        administrator.properties.sid = Some(uuid::Uuid::from_u128(1));
        sql.server(server_id()).administrators().put(ADMINISTRATOR, &administrator).await
    };
    administrator_of_an_entra_only_server: "administrators.delete.entraOnly", with_server() => |sql| {
        sql.server(server_id()).administrators().delete(ADMINISTRATOR).await
    };
    entra_only_of_no_server: "entra_only.get.missing", empty() => |sql| sql.server(server_id()).entra_only().get(SETTING).await;
    entra_only_list_of_no_server: "entra_only.list.missing", empty() => |sql| sql.server(server_id()).entra_only().list().collect_all().await;
    entra_only_without_an_administrator: "entra_only.put.noAdministrator", with_server() => |sql| {
        let server = sql.server(server_id());
        server.entra_only().delete(SETTING).await?;
        server.administrators().delete(ADMINISTRATOR).await?;
        server.entra_only().put(SETTING, &EntraOnlyAuthentication::on()).await
    };
}
