//! Resource Manager's published ceilings, ready for a [`Pacer`], and what its answers say of them.
//!
//! They are for each principal, subscription and region: the region of whoever asks, which a client does not know. One that stays
//! in one region has just these; one that moves stays below them.
//! Page: [request-limits-and-throttling](https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling).

use rhc_core::{Ceiling, Lesson, Method, Pacer, Said, Url};
use std::{sync::Arc, time::Duration};

/// A pacer that keeps all of Resource Manager's ceilings. Share one among the clients of a tenant.
pub fn pacer() -> Arc<Pacer> {
    Arc::new(Pacer::new(ceilings()))
}

/// Resource Manager's ceilings, to be combined with others.
///
/// For each subscription, and once for what belongs to none:
/// - Reads: a bucket of 250, refilled with 25 a second.
/// - Writes and actions: 200, and 10 a second. Deletions: the same, by themselves.
///
/// Each answer says how much the service's own bucket still holds (`x-ms-ratelimit-remaining-subscription-reads` and its like),
/// which counts where it is less: others use the subscription too, and a trial has smaller buckets.
///
/// Managed identities have ceilings of their own
/// ([page](https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations#throttling-limits)): in a
/// subscription 2 writes, 10 reads and 5 lists a second, and each identity one write in 4 seconds and one read in 2.
///
/// A refusal (429) shuts what it is about for as long as it asks: the bucket that says that it is empty, or else the requests of the
/// same kind to the same resource provider in the same subscription, whose own ceilings are not published as a whole.
pub fn ceilings() -> Vec<Ceiling> {
    // The narrowest first.
    vec![
        Ceiling::new(
            "arm: writes of one managed identity",
            |method, url| {
                identity(url)
                    .filter(|own| own.is_itself && !reads(method))?
                    .path(url)
            },
            1,
            Duration::from_secs(4),
        ),
        Ceiling::new(
            "arm: reads of one managed identity",
            |method, url| {
                identity(url)
                    .filter(|own| own.is_itself && reads(method))?
                    .path(url)
            },
            1,
            Duration::from_secs(2),
        ),
        Ceiling::new(
            "arm: managed identities",
            |method, url| {
                identity(url)
                    .filter(|own| !own.is_list && !reads(method))?
                    .scope(url)
            },
            1,
            Duration::from_millis(500),
        ),
        Ceiling::new(
            "arm: reads of managed identities",
            |method, url| {
                identity(url)
                    .filter(|own| own.is_itself && reads(method))?
                    .scope(url)
            },
            2,
            // In no second more than 2 + 1 / 0.125 = 10.
            Duration::from_millis(125),
        ),
        Ceiling::new(
            "arm: lists of managed identities",
            |method, url| {
                identity(url)
                    .filter(|own| own.is_list && reads(method))?
                    .scope(url)
            },
            1,
            // In no second more than 1 + 1 / 0.25 = 5.
            Duration::from_millis(250),
        ),
        Ceiling::new("arm: a resource provider", provider, 1, Duration::ZERO),
        Ceiling::new(
            "arm: reads",
            |method, url| scope(url).filter(|_| reads(method)),
            240,
            Duration::from_millis(40),
        )
        .taught_by(|_, said| {
            remaining(
                said,
                [
                    "x-ms-ratelimit-remaining-subscription-reads",
                    "x-ms-ratelimit-remaining-subscription-global-reads",
                    "x-ms-ratelimit-remaining-tenant-reads",
                ],
            )
        }),
        Ceiling::new(
            "arm: writes",
            |method, url| scope(url).filter(|_| !reads(method) && method != Method::Delete),
            190,
            Duration::from_millis(100),
        )
        .taught_by(|_, said| {
            remaining(
                said,
                [
                    "x-ms-ratelimit-remaining-subscription-writes",
                    "x-ms-ratelimit-remaining-subscription-global-writes",
                    "x-ms-ratelimit-remaining-tenant-writes",
                ],
            )
        }),
        Ceiling::new(
            "arm: deletions",
            |method, url| scope(url).filter(|_| method == Method::Delete),
            190,
            Duration::from_millis(100),
        )
        .taught_by(|_, said| {
            remaining(
                said,
                [
                    "x-ms-ratelimit-remaining-subscription-deletes",
                    "x-ms-ratelimit-remaining-subscription-global-deletes",
                    "x-ms-ratelimit-remaining-tenant-deletes",
                ],
            )
        }),
    ]
}

