//! The identity providers of a tenant.
//!
//! Source: the pages of `identityProviderBase`. Unverified: which kinds an external tenant can have and what a new one has, the ids
//! of OpenID Connect, and the words of the refusals.

use rhc_core::fake::{State, TenantKind};
use rhc_graph::fake::schema::{self, Property, short, text};
use rhc_graph::fake::{Call, ORIGIN, Refusal, Reply};
use serde_json::{Map, Value, json};

use super::operations::own;
use super::state::TenantFlows;

const SET: &str = "identity/identityProviders";

pub(in super::super) const SOCIAL: &[Property] = &[
    text("id").read_only(),
    short("displayName", 256),
    text("identityProviderType").create_only(),
    text("clientId"),
    text("clientSecret"),
];
pub(in super::super) const APPLE: &[Property] = &[
    text("id").read_only(),
    short("displayName", 256),
    text("developerId"),
    text("serviceId"),
    text("keyId"),
    text("certificateData"),
];

/// A kind that can be configured: its type, its properties, and those that it needs.
struct Configurable {
    type_name: &'static str,
    properties: &'static [Property],
    needs: &'static [&'static str],
}

const CONFIGURABLE: &[Configurable] = &[
    Configurable {
        type_name: "socialIdentityProvider",
        properties: SOCIAL,
        needs: &["identityProviderType", "clientId", "clientSecret"],
    },
    Configurable {
        type_name: "appleManagedIdentityProvider",
        properties: APPLE,
        needs: &["developerId", "serviceId", "keyId", "certificateData"],
    },
];

/// What nobody reads back.
const SECRETS: [&str; 2] = ["clientSecret", "certificateData"];

fn bad(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "BadRequest", message)
}

fn is_external(state: &State, call: &Call) -> bool {
    let tenant = state.directory_ref().tenant_by_id(call.tenant());
    tenant.is_some_and(|tenant| tenant.kind == TenantKind::ExternalId)
}

/// The kinds that are built in, and those that can be configured.
fn kinds(external: bool) -> (&'static [&'static str], &'static [&'static str]) {
    match external {
        true => (
            &["EmailPassword", "EmailOTP"],
            &["Google", "Facebook", "Apple"],
        ),
        false => (&["MicrosoftAccount", "EmailOTP"], &["Facebook", "Google"]),
    }
}

/// The kind that a body says to be.
fn configurable(body: &Map<String, Value>) -> Result<&'static Configurable, Refusal> {
    let stated = body.get("@odata.type").and_then(Value::as_str);
    let name = stated
        .map(|stated| stated.trim_start_matches('#'))
        .and_then(|stated| stated.strip_prefix("microsoft.graph."))
        .unwrap_or_default();
    CONFIGURABLE
        .iter()
        .find(|own| own.type_name.eq_ignore_ascii_case(name))
        .ok_or_else(|| {
            bad("The property '@odata.type' must be '#microsoft.graph.socialIdentityProvider' or '#microsoft.graph.appleManagedIdentityProvider'.")
        })
}

pub(super) fn list(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    plain(call)?;
    let external = is_external(state, call);
    let context = format!("{ORIGIN}/$metadata#{SET}");
    let all = own(state, call).providers(external);
    Ok(Reply::ok(json!({"@odata.context": context, "value": all})))
}

/// No query option is documented.
fn plain(call: &Call) -> Result<(), Refusal> {
    let query = &call.query;
    let asks = query.filter.is_some()
        || query.expand.is_some()
        || query.order.is_some()
        || !query.select.is_empty();
    match asks {
        true => Err(bad("This query option is not supported here.")),
        false => Ok(()),
    }
}

fn target(state: &mut State, call: &Call) -> Result<Value, Refusal> {
    let external = is_external(state, call);
    let id = &call.key(0)?.value;
    let all = own(state, call).providers(external);
    all.into_iter()
        .find(|own| own["id"] == id.as_str())
        .ok_or_else(|| Refusal::not_found(id))
}

fn single(provider: Value) -> Value {
    let mut answer = json!({"@odata.context": format!("{ORIGIN}/$metadata#{SET}/$entity")});
    if let (Some(answer), Value::Object(mut provider)) = (answer.as_object_mut(), provider) {
        answer.append(&mut provider);
    }
    answer
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    plain(call)?;
    target(state, call).map(|own| Reply::ok(single(own)))
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let body = call.body()?;
    let kind = configurable(body)?;
    schema::check(body, kind.properties, kind.type_name, true)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    for name in kind.needs {
        if text(name).is_empty() {
            return Err(Refusal::required(name, kind.type_name));
        }
    }
    let (_, possible) = kinds(is_external(state, call));
    let (service, id) = match kind.type_name {
        "socialIdentityProvider" => {
            let service = text("identityProviderType");
            (service, format!("{service}-OAUTH"))
        }
        _ => ("Apple", "Apple-Managed-OIDC".to_owned()),
    };
    if !possible.contains(&service) {
        return Err(bad(format!(
            "The identity provider type '{service}' is not supported."
        )));
    }
    let own = own(state, call);
    if own.identity_providers.contains_key(&id) {
        return Err(bad(format!("The identity provider '{id}' already exists.")));
    }
    own.identity_providers.insert(id.clone(), kept(body, kind));
    let made = own.provider(&id).ok_or_else(|| Refusal::not_found(&id))?;
    Ok(Reply::created(single(made)))
}

/// What is kept of a body: no secret.
fn kept(body: &Map<String, Value>, kind: &Configurable) -> Map<String, Value> {
    let mut kept = Map::new();
    let name = format!("#microsoft.graph.{}", kind.type_name);
    kept.insert("@odata.type".to_owned(), json!(name));
    schema::merge(&mut kept, body);
    for name in SECRETS {
        kept.shift_remove(name);
    }
    kept
}

/// The one of the path, which somebody configured.
fn configured(state: &mut State, call: &Call) -> Result<String, Refusal> {
    let found = target(state, call)?;
    if found["@odata.type"] == "#microsoft.graph.builtInIdentityProvider" {
        return Err(bad("A built-in identity provider cannot be changed."));
    }
    Ok(call.key(0)?.value.clone())
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = configured(state, call)?;
    let body = call.body()?;
    // It has to say a type, which even Microsoft's own example takes for another's: the provider's own counts.
    configurable(body)?;
    let own = own(state, call);
    let provider = own
        .identity_providers
        .get_mut(&id)
        .ok_or_else(|| Refusal::not_found(&id))?;
    let kind = configurable(provider)?;
    schema::check(body, kind.properties, kind.type_name, false)?;
    schema::merge(provider, body);
    for name in SECRETS {
        provider.shift_remove(name);
    }
    Ok(Reply::no_content())
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = configured(state, call)?;
    let own: &mut TenantFlows = own(state, call);
    let mut flows = own.user_flows.values();
    if let Some(flow) = flows.find(|flow| flow.identity_providers.contains(&id)) {
        return Err(bad(format!(
            "The identity provider '{id}' is used by the user flow '{}'.",
            flow.display_name
        )));
    }
    own.identity_providers.remove(&id);
    Ok(Reply::no_content())
}

pub(super) fn available_types(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let (built_in, possible) = kinds(is_external(state, call));
    let context = format!("{ORIGIN}/$metadata#Collection(Edm.String)");
    let all: Vec<_> = built_in.iter().chain(possible).collect();
    Ok(Reply::ok(json!({"@odata.context": context, "value": all})))
}
