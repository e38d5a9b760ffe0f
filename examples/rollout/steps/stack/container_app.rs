//! The app itself, in an environment of its own.

use rhc_arm::Resource;
use rhc_containerapps::{
    ActiveRevisionsMode, AppLogsConfiguration, Configuration, Container, ContainerApp,
    ContainerAppProperties, ContainerResources, HttpGet, Ingress, ManagedEnvironment,
    ManagedEnvironmentProperties, PeerTrafficConfiguration, Probe, ProbeType, RegistryCredentials,
    Scale, Switch, Template, TrafficWeight, VnetConfiguration, WorkloadProfile,
};

use super::Foundation;
use super::registry::Images;
use crate::engine::{Key, Outputs, StepError};
use crate::manifest::App;
use crate::steps::arm_resource::{arm_id, identity_of};
use crate::steps::monitoring::Logs;
use crate::steps::network::Network;
use crate::steps::site::{Group, Site};

/// The profile whose replicas are paid for as they run.
const CONSUMPTION: &str = "Consumption";

impl Site<'_> {
    pub(super) fn container_app(
        &mut self,
        of: &Foundation<'_>,
        network: &Network,
        identity: &Key,
        pulls: Option<(&Images, Key)>,
    ) {
        let (app, group) = (of.app, &of.group);
        let environment = self.environment_of(group, app, network, &of.workspace);
        let (location, tags) = (self.location(), group.tags.clone());
        let (bootstrap, file, name) = (
            self.manifest.bootstrap.clone(),
            app.container_app.clone(),
            of.key.to_owned(),
        );
        let (environment, identity) = (arm_id(&environment), arm_id(identity));
        let (server, may_pull) = pulls.map(|(images, role)| (images.server(), role)).unzip();
        let step = self.resource::<ContainerApp, _>(
            group,
            &app.container_app.name,
            "the app; its image comes with the first push and is then the pipeline's",
            move |inputs| {
                let port = i32::from(bootstrap.port);
                let probe = |kind| Probe {
                    probe_type: Some(kind),
                    http_get: Some(HttpGet {
                        path: Some(bootstrap.probe_path.clone()),
                        port: Some(port),
                        ..HttpGet::default()
                    }),
                    ..Probe::default()
                };
                let container = Container {
                    name: Some(name.clone()),
                    image: Some(bootstrap.image.clone()),
                    resources: Some(ContainerResources {
                        cpu: Some(file.cpu),
                        memory: Some(format!("{}Gi", file.memory_gib)),
                        ..ContainerResources::default()
                    }),
                    probes: Some(vec![
                        probe(ProbeType::Liveness),
                        probe(ProbeType::Readiness),
                    ]),
                    ..Container::default()
                };
                let identity = inputs.text(&identity)?;
                let registries = server.as_ref().map(|server| {
                    Ok::<_, StepError>(vec![RegistryCredentials {
                        server: Some(inputs.text(server)?),
                        identity: Some(identity.clone()),
                        ..RegistryCredentials::default()
                    }])
                });
                let properties = ContainerAppProperties {
                    environment_id: Some(inputs.text(&environment)?),
                    workload_profile_name: Some(CONSUMPTION.to_owned()),
                    configuration: Some(Configuration {
                        active_revisions_mode: Some(ActiveRevisionsMode::Multiple),
                        ingress: Some(Ingress {
                            external: Some(true),
                            target_port: Some(port),
                            transport: Some("auto".to_owned()),
                            allow_insecure: Some(false),
                            traffic: Some(vec![TrafficWeight {
                                latest_revision: Some(true),
                                weight: Some(100),
                                ..TrafficWeight::default()
                            }]),
                            ..Ingress::default()
                        }),
                        registries: registries.transpose()?,
                        ..Configuration::default()
                    }),
                    template: Some(Template {
                        containers: Some(vec![container]),
                        scale: Some(Scale {
                            min_replicas: i32::try_from(file.min_replicas).ok(),
                            max_replicas: i32::try_from(file.max_replicas).ok(),
                            ..Scale::default()
                        }),
                        ..Template::default()
                    }),
                    ..ContainerAppProperties::default()
                };
                Ok(Resource::<ContainerApp> {
                    tags: tags.clone(),
                    identity: Some(identity_of([identity])),
                    ..Resource::new(properties)
                }
                .at(&location))
            },
        );
        let step = step
            .rules(|rules| {
                // What a push changes is the pipeline's: image, port and probes of the image, the end of the revision's name, the traffic.
                let rules = ["image", "probes"].iter().fold(rules, |rules, name| {
                    rules.not_owned(&format!("properties.template.containers.*.{name}"))
                });
                let rules = [
                    "properties.template.revisionSuffix",
                    "properties.configuration.ingress.traffic",
                    "properties.configuration.ingress.targetPort",
                ]
                .iter()
                .fold(rules, |rules, path| rules.not_owned(path));
                rules
                    .keyed_by("properties.template.containers", "name")
                    .keyed_by("properties.configuration.registries", "server")
                    .ignore_case("properties.configuration.activeRevisionsMode")
                    .ignore_case("properties.configuration.ingress.transport")
                    .ignore_case("properties.workloadProfileName")
                    .ignore_case("identity.type")
                    .immutable("properties.environmentId")
                    .numeric("properties.template.containers.*.resources.cpu")
            })
            .outputs(|app: &Resource<ContainerApp>| {
                let host = app
                    .properties
                    .configuration
                    .as_ref()
                    .and_then(|configuration| configuration.ingress.as_ref()?.fqdn.clone());
                Outputs::new().with("host", host).with(
                    "domainVerificationId",
                    app.properties.custom_domain_verification_id.clone(),
                )
            });
        // A revision that may not pull yet fails for good.
        self.add(match &may_pull {
            Some(role) => step.needs(role),
            None => step,
        });
    }

    fn environment_of(
        &mut self,
        group: &Group,
        app: &App,
        network: &Network,
        workspace: &Key,
    ) -> Key {
        let (location, place) = (self.location(), group.clone());
        let subnet = network.subnets.get(&app.container_app.subnet).cloned();
        let step = self.resource::<ManagedEnvironment, _>(
            group,
            &app.container_app.environment,
            "runs the app in its own subnet, with everything between replicas encrypted",
            move |inputs| {
                let subnet = subnet
                    .as_ref()
                    .map(|subnet| inputs.text(subnet))
                    .transpose()?;
                let properties = ManagedEnvironmentProperties {
                    vnet_configuration: Some(VnetConfiguration {
                        internal: Some(false),
                        infrastructure_subnet_id: subnet,
                        ..VnetConfiguration::default()
                    }),
                    // `log-analytics` would carry the workspace's key.
                    app_logs_configuration: Some(AppLogsConfiguration {
                        destination: Some("azure-monitor".to_owned()),
                        ..AppLogsConfiguration::default()
                    }),
                    workload_profiles: Some(vec![WorkloadProfile {
                        name: Some(CONSUMPTION.to_owned()),
                        workload_profile_type: Some(CONSUMPTION.to_owned()),
                        ..WorkloadProfile::default()
                    }]),
                    peer_traffic_configuration: Some(PeerTrafficConfiguration {
                        encryption: Some(Switch {
                            enabled: Some(true),
                            ..Switch::default()
                        }),
                        ..PeerTrafficConfiguration::default()
                    }),
                    zone_redundant: Some(false),
                    ..ManagedEnvironmentProperties::default()
                };
                Ok(place.place::<ManagedEnvironment>(&location, properties))
            },
        );
        let step = step
            .rules(|rules| {
                rules
                    .immutable("properties.vnetConfiguration")
                    .immutable("properties.zoneRedundant")
                    .keyed_by("properties.workloadProfiles", "name")
                    .ignore_case("properties.appLogsConfiguration.destination")
            })
            .outputs(|environment: &Resource<ManagedEnvironment>| {
                Outputs::new()
                    .with(
                        "defaultDomain",
                        environment.properties.default_domain.clone(),
                    )
                    .with("staticIp", environment.properties.static_ip.clone())
            });
        let environment = self.add_whole(step);
        let tenant = group.account.tenant.clone();
        self.diagnostics(
            &environment,
            &tenant,
            &arm_id(&environment.key),
            workspace,
            Logs::Categories(&["ContainerAppConsoleLogs", "ContainerAppSystemLogs"]),
            "carries the app's logs to the workspace without a key",
        );
        environment.key
    }
}
