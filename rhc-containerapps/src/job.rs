//! Jobs: containers that run, do one thing and end.

use rhc_arm::{ResourceType, model, open_enum};

use crate::{Container, IdentitySetting, RegistryCredentials, SecretReference, Volume};

open_enum! {
    /// What starts a job.
    TriggerType {
        /// Somebody does.
        Manual = "Manual",
        /// The clock does.
        Schedule = "Schedule",
        /// A queue or another source does.
        Event = "Event",
    }

    /// What an execution is doing, or how it ended.
    ExecutionStatus {
        /// Its containers run.
        Running = "Running",
        /// It is being prepared.
        Processing = "Processing",
        /// Somebody stopped it.
        Stopped = "Stopped",
        /// Some of its replicas failed.
        Degraded = "Degraded",
        /// A container ended with another code than 0, more often than it may be tried again, or took too long.
        Failed = "Failed",
        /// The service cannot say.
        Undetermined = "Unknown",
        /// Every container ended with 0.
        Succeeded = "Succeeded",
    }
}

impl ExecutionStatus {
    /// Whether it has ended, in whatever way.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(
            self,
            Self::Stopped | Self::Degraded | Self::Failed | Self::Succeeded
        )
    }
}

model! {
    /// The properties of a job.
    ///
    /// Source: [Container Apps REST, 2025-07-01](https://learn.microsoft.com/rest/api/resource-manager/containerapps/jobs).
    JobProperties {
        /// Read only.
        provisioning_state: String,
        /// The id of the environment. Immutable.
        environment_id: String,
        /// The workload profile that it runs on, such as `Consumption`.
        workload_profile_name: String,
        /// What starts it and how often it is tried.
        configuration: JobConfiguration,
        /// What runs.
        template: JobTemplate,
        /// Read only: the addresses that it is seen under.
        outbound_ip_addresses: Vec<String>,
    }

    /// What starts a job and how often it is tried.
    JobConfiguration {
        /// What starts it.
        trigger_type: TriggerType,
        /// Seconds that a replica may run.
        replica_timeout: i32,
        /// How often a replica that failed is run again.
        replica_retry_limit: i32,
        /// For a job that somebody starts.
        manual_trigger_config: ManualTrigger,
        /// For a job that the clock starts.
        schedule_trigger_config: ScheduleTrigger,
        /// From where images are pulled.
        registries: Vec<RegistryCredentials>,
        /// Names of secrets; the values stay in the vault.
        secrets: Vec<SecretReference>,
        /// Which containers see which identity.
        identity_settings: Vec<IdentitySetting>,
    }

    /// A job that somebody starts.
    ManualTrigger {
        /// How many replicas run at the same time.
        parallelism: i32,
        /// How many replicas must succeed.
        replica_completion_count: i32,
    }

    /// A job that the clock starts.
    ScheduleTrigger {
        /// When, as a cron expression of five parts, in UTC.
        cron_expression: String,
        /// How many replicas run at the same time.
        parallelism: i32,
        /// How many replicas must succeed.
        replica_completion_count: i32,
    }

    /// What runs. At a start it can be given anew, and then counts for that execution in place of the job's.
    JobTemplate {
        /// Containers that run and end before the others begin.
        init_containers: Vec<Container>,
        /// The containers.
        containers: Vec<Container>,
        /// What the containers can mount. Not at a start.
        volumes: Vec<Volume>,
    }

    /// An execution of a job.
    ///
    /// Source: [job executions](https://learn.microsoft.com/rest/api/resource-manager/containerapps/jobs-executions).
    JobExecutionProperties {
        /// What it is doing, or how it ended.
        status: ExecutionStatus,
        /// When it began.
        start_time: String,
        /// When it ended.
        end_time: String,
        /// What ran.
        template: JobTemplate,
    }
}

/// A job.
///
/// Role: [Container Apps Jobs Contributor](https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/containers#container-apps-jobs-contributor);
/// making one also needs `Microsoft.App/managedEnvironments/join/action` on the environment and
/// `Microsoft.ManagedIdentity/userAssignedIdentities/assign/action` on each identity that it names.
#[derive(Debug, Clone)]
pub enum Job {}

impl ResourceType for Job {
    const TYPE: &'static str = "Microsoft.App/jobs";
    const API_VERSION: &'static str = crate::API_VERSION;
    const READ_ONLY: &'static [&'static str] = &["outboundIpAddresses", "eventStreamEndpoint"];
    type Properties = JobProperties;
}

/// An execution of a job: made by a start, never by hand.
///
/// Role: [Container Apps Jobs Operator](https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/containers#container-apps-jobs-operator).
#[derive(Debug, Clone)]
pub enum JobExecution {}

impl ResourceType for JobExecution {
    const TYPE: &'static str = "Microsoft.App/jobs/executions";
    const API_VERSION: &'static str = crate::API_VERSION;
    const LONG_RUNNING: bool = false;
    type Properties = JobExecutionProperties;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_still_going_on_is_not_over() {
        let over = ["Stopped", "degraded", "FAILED", "Succeeded"];
        let open = ["Running", "Processing", "Unknown", "Pausing"];
        assert!(
            over.iter()
                .all(|text| ExecutionStatus::from(*text).is_over())
        );
        assert!(
            !open
                .iter()
                .any(|text| ExecutionStatus::from(*text).is_over())
        );
        assert_eq!(
            ExecutionStatus::from("Unknown"),
            ExecutionStatus::Undetermined
        );
    }
}
