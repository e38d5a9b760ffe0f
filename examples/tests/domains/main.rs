//! The apps' own host names over whole runs: without their records, with an Azure DNS zone, and after later writes.

#[allow(
    dead_code,
    reason = "shared by several test binaries, of which each uses a part"
)]
#[path = "../common/edit.rs"]
mod edit;
#[allow(
    dead_code,
    reason = "shared by several test binaries, of which each uses a part"
)]
#[path = "../common/finished.rs"]
mod finished;

use std::sync::Arc;
use std::time::Duration;

use edit::{delete, record, resource};
use finished::{Run, manifest, settle, state};
use rhc_core::fake::{Dns, RecordType, WorldOptions};
use rollout::connection::Connection;
use rollout::dns::{EmbeddedDns, RecordKind, Resolver};
use rollout::embedded::EmbeddedCloud;
use rollout::engine::{Action, Plan};
use rollout::manifest::{AzureZone, Manifest};
use serde_json::{Value, json};

const HOST: &str = "hp2-qa.recalibratex.net";
const RECORDS: &str = "domains/hp2-qa.recalibratex.net/records";
const CERTIFICATE: &str = "/managedcertificates/hp2-qa-recalibratex-net";

fn to_do(plan: &Plan) -> Vec<String> {
    let entries = plan
        .entries
        .iter()
        .filter(|entry| !matches!(entry.action, Action::Unchanged | Action::NotObserved { .. }));
    entries.map(|entry| entry.key.to_string()).collect()
}

fn domains(state: &mut Value) -> &mut Value {
    let app = resource(state, "/containerapps/hp225qa-app");
    &mut app["properties"]["configuration"]["ingress"]["customDomains"]
}

/// What a browser gets at the app's own address.
async fn browse(cloud: &EmbeddedCloud) -> Option<u16> {
    use azure_core::http::{Method, Request};
    let request = Request::new(format!("https://{HOST}/").parse().unwrap(), Method::Get);
    let answer = cloud.world().transport().execute_request(&request).await;
    answer.ok().map(|answer| answer.deconstruct().0.into())
}

/// A finished environment before its app had a host name.
fn nameless() -> Value {
    let mut state = state();
    *domains(&mut state) = Value::Null;
    delete(&mut state, CERTIFICATE);
    record(&mut state, HOST).clear();
    record(&mut state, &format!("asuid.{HOST}")).clear();
    state
}

#[tokio::test(start_paused = true)]
async fn a_later_write_of_the_app_does_not_lose_its_binding() {
    let mut state = state();
    let bound = domains(&mut state).clone();
    assert_eq!(bound[0]["bindingType"], "SniEnabled");
    resource(&mut state, "/containerapps/hp225qa-app")["tags"]["rhc-cost-center"] = json!("x");
    let run = Run::from_state(&state);
    let planned = run.plan().await;
    assert_eq!(
        to_do(&planned.plan),
        ["hp2/Microsoft.App/containerApps/hp225qa-app"]
    );
    let summary = run.apply(planned).await;
    assert_eq!(
        (summary.updated, summary.failed.len()),
        (1, 0),
        "{summary:?}"
    );
    let mut after = run.cloud.to_state().unwrap();
    assert_eq!(*domains(&mut after), bound);
    assert_eq!(browse(&run.cloud).await, Some(200));
}

