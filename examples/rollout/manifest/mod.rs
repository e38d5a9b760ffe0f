//! The environment file: parsed, validated with line and column, contradictions explained.
//!
//! [`Manifest::load`] reads a file such as `examples/environments/qa.toml`. What it returns has been checked as a whole:
//! references lead somewhere, names are what their services accept, networks fit, and nothing that is protected would be
//! written. What it refuses, it refuses with all reasons at once ([`ManifestError`]).
//!
//! ```
//! use rollout::manifest::Manifest;
//!
//! let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
//! let manifest = Manifest::load(path)?;
//! assert_eq!(manifest.apps["hp2"].container_app.name, "hp225qa-app");
//! assert_eq!(manifest.hosting_tenant().unwrap().domain, "recalibratehealthcare.com");
//! # Ok::<(), rollout::manifest::ManifestError>(())
//! ```

mod accessors;
mod check;
mod model;
mod problem;
mod read;

use std::fs;
use std::io;
use std::path::Path;

use crate::files;

pub use accessors::{ResourceGroupRef, TagOwner};
pub use model::*;
pub use problem::{ManifestError, Problem, Rule};

/// A file that is larger than this is not an environment file.
const LARGEST: u64 = 1 << 20;

impl Manifest {
    /// The format that this version reads.
    pub const FORMAT: u32 = 1;

    /// Reads and checks an environment file.
    ///
    /// # Errors
    /// The file cannot be read, is not text, or is refused; every reason is in the error.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ManifestError> {
        let path = path.as_ref();
        let unreadable = |source: io::Error| {
            let help = match source.kind() {
                io::ErrorKind::NotFound => {
                    "there is no such file; check the path given with --environment"
                }
                io::ErrorKind::PermissionDenied => {
                    "you are not allowed to read it; check its permissions"
                }
                io::ErrorKind::IsADirectory => {
                    "it is a folder; name the file in it, such as qa.toml"
                }
                io::ErrorKind::FileTooLarge => {
                    "it is larger than 1 MiB and cannot be an environment file"
                }
                _ => "the operating system refused to read it",
            };
            ManifestError::Unreadable {
                path: path.to_owned(),
                help,
                source,
            }
        };
        let metadata = fs::metadata(path).map_err(unreadable)?;
        if metadata.is_dir() {
            return Err(unreadable(io::ErrorKind::IsADirectory.into()));
        }
        let bytes = files::read(path, LARGEST).map_err(unreadable)?;
        let text = match std::str::from_utf8(&bytes) {
            Ok(text) => text,
            Err(error) => {
                let before =
                    String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or_default());
                let line = before.matches('\n').count() + 1;
                let column = before
                    .rsplit('\n')
                    .next()
                    .unwrap_or_default()
                    .chars()
                    .count()
                    + 1;
                return Err(ManifestError::NotText {
                    path: path.to_owned(),
                    line,
                    column,
                });
            }
        };
        Self::parse(&path.display().to_string(), text)
    }

    /// Checks the text of an environment file; the name is for messages only.
    ///
    /// # Errors
    /// The text is refused; every reason is in the error.
    pub fn parse(file_name: &str, text: &str) -> Result<Self, ManifestError> {
        // An editor's mark at the beginning is no part of the text, and TOML does not know it.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let reading = read::read(text);
        let mut findings = reading.findings;
        if let Some(manifest) = &reading.manifest {
            findings.extend(check::check(manifest, &reading.locations));
        }
        match reading.manifest {
            Some(manifest) if findings.is_empty() => Ok(manifest),
            _ => Err(ManifestError::refused(
                file_name,
                read::hide(text, &reading.locations),
                findings,
            )),
        }
    }
}

#[cfg(test)]
mod tests;
