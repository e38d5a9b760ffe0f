//! The workflow that deploys an app: one text for all, with the names of the environment file in it.
//!
//! Actions are named by the commit that stands behind a tag, because a tag can be moved. `azure/container-apps-deploy-action`
//! is not among them: it runs on a Node.js that GitHub has removed, and says success where no revision came of it.

use rhc_arm::ResourceType as _;
use rhc_containerapps::ContainerApp;

use super::settings::{Setting, workflow_path};
use crate::manifest::{App, Manifest};

const TEMPLATE: &str = include_str!("deploy.yml");

/// An action, by commit and by the tag that it had in autumn 2026.
const CHECKOUT: &str = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1";
const LOGIN: &str = "azure/login@a641126d1b8aa4d1fa005f4f92df94a3a4c4c906 # v3.1.0";
const BUILDX: &str = "docker/setup-buildx-action@37fe631027851001ddb9b187196cc803df7f5f0e # v4.3.0";
const BUILD: &str = "docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0";

/// How the mark of every environment begins.
pub(super) const MADE_BY: &str = "# Made by the rollout of the environment ";

/// What the file begins with: by it the rollout knows that it made it.
pub fn mark(manifest: &Manifest) -> String {
    format!("{MADE_BY}{}.\n", manifest.name_prefix())
}

/// The workflow of an app.
pub fn text(manifest: &Manifest, app: &App) -> String {
    let variable = |setting: Setting| setting.name(manifest, app);
    let environment = app.github.environment.as_deref().map(|name| {
        // In quotes a name such as `on` stays a name.
        format!("environment: {}", quoted(name))
    });
    let dockerfile = app.github.dockerfile.as_deref().unwrap_or("Dockerfile");
    // What the file leaves open is as it is of the image that the app starts with.
    let port = app.container_app.port.unwrap_or(manifest.bootstrap.port);
    let probe_path = app.container_app.probe_path.as_deref();
    let probe_path = probe_path.unwrap_or(&manifest.bootstrap.probe_path);
    let values = [
        ("PREFIX", manifest.name_prefix()),
        ("NAME", manifest.environment.name.clone()),
        ("BRANCH", app.github.branch.clone()),
        ("FILE", workflow_path(manifest)),
        ("CONTAINER_APP", variable(Setting::ContainerApp)),
        ("RESOURCE_GROUP", variable(Setting::ResourceGroup)),
        ("REGISTRY", variable(Setting::Registry)),
        ("IMAGE", variable(Setting::Image)),
        ("CLIENT_ID", variable(Setting::ClientId)),
        ("TENANT_ID", variable(Setting::TenantId)),
        ("SUBSCRIPTION_ID", variable(Setting::SubscriptionId)),
        ("PORT", quoted(&port.to_string())),
        ("PROBE_PATH", quoted(probe_path)),
        ("API_VERSION", ContainerApp::API_VERSION.to_owned()),
        ("DOCKERFILE", quoted(dockerfile)),
        ("CHECKOUT", CHECKOUT.to_owned()),
        ("LOGIN", LOGIN.to_owned()),
        ("BUILDX", BUILDX.to_owned()),
        ("BUILD", BUILD.to_owned()),
    ];
    let lines = TEMPLATE.lines().filter_map(|line| {
        if line.trim() == "@ENVIRONMENT@" {
            let environment = environment.as_ref()?;
            return Some(line.replace("@ENVIRONMENT@", environment));
        }
        let filled = values.iter().fold(line.to_owned(), |line, (name, value)| {
            line.replace(&format!("@{name}@"), value)
        });
        Some(filled)
    });
    lines.map(|line| line + "\n").collect()
}

