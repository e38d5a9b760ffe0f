//! `Microsoft.Sql/servers/databases`.

use rhc_arm::fake::{
    Arm, DeleteContext, Immutable, Location, NameRule, Patch, PutContext, ServiceError, Stored,
    TypeRules,
};
use rhc_core::fake::{State, respond};
use serde_json::{Value, json};

use crate::fake::sql::SqlSection;

use super::{
    CODES, DATABASES, ENCRYPTION, auditing, bad, child, comes_with, database_actions, dropped,
    later, name_of, origin, parent_id, retention, sku, stored,
};

const REDUNDANCY: &[&str] = &["Local", "Zone", "Geo", "GeoZone"];
/// Databases that the service keeps for itself.
const RESERVED: [&str; 5] = ["master", "model", "msdb", "tempdb", "resource"];

pub(super) const RULES: TypeRules = TypeRules {
    location: Location::Region,
    name: NameRule {
        min: 1,
        max: 128,
        fits: is_name,
        refusal: (400, "UnsupportedServiceName"),
        says: "none of <>*%&:\\/? and no period or space at the end",
    },
    read_only: &[
        "properties.status",
        "properties.databaseId",
        "properties.creationDate",
        "properties.currentServiceObjectiveName",
        "properties.requestedServiceObjectiveName",
        "properties.defaultSecondaryLocation",
        "properties.currentSku",
        "properties.currentBackupStorageRedundancy",
        "properties.earliestRestoreDate",
        "properties.pausedDate",
        "properties.resumedDate",
        "properties.isInfraEncryptionEnabled",
        "properties.maxLogSizeBytes",
    ],
    immutable: &[
        // Unverified: the code for collations.
        Immutable {
            path: "properties.collation",
            refusal: (400, "InvalidDatabaseCreateOrUpdateRequest"),
        },
        Immutable {
            path: "properties.catalogCollation",
            refusal: (400, "InvalidDatabaseCreateOrUpdateRequest"),
        },
        Immutable {
            path: "properties.isLedgerOn",
            refusal: (400, "CannotUpdateIsLedgerDatabase"),
        },
    ],
    enums: &[
        ("properties.requestedBackupStorageRedundancy", REDUNDANCY),
        ("properties.readScale", &["Enabled", "Disabled"]),
        ("properties.createMode", origin::MODES),
    ],
    secrets: origin::SENT,
    defaults: || {
        json!({ "properties": {
            "collation": "SQL_Latin1_General_CP1_CI_AS", "catalogCollation": "SQL_Latin1_General_CP1_CI_AS",
            "zoneRedundant": false, "readScale": "Disabled", "requestedBackupStorageRedundancy": "Geo",
            "isLedgerOn": false, "isInfraEncryptionEnabled": false, "availabilityZone": "NoPreference" } })
    },
    patch: Patch::Merge,
    create: later(45),
    update: later(20),
    remove: later(10),
    codes: CODES,
    before_put,
    compute,
    on_ready,
    before_delete: |_, delete: &DeleteContext<'_>| not_reserved(delete.existing.name()),
    view: |state, database| {
        let mut shown = database.clone();
        if let Some(earliest) = origin::earliest(state, database) {
            shown.set(
                "properties.earliestRestoreDate",
                respond::timestamp(earliest),
            );
        }
        shown.body
    },
    actions: database_actions::ALL,
    after_delete: |state, database| {
        if not_reserved(database.name()).is_ok() {
            dropped::keep(state, database);
        }
        let server = name_of(parent_id(database.id())).to_owned();
        state
            .section::<SqlSection>()
            .forget(&server, Some(database.name()));
    },
    ..child(DATABASES)
};

fn is_name(name: &str) -> bool {
    !name.contains(['<', '>', '*', '%', '&', ':', '\\', '/', '?']) && !name.ends_with(['.', ' '])
}

/// Whether a database can be renamed so.
pub(super) fn fits(name: &str) -> Result<(), ServiceError> {
    if !is_name(name) {
        return Err(bad(
            "UnsupportedServiceName",
            "The specified name is an invalid name because it contains one or more unsupported unicode characters.",
        ));
    }
    if name.chars().count() > 128 {
        return Err(bad("TokenTooLong", "The provided token is too long."));
    }
    Ok(())
}

pub(super) fn not_reserved(name: &str) -> Result<(), ServiceError> {
    if RESERVED.iter().any(|own| own.eq_ignore_ascii_case(name)) {
        return Err(bad(
            "CannotUseReservedDatabaseName",
            format!("Cannot use reserved database name '{name}' in this operation."),
        ));
    }
    Ok(())
}

