//! Blob Storage's answers: headers, and refusals in XML.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, header};

/// An answer before it is written.
#[derive(Debug)]
pub(super) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// What the service says to a request.
pub(super) type Said = Result<Reply, Reply>;

impl Reply {
    pub(super) fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(super) fn with(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.headers.push((name.into(), value.to_string()));
        self
    }

    pub(super) fn body(mut self, body: &[u8]) -> Self {
        self.body = body.to_vec();
        self
    }

    /// To HEAD everything is answered but the body, of which the length is said.
    pub(super) fn response(self, head: bool) -> Response {
        let length = self.body.len();
        let body = if head { Vec::new() } else { self.body };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        headers.insert("x-ms-version", HeaderValue::from_static("2021-12-02"));
        for (name, value) in self.headers {
            let name = HeaderName::try_from(name);
            if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(value)) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// A refusal, in the words of the page of error codes where it has them.
pub(super) fn refused(status: u16, code: &'static str, words: &str) -> Reply {
    let body = format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>{words}</Message></Error>"
    );
    Reply::new(status)
        .with("x-ms-error-code", code)
        .with("content-type", "application/xml")
        .body(body.as_bytes())
}
