//! Answers that no service gives: without end, too deep, of the wrong kind. Each ends as an error that names the request, and none
//! in a memory that is full.

use super::{request, service, service_with};
use azure_core::{
    Bytes,
    http::{AsyncRawResponse, HttpClient, Request as Raw, StatusCode, Transport, headers::Headers},
};
use rhc_core::{
    Error, ErrorKind, Method, Path, Request,
    testing::{FixedCredential, Reply, Script},
};
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Answers with a body that never ends, in parts of 1,000 bytes, and counts what is taken of it.
#[derive(Debug)]
struct Endless {
    status: u16,
    parts: Arc<AtomicUsize>,
}

#[async_trait::async_trait]
impl HttpClient for Endless {
    async fn execute_request(&self, _: &Raw) -> azure_core::Result<AsyncRawResponse> {
        let parts = Arc::clone(&self.parts);
        let body = futures::stream::repeat_with(move || {
            parts.fetch_add(1, Ordering::Relaxed);
            Ok(Bytes::from_static(&[b' '; 1_000]))
        });
        let mut headers = Headers::new();
        headers.insert("content-type", "application/json");
        let status = StatusCode::from(self.status);
        Ok(AsyncRawResponse::new(status, headers, Box::pin(body)))
    }
}

async fn endless(status: u16, largest: Option<usize>) -> (Error, usize) {
    let parts = Arc::new(AtomicUsize::new(0));
    let transport = Endless {
        status,
        parts: Arc::clone(&parts),
    };
    let script = Script::new([]);
    let service = service_with(&script, FixedCredential::new(), |options| {
        options.client_options.transport = Some(Transport::new(Arc::new(transport)));
        options.largest_answer = largest;
    });
    let get = Request::new("things.list", Method::Get, Path::new("/things")).query("q", "hunter2");
    let error = service.send(get).await.unwrap_err();
    (error, parts.load(Ordering::Relaxed))
}

#[tokio::test(start_paused = true)]
async fn a_body_without_end_is_an_error_and_not_a_full_memory() {
    let (error, parts) = endless(200, Some(100_000)).await;
    assert_eq!((error.kind(), parts), (ErrorKind::Decode, 101));
    assert_eq!(
        error.to_string(),
        "things.list (GET /things): the answer is larger than 100000 bytes, which is the most that this client reads"
    );
    assert!(error.was_sent() && error.is_outcome_unknown());
    // Where nothing else is said.
    let (error, parts) = endless(200, None).await;
    assert_eq!(
        (error.kind(), parts),
        (ErrorKind::Decode, (64 << 20) / 1_000 + 1)
    );
}

#[tokio::test(start_paused = true)]
async fn an_error_without_end_is_that_error_and_is_asked_for_once() {
    let (error, parts) = endless(403, Some(100_000)).await;
    assert!(error.is_forbidden(), "{error}");
    assert_eq!((error.attempts(), parts), (1, 101));
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_just_the_size_is_whole() {
    let body = json!("x".repeat(98));
    let script = Script::new([Reply::json(200, body.clone())]);
    let service = service_with(&script, FixedCredential::new(), |options| {
        options.largest_answer = Some(100);
    });
    let answer = service.send(request(Method::Get)).await.unwrap();
    assert_eq!(answer.json::<Value>().unwrap(), body);
}

#[tokio::test(start_paused = true)]
async fn garbage_gives_an_error_that_names_the_request_and_what_was_expected() {
    let escapes = "{\"value\": [\"\u{1b}[2J\\u001b[2J\"]}";
    for (body, words) in [
        ("nonsense", "expected"),
        ("{\"value\": [1, 2", "EOF"),
        ("[]", "invalid length 0"),
        ("{\"value\": 7}", "expected a sequence"),
        ("{\"value\": [\"x\"]}", "expected u32"),
        ("{\"value\": [-1]}", "expected u32"),
        ("{\"value\": [1e400]}", "number out of range"),
        ("{}", "missing field `value`"),
        ("null", "expected struct Page"),
        (escapes, "control character"),
    ] {
        let script = Script::new([Reply::status(200).text(body)]);
        let list = Request::new("things.list", Method::Get, Path::new("/things"))
            .query("$filter", "mail eq 'ann@example.com'");
        let read = service(&script).pages::<u32>(list).collect_all().await;
        let error = read.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body:.40}");
        let shown = error.to_string();
        assert!(
            shown.starts_with("things.list (GET /things): 200: "),
            "{shown}"
        );
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains(words), "{body:.40}: {cause}");
        let all = format!("{error} {error:?} {cause}");
        assert!(!all.contains("ann@") && !all.contains('\u{1b}'), "{all}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_nested_without_end_is_an_error_and_not_a_full_stack() {
    let deep =
        |open: &str, close: &str| format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
    for body in [
        deep("[", "]"),
        deep("{\"error\":", "}"),
        deep("{\"details\":[", "]}"),
    ] {
        let script = Script::new([
            Reply::status(200).text(&body),
            Reply::status(400).text(&body),
        ]);
        let service = service(&script);
        let answer = service.send(request(Method::Get)).await.unwrap();
        let error = answer.json::<Value>().unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("recursion limit"), "{cause}");
        let error = service.send(request(Method::Get)).await.unwrap_err();
        assert_eq!((error.status(), error.service_error()), (Some(400), None));
    }
}

#[tokio::test(start_paused = true)]
async fn words_without_end_and_what_terminals_obey_are_not_shown() {
    let words = format!("\u{1b}[2J{}", "long ".repeat(100_000));
    let body = json!({"error": {"code": words, "message": words}});
    let reply = Reply::json(400, body).header("x-ms-request-id", "i".repeat(50_000));
    let script = Script::new([reply]);
    let error = service(&script)
        .send(request(Method::Get))
        .await
        .unwrap_err();
    let shown = error.to_string();
    assert!(shown.len() < 6_000, "{}", shown.len());
    assert!(shown.contains("\\u{1b}[2Jlong") && !shown.contains('\u{1b}'));
    // Whoever goes by them has them whole.
    assert_eq!(error.code(), Some(words.as_str()));

    let name = "x".repeat(100_000);
    let script = Script::new([Reply::status(200).text(&format!("{{\"{name}\": 1}}"))]);
    let answer = service(&script).send(request(Method::Get)).await.unwrap();
    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    let error = answer.json::<Nothing>().unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(
        cause.starts_with("unknown field `xxx") && cause.len() < 1_000,
        "{}",
        cause.len()
    );
}
