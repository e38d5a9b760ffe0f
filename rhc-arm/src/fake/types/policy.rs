//! Policy assignments, and the few built-in definitions that this cloud knows, two of which deny something.

use rhc_core::fake::{State, respond};
use serde_json::{Value, json};

use super::super::context::{ListContext, Listing, PutContext};
use super::super::error::ServiceError;
use super::super::json;
use super::super::path::{self, ResourcePath};
use super::super::roles::covers;
use super::super::rules::{Codes, Location, NameRule, Patch, Scope, Timing, TypeRules};
use super::super::state::{Arm, Stored};

pub(crate) const ASSIGNMENTS: &str = "Microsoft.Authorization/policyAssignments";
const VERSIONS: &[&str] = &["2021-06-01", "2022-06-01", "2024-05-01", "2025-01-01"];
const DEFINITION: &str = "properties.policyDefinitionId";
const PARAMETERS: &str = "properties.parameters";

/// Whether a definition denies a resource, given its type, its body and the parameters.
type Denies = fn(&str, &Value, &dyn Fn(&str) -> Value) -> bool;

/// A built-in definition. Unverified: the ids but for the last, which is recorded.
struct Definition {
    id: &'static str,
    parameters: &'static [&'static str],
    denies: Denies,
}

const DEFINITIONS: &[Definition] = &[
    // Allowed locations.
    Definition {
        id: "e56962a6-4747-49cd-b67b-bf8b01975c4c",
        parameters: &["listOfAllowedLocations"],
        denies: |kind, body, parameter| {
            let Some(location) = json::text(body, "location").map(plain) else {
                return false;
            };
            let indexed = !kind.eq_ignore_ascii_case(path::RESOURCE_GROUPS);
            let allowed = parameter("listOfAllowedLocations");
            let allowed = allowed.as_array().into_iter().flatten();
            let mut allowed = allowed.filter_map(Value::as_str).map(plain);
            indexed && location != "global" && !allowed.any(|own| own == location)
        },
    },
    // Require a tag on resources.
    Definition {
        id: "871b6d14-10aa-478d-b590-94f262ecfa99",
        parameters: &["tagName"],
        denies: |kind, body, parameter| {
            let indexed = json::text(body, "location").is_some()
                && !kind.eq_ignore_ascii_case(path::RESOURCE_GROUPS);
            let name = parameter("tagName");
            let name = name.as_str().unwrap_or_default();
            let tags = body.get("tags").and_then(Value::as_object);
            let has = tags.is_some_and(|own| own.keys().any(|own| own.eq_ignore_ascii_case(name)));
            indexed && !has
        },
    },
    // Audit VMs that do not use managed disks.
    Definition {
        id: "06a78e20-9358-41c9-923c-fb736d382a4d",
        parameters: &[],
        denies: |_, _, _| false,
    },
];

fn plain(location: &str) -> String {
    location.replace(' ', "").to_ascii_lowercase()
}

pub(super) const TYPES: &[TypeRules] = &[TypeRules {
    scope: Scope::Extension,
    // Unverified: the code.
    name: NameRule {
        min: 1,
        max: 64,
        fits: |name| {
            !name.contains(['<', '>', '*', '%', '&', ':', '\\', '?', '.', '+', '/'])
                && !name.ends_with(' ')
        },
        refusal: (400, "InvalidPolicyAssignmentName"),
        says: "none of <>*%&:\\?.+/ and no space at the end",
    },
    location: Location::None,
    read_only: &[
        "properties.scope",
        "properties.latestDefinitionVersion",
        "properties.effectiveDefinitionVersion",
        "properties.instanceId",
    ],
    enums: &[(
        "properties.enforcementMode",
        &["Default", "DoNotEnforce", "Enroll"],
    )],
    identity: true,
    defaults: || json!({ "properties": { "enforcementMode": "Default" } }),
    patch: Patch::Merge,
    // Recorded: 201 also for one that is there.
    update: Timing::at_once(201),
    patched: Some(Timing::at_once(200)),
    provisioning_state: false,
    // Unverified: the codes.
    codes: Codes {
        missing: (400, "InvalidRequestContent"),
        invalid: (400, "InvalidRequestContent"),
        ..Codes::COMMON
    },
    before_put,
    compute,
    list,
    ..TypeRules::child(ASSIGNMENTS, VERSIONS)
}];

