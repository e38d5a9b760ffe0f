//! The journal of the program's runs: taken before a cloud is reached, and shown by `journal`.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use super::args::Args;
use super::console::Console;
use super::failure::{CliError, full};
use super::target;
use crate::engine::{Exit, FileJournal, Journal, JournalError, MemoryJournal};
use crate::manifest::Manifest;
use crate::report::{self, JournalReport};

/// Where the journal of these arguments is kept; in memory without a place.
pub(super) fn place(args: &Args, manifest: &Manifest) -> Option<PathBuf> {
    let usual = || target::journal(args, manifest);
    args.journal.clone().or_else(usual)
}

/// Takes the journal of a run that writes, or opens a door for a plan. Whatever the run goes by is looked at only afterwards: the state of an embedded
/// cloud is a file, which the run that holds the journal is about to replace.
pub(super) fn take(
    args: &Args,
    manifest: &Manifest,
    console: &mut Console,
) -> Result<Option<Arc<dyn Journal>>, CliError> {
    if !(args.verb().writes() || args.open_window) {
        return Ok(None);
    }
    let Some(path) = place(args, manifest) else {
        return Ok(Some(Arc::new(MemoryJournal::new())));
    };
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(|error| {
            CliError::failed(
                format!("{}: {error}", folder.display()),
                "name another place for the journal with --journal FILE",
            )
        })?;
    }
    let journal = FileJournal::open(path, &manifest.environment.name).map_err(refused)?;
    for note in journal.notes() {
        console.line(&format!("note: {note}"));
    }
    Ok(Some(Arc::new(journal)))
}

/// `journal`: what is in it and who has it.
pub(super) fn show(
    args: &Args,
    manifest: &Manifest,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let Some(path) = place(args, manifest) else {
        return Err(CliError::usage(
            "an embedded cloud without --state has no journal",
            "name the cloud's file with --state, or the journal's own with --journal",
        ));
    };
    if args.journal.is_some() && !path.exists() {
        return Err(CliError::usage(
            format!("{}: there is no such journal", path.display()),
            "check the path given with --journal",
        ));
    }
    let contents = FileJournal::read(&path, &manifest.environment.name).map_err(refused)?;
    let held = FileJournal::held(&path).map_err(refused)?;
    let shown = JournalReport::of(path.display().to_string(), &contents, &held);
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

/// Why there is no journal, and what to do.
pub(super) fn refused(error: JournalError) -> CliError {
    let help = match &error {
        JournalError::Locked { .. } => "one run at a time; the message names the process",
        JournalError::OtherEnvironment { .. } => "name another journal with --journal FILE",
        JournalError::Io { .. } => {
            "make that place a file that can be written, with room on its disk, or name another with --state FILE or --journal FILE"
        }
        _ => {
            "the journal says what earlier runs began; without it look into the cloud before you apply"
        }
    };
    CliError::failed(full(&error), help)
}
