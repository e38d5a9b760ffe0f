//! `workflow`: what is committed by hand where the rollout has no token for GitHub.

use serde_json::json;

use super::args::Args;
use super::console::Console;
use super::failure::CliError;
use crate::engine::Exit;
use crate::manifest::Manifest;
use crate::steps::delivery::{workflow, workflow_path};

/// Prints the workflow of the app that the arguments name.
pub(super) fn print(
    args: &Args,
    manifest: &Manifest,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let key = args.app.as_deref().unwrap_or_default();
    let Some(app) = manifest.apps.get(key) else {
        let known: Vec<_> = manifest.apps().map(|(key, _)| key).collect();
        return Err(CliError::usage(
            format!("the environment file has no app '{key}'"),
            format!("its apps are {}", known.join(", ")),
        ));
    };
    let text = workflow::text(manifest, app);
    if args.json {
        console.document(&json!({
            "verb": args.verb().name(),
            "repository": app.github.repository,
            "branch": app.github.branch,
            "path": workflow_path(manifest),
            "text": text,
        }));
    } else {
        console.say(&text);
    }
    Ok(Exit::Done)
}
