//! The private ways out of the network: to the SQL server in the other tenant, asked for here and approved there, and to the
//! vaults where these have no public door.

use async_trait::async_trait;
use rhc_arm::Resource;
use rhc_arm::types::network::{
    DnsZoneGroup, DnsZoneGroupProperties, PrivateDnsZone, PrivateDnsZoneLink,
    PrivateDnsZoneLinkProperties, PrivateDnsZoneProperties, PrivateEndpoint,
    PrivateEndpointProperties,
};
use rhc_sql_identity::{ConnectionStatus, PrivateEndpointConnection, SqlServerScope, SqlServers};
use serde_json::{Value, json};

use super::arm_resource::{ArmStep, arm_id, parse, worth_repeating};
use super::clients::{Clients, TenantRef};
use super::following::follow;
use super::network::Network;
use super::site::{Group, Site};
use crate::engine::{
    Apply, Change, DiffRules, Inputs, Key, Meta, Observe, Observed, Output, Outputs, OwnedBy, Step,
    StepError,
};

/// What a private endpoint to a SQL server asks for.
const SQL_SERVER: &str = "sqlServer";
/// What one to a vault asks for.
///
/// Source: [private link resources](https://learn.microsoft.com/azure/private-link/private-endpoint-overview).
const VAULT: &str = "vault";

/// What the vaults' private endpoints stand on.
#[derive(Debug)]
pub(super) struct VaultPath {
    /// The network's group.
    group: Group,
    subnet: Option<Output<String>>,
    zone: Key,
    /// The step after which the network asks the zone.
    link: Key,
}

/// The one connection of a private endpoint.
struct Asks {
    /// In which list it stands: approved by the maker's own right, or asked for.
    list: &'static str,
    /// What it leads to, and the part of it.
    target: Output<String>,
    part: &'static str,
    /// What the approver reads.
    message: Option<String>,
}

