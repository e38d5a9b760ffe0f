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

/// Gives the markers of all resource types of this crate to a macro: fuzzers and comparisons go through them.
#[doc(hidden)]
#[macro_export]
macro_rules! resource_types {
    ($each:ident) => {
        $each! {
            $crate::types::aadiam::EntraDiagnosticSetting,
            $crate::types::authorization::Lock,
            $crate::types::authorization::PolicyAssignment,
            $crate::types::authorization::RoleAssignment,
            $crate::types::authorization::RoleDefinition,
            $crate::types::billing::BillingAccount,
            $crate::types::billing::BillingProfile,
            $crate::types::billing::InvoiceSection,
            $crate::types::communication::CommunicationService,
            $crate::types::communication::EmailDomain,
            $crate::types::communication::EmailService,
            $crate::types::communication::SenderUsername,
            $crate::types::container_registry::Registry,
            $crate::types::insights::Component,
            $crate::types::insights::DiagnosticCategory,
            $crate::types::insights::DiagnosticSetting,
            $crate::types::key_vault::DeletedVault,
            $crate::types::key_vault::Vault,
            $crate::types::managed_identity::FederatedCredential,
            $crate::types::managed_identity::UserAssignedIdentity,
            $crate::types::network::DnsCname,
            $crate::types::network::DnsTxt,
            $crate::types::network::DnsZone,
            $crate::types::network::DnsZoneGroup,
            $crate::types::network::PrivateDnsRecord,
            $crate::types::network::PrivateDnsZone,
            $crate::types::network::PrivateDnsZoneLink,
            $crate::types::network::PrivateEndpoint,
            $crate::types::network::SecurityGroup,
            $crate::types::network::Subnet,
            $crate::types::network::VirtualNetwork,
            $crate::types::operational_insights::Table,
            $crate::types::operational_insights::Workspace,
            $crate::types::resources::Deployment,
            $crate::types::resources::ResourceGroup,
            $crate::types::resources::Tags,
            $crate::types::security::Assessment,
            $crate::types::storage::BlobService,
            $crate::types::storage::StorageAccount,
            $crate::types::subscription::SubscriptionAlias,
        }
    };
}
