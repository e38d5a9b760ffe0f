//! The token endpoint that a container finds in `IDENTITY_ENDPOINT`, for the identities of its job.
//!
//! Source: [managed identities in Container Apps](https://learn.microsoft.com/azure/container-apps/managed-identity).
//! Unverified: the statuses and words of the refusals, which are App Service's, and that there is an address of its own:
//! the real one listens on the loopback of the container.

use axum::Router;
use axum::extract::Query;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use rhc_arm::fake::{Arm, Stored};
use rhc_core::fake::authority::{Minted, managed_identity_token};
use rhc_core::fake::{State, World, respond};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

use super::{EXECUTIONS, json};

/// Where it answers.
pub(super) const HOST: &str = "169.254.129.2";
/// Under what an execution hides the secret that its containers send.
pub(super) const HEADER: &str = "identityHeader";
const VERSION: &str = "2019-08-01";

pub(super) fn endpoint() -> String {
    format!("http://{HOST}:8081/msi/token")
}

pub(super) fn router() -> Router {
    Router::new().route("/msi/token", get(answer))
}

async fn answer(
    world: World,
    headers: HeaderMap,
    Query(asked): Query<HashMap<String, String>>,
) -> Response {
    let secret = headers
        .get("x-identity-header")
        .and_then(|own| own.to_str().ok());
    let secret = secret.unwrap_or_default();
    world.with(|state| match token(state, secret, &asked) {
        Ok(body) => respond::noted(respond::json(200, &body), None, "managed identity"),
        Err((status, message)) => {
            respond::json(status, &json!({ "statusCode": status, "message": message }))
        }
    })
}

fn token(
    state: &State,
    secret: &str,
    asked: &HashMap<String, String>,
) -> Result<Value, (u16, String)> {
    let bad = |message: &str| (400, message.to_owned());
    let job = job_of(state, secret).ok_or_else(|| (403, "Forbidden".to_owned()))?;
    if asked.get("api-version").map(String::as_str) != Some(VERSION) {
        return Err(bad("The api-version is not supported."));
    }
    let resource = asked.get("resource").filter(|own| !own.is_empty());
    let resource = resource.ok_or_else(|| bad("The parameter resource is missing."))?;
    let (tenant, principal, client) = identity(state, job, asked).ok_or_else(|| {
        bad("No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.")
    })?;
    let minted = managed_identity_token(state, tenant, principal, resource)
        .map_err(|error| (400, error.message().to_owned()))?;
    Ok(body(&minted, resource, client))
}

fn body(minted: &Minted, resource: &str, client: Uuid) -> Value {
    json!({
        "access_token": minted.token.secret(),
        // A number in quotes.
        "expires_on": minted.expires_on.unix_timestamp().to_string(),
        "resource": resource,
        "token_type": "Bearer",
        "client_id": client,
    })
}

/// The job whose running execution knows this secret.
fn job_of<'a>(state: &'a State, secret: &str) -> Option<&'a Stored> {
    let arm = state.read::<Arm>()?;
    let execution = arm.everywhere(EXECUTIONS).find(|own| {
        !secret.is_empty() && own.hidden.get(HEADER).and_then(Value::as_str) == Some(secret)
    })?;
    let (job, _) = execution.id().rsplit_once("/executions/")?;
    arm.get(job)
}

/// The tenant, principal and client of the identity that is asked for: one of the job's, which its main containers see.
fn identity(
    state: &State,
    job: &Stored,
    asked: &HashMap<String, String>,
) -> Option<(Uuid, Uuid, Uuid)> {
    let arm = state.read::<Arm>()?;
    let ids = job.get("identity.userAssignedIdentities")?.as_object()?;
    let hidden = |id: &str| {
        let settings = job.all("properties.configuration.identitySettings[]");
        settings.into_iter().any(|own| {
            json::text(own, "identity").is_some_and(|own| own.eq_ignore_ascii_case(id))
                && matches!(json::text(own, "lifecycle"), Some("None" | "Init"))
        })
    };
    let found = ids
        .keys()
        .filter(|id| !hidden(id))
        .filter_map(|id| arm.get(id))
        .find(|own| {
            let is = |parameter: &str, value: Option<&str>| {
                let wanted = asked.get(parameter);
                wanted
                    .is_some_and(|wanted| value.is_some_and(|own| own.eq_ignore_ascii_case(wanted)))
            };
            is("client_id", own.text("properties.clientId"))
                || is("principal_id", own.text("properties.principalId"))
                || is("object_id", own.text("properties.principalId"))
                || is("mi_res_id", Some(own.id()))
        })?;
    let id = |path: &str| found.text(path).and_then(|own| own.parse().ok());
    Some((
        arm.tenant_of(found.id())?,
        id("properties.principalId")?,
        id("properties.clientId")?,
    ))
}
