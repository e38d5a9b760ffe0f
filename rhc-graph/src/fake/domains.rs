//! The domains of a tenant. Those that are verified belong to the World's directory, the others wait here.
//!
//! A domain is verified by the text record that the service asks for, in the World's public DNS. Unverified: the codes and words of
//! the refusals. Not simulated: subdomains that need no proof of their own, forced deletion, federation, passwords' ages.

use super::schema::{self, Kind, Property, flag, property, text, texts};
use super::state::GraphState;
use super::{Call, Refusal, Reply, odata};
use rhc_core::fake::{Dns, ObjectKind, Read, RecordType, State, Tenant};
use serde_json::{Map, Value, json};

const RESOURCE: &str = "Domain";

pub(super) const DOMAIN: &[Property] = &[
    text("authenticationType").read_only(),
    text("availabilityStatus").read_only(),
    text("id").create_only().not_null(),
    flag("isAdminManaged").read_only(),
    flag("isDefault").not_null(),
    flag("isInitial").read_only(),
    flag("isRoot").read_only(),
    flag("isVerified").read_only(),
    texts("supportedServices"),
];

/// The properties of a text record.
pub(super) const TXT_RECORD: &[Property] = &[
    text("id").read_only(),
    flag("isOptional").read_only(),
    text("label").read_only(),
    text("recordType").read_only(),
    text("supportedService").read_only(),
    property("ttl", Kind::Number).read_only(),
    text("text").read_only(),
];

fn tenant<'a>(state: &'a State, call: &Call) -> Result<&'a Tenant, Refusal> {
    let found = state.directory_ref().tenant_by_id(call.tenant());
    found.ok_or_else(|| Refusal::not_found(&call.tenant().to_string()))
}

/// The domain that new users get: the one that was chosen, else the first of the tenant's own, else the initial one.
pub(super) fn default(state: &mut State, call: &Call) -> Result<String, Refusal> {
    let chosen = state.section::<GraphState>().of(call.tenant());
    let chosen = chosen.default_domain.clone();
    let tenant = tenant(state, call)?;
    let own = tenant
        .domains
        .iter()
        .find(|own| **own != tenant.initial_domain);
    let usual = own.unwrap_or(&tenant.initial_domain).clone();
    Ok(chosen
        .filter(|chosen| tenant.domains.contains(chosen))
        .unwrap_or(usual))
}

fn all(state: &mut State, call: &Call) -> Result<Vec<Map<String, Value>>, Refusal> {
    let default = default(state, call)?;
    let waiting = state.section::<GraphState>().of(call.tenant());
    let waiting: Vec<String> = waiting.waiting_domains.iter().cloned().collect();
    let tenant = tenant(state, call)?;
    let body = |name: &String, verified: bool| {
        let services: &[&str] = if verified {
            &["Email", "OfficeCommunicationsOnline"]
        } else {
            &[]
        };
        json!({"authenticationType": "Managed", "id": name, "isAdminManaged": true,
            "isDefault": *name == default, "isInitial": *name == tenant.initial_domain,
            "isRoot": true, "isVerified": verified, "supportedServices": services})
    };
    let verified = tenant.domains.iter().map(|name| body(name, true));
    let waiting = waiting.iter().map(|name| body(name, false));
    Ok(verified
        .chain(waiting)
        .filter_map(|body| body.as_object().cloned())
        .collect())
}

/// The one that the call means.
fn one(state: &mut State, call: &Call) -> Result<Map<String, Value>, Refusal> {
    let asked = &call.key(0)?.value;
    let mut all = all(state, call)?.into_iter();
    all.find(|own| text_of(own, "id").eq_ignore_ascii_case(asked))
        .ok_or_else(|| Refusal::not_found(asked))
}

fn text_of<'a>(body: &'a Map<String, Value>, name: &str) -> &'a str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn is(body: &Map<String, Value>, name: &str) -> bool {
    body.get(name) == Some(&json!(true))
}

pub(super) fn list(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let all = all(state, call)?;
    odata::listed(call, "domains", "domain", DOMAIN, all).map(Reply::ok)
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let one = one(state, call)?;
    odata::single(call, "domains", "domain", DOMAIN, &one).map(Reply::ok)
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let body = call.body()?;
    schema::check(body, DOMAIN, RESOURCE, true)?;
    let name = text_of(body, "id").to_lowercase();
    if name.is_empty() {
        return Err(Refusal::required("id", RESOURCE));
    }
    if !is_name(&name) || name.ends_with(".onmicrosoft.com") {
        return Err(Refusal::invalid("id", RESOURCE));
    }
    if all(state, call)?
        .iter()
        .any(|own| text_of(own, "id") == name)
    {
        return Err(Refusal::taken("id"));
    }
    let waiting = state.section::<GraphState>().of(call.tenant());
    waiting.waiting_domains.insert(name.clone());
    let made = all(state, call)?
        .into_iter()
        .find(|own| text_of(own, "id") == name)
        .unwrap_or_default();
    odata::single(call, "domains", "domain", DOMAIN, &made).map(Reply::created)
}

