//! Traffic that disagrees, request by request.

use serde_json::{Value, json};

use super::{
    descriptions::{graph, pandora_file},
    *,
};
use crate::conformance::{arm::Arm, traffic_arm, traffic_graph};

/// Descriptions of Resource Manager in a folder, as the command is given them. They are read when they are needed.
struct Described {
    arm: Arm,
    _folder: Folder,
}

impl std::ops::Deref for Described {
    type Target = Arm;

    fn deref(&self) -> &Arm {
        &self.arm
    }
}

fn arm() -> Described {
    arm_with(&[])
}

/// With more operations than the one, each by its path.
fn arm_with(paths: &[&str]) -> Described {
    let folder = Folder::new(&format!("arm-{:?}", std::thread::current().id()));
    let index: Vec<String> = ["/providers/C.D/olds/{name}"]
        .iter()
        .chain(paths)
        .map(|path| {
            json!({"operationId": "Old_Get", "method": "GET", "path": path, "api_version": "2020-01-01",
                "spec": "none.json", "params": [["name", "path", true]], "status": ["200"], "lro": false, "examples": []})
            .to_string()
        })
        .collect();
    folder
        .write("arm/INDEX.jsonl", &index.join("\n"))
        .write("arm-operations/A.merged.json", &pandora_file().to_string())
        .write("arm-types/generated/c_0/c.d/2020-01-01/types.json", "[]");
    Described {
        arm: Arm::open(&folder.0).unwrap(),
        _folder: folder,
    }
}

fn put(body: Value, status: u16) -> Exchange {
    let path = "/subscriptions/1/providers/A.B/shops/x";
    Exchange {
        method: "PUT".to_owned(),
        path: path.to_owned(),
        link: path.to_owned(),
        query: vec![("api-version".to_owned(), "2026-01-01".to_owned())],
        request_headers: [("content-type".to_owned(), "application/json".to_owned())].into(),
        answer: Some(body.clone()),
        request: Some(body),
        status,
        ..Exchange::default()
    }
}

fn arm_found(exchanges: &[Exchange]) -> String {
    compared(&arm(), exchanges)
}

fn compared(arm: &Arm, exchanges: &[Exchange]) -> String {
    let mut report = Report::default();
    traffic_arm::compare(arm, exchanges, &mut report).unwrap();
    close(&report, "", "").0
}

#[test]
fn a_request_as_described_passes() {
    let lines = arm_found(&[put(json!({"state": "open"}), 200)]);
    assert!(!lines.contains("FAILED"), "{lines}");
}

#[test]
fn each_mistake_of_a_request_is_seen() {
    let good = put(json!({"state": "Open"}), 200);
    let changed = |change: fn(&mut Exchange)| {
        let mut exchange = good.clone();
        change(&mut exchange);
        exchange
    };
    for (exchange, expected) in [
        (
            changed(|it| it.method = "DELETE".to_owned()),
            "no operation like this is described",
        ),
        (
            changed(|it| it.path = "/subscriptions/1/providers/A.B/ships/x".to_owned()),
            "no operation like this is described",
        ),
        (changed(|it| it.query.clear()), "no api-version"),
        (
            changed(|it| it.query = recordings::pairs("api-version=2025-01-01")),
            "version 2025-01-01 is not described",
        ),
        (
            changed(|it| it.query.push(("when".to_owned(), "now".to_owned()))),
            "the parameter `when` is not described",
        ),
        (
            changed(|it| it.request_headers.clear()),
            "a body that does not say that it is JSON",
        ),
        (
            changed(|it| it.request = None),
            "no body where one is described",
        ),
        (
            put(json!({"state": "Open", "x": 1}), 200),
            "x | not described for `Shop`",
        ),
        (put(json!({}), 200), "state | required, and missing"),
        (
            changed(|it| it.status = 201),
            "the status 201 is not described",
        ),
        (
            changed(|it| it.status = 202),
            "202 without a link to ask again",
        ),
        (
            changed(|it| {
                it.status = 409;
                it.answer = Some(json!({"code": "x"}));
            }),
            "error.code | required, and missing",
        ),
        (
            changed(|it| {
                it.status = 500;
                it.answer = None;
            }),
            "an error without a body",
        ),
    ] {
        let lines = arm_found(&[exchange]);
        assert!(
            lines
                .lines()
                .any(|line| line.starts_with("FAILED") && line.contains(expected)),
            "{expected}: {lines}"
        );
    }
}

