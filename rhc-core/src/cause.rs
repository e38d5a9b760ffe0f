//! Why a call got no answer, told without the address.

use crate::tokens::origin_of;
use azure_core::http::Url;
use std::{error::Error as StdError, fmt};

type Source = Box<dyn StdError + Send + Sync>;

/// One level of a cause that is told anew.
struct Cause {
    words: String,
    source: Option<Box<Cause>>,
}

/// Transports put the whole URL into their words. Its query may hold personal data, and its path may not be for showing:
/// where a cause names it, only the words are kept, with `shown` in place of path and query.
pub(crate) fn without_address(error: azure_core::Error, url: &Url, shown: &str) -> Source {
    let is_shown = url.query().is_none() && url.path() == shown;
    if is_shown || !format!("{error:?}").contains(url.as_str()) {
        return Box::new(error);
    }
    let instead = format!("{}{shown}", origin_of(url));
    let first: &(dyn StdError + 'static) = &error;
    let levels: Vec<String> = std::iter::successors(Some(first), |level| (*level).source())
        .map(|level| level.to_string().replace(url.as_str(), &instead))
        .collect();
    let told = levels.into_iter().rev().fold(None, |source, words| {
        Some(Box::new(Cause { words, source }))
    });
    told.map_or_else(|| Box::new(error) as Source, |told| told as Source)
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.words)?;
        match &self.source {
            Some(source) => write!(f, " <- {source:?}"),
            None => Ok(()),
        }
    }
}

impl StdError for Cause {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use azure_core::{Error, error::ErrorKind};

    #[test]
    fn the_address_is_left_out_and_the_rest_is_told() {
        let url =
            Url::parse("https://graph.microsoft.com/v1.0/users?$filter=mail%20eq%20'ann@x.org'")
                .unwrap();
        let lost = || {
            let inner = Error::with_error(
                ErrorKind::Io,
                std::io::Error::other("reset by peer"),
                format!("error sending request for url ({url})"),
            );
            Error::with_error(ErrorKind::Io, inner, "failed to execute")
        };
        let told = without_address(lost(), &url, "/v1.0/users");
        let shown = format!("{told:?}");
        assert!(!shown.contains("ann@"), "{shown}");
        for words in [
            "failed to execute",
            "url (https://graph.microsoft.com/v1.0/users)",
            "reset by peer",
        ] {
            assert!(shown.contains(words), "{words} is missing in {shown}");
        }
        let hidden = format!("{:?}", without_address(lost(), &url, "(not shown)"));
        assert!(!hidden.contains("/v1.0/users"), "{hidden}");
        let other = Url::parse("https://graph.microsoft.com/v1.0/me").unwrap();
        assert!(without_address(lost(), &other, "/v1.0/me").is::<Error>());
    }
}
