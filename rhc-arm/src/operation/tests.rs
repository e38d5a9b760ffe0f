//! Every row of the protocol, on a paused clock.

use super::*;
use crate::{ArmClient, Resource, ResourceId, ResourceType, model};
use futures::{StreamExt, TryStreamExt};
use rhc_core::{
    ErrorKind, Path, Request,
    testing::{FixedCredential, Reply, Script},
};
use serde_json::{Value, json};
use std::sync::Arc;

model! {
    /// For the tests.
    ThingProperties {
        /// The state.
        provisioning_state: String,
    }
}

#[derive(Debug, Clone)]
enum Thing {}

impl ResourceType for Thing {
    const TYPE: &'static str = "A.B/things";
    const API_VERSION: &'static str = "2026-01-01";
    type Properties = ThingProperties;
}

/// A type whose creation is synchronous.
#[derive(Debug, Clone)]
enum Note {}

impl ResourceType for Note {
    const TYPE: &'static str = "A.B/notes";
    const API_VERSION: &'static str = "2026-01-01";
    const LONG_RUNNING: bool = false;
    type Properties = ThingProperties;
}

const THING: &str = "https://management.azure.com/providers/A.B/things/t?api-version=2026-01-01";
const STATUS: &str = "https://management.azure.com/operations/1?api-version=2026-01-01";
const RESULT: &str = "https://management.azure.com/results/1?api-version=2026-01-01";

fn client(script: &Arc<Script>) -> ArmClient {
    ArmClient::new(FixedCredential::new(), Some(script.options().into())).unwrap()
}

async fn begin_put(script: &Arc<Script>) -> Result<Operation<Resource<Thing>>> {
    let things = client(script).resources::<Thing>(ResourceId::root());
    things.begin_put("t", &Resource::default()).await
}

async fn put(script: &Arc<Script>) -> Result<Resource<Thing>> {
    begin_put(script).await?.await
}

async fn begin_delete(script: &Arc<Script>) -> Result<Operation<()>> {
    let things = client(script).resources::<Thing>(ResourceId::root());
    things.begin_delete("t").await
}

async fn begin_post<T>(script: &Arc<Script>) -> Result<Operation<T>> {
    let things = client(script).resources::<Thing>(ResourceId::root());
    things.begin_action("t", "rotate", None::<&()>).await
}

fn thing(state: Option<&str>) -> Value {
    match state {
        Some(state) => {
            json!({"id": "/providers/A.B/things/t", "properties": {"provisioningState": state}})
        }
        None => json!({"id": "/providers/A.B/things/t", "properties": {}}),
    }
}

fn status(state: &str) -> Reply {
    Reply::json(200, json!({"status": state}))
}

fn verbs_and_paths(script: &Script) -> Vec<String> {
    script
        .seen()
        .iter()
        .map(|seen| format!("{} {}", seen.method, seen.url.path()))
        .collect()
}

/// Every script here is used up: a request too few is a mistake as much as one too many.
fn used_up(script: &Script) {
    assert_eq!(script.left(), 0, "{:?}", script.lines());
}

#[tokio::test(start_paused = true)]
async fn put_201_with_async_header_and_no_state_is_polled_and_read_at_its_own_address() {
    let script = Script::new([
        Reply::json(201, thing(None))
            .header("azure-asyncoperation", STATUS)
            .header("location", RESULT)
            .header("retry-after", "10"),
        status("Running").header("retry-after", "5"),
        status("Succeeded"),
        Reply::json(200, thing(Some("Succeeded"))),
    ]);
    let read = put(&script).await.unwrap();
    assert_eq!(
        read.properties.provisioning_state.as_deref(),
        Some("Succeeded")
    );
    let seen = script.seen();
    assert_eq!(
        verbs_and_paths(&script),
        [
            "PUT /providers/A.B/things/t",
            "GET /operations/1",
            "GET /operations/1",
            "GET /providers/A.B/things/t"
        ]
    );
    assert_eq!(
        seen.iter()
            .map(|seen| seen.at.as_secs())
            .collect::<Vec<_>>(),
        [0, 10, 15, 15]
    );
    assert_eq!(seen[3].url.as_str(), THING);
    used_up(&script);
}

