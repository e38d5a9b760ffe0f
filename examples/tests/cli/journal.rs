//! The journal in a cloud that several runs share.

use std::sync::mpsc;
use std::thread;

use rollout::connection::{Connection, Served};
use rollout::engine::{BlobAddress, JournalPlace};
use rollout::manifest::Manifest;
use tokio::runtime::Builder;

use crate::console::{self, Folder, environment_with, rollout, text};

const CONTAINER: &str = "https://rhcjournal.blob.core.windows.net/rollout";

/// The QA file with a journal in Blob Storage.
fn environment(folder: &Folder) -> std::path::PathBuf {
    let file = environment_with(
        "# [journal]\n# storage_account = \"...\"\n# container = \"rollout\"",
        "[journal]\nstorage_account = \"rhcjournal\"\ncontainer = \"rollout\"",
    );
    folder.write("qa.toml", &file)
}

/// A run on another computer, which holds the journal until this is dropped.
fn another_run(address: &str, environment: &std::path::Path) -> mpsc::Sender<()> {
    let manifest = Manifest::load(environment).unwrap();
    let served = Served::at(address.parse().unwrap());
    let (over, until) = mpsc::channel::<()>();
    let (sender, begun) = mpsc::channel();
    thread::spawn(move || {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let journal = runtime.block_on(async {
            let about = served.about().await.unwrap();
            let connection = Connection::served(&manifest, &served, &about);
            let address: BlobAddress = CONTAINER.parse().unwrap();
            let place = connection
                .journal(&manifest, &address, "bob on DESK")
                .await
                .unwrap();
            place.open("qa").await.unwrap()
        });
        sender.send(()).unwrap();
        let _ = until.recv();
        runtime.block_on(journal.close());
        sender.send(()).unwrap();
    });
    begun.recv().unwrap();
    over
}

#[test]
fn runs_anywhere_share_a_journal_in_blob_storage_and_keep_out_of_each_others_way() {
    let folder = Folder::new();
    let file = environment(&folder);
    let words = [
        "--listen",
        "127.0.0.1:0",
        "--speed",
        "20",
        "--environment",
        text(&file),
    ];
    let address = console::serve(&words);
    let on = |verb: &str, more: &[&str]| {
        let words = [verb, "--cloud", &address, "--environment", text(&file)];
        rollout(&[&words, more].concat())
    };
    let none = on("journal", &[]);
    assert_eq!(none.code, 0, "{}", none.words());
    assert!(none.words().contains("0 runs"), "{}", none.words());
    let missing = on("journal", &["--journal", CONTAINER]);
    assert_eq!(missing.code, 64, "{}", missing.words());

    let part = ["--target", "tenants"];
    let applied = on("apply", &part);
    assert_eq!(
        applied.code,
        2,
        "a tenant waits for a person: {}",
        applied.words()
    );
    let place = format!("Journal: {CONTAINER}/qa/journal.jsonl");
    assert!(applied.words().contains(&place), "{}", applied.words());
    let shown = on("journal", &["--journal", CONTAINER]);
    assert!(shown.words().contains("1 run"), "{}", shown.words());
    assert!(
        !shown.words().contains("a run is using it"),
        "{}",
        shown.words()
    );

    let other = another_run(&address, &file);
    let refused = on("apply", &part);
    assert_eq!(refused.code, 1, "{}", refused.words());
    for words in ["another run (process", "of bob on DESK, since 2"] {
        assert!(
            refused.words().contains(words),
            "{words}: {}",
            refused.words()
        );
    }
    let planned = on("plan", &part);
    assert_eq!(planned.code, 2, "{}", planned.words());
    assert!(
        planned.words().contains("is under way"),
        "{}",
        planned.words()
    );
    let shown = on("journal", &["--json"]).document();
    assert_eq!(shown["journal"]["held"], true, "{shown}");
    drop(other);
    // It says goodbye; whoever does not is let go within a minute, which is three seconds of this machine.
    for _ in 0..200 {
        if on("journal", &["--json"]).document()["journal"]["held"] == false {
            break;
        }
        thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(on("apply", &part).code, 2);
    let shown = on("journal", &["--json"]).document();
    assert_eq!(shown["journal"]["runs"].as_array().unwrap().len(), 2);
}

#[test]
fn a_container_is_of_no_use_to_a_cloud_that_nobody_shares() {
    let refused = rollout(&["rehearse", "--journal", CONTAINER]);
    assert_eq!(refused.code, 64);
    assert!(
        refused.words().contains("no other run's"),
        "{}",
        refused.words()
    );
    let refused = rollout(&[
        "plan",
        "--cloud",
        "azure",
        "--journal",
        "https://example.com/x",
    ]);
    assert_eq!(refused.code, 64);
    assert!(
        refused.words().contains("expected is one such as"),
        "{}",
        refused.words()
    );
}
