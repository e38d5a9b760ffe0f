//! The data plane of vaults: each of its rules broken, and the way of a certificate through it.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use azure_core::http::Transport;
use rhc_arm::fake::{assign_role, put_resource};
use rhc_core::fake::Vantage;
use rhc_core::fake::x509::{self, RsaPadding};
use rhc_core::{ErrorKind, Method, Path, Request, Service, ServiceInfo};
use rhc_external_id::{
    CertificatePolicy, KeyVaultClient, KeyVaultClientOptions, SignatureAlgorithm, VaultRefusal,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::support::{GROUP, SUBSCRIPTION, Stage, said};

pub(crate) const OFFICER: Uuid = Uuid::from_u128(0xa441_7e6f_fecd_4de8_b567_7b04_2055_6985);
pub(crate) const CRYPTO_USER: Uuid = Uuid::from_u128(0x1233_8af0_0e69_4776_bea7_57ae_8d29_7424);
pub(crate) const READER: Uuid = Uuid::from_u128(0x2109_0545_7ca7_4776_b22c_e363_652d_74d2);
const NAME: &str = "rhc-hp2-qa-web";
const ADDRESS: &str = "https://hp225qa-kv.vault.azure.net/";

pub(crate) fn vault_id() -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.KeyVault/vaults/hp225qa-kv"
    )
}

fn subnet() -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/apps"
    )
}

/// A vault that lets in the apps' subnet and these addresses.
pub(crate) fn add_vault(stage: &Stage, change: impl FnOnce(&mut Value)) {
    let mut body = json!({
        "id": vault_id(),
        "location": "eastus2",
        "properties": {
            "tenantId": stage.tenant,
            "sku": { "family": "A", "name": "standard" },
            "enableRbacAuthorization": true,
            "enablePurgeProtection": true,
            "softDeleteRetentionInDays": 90,
            "publicNetworkAccess": "Enabled",
            "networkAcls": {
                "bypass": "None",
                "defaultAction": "Deny",
                "ipRules": [{ "value": "203.0.113.0/24" }],
                "virtualNetworkRules": [{ "id": subnet() }],
            },
        },
    });
    change(&mut body);
    stage.world.with(|state| put_resource(state, body));
}

pub(crate) fn client_from(
    stage: &Stage,
    from: Vantage,
    credential: Arc<dyn TokenCredential>,
) -> KeyVaultClient {
    let mut options = stage.world.client_options();
    options.client_options.transport = Some(Transport::new(stage.world.transport_from(from)));
    KeyVaultClient::new(
        ADDRESS,
        credential,
        Some(KeyVaultClientOptions::from(options)),
    )
    .unwrap()
}

fn operator(stage: &Stage) -> Arc<dyn TokenCredential> {
    stage.world.sign_in(&stage.tenant.to_string(), &[])
}

/// Gives the operator a role over something in the vault, and waits until it counts.
async fn may(stage: &Stage, role: Uuid, below: &str) {
    stage.world.with(|state| {
        let own = state.directory().operator(stage.tenant).unwrap();
        assign_role(state, &format!("{}{below}", vault_id()), own, role);
    });
    tokio::time::sleep(Duration::from_secs(31)).await;
}

async fn officer() -> (Stage, KeyVaultClient) {
    officer_of(|_| ()).await
}

/// Of a vault whose firewall can be written: the subnet of the others is not there.
async fn officer_without_subnets() -> (Stage, KeyVaultClient) {
    officer_of(|body| body["properties"]["networkAcls"]["virtualNetworkRules"] = json!([])).await
}

async fn officer_of(change: impl FnOnce(&mut Value)) -> (Stage, KeyVaultClient) {
    let stage = Stage::new();
    add_vault(&stage, change);
    may(&stage, OFFICER, "").await;
    let client = client_from(&stage, Vantage::OUTSIDE, operator(&stage));
    (stage, client)
}

/// 403 with this code within.
fn forbidden(error: &rhc_core::Error, inner: &str) {
    assert_eq!(said(error), (403, "Forbidden"));
    assert!(error.has_code(inner), "{error:?}");
}

