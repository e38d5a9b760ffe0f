//! What all blobs of a storage account have in common.

use crate::{ResourceType, model};

model! {
    /// What all blobs of an account have in common.
    BlobServiceProperties {
        /// For how long a deleted blob can be brought back.
        delete_retention_policy: DeleteRetention,
        /// For how long a deleted container can be brought back.
        container_delete_retention_policy: DeleteRetention,
        /// Whether what is overwritten stays as an older version.
        is_versioning_enabled: bool,
        /// The record of what changed.
        change_feed: ChangeFeed,
    }

    /// For how long what is deleted can be brought back.
    DeleteRetention {
        /// Whether it can at all.
        enabled: bool,
        /// For how many days: 1 to 365.
        days: i64,
        /// Whether it can be deleted for good before that.
        allow_permanent_delete: bool,
    }

    /// The record of what changed.
    ChangeFeed {
        /// Whether there is one.
        enabled: bool,
        /// For how many days it is kept; without a value for ever.
        retention_in_days: i64,
    }
}

/// The blobs of a storage account: there is one, called [`NAME`](Self::NAME), and it is there from the start. Its scope
/// is the account.
///
/// Role: Storage Account Contributor.
/// Source: [blob services](https://learn.microsoft.com/azure/templates/microsoft.storage/storageaccounts/blobservices).
#[derive(Debug, Clone)]
pub enum BlobService {}

impl BlobService {
    /// What the only one is called.
    pub const NAME: &'static str = "default";
}

impl ResourceType for BlobService {
    const TYPE: &'static str = "Microsoft.Storage/storageAccounts/blobServices";
    const API_VERSION: &'static str = super::API_VERSION;
    const LONG_RUNNING: bool = false;
    type Properties = BlobServiceProperties;
}
