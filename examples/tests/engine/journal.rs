//! The journal as a file.

use std::fs;
use std::io::Write;

use rollout::engine::{ChangeKind, FileJournal, Held, Journal, JournalError, Key, Outcome, Record};

fn intent(key: &str) -> Record {
    Record::Intent {
        key: key.into(),
        change: ChangeKind::Create,
        digest: "abc".to_owned(),
    }
}

fn outcome(key: &str, outcome: Outcome) -> Record {
    Record::Outcome {
        key: key.into(),
        outcome,
        message: None,
    }
}

#[tokio::test]
async fn what_was_recorded_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qa.journal");
    let journal = FileJournal::open(&path, "qa").unwrap();
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
    drop(journal);
    let journal = FileJournal::open(&path, "qa").unwrap();
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

#[test]
fn the_journal_of_another_environment_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.journal");
    drop(FileJournal::open(&path, "qa").unwrap());
    let error = FileJournal::open(&path, "prod").unwrap_err();
    assert!(
        matches!(&error, JournalError::OtherEnvironment { found, wanted, .. } if found == "qa" && wanted == "prod")
    );
    assert!(error.to_string().contains("name another file"), "{error}");
}

#[test]
fn a_newer_format_and_a_broken_line_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.journal");
    fs::write(
        &path,
        "{\"journal\":\"rhc-rollout\",\"format\":9,\"environment\":\"qa\"}\n",
    )
    .unwrap();
    let error = FileJournal::open(&path, "qa").unwrap_err();
    assert!(
        matches!(error, JournalError::Version { found: 9, .. }),
        "{error}"
    );
    fs::remove_file(&path).unwrap();
    drop(FileJournal::open(&path, "qa").unwrap());
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    writeln!(file, "not a record").unwrap();
    let error = FileJournal::open(&path, "qa").unwrap_err();
    assert!(
        matches!(error, JournalError::Corrupt { line: 2, .. }),
        "{error}"
    );
}

#[test]
fn a_second_run_is_refused_and_told_who_holds_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.journal");
    let first = FileJournal::open(&path, "qa").unwrap();
    let error = FileJournal::open(&path, "qa").unwrap_err();
    let me = std::process::id();
    assert!(
        matches!(&error, JournalError::Locked { holder, .. } if holder.as_ref().is_none_or(|holder| holder.pid == me)),
        "{error}"
    );
    if cfg!(unix) {
        assert!(
            error
                .to_string()
                .contains(&format!("process {me}, since 2")),
            "{error}"
        );
        let held = FileJournal::held(&path).unwrap();
        assert!(matches!(held, Held::By(Some(holder)) if holder.pid == me));
    }
    drop(first);
    assert_eq!(FileJournal::held(&path).unwrap(), Held::Free);
    FileJournal::open(&path, "qa").unwrap();
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
async fn whoever_only_reads_needs_no_lock_and_mends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.journal");
    assert!(FileJournal::read(&path, "qa").unwrap().entries.is_empty());
    assert!(!path.exists(), "reading makes none");
    assert_eq!(FileJournal::held(&path).unwrap(), Held::Free);
    let journal = FileJournal::open(&path, "qa").unwrap();
    journal.append(intent("a")).await.unwrap();
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    write!(file, "{{\"at\":").unwrap();
    let length = fs::metadata(&path).unwrap().len();
    let contents = FileJournal::read(&path, "qa").unwrap();
    assert_eq!((contents.entries.len(), contents.torn), (1, 6));
    assert_eq!(contents.recovery(), journal.recovery().await.unwrap());
    assert_eq!(fs::metadata(&path).unwrap().len(), length);
    let error = FileJournal::read(&path, "prod").unwrap_err();
    assert!(matches!(error, JournalError::OtherEnvironment { .. }));
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

#[tokio::test]
async fn a_clock_that_is_set_back_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.journal");
    let journal = FileJournal::open(&path, "qa").unwrap();
    for record in [intent("a"), outcome("a", Outcome::Created), intent("b")] {
        journal.append(record).await.unwrap();
    }
    let recovery = journal.recovery().await.unwrap();
    drop(journal);
    let text = fs::read_to_string(&path).unwrap();
    let mut year = 2040;
    let lines = text.lines().map(|line| match line.split_once("\"at\":\"") {
        Some((before, after)) => {
            year -= 10;
            format!("{before}\"at\":\"{year}{}\n", &after[4..])
        }
        None => format!("{line}\n"),
    });
    fs::write(&path, lines.collect::<String>()).unwrap();
    let journal = FileJournal::open(&path, "qa").unwrap();
    assert_eq!(journal.recovery().await.unwrap(), recovery);
}
