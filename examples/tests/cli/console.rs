//! Calls the program in this process and keeps what it said.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rollout::cli::{self, Console};
use serde_json::Value;

/// What a call came to.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: u8,
    pub(crate) out: String,
    pub(crate) err: String,
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Kept {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

type Program = fn(Vec<OsString>, &mut Console) -> rollout::engine::Exit;

fn call(run: Program, words: &[&str]) -> Said {
    call_in(run, &[], words)
}

fn call_in(run: Program, variables: &[(&str, &str)], words: &[&str]) -> Said {
    let (out, err) = (Kept::default(), Kept::default());
    let console = Console::to(Box::new(out.clone()), Box::new(err.clone()));
    let mut console = console.with_variables(variables);
    let words = ["program"].iter().chain(words).map(OsString::from);
    let exit = run(words.collect(), &mut console);
    Said {
        code: exit.code(),
        out: out.text(),
        err: err.text(),
    }
}

/// `embedded_cloud` with these words, on a thread until the test's process ends; where it serves.
pub(crate) fn serve(words: &[&str]) -> String {
    let said = serve_and_hear(words);
    let (_, rest) = said.split_once("cloud at ").unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

/// The same, with all that it says before it serves.
pub(crate) fn serve_and_hear(words: &[&str]) -> String {
    let out = Kept::default();
    let mut console = Console::to(Box::new(out.clone()), Box::new(out.clone()));
    let words: Vec<_> = ["program"]
        .iter()
        .chain(words)
        .map(OsString::from)
        .collect();
    std::thread::spawn(move || cli::cloud(words, &mut console));
    loop {
        let said = out.text();
        if said.contains("Ctrl-C ends it.") {
            return said;
        }
        assert!(!said.contains("error"), "{said}");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// `qa_rollout` with these words.
pub(crate) fn rollout(words: &[&str]) -> Said {
    call(cli::rollout, words)
}

/// `qa_rollout` with these words, where these environment variables are set.
pub(crate) fn rollout_in(variables: &[(&str, &str)], words: &[&str]) -> Said {
    call_in(cli::rollout, variables, words)
}

/// `cross_tenant_sql` with these words.
pub(crate) fn probe(words: &[&str]) -> Said {
    call(cli::probe, words)
}

/// `embedded_cloud` with these words.
pub(crate) fn cloud(words: &[&str]) -> Said {
    call(cli::cloud, words)
}

impl Said {
    /// The one document on standard output.
    pub(crate) fn document(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    /// Both outputs without line breaks, for words that may be wrapped anywhere.
    pub(crate) fn words(&self) -> String {
        let both = format!("{} {}", self.out, self.err);
        both.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// A folder of a test's own with a state file in it.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// What lies in it, into another.
    pub(crate) fn copy_to(&self, other: &Self) {
        for file in std::fs::read_dir(self.0.path()).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), other.0.path().join(file.file_name())).unwrap();
        }
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.file(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The QA file with one text in it replaced.
pub(crate) fn environment_with(from: &str, to: &str) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
    let file = std::fs::read_to_string(path).unwrap();
    assert!(file.contains(from), "{from}");
    file.replace(from, to)
}
