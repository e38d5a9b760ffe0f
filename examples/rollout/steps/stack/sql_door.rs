//! The SQL server's door: its public network access, and a firewall rule for the operator's address.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use async_trait::async_trait;
use rhc_arm::{ArmClient, ResourceId, Resources};
use rhc_core::{Error, ErrorKind, TenantId};
use rhc_sql_identity::{Databases, FirewallRule, NetworkAccess, SqlAddress, SqlServer, SqlServers};
use serde_json::json;

use crate::engine::{Door, DoorName, Knocked, StepError, TenantKey};
use crate::steps::arm_resource::{parse, worth_repeating};
use crate::steps::clients::Clients;

/// The rule's name is always the same: whoever closes the door finds it without having opened it.
const RULE: &str = "rhc-operator-window";

/// The door of a SQL server.
pub(in crate::steps) struct SqlDoor {
    name: DoorName,
    arm: ArmClient,
    id: ResourceId,
    /// The way in, and a database to knock at; whoever only closes the door needs neither.
    way: Option<(Arc<dyn Databases>, SqlAddress)>,
}

impl SqlDoor {
    /// What doors of this kind are called.
    pub(in crate::steps) const KIND: &str = "SQL server";

    /// The door of the server with this id, at which one knocks by opening a database.
    pub(in crate::steps) fn of(
        clients: &Clients,
        tenant: &TenantKey,
        tenant_id: TenantId,
        resource: &str,
        at: SqlAddress,
    ) -> Result<Self, StepError> {
        let id = parse(resource)?;
        let name = DoorName {
            kind: Self::KIND.to_owned(),
            name: id.name().to_owned(),
            tenant: tenant.clone(),
            tenant_id: tenant_id.to_string(),
            resource: resource.to_owned(),
            // An address is let in, whoever comes from there.
            principal: String::new(),
        };
        let databases = clients.connection().databases(tenant, tenant_id)?;
        Ok(Self {
            way: Some((databases, at)),
            ..Self::named(clients, name, tenant_id, id)?
        })
    }

    pub(in crate::steps) fn named(
        clients: &Clients,
        name: DoorName,
        tenant_id: TenantId,
        id: ResourceId,
    ) -> Result<Self, StepError> {
        Ok(Self {
            arm: clients.arm_at(&name.tenant, tenant_id)?,
            name,
            id,
            way: None,
        })
    }

    fn servers(&self) -> Result<Resources<SqlServer>, StepError> {
        let group = self.id.parent().ok_or_else(|| {
            StepError::bug(format!(
                "the server {} stands in no resource group",
                self.id
            ))
        })?;
        Ok(SqlServers::new(self.arm.clone()).in_group(group))
    }

    fn rules(&self) -> Resources<FirewallRule> {
        SqlServers::new(self.arm.clone())
            .server(self.id.clone())
            .firewall_rules()
    }

    /// Switches the public network on or off, and waits until it is.
    async fn switch(&self, to: NetworkAccess) -> Result<(), StepError> {
        let change = json!({ "properties": { "publicNetworkAccess": to.as_str() } });
        let written = self.servers()?.update(&self.name.name, &change).await;
        written.map(drop).map_err(worth_repeating)
    }
}

#[async_trait]
impl Door for SqlDoor {
    fn name(&self) -> &DoorName {
        &self.name
    }

    async fn knock(&self) -> Result<Knocked, StepError> {
        let (databases, at) = self.way.as_ref().ok_or_else(|| {
            StepError::bug(format!("nobody said where to knock at the {}", self.name))
        })?;
        let opened = databases.retry().run(|| databases.open(at)).await;
        match opened {
            Ok(_) => Ok(Knocked::Open),
            Err(error) if error.has_code("SQL47073") => Ok(Knocked::Hidden),
            Err(error) if error.has_code("SQL40615") => Ok(Knocked::Closed {
                seen_as: seen_as(&error),
            }),
            Err(error) if error.kind() == ErrorKind::NotSent => Ok(Knocked::Shut {
                why: error.message().to_owned(),
                way_out: "work in a network that lets 1433 out, or in one that reaches the server's private endpoint",
            }),
            Err(error) => Err(worth_repeating(error)),
        }
    }

    /// Without an address the public network is switched on and nobody let in: then the server says by which address it knows us.
    async fn open(&self, address: Option<Ipv4Addr>) -> Result<(), StepError> {
        let server = self.servers()?.get(&self.name.name).await?;
        if server.properties.public_network_access != Some(NetworkAccess::Enabled) {
            self.switch(NetworkAccess::Enabled).await?;
        }
        let Some(address) = address else {
            return Ok(());
        };
        let rule = FirewallRule::address(address);
        let written = self.rules().put(RULE, &rule).await;
        written.map(drop).map_err(worth_repeating)
    }

    async fn close(&self, _: Option<Ipv4Addr>) -> Result<(), StepError> {
        // A server that is no more lets nobody in.
        let Some(server) = self.servers()?.get_opt(&self.name.name).await? else {
            return Ok(());
        };
        let rules = self.rules();
        let rule = async {
            if rules.get_opt(RULE).await?.is_none() {
                return Ok(());
            }
            // Rules cannot be changed while the public network is off.
            if server.properties.public_network_access == Some(NetworkAccess::Disabled) {
                self.switch(NetworkAccess::Enabled).await?;
            }
            rules.delete(RULE).await.map_err(worth_repeating)
        };
        // Both are tried, whichever fails. What was asked for before a kill may still be under way, so that what the server
        // shows now is no reason to leave the switch alone.
        let rule = rule.await;
        self.switch(NetworkAccess::Disabled).await.and(rule)
    }
}

/// The address in the server's refusal, which stands there in quotes.
fn seen_as(error: &Error) -> Option<IpAddr> {
    let (_, rest) = error.message().split_once("IP address '")?;
    rest.split('\'').next()?.parse().ok()
}

impl fmt::Debug for SqlDoor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlDoor")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhc_sql_identity::SqlError;

    #[test]
    fn the_servers_refusal_says_by_which_address_it_knows_us() {
        let words = "Cannot open server 's' requested by the login. Client with IP address '203.0.113.7' is not allowed";
        let error = SqlError::new(40615, 1, words).into_error("sql.open");
        assert_eq!(seen_as(&error), Some(IpAddr::from([203, 0, 113, 7])));
        let error = SqlError::new(40615, 1, "no").into_error("sql.open");
        assert_eq!(seen_as(&error), None);
    }
}
