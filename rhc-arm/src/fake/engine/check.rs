//! What a body is checked for before any hook runs: the type's table, rule by rule.

use serde_json::Value;

use super::unknown;
use crate::fake::error::ServiceError;
use crate::fake::json;
use crate::fake::path::ResourcePath;
use crate::fake::rules::{Location, TypeRules};
use crate::fake::state::Stored;

/// The members that Resource Manager knows of a resource; what is in them belongs to the provider.
const ENVELOPE: &[&str] = &[
    "id",
    "name",
    "type",
    "apiVersion",
    "location",
    "tags",
    "identity",
    "sku",
    "kind",
    "plan",
    "properties",
    "zones",
    "managedBy",
    "managedByExtended",
    "extendedLocation",
    "etag",
    "systemData",
    "scale",
];

/// Azure's public regions that the fakes know, as people are told them. Unverified: a selection from general knowledge.
pub const REGIONS: &[&str] = &[
    "East US",
    "East US 2",
    "Central US",
    "North Central US",
    "South Central US",
    "West Central US",
    "West US",
    "West US 2",
    "West US 3",
    "Canada Central",
    "Canada East",
    "North Europe",
    "West Europe",
    "UK South",
    "UK West",
    "France Central",
    "Germany West Central",
    "Sweden Central",
    "Switzerland North",
    "Australia East",
    "Japan East",
    "Southeast Asia",
];

/// A region without blanks and capitals, as the service writes it.
pub(crate) fn region(location: &str) -> String {
    location
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect::<String>()
        .to_ascii_lowercase()
}

/// Every check that needs the body and what was there, in the order in which Azure refuses.
pub(super) fn body(
    rules: &TypeRules,
    path: &ResourcePath,
    sent: &Value,
    existing: Option<&Stored>,
) -> Result<(), ServiceError> {
    envelope(rules, sent)?;
    tags(sent)?;
    location(rules, path, sent, existing)?;
    unknown::check(rules, sent)?;
    required(rules, sent)?;
    enums(rules, sent)?;
    patterns(rules, sent)?;
    if let Some(existing) = existing {
        read_only(rules, sent, existing)?;
        immutable(rules, sent, existing)?;
    }
    Ok(())
}

/// The name rule.
pub(super) fn name(rules: &TypeRules, path: &ResourcePath) -> Result<(), ServiceError> {
    let (rule, name) = (&rules.name, path.name());
    let length = name.chars().count();
    if (rule.min..=rule.max).contains(&length) && (rule.fits)(name) {
        return Ok(());
    }
    let (status, code) = rule.refusal;
    Err(ServiceError::new(
        status,
        code,
        format!(
            "The name '{name}' of a resource of type '{}' is invalid: {} to {} characters, {}.",
            rules.resource_type, rule.min, rule.max, rule.says
        ),
    ))
}

fn envelope(rules: &TypeRules, sent: &Value) -> Result<(), ServiceError> {
    let Some(members) = sent.as_object() else {
        return Ok(());
    };
    for name in members.keys() {
        let known = ENVELOPE.iter().any(|own| own.eq_ignore_ascii_case(name))
            && (rules.identity
                || !name.eq_ignore_ascii_case("identity")
                || members[name].is_null());
        if !known {
            return Err(ServiceError::bad_request(
                "InvalidRequestContent",
                format!(
                    "The request content was invalid and could not be deserialized: 'Could not find member '{name}' \
                     on object of type 'ResourceDefinition'. Path '{name}', line 1, position 1.'."
                ),
            ));
        }
    }
    match sent.get("properties") {
        None | Some(Value::Null | Value::Object(_)) => Ok(()),
        Some(_) => Err(ServiceError::bad_request(
            "InvalidRequestContent",
            "The request content was invalid and could not be deserialized: 'Error converting value to type \
             'JObject'. Path 'properties', line 1, position 1.'.",
        )),
    }
}

pub(crate) fn tags(sent: &Value) -> Result<(), ServiceError> {
    let tags = match sent.get("tags") {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Object(tags)) => tags,
        Some(_) => {
            return Err(ServiceError::bad_request(
                "InvalidRequestContent",
                "The request content was invalid and could not be deserialized: 'tags must be an object'.",
            ));
        }
    };
    if tags.len() > 50 {
        return Err(ServiceError::bad_request(
            "TooManyTags",
            format!(
                "{} tags were specified; a resource has at most 50.",
                tags.len()
            ),
        ));
    }
    for (name, value) in tags {
        let Some(value) = value.as_str() else {
            return Err(ServiceError::bad_request(
                "InvalidRequestContent",
                format!(
                    "The request content was invalid and could not be deserialized: 'the value of tag '{name}' must \
                     be a string'."
                ),
            ));
        };
        if name.is_empty()
            || name.chars().count() > 512
            || name.contains(['<', '>', '%', '&', '\\', '?', '/'])
        {
            return Err(ServiceError::bad_request(
                "InvalidTagNameCharacters",
                format!(
                    "The tag names '{name}' have reserved characters '<,>,%,&,\\,?,/' or control characters."
                ),
            ));
        }
        if value.chars().count() > 256 {
            return Err(ServiceError::bad_request(
                "TagValueTooLong",
                format!("The value of tag '{name}' has more than 256 characters."),
            ));
        }
    }
    Ok(())
}

