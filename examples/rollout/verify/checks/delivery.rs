//! Do the deploy identities trust their repository and nobody else, may they do what a deployment needs and nothing else,
//! and does a push deploy?

use async_trait::async_trait;
use rhc_arm::types::authorization::RoleAssignment;
use rhc_arm::types::managed_identity::{FederatedCredential, UserAssignedIdentity};
use rhc_arm::{Resource, ResourceId, ResourceType};

use super::list;
use crate::engine::{CheckedStep, GITHUB, OwnedBy, TenantKey};
use crate::github::{RepositoryName, Run};
use crate::manifest::{GitHub, Manifest};
use crate::steps::delivery::{failed, workflow_file};
use crate::verify::check::{Check, Unproven};
use crate::verify::context::Context;
use crate::verify::report::{Vantage, Verdict};

pub(super) fn of(manifest: &Manifest, checked: &crate::engine::Checked) -> Vec<Box<dyn Check>> {
    let mut checks: Vec<Box<dyn Check>> = Vec::new();
    for (key, app) in manifest.apps() {
        let name = app.identities.deploy.clone();
        let Some(step) = checked.named(UserAssignedIdentity::TYPE, &name) else {
            continue;
        };
        let tenant = step.meta.tenant.clone();
        let subject = Subject { tenant, name };
        checks.push(Box::new(Trust(subject.clone())));
        checks.push(Box::new(Rights(subject)));
        checks.push(Box::new(Push {
            app: key.to_owned(),
            file: app.github.clone(),
            workflow: workflow_file(manifest),
        }));
    }
    checks
}

#[derive(Clone)]
struct Subject {
    tenant: TenantKey,
    name: String,
}

impl Subject {
    fn step<'c>(&self, cx: &Context<'c>) -> Result<&'c CheckedStep, Unproven> {
        let step = cx.checked().named(UserAssignedIdentity::TYPE, &self.name);
        step.ok_or_else(|| self.missing())
    }

    fn id(&self, cx: &Context<'_>) -> Result<ResourceId, Unproven> {
        let id = self.step(cx)?.id().ok_or_else(|| self.missing())?;
        id.parse()
            .map_err(|error| Unproven::because(format!("its id is none: {error}")))
    }

    fn missing(&self) -> Unproven {
        Unproven::because(format!("the identity {} is not there", self.name))
    }
}

/// It trusts its repository's workflow, and nobody beside.
struct Trust(Subject);

#[async_trait]
impl Check for Trust {
    fn id(&self) -> String {
        format!("control-plane/deploy-trust/{}", self.0.name)
    }

    fn title(&self) -> String {
        format!(
            "{} trusts its repository's workflow and nobody else",
            self.0.name
        )
    }

    fn tenant(&self) -> TenantKey {
        self.0.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::ControlPlane
    }

    fn why(&self) -> String {
        "whoever it trusts can put another program in the place of the app".to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let arm = cx.arm(self.0.tenant.as_str()).await?;
        let found = arm
            .resources::<FederatedCredential>(self.0.id(cx)?)
            .list()
            .collect_all()
            .await?;
        let identity = &self.0.step(cx)?.meta.key;
        let wanted: Vec<&str> = cx
            .checked()
            .of_kind(FederatedCredential::TYPE)
            .filter(|step| step.meta.owner == OwnedBy::Parent(identity.clone()))
            .map(|step| step.meta.name.as_str())
            .collect();
        let name = |one: &Resource<FederatedCredential>| one.name.clone().unwrap_or_default();
        let described = |one: &Resource<FederatedCredential>| {
            let text = |field: &Option<String>| field.clone().unwrap_or_default();
            format!(
                "{} of {}",
                text(&one.properties.subject),
                text(&one.properties.issuer)
            )
        };
        let beside: Vec<String> = found
            .iter()
            .filter(|one| {
                !wanted
                    .iter()
                    .any(|own| own.eq_ignore_ascii_case(&name(one)))
            })
            .map(described)
            .collect();
        Ok(if beside.is_empty() {
            let trusted: Vec<String> = found.iter().map(described).collect();
            Verdict::passed(format!("it trusts {}", list(&trusted)))
        } else {
            Verdict::failed(
                format!("it also trusts {}", list(&beside)),
                "delete that federated credential; then look in the sign-in log who has used it",
            )
        })
    }
}

