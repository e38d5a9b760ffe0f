//! Every rule of every table is broken once: the tables are the list of the tests.

use rhc_arm::fake::{self, Location, Patch, TypeRules, Unknown};
use serde_json::{Value, json};

use super::cloud::Cloud;
use super::examples::{Example, make_all};

fn rules(cloud: &Cloud, resource_type: &str) -> TypeRules {
    fake::registered_types(&cloud.world)
        .into_iter()
        .find(|own| own.resource_type == resource_type)
        .unwrap_or_else(|| panic!("{resource_type} is registered"))
}

/// Changes what stands at a path, in the first item of each list on the way.
fn change(value: &mut Value, path: &str, new: Option<Value>) {
    let (step, rest) = match path.split_once('.') {
        Some((step, rest)) => (step, Some(rest)),
        None => (path, None),
    };
    let name = step.trim_end_matches("[]");
    let object = value.as_object_mut().expect("an object");
    match (rest, new) {
        (None, None) => {
            object.remove(name);
        }
        (None, Some(new)) if step.ends_with("[]") => {
            object.insert(name.to_owned(), json!([new]));
        }
        (None, Some(new)) => {
            object.insert(name.to_owned(), new);
        }
        (Some(rest), new) => {
            let inner = object.entry(name.to_owned()).or_insert_with(|| json!({}));
            let inner = if step.ends_with("[]") {
                // An item that the example does not need is there to be broken.
                if new.is_some() && inner.get(0).is_none() {
                    *inner = json!([{}]);
                }
                inner
                    .get_mut(0)
                    .unwrap_or_else(|| panic!("{path}: the example has an item"))
            } else {
                inner
            };
            change(inner, rest, new);
        }
    }
}

fn broken(example: &Example, path: &str, new: Option<Value>) -> Value {
    let mut body = example.body.clone();
    change(&mut body, path, new);
    body
}

