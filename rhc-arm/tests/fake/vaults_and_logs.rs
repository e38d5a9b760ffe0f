//! Vaults, workspaces, diagnostic settings and mail.

use serde_json::{Value, json};

use super::cloud::{
    Cloud, DATABASE, DATABASE_ADMIN, DATABASE_SUBSCRIPTION, GROUP, SUBSCRIPTION, pass,
};
use super::examples::{LOGS, MAIL, NETWORK, VAULT, in_group, network, vault, workspace};

fn deleted(subscription: &str, rest: &str) -> String {
    format!(
        "/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/eastus2/deletedVaults/{rest}"
    )
}

#[tokio::test(start_paused = true)]
async fn a_vaults_name_lives_on_after_its_deletion() {
    let cloud = Cloud::new().await;
    let (path, mut body) = vault("kv-1");
    body["properties"]
        .as_object_mut()
        .unwrap()
        .remove("enablePurgeProtection");
    let made = cloud.put(&path, VAULT, body.clone()).await.accepted(200);
    assert_eq!(made.at("properties.provisioningState"), "RegisteringDns");
    assert_eq!(
        made.at("properties.vaultUri"),
        "https://kv-1.vault.azure.net"
    );
    pass(30).await;
    let done = cloud.get(&path, VAULT).await;
    assert_eq!(
        done.at("properties.vaultUri"),
        "https://kv-1.vault.azure.net/"
    );

    cloud.delete(&path, VAULT).await.accepted(200);
    cloud
        .put(&path, VAULT, body.clone())
        .await
        .refused("soft-deleted", 409, "ConflictError");
    let other = cloud.of(DATABASE, DATABASE_ADMIN);
    let foreign = path.replace(SUBSCRIPTION, DATABASE_SUBSCRIPTION);
    other
        .put(
            &GROUP.replace(SUBSCRIPTION, DATABASE_SUBSCRIPTION),
            "2025-04-01",
            json!({ "location": "eastus2" }),
        )
        .await
        .accepted(201);
    other.put(&foreign, VAULT, body.clone()).await.refused(
        "soft-deleted elsewhere",
        409,
        "VaultAlreadyExists",
    );
    let name = json!({ "name": "kv-1", "type": "Microsoft.KeyVault/vaults" });
    let check =
        format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.KeyVault/checkNameAvailability");
    let taken = cloud.post(&check, VAULT, Some(name)).await.accepted(200);
    assert_eq!(taken.at("nameAvailable"), &json!(false));
    assert_eq!(taken.at("reason"), "AlreadyExists");

    let known = cloud
        .get(&deleted(SUBSCRIPTION, "kv-1"), VAULT)
        .await
        .accepted(200);
    assert_eq!(known.at("properties.vaultId"), path.as_str());
    let mut back = body.clone();
    back["properties"]["createMode"] = json!("recover");
    cloud.make(&path, VAULT, back.clone()).await;
    cloud
        .get(&deleted(SUBSCRIPTION, "kv-1"), VAULT)
        .await
        .refused("recovered", 404, "DeletedVaultNotFound");

    cloud.delete(&path, VAULT).await.accepted(200);
    cloud
        .post(&deleted(SUBSCRIPTION, "kv-1/purge"), VAULT, None)
        .await
        .accepted(200);
    cloud
        .put(&path, VAULT, back)
        .await
        .refused("nothing to recover", 404, "DeletedVaultNotFound");
    cloud.put(&path, VAULT, body).await.accepted(200);
}

#[tokio::test(start_paused = true)]
async fn purge_protection_is_for_ever_and_for_ninety_days() {
    let cloud = Cloud::new().await;
    let (path, mut body) = vault("kv-1");
    cloud.make(&path, VAULT, body.clone()).await;
    body["properties"]["enablePurgeProtection"] = json!(false);
    cloud
        .put(&path, VAULT, body.clone())
        .await
        .refused("turned off", 400, "BadRequest");
    body["properties"]
        .as_object_mut()
        .unwrap()
        .remove("enablePurgeProtection");
    let kept = cloud.put(&path, VAULT, body.clone()).await.accepted(200);
    assert_eq!(kept.at("properties.enablePurgeProtection"), &json!(true));
    cloud.delete(&path, VAULT).await.accepted(200);
    cloud
        .post(&deleted(SUBSCRIPTION, "kv-1/purge"), VAULT, None)
        .await
        .refused("a protected vault", 405, "MethodNotAllowed");
    pass(91 * 24 * 60 * 60).await;
    cloud.put(&path, VAULT, body).await.accepted(200);
}

