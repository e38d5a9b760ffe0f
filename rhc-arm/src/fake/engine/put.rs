//! PUT and PATCH.

use axum::http::Method;
use rhc_core::fake::State;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Call, check, gate, identity, links, operation, read, unknown};
use crate::fake::context::PutContext;
use crate::fake::error::ServiceError;
use crate::fake::json as at;
use crate::fake::path::ResourcePath;
use crate::fake::route::Reply;
use crate::fake::rules::{IdStyle, Patch, TypeRules, Uniqueness};
use crate::fake::state::{Arm, Stored, Work, arm};
use crate::fake::types::lock::{self, Doing};
use crate::fake::types::policy;

pub(super) fn put(
    state: &mut State,
    call: &Call<'_>,
    path: &ResourcePath,
) -> Result<Reply, ServiceError> {
    let (tenant, rules) = writable(state, call, path)?;
    if !rules.put {
        return Err(unsupported(call, &rules));
    }
    check::name(&rules, path)?;
    let sent = call.object()?.clone();
    let existing = state
        .read::<Arm>()
        .and_then(|arm| arm.get(&path.id()))
        .cloned();
    write(state, call, path, &rules, tenant, existing, sent)
}

pub(super) fn patch(
    state: &mut State,
    call: &Call<'_>,
    path: &ResourcePath,
) -> Result<Reply, ServiceError> {
    let (tenant, rules) = writable(state, call, path)?;
    if rules.patch == Patch::No {
        return Err(unsupported(call, &rules));
    }
    let existing = state
        .read::<Arm>()
        .and_then(|arm| arm.get(&path.id()))
        .cloned();
    let Some(before) = existing
        .as_ref()
        .map(|own| own.body.clone())
        .or_else(|| (rules.find)(state, path))
    else {
        return Err(read::missing(&rules, path));
    };
    let merged = merged(&rules, before, call.object()?);
    write(state, call, path, &rules, tenant, existing, merged)
}

