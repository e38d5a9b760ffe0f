//! Groups and members.

use super::place::{GROUP, MEMBER, STRANGER, all, object};
use rhc_graph::{Filter, Group, ListQuery};

operations! {
    groups_get: "groups.get" => |graph| graph.groups().get("rhc-qa-sql-admins").await;
    groups_get_opt: "groups.get_opt" => |graph| graph.groups().get_opt("rhc-nobody").await;
    groups_list: "groups.list" => |graph| graph.groups().list(ListQuery::filter(Filter::starts_with("uniqueName", "rhc-qa-"))).collect_all().await;
    groups_create: "groups.create" => |graph| graph.groups().create(&Group::security("Practices", "practices")).await;
    groups_upsert: "groups.upsert" => |graph| {
        let group = Group::security("Practices", "practices");
        let made = graph.groups().upsert("rhc-qa-practices", &group).await?.created();
        let again = graph.groups().upsert("rhc-qa-practices", &group).await?;
        Ok((made, again.is_created()))
    };
    groups_update: "groups.update" => |graph| graph.groups().update(object(GROUP), &Group { description: Some("who administers SQL".into()), ..Group::default() }).await;
    groups_delete: "groups.delete" => |graph| graph.groups().delete(object(GROUP)).await;
    groups_members_list: "groups.members.list" => |graph| graph.groups().members(object(GROUP)).list(all()).collect_all().await;
    groups_members_add: "groups.members.add" => |graph| graph.groups().members(object(GROUP)).add(object(STRANGER)).await;
    groups_members_remove: "groups.members.remove" => |graph| graph.groups().members(object(GROUP)).remove(object(MEMBER)).await;
}

refusals! {
    get_missing: "groups.get.missing" => |graph| graph.groups().get("rhc-nobody").await;
    create_incomplete: "groups.create.incomplete" => |graph| graph.groups().create(&Group { mail_nickname: None, ..Group::security("Practices", "") }).await;
    upsert_incomplete: "groups.upsert.incomplete" => |graph| graph.groups().upsert("rhc-qa-practices", &Group { display_name: None, ..Group::security("", "practices") }).await;
    update_missing: "groups.update.missing" => |graph| graph.groups().update("rhc-nobody", &Group { description: Some("nobody".into()), ..Group::default() }).await;
    delete_missing: "groups.delete.missing" => |graph| graph.groups().delete("rhc-nobody").await;
    members_list_missing: "groups.members.list.missing" => |graph| graph.groups().members(object(MEMBER)).list(all()).collect_all().await;
    members_add_already: "groups.members.add.already" => |graph| graph.groups().members(object(GROUP)).add(object(MEMBER)).await;
    members_remove_missing: "groups.members.remove.missing" => |graph| graph.groups().members(object(GROUP)).remove(object(STRANGER)).await;
}

denials! {
    list_denied: "groups.list.denied" => |graph| graph.groups().list(all()).collect_all().await;
}
