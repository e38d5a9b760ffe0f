//! The journal: what holds wherever it is kept, and what holds of a file.

use std::fs;
use std::io::Write;

use rollout::engine::{ChangeKind, FileJournal, Held, Journal, JournalError, Key, Outcome, Record};

use crate::stores::{InABlob, InAFile, Store};

pub(crate) fn intent(key: &str) -> Record {
    Record::Intent {
        key: key.into(),
        change: ChangeKind::Create,
        digest: "abc".to_owned(),
    }
}

pub(crate) fn outcome(key: &str, outcome: Outcome) -> Record {
    Record::Outcome {
        key: key.into(),
        outcome,
        message: None,
    }
}

/// Each of these, in a file and in a blob.
macro_rules! wherever {
    ($($name:ident),* $(,)?) => {
        mod in_a_file {
            $(#[tokio::test(start_paused = true)]
            async fn $name() {
                super::$name(&super::InAFile::new()).await;
            })*
        }
        mod in_a_blob {
            $(#[tokio::test(start_paused = true)]
            async fn $name() {
                super::$name(&super::InABlob::new()).await;
            })*
        }
    };
}

wherever! {
    what_was_recorded_is_there_after_reopening,
    the_journal_of_another_environment_is_refused,
    a_newer_format_and_a_broken_line_are_refused,
    a_second_run_is_refused_and_told_who_holds_it,
    whoever_only_reads_needs_no_lock_and_changes_nothing,
    a_clock_that_is_set_back_changes_nothing,
    many_at_once_are_all_there_once,
}

async fn what_was_recorded_is_there_after_reopening(store: &dyn Store) {
    let place = store.place().await;
    let journal = place.open("qa").await.unwrap();
    let records = [
        Record::RunStarted { pid: 1 },
        intent("done"),
        outcome("done", Outcome::Created),
        intent("failed"),
        outcome("failed", Outcome::Failed),
        intent("open"),
        Record::Operation {
            key: "open".into(),
            operation: "op-1".to_owned(),
        },
    ];
    for record in records {
        journal.append(record).await.unwrap();
    }
    let before = journal.recovery().await.unwrap();
    journal.close().await;
    drop(journal);
    let journal = place.open("qa").await.unwrap();
    let recovery = journal.recovery().await.unwrap();
    assert_eq!(recovery, before);
    assert_eq!(
        recovery.created.iter().collect::<Vec<_>>(),
        [&Key::new("done")]
    );
    let open = &recovery.open[&Key::new("open")];
    assert_eq!(open.operation.as_deref(), Some("op-1"));
    assert_eq!(recovery.open.len(), 1);
    assert!(journal.notes().is_empty());
}

async fn the_journal_of_another_environment_is_refused(store: &dyn Store) {
    let place = store.place().await;
    place.open("qa").await.unwrap().close().await;
    let error = place.open("prod").await.err().unwrap();
    assert!(
        matches!(&error, JournalError::OtherEnvironment { found, wanted, .. } if found == "qa" && wanted == "prod")
    );
    assert!(error.to_string().contains("name another place"), "{error}");
    place.open("qa").await.unwrap();
}

async fn a_newer_format_and_a_broken_line_are_refused(store: &dyn Store) {
    let place = store.place().await;
    store.set(b"{\"journal\":\"rhc-rollout\",\"format\":9,\"environment\":\"qa\"}\n");
    let error = place.open("qa").await.err().unwrap();
    assert!(
        matches!(error, JournalError::Version { found: 9, .. }),
        "{error}"
    );
    store.set(b"");
    place.open("qa").await.unwrap().close().await;
    let mut bytes = store.bytes();
    bytes.extend_from_slice(b"not a record\n");
    store.set(&bytes);
    let error = place.open("qa").await.err().unwrap();
    assert!(
        matches!(error, JournalError::Corrupt { line: 2, .. }),
        "{error}"
    );
    assert_eq!(
        place.held().await.unwrap(),
        Held::Free,
        "who is refused holds nothing"
    );
}

async fn a_second_run_is_refused_and_told_who_holds_it(store: &dyn Store) {
    let place = store.place().await;
    assert_eq!(place.held().await.unwrap(), Held::Free);
    let first = place.open("qa").await.unwrap();
    let error = place.open("qa").await.err().unwrap();
    let me = std::process::id();
    let is_me = |pid| pid == me;
    assert!(
        matches!(&error, JournalError::Locked { holder, .. } if holder.as_ref().is_none_or(|holder| is_me(holder.pid))),
        "{error}"
    );
    if cfg!(unix) {
        let words = error.to_string();
        assert!(words.contains(&format!("process {me}")), "{words}");
        assert!(words.contains(", since 2"), "{words}");
        let held = place.held().await.unwrap();
        assert!(matches!(held, Held::By(Some(holder)) if is_me(holder.pid)));
    }
    first.append(intent("a")).await.unwrap();
    first.close().await;
    drop(first);
    assert_eq!(place.held().await.unwrap(), Held::Free);
    place.open("qa").await.unwrap();
}

