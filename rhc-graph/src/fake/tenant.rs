//! The tenant itself and its directory roles.

use super::objects::mixed;
use super::schema::{Property, flag, guid, objects, text, texts, time};
use super::{Call, Refusal, Reply, domains, odata};
use rhc_core::fake::{Read, State, Tenant, TenantKind, respond};
use serde_json::{Map, Value, json};

const VERIFIED_DOMAIN: &[Property] = &[
    text("capabilities"),
    flag("isDefault"),
    flag("isInitial"),
    text("name"),
    text("type"),
];

pub(super) const ORGANIZATION: &[Property] = &[
    guid("id").read_only(),
    time("deletedDateTime").read_only(),
    texts("businessPhones"),
    text("city").read_only(),
    text("country").read_only(),
    text("countryLetterCode").read_only(),
    time("createdDateTime").read_only(),
    text("displayName").read_only(),
    texts("marketingNotificationEmails"),
    flag("onPremisesSyncEnabled").read_only(),
    text("preferredLanguage").read_only(),
    texts("securityComplianceNotificationMails"),
    texts("technicalNotificationMails"),
    text("tenantType").read_only(),
    objects("assignedPlans", &[]).read_only(),
    objects("provisionedPlans", &[]).read_only(),
    objects("verifiedDomains", VERIFIED_DOMAIN).read_only(),
];

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

fn tenant<'a>(state: &'a State, call: &Call) -> Result<&'a Tenant, Refusal> {
    let found = state.directory_ref().tenant_by_id(call.tenant());
    found.ok_or_else(|| Refusal::not_found(&call.tenant().to_string()))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

pub(super) fn organization(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let default = domains::default(state, call)?;
    let tenant = tenant(state, call)?;
    let domains: Vec<Value> = tenant
        .domains
        .iter()
        .map(|name| {
            let initial = *name == tenant.initial_domain;
            json!({"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": *name == default,
                "isInitial": initial, "name": name, "type": "Managed"})
        })
        .collect();
    let body = json!({
        "id": tenant.id,
        "countryLetterCode": tenant.country,
        "createdDateTime": respond::timestamp(tenant.created),
        "displayName": tenant.display_name,
        "tenantType": match tenant.kind {
            TenantKind::Workforce => "AAD",
            TenantKind::ExternalId => "CIAM",
        },
        "verifiedDomains": domains,
    });
    let all = vec![object(body)];
    odata::listed(call, "organization", "organization", ORGANIZATION, all).map(Reply::ok)
}

pub(super) fn role_definitions(_: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let all = ROLES
        .iter()
        .map(|(name, id)| {
            object(json!({"id": id, "displayName": name, "description": name, "isBuiltIn": true, "isEnabled": true,
                "resourceScopes": ["/"], "templateId": id, "version": "1"}))
        })
        .collect();
    let set = "roleManagement/directory/roleDefinitions";
    odata::listed(call, set, "unifiedRoleDefinition", ROLE_DEFINITION, all).map(Reply::ok)
}

pub(super) fn role_assignments(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let expands = match call.query.expand.as_deref() {
        None => false,
        Some("principal") => true,
        Some(other) => {
            return Err(Refusal::new(
                400,
                "BadRequest",
                format!(
                    "Parsing OData Select and Expand failed: Could not find a property named '{other}' on type 'microsoft.graph.unifiedRoleAssignment'."
                ),
            ));
        }
    };
    let tenant = tenant(state, call)?;
    let all = tenant
        .role_assignments
        .iter()
        .map(|(id, held)| {
            object(json!({"id": id, "principalId": held.principal_id, "directoryScopeId": held.directory_scope_id,
                "roleDefinitionId": held.role_definition_id}))
        })
        .collect();
    let set = "roleManagement/directory/roleAssignments";
    let mut answer = odata::listed(call, set, "unifiedRoleAssignment", ROLE_ASSIGNMENT, all)?;
    let assignments = answer.get_mut("value").and_then(Value::as_array_mut);
    for assignment in assignments.into_iter().flatten().filter(|_| expands) {
        let id = assignment["principalId"]
            .as_str()
            .and_then(|id| id.parse().ok());
        let view = id.and_then(|id| state.directory_ref().object(call.tenant(), id, Read::List));
        assignment["principal"] = view.map_or(Value::Null, |view| mixed(&view));
    }
    Ok(Reply::ok(answer))
}
