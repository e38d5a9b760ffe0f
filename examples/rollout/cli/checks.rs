//! What of a command line makes no sense, and what to do instead.

use std::path::Path;

use super::args::{Args, CloudChoice, JournalChoice, Purpose, Verb};
use super::events::STANDARD_OUTPUT;
use super::failure::CliError;

impl Args {
    fn check_workflow(&self) -> Result<(), CliError> {
        match (self.verb(), &self.app) {
            (Verb::Workflow, Some(_)) => Ok(()),
            (Verb::Workflow, None) => Err(CliError::usage(
                "workflow prints the workflow of one app, and none is named",
                "name it as in the environment file, such as --app hp2",
            )),
            _ => Err(CliError::usage(
                "--app is for workflow, which prints the workflow of one app",
                "leave it out",
            )),
        }
    }

    fn check_parts(&self) -> Result<(), CliError> {
        let verb = self.verb();
        let takes_targets = matches!(verb, Verb::Plan | Verb::Drift | Verb::Apply);
        for (given, fits, words, help) in [
            (
                self.events.is_some(),
                !verb.asks_no_cloud(),
                "--events tells of a run, and this verb makes none",
                "leave it out",
            ),
            (
                self.events.as_deref() == Some(Path::new(STANDARD_OUTPUT)),
                !self.json,
                "--events and --json cannot both have standard output",
                "give the events a file: --events=FILE",
            ),
            (
                verb == Verb::Completions,
                self.operand().is_some(),
                "completions needs the name of a shell",
                "say which: bash, elvish, fish, powershell or zsh",
            ),
            (
                !self.operands.is_empty(),
                matches!(verb, Verb::Apply | Verb::Import | Verb::Completions),
                "only apply takes a saved plan, and only import keys",
                "leave out what stands behind the verb",
            ),
            (
                self.operands.len() > 1,
                verb == Verb::Import,
                "only import takes more than one word",
                "leave out what stands behind the first one",
            ),
            (
                verb == Verb::Import,
                !self.operands.is_empty(),
                "import adopts what is named, and nothing is",
                "give it the keys of what plan shows as foreign, such as import network/Microsoft.Network/virtualNetworks/rhc-qa-vnet",
            ),
            (
                self.out.is_some(),
                matches!(verb, Verb::Plan | Verb::Runbook | Verb::Man),
                "--out saves a plan, or is the folder of a runbook or of manual pages",
                "leave it out, or use plan, runbook or man",
            ),
            (
                verb == Verb::Runbook,
                self.out.is_some(),
                "runbook writes documents into a folder, and none is named",
                "name it, such as --out docs/runbook",
            ),
            (
                !self.target.is_empty(),
                takes_targets,
                "--target is for plan, drift and apply: a part cannot show that the whole does what it is for",
                "leave it out",
            ),
            (
                self.yes,
                verb != Verb::Destroy,
                "--yes is not enough to take an environment down",
                "give its name with --yes-destroy NAME, or type it when asked",
            ),
            (
                self.purpose != Purpose::Apply,
                verb == Verb::Permissions,
                "--for says what permissions are asked about, and only permissions tells them",
                "leave it out, or use permissions",
            ),
            (
                self.yes_destroy.is_some(),
                verb == Verb::Destroy,
                "--yes-destroy is for destroy, and for nothing else",
                "leave it out",
            ),
            (
                !self.target.is_empty(),
                self.operand().is_none(),
                "a saved plan knows the part that it was made for",
                "leave --target out",
            ),
        ] {
            if given && !fits {
                return Err(CliError::usage(words, help));
            }
        }
        Ok(())
    }

    fn check_html(&self) -> Result<(), CliError> {
        let Some(path) = &self.html else {
            return Ok(());
        };
        let verb = self.verb();
        if matches!(verb, Verb::Mirror | Verb::Runbook | Verb::Permissions) || verb.asks_no_cloud()
        {
            return Err(CliError::usage(
                format!(
                    "--html is a page of a plan, an apply or a verification, and {} is none of them",
                    verb.name()
                ),
                "leave it out",
            ));
        }
        if path.is_dir() {
            return Err(CliError::usage(
                format!(
                    "{}: --html needs a file, and this is a folder",
                    path.display()
                ),
                format!(
                    "name a file in it, such as {}",
                    path.join("rollout.html").display()
                ),
            ));
        }
        Ok(())
    }

