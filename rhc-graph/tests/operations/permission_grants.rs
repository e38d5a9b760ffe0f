//! Consents.

use super::place::{API, GRANT, PRINCIPAL, all, object};
use rhc_graph::PermissionGrant;

operations! {
    permission_grants_list: "oauth2PermissionGrants.list" => |graph| graph.permission_grants().list(all()).collect_all().await;
    permission_grants_create: "oauth2PermissionGrants.create" => |graph| graph.permission_grants().create(&PermissionGrant::for_all(
        object(API), object(PRINCIPAL), "openid offline_access")).await;
    permission_grants_update: "oauth2PermissionGrants.update" => |graph| graph.permission_grants().update(GRANT, "openid offline_access").await;
    permission_grants_delete: "oauth2PermissionGrants.delete" => |graph| graph.permission_grants().delete(GRANT).await;
}

refusals! {
    create_taken: "oauth2PermissionGrants.create.taken" => |graph| graph.permission_grants().create(&PermissionGrant::for_all(object(PRINCIPAL), object(API), "openid")).await;
    update_missing: "oauth2PermissionGrants.update.missing" => |graph| graph.permission_grants().update("nobody", "openid").await;
    delete_missing: "oauth2PermissionGrants.delete.missing" => |graph| graph.permission_grants().delete("nobody").await;
}

denials! {
    list_denied: "oauth2PermissionGrants.list.denied" => |graph| graph.permission_grants().list(all()).collect_all().await;
}
