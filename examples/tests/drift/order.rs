//! The databases' tenant is closed by people of its own, and by nobody else.

use std::time::Duration;

use rhc_core::fake::WorldOptions;
use rollout::embedded::EmbeddedCloud;
use rollout::engine::{Action, Planned};

use crate::edit::DATABASE;
use crate::finished::{Run, manifest};

const PEOPLE: &str = "tenants/rhcdbcore.onmicrosoft.com/native-administrators";
const POLICIES: [&str; 3] = [
    "baseline/policies/authorizationPolicy",
    "baseline/policies/identitySecurityDefaultsEnforcementPolicy",
    "baseline/policies/crossTenantAccessPolicy/default",
];

/// Which policies were written so far.
fn closed(run: &Run) -> usize {
    let log = run.cloud.world().log();
    let writes = log.iter().filter(|request| {
        request.method.as_str() == "PATCH" && request.path_and_query.contains("/policies/")
    });
    writes.count()
}

async fn apply_without_patience(run: &Run) -> Planned {
    let planned = run.plan().await;
    let summary = run.apply_within(planned, Duration::ZERO).await;
    assert_eq!(summary.failed, vec![]);
    run.plan().await
}

#[tokio::test(start_paused = true)]
async fn nothing_is_closed_before_somebody_of_the_tenant_can_open_it() {
    let manifest = manifest();
    let cloud = EmbeddedCloud::new(&manifest, WorldOptions::default(), false).unwrap();
    let person = cloud.world().person();
    person.perform("tenants/rhcdbcore.onmicrosoft.com").unwrap();
    let run = Run::over(manifest.clone(), cloud.clone());
    let planned = apply_without_patience(&run).await;
    assert_eq!(closed(&run), 0);
    // Security defaults are on in a new tenant.
    for policy in [POLICIES[0], POLICIES[2]] {
        let entry = planned.plan.entry(&policy.into()).unwrap();
        assert!(entry.after.contains(&PEOPLE.into()), "{policy}");
    }
    let error = person.perform("baseline/no-accounts-from-outside");
    assert!(error.is_err(), "whoever made it is all that it has");

    person.perform(PEOPLE).unwrap();
    // Another process, which signs in as one of them.
    let run = Run::over(manifest, cloud.clone());
    let planned = apply_without_patience(&run).await;
    assert_eq!(closed(&run), 2);
    for policy in POLICIES {
        let entry = planned.plan.entry(&policy.into()).unwrap();
        assert_eq!(entry.action, Action::Unchanged, "{policy}");
    }
    let outsiders = planned
        .plan
        .entry(&"baseline/no-accounts-from-outside".into());
    let Action::Manual { instructions, .. } = &outsiders.unwrap().action else {
        panic!("{outsiders:?}");
    };
    let name = format!("operator_recalibratehealthc.onmicrosoft.com#EXT#@{DATABASE}");
    let named: Vec<_> = instructions
        .iter()
        .filter(|one| one.contains(&name))
        .collect();
    assert!(
        matches!(named.as_slice(), [one] if one.contains("https://graph.microsoft.com/v1.0/users/")),
        "{instructions:#?}"
    );

    person.perform("baseline/no-accounts-from-outside").unwrap();
    let planned = Run::over(run.manifest, cloud).plan().await;
    let outsiders = planned
        .plan
        .entry(&"baseline/no-accounts-from-outside".into());
    assert_eq!(outsiders.unwrap().action, Action::Unchanged);
}