#[tokio::test(start_paused = true)]
async fn async_header_on_200_is_polled_although_the_status_says_done() {
    let script = Script::new([
        Reply::json(200, thing(None)).header("azure-asyncoperation", STATUS),
        status("Succeeded"),
        Reply::json(200, thing(Some("Succeeded"))),
    ]);
    put(&script).await.unwrap();
    assert_eq!(
        script.seen()[1].at,
        Duration::from_secs(30),
        "30 s where the service does not say"
    );
    used_up(&script);
}

#[tokio::test(start_paused = true)]
async fn the_async_header_goes_before_the_others() {
    for name in ["operation-location", "location"] {
        let script = Script::new([
            Reply::json(202, thing(Some("Creating")))
                .header("azure-asyncoperation", STATUS)
                .header(name, RESULT),
            status("Succeeded"),
            Reply::json(200, thing(Some("Succeeded"))),
        ]);
        put(&script).await.unwrap();
        assert_eq!(script.seen()[1].url.as_str(), STATUS, "{name}");
    }
    let script = Script::new([
        Reply::json(202, json!({"status": "NotStarted"}))
            .header("operation-location", STATUS)
            .header("location", RESULT),
        status("Succeeded"),
        Reply::json(200, thing(Some("Succeeded"))),
    ]);
    put(&script).await.unwrap();
    assert_eq!(script.seen()[1].url.as_str(), STATUS);
    assert_eq!(script.seen()[2].url.as_str(), THING);
}

#[tokio::test(start_paused = true)]
async fn a_terminal_state_in_the_first_answer_is_not_polled_even_with_a_header() {
    let script = Script::new([
        Reply::json(200, thing(Some("succeeded"))).header("azure-asyncoperation", STATUS),
        Reply::json(200, thing(Some("Succeeded"))),
    ]);
    put(&script).await.unwrap();
    assert_eq!(
        verbs_and_paths(&script),
        ["PUT /providers/A.B/things/t", "GET /providers/A.B/things/t"]
    );
    let script = Script::new([
        Reply::json(201, thing(Some("FAILED"))).header("azure-asyncoperation", STATUS)
    ]);
    assert_eq!(
        put(&script).await.unwrap_err().kind(),
        ErrorKind::OperationFailed
    );
    used_up(&script);
}

#[tokio::test(start_paused = true)]
async fn without_a_header_the_resource_says_how_far_it_is() {
    let script = Script::new([
        Reply::json(201, thing(Some("Accepted"))),
        Reply::json(200, thing(Some("Creating"))).header("retry-after", "2"),
        Reply::json(200, thing(Some("Succeeded"))),
    ]);
    put(&script).await.unwrap();
    assert_eq!(
        script
            .seen()
            .iter()
            .map(|seen| seen.at.as_secs())
            .collect::<Vec<_>>(),
        [0, 30, 32]
    );
    assert!(
        script.lines()[1..]
            .iter()
            .all(|line| *line == format!("GET {THING}")),
        "{:?}",
        script.lines()
    );
    used_up(&script);
}

#[tokio::test(start_paused = true)]
async fn without_header_and_state_200_is_done_and_201_is_in_progress() {
    let script = Script::new([Reply::json(200, thing(None))]);
    put(&script).await.unwrap();
    used_up(&script);
    let script = Script::new([Reply::json(201, thing(None)), Reply::json(200, thing(None))]);
    put(&script).await.unwrap();
    used_up(&script);
}

#[tokio::test(start_paused = true)]
async fn a_synchronous_type_is_done_on_201_and_long_running_where_the_service_says_so() {
    let script = Script::new([
        Reply::json(201, thing(None)),
        Reply::json(201, thing(Some("Creating"))),
        Reply::json(200, thing(None)),
    ]);
    let notes = client(&script).resources::<Note>(ResourceId::root());
    notes.put("t", &Resource::default()).await.unwrap();
    assert_eq!(script.left(), 2);
    notes.put("t", &Resource::default()).await.unwrap();
    used_up(&script);
}

#[tokio::test(start_paused = true)]
async fn location_on_202_is_followed_and_replaced() {
    const SECOND: &str = "https://management.azure.com/results/2?api-version=2026-01-01";
    let script = Script::new([
        Reply::status(202)
            .header("location", RESULT)
            .header("retry-after", "1"),
        Reply::status(202)
            .header("location", SECOND)
            .header("retry-after", "1"),
        Reply::status(202).header("retry-after", "1"),
        Reply::json(200, json!({"key": "new"})),
    ]);
    let result: Value = begin_post(&script).await.unwrap().await.unwrap();
    assert_eq!(result, json!({"key": "new"}));
    assert_eq!(
        verbs_and_paths(&script),
        [
            "POST /providers/A.B/things/t/rotate",
            "GET /results/1",
            "GET /results/2",
            "GET /results/2"
        ]
    );
    used_up(&script);
}

