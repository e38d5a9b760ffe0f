//! What was done, and who signed in.

use crate::place::{ALL, Place, refused};
use rhc_core::fake::{World, WorldOptions};
use rhc_graph::{Filter, GraphClient, Group, ListQuery};
use serde_json::json;

fn reader(place: &Place) -> GraphClient {
    let scopes: Vec<_> = ALL.iter().copied().chain(["AuditLog.Read.All"]).collect();
    place.with_scopes(place.home, &scopes)
}

#[tokio::test(start_paused = true)]
async fn every_write_that_succeeds_is_written_down_with_who_and_what() {
    let place = Place::settled();
    let graph = reader(&place);
    let me = graph.me().await.unwrap();
    let group = graph.groups().create(&Group::security("g", "g")).await;
    let group = group.unwrap().object_id().unwrap();
    let members = graph.groups().members(group);
    members.add(me.object_id().unwrap()).await.unwrap();
    // A refusal leaves no trace, nor does a read.
    members.add(me.object_id().unwrap()).await.unwrap_err();
    graph.groups().delete(group).await.unwrap();
    let logs = graph.audit_logs();
    let all = logs
        .directory_audits(ListQuery::default())
        .collect_all()
        .await
        .unwrap();
    let names: Vec<_> = all
        .iter()
        .filter_map(|audit| audit.activity_display_name.clone())
        .collect();
    assert_eq!(names, ["Delete group", "Add member to group", "Add group"]);
    for audit in &all {
        let by = audit.initiated_by.as_ref().and_then(|by| by.user.clone());
        assert_eq!(by.unwrap().id, me.id);
        let target = &audit.target_resources.as_ref().unwrap()[0];
        assert_eq!(target.id, Some(group.to_string()));
        assert_eq!(target.display_name.as_deref(), Some("g"));
    }
    let about = Filter::raw(format!("targetResources/any(t:t/id eq '{group}')"));
    for (filter, expected) in [
        (Filter::eq("activityDisplayName", "Add group"), 1),
        (Filter::eq("category", "UserManagement"), 0),
        (about, 3),
        (
            Filter::eq("initiatedBy/user/id", me.id.unwrap().to_string()),
            3,
        ),
        (Filter::raw("activityDateTime ge 2100-01-01T00:00:00Z"), 0),
    ] {
        let found = logs.directory_audits(ListQuery::filter(filter.clone()));
        assert_eq!(
            found.collect_all().await.unwrap().len(),
            expected,
            "{filter}"
        );
    }
    let id = all[0].id.clone().unwrap();
    assert_eq!(
        logs.directory_audit(&id).await.unwrap().activity_date_time,
        all[0].activity_date_time
    );
}

#[tokio::test(start_paused = true)]
async fn an_application_is_named_as_such() {
    let place = Place::settled();
    let (robot, principal) = place.application("robot", &["Group.Create"]).await;
    robot
        .groups()
        .create(&Group::security("g", "g"))
        .await
        .unwrap();
    let logs = reader(&place).audit_logs();
    let query = ListQuery::filter(Filter::eq("activityDisplayName", "Add group"));
    let all = logs.directory_audits(query).collect_all().await.unwrap();
    let by = all[0].initiated_by.clone().unwrap().app.unwrap();
    assert_eq!(by.service_principal_id, Some(principal));
    assert_eq!(by.display_name.as_deref(), Some("robot"));
}

#[tokio::test(start_paused = true)]
async fn the_logs_are_for_those_who_may_read_them() {
    let place = Place::settled();
    let graph = place.with_scopes(place.other, &["Group.ReadWrite.All"]);
    let logs = graph.audit_logs();
    let (code, words) = ("Authorization_RequestDenied", "Insufficient privileges");
    let audits = logs.directory_audits(ListQuery::default());
    refused(audits.collect_all().await, 403, code, words);
    let sign_ins = logs.sign_ins(ListQuery::default());
    refused(sign_ins.collect_all().await, 403, code, words);
    refused(
        reader(&place).audit_logs().sign_in("x").await,
        404,
        "Request_ResourceNotFound",
        "'x'",
    );
}

#[test]
fn an_entry_without_its_time_is_a_mistake_in_the_file() {
    let world = World::new(WorldOptions::default());
    let mut saved = world.to_json().unwrap();
    let tenant = "ed01df5d-6b39-45f8-82ae-36b88e5daae0";
    saved["sections"]["auditLogs"] = json!({"tenants": {tenant: {"signIns": [{"id": "a"}]}}});
    let world = World::from_json(&saved.to_string(), WorldOptions::default()).unwrap();
    rhc_graph::fake::mount(&world);
    let problem = world.check().unwrap_err().to_string();
    assert!(problem.contains("signIns[0].createdDateTime"), "{problem}");
}
