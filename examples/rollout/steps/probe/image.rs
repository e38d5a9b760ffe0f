//! The probe's image in the registry: a person builds and pushes it once.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::registry::Repository;
use crate::engine::{
    Inputs, Key, Meta, Observe, Observed, Output, Outputs, Stage, Step, StepError,
};
use crate::manifest::{Manifest, Registry};
use crate::steps::clients::{Clients, TenantRef};

/// The image that a person pushes. Seen in the registry itself.
#[derive(Debug)]
pub struct ProbeImageStep {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    /// The registry's host name.
    server: Output<String>,
    registry: String,
    image: String,
    sign_in: String,
    /// What was asked last, with the host that it was asked at: a person is waited for, and each look needs a token.
    asked: Mutex<Option<(String, Arc<Repository>)>>,
}

/// The registry that holds the probe's image, and whose app's it is.
pub fn registry(manifest: &Manifest) -> Option<(&str, &Registry)> {
    let (key, app) = manifest.apps.get_key_value(&manifest.probe.registry_of)?;
    app.registry
        .as_ref()
        .map(|registry| (key.as_str(), registry))
}

/// The image's whole reference: `smx25qaacr.azurecr.io/rhc-probe:1`.
pub fn reference(manifest: &Manifest) -> Option<String> {
    let (_, registry) = registry(manifest)?;
    Some(format!(
        "{}.azurecr.io/{}",
        registry.name, manifest.probe.image
    ))
}

/// The step's key, which is what the person's task is called.
pub fn key(manifest: &Manifest) -> Key {
    Key::new(format!("images/{}", manifest.probe.image))
}

impl ProbeImageStep {
    pub(super) fn new(
        manifest: &Manifest,
        stage: Stage,
        clients: Clients,
        tenant: &TenantRef,
        registry: &Registry,
        server: Output<String>,
    ) -> Self {
        let image = &manifest.probe.image;
        let meta = Meta::new(key(manifest), stage, tenant.key.clone(), "image", image)
            .why("looks at the finished environment from inside, as the apps; its source is examples/probe")
            .needs_output(&server)
            .manual();
        let domain = manifest
            .tenant(tenant.key.as_str())
            .map(|own| own.domain.clone());
        Self {
            meta: tenant.needed_by(meta),
            clients,
            tenant: tenant.clone(),
            server,
            registry: registry.name.clone(),
            image: image.clone(),
            sign_in: domain.unwrap_or_default(),
            asked: Mutex::default(),
        }
    }

    /// The repository of the image, the same one for as long as the registry is.
    fn repository(
        &self,
        server: &str,
        name: &str,
        inputs: &Inputs<'_>,
    ) -> Result<Arc<Repository>, StepError> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((host, repository)) = asked.as_ref()
            && host == server
        {
            return Ok(Arc::clone(repository));
        }
        let id = self.tenant.id(inputs)?;
        let made = Arc::new(Repository::new(
            server,
            name,
            self.clients.credential(&self.tenant, inputs)?,
            id,
            &self.clients.connection().options(&self.tenant.key, id),
        )?);
        *asked = Some((server.to_owned(), Arc::clone(&made)));
        Ok(made)
    }

    fn instructions(&self) -> Vec<String> {
        let Self {
            registry, image, ..
        } = self;
        let file = "examples/probe/Containerfile";
        vec![
            "Open a terminal in the folder of this repository, with the Azure CLI installed."
                .to_owned(),
            format!(
                "Sign in to the tenant of the registry: az login --tenant {}",
                self.sign_in
            ),
            format!(
                "Let Azure build and keep the image: az acr build --registry {registry} --image {image} --file {file} ."
            ),
            format!(
                "Or build it here, with Docker or Podman: az acr login --name {registry}; docker build --file {file} --tag \
                 {registry}.azurecr.io/{image} .; docker push {registry}.azurecr.io/{image}"
            ),
            "The rollout sees by itself when it is there, and then makes the jobs that run it."
                .to_owned(),
        ]
    }
}

#[async_trait]
impl Step for ProbeImageStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let server = cx.inputs().require(&self.server)?;
        let (name, tag) = self
            .image
            .rsplit_once(':')
            .unwrap_or((&self.image, "latest"));
        let repository = self.repository(&server, name, cx.inputs())?;
        Ok(if cx.read(repository.holds(tag)).await? {
            Observed::ManualDone {
                outputs: Outputs::new().with("image", format!("{server}/{}", self.image)),
            }
        } else {
            Observed::ManualPending {
                instructions: self.instructions(),
            }
        })
    }
}
