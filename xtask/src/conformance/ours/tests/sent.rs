//! Recorded requests and what our clients send in their place.

use serde_json::{Value, json};

use super::{super::caught, Floors, Kept, Report, failures, graph, recordings, requests};

/// A recording of one request.
fn recorded(method: &str, uri: &str, body: Option<Value>) -> recordings::Recording {
    let mut request = json!({"method": method, "uri": uri});
    if let Some(body) = body {
        request["body"] = json!({"json": body});
    }
    let interaction = json!({"request": request, "response": {"status": 200}});
    recordings::read("r", &json!({"interactions": [interaction]})).unwrap()
}

/// What becomes of recorded requests: how many are cases, which fail, and what is counted as not ours.
fn requested(recorded: &[recordings::Recording]) -> (usize, Vec<String>, String) {
    let mut report = Report::default();
    requests::compare(&graph(), recorded, &mut report);
    let (lines, totals) = report.close(&Kept::default(), &Floors::default(), &[], false);
    let rest = lines
        .lines()
        .filter(|line| line.starts_with("  "))
        .map(str::trim);
    (
        totals.passed + totals.failed,
        failures(&report),
        rest.collect::<Vec<_>>().join("; "),
    )
}

#[test]
fn updates_deletions_and_actions_are_sent_by_our_client_and_compared() {
    let app = "https://management.azure.com/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/g/providers/Microsoft.App/containerApps/a";
    let version = "?api-version=1";
    let (cases, failed, rest) = requested(&[
        recorded(
            "PATCH",
            &format!("{app}{version}"),
            Some(json!({"tags": {"a": "b"}})),
        ),
        recorded("DELETE", &format!("{app}{version}"), None),
        recorded("POST", &format!("{app}/stop{version}"), None),
        recorded(
            "POST",
            &format!("{app}/listCustomHostNameAnalysis{version}&customHostname=x.example"),
            None,
        ),
        recorded(
            "GET",
            "https://management.azure.com/subscriptions/00000000-0000-0000-0000-000000000001/providers/Microsoft.App?api-version=1",
            None,
        ),
    ]);
    // All of the same subject and name but one: a case each time the method differs.
    assert_eq!((cases, &failed[..], rest.as_str()), (4, &[][..], ""));
    let (_, failed, rest) = requested(&[recorded(
        "DELETE",
        &format!("{app}{version}&force=true"),
        None,
    )]);
    assert!(
        failed.is_empty() && rest.contains("DELETE Microsoft.App/containerApps"),
        "{failed:?} {rest}"
    );
}

#[test]
fn recorded_requests_to_graph_are_compared_with_path_and_query() {
    let id = "00000000-0000-0000-0000-000000000001";
    let v1 = "https://graph.microsoft.com/v1.0";
    for (method, path, body) in [
        (
            "GET",
            "/applications?$filter=appId%20eq%20'x'".to_owned(),
            None,
        ),
        (
            "GET",
            "/users?$filter=startswith(displayName%2C'x')".to_owned(),
            None,
        ),
        ("DELETE", format!("/groups/{id}/members/{id}/$ref"), None),
        (
            "POST",
            format!("/groups/{id}/members/$ref"),
            Some(json!({"@odata.id": format!("{v1}/directoryObjects/{id}")})),
        ),
        (
            "PATCH",
            format!("/applications/{id}"),
            Some(json!({"displayName": "x"})),
        ),
        ("DELETE", format!("/directory/deletedItems/{id}"), None),
    ] {
        let (cases, failed, rest) = requested(&[recorded(method, &format!("{v1}{path}"), body)]);
        assert_eq!(
            (cases, &failed[..], rest.as_str()),
            (1, &[][..], ""),
            "{method} {path}"
        );
    }
    for path in [
        "/users('a@b')".to_owned(),
        format!("/applications/{id}/owners?$skip=3"),
        format!("/things/{id}"),
    ] {
        let (cases, failed, rest) = requested(&[recorded("GET", &format!("{v1}{path}"), None)]);
        assert!(
            cases == 0 && failed.is_empty() && rest.contains("GET Graph /"),
            "{path} {rest}"
        );
    }
    let wrong = json!({"@odata.id": format!("https://example.com/v1.0/directoryObjects/{id}")});
    let (_, failed, _) = requested(&[recorded(
        "POST",
        &format!("{v1}/groups/{id}/members/$ref"),
        Some(wrong),
    )]);
    assert!(
        failed.len() == 1 && failed[0].contains("@odata.id"),
        "{failed:?}"
    );
}

#[test]
fn what_our_client_sends_otherwise_is_seen() {
    let asked = recorded(
        "GET",
        "https://graph.microsoft.com/v1.0/groups?$filter=a&$top=3",
        None,
    );
    let exchange = &asked.exchanges[0];
    let sent = |path: &str| caught::Sent {
        method: "GET".to_owned(),
        path: "/v1.0/groups".to_owned(),
        query: recordings::pairs(path),
        headers: std::collections::BTreeMap::new(),
        body: None,
    };
    let found = |query: &str| -> Vec<String> {
        let found = sent(query).differs(exchange, &["$select"]);
        found.into_iter().map(|one| one.says).collect()
    };
    assert_eq!(found("$filter=a&$top=3&$select=id"), [""; 0]);
    assert_eq!(found("$filter=b&$top=3"), ["`$filter=a` became `b`"]);
    assert_eq!(found("$filter=a"), ["our client does not send `$top=3`"]);
    assert_eq!(
        found("$filter=a&$top=3&$count=true"),
        ["our client sends `$count`"]
    );
}
