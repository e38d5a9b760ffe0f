//! What runs of a revision.

use rhc_arm::{ResourceType, model};

model! {
    /// The properties of a replica. All of it is read only.
    ///
    /// Source: [replicas, 2025-07-01](https://learn.microsoft.com/rest/api/resource-manager/containerapps/container-apps-revision-replicas).
    ReplicaProperties {
        /// When it was made.
        created_time: String,
        /// `Running`, `NotRunning` or `Unknown`.
        running_state: String,
        /// Why.
        running_state_details: String,
        /// Its containers.
        containers: Vec<ReplicaContainer>,
        /// The containers that run before the others begin.
        init_containers: Vec<ReplicaContainer>,
    }

    /// A container of a replica.
    ReplicaContainer {
        /// Its name.
        name: String,
        /// Its id on its node.
        container_id: String,
        /// Whether it may have traffic.
        ready: bool,
        /// Whether it has started.
        started: bool,
        /// How often it was started again.
        restart_count: i32,
        /// `Running`, `Terminated` or `Waiting`.
        running_state: String,
        /// Why.
        running_state_details: String,
    }
}

/// A replica of a revision: made and ended by the service. Its scope is a revision.
///
/// Role: [Container Apps Contributor](https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/containers#container-apps-contributor).
#[derive(Debug, Clone)]
pub enum Replica {}

impl ResourceType for Replica {
    const TYPE: &'static str = "Microsoft.App/containerApps/revisions/replicas";
    const API_VERSION: &'static str = crate::API_VERSION;
    const LONG_RUNNING: bool = false;
    type Properties = ReplicaProperties;
}
