//! What the first answer means.

use super::*;

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
async fn location_on_201_is_the_resource_and_no_operation() {
    let script =
        Script::new([Reply::json(201, thing(Some("Succeeded"))).header("location", RESULT)]);
    put(&script).await.unwrap();
    used_up(&script);
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
async fn what_lies_in_a_subscription_that_is_not_seen_does_not_count_as_deleted() {
    let gone = |code: &str| {
        Script::new([Reply::json(
            404,
            json!({"error": {"code": code, "message": "m"}}),
        )])
    };
    begin_delete(&gone("ResourceNotFound"))
        .await
        .unwrap()
        .await
        .unwrap();
    let error = begin_delete(&gone("SubscriptionNotFound"))
        .await
        .unwrap_err();
    assert!(
        error.is_not_found() && error.code() == Some("SubscriptionNotFound"),
        "{error}"
    );
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
async fn in_a_subscription_that_is_not_seen_nothing_is_known_to_be_absent() {
    let gone = |code: &str| {
        let error = json!({"error": {"code": code, "message": "m"}});
        Script::new([Reply::json(404, error)])
    };
    let get = async |script: &Arc<Script>| {
        let things = client(script).resources::<Thing>(ResourceId::root());
        things.get_opt("t").await
    };
    for code in [
        "ResourceNotFound",
        "ResourceGroupNotFound",
        "ParentResourceNotFound",
    ] {
        assert_eq!(get(&gone(code)).await.unwrap(), None, "{code}");
    }
    let error = get(&gone("SubscriptionNotFound")).await.unwrap_err();
    assert!(
        error.is_not_found() && error.code() == Some("SubscriptionNotFound"),
        "{error}"
    );
}
