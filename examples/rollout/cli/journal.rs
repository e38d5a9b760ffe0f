//! The journal of the program's runs: taken before a cloud is reached, and shown by `journal`.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use super::args::{self, Args, CloudChoice, JournalChoice};
use super::console::Console;
use super::deployment_log::who;
use super::failure::{CliError, full};
use super::target::{self, Target};
use crate::engine::{
    BlobAddress, Exit, Journal, JournalError, JournalFile, JournalPlace, MemoryJournal,
};
use crate::manifest::Manifest;
use crate::report::{self, JournalReport};

/// Says where the journal is, for clouds that other runs share.
const VARIABLE: &str = "RHC_JOURNAL";

/// Where the journal of these arguments is kept; in memory without a place.
pub(super) fn chosen(args: &Args, manifest: &Manifest) -> Result<Option<JournalChoice>, CliError> {
    let variable = std::env::var(VARIABLE).ok();
    choose(args, manifest, variable.as_deref())
}

/// What is said on the command line goes before the computer's environment, and that before the file.
fn choose(
    args: &Args,
    manifest: &Manifest,
    variable: Option<&str>,
) -> Result<Option<JournalChoice>, CliError> {
    if args.journal.is_some() {
        return Ok(args.journal.clone());
    }
    if args.cloud != CloudChoice::Embedded {
        if let Some(text) = variable.filter(|text| !text.is_empty()) {
            let chosen = args::journal(text).map_err(|why| {
                CliError::usage(format!("{VARIABLE}: {why}"), "correct or unset it")
            })?;
            return Ok(Some(chosen));
        }
        if let Some(file) = &manifest.journal {
            let address = BlobAddress::new(&file.storage_account, &file.container);
            let address = address.map_err(|why| {
                CliError::usage(
                    format!("journal: {why}"),
                    "correct the environment file's table [journal]",
                )
            })?;
            return Ok(Some(JournalChoice::Blob(address)));
        }
    }
    Ok(target::journal(args, manifest).map(JournalChoice::File))
}

/// Takes a journal in a file, for a run that writes, or opens a door for a plan. Whatever the run goes by is looked at only
/// afterwards: the state of an embedded cloud is a file, which the run that holds the journal is about to replace. A
/// journal in a cloud is taken once that is reached.
pub(super) async fn take(
    args: &Args,
    manifest: &Manifest,
    console: &mut Console,
) -> Result<Option<Arc<dyn Journal>>, CliError> {
    if !takes(args) {
        return Ok(None);
    }
    match chosen(args, manifest)? {
        None => Ok(Some(Arc::new(MemoryJournal::new()))),
        Some(JournalChoice::File(path)) => {
            make_folder(&path)?;
            open(&JournalFile(path), manifest, console).await.map(Some)
        }
        Some(JournalChoice::Blob(_)) => Ok(None),
    }
}

/// Whether the run holds the journal.
pub(super) fn takes(args: &Args) -> bool {
    args.verb().writes() || args.open_window
}

fn make_folder(path: &std::path::Path) -> Result<(), CliError> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder
        .map_or(Ok(()), std::fs::create_dir_all)
        .map_err(|error| {
            CliError::failed(
                format!("{}: {error}", path.display()),
                "name another place for the journal with --journal FILE",
            )
        })
}

/// Opens it and says what was mended.
pub(super) async fn open(
    place: &dyn JournalPlace,
    manifest: &Manifest,
    console: &mut Console,
) -> Result<Arc<dyn Journal>, CliError> {
    let journal = place.open(&manifest.environment.name).await;
    let journal = journal.map_err(refused)?;
    for note in journal.notes() {
        console.line(&format!("note: {note}"));
    }
    Ok(journal)
}

/// Where it is, once the cloud is reached.
pub(super) async fn place(
    args: &Args,
    manifest: &Manifest,
    target: &Target,
) -> Result<Option<Arc<dyn JournalPlace>>, CliError> {
    Ok(match chosen(args, manifest)? {
        None => None,
        Some(JournalChoice::File(path)) => Some(Arc::new(JournalFile(path))),
        Some(JournalChoice::Blob(address)) => {
            let who = format!("{} on {}", who(), computer());
            let place = target.connection.journal(manifest, &address, &who).await;
            let place = place.map_err(|error| {
                let help = error.remedy_text().unwrap_or("see --journal");
                CliError::failed(error.full_message(), help)
            })?;
            Some(Arc::new(place))
        }
    })
}

/// What this computer is called.
fn computer() -> String {
    let of = |name: &str| std::env::var(name).ok();
    let file = || std::fs::read_to_string("/etc/hostname").ok();
    let name = of("COMPUTERNAME").or_else(|| of("HOSTNAME")).or_else(file);
    let name = name.map(|name| name.trim().to_owned());
    name.filter(|name| !name.is_empty())
        .unwrap_or_else(|| "an unknown computer".to_owned())
}

