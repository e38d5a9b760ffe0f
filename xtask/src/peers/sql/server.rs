//! The fake SQL server, as a process of its own.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::program::{self, Program};
use crate::{Outcome, target};

/// A running server, which ends with this.
#[derive(Debug)]
pub(super) struct Server {
    process: Child,
    folder: PathBuf,
}

impl Server {
    /// Builds it, starts it at a port that is free, and writes down what it says of itself.
    pub(super) fn start() -> Outcome<Self> {
        let program = program::build(Program::Example("sql_server"), "dev")?;
        let folder = target().join("peers").join("sql");
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let failed = |error| format!("{}: {error}", program.display());
        let mut process = Command::new(&program)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let said = process.stdout.take();
        let server = Self { process, folder };
        let mut line = String::new();
        if let Some(said) = said {
            BufReader::new(said).read_line(&mut line).map_err(failed)?;
        }
        let about: Value = serde_json::from_str(&line)
            .map_err(|_| failed(std::io::Error::other("it ended before it served")))?;
        let root = about.get("root").and_then(Value::as_str);
        fs::write(server.about(), &line)
            .and_then(|()| fs::write(server.root(), root.unwrap_or_default()))
            .map_err(|error| format!("{}: {error}", server.folder.display()))?;
        Ok(server)
    }

    /// Where it was started.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    fn about(&self) -> PathBuf {
        self.folder.join("server.json")
    }

    fn root(&self) -> PathBuf {
        self.folder.join("root.pem")
    }

    /// What a scenario has to be told. OpenSSL trusts what `SSL_CERT_FILE` names.
    pub(super) fn variables(&self) -> [(&'static str, PathBuf); 3] {
        [
            ("SQL_SERVER", self.about()),
            ("SQL_ROOT", self.root()),
            ("SSL_CERT_FILE", self.root()),
        ]
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
