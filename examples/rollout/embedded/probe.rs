//! The probe in this cloud: a program in place of its image, and the person who pushes that image.

use std::sync::Arc;
use std::time::Duration;

use rhc_arm::fake::Arm;
use rhc_containerapps::fake::{holds_image, push_image, register_program};
use rhc_core::fake::{PersonTask, State, World};

use crate::manifest::Manifest;
use crate::probe::program;
use crate::steps::probe::{key, reference};

/// A build of the whole workspace, and a push.
const PUSH: Duration = Duration::from_secs(15 * 60);

/// Lets the probe's image do what the probe does, and be pushed as soon as its registry is there.
pub(super) fn register(world: &World, manifest: &Manifest) {
    let Some(image) = reference(manifest) else {
        return;
    };
    register_program(world, &image, program());
    let (host, _) = image.split_once('/').unwrap_or_default();
    let (host, wanted, pushed) = (host.to_owned(), image.clone(), image.clone());
    world.person().register(PersonTask {
        key: key(manifest).to_string(),
        title: format!("build the probe and push it as {image}"),
        ready: Arc::new(move |state| has_registry(state, &host) && !holds_image(state, &wanted)),
        act: Arc::new(move |state| push_image(state, &pushed)),
        takes: PUSH,
    });
}

/// Whether the registry with this host name is ready to be pushed to.
fn has_registry(state: &State, host: &str) -> bool {
    let registries = "Microsoft.ContainerRegistry/registries";
    state.read::<Arm>().is_some_and(|arm| {
        arm.everywhere(registries).any(|own| {
            own.text("properties.loginServer") == Some(host)
                && own.text("properties.provisioningState") == Some("Succeeded")
        })
    })
}
