//! Whoever holds in Azure exactly what `permissions` prints carries a whole plan out, in subscriptions that were there before.
//! Without one of the rights at what requests name he does not.

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

use edit::only_these;
use finished::{Run, settle};
use rhc_core::fake::WorldOptions;
use rollout::connection::What;
use rollout::embedded::EmbeddedCloud;
use rollout::engine::Summary;
use rollout::manifest::Manifest;
use rollout::permissions::{action_of, commands, needs};
use rollout::runbook::{SEEDS, record};
use serde_json::Value;

/// The actions of the role that is to be given, by subscription.
type Roles = BTreeMap<String, Vec<String>>;

/// An environment's file, with the databases' tenant and both subscriptions there before.
fn given(file: &str, hosting: &str) -> Manifest {
    let path = format!("{}/environments/{file}", env!("CARGO_MANIFEST_DIR"));
    let mut text = std::fs::read_to_string(path).unwrap();
    let database = "[tenants.database]\nkind = \"workforce\"\nmade_by = ";
    let edits = [
        (
            format!("{database}\"manual\""),
            format!("{database}\"exists\"\nid = \"00000000-0000-4000-8000-0000000000db\""),
        ),
        (
            format!("name = \"{hosting}\"\n"),
            format!("name = \"{hosting}\"\nid = \"00000000-0000-4000-8000-00000000005a\"\n"),
        ),
        (
            "name = \"rhc-db-core-sub\"\n".to_owned(),
            "name = \"rhc-db-core-sub\"\nid = \"00000000-0000-4000-8000-00000000005b\"\n"
                .to_owned(),
        ),
    ];
    for (from, to) in edits {
        assert_eq!(text.matches(&from).count(), 1, "{from}");
        text = text.replace(&from, &to);
    }
    Manifest::parse(file, &text).unwrap()
}

/// What an environment takes in Azure.
struct Needed {
    manifest: Manifest,
    /// What is there before anything is done, with an operator who owns the subscriptions.
    before: Value,
    /// What `permissions` prints for them.
    roles: Roles,
    /// Rights that requests take only at what they name.
    linked: BTreeSet<String>,
}

async fn needed(manifest: Manifest) -> Needed {
    let cloud = EmbeddedCloud::new(&manifest, WorldOptions::default(), true).unwrap();
    let before = cloud.to_state().unwrap();
    let recording = record(&manifest, SEEDS[0]).unwrap();
    let plan = Run::over(manifest.clone(), cloud).plan().await.plan;
    let mut roles = Roles::new();
    for tenant in needs(&manifest, &recording, &plan) {
        assert_eq!(tenant.unknown, BTreeSet::new(), "{}", tenant.tenant);
        for (subscription, needs) in &tenant.azure {
            assert!(!needs.made, "{subscription}");
            let printed = commands::own_role(subscription, needs);
            roles.insert(subscription.clone(), actions_of(&printed[1]));
        }
    }
    let mut linked = BTreeSet::new();
    let mut own = BTreeSet::new();
    for sent in recording.all() {
        if let What::Http { method, url, .. } = &sent.what
            && url.host_str() == Some("management.azure.com")
        {
            linked.extend(sent.linked.iter().map(|one| one.action.clone()));
            own.extend(
                sent.action
                    .clone()
                    .or_else(|| action_of(method, url.path())),
            );
        }
    }
    Needed {
        manifest,
        before,
        roles,
        linked: linked.difference(&own).cloned().collect(),
    }
}

/// The actions in the definition that a command makes.
fn actions_of(command: &str) -> Vec<String> {
    let (_, definition) = command.split_once("--role-definition '").unwrap();
    let definition = definition.strip_suffix('\'').unwrap();
    // The shell puts the subscription's id there.
    let definition = definition.replace("'\"$subscription\"'", "ID");
    let definition: Value = serde_json::from_str(&definition).unwrap();
    assert_eq!(definition["AssignableScopes"][0], "/subscriptions/ID");
    serde_json::from_value(definition["Actions"].clone()).unwrap()
}

