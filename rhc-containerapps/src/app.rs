//! Container apps and their revisions.

use rhc_arm::{ResourceType, model, open_enum};

use crate::{Volume, VolumeMount};

open_enum! {
    /// How many revisions are active.
    ActiveRevisionsMode {
        /// The newest only.
        Single = "Single",
        /// As many as are wanted; traffic is divided by weight.
        Multiple = "Multiple",
    }

    /// How a custom host name is bound to its certificate.
    BindingType {
        /// Not yet.
        Disabled = "Disabled",
        /// By server name.
        SniEnabled = "SniEnabled",
        /// The service chooses. Unverified: whether it works in every region.
        Auto = "Auto",
    }

    /// What the app is doing.
    RunningStatus {
        /// A revision is being made.
        Progressing = "Progressing",
        /// It runs.
        Running = "Running",
        /// It was stopped.
        Stopped = "Stopped",
        /// It was suspended.
        Suspended = "Suspended",
        /// It is ready.
        Ready = "Ready",
    }

    /// What a probe asks.
    ProbeType {
        /// Is it alive?
        Liveness = "Liveness",
        /// May it have traffic?
        Readiness = "Readiness",
        /// Has it started?
        Startup = "Startup",
    }
}

model! {
    /// The properties of a container app.
    ///
    /// Source: [Container Apps REST, 2025-07-01](https://learn.microsoft.com/rest/api/resource-manager/containerapps/container-apps).
    ContainerAppProperties {
        /// Read only.
        provisioning_state: String,
        /// Read only.
        running_status: RunningStatus,
        /// The id of the environment. Immutable.
        environment_id: String,
        /// The workload profile that it runs on, such as `Consumption`.
        workload_profile_name: String,
        /// Read only.
        latest_revision_name: String,
        /// Read only.
        latest_ready_revision_name: String,
        /// Read only.
        latest_revision_fqdn: String,
        /// Read only: what the TXT record `asuid.<host>` must hold.
        custom_domain_verification_id: String,
        /// What does not make a new revision.
        configuration: Configuration,
        /// What makes a new revision.
        template: Template,
        /// Read only: the addresses that it is seen under.
        outbound_ip_addresses: Vec<String>,
    }

    /// What does not make a new revision when it changes.
    Configuration {
        /// One revision or several.
        active_revisions_mode: ActiveRevisionsMode,
        /// How it is reached. Absent: not at all.
        ingress: Ingress,
        /// From where images are pulled.
        registries: Vec<RegistryCredentials>,
        /// Names of secrets; the values stay in the vault.
        secrets: Vec<SecretReference>,
        /// How many old revisions are kept.
        max_inactive_revisions: i32,
        /// Which containers see which identity.
        identity_settings: Vec<IdentitySetting>,
    }

    /// How an app is reached.
    Ingress {
        /// Read only: its own host name.
        fqdn: String,
        /// Whether it is reached from outside the environment.
        external: bool,
        /// The port on which the container answers.
        target_port: i32,
        /// `auto`, `http`, `http2` or `tcp`.
        transport: String,
        /// Whether unencrypted requests are taken.
        allow_insecure: bool,
        /// Who gets how much of the traffic.
        traffic: Vec<TrafficWeight>,
        /// Host names of one's own.
        custom_domains: Vec<CustomDomain>,
        /// `ignore`, `accept` or `require`.
        client_certificate_mode: String,
    }

    /// A share of the traffic.
    TrafficWeight {
        /// The revision, unless it is the latest.
        revision_name: String,
        /// Percent.
        weight: i32,
        /// Whether this is the latest revision, whichever that is.
        latest_revision: bool,
        /// A label with a host name of its own.
        label: String,
    }

    /// A host name of one's own.
    CustomDomain {
        /// The host name.
        name: String,
        /// How it is bound.
        binding_type: BindingType,
        /// The id of its certificate.
        certificate_id: String,
    }

    /// From where images are pulled, and as whom. There is no field for a password.
    RegistryCredentials {
        /// The host name of the registry.
        server: String,
        /// The id of the identity that pulls.
        identity: String,
    }

    /// A secret that lives in a key vault. There is no field for a value.
    SecretReference {
        /// The name that the app uses for it.
        name: String,
        /// The id of the identity that reads it.
        identity: String,
        /// The address of the secret in the vault.
        key_vault_url: String,
    }

    /// Which containers see an identity.
    IdentitySetting {
        /// The id of the identity.
        identity: String,
        /// `Init`, `Main`, `None` or `All`.
        lifecycle: String,
    }

    /// What makes a new revision when it changes.
    Template {
        /// The end of the revision's name.
        revision_suffix: String,
        /// Containers that run and end before the others begin.
        init_containers: Vec<Container>,
        /// The containers.
        containers: Vec<Container>,
        /// How many replicas there are.
        scale: Scale,
        /// Seconds that a container has to end.
        termination_grace_period_seconds: i64,
        /// What the containers can mount.
        volumes: Vec<Volume>,
    }

    /// A container.
    Container {
        /// Its name.
        name: String,
        /// Its image.
        image: String,
        /// What it may use.
        resources: ContainerResources,
        /// Its environment.
        env: Vec<EnvironmentVar>,
        /// How it is asked whether it is well.
        probes: Vec<Probe>,
        /// The command, in place of the image's.
        command: Vec<String>,
        /// Its arguments.
        args: Vec<String>,
        /// The volumes that it has, and where.
        volume_mounts: Vec<VolumeMount>,
    }

    /// What a container may use.
    ContainerResources {
        /// Cores.
        cpu: f64,
        /// Memory, such as `1Gi`.
        memory: String,
        /// Read only.
        ephemeral_storage: String,
    }

    /// A variable of a container's environment.
    EnvironmentVar {
        /// Its name.
        name: String,
        /// Its value, if it is no secret.
        value: String,
        /// The name of the secret that holds its value.
        secret_ref: String,
    }

    /// How a container is asked whether it is well.
    Probe {
        /// What is asked.
        #[serde(rename = "type")]
        probe_type: ProbeType,
        /// By a request.
        http_get: HttpGet,
        /// By a connection.
        tcp_socket: TcpSocket,
        /// Seconds before the first time.
        initial_delay_seconds: i32,
        /// Seconds between two times.
        period_seconds: i32,
        /// Failures until it counts as unwell.
        failure_threshold: i32,
        /// Successes until it counts as well again; 1 for liveness and startup.
        success_threshold: i32,
        /// Seconds until a request counts as failed.
        timeout_seconds: i32,
    }

    /// A connection that a probe makes.
    TcpSocket {
        /// The port.
        port: i32,
        /// The host, instead of the container.
        host: String,
    }

    /// A request that a probe makes.
    HttpGet {
        /// The path.
        path: String,
        /// The port.
        port: i32,
        /// `HTTP` or `HTTPS`.
        scheme: String,
    }

    /// How many replicas there are.
    Scale {
        /// At least.
        min_replicas: i32,
        /// At most.
        max_replicas: i32,
        /// Seconds between two looks at what scales it. 30 if nothing is said.
        polling_interval: i32,
        /// Seconds before the last replica goes. 300 if nothing is said.
        cooldown_period: i32,
    }

    /// A revision.
    ///
    /// Source: [revisions](https://learn.microsoft.com/rest/api/resource-manager/containerapps/container-apps-revisions).
    RevisionProperties {
        /// When it was made.
        created_time: String,
        /// When it last ran.
        last_active_time: String,
        /// Its own host name.
        fqdn: String,
        /// What it is made of.
        template: Template,
        /// Whether it runs.
        active: bool,
        /// How many replicas it has.
        replicas: i32,
        /// Percent of the traffic.
        traffic_weight: i32,
        /// What is wrong with it.
        provisioning_error: String,
        /// `Healthy`, `Unhealthy` or `None`.
        health_state: String,
        /// `Provisioning`, `Provisioned`, `Failed`, …
        provisioning_state: String,
        /// `Running`, `Processing`, `Stopped`, `Degraded`, `Failed`, …
        running_state: String,
    }
}

