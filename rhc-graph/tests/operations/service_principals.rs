//! Service principals and who holds roles.

use super::place::{
    API, APP, ASSIGNMENT, DELETED, GROUP, MEMBER, NEW_APP, PRINCIPAL, ROLE, STRANGER, TENANT, all,
    app, object,
};
use rhc_graph::{Filter, ListQuery, ServicePrincipal};
use uuid::Uuid;

operations! {
    service_principals_get: "servicePrincipals.get" => |graph| graph.service_principals().get(app(APP)).await;
    service_principals_get_opt: "servicePrincipals.get_opt" => |graph| graph.service_principals().get_opt(app(NEW_APP)).await;
    service_principals_list: "servicePrincipals.list" => |graph| graph.service_principals().list(ListQuery::filter(
        Filter::eq_guid("appOwnerOrganizationId", TENANT))).collect_all().await;
    service_principals_create: "servicePrincipals.create" => |graph| graph.service_principals().create(&ServicePrincipal {
        app_id: Some(app(NEW_APP)), app_role_assignment_required: Some(true), ..ServicePrincipal::default() }).await;
    service_principals_upsert: "servicePrincipals.upsert" => |graph| Ok(graph.service_principals().upsert(app(NEW_APP), &ServicePrincipal::default()).await?.created());
    service_principals_update: "servicePrincipals.update" => |graph| graph.service_principals().update(object(PRINCIPAL), &ServicePrincipal {
        app_role_assignment_required: Some(true), ..ServicePrincipal::default() }).await;
    service_principals_delete: "servicePrincipals.delete" => |graph| graph.service_principals().delete(object(PRINCIPAL)).await;
    app_role_assigned_to_list: "appRoleAssignedTo.list" => |graph| graph.service_principals().app_role_assigned_to(object(PRINCIPAL)).list(all()).collect_all().await;
    app_role_assigned_to_create: "appRoleAssignedTo.create" => |graph| graph.service_principals().app_role_assigned_to(object(PRINCIPAL))
        .create(object(STRANGER), ROLE.parse().unwrap()).await;
    app_role_assigned_to_delete: "appRoleAssignedTo.delete" => |graph| graph.service_principals().app_role_assigned_to(object(PRINCIPAL)).delete(ASSIGNMENT).await;
    app_roles_held_list: "appRoleAssignments.list" => |graph| {
        graph.service_principals().app_roles_held(object(PRINCIPAL)).create(object(PRINCIPAL), Uuid::nil()).await?;
        graph.service_principals().app_roles_held(object(PRINCIPAL)).list(all()).collect_all().await
    };
    app_roles_held_create: "appRoleAssignments.create" => |graph| graph.service_principals().app_roles_held(object(PRINCIPAL)).create(object(PRINCIPAL), Uuid::nil()).await;
    app_roles_held_delete: "appRoleAssignments.delete" => |graph| {
        let held = graph.service_principals().app_roles_held(object(PRINCIPAL));
        let made = held.create(object(PRINCIPAL), Uuid::nil()).await?;
        held.delete(made.id.as_deref().unwrap_or_default()).await
    };
    owners_list: "servicePrincipals.owners.list" => |graph| graph.service_principals().owners(object(PRINCIPAL)).list(all()).collect_all().await;
    owners_add: "servicePrincipals.owners.add" => |graph| graph.service_principals().owners(object(PRINCIPAL)).add(object(STRANGER)).await;
    owners_remove: "servicePrincipals.owners.remove" => |graph| graph.service_principals().owners(object(PRINCIPAL)).remove(object(MEMBER)).await;
    member_of: "servicePrincipals.memberOf.list" => |graph| graph.service_principals().memberships(object(PRINCIPAL)).direct(all()).collect_all().await;
    transitive_member_of: "servicePrincipals.transitiveMemberOf.list" => |graph| graph.service_principals().memberships(object(PRINCIPAL)).transitive(all()).collect_all().await;
    member_groups: "servicePrincipals.getMemberGroups" => |graph| graph.service_principals().memberships(object(PRINCIPAL)).group_ids(true).await;
    count: "servicePrincipals.count" => |graph| graph.service_principals().count(&ListQuery::filter(Filter::starts_with("displayName", "H"))).await;
}

refusals! {
    get_missing: "servicePrincipals.get.missing" => |graph| graph.service_principals().get(app(NEW_APP)).await;
    create_taken: "servicePrincipals.create.taken" => |graph| graph.service_principals().create(&ServicePrincipal { app_id: Some(app(APP)), ..ServicePrincipal::default() }).await;
    upsert_no_application: "servicePrincipals.upsert.noApplication" => |graph| graph.service_principals().upsert(app(ROLE), &ServicePrincipal::default()).await;
    update_missing: "servicePrincipals.update.missing" => |graph| graph.service_principals().update(app(NEW_APP), &ServicePrincipal::default()).await;
    delete_missing: "servicePrincipals.delete.missing" => |graph| graph.service_principals().delete(app(NEW_APP)).await;
    assigned_list_missing: "appRoleAssignedTo.list.missing" => |graph| graph.service_principals().app_role_assigned_to(object(GROUP)).list(all()).collect_all().await;
    assigned_create_taken: "appRoleAssignedTo.create.taken" => |graph| graph.service_principals().app_role_assigned_to(object(PRINCIPAL)).create(object(MEMBER), ROLE.parse().unwrap()).await;
    assigned_delete_missing: "appRoleAssignedTo.delete.missing" => |graph| graph.service_principals().app_role_assigned_to(object(PRINCIPAL)).delete("nobody").await;
    held_list_missing: "appRoleAssignments.list.missing" => |graph| graph.service_principals().app_roles_held(object(GROUP)).list(all()).collect_all().await;
    held_create_unknown: "appRoleAssignments.create.unknownRole" => |graph| graph.service_principals().app_roles_held(object(API)).create(object(PRINCIPAL), ROLE.parse().unwrap()).await;
    held_delete_missing: "appRoleAssignments.delete.missing" => |graph| graph.service_principals().app_roles_held(object(PRINCIPAL)).delete("nobody").await;
    owners_list_missing: "servicePrincipals.owners.list.missing" => |graph| graph.service_principals().owners(object(STRANGER)).list(all()).collect_all().await;
    owners_add_already: "servicePrincipals.owners.add.already" => |graph| graph.service_principals().owners(object(PRINCIPAL)).add(object(MEMBER)).await;
    owners_remove_missing: "servicePrincipals.owners.remove.missing" => |graph| graph.service_principals().owners(object(PRINCIPAL)).remove(object(STRANGER)).await;
    member_of_missing: "servicePrincipals.memberOf.list.missing" => |graph| graph.service_principals().memberships(object(DELETED)).direct(all()).collect_all().await;
    transitive_member_of_missing: "servicePrincipals.transitiveMemberOf.list.missing" => |graph| graph.service_principals().memberships(object(DELETED)).transitive(all()).collect_all().await;
    member_groups_missing: "servicePrincipals.getMemberGroups.missing" => |graph| graph.service_principals().memberships(object(DELETED)).group_ids(true).await;
}

denials! {
    list_denied: "servicePrincipals.list.denied" => |graph| graph.service_principals().list(all()).collect_all().await;
    count_denied: "servicePrincipals.count.denied" => |graph| graph.service_principals().count(&all()).await;
}