#[tokio::test(start_paused = true)]
async fn a_vault_lets_in_subnets_that_have_its_endpoint() {
    let cloud = Cloud::new().await;
    let (net, mut net_body) = network("vnet");
    net_body["properties"]["subnets"] = json!([
        { "name": "with", "properties": {
            "addressPrefix": "10.40.0.0/24", "serviceEndpoints": [{ "service": "Microsoft.KeyVault" }],
        } },
        { "name": "without", "properties": { "addressPrefix": "10.40.1.0/24" } },
    ]);
    cloud.make(&net, NETWORK, net_body).await;
    let (path, mut body) = vault("kv-1");
    let acls = |subnet: &str| {
        json!({
            "defaultAction": "deny",
            "ipRules": [{ "value": "203.0.113.7" }],
            "virtualNetworkRules": [{ "id": format!("{net}/subnets/{subnet}") }],
        })
    };
    for (rule, subnet) in [("without the endpoint", "without"), ("not there", "none")] {
        body["properties"]["networkAcls"] = acls(subnet);
        let refused = cloud.put(&path, VAULT, body.clone()).await;
        refused.refused(rule, 400, "VirtualNetworkNotValid");
        if subnet == "without" {
            let message = refused.at("error.message").as_str().unwrap();
            assert!(
                message.contains("SubnetsHaveNoServiceEndpointsConfigured"),
                "{message}"
            );
        }
    }
    body["properties"]["networkAcls"] = acls("with");
    let done = cloud.make(&path, VAULT, body).await;
    let acls = done.at("properties.networkAcls");
    assert_eq!(acls["defaultAction"], "Deny");
    assert_eq!(acls["ipRules"][0]["value"], "203.0.113.7/32");
    let id = acls["virtualNetworkRules"][0]["id"].as_str().unwrap();
    assert_eq!(id, format!("{net}/subnets/with").to_ascii_lowercase());
}

#[tokio::test(start_paused = true)]
async fn a_vault_has_roles_or_policies() {
    let cloud = Cloud::new().await;
    let (path, mut body) = vault("kv-1");
    body["properties"]
        .as_object_mut()
        .unwrap()
        .remove("enableRbacAuthorization");
    cloud
        .put(&path, VAULT, body.clone())
        .await
        .refused("neither", 400, "BadRequest");
    body["properties"]["accessPolicies"] = json!([]);
    cloud.put(&path, VAULT, body).await.accepted(200);
}

#[tokio::test(start_paused = true)]
async fn a_table_keeps_longer_than_it_shows() {
    let cloud = Cloud::new().await;
    let (path, body) = workspace("logs-1");
    cloud.make(&path, LOGS, body.clone()).await;
    let table = |name: &str| format!("{path}/tables/{name}");
    let own = cloud
        .get(&table("SQLSecurityAuditEvents"), LOGS)
        .await
        .accepted(200);
    assert_eq!(own.at("properties.totalRetentionInDays"), 90);
    assert_eq!(
        own.at("properties.totalRetentionInDaysAsDefault"),
        &json!(true)
    );
    for (rule, name, properties) in [
        (
            "total below interactive",
            "Syslog",
            json!({ "retentionInDays": 100, "totalRetentionInDays": 90 }),
        ),
        (
            "unknown table",
            "Nonsense",
            json!({ "totalRetentionInDays": 365 }),
        ),
        (
            "custom without columns",
            "Mine_CL",
            json!({ "totalRetentionInDays": 365 }),
        ),
    ] {
        cloud
            .put(&table(name), LOGS, json!({ "properties": properties }))
            .await
            .refused(rule, 400, "InvalidParameter");
    }
    let six_years = json!({ "properties": { "totalRetentionInDays": 2191 } });
    cloud
        .patch(&table("sqlsecurityauditevents"), LOGS, six_years)
        .await
        .accepted(202);
    pass(10).await;
    let kept = cloud.get(&table("SQLSecurityAuditEvents"), LOGS).await;
    assert_eq!(kept.at("properties.totalRetentionInDays"), 2191);
    assert_eq!(kept.at("properties.archiveRetentionInDays"), 2101);
    assert_eq!(kept.at("properties.retentionInDaysAsDefault"), &json!(true));
    let all = cloud
        .get(&format!("{path}/tables"), LOGS)
        .await
        .accepted(200);
    let same = all
        .names()
        .iter()
        .filter(|own| **own == "SQLSecurityAuditEvents")
        .count();
    assert_eq!(same, 1);
    assert!(all.names().len() > 10);
}

