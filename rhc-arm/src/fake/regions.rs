//! Azure's public regions as a subscription lists them.

use serde_json::{Value, json};
use uuid::Uuid;

use super::engine::{REGIONS, region};

/// What the regional display name puts before the display name. Unverified: which regions it calls Asia Pacific.
fn group(title: &str) -> &'static str {
    let is = |words: &[&str]| words.iter().any(|word| title.contains(word));
    if title.contains("Canada") {
        "Canada"
    } else if is(&["Australia", "Japan", "Asia"]) {
        "Asia Pacific"
    } else if title.ends_with("US") || title.contains(" US ") {
        "US"
    } else {
        "Europe"
    }
}

/// The regions of a subscription.
pub(crate) fn listed(subscription: Uuid) -> Vec<Value> {
    let one = |title: &&str| {
        let (name, group) = (region(title), group(title));
        json!({
            "id": format!("/subscriptions/{subscription}/locations/{name}"),
            "name": name,
            "type": "Region",
            "displayName": title,
            "regionalDisplayName": format!("({group}) {title}"),
            "metadata": {
                "regionType": "Physical",
                "regionCategory": "Recommended",
                "geographyGroup": group,
            },
        })
    };
    REGIONS.iter().map(one).collect()
}
