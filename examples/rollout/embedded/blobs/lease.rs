//! Leases: who may write a blob.
//!
//! Source: [lease blob](https://learn.microsoft.com/rest/api/storageservices/lease-blob), its tables of outcomes.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::answer::{Reply, Said, refused};
use super::operations::Call;
use super::state::{Blob, Lease};

/// The state that a lease is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Available,
    Leased,
    Expired,
    Broken,
}

impl Phase {
    pub(super) fn of(lease: Option<&Lease>, now: OffsetDateTime) -> Self {
        match lease {
            None => Self::Available,
            Some(lease) if lease.broken => Self::Broken,
            Some(lease) if lease.until.is_some_and(|until| until <= now) => Self::Expired,
            Some(_) => Self::Leased,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Leased => "leased",
            Self::Expired => "expired",
            Self::Broken => "broken",
        }
    }
}

/// Whether whoever names this lease may write.
pub(super) fn may_write(
    blob: &Blob,
    named: Option<Uuid>,
    now: OffsetDateTime,
) -> Result<(), Reply> {
    let phase = Phase::of(blob.lease.as_ref(), now);
    let own = blob.lease.as_ref().map(|lease| lease.id);
    match (phase, named) {
        (Phase::Leased, None) => Err(refused(
            412,
            "LeaseIdMissing",
            "There is currently a lease on the blob and no lease ID was specified in the request.",
        )),
        (Phase::Leased, Some(id)) if own != Some(id) => Err(refused(
            412,
            "LeaseIdMismatchWithBlobOperation",
            "The lease ID specified did not match the lease ID for the blob.",
        )),
        (Phase::Leased, Some(_)) | (_, None) => Ok(()),
        (Phase::Available, Some(_)) => Err(refused(
            412,
            "LeaseNotPresentWithBlobOperation",
            "There is currently no lease on the blob.",
        )),
        (Phase::Expired | Phase::Broken, Some(_)) => Err(refused(
            412,
            "LeaseLost",
            "A lease ID was specified, but the lease for the blob has expired.",
        )),
    }
}

/// Acquires, renews, releases or breaks one.
pub(super) fn act(blob: &mut Blob, call: &Call<'_>, now: OffsetDateTime) -> Said {
    match call
        .header("x-ms-lease-action")
        .map(str::to_ascii_lowercase)
        .as_deref()
    {
        Some("acquire") => acquire(blob, call, now),
        Some("renew") => renew(blob, call, now),
        Some("release") => release(blob, call),
        Some("break") => broken(blob),
        _ => Err(invalid("x-ms-lease-action")),
    }
}

fn invalid(header: &str) -> Reply {
    let words =
        format!("The value for one of the HTTP headers is not in the correct format: {header}.");
    refused(400, "InvalidHeaderValue", &words)
}

fn mismatch() -> Reply {
    refused(
        409,
        "LeaseIdMismatchWithLeaseOperation",
        "The lease ID specified did not match the lease ID for the blob.",
    )
}

fn acquire(blob: &mut Blob, call: &Call<'_>, now: OffsetDateTime) -> Said {
    let seconds = match call.header("x-ms-lease-duration") {
        Some("-1") => None,
        text => {
            let seconds = text.and_then(|text| text.parse::<u32>().ok());
            let seconds = seconds.filter(|seconds| (15..=60).contains(seconds));
            Some(seconds.ok_or_else(|| invalid("x-ms-lease-duration"))?)
        }
    };
    let id = match call.header("x-ms-proposed-lease-id") {
        Some(text) => text
            .parse()
            .map_err(|_| invalid("x-ms-proposed-lease-id"))?,
        None => Uuid::new_v5(&Uuid::nil(), format!("{}{now}", blob.tag).as_bytes()),
    };
    let held = blob.lease.as_ref().map(|lease| lease.id);
    if Phase::of(blob.lease.as_ref(), now) == Phase::Leased && held != Some(id) {
        return Err(refused(
            409,
            "LeaseAlreadyPresent",
            "There is already a lease present.",
        ));
    }
    blob.lease = Some(Lease {
        id,
        seconds,
        until: until(seconds, now),
        broken: false,
    });
    Ok(Reply::new(201).with("x-ms-lease-id", id))
}

fn until(seconds: Option<u32>, now: OffsetDateTime) -> Option<OffsetDateTime> {
    seconds.map(|seconds| now + Duration::seconds(i64::from(seconds)))
}

/// The lease that is named, which has to be the one that is or was in force.
fn named<'b>(blob: &'b mut Blob, call: &Call<'_>) -> Result<&'b mut Lease, Reply> {
    let id = call.lease_id()?.ok_or_else(|| invalid("x-ms-lease-id"))?;
    match &mut blob.lease {
        None => Err(refused(
            409,
            "LeaseNotPresentWithLeaseOperation",
            "There is currently no lease on the blob.",
        )),
        Some(lease) if lease.id != id => Err(mismatch()),
        Some(lease) => Ok(lease),
    }
}

fn renew(blob: &mut Blob, call: &Call<'_>, now: OffsetDateTime) -> Said {
    let lease = named(blob, call)?;
    if lease.broken {
        return Err(refused(
            409,
            "LeaseIsBrokenAndCannotBeRenewed",
            "The lease ID matched, but the lease has been broken explicitly and cannot be renewed.",
        ));
    }
    lease.until = until(lease.seconds, now);
    Ok(Reply::new(200).with("x-ms-lease-id", lease.id))
}

fn release(blob: &mut Blob, call: &Call<'_>) -> Said {
    named(blob, call)?;
    blob.lease = None;
    Ok(Reply::new(200))
}

/// At once: nobody here wants to wait for the rest of its time.
fn broken(blob: &mut Blob) -> Said {
    match &mut blob.lease {
        None => Err(refused(
            409,
            "LeaseNotPresentWithLeaseOperation",
            "There is currently no lease on the blob.",
        )),
        Some(lease) => {
            lease.broken = true;
            Ok(Reply::new(202).with("x-ms-lease-time", 0))
        }
    }
}
