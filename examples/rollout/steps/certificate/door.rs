//! A vault's door: its firewall, and the role without which nobody may work in it.

use std::fmt;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use rhc_arm::types::authorization::{PrincipalType, RoleAssignment, RoleAssignmentProperties};
use rhc_arm::types::key_vault::{Vault, VaultIpRule};
use rhc_arm::{ArmClient, Resource, ResourceId, Resources};
use rhc_core::TenantId;
use rhc_external_id::{KeyVaultClient, VaultRefusal};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::engine::{Door, DoorName, Knocked, StepError, TenantKey};
use crate::steps::arm_resource::{parse, worth_repeating};
use crate::steps::clients::Clients;

/// Key Vault Certificates Officer: makes and reads certificates, and can use no key.
const CERTIFICATES_OFFICER: &str = "a4417e6f-fecd-4de8-b567-7b0420556985";

/// The words that name the role for which a vault's door is opened.
pub(crate) fn role_words(vault: &str, principal: &str) -> String {
    format!("operator window/{vault}/{principal}").to_lowercase()
}

/// The id that words stand for.
pub(crate) fn named(words: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, words.as_bytes())
}

/// The door of a vault.
pub(in crate::steps) struct VaultDoor {
    name: DoorName,
    arm: ArmClient,
    id: ResourceId,
    client: KeyVaultClient,
    principal: PrincipalType,
    /// Whether it was seen that the public network is off.
    is_hidden: AtomicBool,
}

impl VaultDoor {
    /// What doors of this kind are called.
    pub(in crate::steps) const KIND: &str = "vault";
    /// What they are called where the vault is reached by its private endpoint alone: whoever closes such a door switches the
    /// public network off again, and knows that by this word.
    pub(in crate::steps) const PRIVATE: &str = "private vault";

    /// The door of the vault with this id, for whoever is signed in.
    pub(super) async fn of(
        clients: &Clients,
        tenant: &TenantKey,
        tenant_id: TenantId,
        resource: &str,
        is_private: bool,
    ) -> Result<Self, StepError> {
        let ourselves = clients.ourselves(tenant, tenant_id).await?;
        let id = parse(resource)?;
        let name = DoorName {
            kind: if is_private {
                Self::PRIVATE
            } else {
                Self::KIND
            }
            .to_owned(),
            name: id.name().to_owned(),
            tenant: tenant.clone(),
            tenant_id: tenant_id.to_string(),
            resource: resource.to_owned(),
            principal: ourselves.object,
        };
        let principal = if ourselves.is_application {
            PrincipalType::ServicePrincipal
        } else {
            PrincipalType::User
        };
        Self::named(clients, name, tenant_id, id, principal)
    }

    pub(in crate::steps) fn named(
        clients: &Clients,
        name: DoorName,
        tenant_id: TenantId,
        id: ResourceId,
        principal: PrincipalType,
    ) -> Result<Self, StepError> {
        let address = format!("https://{}.vault.azure.net/", id.name());
        Ok(Self {
            arm: clients.arm_at(&name.tenant, tenant_id)?,
            client: clients.vault_at(&name.tenant, tenant_id, &address)?,
            name,
            id,
            principal,
            is_hidden: AtomicBool::new(false),
        })
    }

    /// What lies behind it.
    pub(super) fn client(&self) -> KeyVaultClient {
        self.client.clone()
    }

    fn vaults(&self) -> Result<Resources<Vault>, StepError> {
        let group = self.id.parent().ok_or_else(|| {
            StepError::bug(format!("the vault {} stands in no resource group", self.id))
        })?;
        Ok(self.arm.resources(group))
    }

    fn roles(&self) -> Resources<RoleAssignment> {
        self.arm.resources(self.id.clone())
    }

    /// The role's name follows from vault and principal: whoever closes the door finds it without having opened it.
    fn role_name(&self) -> String {
        named(&role_words(&self.id.to_string(), &self.name.principal)).to_string()
    }

    async fn give_role(&self) -> Result<(), StepError> {
        let subscription = self.id.to_string();
        let subscription: Vec<&str> = subscription.split('/').take(3).collect();
        let definition = format!(
            "{}/providers/Microsoft.Authorization/roleDefinitions/{CERTIFICATES_OFFICER}",
            subscription.join("/")
        );
        let mut properties = RoleAssignmentProperties::new(
            parse(&definition)?,
            self.name.principal.clone(),
            self.principal.clone(),
        );
        properties.description =
            Some("the rollout's operator window: taken away when the work is done".to_owned());
        let role = Resource::<RoleAssignment>::new(properties);
        match self.roles().put(&self.role_name(), &role).await {
            Ok(_) => Ok(()),
            // He has it for good, under another name, which is not ours to take away.
            Err(error) if error.has_code("RoleAssignmentExists") => Ok(()),
            Err(error) => Err(worth_repeating(error)),
        }
    }