/// A text that YAML reads as one, whatever is in it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use saphyr::{LoadableYamlNode, Yaml};

    fn manifest() -> Manifest {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
        Manifest::load(path).unwrap()
    }

    fn parsed(text: &str) -> Yaml<'_> {
        let mut documents = Yaml::load_from_str(text).unwrap();
        assert_eq!(documents.len(), 1);
        documents.remove(0)
    }

    fn string<'y>(yaml: &'y Yaml<'_>, path: &[&str]) -> &'y str {
        let found = path
            .iter()
            .try_fold(yaml, |node, key| node.as_mapping_get(key));
        found.and_then(|node| node.as_str()).unwrap_or("")
    }

    #[test]
    fn it_is_yaml_and_nothing_is_left_to_fill_in() {
        let manifest = manifest();
        for (_, app) in manifest.apps() {
            let text = text(&manifest, app);
            assert!(text.starts_with(&mark(&manifest)));
            let blank = text.split('@').skip(1).step_by(1);
            let blank = blank.filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
            assert_eq!(blank.collect::<Vec<_>>(), Vec::<&str>::new());
            let yaml = parsed(&text);
            assert_eq!(string(&yaml, &["permissions", "id-token"]), "write");
            assert_eq!(string(&yaml, &["permissions", "contents"]), "read");
            assert_eq!(string(&yaml, &["jobs", "deploy", "environment"]), "qa");
            let cancel = yaml.as_mapping_get("concurrency").unwrap();
            let cancel = cancel.as_mapping_get("cancel-in-progress").unwrap();
            assert_eq!(cancel.as_bool(), Some(false));
        }
    }

    #[test]
    fn every_action_is_named_by_its_commit_and_no_secret_is_read() {
        let manifest = manifest();
        let text = text(&manifest, &manifest.apps["hp2"]);
        let yaml = parsed(&text);
        let deploy = yaml
            .as_mapping_get("jobs")
            .unwrap()
            .as_mapping_get("deploy")
            .unwrap();
        let steps = deploy
            .as_mapping_get("steps")
            .unwrap()
            .as_sequence()
            .unwrap();
        let uses: Vec<&str> = steps
            .iter()
            .filter_map(|step| step.as_mapping_get("uses")?.as_str())
            .collect();
        assert_eq!(uses.len(), 4);
        for action in uses {
            let (_, commit) = action.split_once('@').unwrap();
            assert_eq!(commit.len(), 40, "{action}");
            assert!(commit.bytes().all(|c| c.is_ascii_hexdigit()), "{action}");
            assert!(text.contains(&format!("{action} # v")), "{action}");
        }
        assert!(!text.contains("secrets."));
        assert!(text.contains("--arg image \"$IMAGE@$DIGEST\""), "by digest");
    }

    #[test]
    fn without_an_environment_the_branch_is_trusted_and_names_are_its_own() {
        let mut manifest = manifest();
        let app = manifest.apps.get_mut("hp2").unwrap();
        app.github.environment = None;
        let text = text(&manifest, &manifest.apps["hp2"]);
        let yaml = parsed(&text);
        let deploy = yaml
            .as_mapping_get("jobs")
            .unwrap()
            .as_mapping_get("deploy")
            .unwrap();
        assert!(deploy.as_mapping_get("environment").is_none());
        assert!(text.contains("vars.QA_AZURE_CLIENT_ID"));
        assert!(!text.contains("vars.AZURE"));
    }

    #[test]
    fn a_push_brings_the_port_and_the_path_of_the_real_image() {
        let mut manifest = manifest();
        let of = |manifest: &Manifest| {
            let text = text(manifest, &manifest.apps["hp2"]);
            let yaml = parsed(&text);
            let env = |name| string(&yaml, &["jobs", "deploy", "env", name]).to_owned();
            (env("PORT"), env("PROBE_PATH"))
        };
        assert_eq!(of(&manifest), ("80".to_owned(), "/".to_owned()));
        let app = &mut manifest.apps.get_mut("hp2").unwrap().container_app;
        app.port = Some(8080);
        app.probe_path = Some("/healthz".to_owned());
        assert_eq!(of(&manifest), ("8080".to_owned(), "/healthz".to_owned()));
    }

    #[test]
    fn names_that_mean_something_to_yaml_stay_names() {
        let mut manifest = manifest();
        let app = manifest.apps.get_mut("hp2").unwrap();
        app.github.environment = Some("on: #\"".to_owned());
        let text = text(&manifest, &manifest.apps["hp2"]);
        let yaml = parsed(&text);
        assert_eq!(string(&yaml, &["jobs", "deploy", "environment"]), "on: #\"");
    }

    #[test]
    fn the_whole_workflow() {
        let manifest = manifest();
        insta::assert_snapshot!(text(&manifest, &manifest.apps["hp2"]));
    }
}
