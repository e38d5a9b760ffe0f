//! Resource Graph: the tables `resources` and `resourcecontainers`, and the few operators that this cloud knows.

use rhc_core::fake::{State, respond};
use serde_json::{Map, Value, json};

use super::super::error::ServiceError;
use super::super::json;
use super::super::path::ResourcePath;
use super::super::roles::{self, Plane};
use super::super::route::{Reply, Route, RouteContext};
use super::super::state::{Arm, Stored};

/// The most rows of a page.
const MOST: u64 = 1000;

pub(super) const ROUTES: &[Route] = &[Route {
    method: "POST",
    pattern: "/providers/Microsoft.ResourceGraph/resources",
    api_versions: &["2019-04-01", "2021-03-01", "2022-10-01"],
    permission: "",
    run,
}];

fn run(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let query = context.need("query")?;
    let steps = split(query, '|');
    let refused = |near: &str| parser_failure(state, near);
    // As recorded: a question may begin with an operator, and is about `resources` then.
    let (containers, steps) = match steps.split_first() {
        Some((table, rest)) if table.eq_ignore_ascii_case("resources") => (false, rest),
        Some((table, rest)) if table.eq_ignore_ascii_case("resourcecontainers") => (true, rest),
        _ => (false, &steps[..]),
    };
    let mut rows = rows(state, context, containers);
    for step in steps {
        rows = apply(rows, step).ok_or_else(|| refused(step))?;
    }
    let option = |name: &str| context.sent["options"].get(name);
    let top = option("$top").and_then(Value::as_u64).unwrap_or(MOST);
    let from = match option("$skipToken").and_then(Value::as_str) {
        None => option("$skip")
            .map_or(Some(0), Value::as_u64)
            .and_then(|rows| usize::try_from(rows).ok())
            .ok_or_else(|| refused("$skip"))?,
        Some(token) => token.parse().map_err(|_| refused("$skipToken"))?,
    };
    if !(1..=MOST).contains(&top) {
        return Err(refused("$top"));
    }
    let total = rows.len();
    let top = usize::try_from(top).unwrap_or(total);
    let page: Vec<Value> = rows.into_iter().skip(from).take(top).collect();
    // As documented: only rows with an id can be gone on from.
    let goes_on = from + page.len() < total && page.iter().all(|row| row.get("id").is_some());
    let mut answer = json!({
        "totalRecords": total,
        "count": page.len(),
        "facets": [],
        "resultTruncated": "false",
    });
    if goes_on {
        answer["$skipToken"] = json!((from + page.len()).to_string());
    }
    answer["data"] = json!(page);
    Ok(Reply::new(200, answer))
}

/// As recorded.
fn parser_failure(state: &State, near: &str) -> ServiceError {
    let now = respond::timestamp(state.now());
    let id = state.derived_uuid(&["resource graph", near]);
    ServiceError::bad_request(
        "BadRequest",
        format!("Please provide below info when asking for support: timestamp = {now}, correlationId = {id}."),
    )
    .with(
        "details",
        json!([
            { "code": "InvalidQuery", "message": "Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying." },
            { "code": "ParserFailure", "message": "ParserFailure", "line": 1, "characterPositionInLine": 0, "token": near },
        ]),
    )
}

/// The rows of a table that the caller may read, in the order of their ids.
fn rows(state: &State, context: &RouteContext<'_>, containers: bool) -> Vec<Value> {
    let caller = context.caller;
    let wanted = context.sent["subscriptions"].as_array();
    let asked_for = |id: &str| {
        wanted.is_none_or(|all| {
            all.iter()
                .filter_map(Value::as_str)
                .any(|own| own.eq_ignore_ascii_case(id))
        })
    };
    let Some(arm) = state.read::<Arm>() else {
        return Vec::new();
    };
    let stored = arm.resources.values().filter_map(|own| {
        let path = ResourcePath::parse(own.id())?;
        let subscription = path.subscription()?;
        if arm.tenant_of(own.id()) != Some(caller.tenant) || !asked_for(subscription) {
            return None;
        }
        let tracked = own.get("location").is_some() && path.group().is_some();
        if path.is_group() != containers || !containers && !tracked {
            return None;
        }
        let read = if path.is_group() {
            "Microsoft.Resources/subscriptions/resourceGroups/read".to_owned()
        } else {
            format!("{}/read", path.resource_type())
        };
        roles::may(
            state,
            caller.tenant,
            caller.object_id,
            own.id(),
            &read,
            Plane::Control,
        )
        .then(|| row(own, &path, arm))
    });
    stored.collect()
}

