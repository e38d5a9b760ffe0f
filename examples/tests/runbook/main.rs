//! The runbook: nothing of the plan is left out, each request is one that the rollout sends, and nothing is in it that only a
//! rehearsal knows.

mod cmdlets;
mod commands;
mod doors;
#[allow(
    dead_code,
    reason = "shared by several test binaries, of which each uses a part"
)]
#[path = "../common/finished.rs"]
mod finished;
mod parsed;
mod powershell;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use std::time::Duration;

use finished::{Run, manifest, settle, state};
use parsed::{Request, headings, keys, requests};
use rhc_core::fake::WorldOptions;
use rhc_sql_identity::fake::{Batch, batches};
use rollout::embedded::EmbeddedCloud;
use rollout::engine::{ApplyOptions, Key, Operator, Outputs, Plan};
use rollout::manifest::Manifest;
use rollout::runbook::{Recording, Runbook, SEEDS, record};

type Files = BTreeMap<String, String>;

/// Two rehearsals, made once.
fn recordings() -> &'static [Recording; 2] {
    static MADE: OnceLock<[Recording; 2]> = OnceLock::new();
    MADE.get_or_init(|| SEEDS.map(|seed| record(&manifest(), seed).unwrap()))
}

/// The plan of a cloud in which nothing is yet.
async fn new() -> (Plan, BTreeMap<Key, Outputs>) {
    let cloud = EmbeddedCloud::new(&manifest(), WorldOptions::default(), false).unwrap();
    planned(&Run::over(manifest(), cloud)).await
}

async fn planned(run: &Run) -> (Plan, BTreeMap<Key, Outputs>) {
    let planned = run.plan().await;
    let outputs = planned.outputs(&run.rollout);
    (planned.plan, outputs)
}

/// The documents, and what the values in them were in the first rehearsal.
async fn files() -> (Plan, Files, BTreeMap<String, String>) {
    let manifest = manifest();
    let [first, second] = recordings();
    let book = Runbook::of(&manifest, first, second);
    let (plan, outputs) = new().await;
    let rehearsed = book.rehearsed().into_iter();
    let rehearsed = rehearsed.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let files = book.files(&plan, &outputs, false);
    (plan, files, rehearsed.collect())
}

fn documents(files: &Files) -> impl Iterator<Item = (&String, &String)> {
    files.iter().filter(|(name, _)| name.ends_with(".md"))
}

#[tokio::test(start_paused = true)]
async fn every_step_of_the_plan_stands_in_the_documents_once() {
    let (plan, files, _) = files().await;
    let wanted: Vec<&str> = {
        let mut keys: Vec<_> = plan
            .entries
            .iter()
            .map(|entry| entry.key.as_str())
            .collect();
        keys.sort_unstable();
        keys
    };
    let mut found: Vec<&str> = documents(&files).flat_map(|(_, text)| keys(text)).collect();
    found.sort_unstable();
    assert_eq!(found, wanted);
    let names: Vec<&str> = documents(&files).map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "01-tenant-creation.md",
            "02-subscription-setup.md",
            "03-database-tenant-setup.md",
            "04-b2c-tenant-setup.md",
            "05-resource-groups-and-services.md",
            "06-github-actions-qa.md",
            "07-security-and-compliance.md",
            "08-production-deployment.md",
            "README.md",
        ]
    );
    // Each is in the checklist of its document and in the order of all, and every link leads to a section.
    let readme = files.get("README.md").unwrap();
    for (name, text) in documents(&files).filter(|(name, _)| *name != "README.md") {
        for (number, anchor) in headings(text) {
            assert_eq!(
                text.matches(&format!("[{number} ")).count(),
                1,
                "{name} {number}"
            );
            assert_eq!(
                readme.matches(&format!("[{number} ")).count(),
                1,
                "{name} {number}"
            );
            assert!(
                readme.contains(&format!("({name}#{anchor})")),
                "{name} {number}"
            );
        }
    }
}

