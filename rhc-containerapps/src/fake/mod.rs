#![doc = include_str!("README.md")]

mod app;
mod auth;
mod certificate;
mod detector;
mod domains;
mod environment;
mod execution;
mod identity;
mod images;
mod job;
mod json;
mod managed_certificate;
mod program;
mod regions;
mod registry;
mod replica;
mod revision;
mod secrets;
mod storage;
mod subnet;
mod template;
mod traffic;
mod verification;
mod web;
mod workload;

use rhc_arm::fake::ServiceError;
use rhc_core::fake::World;
use rhc_core::fake::authority::register_identity_headers;

pub use execution::log_of;
pub use program::{Exit, Program, RunningContainer, register_program};
pub use registry::{Registries, holds_image, pulling_takes, push_image, remove_image};

const ENVIRONMENTS: &str = "Microsoft.App/managedEnvironments";
const APPS: &str = "Microsoft.App/containerApps";
const CERTIFICATES: &str = "Microsoft.App/managedEnvironments/managedCertificates";
const OWN_CERTIFICATES: &str = "Microsoft.App/managedEnvironments/certificates";
const STORAGES: &str = "Microsoft.App/managedEnvironments/storages";
const REVISIONS: &str = "Microsoft.App/containerApps/revisions";
const REPLICAS: &str = "Microsoft.App/containerApps/revisions/replicas";
const AUTH_CONFIGS: &str = "Microsoft.App/containerApps/authConfigs";
const APP_DETECTORS: &str = "Microsoft.App/containerApps/detectors";
const JOB_DETECTORS: &str = "Microsoft.App/jobs/detectors";
const ENVIRONMENT_DETECTORS: &str = "Microsoft.App/managedEnvironments/detectors";
const JOBS: &str = "Microsoft.App/jobs";
const EXECUTIONS: &str = "Microsoft.App/jobs/executions";
/// The stable versions that the fake answers to.
const VERSIONS: &[&str] = &[
    "2024-03-01",
    "2025-01-01",
    "2025-07-01",
    "2026-01-01",
    "2026-07-01",
];
/// What a refusal is called of which no code is known. Unverified wherever it is used.
const UNNAMED: &str = "InvalidRequestParameterWithDetails";

/// Lets Container Apps be made on the Resource Manager of a World, which `rhc_arm::fake::mount` provides, lets the apps
/// answer on `*.azurecontainerapps.io`, and lets registries answer for the images in them on `*.azurecr.io`.
pub fn mount(world: &World) {
    for rules in [
        environment::RULES,
        managed_certificate::RULES,
        certificate::RULES,
        storage::RULES,
        app::RULES,
        revision::RULES,
        replica::RULES,
        job::RULES,
        execution::RULES,
        auth::RULES,
        detector::OF_APPS,
        detector::OF_JOBS,
        detector::OF_ENVIRONMENTS,
    ] {
        rhc_arm::fake::register(world, rules);
    }
    rhc_arm::fake::register_route(world, verification::ROUTE);
    execution::on_events(world);
    let _ = world.load_section::<Registries>();
    world.mount("*.azurecontainerapps.io", web::router());
    world.mount("*.azurecr.io", registry::router());
    register_identity_headers(world, identity::of_execution);
}

/// A refusal with 400.
fn bad(code: &'static str, message: impl Into<String>) -> ServiceError {
    ServiceError::bad_request(code, message)
}
