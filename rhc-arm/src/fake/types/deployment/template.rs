//! What a deployment's template comes to: its resources and outputs.

use std::cell::Cell;

use rhc_core::fake::State;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::super::error::ServiceError;
use super::super::super::json;
use super::super::super::path;
use super::super::super::state::Arm;
use super::expression::{MOST, Scope, evaluate};

/// A resource that a template names.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    /// Its id.
    pub(crate) id: String,
    pub(crate) api_version: String,
    /// What is sent for it.
    pub(crate) body: Value,
    /// The ids or names of what must be there before.
    pub(crate) after: Vec<String>,
}

impl Planned {
    /// Whether a dependency's name means this one: its id, or its name.
    pub(crate) fn is(&self, name: &str) -> bool {
        path::key(&self.id) == path::key(name)
            || self
                .id
                .rsplit('/')
                .next()
                .is_some_and(|own| own.eq_ignore_ascii_case(name))
    }
}

/// A template with every expression evaluated.
pub(super) struct Plan {
    pub(super) resources: Vec<Planned>,
    pub(super) outputs: Value,
    pub(super) parameters: Value,
}

/// As recorded.
fn invalid(why: impl std::fmt::Display) -> ServiceError {
    ServiceError::bad_request(
        "InvalidTemplate",
        format!("Deployment template validation failed: '{why}'."),
    )
}

/// Reads what was sent for a deployment in a group or subscription.
pub(super) fn plan(
    state: &State,
    scope: &str,
    tenant: Uuid,
    sent: &Value,
) -> Result<Plan, ServiceError> {
    let mode = json::text(sent, "properties.mode").unwrap_or_default();
    let known = ["Incremental", "Complete"];
    if !known.iter().any(|own| own.eq_ignore_ascii_case(mode)) {
        return Err(ServiceError::bad_request(
            "InvalidRequestContent",
            "The request content was invalid: the deployment needs the mode Incremental or Complete.",
        ));
    }
    let Some(template) = json::at(sent, "properties.template").filter(|own| own.is_object()) else {
        return Err(invalid(
            "The template is missing; a link to one is not followed here",
        ));
    };
    if !template["resources"].is_array() {
        return Err(invalid("Required property 'resources' not found in JSON."));
    }
    let parameters = parameters(template, sent)?;
    let in_group = path::group_of(scope).is_some();
    let stored = state.read::<Arm>().and_then(|arm| arm.get(scope));
    let mut within = Scope {
        parameters: values(&parameters),
        variables: json!({}),
        id: scope.to_owned(),
        subscription: path::subscription_of(scope).unwrap_or_default().to_owned(),
        tenant: tenant.to_string(),
        group: stored.filter(|_| in_group).map(|own| own.body.clone()),
        left: Cell::new(MOST),
    };
    if let Some(variables) = template["variables"].as_object() {
        // Variables may use those before them.
        for (name, value) in variables {
            let value = evaluate(value, &within).map_err(invalid)?;
            within.variables[name] = value;
        }
    }
    let resources = template["resources"].as_array().into_iter().flatten();
    let resources: Result<Vec<_>, _> = resources.map(|own| planned(own, &within)).collect();
    let resources = resources?;
    let depended = resources.iter().flat_map(|own| &own.after);
    if let Some(unknown) = depended
        .into_iter()
        .find(|name| !resources.iter().any(|own| own.is(name)))
    {
        return Err(invalid(format!(
            "The resource '{unknown}' is not defined in the template."
        )));
    }
    let mut outputs = Map::new();
    for (name, output) in template["outputs"].as_object().into_iter().flatten() {
        let value = evaluate(&output["value"], &within).map_err(invalid)?;
        outputs.insert(
            name.clone(),
            json!({ "type": output["type"], "value": value }),
        );
    }
    Ok(Plan {
        resources,
        outputs: Value::Object(outputs),
        parameters,
    })
}

/// Each parameter with its type and value: given, or by default.
fn parameters(template: &Value, sent: &Value) -> Result<Value, ServiceError> {
    let declared = template["parameters"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    let given = json::at(sent, "properties.parameters").and_then(Value::as_object);
    let unknown = given.and_then(|own| own.keys().find(|name| !declared.contains_key(*name)));
    if let Some(unknown) = unknown {
        return Err(invalid(format!(
            "The following parameters were supplied, but do not correspond to any parameters defined in the template: '{unknown}'."
        )));
    }
    let mut all = Map::new();
    for (name, declaration) in &declared {
        let own = given.and_then(|own| own.get(name)?.get("value"));
        let Some(value) = own.or_else(|| declaration.get("defaultValue")) else {
            return Err(invalid(format!(
                "The value for the template parameter '{name}' is not provided. Please see https://aka.ms/arm-create-parameter-file for usage details."
            )));
        };
        let kind = json::text(declaration, "type").unwrap_or("String");
        all.insert(name.clone(), json!({ "type": kind, "value": value }));
    }
    Ok(Value::Object(all))
}

fn values(parameters: &Value) -> Value {
    let members = parameters.as_object().into_iter().flatten();
    members
        .map(|(name, own)| (name.clone(), own["value"].clone()))
        .collect()
}

fn planned(resource: &Value, scope: &Scope) -> Result<Planned, ServiceError> {
    if resource.get("copy").is_some() || resource.get("condition").is_some() {
        return Err(invalid("Neither 'copy' nor 'condition' is known here."));
    }
    let mut body = evaluate(resource, scope).map_err(invalid)?;
    let mut take = |name: &str| body.as_object_mut().and_then(|own| own.shift_remove(name));
    let mut text = |name: &str| {
        take(name)
            .and_then(|own| own.as_str().map(str::to_owned))
            .ok_or_else(|| invalid(format!("A resource has no '{name}'.")))
    };
    let (kind, name, api_version) = (text("type")?, text("name")?, text("apiVersion")?);
    let own_scope = take("scope").and_then(|own| own.as_str().map(str::to_owned));
    let after = take("dependsOn");
    take("comments");
    let Some((namespace, types)) = kind.split_once('/') else {
        return Err(invalid(format!("'{kind}' is not a resource type.")));
    };
    let (types, names): (Vec<_>, Vec<_>) = (types.split('/').collect(), name.split('/').collect());
    if types.len() != names.len() {
        return Err(invalid(format!(
            "The template resource '{name}' for type '{kind}' has incorrect segment lengths."
        )));
    }
    let pairs: String = types
        .iter()
        .zip(&names)
        .map(|(kind, name)| format!("/{kind}/{name}"))
        .collect();
    let within = own_scope.unwrap_or_else(|| scope.id.clone());
    let id = if kind.eq_ignore_ascii_case(path::RESOURCE_GROUPS) {
        format!("{within}/resourceGroups/{name}")
    } else {
        format!("{within}/providers/{namespace}{pairs}")
    };
    let after = after
        .as_ref()
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let after = after.filter_map(Value::as_str).map(str::to_owned).collect();
    Ok(Planned {
        id,
        api_version,
        body,
        after,
    })
}
