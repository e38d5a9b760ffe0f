//! `checkNameAvailability`, and what it asks.

use rhc_arm::fake::{Arm, Reply, Route, RouteContext, ServiceError};
use rhc_core::fake::State;
use serde_json::json;

use super::directories::{TYPE, VERSIONS};

pub(super) const CHECK: Route = Route {
    method: "POST",
    pattern: "/subscriptions/{subscription}/providers/Microsoft.AzureActiveDirectory/checkNameAvailability",
    api_versions: VERSIONS,
    permission: "Microsoft.AzureActiveDirectory/checkNameAvailability/action",
    run: check,
};

/// As Microsoft's example has it.
pub(super) const TAKEN: &str =
    "A tenant with this sub domain name already exists. Please choose another.";

/// The initial domain that a name becomes.
pub(super) fn domain(name: &str) -> String {
    format!("{}.onmicrosoft.com", name.to_ascii_lowercase())
}

/// Whether a tenant has or had the name, or one is being made with it.
pub(super) fn is_taken(state: &State, name: &str) -> bool {
    state.directory_ref().tenant(&domain(name)).is_some()
        || state
            .read::<Arm>()
            .is_some_and(|arm| arm.is_taken(TYPE, name))
}

fn check(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let name = context.need("name")?;
    context.need("countryCode")?;
    let valid =
        (1..=26).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (available, reason, message) = if !valid {
        // Unverified: the words.
        let says = "The sub domain name has 1 to 26 letters and digits, nothing else.";
        (false, Some("Invalid"), Some(says))
    } else if is_taken(state, name) {
        (false, Some("AlreadyExists"), Some(TAKEN))
    } else {
        (true, None, None)
    };
    Ok(Reply::new(
        200,
        json!({ "nameAvailable": available, "reason": reason, "message": message }),
    ))
}
