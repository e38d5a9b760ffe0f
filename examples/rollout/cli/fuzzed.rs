//! What fuzzers give to the command line: its words, saved plans, and states of the embedded cloud.

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use clap::Parser;
use rhc_core::fake::WorldOptions;
use rhc_core::testing::block_on;
use serde_json::{Value, json};

use super::args::{self, Args, CloudChoice, JournalChoice};
use super::failure::{CliError, full};
use super::saved::SavedPlan;
use super::{endpoints, serve};
use crate::embedded::{EmbeddedCloud, Inventory, bare_from_state};
use crate::manifest::Manifest;
use crate::preflight::Granted;
use crate::probe::{Question, Settings};

/// Asserts that an error names the file, is short, and moves no terminal's cursor.
fn presentable(error: &CliError, file: &str) {
    let shown = error.to_string();
    assert!(shown.contains(file), "{shown}");
    assert!(shown.chars().count() < 20_000, "{shown}");
    let moves = |letter: char| letter.is_control() && letter != '\n';
    assert!(!shown.contains(moves), "{shown:?}");
}

/// Two saved plans, one behind the other.
pub(crate) fn plans(text: &str) {
    let (then, now) = text.split_once('\u{0}').unwrap_or((text, text));
    let read = |text: &str| {
        let read = SavedPlan::parse(Path::new("plan.json"), text, "qa", "azure");
        read.inspect_err(|error| presentable(error, "plan.json"))
    };
    let (Ok(then), now) = (read(then), read(now)) else {
        return;
    };
    let written = serde_json::to_string(&then).unwrap();
    let again = read(&written).unwrap();
    assert!(again.steps.keys().eq(then.steps.keys()));
    assert_eq!(then.must_have(&then.steps), Ok(()));
    let Ok(now) = now else {
        return;
    };
    match then.must_have(&now.steps) {
        Ok(()) => assert_eq!(then.steps.len(), now.steps.len()),
        Err(error) => presentable(&error, "plan.json"),
    }
}

fn qa() -> &'static Manifest {
    static QA: OnceLock<Manifest> = OnceLock::new();
    let text = include_str!("../../environments/qa.toml");
    QA.get_or_init(|| Manifest::parse("qa.toml", text).unwrap())
}

/// A fraction may be read as its neighbour; no state of ours has one.
fn has_fractions(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(items) => items.iter().any(has_fractions),
        Value::Object(members) => members.values().any(has_fractions),
        _ => false,
    }
}

/// A state of the embedded cloud: refused with the place in it, or a cloud whose time goes on and that is written as it was
/// read.
pub(crate) fn states(text: &str) {
    if let Ok(state) = serde_json::from_str::<Value>(text) {
        let inventory = Inventory::of(&state);
        assert!(inventory.differences(&inventory).is_empty());
        let _ = inventory.twice();
        let _ = inventory.differences(&Inventory::of(&json!({})));
    }
    block_on(async {
        let bare = bare_from_state(text, WorldOptions::default());
        let Ok(world) = bare.inspect_err(|error| {
            assert!(!full(error).is_empty());
        }) else {
            return;
        };
        let kept = world.to_json().unwrap();
        let again = bare_from_state(&kept.to_string(), WorldOptions::default()).unwrap();
        assert!(has_fractions(&kept) || again.to_json().unwrap() == kept);
        world.with(|state| state.uuid());
        tokio::time::sleep(Duration::from_secs(100 * 86_400)).await;
        world.settle();
        assert!(world.to_json().is_ok());
        if let Ok(cloud) = EmbeddedCloud::from_state(qa(), text, WorldOptions::default(), true) {
            tokio::time::sleep(Duration::from_secs(100 * 86_400)).await;
            cloud.world().settle();
            assert!(cloud.to_state().is_ok());
        }
    });
}

/// The words of the command lines, each on a line of its own; and each of the options' values.
pub(crate) fn words(text: &str) {
    if text.starts_with('-') {
        let words = || std::iter::once("program").chain(text.lines().take(20));
        let _ = Args::try_parse_from(words()).map(|args| (args.verb(), args.keys()));
        let _ = Settings::try_parse_from(words()).map(|own| Question::all(&own));
        serve::fuzzed(words());
    }
    if let Ok(cloud) = args::cloud(text) {
        assert_eq!(args::cloud(&cloud.name()), Ok(cloud.clone()));
        assert!(!matches!(cloud, CloudChoice::Url(url) if url.host_str().is_none()));
    }
    if let Ok(JournalChoice::Blob(address)) = args::journal(text) {
        assert_eq!(address.to_string().parse(), Ok(address));
    }
    if let Ok(address) = args::address(text) {
        assert_eq!(args::address(&address.to_string()), Ok(address));
    }
    endpoints::fuzzed(text);
    if let Ok(question) = text.parse::<Question>() {
        assert_eq!(question.to_string().parse(), Ok(question));
    }
    if let Ok(name) = text.parse::<crate::github::RepositoryName>() {
        assert_eq!(name.to_string(), text);
    }
    let token = azure_core::credentials::AccessToken::new(
        text.to_owned(),
        time::OffsetDateTime::UNIX_EPOCH,
    );
    if let Some(granted) = Granted::of(&token) {
        let _ = (granted.is_application(), granted.missing(&["User.Read"]));
    }
    crate::sign_in::fuzzed(text);
}
