//! Mail addresses for resetting a password.

use super::super::schema;
use super::super::{Call, Refusal, Reply};
use super::{bad, insert, new, registered, tables, target, writable};
use rhc_core::fake::State;
use serde_json::{Map, Value};

const TYPE: &str = "emailAuthenticationMethod";
/// The id of everybody's.
const ID: &str = "3ddfcfc8-9383-446f-83cc-3ab9be4be18f";

pub(in super::super) fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let user = writable(state, call)?;
    let body = call.body()?;
    checked(body, true)?;
    if registered(state, call, user).contains_key(ID) {
        return Err(bad("The user already has an email authentication method."));
    }
    let mut made = new(TYPE, ID);
    schema::merge(&mut made, body);
    insert(state, call, user, ID, made).map(Reply::created)
}

pub(in super::super) fn update(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let user = writable(state, call)?;
    let body = call.body()?;
    checked(body, false)?;
    target(state, call)?;
    if let Some(own) = registered(state, call, user).get_mut(ID) {
        schema::merge(own, body);
    }
    Ok(Reply::no_content())
}

fn checked(body: &Map<String, Value>, creating: bool) -> Result<(), Refusal> {
    schema::check(body, tables::EMAIL, TYPE, creating)?;
    let address = body.get("emailAddress").and_then(Value::as_str);
    let good = address
        .and_then(|address| address.split_once('@'))
        .is_some_and(|(name, domain)| {
            let label = |label: &str| !label.is_empty() && !label.contains([' ', '@']);
            label(name) && domain.contains('.') && domain.split('.').all(label)
        });
    if good {
        Ok(())
    } else {
        Err(bad("The email address is not valid."))
    }
}