impl Site<'_> {
    /// The private path, and the steps after which it is open.
    pub(super) fn private_path(
        &mut self,
        group: &Group,
        network: &Network,
        server: &Meta,
        owner: &TenantRef,
    ) -> Vec<Key> {
        let file = self.manifest.network.sql_private_endpoint.clone();
        let tenant = group.account.tenant.clone();

        let (zone, link) = self.zone(
            group,
            network,
            (&file.dns_zone, &file.dns_zone_link),
            "answers for the server's name inside the network",
        );
        let asks = Asks {
            list: "manualPrivateLinkServiceConnections",
            target: arm_id(&server.key),
            part: SQL_SERVER,
            message: Some(file.request_message.clone()),
        };
        let endpoint = self.endpoint(
            group,
            &file.name,
            "the server's address in this network; its owner has to approve it",
            network.subnets.get(&file.subnet).cloned(),
            asks,
        );
        let step = self.zone_group(
            &endpoint,
            &tenant,
            &zone,
            "sql",
            "writes the server's record into the zone",
        );
        let record = self.add(step);

        let meta = Meta::new(
            server
                .key
                .child(format!("privateEndpointConnections/{}", file.name)),
            server.stage,
            owner.key.clone(),
            "Microsoft.Sql/servers/privateEndpointConnections",
            &file.name,
        )
        .why("the server's owner lets the network of the other tenant in")
        .owner(OwnedBy::Parent(server.key.clone()));
        let approval = self.add(ApprovalStep {
            meta: owner
                .needed_by(meta)
                .needs(&server.key)
                .needs(&endpoint.key),
            clients: self.clients.clone(),
            tenant: owner.clone(),
            server: arm_id(&server.key),
            endpoint: arm_id(&endpoint.key),
        });
        // Without the record, and a network that may ask for it, the server's name leads to its closed public door.
        vec![link, record, approval]
    }

    /// The zone in which the vaults' names lead to private endpoints, where the file has any.
    pub(super) fn path_to_vaults(&mut self, group: &Group, network: &Network) -> Option<VaultPath> {
        let file = self.manifest.vaults.private_endpoints.clone()?;
        let (zone, link) = self.zone(
            group,
            network,
            (&file.dns_zone, &file.dns_zone_link),
            "answers for the vaults' names inside the network",
        );
        Some(VaultPath {
            group: group.clone(),
            subnet: network.subnets.get(&file.subnet).cloned(),
            zone,
            link,
        })
    }

    /// The private endpoint of an app's vault, and the step after which it is found. Both ends are the environment's, so that
    /// nobody has to approve it.
    pub(super) fn way_to_vault(
        &mut self,
        path: &VaultPath,
        app: &Group,
        name: &str,
        vault: &Meta,
    ) -> Key {
        // It stands in the network's group, and is made with the app that it is for.
        let group = Group {
            stage: app.stage,
            tags: app.tags.clone(),
            ..path.group.clone()
        };
        let asks = Asks {
            list: "privateLinkServiceConnections",
            target: arm_id(&vault.key),
            part: VAULT,
            message: None,
        };
        let endpoint = self.endpoint(
            &group,
            name,
            "the vault's address in this network; its public door is shut",
            path.subnet.clone(),
            asks,
        );
        let step = self.zone_group(
            &endpoint,
            &group.account.tenant,
            &path.zone,
            "vault",
            "writes the vault's record into the zone",
        );
        self.add(step.needs(&path.link))
    }

    /// A private zone that the network, and no other, asks; with the step after which it does.
    fn zone(
        &mut self,
        group: &Group,
        network: &Network,
        (name, link): (&str, &str),
        why: &str,
    ) -> (Key, Key) {
        let place = group.clone();
        let step = self.resource::<PrivateDnsZone, _>(group, name, why, move |_| {
            Ok(place.place::<PrivateDnsZone>("global", PrivateDnsZoneProperties::default()))
        });
        let zone = self.add_whole(step);
        let (tags, of) = (group.tags.clone(), network.id.clone());
        let step = self.part::<PrivateDnsZoneLink, _>(
            &zone,
            &group.account.tenant,
            link,
            "lets this network, and no other, ask the zone",
            move |inputs| {
                let mut properties = PrivateDnsZoneLinkProperties {
                    registration_enabled: Some(false),
                    ..PrivateDnsZoneLinkProperties::default()
                };
                properties.rest.insert(
                    "virtualNetwork".to_owned(),
                    json!({"id": inputs.text(&of)?}),
                );
                Ok(Resource::<PrivateDnsZoneLink> {
                    tags: tags.clone(),
                    ..Resource::new(properties)
                }
                .at("global"))
            },
        );
        let link = self.add(step.marked());
        (zone.key, link)
    }

    /// A private endpoint that asks for one connection.
    fn endpoint(
        &mut self,
        group: &Group,
        name: &str,
        why: &str,
        subnet: Option<Output<String>>,
        asks: Asks,
    ) -> Meta {
        let (location, place, own) = (self.location(), group.clone(), name.to_owned());
        let list = format!("properties.{}", asks.list);
        let target = format!("{list}.*.properties.privateLinkServiceId");
        let step = self.resource::<PrivateEndpoint, _>(group, name, why, move |inputs| {
            let mut connection = json!({"name": own, "properties": {
                "privateLinkServiceId": inputs.text(&asks.target)?, "groupIds": [asks.part]}});
            if let Some(message) = &asks.message {
                connection["properties"]["requestMessage"] = message.as_str().into();
            }
            let mut properties = PrivateEndpointProperties::default();
            properties
                .rest
                .insert(asks.list.to_owned(), json!([connection]));
            if let Some(subnet) = &subnet {
                properties
                    .rest
                    .insert("subnet".to_owned(), json!({"id": inputs.text(subnet)?}));
            }
            Ok(place.place::<PrivateEndpoint>(&location, properties))
        });
        self.add_whole(step.rules(|rules| {
            rules
                .immutable("properties.subnet")
                .keyed_by(&list, "name")
                .immutable(&target)
        }))
    }

    /// Writes the records of a private endpoint into a zone, under this name among the endpoint's zones.
    fn zone_group(
        &self,
        endpoint: &Meta,
        tenant: &TenantRef,
        zone: &Key,
        name: &'static str,
        why: &str,
    ) -> ArmStep<DnsZoneGroup> {
        let zone = arm_id(zone);
        let step = self.part::<DnsZoneGroup, _>(endpoint, tenant, "default", why, move |inputs| {
            let config =
                json!({"name": name, "properties": {"privateDnsZoneId": inputs.text(&zone)?}});
            let mut properties = DnsZoneGroupProperties::default();
            properties
                .rest
                .insert("privateDnsZoneConfigs".to_owned(), json!([config]));
            Ok(Resource::<DnsZoneGroup>::new(properties))
        });
        step.shown_as(&endpoint.name)
            .rules(|rules| rules.keyed_by("properties.privateDnsZoneConfigs", "name"))
    }
}

