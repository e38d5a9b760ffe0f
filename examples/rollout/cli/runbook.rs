//! `runbook`: the documents and scripts of an environment, with its present state.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::args::CloudChoice;
use super::failure::{CliError, full};
use super::session::Session;
use super::state;
use crate::engine::Exit;
use crate::report::count;
use crate::runbook::Runbook;

impl Session<'_> {
    /// Plans, and writes what a person would do.
    pub(super) async fn runbook(&mut self) -> Result<Exit, CliError> {
        let Some(folder) = self.args.out.clone() else {
            return Ok(Exit::Done);
        };
        let recovery = self.earlier_runs().await?;
        let plan = self.plan(recovery).await?.plan;
        let book = Runbook::new(self.manifest).map_err(|error| {
            CliError::failed(
                full(&error),
                "the runbook is made from a rehearsal: see what rehearse says of this environment file",
            )
        })?;
        let links = self.args.cloud == CloudChoice::Azure;
        let files = book.files(&plan, &self.outputs, links);
        let mut written = 0;
        for (name, text) in &files {
            let path = folder.join(name);
            if fs::read(&path).is_ok_and(|before| before == text.as_bytes()) {
                continue;
            }
            write(&path, text)?;
            written += 1;
        }
        let done = plan.totals.unchanged;
        let line = format!(
            "{} in {}: {written} written, {} as before. {done} of {} are done.",
            count(files.len(), "file"),
            folder.display(),
            files.len() - written,
            count(plan.entries.len(), "step"),
        );
        self.console.line(&line);
        for other in others(&folder, &files.keys().cloned().collect()) {
            let line = format!(
                "note: {} is not of this runbook, and left as it is",
                other.display()
            );
            self.console.line(&line);
        }
        let begin = folder.join("README.md");
        self.console
            .line(&format!("Begin with {}.", begin.display()));
        self.document.planned(plan);
        Ok(Exit::Done)
    }
}

fn write(path: &Path, text: &str) -> Result<(), CliError> {
    let failed = |error: std::io::Error| {
        CliError::failed(
            format!(
                "{}: the runbook could not be written: {error}",
                path.display()
            ),
            "name a folder that can be written with --out DIR",
        )
    };
    // It ends every file with a line's end.
    state::replace(path, text.strip_suffix('\n').unwrap_or(text).as_bytes()).map_err(failed)?;
    #[cfg(unix)]
    if text.starts_with("#!") {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(failed)?;
    }
    Ok(())
}

/// Documents in the folder that this runbook does not have: of an earlier version, or somebody's own.
fn others(folder: &Path, own: &BTreeSet<String>) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "md"))
        .filter(|entry| !own.contains(entry.file_name().to_string_lossy().as_ref()))
        .map(|entry| entry.path())
        .filter(|path| {
            path.file_name()
                .is_none_or(|name| name != "deployment-log.md")
        })
        .collect();
    found.sort();
    found
}
