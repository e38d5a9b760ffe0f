//! What every run is compared with, and that the comparison sees something.

use std::sync::OnceLock;

use rollout::embedded::Inventory;
use serde_json::{Value, json};

use crate::programs::Cloud;

/// The state that a run makes which nobody disturbs; made once.
fn state() -> &'static Value {
    static STATE: OnceLock<Value> = OnceLock::new();
    STATE.get_or_init(|| {
        let cloud = Cloud::serve();
        let (code, said) = cloud.rollout("apply").end();
        assert_eq!(code, Some(0), "{said}");
        cloud.state()
    })
}

/// Requires that the environment is finished in this cloud: nothing left to do, nothing missing, nothing there twice.
pub(crate) fn require_finished(cloud: &Cloud) {
    let (code, said) = cloud.rollout("plan").end();
    assert_eq!(code, Some(0), "not empty:\n{said}");
    let inventory = Inventory::of(&cloud.state());
    assert_eq!(inventory.twice(), Vec::<&str>::new(), "there twice");
    let differences = Inventory::of(state()).differences(&inventory);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn a_run_that_nobody_disturbs_makes_nothing_twice() {
    let inventory = Inventory::of(state());
    assert_eq!(inventory.twice(), Vec::<&str>::new());
    // Tenants, principals, resources, users: if there are few, the comparison looks at the wrong places.
    assert!(inventory.len() > 150, "{}", inventory.len());
}

#[test]
fn ids_and_times_are_no_difference() {
    let mut other = state().to_string();
    for (id, fresh) in made_up_ids(state()) {
        other = other.replace(&id, &fresh);
    }
    let other: Value = serde_json::from_str(&other).unwrap();
    let differences = Inventory::of(state()).differences(&Inventory::of(&other));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// The ids of some things, and others in their place.
fn made_up_ids(state: &Value) -> Vec<(String, String)> {
    let tenants = state["sections"]["directory"]["tenants"]
        .as_object()
        .unwrap();
    let objects = tenants
        .values()
        .flat_map(|t| t["objects"].as_object().unwrap().keys());
    let subscriptions = state["sections"]["arm"]["subscriptions"]
        .as_object()
        .unwrap();
    let ids = objects.chain(subscriptions.keys()).cloned();
    ids.map(|id| (id, uuid::Uuid::new_v4().to_string()))
        .collect()
}

/// A cloud in which one thing is there a second time, as careless repetition would leave it.
fn repeated(place: &str, pick: impl Fn(&Value) -> bool) -> Vec<String> {
    let mut state = state().clone();
    let things = state.pointer_mut(place).unwrap().as_object_mut().unwrap();
    let (key, thing) = things.iter().find(|(_, thing)| pick(thing)).unwrap();
    let parent = key
        .rsplit_once('/')
        .map_or(String::new(), |(parent, _)| format!("{parent}/"));
    let (fresh, thing) = (uuid::Uuid::new_v4().to_string(), thing.clone());
    things.insert(format!("{parent}{fresh}"), thing);
    let inventory = Inventory::of(&state);
    inventory.twice().into_iter().map(str::to_owned).collect()
}

#[test]
fn what_is_there_twice_is_found() {
    let of_type = |kind: &'static str| move |one: &Value| one["body"]["type"] == kind;
    let resources = "/sections/arm/resources";
    for kind in [
        "Microsoft.Authorization/roleAssignments",
        "Microsoft.App/containerApps/revisions",
        "Microsoft.Sql/servers/privateEndpointConnections",
    ] {
        assert_eq!(repeated(resources, of_type(kind)).len(), 1, "{kind}");
    }
    let named = |name: &'static str| move |one: &Value| one["displayName"] == name;
    let twice = repeated("/sections/arm/subscriptions", named("rhc-b2c-qa-sub"));
    assert_eq!(twice, ["subscription rhc-b2c-qa-sub"]);

    let tenants = state()["sections"]["directory"]["tenants"]
        .as_object()
        .unwrap();
    let id = |domain: &str| {
        let found = tenants
            .iter()
            .find(|(_, tenant)| tenant["initialDomain"] == domain);
        format!("/sections/directory/tenants/{}", found.unwrap().0)
    };
    let (home, database) = (
        id("recalibratehealthc.onmicrosoft.com"),
        id("rhcdbcore.onmicrosoft.com"),
    );
    for (kind, name, tenant) in [
        ("application", "rhc-hp2-qa-db", &home),
        ("servicePrincipal", "rhc-hp2-qa-db", &database),
        ("group", "rhc-qa-sql-admins", &database),
    ] {
        let pick = |one: &Value| one["kind"] == kind && one["body"]["displayName"] == name;
        let twice = repeated(&format!("{tenant}/objects"), pick);
        assert!(
            twice.iter().any(|key| key.contains(kind)),
            "{kind}: {twice:?}"
        );
    }
    let users = "/sections/sql/servers/rhc-qa-sqlsvr/databases/hp2_db/users";
    assert_eq!(repeated(users, |_| true).len(), 1);
}

#[test]
fn a_trust_and_a_member_that_are_there_twice_are_found() {
    let mut state = state().clone();
    let tenants = state["sections"]["directory"]["tenants"]
        .as_object_mut()
        .unwrap();
    let objects = tenants
        .values_mut()
        .flat_map(|t| t["objects"].as_object_mut().unwrap().values_mut());
    let mut repeated = 0;
    for object in objects {
        for list in ["/body/federatedIdentityCredentials", "/links/members"] {
            if let Some(Value::Array(items)) = object.pointer_mut(list)
                && let Some(first) = items.first().cloned()
            {
                items.push(first);
                repeated += 1;
            }
        }
    }
    assert!(repeated > 1);
    assert_eq!(Inventory::of(&state).twice().len(), repeated);
}

#[test]
fn a_changed_value_is_a_difference() {
    let mut other = state().clone();
    let resources = other["sections"]["arm"]["resources"]
        .as_object_mut()
        .unwrap();
    let server = resources
        .values_mut()
        .find(|one| one["body"]["type"] == "Microsoft.Sql/servers");
    server.unwrap()["body"]["properties"]["minimalTlsVersion"] = json!("1.0");
    let differences = Inventory::of(state()).differences(&Inventory::of(&other));
    assert_eq!(differences.len(), 1, "{differences:?}");
}