fn policy() -> CertificatePolicy {
    CertificatePolicy::signing(format!("CN={NAME}"), 2048, 12)
}

#[tokio::test(start_paused = true)]
async fn a_certificate_is_made_in_its_time_and_its_key_signs_and_stays() {
    let (stage, vault) = officer().await;
    assert_eq!(vault.certificate_opt(NAME).await.unwrap(), None);
    assert!(vault.operation(NAME).await.unwrap().is_none());
    let begun = vault.create_certificate(NAME, &policy()).await.unwrap();
    assert!(!begun.is_over(), "{begun:?}");
    assert_eq!(vault.certificate_opt(NAME).await.unwrap(), None);
    let made = vault.made(NAME).await.unwrap();
    assert!(!made.policy.as_ref().unwrap().is_exportable());
    let der = azure_core::base64::decode(made.cer.as_ref().unwrap()).unwrap();
    let certificate = x509::Certificate::parse(&der).unwrap();
    let attributes = made.attributes.clone().unwrap();
    assert_eq!(
        (attributes.nbf.unwrap(), attributes.exp.unwrap()),
        (
            certificate.not_before.unix_timestamp(),
            certificate.not_after.unix_timestamp()
        )
    );
    may(&stage, CRYPTO_USER, &format!("/keys/{NAME}")).await;
    let digest = {
        use sha2::Digest;
        sha2::Sha256::digest(b"words")
    };
    for (algorithm, padding) in [
        (SignatureAlgorithm::Ps256, RsaPadding::Pss),
        (SignatureAlgorithm::Rs256, RsaPadding::Pkcs1),
    ] {
        let version = made.version().unwrap();
        let signature = vault
            .sign(NAME, version, &algorithm, &digest)
            .await
            .unwrap();
        assert!(certificate.has_signed(padding, b"words", &signature));
    }

    // The next version stands beside the first.
    vault.create_certificate(NAME, &policy()).await.unwrap();
    let second = vault.made(NAME).await.unwrap();
    assert_ne!(second.version(), made.version());
    assert_ne!(second.thumbprint(), made.thumbprint());
    let versions = vault
        .certificate_versions(NAME)
        .collect_all()
        .await
        .unwrap();
    assert_eq!(versions.len(), 2);
    let first = vault.certificate(NAME, made.version()).await.unwrap();
    assert_eq!(first.cer, made.cer);
    // No answer has the key.
    assert!(!serde_json::to_string(&first).unwrap().contains("\"d\""));
}

#[tokio::test(start_paused = true)]
async fn a_vault_that_resource_manager_does_not_know_has_no_address() {
    let stage = Stage::new();
    let vault = client_from(&stage, Vantage::OUTSIDE, operator(&stage));
    let error = vault.certificate(NAME, None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotSent);
}

#[tokio::test(start_paused = true)]
async fn an_address_that_is_in_no_rule_is_turned_away_and_named() {
    let (stage, _) = officer().await;
    let elsewhere = Ipv4Addr::new(198, 51, 100, 9);
    let vault = client_from(&stage, Vantage::Outside(elsewhere), operator(&stage));
    let refusal = vault.refusal().await.unwrap();
    let address = Some(IpAddr::from(elsewhere));
    assert_eq!(refusal, Some(VaultRefusal::Firewall { address }));
    let error = vault.create_certificate(NAME, &policy()).await.unwrap_err();
    forbidden(&error, "ForbiddenByFirewall");
}

#[tokio::test(start_paused = true)]
async fn a_subnet_is_let_in_by_its_rule_and_another_is_not() {
    let (stage, _) = officer().await;
    let own = client_from(&stage, Vantage::Subnet(subnet()), operator(&stage));
    assert_eq!(own.refusal().await.unwrap(), None);
    let other = Vantage::Subnet(subnet().replace("apps", "endpoints"));
    let other = client_from(&stage, other, operator(&stage));
    let address = None;
    assert_eq!(
        other.refusal().await.unwrap(),
        Some(VaultRefusal::Firewall { address })
    );
}

