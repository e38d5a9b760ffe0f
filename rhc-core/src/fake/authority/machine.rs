//! Machines with managed identities, and where their programs get the tokens of these: the endpoint of App Service and
//! Container Apps, and the Instance Metadata Service of a virtual machine.
//!
//! Sources: [managed identities in App Service](https://learn.microsoft.com/azure/app-service/overview-managed-identity),
//! [in Container Apps](https://learn.microsoft.com/azure/container-apps/managed-identity),
//! [on a virtual machine](https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token).
//! Unverified: the statuses and words of App Service's refusals, and its address.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::extract::{Query, Request};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use azure_core::http::HttpClient;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::grants::Grants;
use super::mint::{self, Minted};
use crate::fake::directory::{Read, View};
use crate::fake::http::in_process;
use crate::fake::{State, Vantage, World, respond};

/// Where the endpoint of App Service and Container Apps answers, for `IDENTITY_ENDPOINT`. The real one is at an address
/// of the container's own.
pub const IDENTITY_ENDPOINT: &str = "http://169.254.129.2:8081/msi/token";
const ENDPOINT_HOST: &str = "169.254.129.2";
const ENDPOINT_VERSION: &str = "2019-08-01";
const IMDS_HOST: &str = "169.254.169.254";
/// The oldest version that knows managed identities.
const IMDS_VERSION: &str = "2018-02-01";

type Asked = HashMap<String, String>;

/// A managed identity that a machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AssignedIdentity {
    /// Its tenant.
    pub tenant: Uuid,
    /// Its principal there.
    pub principal: Uuid,
}

/// Says which identities a program has that knows this `IDENTITY_HEADER`.
pub type MachineIdentities = fn(&State, &str) -> Option<Vec<AssignedIdentity>>;

/// Where else than at this module's own machines identities are, by the fakes of other services.
#[derive(Default)]
struct Elsewhere(RwLock<Vec<MachineIdentities>>);

/// Lets another service's programs ask at [`IDENTITY_ENDPOINT`].
pub fn register_identity_headers(world: &World, identities: MachineIdentities) {
    let elsewhere: Arc<Elsewhere> = world.extension();
    let mut elsewhere = elsewhere.0.write().unwrap_or_else(PoisonError::into_inner);
    elsewhere.push(identities);
}

/// Marks a request as one of a machine's programs, for the metadata service, which answers nobody else.
#[derive(Clone)]
pub(in crate::fake) struct MachineId(String);

/// A machine with managed identities: an app of App Service by its environment, a virtual machine by its transport.
#[derive(Clone)]
pub struct Machine {
    world: World,
    secret: String,
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Machine")
    }
}

impl World {
    /// A machine with these managed identities of a tenant, by their principals.
    #[must_use]
    pub fn machine(&self, tenant: Uuid, principals: &[Uuid]) -> Machine {
        let assigned = |principal: &Uuid| AssignedIdentity {
            tenant,
            principal: *principal,
        };
        let identities = principals.iter().map(assigned).collect();
        let secret = self.with(|state| {
            let secret = state.uuid().to_string();
            let machines = &mut state.section::<Grants>().machines;
            machines.insert(secret.clone(), identities);
            secret
        });
        Machine {
            world: self.clone(),
            secret,
        }
    }
}

impl Machine {
    /// What App Service and Container Apps put into the environment: `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`.
    #[must_use]
    pub fn environment(&self) -> BTreeMap<String, String> {
        BTreeMap::from([
            ("IDENTITY_ENDPOINT".to_owned(), IDENTITY_ENDPOINT.to_owned()),
            ("IDENTITY_HEADER".to_owned(), self.secret.clone()),
        ])
    }

    /// The network of a virtual machine, in which the metadata service answers.
    #[must_use]
    pub fn transport(&self) -> Arc<dyn HttpClient> {
        let id = MachineId(self.secret.clone());
        in_process(self.world.clone(), Vantage::OUTSIDE, Some(id))
    }
}

pub(super) fn mount(world: &World) {
    world.mount(
        ENDPOINT_HOST,
        Router::new().route("/msi/token", get(endpoint)),
    );
    let imds = Router::new().route("/metadata/identity/oauth2/token", get(imds));
    world.mount(IMDS_HOST, imds);
}

/// App Service and Container Apps: whoever knows the secret header may ask.
async fn endpoint(world: World, headers: HeaderMap, Query(asked): Query<Asked>) -> Response {
    let secret = header(&headers, "x-identity-header");
    let elsewhere: Arc<Elsewhere> = world.extension();
    let elsewhere = elsewhere
        .0
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let answer = world.with(|state| {
        let bad = |message: &str| (400, message.to_owned());
        let identities = identities(state, &elsewhere, secret);
        let identities = identities.ok_or_else(|| (403, "Forbidden".to_owned()))?;
        if asked.get("api-version").map(String::as_str) != Some(ENDPOINT_VERSION) {
            return Err(bad("The api-version is not supported."));
        }
        let resource = text(&asked, "resource");
        let resource = resource.ok_or_else(|| bad("The parameter resource is missing."))?;
        let selectors = ["client_id", "principal_id", "object_id", "mi_res_id"];
        let found = chosen(state, &identities, &asked, &selectors).ok_or_else(|| {
            bad("No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.")
        })?;
        let minted = found.mint(state, resource);
        let minted = minted.map_err(|message| (400, message))?;
        let mut body = body(&minted, resource);
        body["client_id"] = json!(found.client);
        Ok(body)
    });
    match answer {
        Ok(body) => respond::noted(respond::json(200, &body), None, "managed identity"),
        Err((status, message)) => {
            respond::json(status, &json!({ "statusCode": status, "message": message }))
        }
    }
}

