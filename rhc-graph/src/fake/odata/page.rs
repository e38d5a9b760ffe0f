//! Answers as OData has them: one object, or a page of a list.

use super::super::schema::{self, Property};
use super::super::{Call, Refusal, call::ORIGIN};
use super::{Filter, Search};
use serde_json::{Map, Value, json};

/// What every skip token begins with.
pub(super) const TOKEN: &str = "RFNwdA";

const PAGE: usize = 100;

/// Checks `$select` and `$expand`; only the holder of a role can be expanded, which its operation does.
fn selected(call: &Call, properties: &[Property], type_name: &str) -> Result<(), Refusal> {
    if call.query.expand.is_some() && type_name != "unifiedRoleAssignment" {
        return Err(Refusal::new(
            400,
            "BadRequest",
            "The query option '$expand' is not supported here.",
        ));
    }
    for name in &call.query.select {
        if schema::find(properties, name).is_none() {
            return Err(Refusal::new(
                400,
                "BadRequest",
                format!(
                    "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.{type_name}'."
                ),
            ));
        }
    }
    Ok(())
}

fn context(set: &str, select: &[String], entity: bool) -> String {
    let select = if select.is_empty() {
        String::new()
    } else {
        format!("({})", select.join(","))
    };
    let entity = if entity { "/$entity" } else { "" };
    format!("{ORIGIN}/$metadata#{set}{select}{entity}")
}

/// One object, with what `$select` asks for.
///
/// # Errors
/// 400 for a query option that does not fit the type.
pub fn single(
    call: &Call,
    set: &str,
    type_name: &str,
    properties: &[Property],
    body: &Map<String, Value>,
) -> Result<Value, Refusal> {
    selected(call, properties, type_name)?;
    let mut answer = Map::new();
    let select = &call.query.select;
    answer.insert("@odata.context".into(), context(set, select, true).into());
    answer.append(&mut schema::shown(body, properties, select));
    Ok(Value::Object(answer))
}

/// A page of a list: filtered, ordered, cut, with the link to the next.
///
/// # Errors
/// 400 for a query option that does not fit the type.
pub fn listed(
    call: &Call,
    set: &str,
    type_name: &str,
    properties: &[Property],
    objects: Vec<Map<String, Value>>,
) -> Result<Value, Refusal> {
    selected(call, properties, type_name)?;
    let query = &call.query;
    if query.count && !call.is_eventual() {
        return Err(Refusal::new(
            400,
            "Request_UnsupportedQuery",
            "$count is not currently supported without the 'ConsistencyLevel:eventual' header.",
        ));
    }
    let advanced = call.is_eventual() && query.count;
    let mut objects = wanted(call, type_name, properties, objects, advanced)?;
    if query.filter.is_some() && query.order.is_some() && !advanced {
        return Err(Refusal::new(
            400,
            "Request_UnsupportedQuery",
            "Sorting not supported for current query.",
        ));
    }
    if let Some((name, descending)) = &query.order {
        let property = schema::find(properties, name)
            .ok_or_else(|| Refusal::unknown_property(name, type_name))?;
        let key = |object: &Map<String, Value>| {
            object
                .get(property.name)
                .map(|value| value.to_string().to_lowercase())
        };
        objects.sort_by_key(key);
        if *descending {
            objects.reverse();
        }
    }
    let shown = objects
        .iter()
        .map(|object| Value::Object(schema::shown(object, properties, &query.select)))
        .collect();
    Ok(cut(call, &context(set, &query.select, false), shown))
}

/// The objects that `$filter` and `$search` select, with all their properties.
fn wanted(
    call: &Call,
    type_name: &str,
    properties: &[Property],
    objects: Vec<Map<String, Value>>,
    advanced: bool,
) -> Result<Vec<Map<String, Value>>, Refusal> {
    let query = &call.query;
    let mut objects: Vec<Map<String, Value>> = objects
        .iter()
        .map(|body| schema::complete(body, properties))
        .collect();
    if let Some(text) = &query.filter {
        let filter = Filter::parse(text, properties, type_name, advanced)?;
        objects.retain(|object| filter.holds(object));
    }
    if let Some(text) = &query.search {
        if !call.is_eventual() {
            return Err(Refusal::new(
                400,
                "Request_UnsupportedQuery",
                "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
            ));
        }
        let search = Search::parse(text, properties, type_name)?;
        objects.retain(|object| search.holds(object));
    }
    Ok(objects)
}

/// How many there are, as `/$count` answers.
///
/// # Errors
/// 400 without the header of advanced queries, and for a query option that does not fit the type.
pub(in super::super) fn counted(
    call: &Call,
    type_name: &str,
    properties: &[Property],
    objects: Vec<Map<String, Value>>,
) -> Result<usize, Refusal> {
    if !call.is_eventual() {
        return Err(Refusal::new(
            400,
            "Request_BadRequest",
            "$count is not currently supported.",
        ));
    }
    wanted(call, type_name, properties, objects, true).map(|objects| objects.len())
}

/// The page of a list that the call asks for.
pub(in super::super) fn cut(call: &Call, context: &str, all: Vec<Value>) -> Value {
    let query = &call.query;
    let total = all.len();
    let end = query.skip.saturating_add(query.top.unwrap_or(PAGE));
    let page: Vec<Value> = all.into_iter().take(end).skip(query.skip).collect();
    let mut answer = Map::new();
    answer.insert("@odata.context".into(), context.into());
    if query.count {
        answer.insert("@odata.count".into(), json!(total));
    }
    if end < total {
        answer.insert("@odata.nextLink".into(), next(call, end).into());
    }
    answer.insert("value".into(), page.into());
    Value::Object(answer)
}

/// The link to the page after `end` objects, with the options of this request.
fn next(call: &Call, end: usize) -> String {
    let query = &call.query;
    let mut link = format!("{ORIGIN}{}?", call.path);
    let mut add = |name: &str, value: &str| {
        let value: String = value
            .bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b',' => {
                    char::from(byte).to_string()
                }
                byte => format!("%{byte:02X}"),
            })
            .collect();
        link.push_str(&format!("{name}={value}&"));
    };
    if let Some(filter) = &query.filter {
        add("$filter", filter);
    }
    if let Some(search) = &query.search {
        add("$search", search);
    }
    if !query.select.is_empty() {
        add("$select", &query.select.join(","));
    }
    if let Some(expand) = &query.expand {
        add("$expand", expand);
    }
    if let Some((name, descending)) = &query.order {
        let order = if *descending { "desc" } else { "asc" };
        add("$orderby", &format!("{name} {order}"));
    }
    if let Some(top) = query.top {
        add("$top", &top.to_string());
    }
    if query.count {
        add("$count", "true");
    }
    add("$skiptoken", &format!("{TOKEN}{end:x}"));
    link.trim_end_matches('&').to_owned()
}
