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

use super::door::{self, Vantage};
use super::session::{Answer, Session};

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
    let operation = if asked.batch.is_empty() {
        "sql.open"
    } else {
        "sql.run"
    };
    let entered =
        world.with(|state| door::enter(state, &headers, &server, &asked.database, asked.from));
    let (tenant, outcome) = match entered {
        Err(error) => (None, Outcome::Error(error)),
        Ok(entered) => {
            let tenant = entered.tenant;
            let mut answers = Vec::new();
            // Here a session is one batch: a transaction that it leaves open is lost.
            Session::new(entered, SPID)
                .run(&world, &asked.batch, &[], &mut answers)
                .await;
            let outcome = match outcome(answers) {
                Ok(rows) => Outcome::Rows(rows),
                Err(error) => Outcome::Error(error),
            };
            (Some(tenant), outcome)
        }
    };
    respond::noted(respond::json(200, &outcome), tenant, operation)
}

/// The number of every session over HTTP.
const SPID: u16 = 51;

/// The last rows, or the first error.
pub(super) fn outcome(answers: Vec<Answer>) -> Result<Vec<Row>, SqlError> {
    let mut rows = Vec::new();
    for answer in answers {
        match answer {
            Answer::Failed(error) => return Err(error),
            Answer::Rows(set) => rows = set.rows,
            Answer::Done | Answer::Began | Answer::Committed | Answer::RolledBack => {}
        }
    }
    Ok(rows)
}
