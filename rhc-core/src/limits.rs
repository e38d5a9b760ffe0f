//! How much is read of what a service, or what stands in its place, answers.
//!
//! An answer is held in memory as a whole, so each thing in it that could grow without end has an end here. The figures are many
//! times what the services send.

use azure_core::{
    error::{Error, ErrorKind},
    http::response::AsyncResponseBody,
};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use std::fmt;

/// The body of one answer: 64 MiB.
pub(crate) const LARGEST_ANSWER: usize = 64 << 20;

/// How many times the largest answer a list may take as a whole that is collected in memory.
pub(crate) const LARGEST_LIST: usize = 16;

/// How many pages a list may have.
pub(crate) const MOST_PAGES: usize = 100_000;

/// How many pages in a row may be empty: a filter makes such pages, and so does a loop.
pub(crate) const MOST_EMPTY_PAGES: usize = 1_000;

/// A link that is followed. Services refuse longer ones, and so do libraries from 64 KiB on.
pub(crate) const LONGEST_LINK: usize = 32 << 10;

/// A challenge whose claims are read: they go into the next request for a token.
pub(crate) const LONGEST_CHALLENGE: usize = 16 << 10;

/// How many characters of a service's words an error shows.
pub(crate) const LONGEST_WORDS: usize = 4_096;

/// How many characters of a path an error shows.
pub(crate) const LONGEST_PATH: usize = 2_048;

/// How many characters of a code or of an id an error shows.
pub(crate) const LONGEST_NAME: usize = 256;

/// Reads a body, at most so much of it, and says whether that is the whole.
pub(crate) async fn read(mut body: AsyncResponseBody, most: usize) -> Result<(Bytes, bool), Error> {
    let mut first = Bytes::new();
    let mut more = BytesMut::new();
    while let Some(part) = body.next().await {
        let part = part?;
        let room = most.saturating_sub(first.len() + more.len());
        let fits = part.slice(..part.len().min(room));
        let is_too_much = fits.len() < part.len();
        if first.is_empty() && more.is_empty() {
            first = fits;
        } else {
            // The usual answer comes in one part and is not copied.
            more.extend_from_slice(&std::mem::take(&mut first));
            more.extend_from_slice(&fits);
        }
        if is_too_much {
            return Ok((joined(first, more), false));
        }
    }
    Ok((joined(first, more), true))
}

fn joined(first: Bytes, more: BytesMut) -> Bytes {
    if more.is_empty() {
        first
    } else {
        more.freeze()
    }
}

/// Marks an answer that is larger than what is read.
#[derive(Debug)]
pub(crate) struct TooLarge(pub(crate) usize);

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the answer is larger than {} bytes, which is the most that this client reads",
            self.0
        )
    }
}

impl std::error::Error for TooLarge {}

impl From<TooLarge> for Error {
    fn from(error: TooLarge) -> Self {
        let words = error.to_string();
        Self::with_error(ErrorKind::DataConversion, error, words)
    }
}

/// Words of a service as a line on a terminal may show them: at most so many characters, and none that would move its cursor.
pub(crate) struct Plain<'a>(pub(crate) &'a str, pub(crate) usize);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        let Self(text, most) = *self;
        let mut letters = text.chars().enumerate().peekable();
        while let Some((at, letter)) = letters.next() {
            if at == most {
                return f.write_char('…');
            }
            let ends_line = letters.peek().is_some_and(|(_, next)| *next == '\n');
            match letter {
                '\n' | '\t' => f.write_char(letter)?,
                '\r' if ends_line => f.write_char(letter)?,
                letter if letter.is_control() => write!(f, "{}", letter.escape_default())?,
                letter => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}

/// What a parser said of a body, in words that can be shown: they may quote the body.
#[derive(Debug)]
struct Unreadable(String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

/// The parser's error as a cause: itself, unless its words have to be shortened or cleaned.
pub(crate) fn shown(error: serde_json::Error) -> Box<dyn std::error::Error + Send + Sync> {
    let said = error.to_string();
    let plain = Plain(&said, LONGEST_NAME).to_string();
    if plain == said {
        error.into()
    } else {
        Box::new(Unreadable(plain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_told_and_not_sent_there() {
        let told = Plain("a\r\nb\u{1b}[2J\u{7}\rc", 100).to_string();
        assert_eq!(told, "a\r\nb\\u{1b}[2J\\u{7}\\rc");
        assert_eq!(Plain("aéb", 2).to_string(), "aé…");
        assert_eq!(Plain("aé", 2).to_string(), "aé");
    }
}
