//! More of what the rollout knows needs no code: another app, database, subnet or communication service is a table in the file.

#[allow(
    dead_code,
    reason = "shared by several test binaries, of which each uses a part"
)]
#[path = "common/finished.rs"]
mod finished;

use std::collections::BTreeSet;

use finished::{Run, settle};
use rhc_core::fake::WorldOptions;
use rollout::embedded::EmbeddedCloud;
use rollout::engine::{Action, Plan};
use rollout::manifest::Manifest;
use rollout::verify::{VerifyOptions, verify};

/// An app of the same form as the others; `extra` are its further tables, and `third` the third number of its subnet.
fn app(key: &str, pulls_from: &str, third: u8, roles: &str, extra: &str) -> String {
    format!(
        r#"
[network.subnets.{key}-apps]
address_prefix = "10.40.{third}.0/23"
use = "container-apps"
security_group = "rhc-qa-{key}-apps-nsg"
service_endpoints = ["Microsoft.KeyVault", "Microsoft.Storage"]

[apps.{key}]
display_name = "Another app"
audience = "staff"
users_at_launch = 3
users_in_first_year = 5
hipaa = "probable"
subscription = "hosting"
resource_group = "rhc-{key}-qa-rg"
hostname = "{key}-qa.recalibratex.net"
key_vault = "{key}25qa-kv"
pulls_from = "{pulls_from}"

[apps.{key}.container_app]
name = "{key}25qa-app"
environment = "{key}25qa-env"
subnet = "{key}-apps"
cpu = 0.25
memory_gib = 0.5
min_replicas = 1
max_replicas = 2

[apps.{key}.identities]
app = "{key}25qa-id"
deploy = "{key}25qa-deploy-id"

[apps.{key}.monitoring]
insights = "{key}25qa-insights"
workspace = "{key}25qa-logsworkspace"

[apps.{key}.communication]
email_service = "{key}25qa-email"
email_domain = "AzureManagedDomain"
services = ["{key}25qa-comms"]
data_location = "United States"

[apps.{key}.bridge]
unique_name = "rhc-{key}-qa-db"

[apps.{key}.sign_in]
unique_name = "rhc-{key}-qa-web"
kind = "spa"
redirect_paths = ["/"]

[apps.{key}.database_roles]
{roles}

[apps.{key}.github]
repository = "vokworks-ronk/{key}25"
branch = "qa"
environment = "qa"

[apps.{key}.mirrors]
tenant_domain = "smx25dev.onmicrosoft.com"
resource_group = "{key}25dev-rg"
name_prefix = "{key}25dev"
{extra}"#
    )
}

/// The QA file, with two apps more, a database, and a communication service of an app that was there.
fn manifest() -> Manifest {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
    let text = std::fs::read_to_string(path).unwrap();
    let services = r#"services = ["smx25qa-comms"]"#;
    assert!(text.contains(services));
    let mut text = text.replace(services, r#"services = ["smx25qa-comms", "smx25qa-more"]"#);
    text.push_str(
        r#"
[database.databases.lab_db]
sku = "S1"
tier = "Standard"
backup_redundancy = "Geo"
"#,
    );
    let files = r#"
[apps.lab.registry]
name = "lab25qaacr"
sku = "Premium"

[apps.lab.storage]
name = "lab25qastorage"
sku = "Standard_ZRS"
soft_delete_days = 90
"#;
    let roles = "lab_db = [\"db_datareader\", \"db_datawriter\"]";
    text.push_str(&app("lab", "lab", 6, roles, files));
    text.push_str(&app("kiosk", "smx", 8, "corp_db = [\"db_datareader\"]", ""));
    Manifest::parse("qa.toml", &text).unwrap()
}

fn to_do(plan: &Plan) -> Vec<&str> {
    let open = |action: &Action| !matches!(action, Action::Unchanged | Action::NotObserved { .. });
    let entries = plan.entries.iter().filter(|entry| open(&entry.action));
    entries.map(|entry| entry.key.as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn more_of_the_same_needs_no_code() {
    let file = manifest();
    let cloud = EmbeddedCloud::new(&file, WorldOptions::default(), true).unwrap();
    let run = Run::over(file.clone(), cloud);
    let planned = run.plan().await;
    let stages: BTreeSet<&str> = planned
        .plan
        .entries
        .iter()
        .map(|one| one.stage.title)
        .collect();
    for app in ["HP2", "KIOSK", "LAB", "SMX"] {
        assert!(stages.contains(app), "{stages:?}");
    }
    let summary = run.apply(planned).await;
    assert_eq!((&summary.failed, &summary.manual), (&vec![], &vec![]));
    settle().await;

    // Another process sees that all of it is there, and that it is as the file says.
    let run = Run::over(file, run.cloud);
    assert_eq!(to_do(&run.plan().await.plan), Vec::<&str>::new());
    let options = VerifyOptions::default();
    let report = verify(&run.rollout, &run.manifest, &run.clients, &options).await;
    let failed: Vec<_> = report.failures().collect();
    assert_eq!(failed, Vec::<&rollout::verify::Entry>::new());
    let checks: BTreeSet<&str> = report.checks.iter().map(|one| one.id.as_str()).collect();
    for check in [
        "file/lab/Microsoft.ContainerRegistry/registries/lab25qaacr/roleAssignments/AcrPull/lab25qa-id",
        "file/smx/Microsoft.ContainerRegistry/registries/smx25qaacr/roleAssignments/AcrPull/kiosk25qa-id",
        "file/lab/Microsoft.Storage/storageAccounts/lab25qastorage/blobServices/default",
        "file/lab/Microsoft.OperationalInsights/workspaces/lab25qa-logsworkspace/tables/StorageBlobLogs",
        "file/network/Microsoft.Network/networkSecurityGroups/rhc-qa-kiosk-apps-nsg/diagnosticSettings/rhc-audit",
        "file/smx/Microsoft.Communication/communicationServices/smx25qa-more",
        "file/database/Microsoft.Sql/servers/rhc-qa-sqlsvr/databases/lab_db/users/rhc-lab-qa-db",
        "outside/https/kiosk",
        "outside/https/lab",
        "inside/opens/lab/lab_db",
        "control-plane/no-secret/rhc-kiosk-qa-db",
        "control-plane/sql-users/lab_db",
    ] {
        assert!(checks.contains(check), "{check} is not asked for");
    }
}