#[tokio::test(start_paused = true)]
async fn at_location_204_is_done_and_a_state_in_the_body_counts() {
    let script = Script::new([
        Reply::status(202).header("location", RESULT),
        Reply::json(200, thing(Some("Deleting"))),
        Reply::json(201, thing(Some("Deleting"))),
        Reply::status(204),
    ]);
    begin_delete(&script).await.unwrap().await.unwrap();
    used_up(&script);
}

#[tokio::test(start_paused = true)]
async fn at_location_4xx_is_failure_with_its_error_kept() {
    let body = json!({"error": {"code": "Conflict", "message": "outer", "details": [{"code": "InUse", "message": "used by \"x\""}]}});
    let script = Script::new([
        Reply::status(202).header("location", RESULT),
        Reply::json(409, body),
    ]);
    let error = begin_delete(&script).await.unwrap().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status(), error.code()),
        (ErrorKind::OperationFailed, Some(409), Some("InUse"))
    );
    assert_eq!(error.operation(), "resources.delete");
    assert!(error.has_code("conflict") && error.is_conflict());
}

#[tokio::test(start_paused = true)]
async fn location_on_201_is_the_resource_and_no_operation() {
    let script =
        Script::new([Reply::json(201, thing(Some("Succeeded"))).header("location", RESULT)]);
    put(&script).await.unwrap();
    used_up(&script);
}

#[tokio::test(start_paused = true)]
async fn put_with_location_is_read_at_its_own_address() {
    let script = Script::new([
        Reply::status(202).header("location", RESULT),
        Reply::status(200),
        Reply::json(200, thing(Some("Succeeded"))),
    ]);
    put(&script).await.unwrap();
    assert_eq!(script.lines()[2], format!("GET {THING}"));
}

#[tokio::test(start_paused = true)]
async fn accepted_without_a_link_is_an_error_of_unknown_outcome() {
    for error in [
        begin_delete(&Script::new([Reply::status(202)]))
            .await
            .map(|_| ())
            .unwrap_err(),
        begin_post::<()>(&Script::new([Reply::status(202)]))
            .await
            .map(|_| ())
            .unwrap_err(),
    ] {
        assert!(
            error.is_outcome_unknown() && error.to_string().contains("where to ask"),
            "{error}"
        );
    }
    let script = Script::new([
        Reply::status(202),
        Reply::json(200, thing(Some("Succeeded"))),
    ]);
    put(&script).await.unwrap();
    used_up(&script);
}

#[tokio::test(start_paused = true)]
async fn done_at_once_without_a_body() {
    for code in [200, 204, 404] {
        let script = Script::new([Reply::status(code)]);
        begin_delete(&script).await.unwrap().await.unwrap();
        used_up(&script);
    }
    begin_post::<()>(&Script::new([Reply::status(200)]))
        .await
        .unwrap()
        .await
        .unwrap();
    let nothing: Option<Value> = begin_post(&Script::new([Reply::status(204)]))
        .await
        .unwrap()
        .await
        .unwrap();
    assert_eq!(nothing, None);
}

#[tokio::test(start_paused = true)]
async fn failed_keeps_code_message_and_details() {
    let failed = json!({"status": "Failed", "error": {"code": "ProvisioningFailed", "message": "outer",
        "details": [{"code": "SubnetTooSmall", "message": "needs a /27, has \"/28\""}]}});
    let script = Script::new([
        Reply::json(201, thing(None)).header("azure-asyncoperation", STATUS),
        Reply::json(200, failed).header("x-ms-request-id", "r-7"),
    ]);
    let error = put(&script).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code(), error.request_id()),
        (
            ErrorKind::OperationFailed,
            Some("SubnetTooSmall"),
            Some("r-7")
        )
    );
    assert_eq!(error.message(), "needs a /27, has \"/28\"");
    assert!(
        error.has_code("ProvisioningFailed") && error.was_sent() && !error.is_outcome_unknown()
    );
    assert_eq!(
        (error.path(), error.status()),
        ("/providers/A.B/things/t", None)
    );
    used_up(&script);
}