/// The approval of a private endpoint, on the side of the server. The service makes the connection's name up, so it is
/// found by the endpoint that it is for.
#[derive(Debug)]
struct ApprovalStep {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    server: Output<String>,
    endpoint: Output<String>,
}

impl ApprovalStep {
    fn scope(&self, inputs: &Inputs<'_>) -> Result<SqlServerScope, StepError> {
        let server = parse(&inputs.require(&self.server)?)?;
        Ok(SqlServers::new(self.clients.arm(&self.tenant, inputs)?).server(server))
    }

    fn is_ours(connection: &Resource<PrivateEndpointConnection>, endpoint: &str) -> bool {
        let asked = connection
            .properties
            .private_endpoint
            .as_ref()
            .and_then(|endpoint| endpoint.id.as_ref());
        asked.is_some_and(|asked| asked.to_string().eq_ignore_ascii_case(endpoint))
    }
}

#[async_trait]
impl Step for ApprovalStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, inputs: &Inputs<'_>) -> Result<Value, StepError> {
        Ok(json!({"endpoint": inputs.text(&self.endpoint)?, "status": "Approved"}))
    }

    fn rules(&self) -> DiffRules {
        DiffRules::new()
            .ignore_case("status")
            .ignore_case("endpoint")
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let scope = self.scope(cx.inputs())?;
        let endpoint = cx.inputs().require(&self.endpoint)?;
        let name = |connection: &Resource<PrivateEndpointConnection>| connection.name.clone();
        let at = scope.id().to_string();
        let all = cx
            .listing(&at, "privateEndpointConnections", name, || async move {
                Ok(scope
                    .private_endpoint_connections()
                    .list()
                    .collect_all()
                    .await?)
            })
            .await?;
        let Some(ours) = all
            .iter()
            .find(|connection| Self::is_ours(connection, &endpoint))
        else {
            return Ok(Observed::Absent);
        };
        let status = ours.properties.status().map(ConnectionStatus::as_str);
        Ok(Observed::unmarkable(
            json!({"endpoint": endpoint, "status": status}),
            Outputs::new(),
        ))
    }

    async fn apply(&self, cx: &Apply<'_>, _change: &Change<'_>) -> Result<Outputs, StepError> {
        let scope = self.scope(cx.inputs())?;
        let endpoint = cx.inputs().require(&self.endpoint)?;
        let connections = scope
            .private_endpoint_connections()
            .list()
            .collect_all()
            .await?;
        let Some(ours) = connections
            .iter()
            .find(|connection| Self::is_ours(connection, &endpoint))
        else {
            return Err(StepError::new(
                "the request of the private endpoint has not arrived at the server yet",
            )
            .remedy("if it was removed there, a private endpoint does not ask again: delete the endpoint in the portal (its name is that of this step), and run the same command again")
            .retry_after(None));
        };
        if ours.properties.status() == Some(&ConnectionStatus::Approved) {
            return Ok(Outputs::new());
        }
        let name = ours.name.as_deref().unwrap_or_default();
        let operation = scope
            .begin_approve(name, "Approved by the rollout of this environment")
            .await
            .map_err(worth_repeating)?;
        cx.operation(operation.id().as_str()).await?;
        follow(cx, operation).await.map_err(worth_repeating)?;
        Ok(Outputs::new())
    }
}