/// Unverified: the codes, but for the first, which is recorded of reading a definition.
fn before_put(_: &mut State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    let id = json::text(put.sent, DEFINITION).unwrap_or_default();
    let Some(definition) = definition(id) else {
        return Err(ServiceError::not_found(
            "PolicyDefinitionNotFound",
            format!(
                "The policy definition '{}' could not be found.",
                id.rsplit('/').next().unwrap_or_default()
            ),
        ));
    };
    let identity = json::text(put.sent, "identity.type").unwrap_or("None");
    if !identity.eq_ignore_ascii_case("None") && json::text(put.sent, "location").is_none() {
        return Err(ServiceError::bad_request(
            "LocationRequired",
            "The location property is required for a policy assignment with an identity.",
        ));
    }
    let given = json::at(put.sent, PARAMETERS).and_then(Value::as_object);
    let has = |name: &str| given.is_some_and(|own| own.contains_key(name));
    if let Some(missing) = definition.parameters.iter().find(|name| !has(name)) {
        return Err(ServiceError::bad_request(
            "MissingPolicyParameter",
            format!(
                "The policy assignment '{}' is missing the parameter(s) '{missing}' as defined in the policy definition '{}'.",
                put.path.name(),
                definition.id
            ),
        ));
    }
    let known = |name: &str| definition.parameters.contains(&name);
    match given.and_then(|own| own.keys().find(|name| !known(name))) {
        Some(unknown) => Err(ServiceError::bad_request(
            "UndefinedPolicyParameter",
            format!(
                "The policy assignment '{}' has defined parameters '{unknown}' which are not defined in the policy definition '{}'.",
                put.path.name(),
                definition.id
            ),
        )),
        None => Ok(()),
    }
}

/// As recorded: who wrote it, and when.
fn compute(
    state: &mut State,
    put: &PutContext<'_>,
    stored: &mut Stored,
) -> Result<(), ServiceError> {
    let (now, by) = (
        respond::timestamp(state.now()),
        put.caller.object_id.to_string(),
    );
    let before = put.existing.and_then(|own| own.get("properties.metadata"));
    let kept = |name: &str| before.and_then(|own| own.get(name)).cloned();
    stored.set("properties.scope", put.path.scope());
    let mut metadata = stored
        .get("properties.metadata")
        .cloned()
        .unwrap_or_else(|| json!({}));
    metadata["createdBy"] = kept("createdBy").unwrap_or_else(|| json!(by));
    metadata["createdOn"] = kept("createdOn").unwrap_or_else(|| json!(now));
    let changed = put.existing.is_some();
    metadata["updatedBy"] = if changed { json!(by) } else { Value::Null };
    metadata["updatedOn"] = if changed { json!(now) } else { Value::Null };
    stored.set("properties.metadata", metadata);
    Ok(())
}

/// Those that hold at the scope: its own, those above and those below.
fn list(state: &State, context: &ListContext<'_>) -> Listing {
    let at_scope = context
        .filter
        .is_some_and(|own| own.trim().eq_ignore_ascii_case("atScope()"));
    if context.filter.is_some() && !at_scope {
        return Listing::BadFilter("Only the filter 'atScope()' is supported here.".to_owned());
    }
    let Some(arm) = state.read::<Arm>() else {
        return Listing::Usual;
    };
    let items = arm
        .everywhere(ASSIGNMENTS)
        .filter(|own| {
            let scope = own.text("properties.scope").unwrap_or("/none");
            covers(scope, context.scope) || !at_scope && covers(context.scope, scope)
        })
        .map(|own| own.body.clone())
        .collect();
    Listing::Instead(items)
}

fn definition(id: &str) -> Option<&'static Definition> {
    let path = ResourcePath::parse(id)?;
    let built_in = path.scope().is_empty()
        && path
            .resource_type()
            .eq_ignore_ascii_case("Microsoft.Authorization/policyDefinitions");
    DEFINITIONS
        .iter()
        .find(|own| built_in && own.id.eq_ignore_ascii_case(path.name()))
}

/// Refuses a write that an assignment at or above it denies.
///
/// Source: [policy effects](https://learn.microsoft.com/azure/governance/policy/concepts/effect-deny). Unverified: the words.
pub(crate) fn check(
    state: &State,
    path: &ResourcePath,
    resource_type: &str,
    body: &Value,
) -> Result<(), ServiceError> {
    let Some(arm) = state.read::<Arm>() else {
        return Ok(());
    };
    let id = path.id();
    let denied = arm.everywhere(ASSIGNMENTS).find(|own| {
        let holds = own
            .text("properties.scope")
            .is_some_and(|scope| covers(scope, &id));
        let except = own.all("properties.notScopes[]");
        let excepted = except
            .iter()
            .filter_map(|scope| scope.as_str())
            .any(|scope| covers(scope, &id));
        let enforced = own.text("properties.enforcementMode") == Some("Default");
        let parameter = |name: &str| {
            own.get(&format!("{PARAMETERS}.{name}.value"))
                .cloned()
                .unwrap_or_default()
        };
        let definition = own.text(DEFINITION).and_then(definition);
        holds
            && !excepted
            && enforced
            && definition.is_some_and(|own| (own.denies)(resource_type, body, &parameter))
    });
    let Some(assignment) = denied else {
        return Ok(());
    };
    let identifiers = json!([{ "policyAssignment": { "name": assignment.name(), "id": assignment.id() },
        "policyDefinition": { "id": assignment.get(DEFINITION) } }]);
    Err(ServiceError::new(
        403,
        "RequestDisallowedByPolicy",
        format!(
            "Resource '{}' was disallowed by policy. Policy identifiers: '{identifiers}'.",
            path.name()
        ),
    )
    .target(path.name())
    .with("additionalInfo", json!([{ "type": "PolicyViolation", "info": {
        "policyAssignmentId": assignment.id(), "policyAssignmentName": assignment.name(),
        "policyAssignmentScope": assignment.get("properties.scope"), "policyDefinitionId": assignment.get(DEFINITION),
    } }])))
}
