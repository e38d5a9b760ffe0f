//! The lease as the lock: renewed while the run works, and given up when another run has it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::sleep;
use uuid::Uuid;

use super::JournalBlob;
use super::requests::{LEASE_SECONDS, Refused};

/// The lease of the part that is written to.
#[derive(Debug)]
pub(super) struct Lease {
    pub(super) id: Uuid,
    part: AtomicU32,
    /// Why it is ours no more.
    lost: Mutex<Option<&'static str>>,
}

impl Lease {
    pub(super) fn of(part: u32, id: Uuid) -> Arc<Self> {
        Arc::new(Self {
            id,
            part: AtomicU32::new(part),
            lost: Mutex::default(),
        })
    }

    /// Another part is written to from now on.
    pub(super) fn moves_to(&self, part: u32) {
        self.part.store(part, Ordering::Relaxed);
    }

    /// Whether anybody has seen that it is not ours any more.
    pub(super) fn must_be_held(&self) -> Result<(), &'static str> {
        let lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        lost.map_or(Ok(()), Err)
    }

    fn lose(&self, why: &'static str) {
        *self.lost.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
    }
}

/// The task that renews, which ends with this.
#[derive(Debug)]
pub(super) struct Keeper(Option<AbortHandle>);

impl Keeper {
    pub(super) fn none() -> Self {
        Self(None)
    }

    pub(super) fn stop(&self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Renews it three times as often as it would have to be. What does not succeed is tried again at the next turn; if it has
/// run out meanwhile, it is taken again unless another run has it.
pub(super) fn keep(place: &JournalBlob, lease: &Arc<Lease>) -> Keeper {
    let (blobs, lease) = (place.blobs.clone(), Arc::clone(lease));
    let turn = Duration::from_secs(LEASE_SECONDS / 3);
    let turn = blobs.service().clock().scaled(turn);
    let task = tokio::spawn(async move {
        loop {
            sleep(turn).await;
            let part = lease.part.load(Ordering::Relaxed);
            let moved = || part != lease.part.load(Ordering::Relaxed);
            let mut said = blobs.renew(part, lease.id).await;
            if matches!(said, Ok(Err(Refused::LeaseOver | Refused::Leased))) && !moved() {
                said = blobs.acquire(part, lease.id).await;
            }
            match said {
                Ok(Err(Refused::Leased)) if !moved() => {
                    return lease.lose("its lease ran out, and another run has it now");
                }
                Ok(Err(Refused::NoBlob)) if !moved() => return lease.lose("the blob is gone"),
                Ok(_) | Err(_) => {}
            }
        }
    });
    Keeper(Some(task.abort_handle()))
}
