//! Nothing of the QA environment is left out: every name of its description is in the cloud after one rehearsal, each where
//! it belongs.

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

use std::collections::BTreeSet;

use edit::{DATABASE, HOSTING, object, resource, resource_with, sql_users, subscription, tenant};
use finished::{Run, manifest, state};
use rhc_core::fake::WorldOptions;
use rollout::embedded::EmbeddedCloud;
use rollout::engine::Made;
use rollout::report;
use serde_json::Value;

const CUSTOMERS: &str = "rhcqa.onmicrosoft.com";
const HOSTING_SUBSCRIPTION: &str = "rhc-b2c-qa-sub";
const DATABASE_SUBSCRIPTION: &str = "rhc-db-core-sub";

/// A type and a name.
type Named = (&'static str, &'static str);

/// What stands in Azure: subscription, resource group, types and names.
const RESOURCES: &[(&str, &str, &[Named])] = &[
    (
        HOSTING_SUBSCRIPTION,
        "rhc-identity-qa-rg",
        &[("Microsoft.AzureActiveDirectory/ciamDirectories", "rhcqa")],
    ),
    (
        HOSTING_SUBSCRIPTION,
        "rhc-net-qa-rg",
        &[
            ("Microsoft.Network/virtualNetworks", "rhc-qa-vnet"),
            ("Microsoft.Network/virtualNetworks/subnets", "hp2-apps"),
            ("Microsoft.Network/virtualNetworks/subnets", "smx-apps"),
            ("Microsoft.Network/virtualNetworks/subnets", "endpoints"),
            (
                "Microsoft.Network/networkSecurityGroups",
                "rhc-qa-hp2-apps-nsg",
            ),
            (
                "Microsoft.Network/networkSecurityGroups",
                "rhc-qa-smx-apps-nsg",
            ),
            (
                "Microsoft.Network/networkSecurityGroups",
                "rhc-qa-endpoints-nsg",
            ),
            ("Microsoft.Network/privateEndpoints", "rhc-qa-sql-pe"),
            (
                "Microsoft.Network/privateDnsZones",
                "privatelink.database.windows.net",
            ),
        ],
    ),
    (
        HOSTING_SUBSCRIPTION,
        "rhc-hp2-qa-rg",
        &[
            ("Microsoft.App/containerApps", "hp225qa-app"),
            ("Microsoft.App/managedEnvironments", "hp225qa-env"),
            ("Microsoft.KeyVault/vaults", "hp225qa-kv"),
            ("Microsoft.Insights/components", "hp225qa-insights"),
            (
                "Microsoft.OperationalInsights/workspaces",
                "hp225qa-logsworkspace",
            ),
            (
                "Microsoft.Communication/emailServices",
                "hp225qa-email-services",
            ),
            (
                "Microsoft.Communication/emailServices/domains",
                "AzureManagedDomain",
            ),
            (
                "Microsoft.Communication/communicationServices",
                "hp225qa-comms",
            ),
            (
                "Microsoft.Communication/communicationServices",
                "hp225qa-communication-services",
            ),
            (
                "Microsoft.ManagedIdentity/userAssignedIdentities",
                "hp225qa-id",
            ),
            (
                "Microsoft.ManagedIdentity/userAssignedIdentities",
                "hp225qa-deploy-id",
            ),
        ],
    ),
    (
        HOSTING_SUBSCRIPTION,
        "rhc-smx-qa-rg",
        &[
            ("Microsoft.App/containerApps", "smx25qa-app"),
            ("Microsoft.App/managedEnvironments", "smx25qa-env"),
            ("Microsoft.ContainerRegistry/registries", "smx25qaacr"),
            ("Microsoft.Storage/storageAccounts", "smx25qastorage"),
            ("Microsoft.KeyVault/vaults", "smx25qa-kv"),
            ("Microsoft.Insights/components", "smx25qa-insights"),
            (
                "Microsoft.OperationalInsights/workspaces",
                "smx25qa-logsworkspace",
            ),
            ("Microsoft.Communication/emailServices", "smx25qa-email"),
            (
                "Microsoft.Communication/emailServices/domains",
                "AzureManagedDomain",
            ),
            (
                "Microsoft.Communication/communicationServices",
                "smx25qa-comms",
            ),
            (
                "Microsoft.ManagedIdentity/userAssignedIdentities",
                "smx25qa-id",
            ),
            (
                "Microsoft.ManagedIdentity/userAssignedIdentities",
                "smx25qa-deploy-id",
            ),
        ],
    ),
    (
        DATABASE_SUBSCRIPTION,
        "rhc-db-qa-rg",
        &[
            ("Microsoft.Sql/servers", "rhc-qa-sqlsvr"),
            ("Microsoft.Sql/servers/databases", "corp_db"),
            ("Microsoft.Sql/servers/databases", "hp2_db"),
            ("Microsoft.OperationalInsights/workspaces", "rhc-db-qa-logs"),
        ],
    ),
];

