//! Variables of a repository or of one of its environments.

use std::collections::BTreeMap;

use serde_json::json;

use super::answer::{Answer, Said};
use super::environments;
use super::routes::Call;

fn held<'a>(
    call: &'a mut Call<'_>,
    environment: Option<&str>,
) -> Result<&'a mut BTreeMap<String, String>, Answer> {
    let repository = call.repository()?;
    match environment {
        Some(name) => Ok(&mut environments::find(repository, name)?.variables),
        None => Ok(&mut repository.variables),
    }
}

pub(super) fn list(call: &mut Call<'_>, environment: Option<&str>) -> Said {
    let all: Vec<_> = held(call, environment)?
        .iter()
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    let total = all.len();
    let page = call.page(all, 30);
    Ok(Answer::ok(
        json!({ "total_count": total, "variables": page }),
    ))
}

/// Letters, digits and `_`, no digit first, and not GitHub's own beginning.
fn is_name(name: &str) -> bool {
    let plain = name
        .chars()
        .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    plain
        && !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.starts_with("GITHUB_")
}

/// How many an environment or a repository has at most.
fn most(environment: Option<&str>) -> usize {
    if environment.is_some() { 100 } else { 500 }
}

pub(super) fn create(call: &mut Call<'_>, environment: Option<&str>) -> Said {
    let text = |field: &str| call.body[field].as_str().unwrap_or_default().to_owned();
    // Names are kept in capital letters, however they are sent.
    let (name, value) = (text("name").to_ascii_uppercase(), text("value"));
    if !is_name(&name) {
        return Err(Answer::refused(
            422,
            "Variable names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). Spaces are not allowed. They must not start with a number or GITHUB_.",
        ));
    }
    let held = held(call, environment)?;
    if held.contains_key(&name) {
        return Err(Answer::refused(
            409,
            "Already exists - Variable already exists",
        ));
    }
    if held.len() >= most(environment) {
        return Err(Answer::refused(
            422,
            format!("Variable limit of {} has been reached.", most(environment)),
        ));
    }
    held.insert(name, value);
    Ok(Answer::created(json!({})))
}

pub(super) fn update(call: &mut Call<'_>, environment: Option<&str>, name: &str) -> Said {
    let value = call.body["value"].as_str().map(str::to_owned);
    let held = held(call, environment)?;
    let own = held
        .get_mut(&name.to_ascii_uppercase())
        .ok_or_else(Answer::not_found)?;
    if let Some(value) = value {
        *own = value;
    }
    Ok(Answer::empty(204))
}