fn location(
    rules: &TypeRules,
    path: &ResourcePath,
    sent: &Value,
    existing: Option<&Stored>,
) -> Result<(), ServiceError> {
    if rules.location == Location::None {
        return Ok(());
    }
    let Some(stated) = json::text(sent, "location").filter(|location| !location.is_empty()) else {
        return Err(ServiceError::bad_request(
            "LocationRequired",
            "The location property is required for this definition.",
        ));
    };
    let allowed = match rules.location {
        Location::OneOf(words) => words,
        Location::Region | Location::None => REGIONS,
    };
    let known =
        rules.location == Location::None || allowed.iter().any(|own| region(own) == region(stated));
    if !known {
        return Err(ServiceError::bad_request(
            "LocationNotAvailableForResourceType",
            format!(
                "The provided location '{stated}' is not available for resource type '{}'. List of available \
                 regions for the resource type is '{}'.",
                rules.resource_type,
                allowed
                    .iter()
                    .map(|own| region(own))
                    .collect::<Vec<_>>()
                    .join(",")
            ),
        ));
    }
    let Some(own) = existing.and_then(|existing| existing.text("location")) else {
        return Ok(());
    };
    if region(own) == region(stated) {
        return Ok(());
    }
    let name = path.name();
    if path.is_group() {
        return Err(ServiceError::conflict(
            "InvalidResourceGroupLocation",
            format!(
                "Invalid resource group location '{stated}'. The Resource group already exists in location '{own}'."
            ),
        ));
    }
    Err(ServiceError::conflict(
        "InvalidResourceLocation",
        format!(
            "The resource '{name}' already exists in location '{own}' in resource group '{}'. A resource with the \
             same name cannot be created in location '{stated}'. Please select a new resource name.",
            path.group().unwrap_or_default()
        ),
    ))
}

pub(super) fn refusal(
    (status, code): (u16, &'static str),
    message: String,
    target: &str,
) -> ServiceError {
    ServiceError::new(status, code, message).target(target)
}

fn required(rules: &TypeRules, sent: &Value) -> Result<(), ServiceError> {
    for path in rules.required {
        // `a[].b`: every item of `a` has a `b`; no `a` at all is another rule's business.
        let missing = match path.rsplit_once("[].") {
            Some((list, member)) => json::all(sent, &format!("{list}[]"))
                .into_iter()
                .find(|(_, item)| json::at(item, member).is_none())
                .map(|(at, _)| format!("{at}.{member}")),
            None => json::at(sent, path).is_none().then(|| (*path).to_owned()),
        };
        if let Some(missing) = missing {
            return Err(refusal(
                rules.codes.missing,
                format!(
                    "The request content is invalid: the required property '{missing}' of type '{}' is missing.",
                    rules.resource_type
                ),
                &missing,
            ));
        }
    }
    Ok(())
}

fn enums(rules: &TypeRules, sent: &Value) -> Result<(), ServiceError> {
    for (path, allowed) in rules.enums {
        for (at, value) in json::all(sent, path) {
            let known = value
                .as_str()
                .is_some_and(|value| allowed.iter().any(|own| own.eq_ignore_ascii_case(value)));
            if !known {
                return Err(refusal(
                    rules.codes.invalid,
                    format!(
                        "The value {value} of '{at}' is invalid. The allowed values are: {}.",
                        allowed.join(", ")
                    ),
                    &at,
                ));
            }
        }
    }
    Ok(())
}

fn patterns(rules: &TypeRules, sent: &Value) -> Result<(), ServiceError> {
    for pattern in rules.patterns {
        for (at, value) in json::all(sent, pattern.path) {
            if !(pattern.fits)(value) {
                return Err(refusal(
                    (400, pattern.code),
                    format!("The value {value} of '{at}' is invalid: {}.", pattern.says),
                    &at,
                ));
            }
        }
    }
    Ok(())
}

fn read_only(rules: &TypeRules, sent: &Value, existing: &Stored) -> Result<(), ServiceError> {
    if !rules.refuses_read_only {
        return Ok(());
    }
    for path in rules.read_only {
        let sent = json::at(sent, path);
        if sent.is_some() && !json::same(sent, existing.get(path)) {
            return Err(refusal(
                rules.codes.read_only,
                format!("The property '{path}' is read-only."),
                path,
            ));
        }
    }
    Ok(())
}

fn immutable(rules: &TypeRules, sent: &Value, existing: &Stored) -> Result<(), ServiceError> {
    for rule in rules.immutable {
        let new = json::at(sent, rule.path);
        // What is left out stays as it is.
        if new.is_some() && !json::same(new, existing.get(rule.path)) {
            return Err(refusal(
                rule.refusal,
                format!(
                    "The property '{}' of '{}' cannot be changed once it is set.",
                    rule.path,
                    existing.id()
                ),
                rule.path,
            ));
        }
    }
    Ok(())
}

/// Puts the values of enums into the case of the table.
pub(super) fn normalise_enums(rules: &TypeRules, body: &mut Value) {
    for (path, allowed) in rules.enums {
        each(body, path, &mut |value| {
            let own = value
                .as_str()
                .and_then(|value| allowed.iter().find(|own| own.eq_ignore_ascii_case(value)));
            if let Some(own) = own {
                *value = Value::from(*own);
            }
        });
    }
}

fn each(value: &mut Value, path: &str, change: &mut dyn FnMut(&mut Value)) {
    let (step, rest) = match path.split_once('.') {
        Some((step, rest)) => (step, Some(rest)),
        None => (path, None),
    };
    let (name, list) = match step.strip_suffix("[]") {
        Some(name) => (name, true),
        None => (step, false),
    };
    let Some(found) = value.get_mut(name) else {
        return;
    };
    let mut go = |value: &mut Value| match rest {
        Some(rest) => each(value, rest, change),
        None => change(value),
    };
    match found {
        Value::Array(items) if list => items.iter_mut().for_each(go),
        found => go(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_lose_blanks_and_capitals() {
        assert_eq!(region("East US 2"), "eastus2");
    }
}