#[tokio::test(start_paused = true)]
async fn a_workspace_comes_back_with_its_id() {
    let cloud = Cloud::new().await;
    let (path, body) = workspace("logs-1");
    let first = cloud.make(&path, LOGS, body.clone()).await;
    cloud.delete(&path, LOGS).await.accepted(200);
    let second = cloud.make(&path, LOGS, body.clone()).await;
    assert_eq!(
        first.at("properties.customerId"),
        second.at("properties.customerId")
    );
    cloud.delete(&path, LOGS).await.accepted(200);
    pass(15 * 24 * 60 * 60).await;
    let third = cloud.make(&path, LOGS, body).await;
    assert_ne!(
        first.at("properties.customerId"),
        third.at("properties.customerId")
    );
}

#[tokio::test(start_paused = true)]
async fn a_diagnostic_setting_sends_known_logs_somewhere_once() {
    const VERSION: &str = "2021-05-01-preview";
    let cloud = Cloud::new().await;
    let (path, body) = vault("kv-1");
    cloud.make(&path, VAULT, body).await;
    let (logs, logs_body) = workspace("logs-1");
    cloud.make(&logs, LOGS, logs_body).await;
    let setting =
        |name: &str| format!("{path}/providers/Microsoft.Insights/diagnosticSettings/{name}");
    let body = |workspace: Value, log: Value| json!({ "properties": { "workspaceId": workspace, "logs": [log] } });
    let audit = json!({ "category": "AuditEvent", "enabled": true });
    for (rule, body, status, code) in [
        (
            "no sink",
            body(Value::Null, audit.clone()),
            400,
            "BadRequest",
        ),
        (
            "unknown category",
            body(
                json!(logs),
                json!({ "category": "Gossip", "enabled": true }),
            ),
            400,
            "BadRequest",
        ),
        (
            "unknown group",
            body(
                json!(logs),
                json!({ "categoryGroup": "some", "enabled": true }),
            ),
            400,
            "BadRequest",
        ),
        (
            "category and group",
            body(
                json!(logs),
                json!({ "category": "AuditEvent", "categoryGroup": "audit", "enabled": true }),
            ),
            400,
            "BadRequest",
        ),
        (
            "no such workspace",
            body(json!(logs.replace("logs-1", "logs-2")), audit.clone()),
            404,
            "ResourceNotFound",
        ),
        (
            "a workspace of another tenant",
            body(
                json!(logs.replace(SUBSCRIPTION, DATABASE_SUBSCRIPTION)),
                audit.clone(),
            ),
            403,
            "LinkedAuthorizationFailed",
        ),
    ] {
        cloud
            .put(&setting("a"), VERSION, body)
            .await
            .refused(rule, status, code);
    }
    let made = cloud
        .put(&setting("a"), VERSION, body(json!(logs), audit.clone()))
        .await
        .accepted(200);
    assert_eq!(
        made.at("id").as_str().unwrap(),
        format!(
            "{}/providers/Microsoft.Insights/diagnosticSettings/a",
            path.to_ascii_lowercase()
        )
    );
    assert!(
        made.body["properties"]
            .get("storageAccountId")
            .is_some_and(Value::is_null)
    );
    cloud
        .put(&setting("b"), VERSION, body(json!(logs), audit))
        .await
        .refused("the same log to the same place", 409, "Conflict");
    let storage = |number: u32| json!({ "properties": { "storageAccountId": format!("/s/{number}"), "logs": [] } });
    for number in 0..4 {
        cloud
            .put(&setting(&format!("s{number}")), VERSION, storage(number))
            .await
            .accepted(200);
    }
    cloud
        .put(&setting("s4"), VERSION, storage(4))
        .await
        .refused("the sixth setting", 400, "BadRequest");
    let all = cloud
        .get(
            &format!("{path}/providers/Microsoft.Insights/diagnosticSettings"),
            VERSION,
        )
        .await;
    assert_eq!(all.names(), ["a", "s0", "s1", "s2", "s3"]);
}

