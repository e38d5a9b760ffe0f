//! The state file: what is saved is what is loaded, and what a person broke is named.

use std::time::Duration;

use rhc_core::fake::directory::{ObjectKind, Read};
use rhc_core::fake::{Section, SectionProblem, World, WorldOptions};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::macros::datetime;

use super::support::{external_tenant, object, tenant};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shop {
    apples: u32,
}

impl Section for Shop {
    const NAME: &'static str = "shop";

    fn validate(&self) -> Result<(), SectionProblem> {
        if self.apples > 100 {
            return Err(SectionProblem::new(
                "apples",
                format!("{} are more than the shelf holds, 100", self.apples),
            ));
        }
        Ok(())
    }
}

fn lived() -> World {
    let world = World::new(WorldOptions::default());
    let home = tenant(&world, "contoso");
    external_tenant(&world, "customers", home);
    world.with(|state| {
        let id = state.uuid();
        let body = object(json!({ "displayName": "admins" }));
        state
            .directory()
            .insert(home, ObjectKind::Group, id, body)
            .unwrap();
        state
            .directory()
            .update(home, id, |body| {
                body.insert("description".into(), json!("new"))
            })
            .unwrap();
        state.section::<Shop>().apples = 3;
        state.schedule(Duration::from_secs(30), "arm.ready", json!({ "id": "x" }));
    });
    world
}

fn load(value: &Value) -> Result<World, rhc_core::fake::StateError> {
    World::from_json(&value.to_string(), WorldOptions::default())
}

#[tokio::test(start_paused = true)]
async fn what_is_loaded_is_what_was_saved() {
    let world = lived();
    tokio::time::advance(Duration::from_millis(12_345)).await;
    let saved = world.to_json().unwrap();
    let loaded = load(&saved).unwrap();
    assert_eq!(loaded.to_json().unwrap(), saved);
    // Also once the sections have been parsed, and in the same order of keys.
    loaded.with(|state| assert_eq!(state.section::<Shop>().apples, 3));
    assert_eq!(loaded.to_json().unwrap().to_string(), saved.to_string());
    // The sequence of ids goes on, it does not begin again.
    let next = |world: &World| world.with(|state| state.uuid());
    assert_eq!(next(&world), next(&loaded));
}

#[tokio::test(start_paused = true)]
async fn the_clock_goes_on_from_the_saved_time() {
    let world = lived();
    tokio::time::advance(Duration::from_secs(90)).await;
    let saved = world.to_json().unwrap();
    tokio::time::advance(Duration::from_secs(3600)).await;
    let loaded = load(&saved).unwrap();
    assert_eq!(loaded.now(), datetime!(2026-11-23 09:01:30 UTC));
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(loaded.now(), datetime!(2026-11-23 09:01:31 UTC));
}

#[tokio::test(start_paused = true)]
async fn sections_that_nobody_asks_for_are_kept() {
    let mut saved = lived().to_json().unwrap();
    saved["sections"]["other"] = json!({ "deep": [1, null, { "a": "b" }] });
    assert_eq!(load(&saved).unwrap().to_json().unwrap(), saved);
}

#[tokio::test(start_paused = true)]
async fn replication_goes_on_after_loading() {
    let world = lived();
    let loaded = load(&world.to_json().unwrap()).unwrap();
    let seen = |read| {
        loaded.with(|state| {
            let directory = state.directory();
            let tenant = directory.tenant("contoso.onmicrosoft.com").unwrap().id;
            directory.objects(tenant, ObjectKind::Group, read).len()
        })
    };
    assert_eq!((seen(Read::Point), seen(Read::List)), (0, 0));
    tokio::time::advance(Duration::from_secs(5)).await;
    assert_eq!((seen(Read::Point), seen(Read::List)), (1, 0));
    tokio::time::advance(Duration::from_secs(15)).await;
    assert_eq!((seen(Read::Point), seen(Read::List)), (1, 1));
}

/// Changes a good file and expects it to be refused at a path, with a reason.
async fn refused(change: impl FnOnce(&mut Value), path: &str, reason: &str) {
    let mut saved = lived().to_json().unwrap();
    change(&mut saved);
    let error = load(&saved).unwrap_err();
    assert_eq!(error.path(), path, "{error}");
    assert!(error.message().contains(reason), "{error}");
    if !path.is_empty() {
        assert!(error.to_string().contains(path));
    }
}

