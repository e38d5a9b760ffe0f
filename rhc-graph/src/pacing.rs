//! Graph's published ceilings, ready for a [`Pacer`].
//!
//! Page: [throttling-limits](https://learn.microsoft.com/graph/throttling-limits), which says that they may change.

use rhc_core::{Ceiling, Lesson, Method, Pacer, Said, Url};
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
///   units, which is the most that one of this crate's costs, or as more where its answer says so (`x-ms-resource-unit`).
///
/// Of a batch each request counts, as the service counts them. An answer that says how much of a limit is in use
/// (`x-ms-throttle-limit-percentage`, from 0.8 on) makes what follows wait. Unverified: which of the limits that is, so it is
/// taken for both writes and units; some report that they have never seen the header, and nothing depends on it. A 429 shuts the class
/// that it names in `x-ms-throttle-scope`, or else the narrowest.
pub fn ceilings() -> Vec<Ceiling> {
    // The narrowest first.
    vec![
        Ceiling::new(
            "graph: conditional access and identity protection",
            |_, url| {
                let covers = is_below(url, "/identity/conditionalaccess")
                    || is_below(url, "/identityprotection");
                one_bucket(covers)
            },
            1,
            Duration::from_secs(1),
        ),
        Ceiling::new(
            "graph: user flows and identity providers",
            |_, url| {
                let covers =
                    is_below(url, "/identity") && !is_below(url, "/identity/conditionalaccess");
                one_bucket(covers)
            },
            20,
            // In no minute more than 20 + 60 / 0.334 = 199.
            Duration::from_millis(334),
        ),
        Ceiling::new(
            "graph: audit and sign-in logs",
            |_, url| one_bucket(is_below(url, "/auditlogs")),
            2,
            // In no 10 seconds more than 2 + 10 / 3.34 = 4.99.
            Duration::from_millis(3_340),
        ),
        Ceiling::new(
            "graph: writes",
            |method, url| {
                let reads = matches!(method, Method::Get | Method::Head);
                one_bucket(is_graph(url) && !reads && !is_below(url, "/$batch"))
            },
            300,
            // In no 150 seconds more than 300 + 150 / 0.056 = 2,978.
            Duration::from_millis(56),
        )
        .taught_by(|_, said| Lesson {
            used: used(said),
            refuses: refused(said) == Some("write"),
            ..Lesson::NOTHING
        }),
        Ceiling::new(
            "graph: resource units",
            |_, url| one_bucket(is_graph(url)),
            1_600,
            // In no 10 seconds more than 1,600 + 10 / 0.005275 = 3,495.
            Duration::from_nanos(5_275_000),
        )
        .costing(4)
        .taught_by(|_, said| Lesson {
            used: used(said),
            cost: said.number("x-ms-resource-unit"),
            refuses: matches!(refused(said), Some("read" | "readwrite")),
            ..Lesson::NOTHING
        }),
    ]
}

/// All of a tenant's requests share a bucket.
fn one_bucket(covers: bool) -> Option<String> {
    covers.then(String::new)
}

/// Which share of the limit is in use.
fn used(said: &Said<'_>) -> Option<f64> {
    said.number("x-ms-throttle-limit-percentage")
}

/// Which requests a refusal is about: `<scope>/<Read, Write or ReadWrite>/<application>/<tenant>`.
fn refused(said: &Said<'_>) -> Option<&'static str> {
    let limit = said.header("x-ms-throttle-scope")?.split('/').nth(1)?;
    let known = ["read", "write", "readwrite"];
    known
        .into_iter()
        .find(|own| own.eq_ignore_ascii_case(limit))
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
    use rhc_core::Headers;
    use tokio::time::Instant;

    fn covering(method: Method, path: &str) -> Vec<&'static str> {
        let url = Url::parse(&format!("https://graph.microsoft.com{path}")).unwrap();
        ceilings()
            .into_iter()
            .filter(|ceiling| (ceiling.covers)(method, &url).is_some())
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
            (Method::Post, "/v1.0/$batch", vec![units]),
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

    fn say(pacer: &Pacer, method: Method, status: u16, lines: &[(&'static str, &'static str)]) {
        let mut headers = Headers::new();
        for (name, value) in lines {
            headers.insert(*name, *value);
        }
        let said = Said {
            status,
            headers: &headers,
            wait: None,
        };
        let url = Url::parse("https://graph.microsoft.com/v1.0/groups").unwrap();
        pacer.learn(method, &url, &said);
    }

    async fn passed_at_once(pacer: &Pacer, method: Method) -> u32 {
        let url = Url::parse("https://graph.microsoft.com/v1.0/groups").unwrap();
        let started = Instant::now();
        let mut passed = 0;
        loop {
            pacer.wait(method, &url).await;
            if started.elapsed() > Duration::ZERO {
                return passed;
            }
            passed += 1;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_answers_say_is_taken_in() {
        assert_eq!(passed_at_once(&pacer(), Method::Get).await, 400);
        let own = pacer();
        say(
            &own,
            Method::Get,
            200,
            &[("x-ms-throttle-limit-percentage", "0.9")],
        );
        assert!(passed_at_once(&own, Method::Get).await <= 40);
        let own = pacer();
        say(
            &own,
            Method::Get,
            200,
            &[("x-ms-throttle-limit-percentage", "1.4")],
        );
        assert_eq!(passed_at_once(&own, Method::Get).await, 0);
        // One request of 404 units leaves room for 300 of 4.
        let own = pacer();
        say(&own, Method::Get, 200, &[("x-ms-resource-unit", "404")]);
        assert_eq!(passed_at_once(&own, Method::Get).await, 300);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_shuts_the_class_that_it_names() {
        for (limit, reads, writes) in [
            ("Tenant_Application/Write/a/t", 400, 0),
            ("Tenant_Application/ReadWrite/a/t", 0, 0),
            ("nonsense", 400, 0),
        ] {
            let lines = [("x-ms-throttle-scope", limit)];
            let own = pacer();
            say(&own, Method::Post, 429, &lines);
            assert_eq!(passed_at_once(&own, Method::Get).await, reads, "{limit}");
            let own = pacer();
            say(&own, Method::Post, 429, &lines);
            assert_eq!(passed_at_once(&own, Method::Post).await, writes, "{limit}");
        }
    }
}
