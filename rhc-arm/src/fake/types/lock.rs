//! Locks, and what they keep from being done. `engine::gate` asks before every write, deletion and action.

use rhc_core::fake::State;

use super::super::context::{ListContext, Listing};
use super::super::error::ServiceError;
use super::super::path::{self, ResourcePath};
use super::super::roles::covers;
use super::super::rules::{Codes, NameRule, Scope, TypeRules};
use super::super::state::{Arm, Stored};

/// The type of locks.
const LOCKS: &str = "Microsoft.Authorization/locks";
const VERSIONS: &[&str] = &["2016-09-01", "2017-04-01", "2020-05-01"];

pub(super) const TYPES: &[TypeRules] = &[TypeRules {
    scope: Scope::Extension,
    // Unverified: the code; the description forbids these characters, and the page of name rules says the lengths.
    name: NameRule {
        min: 1,
        max: 90,
        fits: |name| !name.contains(['<', '>', '%', '&', ':', '\\', '?', '/']),
        refusal: (400, "InvalidLockName"),
        says: "none of <>%&:\\?/",
    },
    required: &["properties.level"],
    enums: &[(
        "properties.level",
        &["NotSpecified", "CanNotDelete", "ReadOnly"],
    )],
    system_data: false,
    provisioning_state: false,
    // Unverified: the codes.
    codes: Codes {
        missing: (400, "LockLevelInvalid"),
        invalid: (400, "LockLevelInvalid"),
        ..Codes::COMMON
    },
    list,
    ..TypeRules::child(LOCKS, VERSIONS)
}];

/// As recorded: at the scope and below.
fn list(state: &State, context: &ListContext<'_>) -> Listing {
    let at_scope = match context.filter.map(str::trim) {
        None | Some("") => false,
        Some(filter) if filter.eq_ignore_ascii_case("atScope()") => true,
        Some(filter) => {
            return Listing::BadFilter(format!("The filter '{filter}' is not supported."));
        }
    };
    let Some(arm) = state.read::<Arm>() else {
        return Listing::Usual;
    };
    let items = arm
        .everywhere(LOCKS)
        .filter(|own| match scope_of(own) {
            Some(scope) if at_scope => path::key(&scope) == path::key(context.scope),
            Some(scope) => covers(context.scope, &scope),
            None => false,
        })
        .map(|own| own.body.clone())
        .collect();
    Listing::Instead(items)
}

fn scope_of(lock: &Stored) -> Option<String> {
    Some(ResourcePath::parse(lock.id())?.scope().to_owned())
}

/// What is about to be done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    /// It is made or changed, or an action runs.
    Writing,
    /// It is deleted.
    Deleting,
}

/// Refuses what a lock forbids, whoever asks. Nothing is deleted with what is locked below it.
///
/// Source: [lock resources](https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources).
pub(crate) fn check(state: &State, id: &str, doing: Doing) -> Result<(), ServiceError> {
    // A lock does not hold itself or its like.
    let is_lock = ResourcePath::parse(id)
        .is_some_and(|path| path.resource_type().eq_ignore_ascii_case(LOCKS));
    let Some(arm) = state.read::<Arm>().filter(|_| !is_lock) else {
        return Ok(());
    };
    let scopes: Vec<String> = arm
        .everywhere(LOCKS)
        .filter(|lock| {
            let level = lock.text("properties.level");
            level == Some("ReadOnly") || doing == Doing::Deleting && level == Some("CanNotDelete")
        })
        .filter_map(scope_of)
        .filter(|scope| covers(scope, id) || doing == Doing::Deleting && covers(id, scope))
        .collect();
    if scopes.is_empty() {
        return Ok(());
    }
    let verb = match doing {
        Doing::Writing => "write",
        Doing::Deleting => "delete",
    };
    Err(ServiceError::conflict(
        "ScopeLocked",
        format!(
            "The scope '{id}' cannot perform {verb} operation because following scope(s) are locked: '{}'. Please remove the lock and try again.",
            scopes.join(",")
        ),
    ))
}