#[tokio::test(start_paused = true)]
async fn refuses_another_format() {
    refused(
        |file| file["format"] = json!("terraform"),
        "format",
        "\"terraform\"",
    )
    .await;
    refused(
        |file| drop(file.as_object_mut().unwrap().remove("format")),
        "format",
        "rhc-world",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn refuses_another_version_before_its_unknown_keys() {
    let newer = |file: &mut Value| {
        file["version"] = json!(2);
        file["flux"] = json!(true);
    };
    refused(newer, "version", "reads version 1").await;
    refused(
        |file| file["version"] = json!("one"),
        "version",
        "whole number",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn refuses_what_is_no_json() {
    let error = World::from_json("{ \"format\": ", WorldOptions::default()).unwrap_err();
    assert!(error.message().contains("line 1"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn refuses_a_misspelt_key() {
    refused(
        |file| file["sectoins"] = json!({}),
        "sectoins",
        "unknown field",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn refuses_a_time_that_is_none() {
    refused(|file| file["now"] = json!("yesterday"), "now", "").await;
    refused(
        |file| file["events"][0]["due"] = json!(7),
        "events[0].due",
        "",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn refuses_two_events_of_one_number() {
    let twice = |file: &mut Value| {
        let event = file["events"][0].clone();
        file["events"].as_array_mut().unwrap().push(event);
    };
    refused(twice, "events[1].number", "earlier event").await;
}

#[tokio::test(start_paused = true)]
async fn refuses_what_leaves_no_room_to_go_on() {
    for now in ["9999-12-31T23:59:59Z", "1969-12-31T23:59:59Z"] {
        refused(|file| file["now"] = json!(now), "now", "1970 and 9000").await;
    }
    refused(|file| file["ids"] = json!(u64::MAX), "ids", "at most").await;
    let last = |file: &mut Value| file["events"][0]["number"] = json!(u64::MAX);
    refused(last, "events[0].number", "at most").await;
}

fn contoso(file: &mut Value) -> (String, &mut Value) {
    let tenants = file["sections"]["directory"]["tenants"]
        .as_object_mut()
        .unwrap();
    let (id, tenant) = tenants
        .iter_mut()
        .find(|(_, tenant)| tenant["displayName"] == "contoso")
        .unwrap();
    (id.clone(), tenant)
}

#[tokio::test(start_paused = true)]
async fn refuses_a_tenant_that_makes_no_sense_and_says_which() {
    let mut saved = lived().to_json().unwrap();
    let (id, tenant) = contoso(&mut saved);
    tenant["kind"] = json!("b2c");
    let error = load(&saved).unwrap_err();
    assert_eq!(
        error.path(),
        format!("sections.directory.tenants.{id}.kind")
    );
    assert!(error.message().contains("b2c"), "{error}");

    let mut saved = lived().to_json().unwrap();
    let (id, tenant) = contoso(&mut saved);
    tenant["domains"] = json!(["contoso.com"]);
    let error = load(&saved).unwrap_err();
    assert_eq!(
        error.path(),
        format!("sections.directory.tenants.{id}.domains")
    );

    let mut saved = lived().to_json().unwrap();
    let (_, tenant) = contoso(&mut saved);
    let domains = tenant["domains"].as_array_mut().unwrap();
    domains.push(json!("CUSTOMERS.onmicrosoft.com"));
    let error = load(&saved).unwrap_err();
    assert!(error.message().contains("already belongs"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn refuses_an_object_under_another_id() {
    let mut saved = lived().to_json().unwrap();
    let (_, tenant) = contoso(&mut saved);
    let objects = tenant["objects"].as_object_mut().unwrap();
    let (key, object) = objects.iter_mut().next().unwrap();
    let key = key.clone();
    object["body"]["id"] = json!("not-its-key");
    let error = load(&saved).unwrap_err();
    assert!(
        error.path().ends_with(&format!("objects.{key}.body.id")),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_broken_section_is_named_by_the_fake_that_owns_it_and_not_lost() {
    for (broken, path) in [
        (json!({ "apples": "three" }), "sections.shop.apples"),
        (json!({ "apples": 3, "pears": 1 }), "sections.shop.pears"),
        (json!({ "apples": 101 }), "sections.shop.apples"),
    ] {
        let mut saved = lived().to_json().unwrap();
        saved["sections"]["shop"] = broken;
        let world = load(&saved).unwrap();
        assert_eq!(world.check(), Ok(()));
        assert_eq!(world.load_section::<Shop>().unwrap_err().path(), path);
        assert_eq!(world.check().unwrap_err().path(), path);
        assert_eq!(
            world.with(|state| state.section::<Shop>().clone()),
            Shop::default()
        );
        assert_eq!(world.to_json().unwrap(), saved);
    }
}

#[tokio::test(start_paused = true)]
async fn a_section_that_does_not_exist_yet_reads_as_none() {
    let world = World::new(WorldOptions::default());
    world.with(|state| {
        assert!(state.read::<Shop>().is_none());
        state.section::<Shop>().apples = 1;
        assert_eq!(state.read::<Shop>(), Some(&Shop { apples: 1 }));
    });
}

#[tokio::test(start_paused = true)]
async fn the_end_of_time_in_a_file_is_survived() {
    let mut saved = lived().to_json().unwrap();
    saved["now"] = json!("9000-12-31T23:59:59Z");
    saved["events"][0]["number"] = json!(1_u64 << 53);
    let (id, tenant) = contoso(&mut saved);
    for object in tenant["objects"].as_object_mut().unwrap().values_mut() {
        object["deletedAt"] = json!("9999-12-31T23:59:59Z");
    }
    let world = load(&saved).unwrap();
    world.with(|state| {
        let (user, home) = (state.uuid(), id.parse().unwrap());
        state.schedule(Duration::MAX, "later", json!(null));
        let directory = state.directory();
        assert_eq!(directory.deleted(home, ObjectKind::Group).len(), 1);
        directory
            .insert(home, ObjectKind::User, user, object(json!({})))
            .unwrap();
        directory.delete(home, user).unwrap();
        assert!(directory.object(home, user, Read::Authoritative).is_none());
    });
    world.to_json().unwrap();
}

#[tokio::test(start_paused = true)]
async fn refuses_a_tenant_under_another_id() {
    let mut saved = lived().to_json().unwrap();
    let (id, tenant) = contoso(&mut saved);
    tenant["id"] = json!("00000000-0000-0000-0000-000000000001");
    let error = load(&saved).unwrap_err();
    assert_eq!(error.path(), format!("sections.directory.tenants.{id}.id"));
}
