//! Each check sees a planted mistake: descriptions in small, written for these tests.

use serde_json::{Value, json};

use super::{
    check::{Way, check},
    exchange::Exchange,
    floors::Floors,
    kept::Kept,
    operations::Catalogue,
    read::{bicep, csdl, openapi, pandora, permissions::Permissions, recordings, swagger},
    report::{Report, Totals},
    shapes::Shape,
};

mod descriptions;
mod traffic;

/// A shop with every kind of property that Bicep's types tell apart.
fn bicep_shop() -> Shape {
    let types = json!([
        {"$type": "StringType", "pattern": "^[a-z]+$", "maxLength": 5},
        {"$type": "StringLiteralType", "value": "Open"},
        {"$type": "StringLiteralType", "value": "Closed"},
        {"$type": "UnionType", "elements": [{"$ref": "#/1"}, {"$ref": "#/2"}, {"$ref": "#/0"}]},
        {"$type": "ObjectType", "name": "ShopProperties", "properties": {
            "state": {"type": {"$ref": "#/3"}, "flags": 1},
            "owner": {"type": {"$ref": "#/0"}, "flags": 0},
            "address": {"type": {"$ref": "#/0"}, "flags": 2},
            "secret": {"type": {"$ref": "#/0"}, "flags": 4},
            "pay": {"type": {"$ref": "#/6"}, "flags": 0},
            "counters": {"type": {"$ref": "#/10"}, "flags": 0},
        }},
        {"$type": "ObjectType", "name": "A.B/shops", "properties": {
            "id": {"type": {"$ref": "#/0"}, "flags": 10},
            "name": {"type": {"$ref": "#/0"}, "flags": 9},
            "apiVersion": {"type": {"$ref": "#/0"}, "flags": 10},
            "properties": {"type": {"$ref": "#/4"}, "flags": 0},
        }},
        {"$type": "DiscriminatedObjectType", "name": "Pay", "discriminator": "kind",
            "baseProperties": {"note": {"type": {"$ref": "#/0"}, "flags": 0}},
            "elements": {"Cash": {"$ref": "#/7"}, "Card": {"$ref": "#/8"}}},
        {"$type": "ObjectType", "name": "Cash", "properties": {"kind": {"type": {"$ref": "#/0"}, "flags": 1}}},
        {"$type": "ObjectType", "name": "Card", "properties": {
            "kind": {"type": {"$ref": "#/9"}, "flags": 1}, "number": {"type": {"$ref": "#/11"}, "flags": 1}}},
        {"$type": "AnyType"},
        {"$type": "ArrayType", "itemType": {"$ref": "#/11"}, "maxLength": 2},
        {"$type": "IntegerType", "minValue": 1, "maxValue": 9},
        {"$type": "ResourceType", "name": "A.B/shops@2026-01-01", "body": {"$ref": "#/5"}},
    ]);
    bicep::read(&types).unwrap().remove("a.b/shops").unwrap()
}

fn found(shape: &Shape, document: &Value, way: Way) -> Vec<(String, String)> {
    check(shape, document, way)
        .into_iter()
        .map(|one| (one.path, one.says))
        .collect()
}

fn properties(properties: Value) -> Value {
    json!({ "properties": properties })
}

#[test]
fn what_agrees_passes() {
    let shop = bicep_shop();
    let sent = properties(
        json!({"state": "open", "owner": "me", "pay": {"kind": "card", "number": 3}, "counters": [1, 2]}),
    );
    assert_eq!(found(&shop, &sent, Way::Request), []);
    let answered = json!({"id": "x", "name": "y", "properties": {"state": "Closed", "address": "z", "owner": null}});
    assert_eq!(found(&shop, &answered, Way::Answer), []);
    assert_eq!(
        found(&shop, &properties(json!({"owner": null})), Way::Change),
        []
    );
}

