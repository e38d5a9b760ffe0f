//! What a database is made from: `createMode`, and what goes with it.
//!
//! The World keeps no history: a database as of an earlier moment has the users that its source has now. Backups in other regions,
//! backups that are kept for long, and those that others made, are not simulated: there are none. A secondary is a copy that does
//! not follow.

use rhc_arm::fake::{Arm, PutContext, ResourcePath, ServiceError, Stored};
use rhc_core::fake::State;
use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{DATABASES, DROPPED, bad, parent_id, retention, stored};
use crate::fake::sql::{Catalogue, SqlSection};

/// The modes that there are.
pub(super) const MODES: &[&str] = &[
    "Default",
    "Copy",
    "Secondary",
    "OnlineSecondary",
    "PointInTimeRestore",
    "Restore",
    "Recovery",
    "RestoreExternalBackup",
    "RestoreExternalBackupSecondary",
    "RestoreLongTermRetentionBackup",
];

/// What is taken in with a request and never shown.
pub(super) const SENT: &[&str] = &[
    "properties.createMode",
    "properties.sourceDatabaseId",
    "properties.sourceResourceId",
    "properties.restorePointInTime",
    "properties.sourceDatabaseDeletionDate",
    "properties.restorableDroppedDatabaseId",
    "properties.recoverableDatabaseId",
    "properties.recoveryServicesRecoveryPointId",
    "properties.longTermRetentionBackupResourceId",
    "properties.sampleName",
];

/// Where a database keeps the users that it comes with until it is ready, and a dropped one those that it had.
const USERS: &str = "users";