fn reads(method: Method) -> bool {
    matches!(method, Method::Get | Method::Head)
}

/// What the service's own bucket holds still. An empty one is what refuses.
fn remaining(said: &Said<'_>, names: [&'static str; 3]) -> Lesson {
    let left: Option<u32> = names.iter().filter_map(|name| said.number(name)).min();
    Lesson {
        left,
        refuses: left == Some(0),
        ..Lesson::NOTHING
    }
}

/// The subscription of a URL, nothing for a tenant's own, `None` where it is not one of Resource Manager's, whatever the cloud.
fn scope(url: &Url) -> Option<String> {
    let mut parts = url.path_segments()?;
    let first = parts.next()?;
    if first.eq_ignore_ascii_case("subscriptions") {
        return Some(parts.next().unwrap_or_default().to_ascii_lowercase());
    }
    let is_tenants = ["providers", "tenants"]
        .iter()
        .any(|own| own.eq_ignore_ascii_case(first));
    is_tenants.then(String::new)
}

/// The subscription, the namespace and the kind of a request: what a resource provider counts together.
fn provider(method: Method, url: &Url) -> Option<String> {
    let scope = scope(url)?;
    let path = url.path().to_ascii_lowercase();
    let (_, after) = path.rsplit_once("/providers/")?;
    let namespace = after.split('/').next()?;
    let kind = match method {
        own if reads(own) => "reads",
        Method::Delete => "deletions",
        _ => "writes",
    };
    Some(format!("{scope}/{namespace}/{kind}"))
}

/// A request about managed identities.
#[derive(Clone, Copy)]
struct Identity {
    /// To one of them, and not to something below it.
    is_itself: bool,
    is_list: bool,
}

impl Identity {
    fn path(self, url: &Url) -> Option<String> {
        Some(url.path().trim_end_matches('/').to_ascii_lowercase())
    }

    fn scope(self, url: &Url) -> Option<String> {
        scope(url)
    }
}

