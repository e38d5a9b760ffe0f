//! A plan in a file: what was looked at and agreed to is what is applied, or nothing is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::args::Args;
use super::failure::CliError;
use super::state;
use crate::engine::{Key, Plan};
use crate::files;

/// The form of the file; another one is refused.
const FORM: u32 = 1;
/// How many differences are named.
const SHOWN: usize = 8;
/// A saved plan is smaller than this.
const LARGEST: u64 = 64 << 20;

/// What would be done with each step.
pub(super) type Steps = BTreeMap<Key, Value>;

/// A plan in a file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SavedPlan {
    qa_rollout_plan: u32,
    environment: String,
    cloud: String,
    /// The parts that it was made for; none means the whole environment.
    targets: Vec<String>,
    /// The users of databases whom it may replace.
    #[serde(default)]
    replace_users: Vec<String>,
    /// Whether the SQL server was opened for the look.
    #[serde(default)]
    open_window: bool,
    /// What would be done with each step, and with it the fields that this rests on.
    pub(super) steps: Steps,
    #[serde(skip)]
    path: PathBuf,
}

impl SavedPlan {
    pub(super) fn new(plan: &Plan, args: &Args) -> Self {
        Self {
            qa_rollout_plan: FORM,
            environment: plan.environment.clone(),
            cloud: args.cloud.name(),
            targets: args.target.clone(),
            replace_users: args.replace_users.clone(),
            open_window: args.open_window,
            steps: steps(plan),
            path: PathBuf::new(),
        }
    }

    pub(super) fn write(&self, path: &Path) -> Result<(), CliError> {
        let failed = |why: String| {
            CliError::failed(
                format!("{}: the plan could not be saved: {why}", path.display()),
                "name another file with --out",
            )
        };
        let text = serde_json::to_string_pretty(self).map_err(|error| failed(error.to_string()))?;
        state::replace(path, text.as_bytes()).map_err(|error| failed(error.to_string()))
    }

    /// Reads a plan that was made for this environment and this cloud.
    pub(super) fn read(path: &Path, environment: &str, cloud: &str) -> Result<Self, CliError> {
        let text =
            files::read_text(path, LARGEST).map_err(|error| unusable(path, &error.to_string()))?;
        Self::parse(path, &text, environment, cloud)
    }

    /// The plan that is the text of this file.
    pub(super) fn parse(
        path: &Path,
        text: &str,
        environment: &str,
        cloud: &str,
    ) -> Result<Self, CliError> {
        let unusable = |why: String| unusable(path, &why);
        let mut saved: Self = serde_json::from_str(text)
            .map_err(|error| unusable(format!("this is no saved plan: {error}")))?;
        if saved.qa_rollout_plan != FORM {
            let form = saved.qa_rollout_plan;
            return Err(unusable(format!(
                "this plan has the form {form}, and this version reads {FORM}"
            )));
        }
        for (what, of_plan, of_run) in [
            ("environment", &saved.environment, environment),
            ("cloud", &saved.cloud, cloud),
        ] {
            if of_plan != of_run {
                return Err(unusable(format!(
                    "this plan is for the {what} '{of_plan}', and this run is for '{of_run}'"
                )));
            }
        }
        path.clone_into(&mut saved.path);
        Ok(saved)
    }

    /// The parts that it was made for.
    pub(super) fn targets(&self) -> &[String] {
        &self.targets
    }

    /// The users of databases whom it may replace.
    pub(super) fn replace_users(&self) -> &[String] {
        &self.replace_users
    }

    /// Whether the SQL server was opened for the look.
    pub(super) fn open_window(&self) -> bool {
        self.open_window
    }

    /// Refuses a plan of now that is not this one, and says where they differ.
    pub(super) fn must_be(&self, now: &Plan) -> Result<(), CliError> {
        self.must_have(&steps(now))
    }

    /// The same, for the steps of the plan of now.
    pub(super) fn must_have(&self, now: &Steps) -> Result<(), CliError> {
        let mut differences = Vec::new();
        for (key, then) in &self.steps {
            match now.get(key) {
                Some(now) => differ(&format!("{key}:"), then, now, &mut differences),
                None => differences.push(format!("{key}: it is not in the file any more")),
            }
        }
        let new = now.keys().filter(|key| !self.steps.contains_key(*key));
        differences.extend(new.map(|key| format!("{key}: it was not in the file then")));
        if differences.is_empty() {
            return Ok(());
        }
        let more = differences.len().saturating_sub(SHOWN);
        differences.truncate(SHOWN);
        if more > 0 {
            differences.push(format!("and {more} more"));
        }
        let list = differences.join("; ");
        Err(CliError::failed(
            format!(
                "{}: the world or the file has moved since this plan was made, so nothing was done: {list}",
                self.path.display()
            ),
            "plan again with --out, read what is different, and apply that",
        ))
    }
}

