//! Directory roles, and who holds them.
//!
//! Source: the pages of `rbacApplication`; a second assignment of the same role is refused as recorded by others
//! (dod-ccpo/atat, pull request 1554). Unverified: that the last Global Administrator keeps his role, and the words of it.

use super::objects::mixed;
use super::schema::{self, Property, flag, guid, text, texts};
use super::tenant::{object, tenant};
use super::{Call, Refusal, Reply, odata};
use azure_core::base64;
use rhc_core::fake::directory::{GLOBAL_ADMINISTRATOR, RoleAssignment};
use rhc_core::fake::{ObjectKind, Read, State};
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub(super) const ROLE_DEFINITION: &[Property] = &[
    guid("id").read_only(),
    text("description"),
    text("displayName"),
    flag("isBuiltIn").read_only(),
    flag("isEnabled"),
    texts("resourceScopes").read_only(),
    guid("templateId"),
    text("version"),
];

pub(super) const ROLE_ASSIGNMENT: &[Property] = &[
    text("id").read_only(),
    guid("principalId"),
    text("directoryScopeId"),
    guid("roleDefinitionId"),
];

/// Built-in roles: name and template. The last three come from general knowledge and are unverified.
const ROLES: &[(&str, &str)] = &[
    (
        "Global Administrator",
        "62e90394-69f5-4237-9190-012177145e10",
    ),
    (
        "Helpdesk Administrator",
        "729827e3-9c14-49f7-bb1b-9608f156bbb8",
    ),
    (
        "Service Support Administrator",
        "f023fd81-a637-4b56-95fd-791ac0226033",
    ),
    ("Directory Readers", "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"),
    (
        "Cloud Application Administrator",
        "158c047a-c907-4556-b7ef-446551a6b5f7",
    ),
    (
        "Application Administrator",
        "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
    ),
    (
        "Privileged Role Administrator",
        "e8611ab8-c189-46e8-94e1-60213ab1f814",
    ),
];

const DEFINITIONS: &str = "roleManagement/directory/roleDefinitions";
const ASSIGNMENTS: &str = "roleManagement/directory/roleAssignments";

fn definition(name: &str, id: &str) -> Map<String, Value> {
    object(
        json!({"id": id, "displayName": name, "description": name, "isBuiltIn": true, "isEnabled": true,
        "resourceScopes": ["/"], "templateId": id, "version": "1"}),
    )
}

fn assignment(id: &str, held: &RoleAssignment) -> Map<String, Value> {
    object(
        json!({"id": id, "principalId": held.principal_id, "directoryScopeId": held.directory_scope_id,
        "roleDefinitionId": held.role_definition_id}),
    )
}

pub(super) fn definitions(_: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let all = ROLES
        .iter()
        .map(|(name, id)| definition(name, id))
        .collect();
    odata::listed(
        call,
        DEFINITIONS,
        "unifiedRoleDefinition",
        ROLE_DEFINITION,
        all,
    )
    .map(Reply::ok)
}

pub(super) fn get_definition(_: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let asked = &call.key(0)?.value;
    let (name, id) = ROLES
        .iter()
        .find(|(_, id)| id.eq_ignore_ascii_case(asked))
        .ok_or_else(|| Refusal::not_found(asked))?;
    let own = definition(name, id);
    odata::single(
        call,
        DEFINITIONS,
        "unifiedRoleDefinition",
        ROLE_DEFINITION,
        &own,
    )
    .map(Reply::ok)
}

/// Whether the holders shall come with it.
fn expands(call: &Call) -> Result<bool, Refusal> {
    match call.query.expand.as_deref() {
        None => Ok(false),
        Some("principal") => Ok(true),
        Some(other) => Err(Refusal::new(
            400,
            "BadRequest",
            format!(
                "Parsing OData Select and Expand failed: Could not find a property named '{other}' on type 'microsoft.graph.unifiedRoleAssignment'."
            ),
        )),
    }
}

fn expand(state: &State, call: &Call, assignment: &mut Value) {
    let id = assignment["principalId"]
        .as_str()
        .and_then(|id| id.parse().ok());
    let view = id.and_then(|id| state.directory_ref().object(call.tenant(), id, Read::List));
    assignment["principal"] = view.map_or(Value::Null, |view| mixed(&view));
}

pub(super) fn assignments(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let expands = expands(call)?;
    let all = tenant(state, call)?
        .role_assignments
        .iter()
        .map(|(id, held)| assignment(id, held))
        .collect();
    let mut answer = odata::listed(
        call,
        ASSIGNMENTS,
        "unifiedRoleAssignment",
        ROLE_ASSIGNMENT,
        all,
    )?;
    let assignments = answer.get_mut("value").and_then(Value::as_array_mut);
    for assignment in assignments.into_iter().flatten().filter(|_| expands) {
        expand(state, call, assignment);
    }
    Ok(Reply::ok(answer))
}