fn find(list: &[(&'static str, Value)], path: &str, example: &Example) -> Value {
    list.iter()
        .find(|(own, _)| *own == path)
        .unwrap_or_else(|| panic!("{}: an example that breaks {path}", example.resource_type))
        .1
        .clone()
}

/// Without what each write changes.
fn settled(mut value: Value) -> Value {
    match &mut value {
        Value::Object(members) => {
            for volatile in [
                "systemData",
                "etag",
                "updatedOn",
                "updatedBy",
                "modifiedDate",
            ] {
                members.remove(volatile);
            }
            for inner in members.values_mut() {
                *inner = settled(inner.take());
            }
        }
        Value::Array(items) => {
            for inner in items {
                *inner = settled(inner.take());
            }
        }
        _ => {}
    }
    value
}

#[tokio::test(start_paused = true)]
async fn every_type_has_an_example_and_what_is_read_can_be_written_back() {
    let cloud = Cloud::new().await;
    let examples = make_all(&cloud).await;
    let mut missing: Vec<_> = fake::registered_types(&cloud.world)
        .iter()
        // What cannot be written has no example, and a test of its own.
        .filter(|own| own.put)
        .map(|own| own.resource_type)
        // What was read of a deployment has no template, and can therefore not be written back. Its tests are in `deployments`.
        .filter(|own| *own != "Microsoft.Resources/deployments")
        .filter(|own| !examples.iter().any(|example| example.resource_type == *own))
        .collect();
    missing.sort_unstable();
    assert_eq!(missing, Vec::<&str>::new());
    assert!(examples.len() >= 20, "a floor");
    for example in &examples {
        let before = cloud
            .get(&example.path, example.version)
            .await
            .accepted(200);
        let after = cloud
            .make(&example.path, example.version, before.body.clone())
            .await;
        assert_eq!(
            settled(before.body),
            settled(after.body),
            "{}",
            example.resource_type
        );
    }
}

#[tokio::test(start_paused = true)]
async fn every_rule_of_every_table_refuses() {
    let cloud = Cloud::new().await;
    let examples = make_all(&cloud).await;
    let mut rules_broken = 0;
    for example in &examples {
        let rules = rules(&cloud, example.resource_type);
        let mut cases: Vec<(String, Value, (u16, &str))> = Vec::new();
        for path in rules.required {
            cases.push((
                format!("required {path}"),
                broken(example, path, None),
                rules.codes.missing,
            ));
        }
        for (path, _) in rules.enums {
            let body = broken(example, path, Some(json!("Bogus")));
            cases.push((format!("values of {path}"), body, rules.codes.invalid));
        }
        for pattern in rules.patterns {
            let bad = find(&example.bad, pattern.path, example);
            let body = broken(example, pattern.path, Some(bad));
            cases.push((
                format!("form of {}", pattern.path),
                body,
                (400, pattern.code),
            ));
        }
        for rule in rules.immutable {
            if example.bad.iter().any(|(path, _)| *path == rule.path)
                && !example.other.iter().any(|(path, _)| *path == rule.path)
            {
                // Its only other value is refused by its form.
                continue;
            }
            let other = find(&example.other, rule.path, example);
            let body = broken(example, rule.path, Some(other));
            cases.push((format!("change of {}", rule.path), body, rule.refusal));
        }
        for link in rules.links {
            let body = broken(example, link.path, Some(json!("no id")));
            cases.push((
                format!("form of the link {}", link.path),
                body,
                (400, "LinkedInvalidPropertyId"),
            ));
        }
        if rules.unknown == Unknown::Reject {
            let body = broken(example, "properties.unheardOf", Some(json!(1)));
            cases.push(("unknown property".to_owned(), body, rules.codes.unknown));
        }
        if rules.location != Location::None {
            let none = broken(example, "location", None);
            cases.push((
                "location required".to_owned(),
                none,
                (400, "LocationRequired"),
            ));
            let nowhere = broken(example, "location", Some(json!("Atlantis")));
            cases.push((
                "location known".to_owned(),
                nowhere,
                (400, "LocationNotAvailableForResourceType"),
            ));
        }
        let stray = broken(example, "propertys", Some(json!({})));
        cases.push((
            "unknown member".to_owned(),
            stray,
            (400, "InvalidRequestContent"),
        ));
        if !rules.identity {
            let identity = broken(
                example,
                "identity",
                Some(json!({ "type": "SystemAssigned" })),
            );
            cases.push((
                "no identity".to_owned(),
                identity,
                (400, "InvalidRequestContent"),
            ));
        }
        rules_broken += cases.len();
        for (name, body, (status, code)) in cases {
            let answer = cloud.put(&example.path, example.version, body).await;
            answer.refused(&format!("{}: {name}", example.resource_type), status, code);
            // The bucket of writes refills by time.
            super::cloud::pass(1).await;
        }
    }
    assert!(rules_broken > 150, "a floor: {rules_broken}");
}

#[tokio::test(start_paused = true)]
async fn every_name_rule_refuses() {
    let cloud = Cloud::new().await;
    for example in make_all(&cloud).await {
        let rules = rules(&cloud, example.resource_type);
        let (parent, _) = example.path.rsplit_once('/').expect("a name");
        for name in [example.bad_name.clone(), "x".repeat(rules.name.max + 1)] {
            let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
            let answer = cloud
                .put(
                    &format!("{parent}/{name}"),
                    example.version,
                    example.body.clone(),
                )
                .await;
            let (status, code) = rules.name.refusal;
            answer.refused(
                &format!("{}: name {name}", example.resource_type),
                status,
                code,
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_type_refuses_another_version_and_verbs_that_it_lacks() {
    let cloud = Cloud::new().await;
    for example in make_all(&cloud).await {
        let kind = example.resource_type;
        let rules = rules(&cloud, kind);
        let code = if kind == fake::RESOURCE_GROUPS {
            "InvalidApiVersionParameter"
        } else {
            "NoRegisteredProviderFound"
        };
        cloud.get(&example.path, "1999-01-01").await.refused(
            &format!("{kind}: version"),
            400,
            code,
        );
        if rules.patch == Patch::No {
            cloud
                .patch(&example.path, example.version, json!({ "tags": {} }))
                .await
                .refused(&format!("{kind}: PATCH"), 405, "MethodNotAllowed");
        }
        cloud
            .post(&format!("{}/explode", example.path), example.version, None)
            .await
            .refused(&format!("{kind}: unknown action"), 404, "NotFound");
    }
}
