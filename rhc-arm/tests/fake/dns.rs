//! Public DNS zones: what their records are seen as, and which cannot stand side by side.

use rhc_core::fake::{Dns, RecordType};
use serde_json::{Value, json};

use super::cloud::Cloud;
use super::examples::in_group;

const VERSION: &str = "2018-05-01";

fn zone() -> String {
    in_group("Microsoft.Network/dnsZones/example.org")
}

fn alias(to: &str) -> Value {
    json!({ "properties": { "TTL": 60, "CNAMERecord": { "cname": to } } })
}

fn text(value: &[&str]) -> Value {
    json!({ "properties": { "TTL": 60, "TXTRecords": [{ "value": value }] } })
}

async fn with_zone() -> Cloud {
    let cloud = Cloud::new().await;
    cloud
        .put(&zone(), VERSION, json!({ "location": "global" }))
        .await
        .accepted(201);
    cloud
}

fn seen(cloud: &Cloud, name: &str, kind: RecordType) -> Vec<String> {
    let found = |dns: &Dns| dns.lookup(name, kind).to_vec();
    cloud
        .world
        .with(|state| state.read::<Dns>().map(found).unwrap_or_default())
}

#[tokio::test(start_paused = true)]
async fn records_are_seen_where_their_zone_answers_and_only_there() {
    let cloud = with_zone().await;
    let www = format!("{}/CNAME/www", zone());
    cloud
        .put(&www, VERSION, alias("a.example.net"))
        .await
        .accepted(201);
    let nothing = seen(&cloud, "www.example.org", RecordType::Cname);
    assert_eq!(nothing, [""; 0], "the registrar names other servers");

    cloud.world.with(|state| {
        state.section::<Dns>().delegate("example.org", &zone());
    });
    cloud
        .put(&www, VERSION, alias("b.example.net"))
        .await
        .accepted(200);
    let proof = format!("{}/TXT/asuid.www", zone());
    cloud
        .put(&proof, VERSION, text(&["one", "half"]))
        .await
        .accepted(201);
    assert_eq!(
        seen(&cloud, "www.example.org", RecordType::Cname),
        ["b.example.net"]
    );
    assert_eq!(
        seen(&cloud, "asuid.www.example.org", RecordType::Txt),
        ["onehalf"],
        "parts belong together"
    );
    let shown = cloud.get(&proof, VERSION).await.accepted(200);
    assert_eq!(shown.at("properties.fqdn"), "asuid.www.example.org.");
    assert_eq!(shown.at("type"), "Microsoft.Network/dnszones/TXT");
    let whole = cloud.get(&zone(), VERSION).await.accepted(200);
    assert_eq!(whole.at("properties.numberOfRecordSets"), 4);

    cloud.delete(&proof, VERSION).await.accepted(200);
    assert_eq!(
        seen(&cloud, "asuid.www.example.org", RecordType::Txt),
        [""; 0]
    );
}

#[tokio::test(start_paused = true)]
async fn an_alias_stands_alone() {
    let cloud = with_zone().await;
    let www = |kind: &str| format!("{}/{kind}/www", zone());
    cloud
        .put(&www("TXT"), VERSION, text(&["x"]))
        .await
        .accepted(201);
    cloud
        .put(&www("CNAME"), VERSION, alias("a.example.net"))
        .await
        .refused("an alias beside a text", 400, "BadRequest");
    cloud
        .put(
            &format!("{}/CNAME/%40", zone()),
            VERSION,
            alias("a.example.net"),
        )
        .await
        .refused("an alias for the zone itself", 400, "BadRequest");
}

#[tokio::test(start_paused = true)]
async fn a_record_without_its_zone_is_refused() {
    let cloud = Cloud::new().await;
    cloud
        .put(
            &format!("{}/CNAME/www", zone()),
            VERSION,
            alias("a.example.net"),
        )
        .await
        .refused("no zone", 404, "ParentResourceNotFound");
}

#[tokio::test(start_paused = true)]
async fn a_record_is_changed_over_the_version_that_was_seen() {
    let cloud = with_zone().await;
    let www = format!("{}/CNAME/www", zone());
    let made = cloud.put(&www, VERSION, alias("a.example.net")).await;
    let first = made.accepted(201).at("etag").as_str().unwrap().to_owned();
    let note = |text: &str| json!({ "properties": { "metadata": { "note": text } } });
    let changed = cloud.patch_over(&www, VERSION, note("1"), &first).await;
    let changed = changed.accepted(200);
    assert_eq!(changed.at("properties.metadata.note"), "1");
    assert_eq!(changed.at("properties.CNAMERecord.cname"), "a.example.net");
    let second = changed.at("etag").as_str().unwrap().to_owned();
    assert_ne!(first, second);
    cloud
        .patch_over(&www, VERSION, note("2"), &first)
        .await
        .refused("an older version", 412, "PreconditionFailed");
    cloud
        .patch_over(&www, VERSION, note("3"), "*")
        .await
        .accepted(200);
    let shown = cloud.get(&www, VERSION).await;
    assert_eq!(shown.at("properties.metadata.note"), "3");
    let list = cloud.get(&format!("{}/CNAME", zone()), VERSION).await;
    assert!(list.at("value")[0]["etag"].is_string());
}