/// It holds the roles of the file, and no other.
struct Rights(Subject);

#[async_trait]
impl Check for Rights {
    fn id(&self) -> String {
        format!("control-plane/rights/{}", self.0.name)
    }

    fn title(&self) -> String {
        format!("{} may deploy its app and do nothing else", self.0.name)
    }

    fn tenant(&self) -> TenantKey {
        self.0.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::ControlPlane
    }

    fn why(&self) -> String {
        "whoever can push to the repository can do what this identity can".to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let id = self.0.id(cx)?;
        let principal = self.0.step(cx)?.outputs().get("principalId");
        let principal = principal
            .and_then(|principal| principal.as_str())
            .ok_or_else(|| self.0.missing())?;
        let subscription = id
            .subscription()
            .ok_or_else(|| Unproven::because("its id names no subscription"))?;
        let held = cx
            .arm(self.0.tenant.as_str())
            .await?
            .subscription(&subscription)
            .resources::<RoleAssignment>()
            .list_filtered(&format!("principalId eq '{principal}'"))
            .collect_all()
            .await?;
        let id_of = |one: &Resource<RoleAssignment>| {
            one.id.as_ref().map(ToString::to_string).unwrap_or_default()
        };
        let wanted: Vec<&str> = cx
            .checked()
            .of_kind(RoleAssignment::TYPE)
            .filter_map(CheckedStep::id)
            .collect();
        let (ours, beside): (Vec<_>, Vec<_>) = held.iter().partition(|one| {
            let id = id_of(one);
            wanted.iter().any(|own| own.eq_ignore_ascii_case(&id))
        });
        Ok(if beside.is_empty() {
            Verdict::passed(format!(
                "roles that it holds: {}, each as the file says",
                ours.len()
            ))
        } else {
            let beside: Vec<String> = beside.iter().map(|one| id_of(one)).collect();
            Verdict::failed(
                format!("it also holds {}", list(&beside)),
                "remove that role assignment: a deployment does not need it",
            )
        })
    }
}

/// A push was deployed.
struct Push {
    app: String,
    file: GitHub,
    workflow: String,
}

#[async_trait]
impl Check for Push {
    fn id(&self) -> String {
        format!("control-plane/deploys/{}", self.app)
    }

    fn title(&self) -> String {
        format!(
            "A push to {} of {} deploys",
            self.file.branch, self.file.repository
        )
    }

    fn tenant(&self) -> TenantKey {
        TenantKey::new(GITHUB)
    }

    fn vantage(&self) -> Vantage {
        Vantage::ControlPlane
    }

    fn why(&self) -> String {
        "nobody carries a new version to Azure by hand, and nobody needs a right to".to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let Some(github) = cx.clients().connection().github() else {
            return Err(Unproven::because(match &self.file.set_up_by_hand {
                Some(since) => format!(
                    "the environment file says that GitHub was set up by hand on {since}, and without a token (GITHUB_TOKEN) its runs cannot be seen"
                ),
                None => "without a token (GITHUB_TOKEN) GitHub's runs cannot be seen".to_owned(),
            }));
        };
        let name: RepositoryName = self.file.repository.parse()?;
        let runs = github
            .repository(&name)
            .runs(&self.workflow, &self.file.branch)
            .await
            .map_err(failed)?;
        let mut pushes = runs
            .iter()
            .filter(|run| run.event.as_deref() == Some("push"));
        let ended = |run: &&Run| run.status.as_deref() == Some("completed");
        let Some(latest) = pushes.find(ended) else {
            return Ok(Verdict::not_proven(format!(
                "no push to {} has been deployed yet: push a commit there, and verify again",
                self.file.branch
            )));
        };
        let address = latest.html_url.as_deref().unwrap_or("the latest run");
        Ok(match latest.conclusion.as_deref() {
            Some("success") => Verdict::passed(format!(
                "{address}, of {}",
                latest.created_at.as_deref().unwrap_or_default()
            )),
            other => Verdict::failed(
                format!(
                    "the latest run ended with {}: {address}",
                    other.unwrap_or("nothing")
                ),
                "open it and read what the step in red says; the revision that served before goes on serving",
            ),
        })
    }
}
