//! A listener for the one request that the browser makes after a sign-in.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// A browser sends a few hundred bytes; what is longer is something else.
const LONGEST: usize = 16 * 1024;
/// How long a connection may take to send its request.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the browser brought.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Returned {
    pub(super) code: Option<String>,
    pub(super) state: Option<String>,
    /// `error` and its description.
    pub(super) error: Option<String>,
}

/// Waits for the browser; whatever else knocks is sent away.
pub(super) async fn returned(listener: &TcpListener) -> std::io::Result<Returned> {
    loop {
        let (mut stream, _) = listener.accept().await?;
        let asked = tokio::time::timeout(PATIENCE, request_line(&mut stream)).await;
        let found = asked.ok().and_then(|line| parse(&line?));
        let (status, text) = match &found {
            Some(Returned { error: None, .. }) => (
                "200 OK",
                "You are signed in. This window can be closed; go back to the terminal.",
            ),
            Some(_) => (
                "200 OK",
                "The sign-in did not succeed. The terminal says why.",
            ),
            None => ("404 Not Found", "Nothing is here."),
        };
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
            text.len()
        );
        // The browser may have gone; what it brought counts all the same.
        let _ = stream.write_all(answer.as_bytes()).await;
        let _ = stream.shutdown().await;
        if let Some(found) = found {
            return Ok(found);
        }
    }
}

async fn request_line(stream: &mut TcpStream) -> Option<String> {
    let mut read = Vec::new();
    let mut chunk = [0; 1024];
    while read.len() < LONGEST {
        let count = stream.read(&mut chunk).await.ok()?;
        read.extend_from_slice(chunk.get(..count)?);
        if count == 0 || read.windows(4).any(|end| end == b"\r\n\r\n") {
            break;
        }
    }
    let text = String::from_utf8(read).ok()?;
    text.lines().next().map(str::to_owned)
}

fn parse(line: &str) -> Option<Returned> {
    let target = line.strip_prefix("GET ")?.split(' ').next()?;
    let url = Url::parse("http://localhost").ok()?.join(target).ok()?;
    let of = |wanted: &str| {
        let mut pairs = url.query_pairs();
        pairs.find_map(|(name, value)| (name == wanted).then(|| value.into_owned()))
    };
    let error = of("error").map(|error| match of("error_description") {
        Some(description) => format!("{error}: {description}"),
        None => error,
    });
    let found = Returned {
        code: of("code"),
        state: of("state"),
        error,
    };
    (found.code.is_some() || found.error.is_some()).then_some(found)
}

/// What fuzzers give as the browser's request.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzzed(text: &str) {
    if let Some(found) = text.lines().next().and_then(parse) {
        assert!(found.code.is_some() || found.error.is_some());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_sign_in_brings_counts() {
        let found = parse("GET /?code=abc&state=x%20y HTTP/1.1").unwrap();
        assert_eq!(
            (found.code.as_deref(), found.state.as_deref()),
            (Some("abc"), Some("x y"))
        );
        let refused = parse("GET /?error=access_denied&error_description=no+way HTTP/1.1").unwrap();
        assert_eq!(refused.error.as_deref(), Some("access_denied: no way"));
        for other in [
            "GET /favicon.ico HTTP/1.1",
            "POST /?code=abc HTTP/1.1",
            "",
            "GET",
        ] {
            assert!(parse(other).is_none(), "{other}");
        }
    }
}
