//! The places that Conditional Access policies speak of. They share the policies' rate.
//!
//! Source: the pages of ipNamedLocation and countryNamedLocation. Unverified: the codes and words of the refusals; that trusted
//! addresses and what a policy speaks of cannot be deleted.

use super::applications::list_of;
use super::conditional_access::throttle;
use super::schema::{self, Property, flag, objects, one_of, short, text, texts, time};
use super::state::GraphState;
use super::{Call, Refusal, Reply, odata};
use rhc_core::fake::{State, respond};
use serde_json::{Map, Value, json};
use std::net::IpAddr;
use uuid::Uuid;

const SET: &str = "identity/conditionalAccess/namedLocations";

const RANGE: &[Property] = &[text("cidrAddress").not_null()];

pub(super) const IP: &[Property] = &[
    text("id").read_only(),
    time("createdDateTime").read_only(),
    time("modifiedDateTime").read_only(),
    time("deletedDateTime").read_only(),
    short("displayName", 256).not_null(),
    flag("isTrusted").not_null(),
    objects("ipRanges", RANGE),
];

pub(super) const COUNTRY: &[Property] = &[
    text("id").read_only(),
    time("createdDateTime").read_only(),
    time("modifiedDateTime").read_only(),
    time("deletedDateTime").read_only(),
    short("displayName", 256).not_null(),
    texts("countriesAndRegions"),
    one_of(
        "countryLookupMethod",
        &["clientIpAddress", "authenticatorAppGps"],
    ),
    flag("includeUnknownCountriesAndRegions").not_null(),
];

fn bad(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "BadRequest", message)
}

/// The table of what a body says that it is.
fn table(body: &Map<String, Value>) -> Result<(&'static str, &'static [Property]), Refusal> {
    let stated = body
        .get("@odata.type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    [("ipNamedLocation", IP), ("countryNamedLocation", COUNTRY)]
        .into_iter()
        .find(|(name, _)| stated.eq_ignore_ascii_case(&format!("#microsoft.graph.{name}")))
        .ok_or_else(|| {
            bad("The property '@odata.type' must be '#microsoft.graph.ipNamedLocation' or '#microsoft.graph.countryNamedLocation'.")
        })
}

fn shown(body: &Map<String, Value>, select: &[String]) -> Result<Map<String, Value>, Refusal> {
    let (name, table) = table(body)?;
    let mut shown = Map::new();
    let kind = json!(format!("#microsoft.graph.{name}"));
    shown.insert("@odata.type".to_owned(), kind);
    shown.append(&mut schema::shown(body, table, select));
    // Ranges say of which version they are.
    if let Some(ranges) = body
        .get("ipRanges")
        .filter(|_| shown.contains_key("ipRanges"))
    {
        shown.insert("ipRanges".to_owned(), ranges.clone());
    }
    Ok(shown)
}

pub(super) fn list(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    throttle(state, call)?;
    let query = &call.query;
    if query.expand.is_some() || query.search.is_some() || query.order.is_some() {
        return Err(bad(
            "This query option is not supported for named locations.",
        ));
    }
    let policies = state.section::<GraphState>().of(call.tenant());
    let mut all: Vec<Map<String, Value>> = policies.named_locations.values().cloned().collect();
    if let Some(text) = &query.filter {
        let filter = odata::Filter::parse(text, IP, "namedLocation", false)?;
        all.retain(|own| filter.holds(own));
    }
    let all = all
        .iter()
        .map(|own| shown(own, &query.select).map(Value::Object))
        .collect::<Result<Vec<_>, _>>()?;
    let context = format!("{}/$metadata#{SET}", super::ORIGIN);
    Ok(Reply::ok(odata::cut(call, &context, all)))
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    throttle(state, call)?;
    let own = target(state, call)?.clone();
    single(call, &own).map(Reply::ok)
}

fn single(call: &Call, own: &Map<String, Value>) -> Result<Value, Refusal> {
    let mut answer = Map::new();
    let context = format!("{}/$metadata#{SET}/$entity", super::ORIGIN);
    answer.insert("@odata.context".to_owned(), json!(context));
    answer.append(&mut shown(own, &call.query.select)?);
    Ok(Value::Object(answer))
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    throttle(state, call)?;
    let body = call.body()?;
    check(body, true)?;
    let id = state.uuid();
    let mut made = Map::new();
    made.insert("id".to_owned(), json!(id));
    made.insert(
        "createdDateTime".to_owned(),
        json!(respond::timestamp(call.at)),
    );
    keep(&mut made, body);
    rules(&made)?;
    let policies = state.section::<GraphState>().of(call.tenant());
    policies.named_locations.insert(id, made.clone());
    single(call, &made).map(Reply::created)
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    throttle(state, call)?;
    let body = call.body()?;
    let mut after = target(state, call)?.clone();
    if table(body)?.0 != table(&after)?.0 {
        return Err(bad("A named location cannot become one of the other kind."));
    }
    check(body, false)?;
    keep(&mut after, body);
    after.insert(
        "modifiedDateTime".to_owned(),
        json!(respond::timestamp(call.at)),
    );
    rules(&after)?;
    *target(state, call)? = after;
    Ok(Reply::no_content())
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    throttle(state, call)?;
    let own = target(state, call)?;
    if own.get("isTrusted") == Some(&json!(true)) {
        return Err(bad(
            "A trusted named location cannot be deleted: set isTrusted to false first.",
        ));
    }
    let id: Uuid = own
        .get("id")
        .and_then(Value::as_str)
        .and_then(|id| id.parse().ok())
        .unwrap_or_default();
    let policies = state.section::<GraphState>().of(call.tenant());
    let speaks = |policy: &Map<String, Value>| {
        let locations = policy
            .get("conditions")
            .and_then(|conditions| conditions.get("locations"));
        ["includeLocations", "excludeLocations"].iter().any(|name| {
            list_of(locations.and_then(|all| all.get(*name))).any(|own| *own == json!(id))
        })
    };
    let living = |policy: &&Map<String, Value>| !policy.contains_key("deletedDateTime");
    if policies
        .conditional_access
        .values()
        .filter(living)
        .any(speaks)
    {
        return Err(bad(
            "The named location is used by a Conditional Access policy.",
        ));
    }
    policies.named_locations.remove(&id);
    Ok(Reply::no_content())
}

fn target<'a>(state: &'a mut State, call: &Call) -> Result<&'a mut Map<String, Value>, Refusal> {
    let value = &call.key(0)?.value;
    let id = value
        .parse::<Uuid>()
        .map_err(|_| Refusal::not_found(value))?;
    let policies = state.section::<GraphState>().of(call.tenant());
    policies
        .named_locations
        .get_mut(&id)
        .ok_or_else(|| Refusal::not_found(value))
}

