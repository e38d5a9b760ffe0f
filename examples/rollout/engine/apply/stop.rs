//! Stopping a run: nothing new begins, what is under way is finished or recorded.

use tokio::sync::watch;

/// How far a run should go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StopLevel {
    /// To its end.
    Go,
    /// Until the writes that are under way have ended, for some seconds; none is begun.
    Finish,
    /// Not at all: writes that are under way are left to the service. The journal holds them as of unknown outcome, and
    /// the next run looks.
    Leave,
}

/// The side that asks: the first Ctrl-C says [`StopHandle::finish`], the second [`StopHandle::leave`].
#[derive(Debug)]
pub struct StopHandle(watch::Sender<StopLevel>);

impl StopHandle {
    /// Begin nothing new.
    pub fn finish(&self) {
        self.raise(StopLevel::Finish);
    }

    /// Leave what is under way to the service.
    pub fn leave(&self) {
        self.raise(StopLevel::Leave);
    }

    fn raise(&self, level: StopLevel) {
        self.0.send_if_modified(|now| {
            let higher = level > *now;
            *now = level.max(*now);
            higher
        });
    }
}

/// The side that obeys.
#[derive(Clone, Debug)]
pub struct Stop(Option<watch::Receiver<StopLevel>>);

impl Stop {
    /// A run that nobody stops.
    pub fn never() -> Self {
        Self(None)
    }

    /// Both sides.
    pub fn channel() -> (StopHandle, Self) {
        let (sender, receiver) = watch::channel(StopLevel::Go);
        (StopHandle(sender), Self(Some(receiver)))
    }

    /// What is asked now.
    pub fn level(&self) -> StopLevel {
        self.0.as_ref().map_or(StopLevel::Go, |r| *r.borrow())
    }

    /// Whether anything is asked.
    pub fn requested(&self) -> bool {
        self.level() > StopLevel::Go
    }

    /// Returns when more is asked than this.
    pub(in crate::engine) async fn beyond(&self, level: StopLevel) {
        if let Some(receiver) = &self.0 {
            let mut receiver = receiver.clone();
            if receiver.wait_for(|now| *now > level).await.is_ok() {
                return;
            }
        }
        // Nobody is there any more who could ask.
        std::future::pending().await
    }
}

impl Default for Stop {
    fn default() -> Self {
        Self::never()
    }
}