#[tokio::test(start_paused = true)]
async fn a_vault_without_public_access_lets_nobody_in() {
    let stage = Stage::new();
    add_vault(&stage, |body| {
        body["properties"]["publicNetworkAccess"] = json!("Disabled");
    });
    may(&stage, OFFICER, "").await;
    for from in [Vantage::OUTSIDE, Vantage::Subnet(subnet())] {
        let vault = client_from(&stage, from, operator(&stage));
        let refusal = vault.refusal().await.unwrap();
        assert_eq!(refusal, Some(VaultRefusal::PublicAccessOff));
    }
}

/// An approved private endpoint in the subnet's network, and a zone that this network asks.
fn add_private_way(stage: &Stage, status: &str, zone: &str) {
    let group = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers");
    let network = format!("{group}/Microsoft.Network/virtualNetworks/v");
    let endpoint = format!("{group}/Microsoft.Network/privateEndpoints/kv-pe");
    let zone = format!("{group}/Microsoft.Network/privateDnsZones/{zone}");
    let all = [
        json!({ "id": endpoint, "properties": { "subnet": { "id": format!("{network}/subnets/endpoints") } } }),
        json!({ "id": zone, "properties": {} }),
        json!({
            "id": format!("{zone}/virtualNetworkLinks/v-link"),
            "properties": { "virtualNetwork": { "id": network } },
        }),
        json!({
            "id": format!("{endpoint}/privateDnsZoneGroups/default"),
            "properties": { "privateDnsZoneConfigs": [{ "name": "vault", "properties": { "privateDnsZoneId": zone } }] },
        }),
        json!({
            "id": format!("{}/privateEndpointConnections/kv-pe-1", vault_id()),
            "properties": {
                "privateEndpoint": { "id": endpoint },
                "privateLinkServiceConnectionState": { "status": status },
            },
        }),
    ];
    for body in all {
        stage.world.with(|state| put_resource(state, body));
    }
}

