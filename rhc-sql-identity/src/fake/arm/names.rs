//! `checkNameAvailability`: whether a server can have a name.

use rhc_arm::fake::{Arm, Reply, Route, RouteContext, ServiceError};
use rhc_core::fake::State;
use serde_json::json;

use super::{SERVERS, VERSIONS, bad, servers};

pub(super) const ROUTE: Route = Route {
    method: "POST",
    pattern: "/subscriptions/{subscription}/providers/Microsoft.Sql/checkNameAvailability",
    api_versions: VERSIONS,
    permission: "Microsoft.Sql/checkNameAvailability/action",
    run,
};

/// The codes are the documented ones; the messages of an answer are not documented.
fn run(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let text = |name: &str| context.sent[name].as_str().filter(|own| !own.is_empty());
    let (Some(name), Some(kind)) = (text("name"), text("type")) else {
        return Err(bad(
            "InvalidNameAvailabilityRequest",
            "The check name availability request is invalid.",
        ));
    };
    if !kind.eq_ignore_ascii_case(SERVERS) {
        return Err(bad(
            "UnknownNameType",
            "Unknown resource type specified for a subscription level name availability check.",
        ));
    }
    let rule = servers::RULES.name;
    let fits = (rule.min..=rule.max).contains(&name.len()) && (rule.fits)(name);
    let taken = state
        .read::<Arm>()
        .is_some_and(|arm| arm.is_taken(SERVERS, name));
    Ok(Reply::new(
        200,
        match (fits, taken) {
            (false, _) => json!({ "name": name, "available": false, "reason": "Invalid",
                "message": format!("A server's name is {} to {} characters, {}.", rule.min, rule.max, rule.says) }),
            (_, true) => json!({ "name": name, "available": false, "reason": "AlreadyExists",
                "message": format!("Specified server name '{name}' is already used.") }),
            _ => json!({ "name": name, "available": true }),
        },
    ))
}