fn target(state: &State, call: &Call) -> Result<(String, RoleAssignment), Refusal> {
    let asked = &call.key(0)?.value;
    let found = tenant(state, call)?.role_assignments.get_key_value(asked);
    found
        .map(|(id, held)| (id.clone(), held.clone()))
        .ok_or_else(|| Refusal::not_found(asked))
}

fn answered(call: &Call, id: &str, held: &RoleAssignment) -> Result<Value, Refusal> {
    let own = assignment(id, held);
    odata::single(
        call,
        ASSIGNMENTS,
        "unifiedRoleAssignment",
        ROLE_ASSIGNMENT,
        &own,
    )
}

pub(super) fn get_assignment(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let expands = expands(call)?;
    let (id, held) = target(state, call)?;
    let mut answer = answered(call, &id, &held)?;
    if expands {
        expand(state, call, &mut answer);
    }
    Ok(Reply::ok(answer))
}

pub(super) fn assign(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let body = call.body()?;
    schema::check(body, ROLE_ASSIGNMENT, "unifiedRoleAssignment", true)?;
    let text = |name: &str| {
        body.get(name)
            .and_then(Value::as_str)
            .ok_or_else(|| Refusal::required(name, "unifiedRoleAssignment"))
    };
    let id = |name: &str| {
        text(name)?
            .parse::<Uuid>()
            .map_err(|_| Refusal::invalid(name, "unifiedRoleAssignment"))
    };
    let held = RoleAssignment {
        principal_id: id("principalId")?,
        role_definition_id: id("roleDefinitionId")?,
        directory_scope_id: text("directoryScopeId")?.to_owned(),
    };
    let role = held.role_definition_id.to_string();
    if !ROLES.iter().any(|(_, id)| id.eq_ignore_ascii_case(&role)) {
        return Err(Refusal::not_found(&role));
    }
    let directory = state.directory_ref();
    let principal = directory
        .object(call.tenant(), held.principal_id, Read::Point)
        .ok_or_else(|| Refusal::not_found(&held.principal_id.to_string()))?;
    // Source: role-assignable groups only; the page of assigning roles to groups.
    let assignable = match principal.object.kind {
        ObjectKind::User | ObjectKind::ServicePrincipal => true,
        ObjectKind::Group => principal.body.get("isAssignableToRole") == Some(&json!(true)),
        ObjectKind::Application => false,
    };
    if !assignable {
        return Err(Refusal::invalid("principalId", "unifiedRoleAssignment"));
    }
    scope(state, call, &held)?;
    if tenant(state, call)?
        .role_assignments
        .values()
        .any(|own| *own == held)
    {
        return Err(Refusal::bad_request(
            "A conflicting object with one or more of the specified property values is present in the directory.",
        ));
    }
    let id = state.uuid();
    let id = format!(
        "{}-1",
        base64::encode_url_safe(id.as_bytes()).trim_end_matches('=')
    );
    let answer = answered(call, &id, &held)?;
    if let Some(own) = state.directory().tenant_mut(call.tenant()) {
        own.role_assignments.insert(id, held);
    }
    Ok(Reply::created(answer))
}

/// A role is held for the whole directory, or for one object in it.
fn scope(state: &State, call: &Call, held: &RoleAssignment) -> Result<(), Refusal> {
    let Some(id) = held.directory_scope_id.strip_prefix('/') else {
        return Err(Refusal::invalid(
            "directoryScopeId",
            "unifiedRoleAssignment",
        ));
    };
    let found = id
        .parse()
        .ok()
        .and_then(|id| state.directory_ref().object(call.tenant(), id, Read::Point));
    if id.is_empty() || found.is_some() {
        Ok(())
    } else {
        Err(Refusal::not_found(id))
    }
}

pub(super) fn unassign(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let (id, held) = target(state, call)?;
    let whole = |own: &&RoleAssignment| {
        own.role_definition_id == GLOBAL_ADMINISTRATOR && own.directory_scope_id == "/"
    };
    let own = tenant(state, call)?;
    let all = own.role_assignments.values().filter(whole).count();
    if whole(&&held) && all < 2 {
        return Err(Refusal::bad_request(
            "The last Global Administrator cannot be removed.",
        ));
    }
    if let Some(own) = state.directory().tenant_mut(call.tenant()) {
        own.role_assignments.remove(&id);
    }
    Ok(Reply::no_content())
}
