//! Networks.

use super::live::{group, life, replay, seed};
use super::text;
use rhc_arm::{
    ArmClient, Resource, ResourceType,
    types::{
        key_vault::Vault,
        network::{
            AddressSpace, CnameRecord, CnameRecordProperties, Delegation, DnsCname, DnsTxt,
            DnsZone, DnsZoneConfig, DnsZoneConfigProperties, DnsZoneGroup, DnsZoneGroupProperties,
            PrivateDnsZone, PrivateDnsZoneLink, PrivateDnsZoneLinkProperties, PrivateEndpoint,
            PrivateEndpointProperties, PrivateLinkConnection, PrivateLinkConnectionProperties,
            RuleAccess, RuleDirection, RuleProtocol, SecurityGroup, SecurityGroupProperties,
            SecurityRule, SecurityRuleProperties, Subnet, SubnetProperties, TxtRecord,
            TxtRecordProperties, VirtualNetwork, VirtualNetworkProperties,
        },
    },
};

fixture!(
    virtual_networks,
    "virtualNetworks",
    [],
    |arm: ArmClient| async move {
        let space = AddressSpace {
            address_prefixes: Some(vec!["10.40.0.0/16".into()]),
            ..Default::default()
        };
        let network = VirtualNetworkProperties {
            address_space: Some(space),
            ..Default::default()
        };
        life(
            arm,
            group(),
            "vnet",
            Resource::<VirtualNetwork>::new(network)
                .at("eastus2")
                .tag("rhc-environment", "qa"),
        )
        .await
    }
);

fixture!(
    subnets,
    "subnets",
    [seed::network, seed::security_group],
    |arm: ArmClient| async move {
        let subnet = SubnetProperties {
            address_prefix: text("10.40.0.0/23"),
            network_security_group: Some(seed::id(SecurityGroup::TYPE, "nsg").into()),
            delegations: Some(vec![Delegation::to("Microsoft.App/environments")]),
            ..Default::default()
        };
        life(
            arm,
            seed::id(VirtualNetwork::TYPE, "vnet"),
            "apps",
            Resource::<Subnet>::new(subnet),
        )
        .await
    }
);

fixture!(
    security_groups,
    "networkSecurityGroups",
    [],
    |arm: ArmClient| async move {
        let rule = SecurityRuleProperties {
            protocol: Some(RuleProtocol::Tcp),
            access: Some(RuleAccess::Allow),
            direction: Some(RuleDirection::Inbound),
            priority: Some(100),
            source_address_prefix: text("VirtualNetwork"),
            source_port_range: text("*"),
            destination_address_prefix: text("*"),
            destination_port_range: text("443"),
            ..Default::default()
        };
        let rule = SecurityRule {
            name: text("https"),
            properties: Some(rule),
            ..Default::default()
        };
        let rules = SecurityGroupProperties {
            security_rules: Some(vec![rule]),
            ..Default::default()
        };
        life(
            arm,
            group(),
            "nsg",
            Resource::<SecurityGroup>::new(rules).at("eastus2"),
        )
        .await
    }
);

fixture!(
    private_endpoints,
    "privateEndpoints",
    [seed::network, seed::vault],
    |arm: ArmClient| async move {
        let to = PrivateLinkConnectionProperties {
            private_link_service_id: Some(seed::id(Vault::TYPE, "fixtures-kv")),
            group_ids: Some(vec!["vault".into()]),
            ..Default::default()
        };
        let connection = PrivateLinkConnection {
            name: text("vault"),
            properties: Some(to),
            ..Default::default()
        };
        let endpoint = PrivateEndpointProperties {
            subnet: Some(
                seed::id(VirtualNetwork::TYPE, "vnet")
                    .child("subnets", "endpoints")
                    .into(),
            ),
            private_link_service_connections: Some(vec![connection]),
            ..Default::default()
        };
        life(
            arm,
            group(),
            "vault-pe",
            Resource::<PrivateEndpoint>::new(endpoint).at("eastus2"),
        )
        .await
    }
);

fixture!(
    zone_groups,
    "privateDnsZoneGroups",
    [seed::network, seed::vault, seed::endpoint, seed::zone],
    |arm: ArmClient| async move {
        let zone = DnsZoneConfigProperties {
            private_dns_zone_id: Some(seed::id(PrivateDnsZone::TYPE, seed::ZONE)),
            ..Default::default()
        };
        let zone = DnsZoneConfig {
            name: text("vault"),
            properties: Some(zone),
            ..Default::default()
        };
        let zones = DnsZoneGroupProperties {
            private_dns_zone_configs: Some(vec![zone]),
            ..Default::default()
        };
        life(
            arm,
            seed::id(PrivateEndpoint::TYPE, "vault-pe"),
            "default",
            Resource::<DnsZoneGroup>::new(zones),
        )
        .await
    }
);

fixture!(
    private_dns_zones,
    "privateDnsZones",
    [],
    |arm: ArmClient| async move {
        life(
            arm,
            group(),
            seed::ZONE,
            Resource::<PrivateDnsZone>::default().at("global"),
        )
        .await
    }
);

fixture!(
    private_dns_zone_links,
    "privateDnsZones.virtualNetworkLinks",
    [seed::network, seed::zone],
    |arm: ArmClient| async move {
        let link = PrivateDnsZoneLinkProperties {
            virtual_network: Some(seed::id(VirtualNetwork::TYPE, "vnet").into()),
            registration_enabled: Some(false),
            ..Default::default()
        };
        life(
            arm,
            seed::id(PrivateDnsZone::TYPE, seed::ZONE),
            "vnet",
            Resource::<PrivateDnsZoneLink>::new(link).at("global"),
        )
        .await
    }
);

fixture!(dns_zones, "dnsZones", [], |arm: ArmClient| async move {
    let zone = Resource::<DnsZone>::default().at("global");
    life(arm, group(), "example.org", zone).await
});

fixture!(
    dns_cname,
    "dnsZones.CNAME",
    [seed::public_zone],
    |arm: ArmClient| async move {
        let record = CnameRecordProperties {
            ttl: Some(3600),
            cname_record: Some(CnameRecord {
                cname: text("app.example.net"),
                ..Default::default()
            }),
            ..Default::default()
        };
        let zone = seed::id(DnsZone::TYPE, "example.org");
        life(arm, zone, "www", Resource::<DnsCname>::new(record)).await
    }
);

fixture!(
    dns_txt,
    "dnsZones.TXT",
    [seed::public_zone],
    |arm: ArmClient| async move {
        let record = TxtRecordProperties {
            ttl: Some(3600),
            txt_records: Some(vec![TxtRecord {
                value: Some(vec!["proof".to_owned()]),
                ..Default::default()
            }]),
            ..Default::default()
        };
        let zone = seed::id(DnsZone::TYPE, "example.org");
        life(arm, zone, "asuid.www", Resource::<DnsTxt>::new(record)).await
    }
);
