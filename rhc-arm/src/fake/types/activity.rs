//! The activity log: one event for every write that a subscription's Resource Manager answered.

use rhc_core::fake::authority::Caller;
use rhc_core::fake::{Read, State, respond};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::super::error::ServiceError;
use super::super::json;
use super::super::path::{self, Place};
use super::super::route::{Reply, Route, RouteContext};
use super::super::state::{Arm, arm};

/// How long the log goes back, and what it says to who asks for more: both recorded.
const KEPT: Duration = Duration::days(90);
/// How many events are kept at most.
const MOST: usize = 5000;

pub(super) const ROUTES: &[Route] = &[Route {
    method: "GET",
    pattern: "/subscriptions/{subscription}/providers/Microsoft.Insights/eventtypes/management/values",
    api_versions: &["2015-04-01"],
    permission: "Microsoft.Insights/eventtypes/values/read",
    run: list,
}];

/// What was asked and answered, for its event.
pub(crate) struct Done<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) segments: &'a [String],
    pub(crate) status: u16,
    pub(crate) caller: &'a Caller,
    pub(crate) at: OffsetDateTime,
}

/// Writes an event for a write in a subscription. As recorded, but for the claims of the caller's token.
pub(crate) fn note(state: &mut State, done: &Done<'_>) {
    let (resource, verb) = match (done.method, Place::parse(done.segments)) {
        ("PUT" | "PATCH", Some(Place::Item(path))) => (path, "write".to_owned()),
        ("DELETE", Some(Place::Item(path))) => (path, "delete".to_owned()),
        ("POST", Some(Place::Collection { .. })) => {
            let Some((action, rest)) = done.segments.split_last() else {
                return;
            };
            let Some(Place::Item(path)) = Place::parse(rest) else {
                return;
            };
            (path, format!("{action}/action"))
        }
        _ => return,
    };
    let Some(subscription) = resource.subscription().map(str::to_owned) else {
        return;
    };
    let count = arm(state).activity.len().to_string();
    let drawn = |part: &str| {
        state.derived_uuid(&["activity", part, done.path, &count, &done.at.to_string()])
    };
    let (event, cause) = (drawn("event"), drawn("cause"));
    let caller = name_of(state, done.caller);
    let kind = resource.resource_type();
    let (shown, id) = if resource.is_group() {
        (
            "Microsoft.Resources/subscriptions/resourceGroups".to_owned(),
            resource.id(),
        )
    } else {
        (kind.clone(), resource.id())
    };
    let operation = format!("{shown}/{verb}");
    let at = respond::timestamp(done.at);
    let word = match done.status {
        202 => "Accepted",
        status if status < 400 => "Succeeded",
        _ => "Failed",
    };
    let both = |text: &str| json!({ "value": text, "localizedValue": text });
    let group = if resource.is_group() {
        resource.name()
    } else {
        resource.group().unwrap_or_default()
    };
    let body = json!({
        "authorization": { "action": operation, "scope": id },
        "caller": caller,
        "channels": "Operation",
        "correlationId": cause,
        "description": "",
        "eventDataId": event,
        "eventName": { "value": "EndRequest", "localizedValue": "End request" },
        "category": both("Administrative"),
        "httpRequest": { "clientIpAddress": "203.0.113.1", "method": done.method },
        "id": format!("{id}/events/{event}"),
        "level": if word == "Failed" { "Error" } else { "Informational" },
        "resourceGroupName": group,
        "resourceProviderName": both(resource.namespace()),
        "resourceId": id,
        "resourceType": both(&shown),
        "operationId": cause,
        "operationName": both(&operation),
        "status": both(word),
        "subStatus": both(&done.status.to_string()),
        "eventTimestamp": at,
        "submissionTimestamp": at,
        "subscriptionId": subscription,
        "tenantId": done.caller.tenant,
    });
    let events = &mut arm(state).activity;
    if events.len() >= MOST {
        events.remove(0);
    }
    events.push(body);
}

/// A user by his name, an application by its object id.
fn name_of(state: &State, caller: &Caller) -> String {
    let found = state
        .directory_ref()
        .object(caller.tenant, caller.object_id, Read::Authoritative);
    found
        .and_then(|view| {
            Some(
                view.object
                    .body
                    .get("userPrincipalName")?
                    .as_str()?
                    .to_owned(),
            )
        })
        .unwrap_or_else(|| caller.object_id.to_string())
}

/// One term of the filter.
enum Term {
    From(OffsetDateTime),
    To(OffsetDateTime),
    Is(&'static str, String),
}

/// Recorded without the envelope `error`; with it here, as everywhere else.
fn refused(message: impl Into<String>) -> ServiceError {
    ServiceError::bad_request("BadRequest", message)
}

fn list(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let filter = context.query.get("$filter").unwrap_or_default();
    let terms: Result<Vec<Term>, ServiceError> = filter.split(" and ").map(term).collect();
    let terms = terms?;
    let from = terms.iter().find_map(|own| match own {
        Term::From(at) => Some(*at),
        _ => None,
    });
    // Unverified: the words.
    let from =
        from.ok_or_else(|| refused("The filter must have an eventTimestamp to begin from."))?;
    if from < state.now() - KEPT {
        return Err(refused(
            "The start time cannot be more than 90 days in the past.",
        ));
    }
    let subscription = context.param("subscription").to_ascii_lowercase();
    let fits = |event: &Value| {
        let at = json::text(event, "eventTimestamp")
            .and_then(|own| OffsetDateTime::parse(own, &Rfc3339).ok());
        let own = json::text(event, "subscriptionId").unwrap_or_default();
        own.eq_ignore_ascii_case(&subscription)
            && terms.iter().all(|term| match term {
                Term::From(from) => at.is_some_and(|at| at >= *from),
                Term::To(to) => at.is_some_and(|at| at <= *to),
                Term::Is(path, wanted) => {
                    json::text(event, path).is_some_and(|own| path::key(own) == path::key(wanted))
                }
            })
    };
    let events = state
        .read::<Arm>()
        .map(|arm| arm.activity.as_slice())
        .unwrap_or_default();
    Ok(Reply::list(
        events
            .iter()
            .rev()
            .filter(|own| fits(own))
            .cloned()
            .collect(),
    ))
}

fn term(text: &str) -> Result<Term, ServiceError> {
    let unknown = || refused(format!("The filter '{text}' is not supported."));
    let mut words = text.trim().splitn(3, ' ');
    let (Some(name), Some(comparison), Some(value)) = (words.next(), words.next(), words.next())
    else {
        return Err(unknown());
    };
    // Both forms are taken, with quotes and without.
    let value = value.trim().trim_matches('\'').replace("''", "'");
    let time = || OffsetDateTime::parse(&value, &Rfc3339).map_err(|_| unknown());
    let path = match (name, comparison) {
        ("eventTimestamp", "ge") => return Ok(Term::From(time()?)),
        ("eventTimestamp", "le") => return Ok(Term::To(time()?)),
        ("resourceGroupName", "eq") => "resourceGroupName",
        ("resourceUri" | "resourceId", "eq") => "resourceId",
        ("resourceProvider", "eq") => "resourceProviderName.value",
        ("correlationId", "eq") => "correlationId",
        _ => return Err(unknown()),
    };
    Ok(Term::Is(path, value))
}
