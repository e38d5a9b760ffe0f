//! What the caller may do: the roles that he holds over a scope, each as its definition says.
//!
//! Source: `Permissions_ListForResourceGroup` and `Permissions_ListForResource` of the description; over a subscription as
//! [Resource Manager's API for authentication](https://learn.microsoft.com/azure/azure-resource-manager/management/resource-manager-api-authentication)
//! shows it. Unverified: that whoever has no role there is refused, and not told of an empty list.

use rhc_core::fake::State;
use serde_json::{Value, json};

use super::super::error::ServiceError;
use super::super::roles;
use super::super::route::{Reply, Route, RouteContext};

pub(super) const ROUTES: &[Route] = &[Route {
    method: "GET",
    pattern: "/{*scope}/providers/Microsoft.Authorization/permissions",
    api_versions: &["2015-07-01", "2022-04-01"],
    permission: "Microsoft.Authorization/permissions/read",
    run: list,
}];

fn list(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let (tenant, principal) = (context.tenant, context.caller.object_id);
    let held = roles::permissions_over(state, tenant, principal, context.param("scope"));
    Ok(Reply::list(held.iter().map(shown).collect()))
}

fn shown(permission: &Value) -> Value {
    let of = |member: &str| match &permission[member] {
        Value::Null => json!([]),
        actions => actions.clone(),
    };
    json!({
        "actions": of("actions"),
        "notActions": of("notActions"),
        "dataActions": of("dataActions"),
        "notDataActions": of("notDataActions"),
    })
}
