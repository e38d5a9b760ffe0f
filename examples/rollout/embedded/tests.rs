//! What the cloud holds at the beginning, and what its person does.

use super::*;
use crate::engine::TenantKey;
use crate::steps::Connect;
use rhc_arm::{ArmClient, ArmClientOptions};
use rhc_core::TenantId;
use rhc_core::fake::{Read, TenantKind};
use rhc_graph::{GraphClient, GraphClientOptions};

const BACKOFFICE: &str = "ed01df5d-6b39-45f8-82ae-36b88e5daae0";

fn manifest() -> Manifest {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
    Manifest::load(path).unwrap()
}

fn cloud(person: bool) -> EmbeddedCloud {
    EmbeddedCloud::new(&manifest(), WorldOptions::default(), person).unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_operator_sees_the_website_and_one_invoice_section() {
    let cloud = cloud(false);
    let connection = cloud.connect();
    let (tenant, id): (_, TenantId) = (TenantKey::new("backoffice"), BACKOFFICE.parse().unwrap());
    let credential = connection.credential(&tenant, id).unwrap();
    let options = ArmClientOptions {
        client: connection.options(&tenant, id),
        ..ArmClientOptions::default()
    };
    let arm = ArmClient::new(Arc::clone(&credential), Some(options)).unwrap();
    let subscriptions = arm.subscriptions().collect_all().await.unwrap();
    let names: Vec<_> = subscriptions
        .iter()
        .filter_map(|one| one.display_name.as_deref())
        .collect();
    assert_eq!(names, ["Azure subscription 1"]);
    assert_eq!(
        arm.billing_accounts()
            .list()
            .collect_all()
            .await
            .unwrap()
            .len(),
        1
    );
    let options = GraphClientOptions {
        client: connection.options(&tenant, id),
        ..GraphClientOptions::default()
    };
    let me = GraphClient::new(credential, Some(options))
        .unwrap()
        .me()
        .await
        .unwrap();
    assert!(!me.is_external());
}

#[tokio::test(start_paused = true)]
async fn protected_tenants_are_there() {
    let cloud = cloud(false);
    let connection = cloud.connect();
    for tenant in &manifest().protected.tenants {
        let found = connection.discover(&tenant.domain).await.unwrap();
        assert!(found.is_some(), "{}", tenant.domain);
    }
}

#[tokio::test(start_paused = true)]
async fn the_person_makes_the_database_tenant_and_its_administrators() {
    let cloud = cloud(true);
    let connection = cloud.connect();
    let domain = "rhcdbcore.onmicrosoft.com";
    assert_eq!(connection.discover(domain).await.unwrap(), None);
    tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
    let id = connection.discover(domain).await.unwrap().unwrap();
    cloud.world().with(|state| {
        let directory = state.directory_ref();
        let tenant = directory.tenant_by_id(*id.as_uuid()).unwrap();
        assert_eq!(tenant.kind, TenantKind::Workforce);
        let operator = directory.operator(tenant.id).unwrap();
        let account = directory.object(tenant.id, operator, Read::Point).unwrap();
        assert_eq!(
            account.text("userPrincipalName"),
            Some("rollout-admin@rhcdbcore.onmicrosoft.com"),
            "not the emergency account"
        );
    });
}

#[tokio::test(start_paused = true)]
async fn without_the_person_nothing_happens_but_what_he_is_told() {
    let cloud = cloud(false);
    tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
    let person = cloud.world().person();
    assert!(
        person
            .perform("tenants/rhcdbcore.onmicrosoft.com/native-administrators")
            .is_err()
    );
    person.perform("tenants/rhcdbcore.onmicrosoft.com").unwrap();
    person
        .perform("tenants/rhcdbcore.onmicrosoft.com/native-administrators")
        .unwrap();
    assert!(
        person.perform("tenants/rhcdbcore.onmicrosoft.com").is_err(),
        "it is done"
    );
    cloud.world().with(|state| {
        let directory = state.directory_ref();
        let tenant = directory.tenant("rhcdbcore.onmicrosoft.com").unwrap();
        let operator = directory.operator(tenant.id).unwrap();
        assert!(directory.is_native(tenant.id, operator));
    });
}

#[tokio::test(start_paused = true)]
async fn a_state_is_the_same_cloud_and_another_environments_is_refused() {
    let first = cloud(false);
    first
        .world()
        .person()
        .perform("tenants/rhcdbcore.onmicrosoft.com")
        .unwrap();
    let text = first.to_state().unwrap().to_string();
    let manifest = manifest();
    let second =
        EmbeddedCloud::from_state(&manifest, &text, WorldOptions::default(), false).unwrap();
    assert_eq!(second.to_state().unwrap().to_string(), text);

    let mut other = manifest.clone();
    let tenant = other.tenants.get_mut("backoffice").unwrap();
    tenant.domain = "somebodyelse.example".to_owned();
    let error = EmbeddedCloud::from_state(&other, &text, WorldOptions::default(), false);
    assert!(matches!(error, Err(EmbeddedError::NoTenant(key)) if key == "backoffice"));
    let error = EmbeddedCloud::from_state(&manifest, "{}", WorldOptions::default(), false);
    assert!(error.unwrap_err().to_string().contains("format"));
}