#[test]
fn each_kind_of_mistake_is_seen_at_its_place() {
    let shop = bicep_shop();
    let request = |document: Value| found(&shop, &properties(document), Way::Request);
    for (document, path, says) in [
        (json!({}), "properties.state", "required, and missing"),
        (
            json!({"state": null}),
            "properties.state",
            "required, and missing",
        ),
        (
            json!({"state": "Ajar"}),
            "properties.state",
            "`Ajar` is none of Open, Closed",
        ),
        (
            json!({"state": 1}),
            "properties.state",
            "a number where a string is described",
        ),
        (
            json!({"state": "Open", "sign": 1}),
            "properties.sign",
            "not described for `ShopProperties`",
        ),
        (
            json!({"state": "Open", "address": "a"}),
            "properties.address",
            "only the service writes it, and it was sent",
        ),
        (
            json!({"state": "Open", "owner": null}),
            "properties.owner",
            "null",
        ),
        (
            json!({"state": "Open", "owner": "Me"}),
            "properties.owner",
            "`Me` has not the form ^[a-z]+$",
        ),
        (
            json!({"state": "Open", "owner": "somebody"}),
            "properties.owner",
            "8 characters are not between None and Some(5)",
        ),
        (
            json!({"state": "Open", "counters": [1, 12]}),
            "properties.counters[1]",
            "12 is not between Some(1.0) and Some(9.0)",
        ),
        (
            json!({"state": "Open", "counters": [1, 2, 3]}),
            "properties.counters",
            "3 items are not between None and Some(2)",
        ),
        (
            json!({"state": "Open", "pay": {}}),
            "properties.pay",
            "`kind`, which tells variants apart, is missing",
        ),
        (
            json!({"state": "Open", "pay": {"kind": "Shells"}}),
            "properties.pay.kind",
            "`Shells` is none of Card, Cash",
        ),
        (
            json!({"state": "Open", "pay": {"kind": "Card"}}),
            "properties.pay.number",
            "required, and missing",
        ),
        (
            json!({"state": "Open", "pay": {"kind": "Card", "number": 1, "pin": 1}}),
            "properties.pay.pin",
            "not described for `Card`",
        ),
    ] {
        let found = request(document.clone());
        assert!(
            found.contains(&(path.to_owned(), says.to_owned())),
            "{document}: {found:?}"
        );
    }
    let answered = properties(json!({"state": "Open", "secret": "a"}));
    assert_eq!(
        found(&shop, &answered, Way::Answer),
        [(
            "properties.secret".to_owned(),
            "never answered by the description, and it was answered".to_owned()
        )]
    );
    assert_eq!(
        found(&shop, &json!({"properties": {}}), Way::Answer).len(),
        1
    );
}

#[test]
fn a_property_is_found_by_its_path() {
    let shop = bicep_shop();
    assert!(shop.property("properties.state").unwrap().0.required);
    assert!(shop.property("properties.address").unwrap().0.read_only);
    assert!(shop.property("properties.counters[]").is_some());
    assert!(shop.property("properties.pay.number").is_some());
    assert!(shop.property("properties.nothing").is_none());
}

fn close(report: &Report, kept: &str, floors: &str) -> (String, Totals) {
    let floors = if floors.is_empty() {
        Floors::default()
    } else {
        Floors::parse(floors).unwrap()
    };
    report.close(&Kept::parse(kept).unwrap(), &floors, &[], false)
}

const KEPT: &str = r#"
[[kept]]
check = "c"
subject = "s"
name = "n *"
path = "*b"
says = "wrong"
reason = "because"
source = "a page"
"#;

#[test]
fn a_kept_disagreement_is_neither_passed_nor_failed_and_one_that_is_gone_fails() {
    let mut report = Report::default();
    report.case("c", "s", "n 1", [super::exchange::says("a[3].b", "wrong")]);
    report.case("c", "s", "n 2", []);
    let (lines, totals) = close(&report, KEPT, "");
    assert_eq!(
        (totals.passed, totals.failed, totals.skipped),
        (1, 0, 1),
        "{lines}"
    );
    assert_eq!(totals.to_string(), "1 passed, 0 failed, 1 skipped");
    report.case(
        "c",
        "s",
        "n 1",
        [super::exchange::says("a[4].b", "wrong too")],
    );
    let (lines, totals) = close(&report, KEPT, "");
    assert_eq!((totals.passed, totals.failed, totals.skipped), (1, 1, 0));
    assert!(
        lines.contains("FAILED c | s | n 1 | a[].b | wrong too\n"),
        "{lines}"
    );
    let (lines, totals) = close(&Report::default(), KEPT, "");
    assert_eq!(totals.failed, 1);
    assert!(lines.contains("no longer occurs"), "{lines}");
    assert!(Kept::parse(&KEPT.replace("because", " ")).is_err());
    assert!(
        Kept::parse(
            &KEPT
                .replace("\"*b\"", "\"*\"")
                .replace("\"wrong\"", "\"*\"")
        )
        .is_err()
    );
}

