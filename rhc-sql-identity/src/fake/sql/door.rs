//! Getting in: the network, the token, the database, the user.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use rhc_arm::fake::{Arm, Stored, leads_privately};
use rhc_core::fake::authority::{self, Caller, CallerKind};
use rhc_core::fake::{Read, State};
use rhc_core::{AppId, ObjectId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::fake::arm::{ADMINISTRATORS, DATABASES, FIREWALL_RULES, PRIVATE_ENDPOINTS, SERVERS};
use crate::grants::{Sid, same_name};
use crate::session::SqlError;

use super::catalogue::{Catalogue, SqlSection};
use super::execute::Rights;

/// The zone in which private endpoints to servers are found.
const ZONE: &str = "privatelink.database.windows.net";
/// What tokens must be for.
const AUDIENCE: &[&str] = &[
    "https://database.windows.net",
    "https://database.usgovcloudapi.net",
    "https://database.chinacloudapi.cn",
];

/// From where a client comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Vantage {
    /// From the internet, with this address.
    Outside(Ipv4Addr),
    /// From a network that reaches the server by a private endpoint.
    Inside,
    /// From this subnet, by its id: what is there reaches the server if its network has an approved endpoint to it, and a
    /// zone that leads to that endpoint.
    Subnet(String),
}

impl Vantage {
    /// From the internet, with an address that is kept for documentation.
    pub const OUTSIDE: Self = Self::Outside(Ipv4Addr::new(203, 0, 113, 7));
}

/// A session that was let in.
#[derive(Debug)]
pub(in crate::fake) struct Entered {
    pub(super) server: String,
    pub(super) database: String,
    pub(super) rights: Rights,
    /// Whether the server takes Entra's identities only.
    pub(super) entra_only: bool,
    /// The server's logins with a password: the service's own, and what somebody made beside it.
    pub(super) logins: BTreeSet<String>,
}

/// Lets a client in or turns it away, in the order in which the real doors stand: gateway, login, database, user.
pub(in crate::fake) fn enter(
    state: &mut State,
    headers: &axum::http::HeaderMap,
    server: &str,
    database: &str,
    from: Vantage,
) -> Result<Entered, SqlError> {
    let door = Door::find(state, server)?;
    let inside = match &from {
        Vantage::Outside(_) => false,
        Vantage::Inside => door.private,
        Vantage::Subnet(id) => state
            .read::<Arm>()
            .is_some_and(|arm| leads_privately(arm, &door.id, ZONE, id)),
    };
    door.let_through(&from, inside)?;
    let caller = authority::authenticate(state, headers, AUDIENCE).map_err(|_| refused())?;
    if caller.tenant != door.tenant {
        return Err(refused());
    }
    door.check_database(database)?;
    let rights = door.rights(state, &caller, database)?;
    Ok(Entered {
        server: server.to_owned(),
        database: database.to_owned(),
        rights,
        entra_only: door.entra_only,
        logins: door.logins,
    })
}

/// What stands at a server's door, copied so that the state is free again.
struct Door {
    id: String,
    server: String,
    tenant: Uuid,
    public: bool,
    rules: Vec<(Option<Ipv4Addr>, Option<Ipv4Addr>)>,
    private: bool,
    administrator: Option<Uuid>,
    entra_only: bool,
    logins: BTreeSet<String>,
    databases: Vec<(String, bool)>,
}

impl Door {
    fn find(state: &mut State, name: &str) -> Result<Self, SqlError> {
        let made = state.read::<SqlSection>().and_then(|own| {
            let server = own.servers.get(&name.to_ascii_lowercase())?;
            Some(server.logins.clone())
        });
        let arm = state.section::<Arm>();
        let found = arm
            .everywhere(SERVERS)
            .find(|server| server.name().eq_ignore_ascii_case(name));
        let Some((server, tenant)) =
            found.and_then(|server| Some((server, arm.tenant_of(server.id())?)))
        else {
            return Err(SqlError::new(
                40532,
                1,
                format!("Cannot open server \"{name}\" requested by the login. The login failed."),
            ));
        };
        let login = server.text("properties.administratorLogin");
        let mut logins: BTreeSet<String> = login.map(str::to_owned).into_iter().collect();
        if let Some(more) = made {
            logins.extend(more);
        }
        let id = server.id();
        let address =
            |rule: &Stored, path: &str| rule.text(path).and_then(|text| text.parse().ok());
        let status = "properties.privateLinkServiceConnectionState.status";
        Ok(Self {
            id: id.to_owned(),
            server: name.to_owned(),
            tenant,
            public: server.text("properties.publicNetworkAccess") == Some("Enabled"),
            rules: arm
                .of_type(id, FIREWALL_RULES)
                .map(|rule| {
                    (
                        address(rule, "properties.startIpAddress"),
                        address(rule, "properties.endIpAddress"),
                    )
                })
                .collect(),
            private: arm
                .of_type(id, PRIVATE_ENDPOINTS)
                .any(|connection| connection.text(status) == Some("Approved")),
            administrator: arm
                .of_type(id, ADMINISTRATORS)
                .find_map(|administrator| administrator.text("properties.sid")?.parse().ok()),
            entra_only: arm.of_type(id, ADMINISTRATORS).any(|administrator| {
                let only = administrator.get("properties.azureADOnlyAuthentication");
                only.and_then(serde_json::Value::as_bool) == Some(true)
            }),
            logins,
            databases: arm
                .of_type(id, DATABASES)
                .map(|database| {
                    let online = database.text("properties.status") == Some("Online");
                    (database.name().to_owned(), online)
                })
                .collect(),
        })
    }

