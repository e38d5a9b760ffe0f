//! What a body is checked for before any hook runs: the type's table, rule by rule.

use rhc_core::fake::State;
use serde_json::Value;

use super::Call;
use crate::fake::error::ServiceError;
use crate::fake::json;
use crate::fake::path::ResourcePath;
use crate::fake::roles::{self, Plane};
use crate::fake::rules::{Link, Location, TypeRules, Unknown};
use crate::fake::state::{Arm, Stored};

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

/// Azure's public regions that the fakes know. Unverified: a selection from general knowledge.
const REGIONS: &[&str] = &[
    "eastus",
    "eastus2",
    "centralus",
    "northcentralus",
    "southcentralus",
    "westcentralus",
    "westus",
    "westus2",
    "westus3",
    "canadacentral",
    "canadaeast",
    "northeurope",
    "westeurope",
    "uksouth",
    "ukwest",
    "francecentral",
    "germanywestcentral",
    "swedencentral",
    "switzerlandnorth",
    "australiaeast",
    "japaneast",
    "southeastasia",
];

/// A region without blanks and capitals, as the service writes it.
pub(super) fn region(location: &str) -> String {
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
    unknown(rules, sent)?;
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

fn tags(sent: &Value) -> Result<(), ServiceError> {
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
    let (known, allowed) = match rules.location {
        Location::Region => (REGIONS.contains(&region(stated).as_str()), REGIONS),
        Location::OneOf(words) => (
            words
                .iter()
                .any(|word| word.eq_ignore_ascii_case(stated) || region(word) == region(stated)),
            words,
        ),
        Location::None => (true, REGIONS),
    };
    if !known {
        return Err(ServiceError::bad_request(
            "LocationNotAvailableForResourceType",
            format!(
                "The provided location '{stated}' is not available for resource type '{}'. List of available \
                 regions for the resource type is '{}'.",
                rules.resource_type,
                allowed.join(",")
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

fn refusal((status, code): (u16, &'static str), message: String, target: &str) -> ServiceError {
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

fn unknown(rules: &TypeRules, sent: &Value) -> Result<(), ServiceError> {
    if rules.unknown != Unknown::Reject {
        return Ok(());
    }
    match strange(&known(rules), sent) {
        None => Ok(()),
        Some(at) => Err(refusal(
            rules.codes.unknown,
            format!(
                "Could not find member '{}' on object of type '{}'. Path '{at}'.",
                at.rsplit('.').next().unwrap_or_default(),
                rules.short_type()
            ),
            &at,
        )),
    }
}

/// What the table knows: what a client sets, and what it may send back of what the service set.
fn known(rules: &TypeRules) -> Vec<&'static str> {
    let mut known = vec!["properties.provisioningState"];
    known.extend(rules.properties.iter().chain(rules.read_only));
    known
}

/// The first property that no path of the table knows.
fn strange(known: &[&str], sent: &Value) -> Option<String> {
    let mut queue = vec![("properties".to_owned(), sent.get("properties")?)];
    while let Some((at, value)) = queue.pop() {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    let path = format!("{at}.{name}");
                    match standing(known, &path) {
                        Standing::Strange => return Some(path),
                        Standing::Inner => queue.push((path, value)),
                        Standing::Leaf => {}
                    }
                }
            }
            Value::Array(items) => {
                queue.extend(items.iter().map(|item| (format!("{at}[]"), item)));
            }
            _ => {}
        }
    }
    None
}

/// Takes out what no path of the table knows.
pub(super) fn drop_unknown(rules: &TypeRules, body: &mut Value) {
    if rules.unknown != Unknown::Ignore {
        return;
    }
    while let Some(at) = strange(&known(rules), body) {
        if json::take_all(body, &at).is_empty() {
            return;
        }
    }
}

enum Standing {
    Strange,
    /// Something below it is in the table.
    Inner,
    /// It ends a path of the table.
    Leaf,
}

fn standing(known: &[&str], path: &str) -> Standing {
    let mut standing = Standing::Strange;
    for own in known {
        if own.eq_ignore_ascii_case(path) {
            return Standing::Leaf;
        }
        let below = own
            .get(..path.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(path))
            && own
                .get(path.len()..)
                .is_some_and(|rest| rest.starts_with('.') || rest.starts_with("[]"));
        if below {
            standing = Standing::Inner;
        }
    }
    standing
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

/// Checks that the resources which a body names are there, of the right type, and open to the caller.
pub(super) fn links(
    state: &State,
    call: &Call<'_>,
    rules: &TypeRules,
    path: &ResourcePath,
    sent: &Value,
) -> Result<(), ServiceError> {
    for link in rules.links {
        for (at, value) in json::all(sent, link.path) {
            let target = value.as_str().unwrap_or_default();
            self::link(state, call, rules, path, link, &at, target)?;
        }
    }
    Ok(())
}

fn link(
    state: &State,
    call: &Call<'_>,
    rules: &TypeRules,
    path: &ResourcePath,
    link: &Link,
    at: &str,
    target: &str,
) -> Result<(), ServiceError> {
    let of_type = ResourcePath::parse(target).filter(|path| {
        path.resource_type()
            .eq_ignore_ascii_case(link.resource_type)
    });
    if of_type.is_none() {
        return Err(ServiceError::bad_request(
            "LinkedInvalidPropertyId",
            format!(
                "Property id '{target}' at path '{at}' is invalid. Expect fully qualified resource Id that start \
                 with '/subscriptions/{{subscriptionId}}' or '/providers/{{resourceProviderNamespace}}/'."
            ),
        ));
    }
    let arm = state.read::<Arm>();
    let tenant = arm.and_then(|arm| arm.tenant_of(target));
    let linked = |reason: &str| {
        ServiceError::new(
            403,
            "LinkedAuthorizationFailed",
            format!(
                "The client '{client}' with object id '{client}' has permission to perform action '{}/write' on \
                 scope '{}'; however, {reason} '{}' on the linked scope(s) '{target}' or the linked scope(s) are \
                 invalid.",
                rules.resource_type,
                path.id(),
                link.action,
                client = call.caller.object_id,
            ),
        )
    };
    if tenant.is_some_and(|tenant| tenant != call.caller.tenant) {
        return Err(linked(
            "the current tenant is not authorized to access the linked subscription for action(s)",
        ));
    }
    if arm.is_none_or(|arm| arm.get(target).is_none()) {
        let (status, code) = link.missing;
        return Err(ServiceError::new(
            status,
            code,
            format!(
                "Resource {target} referenced by resource {} was not found. Please make sure that the referenced \
                 resource exists, and that both resources are in the same region.",
                path.id()
            ),
        ));
    }
    let allowed = link.action.is_empty()
        || roles::may(
            state,
            call.caller.tenant,
            call.caller.object_id,
            target,
            link.action,
            Plane::Control,
        );
    if allowed {
        Ok(())
    } else {
        Err(linked("it does not have permission to perform action(s)"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn knows_what_the_table_knows_and_all_below() {
        let known = [
            "properties.sku",
            "properties.networkAcls.ipRules[].value",
            "properties.networkAcls.bypass",
        ];
        let strange = |value| strange(&known, &value);
        assert_eq!(
            strange(
                json!({ "properties": { "sku": { "anything": 1 }, "networkAcls": { "ipRules": [{ "value": 1 }] } } })
            ),
            None
        );
        assert_eq!(
            strange(json!({ "properties": { "networkAcls": { "ipRules": [{ "valu": 1 }] } } }))
                .as_deref(),
            Some("properties.networkAcls.ipRules[].valu")
        );
        assert_eq!(
            strange(json!({ "properties": { "netwrokAcls": {} } })).as_deref(),
            Some("properties.netwrokAcls")
        );
    }

    #[test]
    fn regions_lose_blanks_and_capitals() {
        assert_eq!(region("East US 2"), "eastus2");
    }
}