#[tokio::test(start_paused = true)]
async fn a_vault_without_public_access_is_reached_by_its_private_endpoint() {
    for (status, zone, reached) in [
        ("Approved", "privatelink.vaultcore.azure.net", true),
        ("Pending", "privatelink.vaultcore.azure.net", false),
        ("Approved", "privatelink.database.windows.net", false),
    ] {
        let stage = Stage::new();
        add_vault(&stage, |body| {
            body["properties"]["publicNetworkAccess"] = json!("Disabled");
        });
        may(&stage, OFFICER, "").await;
        add_private_way(&stage, status, zone);
        let refusal = async |from| {
            let vault = client_from(&stage, from, operator(&stage));
            vault.refusal().await.unwrap()
        };
        let off = Some(VaultRefusal::PublicAccessOff);
        assert_eq!(refusal(Vantage::OUTSIDE).await, off);
        let other = subnet().replace("/v/", "/other/");
        assert_eq!(refusal(Vantage::Subnet(other)).await, off);
        let expected = if reached { None } else { off };
        assert_eq!(
            refusal(Vantage::Subnet(subnet())).await,
            expected,
            "{status} {zone}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_of_the_firewall_takes_a_while_to_arrive() {
    let (stage, vault) = officer_without_subnets().await;
    let vaults = stage
        .arm()
        .resources::<rhc_arm::types::key_vault::Vault>(super::support::group());
    let acls = json!({ "defaultAction": "Deny", "ipRules": [] });
    let change = json!({ "properties": { "networkAcls": acls } });
    vaults.update("hp225qa-kv", &change).await.unwrap();
    assert_eq!(vault.refusal().await.unwrap(), None, "it still counts");
    tokio::time::sleep(Duration::from_secs(25)).await;
    assert!(vault.refusal().await.unwrap().is_some());
    let acls = json!({ "defaultAction": "Deny", "ipRules": [{ "value": "203.0.113.7/32" }] });
    let change = json!({ "properties": { "networkAcls": acls } });
    vaults.update("hp225qa-kv", &change).await.unwrap();
    assert!(vault.refusal().await.unwrap().is_some(), "not yet");
    tokio::time::sleep(Duration::from_secs(25)).await;
    assert_eq!(vault.refusal().await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_rule_for_an_address_of_a_private_network_is_refused() {
    let (stage, _) = officer_without_subnets().await;
    let vaults = stage
        .arm()
        .resources::<rhc_arm::types::key_vault::Vault>(super::support::group());
    for bad in ["10.0.0.1", "192.168.1.0/24", "2001:db8::1", "nowhere"] {
        let acls = json!({ "defaultAction": "Deny", "ipRules": [{ "value": bad }] });
        let change = json!({ "properties": { "networkAcls": acls } });
        let error = vaults.update("hp225qa-kv", &change).await.unwrap_err();
        assert_eq!(said(&error), (400, "BadRequest"), "{bad}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_role_nobody_works_in_a_vault_and_a_new_one_takes_a_while_to_count() {
    let stage = Stage::new();
    add_vault(&stage, |_| ());
    // Owner of the subscription, and that is not enough for the data.
    let vault = client_from(&stage, Vantage::OUTSIDE, operator(&stage));
    assert_eq!(vault.refusal().await.unwrap(), Some(VaultRefusal::Role));
    stage.world.with(|state| {
        let own = state.directory().operator(stage.tenant).unwrap();
        assign_role(state, &vault_id(), own, OFFICER);
    });
    assert_eq!(vault.refusal().await.unwrap(), Some(VaultRefusal::Role));
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert_eq!(vault.refusal().await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_role_is_good_for_its_actions_and_its_scope_only() {
    let (stage, vault) = officer().await;
    vault.create_certificate(NAME, &policy()).await.unwrap();
    let made = vault.made(NAME).await.unwrap();
    let version = made.version().unwrap();
    let signs = || vault.sign(NAME, version, &SignatureAlgorithm::Ps256, &[0; 32]);
    // Whoever makes certificates cannot use their keys.
    forbidden(&signs().await.unwrap_err(), "ForbiddenByRbac");
    may(&stage, CRYPTO_USER, "/keys/another").await;
    forbidden(&signs().await.unwrap_err(), "ForbiddenByRbac");
    may(&stage, CRYPTO_USER, &format!("/keys/{NAME}")).await;
    signs().await.unwrap();

    // Whoever reads cannot make.
    let reader = Stage::new();
    add_vault(&reader, |_| ());
    may(&reader, READER, "").await;
    let vault = client_from(&reader, Vantage::OUTSIDE, operator(&reader));
    assert_eq!(vault.refusal().await.unwrap(), None);
    let error = vault.create_certificate(NAME, &policy()).await.unwrap_err();
    assert_eq!(VaultRefusal::of(&error), Some(VaultRefusal::Role));
}

#[tokio::test(start_paused = true)]
async fn a_vault_that_goes_by_access_policies_does_not_ask_for_roles() {
    let stage = Stage::new();
    add_vault(&stage, |body| {
        body["properties"]["enableRbacAuthorization"] = json!(false);
    });
    may(&stage, OFFICER, "").await;
    let vault = client_from(&stage, Vantage::OUTSIDE, operator(&stage));
    assert_eq!(vault.refusal().await.unwrap(), Some(VaultRefusal::Role));
}

fn plain(stage: &Stage, scope: &str) -> Service {
    let info = ServiceInfo {
        crate_name: "test",
        crate_version: "0",
        origin: ADDRESS.parse().unwrap(),
        scope: scope.to_owned(),
    };
    Service::new(info, operator(stage), &stage.world.client_options()).unwrap()
}

fn request(method: Method, path: &'static str) -> Request {
    Request::new("test", method, Path::new(path))
}

#[tokio::test(start_paused = true)]
async fn a_token_for_another_service_is_answered_with_where_to_get_one() {
    let (stage, _) = officer().await;
    let graph = plain(&stage, "https://graph.microsoft.com/.default");
    let asked = request(Method::Get, "/certificates").query("api-version", "7.4");
    let answer = graph.send_expecting(asked, &[401]).await.unwrap();
    let challenge = answer.header("www-authenticate").unwrap().to_owned();
    assert!(
        challenge.contains(&stage.tenant.to_string())
            && challenge.contains("resource=\"https://vault.azure.net\""),
        "{challenge}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_of_another_tenant_is_refused() {
    let (stage, _) = officer().await;
    let other = stage.world.with(|state| {
        let tenant = state.directory().add_workforce_tenant("other").unwrap();
        tenant.to_string()
    });
    let vault = client_from(&stage, Vantage::OUTSIDE, stage.world.sign_in(&other, &[]));
    let error = vault.certificate(NAME, None).await.unwrap_err();
    assert_eq!(said(&error), (401, "Unauthorized"));
}

#[tokio::test(start_paused = true)]
async fn a_request_without_a_version_or_of_an_unknown_one_is_refused() {
    let (stage, _) = officer().await;
    let service = plain(&stage, "https://vault.azure.net/.default");
    for asked in [
        request(Method::Get, "/certificates"),
        request(Method::Get, "/certificates").query("api-version", "1.0"),
    ] {
        let error = service.send(asked).await.unwrap_err();
        assert_eq!(said(&error), (400, "BadParameter"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_no_json_or_too_large_and_an_unknown_path_are_refused() {
    let (stage, _) = officer().await;
    let service = plain(&stage, "https://vault.azure.net/.default");
    let post = |body: String| {
        request(Method::Post, "/certificates/one/create")
            .query("api-version", "7.4")
            .body("application/json", body)
    };
    for body in ["{ not json", "[]", "7", ""] {
        let error = service.send(post(body.to_owned())).await.unwrap_err();
        assert_eq!(said(&error), (400, "BadParameter"), "{body}");
    }
    let too_large = format!("\"{}\"", "x".repeat(5 * 1024 * 1024));
    let error = service.send(post(too_large)).await.unwrap_err();
    assert_eq!(said(&error), (413, "RequestEntityTooLarge"));
    let asked = request(Method::Get, "/spreadsheets").query("api-version", "7.4");
    let error = service.send(asked).await.unwrap_err();
    assert_eq!(error.status(), Some(404), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_over_is_refused() {
    let (stage, _) = officer().await;
    let scope = "https://vault.azure.net/.default";
    let token = operator(&stage).get_token(&[scope], None).await.unwrap();
    let target = format!("{ADDRESS}certificates?api-version=7.4");
    let mut asked = azure_core::http::Request::new(target.parse().unwrap(), Method::Get);
    asked.insert_header("authorization", format!("Bearer {}", token.token.secret()));
    let transport = stage.world.transport_from(Vantage::OUTSIDE);
    let mut statuses = Vec::new();
    for _ in 0..2 {
        let answer = transport.execute_request(&asked).await.unwrap();
        statuses.push(u16::from(answer.status()));
        tokio::time::sleep(Duration::from_secs(2 * 60 * 60)).await;
    }
    assert_eq!(statuses, [200, 401]);
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_makes_no_certificate_is_refused() {
    let (stage, _) = officer().await;
    let service = plain(&stage, "https://vault.azure.net/.default");
    let good = serde_json::to_value(policy()).unwrap();
    for (pointer, bad) in [
        ("/key_props/kty", json!("EC")),
        ("/key_props/key_size", json!(1024)),
        ("/key_props/exportable", json!("no")),
        ("/secret_props/contentType", json!("text/plain")),
        ("/x509_props/subject", json!("rhc")),
        ("/x509_props/validity_months", json!(0)),
        ("/issuer/name", json!("DigiCert")),
        ("/issuer", json!({})),
    ] {
        let mut policy = good.clone();
        *policy.pointer_mut(pointer).unwrap() = bad;
        let asked = request(Method::Post, "/certificates/one/create")
            .query("api-version", "7.4")
            .json(&json!({ "policy": policy }));
        let error = service.send(asked).await.unwrap_err();
        assert_eq!(said(&error), (400, "BadParameter"), "{pointer}");
    }
    for body in [json!({}), json!({ "policy": null })] {
        let asked = request(Method::Post, "/certificates/one/create")
            .query("api-version", "7.4")
            .json(&body);
        assert_eq!(
            said(&service.send(asked).await.unwrap_err()),
            (400, "BadParameter")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_making_waits_for_the_first() {
    let (_stage, vault) = officer().await;
    vault.create_certificate(NAME, &policy()).await.unwrap();
    let error = vault.create_certificate(NAME, &policy()).await.unwrap_err();
    assert_eq!(said(&error), (409, "Conflict"));
    vault.made(NAME).await.unwrap();
    vault.create_certificate(NAME, &policy()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_name_with_other_signs_than_letters_digits_and_hyphens_is_refused() {
    let (_stage, vault) = officer().await;
    let error = vault
        .create_certificate("a_b", &policy())
        .await
        .unwrap_err();
    assert_eq!(said(&error), (400, "BadParameter"));
}

#[tokio::test(start_paused = true)]
async fn a_deleted_certificate_keeps_its_name() {
    let (stage, vault) = officer().await;
    vault.create_certificate(NAME, &policy()).await.unwrap();
    vault.made(NAME).await.unwrap();
    let service = plain(&stage, "https://vault.azure.net/.default");
    let asked = request(Method::Delete, "/certificates/rhc-hp2-qa-web").query("api-version", "7.4");
    service.send(asked).await.unwrap();
    assert_eq!(vault.certificate_opt(NAME).await.unwrap(), None);
    let error = vault.create_certificate(NAME, &policy()).await.unwrap_err();
    assert_eq!(said(&error), (409, "Conflict"));
}

#[tokio::test(start_paused = true)]
async fn a_key_signs_digests_of_its_algorithms_in_its_time() {
    let (stage, vault) = officer().await;
    may(&stage, CRYPTO_USER, "").await;
    vault.create_certificate(NAME, &policy()).await.unwrap();
    let made = vault.made(NAME).await.unwrap();
    let version = made.version().unwrap();
    let ps256 = SignatureAlgorithm::Ps256;
    let error = vault
        .sign(NAME, version, &ps256, b"short")
        .await
        .unwrap_err();
    assert_eq!(said(&error), (400, "BadParameter"));
    let other = SignatureAlgorithm::from("ES256");
    let error = vault
        .sign(NAME, version, &other, &[0; 32])
        .await
        .unwrap_err();
    assert_eq!(said(&error), (400, "BadParameter"));
    let error = vault
        .sign(NAME, "none", &ps256, &[0; 32])
        .await
        .unwrap_err();
    assert_eq!(said(&error), (404, "KeyNotFound"));
    tokio::time::sleep(Duration::from_secs(370 * 24 * 60 * 60)).await;
    let error = vault
        .sign(NAME, version, &ps256, &[0; 32])
        .await
        .unwrap_err();
    forbidden(&error, "KeyNotInTime");
}

#[tokio::test(start_paused = true)]
async fn what_a_vault_holds_survives_in_the_state_file() {
    let (stage, vault) = officer().await;
    vault.create_certificate(NAME, &policy()).await.unwrap();
    let made = vault.made(NAME).await.unwrap();
    let saved = stage.world.to_json().unwrap().to_string();
    let world = rhc_core::fake::World::from_json(&saved, Default::default()).unwrap();
    rhc_arm::fake::mount(&world);
    rhc_external_id::fake::mount(&world);
    world.check().unwrap();
    let stage = Stage {
        world,
        tenant: stage.tenant,
    };
    let vault = client_from(&stage, Vantage::OUTSIDE, operator(&stage));
    assert_eq!(vault.certificate(NAME, None).await.unwrap(), made);
}