/// What a PATCH makes of a body.
pub(super) fn merged(rules: &TypeRules, before: Value, sent: &Value) -> Value {
    let mut merged = before;
    for (name, value) in sent.as_object().into_iter().flatten() {
        if name == "tags" {
            // Tags are replaced as a whole; null removes them all.
            at::put(&mut merged, "tags", value.clone());
        } else if rules.patch == Patch::Merge {
            let own = merged.as_object_mut();
            if let Some(own) = own {
                at::merge(own.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
    }
    merged
}

fn unsupported(call: &Call<'_>, rules: &TypeRules) -> ServiceError {
    ServiceError::new(
        405,
        "MethodNotAllowed",
        format!(
            "The HTTP method '{}' is not supported for resource type '{}'.",
            call.method, rules.resource_type
        ),
    )
}

fn writable(
    state: &State,
    call: &Call<'_>,
    path: &ResourcePath,
) -> Result<(Uuid, TypeRules), ServiceError> {
    let tenant = match path.subscription() {
        Some(id) => gate::subscription(state, call, id)?,
        None => call.caller.tenant,
    };
    let rules = gate::rules(call, &path.resource_type())?;
    gate::access(state, call, &rules, &path.id(), "write")?;
    lock::check(state, &path.id(), Doing::Writing)?;
    gate::registered(state, &rules, path.subscription())?;
    gate::surroundings(state, &rules, path, true)?;
    Ok((tenant, rules))
}

fn write(
    state: &mut State,
    call: &Call<'_>,
    path: &ResourcePath,
    rules: &TypeRules,
    tenant: Uuid,
    existing: Option<Stored>,
    sent: Value,
) -> Result<Reply, ServiceError> {
    check::body(rules, path, &sent, existing.as_ref())?;
    policy::check(state, path, rules.resource_type, &sent)?;
    links::check(state, call, rules, path, &sent)?;
    identity::check(state, call, path, &sent)?;
    unique(state, rules, path, existing.as_ref())?;
    free(state, call, rules, path, existing.as_ref())?;
    unmodified(call, path, existing.as_ref())?;

    let scope = written_scope(state, rules, path);
    let id = existing.as_ref().map_or_else(
        || path.canonical_id(rules.resource_type, &scope),
        |own| own.id().to_owned(),
    );
    let context = PutContext {
        path,
        id: &id,
        caller: &call.caller,
        tenant,
        sent: &sent,
        existing: existing.as_ref(),
        patch: *call.method == Method::PATCH,
    };
    (rules.before_put)(state, &context)?;
    let mut stored = composed(rules, &context);
    stored.changed = call.now;
    if existing.is_none() {
        stored.created = call.now;
    }
    if rules.identity {
        identity::fill(state, tenant, existing.as_ref(), &mut stored);
    }
    (rules.compute)(state, &context, &mut stored)?;

    let timing = match &existing {
        None => rules.create,
        Some(_) if context.patch => rules.patched.unwrap_or(rules.update),
        Some(_) => rules.update,
    };
    let takes_time = !timing.takes.is_zero();
    if rules.provisioning_state {
        let word = if takes_time {
            timing.state
        } else {
            "Succeeded"
        };
        stored.set("properties.provisioningState", word);
    }
    if takes_time {
        let begun = operation::begin(state, call, &id, rules, Work::Put, None, &timing);
        stored.operation = Some(begun.id);
        let body = timing.body.then(|| read::shown(state, rules, &stored));
        arm(state).insert(stored);
        return Ok(operation::reply(timing.status, body, &begun));
    }
    let key = crate::fake::path::key(&id);
    arm(state).insert(stored);
    if let Err(error) = (rules.on_ready)(state, &key) {
        restore(state, &key, existing);
        return Err(error);
    }
    let shown = state
        .read::<Arm>()
        .and_then(|arm| arm.resources.get(&key))
        .map(|stored| read::shown(state, rules, stored));
    let reply = match shown.filter(|_| timing.body) {
        Some(body) => Reply::new(timing.status, body),
        None => Reply::empty(timing.status),
    };
    Ok(if rules.location_header && timing.status == 201 {
        reply.header("location", &id)
    } else {
        reply
    })
}

fn restore(state: &mut State, key: &str, existing: Option<Stored>) {
    let resources = &mut arm(state).resources;
    match existing {
        Some(own) => resources.insert(key.to_owned(), own),
        None => resources.remove(key),
    };
}

/// The scope in the case in which it is stored, and then as the type writes it.
fn written_scope(state: &State, rules: &TypeRules, path: &ResourcePath) -> String {
    let outer = path.parent().unwrap_or_else(|| path.clone());
    let mut scope = outer.scope().to_owned();
    if let Some(own) = state.read::<Arm>().and_then(|arm| arm.get(&scope)) {
        own.id().clone_into(&mut scope);
    }
    match rules.id_style {
        IdStyle::Plain => scope,
        IdStyle::LowerGroups => scope.replace("/resourceGroups/", "/resourcegroups/"),
        IdStyle::LowerScope => scope.to_ascii_lowercase(),
    }
}

/// What will be stored: what was sent, what the service adds, and what only the service sets.
fn composed(rules: &TypeRules, context: &PutContext<'_>) -> Stored {
    let sent = context.sent;
    let mut body = json!({
        "id": context.id,
        "name": context.existing.map_or(context.path.name(), Stored::name),
        "type": rules.resource_type,
    });
    for member in ["location", "tags", "identity", "sku", "kind", "managedBy"] {
        if let Some(value) = sent.get(member).filter(|value| !value.is_null()) {
            body[member] = value.clone();
        }
    }
    if rules.location == crate::fake::rules::Location::Region
        && let Some(location) = at::text(&body, "location").map(check::region)
    {
        body["location"] = json!(location);
    }
    let mut properties = json!({ "properties": sent.get("properties").filter(|own| !own.is_null()).cloned().unwrap_or_else(|| json!({})) });
    for path in rules.read_only {
        at::take_all(&mut properties, path);
    }
    at::remove(&mut properties, "properties.provisioningState");
    unknown::drop(rules, &mut properties);
    body["properties"] = properties["properties"].take();
    let defaults = (rules.defaults)();
    if !defaults.is_null() {
        at::fill(&mut body, &defaults);
    }
    check::normalise_enums(rules, &mut body);

    let mut stored = Stored::new(body, time::OffsetDateTime::UNIX_EPOCH);
    if let Some(existing) = context.existing {
        stored.created = existing.created;
        stored.hidden.clone_from(&existing.hidden);
        for path in rules.read_only {
            if let Some(value) = existing.get(path).filter(|_| !path.contains("[]")) {
                stored.set(path, value.clone());
            }
        }
        for rule in rules.immutable {
            if stored.get(rule.path).is_none()
                && let Some(value) = existing.get(rule.path)
            {
                stored.set(rule.path, value.clone());
            }
        }
    }
    for path in rules.secrets {
        let taken = at::take_all(&mut stored.body, path);
        if !taken.is_empty() {
            stored
                .hidden
                .insert((*path).to_owned(), Value::Array(taken));
        }
    }
    stored
}

fn unique(
    state: &State,
    rules: &TypeRules,
    path: &ResourcePath,
    existing: Option<&Stored>,
) -> Result<(), ServiceError> {
    let Uniqueness::Global(code, says) = rules.uniqueness else {
        return Ok(());
    };
    let Some(arm) = state.read::<Arm>().filter(|_| existing.is_none()) else {
        return Ok(());
    };
    if arm.is_taken(rules.resource_type, path.name()) {
        return Err(ServiceError::conflict(
            code,
            format!("The name '{}' {says}", path.name()),
        ));
    }
    Ok(())
}

/// Refuses a write over another version than the one that was seen, of what shows its version.
///
/// As recorded of DNS zones; unverified: the words for others, and that an etag for what is not there is refused.
fn unmodified(
    call: &Call<'_>,
    path: &ResourcePath,
    existing: Option<&Stored>,
) -> Result<(), ServiceError> {
    let Some(seen) = call.if_match else {
        return Ok(());
    };
    let own = existing.map(|own| own.text("etag"));
    let fits = match own {
        Some(_) if seen == "*" => true,
        Some(Some(own)) => own == seen,
        // It shows no version, and compares none.
        Some(None) => true,
        None => false,
    };
    if fits {
        return Ok(());
    }
    Err(ServiceError::new(
        412,
        "PreconditionFailed",
        format!("The {} has been modified (etag mismatch).", path.name()),
    ))
}

/// Refuses a write while another one goes on in the same lane.
pub(super) fn free(
    state: &State,
    call: &Call<'_>,
    rules: &TypeRules,
    path: &ResourcePath,
    existing: Option<&Stored>,
) -> Result<(), ServiceError> {
    let under_way = existing.is_some_and(|own| own.operation.is_some());
    let parent = path.parent().filter(|_| rules.lane_of_parent);
    let sibling = parent.is_some_and(|parent| {
        state.read::<Arm>().is_some_and(|arm| {
            arm.get(&parent.id())
                .is_some_and(|own| own.operation.is_some())
                || arm
                    .of_type(&parent.id(), rules.resource_type)
                    .any(|own| own.operation.is_some())
        })
    });
    if !(under_way || sibling || call.lane_taken) {
        return Ok(());
    }
    let (status, code) = rules.codes.busy;
    Err(ServiceError::new(
        status,
        code,
        format!(
            "Another operation on this or dependent resource is in progress: '{}'.",
            path.id()
        ),
    ))
}

/// Writes a resource that comes with another one: the table fills it in, nothing is refused. `body` needs an `id`.
pub fn upsert(state: &mut State, rules: &TypeRules, mut body: Value) {
    let id = at::text(&body, "id").unwrap_or_default().to_owned();
    let Some(path) = ResourcePath::parse(&id) else {
        return;
    };
    body["name"] = json!(path.name());
    body["type"] = json!(rules.resource_type);
    let defaults = (rules.defaults)();
    if !defaults.is_null() {
        at::fill(&mut body, &defaults);
    }
    check::normalise_enums(rules, &mut body);
    if rules.provisioning_state {
        at::put(
            &mut body,
            "properties.provisioningState",
            json!("Succeeded"),
        );
    }
    let now = state.now();
    let resources = &mut arm(state).resources;
    let created = resources.get(&path.key()).map_or(now, |own| own.created);
    let mut stored = Stored::new(body, now);
    stored.created = created;
    resources.insert(path.key(), stored);
}
