//! Edits of a state file, as a person would make them.

use serde_json::{Map, Value};

/// The databases' tenant.
pub(crate) const DATABASE: &str = "rhcdbcore.onmicrosoft.com";
/// The customers' tenant.
pub(crate) const CUSTOMERS: &str = "rhcqa.onmicrosoft.com";
/// The tenant of the apps' resources.
pub(crate) const HOSTING: &str = "recalibratehealthcare.com";

fn at<'s>(value: &'s mut Value, path: &[&str]) -> &'s mut Map<String, Value> {
    let found = path.iter().fold(value, |value, name| &mut value[*name]);
    found.as_object_mut().unwrap()
}

/// The one key for which this holds.
fn the_one(map: &Map<String, Value>, is: impl Fn(&str, &Value) -> bool) -> String {
    let keys: Vec<&String> = map
        .iter()
        .filter(|(k, v)| is(k, v))
        .map(|(k, _)| k)
        .collect();
    match keys.as_slice() {
        [one] => (*one).clone(),
        several => panic!("not one but {several:?}"),
    }
}

fn resources(state: &mut Value) -> &mut Map<String, Value> {
    at(state, &["sections", "arm", "resources"])
}

/// The one resource whose id ends so, in any case.
pub(crate) fn resource<'s>(state: &'s mut Value, end: &str) -> &'s mut Value {
    let resources = resources(state);
    let id = the_one(resources, |id, _| id.ends_with(&end.to_lowercase()));
    &mut resources[&id]["body"]
}

/// The one resource of this type whose body holds this text.
pub(crate) fn resource_with<'s>(state: &'s mut Value, kind: &str, text: &str) -> &'s mut Value {
    let resources = resources(state);
    let id = the_one(resources, |_, stored| {
        stored["body"]["type"]
            .as_str()
            .is_some_and(|t| t.eq_ignore_ascii_case(kind))
            && stored["body"].to_string().contains(text)
    });
    &mut resources[&id]["body"]
}

/// Puts a resource there, by its id.
pub(crate) fn add_resource(state: &mut Value, body: Value) {
    let id = body["id"].as_str().unwrap().to_lowercase();
    let now = state["now"].clone();
    let stored = serde_json::json!({"body": body, "created": now, "changed": now});
    resources(state).insert(id, stored);
}

/// Deletes the one resource whose id ends so.
pub(crate) fn delete(state: &mut Value, end: &str) {
    let resources = resources(state);
    let id = the_one(resources, |id, _| id.ends_with(&end.to_lowercase()));
    resources.remove(&id);
}

/// Deletes every resource whose id holds this text: a thing with all that stands in it.
pub(crate) fn delete_all(state: &mut Value, part: &str) {
    let resources = resources(state);
    let before = resources.len();
    resources.retain(|id, _| !id.contains(part));
    assert!(resources.len() < before, "nothing is called {part}");
}

/// Deletes the one resource of a type whose id holds this text.
pub(crate) fn delete_of(state: &mut Value, part: &str, kind: &str) {
    let resources = resources(state);
    let (part, kind) = (part.to_lowercase(), kind.to_lowercase());
    let id = the_one(resources, |id, stored| {
        let stored_kind = stored["body"]["type"].as_str().unwrap_or_default();
        id.contains(&part) && stored_kind.to_lowercase() == kind
    });
    resources.remove(&id);
}

/// The subscription with this name.
pub(crate) fn subscription<'s>(state: &'s mut Value, name: &str) -> &'s mut Value {
    let all = at(state, &["sections", "arm", "subscriptions"]);
    let id = the_one(all, |_, subscription| subscription["displayName"] == name);
    &mut all[&id]
}

/// Its id.
pub(crate) fn subscription_id(state: &mut Value, name: &str) -> String {
    let all = at(state, &["sections", "arm", "subscriptions"]);
    the_one(all, |_, subscription| subscription["displayName"] == name)
}

/// Every ownership of the whole of a subscription, as another role of Azure's or one of its own; without one, taken away.
pub(crate) fn instead_of_owner(state: &mut Value, name: &str, role: Option<&str>) {
    const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
    let scope = format!("/subscriptions/{}", subscription_id(state, name));
    let mut found = 0;
    resources(state).retain(|_, stored| {
        let properties = &mut stored["body"]["properties"];
        let given = properties["roleDefinitionId"].as_str().unwrap_or_default();
        if !given.ends_with(OWNER) || properties["scope"] != scope.as_str() {
            return true;
        }
        found += 1;
        let Some(role) = role else {
            return false;
        };
        properties["roleDefinitionId"] = given.replace(OWNER, role).into();
        true
    });
    assert!(found > 0, "nobody owns {name}");
}