impl Needed {
    /// A run by an operator who holds the printed roles, but for one action.
    fn run_without(&self, missing: Option<&str>) -> Run {
        let mut state = self.before.clone();
        for (subscription, actions) in &self.roles {
            let held = actions.iter().filter(|own| Some(own.as_str()) != missing);
            let held: Vec<_> = held.cloned().collect();
            only_these(&mut state, subscription, &held, &[]);
        }
        let options = WorldOptions {
            record_bodies: true,
            ..WorldOptions::default()
        };
        let cloud =
            EmbeddedCloud::from_state(&self.manifest, &state.to_string(), options, true).unwrap();
        Run::over(self.manifest.clone(), cloud)
    }
}

/// What Resource Manager has refused for want of a right, in its own words.
fn refused(run: &Run) -> Vec<String> {
    let log = run.cloud.world().log();
    let own = log.iter().filter(|own| own.host == "management.azure.com");
    let forbidden = own.filter(|own| own.status == Some(403));
    let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    forbidden
        .map(|own| {
            let said = own.answer_body.as_deref().map(words).unwrap_or_default();
            format!("{} {}: {said}", own.method, own.path_and_query)
        })
        .collect()
}

async fn apply(run: &Run) -> Summary {
    let planned = run.plan().await;
    run.apply(planned).await
}

/// With exactly these rights all is planned, made, and seen to be as wanted.
async fn is_enough(needed: &Needed) {
    let run = needed.run_without(None);
    let summary = apply(&run).await;
    assert_eq!(refused(&run), Vec::<String>::new());
    assert_eq!((&summary.failed, &summary.manual), (&vec![], &vec![]));
    assert!(summary.created > 150, "{}", summary.created);
    settle().await;
    let plan = run.plan().await.plan;
    assert!(plan.is_empty(), "{:?}", plan.totals);
    assert_eq!(refused(&run), Vec::<String>::new());
}

/// Without this right the run fails, and Resource Manager says what is missing.
async fn is_needed(needed: &Needed, action: &str) {
    let run = needed.run_without(Some(action));
    let summary = apply(&run).await;
    assert!(!summary.failed.is_empty(), "{action} is not needed");
    let refused = refused(&run);
    let named =
        |words: &String| words.contains("LinkedAuthorizationFailed") && words.contains(action);
    assert!(refused.iter().any(named), "{action}: {refused:#?}");
    let told = summary
        .failed
        .iter()
        .any(|own| own.message.contains(action));
    assert!(told, "{action}: {:#?}", summary.failed);
}

const APPROVAL: [&str; 2] = [
    "Microsoft.KeyVault/vaults/PrivateEndpointConnectionsApproval/action",
    "Microsoft.Sql/servers/PrivateEndpointConnectionsApproval/action",
];

#[tokio::test(start_paused = true)]
async fn what_is_printed_for_qa_is_enough_and_what_requests_name_is_needed() {
    let needed = needed(given("qa.toml", "rhc-b2c-qa-sub")).await;
    assert_eq!(
        needed.roles.keys().collect::<Vec<_>>(),
        ["rhc-b2c-qa-sub", "rhc-db-core-sub"]
    );
    let named: Vec<_> = needed.linked.iter().map(String::as_str).collect();
    let wanted = [
        "Microsoft.App/managedEnvironments/join/action",
        "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
        "Microsoft.Network/networkSecurityGroups/join/action",
        "Microsoft.Network/privateDnsZones/join/action",
        "Microsoft.Network/virtualNetworks/join/action",
        "Microsoft.Network/virtualNetworks/subnets/join/action",
        "Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action",
        "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
    ];
    assert_eq!(named, wanted);
    // The registry asks for it and not Resource Manager.
    let pull = "Microsoft.ContainerRegistry/registries/pull/read";
    assert!(needed.roles["rhc-b2c-qa-sub"].iter().any(|own| own == pull));
    // The server of the databases' tenant is asked for, and not joined by one's own right.
    for action in APPROVAL {
        assert!(
            needed
                .roles
                .values()
                .all(|own| !own.iter().any(|one| one == action)),
            "{action}"
        );
    }
    is_enough(&needed).await;
    for action in &needed.linked {
        is_needed(&needed, action).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_printed_for_production_is_enough_and_it_approves_its_vaults_endpoints() {
    let needed = needed(given("prod.toml", "rhc-b2c-prod-sub")).await;
    let [vaults, servers] = APPROVAL;
    assert!(needed.linked.contains(vaults), "{:?}", needed.linked);
    assert!(!needed.linked.contains(servers), "{:?}", needed.linked);
    is_enough(&needed).await;
    is_needed(&needed, vaults).await;
}