#[tokio::test(start_paused = true)]
async fn an_app_that_lost_its_host_name_gets_it_back_and_bound() {
    let mut state = state();
    *domains(&mut state) = Value::Null;
    let run = Run::from_state(&state);
    assert_eq!(browse(&run.cloud).await, None);
    let planned = run.plan().await;
    let lost = [
        "domains/hp2-qa.recalibratex.net/hostname",
        "domains/hp2-qa.recalibratex.net/binding",
    ];
    assert_eq!(to_do(&planned.plan), lost);
    let summary = run.apply(planned).await;
    assert_eq!(
        (summary.created, summary.updated, summary.failed.len()),
        (2, 0, 0)
    );
    assert_eq!(browse(&run.cloud).await, Some(200));
    settle().await;
    let left = Run::over(run.manifest, run.cloud).plan().await;
    assert_eq!(to_do(&left.plan), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn names_that_somebody_else_gave_the_app_stay() {
    let mut state = state();
    let other = json!({ "name": "www.example.org", "bindingType": "Disabled", "unheardOf": 7 });
    *domains(&mut state) = json!([other]);
    let run = Run::from_state(&state);
    let planned = run.plan().await;
    run.apply(planned).await;
    let mut after = run.cloud.to_state().unwrap();
    let names = domains(&mut after);
    assert_eq!(names[0], other);
    assert_eq!(names[1]["name"], HOST);
    assert_eq!(names[1]["bindingType"], "SniEnabled");
}

#[tokio::test(start_paused = true)]
async fn without_its_records_a_host_name_waits_for_a_person_and_a_later_run_finishes_it() {
    let mut state = nameless();
    // Something else to do, which must not wait.
    resource(&mut state, "/vaults/hp225qa-kv")["tags"]["rhc-app"] = json!("x");
    let run = Run::from_state(&state);
    let planned = run.plan().await;
    let instructions = instructions(&planned.plan);
    let summary = run.apply(planned).await;
    assert_eq!(
        (summary.updated, summary.created, summary.failed.len()),
        (1, 0, 0)
    );
    let waits: Vec<_> = summary
        .manual
        .iter()
        .map(|one| one.key.to_string())
        .collect();
    assert_eq!(waits, [RECORDS]);

    let wanted = run.cloud.world().with(|state| {
        let arm = state.read::<rhc_arm::fake::Arm>().unwrap();
        let app = arm
            .everywhere("Microsoft.App/containerApps")
            .find(|app| app.name() == "hp225qa-app")
            .unwrap();
        let text = |path| app.text(path).unwrap().to_owned();
        [
            text("properties.customDomainVerificationId"),
            text("properties.configuration.ingress.fqdn"),
        ]
    });
    for part in [
        "TXT record. Name: asuid.hp2-qa ",
        "CNAME record. Name: hp2-qa ",
        "asuid.hp2-qa.recalibratex.net",
    ]
    .into_iter()
    .chain(wanted.iter().map(String::as_str))
    {
        assert!(
            instructions.contains(part),
            "{part} is not in {instructions}"
        );
    }

    run.cloud.world().person().perform(RECORDS).unwrap();
    let later = Run::over(run.manifest, run.cloud);
    let planned = later.plan().await;
    let summary = later.apply(planned).await;
    assert_eq!(
        (summary.created, summary.failed.len(), summary.manual.len()),
        (3, 0, 0)
    );
    assert_eq!(browse(&later.cloud).await, Some(200));
    settle().await;
    assert_eq!(to_do(&later.plan().await.plan), [""; 0]);
}

fn instructions(plan: &Plan) -> String {
    let entry = plan
        .entries
        .iter()
        .find(|entry| entry.key.as_str() == RECORDS);
    match entry.map(|entry| &entry.action) {
        Some(Action::Manual { instructions, .. }) => instructions.join("\n"),
        other => panic!("a person has to act, and not {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_there_instead_is_said_to_the_person() {
    let mut state = state();
    record(&mut state, HOST).insert("CNAME".to_owned(), json!(["parked.example"]));
    record(&mut state, &format!("asuid.{HOST}")).insert("TXT".to_owned(), json!(["old"]));
    let planned = Run::from_state(&state).plan().await;
    let said = instructions(&planned.plan);
    assert!(said.contains("Change the CNAME record"), "{said}");
    assert!(
        said.contains("leads to parked.example at present"),
        "{said}"
    );
    assert!(
        said.contains("holds old at present, which may stay"),
        "{said}"
    );
}

const ZONE_TENANT: &str = "backoffice";

fn with_zone() -> Manifest {
    let mut manifest = manifest();
    manifest.dns.azure_zone = Some(AzureZone {
        tenant: ZONE_TENANT.to_owned(),
        subscription: "22222222-2222-4222-8222-222222222222".to_owned(),
        resource_group: "company-dns".to_owned(),
    });
    manifest
}

fn zone_cloud(manifest: &Manifest) -> EmbeddedCloud {
    EmbeddedCloud::new(manifest, WorldOptions::default(), true).unwrap()
}

#[tokio::test(start_paused = true)]
async fn in_an_azure_zone_the_rollout_writes_the_records_itself() {
    let manifest = with_zone();
    let cloud = zone_cloud(&manifest);
    let run = Run::over(manifest, cloud);
    let planned = run.plan().await;
    assert!(!to_do(&planned.plan).contains(&RECORDS.to_owned()));
    let summary = run.apply(planned).await;
    assert_eq!(
        (summary.failed.len(), summary.manual.len()),
        (0, 0),
        "{summary:?}"
    );
    assert_eq!(browse(&run.cloud).await, Some(200));
    let dns = EmbeddedDns::new(run.cloud.world().transport());
    let proof = dns
        .lookup(&format!("asuid.{HOST}"), RecordKind::Txt)
        .await
        .unwrap();
    assert_eq!(proof.len(), 1);
    settle().await;
    let again = Run::over(run.manifest, run.cloud);
    assert_eq!(to_do(&again.plan().await.plan), [""; 0]);

    // Drift in the zone is mended as elsewhere.
    let mut state = again.cloud.to_state().unwrap();
    resource(&mut state, "/cname/hp2-qa")["properties"]["CNAMERecord"]["cname"] =
        json!("elsewhere.example");
    let cloud = EmbeddedCloud::from_state(
        &again.manifest,
        &state.to_string(),
        WorldOptions::default(),
        false,
    )
    .unwrap();
    let run = Run::over(again.manifest, cloud);
    let planned = run.plan().await;
    let cname = "domains/Microsoft.Network/dnsZones/CNAME/hp2-qa";
    assert_eq!(to_do(&planned.plan), [cname]);
    let summary = run.apply(planned).await;
    assert_eq!((summary.updated, summary.failed.len()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_record_in_the_zone_that_somebody_else_made_is_left_alone() {
    let manifest = with_zone();
    let cloud = zone_cloud(&manifest);
    let id = format!(
        "{}/CNAME/hp2-qa",
        manifest
            .dns
            .azure_zone
            .as_ref()
            .unwrap()
            .id(&manifest.dns.zone)
    );
    let theirs = json!({
        "id": id,
        "type": "Microsoft.Network/dnsZones/CNAME",
        "properties": { "TTL": 60, "CNAMERecord": { "cname": "theirs.example" } },
    });
    cloud
        .world()
        .with(|state| rhc_arm::fake::put_resource(state, theirs));
    let run = Run::over(manifest, cloud);
    let planned = run.plan().await;
    let entry = planned
        .plan
        .entries
        .iter()
        .find(|entry| entry.key.as_str().ends_with("/CNAME/hp2-qa"));
    assert!(
        matches!(
            entry.map(|entry| &entry.action),
            Some(Action::Foreign { .. })
        ),
        "{entry:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_zone_that_nobody_is_sent_to_is_said_to_be_the_reason() {
    let manifest = with_zone();
    let cloud = zone_cloud(&manifest);
    // The registrar names another zone's servers.
    cloud.world().with(|state| {
        state
            .section::<Dns>()
            .delegate(&manifest.dns.zone, "/subscriptions/x/another");
    });
    let run = Run::over(manifest, cloud);
    let planned = run.plan().await;
    let summary = run.apply(planned).await;
    let failed: Vec<_> = summary
        .failed
        .iter()
        .map(|one| (one.key.as_str(), one.remedy.clone().unwrap_or_default()))
        .collect();
    let keys: Vec<_> = failed.iter().map(|(key, _)| *key).collect();
    let names = [
        "domains/hp2-qa.recalibratex.net/hostname",
        "domains/smx-qa.recalibratex.net/hostname",
    ];
    assert_eq!(keys, names);
    for (_, why) in failed {
        for part in [
            "registrar does not name that zone's servers",
            "public DNS shows no such record, and the service sees no such record",
        ] {
            assert!(why.contains(part), "{why}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_embedded_clouds_dns_is_looked_up_like_any_other() {
    let run = Run::from_state(&state());
    let dns = EmbeddedDns::new(run.cloud.world().transport());
    let found = dns.lookup(HOST, RecordKind::Cname).await.unwrap();
    assert!(found[0].ends_with(".azurecontainerapps.io"), "{found:?}");
    let none = dns
        .lookup("other.recalibratex.net", RecordKind::Txt)
        .await
        .unwrap();
    assert_eq!(none, [""; 0]);
    run.cloud.world().with(|state| {
        state
            .section::<Dns>()
            .set(HOST, RecordType::Cname, ["other.example."]);
    });
    // Nothing is remembered.
    let found = dns.lookup(HOST, RecordKind::Cname).await.unwrap();
    assert_eq!(found, ["other.example"]);

    let bare = rhc_core::fake::World::new(WorldOptions::default());
    let error = EmbeddedDns::new(bare.transport())
        .lookup(HOST, RecordKind::Txt)
        .await
        .unwrap_err();
    assert!(error.remedy_text().is_some(), "{error}");
    let connection: Arc<Connection> = run.cloud.connect();
    let through: Arc<dyn Resolver> = rollout::steps::Connect::resolver(&*connection);
    assert_eq!(
        through.lookup(HOST, RecordKind::Cname).await.unwrap(),
        ["other.example"]
    );
    tokio::time::sleep(Duration::from_secs(1)).await;
}
