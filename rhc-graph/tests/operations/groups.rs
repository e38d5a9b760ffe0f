//! Groups and members.

use super::place::{API, DELETED, GROUP, MEMBER, PARENT, ROLE, STRANGER, all, object};
use rhc_graph::{Filter, Group, ListQuery};
use uuid::Uuid;

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
    owners_list: "groups.owners.list" => |graph| graph.groups().owners(object(PARENT)).list(all()).collect_all().await;
    owners_add: "groups.owners.add" => |graph| graph.groups().owners(object(PARENT)).add(object(STRANGER)).await;
    owners_remove: "groups.owners.remove" => |graph| {
        let owners = graph.groups().owners(object(PARENT));
        owners.add(object(STRANGER)).await?;
        owners.remove(object(MEMBER)).await
    };
    member_of: "groups.memberOf.list" => |graph| graph.groups().memberships(object(GROUP)).direct(all()).collect_all().await;
    transitive_member_of: "groups.transitiveMemberOf.list" => |graph| graph.groups().memberships(object(GROUP)).transitive(all()).collect_all().await;
    member_groups: "groups.getMemberGroups" => |graph| graph.groups().memberships(object(GROUP)).group_ids(true).await;
    count: "groups.count" => |graph| graph.groups().count(&ListQuery::filter(Filter::starts_with("displayName", "H"))).await;
    app_roles_held_list: "groups.appRoleAssignments.list" => |graph| {
        let held = graph.groups().app_roles_held(object(GROUP));
        held.create(object(API), Uuid::nil()).await?;
        held.list(all()).collect_all().await
    };
    app_roles_held_create: "groups.appRoleAssignments.create" => |graph| graph.groups().app_roles_held(object(GROUP)).create(object(API), Uuid::nil()).await;
    app_roles_held_delete: "groups.appRoleAssignments.delete" => |graph| {
        let held = graph.groups().app_roles_held(object(GROUP));
        let made = held.create(object(API), Uuid::nil()).await?;
        held.delete(made.id.as_deref().unwrap_or_default()).await
    };
    transitive_members: "groups.transitiveMembers.list" => |graph| graph.groups().members(object(PARENT)).transitive(all()).collect_all().await;
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
    owners_list_missing: "groups.owners.list.missing" => |graph| graph.groups().owners(object(STRANGER)).list(all()).collect_all().await;
    owners_add_already: "groups.owners.add.already" => |graph| graph.groups().owners(object(PARENT)).add(object(MEMBER)).await;
    owners_remove_last: "groups.owners.remove.last" => |graph| graph.groups().owners(object(PARENT)).remove(object(MEMBER)).await;
    member_of_missing: "groups.memberOf.list.missing" => |graph| graph.groups().memberships(object(DELETED)).direct(all()).collect_all().await;
    transitive_member_of_missing: "groups.transitiveMemberOf.list.missing" => |graph| graph.groups().memberships(object(DELETED)).transitive(all()).collect_all().await;
    member_groups_missing: "groups.getMemberGroups.missing" => |graph| graph.groups().memberships(object(DELETED)).group_ids(true).await;
    held_list_missing: "groups.appRoleAssignments.list.missing" => |graph| graph.groups().app_roles_held(object(DELETED)).list(all()).collect_all().await;
    held_create_unknown: "groups.appRoleAssignments.create.unknownRole" => |graph| graph.groups().app_roles_held(object(GROUP)).create(object(API), ROLE.parse().unwrap()).await;
    held_delete_missing: "groups.appRoleAssignments.delete.missing" => |graph| graph.groups().app_roles_held(object(GROUP)).delete("nobody").await;
    transitive_members_missing: "groups.transitiveMembers.list.missing" => |graph| graph.groups().members(object(MEMBER)).transitive(all()).collect_all().await;
}

denials! {
    list_denied: "groups.list.denied" => |graph| graph.groups().list(all()).collect_all().await;
    count_denied: "groups.count.denied" => |graph| graph.groups().count(&all()).await;
}
