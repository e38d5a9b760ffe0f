//! What a request takes, for whoever has to know it before it is sent. The engine asks by the same tables.

use rhc_core::fake::World;
use serde_json::{Value, json};

use super::links::{self, LinkedAction};
use super::put;
use crate::fake::path::{self, Place, ResourcePath};
use crate::fake::registry::Registry;
use crate::fake::state::Arm;

/// The rights that a write takes at the resources which its body names, beside the right to write: those of every type that a
/// crate has registered. A PATCH is looked at as what it makes of the resource that is there now. What stands in a template of a
/// deployment is not looked at.
#[must_use]
pub fn linked_actions(world: &World, method: &str, path: &str, body: &Value) -> Vec<LinkedAction> {
    let registry = Registry::of(world);
    let Some(path) = ResourcePath::parse(path) else {
        return Vec::new();
    };
    let Some(rules) = registry.rules(&path.resource_type()) else {
        return Vec::new();
    };
    match method {
        "PUT" => links::actions(&rules, body),
        "PATCH" => {
            let before = world.with(|state| {
                let arm = state.read::<Arm>();
                arm.and_then(|arm| Some(arm.get(&path.id())?.body.clone()))
            });
            let before = before.unwrap_or_else(|| json!({}));
            links::actions(&rules, &put::merged(&rules, before, body))
        }
        _ => Vec::new(),
    }
}

/// The right that a request takes at its own place, where a table gives it a name that the path alone does not say:
/// `Microsoft.KeyVault/checkNameAvailability/read` is asked for by POST.
#[must_use]
pub fn named_action(world: &World, method: &str, path: &str) -> Option<String> {
    let registry = Registry::of(world);
    let segments = path::segments(path);
    if let Some((route, params)) = registry.route(method, &segments) {
        return route.action(&params);
    }
    let (name, rest) = segments.split_last().filter(|_| method == "POST")?;
    let Some(Place::Item(path)) = Place::parse(rest) else {
        return None;
    };
    let rules = registry.rules(&path.resource_type())?;
    let mut actions = rules.actions.iter();
    let action = actions.find(|own| own.name.eq_ignore_ascii_case(name))?;
    Some(action.of(&rules))
}
