//! What is asked about everything at once: resources, events, assessments.

use super::live::{SUBSCRIPTION, group, replay, seed, subscription};
use futures::TryStreamExt;
use rhc_arm::{
    ArmClient, Resource,
    types::{
        insights::{ActivityAbout, ActivityQuery},
        managed_identity::UserAssignedIdentity,
        resource_graph::ResourceQuery,
        security::{
            Assessment, AssessmentCode, AssessmentProperties, AssessmentStatus, ResourceDetails,
        },
    },
};
use rhc_core::testing::refusal;
use serde_json::{Value, json};

fn unhealthy() -> Resource<Assessment> {
    Resource::new(AssessmentProperties {
        status: Some(AssessmentStatus {
            code: Some(AssessmentCode::Unhealthy),
            cause: Some("Public".to_owned()),
            ..Default::default()
        }),
        resource_details: Some(ResourceDetails {
            source: Some("Azure".to_owned()),
            ..Default::default()
        }),
        ..Default::default()
    })
}

fixture!(
    resource_graph,
    "resourceGraph.query",
    [seed::of_a_group],
    |arm: ArmClient| async move {
        let query = ResourceQuery::new(
            "resources | where type startswith 'microsoft.' | project id, location, tags | order by id asc",
        );
        let query = query.subscription(SUBSCRIPTION.parse().unwrap()).top(2);
        let first = arm.query_page::<Value>(&query).await?;
        let all: Vec<Value> = arm.query(query).try_collect().await?;
        Ok(
            json!({"total": first.total_records, "first": first.data.len(), "goes_on": first.skip_token.is_some(), "all": all}),
        )
    }
);

fixture!(
    resource_graph_in_parts,
    "resourceGraph.query.skipped",
    [seed::of_a_group],
    |arm: ArmClient| async move {
        let query = ResourceQuery::new("project id | order by id asc").skip(1);
        let page = arm.query_page::<Value>(&query).await?;
        Ok(json!({"total": page.total_records, "rows": page.data}))
    }
);

fixture!(
    resource_graph_of_no_sense,
    "resourceGraph.query.badQuery",
    [],
    |arm: ArmClient| async move {
        let query = ResourceQuery::new("resources | where");
        Ok(json!(refusal(arm.query_page::<Value>(&query).await)?))
    }
);

fixture!(
    activity_log,
    "activityLog.list",
    [],
    |arm: ArmClient| async move {
        let identities = arm.resources::<UserAssignedIdentity>(group());
        let east = Resource::default().at("eastus2");
        identities.put("app-id", &east).await?;
        identities.delete("app-id").await?;
        let about = ActivityAbout::ResourceGroup("fixtures-rg".to_owned());
        let query = ActivityQuery::since("2026-11-01T00:00:00Z").about(about);
        let scope = arm.subscription(&SUBSCRIPTION.parse().unwrap());
        let events = scope.activity_log(&query).collect_all().await?;
        Ok(json!(events))
    }
);

fixture!(
    activity_log_of_long_ago,
    "activityLog.list.tooOld",
    [],
    |arm: ArmClient| async move {
        let query = ActivityQuery::since("2026-01-01T00:00:00Z");
        let scope = arm.subscription(&SUBSCRIPTION.parse().unwrap());
        let events = scope.activity_log(&query).collect_all().await;
        Ok(json!(refusal(events)?))
    }
);

fixture!(
    assessments,
    "assessments",
    [seed::vault],
    |arm: ArmClient| async move {
        let vault = seed::id("Microsoft.KeyVault/vaults", "fixtures-kv");
        let assessments = arm.resources::<Assessment>(vault);
        let made = assessments.put("own-check", &unhealthy()).await?;
        let read = assessments.get("own-check").await?;
        let listed = assessments.list().collect_all().await?;
        assessments.delete("own-check").await?;
        let gone = assessments.get_opt("own-check").await?.is_none();
        Ok(json!({"made": made, "same": made == read, "listed": listed.len(), "gone": gone}))
    }
);

fixture!(
    assessments_of_a_subscription,
    "assessments.list",
    [seed::vault, seed::assessed],
    |arm: ArmClient| async move {
        let all = arm.resources::<Assessment>(subscription());
        Ok(json!(all.list().collect_all().await?))
    }
);

fixture!(
    assessment_that_is_missing,
    "assessments.get.missing",
    [seed::vault],
    |arm: ArmClient| async move {
        let vault = seed::id("Microsoft.KeyVault/vaults", "fixtures-kv");
        let assessments = arm.resources::<Assessment>(vault);
        Ok(json!(refusal(assessments.get("own-check").await)?))
    }
);
