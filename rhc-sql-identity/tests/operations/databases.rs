//! Databases and their encryption.

use super::place::empty;
use crate::support::{server_id, with_server};
use rhc_sql_identity::{EncryptionProtector, SqlDatabase, TransparentDataEncryption};
use serde_json::json;

const TRANSPARENT: &str = TransparentDataEncryption::NAME;
const PROTECTOR: &str = EncryptionProtector::NAME;

operations! {
    databases_put: "databases.put", with_server() => |sql| {
        sql.server(server_id()).databases().put("corp_db", &SqlDatabase::standard_s0("eastus2")).await
    };
    databases_get: "databases.get", with_server() => |sql| sql.server(server_id()).databases().get("hp2_db").await;
    databases_list: "databases.list", with_server() => |sql| sql.server(server_id()).databases().list().collect_all().await;
    databases_update: "databases.update", with_server() => |sql| {
        let change = json!({"sku": SqlDatabase::dtu_sku("S1")});
        sql.server(server_id()).databases().update("hp2_db", &change).await
    };
    databases_delete: "databases.delete", with_server() => |sql| sql.server(server_id()).databases().delete("hp2_db").await;
    encryption_get: "encryption.get", with_server() => |sql| sql.server(server_id()).database("hp2_db").encryption().get(TRANSPARENT).await;
    encryption_list: "encryption.list", with_server() => |sql| sql.server(server_id()).database("hp2_db").encryption().list().collect_all().await;
    encryption_put: "encryption.put", with_server() => |sql| {
        sql.server(server_id()).database("hp2_db").encryption().put(TRANSPARENT, &TransparentDataEncryption::on()).await
    };
    protector_get: "encryption_protector.get", with_server() => |sql| sql.server(server_id()).encryption_protector().get(PROTECTOR).await;
    protector_list: "encryption_protector.list", with_server() => |sql| sql.server(server_id()).encryption_protector().list().collect_all().await;
    protector_put: "encryption_protector.put", with_server() => |sql| {
        sql.server(server_id()).encryption_protector().put(PROTECTOR, &EncryptionProtector::service_managed()).await
    };
    protector_revalidate: "encryption_protector.revalidate", with_server() => |sql| sql.server(server_id()).revalidate_encryption_protector().await;
}

refusals! {
    database_of_a_size_that_is_not_sold: "databases.put.unknownSize", with_server() => |sql| {
        let mut database = SqlDatabase::standard_s0("eastus2");
        if let Some(sku) = database.sku.as_mut() {
            sku.capacity = Some(11);
        }
        sql.server(server_id()).databases().put("corp_db", &database).await
    };
    database_that_is_missing: "databases.get.missing", with_server() => |sql| sql.server(server_id()).databases().get("corp_db").await;
    database_list_of_no_server: "databases.list.missing", empty() => |sql| sql.server(server_id()).databases().list().collect_all().await;
    database_change_of_a_missing_one: "databases.update.missing", with_server() => |sql| {
        sql.server(server_id()).databases().update("corp_db", &json!({"tags": {"a": "b"}})).await
    };
    database_of_the_service: "databases.delete.reserved", with_server() => |sql| sql.server(server_id()).databases().delete(SqlDatabase::MASTER).await;
    encryption_of_no_database: "encryption.get.missing", with_server() => |sql| {
        sql.server(server_id()).database("corp_db").encryption().get(TRANSPARENT).await
    };
    encryption_list_of_no_database: "encryption.list.missing", with_server() => |sql| {
        sql.server(server_id()).database("corp_db").encryption().list().collect_all().await
    };
    encryption_of_the_services_database: "encryption.put.system", with_server() => |sql| {
        sql.server(server_id()).database(SqlDatabase::MASTER).encryption().put(TRANSPARENT, &TransparentDataEncryption::on()).await
    };
    protector_of_no_server: "encryption_protector.get.missing", empty() => |sql| sql.server(server_id()).encryption_protector().get(PROTECTOR).await;
    protector_list_of_no_server: "encryption_protector.list.missing", empty() => |sql| {
        sql.server(server_id()).encryption_protector().list().collect_all().await
    };
    protector_of_another_name: "encryption_protector.put.badName", with_server() => |sql| {
        sql.server(server_id()).encryption_protector().put("next", &EncryptionProtector::service_managed()).await
    };
    protector_revalidated_on_no_server: "encryption_protector.revalidate.missing", empty() => |sql| {
        sql.server(server_id()).revalidate_encryption_protector().await
    };
}