fn identity(url: &Url) -> Option<Identity> {
    scope(url)?;
    let path = url.path().to_ascii_lowercase();
    let marker = "/providers/microsoft.managedidentity/userassignedidentities";
    let (_, below) = path.split_once(marker)?;
    let parts = below.split('/').filter(|part| !part.is_empty()).count();
    (below.is_empty() || below.starts_with('/')).then_some(Identity {
        is_itself: parts == 1,
        is_list: parts == 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhc_core::Headers;
    use tokio::time::Instant;

    fn url(path: &str) -> Url {
        Url::parse(&format!("https://management.azure.com{path}")).unwrap()
    }

    const IDENTITY: &str = "/subscriptions/S/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";

    #[test]
    fn each_request_belongs_to_its_classes() {
        let below = format!("{IDENTITY}/federatedIdentityCredentials/f");
        let list = IDENTITY.trim_end_matches("/i");
        let provider = "a resource provider s/microsoft.managedidentity/";
        let one = IDENTITY.to_lowercase();
        let said = |parts: &[&str]| {
            parts
                .iter()
                .map(|part| (*part).to_owned())
                .collect::<Vec<_>>()
        };
        for (method, path, expected) in [
            (Method::Get, "/subscriptions/S", said(&["reads s"])),
            (
                Method::Put,
                "/subscriptions/s/resourcegroups/g",
                said(&["writes s"]),
            ),
            (
                Method::Post,
                "/providers/Microsoft.Subscription/x/y",
                said(&[
                    "a resource provider /microsoft.subscription/writes",
                    "writes ",
                ]),
            ),
            (Method::Get, "/tenants", said(&["reads "])),
            (
                Method::Delete,
                "/Subscriptions/s/resourcegroups/g",
                said(&["deletions s"]),
            ),
            (
                Method::Put,
                IDENTITY,
                vec![
                    format!("writes of one managed identity {one}"),
                    "managed identities s".to_owned(),
                    format!("{provider}writes"),
                    "writes s".to_owned(),
                ],
            ),
            (
                Method::Get,
                IDENTITY,
                vec![
                    format!("reads of one managed identity {one}"),
                    "reads of managed identities s".to_owned(),
                    format!("{provider}reads"),
                    "reads s".to_owned(),
                ],
            ),
            (
                Method::Get,
                list,
                vec![
                    "lists of managed identities s".to_owned(),
                    format!("{provider}reads"),
                    "reads s".to_owned(),
                ],
            ),
            (
                Method::Put,
                below.as_str(),
                vec![
                    "managed identities s".to_owned(),
                    format!("{provider}writes"),
                    "writes s".to_owned(),
                ],
            ),
            (Method::Get, "/v1.0/users", vec![]),
            (Method::Post, "/certificates/c/create", vec![]),
        ] {
            let names: Vec<_> = ceilings()
                .into_iter()
                .filter_map(|own| {
                    let bucket = (own.covers)(method, &url(path))?;
                    Some(format!("{} {bucket}", own.name.trim_start_matches("arm: ")))
                })
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

    #[tokio::test(start_paused = true)]
    async fn each_subscription_has_its_own_buckets_and_so_has_the_tenant() {
        let (pacer, started) = (pacer(), Instant::now());
        for path in ["/subscriptions/a/x", "/subscriptions/b/x", "/providers/x/y"] {
            for _ in 0..190 {
                pacer.wait(Method::Put, &url(path)).await;
            }
        }
        assert_eq!(started.elapsed(), Duration::ZERO);
    }

    fn say(pacer: &Pacer, path: &str, status: u16, left: &'static str, wait: Option<u64>) {
        let mut headers = Headers::new();
        headers.insert("x-ms-ratelimit-remaining-subscription-writes", left);
        let said = Said {
            status,
            headers: &headers,
            wait: wait.map(Duration::from_secs),
        };
        pacer.learn(Method::Put, &url(path), &said);
    }

    async fn waited(pacer: &Pacer, path: &str) -> u64 {
        let started = Instant::now();
        pacer.wait(Method::Put, &url(path)).await;
        started.elapsed().as_secs()
    }

    const NETWORK: &str =
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n";
    const STORAGE: &str =
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/n";

    #[tokio::test(start_paused = true)]
    async fn what_the_service_has_left_is_kept_to() {
        let (pacer, started) = (pacer(), Instant::now());
        say(&pacer, STORAGE, 200, "3", None);
        pacer.wait(Method::Put, &url(STORAGE)).await;
        assert_eq!(started.elapsed(), Duration::from_secs(1));
        say(&pacer, STORAGE, 200, "180", None);
        pacer.wait(Method::Put, &url(STORAGE)).await;
        assert!(started.elapsed() < Duration::from_secs(3));
        for nonsense in ["", "-1", "many", "99999999999999999999"] {
            say(&pacer, STORAGE, 200, nonsense, None);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_shuts_what_it_is_about() {
        // Resource Manager has enough left: the provider refuses, and only its requests wait.
        let own = pacer();
        say(&own, NETWORK, 429, "150", Some(30));
        assert_eq!(waited(&own, STORAGE).await, 0);
        assert_eq!(waited(&own, NETWORK).await, 30);
        // It has nothing left: it refuses itself, and everything in the subscription waits.
        let own = pacer();
        say(&own, NETWORK, 429, "0", Some(30));
        assert_eq!(waited(&own, STORAGE).await, 30);
        assert_eq!(waited(&own, "/subscriptions/other").await, 0);
    }
}
