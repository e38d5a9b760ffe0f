//! Everything that an app needs, made through Resource Manager, and the app in it.

use rhc_arm::types::managed_identity::UserAssignedIdentity;
use rhc_arm::types::network::{
    AddressSpace, Delegation, Subnet, SubnetProperties, VirtualNetwork, VirtualNetworkProperties,
};
use rhc_arm::{Identity, Resource};
use rhc_containerapps::{ContainerApp, ManagedEnvironment};
use rhc_core::fake::{World, WorldOptions};
use serde_json::json;

use super::support::{APP, ENVIRONMENT, GROUP, Stage, app, environment, group, said};

/// A World with a subscription and an empty group, and directory reads that lag.
fn bare() -> Stage {
    let world = World::new(WorldOptions::default());
    rhc_arm::fake::mount(&world);
    rhc_containerapps::fake::mount(&world);
    let tenant = world.with(|state| {
        let tenant = state
            .directory()
            .add_workforce_tenant("backoffice")
            .unwrap();
        let owner = state.directory().operator(tenant).unwrap();
        let providers = &[
            "Microsoft.App",
            "Microsoft.Network",
            "Microsoft.ManagedIdentity",
        ];
        let id = super::support::SUBSCRIPTION.parse().unwrap();
        rhc_arm::fake::create_subscription(state, id, "qa", tenant, owner, providers);
        rhc_arm::fake::put_resource(state, json!({ "id": GROUP, "location": "eastus2" }));
        tenant
    });
    Stage { world, tenant }
}

#[tokio::test(start_paused = true)]
async fn an_app_in_a_network_that_our_client_made() {
    let stage = bare();
    let arm = stage.arm();
    let network = Resource::<VirtualNetwork>::new(VirtualNetworkProperties {
        address_space: Some(AddressSpace {
            address_prefixes: Some(vec!["10.40.0.0/16".to_owned()]),
            ..AddressSpace::default()
        }),
        ..VirtualNetworkProperties::default()
    })
    .at("eastus2");
    let networks = arm.resources::<VirtualNetwork>(group());
    let network = networks.put("rhc-qa-vnet", &network).await.unwrap();
    let subnet = Resource::<Subnet>::new(SubnetProperties {
        address_prefix: Some("10.40.0.0/23".to_owned()),
        delegations: Some(vec![Delegation::to("Microsoft.App/environments")]),
        ..SubnetProperties::default()
    });
    let subnets = arm.resources::<Subnet>(network.require_id().unwrap().clone());
    let subnet = subnets.put("hp2-apps", &subnet).await.unwrap();
    let identity = arm
        .resources::<UserAssignedIdentity>(group())
        .put("hp225qa-id", &Resource::default().at("eastus2"))
        .await
        .unwrap();

    let mut wanted: Resource<ManagedEnvironment> = serde_json::from_value(environment()).unwrap();
    let place = wanted.properties.vnet_configuration.as_mut().unwrap();
    place.infrastructure_subnet_id = subnet.id.as_ref().map(ToString::to_string);
    let environments = stage.client().environments(group());
    environments.put(ENVIRONMENT, &wanted).await.unwrap();

    let mut wanted: Resource<ContainerApp> = serde_json::from_value(app()).unwrap();
    wanted.identity = Some(Identity::user_assigned([identity.id.clone().unwrap()]));
    let made = stage
        .client()
        .apps(group())
        .put(APP, &wanted)
        .await
        .unwrap();
    let assigned = json!(made.identity.unwrap());
    let (_, own) = assigned["userAssignedIdentities"]
        .as_object()
        .unwrap()
        .iter()
        .next()
        .unwrap();
    assert!(own["principalId"].is_string(), "{assigned}");

    let host = made.properties.configuration.unwrap().ingress.unwrap().fqdn;
    let (status, ..) = stage.browse(&format!("https://{}/", host.unwrap())).await;
    assert_eq!(status, 200);

    // The network cannot go from under it.
    let error = subnets.delete("hp2-apps").await.unwrap_err();
    assert_eq!(said(&error), (400, "InUseSubnetCannotBeDeleted"));
}
