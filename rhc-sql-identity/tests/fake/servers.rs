//! What Resource Manager refuses and answers about SQL servers: one named test for each rule.

use crate::support::{
    ADMINS, HP2, HP2_OBJECT, OTHER_TENANT, SERVER, TENANT, administrators, ask_to_connect, child,
    code, delete, group_id, put, refused, server, server_id, servers, with_server, world,
};
use rhc_arm::ResourceId;
use rhc_sql_identity::{
    AUDITING_NAME, AuditingState, ConnectionPolicy, ConnectionType, EntraOnlyAuthentication,
    FirewallRule, NetworkAccess, ServerAdministrator, SqlDatabase, SqlServer, TlsVersion,
};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

fn entra_only() -> Value {
    SqlServer::entra_only("eastus2", &administrators()).for_write()
}

fn changed(path: &str, value: Value) -> Value {
    let mut body = entra_only();
    *body.pointer_mut(path).unwrap() = value;
    body
}

fn without(body: &Value, parent: &str, name: &str) -> Value {
    let mut body = body.clone();
    let parent = body.pointer_mut(parent).and_then(Value::as_object_mut);
    parent.unwrap().remove(name).unwrap();
    body
}

#[tokio::test(start_paused = true)]
async fn a_server_is_made_in_a_minute_with_all_that_comes_with_it() {
    let world = world();
    let begun = Instant::now();
    let wanted = SqlServer::entra_only("East US 2", &administrators()).tag("rhc-environment", "qa");
    let servers = servers(&world).in_group(group_id());
    let made = servers.put(SERVER, &wanted).await.unwrap();
    assert!(
        begun.elapsed() >= Duration::from_secs(60),
        "{:?}",
        begun.elapsed()
    );
    let have = &made.properties;
    assert_eq!(
        have.fully_qualified_domain_name.as_deref(),
        Some("rhc-qa-sqlsvr.database.windows.net")
    );
    assert_eq!(have.state.as_deref(), Some("Ready"));
    assert_eq!(have.public_network_access, Some(NetworkAccess::Disabled));
    assert_eq!(have.minimal_tls_version, Some(TlsVersion::Tls12));
    assert!(
        have.administrator_login
            .as_deref()
            .unwrap()
            .starts_with("CloudSA")
    );
    assert_eq!(have.administrators, None, "a plain GET does not show them");
    assert!(made.has_tag("rhc-environment", "qa"));

    let server = server(&world);
    let administrator = server
        .administrators()
        .get(ServerAdministrator::NAME)
        .await
        .unwrap();
    assert_eq!(administrator.properties.sid, Some(ADMINS));
    assert_eq!(
        administrator.properties.azure_ad_only_authentication,
        Some(true)
    );
    let only = server
        .entra_only()
        .get(EntraOnlyAuthentication::NAME)
        .await
        .unwrap();
    assert_eq!(only.properties.azure_ad_only_authentication, Some(true));
    let policy = server
        .connection_policies()
        .get(ConnectionPolicy::NAME)
        .await
        .unwrap();
    assert_eq!(
        policy.properties.connection_type,
        Some(ConnectionType::Default)
    );
    let auditing = server.auditing().get(AUDITING_NAME).await.unwrap();
    assert_eq!(auditing.properties.state, Some(AuditingState::Disabled));
    let names: Vec<_> = server.databases().list().collect_all().await.unwrap();
    assert_eq!(names.len(), 1);
    assert_eq!(names[0].name.as_deref(), Some(SqlDatabase::MASTER));
}

#[tokio::test(start_paused = true)]
async fn a_server_without_a_login_must_be_entra_only() {
    let world = world();
    let body = changed(
        "/properties/administrators/azureADOnlyAuthentication",
        json!(false),
    );
    assert_eq!(code(&world, &server_id(), body).await, "InvalidLoginName");
    let body = without(&entra_only(), "/properties", "administrators");
    assert_eq!(code(&world, &server_id(), body).await, "InvalidLoginName");
    let body = json!({"location": "eastus2", "properties": {"administratorLogin": "a", "administratorLoginPassword": "short"}});
    assert_eq!(code(&world, &server_id(), body).await, "PasswordTooShort");
}