    /// `inside`: whether the private way leads there from this place.
    fn let_through(&self, from: &Vantage, inside: bool) -> Result<(), SqlError> {
        match from {
            _ if inside => Ok(()),
            _ if !self.public => Err(self.closed()),
            // Without a private way a network of one's own is on the outside, and the server's public name leads to the
            // gateway; its addresses are in nobody's rules.
            Vantage::Inside | Vantage::Subnet(_) => Err(self.not_in_rules(Ipv4Addr::UNSPECIFIED)),
            Vantage::Outside(address) => {
                let admits =
                    |(start, end): &(Option<Ipv4Addr>, Option<Ipv4Addr>)| match (start, end) {
                        (Some(start), Some(end)) => (*start..=*end).contains(address),
                        _ => false,
                    };
                if self.rules.iter().any(admits) {
                    Ok(())
                } else {
                    Err(self.not_in_rules(*address))
                }
            }
        }
    }

    fn closed(&self) -> SqlError {
        SqlError {
            class: 14,
            ..SqlError::new(
                47073,
                1,
                "An instance-specific error occurred while establishing a connection to SQL Server. The public network \
                 interface on this server is not accessible. To connect to this server, use the Private Endpoint from \
                 inside your virtual network.",
            )
        }
    }

    fn not_in_rules(&self, address: Ipv4Addr) -> SqlError {
        SqlError {
            class: 14,
            ..SqlError::new(
                40615,
                1,
                format!(
                    "Cannot open server '{}' requested by the login. Client with IP address '{address}' is not allowed \
                     to access the server. To enable access, use the Azure Management Portal or run sp_set_firewall_rule \
                     on the master database to create a firewall rule for this IP address or address range. It may take \
                     up to five minutes for this change to take effect.",
                    self.server
                ),
            )
        }
    }

    fn check_database(&self, name: &str) -> Result<(), SqlError> {
        match self.databases.iter().find(|(own, _)| same_name(own, name)) {
            Some((_, true)) => Ok(()),
            Some((_, false)) => Err(SqlError {
                class: 17,
                ..SqlError::new(
                    40613,
                    1,
                    format!(
                        "Database '{name}' on server '{}' is not currently available. Please retry the connection later.",
                        self.server
                    ),
                )
            }),
            None => Err(SqlError {
                class: 11,
                ..SqlError::new(
                    4060,
                    1,
                    format!(
                        "Cannot open database \"{name}\" requested by the login. The login failed."
                    ),
                )
            }),
        }
    }

    fn rights(
        &self,
        state: &mut State,
        caller: &Caller,
        database: &str,
    ) -> Result<Rights, SqlError> {
        let groups = groups(state, caller);
        // An application is known by its client id, a person and a group by the object id.
        let own = match caller.kind {
            CallerKind::Person => Some(caller.object_id),
            CallerKind::App | CallerKind::ManagedIdentity => caller.app_id,
        };
        let administers = |sid: &Uuid| Some(*sid) == own || groups.contains(sid);
        if self.administrator.as_ref().is_some_and(administers) {
            return Ok(Rights::Dbo);
        }
        let empty = Catalogue::default();
        let catalogue = state
            .section::<SqlSection>()
            .catalogue(&self.server, database)
            .unwrap_or(&empty);
        let own = own.map(|id| Sid::of_application(AppId::new(id)));
        let groups: Vec<_> = groups
            .into_iter()
            .map(|id| Sid::of_object(ObjectId::new(id)))
            .collect();
        let admits = |kind: &str, sid: &Sid| match kind {
            "E" => Some(sid) == own.as_ref(),
            "X" => groups.contains(sid),
            _ => false,
        };
        catalogue
            .users
            .iter()
            .find(|(_, user)| admits(&user.kind, &user.sid))
            .map(|(name, _)| Rights::User(name.clone()))
            .ok_or_else(refused)
    }
}

/// As SQL asks for them: from the directory itself, without Graph's lag; not those of a principal that is gone.
fn groups(state: &State, caller: &Caller) -> Vec<Uuid> {
    let directory = state.directory_ref();
    let there = directory.object(caller.tenant, caller.object_id, Read::Authoritative);
    match there {
        Some(_) => directory
            .groups_of(caller.tenant, caller.object_id)
            .into_iter()
            .collect(),
        None => Vec::new(),
    }
}

/// What a token that does not do, and one without a user, are refused with.
pub(in crate::fake) fn refused() -> SqlError {
    SqlError {
        class: 14,
        ..SqlError::new(
            18456,
            1,
            "Login failed for user '<token-identified principal>'.",
        )
    }
}
