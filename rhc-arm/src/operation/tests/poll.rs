//! What a poll means.

use super::*;

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
        assert_eq!(error.resume_id(), Some(id.as_str()));
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
async fn a_senseless_wait_runs_out_of_time_and_does_not_panic() {
    let accepted = Reply::json(201, thing(None))
        .header("azure-asyncoperation", STATUS)
        .header("retry-after", u64::MAX.to_string());
    let script = Script::new([accepted]);
    let operation = begin_put(&script).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let error = operation
        .deadline(Duration::from_secs(50))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
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
    let named: OperationId = error.resume_id().unwrap().parse().unwrap();
    assert_eq!(named.state().unwrap().poll, id.state().unwrap().poll);
    assert_eq!(
        script.seen().last().unwrap().at,
        Duration::from_secs(40),
        "a wait that would end later is not begun"
    );
}

#[tokio::test(start_paused = true)]
async fn a_services_wait_is_cut_at_ten_minutes() {
    let script = Script::new([
        Reply::json(201, thing(None))
            .header("azure-asyncoperation", STATUS)
            .header("retry-after", "3600"),
        status("Succeeded"),
        Reply::json(200, thing(None)),
    ]);
    put(&script).await.unwrap();
    assert_eq!(script.seen()[1].at, Duration::from_secs(600));
}

#[tokio::test(start_paused = true)]
async fn asking_ends_after_two_hours_unless_the_caller_says_when() {
    let endless = || {
        let mut replies = vec![
            Reply::json(201, thing(None))
                .header("azure-asyncoperation", STATUS)
                .header("retry-after", "600"),
        ];
        replies.extend(std::iter::repeat_n(
            status("Running").header("retry-after", "600"),
            20,
        ));
        Script::new(replies)
    };
    let script = endless();
    let error = put(&script).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeadlineExceeded, "{error}");
    assert_eq!(script.seen().last().unwrap().at.as_secs(), 7200);

    let script = endless();
    let options = ArmClientOptions {
        client: script.options(),
        polling: Polling {
            deadline: Some(Duration::from_secs(3 * 3600)),
            ..Polling::default()
        },
        ..ArmClientOptions::default()
    };
    let client = ArmClient::new(FixedCredential::new(), Some(options)).unwrap();
    let things = client.resources::<Thing>(ResourceId::root());
    let error = things.put("t", &Resource::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeadlineExceeded, "{error}");
    assert_eq!(script.seen().last().unwrap().at.as_secs(), 3 * 3600);
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_was_accepted_may_be_missing_for_a_few_polls() {
    let accepted = || Reply::json(201, thing(Some("Creating"))).header("retry-after", "2");
    let missing = || Reply::status(404);
    let made = || Reply::json(200, thing(Some("Succeeded")));
    let creating = || Reply::json(200, thing(Some("Creating")));
    let script = Script::new([accepted(), missing(), missing(), missing(), made()]);
    put(&script).await.unwrap();
    used_up(&script);
    assert_eq!(script.seen()[2].at, Duration::from_secs(4));

    let script = Script::new([
        accepted(),
        missing(),
        missing(),
        creating(),
        missing(),
        missing(),
        made(),
    ]);
    put(&script).await.unwrap();
    used_up(&script);

    let gone = std::iter::repeat_with(missing).take(5);
    let script = Script::new([accepted()].into_iter().chain(gone));
    let error = put(&script).await.unwrap_err();
    assert!(
        error.kind() == ErrorKind::NoAnswer && error.is_outcome_unknown(),
        "{error}"
    );
    assert_eq!(script.left(), 1, "four polls");

    let script = Script::new([Reply::json(200, thing(Some("Updating"))), missing(), made()]);
    let things = client(&script).resources::<Thing>(ResourceId::root());
    let error = things.update("t", &json!({})).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoAnswer, "it was there before");
}

#[tokio::test(start_paused = true)]
async fn no_error_and_no_debug_tells_a_signed_link() {
    let signed = format!("{STATUS}&t=1&c=planted&s=planted&h=planted");
    let mut replies = vec![Reply::json(201, thing(None)).header("azure-asyncoperation", &signed)];
    replies.extend(std::iter::repeat_n(Reply::status(500), 8));
    let operation = begin_put(&Script::new(replies)).await.unwrap();
    let id = operation.id().clone();
    let shown = format!("{operation:?} {id:?}");
    assert!(
        shown.contains("/providers/A.B/things/t") && !shown.contains("planted"),
        "{shown}"
    );
    let error = operation.await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("planted"), "{shown}");
    assert_eq!(error.resume_id(), Some(id.as_str()), "the id is whole");

    let broken = id.as_str().replace("\"PUT\"", "\"https://x/?sig=planted\"");
    let error = broken.parse::<OperationId>().unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("planted"), "{shown}");
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
