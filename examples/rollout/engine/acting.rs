//! Which step is at work: for whoever writes down what is sent, below all clients.

use super::key::Key;

/// What a step is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It looks.
    Looks,
    /// It writes.
    Writes,
    /// It searches for what no step wants any more.
    Searches,
}

/// The step that is at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acting {
    /// The step.
    pub step: Key,
    /// What it does.
    pub doing: Doing,
}

tokio::task_local! {
    static ACTING: Acting;
}

impl Acting {
    /// The step whose work the present code is part of, if it is of any.
    pub fn now() -> Option<Self> {
        ACTING.try_with(Clone::clone).ok()
    }

    /// Does work as this step's.
    pub(super) async fn during<T>(step: &Key, doing: Doing, work: impl Future<Output = T>) -> T {
        let acting = Self {
            step: step.clone(),
            doing,
        };
        ACTING.scope(acting, work).await
    }
}
