//! The resource types, one small file each, by namespace.
//!
//! Each is pinned to the newest stable version in Microsoft's descriptions
//! ([types](https://github.com/Azure/bicep-types-az), [operations](https://github.com/Azure/azure-rest-api-specs), read in August 2026)
//! and names the page of its properties. What it does not model is kept in `rest`.

pub mod aadiam;
pub mod authorization;
pub mod billing;
pub mod communication;
pub mod container_registry;
pub mod insights;
pub mod key_vault;
pub mod managed_identity;
pub mod network;
pub mod operational_insights;
pub mod resource_graph;
pub mod resources;
pub mod security;
pub mod storage;
pub mod subscription;

use crate::{ResourceId, model, open_enum};

model! {
    /// A reference to another resource.
    ResourceRef {
        /// Its id.
        id: ResourceId,
    }
}

impl From<ResourceId> for ResourceRef {
    fn from(id: ResourceId) -> Self {
        Self {
            id: Some(id),
            ..Self::default()
        }
    }
}

open_enum! {
    /// On or off.
    Switch {
        /// On.
        Enabled = "Enabled",
        /// Off.
        Disabled = "Disabled",
    }
}