    fn is_private(&self) -> bool {
        self.name.kind == Self::PRIVATE
    }

    /// Reads the firewall's addresses, changes them and writes them back, if there is something to change. The public network of
    /// a private vault is switched in the same request, whatever the vault shows of it: what was asked for before a kill may
    /// still be under way.
    async fn addresses(
        &self,
        public: &str,
        change: impl FnOnce(&mut Vec<VaultIpRule>) -> bool,
    ) -> Result<(), StepError> {
        let vaults = self.vaults()?;
        // A vault that is no more lets nobody in.
        let Some(vault) = vaults.get_opt(&self.name.name).await? else {
            return Ok(());
        };
        let mut acls = vault.properties.network_acls.unwrap_or_default();
        let mut rules = acls.ip_rules.take().unwrap_or_default();
        if !change(&mut rules) && !self.is_private() {
            return Ok(());
        }
        acls.ip_rules = Some(rules);
        if self.is_private() {
            // The firewall counts as soon as the public network is on.
            acls.default_action = Some("Deny".to_owned());
        }
        let acls: Value = serde_json::to_value(acls)
            .map_err(|error| StepError::bug(format!("a firewall is not JSON: {error}")))?;
        let mut change = json!({ "properties": { "networkAcls": acls } });
        if self.is_private() {
            change["properties"]["publicNetworkAccess"] = public.into();
        }
        let written = vaults.update(&self.name.name, &change).await;
        written.map(|_| ()).map_err(worth_repeating)
    }
}

fn is_for(rule: &VaultIpRule, address: Ipv4Addr) -> bool {
    let own = rule.value.as_deref().unwrap_or_default();
    own.strip_suffix("/32").unwrap_or(own) == address.to_string()
}

#[async_trait]
impl Door for VaultDoor {
    fn name(&self) -> &DoorName {
        &self.name
    }

    async fn knock(&self) -> Result<Knocked, StepError> {
        Ok(match self.client.refusal().await? {
            None => Knocked::Open,
            Some(VaultRefusal::Firewall { address }) => Knocked::Closed { seen_as: address },
            Some(VaultRefusal::PublicAccessOff) if self.is_private() => {
                self.is_hidden.store(true, Ordering::Relaxed);
                Knocked::Hidden
            }
            Some(VaultRefusal::PublicAccessOff) => Knocked::Shut {
                why: format!(
                    "the vault {} is reached by its private endpoint only",
                    self.name.name
                ),
                way_out: "run the rollout from inside the network, or give the vault public access with a firewall",
            },
            Some(_) => Knocked::NoRights,
        })
    }

    /// Without an address the public network of a vault that hid is switched on and nobody let in: then the vault says by which
    /// address it knows us. Whoever comes by the private endpoint needs the role alone.
    async fn open(&self, address: Option<Ipv4Addr>) -> Result<(), StepError> {
        self.give_role().await?;
        let Some(address) = address else {
            return if self.is_hidden.load(Ordering::Relaxed) {
                self.addresses("Enabled", |_| false).await
            } else {
                Ok(())
            };
        };
        self.addresses("Enabled", |rules| {
            let missing = !rules.iter().any(|rule| is_for(rule, address));
            if missing {
                rules.push(VaultIpRule {
                    value: Some(format!("{address}/32")),
                    ..VaultIpRule::default()
                });
            }
            missing
        })
        .await
    }

    async fn close(&self, address: Option<Ipv4Addr>) -> Result<(), StepError> {
        // Both are tried, whichever fails.
        let network = match address {
            None if !self.is_private() => Ok(()),
            address => {
                self.addresses("Disabled", |rules| {
                    let before = rules.len();
                    rules.retain(|rule| !address.is_some_and(|address| is_for(rule, address)));
                    rules.len() != before
                })
                .await
            }
        };
        let role = self.roles().delete(&self.role_name()).await;
        network.and(role.map_err(StepError::from))
    }
}

impl fmt::Debug for VaultDoor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VaultDoor")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
