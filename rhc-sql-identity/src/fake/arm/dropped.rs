//! `Microsoft.Sql/servers/restorableDroppedDatabases`: what is kept of a database that was dropped, until its retention is over.

use std::sync::Arc;

use rhc_arm::fake::{Arm, Stored, TypeRules, key};
use rhc_core::fake::{State, World, respond};
use serde_json::{Value, json};
use time::{Date, Month, OffsetDateTime};

use super::{DROPPED, child, child_id, made, origin, parent_id, retention};

/// The event at which what is kept goes.
const EXPIRES: &str = "sql.dropped";

pub(super) const RULES: TypeRules = TypeRules {
    read_only: &[
        "properties.databaseName",
        "properties.maxSizeBytes",
        "properties.creationDate",
        "properties.deletionDate",
        "properties.earliestRestoreDate",
        "properties.backupStorageRedundancy",
    ],
    put: false,
    delete: false,
    ..child(DROPPED)
};

pub(super) fn on_events(world: &World) {
    world.on_event(
        EXPIRES,
        Arc::new(|state: &mut State, data: &Value| {
            let id = data["id"].as_str().unwrap_or_default();
            state.section::<Arm>().resources.remove(&key(id));
        }),
    );
}

/// Keeps what can be had back of a database that goes. The system's own cannot be had back, nor can a server's that goes with it.
pub(super) fn keep(state: &mut State, gone: &Stored) {
    let at = state.now();
    let server = parent_id(gone.id()).to_owned();
    // The name's second half counts from 1601 in units of 100 ns, as recorded.
    let name = format!("{},{}", gone.name(), ticks(at));
    let id = child_id(&server, DROPPED, &name);
    let objective = gone
        .text("properties.currentServiceObjectiveName")
        .unwrap_or_default();
    let body = json!({
        // As recorded; the descriptions' examples have the objective alone.
        "sku": { "name": format!("SQLDB_{objective}"), "tier": gone.get("sku.tier") },
        "location": gone.get("location"),
        "properties": {
            "databaseName": gone.name(),
            "maxSizeBytes": gone.get("properties.maxSizeBytes"),
            "creationDate": gone.get("properties.creationDate"),
            "deletionDate": respond::timestamp(at),
            "earliestRestoreDate": origin::earliest(state, gone).map(respond::timestamp),
            "backupStorageRedundancy": gone.get("properties.currentBackupStorageRedundancy"),
        },
    });
    let mut kept = made(&id, DROPPED, &name, body, at);
    origin::leave_users(state, gone, &mut kept);
    let reach = retention::reach(state, gone.id());
    state.section::<Arm>().insert(kept);
    let reach = std::time::Duration::try_from(reach).unwrap_or_default();
    state.schedule(reach, EXPIRES, json!({ "id": id }));
}

/// What is kept of a server's databases goes with the server.
pub(super) fn forget(state: &mut State, server: &str) {
    let arm = state.section::<Arm>();
    let ids: Vec<_> = arm
        .of_type(server, DROPPED)
        .map(|own| key(own.id()))
        .collect();
    for id in ids {
        arm.resources.remove(&id);
    }
}

fn ticks(at: OffsetDateTime) -> i128 {
    let start = Date::from_calendar_date(1601, Month::January, 1).map(|day| day.midnight());
    start.map_or(0, |start| {
        (at - start.assume_utc()).whole_nanoseconds() / 100
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_from_1601_as_recorded() {
        let at = origin::moment("2023-11-20T12:23:47.223Z").unwrap();
        assert_eq!(ticks(at), 133_449_566_272_230_000);
    }
}
