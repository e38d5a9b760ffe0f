//! What can be asked of a blob.

use std::collections::BTreeMap;

use http::request::Parts;
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use rhc_core::fake::State;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use url::form_urlencoded;
use uuid::Uuid;

use super::answer::{Reply, Said, refused};
use super::lease::{self, Phase};
use super::state::{Blob, Blobs};

/// The longest block before version 2022-11-02, after which it is longer.
const LONGEST: usize = 4 * 1024 * 1024;
/// How many blocks a blob can have.
const MOST_BLOCKS: u32 = 50_000;
/// The first version that takes tokens. Source: [authorize with Microsoft Entra
/// ID](https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory).
const FIRST_VERSION: &str = "2017-11-09";

/// A request, read.
pub(super) struct Call<'a> {
    pub(super) method: &'a Method,
    pub(super) container: String,
    blob: String,
    pub(super) comp: Option<&'a str>,
    headers: &'a HeaderMap,
    body: &'a [u8],
}

impl<'a> Call<'a> {
    pub(super) fn read(parts: &'a Parts, body: &'a [u8]) -> Result<Self, Reply> {
        let path = percent_decode_str(parts.uri.path()).decode_utf8_lossy();
        let (container, blob) = path
            .trim_start_matches('/')
            .split_once('/')
            .unwrap_or_default();
        let query = parts.uri.query().unwrap_or_default();
        let known = ["appendblock", "lease", "metadata"];
        let mut comp = None;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if name == "comp" {
                let found = known.into_iter().find(|own| *own == value);
                comp = Some(found.ok_or_else(not_supported)?);
            }
        }
        let call = Self {
            method: &parts.method,
            container: container.to_owned(),
            blob: blob.to_owned(),
            comp,
            headers: &parts.headers,
            body,
        };
        match call.header("x-ms-version") {
            // Unverified: the code where it is missing or too old.
            None => Err(refused(
                400,
                "MissingRequiredHeader",
                "An HTTP header that's mandatory for this request is not specified: x-ms-version.",
            )),
            Some(version) if version < FIRST_VERSION => Err(refused(
                400,
                "InvalidHeaderValue",
                "The value for one of the HTTP headers is not in the correct format: x-ms-version.",
            )),
            Some(_) if blob.is_empty() => Err(not_supported()),
            Some(_) => Ok(call),
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn lease_id(&self) -> Result<Option<Uuid>, Reply> {
        let text = self.header("x-ms-lease-id");
        text.map(str::parse).transpose().map_err(|_| {
            refused(
                400,
                "InvalidHeaderValue",
                "The value for one of the HTTP headers is not in the correct format: x-ms-lease-id.",
            )
        })
    }
}

/// It is an operation of the service's, and not of this one.
fn not_supported() -> Reply {
    refused(
        400,
        "UnsupportedQueryParameter",
        "One of the query parameters specified in the request URI is not supported.",
    )
}

fn no_blob() -> Reply {
    refused(404, "BlobNotFound", "The specified blob does not exist.")
}

pub(super) fn run(state: &mut State, account: &str, call: &Call<'_>) -> Said {
    let now = state.now();
    let all = state.section::<Blobs>();
    let tag = all.changes + 1;
    let container = all.container(account, &call.container);
    let container = container.ok_or_else(|| {
        refused(
            404,
            "ContainerNotFound",
            "The specified container does not exist.",
        )
    })?;
    let method = call.method.as_str();
    if (method, call.comp) == ("PUT", None) {
        create(container, call, tag, now)?;
        all.changes = tag;
        return Ok(tagged(Reply::new(201), tag, now));
    }
    let blob = container.get_mut(&call.blob).ok_or_else(no_blob)?;
    let said = match (method, call.comp) {
        ("GET", None) => return read(blob, call, now),
        ("HEAD", None) => return Ok(about(Reply::new(200), blob, now).body(&blob.content)),
        ("PUT", Some("lease")) => {
            let said = lease::act(blob, call, now)?;
            return Ok(tagged(said, blob.tag, blob.modified));
        }
        ("PUT", Some("appendblock")) => append(blob, call, now)?,
        ("PUT", Some("metadata")) => {
            lease::may_write(blob, call.lease_id()?, now)?;
            blob.metadata = metadata(call);
            Reply::new(200)
        }
        _ => return Err(not_supported()),
    };
    (blob.tag, blob.modified) = (tag, now);
    all.changes = tag;
    Ok(tagged(said, tag, now))
}

fn metadata(call: &Call<'_>) -> BTreeMap<String, String> {
    let named = call.headers.iter().filter_map(|(name, value)| {
        let name = name.as_str().strip_prefix("x-ms-meta-")?;
        Some((name.to_owned(), value.to_str().ok()?.to_owned()))
    });
    named.collect()
}

fn create(
    container: &mut BTreeMap<String, Blob>,
    call: &Call<'_>,
    tag: u64,
    now: OffsetDateTime,
) -> Result<(), Reply> {
    if call.header("x-ms-blob-type") != Some("AppendBlob") {
        return Err(not_supported());
    }
    if !call.body.is_empty() {
        // Unverified: the code.
        return Err(refused(
            400,
            "InvalidHeaderValue",
            "The value for one of the HTTP headers is not in the correct format: Content-Length.",
        ));
    }
    if let Some(there) = container.get(&call.blob) {
        if call.header("if-none-match") == Some("*") {
            return Err(refused(
                409,
                "BlobAlreadyExists",
                "The specified blob already exists.",
            ));
        }
        lease::may_write(there, call.lease_id()?, now)?;
    }
    let content_type = call.header("x-ms-blob-content-type");
    let blob = Blob {
        content: Vec::new(),
        blocks: 0,
        metadata: metadata(call),
        content_type: content_type
            .unwrap_or("application/octet-stream")
            .to_owned(),
        tag,
        modified: now,
        lease: None,
    };
    container.insert(call.blob.clone(), blob);
    Ok(())
}

fn append(blob: &mut Blob, call: &Call<'_>, now: OffsetDateTime) -> Said {
    if call.body.is_empty() {
        return Err(refused(
            400,
            "InvalidHeaderValue",
            "The value for one of the HTTP headers is not in the correct format: Content-Length.",
        ));
    }
    if call.body.len() > LONGEST {
        return Err(refused(
            413,
            "RequestBodyTooLarge",
            "The request body is too large and exceeds the maximum permissible limit.",
        ));
    }
    lease::may_write(blob, call.lease_id()?, now)?;
    let wanted = call.header("x-ms-blob-condition-appendpos");
    if wanted.is_some_and(|at| at.parse() != Ok(blob.content.len())) {
        return Err(refused(
            412,
            "AppendPositionConditionNotMet",
            "The append position condition specified was not met.",
        ));
    }
    if blob.blocks >= MOST_BLOCKS {
        return Err(refused(
            409,
            "BlockCountExceedsLimit",
            "The committed block count cannot exceed the maximum limit of 50,000 blocks.",
        ));
    }
    let at = blob.content.len();
    blob.content.extend_from_slice(call.body);
    blob.blocks += 1;
    Ok(Reply::new(201)
        .with("x-ms-blob-append-offset", at)
        .with("x-ms-blob-committed-block-count", blob.blocks)
        .with("x-ms-request-server-encrypted", true))
}

fn read(blob: &Blob, call: &Call<'_>, now: OffsetDateTime) -> Said {
    let range = call.header("x-ms-range").or_else(|| call.header("range"));
    let Some(range) = range else {
        return Ok(about(Reply::new(200), blob, now).body(&blob.content));
    };
    let (from, to) = range
        .strip_prefix("bytes=")
        .and_then(|range| range.split_once('-'))
        .unwrap_or_default();
    let length = blob.content.len();
    let from: usize = from.parse().unwrap_or(usize::MAX);
    let end = to
        .parse::<usize>()
        .map_or(length, |to| length.min(to.saturating_add(1)));
    let Some(part) = blob.content.get(from..end).filter(|part| !part.is_empty()) else {
        return Err(refused(
            416,
            "InvalidRange",
            "The range specified is invalid for the current size of the resource.",
        ));
    };
    let range = format!("bytes {from}-{}/{length}", end - 1);
    Ok(about(Reply::new(206), blob, now)
        .with("content-range", range)
        .body(part))
}

fn about(reply: Reply, blob: &Blob, now: OffsetDateTime) -> Reply {
    let phase = Phase::of(blob.lease.as_ref(), now);
    let locked = phase == Phase::Leased;
    let mut reply = tagged(reply, blob.tag, blob.modified)
        .with("content-type", &blob.content_type)
        .with("accept-ranges", "bytes")
        .with("x-ms-blob-type", "AppendBlob")
        .with("x-ms-blob-committed-block-count", blob.blocks)
        .with("x-ms-lease-state", phase.word())
        .with(
            "x-ms-lease-status",
            if locked { "locked" } else { "unlocked" },
        );
    for (name, value) in &blob.metadata {
        reply = reply.with(format!("x-ms-meta-{name}"), value);
    }
    reply
}

fn tagged(reply: Reply, tag: u64, modified: OffsetDateTime) -> Reply {
    let modified = modified.to_offset(time::UtcOffset::UTC).format(&Rfc2822);
    let modified = modified.unwrap_or_default().replace("+0000", "GMT");
    reply
        .with("etag", format!("\"0x{tag:X}\""))
        .with("last-modified", modified)
}