#[tokio::test(start_paused = true)]
async fn failure_without_an_error_says_so() {
    let script = Script::new([Reply::json(200, thing(Some("Failed")))]);
    let error = put(&script).await.unwrap_err().to_string();
    assert!(
        error.contains("`Failed`") && error.contains("no reason"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn both_spellings_of_cancelled_in_any_case() {
    for state in ["Canceled", "Cancelled", "canceled", "CANCELLED"] {
        let script = Script::new([
            Reply::json(201, thing(None)).header("azure-asyncoperation", STATUS),
            status(state),
        ]);
        let error = put(&script).await.unwrap_err();
        assert!(
            error.kind() == ErrorKind::OperationFailed && error.message().contains("cancelled"),
            "{state}: {error}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn states_have_no_case_and_unknown_ones_are_in_progress() {
    let script = Script::new([
        Reply::json(201, thing(Some("ACCEPTED"))),
        Reply::json(200, thing(Some("WaitingForTheMoon"))),
        Reply::json(200, thing(Some("sUCCEEDED"))),
    ]);
    put(&script).await.unwrap();
    used_up(&script);
}

#[tokio::test(start_paused = true)]
async fn a_failed_poll_is_not_a_failed_operation() {
    let script = Script::new([
        Reply::json(201, thing(None))
            .header("azure-asyncoperation", STATUS)
            .header("retry-after", "1"),
        Reply::status(503).header("retry-after", "3"),
        Reply::lost(),
        Reply::not_sent(),
        Reply::json(429, json!({})).header("retry-after", "1"),
        status("Succeeded"),
        Reply::json(200, thing(Some("Succeeded"))),
    ]);
    put(&script).await.unwrap();
    used_up(&script);
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_goes_on_failing_leaves_the_outcome_unknown_and_can_be_resumed() {
    for code in [401, 403, 404, 500] {
        let mut replies =
            vec![Reply::json(201, thing(None)).header("azure-asyncoperation", STATUS)];
        replies.extend(std::iter::repeat_n(
            Reply::json(code, json!({"error": {"code": "No", "message": "no"}})),
            8,
        ));
        let script = Script::new(replies);
        let operation = begin_put(&script).await.unwrap();
        let id = operation.id().clone();
        let error = operation.await.unwrap_err();
        assert!(
            error.kind() == ErrorKind::NoAnswer && error.is_outcome_unknown(),
            "{code}: {error}"
        );
        assert!(error.to_string().contains(id.as_str()), "{error}");
        assert!(
            std::error::Error::source(&error)
                .unwrap()
                .to_string()
                .contains(&code.to_string())
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_status_document_without_a_status_leaves_the_outcome_unknown() {
    let script = Script::new([
        Reply::json(201, thing(None)).header("azure-asyncoperation", STATUS),
        Reply::json(200, json!({"name": "1"})),
    ]);
    assert!(put(&script).await.unwrap_err().is_outcome_unknown());
    let script = Script::new([Reply::json(201, thing(None)), Reply::status(200)]);
    assert!(put(&script).await.unwrap_err().is_outcome_unknown());
}

#[tokio::test(start_paused = true)]
async fn post_reads_its_result_where_the_rule_or_the_caller_says() {
    let accepted = || {
        Reply::status(202)
            .header("azure-asyncoperation", STATUS)
            .header("location", RESULT)
    };
    let monitor = || Reply::json(200, json!({"status": "Succeeded", "from": "monitor"}));
    let body = |from: &str| Reply::json(200, json!({"from": from}));
    for (at, link, from) in [
        (None, Some(RESULT), "location"),
        (Some(FinalState::Location), Some(RESULT), "location"),
        (Some(FinalState::AsyncOperation), None, "monitor"),
        (
            Some(FinalState::OriginalUri),
            Some(
                "https://management.azure.com/providers/A.B/things/t/rotate?api-version=2026-01-01",
            ),
            "original",
        ),
    ] {
        let mut replies = vec![accepted(), monitor()];
        replies.extend(link.map(|_| body(from)));
        let script = Script::new(replies);
        let mut operation = begin_post::<Value>(&script).await.unwrap();
        if let Some(at) = at {
            operation = operation.final_state(at);
        }
        assert_eq!(operation.await.unwrap()["from"], from, "{at:?}");
        assert_eq!(
            script
                .seen()
                .get(2)
                .map(|seen| seen.url.to_string())
                .as_deref(),
            link,
            "{at:?}"
        );
        used_up(&script);
    }
}

#[tokio::test(start_paused = true)]
async fn put_reads_its_result_where_the_caller_says() {
    let script = Script::new([
        Reply::status(202)
            .header("azure-asyncoperation", STATUS)
            .header("location", RESULT),
        status("Succeeded"),
        Reply::json(200, thing(Some("Succeeded"))),
    ]);
    begin_put(&script)
        .await
        .unwrap()
        .final_state(FinalState::Location)
        .await
        .unwrap();
    assert_eq!(script.seen()[2].url.as_str(), RESULT);
}

#[tokio::test(start_paused = true)]
async fn a_status_monitor_without_a_result_anywhere_is_the_result_itself() {
    let script = Script::new([
        Reply::status(202).header("azure-asyncoperation", STATUS),
        status("Succeeded"),
    ]);
    let result: Value = begin_post(&script).await.unwrap().await.unwrap();
    assert_eq!(result["status"], "Succeeded");
    let script = Script::new([
        Reply::status(202).header("azure-asyncoperation", STATUS),
        status("Succeeded"),
    ]);
    begin_post::<()>(&script).await.unwrap().await.unwrap();
    let script = Script::new([
        Reply::status(202).header("azure-asyncoperation", STATUS),
        Reply::status(204),
    ]);
    begin_post::<()>(&script).await.unwrap().await.unwrap();
    used_up(&script);
}

#[tokio::test(start_paused = true)]
async fn operation_location_may_name_the_resource() {
    let script = Script::new([
        Reply::status(202).header("operation-location", STATUS),
        Reply::json(
            200,
            json!({"status": "Succeeded", "resourceLocation": RESULT}),
        ),
        Reply::json(200, json!({"from": "there"})),
    ]);
    let result: Value = begin_post(&script).await.unwrap().await.unwrap();
    assert_eq!(result["from"], "there");
    assert_eq!(script.seen()[2].url.as_str(), RESULT);
}

#[tokio::test(start_paused = true)]
async fn deletion_has_no_final_get_and_takes_404_for_gone_only_when_it_is() {
    let accepted = || {
        Reply::status(202)
            .header("azure-asyncoperation", STATUS)
            .header("location", RESULT)
    };
    let gone = || {
        Reply::json(
            404,
            json!({"error": {"code": "NotFound", "message": "no such operation"}}),
        )
    };
    let script = Script::new([accepted(), status("Succeeded")]);
    begin_delete(&script).await.unwrap().await.unwrap();
    used_up(&script);
    let script = Script::new([accepted(), gone(), gone()]);
    begin_delete(&script).await.unwrap().await.unwrap();
    assert_eq!(script.lines()[2], format!("GET {THING}"));
    let script = Script::new([
        accepted(),
        gone(),
        Reply::json(200, thing(Some("Deleting"))),
    ]);
    assert!(
        begin_delete(&script)
            .await
            .unwrap()
            .await
            .unwrap_err()
            .is_outcome_unknown()
    );
}

#[tokio::test(start_paused = true)]
async fn links_to_another_origin_get_no_token_and_leave_the_outcome_unknown() {
    let foreign = "https://management.azure.com.evil.example/operations/1";
    for name in ["azure-asyncoperation", "operation-location", "location"] {
        let script = Script::new([Reply::status(202).header(name, foreign)]);
        let error = begin_put(&script).await.unwrap_err();
        let cause = std::error::Error::source(&error)
            .unwrap()
            .downcast_ref::<Error>()
            .unwrap();
        assert_eq!(
            (error.kind(), cause.kind()),
            (ErrorKind::NoAnswer, ErrorKind::RefusedOrigin),
            "{name}"
        );
        assert_eq!(script.seen().len(), 1);
    }
    let script = Script::new([
        Reply::status(202).header("location", RESULT),
        Reply::status(202).header("location", foreign),
    ]);
    assert_eq!(put(&script).await.unwrap_err().kind(), ErrorKind::NoAnswer);
    assert_eq!(script.seen().len(), 2);
    let same = "https://MANAGEMENT.azure.com:443/operations/1";
    let script = Script::new([
        Reply::status(202).header("azure-asyncoperation", same),
        status("Succeeded"),
    ]);
    begin_post::<()>(&script).await.unwrap().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn another_client_goes_on_by_the_id() {
    let script = Script::new([
        Reply::json(201, thing(None)).header("azure-asyncoperation", STATUS),
        status("Running"),
    ]);
    let mut operation = begin_put(&script).await.unwrap();
    operation.try_next().await.unwrap();
    operation.try_next().await.unwrap();
    let kept = operation.id().to_string();
    assert!(
        !kept.contains("token-") && !kept.to_lowercase().contains("bearer"),
        "{kept}"
    );
    drop(operation);

    let script = Script::new([
        status("Running").header("retry-after", "7"),
        status("Succeeded"),
        Reply::json(200, thing(Some("Succeeded"))),
    ]);
    let resumed = client(&script)
        .resume::<Resource<Thing>>(&kept.parse().unwrap())
        .unwrap()
        .await
        .unwrap();
    assert_eq!(
        resumed.properties.provisioning_state.as_deref(),
        Some("Succeeded")
    );
    assert_eq!(
        script.lines(),
        [
            format!("GET {STATUS}"),
            format!("GET {STATUS}"),
            format!("GET {THING}")
        ]
    );
    assert_eq!(script.seen()[0].at, Duration::ZERO, "asked about at once");
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_ended_is_resumed_to_the_same_end() {
    let script = Script::new([
        Reply::status(202).header("location", RESULT),
        Reply::status(204),
    ]);
    let mut operation = begin_delete(&script).await.unwrap();
    while operation.next().await.is_some() {}
    let id = operation.id().clone();
    let script = Script::new([Reply::status(404), Reply::status(404)]);
    client(&script).resume::<()>(&id).unwrap().await.unwrap();

    let failed = json!({"status": "Failed", "error": {"code": "Quota", "message": "m"}});
    let script = Script::new([
        Reply::json(201, thing(None)).header("azure-asyncoperation", STATUS),
        Reply::json(200, failed.clone()),
    ]);
    let mut operation = begin_put(&script).await.unwrap();
    while operation.next().await.is_some() {}
    let script = Script::new([Reply::json(200, failed)]);
    let error = client(&script)
        .resume::<Resource<Thing>>(operation.id())
        .unwrap()
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("Quota"));
}

#[tokio::test(start_paused = true)]
async fn a_tampered_id_is_refused_before_anything_is_sent() {
    let script = Script::new([]);
    for text in [
        "",
        "{}",
        "not json",
        r#"{"operation":"x","method":"PUT","original":"/x","poll":"resource","status":"s","token":"t"}"#,
    ] {
        assert_eq!(
            text.parse::<OperationId>().unwrap_err().kind(),
            ErrorKind::InvalidInput,
            "{text}"
        );
    }
    let foreign: OperationId =
        r#"{"operation":"x","method":"PUT","original":"/x","poll":{"asyncOperation":"https://evil.example/"},"status":"s"}"#.parse().unwrap();
    assert_eq!(
        client(&script).resume::<()>(&foreign).unwrap_err().kind(),
        ErrorKind::NoAnswer
    );
    assert_eq!(script.seen().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn time_that_runs_out_leaves_an_id_to_resume_with() {
    let accepted = Reply::json(201, thing(None))
        .header("azure-asyncoperation", STATUS)
        .header("retry-after", "20");
    let script = Script::new([
        accepted,
        status("Running").header("retry-after", "20"),
        status("Running").header("retry-after", "20"),
    ]);
    let operation = begin_put(&script)
        .await
        .unwrap()
        .deadline(Duration::from_secs(50));
    let id = operation.id().clone();
    let error = operation.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
    assert!(
        error.is_outcome_unknown() && error.message().contains("50 s"),
        "{error}"
    );
    let named: OperationId = error
        .message()
        .rsplit_once("resume it with ")
        .unwrap()
        .1
        .parse()
        .unwrap();
    assert_eq!(named.state().unwrap().poll, id.state().unwrap().poll);
    assert_eq!(
        script.seen().last().unwrap().at,
        Duration::from_secs(40),
        "a wait that would end later is not begun"
    );
}

#[tokio::test(start_paused = true)]
async fn progress_tells_state_percent_and_wait() {
    let script = Script::new([
        Reply::json(201, thing(None))
            .header("azure-asyncoperation", STATUS)
            .header("retry-after", "4"),
        Reply::json(200, json!({"status": "Running", "percentComplete": 40.5})),
        Reply::json(
            200,
            json!({"status": "Succeeded", "percentComplete": "100"}),
        ),
        Reply::json(200, thing(Some("Succeeded"))),
    ]);
    let mut operation = begin_put(&script).await.unwrap();
    let mut seen = Vec::new();
    while let Some(progress) = operation.next().await {
        let progress = progress.unwrap();
        seen.push((
            progress.status,
            progress.percent_complete,
            progress.next_poll.map(|wait| wait.as_secs()),
        ));
    }
    let expected = [
        ("InProgress", None, Some(4)),
        ("Running", Some(40.5), Some(30)),
        ("Succeeded", Some(100.0), None),
    ];
    assert_eq!(
        seen,
        expected.map(|(status, percent, wait)| (status.to_owned(), percent, wait))
    );
    assert_eq!(script.left(), 1);
    operation.await.unwrap();
    used_up(&script);
}

#[tokio::test(start_paused = true)]
async fn at_once_is_not_a_busy_loop() {
    let mut replies = vec![
        Reply::json(201, thing(None))
            .header("azure-asyncoperation", STATUS)
            .header("retry-after", "0"),
    ];
    replies.extend(std::iter::repeat_n(
        status("Running").header("retry-after", "0"),
        20,
    ));
    replies.extend([status("Succeeded"), Reply::json(200, thing(None))]);
    let script = Script::new(replies);
    put(&script).await.unwrap();
    assert!(script.seen().last().unwrap().at >= Duration::from_millis(2100));
}

#[tokio::test(start_paused = true)]
async fn own_intervals_follow_the_clock_and_the_servers_do_not() {
    let script = Script::new([
        Reply::json(201, thing(None)).header("azure-asyncoperation", STATUS),
        status("Running").header("retry-after", "3"),
        status("Succeeded"),
        Reply::json(200, thing(None)),
    ]);
    let mut options = script.options();
    options.clock = rhc_core::Clock::anchored(options.clock.now(), 10.0);
    let client = ArmClient::new(FixedCredential::new(), Some(options.into())).unwrap();
    client
        .resources::<Thing>(ResourceId::root())
        .put("t", &Resource::default())
        .await
        .unwrap();
    assert_eq!(
        script.seen()[1..3]
            .iter()
            .map(|seen| seen.at.as_secs())
            .collect::<Vec<_>>(),
        [3, 6]
    );
}

#[tokio::test(start_paused = true)]
async fn a_result_that_cannot_be_read_is_told_apart_from_a_failure() {
    let script = Script::new([
        Reply::json(201, thing(None)).header("azure-asyncoperation", STATUS),
        status("Succeeded"),
        Reply::json(
            403,
            json!({"error": {"code": "AuthorizationFailed", "message": "no"}}),
        ),
    ]);
    let error = put(&script).await.unwrap_err();
    assert!(
        error.kind() == ErrorKind::NoAnswer && error.message().contains("succeeded"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn any_request_can_begin_one() {
    let script = Script::new([
        Reply::status(202).header("location", "/results/1"),
        Reply::json(200, json!({"a": 1})),
    ]);
    let request = Request::new("things.export", Method::Post, Path::new("/export"))
        .query("api-version", "2026-01-01");
    let result: Value = client(&script).begin(request).await.unwrap().await.unwrap();
    assert_eq!(result, json!({"a": 1}));
    assert_eq!(
        script.lines()[1],
        "GET https://management.azure.com/results/1"
    );
}

#[tokio::test(start_paused = true)]
async fn at_location_what_is_not_about_the_operation_leaves_the_outcome_unknown() {
    for code in [401, 403, 408, 429, 500, 503] {
        let mut replies = vec![Reply::status(202).header("location", RESULT)];
        replies.extend(std::iter::repeat_n(Reply::status(code), 8));
        let error = begin_delete(&Script::new(replies))
            .await
            .unwrap()
            .await
            .unwrap_err();
        assert!(
            error.kind() == ErrorKind::NoAnswer && error.is_outcome_unknown(),
            "{code}: {error}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_result_that_only_the_last_answer_has_is_asked_for_again_when_resumed() {
    let script = Script::new([
        Reply::status(202).header("location", RESULT),
        Reply::json(200, json!({"key": "new"})),
    ]);
    let mut operation = begin_post::<Value>(&script).await.unwrap();
    while operation.next().await.is_some() {}
    let script = Script::new([Reply::json(200, json!({"key": "new"}))]);
    let result = client(&script)
        .resume::<Value>(operation.id())
        .unwrap()
        .await
        .unwrap();
    assert_eq!(result["key"], "new");
    assert_eq!(script.lines(), [format!("GET {RESULT}")]);
}
