//! Each check that needs our crates sees a planted mistake.

use rhc_arm::fake::TypeRules;
use rhc_core::{Error, ErrorKind};
use rhc_graph::fake::{Route, schema};
use serde_json::{Value, json};

use super::{caught, documents, errors, models, permissions, requests, sequences, tables};
use crate::{
    conformance::{
        exchange::Exchange,
        floors::Floors,
        graph::Graph,
        kept::Kept,
        read::{bicep, csdl, permissions::Permissions, recordings},
        report::Report,
        shapes::Shape,
    },
    tree::Tree,
};

mod permitted;
mod sent;

fn failures(report: &Report) -> Vec<String> {
    let (lines, _) = report.close(&Kept::default(), &Floors::default(), &[], false);
    lines
        .lines()
        .filter(|line| line.starts_with("FAILED"))
        .map(str::to_owned)
        .collect()
}

fn has(found: &[String], words: &str) -> bool {
    found.iter().any(|line| line.contains(words))
}

fn shop() -> Shape {
    let types = json!([
        {"$type": "StringType"},
        {"$type": "StringLiteralType", "value": "Open"},
        {"$type": "StringLiteralType", "value": "Closed"},
        {"$type": "UnionType", "elements": [{"$ref": "#/1"}, {"$ref": "#/2"}]},
        {"$type": "ObjectType", "name": "ShopProperties", "properties": {
            "state": {"type": {"$ref": "#/3"}, "flags": 1},
            "owner": {"type": {"$ref": "#/0"}, "flags": 0},
            "address": {"type": {"$ref": "#/0"}, "flags": 2},
        }},
        {"$type": "ObjectType", "name": "A.B/shops", "properties": {"properties": {"type": {"$ref": "#/4"}, "flags": 1}}},
        {"$type": "ResourceType", "name": "A.B/shops@2026-01-01", "body": {"$ref": "#/5"}},
    ]);
    bicep::read(&types).unwrap().remove("a.b/shops").unwrap()
}

const GOOD: TypeRules = TypeRules {
    required: &["properties.state"],
    read_only: &["properties.address"],
    enums: &[("properties.state", &["Open", "closed"])],
    properties: &["properties.state", "properties.owner", "properties.address"],
    location: rhc_arm::fake::Location::None,
    ..TypeRules::new("A.B/shops", &["2026-01-01"])
};

#[test]
fn a_table_of_the_fake_that_says_something_else_is_seen() {
    let found = |rules: &TypeRules| {
        let mut report = Report::default();
        tables::one(rules, &shop(), &mut report);
        failures(&report)
    };
    assert_eq!(found(&GOOD), [""; 0]);
    for (rules, words) in [
        (
            TypeRules {
                required: &[],
                ..GOOD
            },
            "required by the description, and not demanded",
        ),
        (
            TypeRules {
                required: &["properties.state", "properties.owner"],
                ..GOOD
            },
            "properties.owner | demanded by the fake, and not required",
        ),
        (
            TypeRules {
                required: &["properties.state", "properties.sign"],
                ..GOOD
            },
            "properties.sign | demanded by the fake, and not described",
        ),
        (
            TypeRules {
                read_only: &[],
                ..GOOD
            },
            "read-only in the description, and not in the fake",
        ),
        (
            TypeRules {
                read_only: &["properties.owner"],
                ..GOOD
            },
            "properties.owner | read-only in the fake, and not in the description",
        ),
        (
            TypeRules {
                read_only: &["properties.address", "properties.x"],
                ..GOOD
            },
            "properties.x | read-only in the fake, and not described",
        ),
        (
            TypeRules {
                enums: &[("properties.state", &["Open"])],
                ..GOOD
            },
            "the fake refuses closed, which is described",
        ),
        (
            TypeRules {
                enums: &[("properties.state", &["Open", "Closed", "Ajar"])],
                ..GOOD
            },
            "the fake takes ajar, which is not described",
        ),
        (
            TypeRules {
                enums: &[("properties.owner", &["Me"])],
                ..GOOD
            },
            "described as no enumeration",
        ),
        (
            TypeRules {
                enums: &[("properties.x", &["Me"])],
                ..GOOD
            },
            "an enumeration that is not described",
        ),
        (
            TypeRules {
                properties: &["properties.nmae"],
                ..GOOD
            },
            "properties.nmae | known to the fake, and not described",
        ),
    ] {
        assert!(has(&found(&rules), words), "{words}: {:?}", found(&rules));
    }
}

