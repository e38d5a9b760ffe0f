//! Who holds the roles that an application defines.

use super::applications::list_of;
use super::objects::body_of;
use super::schema::{self, Property, guid, text, time};
use super::{Call, Refusal, Reply, links, odata};
use rhc_core::fake::directory::AppRoleAssignment;
use rhc_core::fake::{ObjectKind, Read, State, respond};
use serde_json::{Map, Value, json};
use uuid::Uuid;

const RESOURCE: &str = "AppRoleAssignment";

/// The properties of an app role assignment.
pub(super) const PROPERTIES: &[Property] = &[
    text("id").read_only(),
    time("deletedDateTime").read_only(),
    guid("appRoleId").create_only().not_null(),
    time("createdDateTime").read_only(),
    text("principalDisplayName").read_only(),
    guid("principalId").create_only(),
    text("principalType").read_only(),
    text("resourceDisplayName").read_only(),
    guid("resourceId").create_only(),
];

/// From which end an assignment is looked at.
#[derive(Clone, Copy)]
enum End {
    /// The application that defines the role.
    Resource,
    /// The service principal, the group or the user that holds it.
    Principal,
}

impl End {
    fn of(self, assignment: &AppRoleAssignment) -> Uuid {
        match self {
            Self::Resource => assignment.resource_id,
            Self::Principal => assignment.principal_id,
        }
    }

    fn member(self) -> &'static str {
        match self {
            Self::Resource => "resourceId",
            Self::Principal => "principalId",
        }
    }

    fn set(self, call: &Call, target: Uuid) -> Result<String, Refusal> {
        let list = match self {
            Self::Resource => "appRoleAssignedTo",
            Self::Principal => "appRoleAssignments",
        };
        let set = links::entity(call)?.set;
        Ok(format!("{set}('{target}')/{list}"))
    }
}

pub(super) fn list(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    list_at(state, call, End::Resource)
}

pub(super) fn list_held(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    list_at(state, call, End::Principal)
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    create_at(state, call, End::Resource)
}

pub(super) fn create_held(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    create_at(state, call, End::Principal)
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    delete_at(state, call, End::Resource)
}

pub(super) fn delete_held(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    delete_at(state, call, End::Principal)
}

fn list_at(state: &mut State, call: &Call, end: End) -> Result<Reply, Refusal> {
    let target = links::entity(call)?.target(state, call)?;
    let assigned: Vec<(String, AppRoleAssignment)> = state
        .directory_ref()
        .tenant_by_id(call.tenant())
        .into_iter()
        .flat_map(|tenant| &tenant.app_role_assignments)
        .filter(|(_, assignment)| end.of(assignment) == target)
        .map(|(id, assignment)| (id.clone(), assignment.clone()))
        .collect();
    let bodies = assigned
        .iter()
        .map(|(id, assignment)| body(state, call, id, assignment))
        .collect();
    odata::listed(
        call,
        &end.set(call, target)?,
        "appRoleAssignment",
        PROPERTIES,
        bodies,
    )
    .map(Reply::ok)
}