/// Another rehearsal, whose requests and batches the World itself wrote down.
async fn sent() -> (Vec<Request>, Vec<Batch>) {
    let options = WorldOptions {
        record_bodies: true,
        ..WorldOptions::default()
    };
    let run = Run::over(
        manifest(),
        EmbeddedCloud::new(&manifest(), options, true).unwrap(),
    );
    let planned = run.plan().await;
    let options = ApplyOptions {
        fence: Some(run.fence().clone()),
        patience: Duration::from_secs(4 * 3600),
        operator: Operator {
            address: Some("203.0.113.7".parse().unwrap()),
            ..Operator::default()
        },
        ..ApplyOptions::default()
    };
    let summary = run.rollout.apply(planned, &options).await.unwrap();
    assert!(summary.failed.is_empty(), "{:?}", summary.failed);
    let log = run.cloud.world().log();
    (
        log.iter().filter_map(Request::of_log).collect(),
        batches(run.cloud.world()),
    )
}

#[tokio::test(start_paused = true)]
async fn each_request_is_one_that_the_rollout_sends_and_none_is_missing() {
    let (_, files, rehearsed) = files().await;
    let mut found: Vec<Request> = documents(&files)
        .flat_map(|(_, text)| requests(text, &rehearsed))
        .collect();
    let (mut wanted, _) = sent().await;
    found.sort();
    wanted.sort();
    let (documented, rolled): (BTreeSet<_>, BTreeSet<_>) =
        (found.iter().collect(), wanted.iter().collect());
    let missing: Vec<_> = rolled.difference(&documented).collect();
    let invented: Vec<_> = documented.difference(&rolled).collect();
    assert!(
        missing.is_empty() && invented.is_empty(),
        "missing {missing:#?}\ninvented {invented:#?}"
    );
    assert_eq!(found, wanted);
    assert!(found.len() > 200, "{}", found.len());
}

#[tokio::test(start_paused = true)]
async fn each_batch_is_one_that_the_rollout_sends_and_none_that_writes_is_missing() {
    let (_, files, rehearsed) = files().await;
    let (_, sent) = sent().await;
    let sent = sent
        .into_iter()
        .map(|batch| (batch.server, batch.database, batch.text));
    let sent: BTreeSet<_> = sent.collect();
    let found: BTreeSet<_> = documents(&files)
        .flat_map(|(_, text)| parsed::batches(text, &rehearsed))
        .collect();
    let invented: Vec<_> = found.difference(&sent).collect();
    assert!(invented.is_empty(), "{invented:#?}");
    // What only reads may stand for itself: a plan looks too.
    let writes = |batch: &&(String, String, String)| !batch.2.trim_start().starts_with("SELECT ");
    let missing: Vec<_> = sent.difference(&found).filter(writes).collect();
    assert!(missing.is_empty(), "{missing:#?}");
    let written = found.iter().filter(writes).count();
    assert!(written >= 3, "{written} batches that write");
}

#[tokio::test(start_paused = true)]
async fn regenerating_changes_no_byte_whatever_ids_the_rehearsals_had() {
    let manifest = manifest();
    let [first, second] = recordings();
    let (plan, outputs) = new().await;
    let one = Runbook::of(&manifest, first, second).files(&plan, &outputs, false);
    let other = Runbook::of(&manifest, second, first).files(&plan, &outputs, false);
    for (name, text) in &one {
        for (a, b) in text.lines().zip(other.get(name).unwrap().lines()) {
            assert_eq!(a, b, "{name}");
        }
    }
    assert_eq!(one, other);
}

