//! A whole rollout over the wire at the highest level of logging: no secret that went over the wire is in anything that was written.

#[allow(
    dead_code,
    reason = "shared by several test binaries, of which each uses a part"
)]
#[path = "cli/console.rs"]
mod console;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use console::{Folder, rollout, serve, text};
use rollout::embedded::github;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

/// What is secret in the bodies of answers.
const MEMBERS: [&str; 13] = [
    "access_token",
    "refresh_token",
    "id_token",
    "device_code",
    "primaryKey",
    "secondaryKey",
    "primaryConnectionString",
    "secondaryConnectionString",
    "primarySharedKey",
    "secondarySharedKey",
    "instrumentationKeySecret",
    "secretText",
    "password",
];
/// What is secret in the forms of token requests.
const FIELDS: [&str; 5] = [
    "client_assertion",
    "device_code",
    "refresh_token",
    "client_secret",
    "code_verifier",
];

/// Bytes that several threads write.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Kept {
    type Writer = Self;

    fn make_writer(&'w self) -> Self::Writer {
        self.clone()
    }
}

/// Stands between the rollout and the cloud, and keeps what both say, each direction of each connection in one piece.
fn between(address: &str, kept: &Arc<Mutex<Vec<Kept>>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let own = format!("http://{}", listener.local_addr().unwrap());
    let address = address.trim_start_matches("http://").to_owned();
    let kept = Arc::clone(kept);
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let cloud = TcpStream::connect(&address).unwrap();
            for (from, to) in [(&client, &cloud), (&cloud, &client)] {
                let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                let said = Kept::default();
                kept.lock().unwrap().push(said.clone());
                thread::spawn(move || pass(from, to, said));
            }
        }
    });
    own
}

fn pass(mut from: TcpStream, mut to: TcpStream, mut said: Kept) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        let bytes = &buffer[..read];
        if said
            .write_all(bytes)
            .and_then(|()| to.write_all(bytes))
            .is_err()
        {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

/// Every text between these.
fn between_words<'t>(text: &'t str, start: &str, ends: &[char]) -> Vec<&'t str> {
    let found = text.split(start).skip(1);
    found
        .filter_map(|rest| rest.split(ends).next())
        .filter(|own| own.len() >= 16)
        .collect()
}

/// The secrets that went over the wire, by what they are.
fn secrets(wire: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut keep = |what: &str, values: Vec<&str>| {
        let own = found.entry(what.to_owned()).or_default();
        own.extend(values.into_iter().map(str::to_owned));
    };
    for header in ["authorization: Bearer ", "Authorization: Bearer "] {
        keep("authorization", between_words(wire, header, &['\r', '\n']));
    }
    for member in MEMBERS {
        keep(
            member,
            between_words(wire, &format!("\"{member}\":\""), &['"']),
        );
    }
    for field in FIELDS {
        for before in ["&", "\n"] {
            let start = format!("{before}{field}=");
            keep(field, between_words(wire, &start, &['&', '\r', '\n']));
        }
    }
    found.retain(|_, values| !values.is_empty());
    found
}

/// What of a secret must not be found: a token's signature is as telling as the whole.
fn telling(secret: &str) -> Vec<&str> {
    let signature = secret.rsplit('.').next().filter(|own| own.len() >= 16);
    [secret].into_iter().chain(signature).collect()
}

#[test]
fn no_secret_of_a_whole_rollout_is_in_anything_that_is_written() {
    let log = Kept::default();
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .init();
    let pieces = Arc::default();
    let cloud = between(
        &serve(&["--listen", "127.0.0.1:0", "--speed", "300", "--person"]),
        &pieces,
    );
    let folder = Folder::new();
    let files = ["journal.jsonl", "plan.json", "page.html", "verified.html"];
    let [journal, plan, page, verified] = files.map(|name| folder.file(name));
    let (journal, plan) = (text(&journal), text(&plan));
    let mut written = BTreeMap::new();
    for (what, words) in [
        ("apply", vec!["apply", "--yes", "--html", text(&page)]),
        ("plan", vec!["plan", "--out", plan]),
        (
            "apply what was planned",
            vec!["apply", plan, "--yes", "--json"],
        ),
        ("verify", vec!["verify", "--html", text(&verified)]),
        ("drift", vec!["drift", "--json"]),
    ] {
        let all = [words, vec!["--cloud", &cloud, "--journal", journal]].concat();
        let said = rollout(&all);
        assert!([0, 2].contains(&said.code), "{what}: {}", said.words());
        written.insert(what.to_owned(), said.out + &said.err);
    }
    for name in files {
        let text = std::fs::read_to_string(folder.file(name)).unwrap();
        written.insert(name.to_owned(), text);
    }
    let logged = log.text();
    assert!(
        logged.contains("TRACE") && logged.contains("hyper"),
        "nothing is logged"
    );
    written.insert("the log".to_owned(), logged);

    let wire: String = pieces
        .lock()
        .unwrap()
        .iter()
        .map(|piece: &Kept| piece.text() + "\n")
        .collect();
    let mut secrets = secrets(&wire);
    for kind in [
        "authorization",
        "access_token",
        "refresh_token",
        "device_code",
    ] {
        assert!(
            secrets.contains_key(kind),
            "the rollout used no {kind}: {:?}",
            secrets.keys()
        );
    }
    let token = BTreeSet::from([github::TOKEN.to_owned()]);
    secrets.insert("GitHub's token".to_owned(), token);
    for (kind, secrets) in &secrets {
        for secret in secrets.iter().flat_map(|secret| telling(secret)) {
            for (place, text) in &written {
                assert!(!text.contains(secret), "a secret ({kind}) is in {place}");
            }
        }
    }
}
