//! Objects by their ids, whatever they are.

use super::objects::mixed;
use super::{Call, Refusal, Reply, call::ORIGIN};
use rhc_core::fake::{Read, State, View};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The most ids of one call, as documented.
const MOST_IDS: usize = 1000;
/// The most groups of one call, as documented.
const MOST_GROUPS: usize = 20;

fn seen<'a>(state: &'a State, call: &Call, id: Uuid, read: Read) -> Option<View<'a>> {
    state.directory_ref().object(call.tenant(), id, read)
}

/// The id in the path.
fn wanted(call: &Call) -> Result<Uuid, Refusal> {
    let key = &call.key(0)?.value;
    key.parse()
        .map_err(|_| Refusal::bad_request(format!("Invalid object identifier '{key}'.")))
}

/// `GET /directoryObjects/{id}`.
pub(super) fn get(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = wanted(call)?;
    let view = seen(state, call, id, Read::Point);
    let mut body = mixed(&view.ok_or_else(|| Refusal::not_found(&id.to_string()))?);
    body["@odata.context"] = json!(format!("{ORIGIN}/$metadata#directoryObjects/$entity"));
    Ok(Reply::ok(body))
}

/// Texts in a list of a body that has no other members than these.
fn texts<'a>(
    body: &'a Map<String, Value>,
    name: &str,
    action: &str,
    most: usize,
) -> Result<Vec<&'a str>, Refusal> {
    let listed = body.get(name).and_then(Value::as_array);
    let listed = listed.ok_or_else(|| Refusal::required(name, action))?;
    if listed.len() > most {
        let words = format!("'{name}' of {action} takes {most} values at most.");
        return Err(Refusal::bad_request(words));
    }
    let texts: Option<Vec<_>> = listed.iter().map(Value::as_str).collect();
    texts.ok_or_else(|| Refusal::invalid(name, action))
}

fn ids(texts: &[&str], name: &str, action: &str) -> Result<Vec<Uuid>, Refusal> {
    let ids = texts.iter().map(|text| text.parse().ok()).collect();
    let ids: Option<Vec<Uuid>> = ids;
    ids.ok_or_else(|| Refusal::invalid(name, action))
}

/// `POST /directoryObjects/getByIds`: of all kinds, or of these.
pub(super) fn get_by_ids(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    const ACTION: &str = "getByIds";
    let body = call.body()?;
    if let Some(other) = body
        .keys()
        .find(|name| !["ids", "types"].contains(&name.as_str()))
    {
        return Err(Refusal::unknown_property(other, ACTION));
    }
    let ids = ids(&texts(body, "ids", ACTION, MOST_IDS)?, "ids", ACTION)?;
    let kinds = match body.get("types") {
        None | Some(Value::Null) => None,
        Some(_) => Some(texts(body, "types", ACTION, usize::MAX)?),
    };
    let fits = |shown: &Value| {
        let name = shown["@odata.type"]
            .as_str()
            .and_then(|name| name.rsplit('.').next());
        kinds.as_ref().is_none_or(|kinds| {
            let same = |kind: &&str| Some(*kind) == name || *kind == "directoryObject";
            kinds.iter().any(same)
        })
    };
    let found: Vec<Value> = ids
        .into_iter()
        .filter_map(|id| seen(state, call, id, Read::List))
        .map(|view| mixed(&view))
        .filter(fits)
        .collect();
    Ok(Reply::ok(json!({
        "@odata.context": format!("{ORIGIN}/$metadata#directoryObjects"),
        "value": found,
    })))
}

/// `POST /directoryObjects/{id}/checkMemberGroups`: those of the groups that it is in.
pub(super) fn check_member_groups(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    const ACTION: &str = "checkMemberGroups";
    let id = wanted(call)?;
    if seen(state, call, id, Read::Point).is_none() {
        return Err(Refusal::not_found(&id.to_string()));
    }
    let body = call.body()?;
    if let Some(other) = body.keys().find(|name| *name != "groupIds") {
        return Err(Refusal::unknown_property(other, ACTION));
    }
    let asked = texts(body, "groupIds", ACTION, MOST_GROUPS)?;
    let asked = ids(&asked, "groupIds", ACTION)?;
    let all = state.directory_ref().groups_of(call.tenant(), id);
    let held: Vec<_> = asked
        .into_iter()
        .filter(|group| all.contains(group))
        .collect();
    Ok(Reply::ok(json!({
        "@odata.context": format!("{ORIGIN}/$metadata#Collection(Edm.String)"),
        "value": held,
    })))
}
