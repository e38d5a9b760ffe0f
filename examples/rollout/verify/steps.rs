//! One check per step: is its thing as the environment file says?

use crate::engine::{CheckedStep, FieldChange, Finding, Key, Placeholder};

use super::report::{Entry, Vantage, Verdict};

/// What the step's thing is like, as a check.
pub(super) fn entry(step: &CheckedStep) -> Entry {
    let meta = &step.meta;
    Entry {
        id: id(&meta.key),
        title: if meta.manual {
            format!("{} {}: done", meta.kind, meta.name)
        } else {
            format!(
                "{} {} is as the environment file says",
                meta.kind, meta.name
            )
        },
        tenant: meta.tenant.clone(),
        vantage: Vantage::ControlPlane,
        why: meta.why.clone(),
        verdict: verdict(step),
    }
}

/// The id of the check of a step.
pub fn id(key: &Key) -> String {
    format!("file/{key}")
}

const APPLY: &str = "run plan and look at the difference, then apply; or change the environment file if what is there is right";

fn verdict(step: &CheckedStep) -> Verdict {
    match &step.finding {
        Finding::AsWanted => Verdict::passed(match step.id() {
            Some(id) => format!("read back: {id}"),
            None => "read back, and nothing differs".to_owned(),
        }),
        Finding::DoneByPerson => Verdict::passed("looked at: it is done"),
        Finding::Pending { instructions } => {
            Verdict::failed("a person has not done it yet", instructions.join(" "))
        }
        Finding::Missing => Verdict::failed(
            format!("{} '{}' does not exist", step.meta.kind, step.meta.name),
            "run plan and look at the difference, then apply",
        ),
        Finding::Differs { changes } => Verdict::failed(differences(changes), APPLY),
        Finding::Foreign { what, resolve } => Verdict::failed(what, resolve),
        Finding::Wrong(error) => Verdict::failed(
            error.full_message(),
            error
                .remedy_text()
                .unwrap_or("correct the environment file, or what is there"),
        ),
        Finding::NotSeen { reason } => Verdict::not_proven(reason),
        Finding::WaitsFor { keys } => {
            let keys: Vec<&str> = keys.iter().map(Key::as_str).collect();
            let are = if keys.len() == 1 { "is" } else { "are" };
            Verdict::not_proven(format!("{} {are} missing", keys.join(", ")))
        }
    }
}

fn differences(changes: &[FieldChange]) -> String {
    let one = |change: &FieldChange| {
        let new = Placeholder::readable_value(&change.new);
        format!("{} is {} and should be {new}", change.path, change.old)
    };
    let all: Vec<String> = changes.iter().map(one).collect();
    all.join("; ")
}
