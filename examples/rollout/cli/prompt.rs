//! Telling the person where to sign in, and asking him before anything is written.

use std::io::{BufRead, IsTerminal, Write};

use super::args::Verb;
use super::failure::CliError;
use crate::sign_in::{Ask, Prompt};

/// Standard error: it is the person's also when a script reads the output.
#[derive(Clone, Copy, Debug)]
pub(super) struct OnStandardError;

impl Prompt for OnStandardError {
    fn ask(&self, ask: &Ask<'_>) {
        let text = match ask {
            Ask::Browser {
                tenant,
                service,
                address,
            } => {
                format!(
                    "Sign in to '{tenant}' for {service}: open this address in a browser on this computer\n\n  {address}\n\n"
                )
            }
            Ask::Code {
                tenant,
                service,
                address,
                code,
            } => format!(
                "Sign in to '{tenant}' for {service}: open {address} and enter the code {code}\n"
            ),
        };
        let mut to = std::io::stderr();
        let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
    }
}

/// Asks for the environment's name before it is taken down. Whoever cannot be asked has to have said it.
pub(super) async fn confirm_destroy(name: &str) -> Result<(), CliError> {
    if !std::io::stdin().is_terminal() {
        return Err(CliError::usage(
            "destroy asks for the environment's name before it deletes anything, and nobody is at a terminal",
            format!("look at what would be deleted, then run destroy with --yes-destroy {name}"),
        ));
    }
    let question = format!("Delete all this? Type the environment's name ({name}): ");
    if ask(&question).await == name {
        Ok(())
    } else {
        Err(CliError {
            help: None,
            ..CliError::failed("that is not its name: nothing was deleted", "")
        })
    }
}

/// What the person types.
async fn ask(question: &str) -> String {
    let mut to = std::io::stderr();
    let _ = to.write_all(question.as_bytes()).and_then(|()| to.flush());
    let answer = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut line)
            .map(|_| line)
            .unwrap_or_default()
    });
    answer.await.unwrap_or_default().trim().to_owned()
}

/// Asks whether what was shown may be done. Whoever cannot be asked has to say so beforehand.
pub(super) async fn confirm(verb: Verb, question: &str) -> Result<(), CliError> {
    if !std::io::stdin().is_terminal() {
        let verb = verb.name();
        return Err(CliError::usage(
            format!("{verb} on azure asks before it writes, and nobody is at a terminal"),
            format!("look at what it would do, then run {verb} with --yes"),
        ));
    }
    if ask(&format!("{question} Type yes: ")).await == "yes" {
        Ok(())
    } else {
        Err(CliError {
            help: None,
            ..CliError::failed("nothing was done", "")
        })
    }
}
