//! Lanes: one writer at a time, and not too often.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, sleep_until};

use super::super::meta::Lane;
use super::options::later;

/// The start of the last write in a lane.
type Last = Option<Instant>;

/// The lanes of one run, by name.
#[derive(Debug, Default)]
pub(super) struct Lanes(Mutex<HashMap<String, Arc<tokio::sync::Mutex<Last>>>>);

/// The right to write in a lane, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _held: Option<OwnedMutexGuard<Last>>,
}

impl Lanes {
    /// Waits for the lane to be free, and for its interval to pass.
    pub(super) async fn enter(
        &self,
        lane: Option<&Lane>,
        scale: impl Fn(Duration) -> Duration,
    ) -> Turn {
        let Some(lane) = lane else {
            return Turn { _held: None };
        };
        let mutex = {
            let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(lanes.entry(lane.name.clone()).or_default())
        };
        let mut last = mutex.lock_owned().await;
        if let (Some(last), Some(interval)) = (*last, lane.min_interval) {
            sleep_until(later(last, scale(interval))).await;
        }
        *last = Some(Instant::now());
        Turn { _held: Some(last) }
    }
}