/// A container app.
///
/// Role: [Container Apps Contributor](https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/containers#container-apps-contributor);
/// an update also needs `Microsoft.App/managedEnvironments/join/action` on the environment and
/// `Microsoft.ManagedIdentity/userAssignedIdentities/assign/action` on each identity that it names.
#[derive(Debug, Clone)]
pub enum ContainerApp {}

impl ResourceType for ContainerApp {
    const TYPE: &'static str = "Microsoft.App/containerApps";
    const API_VERSION: &'static str = crate::API_VERSION;
    const READ_ONLY: &'static [&'static str] = &[
        "runningStatus",
        "latestRevisionName",
        "latestReadyRevisionName",
        "latestRevisionFqdn",
        "customDomainVerificationId",
        "outboundIpAddresses",
        "eventStreamEndpoint",
        "deploymentErrors",
        "configuration.ingress.fqdn",
    ];
    type Properties = ContainerAppProperties;
}

/// A revision of a container app: made by a change of its template, never by hand.
///
/// Role: as [`ContainerApp`].
#[derive(Debug, Clone)]
pub enum Revision {}

impl ResourceType for Revision {
    const TYPE: &'static str = "Microsoft.App/containerApps/revisions";
    const API_VERSION: &'static str = crate::API_VERSION;
    const LONG_RUNNING: bool = false;
    type Properties = RevisionProperties;
}
