//! How long the person in front of the screen waited.

/// The wall clock of one process. tokio's would say what passed in the cloud, and the point is what passed here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watch(std::time::Instant);

impl Watch {
    #[allow(
        clippy::disallowed_methods,
        reason = "the wall clock is the point: a rehearsal runs on a paused one"
    )]
    pub(super) fn start() -> Self {
        Self(std::time::Instant::now())
    }

    pub(super) fn seconds(self) -> f64 {
        (self.0.elapsed().as_secs_f64() * 1000.0).round() / 1000.0
    }
}
