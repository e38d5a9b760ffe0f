//! Time as this workspace sees it: tokio's clock, so that a paused one drives everything.

use std::time::Duration;
use time::OffsetDateTime;
use tokio::time::Instant;

/// A wall clock that advances with tokio's clock.
///
/// Token lifetimes and `Retry-After` dates need the time of day; everything else here only needs durations.
/// [`Clock::system`] reads the machine's clock once and adds what tokio measured since,
/// so a test with a paused clock, or an embedded cloud with a date of its own, stays consistent.
/// A machine that slept may lag behind; an expired token is then noticed by the service's 401 and replaced.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    anchor: OffsetDateTime,
    started: Instant,
    speed: f64,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::anchored(OffsetDateTime::now_utc(), 1.0)
    }

    /// A clock that shows `anchor` now and runs `speed` times as fast as tokio's.
    pub fn anchored(anchor: OffsetDateTime, speed: f64) -> Self {
        let speed = if speed.is_finite() && speed > 0.0 {
            speed
        } else {
            1.0
        };
        Self {
            anchor,
            started: Instant::now(),
            speed,
        }
    }

    /// The time of day.
    pub fn now(&self) -> OffsetDateTime {
        let elapsed = self.started.elapsed().as_secs_f64() * self.speed;
        time::Duration::checked_seconds_f64(elapsed)
            .and_then(|elapsed| self.anchor.checked_add(elapsed))
            .unwrap_or(self.anchor)
    }

    /// What it shows once `duration` has passed on tokio's clock: the end of a token whose life a server counts in real
    /// seconds.
    pub fn after(&self, duration: Duration) -> OffsetDateTime {
        let passing = time::Duration::checked_seconds_f64(duration.as_secs_f64() * self.speed);
        self.now()
            .saturating_add(passing.unwrap_or(time::Duration::MAX))
    }

    /// How long to wait on tokio's clock for `duration` to pass on this one.
    pub fn scaled(&self, duration: Duration) -> Duration {
        Duration::try_from_secs_f64(duration.as_secs_f64() / self.speed).unwrap_or(duration)
    }

    /// How many of this clock's seconds pass in one of tokio's.
    pub fn speed(&self) -> f64 {
        self.speed
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn advances_with_tokio_and_scales() {
        let anchor = time::macros::datetime!(2026-01-01 0:00 UTC);
        let clock = Clock::anchored(anchor, 60.0);
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(clock.now() - anchor, time::Duration::minutes(2));
        assert_eq!(
            clock.scaled(Duration::from_secs(60)),
            Duration::from_secs(1)
        );
        let then = clock.after(Duration::from_secs(60));
        assert_eq!(then - clock.now(), time::Duration::hours(1));
    }

    #[tokio::test]
    async fn a_senseless_speed_is_one() {
        assert!(
            (Clock::anchored(OffsetDateTime::UNIX_EPOCH, 0.0).speed() - 1.0).abs() < f64::EPSILON
        );
        assert!(
            (Clock::anchored(OffsetDateTime::UNIX_EPOCH, f64::NAN).speed() - 1.0).abs()
                < f64::EPSILON
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_speed_beyond_all_dates_does_not_panic() {
        let clock = Clock::anchored(OffsetDateTime::UNIX_EPOCH, f64::MAX);
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(clock.now(), OffsetDateTime::UNIX_EPOCH);
        assert!(clock.after(Duration::from_secs(1)).year() > 9000);
    }
}
