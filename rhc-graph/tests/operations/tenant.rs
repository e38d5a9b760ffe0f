//! The tenant, its domains, its directory roles, and the open floor.

use rhc_graph::{Filter, GLOBAL_ADMINISTRATOR, ListQuery, Method, Path};
use serde_json::Value;

operations! {
    organization_get: "organization.get" => |graph| graph.organization().get().await;
    domains_list: "domains.list" => |graph| graph.organization().domains().collect_all().await;
    roles_assignments_list: "roles.assignments.list" => |graph| graph.roles().holders(GLOBAL_ADMINISTRATOR).collect_all().await;
    roles_definitions_list: "roles.definitions.list" => |graph| graph.roles().definitions(ListQuery::filter(Filter::eq("displayName", "Global Administrator"))).collect_all().await;
    open_floor: "request" => |graph| graph.request::<Value>("request", Method::Get, Path::new("/v1.0/organization"), None::<&()>).await;
}

refusals! {
    request_unknown: "request.unknown" => |graph| graph.request::<Value>("request", Method::Get, Path::new("/v1.0/organization").segment("nobody"), None::<&()>).await;
}

denials! {
    organization_get_denied: "organization.get.denied" => |graph| graph.organization().get().await;
    domains_list_denied: "domains.list.denied" => |graph| graph.organization().domains().collect_all().await;
    roles_assignments_list_denied: "roles.assignments.list.denied" => |graph| graph.roles().holders(GLOBAL_ADMINISTRATOR).collect_all().await;
    roles_definitions_list_denied: "roles.definitions.list.denied" => |graph| graph.roles().definitions(ListQuery::default()).collect_all().await;
}
