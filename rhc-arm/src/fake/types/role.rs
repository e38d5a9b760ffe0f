//! Role assignments and role definitions.

use rhc_core::fake::{ObjectKind, Read, State, respond};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::context::{DeleteContext, ListContext, Listing, PutContext};
use super::super::error::ServiceError;
use super::super::roles::{
    ROLE_ASSIGNMENTS, ROLE_DEFINITIONS, built_in_roles, covers, definition_name,
};
use super::super::rules::{Codes, NameRule, Scope, Timing, TypeRules};
use super::super::state::{Arm, Stored};

const VERSIONS: &[&str] = &[
    "2015-07-01",
    "2018-01-01-preview",
    "2020-04-01-preview",
    "2022-04-01",
    "2022-05-01-preview",
];

/// A GUID, as both types' names are.
const GUID: NameRule = NameRule {
    min: 36,
    max: 36,
    fits: |name| name.parse::<Uuid>().is_ok(),
    refusal: (400, "InvalidRoleAssignmentId"),
    says: "a GUID",
};

pub(super) const TYPES: &[TypeRules] = &[
    TypeRules {
        scope: Scope::Extension,
        name: GUID,
        required: &["properties.roleDefinitionId", "properties.principalId"],
        read_only: &[
            "properties.scope",
            "properties.createdOn",
            "properties.updatedOn",
            "properties.createdBy",
            "properties.updatedBy",
        ],
        enums: &[(
            "properties.principalType",
            &[
                "User",
                "Group",
                "ServicePrincipal",
                "ForeignGroup",
                "Device",
            ],
        )],
        system_data: false,
        provisioning_state: false,
        codes: Codes {
            // Unverified: the code for a body without role or principal.
            missing: (400, "InvalidCreateRoleAssignmentRequest"),
            ..Codes::COMMON
        },
        before_put: check_assignment,
        // Reports of users (terraform-provider-azurerm 8584 and 9379).
        absent: Some(|path| {
            ServiceError::not_found(
                "RoleAssignmentNotFound",
                format!("The role assignment '{}' is not found.", path.name()),
            )
        }),
        compute: compute_assignment,
        list: list_assignments,
        ..TypeRules::child(ROLE_ASSIGNMENTS, VERSIONS)
    },
    TypeRules {
        scope: Scope::Extension,
        name: NameRule {
            refusal: (400, "RoleDefinitionNameInvalid"),
            ..GUID
        },
        required: &[
            "properties.roleName",
            "properties.permissions",
            "properties.assignableScopes",
        ],
        read_only: &[
            "properties.type",
            "properties.createdOn",
            "properties.updatedOn",
            "properties.createdBy",
            "properties.updatedBy",
        ],
        system_data: false,
        provisioning_state: false,
        update: Timing::at_once(201),
        before_put: check_definition,
        compute: |state, context, stored| {
            stored.set("properties.type", "CustomRole");
            stamp(state, context, stored);
            Ok(())
        },
        before_delete: check_unused,
        list: list_definitions,
        find: |_, path| {
            let name = definition_name(path.name())?;
            let role = built_in_roles().iter().find(|role| role.id == name)?;
            Some(role.body(&subscription_scope(path.scope())))
        },
        ..TypeRules::child(ROLE_DEFINITIONS, VERSIONS)
    },
];

/// Built-in definitions are shown with their subscription's scope, whatever the scope of the question.
fn subscription_scope(scope: &str) -> String {
    super::super::path::subscription_of(scope)
        .map(|id| format!("/subscriptions/{id}"))
        .unwrap_or_default()
}