/// What a request makes a database from; none for an empty one.
pub(super) fn source(state: &State, put: &PutContext<'_>) -> Result<Option<Stored>, ServiceError> {
    let sent = put.sent.get("properties").unwrap_or(&Value::Null);
    let mode = sent["createMode"].as_str().unwrap_or("Default");
    let is = |name: &str| mode.eq_ignore_ascii_case(name);
    if is("Default") {
        return Ok(None);
    }
    if put.existing.is_some() {
        // Unverified: the code, which the documentation has for copies.
        return Err(ServiceError::conflict(
            "RemoteDatabaseExists",
            "The destination database name already exists on the destination server.",
        ));
    }
    if is("RestoreLongTermRetentionBackup") {
        let why = "The specified long term retention backup does not exist.";
        return Err(bad("LtrBackupNotFound", why));
    }
    if is("Recovery") {
        let why = "The specified recovery point either does not exist or is not valid.";
        return Err(bad("RecoveryPointDoesNotExist", why));
    }
    if is("Restore") {
        return dropped(state, sent).map(Some);
    }
    let id = source_id(sent)?;
    let source = state.read::<Arm>().and_then(|arm| arm.get(&id)).cloned();
    if is("PointInTimeRestore") {
        let at = sent["restorePointInTime"]
            .as_str()
            .ok_or_else(|| bad("MissingRestorePointInTime", "Missing restore point in time"))?;
        let source = source.filter(|_| same(parent_id(&id), parent_id(put.id))).ok_or_else(|| {
            bad("InvalidLiveDatabase", "Source database does not exist on server within the supported recovery period. If restoring a dropped database, please specify its deletion date.")
        })?;
        let earliest = earliest(state, &source);
        let reached = moment(at)
            .is_some_and(|at| at <= state.now() && earliest.is_none_or(|earliest| at >= earliest));
        return match reached {
            true => Ok(Some(source)),
            false => Err(bad(
                "InvalidPointInTime",
                "The specified point in time is not valid for the database.",
            )),
        };
    }
    if is("Copy") || is("Secondary") || is("OnlineSecondary") {
        return copied(state, put, &id, source, !is("Copy")).map(Some);
    }
    Err(bad(
        "InvalidDatabaseCreateMode",
        "Invalid request to create a database.",
    ))
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// The id of a database that a request names as source.
fn source_id(sent: &Value) -> Result<String, ServiceError> {
    let named = ["sourceDatabaseId", "sourceResourceId"]
        .iter()
        .find_map(|name| sent[*name].as_str())
        .ok_or_else(|| {
            let why = "Missing source database identifier.";
            bad("MissingSourceDatabaseId", why)
        })?;
    ResourcePath::parse(named)
        .filter(|path| same(&path.resource_type(), DATABASES))
        .map(|path| path.id())
        .ok_or_else(|| {
            bad(
                "InvalidSourceDatabaseId",
                "Invalid source database identifier.",
            )
        })
}

fn copied(
    state: &State,
    put: &PutContext<'_>,
    id: &str,
    source: Option<Stored>,
    follows: bool,
) -> Result<Stored, ServiceError> {
    let server = parent_id(id);
    if state
        .read::<Arm>()
        .and_then(|arm| arm.get(server))
        .is_none()
    {
        return Err(bad(
            "SourceServerNotFound",
            "The server part of a source database id provided in a CreateDatabaseAsCopy API call doesn't map to an existing server.",
        ));
    }
    let source = source.ok_or_else(|| {
        bad(
            "SourceDatabaseNotFound",
            "The source database does not exist.",
        )
    })?;
    if follows && same(server, parent_id(put.id)) {
        return Err(bad(
            "ReplicationSourceAndTargetMustBeInDifferentServers",
            "The replication source and target databases must be in different logical servers.",
        ));
    }
    if follows && !same(source.name(), put.path.name()) {
        return Err(bad(
            "ReplicationSourceAndTargetMustHaveSameName",
            "The replication source and target databases must have the same name.",
        ));
    }
    Ok(source)
}

/// The dropped database that a request names: by its own id, or by that of the database and the moment.
fn dropped(state: &State, sent: &Value) -> Result<Stored, ServiceError> {
    let own = sent["restorableDroppedDatabaseId"].as_str();
    let source = sent["sourceDatabaseId"].as_str();
    let id = match (own, source) {
        (Some(_), Some(_)) => {
            return Err(bad(
                "RestorableDroppedDatabaseIdGivenForRestoreWithSourceDatabaseId",
                "Cannot specify restorableDroppedDatabaseId when sourceDatabaseId is already given in restore create mode",
            ));
        }
        (Some(id), None) | (None, Some(id)) => id,
        (None, None) => {
            let why = "Missing source database identifier.";
            return Err(bad("MissingSourceDatabaseId", why));
        }
    };
    let gone = || {
        bad(
            "InvalidDroppedDatabase",
            "Source database dropped does not exist on server within the supported recovery period.",
        )
    };
    let path = ResourcePath::parse(id).ok_or_else(|| {
        bad(
            "InvalidSourceDatabaseId",
            "Invalid source database identifier.",
        )
    })?;
    let arm = state.read::<Arm>().ok_or_else(gone)?;
    if same(&path.resource_type(), DROPPED) {
        return arm.get(id).cloned().ok_or_else(gone);
    }
    if own.is_some() {
        let why = "Invalid restorable dropped database identifier";
        return Err(bad("InvalidRestorableDroppedDatabaseId", why));
    }
    let at = sent["sourceDatabaseDeletionDate"].as_str().ok_or_else(|| {
        let why = "Missing source database deletion date";
        bad("MissingSourceDatabaseDeletionDate", why)
    })?;
    let at = moment(at).ok_or_else(|| {
        let why = "The restorable dropped database deletion date given is invalid";
        bad("InvalidRestorableDroppedDatabaseDeletionDate", why)
    })?;
    arm.of_type(parent_id(id), DROPPED)
        .find(|own| {
            own.text("properties.databaseName")
                .is_some_and(|name| same(name, path.name()))
                && own.text("properties.deletionDate").and_then(moment) == Some(at)
        })
        .cloned()
        .ok_or_else(gone)
}

/// A moment as a request or answer writes it.
pub(super) fn moment(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

/// The earliest moment that a database can be restored to: when it was made, or as far back as its retention reaches.
pub(super) fn earliest(state: &State, database: &Stored) -> Option<OffsetDateTime> {
    let online = moment(database.text("properties.earliestRestoreDate")?)?;
    let reach = retention::reach(state, database.id());
    Some(online.max(state.now() - reach))
}

/// What a new database has of its source where the request says nothing else.
pub(super) fn inherit(state: &State, put: &PutContext<'_>, source: &Stored, made: &mut Stored) {
    for name in [
        "collation",
        "catalogCollation",
        "maxSizeBytes",
        "isLedgerOn",
    ] {
        let path = format!("properties.{name}");
        let said = !put.sent["properties"][name].is_null();
        if let Some(value) = source.get(&path).filter(|_| !said) {
            made.set(&path, value.clone());
        }
    }
    if let Some(users) = users(state, source) {
        made.hidden.insert(USERS.to_owned(), users);
    }
}

/// The users of a database, live or dropped.
fn users(state: &State, source: &Stored) -> Option<Value> {
    if let Some(kept) = source.hidden.get(USERS) {
        return Some(kept.clone());
    }
    let server = super::name_of(parent_id(source.id()));
    let catalogue = state
        .read::<SqlSection>()?
        .catalogue(server, source.name())?;
    serde_json::to_value(catalogue).ok()
}

/// A database that goes leaves its users with what is kept of it.
pub(super) fn leave_users(state: &State, gone: &Stored, kept: &mut Stored) {
    if let Some(users) = users(state, gone) {
        kept.hidden.insert(USERS.to_owned(), users);
    }
}

/// A database that is ready has the users of what it was made from.
pub(super) fn settle_users(state: &mut State, key: &str) {
    let Some(made) = stored(state, key) else {
        return;
    };
    let Some(users) = made.hidden.shift_remove(USERS) else {
        return;
    };
    let (server, name) = (
        super::name_of(parent_id(made.id())).to_owned(),
        made.name().to_owned(),
    );
    if let Ok(users) = serde_json::from_value::<Catalogue>(users) {
        *state.section::<SqlSection>().catalogue_mut(&server, &name) = users;
    }
}
