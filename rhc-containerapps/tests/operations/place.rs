//! What the fixtures are recorded from: a World with one tenant, one subscription and one resource group.

use rhc_arm::fake::Arm;
use rhc_arm::{Resource, ResourceId};
use rhc_containerapps::{
    AccessMode, ActiveRevisionsMode, AppLogsConfiguration, AzureFile, Certificate,
    CertificateProperties, Configuration, Container, ContainerApp, ContainerAppProperties,
    DomainControlValidation, EnvironmentStorage, HttpGet, Ingress, Job, JobConfiguration,
    JobProperties, JobTemplate, ManagedCertificate, ManagedCertificateProperties,
    ManagedEnvironment, ManagedEnvironmentProperties, ManualTrigger, Probe, ProbeType, Scale,
    SecretKeyVaultProperties, StorageProperties, Template, TriggerType, WorkloadProfile,
};
use rhc_core::fake::directory::Replication;
use rhc_core::fake::{Dns, RecordType, State, World, WorldOptions};
use rhc_core::testing::Live;
use serde_json::{Value, json};

pub(crate) const SUBSCRIPTION: &str = "11111111-1111-4111-8111-111111111111";
pub(crate) const HOST: &str = "www.example.org";
const DOMAIN: &str = "kindstone-94265584.eastus2.azurecontainerapps.io";

/// What is there before the operation.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub(crate) enum There {
    Nothing,
    Environment,
    App,
    Hostname,
    Job,
}

pub(crate) async fn live(there: There) -> Live {
    // The recorder goes on with the clock that stands still from here.
    tokio::time::pause();
    let world = World::new(WorldOptions {
        replication: Replication::NONE,
        ..WorldOptions::default()
    });
    rhc_arm::fake::mount(&world);
    rhc_containerapps::fake::mount(&world);
    world.with(|state| {
        let tenant = state.directory().add_workforce_tenant("contoso").unwrap();
        let owner = state.directory().operator(tenant).unwrap();
        let id = SUBSCRIPTION.parse().unwrap();
        let providers = &["Microsoft.App"];
        rhc_arm::fake::create_subscription(state, id, "fixtures", tenant, owner, providers);
        put(state, "", json!({ "location": "eastus2" }));
        if there >= There::Environment {
            let mut body = json!(environment());
            body["properties"]["provisioningState"] = json!("Succeeded");
            body["properties"]["defaultDomain"] = json!(DOMAIN);
            body["type"] = json!("Microsoft.App/managedEnvironments");
            put(
                state,
                "/providers/Microsoft.App/managedEnvironments/env",
                body,
            );
        }
        if there >= There::App {
            app_with_revision(state);
        }
        if there >= There::Hostname {
            hostname(state);
        }
        if there >= There::Job {
            job_with_execution(state);
        }
    });
    Live {
        transport: world.transport(),
        credential: world.sign_in("contoso.onmicrosoft.com", &[]),
        clock: world.clock(),
        source: "embedded",
    }
}

pub(crate) fn put(state: &mut State, below: &str, mut body: Value) {
    body["id"] = json!(format!("{}{below}", group()));
    rhc_arm::fake::put_resource(state, body);
}

pub(crate) fn app_with_revision(state: &mut State) {
    let mut body = json!(app());
    body["type"] = json!("Microsoft.App/containerApps");
    let own = &mut body["properties"];
    own["provisioningState"] = json!("Succeeded");
    own["runningStatus"] = json!("Running");
    own["latestRevisionName"] = json!("web--v1");
    own["latestReadyRevisionName"] = json!("web--v1");
    own["configuration"]["ingress"]["fqdn"] = json!(format!("web.{DOMAIN}"));
    own["configuration"]["ingress"]["traffic"] = json!([{ "weight": 100, "latestRevision": true }]);
    let revision = json!({
        "type": "Microsoft.App/containerApps/revisions",
        "properties": {
            "createdTime": "2026-11-23T09:00:00Z", "fqdn": format!("web--v1.{DOMAIN}"), "active": true,
            "replicas": 1, "trafficWeight": 0, "healthState": "Healthy", "provisioningState": "Provisioned",
            "runningState": "Running", "template": own["template"],
        },
    });
    let at = "/providers/Microsoft.App/containerApps/web";
    put(state, at, body);
    put(state, &format!("{at}/revisions/web--v1"), revision);
}

/// The app's own host name, with its records.
pub(crate) fn hostname(state: &mut State) {
    let app = format!("{}/providers/Microsoft.App/containerApps/web", group());
    let own = state.section::<Arm>().get_mut(&app).unwrap();
    own.set(
        "properties.configuration.ingress.customDomains",
        json!([{ "name": HOST, "bindingType": "Disabled" }]),
    );
    let environment = environment_id().to_string();
    let proof = "D0".repeat(32);
    let own = state.section::<Arm>().get_mut(&environment).unwrap();
    own.set(
        "properties.customDomainConfiguration.customDomainVerificationId",
        proof.as_str(),
    );
    own.set("properties.staticIp", "203.0.113.7");
    let dns = state.section::<Dns>();
    dns.add_zone("example.org");
    dns.set(&format!("asuid.{HOST}"), RecordType::Txt, [proof]);
    dns.set(HOST, RecordType::Cname, [format!("web.{DOMAIN}")]);
}

