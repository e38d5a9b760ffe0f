//! The comparison: its rules one by one, and what holds for any document.

use rollout::engine::{DiffRules, FieldChange, Key, Output, Placeholder, diff};
use serde_json::{Map, Value, json};

fn paths(changes: &[FieldChange]) -> Vec<&str> {
    changes.iter().map(|c| c.path.as_str()).collect()
}

fn same(desired: Value, observed: Value, rules: &DiffRules) {
    assert_eq!(diff(&desired, &observed, rules), [], "{desired} {observed}");
}

fn differs(desired: Value, observed: Value, rules: &DiffRules, expected: &[&str]) {
    assert_eq!(
        paths(&diff(&desired, &observed, rules)),
        expected,
        "{desired} {observed}"
    );
}

#[test]
fn what_the_services_rewrite_is_equal() {
    let none = DiffRules::new();
    same(
        json!({"location": "East US 2"}),
        json!({"location": "eastus2"}),
        &none,
    );
    same(
        json!({"primaryLocation": "eastus2"}),
        json!({"primaryLocation": "East US 2"}),
        &none,
    );
    differs(
        json!({"title": "East US 2"}),
        json!({"title": "eastus2"}),
        &none,
        &["title"],
    );
    differs(
        json!({"location": "eastus2"}),
        json!({"location": "eastus"}),
        &none,
        &["location"],
    );
    same(
        json!({"subnet": "/subscriptions/A/resourceGroups/b/providers/Microsoft.Network/x/y"}),
        json!({"subnet": "/subscriptions/a/resourcegroups/B/providers/microsoft.network/x/y/"}),
        &none,
    );
    same(
        json!({"tenant": "ED01DF5D-6B39-45F8-82AE-36B88E5DAAE0"}),
        json!({"tenant": "ed01df5d-6b39-45f8-82ae-36b88e5daae0"}),
        &none,
    );
    same(json!({"n": 1}), json!({"n": 1.0}), &none);
    differs(
        json!({"n": 9007199254740993_u64}),
        json!({"n": 9007199254740992_u64}),
        &none,
        &["n"],
    );
    same(json!({"gone": null}), json!({}), &none);
    differs(json!({"gone": null}), json!({"gone": 1}), &none, &["gone"]);
    differs(json!({"on": true}), json!({"on": null}), &none, &["on"]);
    differs(json!({"on": true}), json!({"on": "true"}), &none, &["on"]);
}

#[test]
fn a_map_keyed_by_resource_id_is_found_in_any_case() {
    let none = DiffRules::new();
    let id = "/subscriptions/S/resourceGroups/rg/providers/M/identities/hp";
    same(
        json!({"identities": {(id): {}}}),
        json!({"identities": {(id.to_lowercase()): {"clientId": "x"}}}),
        &none,
    );
    differs(
        json!({"identities": {"A": 1}}),
        json!({"identities": {"a": 1}}),
        &none,
        &["identities.A"],
    );
}

#[test]
fn rules_hold_where_they_are_said() {
    let rules = DiffRules::new()
        .ignore_case("access")
        .numeric("cpu")
        .empty_is_absent("list")
        .empty_is_absent("text")
        .equal_by("duration", |a, b| a == "PT60M" && b == "PT1H" || a == b);
    same(
        json!({"access": "Disabled"}),
        json!({"access": "disabled"}),
        &rules,
    );
    differs(
        json!({"other": "Disabled"}),
        json!({"other": "disabled"}),
        &rules,
        &["other"],
    );
    same(json!({"cpu": 0.5}), json!({"cpu": "0.50"}), &rules);
    differs(
        json!({"cpu": 0.5}),
        json!({"cpu": "0.25"}),
        &rules,
        &["cpu"],
    );
    differs(json!({"mem": 1}), json!({"mem": "1"}), &rules, &["mem"]);
    same(
        json!({"list": [], "text": ""}),
        json!({"text": null}),
        &rules,
    );
    differs(json!({"list": []}), json!({"list": [1]}), &rules, &["list"]);
    differs(json!({"unsaid": []}), json!({}), &rules, &["unsaid"]);
    same(
        json!({"duration": "PT60M"}),
        json!({"duration": "PT1H"}),
        &rules,
    );
    differs(
        json!({"duration": "PT60M"}),
        json!({"duration": "PT2H"}),
        &rules,
        &["duration"],
    );
}

