//! The journal as a file of JSON lines, locked by the run that writes it.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::Journal;
use super::contents::{Contents, Entry, Header};
use super::error::JournalError;
use super::lines::{Disk, Lines};
use super::lock::{self, Held};
use super::place::JournalPlace;
use super::record::{Record, Recovery};
use crate::files;

/// A journal is shorter than this, after some thousand runs too.
const LARGEST: u64 = 256 << 20;

/// A journal in a file: one JSON object a line, on disk before the call returns, and the file's alone while it is open.
///
/// The lock is the operating system's (`<file>.lock`), so a killed run leaves nothing behind that a person must delete.
#[derive(Debug)]
pub struct FileJournal {
    path: PathBuf,
    state: Mutex<State>,
    notes: Vec<String>,
    /// Held for its lock.
    _lock: File,
}

#[derive(Debug)]
struct State {
    lines: Lines,
    records: Vec<Record>,
}

impl FileJournal {
    /// Opens the journal of an environment, or begins it.
    ///
    /// # Errors
    /// When another run holds it, when it is another environment's or a newer program's, and when it cannot be read. A
    /// last line that was cut off by a crash is no error: it is removed, and [`notes`](Self::notes) say so.
    pub fn open(path: impl Into<PathBuf>, environment: &str) -> Result<Self, JournalError> {
        let path = path.into();
        let lock = lock::take(&path)?;
        let mut file = open_file(&path)?;
        let bytes = bytes(&path, &mut file)?;
        let contents = Contents::read(&path.display().to_string(), environment, &bytes)?;
        let complete = bytes.len() - contents.torn;
        let complete = u64::try_from(complete).unwrap_or(u64::MAX);
        let mut notes = Vec::new();
        if contents.torn > 0 {
            notes.push(format!(
                "the last line of {} was cut off by a crash and has been removed ({} bytes)",
                path.display(),
                contents.torn
            ));
            file.cut(complete)
                .map_err(|source| io(&path, "mend", source))?;
        }
        let mut lines = Lines::behind(file, complete);
        if !contents.begun {
            let begun = lines.append(&Header::of(environment));
            begun.map_err(|source| io(&path, "write", source))?;
        }
        let records = contents.entries.into_iter().map(|entry| entry.record);
        let state = State {
            lines,
            records: records.collect(),
        };
        Ok(Self {
            path,
            state: Mutex::new(state),
            notes,
            _lock: lock,
        })
    }

    /// What stands in the journal of an environment; nothing where there is none. It may be in use, and is left as it is.
    ///
    /// # Errors
    /// As [`open`](Self::open), but for the run that holds it.
    pub fn read(path: &Path, environment: &str) -> Result<Contents, JournalError> {
        let file = if path.exists() {
            Some(File::open(path).map_err(|source| io(path, "open", source))?)
        } else {
            None
        };
        let bytes = match file {
            Some(mut file) => bytes(path, &mut file)?,
            None => Vec::new(),
        };
        Contents::read(&path.display().to_string(), environment, &bytes)
    }

    /// Which run holds it now.
    ///
    /// # Errors
    /// When that cannot be found out.
    pub fn held(path: &Path) -> Result<Held, JournalError> {
        lock::who(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[async_trait]
impl Journal for FileJournal {
    // Written in place and not on a thread of its own: a line takes the disk a few milliseconds, a thread would let a
    // paused clock run ahead of it, and the write that follows must wait for it anyway.
    async fn append(&self, record: Record) -> Result<(), JournalError> {
        let entry = Entry::now(record);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let written = state.lines.append(&entry);
        written.map_err(|source| io(&self.path, "write", source))?;
        state.records.push(entry.record);
        Ok(())
    }

    async fn recovery(&self) -> Result<Recovery, JournalError> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Recovery::from_records(&state.records))
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// A file as the place of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalFile(pub PathBuf);

#[async_trait]
impl JournalPlace for JournalFile {
    fn name(&self) -> String {
        self.0.display().to_string()
    }

    async fn open(&self, environment: &str) -> Result<Arc<dyn Journal>, JournalError> {
        Ok(Arc::new(FileJournal::open(&self.0, environment)?))
    }

    async fn read(&self, environment: &str) -> Result<Option<Contents>, JournalError> {
        let there = self.0.exists();
        there
            .then(|| FileJournal::read(&self.0, environment))
            .transpose()
    }

    async fn held(&self) -> Result<Held, JournalError> {
        FileJournal::held(&self.0)
    }
}

fn bytes(path: &Path, file: &mut File) -> Result<Vec<u8>, JournalError> {
    let read = files::read_from(file, LARGEST);
    read.map_err(|source| io(path, "read", source))
}

pub(super) fn open_file(path: &Path) -> Result<File, JournalError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    // Links of operations stand in it, and may be signed: they are for whoever runs the rollout only.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path);
    file.map_err(|source| io(path, "open", source))
}

pub(super) fn io(path: &Path, doing: &'static str, source: std::io::Error) -> JournalError {
    JournalError::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}
