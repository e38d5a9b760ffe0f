//! What a write takes at the resources that its body names: told beforehand, and asked for by the same tables.

use rhc_arm::fake::{self, LinkedAction, linked_actions, named_action};
use serde_json::{Value, json};
use uuid::Uuid;

use super::cloud::{Cloud, GROUP, HOME, STRANGER, SUBSCRIPTION, pass};
use super::examples::{IDENTITY, LOGS, NETWORK, VAULT, in_group, network, vault, workspace};

const ZONE: &str = "2024-06-01";
const ROLE: Uuid = Uuid::from_u128(0x0f01);

fn taken(id: &str, action: &str) -> LinkedAction {
    LinkedAction {
        resource_id: id.to_owned(),
        action: action.to_owned(),
    }
}

/// Gives somebody a role with these actions, and takes the last one away.
fn allow<'a>(cloud: &Cloud, actions: impl IntoIterator<Item = &'a str>) {
    let actions: Vec<_> = actions.into_iter().collect();
    let scope = format!("/subscriptions/{SUBSCRIPTION}");
    let body = json!({
        "id": format!("{scope}/providers/{}/{ROLE}", fake::ROLE_DEFINITIONS),
        "properties": {
            "roleName": "exactly these",
            "type": "CustomRole",
            "assignableScopes": [scope],
            "permissions": [{ "actions": actions, "notActions": [] }],
        },
    });
    cloud.world.with(|state| {
        fake::put_resource(state, body);
        fake::assign_role(state, &scope, STRANGER, ROLE);
    });
}

struct Write {
    path: String,
    version: &'static str,
    body: Value,
    takes: Vec<LinkedAction>,
}

/// A write by whoever has the right to it is refused without each of the others, and told of all of them before.
async fn takes(cloud: &Cloud, write: Write) {
    let Write {
        path,
        version,
        body,
        takes,
    } = write;
    assert_eq!(linked_actions(&cloud.world, "PUT", &path, &body), takes);
    let kind = fake::ResourcePath::parse(&path).unwrap().resource_type();
    let own = format!("{kind}/write");
    let stranger = cloud.of(HOME, STRANGER);
    for missing in &takes {
        let others = takes.iter().filter(|other| *other != missing);
        let others = others.map(|other| other.action.as_str());
        allow(cloud, others.chain([own.as_str()]));
        let refused = stranger.put(&path, version, body.clone()).await;
        refused.refused(&missing.action, 403, "LinkedAuthorizationFailed");
        let message = refused.at("error.message").as_str().unwrap();
        for words in [&missing.action, &missing.resource_id] {
            assert!(message.contains(words.as_str()), "{words}: {message}");
        }
    }
    let all = takes.iter().map(|one| one.action.as_str());
    allow(cloud, all.chain([own.as_str()]));
    let done = stranger.put(&path, version, body).await;
    assert!((200..300).contains(&done.status), "{path}: {:#}", done.body);
    pass(60).await;
}

fn subnet(name: &str) -> String {
    in_group(&format!(
        "Microsoft.Network/virtualNetworks/vnet/subnets/{name}"
    ))
}

fn endpoint(list: &str, target: &str) -> Value {
    let connection = json!({ "name": "c", "properties": { "privateLinkServiceId": target, "groupIds": ["vault"] } });
    json!({
        "location": "eastus2",
        "properties": { "subnet": { "id": subnet("endpoints") }, list: [connection] },
    })
}