fn before_put(state: &mut State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    not_reserved(name_of(put.id))?;
    sku::chosen(put.sent.get("sku").unwrap_or(&Value::Null))?;
    origin::source(state, put)?;
    // Unverified: the code; a database stands where its server does.
    let plain = |location: &str| location.replace(' ', "").to_ascii_lowercase();
    let server = state.section::<Arm>().get(parent_id(put.id));
    let here = server.and_then(|server| server.text("location")).map(plain);
    let there = put.sent["location"].as_str().map(plain);
    if here != there {
        return Err(bad(
            "InvalidResourceLocation",
            "The database must be in the same location as its server.",
        ));
    }
    Ok(())
}

fn compute(
    state: &mut State,
    put: &PutContext<'_>,
    database: &mut Stored,
) -> Result<(), ServiceError> {
    let asked = put.sent.get("sku").filter(|sku| !sku.is_null());
    let source = origin::source(state, put)?;
    for path in origin::SENT {
        database.hidden.shift_remove(*path);
    }
    let before = match &source {
        Some(source) => {
            origin::inherit(state, put, source, database);
            sku::of(source)
        }
        None => put.existing.and_then(|own| own.get("sku")).cloned(),
    };
    let size = sku::chosen(&asked.cloned().or(before).unwrap_or(Value::Null))?;
    let redundancy = database
        .text("properties.requestedBackupStorageRedundancy")
        .unwrap_or("Geo")
        .to_owned();
    if put.existing.is_none() {
        database.set("properties.status", "Creating");
        database.set(
            "properties.databaseId",
            state.derived_uuid(&["database", put.id]).to_string(),
        );
        database.set("properties.creationDate", respond::timestamp(state.now()));
    }
    if database.get("properties.maxSizeBytes").is_none() {
        database.set("properties.maxSizeBytes", size.max_bytes);
    }
    if size.serverless {
        // Unverified: half a core is the least of every size.
        for (path, value) in [
            ("properties.autoPauseDelay", json!(60)),
            ("properties.minCapacity", json!(0.5)),
        ] {
            if database.get(path).is_none_or(Value::is_null) {
                database.set(path, value);
            }
        }
    }
    for (path, value) in [
        ("sku", size.sku.clone()),
        ("kind", json!(size.kind)),
        ("properties.currentSku", size.sku),
        (
            "properties.currentServiceObjectiveName",
            json!(size.objective),
        ),
        (
            "properties.requestedServiceObjectiveName",
            json!(size.objective),
        ),
        (
            "properties.currentBackupStorageRedundancy",
            json!(redundancy),
        ),
    ] {
        database.set(path, value);
    }
    Ok(())
}

fn on_ready(state: &mut State, key: &str) -> Result<(), ServiceError> {
    let now = respond::timestamp(state.now());
    let Some(database) = stored(state, key) else {
        return Ok(());
    };
    // A change leaves a paused one paused.
    if database.text("properties.status") != Some("Paused") {
        database.set("properties.status", "Online");
    }
    let id = database.id().to_owned();
    if database.get("properties.earliestRestoreDate").is_none() {
        database.set("properties.earliestRestoreDate", now);
    }
    origin::settle_users(state, key);
    retention::comes_on(state, &id);
    // Unverified: that new databases are encrypted.
    let on = json!({ "properties": { "state": "Enabled" } });
    comes_with(state, &id, ENCRYPTION, "current", on);
    auditing::comes_off(state, &id, DATABASES);
    Ok(())
}

/// The database that every server has.
pub(super) fn master(state: &State, server: &str, id: &str, location: &str) -> Value {
    json!({
        "sku": { "name": "System", "tier": "System", "capacity": 0 },
        "kind": "v12.0,system",
        "managedBy": id,
        "location": location,
        "properties": {
            "collation": "SQL_Latin1_General_CP1_CI_AS", "catalogCollation": "SQL_Latin1_General_CP1_CI_AS",
            "maxSizeBytes": 53_687_091_200_i64, "status": "Online",
            "databaseId": state.derived_uuid(&["master", server]).to_string(),
            "creationDate": respond::timestamp(state.now()),
            "currentServiceObjectiveName": "System2", "requestedServiceObjectiveName": "System2",
            "zoneRedundant": false, "readScale": "Disabled", "isLedgerOn": false,
            "currentSku": { "name": "System", "tier": "System", "capacity": 0 },
        },
    })
}
