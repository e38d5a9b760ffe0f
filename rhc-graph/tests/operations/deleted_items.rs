//! Deleted items.

use super::place::{DELETED, MEMBER, all, object};

operations! {
    applications: "deletedItems.applications.list" => |graph| graph.deleted_items().applications(all()).collect_all().await;
    service_principals: "deletedItems.servicePrincipals.list" => |graph| graph.deleted_items().service_principals(all()).collect_all().await;
    groups: "deletedItems.groups.list" => |graph| graph.deleted_items().groups(all()).collect_all().await;
    users: "deletedItems.users.list" => |graph| graph.deleted_items().users(all()).collect_all().await;
    deleted_items_restore: "deletedItems.restore" => |graph| graph.deleted_items().restore(object(DELETED)).await;
    deleted_items_delete: "deletedItems.delete" => |graph| graph.deleted_items().delete(object(DELETED)).await;
    get: "deletedItems.get" => |graph| graph.deleted_items().get(object(DELETED)).await;
}

refusals! {
    restore_missing: "deletedItems.restore.missing" => |graph| graph.deleted_items().restore(object(MEMBER)).await;
    delete_missing: "deletedItems.delete.missing" => |graph| graph.deleted_items().delete(object(MEMBER)).await;
    get_missing: "deletedItems.get.missing" => |graph| graph.deleted_items().get(object(MEMBER)).await;
}

denials! {
    applications_denied: "deletedItems.applications.list.denied" => |graph| graph.deleted_items().applications(all()).collect_all().await;
    service_principals_denied: "deletedItems.servicePrincipals.list.denied" => |graph| graph.deleted_items().service_principals(all()).collect_all().await;
    groups_denied: "deletedItems.groups.list.denied" => |graph| graph.deleted_items().groups(all()).collect_all().await;
    users_denied: "deletedItems.users.list.denied" => |graph| graph.deleted_items().users(all()).collect_all().await;
}
