//! What is asked of a server besides writing it: its name, its switches, its key.

use crate::support::{
    SERVER, SUBSCRIPTION, administrators, arm, child, code, delete, server, servers, with_server,
    world,
};
use rhc_core::{Method, Path, Request};
use rhc_sql_identity::{EntraOnlyAuthentication, NameUnavailable, ServerAdministrator};
use serde_json::{Value, json};

#[tokio::test(start_paused = true)]
async fn entra_only_is_turned_off_by_deletion_and_on_again() {
    let world = with_server().await;
    let server = server(&world);
    let settings = server.entra_only();
    settings
        .delete(EntraOnlyAuthentication::NAME)
        .await
        .unwrap();
    let off = settings.get(EntraOnlyAuthentication::NAME).await.unwrap();
    assert_eq!(off.properties.azure_ad_only_authentication, Some(false));
    assert_eq!(settings.list().collect_all().await.unwrap(), [off]);
    let administrator = server.administrators().get(ServerAdministrator::NAME).await;
    let administrator = administrator.unwrap().properties;
    assert_eq!(administrator.azure_ad_only_authentication, Some(false));
    settings
        .put(
            EntraOnlyAuthentication::NAME,
            &EntraOnlyAuthentication::on(),
        )
        .await
        .unwrap();
    let again = settings.list().collect_all().await.unwrap();
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].properties.azure_ad_only_authentication, Some(true));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_left_of_a_server_whose_setting_was_deleted() {
    let world = with_server().await;
    delete(&world, &child("azureADOnlyAuthentications", "Default"))
        .await
        .unwrap();
    let servers = servers(&world).in_group(crate::support::group_id());
    servers.delete(SERVER).await.unwrap();
    let left = server(&world).entra_only().get_opt("Default").await;
    assert_eq!(left.unwrap(), None);
    let made = rhc_sql_identity::SqlServer::entra_only("eastus2", &administrators());
    servers.put(SERVER, &made).await.unwrap();
    let setting = server(&world).entra_only().get("Default").await.unwrap();
    assert_eq!(setting.properties.azure_ad_only_authentication, Some(true));
}

#[tokio::test(start_paused = true)]
async fn a_name_is_free_taken_or_none() {
    let world = with_server().await;
    let servers = servers(&world);
    let ask = async |name: &str| {
        let answer = servers.check_name(&SUBSCRIPTION.into(), name).await;
        let answer = answer.unwrap();
        (answer.available, answer.reason)
    };
    assert_eq!(ask("rhc-qa-other").await, (Some(true), None));
    assert_eq!(
        ask(SERVER).await,
        (Some(false), Some(NameUnavailable::AlreadyExists))
    );
    assert_eq!(
        ask("-Other").await,
        (Some(false), Some(NameUnavailable::Invalid))
    );
}

#[tokio::test(start_paused = true)]
async fn only_names_of_servers_are_asked_for() {
    let world = world();
    let ask = async |body: Value| {
        let path = Path::new("/subscriptions")
            .segment(SUBSCRIPTION.to_string())
            .fixed("/providers/Microsoft.Sql/checkNameAvailability");
        let request = Request::new("test", Method::Post, path)
            .query("api-version", "2025-01-01")
            .json(&body);
        let error = arm(&world).request(request).await.unwrap_err();
        error.code().unwrap().to_owned()
    };
    assert_eq!(
        ask(json!({"name": "a"})).await,
        "InvalidNameAvailabilityRequest"
    );
    assert_eq!(
        ask(json!({"name": "a", "type": "Microsoft.Sql/managedInstances"})).await,
        "UnknownNameType"
    );
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_rejected_and_a_key_looked_at_anew() {
    let world = with_server().await;
    crate::support::ask_to_connect(&world);
    let server = server(&world);
    let rejected = server.begin_reject("pe", "not ours").await.unwrap();
    let rejected = rejected.await.unwrap().properties;
    assert_eq!(rejected.status().unwrap().as_str(), "Rejected");
    server.revalidate_encryption_protector().await.unwrap();
    let disconnected = json!({"id": child("privateEndpointConnections", "gone").as_str(), "properties": {
        "privateLinkServiceConnectionState": {"status": "Disconnected"}}});
    world.with(|state| rhc_arm::fake::put_resource(state, disconnected));
    let error = server.begin_reject("gone", "late").await.unwrap_err();
    assert_eq!(error.kind(), rhc_core::ErrorKind::InvalidInput);
    let service_managed = json!({"properties": {"serverKeyType": "ServiceManaged"}});
    let next = child("encryptionProtector", "next");
    assert_eq!(
        code(&world, &next, service_managed).await,
        "InvalidEncryptionProtectorName"
    );
}
