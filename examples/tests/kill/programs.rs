//! The two real programs: started, watched, killed.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// How much faster than ours the clouds' time runs: the whole rollout in some seconds.
const SPEED: u32 = 300;
/// How often the tests look.
const EVERY: Duration = Duration::from_millis(1);
/// So many looks, many minutes of them, and what is awaited will never come.
const LOOKS: u32 = 1_000_000;

/// A program of this package, which stands beside the test.
fn program(name: &str) -> Command {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let path = folder.join("examples").join(file);
    assert!(
        path.exists(),
        "{} is missing: `cargo test` builds it, `cargo test --test kill` alone does not; run \
         `cargo build -p rhc-examples --examples` first",
        path.display()
    );
    Command::new(path)
}

/// A running program and what it has said.
pub(crate) struct Running {
    name: &'static str,
    child: Child,
    said: Arc<Mutex<Vec<String>>>,
    readers: Vec<JoinHandle<()>>,
}

impl Running {
    fn start(name: &'static str, command: &mut Command) -> Self {
        let said: Arc<Mutex<Vec<String>>> = Arc::default();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = Box::new(child.stdout.take().unwrap()) as Box<dyn Read + Send>;
        let err = Box::new(child.stderr.take().unwrap()) as Box<dyn Read + Send>;
        let read = |stream: Box<dyn Read + Send>| {
            let said = Arc::clone(&said);
            thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
                    said.push(line);
                }
            })
        };
        let readers = [out, err].map(read).into();
        Self {
            name,
            child,
            said,
            readers,
        }
    }

    /// Everything that it has said so far.
    pub(crate) fn said(&self) -> Vec<String> {
        self.said
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whether it has said these words, however the lines were broken.
    pub(crate) fn has_said(&self, words: &str) -> bool {
        let said = self.said().join(" ");
        let said: Vec<_> = said.split_whitespace().collect();
        said.join(" ").contains(words)
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Waits until something is the case while the program runs.
    pub(crate) fn until(&mut self, what: &str, is_so: impl FnMut(&Self) -> bool) {
        if !self.comes(what, is_so) {
            let status = self.ended();
            panic!("{status:?} before {what}:\n{}", self.last_words());
        }
    }

    /// Waits until something is the case while the program runs; false if it ended before.
    pub(crate) fn comes(&mut self, what: &str, mut is_so: impl FnMut(&Self) -> bool) -> bool {
        for _ in 0..LOOKS {
            // In this order: what it did last counts.
            let ended = self.ended().is_some();
            if is_so(self) {
                return true;
            }
            if ended {
                return false;
            }
            thread::sleep(EVERY);
        }
        panic!("never came: {what}\n{}", self.last_words());
    }

    /// Waits for the program's own end, and has its exit code and its words.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        for _ in 0..LOOKS {
            if let Some(status) = self.ended() {
                for reader in self.readers.drain(..) {
                    reader.join().unwrap();
                }
                return (status.code(), self.said().join("\n"));
            }
            thread::sleep(EVERY);
        }
        panic!("it does not end\n{}", self.last_words());
    }

    /// SIGKILL: the program learns nothing of it. False where it had ended by itself before.
    pub(crate) fn kill(mut self) -> bool {
        self.child.kill().unwrap();
        self.child.wait().unwrap().code().is_none()
    }

    /// SIGINT, what Ctrl-C sends.
    pub(crate) fn interrupt(&self) {
        let kill = format!("kill -INT {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &kill]).status().unwrap();
        assert!(sent.success(), "it had ended by itself");
    }

    fn last_words(&self) -> String {
        let said = self.said();
        let last = said.len().saturating_sub(30);
        format!(
            "the last words of {}:\n{}",
            self.name,
            said[last..].join("\n")
        )
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A failed test must not leave its programs behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A served cloud and the folder in which it and the journal are kept.
pub(crate) struct Cloud {
    folder: TempDir,
    address: String,
    running: Running,
}

impl Cloud {
    /// A fresh one, with a simulated person.
    pub(crate) fn serve() -> Self {
        Self::serve_at(SPEED)
    }

    /// The same, its time running so much faster than ours.
    pub(crate) fn serve_at(speed: u32) -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join(ENVIRONMENT), environment()).unwrap();
        let mut command = program("embedded_cloud");
        command.current_dir(folder.path());
        command.args(["--listen", "127.0.0.1:0", "--person"]);
        command.args(["--speed", &speed.to_string()]);
        command.args(["--environment", ENVIRONMENT]);
        command.arg("--state").arg(folder.path().join("cloud.json"));
        let mut running = Running::start("embedded_cloud", &mut command);
        let mut address = None;
        running.until("an address", |cloud| {
            address = cloud.said().iter().find_map(|line| address_in(line));
            address.is_some()
        });
        Self {
            folder,
            address: address.unwrap(),
            running,
        }
    }

    /// The rollout with this verb on this cloud.
    pub(crate) fn rollout(&self, verb: &str) -> Running {
        let mut command = program("qa_rollout");
        command.current_dir(self.folder.path());
        command.args([verb, "--yes", "--environment", ENVIRONMENT]);
        command.args(["--cloud", &format!("http://{}", self.address)]);
        command.arg("--journal").arg(self.journal_file());
        Running::start("qa_rollout", &mut command)
    }

    fn journal_file(&self) -> PathBuf {
        self.folder.path().join("journal.jsonl")
    }

    /// The journal's complete lines.
    pub(crate) fn journal(&self) -> Journal {
        let text = std::fs::read_to_string(self.journal_file()).unwrap_or_default();
        let complete = text.rfind('\n').map_or("", |end| &text[..end]);
        let records = complete
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        Journal(records.collect())
    }

    /// What stands in the cloud now.
    pub(crate) fn state(&self) -> Value {
        let request =
            "GET /.embedded-cloud/state HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        let mut stream = TcpStream::connect(&self.address)
            .unwrap_or_else(|error| panic!("{error}\n{}", self.running.last_words()));
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}\n{head}"))
    }
}