#[tokio::test(start_paused = true)]
async fn a_component_needs_its_workspace() {
    let cloud = Cloud::new().await;
    let (logs, logs_body) = workspace("logs-1");
    let path = in_group("Microsoft.Insights/components/insights-1");
    let body = json!({
        "location": "eastus2",
        "kind": "web",
        "properties": { "Application_Type": "web", "WorkspaceResourceId": logs },
    });
    cloud.put(&path, "2020-02-02", body.clone()).await.refused(
        "not there",
        404,
        "ResourceNotFound",
    );
    cloud.make(&logs, LOGS, logs_body).await;
    let made = cloud.put(&path, "2020-02-02", body).await.accepted(200);
    assert_eq!(made.at("type"), "microsoft.insights/components");
    let key = made.at("properties.InstrumentationKey").as_str().unwrap();
    let text = made.at("properties.ConnectionString").as_str().unwrap();
    assert!(text.starts_with(&format!("InstrumentationKey={key};")));
}

#[tokio::test(start_paused = true)]
async fn mail_comes_from_a_domain_that_is_verified() {
    let cloud = Cloud::new().await;
    let mail = in_group("Microsoft.Communication/emailServices/mail-1");
    let service =
        json!({ "location": "global", "properties": { "dataLocation": "United States" } });
    cloud.make(&mail, MAIL, service.clone()).await;
    let domain = |name: &str| format!("{mail}/domains/{name}");
    let of =
        |kind: &str| json!({ "location": "global", "properties": { "domainManagement": kind } });
    for (rule, name, kind) in [
        ("Azure's under a name", "recalibratex.net", "AzureManaged"),
        (
            "one's own under Azure's name",
            "AzureManagedDomain",
            "CustomerManaged",
        ),
        ("no domain's name", "recalibratex", "CustomerManaged"),
    ] {
        cloud
            .put(&domain(name), MAIL, of(kind))
            .await
            .refused(rule, 400, "InvalidResourceName");
    }
    let own = cloud
        .make(&domain("recalibratex.net"), MAIL, of("CustomerManaged"))
        .await;
    assert_eq!(
        own.at("properties.verificationStates.Domain.status"),
        "NotStarted"
    );
    let managed = cloud
        .make(&domain("AzureManagedDomain"), MAIL, of("AzureManaged"))
        .await;
    let sender = managed.at("properties.fromSenderDomain").as_str().unwrap();
    assert!(sender.ends_with(".azurecomm.net"));
    let senders = cloud
        .get(
            &format!("{}/senderUsernames", domain("AzureManagedDomain")),
            MAIL,
        )
        .await;
    assert_eq!(senders.names(), ["DoNotReply"]);
    cloud
        .put(
            &format!(
                "{}/senderUsernames/Invitations",
                domain("AzureManagedDomain")
            ),
            MAIL,
            json!({ "properties": { "username": "Other" } }),
        )
        .await
        .refused("two names for a sender", 400, "InvalidRequestContent");

    let comms = in_group("Microsoft.Communication/communicationServices/comms-1");
    let linked = |id: &str| {
        let mut body = service.clone();
        body["properties"]["linkedDomains"] = json!([id]);
        body
    };
    cloud
        .put(&comms, MAIL, linked(&domain("recalibratex.net")))
        .await
        .refused("not verified", 400, "DomainNotVerified");
    cloud
        .put(&comms, MAIL, linked(&domain("example.org")))
        .await
        .refused("not there", 400, "LinkedDomainNotFound");
    let made = cloud
        .put(&comms, MAIL, linked(&domain("AzureManagedDomain")))
        .await
        .accepted(201);
    assert_eq!(made.at("properties.provisioningState"), "Accepted");
    assert_eq!(
        made.at("type"),
        "microsoft.communication/communicationservices"
    );
}
