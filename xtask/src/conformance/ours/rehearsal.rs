//! A complete rehearsal in process, whose requests and answers are kept.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use rhc_arm::fake::{TypeRules, registered_types};
use rhc_core::fake::{LoggedRequest, WorldOptions};
use rollout::{
    embedded::EmbeddedCloud,
    engine::{ApplyOptions, PlanOptions},
    manifest::Manifest,
    steps::{self, Clients},
};

use crate::{
    Outcome,
    conformance::{
        exchange::Exchange,
        read::recordings::{decode, pairs},
    },
    root,
};

/// What was sent, by service.
#[derive(Debug, Default)]
pub struct Traffic {
    /// To Resource Manager.
    pub arm: Vec<Exchange>,
    /// To Graph.
    pub graph: Vec<Exchange>,
    /// To other hosts, counted.
    pub others: BTreeMap<String, usize>,
    /// The tables of the types that the embedded cloud's Resource Manager knows.
    pub types: Vec<TypeRules>,
}

/// Plans, applies, plans again and verifies the environment of the examples, and gives what went over the wire.
///
/// # Errors
/// The rehearsal did not succeed.
pub fn traffic() -> Outcome<Traffic> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .map_err(|error| error.to_string())?;
    let (log, types) = runtime.block_on(rehearse())?;
    let mut traffic = Traffic {
        types,
        ..Traffic::default()
    };
    for request in &log {
        match request.host.as_str() {
            "management.azure.com" => traffic.arm.push(exchange(request)?),
            "graph.microsoft.com" => traffic.graph.push(exchange(request)?),
            host => *traffic.others.entry(family(host)).or_default() += 1,
        }
    }
    Ok(traffic)
}

/// Hosts of one kind are counted together.
fn family(host: &str) -> String {
    match host.split_once('.') {
        Some((_, rest)) if rest.contains('.') => format!("*.{rest}"),
        _ => host.to_owned(),
    }
}

async fn rehearse() -> Outcome<(Vec<LoggedRequest>, Vec<TypeRules>)> {
    let manifest = Manifest::load(root().join("examples/environments/qa.toml"))
        .map_err(|error| error.to_string())?;
    let options = WorldOptions {
        record_bodies: true,
        ..WorldOptions::default()
    };
    let cloud = EmbeddedCloud::new(&manifest, options, true).map_err(|error| error.to_string())?;
    for _ in 0..2 {
        let connection = cloud.connect();
        let clients = Clients::new(Arc::clone(&connection) as Arc<dyn steps::Connect>);
        let rollout = steps::environment(&manifest, &clients).map_err(|error| error.to_string())?;
        let planned = rollout.plan(&PlanOptions::default()).await;
        let options = ApplyOptions {
            fence: Some(connection.fence().clone()),
            patience: Duration::from_secs(4 * 3600),
            ..ApplyOptions::default()
        };
        let summary = rollout
            .apply(planned, &options)
            .await
            .map_err(|error| error.to_string())?;
        if !summary.failed.is_empty() || !summary.manual.is_empty() {
            return Err(format!(
                "the rehearsal did not succeed: {:?} {:?}",
                summary.failed, summary.manual
            ));
        }
        tokio::time::sleep(Duration::from_secs(120)).await;
    }
    Ok((cloud.world().log(), registered_types(cloud.world())))
}

fn exchange(request: &LoggedRequest) -> Outcome<Exchange> {
    let link = request.path_and_query.clone();
    let (path, query) = link.split_once('?').unwrap_or((&link, ""));
    let json = |body: &Option<bytes::Bytes>| {
        body.as_ref()
            .filter(|body| !body.is_empty())
            .and_then(|body| serde_json::from_slice(body).ok())
    };
    let headers = |headers: &http::HeaderMap| {
        headers
            .iter()
            .filter_map(|(name, value)| {
                Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
            })
            .collect()
    };
    Ok(Exchange {
        method: request.method.as_str().to_owned(),
        host: request.host.clone(),
        path: decode(path),
        query: pairs(query),
        link: link.clone(),
        request_headers: headers(&request.request_headers),
        request: json(&request.request_body),
        status: request.status.ok_or_else(|| format!("{link}: no answer"))?,
        answer_headers: headers(&request.answer_headers),
        answer: json(&request.answer_body),
    })
}
