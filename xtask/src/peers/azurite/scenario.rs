//! What the journal's client and Azurite say to each other.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::error::{Error, ErrorKind};
use azure_core::http::{AsyncRawResponse, HttpClient, Request as Sent, Transport};
use azure_core::time::OffsetDateTime;
use rhc_core::{ClientOptions, Method, Path as UrlPath, Request, Service, ServiceInfo};
use rollout::engine::{
    BlobAddress, ChangeKind, Held, JournalBlob, JournalError, JournalPlace, Record,
};

use super::server::{ACCOUNT, Server};
use crate::Outcome;

const CONTAINER: &str = "rollout";

/// Runs all checks.
///
/// # Errors
/// Says how many failed.
pub fn run(installed: &Path) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let server = Server::start(installed)?;
        let way = Arc::new(Way {
            inner: server.transport().await?,
            lose: AtomicBool::new(false),
            lost: AtomicU32::new(0),
        });
        let mut tally = Tally::default();
        container(&way).await?;
        let checks = checks(&way, &mut tally).await;
        checks.map_err(|error| format!("peers-azurite: {error:?}"))?;
        println!("{} passed, {} failed", tally.passed, tally.failed);
        match tally.failed {
            0 => Ok(()),
            _ => Err("peers-azurite: not every check passed".to_owned()),
        }
    })
}

#[derive(Default)]
struct Tally {
    passed: u32,
    failed: u32,
}

