//! What was done in the directory, and who signed in: section `auditLogs` of a World's state.
//!
//! Every write to Graph that succeeds leaves an entry. Sign-ins are those that stand in the state: the authority writes none.
//! Unverified: the names of the activities, which come from general knowledge; that entries are there at once, while Microsoft's lag.

use super::objects::body_of;
use super::schema::{Kind, Property, objects, one_of, property, text, time};
use super::{Call, Content, Refusal, Reply, links, odata};
use rhc_core::fake::{Read, Section, SectionProblem, State, respond};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

pub(super) const DIRECTORY_AUDIT: &[Property] = &[
    text("id").read_only(),
    text("category").read_only(),
    text("correlationId").read_only(),
    one_of("result", &["success", "failure", "timeout"]).read_only(),
    text("resultReason").read_only(),
    text("activityDisplayName").read_only(),
    time("activityDateTime").read_only(),
    text("loggedByService").read_only(),
    text("operationType").read_only(),
    property("initiatedBy", Kind::Any).read_only(),
    property("targetResources", Kind::Any).read_only(),
    objects(
        "additionalDetails",
        &[text("key").read_only(), text("value").read_only()],
    )
    .read_only(),
];

pub(super) const SIGN_IN: &[Property] = &[
    text("id").read_only(),
    time("createdDateTime").read_only(),
    text("userDisplayName").read_only(),
    text("userPrincipalName").read_only(),
    text("userId").read_only(),
    text("appId").read_only(),
    text("appDisplayName").read_only(),
    text("ipAddress").read_only(),
    text("clientAppUsed").read_only(),
    text("correlationId").read_only(),
    one_of(
        "conditionalAccessStatus",
        &["success", "failure", "notApplied"],
    )
    .read_only(),
    Property {
        kind: Kind::Flag,
        ..text("isInteractive").read_only()
    },
    text("riskLevelDuringSignIn").read_only(),
    text("resourceDisplayName").read_only(),
    text("resourceId").read_only(),
    property("status", Kind::Any).read_only(),
    property("deviceDetail", Kind::Any).read_only(),
    property("location", Kind::Any).read_only(),
    property("appliedConditionalAccessPolicies", Kind::Any).read_only(),
];

/// The logs of all tenants.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AuditState {
    #[serde(default)]
    tenants: BTreeMap<Uuid, Logs>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
struct Logs {
    directory_audits: Vec<Map<String, Value>>,
    sign_ins: Vec<Map<String, Value>>,
}

impl Section for AuditState {
    const NAME: &'static str = "auditLogs";