fn check(body: &Map<String, Value>, creating: bool) -> Result<(), Refusal> {
    let (name, table) = table(body)?;
    schema::check(body, table, name, creating)
}

/// Ranges and countries are replaced as a whole, and keep their types.
fn keep(own: &mut Map<String, Value>, body: &Map<String, Value>) {
    schema::merge(own, body);
    for name in ["@odata.type", "ipRanges"] {
        if let Some(value) = body.get(name) {
            own.insert(name.to_owned(), value.clone());
        }
    }
}

fn rules(own: &Map<String, Value>) -> Result<(), Refusal> {
    let (name, _) = table(own)?;
    if own.get("displayName").is_none_or(|name| name == "") {
        return Err(Refusal::required("displayName", name));
    }
    if name == "ipNamedLocation" {
        let mut ranges = list_of(own.get("ipRanges")).peekable();
        if ranges.peek().is_none() {
            return Err(Refusal::required("ipRanges", name));
        }
        return match ranges.find(|range| !is_range(range)) {
            Some(range) => Err(bad(format!("Invalid IP range: {range}."))),
            None => Ok(()),
        };
    }
    let mut countries = list_of(own.get("countriesAndRegions")).peekable();
    if countries.peek().is_none() {
        return Err(Refusal::required("countriesAndRegions", name));
    }
    let is_code = |country: &Value| {
        country
            .as_str()
            .is_some_and(|code| code.len() == 2 && code.chars().all(|c| c.is_ascii_uppercase()))
    };
    match countries.find(|country| !is_code(country)) {
        Some(country) => Err(bad(format!("Invalid country: {country}."))),
        None => Ok(()),
    }
}

fn is_range(range: &Value) -> bool {
    let Some((address, length)) = range["cidrAddress"]
        .as_str()
        .and_then(|text| text.split_once('/'))
    else {
        return false;
    };
    let (longest, kind) = match address.parse() {
        Ok(IpAddr::V4(_)) => (32, "iPv4CidrRange"),
        Ok(IpAddr::V6(_)) => (128, "iPv6CidrRange"),
        Err(_) => return false,
    };
    let stated = range["@odata.type"].as_str().unwrap_or_default();
    length.parse::<u8>().is_ok_and(|length| length <= longest)
        && stated.eq_ignore_ascii_case(&format!("#microsoft.graph.{kind}"))
}
