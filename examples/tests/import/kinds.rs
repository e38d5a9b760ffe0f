//! Everything that can bear the mark is adopted: only the mark changes, and what follows is an ordinary apply.

use std::collections::BTreeSet;

use rhc_core::fake::WorldOptions;
use rollout::embedded::EmbeddedCloud;
use rollout::engine::{Action, Key};
use rollout::manifest::{AzureZone, Manifest};
use serde_json::{Value, json};

use crate::edit::{DATABASE, HOSTING, object, repository, resource};
use crate::finished::{Run, manifest, settle, state};
use crate::seen::{entry, foreign, resources, things, unmark_resources, writes};

/// Adopts these, and gives the state after it, and how many were adopted.
async fn adopted(manifest: Manifest, state: &Value, keys: &[Key]) -> (Value, usize, Vec<String>) {
    let run = Run::of(manifest, state);
    let adoption = run.plan_adoption(keys).await;
    let totals = adoption.planned.plan.totals;
    assert_eq!(
        (totals.adopt, totals.refused),
        (keys.len(), 0),
        "{:?}",
        adoption.planned.plan.entries
    );
    assert_eq!(writes(&run), [""; 0], "a plan writes nothing");
    let summary = run.adopt(adoption).await;
    assert_eq!(summary.failed, []);
    settle().await;
    (run.cloud.to_state().unwrap(), summary.adopted, writes(&run))
}

/// An apply brings it to the file, and finds nothing a second time; a takedown would delete it.
async fn converges(state: &Value, keys: &[Key]) -> Value {
    let run = Run::from_state(state);
    let planned = run.plan().await;
    assert_eq!(foreign(&planned.plan), []);
    let summary = run.apply(planned).await;
    assert_eq!((&summary.failed, summary.created), (&vec![], 0));
    settle().await;
    let after = run.cloud.to_state().unwrap();
    let plan = Run::from_state(&after).plan().await.plan;
    assert!(plan.is_empty(), "{:?}", plan.totals);

    let mine = Run::from_state(&after).plan_removal().await.planned.plan;
    let always = Run::from_state(&crate::finished::state());
    let always = always.plan_removal().await.planned.plan;
    for key in keys {
        let of = |plan: &rollout::engine::Plan| plan.entry(key).unwrap().action.clone();
        assert_eq!(of(&mine), of(&always), "{key}");
    }
    after
}

#[tokio::test(start_paused = true)]
async fn of_everything_in_azure_only_the_tag_changes() {
    let mut before = state();
    unmark_resources(&mut before);
    let plan = Run::from_state(&before).plan().await.plan;
    let keys = foreign(&plan);
    let kinds: BTreeSet<&str> = keys
        .iter()
        .map(|key| plan.entry(key).unwrap().kind.as_str())
        .collect();
    insta::assert_debug_snapshot!(kinds);

    let (after, count, writes) = adopted(manifest(), &before, &keys).await;
    assert_eq!(count, keys.len());
    assert_eq!(writes.len(), keys.len(), "one request for each");
    for write in &writes {
        let is_mark = write.starts_with("PATCH ")
            && write.ends_with("/providers/Microsoft.Resources/tags/default");
        assert!(is_mark, "{write}");
    }
    let mut without = after.clone();
    let mut marked = 0;
    for stored in without["sections"]["arm"]["resources"]
        .as_object_mut()
        .unwrap()
        .values_mut()
    {
        let Some(tags) = stored["body"]["tags"].as_object_mut() else {
            continue;
        };
        if let Some(mark) = tags.shift_remove("rhc-environment") {
            assert_eq!(mark, "qa");
            marked += 1;
        }
    }
    assert_eq!(marked, keys.len());
    for (id, stored) in resources(&before) {
        assert_eq!(resources(&without)[id], *stored, "{id}");
    }
    assert_eq!(things(&without), things(&before));

    let after = converges(&after, &keys).await;
    let kept = resources(&after)
        .values()
        .filter(|stored| stored["body"]["tags"]["made-by"] == "ron");
    assert_eq!(kept.count(), keys.len(), "what others wrote stays");
}

