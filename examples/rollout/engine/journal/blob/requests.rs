//! The requests of a journal's blobs: make, append, read, lease.
//!
//! Source: [Blob Storage](https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api), and its
//! [error codes](https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes).

use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use bytes::Bytes;
use rhc_core::{
    Answer, ClientOptions, Error, ErrorKind, Method, Path, Request, Result, Service, ServiceInfo,
    Url,
};
use uuid::Uuid;

use super::address::BlobAddress;

/// The last version in which a block of an append blob has at most 4 MiB; nothing newer is needed.
const VERSION: &str = "2021-12-02";
/// What an access token is asked for.
const SCOPE: &str = "https://storage.azure.com/.default";
/// The longest block.
pub(super) const LONGEST: usize = 4 * 1024 * 1024;
/// How many blocks an append blob can have.
pub(super) const MOST_BLOCKS: u32 = 50_000;
/// No journal has so many parts of 50,000 lines each.
pub(super) const MOST_PARTS: u32 = 1_000;
/// How long a lease lasts: as long as one can that is not for ever, in seconds.
pub(super) const LEASE_SECONDS: u64 = 60;
/// How often a body is asked for again that did not arrive as a whole.
const TORN_READS: usize = 3;

/// One journal's blobs.
#[derive(Clone, Debug)]
pub(super) struct Blobs {
    service: Service,
    container: String,
    folder: String,
}

/// What a refusal means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// There is no such blob.
    NoBlob,
    /// There is one already.
    Exists,
    /// The blob ends elsewhere.
    NotTheEnd,
    /// It has as many blocks as it can have.
    Full,
    /// Another lease is in force.
    Leased,
    /// The lease that was named is in force no more.
    LeaseOver,
}

/// What was answered, or what the refusal means.
pub(super) type Said<T> = Result<std::result::Result<T, Refused>>;

/// What is known of a blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct About {
    pub(super) leased: bool,
    /// What its holder wrote of himself.
    pub(super) holder: Option<String>,
}

impl Blobs {
    pub(super) fn new(
        address: &BlobAddress,
        folder: &str,
        credential: Arc<dyn TokenCredential>,
        options: &ClientOptions,
    ) -> Result<Self> {
        let origin = Url::parse(&address.origin())
            .map_err(|error| Error::invalid("journal", error.to_string()))?;
        let info = ServiceInfo {
            crate_name: "rhc-rollout",
            crate_version: env!("CARGO_PKG_VERSION"),
            origin,
            scope: SCOPE.to_owned(),
        };
        Ok(Self {
            service: Service::new(info, credential, options)?,
            container: address.container().to_owned(),
            folder: folder.to_owned(),
        })
    }

    pub(super) fn service(&self) -> &Service {
        &self.service
    }

    /// What a part is called.
    pub(super) fn file(part: u32) -> String {
        match part {
            0 | 1 => "journal.jsonl".to_owned(),
            more => format!("journal.{more}.jsonl"),
        }
    }

    fn request(&self, operation: &'static str, method: Method, part: u32) -> Request {
        let path = Path::new("")
            .segment(&self.container)
            .segment(&self.folder)
            .segment(Self::file(part));
        Request::new(operation, method, path).header("x-ms-version", VERSION)
    }

    /// Makes an empty append blob where there is none.
    pub(super) async fn create(&self, part: u32) -> Said<()> {
        let request = self
            .request("journal.create", Method::Put, part)
            .header("x-ms-blob-type", "AppendBlob")
            .header("x-ms-blob-content-type", "text/plain; charset=utf-8")
            .header("if-none-match", "*");
        Ok(self.send(request).await?.map(drop))
    }

    /// Adds a block behind the first `at` bytes, if the blob ends there. How many blocks it has now.
    pub(super) async fn append(&self, part: u32, at: u64, line: &Bytes, lease: Uuid) -> Said<u32> {
        let request = self
            .request("journal.append", Method::Put, part)
            .query("comp", "appendblock")
            .header("x-ms-blob-condition-appendpos", at.to_string())
            .header("x-ms-lease-id", lease.to_string())
            .body("application/octet-stream", line.clone());
        let said = self.send(request).await?;
        Ok(said.map(|answer| number(&answer, "x-ms-blob-committed-block-count").unwrap_or(1)))
    }

    /// What is known of it.
    pub(super) async fn about(&self, part: u32) -> Said<About> {
        let request = self.request("journal.about", Method::Head, part);
        Ok(self.send(request).await?.map(|answer| About {
            leased: answer
                .header("x-ms-lease-status")
                .is_some_and(|status| status.eq_ignore_ascii_case("locked")),
            holder: answer.header("x-ms-meta-holder").map(str::to_owned),
        }))
    }

