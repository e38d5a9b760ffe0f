//! Names that something deleted still holds.

use rhc_arm::types::key_vault::{Vault, VaultProperties, VaultSku};
use rhc_arm::types::resources::ResourceGroup;
use rhc_arm::{ArmClient, ArmClientOptions, Resource};
use rhc_core::TenantId;

use serde_json::json;

use super::*;
use crate::engine::TenantKey;
use crate::steps::Connect;

const ID: &str = "11111111-1111-4111-8111-111111111111";

/// A client that no fence holds back.
fn somebodys(
    cloud: &EmbeddedCloud,
    connection: &Connection,
    key: &TenantKey,
    id: TenantId,
) -> ArmClient {
    let mut options = ArmClientOptions::default();
    options.client.clock = cloud.world().clock();
    let transport = azure_core::http::Transport::new(cloud.world().transport());
    options.client.client_options.transport = Some(transport);
    let credential = connection.look_with(key, id).unwrap();
    ArmClient::new(credential, Some(options)).unwrap()
}

async fn with_deleted_vault(purge_protection: bool, mark: &str) -> Vec<Finding> {
    let mut manifest = manifest();
    let app = manifest.apps.values().next().unwrap().clone();
    let own = manifest.subscriptions.get_mut(&app.subscription).unwrap();
    own.id = Some(ID.to_owned());
    let tenant = TenantKey::new(&own.tenant);
    let cloud = EmbeddedCloud::new(&manifest, WorldOptions::default(), false).unwrap();
    let connection = Connection::embedded(&manifest, cloud.world());
    let of_vaults = |findings: &[Finding]| -> Vec<Finding> {
        let own = findings.iter().filter(|one| one.code.contains("vault"));
        own.cloned().collect()
    };
    assert_eq!(of_vaults(&of_cloud(&manifest, &connection).await), []);

    let domain = &manifest.tenant(tenant.as_str()).unwrap().domain;
    let id = connection.discover(domain).await.unwrap().unwrap();
    cloud.world().with(|state| {
        let owner = state.directory_ref().operator(*id.as_uuid()).unwrap();
        let providers = ["Microsoft.KeyVault"];
        let (own, name) = (ID.parse().unwrap(), "rhc-b2c-qa-sub");
        rhc_arm::fake::create_subscription(state, own, name, *id.as_uuid(), owner, &providers);
    });
    let arm = somebodys(&cloud, &connection, &tenant, id);
    let scope = arm.subscription(&ID.parse().unwrap());
    let location = &manifest.environment.location;
    let group = Resource::<ResourceGroup>::default().at(location);
    let groups = scope.resources::<ResourceGroup>();
    groups.put("gone", &group).await.unwrap();
    let properties = VaultProperties {
        tenant_id: Some(id.to_string()),
        sku: Some(VaultSku::standard()),
        enable_rbac_authorization: Some(true),
        enable_purge_protection: purge_protection.then_some(true),
        ..VaultProperties::default()
    };
    let vaults = scope.resource_group("gone").resources::<Vault>();
    let mut vault = Resource::<Vault>::new(properties).at(location);
    vault.tags = [("rhc-environment".to_owned(), mark.to_owned())].into();
    vaults.put(&app.key_vault, &vault).await.unwrap();
    let seen = of_cloud(&manifest, &connection).await;
    assert_eq!(of_vaults(&seen), [], "it is there");
    vaults.delete(&app.key_vault).await.unwrap();

    let findings = of_vaults(&of_cloud(&manifest, &connection).await);
    assert!(findings[0].what.contains(&app.key_vault), "{findings:?}");
    findings
}

#[tokio::test(start_paused = true)]
async fn a_name_that_a_deleted_vault_holds_stops_the_run() {
    let findings = with_deleted_vault(true, "prod").await;
    let stopped = codes(&findings, Severity::Stop);
    assert_eq!(stopped, ["vault-name-of-a-deleted-one"]);
    let [finding] = &findings[..] else {
        panic!("{findings:?}");
    };
    assert!(finding.what.contains("until 20"), "{finding:?}");
    assert!(finding.way_out.contains("az keyvault recover"));
    assert!(!finding.way_out.contains("az keyvault purge"));
}

#[tokio::test(start_paused = true)]
async fn a_vault_that_may_be_purged_comes_with_the_command() {
    let findings = with_deleted_vault(false, "prod").await;
    assert!(findings[0].way_out.contains("az keyvault purge"));
}

#[tokio::test(start_paused = true)]
async fn the_environments_own_vault_is_recovered_and_stops_nothing() {
    let findings = with_deleted_vault(true, "qa").await;
    let noted = codes(&findings, Severity::Note);
    assert_eq!(noted, ["vault-of-this-environment-deleted"]);
    assert_eq!(codes(&findings, Severity::Stop), [""; 0]);
    assert!(findings[0].way_out.contains("apply recovers it"));
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_an_earlier_run_made_is_looked_into() {
    let stage = super::stage::Stage::without_subscription();
    let unseen = |findings: &[Finding]| findings.iter().any(|one| one.code == "not-seen");
    assert!(unseen(&stage.look().await));
    stage.alias("rhc-b2c-qa-sub", "hosting").await;
    let findings = stage.look().await;
    assert!(!unseen(&findings), "{findings:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_domain_that_somebody_else_has_stops_the_run_before_anybody_signs_in() {
    let stage = super::stage::Stage::new();
    assert!(!stage.codes().await.contains(&"initial-domain-taken"));
    stage.tenant("rhcqa.onmicrosoft.com");
    let findings = stage.look().await;
    let stopped = codes(&findings, Severity::Stop);
    assert_eq!(stopped, ["initial-domain-taken"]);
    let taken = findings.iter().find(|one| one.severity == Severity::Stop);
    assert!(taken.unwrap().what.contains("rhcqa.onmicrosoft.com"));
    assert!(!blinds(&findings), "the rest may be looked at all the same");
    // With its resource beside the subscription that pays, it is the environment's own.
    let id = stage.tenant_id("rhcqa.onmicrosoft.com");
    stage.resource(
        "rhc-identity-qa-rg",
        "Microsoft.AzureActiveDirectory/ciamDirectories/rhcqa",
        json!({ "tenantId": id, "domainName": "rhcqa.onmicrosoft.com" }),
    );
    assert!(!stage.codes().await.contains(&"initial-domain-taken"));
}

#[tokio::test(start_paused = true)]
async fn names_that_strangers_have_stop_the_run() {
    let stage = super::stage::Stage::new();
    let taken = |findings: &[Finding]| -> Vec<String> {
        let own = findings.iter().filter(|one| one.code == "name-taken");
        own.map(|one| one.what.clone()).collect()
    };
    assert_eq!(taken(&stage.look().await), [""; 0]);
    let names = [
        ("Microsoft.KeyVault/vaults", "hp225qa-kv"),
        ("Microsoft.ContainerRegistry/registries", "smx25qaacr"),
        ("Microsoft.Storage/storageAccounts", "smx25qastorage"),
        (
            "Microsoft.Communication/communicationServices",
            "smx25qa-comms",
        ),
    ];
    stage.with(|state| {
        let arm = state.section::<rhc_arm::fake::Arm>();
        let all = names.map(|(kind, name)| format!("{kind}/{name}").to_ascii_lowercase());
        arm.taken_names.extend(all);
    });
    let findings = stage.look().await;
    let said = taken(&findings);
    assert_eq!(said.len(), names.len(), "{findings:#?}");
    for (_, name) in names {
        assert!(
            said.iter().any(|what| what.contains(name)),
            "{name}: {said:?}"
        );
    }
    assert!(stops(&findings));
}
