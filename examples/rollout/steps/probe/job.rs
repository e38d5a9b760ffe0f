//! An app's probe: a Container Apps job with the app's identity, in the app's environment and so in its subnet.

use rhc_arm::{Resource, ResourceType};
use rhc_containerapps::{
    Container, ContainerResources, Job, JobConfiguration, JobProperties, JobTemplate,
    ManagedEnvironment, ManualTrigger, RegistryCredentials, TriggerType,
};

use super::image::ProbeImageStep;
use crate::engine::{Key, Output};
use crate::manifest::App;
use crate::probe::arguments;
use crate::steps::arm_resource::{arm_id, identity_of};
use crate::steps::clients::TenantRef;
use crate::steps::directory::app_id;
use crate::steps::site::{Group, Site};

/// How long one question may take: an image is pulled, a busy database is waited for.
pub const SECONDS: i32 = 300;
/// The container's name.
const CONTAINER: &str = "probe";

/// What an app's probe needs of the app.
pub(in crate::steps) struct Inside<'a> {
    pub(in crate::steps) app: &'a App,
    pub(in crate::steps) group: &'a Group,
    /// The app's own identity.
    pub(in crate::steps) identity: &'a Key,
    /// The tenant of the databases.
    pub(in crate::steps) databases: &'a TenantRef,
    /// The application that the databases know.
    pub(in crate::steps) bridge: &'a Key,
    /// The app's role at the registry that it pulls from.
    pub(in crate::steps) may_pull: &'a Key,
}

impl Site<'_> {
    /// The image that a person pushes, in the registry of the app that the file names.
    pub(in crate::steps) fn probe_image(&mut self, group: &Group, server: Output<String>) -> Key {
        let Some((_, registry)) = super::registry_of(self.manifest) else {
            return super::key(self.manifest);
        };
        self.add(ProbeImageStep::new(
            self.manifest,
            group.stage,
            self.clients.clone(),
            &group.account.tenant,
            registry,
            server,
        ))
    }

    /// The job that runs the image as the app.
    pub(in crate::steps) fn probe_job(
        &mut self,
        inside: &Inside<'_>,
        server: &Output<String>,
        image: &Key,
    ) -> Key {
        let app = inside.app;
        let environment = self.meta::<ManagedEnvironment>(
            inside.group.stage,
            &inside.group.account.tenant,
            &app.container_app.environment,
            "",
        );
        let (location, place) = (self.location(), inside.group.clone());
        let (host, roles) = (self.manifest.sql_host(), app.database_roles.clone());
        let mut tables = self.manifest.probe.tables.clone();
        tables.retain(|database, _| roles.contains_key(database));
        let (environment, server) = (arm_id(&environment.key), server.clone());
        let (identity, client) = (
            arm_id(inside.identity),
            inside.identity.output::<String>("clientId"),
        );
        let (databases, bridge) = (inside.databases.clone(), app_id(inside.bridge));
        let reference = image.output::<String>("image");
        let step = self.resource::<Job, _>(
            inside.group,
            &app.probe_job(),
            "asks from inside, as the app, whether it reaches its databases; verify starts it",
            move |inputs| {
                let identity = inputs.text(&identity)?;
                let container = Container {
                    name: Some(CONTAINER.to_owned()),
                    image: Some(inputs.text(&reference)?),
                    args: Some(arguments(
                        &host,
                        &databases.text(inputs)?,
                        &inputs.text(&bridge)?,
                        &inputs.text(&client)?,
                        &roles,
                        &tables,
                    )),
                    resources: Some(ContainerResources {
                        cpu: Some(0.25),
                        memory: Some("0.5Gi".to_owned()),
                        ..ContainerResources::default()
                    }),
                    ..Container::default()
                };
                let properties = JobProperties {
                    environment_id: Some(inputs.text(&environment)?),
                    configuration: Some(JobConfiguration {
                        trigger_type: Some(TriggerType::Manual),
                        replica_timeout: Some(SECONDS),
                        // What fails once has failed: verify reports it.
                        replica_retry_limit: Some(0),
                        manual_trigger_config: Some(ManualTrigger {
                            parallelism: Some(1),
                            replica_completion_count: Some(1),
                            ..ManualTrigger::default()
                        }),
                        registries: Some(vec![RegistryCredentials {
                            server: Some(inputs.text(&server)?),
                            identity: Some(identity.clone()),
                            ..RegistryCredentials::default()
                        }]),
                        ..JobConfiguration::default()
                    }),
                    template: Some(JobTemplate {
                        containers: Some(vec![container]),
                        ..JobTemplate::default()
                    }),
                    ..JobProperties::default()
                };
                Ok(Resource::<Job> {
                    identity: Some(identity_of([identity])),
                    ..place.place::<Job>(&location, properties)
                })
            },
        );
        let step = step.needs(image).needs(inside.may_pull).rules(|rules| {
            rules
                .immutable("properties.environmentId")
                .keyed_by("properties.configuration.registries", "server")
                .keyed_by("properties.template.containers", "name")
                .ignore_case("properties.configuration.triggerType")
                .ignore_case("identity.type")
                .numeric("properties.template.containers.*.resources.cpu")
        });
        self.add(step)
    }
}

/// The type of a probe's step.
pub const KIND: &str = Job::TYPE;
