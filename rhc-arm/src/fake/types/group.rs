//! Resource groups.

use super::super::path::RESOURCE_GROUPS;
use super::super::rules::{NameRule, Patch, Scope, Style, Timing, TypeRules};

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
    ..TypeRules::new(RESOURCE_GROUPS, VERSIONS)
}];
