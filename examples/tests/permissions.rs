//! What a plan needs is what its requests need, and the sign-in asks for no less.

#[allow(
    dead_code,
    reason = "shared by several test binaries, of which each uses a part"
)]
#[path = "common/finished.rs"]
mod finished;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use finished::{Run, manifest, settle, state};
use rhc_core::fake::WorldOptions;
use rollout::connection::What;
use rollout::embedded::EmbeddedCloud;
use rollout::engine::TenantKey;
use rollout::permissions::{TenantNeeds, needs, needs_of_takedown};
use rollout::runbook::{Recording, SEEDS, record, record_takedown};
use rollout::sign_in;

fn recording() -> &'static Recording {
    static MADE: OnceLock<Recording> = OnceLock::new();
    MADE.get_or_init(|| record(&manifest(), SEEDS[0]).unwrap())
}

async fn new() -> BTreeMap<String, TenantNeeds> {
    let cloud = EmbeddedCloud::new(&manifest(), WorldOptions::default(), false).unwrap();
    of(&Run::over(manifest(), cloud)).await
}

async fn of(run: &Run) -> BTreeMap<String, TenantNeeds> {
    let plan = run.plan().await.plan;
    let all = needs(&manifest(), recording(), &plan);
    all.into_iter()
        .map(|one| (one.tenant.clone(), one))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn the_sign_in_asks_for_what_the_plan_needs_and_little_more() {
    let all = new().await;
    assert_eq!(
        all.keys().collect::<Vec<_>>(),
        ["backoffice", "database", "qa"]
    );
    for (tenant, needs) in &all {
        assert_eq!(needs.unknown, BTreeSet::new(), "{tenant}");
        let asked = sign_in::permissions(&manifest(), &TenantKey::new(tenant));
        let asked: BTreeSet<&str> = asked.into_iter().collect();
        let needed: BTreeSet<&str> = needs.graph.keys().map(String::as_str).collect();
        let missing: Vec<_> = needed.difference(&asked).collect();
        assert!(missing.is_empty(), "{tenant}: {missing:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_permission_is_needed_by_some_request_and_each_request_has_enough() {
    let all = new().await;
    let manifest = manifest();
    let recording = recording();
    for (tenant, needs) in &all {
        let held: BTreeSet<&str> = needs.graph.keys().map(String::as_str).collect();
        let mut needless = held.clone();
        for sent in recording.all() {
            let of = sent
                .tenant
                .as_deref()
                .and_then(|id| recording.domain(&manifest, id));
            let What::Http { method, url, .. } = &sent.what else {
                continue;
            };
            if of != Some(needs.domain.as_str()) || url.host_str() != Some("graph.microsoft.com") {
                continue;
            }
            let path = url.path().strip_prefix("/v1.0").unwrap();
            for list in recording.graph_needs(method, path).unwrap() {
                let enough: Vec<_> = list.iter().filter(|one| held.contains(**one)).collect();
                assert!(
                    !enough.is_empty(),
                    "{tenant}: {method} {path} takes one of {list:?}"
                );
                if let [only] = enough[..] {
                    needless.remove(only);
                }
            }
        }
        assert!(needless.is_empty(), "{tenant}: {needless:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_databases_tenant_is_secured_by_whoever_may_change_its_policies() {
    let all = new().await;
    let database = &all["database"];
    for permission in [
        "Policy.ReadWrite.Authorization",
        "Policy.ReadWrite.CrossTenantAccess",
    ] {
        assert!(
            database.graph.contains_key(permission),
            "{:?}",
            database.graph
        );
    }
    let roles: Vec<_> = database
        .directory_roles
        .iter()
        .map(|role| role.name)
        .collect();
    assert!(
        roles.contains(&"Privileged Role Administrator"),
        "{roles:?}"
    );
    // The subscription is made by the plan; whoever accepts it owns it.
    let azure = &all["backoffice"].azure["rhc-b2c-qa-sub"];
    assert!(azure.made, "{azure:?}");
    for action in [
        "Microsoft.App/containerApps/write",
        "Microsoft.Authorization/roleAssignments/write",
    ] {
        assert!(azure.actions.contains(action), "{action}");
    }
    assert!(
        !azure.actions.iter().any(|action| action.contains('*')),
        "{azure:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn where_nothing_is_to_do_nothing_may_be_written() {
    let run = Run::from_state(&state());
    settle().await;
    for (tenant, needs) in of(&run).await {
        let writes: Vec<_> = needs
            .graph
            .keys()
            .filter(|name| name.contains("Write"))
            .collect();
        assert!(writes.is_empty(), "{tenant}: {writes:?}");
        for (subscription, azure) in &needs.azure {
            assert!(!azure.made, "{subscription}");
            let writes: Vec<_> = azure
                .actions
                .iter()
                .filter(|action| !action.ends_with("/read"))
                .collect();
            assert!(writes.is_empty(), "{subscription}: {writes:?}");
        }
        let roles: Vec<_> = needs.directory_roles.iter().map(|role| role.name).collect();
        assert!(
            roles.iter().all(|name| *name == "Global Reader"),
            "{tenant}: {roles:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_takes_it_down_may_delete_what_goes_and_make_nothing() {
    let run = Run::from_state(&state());
    settle().await;
    let plan = run.plan_removal().await.planned.plan;
    let recording = record_takedown(&manifest(), SEEDS[0]).unwrap();
    let all = needs_of_takedown(&manifest(), &recording, &plan);
    let of = |tenant: &str| all.iter().find(|one| one.tenant == tenant).unwrap();
    for needs in &all {
        assert_eq!(needs.unknown, BTreeSet::new(), "{}", needs.tenant);
    }
    let customers = of("qa");
    assert!(
        customers
            .graph
            .keys()
            .any(|name| name.starts_with("Application.ReadWrite")),
        "{:?}",
        customers.graph
    );
    let azure = &of("backoffice").azure["rhc-b2c-qa-sub"];
    assert!(!azure.made, "{azure:?}");
    assert!(
        azure
            .actions
            .contains("Microsoft.Resources/subscriptions/resourceGroups/delete"),
        "{azure:?}"
    );
    let makes: Vec<_> = all
        .iter()
        .flat_map(|one| one.azure.values())
        .flat_map(|one| &one.actions)
        .filter(|action| !(action.ends_with("/read") || action.ends_with("/delete")))
        .collect();
    assert!(makes.is_empty(), "{makes:?}");
    // Where nothing goes, it is enough to look.
    let mut nothing = plan.clone();
    nothing.entries.clear();
    for needs in needs_of_takedown(&manifest(), &recording, &nothing) {
        let writes = needs.graph.keys().filter(|name| name.contains("Write"));
        assert_eq!(writes.collect::<Vec<_>>(), Vec::<&String>::new());
        for azure in needs.azure.values() {
            assert!(azure.actions.iter().all(|action| action.ends_with("/read")));
        }
    }
}