#[tokio::test(start_paused = true)]
async fn entra_only_needs_an_administrator() {
    let world = world();
    let body = changed(
        "/properties/administrators",
        json!({"azureADOnlyAuthentication": true}),
    );
    assert_eq!(
        code(&world, &server_id(), body).await,
        "MissingExternalAdministratorWithAadOnlyAuth"
    );
}

#[tokio::test(start_paused = true)]
async fn an_administrator_must_be_complete_and_known_in_the_servers_tenant() {
    let world = world();
    let at = "/properties/administrators";
    for (name, value, expected) in [
        ("login", json!(""), "InvalidExternalAdministratorLogin"),
        ("sid", json!("nobody"), "InvalidExternalAdministratorSid"),
        (
            "sid",
            json!(uuid::Uuid::nil()),
            "InvalidExternalAdministratorSid",
        ),
        (
            "tenantId",
            json!(OTHER_TENANT),
            "InvalidExternalAdministratorTenantId",
        ),
        (
            "principalType",
            json!("Robot"),
            "ExternalAdministratorPrincipalType",
        ),
    ] {
        let body = changed(&format!("{at}/{name}"), value);
        assert_eq!(code(&world, &server_id(), body).await, expected);
    }
    let body = without(&entra_only(), at, "principalType");
    assert_eq!(
        code(&world, &server_id(), body).await,
        "ExternalAdministratorPrincipalType"
    );
    // An application administers by its client id, not by its object id.
    let by = |id| changed(&format!("{at}/sid"), json!(id));
    assert_eq!(
        code(&world, &server_id(), by(HP2_OBJECT)).await,
        "InvalidExternalAdministratorSid"
    );
    put(&world, &server_id(), by(HP2)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_group_that_is_not_replicated_yet_is_not_known() {
    let world = world();
    let fresh = uuid::Uuid::from_u128(0xf5e5);
    world.with(|state| {
        let body = serde_json::from_value(json!({"displayName": "fresh"})).unwrap();
        let kind = rhc_core::fake::ObjectKind::Group;
        state.directory().insert(TENANT, kind, fresh, body).unwrap();
    });
    let body = changed("/properties/administrators/sid", json!(fresh));
    assert_eq!(
        code(&world, &server_id(), body.clone()).await,
        "InvalidExternalAdministratorSid"
    );
    tokio::time::sleep(Duration::from_secs(30)).await;
    put(&world, &server_id(), body).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_servers_values_are_checked() {
    let world = world();
    for (path, value, expected) in [
        (
            "/properties/minimalTlsVersion",
            json!("1.4"),
            "InvalidMinimalTlsVersion",
        ),
        (
            "/properties/minimalTlsVersion",
            json!(1.2),
            "InvalidMinimalTlsVersion",
        ),
        (
            "/properties/publicNetworkAccess",
            json!("Off"),
            "InvalidParameterValue",
        ),
        (
            "/properties/version",
            json!("13.0"),
            "InvalidParameterValue",
        ),
    ] {
        let body = changed(path, value);
        assert_eq!(code(&world, &server_id(), body).await, expected);
    }
    let body = without(&entra_only(), "", "location");
    assert_eq!(code(&world, &server_id(), body).await, "LocationRequired");
    for name in ["Rhc-QA", "-rhc", "rhc-", "rhc_qa", &"r".repeat(64)] {
        let id = group_id().resource("Microsoft.Sql/servers", name).unwrap();
        assert_eq!(
            code(&world, &id, entra_only()).await,
            "InvalidServerName",
            "{name}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_servers_name_is_the_only_one_in_azure() {
    let world = with_server().await;
    world.with(|state| {
        let id = group_id().as_str().replace("rhc-db-qa-rg", "other-rg");
        let body = json!({"id": id, "location": "eastus2", "properties": {}});
        rhc_arm::fake::put_resource(state, body);
    });
    let id: ResourceId = server_id()
        .as_str()
        .replace("rhc-db-qa-rg", "other-rg")
        .parse()
        .unwrap();
    let error = refused(&world, &id, entra_only()).await;
    assert_eq!(
        (error.status(), error.code()),
        (Some(409), Some("NameAlreadyExists"))
    );
}

#[tokio::test(start_paused = true)]
async fn entra_only_is_not_changed_with_the_server() {
    let world = with_server().await;
    let body = changed(
        "/properties/administrators/azureADOnlyAuthentication",
        json!(false),
    );
    assert_eq!(
        code(&world, &server_id(), body).await,
        "InvalidServerAzureADOnlyAuthenticationParameter"
    );
    let mut body = entra_only();
    body["properties"]["administratorLoginPassword"] = json!("Sufficiently-long-1");
    assert_eq!(
        code(&world, &server_id(), body).await,
        "AadOnlyAuthenticationIsEnabled"
    );
    // The same again changes nothing.
    put(&world, &server_id(), entra_only()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_administrator_stays_while_entra_only_is_on() {
    let world = with_server().await;
    let administrator = child("administrators", "ActiveDirectory");
    let error = delete(&world, &administrator).await.unwrap_err();
    assert_eq!(
        error.code(),
        Some("InvalidServerAzureADAdminDeleteOperation")
    );
    let off = json!({"properties": {"azureADOnlyAuthentication": false}});
    let setting = child("azureADOnlyAuthentications", "Default");
    put(&world, &setting, off.clone()).await.unwrap();
    delete(&world, &administrator).await.unwrap();
    assert_eq!(
        code(&world, &setting, off).await,
        "InvalidServerAADOnlyAuthNoAADAdminPropertyName"
    );
}

#[tokio::test(start_paused = true)]
async fn singletons_have_one_name_each() {
    let world = with_server().await;
    for (kind, body, expected) in [
        (
            "administrators",
            json!({"login": "a", "sid": ADMINS}),
            "InvalidServerAdministratorTypePropertyName",
        ),
        (
            "azureADOnlyAuthentications",
            json!({"azureADOnlyAuthentication": true}),
            "InvalidServerAADOnlyAuthTypePropertyName",
        ),
        (
            "connectionPolicies",
            json!({"connectionType": "Proxy"}),
            "InvalidConnectionPolicyName",
        ),
    ] {
        let body = json!({"properties": body});
        assert_eq!(code(&world, &child(kind, "other"), body).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn the_administrator_changes_by_his_own_resource() {
    let world = with_server().await;
    let id = child("administrators", "ActiveDirectory");
    let nobody = json!({"properties": {"login": "x", "sid": uuid::Uuid::nil()}});
    assert_eq!(
        code(&world, &id, nobody).await,
        "InvalidExternalAdministratorSid"
    );
    let half = json!({"properties": {"sid": ADMINS}});
    assert_eq!(code(&world, &id, half).await, "InvalidResourceRequestBody");
    let application = json!({"properties": {"administratorType": "ActiveDirectory", "login": "rhc-hp2-qa-db", "sid": HP2, "tenantId": TENANT}});
    let made = put(&world, &id, application).await.unwrap();
    assert_eq!(made["properties"]["azureADOnlyAuthentication"], true);
    assert_eq!(made["properties"]["sid"], json!(HP2));
}

#[tokio::test(start_paused = true)]
async fn firewall_rules_need_the_public_network() {
    let world = with_server().await;
    let rule = FirewallRule::address([203, 0, 113, 7].into());
    let server = server(&world);
    let error = server
        .firewall_rules()
        .put("operator", &rule)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("DenyPublicEndpointEnabled"));

    let access = |word: &str| json!({"properties": {"publicNetworkAccess": word}});
    let servers = servers(&world).in_group(group_id());
    servers.update(SERVER, &access("Enabled")).await.unwrap();
    server
        .firewall_rules()
        .put("operator", &rule)
        .await
        .unwrap();
    servers.update(SERVER, &access("Disabled")).await.unwrap();
    let error = server
        .firewall_rules()
        .delete("operator")
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("DenyPublicEndpointEnabled"));
    servers.update(SERVER, &access("Enabled")).await.unwrap();
    server.firewall_rules().delete("operator").await.unwrap();
    let only = server.entra_only().get("Default").await.unwrap();
    assert_eq!(only.properties.azure_ad_only_authentication, Some(true));
}

#[tokio::test(start_paused = true)]
async fn firewall_rules_are_ranges_of_addresses() {
    let world = with_server().await;
    let open = json!({"properties": {"publicNetworkAccess": "Enabled"}});
    servers(&world)
        .in_group(group_id())
        .update(SERVER, &open)
        .await
        .unwrap();
    let rule = |start: &str, end: &str| json!({"properties": {"startIpAddress": start, "endIpAddress": end}});
    let id = child("firewallRules", "r");
    for (body, expected) in [
        (rule("::1", "::1"), "FirewallRuleNotIPv4Address"),
        (rule("10.0.0.2", "10.0.0.1"), "FirewallRuleInvalidRange"),
        (
            json!({"properties": {"startIpAddress": "10.0.0.1"}}),
            "InvalidServerFirewallRuleResourceParameters",
        ),
    ] {
        assert_eq!(code(&world, &id, body).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_decided_on_once() {
    let world = with_server().await;
    let id = child("privateEndpointConnections", "pe");
    let decision = |status: &str| json!({"properties": {"privateLinkServiceConnectionState": {"status": status, "description": "d"}}});
    assert_eq!(
        code(&world, &id, decision("Approved")).await,
        "PrivateEndpointConnectionDoesNotExist"
    );
    ask_to_connect(&world);
    for (body, expected) in [
        (
            decision("Pending"),
            "IncorrectPrivateLinkServiceConnectionStateStatus",
        ),
        (
            json!({"properties": {}}),
            "NullRemotePrivateLinkServiceConnectionState",
        ),
        (
            json!({"properties": {"privateLinkServiceConnectionState": {}}}),
            "NullRemotePrivateLinkServiceConnectionStateStatus",
        ),
    ] {
        assert_eq!(code(&world, &id, body).await, expected);
    }
    let made = put(&world, &id, decision("Approved")).await.unwrap();
    assert_eq!(made["properties"]["groupIds"], json!(["sqlServer"]));
    assert_eq!(made["properties"]["provisioningState"], "Ready");
    assert_eq!(
        code(&world, &id, decision("Rejected")).await,
        "PrivateEndpointConnectionStatusNotPending"
    );
    let listed = servers(&world)
        .in_group(group_id())
        .get(SERVER)
        .await
        .unwrap();
    let listed = listed.properties.private_endpoint_connections.unwrap();
    assert_eq!(listed.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_gateway_knows_three_policies() {
    let world = with_server().await;
    let id = child("connectionPolicies", "default");
    let odd = json!({"properties": {"connectionType": "Teleport"}});
    assert_eq!(code(&world, &id, odd).await, "InvalidConnectionPolicyType");
    let proxy = ConnectionPolicy::of(ConnectionType::Proxy);
    let policies = server(&world).connection_policies();
    let made = policies.put(ConnectionPolicy::NAME, &proxy).await.unwrap();
    assert_eq!(made.properties.connection_type, Some(ConnectionType::Proxy));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_gone_takes_everything_with_it() {
    let world = with_server().await;
    servers(&world)
        .in_group(group_id())
        .delete(SERVER)
        .await
        .unwrap();
    let databases = server(&world).databases().get_opt("hp2_db").await.unwrap();
    assert_eq!(databases, None);
    let again = SqlServer::entra_only("eastus2", &administrators());
    servers(&world)
        .in_group(group_id())
        .put(SERVER, &again)
        .await
        .unwrap();
}
