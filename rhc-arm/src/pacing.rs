//! Resource Manager's published ceilings, ready for a [`Pacer`].
//!
//! They are for each principal, subscription and region; a pacer that keeps them for a whole tenant stays below them.
//! Page: [request-limits-and-throttling](https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling).

use rhc_core::{Ceiling, Method, Pacer, Url};
use std::{sync::Arc, time::Duration};

/// A pacer that keeps all of Resource Manager's ceilings. Share one among the clients of a tenant.
pub fn pacer() -> Arc<Pacer> {
    Arc::new(Pacer::new(ceilings()))
}

/// Resource Manager's ceilings, to be combined with others.
///
/// - Reads: a bucket of 250, refilled with 25 a second.
/// - Writes and actions: 200, and 10 a second. Deletions: the same, by themselves.
/// - Managed identities: 2 writes a second in a subscription
///   ([page](https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations)).
pub fn ceilings() -> Vec<Ceiling> {
    vec![
        Ceiling {
            name: "arm: reads",
            covers: |method, url| is_arm(url) && reads(method),
            burst: 240,
            refill: Duration::from_millis(40),
        },
        Ceiling {
            name: "arm: writes",
            covers: |method, url| is_arm(url) && !reads(method) && method != Method::Delete,
            burst: 190,
            refill: Duration::from_millis(100),
        },
        Ceiling {
            name: "arm: deletions",
            covers: |method, url| is_arm(url) && method == Method::Delete,
            burst: 190,
            refill: Duration::from_millis(100),
        },
        Ceiling {
            name: "arm: managed identities",
            covers: |method, url| {
                is_arm(url)
                    && !reads(method)
                    && url
                        .path()
                        .to_ascii_lowercase()
                        .contains("/providers/microsoft.managedidentity/userassignedidentities/")
            },
            burst: 1,
            refill: Duration::from_millis(500),
        },
    ]
}

fn reads(method: Method) -> bool {
    matches!(method, Method::Get | Method::Head)
}

/// Whether a URL is one of Resource Manager's, whatever the cloud.
fn is_arm(url: &Url) -> bool {
    let first = url.path_segments().and_then(|mut parts| parts.next());
    first.is_some_and(|first| {
        ["subscriptions", "providers", "tenants"]
            .iter()
            .any(|own| own.eq_ignore_ascii_case(first))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    fn url(path: &str) -> Url {
        Url::parse(&format!("https://management.azure.com{path}")).unwrap()
    }

    #[test]
    fn each_request_belongs_to_its_classes() {
        let identity = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";
        for (method, path, expected) in [
            (Method::Get, "/subscriptions/s", vec!["reads"]),
            (
                Method::Put,
                "/subscriptions/s/resourcegroups/g",
                vec!["writes"],
            ),
            (
                Method::Post,
                "/providers/Microsoft.Subscription/x/y",
                vec!["writes"],
            ),
            (
                Method::Delete,
                "/Subscriptions/s/resourcegroups/g",
                vec!["deletions"],
            ),
            (Method::Put, identity, vec!["writes", "managed identities"]),
            (Method::Get, identity, vec!["reads"]),
            (Method::Get, "/v1.0/users", vec![]),
            (Method::Post, "/certificates/c/create", vec![]),
        ] {
            let own = ceilings()
                .into_iter()
                .filter(|own| (own.covers)(method, &url(path)));
            let names: Vec<_> = own
                .map(|own| own.name.trim_start_matches("arm: "))
                .collect();
            assert_eq!(names, expected, "{method} {path}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_sent_fits_into_the_services_bucket() {
        for (method, bucket, each_second) in
            [(Method::Get, 250.0, 25.0), (Method::Put, 200.0, 10.0)]
        {
            let (pacer, started) = (pacer(), Instant::now());
            for sent in 1..=1000_u32 {
                pacer.wait(method, &url("/subscriptions/s")).await;
                let may = bucket + each_second * started.elapsed().as_secs_f64();
                assert!(
                    f64::from(sent) <= may,
                    "{method}: {sent} after {:?}",
                    started.elapsed()
                );
            }
            let whole = 1000.0 / each_second;
            assert!(
                started.elapsed().as_secs_f64() < whole,
                "{method} is slower than it has to be"
            );
        }
    }
}
