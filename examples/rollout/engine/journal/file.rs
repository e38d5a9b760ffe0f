//! The journal as a file of JSON lines, locked by the run that writes it.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use fs4::{FileExt, TryLockError};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Journal;
use super::record::{Record, Recovery};

/// The version of the format that this program writes and reads.
const FORMAT: u32 = 1;

/// The journal could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The operating system refused.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Another run is using it.
    #[error("another run{} is using {}: wait for it, or end it", holder(.pid), path.display())]
    Locked {
        /// The journal.
        path: PathBuf,
        /// The process of that run, if it could be read.
        pid: Option<u32>,
    },
    /// It belongs to another environment.
    #[error("{} is the journal of the environment '{found}', and this is '{wanted}': name another file", path.display())]
    OtherEnvironment {
        /// The journal.
        path: PathBuf,
        /// The environment in the file.
        found: String,
        /// The environment of this run.
        wanted: String,
    },
    /// A newer program wrote it.
    #[error("{} has format {found}, this program reads {FORMAT}: use the program that wrote it", path.display())]
    Version {
        /// The journal.
        path: PathBuf,
        /// The format in the file.
        found: u32,
    },
    /// A line in the middle is not a record.
    #[error("line {line} of {} is not a journal record: restore the file, or move it away", path.display())]
    Corrupt {
        /// The journal.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

fn holder(pid: &Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(" (process {pid})"))
}

#[derive(Serialize, Deserialize)]
struct Header {
    journal: String,
    format: u32,
    environment: String,
}

#[derive(Serialize, Deserialize)]
struct Line {
    /// The wall clock, for the person who reads the file; nothing is decided by it.
    at: String,
    #[serde(flatten)]
    record: Record,
}

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
    file: File,
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
        let lock = lock(&path)?;
        let file = open_file(&path)?;
        let mut journal = Self {
            path,
            state: Mutex::new(State {
                file,
                records: Vec::new(),
            }),
            notes: Vec::new(),
            _lock: lock,
        };
        journal.load(environment)?;
        Ok(journal)
    }

    /// What was mended when the file was opened.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn load(&mut self, environment: &str) -> Result<(), JournalError> {
        let path = &self.path;
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = Vec::new();
        let read = state.file.read_to_end(&mut bytes);
        read.map_err(|source| io(path, "read", source))?;

        // A record counts when its line is complete; what a crash cut off was never acted on.
        let complete = bytes
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1);
        if complete < bytes.len() {
            let cut = bytes.len() - complete;
            self.notes.push(format!(
                "the last line of {} was cut off by a crash and has been removed ({cut} bytes)",
                path.display()
            ));
            let length = u64::try_from(complete).unwrap_or(u64::MAX);
            let truncated = state
                .file
                .set_len(length)
                .and_then(|()| state.file.sync_all());
            truncated.map_err(|source| io(path, "mend", source))?;
            bytes.truncate(complete);
        }
        let moved = state.file.seek(SeekFrom::End(0));
        moved.map_err(|source| io(path, "read", source))?;

        let mut lines = bytes
            .split(|b| *b == b'\n')
            .enumerate()
            .filter(|(_, line)| !line.is_empty());
        let corrupt = |line: usize, source| JournalError::Corrupt {
            path: path.clone(),
            line: line + 1,
            source,
        };
        let Some((at, first)) = lines.next() else {
            let header = Header {
                journal: "rhc-rollout".to_owned(),
                format: FORMAT,
                environment: environment.to_owned(),
            };
            return write_line(path, &mut state.file, &header);
        };
        let header: Header = serde_json::from_slice(first).map_err(|e| corrupt(at, e))?;
        if header.format != FORMAT {
            return Err(JournalError::Version {
                path: path.clone(),
                found: header.format,
            });
        }
        if header.environment != environment {
            return Err(JournalError::OtherEnvironment {
                path: path.clone(),
                found: header.environment,
                wanted: environment.to_owned(),
            });
        }
        for (at, line) in lines {
            let line: Line = serde_json::from_slice(line).map_err(|e| corrupt(at, e))?;
            state.records.push(line.record);
        }
        Ok(())
    }
}

#[async_trait]
impl Journal for FileJournal {
    // Written in place and not on a thread of its own: a line takes the disk a few milliseconds, a thread would let a
    // paused clock run ahead of it, and the write that follows must wait for it anyway.
    async fn append(&self, record: Record) -> Result<(), JournalError> {
        let line = Line {
            at: OffsetDateTime::now_utc()
                .format(&Rfc3339)
                .unwrap_or_default(),
            record,
        };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        write_line(&self.path, &mut state.file, &line)?;
        state.records.push(line.record);
        Ok(())
    }

    async fn recovery(&self) -> Result<Recovery, JournalError> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Recovery::from_records(&state.records))
    }
}

fn write_line(path: &Path, file: &mut File, line: &impl Serialize) -> Result<(), JournalError> {
    let mut bytes = serde_json::to_vec(line).map_err(|e| io(path, "write", e.into()))?;
    bytes.push(b'\n');
    let written = file.write_all(&bytes).and_then(|()| file.sync_data());
    written.map_err(|source| io(path, "write", source))
}

fn open_file(path: &Path) -> Result<File, JournalError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    // Links of operations stand in it, and may be signed: they are for whoever runs the rollout only.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path);
    file.map_err(|source| io(path, "open", source))
}

fn lock(journal: &Path) -> Result<File, JournalError> {
    let mut name = journal.as_os_str().to_owned();
    name.push(".lock");
    let path = PathBuf::from(name);
    let mut file = open_file(&path)?;
    match FileExt::try_lock(&file) {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            // Windows does not let others read a locked file; then the holder stays unnamed.
            let _ = file.read_to_string(&mut text);
            return Err(JournalError::Locked {
                path: journal.to_owned(),
                pid: text.trim().parse().ok(),
            });
        }
        Err(TryLockError::Error(source)) => return Err(io(&path, "lock", source)),
    }
    let named = file
        .set_len(0)
        .and_then(|()| writeln!(file, "{}", std::process::id()));
    named.map_err(|source| io(&path, "write", source))?;
    Ok(file)
}

fn io(path: &Path, doing: &'static str, source: std::io::Error) -> JournalError {
    JournalError::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}
