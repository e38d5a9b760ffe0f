//! Deleted items.

use super::place::{DELETED, MEMBER, all, object};

operations! {
    deleted_items_list: "deletedItems.list" => |graph| {
        let deleted = graph.deleted_items();
        Ok((deleted.applications(all()).collect_all().await?, deleted.service_principals(all()).collect_all().await?,
            deleted.groups(all()).collect_all().await?, deleted.users(all()).collect_all().await?))
    };
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
    list_denied: "deletedItems.list.denied" => |graph| graph.deleted_items().users(all()).collect_all().await;
}
