//! The entries of the fuzz targets in `fuzz`, which are compiled for them and for this crate's tests only. The tests replay
//! what the fuzzers kept.

use crate::{
    Answer, Ceiling, Lesson, Pacer, Page, Path, Request, Said, Service, ServiceError, ServiceInfo,
    limits::LONGEST_LINK,
    retry::server_wait,
    testing::{FixedCredential, Reply, Script, block_on},
    tokens::claims_of,
};
use azure_core::http::{Method, Url, headers::Headers};
use serde_json::Value;
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

const ORIGIN: &str = "https://management.azure.com";

fn origin() -> Url {
    static URL: OnceLock<Url> = OnceLock::new();
    URL.get_or_init(|| Url::parse(ORIGIN).unwrap()).clone()
}

fn service(script: &Arc<Script>) -> Service {
    let info = ServiceInfo {
        crate_name: "rhc-test",
        crate_version: "0",
        origin: origin(),
        scope: format!("{ORIGIN}/.default"),
    };
    Service::new(info, FixedCredential::new(), &script.options()).unwrap()
}

/// Header lines up to an empty line, and the rest.
fn split(data: &[u8]) -> (Vec<(String, String)>, &[u8]) {
    let end = data.windows(2).position(|two| two == b"\n\n");
    let (head, body) = end.map_or((&b""[..], data), |at| (&data[..at], &data[at + 2..]));
    let head = String::from_utf8_lossy(head).into_owned();
    let headers = head.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
    });
    (headers.collect(), body)
}

fn headers(lines: Vec<(String, String)>) -> Headers {
    let mut headers = Headers::new();
    // No transport gives others.
    for (name, value) in lines.into_iter().filter(|(name, _)| name.is_ascii()) {
        headers.insert(name, value);
    }
    headers
}

/// Asserts that an error names the request and can be shown.
fn presentable(error: &crate::Error) {
    assert!(
        error.to_string().starts_with("things.list (GET /"),
        "{error}"
    );
    crate::testing::presentable(error);
}

/// The body of an answer, and its headers: errors in all their shapes, pages, tokens.
pub fn answers(data: &[u8]) {
    let (lines, body) = split(data);
    let request = Request::new("things.list", Method::Get, Path::new("/things"));
    let answer = Answer::of(&request, 400, headers(lines), body.to_vec().into());
    presentable(&answer.refusal());
    if let Some(error) = ServiceError::parse(body) {
        assert!(error.has_code(&error.root_cause().code) || error.code.is_empty());
    }
    let _ = answer
        .json::<Page<Value>>()
        .map_err(|error| presentable(&error));
    let _ = answer
        .json::<Page<crate::TenantId>>()
        .map_err(|error| presentable(&error));
    let _ = crate::token_endpoint::given(&answer);
}

/// What headers say: how long to wait, what is left, which claims are demanded.
pub fn header_values(data: &[u8]) {
    let (mut lines, rest) = split(data);
    let rest = String::from_utf8_lossy(rest).into_owned();
    for name in ["retry-after", "retry-after-ms", "date", "left"] {
        lines.push((name.to_owned(), rest.clone()));
    }
    let headers = headers(lines);
    let _ = claims_of(&rest).map(|claims| assert!(claims.0.len() <= rest.len()));
    let now = time::OffsetDateTime::UNIX_EPOCH;
    let wait = server_wait(&headers, now);
    let retry = crate::RetryOptions::default();
    let pause = retry.pause(
        1,
        wait,
        Duration::from_secs(1),
        &crate::Clock::anchored(now, 1.0),
    );
    assert!(pause.is_none_or(|pause| pause <= retry.deadline));
    let lesson = |_: Method, said: &Said<'_>| Lesson {
        left: said.number("left"),
        used: said.number("left"),
        cost: said.number("left"),
        refuses: false,
    };
    let all = |_: Method, _: &Url| Some(String::new());
    let ceiling = Ceiling::new("all", all, 10, Duration::from_secs(1)).taught_by(lesson);
    let pacer = Pacer::new(vec![ceiling]);
    let said = Said {
        status: 429,
        headers: &headers,
        wait,
    };
    pacer.learn(Method::Get, &origin(), &said);
    block_on(pacer.wait(Method::Get, &origin()));
}

/// Links that a service gives, and names that go into a path.
pub fn links(data: &[u8]) {
    let all = String::from_utf8_lossy(data);
    let (name, link) = all.split_once('\n').unwrap_or((&all, &all));
    let path = Path::new("/things")
        .segment(name)
        .fixed("/end")
        .key("name", name);
    let request = Request::new("things.get", Method::Get, path).query("q", name);
    if let Ok(url) = request.url(&origin()) {
        assert_eq!(url.origin(), origin().origin());
        let segments: Vec<_> = url.path().split('/').collect();
        assert!(segments.len() == 4 && segments[1] == "things", "{url}");
        assert!(segments[3].starts_with("end(name='"), "{url}");
        assert_eq!(url.query_pairs().count(), 1, "{url}");
    }
    let page = |items: &[u8], next: &str| {
        Reply::json(200, serde_json::json!({"value": items, "nextLink": next}))
    };
    // A service that gives the same link over and over, and one that goes round.
    let script = Script::new((0..4).map(|at| page(&[at], link)));
    let service = service(&script);
    let list = Request::new("things.list", Method::Get, Path::new("/things"));
    let read = block_on(service.pages::<u8>(list).collect_all());
    match &read {
        Ok(items) => assert!(link.is_empty() && items == &[0]),
        Err(error) => presentable(error),
    }
    assert!(link.len() <= LONGEST_LINK || script.seen().len() == 1);
    for seen in script.seen() {
        assert_eq!(seen.url.origin(), origin().origin());
    }
    let _ = name.parse::<crate::TenantId>();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_fuzzers_kept_is_taken_still() {
        crate::testing::replay_corpus(
            env!("CARGO_MANIFEST_DIR"),
            &[
                ("answers", answers),
                ("header_values", header_values),
                ("links", links),
            ],
        );
    }
}
