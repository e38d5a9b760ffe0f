//! What takes an agreement, a subscription that goes on, or a licence.

use rhc_arm::fake::Arm;
use rhc_core::fake::directory::NewTenant;
use rhc_core::fake::{Fault, FaultKind, Match, TenantKind};
use rhc_graph::{ENTRA_ID_P1, ENTRA_ID_P2};

use super::stage::{ID, Stage};
use super::*;

const DATABASE: &str = "rhcdbcore.onmicrosoft.com";

fn agreement(stage: &Stage, name: &str) {
    stage.with(|state| {
        for account in state.section::<Arm>().billing.values_mut() {
            account.agreement_type = name.to_owned();
        }
    });
}

#[tokio::test(start_paused = true)]
async fn an_agreement_that_makes_no_subscriptions_is_noted_where_one_is_to_be_made() {
    let stage = Stage::new();
    let code = "agreement-makes-no-subscriptions";
    assert!(!stage.codes().await.contains(&code));
    agreement(&stage, "MicrosoftOnlineServicesProgram");
    let finding = stage.one(code).await;
    assert_eq!(finding.severity, Severity::Note);
    assert!(finding.what.contains("MicrosoftOnlineServicesProgram"));
    assert!(finding.way_out.contains("rhc-db-core-sub"), "{finding:?}");
    assert!(
        !finding.way_out.contains("rhc-b2c-qa-sub"),
        "it is given: {finding:?}"
    );
    agreement(&stage, "EnterpriseAgreement");
    let finding = stage.one("billing-scope-incomplete").await;
    assert!(
        finding.way_out.contains("enrollment_account"),
        "{finding:?}"
    );
    let given = Stage::of(|manifest| {
        for subscription in manifest.subscriptions.values_mut() {
            subscription.id = Some(ID.to_owned());
        }
    });
    agreement(&given, "MicrosoftOnlineServicesProgram");
    assert!(!given.codes().await.contains(&code), "none is to be made");
}

#[tokio::test(start_paused = true)]
async fn no_account_and_several_are_said() {
    let stage = Stage::new();
    stage.with(|state| {
        let billing = &mut state.section::<Arm>().billing;
        let (name, body) = billing.iter().next().unwrap();
        let (name, body) = (format!("{name}-2"), body.clone());
        billing.insert(name, body);
    });
    assert!(
        stage
            .one("several-billing-accounts")
            .await
            .what
            .contains("2 billing")
    );
    stage.with(|state| state.section::<Arm>().billing.clear());
    let finding = stage.one("not-seen").await;
    assert!(
        finding.what.contains("sees no billing account"),
        "{finding:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_subscription_with_a_spending_limit_or_switched_off_is_said() {
    let stage = Stage::new();
    let change = |change: &dyn Fn(&mut rhc_arm::fake::Subscription)| {
        stage.with(|state| {
            let all = &mut state.section::<Arm>().subscriptions;
            all.values_mut().for_each(change);
        });
    };
    let limited = "subscription-with-a-spending-limit";
    let trial = "trial-makes-no-workforce-tenant";
    let before = stage.codes().await;
    assert!(
        !before.contains(&limited) && !before.contains(&trial),
        "{before:?}"
    );
    change(&|own| own.quota_id = "FreeTrial_2014-09-01".to_owned());
    let finding = stage.one(limited).await;
    assert!(finding.what.contains("FreeTrial_2014-09-01"), "{finding:?}");
    assert!(stage.one(trial).await.what.contains("'database'"));
    let off = "subscription-cannot-be-used";
    assert!(!stage.codes().await.contains(&off));
    change(&|own| own.state = "Disabled".to_owned());
    assert_eq!(stage.one(off).await.severity, Severity::Stop);
    change(&|own| own.state = "PastDue".to_owned());
    assert_eq!(
        stage.one("subscription-bill-is-due").await.severity,
        Severity::Note
    );
}

/// The database tenant, as a person has made it.
fn database(stage: &Stage, kind: TenantKind) {
    stage.with(|state| {
        let id = state.derived_uuid(&["tenant", DATABASE]);
        let wanted = NewTenant {
            id,
            kind,
            display_name: "rhc-db-core".to_owned(),
            initial_domain: DATABASE.to_owned(),
            country: "US".to_owned(),
            creator: None,
        };
        let directory = state.directory();
        directory.create_tenant(wanted).unwrap();
        directory.add_administrator(id, "rollout-admin").unwrap();
    });
}

#[tokio::test(start_paused = true)]
async fn sign_in_logs_need_a_licence_of_the_workforce_tenant() {
    let stage = Stage::new();
    let code = "sign-in-logs-need-a-licence";
    assert!(stage.one(code).await.what.contains("a new one has none"));
    database(&stage, TenantKind::Workforce);
    let finding = stage.one(code).await;
    assert!(
        finding.what.contains("it has none that can be used"),
        "{finding:?}"
    );
    for plan in [ENTRA_ID_P1, ENTRA_ID_P2] {
        let licensed = Stage::new();
        database(&licensed, TenantKind::Workforce);
        let tenant = licensed.tenant_id(DATABASE);
        licensed.with(|state| rhc_graph::fake::subscribe(state, tenant, "X", &[(plan, "x")]));
        assert!(!licensed.codes().await.contains(&code), "{plan}");
    }
    let other = Stage::of(|manifest| manifest.logs.entra_export.clear());
    assert!(!other.codes().await.contains(&code));
}

#[tokio::test(start_paused = true)]
async fn licences_that_may_not_be_read_are_not_seen() {
    let stage = Stage::new();
    database(&stage, TenantKind::Workforce);
    stage.cloud.world().faults().add(Fault {
        matches: Match {
            path_contains: Some("/subscribedSkus".to_owned()),
            ..Match::default()
        },
        kind: FaultKind::error(403, "Authorization_RequestDenied", "no"),
    });
    let finding = stage.one("not-seen").await;
    for words in [
        "'database' may not read it (403 Authorization_RequestDenied)",
        "Entra ID P1",
    ] {
        assert!(finding.what.contains(words), "{finding:?}");
    }
    assert!(!stage.codes().await.contains(&"sign-in-logs-need-a-licence"));
}

#[tokio::test(start_paused = true)]
async fn a_tenant_of_another_kind_than_the_file_says_stops_the_run() {
    let stage = Stage::new();
    let code = "tenant-of-another-kind";
    assert!(!stage.codes().await.contains(&code));
    database(&stage, TenantKind::ExternalId);
    let finding = stage.one(code).await;
    assert_eq!(finding.severity, Severity::Stop);
    assert!(
        finding.what.contains("can own no subscription"),
        "{finding:?}"
    );
}
