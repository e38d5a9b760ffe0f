//! A long-running operation, followed to its end, and said how far it is.

use futures::StreamExt;
use rhc_arm::Operation;
use rhc_core::Result;
use serde::de::DeserializeOwned;

use crate::engine::Apply;

/// Waits for the operation's result. Whoever draws the run learns each state that the service gives, with its own percentage
/// where there is one.
pub(super) async fn follow<T>(cx: &Apply<'_>, mut operation: Operation<T>) -> Result<T>
where
    T: DeserializeOwned + Send + 'static,
{
    while let Some(progress) = operation.next().await {
        let progress = progress?;
        // What has ended is said by what the step came to.
        if progress.next_poll.is_some() {
            cx.under_way(progress.status, progress.percent_complete);
        }
    }
    operation.await
}
