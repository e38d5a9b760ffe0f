//! From repository to container app: an identity for GitHub with the rights of a deployment and no others, and on GitHub
//! the environment, its variables and the workflow.

mod access;
mod by_hand;
mod environment;
mod failure;
mod repository;
mod settings;
mod variable;
pub mod workflow;
mod workflow_file;

use std::time::Duration;

use rhc_arm::types::managed_identity::{FederatedCredential, FederatedCredentialProperties};
use rhc_arm::{Resource, ResourceType};
use rhc_containerapps::{ContainerApp, ManagedEnvironment};

pub use by_hand::GitHubByHandStep;
pub use environment::EnvironmentStep;
pub use failure::failed;
pub use repository::{BranchStep, RepositoryStep};
pub use settings::{Setting, place, repositories, workflow_file, workflow_path};
pub use variable::VariableStep;
pub use workflow_file::WorkflowFileStep;

use super::arm_resource::arm_id;
use super::clients::TenantRef;
use super::site::{Account, Group, Site};
use crate::engine::{GITHUB, Inputs, Key, Lane, Meta, Output, OwnedBy, Stage, StepError};
use crate::github::{GitHubClient, RepositoryClient};
use crate::manifest::{App, TagOwner};
use access::Places;
use rhc_arm::types::managed_identity::UserAssignedIdentity;
use rhc_arm::types::resources::ResourceGroup;

/// Who vouches for a workflow's run.
pub const ISSUER: &str = "https://token.actions.githubusercontent.com";
/// The kind of the steps of GitHub's variables.
pub const VARIABLE: &str = "github-variable";
/// The kind of the steps of deploy workflows.
pub const WORKFLOW: &str = "github-workflow";

const REGISTRIES: &str = "Microsoft.ContainerRegistry/registries";
/// GitHub asks for a second between two writes.
const BETWEEN_WRITES: Duration = Duration::from_secs(1);

type Read = Box<dyn Fn(&Inputs<'_>) -> Result<String, StepError> + Send + Sync>;

/// What the repository's side of an app's delivery is made from.
struct Delivery<'a> {
    key: &'a str,
    app: &'a App,
    group: Group,
    identity: Key,
    registry: Key,
}