fn graph() -> Graph {
    let metadata = csdl::read(&json!({
        "types": {"microsoft.graph.shop": {"kind": "EntityType", "base": null, "nav": {}, "props": {
            "name": {"type": "Edm.String", "nullable": false}, "open": {"type": "Edm.Boolean", "nullable": true},
            "state": {"type": "graph.state", "nullable": true}, "tags": {"type": "Collection(Edm.String)", "nullable": false}}}},
        "enums": {"microsoft.graph.state": {"flags": false, "members": {"a": "0", "b": "1"}}},
    }));
    let list = Permissions::read(&json!({"permissions": {"Shop.Read.All": {"pathSets": [
        {"methods": ["GET"], "paths": {"/shops/{id}": "AlsoRequires=Thing.Read.All"}}]}}}));
    Graph::of(metadata.unwrap(), Vec::new(), list.unwrap())
}

#[test]
fn a_table_of_graph_that_says_something_else_is_seen() {
    const GOOD: &[schema::Property] = &[
        schema::text("name").not_null(),
        schema::flag("open"),
        schema::one_of("state", &["A", "b"]),
        schema::texts("tags"),
    ];
    const BAD: &[schema::Property] = &[
        schema::text("name"),
        schema::text("open"),
        schema::one_of("state", &["a", "c"]),
        schema::text("tags"),
        schema::text("nmae"),
    ];
    let found = |name: &'static str, rows| {
        let mut report = Report::default();
        tables::graph(&graph(), &[(name, rows)], &mut report);
        failures(&report)
    };
    assert_eq!(found("shop", GOOD), [""; 0]);
    let bad = found("shop", BAD);
    for words in [
        "name | may be null in the fake",
        "open | Text",
        "state | the fake takes c",
        "state | the fake refuses b",
        "tags | Text",
        "nmae | known to the fake, and not described",
    ] {
        assert!(has(&bad, words), "{words}: {bad:?}");
    }
    assert!(has(&found("ship", GOOD), "no such type"));
}

#[test]
fn a_permission_that_is_not_in_the_list_is_seen() {
    let route = |needs| Route {
        method: "GET",
        pattern: "/shops/{}",
        operation: "shops.get",
        needs,
        run: |_, _| Ok(rhc_graph::fake::Reply::no_content()),
    };
    let found = |needs| {
        let mut report = Report::default();
        permissions::fake(&graph().permissions, &[route(needs)], &mut report);
        failures(&report)
    };
    assert_eq!(found(&[&["Shop.Read.All"], &["Thing.Read.All"]]), [""; 0]);
    assert!(has(
        &found(&[&["Shop.Write.All"]]),
        "`Shop.Write.All` is not among its permissions"
    ));
    let mut report = Report::default();
    let tree = Tree::from_files([
        (
            "rhc-graph/README.md",
            "`Shop.Read.All`, `Ship.Read.All`, `Microsoft.App/x` and `Error`",
        ),
        (
            "rhc-graph/src/a.rs",
            "/// Needs `Shoe.ReadWrite.All`.\nlet x = \"`Shirt.Read.All`\";",
        ),
    ]);
    permissions::documents(&graph().permissions, &tree, &mut report);
    let found = failures(&report);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(has(&found, "Ship.Read.All") && has(&found, "Shoe.ReadWrite.All"));
}