async fn whoever_only_reads_needs_no_lock_and_changes_nothing(store: &dyn Store) {
    let place = store.place().await;
    assert_eq!(place.read("qa").await.unwrap(), None);
    assert!(store.bytes().is_empty(), "reading makes none");
    assert_eq!(place.held().await.unwrap(), Held::Free);
    let journal = place.open("qa").await.unwrap();
    journal.append(intent("a")).await.unwrap();
    let mut bytes = store.bytes();
    bytes.extend_from_slice(b"{\"at\":");
    store.set(&bytes);
    let contents = place.read("qa").await.unwrap().unwrap();
    assert_eq!((contents.entries.len(), contents.torn), (1, 6));
    assert_eq!(contents.recovery(), journal.recovery().await.unwrap());
    assert_eq!(store.bytes(), bytes);
    let error = place.read("prod").await.unwrap_err();
    assert!(matches!(error, JournalError::OtherEnvironment { .. }));
}

async fn a_clock_that_is_set_back_changes_nothing(store: &dyn Store) {
    let place = store.place().await;
    let journal = place.open("qa").await.unwrap();
    for record in [intent("a"), outcome("a", Outcome::Created), intent("b")] {
        journal.append(record).await.unwrap();
    }
    let recovery = journal.recovery().await.unwrap();
    journal.close().await;
    drop(journal);
    let text = String::from_utf8(store.bytes()).unwrap();
    let mut year = 2040;
    let lines = text.lines().map(|line| match line.split_once("\"at\":\"") {
        Some((before, after)) => {
            year -= 10;
            format!("{before}\"at\":\"{year}{}\n", &after[4..])
        }
        None => format!("{line}\n"),
    });
    store.set(lines.collect::<String>().as_bytes());
    let journal = place.open("qa").await.unwrap();
    assert_eq!(journal.recovery().await.unwrap(), recovery);
}

async fn many_at_once_are_all_there_once(store: &dyn Store) {
    let place = store.place().await;
    let journal = place.open("qa").await.unwrap();
    let names: Vec<String> = (0..40).map(|number| format!("step/{number}")).collect();
    let all = names.iter().map(|name| journal.append(intent(name)));
    for written in futures::future::join_all(all).await {
        written.unwrap();
    }
    let contents = place.read("qa").await.unwrap().unwrap();
    assert_eq!(contents.entries.len(), names.len());
    assert_eq!(contents.recovery().open.len(), names.len());
}

#[tokio::test]
async fn a_line_cut_off_by_a_crash_is_removed_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qa.journal");
    let journal = FileJournal::open(&path, "qa").unwrap();
    journal.append(intent("a")).await.unwrap();
    drop(journal);
    let whole = fs::read(&path).unwrap();
    let header = whole.iter().position(|b| *b == b'\n').unwrap() + 1;
    for cut in header..whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        let journal = FileJournal::open(&path, "qa").unwrap();
        assert_eq!(
            journal.notes().len(),
            usize::from(cut > header),
            "cut at {cut}"
        );
        assert!(journal.recovery().await.unwrap().open.is_empty());
        journal.append(intent("b")).await.unwrap();
        drop(journal);
        let journal = FileJournal::open(&path, "qa").unwrap();
        assert!(journal.notes().is_empty());
        assert_eq!(journal.recovery().await.unwrap().open.len(), 1);
    }
}

#[test]
fn a_cut_off_header_is_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qa.journal");
    fs::write(&path, "{\"journal\":\"rhc-ro").unwrap();
    drop(FileJournal::open(&path, "qa").unwrap());
    assert!(FileJournal::open(&path, "qa").unwrap().notes().is_empty());
}

#[cfg(unix)]
#[test]
fn only_whoever_runs_the_rollout_reads_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qa.journal");
    let _journal = FileJournal::open(&path, "qa").unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}

#[tokio::test]
async fn what_a_lost_power_leaves_behind_is_a_line_that_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.journal");
    let journal = FileJournal::open(&path, "qa").unwrap();
    journal.append(intent("a")).await.unwrap();
    drop(journal);
    // The file has grown, and its last block was never written.
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(&[0; 64]).unwrap();
    let journal = FileJournal::open(&path, "qa").unwrap();
    assert_eq!(journal.notes().len(), 1);
    journal
        .append(outcome("a", Outcome::Created))
        .await
        .unwrap();
    drop(journal);
    let journal = FileJournal::open(&path, "qa").unwrap();
    assert!(journal.recovery().await.unwrap().open.is_empty());
}