fn check_assignment(state: &mut State, context: &PutContext<'_>) -> Result<(), ServiceError> {
    let text = |path: &str| super::super::json::text(context.sent, path).unwrap_or_default();
    let (principal, role) = (
        text("properties.principalId"),
        text("properties.roleDefinitionId"),
    );
    let kind = text("properties.principalType");
    if let Some(existing) = context.existing {
        let same = |path: &str, new: &str| {
            existing
                .text(path)
                .is_some_and(|own| own.eq_ignore_ascii_case(new))
        };
        if !same("properties.principalId", principal)
            || definition_name(role)
                != existing
                    .text("properties.roleDefinitionId")
                    .and_then(definition_name)
        {
            return Err(ServiceError::bad_request(
                "RoleAssignmentUpdateNotPermitted",
                "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
            ));
        }
    }
    definition_exists(state, role)?;
    let not_found = || {
        ServiceError::bad_request(
            "PrincipalNotFound",
            format!(
                "Principal {} does not exist in the directory {}. Check that you have the correct principal ID. If \
                 you are creating this principal and then immediately assigning a role, this error might be related \
                 to a replication delay. In this case, set the role assignment principalType property to a value, \
                 such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype",
                principal.replace('-', ""),
                context.tenant
            ),
        )
    };
    let id: Uuid = principal.parse().map_err(|_| not_found())?;
    // With its type given a principal need not have been replicated yet.
    let read = if kind.is_empty() {
        Read::Point
    } else {
        Read::Authoritative
    };
    let own = state
        .directory_ref()
        .object(context.tenant, id, read)
        .and_then(|view| type_of(view.object.kind))
        .ok_or_else(not_found)?;
    if !kind.is_empty() && !kind.eq_ignore_ascii_case(own) {
        return Err(ServiceError::bad_request(
            "UnmatchedPrincipalType",
            format!(
                "The PrincipalId '{principal}' has type '{own}' , which is different from specified PrinciaplType \
                 '{kind}'."
            ),
        ));
    }
    let twin = state.read::<Arm>().is_some_and(|arm| {
        arm.of_type(context.path.scope(), ROLE_ASSIGNMENTS)
            .filter(|own| !own.name().eq_ignore_ascii_case(context.path.name()))
            .any(|own| {
                own.text("properties.principalId")
                    .is_some_and(|own| own.eq_ignore_ascii_case(principal))
                    && own
                        .text("properties.roleDefinitionId")
                        .and_then(definition_name)
                        == definition_name(role)
            })
    });
    if twin {
        return Err(ServiceError::conflict(
            "RoleAssignmentExists",
            "The role assignment already exists.",
        ));
    }
    Ok(())
}

fn definition_exists(state: &State, role: &str) -> Result<(), ServiceError> {
    let name = definition_name(role);
    let known = name.is_some_and(|name| {
        built_in_roles().iter().any(|role| role.id == name)
            || state.read::<Arm>().is_some_and(|arm| {
                arm.everywhere(ROLE_DEFINITIONS)
                    .any(|own| own.name().parse() == Ok(name))
            })
    });
    if known {
        return Ok(());
    }
    Err(ServiceError::not_found(
        "RoleDefinitionDoesNotExist",
        format!(
            "The specified role definition with ID '{}' does not exist.",
            role.rsplit('/').next().unwrap_or_default().replace('-', "")
        ),
    ))
}

fn type_of(kind: ObjectKind) -> Option<&'static str> {
    match kind {
        ObjectKind::User => Some("User"),
        ObjectKind::Group => Some("Group"),
        ObjectKind::ServicePrincipal => Some("ServicePrincipal"),
        ObjectKind::Application => None,
    }
}

fn compute_assignment(
    state: &mut State,
    context: &PutContext<'_>,
    stored: &mut Stored,
) -> Result<(), ServiceError> {
    let kind = stored
        .text("properties.principalId")
        .and_then(|id| id.parse().ok())
        .and_then(|id| {
            state
                .directory_ref()
                .object(context.tenant, id, Read::Authoritative)
        })
        .and_then(|view| type_of(view.object.kind))
        .unwrap_or("Unknown");
    stored.set("properties.principalType", kind);
    stored.set("properties.scope", context.path.scope());
    for member in [
        "condition",
        "conditionVersion",
        "delegatedManagedIdentityResourceId",
        "description",
    ] {
        let path = format!("properties.{member}");
        if stored.get(&path).is_none() {
            stored.set(&path, Value::Null);
        }
    }
    stamp(state, context, stored);
    Ok(())
}

fn stamp(state: &State, context: &PutContext<'_>, stored: &mut Stored) {
    let now = respond::timestamp(state.now());
    let by = context.caller.object_id.to_string();
    if context.existing.is_none() {
        stored.set("properties.createdOn", now.clone());
        stored.set("properties.createdBy", by.clone());
    }
    stored.set("properties.updatedOn", now);
    stored.set("properties.updatedBy", by);
}