#[tokio::test(start_paused = true)]
async fn what_a_write_takes_in_a_network_is_told_and_asked() {
    const JOIN: &str = "Microsoft.Network/virtualNetworks/subnets/join/action";
    let cloud = Cloud::new().await;
    let (net, body) = network("vnet");
    cloud.make(&net, NETWORK, body).await;
    let nsg = in_group("Microsoft.Network/networkSecurityGroups/nsg");
    let bare = json!({ "location": "eastus2" });
    cloud.make(&nsg, NETWORK, bare).await;
    let zone = in_group("Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net");
    cloud
        .make(&zone, ZONE, json!({ "location": "global" }))
        .await;
    let (target, body) = vault("kv-1");
    cloud.make(&target, VAULT, body).await;

    let guarded = Write {
        path: subnet("guarded"),
        version: NETWORK,
        body: json!({ "properties": {
            "addressPrefix": "10.40.200.0/24",
            "networkSecurityGroup": { "id": nsg },
        } }),
        takes: vec![taken(
            &nsg,
            "Microsoft.Network/networkSecurityGroups/join/action",
        )],
    };
    takes(&cloud, guarded).await;
    let approved = Write {
        path: in_group("Microsoft.Network/privateEndpoints/pe"),
        version: NETWORK,
        body: endpoint("privateLinkServiceConnections", &target),
        takes: vec![
            taken(
                &target,
                "Microsoft.KeyVault/vaults/PrivateEndpointConnectionsApproval/action",
            ),
            taken(&subnet("endpoints"), JOIN),
        ],
    };
    takes(&cloud, approved).await;
    // Whoever only asks needs nothing at what he asks for.
    let asked = Write {
        path: in_group("Microsoft.Network/privateEndpoints/asks"),
        version: NETWORK,
        body: endpoint("manualPrivateLinkServiceConnections", &target),
        takes: vec![taken(&subnet("endpoints"), JOIN)],
    };
    takes(&cloud, asked).await;
    let named = Write {
        path: in_group("Microsoft.Network/privateEndpoints/pe/privateDnsZoneGroups/default"),
        version: NETWORK,
        body: json!({ "properties": { "privateDnsZoneConfigs": [
            { "name": "a", "properties": { "privateDnsZoneId": zone } },
        ] } }),
        takes: vec![taken(
            &zone,
            "Microsoft.Network/privateDnsZones/join/action",
        )],
    };
    takes(&cloud, named).await;
    let link = Write {
        path: format!("{zone}/virtualNetworkLinks/link"),
        version: ZONE,
        body: json!({ "location": "global", "properties": {
            "virtualNetwork": { "id": net }, "registrationEnabled": false,
        } }),
        takes: vec![taken(&net, "Microsoft.Network/virtualNetworks/join/action")],
    };
    takes(&cloud, link).await;
}

