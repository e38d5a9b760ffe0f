//! Waiting for a server that is busy or moving.

use std::time::Duration;

use rhc_core::{Clock, Error, Result};

use super::error::says_transient;

/// How often and how long to wait for a server that is busy or moving.
///
/// Microsoft asks for at least five seconds before the first repetition, and doubles up to a minute.
/// Source: [transient faults](https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-connectivity-issues).
#[derive(Clone, Debug)]
pub struct SqlRetry {
    /// How often at most, the first time included.
    pub attempts: u32,
    /// The first wait; each further one is twice as long.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
    /// The clock that waiting goes by.
    pub clock: Clock,
}

impl Default for SqlRetry {
    fn default() -> Self {
        Self {
            attempts: 6,
            first: Duration::from_secs(5),
            longest: Duration::from_secs(60),
            clock: Clock::default(),
        }
    }
}

impl SqlRetry {
    /// Repeats what changes nothing while its error is one of a moment.
    ///
    /// # Errors
    /// The last one, with how often it was tried.
    pub async fn run<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let started = tokio::time::Instant::now();
        let mut wait = self.first;
        let mut made = 1;
        loop {
            let error: Error = match attempt().await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            if !says_transient(&error) || made >= self.attempts {
                return Err(error.with_effort(made, started.elapsed(), None));
            }
            tracing::debug!(%error, ?wait, "waiting for the SQL server");
            tokio::time::sleep(self.clock.scaled(wait)).await;
            wait = (wait * 2).min(self.longest);
            made += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::SqlError;
    use tokio::time::Instant;

    async fn waits(number: u32, failures: u32) -> (Result<u32>, Vec<u64>) {
        let mut moments = Vec::new();
        let started = Instant::now();
        let result = SqlRetry::default()
            .run(|| {
                moments.push(started.elapsed().as_secs());
                let made = u32::try_from(moments.len()).unwrap();
                async move {
                    if made <= failures {
                        Err(SqlError::new(number, 1, "m").into_error("sql.open"))
                    } else {
                        Ok(made)
                    }
                }
            })
            .await;
        (result, moments)
    }

    #[tokio::test(start_paused = true)]
    async fn waits_as_microsoft_asks() {
        let (result, moments) = waits(40613, 4).await;
        assert_eq!(result.unwrap(), 5);
        assert_eq!(moments, [0, 5, 15, 35, 75]);
    }

    #[tokio::test(start_paused = true)]
    async fn gives_up_and_says_how_often_it_tried() {
        let (result, moments) = waits(40501, 99).await;
        assert_eq!(moments, [0, 5, 15, 35, 75, 135]);
        assert_eq!(result.unwrap_err().attempts(), 6);
    }

    #[tokio::test(start_paused = true)]
    async fn what_stays_wrong_is_not_repeated() {
        let (result, moments) = waits(18456, 99).await;
        assert_eq!(moments.len(), 1);
        assert_eq!(result.unwrap_err().code(), Some("SQL18456"));
    }
}