    /// What stands behind the first `from` bytes; nothing where the blob ends there or before.
    pub(super) async fn read(&self, part: u32, from: u64) -> Said<Bytes> {
        let mut torn = 0;
        loop {
            let mut request = self.request("journal.read", Method::Get, part);
            if from > 0 {
                request = request.header("x-ms-range", format!("bytes={from}-"));
            }
            let answer = match self.send(request).await? {
                Ok(answer) if answer.status == 416 => return Ok(Ok(Bytes::new())),
                Ok(answer) => answer,
                Err(refused) => return Ok(Err(refused)),
            };
            let promised: Option<usize> = number(&answer, "content-length");
            let whole = promised.is_none_or(|length| length == answer.body.len());
            if whole && (from == 0 || answer.status == 206) {
                return Ok(Ok(answer.body));
            }
            torn += 1;
            if torn >= TORN_READS {
                let words = "the answer did not arrive as a whole, several times";
                return Err(answer.error(ErrorKind::NoAnswer, words));
            }
        }
    }

    /// Takes the lease, or renews it: whoever asks with the id that he has, keeps it.
    pub(super) async fn acquire(&self, part: u32, lease: Uuid) -> Said<()> {
        let request = self
            .lease("journal.acquire", part, "acquire")
            .header("x-ms-lease-duration", LEASE_SECONDS.to_string())
            .header("x-ms-proposed-lease-id", lease.to_string());
        Ok(self.send(request).await?.map(drop))
    }

    /// Makes it last longer.
    pub(super) async fn renew(&self, part: u32, lease: Uuid) -> Said<()> {
        let request = self
            .lease("journal.renew", part, "renew")
            .header("x-ms-lease-id", lease.to_string());
        Ok(self.send(request).await?.map(drop))
    }

    /// Ends it.
    pub(super) async fn release(&self, part: u32, lease: Uuid) -> Said<()> {
        let request = self
            .lease("journal.release", part, "release")
            .header("x-ms-lease-id", lease.to_string());
        Ok(self.send(request).await?.map(drop))
    }

    fn lease(&self, operation: &'static str, part: u32, action: &str) -> Request {
        self.request(operation, Method::Put, part)
            .query("comp", "lease")
            .header("x-ms-lease-action", action)
    }

    /// Says who holds it.
    pub(super) async fn name_holder(&self, part: u32, lease: Uuid, holder: &str) -> Said<()> {
        let request = self
            .request("journal.holder", Method::Put, part)
            .query("comp", "metadata")
            .header("x-ms-lease-id", lease.to_string())
            .header("x-ms-meta-holder", holder);
        Ok(self.send(request).await?.map(drop))
    }

    async fn send(&self, request: Request) -> Said<Answer> {
        let refusals = [400, 403, 404, 409, 412, 413, 416];
        let answer = self.service.send_expecting(request, &refusals).await?;
        if answer.status < 300 || answer.status == 416 {
            return Ok(Ok(answer));
        }
        let code = answer.header("x-ms-error-code").unwrap_or_default();
        let refused = match code {
            "BlobNotFound" => Refused::NoBlob,
            "BlobAlreadyExists" => Refused::Exists,
            "AppendPositionConditionNotMet" => Refused::NotTheEnd,
            "BlockCountExceedsLimit" => Refused::Full,
            "LeaseAlreadyPresent"
            | "LeaseIsBreakingAndCannotBeAcquired"
            | "LeaseIdMissing"
            | "LeaseIdMismatchWithBlobOperation"
            | "LeaseIdMismatchWithLeaseOperation" => Refused::Leased,
            "LeaseLost"
            | "LeaseNotPresentWithBlobOperation"
            | "LeaseNotPresentWithLeaseOperation"
            | "LeaseIsBrokenAndCannotBeRenewed" => Refused::LeaseOver,
            _ => return Err(answer.error(ErrorKind::Status, words(code))),
        };
        Ok(Err(refused))
    }
}

/// What a refusal says that is not for this program to settle.
fn words(code: &str) -> String {
    let why = match code {
        "ContainerNotFound" => {
            "there is no such container: make it in the account, such as with `az storage container create --auth-mode login`"
        }
        "AuthorizationPermissionMismatch" | "AuthorizationFailure" => {
            "you may not: the role Storage Blob Data Contributor at the container is needed (it may take minutes to count), and the account's firewall must let this computer in"
        }
        "InvalidBlobType" => {
            "there is a blob of this name that cannot be appended to: move it away"
        }
        "" => "the service gave no code; something in between may have answered",
        _ => "the service refused it",
    };
    if code.is_empty() {
        why.to_owned()
    } else {
        format!("{code}: {why}")
    }
}

fn number<N: std::str::FromStr>(answer: &Answer, header: &'static str) -> Option<N> {
    answer.header(header)?.trim().parse().ok()
}