    fn check_doors(&self) -> Result<(), CliError> {
        let verb = self.verb();
        let (replaces, azure) = (
            !self.replace_users.is_empty(),
            self.cloud == CloudChoice::Azure,
        );
        let opens = if matches!(verb, Verb::Destroy | Verb::Import) {
            "opens none"
        } else if verb.writes() {
            "opens it by itself where it has to"
        } else {
            "writes nothing, not even that"
        };
        let name = verb.name();
        for (wrong, words, help) in [
            (
                self.open_window && verb != Verb::Plan,
                format!("--open-window lets plan look behind a closed door, and {name} {opens}"),
                "leave it out, or use plan",
            ),
            (
                self.inside && azure,
                "--inside is for embedded clouds: on azure the program is where its computer is"
                    .to_owned(),
                "leave it out, and run the program in the network that reaches the server's private endpoint",
            ),
            (
                self.preflight && azure,
                "--preflight is for embedded clouds: on azure it is always done".to_owned(),
                "leave it out",
            ),
            (
                self.preflight
                    && (matches!(verb, Verb::Mirror | Verb::Runbook | Verb::Import)
                        || verb.asks_no_cloud()),
                format!("--preflight looks before something is made, and {name} makes nothing"),
                "leave it out",
            ),
            (
                replaces && !matches!(verb, Verb::Plan | Verb::Apply),
                format!("--replace-user is for plan and apply, and {name} replaces nobody"),
                "leave it out",
            ),
            (
                replaces && self.operand().is_some(),
                "a saved plan knows whom it replaces".to_owned(),
                "leave --replace-user out, or plan again with it",
            ),
        ] {
            if wrong {
                return Err(CliError::usage(words, help));
            }
        }
        Ok(())
    }

    /// What no single option shows to be wrong.
    pub(super) fn check(&self) -> Result<(), CliError> {
        let verb = self.verb();
        if self.from_group.is_some() && verb != Verb::Mirror {
            return Err(CliError::usage(
                format!(
                    "--from-group says what to compare with, and {} compares nothing",
                    verb.name()
                ),
                "leave it out, or use mirror",
            ));
        }
        self.check_parts()?;
        self.check_html()?;
        self.check_doors()?;
        if verb == Verb::Workflow || self.app.is_some() {
            return self.check_workflow();
        }
        match &self.cloud {
            CloudChoice::Azure if verb == Verb::Rehearse => {
                return Err(CliError::usage(
                    "a rehearsal is not for azure: it would make everything for real",
                    "leave out --cloud azure to rehearse, or use plan and apply",
                ));
            }
            CloudChoice::Embedded
                if self.state.is_none()
                    && !matches!(
                        verb,
                        Verb::Rehearse
                            | Verb::Mirror
                            | Verb::Runbook
                            | Verb::Permissions
                            | Verb::Journal
                            | Verb::Completions
                            | Verb::Man
                    ) =>
            {
                return Err(CliError::usage(
                    format!(
                        "{} on the embedded cloud needs --state FILE: without it the cloud is new and empty each time, and what was made is forgotten at the end",
                        verb.name()
                    ),
                    "name a file, which apply makes if it is not there; or leave the verb out to rehearse everything at once",
                ));
            }
            CloudChoice::Embedded if matches!(self.journal, Some(JournalChoice::Blob(_))) => {
                return Err(CliError::usage(
                    "a journal in Blob Storage keeps runs apart that share a cloud, and the cloud in this process is no other run's",
                    "name a file with --journal, or serve the cloud: cargo run --example embedded_cloud -- --listen 127.0.0.1:8080",
                ));
            }
            CloudChoice::Url(_) | CloudChoice::Azure if self.state.is_some() => {
                return Err(CliError::usage(
                    format!(
                        "--state is where the embedded cloud of this process is kept, and this run uses {}",
                        self.cloud.name()
                    ),
                    "leave it out; a served cloud keeps its own state (embedded_cloud --state FILE)",
                ));
            }
            CloudChoice::Embedded | CloudChoice::Url(_) if self.sign_in.is_some() => {
                return Err(CliError::usage(
                    "--sign-in is for azure: an embedded cloud signs its operator in by itself",
                    "leave it out",
                ));
            }
            CloudChoice::Embedded | CloudChoice::Url(_) | CloudChoice::Azure => {}
        }
        Ok(())
    }
}
