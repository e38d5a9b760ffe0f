//! One run at a time: the operating system's lock beside the journal, and who holds it.

use std::fmt;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use fs4::{FileExt, TryLockError};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::error::JournalError;
use super::file::{io, open_file};

/// So long the lock is asked for again: whoever only looks who holds it has it for a moment.
const AGAIN: [Duration; 2] = [Duration::from_millis(20), Duration::from_millis(200)];

/// Nobody's name is longer.
const LONGEST: u64 = 64 << 10;

/// Who writes a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// His process.
    pub pid: u32,
    /// Since when.
    pub since: String,
    /// Who runs it, and where, if others than the same computer's can ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
}

impl Holder {
    /// Who says so in these words. Whoever may write there may write anything: it moves no terminal's cursor.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut holder: Self = serde_json::from_str(text).ok()?;
        holder.since = holder.since.replace(char::is_control, " ");
        let who = holder.who.take();
        holder.who = who.map(|who| who.replace(char::is_control, " "));
        Some(holder)
    }

    /// This process, as of now.
    pub(super) fn this(who: Option<String>) -> Self {
        Self {
            pid: std::process::id(),
            since: OffsetDateTime::now_utc()
                .replace_nanosecond(0)
                .ok()
                .and_then(|now| now.format(&Rfc3339).ok())
                .unwrap_or_default(),
            who,
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {}", self.pid)?;
        if let Some(who) = &self.who {
            write!(f, " of {who}")?;
        }
        write!(f, ", since {}", self.since)
    }
}

/// Whether somebody writes a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// Nobody.
    Free,
    /// A run, which could be asked for its name or not: Windows does not let others read a file that is locked.
    By(Option<Holder>),
}

/// Takes the lock. It is free again when the file is closed, or its process killed: a person never has to delete it.
pub(super) fn take(journal: &Path) -> Result<File, JournalError> {
    let path = beside(journal);
    let mut file = open_file(&path)?;
    let mut again = AGAIN.into_iter();
    loop {
        match FileExt::try_lock(&file) {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) => match again.next() {
                Some(pause) => thread::sleep(pause),
                None => {
                    return Err(JournalError::Locked {
                        place: journal.display().to_string(),
                        holder: holder(&mut file),
                    });
                }
            },
            Err(TryLockError::Error(source)) => return Err(io(&path, "lock", source)),
        }
    }
    let holder = Holder::this(None);
    let text = serde_json::to_string(&holder).unwrap_or_default();
    let named = file.set_len(0).and_then(|()| writeln!(file, "{text}"));
    named.map_err(|source| io(&path, "write", source))?;
    Ok(file)
}

/// Who holds it now.
pub(super) fn who(journal: &Path) -> Result<Held, JournalError> {
    let path = beside(journal);
    if !path.exists() {
        return Ok(Held::Free);
    }
    let mut file = open_file(&path)?;
    match FileExt::try_lock_shared(&file) {
        Ok(()) => Ok(Held::Free),
        Err(TryLockError::WouldBlock) => Ok(Held::By(holder(&mut file))),
        Err(TryLockError::Error(source)) => Err(io(&path, "lock", source)),
    }
}

fn holder(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.take(LONGEST).read_to_string(&mut text).ok()?;
    Holder::read(&text)
}

fn beside(journal: &Path) -> PathBuf {
    let mut name = journal.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_moves_no_cursor() {
        let said = r#"{"pid": 7, "since": "to\u001b[2Jday", "who": "ann\r\u0007"}"#;
        let holder = Holder::read(said).unwrap();
        assert_eq!(holder.to_string(), "process 7 of ann  , since to [2Jday");
        assert_eq!(Holder::read("{}"), None);
    }

    #[test]
    fn what_stands_beside_a_journal_is_read_as_far_as_a_name_is_long() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.lock");
        let long = " ".repeat(1 << 20);
        for (text, is_read) in [("", true), (long.as_str(), false)] {
            let text = format!("{text}{{\"pid\":7,\"since\":\"today\"}}");
            std::fs::write(&path, text).unwrap();
            let found = holder(&mut open_file(&path).unwrap());
            assert_eq!(found.is_some(), is_read);
        }
    }
}
