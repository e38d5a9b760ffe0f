//! Tags of what has no body of its own to carry them, such as a subscription.

use std::collections::BTreeMap;

use crate::{ResourceType, model};

model! {
    /// All tags of a scope.
    TagsProperties {
        /// By name.
        tags: BTreeMap<String, String>,
    }
}

/// The tags of a scope: there is one, called [`NAME`](Self::NAME), and it cannot be listed. PUT replaces them all, so
/// read them first. Its scope is a subscription, a group or a resource.
///
/// Role: Tag Contributor.
/// Source: [tags](https://learn.microsoft.com/rest/api/resources/tags/create-or-update-at-scope).
#[derive(Debug, Clone)]
pub enum Tags {}

impl Tags {
    /// What the only one is called.
    pub const NAME: &'static str = "default";
}

impl ResourceType for Tags {
    const TYPE: &'static str = "Microsoft.Resources/tags";
    const API_VERSION: &'static str = "2025-04-01";
    type Properties = TagsProperties;
}
