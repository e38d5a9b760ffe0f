//! Graph's published ceilings, ready for a [`Pacer`].
//!
//! Page: [throttling-limits](https://learn.microsoft.com/graph/throttling-limits), which says that they may change.

use rhc_core::{Ceiling, Method, Pacer, Url};
use std::{sync::Arc, time::Duration};

/// A pacer that keeps all of Graph's ceilings. Share one among the clients of a tenant.
pub fn pacer() -> Arc<Pacer> {
    Arc::new(Pacer::new(ceilings()))
}

/// Graph's ceilings, to be combined with others.
///
/// - Conditional Access and identity protection: one request a second per tenant for all applications, and its 429
///   names no time to wait.
/// - User flows and identity providers (`/identity/…`): 200 a minute per application and tenant.
/// - Audit and sign-in logs: 5 in 10 seconds per application and tenant.
/// - Writes: 3,000 in 150 seconds per application and tenant.
/// - Everything: 3,500 resource units in 10 seconds per application and tenant of the smallest size. Each request is counted as 4
///   units, which is the most that one of this crate's costs; the requests inside of a batch are counted as one.
pub fn ceilings() -> Vec<Ceiling> {
    vec![
        Ceiling {
            name: "graph: conditional access and identity protection",
            covers: |_, url| {
                is_below(url, "/identity/conditionalaccess") || is_below(url, "/identityprotection")
            },
            burst: 1,
            refill: Duration::from_secs(1),
        },
        Ceiling {
            name: "graph: user flows and identity providers",
            covers: |_, url| {
                is_below(url, "/identity") && !is_below(url, "/identity/conditionalaccess")
            },
            burst: 20,
            // In no minute more than 20 + 60 / 0.334 = 199.
            refill: Duration::from_millis(334),
        },
        Ceiling {
            name: "graph: writes",
            covers: |method, url| is_graph(url) && !matches!(method, Method::Get | Method::Head),
            burst: 300,
            // In no 150 seconds more than 300 + 150 / 0.056 = 2,978.
            refill: Duration::from_millis(56),
        },
        Ceiling {
            name: "graph: audit and sign-in logs",
            covers: |_, url| is_below(url, "/auditlogs"),
            burst: 2,
            // In no 10 seconds more than 2 + 10 / 3.34 = 4.99.
            refill: Duration::from_millis(3_340),
        },
        Ceiling {
            name: "graph: resource units",
            covers: |_, url| is_graph(url),
            burst: 400,
            // In no 10 seconds more than 4 * (400 + 10 / 0.0211) = 3,496.
            refill: Duration::from_micros(21_100),
        },
    ]
}

/// Whether a URL is one of Graph's, whatever the cloud.
fn is_graph(url: &Url) -> bool {
    let first = url.path_segments().and_then(|mut parts| parts.next());
    first.is_some_and(|first| ["v1.0", "beta"].contains(&first))
}

/// Whether a URL leads below a path, whatever the version before it.
fn is_below(url: &Url, prefix: &str) -> bool {
    let path = url.path().trim_start_matches('/').to_ascii_lowercase();
    let after_version = path.find('/').and_then(|end| path.get(end..));
    after_version
        .and_then(|path| path.strip_prefix(prefix))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '(']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    fn covering(method: Method, path: &str) -> Vec<&'static str> {
        let url = Url::parse(&format!("https://graph.microsoft.com{path}")).unwrap();
        ceilings()
            .into_iter()
            .filter(|ceiling| (ceiling.covers)(method, &url))
            .map(|ceiling| ceiling.name.trim_start_matches("graph: "))
            .collect()
    }

    #[test]
    fn each_request_belongs_to_its_classes() {
        let access = "conditional access and identity protection";
        let flows = "user flows and identity providers";
        let (logs, units) = ("audit and sign-in logs", "resource units");
        for (method, path, expected) in [
            (
                Method::Get,
                "/v1.0/identity/conditionalAccess/policies",
                vec![access, units],
            ),
            (
                Method::Patch,
                "/v1.0/identity/conditionalAccess/policies/1",
                vec![access, "writes", units],
            ),
            (
                Method::Get,
                "/beta/identityProtection/riskyUsers",
                vec![access, units],
            ),
            (
                Method::Get,
                "/v1.0/identity/authenticationEventsFlows",
                vec![flows, units],
            ),
            (Method::Post, "/v1.0/applications", vec!["writes", units]),
            (Method::Get, "/v1.0/auditLogs/signIns", vec![logs, units]),
            (Method::Get, "/v1.0/identityGovernance/x", vec![units]),
            (Method::Get, "/v1.0/users/identity", vec![units]),
            (Method::Get, "/v1.0/users", vec![units]),
            (Method::Put, "/subscriptions/s", vec![]),
        ] {
            assert_eq!(covering(method, path), expected, "{path}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_window_holds_more_than_the_published_rate() {
        for (path, method, seconds, limit) in [
            (
                "/v1.0/identity/conditionalAccess/policies",
                Method::Get,
                1.0,
                1,
            ),
            ("/v1.0/identity/identityProviders", Method::Get, 60.0, 200),
            ("/v1.0/groups", Method::Post, 150.0, 3000),
            ("/v1.0/auditLogs/signIns", Method::Get, 10.0, 5),
            ("/v1.0/groups", Method::Get, 10.0, 875),
        ] {
            let url = Url::parse(&format!("https://graph.microsoft.com{path}")).unwrap();
            let pacer = pacer();
            let started = Instant::now();
            let mut sent = 0;
            loop {
                pacer.wait(method, &url).await;
                if started.elapsed().as_secs_f64() >= seconds {
                    break;
                }
                sent += 1;
            }
            assert!(sent <= limit, "{path}: {sent} in {seconds} s");
            assert!(sent * 10 >= limit * 8, "{path}: only {sent} in {seconds} s");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn as_many_reads_as_a_plan_has_do_not_wait() {
        let url = Url::parse("https://graph.microsoft.com/v1.0/groups").unwrap();
        let (pacer, started) = (pacer(), Instant::now());
        for _ in 0..400 {
            pacer.wait(Method::Get, &url).await;
        }
        assert_eq!(started.elapsed(), Duration::ZERO);
    }
}
