//! The tenants of the World and their directory objects, with Graph's replication delay.

mod first_party;
mod object;
mod people;
mod read;
mod tenant;
mod write;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::section::SectionProblem;

pub use first_party::{
    AZURE_CLI, AZURE_RESOURCE_MANAGER, FirstParty, GRAPH_COMMAND_LINE_TOOLS, MICROSOFT_GRAPH,
    MICROSOFT_TENANT, by_identifier, first_party,
};
pub use object::{DirectoryObject, ObjectKind, Previous, Read, View};
pub use tenant::{
    AppRoleAssignment, Creator, GLOBAL_ADMINISTRATOR, NewTenant, RoleAssignment, Tenant, TenantKind,
};
pub use write::DirectoryError;

/// How long after a write readers still see the directory without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replication {
    /// Reads by id or natural key.
    pub point_read: Duration,
    /// Lists and filters.
    pub list: Duration,
}

impl Replication {
    /// Every reader sees every write at once.
    pub const NONE: Self = Self {
        point_read: Duration::ZERO,
        list: Duration::ZERO,
    };
}

impl Default for Replication {
    /// Unverified: third-party notes speak of some thirty seconds; Terraform's provider asks five times, five
    /// seconds apart, before it believes an absence.
    fn default() -> Self {
        Self {
            point_read: Duration::from_secs(5),
            list: Duration::from_secs(20),
        }
    }
}

/// The tenants of the World.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Directory {
    tenants: BTreeMap<Uuid, Tenant>,
    #[serde(skip)]
    replication: Replication,
    #[serde(skip, default = "epoch")]
    now: OffsetDateTime,
}

fn epoch() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH
}

impl Default for Directory {
    fn default() -> Self {
        Self {
            tenants: BTreeMap::new(),
            replication: Replication::default(),
            now: epoch(),
        }
    }
}

impl Directory {
    pub(super) fn set_now(&mut self, now: OffsetDateTime) {
        self.now = now;
    }

    pub(super) fn set_replication(&mut self, replication: Replication) {
        self.replication = replication;
    }

    /// What a person can break by editing the file.
    pub(super) fn validate(&self) -> Result<(), SectionProblem> {
        let mut domains = BTreeMap::new();
        for (id, tenant) in &self.tenants {
            let at = |rest: &str| format!("tenants.{id}.{rest}");
            if tenant.id != *id {
                return Err(SectionProblem::new(
                    at("id"),
                    format!("{} is not the key that the tenant stands under", tenant.id),
                ));
            }
            if !tenant.domains.contains(&tenant.initial_domain) {
                return Err(SectionProblem::new(
                    at("domains"),
                    format!("the initial domain {} is missing", tenant.initial_domain),
                ));
            }
            for (index, domain) in tenant.domains.iter().enumerate() {
                if let Some(other) = domains.insert(domain.to_ascii_lowercase(), *id) {
                    return Err(SectionProblem::new(
                        at(&format!("domains[{index}]")),
                        format!("{domain} already belongs to tenant {other}"),
                    ));
                }
            }
            for (object_id, object) in &tenant.objects {
                let stated = object.text("id").and_then(|id| id.parse::<Uuid>().ok());
                if stated != Some(*object_id) {
                    return Err(SectionProblem::new(
                        at(&format!("objects.{object_id}.body.id")),
                        "it must be the key that the object stands under",
                    ));
                }
            }
        }
        Ok(())
    }
}