impl Site<'_> {
    /// The delivery of an app whose stack stands, registry included.
    pub(super) fn delivery(&mut self, key: &str, app: &App, account: &Account) {
        let made = |kind: &str, name: &str| {
            let mut steps = self.steps.iter().map(|step| step.meta());
            let found = steps
                .find(|meta| meta.kind == kind && meta.key.as_str().ends_with(&format!("/{name}")));
            found.cloned()
        };
        let registry = self.manifest.registry_for(app);
        let places = (
            made(ResourceGroup::TYPE, &app.resource_group),
            made(ContainerApp::TYPE, &app.container_app.name),
            made(ManagedEnvironment::TYPE, &app.container_app.environment),
            made(UserAssignedIdentity::TYPE, &app.identities.app),
            registry.and_then(|(_, registry)| made(REGISTRIES, &registry.name)),
        );
        let (Some(group), Some(container), Some(environment), Some(identity), Some(registry)) =
            places
        else {
            return;
        };
        let places = Places {
            app: container,
            environment,
            identity,
            registry,
        };
        let group = Group {
            account: account.clone(),
            id: arm_id(&group.key),
            stage: Stage::DELIVERY,
            tags: self.tags(TagOwner::App(key)),
        };
        let identity = self.identity(
            &group,
            &app.identities.deploy,
            "as which GitHub deploys the app; it has no password, only trust",
        );
        let mut before = self.deploy_rights(&group, key, &identity, &places);
        let delivery = Delivery {
            key,
            app,
            group,
            identity,
            registry: places.registry.key,
        };
        match self.clients.connection().github() {
            Some(github) => {
                let repository = self.repository(&delivery, &github);
                before
                    .push(self.trust(&delivery, Subject::Asked(repository.key.output("subject"))));
                self.on_github(&delivery, &repository, &before);
            }
            None => {
                let file = &app.github;
                let prefix = file
                    .subject_prefix
                    .clone()
                    .unwrap_or_else(|| format!("repo:{}", file.repository));
                let subject = format!("{prefix}:{}", file.subject_suffix());
                before.push(self.trust(&delivery, Subject::Said(subject.clone())));
                if file.set_up_by_hand.is_none() {
                    self.by_hand(&delivery, &subject, &before);
                }
            }
        }
    }

    /// The credential by which the identity trusts the repository's workflow in place of a password.
    fn trust(&mut self, delivery: &Delivery<'_>, subject: Subject) -> Key {
        let group = &delivery.group;
        let name = format!("github-{}", self.environment());
        let meta = Meta::new(
            delivery
                .identity
                .child(format!("federatedIdentityCredentials/{name}")),
            group.stage,
            group.account.tenant.key.clone(),
            FederatedCredential::TYPE,
            &name,
        )
        .why("trusts the repository's workflow in place of a password")
        .owner(OwnedBy::Parent(delivery.identity.clone()));
        let audience = self
            .clients
            .connection()
            .cloud()
            .token_exchange_audience
            .clone();
        let step = self.step::<FederatedCredential, _>(
            meta,
            &group.account.tenant,
            arm_id(&delivery.identity),
            move |inputs| {
                let subject = match &subject {
                    Subject::Asked(output) => inputs.text(output)?,
                    Subject::Said(subject) => subject.clone(),
                };
                Ok(Resource::<FederatedCredential>::new(
                    FederatedCredentialProperties::new(ISSUER, subject, audience.clone()),
                ))
            },
        );
        // Two at once are refused: ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity.
        let lane = format!(
            "federated credentials of {}",
            delivery.app.identities.deploy
        );
        self.add(step.lane(Lane::serial(lane)))
    }

    fn on_github(
        &mut self,
        delivery: &Delivery<'_>,
        repository: &Repository,
        before: &[Key],
    ) -> Key {
        let (app, manifest) = (delivery.app, self.manifest);
        let own = |kind: &str, child: String, name: &str, why: &str| {
            Meta::new(
                repository.key.child(child),
                Stage::DELIVERY,
                GITHUB,
                kind,
                name,
            )
            .why(why)
            .needs(&repository.key)
            .stays("it stands in your repository and holds no secret: delete it there; until then a push finds no identity to deploy with")
        };
        let write = |meta: Meta| {
            meta.owner(OwnedBy::Parent(repository.key.clone()))
                .lane(Lane::paced("writes on GitHub", BETWEEN_WRITES))
        };
        let client = || repository.client.clone();
        let meta = own(
            "github-branch",
            format!("branches/{}", app.github.branch),
            &app.github.branch,
            "a push to it deploys",
        );
        let branch = self.add(BranchStep::new(meta, client(), &app.github.branch));
        let mut before = before.to_vec();
        let mut parent = repository.key.clone();
        if let Some(name) = &app.github.environment {
            let meta = write(own(
                "github-environment",
                format!("environments/{name}"),
                name,
                "only the deploying branch gets at what stands in it",
            ));
            parent = self.add(EnvironmentStep::new(
                meta,
                client(),
                name,
                &app.github.branch,
            ));
            before.push(parent.clone());
        }
        for (setting, value) in self.values(delivery) {
            let name = setting.name(manifest, app);
            let meta = write(own(
                VARIABLE,
                match &app.github.environment {
                    Some(environment) => format!("environments/{environment}/variables/{name}"),
                    None => format!("variables/{name}"),
                },
                &name,
                "the workflow reads it; it is no secret",
            ))
            .needs(&parent);
            before.push(self.add(VariableStep::new(meta, client(), place(app), name, value)));
        }
        let path = workflow_path(manifest);
        let mut meta = own(
            WORKFLOW,
            format!("workflows/{}", workflow_file(manifest)),
            &workflow_file(manifest),
            "builds, pushes and deploys on a push; it comes last, when all that it uses is there",
        )
        .lane(Lane::paced("writes on GitHub", BETWEEN_WRITES))
        .needs(&branch);
        for key in &before {
            meta = meta.needs(key);
        }
        self.add(WorkflowFileStep::new(
            meta,
            client(),
            path,
            branch.output("branch"),
            workflow::text(manifest, app),
            workflow::mark(manifest),
        ))
    }

    fn repository(&mut self, delivery: &Delivery<'_>, github: &GitHubClient) -> Repository {
        let file = &delivery.app.github;
        let (owner, name) = file.repository.split_once('/').unwrap_or_default();
        let client = github.repository(&crate::github::RepositoryName {
            owner: owner.to_owned(),
            name: name.to_owned(),
        });
        let meta = Meta::new(
            format!("{}/repositories/{}", Stage::DELIVERY.id, file.repository),
            Stage::DELIVERY,
            GITHUB,
            "github-repository",
            &file.repository,
        )
        .why("where the app comes from; it says as whom its workflow signs in");
        let key = self.add(RepositoryStep::new(meta, client.clone(), file));
        Repository { key, client }
    }

    /// What the workflow reads.
    fn values(&self, delivery: &Delivery<'_>) -> Vec<(Setting, Read)> {
        let (app, group) = (delivery.app, &delivery.group);
        let output =
            |output: Output<String>| -> Read { Box::new(move |inputs| inputs.text(&output)) };
        let said = |text: String| -> Read { Box::new(move |_| Ok(text.clone())) };
        let tenant: TenantRef = group.account.tenant.clone();
        vec![
            (
                Setting::ClientId,
                output(delivery.identity.output("clientId")),
            ),
            (
                Setting::TenantId,
                Box::new(move |inputs| tenant.text(inputs)),
            ),
            (Setting::SubscriptionId, output(group.account.guid.clone())),
            (Setting::ResourceGroup, said(app.resource_group.clone())),
            (Setting::ContainerApp, said(app.container_app.name.clone())),
            (
                Setting::Registry,
                output(delivery.registry.output("loginServer")),
            ),
            (Setting::Image, said(delivery.key.to_owned())),
        ]
    }

    fn by_hand(&mut self, delivery: &Delivery<'_>, subject: &str, before: &[Key]) {
        let app = delivery.app;
        let mut meta = Meta::new(
            format!("{}/by-hand/{}", Stage::DELIVERY.id, app.github.repository),
            Stage::DELIVERY,
            GITHUB,
            "github-settings",
            &app.github.repository,
        )
        .why("deploys the app on a push; without a token for GitHub a person sets it up")
        .needs_output(&delivery.group.account.guid)
        .needs(&delivery.registry);
        meta = delivery.group.account.tenant.needed_by(meta);
        for key in before {
            meta = meta.needs(key);
        }
        let client_id = delivery.identity.output("clientId");
        let step = GitHubByHandStep::new(
            meta,
            self.manifest,
            delivery.key,
            app,
            subject,
            self.values(delivery),
            &client_id,
        );
        self.add(step);
    }
}

/// Where a subject comes from.
enum Subject {
    /// GitHub's answer.
    Asked(Output<String>),
    /// The environment file, or the form of old repositories.
    Said(String),
}

/// A repository as the steps know it.
struct Repository {
    key: Key,
    client: RepositoryClient,
}
