//! Where the result is, here and in another process.

use super::*;

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
    let unseen = json!({"error": {"code": "SubscriptionNotFound", "message": "m"}});
    let script = Script::new([accepted(), gone(), Reply::json(404, unseen)]);
    assert!(
        begin_delete(&script)
            .await
            .unwrap()
            .await
            .unwrap_err()
            .is_outcome_unknown(),
        "nothing is known of what is in a subscription that is not seen"
    );
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
        // These would be asked about for ever, somewhere else, or not at all.
        r#"{"operation":"x","method":"PUT","original":"/x","poll":"nowhere","status":"InProgress"}"#,
        r#"{"operation":"x","method":"PUT","original":"/x","poll":"nowhere","status":""}"#,
        r#"{"operation":"","method":"PUT","original":"/x","poll":"resource","status":"s"}"#,
        r#"{"operation":"x","method":"PUT","original":"","poll":"resource","status":"s"}"#,
        r#"{"operation":"x","method":"PUT","original":"/x","poll":{"location":""},"status":"s"}"#,
        r#"{"operation":"x","method":"POST","original":"/x","poll":{"location":"/y"},"location":"","status":"s"}"#,
        r#"{"operation":"x","method":"DELETE","original":"/x","poll":"resource","status":"s"}"#,
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
