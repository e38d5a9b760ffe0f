//! Resource groups.

use rhc_core::fake::State;

use super::super::context::{ListContext, Listing};
use super::super::path::{RESOURCE_GROUPS, ResourcePath};
use super::super::roles::{self, Plane};
use super::super::rules::{NameRule, Patch, Scope, Style, Timing, TypeRules};
use super::super::state::Arm;
use super::subscription::{BAD_FILTER, Filter, bad_filter};

/// The versions of Resource Manager's own API.
pub(super) const VERSIONS: &[&str] = &[
    "2019-07-01",
    "2020-06-01",
    "2021-04-01",
    "2022-09-01",
    "2023-07-01",
    "2024-03-01",
    "2024-11-01",
    "2025-03-01",
    "2025-04-01",
];

pub(super) const TYPES: &[TypeRules] = &[TypeRules {
    scope: Scope::Subscription,
    name: NameRule {
        min: 1,
        max: 90,
        fits: |name| {
            !name.ends_with('.')
                && name
                    .chars()
                    .all(|own| own.is_alphanumeric() || "-_.()".contains(own))
        },
        refusal: (400, "InvalidResourceGroup"),
        says: "letters, digits, -, _, (, ) and periods, no period at the end",
    },
    patch: Patch::Tags,
    // The recorded deletion waits with `Location` only; how long it takes depends on what is in the group.
    remove: Timing::after(45, Style::Location, 202, "Deleting")
        .no_body()
        .retry_after(15),
    system_data: false,
    list,
    ..TypeRules::new(RESOURCE_GROUPS, VERSIONS)
}];

/// By tag, with or without its value.
///
/// Source: [list resource groups](https://learn.microsoft.com/rest/api/resources/resource-groups/list).
fn list(state: &State, context: &ListContext<'_>) -> Listing {
    let Some(text) = context.filter else {
        return Listing::Usual;
    };
    let Some(wanted) = Filter::parse(text).filter(Filter::is_of_tags) else {
        return Listing::Refused(BAD_FILTER, bad_filter(text));
    };
    let caller = context.caller;
    let readable = |id: &str| {
        let read = "Microsoft.Resources/subscriptions/resourceGroups/read";
        let (tenant, reader) = (caller.tenant, caller.object_id);
        roles::may(state, tenant, reader, id, read, Plane::Control)
    };
    let found = state
        .read::<Arm>()
        .into_iter()
        .flat_map(|arm| arm.below(context.scope))
        .filter(|(key, _)| ResourcePath::parse(key).is_some_and(|path| path.is_group()))
        .filter(|(_, stored)| wanted.takes(RESOURCE_GROUPS, None, &stored.body))
        .filter(|(_, stored)| readable(stored.id()))
        .map(|(_, stored)| stored.body.clone());
    Listing::Instead(found.collect())
}