#[tokio::test(start_paused = true)]
async fn what_a_write_takes_elsewhere_is_told_and_asked() {
    const THROUGH: &str = "Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action";
    let cloud = Cloud::new().await;
    let (net, mut body) = network("vnet");
    let open = json!([{ "name": "apps", "properties": {
        "addressPrefix": "10.40.0.0/24",
        "serviceEndpoints": [{ "service": "Microsoft.KeyVault" }, { "service": "Microsoft.Storage" }],
    } }]);
    body["properties"]["subnets"] = open;
    cloud.make(&net, NETWORK, body).await;
    let apps = subnet("apps");
    let rules = json!({
        "bypass": "AzureServices", "defaultAction": "Deny", "ipRules": [],
        "virtualNetworkRules": [{ "id": apps }],
    });
    let (path, mut body) = vault("kv-1");
    body["properties"]["networkAcls"] = rules.clone();
    let takes_join = vec![taken(&apps, THROUGH)];
    let shut = Write {
        path: path.clone(),
        version: VAULT,
        body,
        takes: takes_join.clone(),
    };
    takes(&cloud, shut).await;
    // A change is looked at as what it makes of the vault.
    let change =
        json!({ "properties": { "networkAcls": { "ipRules": [{ "value": "203.0.113.7" }] } } });
    let told = linked_actions(&cloud.world, "PATCH", &path, &change);
    let lower = vec![taken(&apps.to_lowercase(), THROUGH)];
    assert_eq!(told, lower);
    allow(&cloud, ["Microsoft.KeyVault/vaults/write"]);
    let stranger = cloud.of(HOME, STRANGER);
    stranger.patch(&path, VAULT, change.clone()).await.refused(
        "no join",
        403,
        "LinkedAuthorizationFailed",
    );
    let elsewhere = format!("{path}-2");
    assert_eq!(
        linked_actions(&cloud.world, "PATCH", &elsewhere, &change),
        []
    );
    assert_eq!(linked_actions(&cloud.world, "GET", &path, &change), []);

    let identity = in_group("Microsoft.ManagedIdentity/userAssignedIdentities/app-id");
    cloud
        .make(&identity, IDENTITY, json!({ "location": "eastus2" }))
        .await;
    let account = Write {
        path: in_group("Microsoft.Storage/storageAccounts/files1"),
        version: "2026-04-01",
        body: json!({
            "location": "eastus2",
            "kind": "StorageV2",
            "sku": { "name": "Standard_LRS" },
            "identity": { "type": "UserAssigned", "userAssignedIdentities": { &identity: {} } },
            "properties": { "networkAcls": rules },
        }),
        takes: vec![
            taken(
                &identity,
                "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
            ),
            taken(&apps, THROUGH),
        ],
    };
    takes(&cloud, account).await;

    let (logs, body) = workspace("logs-1");
    cloud.make(&logs, LOGS, body).await;
    let setting = Write {
        path: format!("{path}/providers/Microsoft.Insights/diagnosticSettings/audit"),
        version: "2021-05-01-preview",
        body: json!({ "properties": {
            "workspaceId": logs,
            "logs": [{ "category": "AuditEvent", "enabled": true }],
        } }),
        takes: vec![taken(
            &logs,
            "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
        )],
    };
    takes(&cloud, setting).await;
    let component = Write {
        path: in_group("Microsoft.Insights/components/insights"),
        version: "2020-02-02",
        body: json!({ "location": "eastus2", "kind": "web", "properties": {
            "Application_Type": "web", "WorkspaceResourceId": logs,
        } }),
        takes: vec![taken(
            &logs,
            "Microsoft.OperationalInsights/workspaces/read",
        )],
    };
    takes(&cloud, component).await;
}

#[tokio::test(start_paused = true)]
async fn a_right_that_is_not_called_as_its_path_is_told_and_asked() {
    let cloud = Cloud::new().await;
    let stranger = cloud.of(HOME, STRANGER);
    let subscription = format!("/subscriptions/{SUBSCRIPTION}/providers");
    let free = json!({ "name": "kv-1", "type": "Microsoft.KeyVault/vaults" });
    for (path, version, body, action) in [
        (
            "Microsoft.KeyVault/checkNameAvailability",
            VAULT,
            Some(free),
            "Microsoft.KeyVault/checkNameAvailability/read",
        ),
        (
            "Microsoft.KeyVault/register",
            "2025-04-01",
            None,
            "Microsoft.KeyVault/register/action",
        ),
    ] {
        let path = format!("{subscription}/{path}");
        assert_eq!(
            named_action(&cloud.world, "POST", &path).as_deref(),
            Some(action)
        );
        allow(&cloud, ["Microsoft.KeyVault/checkNameAvailability/action"]);
        let refused = stranger.post(&path, version, body.clone()).await;
        refused.refused(action, 403, "AuthorizationFailed");
        allow(&cloud, [action]);
        stranger.post(&path, version, body).await.accepted(200);
    }
    let tags = format!("{GROUP}/providers/Microsoft.Resources/tags/default");
    assert_eq!(
        named_action(&cloud.world, "PUT", &tags).as_deref(),
        Some("Microsoft.Resources/tags/write")
    );
    let (path, _) = vault("kv-1");
    assert_eq!(named_action(&cloud.world, "PUT", &path), None);
    let nowhere = in_group("Microsoft.Nothing/things/t/poke");
    assert_eq!(named_action(&cloud.world, "POST", &nowhere), None);
}
