//! The World's clock: an instant in the World's own calendar, moved by tokio's clock.

use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::Instant;

/// Reads the World's time from tokio's clock, so that a paused test clock moves both together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    start: OffsetDateTime,
    anchor: Instant,
    speed: f64,
}

impl Clock {
    pub(super) fn new(start: OffsetDateTime, speed: f64) -> Self {
        let speed = if speed.is_finite() && speed > 0.0 {
            speed
        } else {
            1.0
        };
        Self {
            start,
            anchor: Instant::now(),
            speed,
        }
    }

    pub(super) fn now(&self) -> OffsetDateTime {
        let elapsed = Instant::now().saturating_duration_since(self.anchor);
        let elapsed = Duration::try_from_secs_f64(elapsed.as_secs_f64() * self.speed)
            .unwrap_or(Duration::MAX);
        // Whole milliseconds, as in the saved file: what is loaded is then what was saved.
        let millis = i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX);
        self.start
            .checked_add(time::Duration::milliseconds(millis))
            .unwrap_or(self.start)
    }

    pub(super) fn scaled(&self, virtual_delay: Duration) -> Duration {
        Duration::try_from_secs_f64(virtual_delay.as_secs_f64() / self.speed)
            .unwrap_or(virtual_delay)
    }

    pub(super) fn speed(&self) -> f64 {
        self.speed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[tokio::test(start_paused = true)]
    async fn runs_with_tokio_times_speed() {
        let clock = Clock::new(datetime!(2026-11-22 09:00 UTC), 60.0);
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(clock.now(), datetime!(2026-11-22 09:02 UTC));
        assert_eq!(
            clock.scaled(Duration::from_secs(60)),
            Duration::from_secs(1)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_senseless_speed_is_one() {
        for speed in [0.0, -3.0, f64::NAN, f64::INFINITY] {
            assert!(
                (Clock::new(datetime!(2026-11-22 09:00 UTC), speed).speed() - 1.0).abs() < 1e-9
            );
        }
    }
}
