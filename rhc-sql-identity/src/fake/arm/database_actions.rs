//! What POST does to databases: another name, a pause, its end.

use rhc_arm::fake::{Action, ActionContext, Arm, ResourcePath, ServiceError, Stored, Timing, key};
use rhc_core::fake::{State, respond};
use serde_json::Value;

use super::databases::not_reserved;
use super::{DATABASES, bad, later, name_of, parent_id, stored};
use crate::fake::sql::SqlSection;

pub(super) const ALL: &[Action] = &[
    Action {
        name: "move",
        permission: None,
        timing: Timing::at_once(200),
        run: rename,
        finish: None,
    },
    Action {
        name: "pause",
        permission: None,
        timing: later(20),
        run: |state, context| switch(state, context, "Pausing"),
        finish: Some(|state, key| settle(state, key, "Paused", "properties.pausedDate")),
    },
    Action {
        name: "resume",
        permission: None,
        timing: later(20),
        run: |state, context| switch(state, context, "Resuming"),
        finish: Some(|state, key| settle(state, key, "Online", "properties.resumedDate")),
    },
];

fn switch(
    state: &mut State,
    context: &ActionContext<'_>,
    word: &str,
) -> Result<Option<Value>, ServiceError> {
    let database = context.existing;
    if database.text("sku.tier") != Some("DataWarehouse") {
        return Err(bad(
            "FeatureDisabledOnSelectedEdition",
            "User attempted to use a feature which is disabled on current database edition.",
        ));
    }
    if word == "Pausing" && database.text("properties.status") == Some(word) {
        return Err(bad(
            "CannotDeactivateWhenDeactivatingInProgress",
            "Deactivation workflow failed because there is a deactivate workflow already running.",
        ));
    }
    free(database)?;
    if let Some(own) = stored(state, database.id()) {
        own.set("properties.status", word);
    }
    Ok(None)
}

fn settle(state: &mut State, key: &str, word: &str, date: &str) {
    let now = respond::timestamp(state.now());
    if let Some(own) = stored(state, key) {
        own.set("properties.status", word);
        own.set(date, now);
    }
}

/// Unverified: the code, which the documentation has for changes of a database's policies.
fn free(database: &Stored) -> Result<(), ServiceError> {
    if database.operation.is_none() {
        return Ok(());
    }
    Err(ServiceError::conflict(
        "ConflictingDatabaseOperation",
        "There is already some operation on the database and the current operation should wait till it is done.",
    ))
}

fn rename(state: &mut State, context: &ActionContext<'_>) -> Result<Option<Value>, ServiceError> {
    let from = context.existing;
    let Some(to) = context.sent["id"].as_str() else {
        return Err(bad(
            "InvalidResourceMoveRequest",
            "The resource move request is invalid.",
        ));
    };
    let target = ResourcePath::parse(to)
        .filter(|path| path.resource_type().eq_ignore_ascii_case(DATABASES))
        .ok_or_else(|| {
            bad(
                "InvalidMoveTargetResourceId",
                "The target resource identifier in move request is invalid.",
            )
        })?;
    matches(context.path, &target)?;
    for id in [from.id(), to] {
        not_reserved(name_of(id))?;
    }
    super::databases::fits(target.name())?;
    free(from)?;
    let arm = state.section::<Arm>();
    if arm.get(to).is_some() && key(to) != key(from.id()) {
        return Err(bad(
            "DatabaseNameInUse",
            "Database already exists. Choose a different database name.",
        ));
    }
    let (old, server) = (from.id().to_owned(), parent_id(from.id()).to_owned());
    let new = format!("{server}/databases/{}", target.name());
    let moved: Vec<String> = std::iter::once(key(&old))
        .chain(arm.below(&old).map(|(key, _)| key.to_owned()))
        .collect();
    for place in moved {
        let Some(mut own) = arm.resources.remove(&place) else {
            continue;
        };
        let id = format!("{new}{}", own.id().get(old.len()..).unwrap_or_default());
        own.set("id", id);
        if place == key(&old) {
            own.set("name", target.name());
        }
        arm.insert(own);
    }
    let name = name_of(&old).to_owned();
    state
        .section::<SqlSection>()
        .rename(name_of(&server), &name, target.name());
    Ok(None)
}

/// A database is renamed and stays where it is.
fn matches(from: &ResourcePath, to: &ResourcePath) -> Result<(), ServiceError> {
    let differ = |code, what: &str| {
        bad(
            code,
            format!("The provided {what} did not match the name in the Url."),
        )
    };
    let same = |one: Option<&str>, other: Option<&str>| {
        one.zip(other)
            .is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
    };
    if !same(from.subscription(), to.subscription()) {
        return Err(differ("MismatchingSubscriptionWithUrl", "subscription"));
    }
    if !same(from.group(), to.group()) {
        return Err(differ(
            "MismatchingResourceGroupNameWithUrl",
            "resource group name",
        ));
    }
    let server = |path: &ResourcePath| path.parent().map(|own| own.key());
    if server(from) != server(to) {
        return Err(differ("MismatchingServerNameWithUrl", "server name"));
    }
    Ok(())
}