#[test]
fn a_resource_type_that_is_not_in_the_table_is_seen() {
    let mut report = Report::default();
    let tree = Tree::from_files([
        (
            "rhc-arm/src/types/ghost.rs",
            "use crate::ResourceType;\nimpl ResourceType for Ghost {\n}\nimpl ResourceType for Vault {",
        ),
        (
            "rhc-arm/src/operation/tests/mod.rs",
            "impl ResourceType for Thing {",
        ),
    ]);
    documents::complete(&tree, &mut report);
    let found = failures(&report);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(has(&found, "Ghost"));
}

#[test]
fn a_model_that_loses_something_is_seen() {
    let losing: models::Through = |_| Ok(json!({"id": "1"}));
    let refusing: models::Through = |_| serde_json::from_str("{");
    let document = json!({"id": "1", "properties": {"a": 1}});
    assert_eq!(
        documents::one(&document, |document| Ok(document.clone())),
        []
    );
    assert_eq!(documents::one(&document, losing).len(), 1);
    assert!(
        documents::one(&document, refusing)[0]
            .says
            .contains("does not fit")
    );
}

#[test]
fn every_resource_type_keeps_what_it_does_not_know() {
    let document = json!({
        "id": "/subscriptions/1/resourceGroups/g", "name": "x", "new": {"a": [1, null]}, "location": "x",
        "tags": {"a": "b"}, "sku": {"name": "y", "new": 1}, "properties": {"newest": {"b": 2.5}},
    });
    for model in models::resources() {
        assert_eq!(
            documents::one(&document, model.through),
            [],
            "{}",
            model.marker
        );
    }
}

fn refused(status: u16, body: Value) -> Vec<String> {
    let exchange = Exchange {
        status,
        answer: Some(body.clone()),
        ..Exchange::default()
    };
    let found = errors::one(&exchange, &body).unwrap();
    found.into_iter().map(|one| one.says).collect()
}

#[test]
fn errors_tell_code_and_message_and_what_tells_none_is_seen() {
    assert_eq!(
        refused(404, json!({"error": {"code": "A", "message": "m"}})),
        [""; 0]
    );
    assert_eq!(refused(409, json!({"code": "A", "message": "m"})), [""; 0]);
    let nested =
        json!({"error": {"code": "A", "message": "m", "details": [{"code": "B", "message": "n"}]}});
    assert_eq!(refused(400, nested.clone()), [""; 0]);
    assert_eq!(errors::root(&nested), Some("B"));
    assert_ne!(refused(400, json!({"fault": {"text": "m"}})), [""; 0]);
    assert_eq!(
        refused(200, json!({})),
        ["our client took it for a success"]
    );
}

fn begun() -> recordings::Recording {
    recordings::read("r", &json!({"interactions": [
        {"request": {"method": "PUT", "uri": "https://management.azure.com/providers/A.B/cs/c?api-version=1", "body": {"json": {}}},
            "response": {"status": 201, "headers": {"Azure-AsyncOperation": "https://management.azure.com/operations/1?t=1"}, "body": {"json": {"id": "/providers/A.B/cs/c"}}}},
        {"request": {"method": "GET", "uri": "https://management.azure.com/operations/1?t=1"},
            "response": {"status": 200, "body": {"json": {"status": "Succeeded"}}}},
        {"request": {"method": "GET", "uri": "https://management.azure.com/providers/A.B/cs/c?api-version=1"},
            "response": {"status": 200, "body": {"json": {"id": "/providers/A.B/cs/c"}}}},
    ]}))
    .unwrap()
}

fn sequence(change: impl FnOnce(&mut recordings::Recording)) -> (Vec<String>, usize) {
    let mut recording = begun();
    change(&mut recording);
    let mut report = Report::default();
    sequences::compare(&[recording], &mut report).unwrap();
    let cases = report.counts();
    (failures(&report), usize::from(cases != Floors::default()))
}

