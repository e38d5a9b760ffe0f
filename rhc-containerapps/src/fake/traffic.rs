//! Who gets how much of an app's traffic.

use rhc_arm::fake::{Arm, PutContext, ServiceError, Stored};
use rhc_core::fake::State;
use serde_json::Value;

use super::{REVISIONS, UNNAMED, bad, json, revision};

const TRAFFIC: &str = "properties.configuration.ingress.traffic";

/// Weights of 100 in all, to revisions that are there.
pub(super) fn check(state: &State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    let shares = json::items(put.sent, TRAFFIC);
    if shares.is_empty() {
        return Ok(());
    }
    let total: i64 = shares.iter().map(weight).sum();
    if total != 100 {
        return Err(bad(
            UNNAMED,
            format!("The traffic weights add up to {total}, not to 100."),
        )
        .target(TRAFFIC));
    }
    for share in shares {
        let latest = is_latest(share);
        let Some(name) = json::text(share, "revisionName").filter(|_| !latest) else {
            if !latest {
                return Err(bad(
                    UNNAMED,
                    "A share of the traffic needs revisionName or latestRevision.",
                ));
            }
            continue;
        };
        revision::check_name(put.path.name(), name)?;
        let id = format!("{}/revisions/{name}", put.id);
        let known = state
            .read::<Arm>()
            .is_some_and(|arm| arm.get(&id).is_some());
        if !known {
            return Err(bad(
                UNNAMED,
                format!("The traffic names the revision '{name}', which does not exist."),
            ));
        }
    }
    Ok(())
}

fn weight(share: &Value) -> i64 {
    json::at(share, "weight")
        .and_then(Value::as_i64)
        .unwrap_or(0)
}

fn is_latest(share: &Value) -> bool {
    json::at(share, "latestRevision").is_some_and(|own| own == true)
}

/// The percentage of an app's traffic that a revision gets.
pub(super) fn share_of(app: &Stored, revision: &str) -> i64 {
    let ready = app.text("properties.latestReadyRevisionName");
    app.all(&format!("{TRAFFIC}[]"))
        .into_iter()
        .filter(|share| {
            if is_latest(share) {
                ready == Some(revision)
            } else {
                json::text(share, "revisionName") == Some(revision)
            }
        })
        .map(weight)
        .sum()
}

/// The revision that answers: of those that run the one with the largest share.
pub(super) fn answering<'a>(state: &'a State, app: &Stored) -> Option<&'a Stored> {
    state
        .read::<Arm>()?
        .of_type(app.id(), REVISIONS)
        .filter(|own| revision::runs(own))
        .map(|own| (share_of(app, own.name()), own))
        .filter(|(share, _)| *share > 0)
        .max_by_key(|(share, _)| *share)
        .map(|(_, own)| own)
}
