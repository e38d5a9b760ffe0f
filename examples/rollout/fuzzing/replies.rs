//! What services answer that the rollout speaks to by clients of its own: GitHub, vaults, the journal's blobs, the authority, an
//! embedded cloud.

use std::sync::Arc;

use azure_core::http::HttpClient;
use rhc_core::Cloud;
use rhc_core::testing::{FixedCredential, Reply, Script, block_on, presentable};
use rhc_external_id::{KeyVaultClient, SignatureAlgorithm, VaultRefusal};

use crate::connection::{About, discover};
use crate::dns::{EmbeddedDns, RecordKind, Resolver};
use crate::engine::{ChangeKind, JournalBlob, JournalError, JournalPlace, Key, Record, StepError};
use crate::github::{GitHubClient, Place};

/// The name of a service, and answers: each a status, headers, an empty line and a body.
pub fn replies(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (service, answers) = text.split_once('\n').unwrap_or((&text, ""));
    let script = Script::new(answers.split('\u{0}').take(50).map(reply));
    match service {
        "github" => block_on(github(&script)),
        "vault" => block_on(vault(&script)),
        "journal" => block_on(journal(&script)),
        "authority" => block_on(authority(&script)),
        "dns" => block_on(dns(&script)),
        _ => served(answers),
    }
    for seen in script.seen() {
        assert!(!seen.url.path().contains("/../"), "{}", seen.url);
    }
}

const NAMES: [&str; 16] = [
    "content-length",
    "content-type",
    "date",
    "etag",
    "link",
    "location",
    "retry-after",
    "www-authenticate",
    "x-ms-blob-committed-block-count",
    "x-ms-error-code",
    "x-ms-lease-state",
    "x-ms-lease-status",
    "x-ms-meta-holder",
    "x-ms-request-id",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
];

fn reply(text: &str) -> Reply {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default().trim();
    if first == "lost" {
        return Reply::lost();
    }
    let status = first.parse().ok().filter(|own| (200..600).contains(own));
    let mut reply = Reply::status(status.unwrap_or(200));
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let known = NAMES
            .iter()
            .find(|own| own.eq_ignore_ascii_case(name.trim()));
        if let Some(name) = known {
            reply = reply.header(name, value.trim());
        }
    }
    reply.text(body)
}

/// Asserts that an error can be shown.
fn shown<T>(result: rhc_core::Result<T>) -> Option<T> {
    result.inspect_err(presentable).ok()
}

async fn github(script: &Arc<Script>) {
    let client = GitHubClient::new(FixedCredential::new(), &script.options()).unwrap();
    let repository = client.repository(&"vokworks-ronk/hp225".parse().unwrap());
    let template = shown(repository.subject().await);
    if let Some(found) = shown(repository.get().await).flatten() {
        if let Some(template) = template {
            let _ = template.subject(&found, "environment:qa");
        }
        if let Some(owner) = &found.owner {
            let account = shown(repository.account(owner).await).flatten();
            let _ = account.and_then(|account| account.paid_plan());
        }
    }
    shown(repository.environment("qa").await);
    shown(repository.branch_policies("qa").await);
    shown(repository.variables(&Place::Repository).await);
    shown(
        repository
            .variables(&Place::Environment("qa".to_owned()))
            .await,
    );
    shown(repository.runs("deploy.yml", "qa").await);
    if let Some(file) = shown(repository.file(".github/workflows/qa.yml", "qa").await).flatten() {
        shown(file.text());
    }
}

async fn vault(script: &Arc<Script>) {
    let address = "https://hp225qa-kv.vault.azure.net/";
    let options = Some(script.options().into());
    let vault = KeyVaultClient::new(address, FixedCredential::new(), options).unwrap();
    if let Err(error) = vault.refusal().await {
        presentable(&error);
        let _ = VaultRefusal::of(&error);
    }
    shown(vault.made("web").await);
    if let Some(certificate) = shown(vault.certificate_opt("web").await).flatten() {
        let _ = (certificate.version(), certificate.thumbprint());
    }
    shown(vault.certificate_versions("web").collect_all().await);
    shown(
        vault
            .sign("web", "1", &SignatureAlgorithm::Ps256, &[7; 32])
            .await,
    );
    for seen in script.seen() {
        assert_eq!(seen.url.host_str(), Some("hp225qa-kv.vault.azure.net"));
    }
}

async fn journal(script: &Arc<Script>) {
    let address = "https://rhcjournal.blob.core.windows.net/rollout";
    let place = JournalBlob::new(
        &address.parse().unwrap(),
        "qa",
        FixedCredential::new(),
        &script.options(),
        "ann on LAPTOP",
    )
    .unwrap();
    let named = |error: &JournalError| {
        assert!(error.to_string().contains(address), "{error}");
        if let JournalError::Blob { source, .. } = error {
            presentable(source);
        }
    };
    let _ = place.held().await.inspect_err(named);
    let _ = place.read("qa").await.inspect_err(named);
    let Ok(journal) = place.open("qa").await.inspect_err(named) else {
        return;
    };
    for digest in ["a", "b"] {
        let intent = Record::Intent {
            key: Key::new("network/thing"),
            change: ChangeKind::Create,
            digest: digest.to_owned(),
        };
        let _ = journal.append(intent).await.inspect_err(named);
    }
    let _ = journal.recovery().await.inspect_err(named);
    journal.close().await;
}

fn named(error: &StepError, name: &str) {
    let shown = error.full_message();
    assert!(shown.contains(name), "{shown}");
    assert!(shown.chars().count() < 20_000, "{shown}");
}

async fn authority(script: &Arc<Script>) {
    let transport = Arc::clone(script) as Arc<dyn HttpClient>;
    let clock = script.options().clock;
    let found = discover(&transport, &Cloud::public(), clock, "rhcqa.onmicrosoft.com").await;
    let _ = found.inspect_err(|error| named(error, "rhcqa.onmicrosoft.com"));
}

async fn dns(script: &Arc<Script>) {
    let resolver = EmbeddedDns::new(Arc::clone(script) as Arc<dyn HttpClient>);
    let found = resolver.lookup("a.example", RecordKind::Txt).await;
    let _ = found.inspect_err(|error| named(error, "a.example"));
}

/// What an embedded cloud says of itself.
fn served(text: &str) {
    if let Ok(about) = serde_json::from_str::<About>(text) {
        let clock = about.clock();
        let minute = std::time::Duration::from_secs(60);
        let _ = (clock.now(), clock.after(minute), clock.scaled(minute));
        let again = serde_json::to_string(&about).unwrap();
        assert_eq!(serde_json::from_str::<About>(&again).unwrap(), about);
    }
}
