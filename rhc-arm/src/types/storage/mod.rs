//! `Microsoft.Storage`: storage accounts and their blobs. Nothing here hands out a key.

mod account;
mod blob_service;

pub use account::{
    SasPolicy, StorageAccount, StorageAccountProperties, StorageEncryption, StorageIpRule,
    StorageNetworkRule, StorageNetworkRules,
};
pub use blob_service::{BlobService, BlobServiceProperties, ChangeFeed, DeleteRetention};

/// The version of the provider's types.
const API_VERSION: &str = "2026-04-01";