#[test]
fn arrays_are_whole_unless_a_rule_opens_them() {
    let none = DiffRules::new();
    differs(
        json!({"uris": ["a"]}),
        json!({"uris": ["a", "b"]}),
        &none,
        &["uris"],
    );
    differs(
        json!({"uris": ["a", "b"]}),
        json!({"uris": ["b", "a"]}),
        &none,
        &["uris[0]", "uris[1]"],
    );
    let unordered = DiffRules::new().unordered("uris");
    same(
        json!({"uris": ["a", "b"]}),
        json!({"uris": ["b", "a"]}),
        &unordered,
    );
    differs(
        json!({"uris": ["a", "a"]}),
        json!({"uris": ["a", "b"]}),
        &unordered,
        &["uris"],
    );
    differs(
        json!({"uris": ["a"]}),
        json!({"uris": ["a", "b"]}),
        &unordered,
        &["uris"],
    );
    let open = DiffRules::new().open("uris");
    same(json!({"uris": ["a"]}), json!({"uris": ["b", "a"]}), &open);
    differs(
        json!({"uris": ["c"]}),
        json!({"uris": ["b", "a"]}),
        &open,
        &["uris"],
    );
}

#[test]
fn keyed_arrays_say_which_element() {
    let desired = json!({"subnets": [
        {"name": "hp2-apps", "properties": {"addressPrefix": "10.40.0.0/23"}},
        {"name": "endpoints", "properties": {"addressPrefix": "10.40.4.0/24"}},
    ]});
    let rules = DiffRules::new().keyed_by("subnets", "name");
    same(
        desired.clone(),
        json!({"subnets": [
            {"name": "Endpoints", "id": "x", "properties": {"addressPrefix": "10.40.4.0/24", "state": "ok"}},
            {"name": "hp2-apps", "properties": {"addressPrefix": "10.40.0.0/23"}},
        ]}),
        &rules.clone().ignore_case("subnets.*.name"),
    );
    let observed = json!({"subnets": [
        {"name": "strange", "properties": {}},
        {"name": "hp2-apps", "properties": {"addressPrefix": "10.40.8.0/23"}},
    ]});
    differs(
        desired.clone(),
        observed.clone(),
        &rules,
        &[
            "subnets[hp2-apps].properties.addressPrefix",
            "subnets[endpoints]",
            "subnets[strange]",
        ],
    );
    differs(
        desired,
        observed,
        &rules.open("subnets").not_owned("subnets.*.properties"),
        &["subnets[endpoints]"],
    );
}

#[test]
fn a_closed_object_takes_no_additions() {
    let rules = DiffRules::new().closed("roles");
    differs(
        json!({"roles": {"reader": 1}}),
        json!({"roles": {"reader": 1, "owner": 1, "none": null}}),
        &rules,
        &["roles.owner"],
    );
}

#[test]
fn fields_of_another_owner_are_not_looked_at() {
    let rules = DiffRules::new().not_owned("template.containers.*.image");
    differs(
        json!({"template": {"containers": [{"image": "bootstrap", "cpu": 1}]}}),
        json!({"template": {"containers": [{"image": "theirs:42", "cpu": 2}]}}),
        &rules,
        &["template.containers[0].cpu"],
    );
}

#[test]
fn immutable_covers_what_is_below_it_but_not_what_is_unknown() {
    let rules = DiffRules::new().immutable("network");
    let changes = diff(
        &json!({"network": {"id": "a"}}),
        &json!({"network": {"id": "b"}}),
        &rules,
    );
    assert!(changes[0].immutable);
    let output: Output<String> = Key::new("vnet").output("id");
    let unknown = format!(
        "{}/subnets/x",
        Placeholder {
            key: output.key().clone(),
            name: "id".to_owned()
        }
    );
    let changes = diff(
        &json!({"network": {"id": unknown}}),
        &json!({"network": {"id": "b"}}),
        &rules,
    );
    assert!(!changes[0].immutable);
    assert_eq!(changes[0].after, [Key::new("vnet")]);
    assert_eq!(changes[0].new, "(known after vnet)/subnets/x");
}