fn unusable(path: &Path, why: &str) -> CliError {
    CliError::usage(
        format!("{}: {why}", path.display()),
        "name a file that plan --out wrote, for the same environment and cloud",
    )
}

/// What would be done with each step. That one was begun before, or comes after another, is no part of it.
fn steps(plan: &Plan) -> Steps {
    let entries = plan.entries.iter();
    let action = |entry: &crate::engine::PlanEntry| {
        let action = serde_json::to_value(&entry.action).unwrap_or_default();
        (entry.key.clone(), action)
    };
    entries.map(action).collect()
}

/// The places at which two documents differ, with what stands there.
fn differ(place: &str, then: &Value, now: &Value, found: &mut Vec<String>) {
    match (then, now) {
        (Value::Object(then), Value::Object(now)) => {
            // Another action is enough to say: what belongs to it differs with it.
            if let (Some(was), Some(is)) = (then.get("action"), now.get("action"))
                && was != is
            {
                found.push(format!(
                    "{place} {} was planned, and now it is {}",
                    word(was),
                    word(is)
                ));
                return;
            }
            let names = then
                .keys()
                .chain(now.keys().filter(|name| !then.contains_key(*name)));
            for name in names {
                let of = |map: &serde_json::Map<String, Value>| {
                    map.get(name).cloned().unwrap_or_default()
                };
                differ(&format!("{place} {name}"), &of(then), &of(now), found);
            }
        }
        (Value::Array(then), Value::Array(now)) if then.len() == now.len() => {
            for (then, now) in then.iter().zip(now) {
                differ(place, then, now, found);
            }
        }
        _ if then == now => {}
        _ => found.push(format!("{place} was {}, and is {}", word(then), word(now))),
    }
}

/// A value in few letters.
fn word(value: &Value) -> String {
    const LETTERS: usize = 80;
    let text = match value {
        Value::Null => "absent".to_owned(),
        Value::String(text) => text.replace('_', " "),
        other => other.to_string(),
    };
    if text.chars().count() <= LETTERS {
        return text;
    }
    let mut short: String = text.chars().take(LETTERS).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(then: Value, now: Value) -> Vec<String> {
        let mut found = Vec::new();
        differ("k:", &then, &now, &mut found);
        found
    }

    #[test]
    fn differences_are_named_by_their_place() {
        let create =
            json!({ "action": "create", "desired": { "sku": { "name": "Basic" }, "tags": ["a"] } });
        assert_eq!(found(create.clone(), create.clone()), [] as [&str; 0]);
        assert_eq!(
            found(create.clone(), json!({ "action": "unchanged" })),
            ["k: create was planned, and now it is unchanged"]
        );
        let mut other = create.clone();
        other["desired"]["sku"]["name"] = json!("Premium");
        other["desired"]["location"] = json!("westus");
        assert_eq!(
            found(create, other),
            [
                "k: desired sku name was Basic, and is Premium",
                "k: desired location was absent, and is westus"
            ]
        );
    }

    #[test]
    fn what_is_no_saved_plan_is_refused_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        let plan =
            r#"{"qa_rollout_plan":1,"environment":"qa","cloud":"azure","targets":[],"steps":{}}"#;
        for (text, words) in [
            ("", "no saved plan"),
            ("{\n \"qa_rollout_plan\": 1", "line 2"),
            ("[]", "no saved plan"),
            (&plan.replace(":1,", ":7,"), "the form 7"),
            (&plan.replace("\"qa\"", "\"prod\""), "environment 'prod'"),
            (&plan.replace("azure", "embedded"), "cloud 'embedded'"),
            (&plan.replace("\"qa\"", "\"q\\u001b[2Ja\""), "'q [2Ja'"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = SavedPlan::read(&path, "qa", "azure").unwrap_err();
            assert!(error.message.contains(words), "{text}: {}", error.message);
            assert!(error.message.contains("plan.json"));
        }
        std::fs::write(&path, plan).unwrap();
        assert!(SavedPlan::read(&path, "qa", "azure").is_ok());
        let absent = SavedPlan::read(&folder.path().join("none"), "qa", "azure");
        assert!(absent.unwrap_err().message.contains("none"));
    }
}
