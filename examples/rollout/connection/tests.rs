//! The connection against a World: sign-in, fence, discovery, databases.

use super::*;
use rhc_arm::{ArmClient, ArmClientOptions};
use rhc_core::fake::WorldOptions;
use rhc_core::{ErrorKind, SubscriptionId};
use rhc_sql_identity::SqlAddress;

fn manifest() -> Manifest {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
    Manifest::load(path).unwrap()
}

fn world() -> (World, TenantId) {
    let world = World::new(WorldOptions::default());
    rhc_arm::fake::mount(&world);
    let id = world.with(|state| state.directory().add_workforce_tenant("contoso").unwrap());
    (world, TenantId::new(id))
}

#[tokio::test(start_paused = true)]
async fn a_domain_has_a_tenant_or_not() {
    let (world, id) = world();
    let connection = Connection::embedded(&manifest(), &world);
    let found = connection.discover("contoso.onmicrosoft.com").await;
    assert_eq!(found.unwrap(), Some(id));
    let absent = connection.discover("rhcdbcore.onmicrosoft.com").await;
    assert_eq!(absent.unwrap(), None);
    assert_eq!(connection.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_authority_that_is_down_is_no_absent_tenant() {
    use rhc_core::fake::{Fault, FaultKind, Match, Occurrence};
    let (world, id) = world();
    let fault = |occurrence| Fault {
        matches: Match {
            occurrence,
            ..Match::default()
        },
        kind: FaultKind::ConnectionRefused,
    };
    world.faults().add(fault(Occurrence::Nth(1)));
    let connection = Connection::embedded(&manifest(), &world);
    let found = connection.discover("contoso.onmicrosoft.com").await;
    assert_eq!(found.unwrap(), Some(id), "one hiccup is bridged");
    world.faults().add(fault(Occurrence::Every));
    let error = connection
        .discover("contoso.onmicrosoft.com")
        .await
        .unwrap_err();
    assert!(error.remedy_text().unwrap().contains("network"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn every_client_stands_behind_the_fence() {
    let (world, id) = world();
    let connection = Connection::embedded(&manifest(), &world);
    let tenant = TenantKey::new("backoffice");
    let options = ArmClientOptions {
        client: connection.options(&tenant, id),
        ..ArmClientOptions::default()
    };
    let credential = connection.credential(&tenant, id).unwrap();
    let arm = ArmClient::new(credential, Some(options)).unwrap();
    let foreign: SubscriptionId = "11111111-1111-1111-1111-111111111111".parse().unwrap();
    let before = connection.requests();
    let error = arm
        .subscription(&foreign)
        .register_provider("Microsoft.Sql")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(connection.requests(), before, "nothing was sent");
}

#[tokio::test(start_paused = true)]
async fn asking_again_signs_in_again_and_looking_does_not() {
    let (world, id) = world();
    let connection = Connection::embedded(&manifest(), &world);
    let tenant = TenantKey::new("backoffice");
    let looked = connection.look_with(&tenant, id).unwrap();
    let first = connection.credential(&tenant, id).unwrap();
    assert!(Arc::ptr_eq(&looked, &first));
    let second = connection.credential(&tenant, id).unwrap();
    assert!(!Arc::ptr_eq(&first, &second), "a better account may exist");
    assert!(Arc::ptr_eq(
        &second,
        &connection.look_with(&tenant, id).unwrap()
    ));
}

#[tokio::test]
async fn databases_that_are_not_the_environments_are_not_even_called() {
    let connection = Connection::azure(&manifest(), Method::Device, Arc::new(Nobody), None);
    let id = "00000000-0000-0000-0000-000000000001".parse().unwrap();
    let at = SqlAddress::new(&Cloud::public(), "x.database.windows.net", "hp2_db").unwrap();
    let tenant = "database".into();
    for databases in [
        connection.databases(&tenant, id).unwrap(),
        connection.databases_from_outside(&tenant, id).unwrap(),
    ] {
        let error = databases.open(&at).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        let words = "does not own the host x.database.windows.net";
        assert!(error.to_string().contains(words), "{error}");
        let error = databases.observe(&at).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
    }
    assert_eq!(connection.requests(), 0, "nobody was asked for a token");
}