/// Small deterministic documents, so that a failure can be repeated by its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn document(&mut self, depth: u32) -> Value {
        match self.roll(if depth == 0 { 4 } else { 6 }) {
            0 => json!(self.roll(3)),
            1 => json!(self.roll(2) == 0),
            2 => json!(format!("text {}", self.roll(4))),
            3 => json!("/subscriptions/ABC/resourceGroups/Group"),
            4 => (0..self.roll(4))
                .map(|_| self.document(depth - 1))
                .collect(),
            _ => Value::Object(self.object(depth)),
        }
    }

    fn object(&mut self, depth: u32) -> Map<String, Value> {
        (0..=self.roll(4))
            .map(|n| (format!("f{n}"), self.document(depth.saturating_sub(1))))
            .collect()
    }

    /// What a service might answer for the same document: more fields, other cases, another order, other numbers.
    fn as_a_service_answers(&mut self, value: &Value) -> Value {
        match value {
            Value::Object(map) => {
                let mut answer: Map<String, Value> = Map::new();
                answer.insert("etag".to_owned(), json!(self.roll(1000)));
                for (key, item) in map.iter().rev() {
                    answer.insert(key.clone(), self.as_a_service_answers(item));
                }
                Value::Object(answer)
            }
            Value::Array(items) => items.iter().map(|i| self.as_a_service_answers(i)).collect(),
            Value::String(text) if text.starts_with('/') => json!(text.to_lowercase()),
            Value::Number(n) => n.as_f64().map_or(Value::Null, |n| json!(n)),
            other => other.clone(),
        }
    }

    /// Changes one leaf for good, and says that it did.
    fn break_one(&mut self, value: &mut Value) -> bool {
        match value {
            Value::Object(map) => {
                let start = usize::try_from(self.roll(97)).unwrap();
                let keys: Vec<String> = map.keys().cloned().collect();
                (0..keys.len())
                    .any(|n| self.break_one(map.get_mut(&keys[(start + n) % keys.len()]).unwrap()))
            }
            Value::Array(items) => items.iter_mut().any(|item| self.break_one(item)),
            leaf => {
                *leaf = json!("something else entirely");
                true
            }
        }
    }
}

#[test]
fn any_document_equals_itself_and_what_a_service_makes_of_it() {
    let none = DiffRules::new();
    for seed in 1..2_000 {
        let mut dice = Dice(seed);
        let desired = Value::Object(dice.object(4));
        assert_eq!(diff(&desired, &desired, &none), [], "seed {seed}");
        let answer = dice.as_a_service_answers(&desired);
        assert_eq!(
            diff(&desired, &answer, &none),
            [],
            "seed {seed}: {desired} {answer}"
        );
    }
}

#[test]
fn any_single_change_is_found_once_and_hidden_by_not_owning_it() {
    let mut tried = 0;
    for seed in 1..2_000 {
        let mut dice = Dice(seed);
        let desired = Value::Object(dice.object(4));
        let mut drifted = desired.clone();
        if !dice.break_one(&mut drifted) || drifted == desired {
            continue;
        }
        tried += 1;
        let changes = diff(&desired, &drifted, &DiffRules::new());
        assert_eq!(changes.len(), 1, "seed {seed}: {desired} {drifted}");
        assert_eq!(changes[0].old, "something else entirely", "seed {seed}");
        let path = changes[0].path.replace('[', ".").replace(']', "");
        let rules = DiffRules::new().not_owned(&path);
        assert_eq!(diff(&desired, &drifted, &rules), [], "seed {seed}: {path}");
    }
    assert!(tried > 1_000, "{tried}");
}

#[test]
fn any_missing_field_is_found() {
    for seed in 1..500 {
        let mut dice = Dice(seed);
        let desired = dice.object(3);
        for gone in desired.keys() {
            let mut observed = desired.clone();
            observed.remove(gone);
            let changes = diff(&json!(desired), &json!(observed), &DiffRules::new());
            assert_eq!(paths(&changes), [gone.as_str()], "seed {seed}");
            assert_eq!(changes[0].old, Value::Null);
        }
    }
}
