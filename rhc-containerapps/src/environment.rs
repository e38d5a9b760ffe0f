//! Environments: the network, the logs and the domain that apps share.

use rhc_arm::{ResourceType, model, open_enum};

open_enum! {
    /// How far an environment has come.
    EnvironmentState {
        /// Done.
        Succeeded = "Succeeded",
        /// It did not work.
        Failed = "Failed",
        /// It was cancelled.
        Canceled = "Canceled",
        /// It waits.
        Waiting = "Waiting",
        /// It begins.
        InitializationInProgress = "InitializationInProgress",
        /// Its infrastructure is being made.
        InfrastructureSetupInProgress = "InfrastructureSetupInProgress",
        /// Its infrastructure is there.
        InfrastructureSetupComplete = "InfrastructureSetupComplete",
        /// It goes away.
        ScheduledForDelete = "ScheduledForDelete",
        /// It is being changed. Recorded, though the description does not name it.
        Updating = "Updating",
    }
}

model! {
    /// The properties of a Container Apps environment.
    ///
    /// Source: [Container Apps REST, 2025-07-01](https://learn.microsoft.com/rest/api/resource-manager/containerapps/managed-environments).
    ManagedEnvironmentProperties {
        /// Read only.
        provisioning_state: EnvironmentState,
        /// Where it is in the network. Immutable.
        vnet_configuration: VnetConfiguration,
        /// Read only: the domain below which its apps are reached.
        default_domain: String,
        /// Read only: the address that its apps are reached under.
        static_ip: String,
        /// Where its logs go.
        app_logs_configuration: AppLogsConfiguration,
        /// Whether it survives the loss of a zone. Immutable.
        zone_redundant: bool,
        /// What its apps can run on.
        workload_profiles: Vec<WorkloadProfile>,
        /// Encryption between its apps, with identities checked.
        peer_authentication: PeerAuthentication,
        /// Encryption between its apps.
        peer_traffic_configuration: PeerTrafficConfiguration,
        /// `Enabled` or `Disabled`.
        public_network_access: String,
        /// Its own domain's data.
        custom_domain_configuration: CustomDomainConfiguration,
        /// The resource group in which the service keeps what it needs.
        infrastructure_resource_group: String,
    }

    /// Where an environment is in the network.
    VnetConfiguration {
        /// Whether it is reached from the network only.
        internal: bool,
        /// The id of its subnet.
        infrastructure_subnet_id: String,
    }

    /// Where an environment's logs go. There is no field for a workspace's key: `azure-monitor` needs none.
    AppLogsConfiguration {
        /// `azure-monitor`, or `log-analytics`, which would carry a shared key.
        destination: String,
    }

    /// What apps can run on.
    WorkloadProfile {
        /// Its name.
        name: String,
        /// `Consumption`, or a dedicated type such as `D4`.
        workload_profile_type: String,
        /// Fewest nodes, for dedicated ones.
        minimum_count: i32,
        /// Most nodes, for dedicated ones.
        maximum_count: i32,
    }

    /// Encryption between apps, with identities checked.
    PeerAuthentication {
        /// Mutual TLS.
        mtls: Switch,
    }

    /// Encryption between apps.
    PeerTrafficConfiguration {
        /// Whether it is on.
        encryption: Switch,
    }

    /// On or off.
    Switch {
        /// Whether it is on.
        enabled: bool,
    }

    /// The data of an environment's own domain.
    CustomDomainConfiguration {
        /// Read only: what the TXT record `asuid.<host>` must hold.
        custom_domain_verification_id: String,
    }
}

/// A Container Apps environment.
///
/// Role: [Container Apps ManagedEnvironments Contributor](https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/containers#container-apps-managedenvironments-contributor),
/// and `Microsoft.Network/virtualNetworks/subnets/join/action` on its subnet.
#[derive(Debug, Clone)]
pub enum ManagedEnvironment {}

impl ResourceType for ManagedEnvironment {
    const TYPE: &'static str = "Microsoft.App/managedEnvironments";
    const API_VERSION: &'static str = crate::API_VERSION;
    const READ_ONLY: &'static [&'static str] = &[
        "defaultDomain",
        "staticIp",
        "deploymentErrors",
        "eventStreamEndpoint",
        "kedaConfiguration",
        "daprConfiguration",
        "privateEndpointConnections",
    ];
    type Properties = ManagedEnvironmentProperties;
}
