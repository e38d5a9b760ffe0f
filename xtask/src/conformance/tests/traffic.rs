//! Traffic that disagrees, request by request.

use serde_json::{Value, json};

use super::{
    descriptions::{graph, pandora_file},
    *,
};
use crate::conformance::{arm::Arm, traffic_arm, traffic_graph};

/// Descriptions of Resource Manager in a folder, as the command is given them.
fn arm() -> Arm {
    let folder =
        std::env::temp_dir().join(format!("conformance-arm-{:?}", std::thread::current().id()));
    let types = folder.join("arm-types/generated/c_0/c.d/2020-01-01");
    std::fs::create_dir_all(&types).unwrap();
    std::fs::create_dir_all(folder.join("arm")).unwrap();
    std::fs::create_dir_all(folder.join("arm-operations")).unwrap();
    let index = json!({"operationId": "Old_Get", "method": "GET", "path": "/providers/C.D/olds/{name}", "api_version": "2020-01-01",
        "spec": "none.json", "params": [["name", "path", true]], "status": ["200"], "lro": false, "examples": []});
    std::fs::write(folder.join("arm/INDEX.jsonl"), index.to_string()).unwrap();
    std::fs::write(
        folder.join("arm-operations/A.merged.json"),
        pandora_file().to_string(),
    )
    .unwrap();
    std::fs::write(types.join("types.json"), "[]").unwrap();
    let arm = Arm::open(&folder).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    arm
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
    let mut report = Report::default();
    traffic_arm::compare(&arm(), exchanges, &mut report).unwrap();
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
