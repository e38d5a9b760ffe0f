//! The probe's image in the registry: a person builds and pushes it once.

use async_trait::async_trait;

use super::registry::RegistryClient;
use crate::engine::{Key, Meta, Observe, Observed, Output, Outputs, Stage, Step, StepError};
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
        }
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
        let id = self.tenant.id(cx.inputs())?;
        let connection = self.clients.connection();
        let registry = RegistryClient::new(
            &server,
            self.clients.credential(&self.tenant, cx.inputs())?,
            id,
            connection.options(&self.tenant.key, id),
        );
        Ok(if cx.read(registry.holds(&self.image)).await? {
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
