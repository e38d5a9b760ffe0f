//! Looking records up in public DNS: as anybody does, and as fresh as can be.
//!
//! A record that was added a minute ago must be seen, although somebody asked for it before and was told that there is
//! none. So nothing is remembered here, and on Azure the zone's own servers are asked before anybody who remembers.

mod embedded;
mod internet;

use std::fmt;

use async_trait::async_trait;

use crate::engine::StepError;

pub use embedded::EmbeddedDns;
pub use internet::Internet;

/// The kinds of records that are looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordKind {
    /// An IPv4 address.
    A,
    /// An IPv6 address.
    Aaaa,
    /// Who may issue certificates, as zone files write it: `0 issue "example.com"`.
    Caa,
    /// Another name for the same.
    Cname,
    /// Who answers for a zone.
    Ns,
    /// Text.
    Txt,
}

impl RecordKind {
    /// As DNS writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Caa => "CAA",
            Self::Cname => "CNAME",
            Self::Ns => "NS",
            Self::Txt => "TXT",
        }
    }
}

impl fmt::Display for RecordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Somebody who looks records up.
#[async_trait]
pub trait Resolver: fmt::Debug + Send + Sync {
    /// The values of a name's records of one kind; none where there is no such record, or no such name. Names are
    /// answered without the dot at the end.
    ///
    /// # Errors
    /// Where nobody could be asked, or nobody knew.
    async fn lookup(&self, name: &str, kind: RecordKind) -> Result<Vec<String>, StepError>;
}

/// Why nothing is known of a record.
fn unknown(name: &str, kind: RecordKind, why: impl fmt::Display) -> StepError {
    StepError::new(format!(
        "whether {name} has a {kind} record could not be found out: {why}"
    ))
    .remedy("check the network: DNS (port 53) must be reachable from here; then run the same command again")
    .briefly()
}
