//! The address of a container.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// The only hosts that a token for Azure Storage is sent to.
const SUFFIX: &str = ".blob.core.windows.net";

/// A container in a storage account: `https://<account>.blob.core.windows.net/<container>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobAddress {
    account: String,
    container: String,
}

/// A text is not the address of a container.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}; expected is one such as https://rhcjournal.blob.core.windows.net/rollout")]
pub struct BlobAddressError(&'static str);

impl BlobAddress {
    /// A container of an account.
    ///
    /// # Errors
    /// Where Azure allows no such name.
    pub fn new(account: &str, container: &str) -> Result<Self, BlobAddressError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        if !(3..=24).contains(&account.len()) || !account.chars().all(plain) {
            return Err(BlobAddressError(
                "a storage account has a name of 3 to 24 small letters and digits",
            ));
        }
        let hyphens = container.split('-').all(|part| !part.is_empty());
        let fits = container.chars().all(|c| plain(c) || c == '-');
        if !(3..=63).contains(&container.len()) || !fits || !hyphens {
            return Err(BlobAddressError(
                "a container has a name of 3 to 63 small letters, digits and single hyphens",
            ));
        }
        Ok(Self {
            account: account.to_owned(),
            container: container.to_owned(),
        })
    }

    /// The account's name.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The container's name.
    pub fn container(&self) -> &str {
        &self.container
    }

    /// Where the account's blobs are.
    pub(super) fn origin(&self) -> String {
        format!("https://{}{SUFFIX}", self.account)
    }
}

impl FromStr for BlobAddress {
    type Err = BlobAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|_| BlobAddressError("this is no address"))?;
        let account = match url.host() {
            Some(Host::Domain(host)) => host.strip_suffix(SUFFIX),
            _ => None,
        };
        let account = account.filter(|_| url.scheme() == "https" && url.port().is_none());
        let account = account.ok_or(BlobAddressError(
            "a journal in Azure is kept in Blob Storage",
        ))?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BlobAddressError(
                "an address with a signature or any other addition is not taken: the rollout signs in",
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BlobAddressError("an address holds no name and no password"));
        }
        let container = url.path().trim_matches('/');
        Self::new(account, container)
    }
}

impl fmt::Display for BlobAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.origin(), self.container)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_container_in_blob_storage_is_an_address() {
        let good = "https://rhcjournal.blob.core.windows.net/rollout";
        let address: BlobAddress = good.parse().unwrap();
        assert_eq!(
            (address.account(), address.container()),
            ("rhcjournal", "rollout")
        );
        assert_eq!(address.to_string(), good);
        assert_eq!(format!("{good}/").parse(), Ok(address));
        for bad in [
            "",
            "rollout.jsonl",
            "http://rhcjournal.blob.core.windows.net/rollout",
            "https://rhcjournal.blob.core.windows.net",
            "https://rhcjournal.blob.core.windows.net/rollout/more",
            "https://rhcjournal.blob.core.windows.net/Rollout",
            "https://rhcjournal.blob.core.windows.net/a--b",
            "https://rhcjournal.blob.core.windows.net:444/rollout",
            "https://rhcjournal.blob.core.windows.net/rollout?sv=1&sig=x",
            "https://rhcjournal.blob.core.windows.net/rollout#x",
            "https://a:b@rhcjournal.blob.core.windows.net/rollout",
            "https://rhcjournal.blob.core.windows.net.example/rollout",
            "https://blob.core.windows.net/rollout",
            "https://a.b.blob.core.windows.net/rollout",
            "https://127.0.0.1/rollout",
        ] {
            let refused = bad.parse::<BlobAddress>().unwrap_err().to_string();
            assert!(
                refused.contains("expected is one such as"),
                "{bad}: {refused}"
            );
        }
    }
}
