//! `Microsoft.KeyVault`: vaults. What is in them is the data plane's.

mod vault;

pub use vault::{
    DeletedVault, DeletedVaultProperties, NetworkAcls, Vault, VaultIpRule, VaultNetworkRule,
    VaultProperties, VaultSku,
};