/// Every ownership of the whole of a subscription, as a role of its own with exactly these actions but those.
pub(crate) fn only_these<A: serde::Serialize>(
    state: &mut Value,
    name: &str,
    actions: &[A],
    but: &[&str],
) {
    const ROLE: &str = "00000000-0000-4000-8000-00000000e8ac";
    instead_of_owner(state, name, Some(ROLE));
    let scope = format!("/subscriptions/{}", subscription_id(state, name));
    let kind = "Microsoft.Authorization/roleDefinitions";
    let definition = serde_json::json!({
        "id": format!("{scope}/providers/{kind}/{ROLE}"),
        "name": ROLE,
        "type": kind,
        "properties": {
            "roleName": format!("Rollout of {name}"),
            "type": "CustomRole",
            "description": "",
            "assignableScopes": [scope],
            "permissions": [{ "actions": actions, "notActions": but, "dataActions": [], "notDataActions": [] }],
        },
    });
    add_resource(state, definition);
}

/// The tenants, by id.
pub(crate) fn tenants(state: &mut Value) -> &mut Map<String, Value> {
    at(state, &["sections", "directory", "tenants"])
}

/// The tenant with this domain.
pub(crate) fn tenant<'s>(state: &'s mut Value, domain: &str) -> &'s mut Value {
    let tenants = tenants(state);
    let id = the_one(tenants, |_, tenant| {
        let domains = tenant["domains"].as_array().unwrap();
        domains.iter().any(|one| one == domain)
    });
    &mut tenants[&id]
}

/// The one object of this kind in a tenant whose display name or sign-in name this is.
pub(crate) fn object<'s>(
    state: &'s mut Value,
    domain: &str,
    kind: &str,
    name: &str,
) -> &'s mut Value {
    let objects = at(tenant(state, domain), &["objects"]);
    let id = the_one(objects, |_, object| {
        let named = |property: &str| object["body"][property] == name;
        object["kind"] == kind && (named("displayName") || named("userPrincipalName"))
    });
    let object = &mut objects[&id];
    // Readers would still see what it was before an earlier change.
    object.as_object_mut().unwrap().remove("previous");
    object
}

/// Its id.
pub(crate) fn id_of(state: &mut Value, domain: &str, kind: &str, name: &str) -> String {
    let object = object(state, domain, kind, name);
    object["body"]["id"].as_str().unwrap().to_owned()
}

/// Takes an object out of a tenant for good.
pub(crate) fn remove_object(state: &mut Value, domain: &str, kind: &str, name: &str) {
    let id = id_of(state, domain, kind, name);
    at(tenant(state, domain), &["objects"]).remove(&id);
}

/// Puts an object into a tenant, as old as the tenant, so that everybody sees it.
pub(crate) fn add_object(state: &mut Value, domain: &str, kind: &str, body: Value) {
    let id = body["id"].as_str().unwrap().to_owned();
    let tenant = tenant(state, domain);
    let times = tenant["created"].clone();
    let objects = at(tenant, &["objects"]);
    let object = serde_json::json!({
        "kind": kind, "body": body, "created": times, "visibleAt": times, "listedAt": times
    });
    objects.insert(id, object);
}

/// The users of a database.
pub(crate) fn sql_users<'s>(state: &'s mut Value, database: &str) -> &'s mut Map<String, Value> {
    let path = [
        "sections",
        "sql",
        "servers",
        "rhc-qa-sqlsvr",
        "databases",
        database,
        "users",
    ];
    at(state, &path)
}

/// The record sets of a name in public DNS, by type.
pub(crate) fn record<'s>(state: &'s mut Value, name: &str) -> &'s mut Map<String, Value> {
    let zones = at(state, &["sections", "dns", "zones"]);
    let zone = the_one(zones, |zone, _| name.ends_with(&format!(".{zone}")));
    at(&mut zones[&zone], &["records", name])
}

/// A repository on GitHub.
pub(crate) fn repository<'s>(state: &'s mut Value, name: &str) -> &'s mut Map<String, Value> {
    at(state, &["sections", "github", "repositories", name])
}

/// The tables of a database: a list of `schema.name`.
pub(crate) fn sql_tables<'s>(state: &'s mut Value, database: &str) -> &'s mut Value {
    let path = [
        "sections",
        "sql",
        "servers",
        "rhc-qa-sqlsvr",
        "databases",
        database,
    ];
    at(state, &path).entry("tables").or_insert(Value::Null)
}