#[test]
fn a_floor_that_is_missed_fails_and_floors_only_rise() {
    let mut report = Report::default();
    report.case("c", "s", "n", []);
    report.case("c", "s", "n", []);
    let floors = "[c]\ns = 2\n";
    let (lines, totals) = close(&report, "", floors);
    assert_eq!(totals.failed, 1);
    assert!(lines.contains("1 cases where there were 2"), "{lines}");
    let floors = Floors::parse(floors).unwrap();
    assert_eq!(floors.raised(&report.counts()), floors);
    report.case("c", "s", "m", []);
    report.case("c", "t", "m", []);
    assert_eq!(floors.missed(&report.counts()), []);
    assert_eq!(
        Floors::parse(&floors.raised(&report.counts()).write()).unwrap(),
        report.counts()
    );
    assert!(Floors::parse("").is_err() && Floors::parse("[c]\n").is_err());
}

#[test]
fn folders_without_descriptions_are_errors() {
    let folder = std::env::temp_dir().join(format!("conformance-empty-{}", std::process::id()));
    for inner in [
        "arm/specification",
        "arm-operations",
        "arm-types/generated",
        "graph/openapi",
    ] {
        std::fs::create_dir_all(folder.join(inner)).unwrap();
    }
    std::fs::write(folder.join("arm/INDEX.jsonl"), "").unwrap();
    let mut catalogue = Catalogue::default();
    assert!(swagger::read_index(&folder.join("arm"), &mut catalogue).is_err());
    assert!(bicep::Types::open(&folder.join("arm-types/generated")).is_err());
    assert_eq!(
        pandora::read_all(&folder.join("arm-operations"), &mut catalogue),
        Ok(0)
    );
    assert!(
        openapi::read_all(
            &folder.join("graph/openapi"),
            &mut csdl::Metadata::default()
        )
        .is_err()
    );
    assert!(recordings::read_all(&folder).is_err());
    assert!(super::fixtures::read_all(&folder).is_err());
    assert!(super::arm::Arm::open(&folder).is_err());
    assert!(super::graph::Graph::open(&folder).is_err());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn descriptions_that_do_not_parse_are_errors() {
    assert!(bicep::read(&json!({})).is_err());
    assert!(bicep::read(&json!([{"$type": "CircleType"}])).is_err());
    assert!(bicep::read(&json!([{"$type": "ResourceType", "name": "A.B/c@1"}])).is_err());
    assert!(csdl::read(&json!({})).is_err());
    let unknown = json!({"types": {"microsoft.graph.a": {"base": null, "props": {"b": {"type": "graph.b"}}, "nav": {}}}});
    assert!(csdl::read(&unknown).is_err());
    assert!(openapi::read("paths:\n\t- [", &mut csdl::Metadata::default()).is_err());
    assert!(Permissions::read(&json!({"permissions": {}})).is_err());
    assert!(
        super::fixtures::read(&json!({"exchanges": [{"request": {"method": "GET"}}]})).is_none()
    );
    assert!(recordings::read("r", &json!({"interactions": []})).is_err());
    assert!(
        recordings::read(
            "r",
            &json!({"interactions": [{"request": {"method": "GET"}}]})
        )
        .is_err()
    );
    let operation = json!({"api-definitions/x/A/2026-01-01/G/Operation-Get.json": {"httpMethod": "GET", "responseObject": {"type": "Reference", "referenceName": "Nothing"}}});
    assert!(pandora::read(&operation, &mut Catalogue::default()).is_err());
}

/// A folder of this test's own, gone when it ends.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("conformance-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, path: &str, text: &str) -> &Self {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn what_does_not_parse_names_its_file_and_the_place_in_it() {
    let folder = Folder::new("places");
    let broken = "{\n  \"a\": [1,\n  }";
    let says = |found: Result<(), String>, words: &[&str]| {
        let error = found.unwrap_err();
        assert!(
            words.iter().all(|word| error.contains(word)),
            "{words:?} in {error}"
        );
    };
    folder.write("recordings/one.json", broken);
    says(
        recordings::read_all(&folder.0.join("recordings")).map(drop),
        &["one.json", "line 3"],
    );
    folder.write("recordings/one.json", r#"{"interactions": [{"request": {"method": "GET", "uri": "https://a/b"}, "response": {"status": 200}}, {}]}"#);
    says(
        recordings::read_all(&folder.0.join("recordings")).map(drop),
        &["one.json", "interaction 1"],
    );
    folder.write("a/tests/fixtures/two.json", broken);
    says(
        super::fixtures::read_all(&folder.0).map(drop),
        &["two.json", "line 3"],
    );
    folder.write("a/tests/fixtures/two.json", "{\"exchanges\": [{}]}");
    says(
        super::fixtures::read_all(&folder.0).map(drop),
        &["two.json", "no fixture"],
    );
    folder.write("arm/INDEX.jsonl", "{\"operationId\": 1,\n");
    says(
        swagger::read_index(&folder.0.join("arm"), &mut Catalogue::default()).map(drop),
        &["INDEX.jsonl:1"],
    );
    folder.write("openapi/three.yml", "paths:\n  a: [\n");
    says(
        openapi::read_all(&folder.0.join("openapi"), &mut csdl::Metadata::default()).map(drop),
        &["three.yml", "line"],
    );
    folder.write("types/c_0/c.d/2020-01-01/types.json", broken);
    let types = bicep::Types::open(&folder.0.join("types")).unwrap();
    says(
        types.versions("C.D/olds").map(drop),
        &["types.json", "line 3"],
    );
}

#[test]
fn nothing_that_can_be_written_as_json_makes_a_reader_panic() {
    let odd = [
        json!(null),
        json!([]),
        json!([null, 1, "x", [], {}]),
        json!({"types": [], "paths": 3, "permissions": "x", "interactions": {}, "exchanges": null}),
        json!({"interactions": [null, 3, {"request": [], "response": "x"}, {"same_as": 99}]}),
        json!({"interactions": [{"request": {"method": "GET", "uri": "%%%"}, "response": {"status": 70000}}]}),
        json!({"interactions": [{"request": {"method": "GET", "uri": "https://\u{e9}%F0%9F/?%zz=&&="}, "response": {"status": 200}}]}),
        json!({"types": {"a": {"base": "a", "props": {"b": {"type": "Collection("}}}}, "enums": {"e": 1}}),
        json!([{"$type": "ObjectType", "properties": {"a": {"type": {"$ref": "#/99999999999999999999"}}}}]),
        json!([{"$type": "ResourceType", "name": "x", "body": {"$ref": "#/0"}}]),
        json!({"permissions": {"a": {"pathSets": [{"paths": {"{": "AlsoRequires=;;", "": 3}, "methods": ["GET", null]}]}}}),
        json!({"exchanges": [{"request": {"method": "GET", "host": "h", "query": [[1]]}, "response": {"status": -1}}]}),
    ];
    for value in &odd {
        // An error or an answer, and no panic.
        let _ = recordings::read("r", value);
        let _ = super::fixtures::read(value);
        let _ = csdl::read(value);
        let _ = bicep::read(value);
        let _ = Permissions::read(value);
        let _ = pandora::read(value, &mut Catalogue::default());
        let _ = openapi::read(&value.to_string(), &mut csdl::Metadata::default());
    }
}

#[test]
fn an_empty_folder_fails_by_the_floors() {
    let folder = Folder::new("floors");
    let found = Report::default().counts();
    let floors = Floors::read(&crate::root().join("xtask/conformance-floors.toml")).unwrap();
    let missed = floors.missed(&found);
    for check in [
        "arm-request",
        "graph-answer",
        "arm-example",
        "recorded-answer",
        "recorded-request",
        "method-permission",
    ] {
        assert!(
            missed.iter().any(|(known, ..)| known == check),
            "{check} has no floor"
        );
    }
    // Folders that are there and have nothing in them are refused before that.
    assert!(
        recordings::read_all(&folder.0)
            .unwrap_err()
            .contains("no recording")
    );
    let error = super::graph::Graph::open(&folder.0).unwrap_err();
    assert!(error.contains("csdl-v1.0.types.json"), "{error}");
}

#[test]
fn links_and_queries_are_read_as_they_were_sent() {
    let exchange = Exchange {
        answer: Some(json!({"nextLink": "https://management.azure.com:443/a?b=c%20d"})),
        answer_headers: [("location".to_owned(), "https://host/x?y".to_owned())].into(),
        query: recordings::pairs("api-version=1&%24filter=a+b%27"),
        ..Exchange::default()
    };
    assert_eq!(exchange.links().collect::<Vec<_>>(), ["/x?y", "/a?b=c d"]);
    assert_eq!(exchange.parameter("$FILTER"), Some("a b'"));
}
