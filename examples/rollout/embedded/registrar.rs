//! Who keeps the public DNS of the embedded cloud: a registrar's page that only a person can open, or an Azure DNS zone.

use std::sync::Arc;
use std::time::Duration;

use rhc_arm::fake::{Arm, Stored};
use rhc_core::fake::{Dns, PersonTask, RecordType, State, World};
use serde_json::json;

use super::{EmbeddedError, seed};
use crate::manifest::{App, AzureZone, Manifest};
use crate::steps::domains::records_key;

/// Two records take a person some minutes, signing in included.
const ADD_RECORDS: Duration = Duration::from_secs(8 * 60);

/// The zone of the apps' host names is there beforehand, with nothing of theirs in it.
pub(super) fn seed(state: &mut State, manifest: &Manifest) -> Result<(), EmbeddedError> {
    let domain = &manifest.dns.zone;
    state.section::<Dns>().add_zone(domain);
    match &manifest.dns.azure_zone {
        Some(zone) => azure_zone(state, manifest, zone),
        None => Ok(()),
    }
}

fn azure_zone(
    state: &mut State,
    manifest: &Manifest,
    zone: &AzureZone,
) -> Result<(), EmbeddedError> {
    let (tenant, owner) = seed::operator(state, manifest, &zone.tenant)?;
    let Ok(subscription) = zone.subscription.parse() else {
        return Ok(());
    };
    let held = state
        .read::<Arm>()
        .is_some_and(|arm| arm.subscriptions.contains_key(&subscription));
    if !held {
        let providers = ["Microsoft.Network"];
        let name = "company-dns";
        rhc_arm::fake::create_subscription(state, subscription, name, tenant, owner, &providers);
    }
    let id = zone.id(&manifest.dns.zone);
    let group = id.split("/providers/").next().unwrap_or_default();
    let location = &manifest.environment.location;
    rhc_arm::fake::put_resource(state, json!({ "id": group, "location": location }));
    rhc_arm::fake::put_resource(state, json!({ "id": id, "location": "global" }));
    state.section::<Dns>().delegate(&manifest.dns.zone, &id);
    Ok(())
}

/// Registers the records of each app, unless the rollout can write them itself.
pub(super) fn register(world: &World, manifest: &Manifest) {
    if manifest.dns.azure_zone.is_none() {
        for (_, app) in manifest.apps() {
            world.person().register(add_records(app));
        }
    }
}

fn add_records(app: &App) -> PersonTask {
    let (host, name) = (app.hostname.clone(), app.container_app.name.clone());
    let (his_host, his_name) = (host.clone(), name.clone());
    PersonTask {
        key: records_key(&host).to_string(),
        title: format!("add the DNS records of {host}"),
        ready: Arc::new(move |state| {
            wanted(state, &host, &name).is_some_and(|all| {
                let dns = state.read::<Dns>();
                all.iter().any(|(name, kind, value)| {
                    dns.is_none_or(|dns| dns.lookup(name, *kind) != [value.as_str()])
                })
            })
        }),
        act: Arc::new(move |state| {
            for (name, kind, value) in wanted(state, &his_host, &his_name).unwrap_or_default() {
                state.section::<Dns>().set(&name, kind, [value]);
            }
        }),
        takes: ADD_RECORDS,
    }
}

type Record = (String, RecordType, String);

/// What the plan tells him, once there is an app.
fn wanted(state: &State, host: &str, app: &str) -> Option<Vec<Record>> {
    let mut apps = state
        .read::<Arm>()?
        .everywhere("Microsoft.App/containerApps");
    let app = apps.find(|own| own.name() == app)?;
    let text = |path| Stored::text(app, path).filter(|own| !own.is_empty());
    let proof = text("properties.customDomainVerificationId")?;
    let leads_to = text("properties.configuration.ingress.fqdn")?;
    Some(vec![
        (format!("asuid.{host}"), RecordType::Txt, proof.to_owned()),
        (host.to_owned(), RecordType::Cname, leads_to.to_owned()),
    ])
}
