//! What a run sent and what it took.

use std::time::Duration;

use super::text::{Text, Tone, count};
use super::timeline::length;
use crate::connection::Exchange;

/// Draws one request: method, status, time, and where it went.
pub fn exchange(text: &mut Text, exchange: &Exchange) {
    let (status, tone) = match exchange.status {
        Some(status) if status < 400 => (status.to_string(), Tone::Faint),
        Some(status) => (status.to_string(), Tone::Warn),
        None if exchange.answered => ("ok".to_owned(), Tone::Faint),
        None => ("---".to_owned(), Tone::Warn),
    };
    let lead = format!(
        "    {:<6} {status:<3} {:>5.1} s  ",
        exchange.method,
        exchange.took.as_secs_f64()
    );
    let address = format!("{}{}", exchange.host, exchange.path);
    text.marked(&lead, tone, Tone::Faint, &address);
}

/// What a run took: in the cloud's time where that differs from the wall's, on the wall, and how many requests.
pub fn took(cloud: Duration, seconds: f64, requests: u64) -> String {
    let requests = count(usize::try_from(requests).unwrap_or(usize::MAX), "request");
    let here = Duration::from_secs_f64(seconds.max(0.0));
    if cloud.abs_diff(here) <= here / 10 + Duration::from_secs(2) {
        format!("Took: {} and {requests}.", length(here))
    } else {
        format!(
            "Took: {} in the cloud's time, {seconds:.1} s here, and {requests}.",
            length(cloud)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_is_one_line() {
        let mut text = Text::new(false);
        let mut one = Exchange {
            method: "PUT".to_owned(),
            host: "management.azure.com".to_owned(),
            path: "/subscriptions/1".to_owned(),
            status: Some(201),
            answered: true,
            took: Duration::from_millis(1240),
        };
        exchange(&mut text, &one);
        one.status = None;
        exchange(&mut text, &one);
        one.answered = false;
        exchange(&mut text, &one);
        insta::assert_snapshot!(text.finish(), @r"
            PUT    201   1.2 s  management.azure.com/subscriptions/1
            PUT    ok    1.2 s  management.azure.com/subscriptions/1
            PUT    ---   1.2 s  management.azure.com/subscriptions/1
        ");
    }

    #[test]
    fn time_that_does_not_wait_is_told_apart_from_the_wall_s() {
        let hour = Duration::from_secs(3600);
        let embedded = took(hour, 3.12, 1);
        assert_eq!(
            embedded,
            "Took: 1 h in the cloud's time, 3.1 s here, and 1 request."
        );
        assert_eq!(took(hour, 3600.4, 2), "Took: 1 h and 2 requests.");
    }
}