fn is_name(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    name.len() <= 253 && name.contains('.') && name.split('.').all(label)
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let own = one(state, call)?;
    let body = call.body()?;
    schema::check(body, DOMAIN, RESOURCE, false)?;
    if !is(&own, "isVerified") {
        return Err(Refusal::bad_request(
            "The domain is not verified: only a verified domain can be changed.",
        ));
    }
    match body.get("isDefault") {
        Some(Value::Bool(true)) => {
            let name = text_of(&own, "id").to_owned();
            let policies = state.section::<GraphState>().of(call.tenant());
            policies.default_domain = Some(name);
        }
        Some(_) if is(&own, "isDefault") => {
            return Err(Refusal::bad_request(
                "A tenant has exactly one default domain: make another one the default.",
            ));
        }
        _ => {}
    }
    Ok(Reply::no_content())
}

/// The record that proves a domain, the same whenever it is asked for.
fn proof(state: &State, call: &Call, name: &str) -> String {
    let digits = state.derived_uuid(&["domain", &call.tenant().to_string(), name]);
    format!("MS=ms{:08}", digits.as_u128() % 100_000_000)
}

pub(super) fn verification_records(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let own = one(state, call)?;
    let name = text_of(&own, "id");
    let id = state.derived_uuid(&["record", name]);
    let record = json!({"id": id, "isOptional": false, "label": name, "recordType": "Txt",
        "supportedService": "Email", "ttl": 3600, "text": proof(state, call, name)});
    let all = record.as_object().cloned().into_iter().collect();
    records(call, name, "verificationDnsRecords", all)
}

/// Not simulated: no service of the World needs a record.
pub(super) fn service_records(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let own = one(state, call)?;
    let name = text_of(&own, "id");
    records(call, name, "serviceConfigurationRecords", Vec::new())
}

fn records(
    call: &Call,
    name: &str,
    list: &str,
    all: Vec<Map<String, Value>>,
) -> Result<Reply, Refusal> {
    let set = format!("domains('{name}')/{list}");
    let kind = "domainDnsTxtRecord";
    let mut answer = odata::listed(call, &set, kind, TXT_RECORD, all)?;
    let listed = answer.get_mut("value").and_then(Value::as_array_mut);
    for record in listed
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
    {
        let kind = json!(format!("#microsoft.graph.{kind}"));
        record.shift_insert(0, "@odata.type".to_owned(), kind);
    }
    Ok(Reply::ok(answer))
}

pub(super) fn verify(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let own = one(state, call)?;
    let name = text_of(&own, "id").to_owned();
    if !is(&own, "isVerified") {
        let wanted = proof(state, call, &name);
        let found = state
            .read::<Dns>()
            .is_some_and(|dns| dns.lookup(&name, RecordType::Txt).contains(&wanted));
        if !found {
            return Err(Refusal::bad_request(format!(
                "Domain verification failed with the following error: 'DNS record {wanted} was not found for the domain {name}.'."
            )));
        }
        if state.directory_ref().tenant(&name).is_some() {
            return Err(Refusal::bad_request(format!(
                "Domain verification failed with the following error: 'The domain {name} is verified in another tenant.'."
            )));
        }
        let waiting = state.section::<GraphState>().of(call.tenant());
        waiting.waiting_domains.remove(&name);
        if let Some(tenant) = state.directory().tenant_mut(call.tenant()) {
            tenant.domains.push(name);
        }
    }
    let one = one(state, call)?;
    odata::single(call, "domains", "domain", DOMAIN, &one).map(Reply::ok)
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let own = one(state, call)?;
    let name = text_of(&own, "id").to_owned();
    if is(&own, "isInitial") || is(&own, "isDefault") {
        return Err(Refusal::bad_request(
            "The initial and the default domain of a tenant cannot be deleted.",
        ));
    }
    let ending = format!("@{name}");
    let users = state
        .directory_ref()
        .objects(call.tenant(), ObjectKind::User, Read::Authoritative);
    let is_used = users.iter().any(|user| {
        user.text("userPrincipalName")
            .is_some_and(|own| own.to_lowercase().ends_with(&ending))
    });
    if is_used {
        return Err(Refusal::bad_request(format!(
            "The domain {name} is still used: rename the users whose names end with it."
        )));
    }
    let waiting = state.section::<GraphState>().of(call.tenant());
    waiting.waiting_domains.remove(&name);
    if let Some(tenant) = state.directory().tenant_mut(call.tenant()) {
        tenant.domains.retain(|own| *own != name);
    }
    Ok(Reply::no_content())
}
