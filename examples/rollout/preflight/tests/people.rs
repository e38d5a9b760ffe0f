//! Tenants that a program cannot make.

use super::stage::Stage;
use super::*;

async fn of(stage: &Stage, application: bool) -> Vec<Finding> {
    let connection = Connection::embedded(&stage.manifest, stage.cloud.world());
    let situation = Situation {
        azure: true,
        application,
        ..Situation::default()
    };
    of_people(&stage.manifest, situation, &connection).await
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_is_there_is_made_by_nobody() {
    let stage = Stage::new();
    let by_hand = of(&stage, false).await;
    assert_eq!(
        codes(&by_hand, Severity::Note),
        ["workforce-tenant-by-hand"]
    );
    assert!(by_hand[0].what.contains("'database'"));
    stage.tenant("rhcdbcore.onmicrosoft.com");
    assert_eq!(of(&stage, false).await, []);
}

#[tokio::test(start_paused = true)]
async fn an_application_cannot_make_an_external_tenant_and_may_use_it() {
    let stage = Stage::new();
    let stopped = of(&stage, true).await;
    let stopped = codes(&stopped, Severity::Stop);
    assert_eq!(stopped, ["external-tenant-needs-a-person"]);
    stage.tenant("rhcqa.onmicrosoft.com");
    assert!(!stops(&of(&stage, true).await));
}