fn row(own: &Stored, path: &ResourcePath, arm: &Arm) -> Value {
    let mut row = own.body.clone();
    let kind = if path.is_group() {
        "microsoft.resources/subscriptions/resourcegroups".to_owned()
    } else {
        path.resource_type().to_ascii_lowercase()
    };
    let group = if path.is_group() {
        path.name()
    } else {
        path.group().unwrap_or_default()
    };
    row["type"] = json!(kind);
    row["resourceGroup"] = json!(group.to_ascii_lowercase());
    row["subscriptionId"] = json!(path.subscription());
    row["tenantId"] = json!(arm.tenant_of(own.id()));
    row
}

/// The parts of a text between separators that do not stand in quotes.
fn split(text: &str, separator: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quote = None;
    for own in text.chars() {
        match quote {
            Some(end) if own == end => quote = None,
            None if own == '\'' || own == '"' => quote = Some(own),
            None if own == separator => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = parts.last_mut() {
            last.push(own);
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

/// One operator; `None` where it is not known.
fn apply(mut rows: Vec<Value>, step: &str) -> Option<Vec<Value>> {
    let (operator, rest) = step.split_once(char::is_whitespace).unwrap_or((step, ""));
    let rest = rest.trim();
    match operator.to_ascii_lowercase().as_str() {
        "where" => {
            let conditions: Option<Vec<_>> = rest.split(" and ").map(condition).collect();
            let conditions = conditions?;
            rows.retain(|row| conditions.iter().all(|holds| holds(row)));
            Some(rows)
        }
        "project" => {
            let columns = split(rest, ',');
            let fits = columns.iter().all(|own| is_column(own));
            let project = |row: &Value| -> Value {
                let pick =
                    |own: &String| (own.clone(), json::at(row, own).cloned().unwrap_or_default());
                Value::Object(columns.iter().map(pick).collect::<Map<_, _>>())
            };
            fits.then(|| rows.iter().map(project).collect())
        }
        "limit" | "take" => {
            rows.truncate(rest.parse().ok()?);
            Some(rows)
        }
        "order" | "sort" => {
            let mut words = rest.strip_prefix("by ")?.split_whitespace();
            let column = words.next().filter(|own| is_column(own))?;
            let descending = match words.next() {
                Some("asc") => false,
                // The language's default.
                Some("desc") | None => true,
                Some(_) => return None,
            };
            let key = |row: &Value| json::at(row, column).map(Value::to_string);
            rows.sort_by_key(key);
            if descending {
                rows.reverse();
            }
            Some(rows)
        }
        "count" if rest.is_empty() => Some(vec![json!({ "Count": rows.len() })]),
        _ => None,
    }
}

fn is_column(text: &str) -> bool {
    let plain = |own: char| own.is_ascii_alphanumeric() || "_.".contains(own);
    !text.is_empty() && text.chars().all(plain)
}

type Holds = Box<dyn Fn(&Value) -> bool>;

/// `column =~ 'text'`.
fn condition(text: &str) -> Option<Holds> {
    let mut words = text.trim().splitn(3, char::is_whitespace);
    let column = words.next().filter(|own| is_column(own))?.to_owned();
    let operator = words.next()?.to_ascii_lowercase();
    let value = words.next()?.trim();
    let quote = value.chars().next().filter(|own| "'\"".contains(*own))?;
    let wanted = value.strip_prefix(quote)?.strip_suffix(quote)?.to_owned();
    let lower = wanted.to_ascii_lowercase();
    let is: fn(&str, &str, &str) -> bool = match operator.as_str() {
        "==" => |own, wanted, _| own == wanted,
        "!=" => |own, wanted, _| own != wanted,
        "=~" => |own, _, lower| own.to_ascii_lowercase() == lower,
        "!~" => |own, _, lower| own.to_ascii_lowercase() != lower,
        "contains" => |own, _, lower| own.to_ascii_lowercase().contains(lower),
        "startswith" => |own, _, lower| own.to_ascii_lowercase().starts_with(lower),
        _ => return None,
    };
    Some(Box::new(move |row| {
        let own = json::at(row, &column)
            .map(|own| own.as_str().map_or_else(|| own.to_string(), str::to_owned));
        is(&own.unwrap_or_default(), &wanted, &lower)
    }))
}
