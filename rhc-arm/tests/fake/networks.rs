//! Networks: what overlaps, what is in use, who connects to whom.

use serde_json::{Value, json};

use super::cloud::{Cloud, DATABASE, DATABASE_ADMIN, DATABASE_SUBSCRIPTION, GROUP, pass};
use super::examples::{NETWORK, VAULT, in_group, network, vault};

fn subnet(name: &str) -> String {
    in_group(&format!(
        "Microsoft.Network/virtualNetworks/vnet/subnets/{name}"
    ))
}

fn range(prefix: &str) -> Value {
    json!({ "properties": { "addressPrefix": prefix } })
}

#[tokio::test(start_paused = true)]
async fn subnets_lie_in_their_network_and_not_on_each_other() {
    let cloud = Cloud::new().await;
    let (path, body) = network("vnet");
    let mut twice = body.clone();
    twice["properties"]["subnets"] = json!([
        { "name": "a", "properties": { "addressPrefix": "10.40.0.0/23" } },
        { "name": "b", "properties": { "addressPrefix": "10.40.1.0/24" } },
    ]);
    cloud.put(&path, NETWORK, twice).await.refused(
        "inline subnets that overlap",
        400,
        "NetcfgSubnetRangesOverlap",
    );
    cloud.make(&path, NETWORK, body.clone()).await;
    for (rule, prefix, code) in [
        ("outside", "10.41.0.0/24", "NetcfgSubnetRangeOutsideVnet"),
        ("overlapping", "10.40.4.128/25", "NetcfgSubnetRangesOverlap"),
        ("too small", "10.40.9.0/30", "NetcfgInvalidSubnet"),
    ] {
        cloud
            .put(&subnet("a"), NETWORK, range(prefix))
            .await
            .refused(rule, 400, code);
    }
    cloud
        .put(&subnet("a"), NETWORK, json!({ "properties": {} }))
        .await
        .refused("no range", 400, "InvalidRequestFormat");
    let mut small = body.clone();
    small["properties"]["addressSpace"]["addressPrefixes"] = json!(["10.41.0.0/16"]);
    small["properties"]
        .as_object_mut()
        .unwrap()
        .remove("subnets");
    cloud.put(&path, NETWORK, small).await.refused(
        "a space without its subnets",
        400,
        "NetcfgSubnetRangeOutsideVnet",
    );
    let nameless = json!([{ "properties": { "addressPrefix": "10.40.0.0/24" } }]);
    let mut odd = body;
    odd["properties"]["subnets"] = nameless;
    cloud.put(&path, NETWORK, odd).await.refused(
        "a subnet without name",
        400,
        "InvalidRequestFormat",
    );
}

#[tokio::test(start_paused = true)]
async fn writes_to_subnets_of_one_network_do_not_run_side_by_side() {
    let cloud = Cloud::new().await;
    let (path, body) = network("vnet");
    cloud.make(&path, NETWORK, body).await;
    cloud
        .put(&subnet("a"), NETWORK, range("10.40.0.0/24"))
        .await
        .accepted(201);
    cloud
        .put(&subnet("b"), NETWORK, range("10.40.1.0/24"))
        .await
        .refused("a sibling under way", 409, "AnotherOperationInProgress");
    pass(10).await;
    cloud
        .put(&subnet("b"), NETWORK, range("10.40.1.0/24"))
        .await
        .accepted(201);
}