fn create_at(state: &mut State, call: &Call, end: End) -> Result<Reply, Refusal> {
    let target = links::entity(call)?.target(state, call)?;
    let sent = call.body()?;
    schema::check(sent, PROPERTIES, RESOURCE, true)?;
    let id_of = |name: &'static str| {
        let id = sent
            .get(name)
            .and_then(Value::as_str)
            .and_then(|id| id.parse::<Uuid>().ok());
        id.ok_or_else(|| Refusal::required(name, RESOURCE))
    };
    let (principal, role) = (id_of("principalId")?, id_of("appRoleId")?);
    let resource = id_of("resourceId")?;
    if id_of(end.member())? != target {
        return Err(Refusal::invalid(end.member(), RESOURCE));
    }
    let tenant = call.tenant();
    state
        .directory_ref()
        .object(tenant, resource, Read::Point)
        .filter(|view| view.object.kind == ObjectKind::ServicePrincipal)
        .ok_or_else(|| Refusal::not_found(&resource.to_string()))?;
    let kind = state
        .directory_ref()
        .object(tenant, principal, Read::Point)
        .map(|view| view.object.kind)
        .filter(|kind| *kind != ObjectKind::Application)
        .ok_or_else(|| Refusal::not_found(&principal.to_string()))?;
    if !role.is_nil() {
        let resource = body_of(state, tenant, resource);
        let defined = list_of(resource.get("appRoles")).find(|own| own["id"] == json!(role));
        let wanted = match kind {
            ObjectKind::ServicePrincipal => "Application",
            _ => "User",
        };
        let open = defined.is_some_and(|own| {
            own["isEnabled"] == json!(true)
                && list_of(own.get("allowedMemberTypes")).any(|own| own == wanted)
        });
        if !open {
            return Err(Refusal::bad_request(
                "Permission being assigned was not found on application",
            )
            .detailed("InvalidUpdate", "appRoleId"));
        }
    }
    let assignment = AppRoleAssignment {
        principal_id: principal,
        resource_id: resource,
        app_role_id: role,
        created: call.at,
    };
    let owner = state.directory().tenant_mut(tenant);
    let owner = owner.ok_or_else(|| Refusal::not_found(&tenant.to_string()))?;
    let exists = owner.app_role_assignments.values().any(|own| {
        (own.principal_id, own.resource_id, own.app_role_id) == (principal, resource, role)
    });
    if exists {
        return Err(
            Refusal::bad_request("Permission being assigned already exists on the object")
                .detailed("InvalidUpdate", "appRoleId"),
        );
    }
    // The real id holds the principal and something of the service's own.
    let id = state.derived_uuid(&[
        &resource.to_string(),
        &role.to_string(),
        &principal.to_string(),
    ]);
    let id = format!("{}{}", principal.simple(), id.simple());
    if let Some(owner) = state.directory().tenant_mut(tenant) {
        owner
            .app_role_assignments
            .insert(id.clone(), assignment.clone());
    }
    let body = body(state, call, &id, &assignment);
    odata::single(
        call,
        &end.set(call, target)?,
        "appRoleAssignment",
        PROPERTIES,
        &body,
    )
    .map(Reply::created)
}

fn delete_at(state: &mut State, call: &Call, end: End) -> Result<Reply, Refusal> {
    let target = links::entity(call)?.target(state, call)?;
    let id = call.key(1)?.value.clone();
    let owner = state.directory().tenant_mut(call.tenant());
    let removed = owner.is_some_and(|owner| {
        let ours = owner
            .app_role_assignments
            .get(&id)
            .is_some_and(|assignment| end.of(assignment) == target);
        ours && owner.app_role_assignments.remove(&id).is_some()
    });
    if removed {
        Ok(Reply::no_content())
    } else {
        Err(Refusal::not_found(&id))
    }
}

fn body(
    state: &State,
    call: &Call,
    id: &str,
    assignment: &AppRoleAssignment,
) -> Map<String, Value> {
    let named = |id: Uuid| {
        let view = state
            .directory_ref()
            .object(call.tenant(), id, Read::Authoritative);
        view.map(|view| {
            (
                view.text("displayName").map(str::to_owned),
                view.object.kind,
            )
        })
    };
    let principal = named(assignment.principal_id);
    let kind = match principal.as_ref().map(|(_, kind)| kind) {
        Some(ObjectKind::Group) => "Group",
        Some(ObjectKind::ServicePrincipal) => "ServicePrincipal",
        _ => "User",
    };
    let body = json!({
        "id": id,
        "appRoleId": assignment.app_role_id,
        "createdDateTime": respond::timestamp(assignment.created),
        "principalDisplayName": principal.and_then(|(name, _)| name),
        "principalId": assignment.principal_id,
        "principalType": kind,
        "resourceDisplayName": named(assignment.resource_id).and_then(|(name, _)| name),
        "resourceId": assignment.resource_id,
    });
    body.as_object().cloned().unwrap_or_default()
}