#[test]
fn a_link_that_was_handed_out_needs_no_description_and_its_answer_is_looked_at() {
    let mut begun = put(json!({"state": "Open"}), 202);
    begun.answer_headers.insert(
        "location".to_owned(),
        "https://h/operations/1?t=2".to_owned(),
    );
    let asked = |status, answer| Exchange {
        method: "GET".to_owned(),
        path: "/operations/1".to_owned(),
        link: "/operations/1?t=2".to_owned(),
        status,
        answer,
        ..Exchange::default()
    };
    let lines = arm_found(&[
        begun.clone(),
        asked(200, Some(json!({"status": "Succeeded"}))),
    ]);
    assert!(!lines.contains("FAILED"), "{lines}");
    for (answer, expected) in [
        (asked(200, Some(json!({"status": 1}))), "no string"),
        (asked(200, Some(json!({"status": "Failed"}))), "error.code"),
        (asked(202, None), "202 without a link"),
        (asked(404, None), "an error without a body"),
    ] {
        let lines = arm_found(&[begun.clone(), answer]);
        assert!(
            lines.contains("FAILED") && lines.contains(expected),
            "{lines}"
        );
    }
    let lines = arm_found(&[asked(200, None)]);
    assert!(
        lines.contains("no operation like this"),
        "not handed out: {lines}"
    );
}

#[test]
fn each_mistake_of_a_request_to_graph_is_seen() {
    let graph = graph();
    let run = |exchange: Exchange| {
        let mut report = Report::default();
        traffic_graph::compare(&graph, &[exchange], &mut report);
        close(&report, "", "").0
    };
    let post = |path: &str, body: Value, status: u16| Exchange {
        method: "POST".to_owned(),
        path: path.to_owned(),
        request_headers: [("content-type".to_owned(), "application/json".to_owned())].into(),
        answer: (status != 204).then(|| body.clone()),
        request: Some(body),
        status,
        ..Exchange::default()
    };
    let get = |query: &str| Exchange {
        method: "GET".to_owned(),
        path: "/v1.0/shops".to_owned(),
        query: recordings::pairs(query),
        answer: Some(json!({"value": []})),
        status: 200,
        ..Exchange::default()
    };
    for good in [
        post("/v1.0/shops", json!({"state": "open"}), 201),
        post("/v1.0/shops/1/close", json!({"why": "late"}), 204),
        get("$select=id,name&$filter=name eq 'a'"),
    ] {
        let lines = run(good);
        assert!(!lines.contains("FAILED"), "{lines}");
    }
    for (exchange, expected) in [
        (post("/beta/shops", json!({}), 201), "not v1.0"),
        (
            post("/v1.0/ships", json!({}), 201),
            "no operation like this",
        ),
        (
            post("/v1.0/shops", json!({"nmae": "a"}), 201),
            "nmae | not described",
        ),
        (
            post("/v1.0/shops/1/close", json!({"reason": "late"}), 204),
            "reason | not described",
        ),
        (
            post("/v1.0/shops", json!({}), 202),
            "the status 202 is not Graph's for POST",
        ),
        (get("$top=1"), "the parameter `$top` is not described"),
        (get("$select=nmae"), "`$select` names `nmae`"),
        (get("$filter=name ne 'a'"), "an advanced query without"),
    ] {
        let lines = run(exchange);
        assert!(
            lines
                .lines()
                .any(|line| line.starts_with("FAILED") && line.contains(expected)),
            "{expected}: {lines}"
        );
    }
}

/// A GET of one resource of a type.
fn get(resource_type: &str) -> Exchange {
    let path = format!("/subscriptions/1/providers/{resource_type}/x");
    Exchange {
        method: "GET".to_owned(),
        path: path.clone(),
        link: path,
        query: vec![("api-version".to_owned(), "2020-01-01".to_owned())],
        status: 404,
        answer: Some(json!({"error": {"code": "NotFound", "message": "none"}})),
        ..Exchange::default()
    }
}

#[test]
fn only_what_nothing_describes_goes_unchecked() {
    // No description knows the type: the path of just any resource fits, and says nothing.
    let any = arm_with(&["/{resourceId}"]);
    let lines = compared(&any, &[get("No.Such/things")]);
    assert!(
        lines.contains("skipped arm-request | No.Such/things | no description covers this type"),
        "{lines}"
    );
    // The index knows the type by another path: then this one is wrong, and not unchecked.
    let lines = compared(&any, &[get("C.D/olds")]);
    assert!(
        lines.contains("FAILED arm-request | C.D/olds | GET 2020-01-01 |  | the type is described, and no operation like this")
            && !lines.contains("skipped"),
        "{lines}"
    );
}

#[test]
fn a_described_type_without_a_case_is_seen() {
    let covered = |exchanges: &[Exchange]| {
        let mut report = Report::default();
        traffic_arm::compare(&arm(), exchanges, &mut report).unwrap();
        traffic_arm::covered(
            &arm(),
            ["A.B/shops", "C.D/olds", "No.Such/things"],
            &mut report,
        )
        .unwrap();
        close(&report, "", "").0
    };
    let lines = covered(&[put(json!({"state": "open"}), 200)]);
    assert!(
        !lines.contains("FAILED covered-type | types | A.B/shops"),
        "{lines}"
    );
    for says in ["`arm-request`", "`arm-answer`"] {
        let line = format!(
            "FAILED covered-type | types | C.D/olds |  | described, and without a case of {says}"
        );
        assert!(lines.contains(&line), "{lines}");
    }
    assert!(
        lines.contains("skipped arm-request | No.Such/things"),
        "{lines}"
    );
    assert!(covered(&[]).contains("FAILED covered-type | types | A.B/shops"));
}
