//! Batches over HTTP, between the embedded cloud and its own clients. This is no interface of Azure's: there, TDS.

use axum::Router;
use axum::extract::Json;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::post;
use rhc_core::fake::{RequestInfo, World, respond};
use serde::{Deserialize, Serialize};

use crate::grants::Row;
use crate::session::SqlError;

use super::catalogue::SqlSection;
use super::door::{self, Vantage};
use super::execute;

/// Where batches are taken.
pub(super) const PATH: &str = "/embedded-sql";
/// The names under which servers are reached, in all clouds.
const HOSTS: [&str; 3] = [
    "*.database.windows.net",
    "*.database.usgovcloudapi.net",
    "*.database.chinacloudapi.cn",
];

/// A batch.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Batch {
    pub(super) database: String,
    pub(super) from: Vantage,
    /// Empty to log in and no more.
    pub(super) batch: String,
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Outcome {
    Rows(Vec<Row>),
    Error(SqlError),
}

/// Lets SQL servers answer.
pub(in crate::fake) fn mount(world: &World) {
    for host in HOSTS {
        world.mount(host, Router::new().route(PATH, post(answer)));
    }
}

async fn answer(
    world: World,
    info: RequestInfo,
    headers: HeaderMap,
    Json(asked): Json<Batch>,
) -> Response {
    let server = info.host.split('.').next().unwrap_or_default().to_owned();
    let (tenant, outcome) = world.with(|state| {
        let entered = match door::enter(state, &headers, &server, &asked.database, asked.from) {
            Ok(entered) => entered,
            Err(error) => return (None, Outcome::Error(error)),
        };
        let catalogue = state
            .section::<SqlSection>()
            .catalogue_mut(&entered.server, &entered.database);
        let outcome =
            match execute::run(catalogue, &entered.database, &entered.rights, &asked.batch) {
                Ok(rows) => Outcome::Rows(rows),
                Err(error) => Outcome::Error(error),
            };
        (Some(entered.tenant), outcome)
    });
    let operation = if asked.batch.is_empty() {
        "sql.open"
    } else {
        "sql.run"
    };
    respond::noted(respond::json(200, &outcome), tenant, operation)
}
