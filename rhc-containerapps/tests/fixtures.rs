//! Each operation against its recorded fixture.

use rhc_arm::fake::Arm;
use rhc_arm::{ArmClient, Resource, ResourceId};
use rhc_containerapps::{
    ActiveRevisionsMode, AppLogsConfiguration, Configuration, Container, ContainerApp,
    ContainerAppProperties, ContainerAppsClient, DomainControlValidation, HttpGet, Ingress, Job,
    JobConfiguration, JobProperties, JobTemplate, ManagedCertificate, ManagedCertificateProperties,
    ManagedEnvironment, ManagedEnvironmentProperties, ManualTrigger, Probe, ProbeType, Scale,
    Template, TriggerType, WorkloadProfile,
};
use rhc_core::Result;
use rhc_core::fake::directory::Replication;
use rhc_core::fake::{Dns, RecordType, State, World, WorldOptions};
use rhc_core::testing::{Connection, Fixtures, Live};
use serde::Serialize;
use serde_json::{Value, json};

const SUBSCRIPTION: &str = "11111111-1111-4111-8111-111111111111";
const HOST: &str = "www.example.org";
const DOMAIN: &str = "kindstone-94265584.eastus2.azurecontainerapps.io";

/// What is there before the operation.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum There {
    Nothing,
    Environment,
    App,
    Hostname,
    Job,
}

async fn live(there: There) -> Live {
    // The time that building takes would show in the recording's timestamps.
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
    tokio::time::resume();
    Live {
        transport: world.transport(),
        credential: world.sign_in("contoso.onmicrosoft.com", &[]),
        clock: world.clock(),
        source: "embedded",
    }
}

fn put(state: &mut State, below: &str, mut body: Value) {
    body["id"] = json!(format!("{}{below}", group()));
    rhc_arm::fake::put_resource(state, body);
}

