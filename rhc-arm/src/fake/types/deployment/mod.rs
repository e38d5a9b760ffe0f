//! Deployments of templates in groups and subscriptions: checked, foretold and carried out, resource by resource, each by its own rules and with
//! the rights of who asked.

mod expression;
mod operations;
mod template;
mod what_if;

use std::time::Duration;

use rhc_core::fake::authority::{Caller, CallerKind};
use rhc_core::fake::{State, respond};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::context::PutContext;
use super::super::engine::{EVENT, ORIGIN};
use super::super::error::ServiceError;
use super::super::json;
use super::super::path::{self, ResourcePath};
use super::super::route::{Reply, Route, RouteContext};
use super::super::rules::{NameRule, Scope, Style, Timing, TypeRules};
use super::super::state::{Arm, Operation, Stored, Work, arm};
pub(crate) use operations::{CANCELED, begun, ended, refused};
pub(crate) use template::Planned;

/// The type of deployments.
pub(crate) const DEPLOYMENTS: &str = "Microsoft.Resources/deployments";
const VERSIONS: &[&str] = &[
    "2021-04-01",
    "2022-09-01",
    "2023-07-01",
    "2024-03-01",
    "2024-07-01",
    "2024-11-01",
    "2025-03-01",
    "2025-04-01",
];
/// Where a deployment keeps what it was asked for, and by whom.
const SENT: &str = "sent";
const CALLER: &str = "caller";
/// How long the service thinks about what would change. Unverified.
const FORETELLS: Duration = Duration::from_secs(5);

pub(super) const TYPES: &[TypeRules] = &[TypeRules {
    // In a group or a subscription, which no other type is.
    scope: Scope::Extension,
    name: NameRule {
        min: 1,
        max: 64,
        fits: |name| {
            name.chars()
                .all(|own| own.is_alphanumeric() || "-_.()".contains(own))
        },
        // Unverified: the code.
        refusal: (400, "InvalidDeploymentName"),
        says: "letters, digits, -, _, (, ) and periods",
    },
    required: &["properties.mode"],
    create: Timing::after(10, Style::AsyncOperation, 201, "Accepted"),
    update: Timing::after(10, Style::AsyncOperation, 200, "Accepted"),
    remove: Timing::after(5, Style::Location, 202, "Deleting").no_body(),
    system_data: false,
    absent: Some(|path| not_found(path.name())),
    before_put: |state, put| {
        placed(put.path.scope(), put.sent)?;
        template::plan(state, put.path.scope(), put.tenant, put.sent).map(|_| ())
    },
    compute,
    view: |_, stored| {
        let mut shown = stored.body.clone();
        if let Some(properties) = shown["properties"].as_object_mut() {
            properties.shift_remove("template");
        }
        shown
    },
    ..TypeRules::child(DEPLOYMENTS, VERSIONS)
}];

macro_rules! route {
    ($method:literal, $behind:literal, $permission:literal, $run:expr) => {
        Route {
            method: $method,
            pattern: concat!(
                "/{*scope}/providers/Microsoft.Resources/deployments/{name}/",
                $behind
            ),
            api_versions: VERSIONS,
            permission: concat!("Microsoft.Resources/deployments/", $permission),
            run: $run,
        }
    };
}

pub(super) const ROUTES: &[Route] = &[
    route!("POST", "validate", "validate/action", validate),
    route!("POST", "whatIf", "whatIf/action", what_if),
    route!("POST", "cancel", "cancel/action", operations::cancel),
    route!(
        "POST",
        "exportTemplate",
        "exportTemplate/action",
        operations::export
    ),
    route!("GET", "operations", "operations/read", operations::list),
    route!(
        "GET",
        "operations/{operation}",
        "operations/read",
        operations::get
    ),
    // As they were asked for before the others, and still are by Microsoft's own clients in groups.
    Route {
        pattern: "/{*scope}/deployments/{name}/operations",
        ..route!("GET", "operations", "operations/read", operations::list)
    },
    Route {
        pattern: "/{*scope}/deployments/{name}/operations/{operation}",
        ..route!(
            "GET",
            "operations/{operation}",
            "operations/read",
            operations::get
        )
    },
];

/// A deployment of a subscription needs a location.
fn placed(scope: &str, sent: &Value) -> Result<(), ServiceError> {
    let in_group = scope.split('/').count() > 3;
    if in_group || json::text(sent, "location").is_some() {
        return Ok(());
    }
    Err(ServiceError::bad_request(
        "LocationRequired",
        "The location property is required for this definition.",
    ))
}

fn not_found(name: &str) -> ServiceError {
    ServiceError::not_found(
        "DeploymentNotFound",
        format!("Deployment '{name}' could not be found."),
    )
}

fn compute(
    state: &mut State,
    put: &PutContext<'_>,
    stored: &mut Stored,
) -> Result<(), ServiceError> {
    let plan = template::plan(state, put.path.scope(), put.tenant, put.sent)?;
    let correlation = state.derived_uuid(&["deployment", put.id, &state.now().to_string()]);
    stored.set("properties.parameters", plan.parameters);
    stored.set("properties.correlationId", correlation.to_string());
    stored.set("properties.timestamp", respond::timestamp(state.now()));
    stored.set("properties.duration", "PT0S");
    stored.hidden.clear();
    stored.hidden.insert(SENT.to_owned(), put.sent.clone());
    let who = json!({ "tenant": put.caller.tenant, "id": put.caller.object_id });
    stored.hidden.insert(CALLER.to_owned(), who);
    Ok(())
}

