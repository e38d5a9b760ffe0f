//! The section `arm` of the state: saved, loaded, edited by a person.

use rhc_arm::fake;
use rhc_core::fake::{World, WorldOptions};
use serde_json::{Value, json};

use super::cloud::{Cloud, pass};
use super::examples::{NETWORK, VAULT, in_group, network, vault};

fn reload(state: &Value) -> Result<World, String> {
    let world = World::from_json(&state.to_string(), WorldOptions::default())
        .map_err(|own| own.to_string())?;
    fake::mount(&world);
    world.check().map_err(|own| own.to_string())?;
    Ok(world)
}

impl Cloud {
    async fn restarted(&self, edit: impl FnOnce(&mut Value)) -> Self {
        let mut state = self.world.to_json().expect("a state");
        edit(&mut state);
        let mut other = self.clone();
        other.world = reload(&state).expect("a state that makes sense");
        other
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_saved_is_loaded_and_operations_go_on() {
    let cloud = Cloud::new().await;
    super::examples::make_all(&cloud).await;
    let (path, body) = network("later");
    let mut body = body;
    body["properties"]["addressSpace"]["addressPrefixes"] = json!(["10.40.0.0/16"]);
    let begun = cloud.put(&path, NETWORK, body).await.accepted(201);
    let link = begun.header("azure-asyncoperation").unwrap();
    let before = cloud.world.to_json().unwrap();
    let again = cloud.restarted(|_| ()).await;
    assert_eq!(again.world.to_json().unwrap(), before);
    pass(10).await;
    let poll = again
        .send(azure_core::http::Method::Get, link, None)
        .await
        .accepted(200);
    assert_eq!(poll.at("status"), "Succeeded");
}

#[tokio::test(start_paused = true)]
async fn an_edited_property_is_what_the_service_answers() {
    let cloud = Cloud::new().await;
    let (path, body) = vault("kv-1");
    cloud.make(&path, VAULT, body).await;
    let key = fake::key(&path);
    let edited = cloud
        .restarted(|state| {
            let own = &mut state["sections"]["arm"]["resources"][&key]["body"];
            own["properties"]["publicNetworkAccess"] = json!("Disabled");
            own["tags"] = json!({ "rhc-app": "edited" });
        })
        .await;
    let seen = edited.get(&path, VAULT).await.accepted(200);
    assert_eq!(seen.at("properties.publicNetworkAccess"), "Disabled");
    assert_eq!(seen.at("tags.rhc-app"), "edited");
    let removed = cloud
        .restarted(|state| {
            let all = &mut state["sections"]["arm"]["resources"];
            all.as_object_mut().unwrap().remove(&key);
        })
        .await;
    removed
        .get(&path, VAULT)
        .await
        .refused("removed by hand", 404, "ResourceNotFound");
    // Nothing but the body is needed.
    let added = cloud
        .restarted(|state| {
            let all = &mut state["sections"]["arm"]["resources"];
            let own = all[&key]["body"].clone();
            all[&key] = json!({ "body": own });
        })
        .await;
    added.get(&path, VAULT).await.accepted(200);
}

#[tokio::test(start_paused = true)]
async fn a_state_that_makes_no_sense_says_where() {
    let cloud = Cloud::new().await;
    let (path, body) = vault("kv-1");
    cloud.make(&path, VAULT, body).await;
    let key = fake::key(&path);
    type Edit = fn(&mut Value, &str);
    let cases: [(&str, Edit, &str); 6] = [
        (
            "unknown member",
            |arm, _| arm["colour"] = json!("red"),
            "sections.arm",
        ),
        (
            "key in capitals",
            |arm, key| {
                let own = arm["resources"][key].clone();
                arm["resources"][key.to_uppercase()] = own;
            },
            "lower case",
        ),
        (
            "another id",
            |arm, key| arm["resources"][key]["body"]["id"] = json!("/elsewhere"),
            "body.id",
        ),
        (
            "no name",
            |arm, key| arm["resources"][key]["body"]["name"] = Value::Null,
            "body.name",
        ),
        (
            "no subscription",
            |arm, _| arm["subscriptions"] = json!({}),
            "there is no subscription",
        ),
        (
            "a wrong word",
            |arm, _| {
                for own in arm["subscriptions"].as_object_mut().unwrap().values_mut() {
                    own["providers"]["Microsoft.KeyVault"] = json!("Maybe");
                }
            },
            "providers",
        ),
    ];
    for (rule, edit, expected) in cases {
        let mut state = cloud.world.to_json().unwrap();
        edit(&mut state["sections"]["arm"], &key);
        let problem = reload(&state).expect_err(rule);
        assert!(problem.contains(expected), "{rule}: {problem}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_hidden_is_neither_shown_nor_printed() {
    const PATH: &str = "Microsoft.KeyVault/secretives/a";
    let cloud = Cloud::new().await;
    fake::register(
        &cloud.world,
        fake::TypeRules {
            secrets: &["properties.items[].value"],
            ..fake::TypeRules::new("Microsoft.KeyVault/secretives", &[VAULT])
        },
    );
    let body = json!({
        "location": "eastus2",
        "properties": { "items": [{ "name": "a", "value": "hunter2" }] },
    });
    let made = cloud.put(&in_group(PATH), VAULT, body).await.accepted(201);
    assert_eq!(made.at("properties.items"), &json!([{ "name": "a" }]));
    let printed = cloud.edit(|arm| format!("{arm:?}"));
    assert!(!printed.contains("hunter2"));
    let kept = cloud.edit(|arm| arm.get(&in_group(PATH)).unwrap().hidden.clone());
    assert_eq!(kept["properties.items[].value"], json!(["hunter2"]));
}
