//! The keys that a server may encrypt with.

use super::place::empty;
use crate::support::{KEY, server_id, with_keys, with_server, with_vault};
use rhc_sql_identity::{EncryptionProtector, ServerKey};

const PROTECTOR: &str = EncryptionProtector::NAME;

fn name() -> String {
    ServerKey::name_of(KEY).unwrap()
}

operations! {
    keys_put: "server_keys.put", with_keys() => |sql| sql.server(server_id()).keys().put(&name(), &ServerKey::key_vault(KEY)).await;
    keys_get: "server_keys.get", with_server() => |sql| sql.server(server_id()).keys().get("ServiceManaged").await;
    keys_list: "server_keys.list", with_server() => |sql| sql.server(server_id()).keys().list().collect_all().await;
    keys_delete: "server_keys.delete", with_keys() => |sql| {
        let keys = sql.server(server_id()).keys();
        keys.put(&name(), &ServerKey::key_vault(KEY)).await?;
        keys.delete(&name()).await
    };
    protector_of_a_vault: "encryption_protector.put.keyVault", with_keys() => |sql| {
        let server = sql.server(server_id());
        server.keys().put(&name(), &ServerKey::key_vault(KEY)).await?;
        server.encryption_protector().put(PROTECTOR, &EncryptionProtector::key_vault(name())).await
    };
}

refusals! {
    key_without_rights: "server_keys.put.noRights", with_vault() => |sql| {
        sql.server(server_id()).keys().put(&name(), &ServerKey::key_vault(KEY)).await
    };
    key_that_is_missing: "server_keys.get.missing", with_server() => |sql| sql.server(server_id()).keys().get(&name()).await;
    key_list_of_no_server: "server_keys.list.missing", empty() => |sql| sql.server(server_id()).keys().list().collect_all().await;
    key_in_use: "server_keys.delete.inUse", with_keys() => |sql| {
        let server = sql.server(server_id());
        server.keys().put(&name(), &ServerKey::key_vault(KEY)).await?;
        server.encryption_protector().put(PROTECTOR, &EncryptionProtector::key_vault(name())).await?;
        server.keys().delete(&name()).await
    };
    protector_of_an_unknown_key: "encryption_protector.put.keyVault.unknown", with_keys() => |sql| {
        sql.server(server_id()).encryption_protector().put(PROTECTOR, &EncryptionProtector::key_vault(name())).await
    };
}
