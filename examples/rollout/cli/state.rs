//! The embedded cloud's state in a file.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use rhc_core::fake::{World, WorldOptions};

use super::failure::{CliError, full};
use crate::embedded::{Bare, EmbeddedCloud, EmbeddedError, bare, bare_from_state};
use crate::files;
use crate::manifest::Manifest;

/// A state of the embedded cloud is smaller than this: one of the whole environment has 1 MiB.
pub(super) const LARGEST: u64 = 256 << 20;

/// The cloud of a state file, or a new one where there is none yet.
pub(super) fn open(
    manifest: &Manifest,
    path: Option<&Path>,
    options: WorldOptions,
    person: bool,
) -> Result<EmbeddedCloud, CliError> {
    let unusable = |error: EmbeddedError| match path {
        Some(path) => CliError::usage(
            format!("{}: {}", path.display(), full(&error)),
            "mend that place in the file, restore an older copy, or name a new file and apply again",
        ),
        None => CliError::failed(
            full(&error),
            "this is a mistake in the rollout: please report it",
        ),
    };
    let Some(text) = path.map(read).transpose()?.flatten() else {
        return EmbeddedCloud::new(manifest, options, person).map_err(unusable);
    };
    EmbeddedCloud::from_state(manifest, &text, options, person).map_err(unusable)
}

/// The empty cloud of a state file, or a new one where there is none yet.
pub(super) fn open_bare(
    what: &Bare,
    path: Option<&Path>,
    options: WorldOptions,
) -> Result<World, CliError> {
    let unusable = |error: EmbeddedError| match path {
        Some(path) => CliError::usage(
            format!("{}: {}", path.display(), full(&error)),
            "mend that place in the file, restore an older copy, or name a new file",
        ),
        None => CliError::usage(
            full(&error),
            "name each tenant and each of its ids once, and subscriptions of tenants that are named",
        ),
    };
    match path.map(read).transpose()?.flatten() {
        Some(text) => bare_from_state(&text, options).map_err(unusable),
        None => bare(what, options).map_err(unusable),
    }
}

/// The text of a state file; nothing where there is none.
fn read(path: &Path) -> Result<Option<String>, CliError> {
    // A device can be read without end, and would be replaced by a file.
    if fs::metadata(path).is_ok_and(|about| !about.is_file()) {
        return Err(CliError::usage(
            format!(
                "{}: the state cannot be read: it is not a file",
                path.display()
            ),
            "name a file with --state, which apply makes if it is not there",
        ));
    }
    match files::read_text(path, LARGEST) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(CliError::usage(
            format!("{}: the state cannot be read: {error}", path.display()),
            "check the path given with --state",
        )),
    }
}

/// Writes the state so that a reader sees the old one or the new one and nothing between.
pub(super) fn save(world: &World, path: &Path) -> Result<(), CliError> {
    let failed = |why: String| {
        CliError::failed(
            format!("{}: the state could not be saved: {why}", path.display()),
            "make room or name another file; what was made in this run is lost with it",
        )
    };
    let state = world.to_json().map_err(|error| failed(full(&error)))?;
    let text = serde_json::to_string_pretty(&state).map_err(|error| failed(error.to_string()))?;
    replace(path, text.as_bytes()).map_err(|error| failed(error.to_string()))
}

/// Writes beside, and then renames.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        fs::create_dir_all(folder)?;
    }
    let beside = beside(path, &format!(".{}.new", std::process::id()));
    let written = File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.write_all(b"\n")?;
        file.sync_all()
    });
    let renamed = written.and_then(|()| fs::rename(&beside, path));
    if renamed.is_err() {
        let _ = fs::remove_file(&beside);
    }
    renamed
}

/// The same path with something added to the file's name.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