    fn validate(&self) -> Result<(), SectionProblem> {
        for (tenant, logs) in &self.tenants {
            for (name, all, needed) in [
                (
                    "directoryAudits",
                    &logs.directory_audits,
                    "activityDateTime",
                ),
                ("signIns", &logs.sign_ins, "createdDateTime"),
            ] {
                for (index, entry) in all.iter().enumerate() {
                    for property in ["id", needed] {
                        if !entry.get(property).is_some_and(Value::is_string) {
                            let path = format!("tenants.{tenant}.{name}[{index}].{property}");
                            return Err(SectionProblem::new(path, "it must be a string"));
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

/// What an operation is called in the log: activity, category, type of operation, type of the target.
fn activity(operation: &str) -> Option<[&'static str; 4]> {
    let (users, groups) = ("UserManagement", "GroupManagement");
    let (applications, policy) = ("ApplicationManagement", "Policy");
    let directory = "DirectoryManagement";
    Some(match operation {
        "users.create" => ["Add user", users, "Add", "User"],
        "users.update" => ["Update user", users, "Update", "User"],
        "users.delete" => ["Delete user", users, "Delete", "User"],
        "invitations.create" => ["Invite external user", users, "Add", "User"],
        "roles.assignments.create" => ["Add member to role", "RoleManagement", "Assign", "Role"],
        "roles.assignments.delete" => [
            "Remove member from role",
            "RoleManagement",
            "Unassign",
            "Role",
        ],
        "users.revokeSignInSessions" => [
            "Update StsRefreshTokenValidFrom Timestamp",
            users,
            "Update",
            "User",
        ],
        "users.appRoleAssignments.create" => [
            "Add app role assignment grant to user",
            users,
            "Assign",
            "User",
        ],
        "groups.create" => ["Add group", groups, "Add", "Group"],
        "groups.update" => ["Update group", groups, "Update", "Group"],
        "groups.delete" => ["Delete group", groups, "Delete", "Group"],
        "groups.members.add" => ["Add member to group", groups, "Assign", "Group"],
        "groups.members.remove" => ["Remove member from group", groups, "Unassign", "Group"],
        "groups.owners.add" => ["Add owner to group", groups, "Assign", "Group"],
        "groups.owners.remove" => ["Remove owner from group", groups, "Unassign", "Group"],
        "groups.appRoleAssignments.create" => [
            "Add app role assignment to group",
            groups,
            "Assign",
            "Group",
        ],
        "applications.create" => ["Add application", applications, "Add", "Application"],
        "applications.update"
        | "federatedCredentials.create"
        | "federatedCredentials.update"
        | "federatedCredentials.delete" => {
            ["Update application", applications, "Update", "Application"]
        }
        "applications.removePassword" => [
            "Update application – Certificates and secrets management",
            applications,
            "Update",
            "Application",
        ],
        "applications.delete" => ["Delete application", applications, "Delete", "Application"],
        "applications.owners.add" => [
            "Add owner to application",
            applications,
            "Assign",
            "Application",
        ],
        "applications.owners.remove" => [
            "Remove owner from application",
            applications,
            "Unassign",
            "Application",
        ],
        "servicePrincipals.create" => [
            "Add service principal",
            applications,
            "Add",
            "ServicePrincipal",
        ],
        "servicePrincipals.update" => [
            "Update service principal",
            applications,
            "Update",
            "ServicePrincipal",
        ],
        "servicePrincipals.delete" => [
            "Remove service principal",
            applications,
            "Delete",
            "ServicePrincipal",
        ],
        "appRoleAssignedTo.create" | "appRoleAssignments.create" => [
            "Add app role assignment to service principal",
            applications,
            "Assign",
            "ServicePrincipal",
        ],
        "appRoleAssignedTo.delete" | "appRoleAssignments.delete" => [
            "Remove app role assignment from service principal",
            applications,
            "Unassign",
            "ServicePrincipal",
        ],
        "oauth2PermissionGrants.create" => [
            "Add delegated permission grant",
            applications,
            "Assign",
            "ServicePrincipal",
        ],
        "oauth2PermissionGrants.delete" => [
            "Remove delegated permission grant",
            applications,
            "Unassign",
            "ServicePrincipal",
        ],
        "conditionalAccess.create" => ["Add conditional access policy", policy, "Add", "Policy"],
        "conditionalAccess.update" => [
            "Update conditional access policy",
            policy,
            "Update",
            "Policy",
        ],
        "conditionalAccess.delete" => [
            "Delete conditional access policy",
            policy,
            "Delete",
            "Policy",
        ],
        "namedLocations.create" => ["Add named location", policy, "Add", "Policy"],
        "namedLocations.update" => ["Update named location", policy, "Update", "Policy"],
        "namedLocations.delete" => ["Delete named location", policy, "Delete", "Policy"],
        "policies.authorization.update" => {
            ["Update authorization policy", policy, "Update", "Policy"]
        }
        "domains.create" => ["Add unverified domain", directory, "Add", "Domain"],
        "domains.verify" => ["Verify domain", directory, "Update", "Domain"],
        "domains.update" => ["Update domain", directory, "Update", "Domain"],
        "domains.delete" => ["Remove verified domain", directory, "Delete", "Domain"],
        _ => return None,
    })
}

/// What an operation is about to act on; asked before it acts, as it may be gone afterwards.
pub(super) fn target(state: &State, call: &Call) -> Map<String, Value> {
    let found = links::entity(call).ok().and_then(|entity| {
        let key = call.keys.first()?;
        let id = entity.find(state, call.tenant(), key, Read::Authoritative);
        Some(described(state, call, id.ok()??))
    });
    found.unwrap_or_else(|| {
        let id = call.keys.first().map(|key| json!(key.value));
        let mut target = Map::new();
        target.insert("id".to_owned(), id.unwrap_or_default());
        target
    })
}

fn described(state: &State, call: &Call, id: Uuid) -> Map<String, Value> {
    let body = body_of(state, call.tenant(), id);
    let mut target = Map::new();
    target.insert("id".to_owned(), json!(id));
    for name in ["displayName", "userPrincipalName"] {
        if let Some(value) = body.get(name) {
            target.insert(name.to_owned(), value.clone());
        }
    }
    target
}

/// Writes down what was done.
pub(super) fn record(
    state: &mut State,
    call: &Call,
    operation: &str,
    mut target: Map<String, Value>,
    reply: &Reply,
) {
    let Some([activity, category, kind, target_type]) = activity(operation) else {
        return;
    };
    if let Content::Json(made) = &reply.body {
        for name in ["id", "displayName", "userPrincipalName"] {
            if let Some(value) = made.get(name).filter(|value| !value.is_null()) {
                target.insert(name.to_owned(), value.clone());
            }
        }
    }
    target.insert("type".to_owned(), json!(target_type));
    let by = body_of(state, call.tenant(), call.caller.object_id);
    let text = |name: &str| by.get(name).cloned().unwrap_or_default();
    let initiated_by = if call.is_application() {
        json!({"app": {"appId": call.caller.app_id, "displayName": text("displayName"), "servicePrincipalId": call.caller.object_id}})
    } else {
        json!({"user": {"id": call.caller.object_id, "displayName": text("displayName"), "userPrincipalName": text("userPrincipalName")}})
    };
    let at = respond::timestamp(call.at);
    let logs = state.section::<AuditState>();
    let number = logs
        .tenants
        .entry(call.tenant())
        .or_default()
        .directory_audits
        .len();
    let number = number.to_string();
    let correlation = state.derived_uuid(&["audit", &call.tenant().to_string(), &number]);
    let entry = json!({
        "id": format!("Directory_{correlation}_{number}"),
        "category": category,
        "correlationId": correlation,
        "result": "success",
        "activityDisplayName": activity,
        "activityDateTime": at,
        "loggedByService": "Core Directory",
        "operationType": kind,
        "initiatedBy": initiated_by,
        "targetResources": [target],
        "additionalDetails": [],
    });
    let logs = state.section::<AuditState>();
    let logs = logs.tenants.entry(call.tenant()).or_default();
    logs.directory_audits.extend(entry.as_object().cloned());
}

pub(super) fn directory_audits(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let mut all = logs(state, call).directory_audits.clone();
    newest_first(&mut all, "activityDateTime");
    let set = "auditLogs/directoryAudits";
    odata::listed(call, set, "directoryAudit", DIRECTORY_AUDIT, all).map(Reply::ok)
}

pub(super) fn directory_audit(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let own = one(&logs(state, call).directory_audits, call)?;
    let set = "auditLogs/directoryAudits";
    odata::single(call, set, "directoryAudit", DIRECTORY_AUDIT, &own).map(Reply::ok)
}

pub(super) fn sign_ins(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let mut all = logs(state, call).sign_ins.clone();
    newest_first(&mut all, "createdDateTime");
    odata::listed(call, "auditLogs/signIns", "signIn", SIGN_IN, all).map(Reply::ok)
}

pub(super) fn sign_in(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let own = one(&logs(state, call).sign_ins, call)?;
    odata::single(call, "auditLogs/signIns", "signIn", SIGN_IN, &own).map(Reply::ok)
}

fn logs<'a>(state: &'a mut State, call: &Call) -> &'a Logs {
    let all = state.section::<AuditState>();
    all.tenants.entry(call.tenant()).or_default()
}

fn newest_first(all: &mut [Map<String, Value>], at: &str) {
    all.reverse();
    all.sort_by(|a, b| {
        let at = |entry: &Map<String, Value>| {
            let at = entry.get(at).and_then(Value::as_str).unwrap_or_default();
            let format = &time::format_description::well_known::Rfc3339;
            time::OffsetDateTime::parse(at, format).ok()
        };
        at(b).cmp(&at(a))
    });
}

fn one(all: &[Map<String, Value>], call: &Call) -> Result<Map<String, Value>, Refusal> {
    let id = &call.key(0)?.value;
    all.iter()
        .find(|own| own.get("id") == Some(&json!(id)))
        .cloned()
        .ok_or_else(|| Refusal::not_found(id))
}