pub(crate) fn managed_certificate() -> Resource<ManagedCertificate> {
    Resource::new(ManagedCertificateProperties {
        subject_name: text(HOST),
        domain_control_validation: Some(DomainControlValidation::Cname),
        ..Default::default()
    })
    .at("eastus2")
}

pub(crate) fn environment_id() -> ResourceId {
    group()
        .resource("Microsoft.App/managedEnvironments", "env")
        .unwrap()
}

pub(crate) fn job_with_execution(state: &mut State) {
    let mut body = json!(job());
    body["type"] = json!("Microsoft.App/jobs");
    body["properties"]["provisioningState"] = json!("Succeeded");
    let execution = json!({
        "type": "Microsoft.App/jobs/executions",
        "properties": {
            "status": "Running", "startTime": "2026-11-23T09:00:00Z", "template": body["properties"]["template"],
        },
    });
    let at = "/providers/Microsoft.App/jobs/probe";
    put(state, at, body);
    put(state, &format!("{at}/executions/probe-db51ldq"), execution);
}

pub(crate) fn group() -> ResourceId {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/fixtures-rg")
        .parse()
        .unwrap()
}

/// A group that is not there.
pub(crate) fn nowhere() -> ResourceId {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/nowhere-rg")
        .parse()
        .unwrap()
}

pub(crate) fn revision_id() -> ResourceId {
    app_id().child("revisions", "web--v1")
}

/// A file that is none: what stands in it is not read.
pub(crate) fn certificate() -> Resource<Certificate> {
    Resource::new(CertificateProperties {
        value: Some("UkVEQUNURUQ=".to_owned().into()),
        password: Some("REDACTED".to_owned().into()),
        ..Default::default()
    })
    .at("eastus2")
}

/// A share whose key is in a vault.
pub(crate) fn storage() -> Resource<EnvironmentStorage> {
    let key = SecretKeyVaultProperties {
        identity: text("system"),
        key_vault_url: text("https://fixtures-kv.vault.azure.net/secrets/share"),
        ..Default::default()
    };
    Resource::new(StorageProperties {
        azure_file: Some(AzureFile {
            account_name: text("fixturesstorage"),
            share_name: text("share"),
            access_mode: Some(AccessMode::ReadOnly),
            account_key_vault_properties: Some(key),
            ..Default::default()
        }),
        ..Default::default()
    })
}

pub(crate) fn app_id() -> ResourceId {
    group()
        .resource("Microsoft.App/containerApps", "web")
        .unwrap()
}

pub(crate) fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

pub(crate) fn environment() -> Resource<ManagedEnvironment> {
    Resource::new(ManagedEnvironmentProperties {
        app_logs_configuration: Some(AppLogsConfiguration {
            destination: text("azure-monitor"),
            ..Default::default()
        }),
        workload_profiles: Some(vec![WorkloadProfile {
            name: text("Consumption"),
            workload_profile_type: text("Consumption"),
            ..Default::default()
        }]),
        ..Default::default()
    })
    .at("eastus2")
}

pub(crate) fn app() -> Resource<ContainerApp> {
    let environment = group()
        .resource("Microsoft.App/managedEnvironments", "env")
        .unwrap();
    Resource::new(ContainerAppProperties {
        environment_id: Some(environment.to_string()),
        configuration: Some(Configuration {
            active_revisions_mode: Some(ActiveRevisionsMode::Multiple),
            ingress: Some(Ingress {
                external: Some(true),
                target_port: Some(80),
                allow_insecure: Some(false),
                ..Default::default()
            }),
            ..Default::default()
        }),
        template: Some(Template {
            revision_suffix: text("v1"),
            containers: Some(vec![Container {
                name: text("web"),
                image: text("mcr.microsoft.com/k8se/quickstart:latest"),
                probes: Some(vec![Probe {
                    probe_type: Some(ProbeType::Liveness),
                    http_get: Some(HttpGet {
                        path: text("/"),
                        port: Some(80),
                        ..Default::default()
                    }),
                    ..Default::default()
                }]),
                ..Default::default()
            }]),
            scale: Some(Scale {
                min_replicas: Some(1),
                max_replicas: Some(3),
                ..Default::default()
            }),
            ..Default::default()
        }),
        ..Default::default()
    })
    .at("eastus2")
}

pub(crate) fn job_id() -> ResourceId {
    group().resource("Microsoft.App/jobs", "probe").unwrap()
}

pub(crate) fn job() -> Resource<Job> {
    let environment = group()
        .resource("Microsoft.App/managedEnvironments", "env")
        .unwrap();
    Resource::new(JobProperties {
        environment_id: Some(environment.to_string()),
        configuration: Some(JobConfiguration {
            trigger_type: Some(TriggerType::Manual),
            replica_timeout: Some(300),
            replica_retry_limit: Some(0),
            manual_trigger_config: Some(ManualTrigger {
                parallelism: Some(1),
                replica_completion_count: Some(1),
                ..Default::default()
            }),
            ..Default::default()
        }),
        template: Some(job_template("all")),
        ..Default::default()
    })
    .at("eastus2")
}

pub(crate) fn job_template(argument: &str) -> JobTemplate {
    JobTemplate {
        containers: Some(vec![Container {
            name: text("probe"),
            image: text("mcr.microsoft.com/k8se/quickstart-jobs:latest"),
            args: Some(vec![argument.to_owned()]),
            ..Default::default()
        }]),
        ..Default::default()
    }
}
