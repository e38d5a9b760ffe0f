//! GitHub as an issuer: what a workflow run with `permissions: id-token: write` asks for its own token.
//!
//! Source: [OpenID Connect reference](https://docs.github.com/actions/reference/security/oidc).
//! Unverified: the host and path of the request, which a run reads from its environment, and the body of a refusal.

use std::fmt;
use std::time::Duration;

use axum::Router;
use axum::extract::Query;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use azure_core::credentials::Secret;
use serde_json::json;
use std::collections::HashMap;

use super::grants::Grants;
use super::mint;
use crate::fake::{World, respond};

/// The issuer in a workflow run's token.
pub const GITHUB_ISSUER: &str = "https://token.actions.githubusercontent.com";
const HOST: &str = "pipelines.actions.githubusercontent.com";
const PATH: &str = "/idtoken";
/// How long a run's token is good.
const LIFETIME: Duration = Duration::from_secs(300);

/// What a workflow run finds in its environment.
#[derive(Clone)]
pub struct WorkflowRun {
    /// `ACTIONS_ID_TOKEN_REQUEST_URL`.
    pub request_url: String,
    /// `ACTIONS_ID_TOKEN_REQUEST_TOKEN`.
    pub request_token: Secret,
}

impl fmt::Debug for WorkflowRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkflowRun")
            .field("request_url", &self.request_url)
            .finish_non_exhaustive()
    }
}

impl World {
    /// A run of a workflow whose tokens have this subject, such as `repo:owner/name:environment:qa`.
    #[must_use]
    pub fn workflow_run(&self, subject: &str) -> WorkflowRun {
        let token = self.with(|state| {
            let token = format!("run-{}", state.uuid());
            let runs = &mut state.section::<Grants>().workflow_runs;
            runs.insert(token.clone(), subject.to_owned());
            token
        });
        WorkflowRun {
            request_url: format!("https://{HOST}{PATH}?api-version=2.0"),
            request_token: Secret::new(token),
        }
    }
}

pub(super) fn mount(world: &World) {
    world.mount(HOST, Router::new().route(PATH, get(token)));
}

async fn token(
    world: World,
    headers: HeaderMap,
    Query(asked): Query<HashMap<String, String>>,
) -> Response {
    let own = headers
        .get("authorization")
        .and_then(|own| own.to_str().ok());
    let own = own.and_then(|own| own.strip_prefix("Bearer "));
    let minted = world.with(|state| {
        let subject = state.read::<Grants>()?.workflow_runs.get(own?)?;
        // Without a wish it is the owner of the repository.
        let owner = subject.split([':', '/']).nth(1).unwrap_or_default();
        let usual = format!("https://github.com/{owner}");
        let audience = asked.get("audience").unwrap_or(&usual);
        Some(mint::external_assertion(
            state,
            GITHUB_ISSUER,
            subject,
            audience,
            LIFETIME,
        ))
    });
    match minted {
        Some(token) => {
            let value = token.secret();
            respond::json(200, &json!({ "count": value.len(), "value": value }))
        }
        None => respond::json(401, &json!({ "message": "Unauthorized" })),
    }
}
