//! Getting in: the vault, the token, the network, the role.

use std::time::Duration;

use http::HeaderMap;
use rhc_arm::fake::{Arm, Plane, VAULTS, VaultNetwork, granting, leads_privately};
use rhc_core::fake::authority::{self, AuthReason, Caller};
use rhc_core::fake::{State, Vantage};
use uuid::Uuid;

use super::error::VaultError;

/// What tokens must be for.
const AUDIENCE: &[&str] = &["https://vault.azure.net"];
/// The zone in which private endpoints to vaults are found.
///
/// Source: [private endpoint DNS](https://learn.microsoft.com/azure/private-link/private-endpoint-dns).
const ZONE: &str = "privatelink.vaultcore.azure.net";
/// How long a role that was just given does not count yet. Unverified: Microsoft says that it may take minutes.
const ROLE_DELAY: Duration = Duration::from_secs(30);

/// What of a vault its data plane goes by.
#[derive(Debug)]
pub(super) struct Vault {
    /// Its id in Resource Manager.
    pub(super) id: String,
    pub(super) name: String,
    pub(super) tenant: Uuid,
    location: String,
    by_roles: bool,
    protected: bool,
    days: i64,
    network: VaultNetwork,
}

/// The vault of this name, if Resource Manager knows it.
pub(super) fn find(state: &State, name: &str) -> Option<Vault> {
    let arm = state.read::<Arm>()?;
    let stored = arm
        .everywhere(VAULTS)
        .find(|vault| vault.name().eq_ignore_ascii_case(name))?;
    let flag = |path: &str| stored.get(path).and_then(serde_json::Value::as_bool) == Some(true);
    Some(Vault {
        id: stored.id().to_owned(),
        name: stored.name().to_owned(),
        tenant: stored.text("properties.tenantId")?.parse().ok()?,
        location: stored.text("location").unwrap_or_default().to_owned(),
        by_roles: flag("properties.enableRbacAuthorization"),
        protected: flag("properties.enablePurgeProtection"),
        days: stored
            .get("properties.softDeleteRetentionInDays")
            .and_then(serde_json::Value::as_i64)
            .unwrap_or(90),
        network: VaultNetwork::in_force(state, stored),
    })
}

impl Vault {
    /// The address of something in it.
    pub(super) fn url(&self, path: &str) -> String {
        format!(
            "https://{}.vault.azure.net/{path}",
            self.name.to_ascii_lowercase()
        )
    }

    /// What becomes of what is deleted.
    pub(super) fn recovery_level(&self) -> String {
        let level = if self.protected {
            "Recoverable"
        } else {
            "Recoverable+Purgeable"
        };
        if self.days < 90 {
            format!("Customized{level}")
        } else {
            level.to_owned()
        }
    }

    /// For how many days.
    pub(super) fn days(&self) -> i64 {
        self.days.clamp(7, 90)
    }
}

/// A caller whom the network let in.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) vault: Vault,
    caller: Caller,
}

impl Visit {
    /// In the order of the real door: who calls, from where; what he may, each operation asks.
    pub(super) fn enter(
        state: &State,
        vault: Vault,
        headers: &HeaderMap,
        from: &Vantage,
    ) -> Result<Self, VaultError> {
        let caller = authority::authenticate(state, headers, AUDIENCE).map_err(|failure| {
            let message = match failure.reason {
                AuthReason::Missing => "AKV10000: Request is missing a Bearer or PoP token.",
                // Unverified: the other numbers.
                AuthReason::WrongAudience(_) => {
                    "AKV10022: Invalid audience. Expected https://vault.azure.net."
                }
                _ => "AKV10046: Unable to validate the token.",
            };
            VaultError::unauthorized(vault.tenant, message)
        })?;
        if caller.tenant != vault.tenant {
            return Err(VaultError::unauthorized(
                vault.tenant,
                format!(
                    "AKV10032: Invalid issuer. Expected one of https://sts.windows.net/{}/, found https://sts.windows.net/{}/.",
                    vault.tenant, caller.tenant
                ),
            ));
        }
        let visit = Self { vault, caller };
        // Who comes by a private endpoint is at home: neither the public door nor the firewall is asked.
        if let Vantage::Subnet(id) = from
            && let Some(arm) = state.read::<Arm>()
            && leads_privately(arm, &visit.vault.id, ZONE, id)
        {
            return Ok(visit);
        }
        if !visit.vault.network.is_public() {
            return Err(VaultError::forbidden(
                "ForbiddenByConnection",
                format!(
                    "Public network access is disabled and request is not from a trusted service nor via an approved \
                     private link.\r\n{}\r\n{}",
                    visit.who(),
                    visit.place()
                ),
            ));
        }
        if !visit.vault.network.admits(from) {
            let address = match from {
                Vantage::Outside(address) => address.to_string(),
                Vantage::Subnet(id) => format!("from unknown subnet {id}"),
            };
            return Err(VaultError::forbidden(
                "ForbiddenByFirewall",
                format!(
                    "Client address is not authorized and caller is not a trusted service.\r\nClient address: \
                     {address}\r\n{}\r\n{}",
                    visit.who(),
                    visit.place()
                ),
            ));
        }
        Ok(visit)
    }

    fn who(&self) -> String {
        format!(
            "Caller: appid={};oid={};iss=https://sts.windows.net/{}/",
            self.caller
                .app_id
                .map_or_else(String::new, |id| id.to_string()),
            self.caller.object_id,
            self.caller.tenant
        )
    }

    fn place(&self) -> String {
        format!(
            "Vault: {};location={}",
            self.vault.name, self.vault.location
        )
    }

    /// Whether the caller's roles allow an action (`certificates/read`) on something in the vault (`certificates/one`).
    pub(super) fn may(&self, state: &State, action: &str, what: &str) -> Result<(), VaultError> {
        let action = format!("Microsoft.KeyVault/vaults/{action}");
        let resource = format!("{}/{what}", self.vault.id);
        let now = state.now();
        let granted = self.vault.by_roles
            && granting(
                state,
                self.caller.tenant,
                self.caller.object_id,
                &resource,
                &action,
                Plane::Data,
            )
            .any(|assignment| now - assignment.created >= ROLE_DELAY);
        if granted {
            return Ok(());
        }
        Err(VaultError::forbidden(
            "ForbiddenByRbac",
            format!(
                "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or \
                 role definitions were changed recently, please observe propagation time.\r\n{}\r\nAction: \
                 '{action}'\r\nResource: '{}'\r\nAssignment: (not found)\r\nDenyAssignmentId: null\r\nDecisionReason: \
                 null \r\n{}\r\n",
                self.who(),
                resource.to_ascii_lowercase(),
                self.place()
            ),
        ))
    }
}