/// What is to be done, for the engine.
pub(crate) struct Task {
    /// The group or subscription.
    pub(crate) scope: String,
    pub(crate) resources: Vec<Planned>,
    /// Whether what is not named goes.
    pub(crate) complete: bool,
    /// With whose rights.
    pub(crate) caller: Caller,
}

/// What a deployment is to do; `None` where the state was edited so that nobody can say.
pub(crate) fn work(state: &State, key: &str) -> Option<Task> {
    let stored = state.read::<Arm>()?.get(key)?;
    let id = |name: &str| {
        stored.hidden.get(CALLER)?[name]
            .as_str()?
            .parse::<Uuid>()
            .ok()
    };
    let (tenant, object_id) = (id("tenant")?, id("id")?);
    let caller = Caller {
        tenant,
        object_id,
        app_id: None,
        kind: CallerKind::Person,
        scopes: Vec::new(),
        roles: Vec::new(),
        native: true,
    };
    let scope = ResourcePath::parse(stored.id())?.scope().to_owned();
    let sent = stored.hidden.get(SENT)?;
    let mode = json::text(sent, "properties.mode").unwrap_or_default();
    let in_group = scope.split('/').count() > 3;
    Some(Task {
        complete: in_group && mode.eq_ignore_ascii_case("Complete"),
        resources: template::plan(state, &scope, tenant, sent).ok()?.resources,
        scope,
        caller,
    })
}

/// Writes down what a deployment came to.
pub(crate) fn close(state: &mut State, key: &str, made: &[Planned]) {
    let Some(stored) = state.read::<Arm>().and_then(|arm| arm.get(key)).cloned() else {
        return;
    };
    let tenant = arm(state).tenant_of(stored.id()).unwrap_or_default();
    let scope = ResourcePath::parse(stored.id()).map(|own| own.scope().to_owned());
    let sent = stored.hidden.get(SENT).cloned().unwrap_or_default();
    let outputs =
        template::plan(state, &scope.unwrap_or_default(), tenant, &sent).map(|plan| plan.outputs);
    let now = respond::timestamp(state.now());
    let seconds = (state.now() - stored.changed).whole_seconds();
    if let Some(own) = arm(state).get_mut(key) {
        own.set("properties.timestamp", now);
        own.set("properties.duration", format!("PT{seconds}S"));
        let resources: Vec<_> = made.iter().map(|own| json!({ "id": own.id })).collect();
        own.set("properties.outputResources", json!(resources));
        if let Ok(outputs) = outputs {
            own.set("properties.outputs", outputs);
        }
    }
}

/// The refusal of a deployment of which a resource was refused, as documented.
pub(crate) fn failed(cause: &ServiceError) -> ServiceError {
    ServiceError::conflict(
        "DeploymentFailed",
        "At least one resource deployment operation failed. Please list deployment operations for details. Please see https://aka.ms/arm-deployment-operations for usage details.",
    )
    .with("details", json!([cause.body()]))
}

fn planned(
    state: &State,
    context: &RouteContext<'_>,
) -> Result<(String, template::Plan), ServiceError> {
    let scope = context.param("scope").to_owned();
    placed(&scope, context.sent)?;
    let plan = template::plan(state, &scope, context.tenant, context.sent)?;
    Ok((scope, plan))
}

fn validate(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let (scope, plan) = planned(state, context)?;
    let name = context.param("name");
    let resources: Vec<_> = plan
        .resources
        .iter()
        .map(|own| json!({ "id": own.id }))
        .collect();
    Ok(Reply::new(
        200,
        json!({
            "id": format!("{scope}/providers/{DEPLOYMENTS}/{name}"),
            "name": name,
            "type": DEPLOYMENTS,
            "properties": {
                "mode": json::at(context.sent, "properties.mode"),
                "parameters": plan.parameters,
                "provisioningState": "Succeeded",
                "timestamp": respond::timestamp(state.now()),
                "duration": "PT0S",
                "validatedResources": resources,
            },
        }),
    ))
}

/// As recorded: 202, and the result where `Location` leads.
fn what_if(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let (scope, plan) = planned(state, context)?;
    let mode = json::text(context.sent, "properties.mode").unwrap_or_default();
    let complete = mode.eq_ignore_ascii_case("Complete");
    let changes = what_if::changes(state, &scope, complete, &plan.resources);
    let id = state.uuid();
    let operation = Operation {
        resource_id: format!("{scope}/providers/{DEPLOYMENTS}/{}", context.param("name")),
        resource_type: DEPLOYMENTS.to_owned(),
        action: Some("whatIf".to_owned()),
        work: Work::Action,
        status: "Running".to_owned(),
        started: state.now(),
        ended: None,
        retry_after: 0,
        api_version: context.api_version.to_owned(),
        result: Some(json!({ "status": "Succeeded", "properties": { "changes": changes } })),
        error: None,
    };
    arm(state).operations.insert(id, operation);
    state.schedule(FORETELLS, EVENT, json!({ "operation": id }));
    let link = format!(
        "{ORIGIN}/subscriptions/{}/operationResults/{id}?api-version={}",
        path::subscription_of(&scope).unwrap_or_default(),
        context.api_version
    );
    Ok(Reply::empty(202).header("location", &link))
}