impl Tally {
    fn check(&mut self, what: &str, passed: bool, came: impl std::fmt::Debug) {
        let sign = if passed { "ok  " } else { "BAD " };
        println!("{sign}{what}: came {came:?}");
        if passed {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
    }
}

/// A transport that can lose answers of what the service has done.
#[derive(Debug)]
struct Way {
    inner: Arc<rhc_core::Carrier>,
    lose: AtomicBool,
    lost: AtomicU32,
}

#[async_trait::async_trait]
impl HttpClient for Way {
    async fn execute_request(&self, request: &Sent) -> azure_core::Result<AsyncRawResponse> {
        let answer = self.inner.execute_request(request).await?;
        if self.lose.swap(false, Ordering::Relaxed) {
            self.lost.fetch_add(1, Ordering::Relaxed);
            return Err(Error::with_message(ErrorKind::Io, "the answer is lost"));
        }
        Ok(answer)
    }
}

/// A token as Azurite reads it: it looks at what a token says and not at who signed it.
#[derive(Debug)]
struct Token;

#[async_trait::async_trait]
impl TokenCredential for Token {
    async fn get_token(
        &self,
        _: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let now = OffsetDateTime::now_utc();
        let claims = serde_json::json!({
            "aud": "https://storage.azure.com",
            "iss": "https://sts.windows.net/ed01df5d-6b39-45f8-82ae-36b88e5daae0/",
            "iat": now.unix_timestamp() - 60,
            "nbf": now.unix_timestamp() - 60,
            "exp": now.unix_timestamp() + 3600,
        });
        let part = |text: String| azure_core::base64::encode_url_safe(text).replace('=', "");
        let header = part(serde_json::json!({"alg": "none", "typ": "JWT"}).to_string());
        let token = format!(
            "{header}.{}.{}",
            part(claims.to_string()),
            part("-".to_owned())
        );
        Ok(AccessToken::new(
            Secret::new(token),
            now + Duration::from_secs(3600),
        ))
    }
}

fn options(way: &Arc<Way>) -> ClientOptions {
    let mut options = ClientOptions::default();
    let transport = Arc::clone(way) as Arc<dyn HttpClient>;
    options.client_options.transport = Some(Transport::new(transport));
    options
}

/// The journal makes no container, so it is made for it.
async fn container(way: &Arc<Way>) -> Outcome {
    let origin = format!("https://{ACCOUNT}.blob.core.windows.net").parse();
    let info = ServiceInfo {
        crate_name: "xtask",
        crate_version: env!("CARGO_PKG_VERSION"),
        origin: origin.map_err(|error| format!("{error}"))?,
        scope: "https://storage.azure.com/.default".to_owned(),
    };
    let service = Service::new(info, Arc::new(Token), &options(way));
    let service = service.map_err(|error| error.to_string())?;
    let path = UrlPath::new("").segment(CONTAINER);
    let request = Request::new("containers.create", Method::Put, path)
        .query("restype", "container")
        .header("x-ms-version", "2021-12-02");
    let made = service.send(request).await;
    made.map(drop).map_err(|error| error.to_string())
}

fn intent(name: &str) -> Record {
    Record::Intent {
        key: name.into(),
        change: ChangeKind::Create,
        digest: "abc".to_owned(),
    }
}

async fn names(place: &JournalBlob) -> Result<Vec<String>, JournalError> {
    let contents = place.read("qa").await?.unwrap_or_default();
    let names = contents.entries.iter().map(|entry| match &entry.record {
        Record::Intent { key, .. } => key.to_string(),
        other => format!("{other:?}"),
    });
    Ok(names.collect())
}

async fn checks(way: &Arc<Way>, tally: &mut Tally) -> Result<(), JournalError> {
    let place = |container: &str, who: &str| {
        let unusable = |why: String| JournalError::Lost {
            place: container.to_owned(),
            why,
        };
        let address = BlobAddress::new(ACCOUNT, container);
        let address = address.map_err(|error| unusable(error.to_string()))?;
        JournalBlob::new(&address, "qa", Arc::new(Token), &options(way), who)
            .map_err(|error| unusable(error.to_string()))
    };
    let (ann, bob) = (place(CONTAINER, "ann")?, place(CONTAINER, "bob")?);

    let missing = place("nowhere", "ann")?.open("qa").await.err();
    let words = missing
        .map(|error| format!("{error:?}"))
        .unwrap_or_default();
    let said = words.contains("no such container");
    tally.check("a container that is not there", said, &words);
    let none = ann.read("qa").await?;
    tally.check("no journal yet", none.is_none(), none.is_some());
    tally.check(
        "nobody has it",
        ann.held().await? == Held::Free,
        ann.held().await?,
    );

    let journal = ann.open("qa").await?;
    journal.append(intent("a")).await?;
    journal.append(intent("b")).await?;
    let seen = names(&ann).await?;
    tally.check("two lines", seen == ["a", "b"], &seen);
    let held = bob.held().await?;
    let of_ann = matches!(&held, Held::By(Some(holder)) if holder.who.as_deref() == Some("ann"));
    tally.check("who has it", of_ann, &held);
    let second = bob.open("qa").await.err();
    let refused = matches!(&second, Some(JournalError::Locked { holder: Some(holder), .. }) if holder.who.as_deref() == Some("ann"));
    tally.check("a second run is refused", refused, &second);

    for name in ["c", "d"] {
        way.lose.store(true, Ordering::Relaxed);
        journal.append(intent(name)).await?;
    }
    let seen = names(&ann).await?;
    let lost = way.lost.load(Ordering::Relaxed);
    let once = seen == ["a", "b", "c", "d"] && lost == 2;
    tally.check(
        "lines whose answers were lost are there once",
        once,
        (&seen, lost),
    );

    // Longer than a lease lasts that nobody renews.
    tokio::time::sleep(Duration::from_secs(65)).await;
    let still = bob.open("qa").await.is_err();
    tally.check("the lease is renewed while the run works", still, still);
    journal.append(intent("e")).await?;

    journal.close().await;
    drop(journal);
    let journal = bob.open("qa").await?;
    let recovery = journal.recovery().await?;
    tally.check(
        "the next run finds all",
        recovery.open.len() == 5,
        recovery.open.len(),
    );
    // Killed.
    drop(journal);
    let early = ann.open("qa").await.is_err();
    tally.check("a dead run's lease is in force for a while", early, early);
    tokio::time::sleep(Duration::from_secs(65)).await;
    let free = ann.held().await?;
    tally.check("and runs out by itself", free == Held::Free, &free);
    let journal = ann.open("qa").await?;
    for name in ["f", "g"] {
        journal.append(intent(name)).await?;
    }
    journal.close().await;
    let seen = names(&ann).await?;
    tally.check("the journal goes on", seen.len() == 7, &seen);

    let other = bob.open("prod").await.err();
    let refused = matches!(other, Some(JournalError::OtherEnvironment { .. }));
    tally.check("another environment's journal", refused, &other);
    let free = bob.held().await?;
    tally.check(
        "whoever was refused holds nothing",
        free == Held::Free,
        &free,
    );
    Ok(())
}