#[tokio::test(start_paused = true)]
async fn what_only_a_rehearsal_knows_stands_nowhere() {
    let (_, files, rehearsed) = files().await;
    let file = format!("{:?}", manifest());
    for (value, known) in rehearsed
        .iter()
        .filter(|(_, known)| !file.contains(known.as_str()))
    {
        for (name, text) in &files {
            // What can be read before anything is made may stand there as its value.
            let known_already = name == "README.md" || name.starts_with("scripts/values");
            assert!(
                known_already || !text.contains(known.as_str()),
                "{name}: {value} is {known}"
            );
        }
    }
    for (name, text) in &files {
        for secret in [
            "eyJ",
            "AccountKey=",
            "InstrumentationKey=",
            "BEGIN PRIVATE",
            "client_secret",
        ] {
            assert!(!text.contains(secret), "{name}: {secret}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_done_is_ticked_and_its_values_are_known() {
    let manifest = manifest();
    let [first, second] = recordings();
    let run = Run::from_state(&state());
    settle().await;
    let (plan, outputs) = planned(&run).await;
    assert!(plan.is_empty());
    let files = Runbook::of(&manifest, first, second).files(&plan, &outputs, true);
    for (name, text) in documents(&files).filter(|(name, _)| !name.starts_with("08")) {
        assert!(!text.contains("- [ ]"), "{name}");
    }
    let readme = files.get("README.md").unwrap();
    assert!(readme.contains("234 of 234 steps are done"), "{readme}");
    let unknown: Vec<&str> = readme
        .lines()
        .filter(|line| line.contains("| not known yet |"))
        .collect();
    assert!(unknown.len() < 20, "{unknown:#?}");
    let document = files.get("05-resource-groups-and-services.md").unwrap();
    assert!(
        document.contains("Its page: <https://portal.azure.com/#@"),
        "links"
    );
}

#[tokio::test(start_paused = true)]
async fn the_scripts_are_shell_scripts_and_know_every_step_that_sends_something() {
    let (_, files, rehearsed) = files().await;
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files.iter().filter(|(name, _)| name.ends_with(".sh")) {
        let path = folder.path().join(name.trim_start_matches("scripts/"));
        std::fs::write(&path, text).unwrap();
        let read = std::process::Command::new("bash")
            .arg("-n")
            .arg(&path)
            .output();
        let read = read.expect("bash reads the scripts");
        assert!(
            read.status.success(),
            "{name}: {}",
            String::from_utf8_lossy(&read.stderr)
        );
    }
    let list = std::process::Command::new("bash")
        .arg(folder.path().join("azure-cli.sh"))
        .arg("list")
        .output()
        .expect("bash runs the script");
    assert!(
        list.status.success(),
        "{}",
        String::from_utf8_lossy(&list.stderr)
    );
    let listed = String::from_utf8(list.stdout).unwrap();
    let listed: BTreeSet<&str> = listed
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    let with_script: BTreeSet<&str> = documents(&files)
        .flat_map(|(_, text)| text.split("\n### "))
        .filter(|section| section.contains("\n```bash\n") && section.contains("<b>Azure CLI</b>"))
        .filter_map(|section| section.split(' ').next())
        .collect();
    assert_eq!(listed, with_script);
    // What both scripts need they also read.
    for (library, before, after) in [
        ("scripts/values.sh", "read_", "() {"),
        ("scripts/values.ps1", "$Read['", "'] = {"),
    ] {
        let text = files.get(library).unwrap();
        for name in rehearsed.keys() {
            assert_eq!(
                text.matches(&format!("\n{before}{name}{after}")).count(),
                1,
                "{library}: {name}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_document_leads_to_production_and_of_production_to_its_users() {
    let [first, second] = recordings();
    let (plan, outputs) = new().await;
    let last = |manifest: &Manifest| {
        let files = Runbook::of(manifest, first, second).files(&plan, &outputs, false);
        files["08-production-deployment.md"].clone()
    };
    let mut environment = manifest();
    let qa = last(&environment);
    for words in [
        "examples/environments/prod.toml",
        "TO BE CONFIRMED",
        "for several weeks",
    ] {
        assert!(qa.contains(words), "{words}: {qa}");
    }
    assert!(!qa.contains("Before the first user"), "{qa}");
    environment.environment.phase = 2;
    let prod = last(&environment);
    for words in [
        "Before the first user",
        "TO BE CONFIRMED",
        "Alerts: the rollout makes none",
        "Registry: its public network is on",
        "the subscription keeps QA's tags",
    ] {
        assert!(prod.contains(words), "{words}: {prod}");
    }
    assert!(!prod.contains("| kind | here | there |"), "{prod}");
}
