//! Telephones, and signing in with one by text message.

use super::super::schema;
use super::super::state::GraphState;
use super::super::{Call, Refusal, Reply, method_policies};
use super::{bad, insert, new, registered, tables, target, writable};
use rhc_core::fake::State;
use serde_json::{Map, Value, json};
use uuid::Uuid;

const TYPE: &str = "phoneAuthenticationMethod";
/// The types of telephones, and the id that one of each type has for everybody.
const IDS: [(&str, &str); 3] = [
    ("mobile", MOBILE),
    ("alternateMobile", ALTERNATE),
    ("office", "e37fc753-ff3b-4958-9484-eaa9425c82bc"),
];
const MOBILE: &str = "3179e48a-750b-4051-897c-87b9720928f7";
const ALTERNATE: &str = "b6332ec1-7057-4abe-9331-3d72feddfe41";
/// In the state only: whether the service knows the number as a name to sign in with.
const SIGNS_IN: &str = "smsSignIn";

pub(in super::super) fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let user = writable(state, call)?;
    let body = call.body()?;
    checked(body, true)?;
    let kind = body.get("phoneType").and_then(Value::as_str);
    let (kind, id) = kind
        .and_then(|kind| IDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind)))
        .ok_or_else(|| Refusal::required("phoneType", TYPE))?;
    let own = registered(state, call, user);
    if own.contains_key(*id) {
        return Err(bad(format!("The user already has a {kind} phone.")));
    }
    if *id == ALTERNATE && !own.contains_key(MOBILE) {
        return Err(bad(
            "An alternate mobile phone needs a mobile phone: add that first.",
        ));
    }
    let mut made = new(TYPE, id);
    schema::merge(&mut made, body);
    made.insert("phoneType".to_owned(), json!(kind));
    if *id == MOBILE && may_sign_in(state, call, user) && is_free(state, call, user, &made) {
        made.insert(SIGNS_IN.to_owned(), json!(true));
    }
    insert(state, call, user, id, made).map(Reply::created)
}

pub(in super::super) fn update(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let user = writable(state, call)?;
    let body = call.body()?;
    checked(body, false)?;
    let before = target(state, call)?;
    let kind = body.get("phoneType").and_then(Value::as_str);
    let same = before.get("phoneType").and_then(Value::as_str);
    if kind.is_some_and(|kind| same.is_none_or(|same| !same.eq_ignore_ascii_case(kind))) {
        return Err(bad("The type of a phone cannot be changed."));
    }
    let id = call.key(1)?.value.clone();
    if let Some(own) = registered(state, call, user).get_mut(&id) {
        schema::merge(own, body);
        own.insert("phoneType".to_owned(), json!(same));
    }
    Ok(Reply::no_content())
}

pub(in super::super) fn delete(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let user = writable(state, call)?;
    target(state, call)?;
    let id = call.key(1)?.value.clone();
    let own = registered(state, call, user);
    if id == MOBILE && own.contains_key(ALTERNATE) {
        return Err(bad(
            "The mobile phone cannot be deleted while there is an alternate one.",
        ));
    }
    own.remove(&id);
    Ok(Reply::no_content())
}

pub(in super::super) fn enable_sms(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let user = writable(state, call)?;
    let phone = target(state, call)?;
    if phone.get("phoneType") != Some(&json!("mobile")) {
        return Err(bad("Only a mobile phone can be signed in with."));
    }
    if !may_sign_in(state, call, user) {
        return Err(bad(
            "The authentication methods policy does not let the user sign in by text message.",
        ));
    }
    if !is_free(state, call, user, &phone) {
        return Err(bad("The phone number is not unique."));
    }
    sign_in(state, call, user, true);
    Ok(Reply::no_content())
}

pub(in super::super) fn disable_sms(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let user = writable(state, call)?;
    target(state, call)?;
    sign_in(state, call, user, false);
    Ok(Reply::no_content())
}

fn sign_in(state: &mut State, call: &Call, user: Uuid, signs_in: bool) {
    if let Some(own) = registered(state, call, user).get_mut(MOBILE) {
        own.insert(SIGNS_IN.to_owned(), json!(signs_in));
    }
}

/// Fills in how far the telephone is for signing in.
pub(super) fn complete(state: &mut State, call: &Call, user: Uuid, phone: &mut Map<String, Value>) {
    let ready = phone.get(SIGNS_IN) == Some(&json!(true));
    let stands = if phone.get("phoneType") != Some(&json!("mobile")) {
        "notSupported"
    } else if !may_sign_in(state, call, user) {
        "notAllowedByPolicy"
    } else if !is_free(state, call, user, phone) {
        "phoneNumberNotUnique"
    } else if ready {
        "ready"
    } else {
        "notEnabled"
    };
    phone.insert("smsSignInState".to_owned(), json!(stands));
}

/// Whether the tenant's policy lets a user sign in by text message: as one of all, by himself, or in a group.
fn may_sign_in(state: &mut State, call: &Call, user: Uuid) -> bool {
    let mut ids: Vec<String> = state
        .directory_ref()
        .groups_of(call.tenant(), user)
        .iter()
        .map(Uuid::to_string)
        .collect();
    ids.extend(["all_users".to_owned(), user.to_string()]);
    let sms = method_policies::configuration(state, call, "sms");
    let names = |list: &str, signs_in: bool| {
        let targets = sms.get(list).and_then(Value::as_array);
        targets.into_iter().flatten().any(|target| {
            let id = target["id"].as_str().unwrap_or_default();
            let counts = !signs_in || target["isUsableForSignIn"] != json!(false);
            counts && ids.iter().any(|own| own.eq_ignore_ascii_case(id))
        })
    };
    sms.get("state") == Some(&json!("enabled"))
        && names("includeTargets", true)
        && !names("excludeTargets", false)
}

/// Whether nobody else of the tenant signs in with the number.
fn is_free(state: &mut State, call: &Call, user: Uuid, phone: &Map<String, Value>) -> bool {
    let all = &state
        .section::<GraphState>()
        .of(call.tenant())
        .authentication;
    !all.iter().any(|(other, methods)| {
        *other != user
            && methods.get(MOBILE).is_some_and(|own| {
                own.get(SIGNS_IN) == Some(&json!(true))
                    && own.get("phoneNumber") == phone.get("phoneNumber")
            })
    })
}

fn checked(body: &Map<String, Value>, creating: bool) -> Result<(), Refusal> {
    schema::check(body, tables::PHONE, TYPE, creating)?;
    let number = body.get("phoneNumber").and_then(Value::as_str);
    if number.is_some_and(is_number) {
        Ok(())
    } else {
        Err(bad(
            "The phone number is not valid: +{country code} {number}x{extension}.",
        ))
    }
}

/// `+1 2065555555`, and perhaps an extension: `x123`.
fn is_number(text: &str) -> bool {
    let Some((country, rest)) = text.strip_prefix('+').and_then(|text| text.split_once(' ')) else {
        return false;
    };
    let (number, extension) = rest.split_once('x').unwrap_or((rest, "0"));
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.chars().all(|c| c.is_ascii_digit())
    };
    digits(country, 3) && digits(number, 15) && digits(extension, 12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_a_country_and_perhaps_an_extension() {
        for good in ["+1 5555551234", "+1 5555551234x123", "+49 1512345678"] {
            assert!(is_number(good), "{good}");
        }
        for bad in [
            "",
            "5555551234",
            "+15555551234",
            "+1 555-555",
            "+1 ",
            "+ 555",
            "+1 5x",
            "+1234 5",
        ] {
            assert!(!is_number(bad), "{bad}");
        }
    }
}
