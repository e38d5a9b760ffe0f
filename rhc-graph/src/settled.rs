//! Waiting until the directory has settled: after a write, reads lag behind it and differ between replicas.

use rhc_core::{Clock, Error, ErrorKind, Result};
use std::{future::Future, time::Duration};

/// How a directory is asked until it has settled: several good reads in a row.
///
/// One good read is not enough, because the next may be answered by a replica that has not heard of the write yet.
/// Use it with point reads; lists lag further.
///
/// ```no_run
/// # async fn example(graph: rhc_graph::GraphClient, app: rhc_graph::Application) -> rhc_graph::Result<()> {
/// use rhc_graph::Settling;
/// let id = app.object_id()?;
/// let settled = graph
///     .settled(&Settling::default(), || {
///         let applications = graph.applications();
///         async move { applications.get_opt(id).await }
///     })
///     .await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settling {
    /// How many reads in a row must be good.
    pub times: u32,
    /// The first wait between two reads. It doubles after each bad read.
    pub interval: Duration,
    /// The longest wait between two reads.
    pub longest: Duration,
    /// How long to try in all.
    pub budget: Duration,
}

impl Default for Settling {
    /// Five in a row, one to five seconds apart, five minutes in all.
    fn default() -> Self {
        Self {
            times: 5,
            interval: Duration::from_secs(1),
            longest: Duration::from_secs(5),
            budget: Duration::from_secs(300),
        }
    }
}

impl Settling {
    /// So many in a row.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// So long in all.
    #[must_use]
    pub fn budget(mut self, budget: Duration) -> Self {
        self.budget = budget;
        self
    }

    /// Reads until `times` reads in a row are good. `None` and a 404 are bad; they start the count again.
    pub(crate) async fn run<T, F, Answered>(&self, clock: &Clock, mut read: F) -> Result<T>
    where
        F: FnMut() -> Answered,
        Answered: Future<Output = Result<Option<T>>>,
    {
        let started = tokio::time::Instant::now();
        let budget = clock.scaled(self.budget);
        let mut interval = self.interval.min(self.longest);
        let mut good = 0;
        let mut reads = 0_u32;
        loop {
            reads = reads.saturating_add(1);
            match read().await {
                Ok(Some(value)) => {
                    good += 1;
                    if good >= self.times {
                        return Ok(value);
                    }
                }
                Ok(None) => good = 0,
                Err(error) if error.is_not_found() => good = 0,
                Err(error) => return Err(error),
            }
            let wait = clock.scaled(interval);
            if started.elapsed() + wait > budget {
                let message = format!(
                    "the directory has not settled within {:?}: {good} of {} good reads in a row after {reads} reads",
                    self.budget, self.times
                );
                return Err(Error::new(ErrorKind::DeadlineExceeded, "settled", message)
                    .with_effort(reads, started.elapsed(), None));
            }
            tokio::time::sleep(wait).await;
            if good == 0 {
                interval = (interval * 2).min(self.longest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{cell::Cell, future::ready};
    use time::macros::datetime;
    use tokio::time::Instant;

    fn clock(speed: f64) -> Clock {
        Clock::anchored(datetime!(2026-01-01 0:00 UTC), speed)
    }

    fn not_found() -> Error {
        Error::new(ErrorKind::Status, "users.get", "").with_status(404, None)
    }

    async fn run(
        settling: Settling,
        speed: f64,
        answers: impl Fn(u32) -> Result<Option<u32>>,
    ) -> (Result<u32>, u32, Duration) {
        let reads = Cell::new(0);
        let started = Instant::now();
        let result = settling
            .run(&clock(speed), || {
                reads.set(reads.get() + 1);
                ready(answers(reads.get()))
            })
            .await;
        (result, reads.get(), started.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn five_good_reads_in_a_row_are_needed() {
        let (result, reads, took) = run(Settling::default(), 1.0, |n| Ok(Some(n))).await;
        assert_eq!((result.unwrap(), reads), (5, 5));
        assert_eq!(took.as_secs(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn a_bad_read_starts_the_count_again() {
        // Good, good, gone again: a replica that had not heard of it.
        let (result, reads, _) = run(Settling::default(), 1.0, |n| match n {
            3 => Err(not_found()),
            4 => Ok(None),
            _ => Ok(Some(n)),
        })
        .await;
        assert_eq!((result.unwrap(), reads), (9, 9));
    }

    #[tokio::test(start_paused = true)]
    async fn waits_grow_to_the_longest_while_nothing_is_there() {
        let (result, _, took) = run(Settling::default().times(1), 1.0, |n| {
            Ok((n > 5).then_some(n))
        })
        .await;
        assert_eq!(result.unwrap(), 6);
        assert_eq!(took.as_secs(), 1 + 2 + 4 + 5 + 5);
    }

    #[tokio::test(start_paused = true)]
    async fn the_budget_ends_it() {
        let settling = Settling::default().budget(Duration::from_secs(30));
        let (result, reads, took) = run(settling, 1.0, |_| Ok(None)).await;
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
        assert!(error.to_string().contains("0 of 5 good reads"), "{error}");
        assert_eq!(error.attempts(), reads);
        assert!(took <= Duration::from_secs(30), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn another_error_ends_it_at_once() {
        let (result, reads, _) = run(Settling::default(), 1.0, |_| {
            Err(Error::new(ErrorKind::Status, "users.get", "").with_status(403, None))
        })
        .await;
        assert!(result.unwrap_err().is_forbidden());
        assert_eq!(reads, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_fast_clock_waits_less() {
        let (_, _, took) = run(Settling::default(), 100.0, |n| Ok(Some(n))).await;
        assert_eq!(took.as_millis(), 40);
    }
}