#[test]
fn recorded_sequences_are_replayed_and_another_end_is_seen() {
    assert_eq!(sequence(|_| ()), (vec![], 1));
    let (found, _) = sequence(|recording| {
        recording.exchanges[2].answer = Some(json!({"id": "/providers/A.B/cs/d"}))
    });
    assert!(
        has(&found, "the result is of /providers/A.B/cs/d"),
        "{found:?}"
    );
    let failed = json!({"status": "Failed", "error": {"code": "Broken", "message": "m"}});
    assert_eq!(
        sequence(|recording| recording.exchanges[1].answer = Some(failed)),
        (vec![], 1)
    );
    let open =
        sequence(|recording| recording.exchanges[1].answer = Some(json!({"status": "Running"})));
    assert_eq!(open, (vec![], 0), "an end that was not recorded is no case");
    let error = || Error::new(ErrorKind::NoAnswer, "x", "y");
    let exchange = &begun().exchanges[0];
    assert!(!sequences::verdict(&sequences::End::Done, &Err(error()), exchange).is_empty());
    assert!(
        !sequences::verdict(&sequences::End::Failed(None), &Ok(json!({})), exchange).is_empty()
    );
}

#[test]
fn pages_are_followed_and_a_lost_item_is_seen() {
    let page = |place: &str, items: Value, next: Option<&str>| {
        json!({"request": {"method": "GET", "uri": format!("https://management.azure.com/providers/A.B/cs{place}")},
            "response": {"status": 200, "body": {"json": {"value": items, "nextLink": next}}}})
    };
    let next = "https://management.azure.com/providers/A.B/cs?page=2";
    let recording = json!({"interactions": [page("?page=1", json!([1, 2]), Some(next)), page("?page=2", json!([3]), None)]});
    let recording = recordings::read("r", &recording).unwrap();
    let mut report = Report::default();
    sequences::compare(std::slice::from_ref(&recording), &mut report).unwrap();
    assert_eq!(failures(&report), [""; 0]);
    assert_ne!(report.counts(), Floors::default());
    assert_eq!(sequences::items(&[json!(1)], Ok(vec![])).len(), 1);
    assert_eq!(
        sequences::items(&[], Err(Error::new(ErrorKind::Decode, "x", "y"))).len(),
        1
    );
}

#[test]
fn a_recorded_request_that_becomes_another_is_seen_and_an_unknown_one_is_counted() {
    let vault = |body: Value| {
        let request = json!({"method": "PUT", "body": {"json": body},
            "uri": "https://management.azure.com/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v?api-version=1"});
        recordings::read(
            "r",
            &json!({"interactions": [{"request": request, "response": {"status": 200}}]}),
        )
        .unwrap()
    };
    let run = |recording: recordings::Recording| {
        let mut report = Report::default();
        requests::compare(&graph(), &[recording], &mut report);
        report
    };
    let report = run(vault(
        json!({"location": "x", "properties": {"tenantId": "t", "vaultUri": "read only"}}),
    ));
    assert_eq!(failures(&report), [""; 0]);
    assert_ne!(report.counts(), Floors::default());
    let exchange = vault(json!({"location": "x"})).exchanges.remove(0);
    let other = rhc_core::Request::new("x", rhc_core::Method::Post, rhc_core::Path::new("/other"))
        .json(&json!({"location": "y"}));
    let found = caught::Sent::built(&other).differs(&exchange, &[]);
    assert_eq!(found.len(), 3, "{found:?}");
    let unknown =
        json!({"method": "PUT", "uri": "https://management.azure.com/providers/No.Such/things/t"});
    let unknown = recordings::read(
        "r",
        &json!({"interactions": [{"request": unknown, "response": {"status": 200}}]}),
    )
    .unwrap();
    let report = run(unknown);
    let (lines, _) = report.close(&Kept::default(), &Floors::default(), &[], false);
    assert!(
        lines.contains("cannot express: 1\n") && lines.contains("PUT No.Such/things"),
        "{lines}"
    );
}