#[tokio::test(start_paused = true)]
async fn a_list_of_subnets_replaces_them_and_none_leaves_them() {
    let cloud = Cloud::new().await;
    let (path, mut body) = network("vnet");
    cloud.make(&path, NETWORK, body.clone()).await;
    cloud
        .make(&subnet("a"), NETWORK, range("10.40.0.0/24"))
        .await;
    let names = async || {
        let all = cloud.get(&path, NETWORK).await.accepted(200);
        let subnets = all.at("properties.subnets").as_array().unwrap().clone();
        subnets
            .iter()
            .map(|own| own["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["a", "endpoints"]);
    let mut without = body.clone();
    without["properties"]
        .as_object_mut()
        .unwrap()
        .remove("subnets");
    cloud.make(&path, NETWORK, without).await;
    assert_eq!(names().await, ["a", "endpoints"]);
    body["tags"] = json!({ "a": "b" });
    cloud.make(&path, NETWORK, body).await;
    assert_eq!(names().await, ["endpoints"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_in_use_is_not_deleted() {
    let cloud = Cloud::new().await;
    let examples = super::examples::make_all(&cloud).await;
    assert!(examples.len() > 10);
    let (path, mut body) = network("vnet");
    cloud.delete(&subnet("endpoints"), NETWORK).await.refused(
        "a subnet with an endpoint",
        400,
        "InUseSubnetCannotBeDeleted",
    );
    cloud
        .delete(&path, NETWORK)
        .await
        .refused("its network", 400, "InUseSubnetCannotBeDeleted");
    body["properties"]["subnets"] = json!([]);
    cloud.put(&path, NETWORK, body).await.refused(
        "a list without it",
        400,
        "InUseSubnetCannotBeDeleted",
    );
    cloud
        .delete(
            &in_group("Microsoft.Network/networkSecurityGroups/nsg"),
            NETWORK,
        )
        .await
        .refused(
            "a group that a subnet has",
            400,
            "InUseNetworkSecurityGroupCannotBeDeleted",
        );
    cloud
        .delete(
            &in_group("Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net"),
            "2024-06-01",
        )
        .await
        .refused("a zone with a link", 409, "CannotDeleteResource");
}

#[tokio::test(start_paused = true)]
async fn security_rules_differ_in_priority_or_direction() {
    let cloud = Cloud::new().await;
    let rule = |name: &str| {
        json!({ "name": name, "properties": {
            "protocol": "Tcp", "access": "Allow", "priority": 200, "direction": "Inbound",
        } })
    };
    let path = in_group("Microsoft.Network/networkSecurityGroups/nsg");
    let body =
        json!({ "location": "eastus2", "properties": { "securityRules": [rule("a"), rule("b")] } });
    cloud.put(&path, NETWORK, body).await.refused(
        "two of one priority",
        400,
        "SecurityRuleConflict",
    );
    let made = cloud
        .make(&path, NETWORK, json!({ "location": "eastus2" }))
        .await;
    assert_eq!(
        made.at("properties.defaultSecurityRules")
            .as_array()
            .unwrap()
            .len(),
        6
    );
}

fn endpoint(list: &str, target: &str) -> Value {
    let connection = json!({ "name": "c", "properties": { "privateLinkServiceId": target, "groupIds": ["vault"] } });
    json!({
        "location": "eastus2",
        "properties": { "subnet": { "id": subnet("endpoints") }, list: [connection] },
    })
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_into_another_tenant_asks_and_waits_for_approval() {
    const MANUAL: &str = "manualPrivateLinkServiceConnections";
    let cloud = Cloud::new().await;
    let (path, body) = network("vnet");
    cloud.make(&path, NETWORK, body).await;
    let other = cloud.of(DATABASE, DATABASE_ADMIN);
    let foreign_group = GROUP.replace(super::cloud::SUBSCRIPTION, DATABASE_SUBSCRIPTION);
    other
        .put(
            &foreign_group,
            "2025-04-01",
            json!({ "location": "eastus2" }),
        )
        .await
        .accepted(201);
    let target = format!("{foreign_group}/providers/Microsoft.KeyVault/vaults/kv-far");
    let (_, mut far) = vault("kv-far");
    far["properties"]["tenantId"] = json!(DATABASE);
    other.make(&target, VAULT, far).await;

    let pe = in_group("Microsoft.Network/privateEndpoints/pe");
    cloud
        .put(
            &pe,
            NETWORK,
            endpoint("privateLinkServiceConnections", &target),
        )
        .await
        .refused("by one's own right", 403, "LinkedAuthorizationFailed");
    cloud
        .put(
            &pe,
            NETWORK,
            endpoint(MANUAL, &target.replace("kv-far", "kv-none")),
        )
        .await
        .refused("to nothing", 400, "InvalidResourceReference");
    let none =
        json!({ "location": "eastus2", "properties": { "subnet": { "id": subnet("endpoints") } } });
    cloud
        .put(&pe, NETWORK, none)
        .await
        .refused("no connection", 400, "InvalidRequestFormat");
    let mut groupless = endpoint(MANUAL, &target);
    groupless["properties"][MANUAL][0]["properties"]["groupIds"] = json!([]);
    cloud
        .put(&pe, NETWORK, groupless)
        .await
        .refused("no group id", 400, "InvalidRequestFormat");

    let made = cloud.make(&pe, NETWORK, endpoint(MANUAL, &target)).await;
    let status = |answer: &super::cloud::Answer| {
        answer.body["properties"][MANUAL][0]["properties"]["privateLinkServiceConnectionState"]["status"].clone()
    };
    assert_eq!(status(&made), "Pending");
    assert_eq!(made.at("properties.customDnsConfigs"), &json!([]));
    // The other side approves; its fake has the type, here the state is edited.
    cloud.edit(|arm| {
        let key = arm
            .below(&target)
            .map(|(key, _)| key.to_owned())
            .find(|key| key.contains("/privateendpointconnections/"))
            .expect("a connection at the target");
        let own = arm.get_mut(&key).unwrap();
        own.set(
            "properties.privateLinkServiceConnectionState.status",
            "Approved",
        );
    });
    let approved = cloud.get(&pe, NETWORK).await;
    assert_eq!(status(&approved), "Approved");
    assert_eq!(
        approved.at("properties.customDnsConfigs"),
        &json!([{ "fqdn": "kv-far.vault.azure.net", "ipAddresses": ["10.40.4.4"] }])
    );
    cloud.delete(&pe, NETWORK).await.accepted(202);
    pass(10).await;
    assert!(cloud.edit(|arm| arm.below(&target).next().is_none()));
}

#[tokio::test(start_paused = true)]
async fn a_network_is_linked_to_one_zone_of_a_name() {
    let cloud = Cloud::new().await;
    let (path, body) = network("vnet");
    cloud.make(&path, NETWORK, body).await;
    let elsewhere = GROUP.replace("/rg", "/other");
    cloud
        .put(&elsewhere, "2025-04-01", json!({ "location": "eastus2" }))
        .await
        .accepted(201);
    let zone = "providers/Microsoft.Network/privateDnsZones/privatelink.database.windows.net";
    let link = json!({ "location": "global", "properties": { "virtualNetwork": { "id": path } } });
    for group in [GROUP, elsewhere.as_str()] {
        let zone = format!("{group}/{zone}");
        let begun = cloud
            .put(&zone, "2024-06-01", json!({ "location": "global" }))
            .await
            .accepted(202);
        assert!(
            begun
                .header("azure-asyncoperation")
                .unwrap()
                .starts_with("https://management.azure.com:443/")
        );
        pass(10).await;
        let link = cloud
            .put(
                &format!("{zone}/virtualNetworkLinks/l"),
                "2024-06-01",
                link.clone(),
            )
            .await;
        if group == GROUP {
            link.accepted(202);
            pass(10).await;
        } else {
            link.refused("a second zone of the name", 409, "Conflict");
        }
    }
}
