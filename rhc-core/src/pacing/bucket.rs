//! One bucket: when it is full again, and whether it is shut.

use super::{Ceiling, Lesson};
use std::time::Duration;
use tokio::time::Instant;

/// Buckets are never as empty as this: a service's figure, however wild, does not reach beyond it.
const LONGEST_DEBT: Duration = Duration::from_secs(24 * 60 * 60);

/// A tenth of the known rate is the slowest.
const MOST_SLOWED: u32 = 90;

#[derive(Debug, Default)]
pub(super) struct Bucket {
    /// When it will be full again.
    full_at: Option<Instant>,
    /// How many tenths of its time each unit takes, less ten: where the service has little left although we think otherwise.
    slowed: u32,
    /// No request passes before this.
    shut_until: Option<Instant>,
    /// How many requests are sent and not answered.
    pub(super) under_way: u32,
}

impl Bucket {
    /// Takes the units of a request; from when on they are there, if not now.
    pub(super) fn reserve(&mut self, ceiling: &Ceiling, now: Instant) -> Option<Instant> {
        let full = self.full_at.map_or(now, |full| full.max(now));
        let slowed = units(ceiling, ceiling.cost) / 10 * self.slowed;
        let after = full + units(ceiling, ceiling.cost) + slowed;
        self.full_at = Some(after);
        // A bucket that fills at `after` holds our units from the moment when no more than `burst` are missing.
        let capacity = units(ceiling, ceiling.burst.max(ceiling.cost));
        let turn = after.checked_sub(capacity).filter(|turn| *turn > now);
        turn.max(self.shut_after(now))
    }

    pub(super) fn shut_after(&self, now: Instant) -> Option<Instant> {
        self.shut_until.filter(|until| *until > now)
    }

    /// Takes in what an answer says is left, and what its request took.
    pub(super) fn learn(&mut self, ceiling: &Ceiling, lesson: &Lesson, now: Instant) {
        if let Some(more) = lesson.cost.and_then(|cost| cost.checked_sub(ceiling.cost)) {
            let full = self.full_at.map_or(now, |full| full.max(now));
            self.full_at = Some((full + units(ceiling, more)).min(now + LONGEST_DEBT));
        }
        let of_share = lesson.used.filter(|used| used.is_finite()).map(|used| {
            let free = (1.0 - used).clamp(0.0, 1.0) * f64::from(ceiling.burst);
            // Between zero and the burst, so that nothing is lost but the fraction.
            free as u32
        });
        // The answered one is counted by the service; the others that are under way may not be.
        let others = self
            .under_way
            .saturating_sub(1)
            .saturating_mul(ceiling.cost);
        let left = [lesson.left, of_share].into_iter().flatten().min();
        if let Some(left) = left {
            self.has_left(ceiling, left.saturating_sub(others), now);
        }
    }

    /// The service holds so much still. From a quarter on downwards nothing goes at once any more, and each unit takes the longer the
    /// less there is: so the service's bucket does not run empty, however slowly it fills.
    fn has_left(&mut self, ceiling: &Ceiling, left: u32, now: Instant) {
        let quarter = ceiling.burst / 4;
        if left >= quarter {
            self.slowed = 0;
            return self.at_most(ceiling, left, now);
        }
        let tenths = quarter.saturating_mul(10) / left.max(1);
        self.slowed = tenths.saturating_sub(10).min(MOST_SLOWED);
        self.at_most(ceiling, 0, now);
    }

    /// Shuts it for as long as the service asked, and empties it: what comes after goes one by one.
    pub(super) fn shut(&mut self, ceiling: &Ceiling, wait: Option<Duration>, now: Instant) {
        let opens = now + wait.unwrap_or_default();
        self.shut_until = self.shut_until.max(Some(opens));
        self.at_most(ceiling, 0, now);
    }

    /// Whether it knows more than a new one.
    pub(super) fn is_worth_keeping(&self, now: Instant) -> bool {
        let is_full = self.full_at.is_none_or(|full| full <= now);
        !is_full || self.under_way > 0 || self.shut_after(now).is_some()
    }

    /// Holds no more than this from now on.
    fn at_most(&mut self, ceiling: &Ceiling, left: u32, now: Instant) {
        let missing = ceiling.burst.saturating_sub(left);
        let full = now + units(ceiling, missing);
        self.full_at = self.full_at.max(Some(full));
    }
}

fn units(ceiling: &Ceiling, units: u32) -> Duration {
    ceiling.refill.saturating_mul(units).min(LONGEST_DEBT)
}
