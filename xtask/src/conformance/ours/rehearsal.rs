//! A complete rehearsal in process, whose requests and answers are kept.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use rhc_arm::fake::{TypeRules, registered_types};
use rhc_core::fake::{LoggedRequest, WorldOptions};
use rollout::{
    connection::Connection,
    embedded::EmbeddedCloud,
    engine::{Action, AdoptionOptions, ApplyOptions, Key, PlanOptions},
    manifest::{AzureZone, Manifest},
    steps::{self, Clients},
};
use serde_json::{Value, json};

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

/// Plans, applies, plans again the environment of the examples, adopts some of it, and gives what went over the wire.
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
    let cloud =
        EmbeddedCloud::new(&manifest, recorded(), true).map_err(|error| error.to_string())?;
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
    let mut log = cloud.world().log();
    let state = cloud.to_state().map_err(|error| error.to_string())?;
    log.extend(adopt(&manifest, state).await?);
    log.extend(adopt_record(manifest).await?);
    Ok((log, registered_types(cloud.world())))
}

/// Takes the mark off a vault, the applications and the groups of a finished environment, and adopts them again.
async fn adopt(manifest: &Manifest, mut state: Value) -> Outcome<Vec<LoggedRequest>> {
    let resources = state["sections"]["arm"]["resources"].as_object_mut();
    for (id, stored) in resources.into_iter().flatten() {
        if id.ends_with("/vaults/hp225qa-kv") {
            stored["body"]["tags"] = json!({ "owner": "ron" });
        }
    }
    let tenants = state["sections"]["directory"]["tenants"].as_object_mut();
    for (_, tenant) in tenants.into_iter().flatten() {
        for (_, object) in tenant["objects"].as_object_mut().into_iter().flatten() {
            if let Some(body) = object["body"].as_object_mut() {
                body.remove("uniqueName");
            }
        }
    }
    let cloud = EmbeddedCloud::from_state(manifest, &state.to_string(), recorded(), false)
        .map_err(|error| error.to_string())?;
    adopt_all(&cloud, manifest).await
}

/// Adopts the record of a host name that somebody made in an Azure DNS zone.
async fn adopt_record(mut manifest: Manifest) -> Outcome<Vec<LoggedRequest>> {
    let zone = AzureZone {
        tenant: manifest.environment.hosting_tenant.clone(),
        subscription: "22222222-2222-4222-8222-222222222222".to_owned(),
        resource_group: "company-dns".to_owned(),
    };
    let id = format!("{}/CNAME/hp2-qa", zone.id(&manifest.dns.zone));
    manifest.dns.azure_zone = Some(zone);
    let cloud = EmbeddedCloud::new(&manifest, recorded(), false);
    let cloud = cloud.map_err(|error| error.to_string())?;
    let theirs = json!({
        "id": id,
        "type": "Microsoft.Network/dnsZones/CNAME",
        "etag": "4873ff04-6bac-4f53-ac6f-051360bf8be3",
        "properties": { "TTL": 60, "CNAMERecord": { "cname": "theirs.example" }, "metadata": { "ticket": "4711" } },
    });
    let put = |state: &mut rhc_core::fake::State| rhc_arm::fake::put_resource(state, theirs);
    cloud.world().with(put);
    adopt_all(&cloud, &manifest).await
}

async fn adopt_all(cloud: &EmbeddedCloud, manifest: &Manifest) -> Outcome<Vec<LoggedRequest>> {
    let rollout = |connection: &Arc<Connection>| {
        let clients = Clients::new(Arc::clone(connection) as Arc<dyn steps::Connect>);
        steps::environment(manifest, &clients).map_err(|error| error.to_string())
    };
    let planned = rollout(&cloud.connect())?;
    let plan = planned.plan(&PlanOptions::default()).await.plan;
    let entries = plan.entries.into_iter();
    let foreign: Vec<Key> = entries
        .filter(|entry| matches!(entry.action, Action::Foreign { .. }))
        .map(|entry| entry.key)
        .collect();
    let connection = cloud.connect();
    let rollout = rollout(&connection)?;
    let options = AdoptionOptions {
        fence: Some(connection.fence().clone()),
        ..AdoptionOptions::default()
    };
    let adoption = rollout.plan_adoption(&foreign, &options).await;
    let adoption = adoption.map_err(|error| error.to_string())?;
    let options = ApplyOptions {
        fence: Some(connection.fence().clone()),
        leaves_doors: true,
        ..ApplyOptions::default()
    };
    let run = adoption.rollout.apply(adoption.planned, &options).await;
    let summary = run.map_err(|error| error.to_string())?;
    if foreign.is_empty() || summary.adopted < foreign.len() {
        return Err(format!(
            "the import did not succeed: {foreign:?} {:?}",
            summary.failed
        ));
    }
    Ok(cloud.world().log())
}

fn recorded() -> WorldOptions {
    WorldOptions {
        record_bodies: true,
        ..WorldOptions::default()
    }
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