/// A virtual machine: whoever is on it may ask.
async fn imds(
    world: World,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
    request: Request,
) -> Response {
    let Some(MachineId(secret)) = request.extensions().get::<MachineId>() else {
        return respond::no_such_host();
    };
    let answer = world.with(|state| {
        let bad = |error: &'static str, message: &str| (error, message.to_owned());
        if header(&headers, "metadata") != "true" {
            return Err(bad(
                "invalid_request",
                "Required metadata header not specified",
            ));
        }
        if text(&asked, "api-version").is_none_or(|own| own < IMDS_VERSION) {
            return Err(bad(
                "invalid_request",
                "Required query variable 'api-version' is missing or too old",
            ));
        }
        let missing = || {
            bad(
                "invalid_request",
                "Required query variable 'resource' is missing",
            )
        };
        let resource = text(&asked, "resource").ok_or_else(missing)?;
        let identities = identities(state, &[], secret).unwrap_or_default();
        let selectors = ["client_id", "object_id", "msi_res_id"];
        // Who names none means the only one.
        let only = |own: &[AssignedIdentity]| match own {
            [only] if !selectors.iter().any(|name| asked.contains_key(*name)) => {
                Identity::of(state, *only)
            }
            _ => None,
        };
        let found = chosen(state, &identities, &asked, &selectors).or_else(|| only(&identities));
        let found = found.ok_or_else(|| bad("invalid_request", "Identity not found"))?;
        let minted = found.mint(state, resource);
        let minted = minted.map_err(|message| ("invalid_resource", message))?;
        let mut body = body(&minted, resource);
        // Numbers in quotes, and a member that once meant something.
        let seconds = minted.lifetime.as_secs();
        let begins = state.now().unix_timestamp();
        body["client_id"] = json!(found.client);
        body["expires_in"] = json!(seconds.to_string());
        body["ext_expires_in"] = json!(seconds.to_string());
        body["not_before"] = json!(begins.to_string());
        body["refresh_token"] = json!("");
        Ok(body)
    });
    match answer {
        Ok(body) => respond::noted(respond::json(200, &body), None, "managed identity"),
        Err((error, message)) => respond::json(
            400,
            &json!({ "error": error, "error_description": message }),
        ),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let value = headers.get(name).and_then(|own| own.to_str().ok());
    value.unwrap_or_default()
}

fn text<'a>(asked: &'a Asked, name: &str) -> Option<&'a str> {
    let value = asked.get(name).map(String::as_str);
    value.filter(|own| !own.is_empty())
}

fn identities(
    state: &State,
    elsewhere: &[MachineIdentities],
    secret: &str,
) -> Option<Vec<AssignedIdentity>> {
    let own = state.read::<Grants>();
    let own = own.and_then(|own| own.machines.get(secret)).cloned();
    own.or_else(|| elsewhere.iter().find_map(|own| own(state, secret)))
}

/// An assigned identity that the directory still has.
struct Identity<'a> {
    at: AssignedIdentity,
    client: Uuid,
    view: View<'a>,
}

impl<'a> Identity<'a> {
    fn of(state: &'a State, at: AssignedIdentity) -> Option<Self> {
        let directory = state.directory_ref();
        let view = directory.object(at.tenant, at.principal, Read::Authoritative)?;
        let client = view.text("appId")?.parse().ok()?;
        Some(Self { at, client, view })
    }

    fn is(&self, selector: &str, wanted: &str) -> bool {
        let own = match selector {
            "client_id" => Some(self.client.to_string()),
            "principal_id" | "object_id" => Some(self.at.principal.to_string()),
            _ => mint::resource_id_of(&self.view).map(str::to_owned),
        };
        own.is_some_and(|own| own.eq_ignore_ascii_case(wanted))
    }

    fn mint(&self, state: &State, resource: &str) -> Result<Minted, String> {
        let AssignedIdentity { tenant, principal } = self.at;
        mint::managed_identity_token(state, tenant, principal, resource)
            .map_err(|error| format!("AADSTS{}: {}", error.number(), error.message()))
    }
}

/// The identity that is asked for by one of these parameters.
fn chosen<'a>(
    state: &'a State,
    identities: &[AssignedIdentity],
    asked: &Asked,
    selectors: &[&str],
) -> Option<Identity<'a>> {
    let known = identities
        .iter()
        .filter_map(|own| Identity::of(state, *own));
    known.into_iter().find(|own| {
        selectors
            .iter()
            .any(|name| text(asked, name).is_some_and(|wanted| own.is(name, wanted)))
    })
}

fn body(minted: &Minted, resource: &str) -> Value {
    json!({
        "access_token": minted.token.secret(),
        // A number in quotes.
        "expires_on": minted.expires_on.unix_timestamp().to_string(),
        "resource": resource,
        "token_type": "Bearer",
    })
}
