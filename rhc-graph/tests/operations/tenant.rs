//! The tenant, its domains, licences and directory roles, and the open floor.

use super::place::{APPLICATION, HELD, MEMBER, STRANGER, object, tenant};
use rhc_graph::{
    Filter, GLOBAL_ADMINISTRATOR, ListQuery, Method, Organization, Path, RoleAssignment,
};
use serde_json::Value;
use uuid::Uuid;

const DIRECTORY_READERS: Uuid = Uuid::from_u128(0x88d8e3e3_8f55_4a1e_953a_9b9898b8876b);

operations! {
    organization_get: "organization.get" => |graph| graph.organization().get().await;
    organization_update: "organization.update" => |graph| graph.organization().update(tenant(), &Organization {
        technical_notification_mails: Some(vec!["operations@example.com".into()]), ..Organization::default() }).await;
    roles_assignments_get: "roles.assignments.get" => |graph| graph.roles().assignment(HELD).await;
    roles_assignments_create: "roles.assignments.create" => |graph| graph.roles().assign(&RoleAssignment::whole_directory(object(STRANGER), GLOBAL_ADMINISTRATOR)).await;
    roles_assignments_delete: "roles.assignments.delete" => |graph| graph.roles().unassign(HELD).await;
    roles_definitions_get: "roles.definitions.get" => |graph| graph.roles().definition(GLOBAL_ADMINISTRATOR).await;
    subscribed_skus_list: "subscribedSkus.list" => |graph| graph.subscribed_skus().list().collect_all().await;
    domains_list: "domains.list" => |graph| graph.organization().domains().collect_all().await;
    roles_assignments_list: "roles.assignments.list" => |graph| graph.roles().holders(GLOBAL_ADMINISTRATOR).collect_all().await;
    roles_definitions_list: "roles.definitions.list" => |graph| graph.roles().definitions(ListQuery::filter(Filter::eq("displayName", "Global Administrator"))).collect_all().await;
    open_floor: "request" => |graph| graph.request::<Value>("request", Method::Get, Path::new("/v1.0/organization"), None::<&()>).await;
}

refusals! {
    organization_update_read_only: "organization.update.readOnly" => |graph| graph.organization().update(tenant(), &Organization {
        display_name: Some("Other".into()), ..Organization::default() }).await;
    roles_assignments_get_missing: "roles.assignments.get.missing" => |graph| graph.roles().assignment(APPLICATION).await;
    roles_assignments_create_taken: "roles.assignments.create.taken" => |graph| graph.roles().assign(&RoleAssignment::whole_directory(object(MEMBER), DIRECTORY_READERS)).await;
    roles_assignments_delete_missing: "roles.assignments.delete.missing" => |graph| graph.roles().unassign(APPLICATION).await;
    roles_definitions_get_missing: "roles.definitions.get.missing" => |graph| graph.roles().definition(APPLICATION.parse().unwrap()).await;
    request_unknown: "request.unknown" => |graph| graph.request::<Value>("request", Method::Get, Path::new("/v1.0/identity/apiConnectors"), None::<&()>).await;
}

denials! {
    organization_get_denied: "organization.get.denied" => |graph| graph.organization().get().await;
    subscribed_skus_list_denied: "subscribedSkus.list.denied" => |graph| graph.subscribed_skus().list().collect_all().await;
    domains_list_denied: "domains.list.denied" => |graph| graph.organization().domains().collect_all().await;
    roles_assignments_list_denied: "roles.assignments.list.denied" => |graph| graph.roles().holders(GLOBAL_ADMINISTRATOR).collect_all().await;
    roles_definitions_list_denied: "roles.definitions.list.denied" => |graph| graph.roles().definitions(ListQuery::default()).collect_all().await;
}
