//! The network: a subnet of their own for each app's environment and for private endpoints, each behind its rules.

use std::collections::BTreeMap;

use rhc_arm::Resource;
use rhc_arm::types::network::{
    AddressSpace, Delegation, SecurityGroup, SecurityGroupProperties, ServiceEndpoint, Subnet,
    SubnetProperties, VirtualNetwork, VirtualNetworkProperties,
};
use serde_json::json;

use super::arm_resource::arm_id;
use super::site::{Group, Site};
use crate::engine::{Key, Lane, Output};
use crate::manifest::SubnetUse;

/// What others need of the network.
#[derive(Clone, Debug)]
pub(super) struct Network {
    /// The network's ARM id.
    pub(super) id: Output<String>,
    /// The step that makes it.
    pub(super) key: Key,
    /// The steps that make its security groups.
    pub(super) guards: Vec<Key>,
    /// The subnets' ARM ids, by name.
    pub(super) subnets: BTreeMap<String, Output<String>>,
    /// Those that apps stand in and that vaults let in.
    pub(super) of_apps: Vec<Output<String>>,
}

impl Site<'_> {
    pub(super) fn network(&mut self, group: &Group) -> Network {
        let file = &self.manifest.network;
        let guards: BTreeMap<&str, Key> = file
            .subnets
            .values()
            .map(|subnet| {
                (
                    subnet.security_group.as_str(),
                    self.security_group(group, &subnet.security_group),
                )
            })
            .collect();

        let (location, place, prefix) =
            (self.location(), group.clone(), file.address_space.clone());
        let step = self.resource::<VirtualNetwork, _>(
            group,
            &file.name,
            "keeps the apps and the way to the databases off the internet",
            move |_| {
                let address_space = AddressSpace {
                    address_prefixes: Some(vec![prefix.clone()]),
                    ..AddressSpace::default()
                };
                Ok(place.place::<VirtualNetwork>(
                    &location,
                    VirtualNetworkProperties {
                        address_space: Some(address_space),
                        ..VirtualNetworkProperties::default()
                    },
                ))
            },
        );
        let network = self.add_whole(
            step.rules(|rules| rules.unordered("properties.addressSpace.addressPrefixes")),
        );

        let tenant = &group.account.tenant;
        let (mut subnets, mut of_apps) = (BTreeMap::new(), Vec::new());
        for (name, subnet) in &file.subnets {
            let guard = guards.get(subnet.security_group.as_str()).map(arm_id);
            let (subnet, for_apps) = (subnet.clone(), subnet.usage == SubnetUse::ContainerApps);
            let why = match subnet.usage.delegation() {
                Some(_) => "holds one Container Apps environment, and nothing else",
                None => "holds the private endpoints",
            };
            let step = self.part::<Subnet, _>(&network, tenant, name, why, move |inputs| {
                let delegations = subnet
                    .usage
                    .delegation()
                    .map(|service| vec![Delegation::to(service)]);
                let endpoints = subnet
                    .service_endpoints
                    .iter()
                    .map(|service| ServiceEndpoint {
                        service: Some(service.clone()),
                        ..ServiceEndpoint::default()
                    });
                let mut properties = SubnetProperties {
                    address_prefix: Some(subnet.address_prefix.clone()),
                    delegations,
                    service_endpoints: Some(endpoints.collect()),
                    ..SubnetProperties::default()
                };
                if let Some(guard) = &guard {
                    properties.rest.insert(
                        "networkSecurityGroup".to_owned(),
                        json!({"id": inputs.text(guard)?}),
                    );
                }
                Ok(Resource::<Subnet>::new(properties))
            });
            let step = step.rules(|rules| {
                rules
                    .keyed_by("properties.delegations", "name")
                    .keyed_by("properties.serviceEndpoints", "service")
                    .empty_is_absent("properties.serviceEndpoints")
            });
            // A network takes one writer at a time.
            let key = self.add(step.lane(Lane::serial(format!("network {}", file.name))));
            if for_apps {
                of_apps.push(arm_id(&key));
            }
            subnets.insert(name.clone(), arm_id(&key));
        }
        Network {
            id: arm_id(&network.key),
            guards: guards.into_values().collect(),
            key: network.key,
            subnets,
            of_apps,
        }
    }

    /// A security group without rules of its own: Azure's default rules let in the network and the load balancer, nobody else.
    fn security_group(&mut self, group: &Group, name: &str) -> Key {
        let (location, place) = (self.location(), group.clone());
        let step = self.resource::<SecurityGroup, _>(
            group,
            name,
            "says who may reach the subnet",
            move |_| {
                // Said, so that a rule which somebody adds is seen.
                let properties = SecurityGroupProperties {
                    security_rules: Some(Vec::new()),
                    ..SecurityGroupProperties::default()
                };
                Ok(place.place::<SecurityGroup>(&location, properties))
            },
        );
        self.add(step.rules(|rules| rules.empty_is_absent("properties.securityRules")))
    }
}