fn app_with_revision(state: &mut State) {
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
fn hostname(state: &mut State) {
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

fn managed_certificate() -> Resource<ManagedCertificate> {
    Resource::new(ManagedCertificateProperties {
        subject_name: text(HOST),
        domain_control_validation: Some(DomainControlValidation::Cname),
        ..Default::default()
    })
    .at("eastus2")
}

fn environment_id() -> ResourceId {
    group()
        .resource("Microsoft.App/managedEnvironments", "env")
        .unwrap()
}

fn job_with_execution(state: &mut State) {
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

fn group() -> ResourceId {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/fixtures-rg")
        .parse()
        .unwrap()
}

fn app_id() -> ResourceId {
    group()
        .resource("Microsoft.App/containerApps", "web")
        .unwrap()
}

fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

fn environment() -> Resource<ManagedEnvironment> {
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

fn app() -> Resource<ContainerApp> {
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

fn job_id() -> ResourceId {
    group().resource("Microsoft.App/jobs", "probe").unwrap()
}

fn job() -> Resource<Job> {
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

fn job_template(argument: &str) -> JobTemplate {
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

async fn replay<T: Serialize, R: Future<Output = Result<T>>>(
    name: &str,
    there: There,
    call: impl Fn(ContainerAppsClient) -> R,
) -> Value {
    let call = |connection: Connection| {
        let arm = ArmClient::new(connection.credential, Some(connection.options.into()));
        let made = arm.map(|arm| call(ContainerAppsClient::new(arm)));
        async move { made?.await }
    };
    Fixtures::of(env!("CARGO_MANIFEST_DIR"))
        .run(name, live(there), call)
        .await
}

macro_rules! fixture {
    ($test:ident, $name:literal, $there:ident, |$containers:ident| $call:block) => {
        #[tokio::test]
        async fn $test() {
            let value = replay($name, There::$there, |$containers| async move $call).await;
            insta::assert_json_snapshot!($name, value);
        }
    };
}

fixture!(environment_put, "environments.put", Nothing, |containers| {
    containers
        .environments(group())
        .put("env", &environment())
        .await
});
fixture!(
    environment_get,
    "environments.get",
    Environment,
    |containers| { containers.environments(group()).get("env").await }
);
fixture!(
    environment_list,
    "environments.list",
    Environment,
    |containers| { containers.environments(group()).list().collect_all().await }
);
fixture!(
    environment_update,
    "environments.update",
    Environment,
    |containers| {
        let change = json!({ "tags": { "rhc-app": "hp2" } });
        containers
            .environments(group())
            .update("env", &change)
            .await
    }
);
fixture!(
    environment_delete,
    "environments.delete",
    Environment,
    |containers| { containers.environments(group()).delete("env").await }
);

fixture!(app_put, "apps.put", Environment, |containers| {
    containers.apps(group()).put("web", &app()).await
});
fixture!(app_put_again, "apps.put.again", App, |containers| {
    let apps = containers.apps(group());
    let mut app = apps.get("web").await?;
    app.tags.insert("rhc-app".to_owned(), "hp2".to_owned());
    apps.put("web", &app).await
});
fixture!(app_get, "apps.get", App, |containers| {
    containers.apps(group()).get("web").await
});
fixture!(app_list, "apps.list", App, |containers| {
    let subscription = ResourceId::of_subscription(&SUBSCRIPTION.parse().unwrap());
    containers.apps(subscription).list().collect_all().await
});
fixture!(app_update, "apps.update", App, |containers| {
    let change =
        json!({ "properties": { "configuration": { "ingress": { "allowInsecure": true } } } });
    containers.apps(group()).update("web", &change).await
});
fixture!(app_delete, "apps.delete", App, |containers| {
    containers.apps(group()).delete("web").await
});
fixture!(app_start, "apps.start", App, |containers| {
    containers.start(&group(), "web").await
});
fixture!(app_stop, "apps.stop", App, |containers| {
    containers.stop(&group(), "web").await
});

fixture!(revision_get, "revisions.get", App, |containers| {
    containers.revisions(&app_id()).get("web--v1").await
});
fixture!(revision_list, "revisions.list", App, |containers| {
    containers.revisions(&app_id()).list().collect_all().await
});
fixture!(revision_activate, "revisions.activate", App, |containers| {
    containers.activate_revision(&app_id(), "web--v1").await
});
fixture!(
    revision_deactivate,
    "revisions.deactivate",
    App,
    |containers| { containers.deactivate_revision(&app_id(), "web--v1").await }
);
fixture!(revision_restart, "revisions.restart", App, |containers| {
    containers.restart_revision(&app_id(), "web--v1").await
});

fixture!(
    app_hostname,
    "apps.analyse_hostname",
    Hostname,
    |containers| { containers.analyse_hostname(&app_id(), HOST).await }
);
fixture!(
    app_domains_update,
    "apps.update.domains",
    Hostname,
    |containers| {
        let change =
            json!({ "properties": { "configuration": { "ingress": { "customDomains": [] } } } });
        containers.apps(group()).update("web", &change).await
    }
);
fixture!(
    certificate_life,
    "managedCertificates",
    Hostname,
    |containers| {
        let certificates = containers.managed_certificates(&environment_id());
        let made = certificates.put("www", &managed_certificate()).await?;
        let read = certificates.get("www").await?;
        let tags = json!({ "tags": { "rhc-app": "hp2" } });
        let tagged = certificates.update("www", &tags).await?;
        let listed = certificates.list().collect_all().await?;
        certificates.delete("www").await?;
        let gone = certificates.get_opt("www").await?.is_none();
        Ok(
            json!({ "made": made, "read": read, "tagged": tagged, "listed": listed.len(), "gone": gone }),
        )
    }
);

fixture!(job_put, "jobs.put", Environment, |containers| {
    containers.jobs(group()).put("probe", &job()).await
});
fixture!(job_get, "jobs.get", Job, |containers| {
    containers.jobs(group()).get("probe").await
});
fixture!(job_list, "jobs.list", Job, |containers| {
    let subscription = ResourceId::of_subscription(&SUBSCRIPTION.parse().unwrap());
    containers.jobs(subscription).list().collect_all().await
});
fixture!(job_update, "jobs.update", Job, |containers| {
    let change = json!({ "properties": { "configuration": { "replicaTimeout": 600 } } });
    containers.jobs(group()).update("probe", &change).await
});
fixture!(job_delete, "jobs.delete", Job, |containers| {
    containers.jobs(group()).delete("probe").await
});
fixture!(job_start, "jobs.start", Job, |containers| {
    containers.start_job(&job_id(), None).await
});
fixture!(
    job_start_otherwise,
    "jobs.start.otherwise",
    Job,
    |containers| {
        let template = job_template("one");
        containers.start_job(&job_id(), Some(&template)).await
    }
);
fixture!(execution_get, "executions.get", Job, |containers| {
    containers.executions(&job_id()).get("probe-db51ldq").await
});
fixture!(execution_list, "executions.list", Job, |containers| {
    containers.executions(&job_id()).list().collect_all().await
});
fixture!(execution_stop, "executions.stop", Job, |containers| {
    containers.stop_execution(&job_id(), "probe-db51ldq").await
});
