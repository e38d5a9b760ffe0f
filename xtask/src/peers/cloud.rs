//! A cloud of a peer's own.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::{Outcome, target};

/// The line after which it serves.
const READY: &str = "Ctrl-C ends it.";

/// A running embedded cloud, which ends with this.
#[derive(Debug)]
pub(super) struct Cloud {
    process: Child,
    folder: PathBuf,
    variables: BTreeMap<String, String>,
}

impl Cloud {
    /// Starts an empty one at ports that are free.
    pub(super) fn start(program: &Path, speed: u32) -> Outcome<Self> {
        let folder = target().join("peers").join("run");
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let failed = |error| format!("{}: {error}", program.display());
        let mut process = Command::new(program)
            .args([
                "--empty",
                "--listen",
                "127.0.0.1:0",
                "--https",
                "127.0.0.1:0",
            ])
            .args(["--ca", "ca.pem", "--speed", &speed.to_string()])
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let said = process.stdout.take();
        let mut cloud = Self {
            process,
            folder,
            variables: BTreeMap::new(),
        };
        for line in said
            .into_iter()
            .flat_map(|said| BufReader::new(said).lines())
        {
            let line = line.map_err(failed)?;
            if line == READY {
                return Ok(cloud);
            }
            cloud.hear(&line);
        }
        Err(failed(std::io::Error::other("it ended before it served")))
    }

    /// Keeps what a client has to be told.
    fn hear(&mut self, line: &str) {
        if let Some((_, address)) = line.split_once("embedded cloud at ") {
            let name = "EMBEDDED_CLOUD".to_owned();
            self.variables.insert(name, address.trim().to_owned());
        }
        if let Some((name, value)) = line
            .strip_prefix("export ")
            .and_then(|variable| variable.split_once('='))
        {
            let value = value.trim_matches('\'').to_owned();
            self.variables.insert(name.to_owned(), value);
        }
    }

    /// Where it was started.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What a client has to be told.
    pub(super) fn variables(&self) -> &BTreeMap<String, String> {
        &self.variables
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
