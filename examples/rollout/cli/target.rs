//! The cloud of a run: how it is reached, whose journal it has, who is the person there.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

use rhc_core::fake::WorldOptions;
use url::Url;

use super::args::{Args, CloudChoice, SignInChoice, Verb};
use super::failure::{CliError, full};
use super::prompt::OnStandardError;
use super::state;
use crate::connection::{Connection, Served};
use crate::embedded::EmbeddedCloud;
use crate::github::GitHubToken;
use crate::manifest::Manifest;
use crate::preflight::Situation;
use crate::sign_in::{Method, Pipeline};

/// The cloud of a run.
pub(super) struct Target {
    pub(super) connection: Arc<Connection>,
    /// The cloud in this process and the file that it is kept in.
    pub(super) embedded: Option<(EmbeddedCloud, Option<PathBuf>)>,
    /// Whether a simulated person does what a machine cannot.
    pub(super) person: bool,
    pub(super) situation: Situation,
}

impl Target {
    /// Reaches the cloud that the arguments name.
    pub(super) async fn open(args: &Args, manifest: &Manifest) -> Result<Self, CliError> {
        match &args.cloud {
            CloudChoice::Embedded => {
                let person = args.verb() == Verb::Rehearse;
                let path = args.state.clone();
                if args.verb() == Verb::Verify && path.as_ref().is_some_and(|path| !path.exists()) {
                    return Err(CliError::usage(
                        "there is no state to verify: the file given with --state does not exist",
                        "run apply with the same --state first",
                    ));
                }
                let options = WorldOptions::default();
                let cloud = state::open(manifest, path.as_deref(), options, person)?;
                Ok(Self {
                    connection: placed(args, cloud.connect()),
                    embedded: Some((cloud, path)),
                    person,
                    situation: Situation::default(),
                })
            }
            CloudChoice::Url(address) => {
                let served = Served::at(address.clone());
                let about = served.about().await.map_err(|error| {
                    CliError::failed(
                        full(&error),
                        "start one with: cargo run --example embedded_cloud -- --listen 127.0.0.1:8080",
                    )
                })?;
                if about.environment != manifest.environment.name {
                    return Err(CliError::usage(
                        format!(
                            "the cloud at {address} was made for the environment '{}', and this file describes '{}'",
                            about.environment, manifest.environment.name
                        ),
                        "name that environment's file with --environment, or serve another cloud",
                    ));
                }
                Ok(Self {
                    connection: placed(args, Connection::served(manifest, &served, &about)),
                    embedded: None,
                    person: about.person,
                    situation: Situation::default(),
                })
            }
            CloudChoice::Azure => {
                let method = method(args.sign_in)?;
                let github = github_token();
                let situation = Situation {
                    azure: true,
                    github: github.is_some(),
                    application: matches!(method, Method::Pipeline(_)),
                    az: matches!(method, Method::Az),
                    ..Situation::default()
                };
                let prompt = Arc::new(OnStandardError);
                Ok(Self {
                    connection: Connection::azure(manifest, method, prompt, github),
                    embedded: None,
                    person: false,
                    situation,
                })
            }
        }
    }
}

/// An operator sits at his own desk, unless he says otherwise.
fn placed(args: &Args, connection: Arc<Connection>) -> Arc<Connection> {
    if !args.inside {
        connection.work_from_outside();
    }
    connection
}

/// The usual place of the journal, which the help names too.
pub(super) fn journal(args: &Args, manifest: &Manifest) -> Option<PathBuf> {
    let folder = PathBuf::from(".rhc").join(&manifest.environment.name);
    match &args.cloud {
        CloudChoice::Embedded => {
            let state = args.state.as_ref()?;
            Some(state::beside(state, ".journal.jsonl"))
        }
        CloudChoice::Url(address) => Some(folder.join(folder_of(address)).join("journal.jsonl")),
        CloudChoice::Azure => Some(folder.join("journal.jsonl")),
    }
}

/// `127.0.0.1-8080`: an address as the name of a folder.
fn folder_of(address: &Url) -> String {
    let host = address.host_str().unwrap_or_default();
    let port = address.port_or_known_default().unwrap_or_default();
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '.' {
            c
        } else {
            '-'
        }
    };
    format!("{host}-{port}").chars().map(plain).collect()
}

/// The way to sign in that was asked for, or the one that fits where we run.
fn method(choice: Option<SignInChoice>) -> Result<Method, CliError> {
    let choice = choice.unwrap_or_else(|| {
        if pipeline().is_some() {
            SignInChoice::Pipeline
        } else if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
            SignInChoice::Person
        } else {
            SignInChoice::Device
        }
    });
    Ok(match choice {
        SignInChoice::Person => Method::Person,
        SignInChoice::Device => Method::Device,
        SignInChoice::Az => Method::Az,
        SignInChoice::Pipeline => Method::Pipeline(pipeline().ok_or_else(|| {
            CliError::usage(
                "--sign-in pipeline needs ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN and AZURE_CLIENT_ID in the environment",
                "run it in a GitHub workflow whose job has `permissions: id-token: write`, and give AZURE_CLIENT_ID the application id of the automation",
            )
        })?),
    })
}

/// The token for GitHub. It is read here and nowhere else.
fn github_token() -> Option<GitHubToken> {
    let of = |name: &str| std::env::var(name).ok();
    let given = [of("GITHUB_TOKEN"), of("GH_TOKEN")];
    let mut given = given
        .into_iter()
        .flatten()
        .map(|text| text.trim().to_owned());
    given.find(|text| !text.is_empty()).map(GitHubToken::new)
}

fn pipeline() -> Option<Pipeline> {
    let of = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    Some(Pipeline {
        request_url: of("ACTIONS_ID_TOKEN_REQUEST_URL")?.parse().ok()?,
        request_token: of("ACTIONS_ID_TOKEN_REQUEST_TOKEN")?.into(),
        client_id: of("AZURE_CLIENT_ID")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_served_cloud_has_a_journal_of_its_own() {
        let of = |address: &str| folder_of(&address.parse().unwrap());
        assert_eq!(of("http://127.0.0.1:8080"), "127.0.0.1-8080");
        assert_eq!(of("http://localhost"), "localhost-80");
        assert_eq!(of("http://[::1]:9"), "---1--9");
    }
}