const ENVIRONMENT: &str = "qa.toml";

/// The QA environment, with doors that stay open as long as they may: the cloud's time runs on while this machine is slow.
fn environment() -> String {
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
    let text = std::fs::read_to_string(own).unwrap();
    let patient = text.replace("window_minutes = 30", "window_minutes = 240");
    assert_ne!(patient, text);
    patient
}

fn address_in(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("http://127.0.0.1:")?;
    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!port.is_empty()).then(|| format!("127.0.0.1:{port}"))
}

/// What the rollout has put on record.
pub(crate) struct Journal(Vec<Value>);

impl Journal {
    /// How many writes have begun.
    pub(crate) fn intents(&self) -> usize {
        self.0
            .iter()
            .filter(|one| one["record"] == "intent")
            .count()
    }

    /// Whether a run has begun.
    pub(crate) fn has_begun(&self) -> bool {
        self.0.iter().any(|one| one["record"] == "run_started")
    }

    /// Whether a run has come to its own end.
    pub(crate) fn has_ended(&self) -> bool {
        self.0.iter().any(|one| one["record"] == "run_ended")
    }

    /// How many long-running operations were begun for a step.
    pub(crate) fn operations(&self, key: &str) -> usize {
        let begun = |one: &&Value| one["record"] == "operation" && one["key"] == key;
        self.0.iter().filter(begun).count()
    }

    /// Whether the door of such a thing is open for an address.
    pub(crate) fn is_open_for_an_address(&self, kind: &str) -> bool {
        let mut open = false;
        for record in self.0.iter().filter(|one| one["door"]["kind"] == kind) {
            open = record["record"] == "window_opening" && record["address"].is_string();
        }
        open
    }

    /// Whether such a door was closed once more before this write had begun.
    pub(crate) fn was_closed_before_write(&self, number: usize, kind: &str) -> bool {
        let (mut begun, mut closed) = (0, false);
        for record in &self.0 {
            match record["record"].as_str() {
                Some("intent") => begun += 1,
                Some("window_opening" | "window_closed") if record["door"]["kind"] == kind => {
                    closed = record["record"] == "window_closed";
                }
                _ => {}
            }
            if begun == number {
                break;
            }
        }
        closed
    }

    /// The writes that have begun and not ended.
    pub(crate) fn open(&self) -> Vec<&str> {
        let mut open = Vec::new();
        for record in &self.0 {
            let key = record["key"].as_str().unwrap_or_default();
            match record["record"].as_str() {
                Some("intent") => open.push(key),
                Some("outcome") => open.retain(|one| *one != key),
                _ => {}
            }
        }
        open
    }
}

/// Tries to do something at a moment that may be over before it is done, because the machine has other work: each time
/// the cloud's time runs half as fast, and the moment is twice as long.
pub(crate) fn in_time<T>(moment: &str, attempt: impl Fn(u32) -> Option<T>) -> T {
    const ATTEMPTS: u32 = 6;
    let mut attempts = (0..ATTEMPTS).map(|before| attempt(SPEED >> before));
    let hit = attempts.find_map(|attempt| attempt);
    hit.unwrap_or_else(|| panic!("{ATTEMPTS} times it was too late: {moment}"))
}
