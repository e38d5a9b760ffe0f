//! Users.

use super::place::{API, DELETED, MEMBER, ROLE, all, object};
use rhc_graph::{Filter, ListQuery, Search, User};
use uuid::Uuid;

operations! {
    users_get: "users.get" => |graph| graph.users().get("member@rhcqa.onmicrosoft.com").await;
    users_get_opt: "users.get_opt" => |graph| graph.users().get_opt("nobody@rhcqa.onmicrosoft.com").await;
    users_list: "users.list" => |graph| graph.users().list(ListQuery::filter(Filter::eq("userType", "Member"))).collect_all().await;
    users_create: "users.create" => |graph| graph.users().create(&User::customer("Test User", "adele@example.com", "rhcqa.onmicrosoft.com", "correct-Horse-7".to_owned().into())).await;
    users_update: "users.update" => |graph| graph.users().update(object(MEMBER), &User { account_enabled: Some(false), ..User::default() }).await;
    users_delete: "users.delete" => |graph| graph.users().delete(object(MEMBER)).await;
    me: "me" => |graph| graph.me().await;
    member_of: "users.memberOf.list" => |graph| graph.users().memberships(object(MEMBER)).direct(all()).collect_all().await;
    transitive_member_of: "users.transitiveMemberOf.list" => |graph| graph.users().memberships(object(MEMBER)).transitive(all()).collect_all().await;
    member_groups: "users.getMemberGroups" => |graph| graph.users().memberships(object(MEMBER)).group_ids(true).await;
    count: "users.count" => |graph| graph.users().count(&ListQuery::filter(Filter::starts_with("displayName", "H"))).await;
    app_roles_held_list: "users.appRoleAssignments.list" => |graph| {
        let held = graph.users().app_roles_held(object(MEMBER));
        held.create(object(API), Uuid::nil()).await?;
        held.list(all()).collect_all().await
    };
    app_roles_held_create: "users.appRoleAssignments.create" => |graph| graph.users().app_roles_held(object(MEMBER)).create(object(API), Uuid::nil()).await;
    app_roles_held_delete: "users.appRoleAssignments.delete" => |graph| {
        let held = graph.users().app_roles_held(object(MEMBER));
        let made = held.create(object(API), Uuid::nil()).await?;
        held.delete(made.id.as_deref().unwrap_or_default()).await
    };
    list_search: "users.list.search" => |graph| graph.users().list(ListQuery::search(Search::of("displayName", "mem")).select(["id", "displayName"])).collect_all().await;
    revoke_sessions: "users.revokeSignInSessions" => |graph| graph.users().revoke_sessions(object(MEMBER)).await;
}

refusals! {
    get_missing: "users.get.missing" => |graph| graph.users().get("nobody@rhcqa.onmicrosoft.com").await;
    create_taken: "users.create.taken" => |graph| {
        let user = User::customer("Test User", "adele@example.com", "rhcqa.onmicrosoft.com", "correct-Horse-7".to_owned().into());
        graph.users().create(&user).await?;
        graph.users().create(&user).await
    };
    update_taken: "users.update.taken" => |graph| graph.users().update(object(MEMBER), &User {
        user_principal_name: Some("stranger@rhcqa.onmicrosoft.com".into()), ..User::default() }).await;
    delete_missing: "users.delete.missing" => |graph| graph.users().delete("nobody@rhcqa.onmicrosoft.com").await;
    member_of_missing: "users.memberOf.list.missing" => |graph| graph.users().memberships(object(DELETED)).direct(all()).collect_all().await;
    transitive_member_of_missing: "users.transitiveMemberOf.list.missing" => |graph| graph.users().memberships(object(DELETED)).transitive(all()).collect_all().await;
    member_groups_missing: "users.getMemberGroups.missing" => |graph| graph.users().memberships(object(DELETED)).group_ids(true).await;
    held_list_missing: "users.appRoleAssignments.list.missing" => |graph| graph.users().app_roles_held(object(DELETED)).list(all()).collect_all().await;
    held_create_unknown: "users.appRoleAssignments.create.unknownRole" => |graph| graph.users().app_roles_held(object(MEMBER)).create(object(API), ROLE.parse().unwrap()).await;
    held_delete_missing: "users.appRoleAssignments.delete.missing" => |graph| graph.users().app_roles_held(object(MEMBER)).delete("nobody").await;
    revoke_sessions_missing: "users.revokeSignInSessions.missing" => |graph| graph.users().revoke_sessions(object(DELETED)).await;
}

denials! {
    list_denied: "users.list.denied" => |graph| graph.users().list(ListQuery::default()).collect_all().await;
    me_denied: "me.denied" => |graph| graph.me().await;
    count_denied: "users.count.denied" => |graph| graph.users().count(&all()).await;
}
