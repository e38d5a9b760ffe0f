//! Production, by the file that it will be built from: what it shares with QA and what not, and that each leaves the other
//! alone in the tenants that both use.

#[allow(
    dead_code,
    reason = "shared by several test binaries, of which each uses a part"
)]
#[path = "common/edit.rs"]
mod edit;
#[allow(
    dead_code,
    reason = "shared by several test binaries, of which each uses a part"
)]
#[path = "common/finished.rs"]
mod finished;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use edit::{resource, subscription};
use finished::{Run, manifest, settle, state};
use rhc_core::fake::WorldOptions;
use rollout::embedded::EmbeddedCloud;
use rollout::engine::{
    Action, ApplyOptions, DoorName, Journal, MemoryJournal, Plan, Record, TenantKey,
};
use rollout::manifest::{Manifest, TenantKind, VaultNetwork};
use rollout::verify::{VerifyOptions, verify};
use serde_json::{Value, json};

const SHARED: &str = "rhc-db-core-sub";
const AUTOMATION: &str = "rhc-rollout";

fn production() -> Manifest {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/prod.toml");
    match Manifest::load(path) {
        Ok(manifest) => manifest,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn what_the_description_says_of_production_stands_in_its_file() {
    let prod = production();
    assert_eq!(
        (prod.environment.name.as_str(), prod.environment.phase),
        ("prod", 2)
    );
    let (key, customers) = prod.customer_tenant().unwrap();
    assert_eq!(
        (
            key,
            customers.domain.as_str(),
            customers.display_name.as_str()
        ),
        ("prod", "rhcprod.onmicrosoft.com", "rhc-b2c-prod")
    );
    assert_eq!(prod.database.server, "rhc-prod-sqlsvr");
    assert_eq!(prod.network.address_space, "10.50.0.0/16");
    let groups: BTreeSet<_> = prod
        .resource_groups()
        .into_iter()
        .map(|group| group.name)
        .collect();
    let named = [
        "rhc-db-prod-rg",
        "rhc-hp2-prod-rg",
        "rhc-identity-prod-rg",
        "rhc-net-prod-rg",
        "rhc-smx-prod-rg",
    ];
    assert_eq!(groups, named.map(str::to_owned).into());
    let hosts = prod.apps().map(|(_, app)| app.hostname.as_str());
    assert_eq!(
        hosts.collect::<Vec<_>>(),
        ["hp2.recalibratex.net", "smx.recalibratex.net"]
    );
    let smx = &prod.apps["smx"];
    let registry = smx.registry.as_ref().unwrap();
    assert_eq!(
        (registry.sku.as_str(), &registry.waiver),
        ("Premium", &None)
    );
    assert_eq!(smx.storage.as_ref().unwrap().sku.as_str(), "Standard_ZRS");
    assert_eq!(prod.vaults.network, VaultNetwork::PrivateEndpoint);
}

/// Each name of a file in Azure, in the directories and in DNS.
fn names(manifest: &Manifest) -> BTreeMap<String, &'static str> {
    let mut all = BTreeMap::new();
    let mut add = |what, name: &str| {
        all.insert(name.to_lowercase(), what);
    };
    for group in manifest.resource_groups() {
        add("resource group", &group.name);
    }
    add("network", &manifest.network.name);
    add("endpoint", &manifest.network.sql_private_endpoint.name);
    add("server", &manifest.database.server);
    add("group", &manifest.database.administrators.group);
    add("workspace", &manifest.database.audit.workspace);
    add("user flow", &manifest.customers.user_flow.name);
    add("policy", &manifest.customers.mfa.policy_name);
    for subnet in manifest.network.subnets.values() {
        add("security group", &subnet.security_group);
    }
    for (_, app) in manifest.apps() {
        add("host", &app.hostname);
        add("vault", &app.key_vault);
        add("app", &app.container_app.name);
        add("environment", &app.container_app.environment);
        add("identity", &app.identities.app);
        add("identity", &app.identities.deploy);
        add("workspace", &app.monitoring.workspace);
        add("insights", &app.monitoring.insights);
        add("mail", &app.communication.email_service);
        for name in &app.communication.services {
            add("communication", name);
        }
        add("bridge", &app.bridge.unique_name);
        add("sign-in", &app.sign_in.unique_name);
        if let Some(registry) = &app.registry {
            add("registry", &registry.name);
        }
        if let Some(storage) = &app.storage {
            add("storage", &storage.name);
        }
    }
    all
}

/// The first address and the number of addresses of a range.
fn range(text: &str) -> (u32, u64) {
    let (address, bits) = text.split_once('/').unwrap();
    let address: std::net::Ipv4Addr = address.parse().unwrap();
    (address.into(), 1 << (32 - bits.parse::<u32>().unwrap()))
}

#[test]
fn the_two_files_share_what_they_must_and_nothing_else() {
    let (qa, prod) = (manifest(), production());
    // The same tenants, by the same words; the customers' tenants are two.
    for (key, tenant) in &qa.tenants {
        if tenant.kind == TenantKind::Workforce {
            assert_eq!(Some(tenant), prod.tenants.get(key), "{key}");
        } else {
            assert!(
                !prod
                    .tenants
                    .values()
                    .any(|other| other.domain.eq_ignore_ascii_case(&tenant.domain)),
                "{key}"
            );
        }
    }
    assert_eq!(qa.tenants.len(), prod.tenants.len());
    assert_eq!(
        qa.environment.hosting_tenant,
        prod.environment.hosting_tenant
    );
    assert_eq!(qa.billing, prod.billing);
    assert_eq!(qa.automation, prod.automation);
    assert_eq!(qa.dns.zone, prod.dns.zone);
    assert_ne!(qa.environment.name, prod.environment.name);
    assert_ne!(qa.environment.cost_center, prod.environment.cost_center);

    // The databases' subscription is QA's, and production says so; no other subscription is in both.
    for (key, own) in &prod.subscriptions {
        let others = qa.subscriptions.values();
        let mut same = others.filter(|other| other.name.eq_ignore_ascii_case(&own.name));
        let expected = (key == "database").then(|| qa.environment.name.clone());
        assert_eq!(own.belongs_to, expected, "{key}");
        assert_eq!(same.next().is_some(), expected.is_some(), "{key}");
    }
    assert!(
        qa.subscriptions
            .values()
            .all(|own| own.belongs_to.is_none())
    );

    let (of_qa, of_prod) = (names(&qa), names(&prod));
    let both: Vec<_> = of_qa
        .iter()
        .filter(|(name, _)| of_prod.contains_key(*name))
        .collect();
    assert!(both.is_empty(), "{both:?}");
    assert!(of_qa.len() > 30, "{}", of_qa.len());
    let (first, second) = (
        range(&qa.network.address_space),
        range(&prod.network.address_space),
    );
    let ends = |(first, size): (u32, u64)| u64::from(first) + size;
    assert!(
        ends(first) <= u64::from(second.0) || ends(second) <= u64::from(first.0),
        "the networks overlap"
    );

    // The same repositories, deployed from different branches to different environments of GitHub.
    for (key, app) in qa.apps() {
        let other = &prod.apps[key];
        assert_eq!(app.github.repository, other.github.repository, "{key}");
        assert_ne!(app.github.branch, other.github.branch, "{key}");
        assert_ne!(app.github.environment, other.github.environment, "{key}");
        assert_eq!(app.mirrors, other.mirrors, "{key}");
    }

    // What QA may not write production may not, and production may not write what is QA's.
    let domains = |of: &Manifest| -> BTreeSet<String> {
        let all = of.protected().tenants.iter();
        all.map(|one| one.domain.clone()).collect()
    };
    assert!(domains(&qa).is_subset(&domains(&prod)));
    let (_, customers) = qa.customer_tenant().unwrap();
    assert!(domains(&prod).contains(&customers.domain));
    let protected = prod.protected();
    let hosting = &qa.subscriptions["hosting"].name;
    assert!(
        protected
            .subscriptions
            .iter()
            .any(|own| own.name == *hosting)
    );
    let group = &qa.database.resource_group;
    assert!(
        protected
            .resource_groups
            .iter()
            .any(|own| own.name == *group)
    );
}

/// What is to be done, but for what is new and what a person does.
fn touched(plan: &Plan) -> Vec<(&str, &Action)> {
    let entries = plan.entries.iter();
    let touched = entries.filter(|entry| {
        !matches!(
            entry.action,
            Action::Create { .. } | Action::Unchanged | Action::Manual { .. }
        )
    });
    touched
        .map(|entry| (entry.key.as_str(), &entry.action))
        .collect()
}

/// Everything in Azure and in the directories that is there before and is otherwise after, by its id.
fn changed(before: &Value, after: &Value) -> Vec<String> {
    let mut changed = Vec::new();
    let of = |state: &Value| -> BTreeMap<String, Value> {
        let mut all = BTreeMap::new();
        let arm = &state["sections"]["arm"];
        for (id, stored) in arm["resources"].as_object().unwrap() {
            all.insert(id.clone(), stored["body"].clone());
        }
        for (id, own) in arm["subscriptions"].as_object().unwrap() {
            all.insert(format!("tags of {id}"), own["tags"].clone());
        }
        let tenants = &state["sections"]["directory"]["tenants"];
        for tenant in tenants.as_object().unwrap().values() {
            for (id, object) in tenant["objects"].as_object().unwrap() {
                let name = object["body"]["displayName"].as_str().unwrap_or_default();
                all.insert(format!("{name} {id}"), object["body"].clone());
            }
        }
        all
    };
    let after = of(after);
    for (id, body) in of(before) {
        if after.get(&id) != Some(&body) {
            changed.push(id);
        }
    }
    changed
}

async fn failures(run: &Run) -> Vec<String> {
    let options = VerifyOptions {
        fence: Some(run.fence().clone()),
        ..VerifyOptions::default()
    };
    let report = verify(&run.rollout, &run.manifest, &run.clients, &options).await;
    assert!(report.passed > 50, "{}", report.passed);
    let failures = report.failures();
    failures
        .map(|check| format!("{}: {:?}", check.id, check.verdict))
        .collect()
}

fn is_shut(state: &mut Value, vault: &str) -> bool {
    let body = resource(state, &format!("/vaults/{vault}"));
    body["properties"]["publicNetworkAccess"] == "Disabled"
        && body["properties"]["networkAcls"]["defaultAction"] == "Deny"
        && body["properties"]["networkAcls"]["ipRules"] == json!([])
}

/// One cloud holds both, as the real tenants will: QA is there, production is built beside it, QA goes, production stays.
#[tokio::test(start_paused = true)]
async fn production_is_built_beside_qa_and_neither_touches_the_other() {
    let before = state();
    let text = before.to_string();
    let cloud =
        EmbeddedCloud::from_state(&production(), &text, WorldOptions::default(), true).unwrap();
    let run = Run::over(production(), cloud);
    let planned = run.plan().await;
    // The automation's application bears both marks. Nothing else of what is there is changed, adopted or in the way.
    let keys: Vec<_> = touched(&planned.plan)
        .into_iter()
        .map(|(key, _)| key)
        .collect();
    assert_eq!(keys, [format!("tenants/applications/{AUTOMATION}")]);
    assert_eq!(planned.plan.orphans, []);
    assert!(
        planned.plan.totals.create > 150,
        "{:?}",
        planned.plan.totals
    );

    let summary = run.apply(planned).await;
    assert_eq!((&summary.failed, &summary.manual), (&vec![], &vec![]));
    settle().await;
    let mut after = run.cloud.to_state().unwrap();
    let found = changed(&before, &after);
    let [only] = &found[..] else {
        panic!("{found:?}");
    };
    assert!(only.starts_with(AUTOMATION), "{only}");
    let tags = subscription(&mut after, SHARED)["tags"].clone();
    assert_eq!(tags["rhc-environment"], "qa", "{tags}");

    // The vaults were opened for the operator, and shut again.
    for vault in ["hp225prod-kv", "smx25prod-kv"] {
        assert!(is_shut(&mut after, vault), "{vault}");
        let door = format!("private vault {vault}");
        let mut windows = summary.windows.iter();
        let window = windows.find(|window| window.door == door);
        assert!(
            window.is_some_and(|window| window.closed.is_some() && window.address.is_some()),
            "{:?}",
            summary.windows
        );
    }

    let plan = run.plan().await.plan;
    assert!(plan.is_empty(), "{:?} {:?}", plan.totals, touched(&plan));
    assert_eq!(failures(&run).await, Vec::<String>::new());

    // QA sees nothing to do, and nothing of production.
    let qa = Run::of(manifest(), &after);
    let plan = qa.plan().await.plan;
    assert!(plan.is_empty(), "{:?} {:?}", plan.totals, touched(&plan));
    assert_eq!(plan.orphans, []);
    assert_eq!(failures(&qa).await, Vec::<String>::new());

    // QA is taken down. Production stands, whole.
    let qa = Run::of(manifest(), &after);
    let takedown = qa.plan_removal().await;
    assert_eq!(takedown.planned.plan.totals.refused, 0);
    assert!(takedown.planned.plan.totals.delete > 50);
    let summary = qa.take_down(takedown).await;
    assert_eq!((&summary.failed, &summary.blocked), (&vec![], &vec![]));
    settle().await;
    let left = qa.cloud.to_state().unwrap();
    let gone = changed(&after, &left);
    let of_production: Vec<_> = gone.iter().filter(|id| id.contains("prod")).collect();
    assert!(of_production.is_empty(), "{of_production:?}");
    let run = Run::of(production(), &left);
    let plan = run.plan().await.plan;
    assert!(plan.is_empty(), "{:?} {:?}", plan.totals, touched(&plan));

    a_vault_that_a_killed_run_left_open_is_shut(after).await;
}

/// The next run knows by the journal that the public network has to go off again, too.
async fn a_vault_that_a_killed_run_left_open_is_shut(mut state: Value) {
    let vault = resource(&mut state, "/vaults/hp225prod-kv");
    let id = vault["id"].as_str().unwrap().to_owned();
    vault["properties"]["publicNetworkAccess"] = json!("Enabled");
    vault["properties"]["networkAcls"]["ipRules"] = json!([{"value": "203.0.113.7/32"}]);
    let tenant = production().tenants["backoffice"].id.clone().unwrap();
    let journal = Arc::new(MemoryJournal::new());
    let door = DoorName {
        kind: "private vault".to_owned(),
        name: "hp225prod-kv".to_owned(),
        tenant: TenantKey::new("backoffice"),
        tenant_id: tenant,
        resource: id,
        principal: "00000000-0000-0000-0000-000000000001".to_owned(),
    };
    let address = Some("203.0.113.7".parse().unwrap());
    let record = Record::WindowOpening { door, address };
    journal.append(record).await.unwrap();

    let run = Run::of(production(), &state);
    let options = ApplyOptions {
        fence: Some(run.fence().clone()),
        patience: Duration::from_secs(3600),
        journal: Arc::clone(&journal) as Arc<dyn Journal>,
        ..ApplyOptions::default()
    };
    let summary = run.rollout.apply(run.plan().await, &options).await.unwrap();
    assert_eq!(summary.failed, []);
    assert!(is_shut(&mut run.cloud.to_state().unwrap(), "hp225prod-kv"));
    assert!(journal.recovery().await.unwrap().windows.is_empty());
}

/// In a cloud where nothing is yet, production's plan has no step that cannot be done.
#[tokio::test(start_paused = true)]
async fn a_plan_of_production_alone_has_no_problem() {
    let cloud = EmbeddedCloud::new(&production(), WorldOptions::default(), false).unwrap();
    let plan = Run::over(production(), cloud).plan().await.plan;
    assert_eq!(touched(&plan), []);
    for (vault, endpoint) in [
        ("hp225prod-kv", "hp225prod-kv-pe"),
        ("smx25prod-kv", "smx25prod-kv-pe"),
    ] {
        for (kind, name) in [
            ("Microsoft.KeyVault/vaults", vault),
            ("Microsoft.Network/privateEndpoints", endpoint),
        ] {
            let mut own = plan.entries.iter();
            assert!(
                own.any(|entry| entry.kind == kind && entry.name == name),
                "{kind} {name}"
            );
        }
    }
    // The subscription is QA's: it is recorded beside QA's setting, and not tagged.
    let of_shared = |end: &str| {
        let mut keys = plan.entries.iter().map(|entry| entry.key.as_str());
        keys.any(|key| key.contains(SHARED) && key.ends_with(end))
    };
    assert!(of_shared("diagnosticSettings/rhc-prod-audit"));
    assert!(!of_shared("diagnosticSettings/rhc-audit"));
    assert!(!of_shared("tags/default"));
}