/// `journal`: what is in it and who has it.
pub(super) async fn show(
    args: &Args,
    manifest: &Manifest,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let chosen = chosen(args, manifest)?;
    let named = args.journal.is_some();
    let place: Arc<dyn JournalPlace> = match chosen {
        None => {
            return Err(CliError::usage(
                "an embedded cloud without --state has no journal",
                "name the cloud's file with --state, or the journal's own with --journal",
            ));
        }
        Some(JournalChoice::File(path)) => Arc::new(JournalFile(path)),
        Some(JournalChoice::Blob(_)) => {
            let target = Target::open(args, manifest).await?;
            let place = place(args, manifest, &target).await?;
            place.ok_or_else(|| CliError::usage("there is no journal", "see --journal"))?
        }
    };
    let contents = place.read(&manifest.environment.name).await;
    let contents = match contents.map_err(refused)? {
        None if named => {
            return Err(CliError::usage(
                format!("{}: there is no such journal", place.name()),
                "check what was given with --journal",
            ));
        }
        contents => contents.unwrap_or_default(),
    };
    let held = place.held().await.map_err(refused)?;
    let shown = JournalReport::of(place.name(), &contents, &held);
    let mut text = console.text();
    report::journal(&mut text, &shown);
    console.show(text);
    console.document(&json!({
        "verb": args.verb().name(),
        "environment": manifest.environment.name,
        "journal": shown,
        "exit": Exit::Done.code(),
    }));
    Ok(Exit::Done)
}

/// The folder of what is kept beside a journal on this computer.
pub(super) fn beside(args: &Args, manifest: &Manifest) -> Result<Option<PathBuf>, CliError> {
    Ok(match chosen(args, manifest)? {
        Some(JournalChoice::File(path)) => Some(path),
        Some(JournalChoice::Blob(_)) => {
            let usual = target::journal(args, manifest);
            if let Some(path) = &usual {
                make_folder(path)?;
            }
            usual
        }
        None => None,
    })
}

/// Why there is no journal, and what to do.
pub(super) fn refused(error: JournalError) -> CliError {
    let help = match &error {
        JournalError::Locked { .. } => {
            "one run at a time; the message names the process. What a killed run held in Blob Storage is free again after a minute"
        }
        JournalError::OtherEnvironment { .. } => "name another journal with --journal",
        JournalError::Blob { .. } => {
            "see that the account answers, has the container, lets this computer in, and lets you write (role Storage Blob Data Contributor)"
        }
        JournalError::Lost { .. } => "look with the verb journal who has it, and run again",
        JournalError::Io { .. } => {
            "make that place a file that can be written, with room on its disk, or name another with --state FILE or --journal FILE"
        }
        _ => {
            "the journal says what earlier runs began; without it look into the cloud before you apply"
        }
    };
    CliError::failed(full(&error), help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[test]
    fn the_command_line_goes_before_the_environment_and_that_before_the_file() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
        let mut manifest = Manifest::load(path).unwrap();
        let of = |words: &[&str], manifest: &Manifest, variable| {
            let words = ["qa_rollout"].iter().chain(words);
            let args = Args::try_parse_from(words).unwrap();
            choose(&args, manifest, variable).unwrap()
        };
        let blob = |container: &str| {
            let address = BlobAddress::new("rhcjournal", container).unwrap();
            Some(JournalChoice::Blob(address))
        };
        let (azure, variable) = (
            ["--cloud", "azure"],
            Some("https://rhcjournal.blob.core.windows.net/env"),
        );
        let usual = of(&azure, &manifest, None);
        assert_eq!(
            usual,
            Some(JournalChoice::File(".rhc/qa/journal.jsonl".into()))
        );
        manifest.journal = Some(crate::manifest::Journal {
            storage_account: "rhcjournal".to_owned(),
            container: "file".to_owned(),
        });
        assert_eq!(of(&azure, &manifest, None), blob("file"));
        assert_eq!(of(&azure, &manifest, Some("")), blob("file"));
        assert_eq!(of(&azure, &manifest, variable), blob("env"));
        let flag = ["--cloud", "azure", "--journal", "a.jsonl"];
        let file = Some(JournalChoice::File("a.jsonl".into()));
        assert_eq!(of(&flag, &manifest, variable), file);
        assert_eq!(
            of(&[], &manifest, variable),
            None,
            "in this process only a flag counts"
        );
        let args = Args::try_parse_from(["qa_rollout", "--cloud", "azure"]).unwrap();
        let refused = choose(&args, &manifest, Some("ftp://x")).unwrap_err();
        assert!(refused.to_string().contains(VARIABLE), "{refused}");
    }
}