#[tokio::test(start_paused = true)]
async fn what_differs_is_shown_before_and_mended_after() {
    let mut state = state();
    let vault = resource(&mut state, "/vaults/hp225qa-kv");
    vault["tags"] = json!({"owner": "ron", "cost": "7"});
    vault["properties"]["softDeleteRetentionInDays"] = json!(90);
    vault["properties"]["enableRbacAuthorization"] = json!(false);
    let account = resource(&mut state, "/storageAccounts/smx25qastorage");
    account["tags"] = Value::Null;
    account["location"] = json!("westus");
    let plan = Run::from_state(&state).plan().await.plan;
    let keys = foreign(&plan);
    assert_eq!(keys.len(), 2, "{keys:?}");

    let run = Run::from_state(&state);
    let adoption = run.plan_adoption(&keys).await;
    let Action::Adopt(vault) = entry(&adoption.planned.plan, "vaults/hp225qa-kv").1 else {
        panic!("{:?}", adoption.planned.plan.entries);
    };
    assert!(vault.id.ends_with("/vaults/hp225qa-kv"), "{}", vault.id);
    assert_eq!(vault.location.as_deref(), Some("eastus2"));
    assert_eq!(vault.tags["owner"], "ron");
    assert_eq!(vault.writes, "the tag rhc-environment = qa");
    let changes: Vec<_> = vault.changes.iter().map(|one| one.path.as_str()).collect();
    assert!(
        changes.contains(&"properties.enableRbacAuthorization"),
        "{changes:?}"
    );
    let Action::Adopt(account) = entry(&adoption.planned.plan, "smx25qastorage").1 else {
        panic!("{:?}", adoption.planned.plan.entries);
    };
    assert!(account.conflict.is_some(), "a location cannot be changed");
    assert_eq!(account.tags.len(), 0);

    let summary = run.adopt(adoption).await;
    assert_eq!((summary.adopted, &summary.failed), (2, &vec![]));
    let after = run.cloud.to_state().unwrap();
    let plan = Run::from_state(&after).plan().await.plan;
    assert!(
        matches!(entry(&plan, "vaults/hp225qa-kv").1, Action::Update { changes } if !changes.is_empty())
    );
    assert!(matches!(
        entry(&plan, "smx25qastorage").1,
        Action::Conflict { .. }
    ));
}

#[tokio::test(start_paused = true)]
async fn an_application_and_a_group_get_their_names_and_nothing_else() {
    let mut state = state();
    for (domain, kind, name) in [
        (HOSTING, "application", "rhc-hp2-qa-db"),
        (DATABASE, "group", "rhc-qa-sql-admins"),
    ] {
        let body = object(&mut state, domain, kind, name)["body"]
            .as_object_mut()
            .unwrap();
        assert!(body.shift_remove("uniqueName").is_some(), "{name}");
        body.insert("description".to_owned(), json!("made by hand"));
        if kind == "application" {
            body.insert("tags".to_owned(), json!(["theirs"]));
        }
    }
    let plan = Run::from_state(&state).plan().await.plan;
    let keys = foreign(&plan);
    let ends = ["/applications/rhc-hp2-qa-db", "/groups/rhc-qa-sql-admins"];
    assert_eq!(keys.len(), 2, "{keys:?}");
    for end in ends {
        assert!(
            matches!(entry(&plan, end).1, Action::Foreign { .. }),
            "{end}"
        );
    }

    let (after, count, writes) = adopted(manifest(), &state, &keys).await;
    assert_eq!((count, writes.len()), (2, 2), "{writes:?}");
    assert!(writes.iter().all(|one| one.starts_with("PATCH /v1.0/")));
    let mut without = after.clone();
    for (domain, kind, name) in [
        (HOSTING, "application", "rhc-hp2-qa-db"),
        (DATABASE, "group", "rhc-qa-sql-admins"),
    ] {
        let before = object(&mut state, domain, kind, name)["body"].clone();
        let body = &mut object(&mut without, domain, kind, name)["body"];
        let given = body.as_object_mut().unwrap().shift_remove("uniqueName");
        assert_eq!(given, Some(json!(name)));
        assert_eq!(*body, before);
    }
    let after = &mut converges(&after, &keys).await;
    let tags = &object(after, HOSTING, "application", "rhc-hp2-qa-db")["body"]["tags"];
    let tags = tags.as_array().unwrap();
    assert!(tags.contains(&json!("theirs")) && tags.contains(&json!("rhc-environment:qa")));
}

