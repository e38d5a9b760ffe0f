//! What has changed among objects of a kind since a token was given.
//!
//! Source: [delta-query-overview](https://learn.microsoft.com/graph/delta-query-overview); for the seven days and the words of what
//! comes after them Microsoft's announcement of the lifetime of change tracking tokens. Unverified: that a changed object comes with
//! all that was selected, and not only with what has changed; the words of the other refusals.

use super::links::entity;
use super::objects::EntityType;
use super::state::{Baseline, GraphState, SeenObject};
use super::{Call, Refusal, Reply, call::ORIGIN, schema};
use rhc_core::fake::{Read, State, View};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

const PAGE: usize = 100;
const LIFETIME: Duration = Duration::days(7);

/// `GET /{set}/delta`.
pub(super) fn delta(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let entity = entity(call)?;
    let query = &call.query;
    let unsupported = query.search.is_some()
        || query.count
        || query.expand.is_some()
        || query.order.is_some()
        || query.filter.is_some();
    if unsupported {
        return Err(Refusal::new(
            400,
            "Request_UnsupportedQuery",
            "A delta query takes $select, and a filter by ids, which is not simulated.",
        ));
    }
    for name in &query.select {
        let linked = entity.set == "groups" && name == "members";
        if !linked && schema::find(entity.properties, name).is_none() {
            return Err(Refusal::unknown_property(name, entity.name));
        }
    }
    if let Some((token, from)) = &query.delta_page {
        return page(state, call, entity, token, *from);
    }
    let (select, before) = match query.delta_token.as_deref() {
        None => (query.select.clone(), Some(BTreeMap::new())),
        Some("latest") => (query.select.clone(), None),
        Some(token) => {
            let kept = kept(state, call, entity, token)?;
            (kept.select, Some(kept.seen))
        }
    };
    let (seen, shown) = look(state, call, entity, &select);
    let items = before.map_or_else(Vec::new, |before| {
        changes(state, call, &before, &seen, &shown)
    });
    let at = call.at;
    let id = state.uuid().simple().to_string();
    let tracked = &mut state.section::<GraphState>().of(call.tenant()).deltas;
    tracked.retain(|_, own| at - own.at <= LIFETIME);
    tracked.insert(
        id.clone(),
        Baseline {
            set: entity.set.to_owned(),
            at,
            select,
            seen,
            items,
        },
    );
    page(state, call, entity, &id, 0)
}

/// A token's state, unless it is too old or of another kind.
fn kept(
    state: &mut State,
    call: &Call,
    entity: &EntityType,
    token: &str,
) -> Result<Baseline, Refusal> {
    let at: OffsetDateTime = call.at;
    let tracked = &state.section::<GraphState>().of(call.tenant()).deltas;
    tracked
        .get(token)
        .filter(|own| own.set == entity.set && at - own.at <= LIFETIME)
        .cloned()
        .ok_or_else(|| {
            Refusal::new(
                400,
                "syncStateNotFound",
                "The sync state generation is not found. The delta token is expired and data must be synchronized again.",
            )
        })
}

/// An object, and what is shown of it.
type Shown = (Uuid, Map<String, Value>);

/// Every object as a reader sees it now: what tells whether it has changed, and what is shown of it.
fn look(
    state: &State,
    call: &Call,
    entity: &EntityType,
    select: &[String],
) -> (BTreeMap<Uuid, SeenObject>, Vec<Shown>) {
    let views = state
        .directory_ref()
        .objects(call.tenant(), entity.kind, Read::List);
    let mut seen = BTreeMap::new();
    let mut all = Vec::new();
    let linked = entity.set == "groups"
        && (select.is_empty() || select.iter().any(|name| name == "members"));
    for view in views {
        let mut shown = schema::shown(view.body, entity.properties, select);
        shown.insert("id".to_owned(), json!(view.id));
        let members = if linked {
            members(&view)
        } else {
            BTreeSet::new()
        };
        let digest = state.derived_uuid(&[&json!(shown).to_string()]);
        seen.insert(view.id, SeenObject { digest, members });
        all.push((view.id, shown));
    }
    (seen, all)
}

fn members(view: &View<'_>) -> BTreeSet<Uuid> {
    view.object
        .links
        .get("members")
        .cloned()
        .unwrap_or_default()
}

fn changes(
    state: &State,
    call: &Call,
    before: &BTreeMap<Uuid, SeenObject>,
    now: &BTreeMap<Uuid, SeenObject>,
    shown: &[Shown],
) -> Vec<Value> {
    let mut items = Vec::new();
    for (id, object) in shown {
        let (old, new) = (before.get(id), now.get(id));
        if old == new {
            continue;
        }
        let none = BTreeSet::new();
        let (had, has) = (
            old.map_or(&none, |old| &old.members),
            new.map_or(&none, |new| &new.members),
        );
        let kind = |member: &Uuid| {
            let directory = state.directory_ref();
            let view = directory.object(call.tenant(), *member, Read::Authoritative);
            view.map(|view| super::objects::entity_of(view.object.kind).name)
                .unwrap_or("directoryObject")
        };
        let named = |member: &Uuid| json!({"@odata.type": format!("#microsoft.graph.{}", kind(member)), "id": member});
        let mut members: Vec<Value> = has.difference(had).map(named).collect();
        members.extend(had.difference(has).map(|member| {
            let mut gone = named(member);
            gone["@removed"] = json!({"reason": "deleted"});
            gone
        }));
        let mut item = object.clone();
        if !members.is_empty() {
            item.insert("members@delta".to_owned(), members.into());
        }
        items.push(Value::Object(item));
    }
    for id in before.keys().filter(|id| !now.contains_key(*id)) {
        let object = state
            .directory_ref()
            .tenant_by_id(call.tenant())
            .and_then(|tenant| tenant.objects.get(id));
        let reason = if object.is_some() {
            "changed"
        } else {
            "deleted"
        };
        items.push(json!({"id": id, "@removed": {"reason": reason}}));
    }
    items
}

/// A page of what was found when the round began, so that a page asked for twice is the same.
fn page(
    state: &mut State,
    call: &Call,
    entity: &EntityType,
    token: &str,
    from: usize,
) -> Result<Reply, Refusal> {
    let round = kept(state, call, entity, token)?;
    let end = from
        .saturating_add(call.query.top.unwrap_or(PAGE))
        .min(round.items.len());
    let select = if round.select.is_empty() {
        String::new()
    } else {
        format!("({})", round.select.join(","))
    };
    let set = entity.set;
    let mut answer = Map::new();
    let context = format!("{ORIGIN}/$metadata#{set}{select}");
    answer.insert("@odata.context".to_owned(), json!(context));
    let link = |option: String| json!(format!("{ORIGIN}/{set}/delta?{option}"));
    if end < round.items.len() {
        let mut option = format!("$skiptoken={token}.{end:x}");
        if let Some(top) = call.query.top {
            option += &format!("&$top={top}");
        }
        answer.insert("@odata.nextLink".to_owned(), link(option));
    } else {
        let option = format!("$deltatoken={token}");
        answer.insert("@odata.deltaLink".to_owned(), link(option));
    }
    let items: Vec<Value> = round.items.into_iter().take(end).skip(from).collect();
    answer.insert("value".to_owned(), items.into());
    Ok(Reply::ok(Value::Object(answer)))
}