/// What stands in the directories: tenant, kind, name.
const OBJECTS: &[(&str, &str, &str)] = &[
    (HOSTING, "application", "rhc-hp2-qa-db"),
    (HOSTING, "application", "rhc-smx-qa-db"),
    (HOSTING, "application", "rhc-rollout"),
    (HOSTING, "servicePrincipal", "rhc-rollout"),
    (CUSTOMERS, "application", "rhc-hp2-qa-web"),
    (CUSTOMERS, "application", "rhc-smx-qa-web"),
    (CUSTOMERS, "servicePrincipal", "rhc-hp2-qa-web"),
    (CUSTOMERS, "servicePrincipal", "rhc-smx-qa-web"),
    (DATABASE, "group", "rhc-qa-sql-admins"),
    (DATABASE, "servicePrincipal", "rhc-hp2-qa-db"),
    (DATABASE, "servicePrincipal", "rhc-smx-qa-db"),
    (DATABASE, "servicePrincipal", "rhc-rollout"),
];

#[tokio::test]
async fn every_resource_stands_in_its_group_and_subscription() {
    let mut state = state();
    let mut missing = Vec::new();
    for (owner, group, names) in RESOURCES {
        let id = subscription_id(&mut state, owner);
        let within = format!("/subscriptions/{id}/resourcegroups/{group}").to_lowercase();
        let resources = state["sections"]["arm"]["resources"].as_object().unwrap();
        if !resources.contains_key(&within) {
            missing.push(format!("{owner}/{group}"));
        }
        for (kind, name) in *names {
            let end = format!("/{}/{name}", kind.rsplit('/').next().unwrap()).to_lowercase();
            let found = resources.iter().any(|(id, stored)| {
                id.starts_with(&format!("{within}/"))
                    && id.ends_with(&end)
                    && stored["body"]["type"]
                        .as_str()
                        .is_some_and(|found| found.eq_ignore_ascii_case(kind))
                    && stored["body"]["properties"]["provisioningState"]
                        .as_str()
                        .is_none_or(|state| state == "Succeeded")
            });
            if !found {
                missing.push(format!("{owner}/{group}: {kind} {name}"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[tokio::test]
async fn every_identity_stands_in_its_tenant_and_nowhere_else() {
    let mut state = state();
    for (domain, kind, name) in OBJECTS {
        object(&mut state, domain, kind, name);
    }
    // Registrations are where the apps' people or identities are; the databases' tenant knows none.
    for (domain, wanted) in [
        (
            HOSTING,
            vec!["rhc-hp2-qa-db", "rhc-rollout", "rhc-smx-qa-db"],
        ),
        (CUSTOMERS, vec!["rhc-hp2-qa-web", "rhc-smx-qa-web"]),
        (DATABASE, vec![]),
    ] {
        assert_eq!(ours(&mut state, domain, "application"), wanted, "{domain}");
    }
}

/// The names of the objects of a kind that begin with the environment's prefix.
fn ours(state: &mut Value, domain: &str, kind: &str) -> Vec<String> {
    let objects = tenant(state, domain)["objects"].as_object().unwrap();
    let named = objects.values().filter(|one| one["kind"] == kind);
    let names = named.filter_map(|one| one["body"]["displayName"].as_str());
    let ours: BTreeSet<&str> = names.filter(|name| name.starts_with("rhc-")).collect();
    ours.into_iter().map(str::to_owned).collect()
}

fn subscription_id(state: &mut Value, name: &str) -> String {
    subscription(state, name);
    let all = state["sections"]["arm"]["subscriptions"]
        .as_object()
        .unwrap();
    let named = |(_, one): &(&String, &Value)| one["displayName"] == name;
    all.iter().find(named).unwrap().0.clone()
}

#[tokio::test]
async fn each_app_has_the_databases_of_the_table_and_no_other() {
    let mut state = state();
    let read = vec!["db_datareader"];
    let write = vec!["db_datareader", "db_datawriter"];
    for (database, users) in [
        (
            "corp_db",
            vec![("rhc-hp2-qa-db", read), ("rhc-smx-qa-db", write.clone())],
        ),
        ("hp2_db", vec![("rhc-hp2-qa-db", write)]),
    ] {
        let found = sql_users(&mut state, database);
        let apps: Vec<&String> = found
            .keys()
            .filter(|name| name.starts_with("rhc-"))
            .collect();
        let wanted: Vec<&str> = users.iter().map(|(name, _)| *name).collect();
        assert_eq!(apps, wanted, "{database}");
        for (name, roles) in users {
            assert_eq!(
                found[name]["roles"],
                serde_json::json!(roles),
                "{database}: {name}"
            );
        }
    }
}

#[tokio::test]
async fn both_hostnames_are_bound_to_their_apps() {
    let mut state = state();
    for (app, host) in [
        ("hp225qa-app", "hp2-qa.recalibratex.net"),
        ("smx25qa-app", "smx-qa.recalibratex.net"),
    ] {
        let app = resource(&mut state, &format!("/containerapps/{app}"));
        let domains = &app["properties"]["configuration"]["ingress"]["customDomains"];
        let bound: Vec<_> = domains.as_array().unwrap().iter().collect();
        assert_eq!(bound.len(), 1, "{domains}");
        assert_eq!(bound[0]["name"], host);
        assert_eq!(bound[0]["bindingType"], "SniEnabled");
        let certificate = resource_with(
            &mut state,
            "Microsoft.App/managedEnvironments/managedCertificates",
            host,
        );
        assert_eq!(certificate["properties"]["provisioningState"], "Succeeded");
    }
}

#[tokio::test]
async fn everything_of_ours_in_azure_carries_the_three_tags() {
    let state = state();
    let resources = state["sections"]["arm"]["resources"].as_object().unwrap();
    let mut tagged = 0;
    for (id, stored) in resources {
        let Some(tags) = stored["body"]["tags"].as_object() else {
            continue;
        };
        if tags.contains_key("rhc-environment") {
            tagged += 1;
            for tag in ["rhc-environment", "rhc-app", "rhc-cost-center"] {
                assert!(tags.contains_key(tag), "{id} has no {tag}");
            }
        }
    }
    assert!(tagged > 40, "{tagged}");
}

#[tokio::test(start_paused = true)]
async fn at_least_a_hundred_and_fifty_objects_are_made_in_three_tenants() {
    let manifest = manifest();
    let cloud = EmbeddedCloud::new(&manifest, WorldOptions::default(), true).unwrap();
    let run = Run::over(manifest, cloud);
    let planned = run.plan().await;
    let summary = run.apply(planned).await;
    let objects: Vec<&Made> = report::objects(&summary.made).collect();
    assert!(objects.len() >= 150, "{} objects", objects.len());
    let mut tenants: BTreeSet<&str> = objects.iter().map(|one| one.tenant.as_str()).collect();
    assert!(tenants.remove("GitHub"));
    assert_eq!(tenants, ["backoffice", "database", "qa"].into());
    assert!(
        objects
            .iter()
            .all(|one| one.kind != "Microsoft.Resources/providers")
    );
}