/// At the scope, above it, and below it; `atScope()` leaves out what is below.
fn list_assignments(state: &State, context: &ListContext<'_>) -> Listing {
    let mut at_scope = false;
    let mut holders = None;
    for term in context
        .filter
        .unwrap_or_default()
        .split(" and ")
        .map(str::trim)
        .filter(|term| !term.is_empty())
    {
        let quoted = |prefix: &str, suffix: &str| {
            let value = term.strip_prefix(prefix)?.strip_suffix(suffix)?;
            value.parse::<Uuid>().ok()
        };
        if term.eq_ignore_ascii_case("atScope()") {
            at_scope = true;
        } else if let Some(id) = quoted("principalId eq '", "'") {
            holders = Some(std::iter::once(id).collect());
        } else if let Some(id) = quoted("assignedTo('", "')") {
            let mut all = state.directory_ref().groups_of(context.caller.tenant, id);
            all.insert(id);
            holders = Some(all);
        } else {
            return Listing::BadFilter(format!(
                "The filter '{}' is not supported. Supported filters are either 'atScope()' or 'principalId eq \
                 '{{value}}' or assignedTo('{{value}}')'.",
                context.filter.unwrap_or_default()
            ));
        }
    }
    let Some(arm) = state.read::<Arm>() else {
        return Listing::Usual;
    };
    let items = arm
        .everywhere(ROLE_ASSIGNMENTS)
        .filter(|own| {
            let scope = own.text("properties.scope").unwrap_or("/none");
            covers(scope, context.scope) || !at_scope && covers(context.scope, scope)
        })
        .filter(|own| {
            let holder = own
                .text("properties.principalId")
                .and_then(|id| id.parse::<Uuid>().ok());
            holders
                .as_ref()
                .is_none_or(|all: &std::collections::BTreeSet<Uuid>| {
                    holder.is_some_and(|id| all.contains(&id))
                })
        })
        .map(|own| own.body.clone())
        .collect();
    Listing::Instead(items)
}

fn list_definitions(state: &State, context: &ListContext<'_>) -> Listing {
    let mut wanted = None;
    let mut kind = None;
    for term in context
        .filter
        .unwrap_or_default()
        .split(" and ")
        .map(str::trim)
        .filter(|term| !term.is_empty())
    {
        let quoted = |name: &str| {
            let value = term.strip_prefix(name)?.trim().strip_prefix("eq")?.trim();
            Some(value.trim_matches('\'').to_owned())
        };
        if let Some(name) = quoted("roleName") {
            wanted = Some(name);
        } else if let Some(own) = quoted("type") {
            kind = Some(own);
        } else if !term.starts_with("atScope") {
            return Listing::BadFilter(format!("The filter '{term}' is not supported."));
        }
    }
    let scope = subscription_scope(context.scope);
    let custom = state
        .read::<Arm>()
        .into_iter()
        .flat_map(|arm| arm.everywhere(ROLE_DEFINITIONS))
        .filter(|own| {
            own.all("properties.assignableScopes[]")
                .iter()
                .filter_map(|scope| scope.as_str())
                .any(|own| covers(own, context.scope))
        })
        .map(|own| own.body.clone());
    let items = built_in_roles()
        .iter()
        .map(|role| role.body(&scope))
        .chain(custom)
        .filter(|body| {
            wanted
                .as_ref()
                .is_none_or(|name| body["properties"]["roleName"] == json!(name))
                && kind
                    .as_ref()
                    .is_none_or(|kind| body["properties"]["type"] == json!(kind))
        })
        .collect();
    Listing::Instead(items)
}

fn check_definition(state: &mut State, context: &PutContext<'_>) -> Result<(), ServiceError> {
    let name = super::super::json::text(context.sent, "properties.roleName").unwrap_or_default();
    if definition_name(context.path.name())
        .is_some_and(|id| built_in_roles().iter().any(|role| role.id == id))
    {
        return Err(ServiceError::new(
            403,
            "RoleDefinitionUpdateNotPermitted",
            "A built-in role definition cannot be changed.",
        ));
    }
    let taken = built_in_roles()
        .iter()
        .any(|role| role.name.eq_ignore_ascii_case(name))
        || state.read::<Arm>().is_some_and(|arm| {
            arm.everywhere(ROLE_DEFINITIONS)
                .filter(|own| !own.name().eq_ignore_ascii_case(context.path.name()))
                .filter(|own| arm.tenant_of(own.id()) == Some(context.tenant))
                .any(|own| {
                    own.text("properties.roleName")
                        .is_some_and(|own| own.eq_ignore_ascii_case(name))
                })
        });
    if taken {
        return Err(ServiceError::conflict(
            "RoleDefinitionWithSameNameExists",
            format!(
                "A custom role with the same name already exists in this directory. Use a different name: '{name}'."
            ),
        ));
    }
    Ok(())
}

fn check_unused(state: &mut State, context: &DeleteContext<'_>) -> Result<(), ServiceError> {
    let name = definition_name(context.path.name());
    let used = state.read::<Arm>().is_some_and(|arm| {
        arm.everywhere(ROLE_ASSIGNMENTS).any(|own| {
            own.text("properties.roleDefinitionId")
                .and_then(definition_name)
                == name
        })
    });
    if used {
        return Err(ServiceError::bad_request(
            "RoleDefinitionHasAssignments",
            format!(
                "There are existing role assignments referencing role (code: '{}').",
                context.path.name()
            ),
        ));
    }
    Ok(())
}