#[tokio::test(start_paused = true)]
async fn a_record_in_somebody_elses_zone_gets_a_note_over_what_was_seen() {
    let mut manifest = manifest();
    manifest.dns.azure_zone = Some(AzureZone {
        tenant: "backoffice".to_owned(),
        subscription: "22222222-2222-4222-8222-222222222222".to_owned(),
        resource_group: "company-dns".to_owned(),
    });
    let zone = manifest.dns.azure_zone.as_ref().unwrap();
    let id = format!("{}/CNAME/hp2-qa", zone.id(&manifest.dns.zone));
    let cloud = EmbeddedCloud::new(&manifest, WorldOptions::default(), true).unwrap();
    let theirs = json!({
        "id": id,
        "type": "Microsoft.Network/dnsZones/CNAME",
        "etag": "4873ff04-6bac-4f53-ac6f-051360bf8be3",
        "properties": {
            "TTL": 60,
            "CNAMERecord": { "cname": "theirs.example" },
            "metadata": { "ticket": "4711" },
        },
    });
    cloud
        .world()
        .with(|state| rhc_arm::fake::put_resource(state, theirs));
    let state = cloud.to_state().unwrap();
    let plan = Run::of(manifest.clone(), &state).plan().await.plan;
    let keys = foreign(&plan);
    assert_eq!(keys.len(), 1, "{keys:?}");

    // Somebody changes it after it was looked at.
    let run = Run::of(manifest.clone(), &state);
    let adoption = run.plan_adoption(&keys).await;
    assert_eq!(adoption.planned.plan.totals.adopt, 1);
    let mut state = run.cloud.to_state().unwrap();
    let record = resource(&mut state, "/cname/hp2-qa");
    record["properties"]["metadata"]["later"] = json!("1");
    record["etag"] = json!("another");
    let record = record.clone();
    let (after, count, writes) = adopted(manifest.clone(), &state, &keys).await;
    assert_eq!((count, writes.len()), (1, 1), "{writes:?}");
    let mut after = after;
    let now = resource(&mut after, "/cname/hp2-qa");
    assert_eq!(
        now["properties"]["metadata"],
        json!({"ticket": "4711", "later": "1", "rhc-environment": "qa"})
    );
    for field in ["TTL", "CNAMERecord"] {
        assert_eq!(now["properties"][field], record["properties"][field]);
    }
    let plan = Run::of(manifest, &after).plan().await.plan;
    assert_eq!(foreign(&plan), []);
}

#[tokio::test(start_paused = true)]
async fn a_workflow_gets_a_first_line_by_a_commit_that_starts_nothing() {
    const REPOSITORY: &str = "vokworks-ronk/hp225";
    const FILE: &str = ".github/workflows/deploy-qa.yml";
    for theirs in ["name: ours\non: push\n", "name: ours\r\non: push\r\n"] {
        let mut state = state();
        let branch = &mut repository(&mut state, REPOSITORY)["branches"]["qa"];
        branch["files"][FILE] = json!(theirs);
        let plan = Run::from_state(&state).plan().await.plan;
        let keys = foreign(&plan);
        assert_eq!(keys.len(), 1, "{keys:?}");
        let (mut after, count, writes) = adopted(manifest(), &state, &keys).await;
        assert_eq!((count, writes.len()), (1, 1), "{writes:?}");
        let branch = &repository(&mut after, REPOSITORY)["branches"]["qa"];
        let text = branch["files"][FILE].as_str().unwrap();
        let (first, rest) = text.split_once('\n').unwrap();
        assert_eq!(
            first.trim_end(),
            "# Made by the rollout of the environment rhc-qa."
        );
        assert_eq!(first.ends_with('\r'), theirs.contains('\r'));
        assert_eq!(rest, theirs);
        let message = branch["commits"].as_array().unwrap().last().unwrap();
        assert!(message.as_str().unwrap().contains("[skip ci]"), "{message}");
        converges(&after, &[]).await;
    }
}
