//! The programs' command lines: arguments in, words and an exit code out. The examples are nothing but a call to
//! [`rollout`], [`cloud`] or [`probe`].

mod args;
mod carrying;
mod checks;
mod console;
mod deployment_log;
mod destroy;
mod differences;
mod endpoints;
mod events;
mod failure;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzed;
mod help;
mod import;
mod journal;
mod logging;
mod mirror;
mod next;
mod page;
mod permissions;
mod preflight;
mod probe;
mod prompt;
mod runbook;
mod saved;
mod serve;
mod session;
mod signals;
mod state;
mod target;
mod watch;
mod window;
mod workflow;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Parser;
use clap::error::ErrorKind;
use tokio::runtime::{Builder, Runtime};

pub use args::{Args, CloudChoice, JournalChoice, SignInChoice, Verb};
pub use console::Console;
pub use failure::CliError;
pub use probe::probe;
pub use serve::cloud;

use crate::engine::Exit;
use crate::manifest::{Manifest, ManifestError};
use crate::report::{self, Named, Tone};
use events::Events;
use session::Session;
use watch::Watch;

/// Runs the rollout with these arguments, the program's name first.
pub fn rollout(words: impl IntoIterator<Item = OsString>, console: &mut Console) -> Exit {
    let watch = Watch::start();
    let words: Vec<OsString> = words.into_iter().collect();
    if words.iter().any(|word| word == "--json") {
        console.for_script();
    }
    if let Some(name) = words.first() {
        console.called(Path::new(name));
    }
    if words.iter().any(|word| word == "--help" || word == "-h")
        && let Some(help) = help::of_verb(&words)
    {
        console.say(&help);
        return Exit::Done;
    }
    let (words, from_environment) = help::with_environment(&words, console);
    let mut args: Args = match parse(words, console) {
        Ok(args) => args,
        Err(exit) => {
            if exit == Exit::Usage && !from_environment.is_empty() {
                let names: Vec<_> = from_environment.iter().map(|(_, name)| *name).collect();
                let names = names.join(", ");
                console.raw_error(&format!("note: {names} of the environment counted too\n"));
            }
            return exit;
        }
    };
    let options: Vec<_> = from_environment.iter().map(|(option, _)| *option).collect();
    args.leave_aside(&options);
    console.tell(args.detail());
    let started = logging::start().and_then(|()| runtime(args.cloud == CloudChoice::Embedded));
    let done = started.and_then(|runtime| {
        let done = runtime.block_on(run(&args, console, watch));
        // A thread that still waits for the person's answer is left behind.
        runtime.shutdown_background();
        done
    });
    done.unwrap_or_else(|error| {
        console.error(&error);
        error.exit
    })
}

/// The arguments, or how the program ends without them. Clap's own code for wrong usage means "changes" here.
fn parse<A: Parser>(words: Vec<OsString>, console: &mut Console) -> Result<A, Exit> {
    A::try_parse_from(words).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            console.say(&error.to_string());
            Exit::Done
        }
        _ => {
            console.raw_error(&error.to_string());
            let message = error.to_string();
            let first = message.lines().next().unwrap_or_default();
            let first = first.trim_start_matches("error: ");
            console.document(&serde_json::json!({
                "error": { "message": first, "help": "run it with --help" },
                "exit": Exit::Usage.code(),
            }));
            Exit::Usage
        }
    })
}

/// In process everything runs on a paused clock, which jumps over every wait; a socket needs a real one.
fn runtime(paused: bool) -> Result<Runtime, CliError> {
    let built = Builder::new_current_thread()
        .enable_all()
        .start_paused(paused)
        .build();
    built.map_err(|error| {
        CliError::failed(format!("the program could not start: {error}"), "try again")
    })
}

async fn run(args: &Args, console: &mut Console, watch: Watch) -> Result<Exit, CliError> {
    args.check()?;
    match args.verb() {
        Verb::Completions => return help::completions(args, console),
        Verb::Man => return help::man(args, console),
        _ => {}
    }
    let events = Events::open(args.events.as_deref(), console)?;
    let done = run_told(args, console, watch, &events).await;
    if let Err(error) = &done {
        events.say(Named::Error {
            message: &error.message,
            help: error.help.as_deref(),
        });
        events.say(Named::End {
            exit: error.exit.code(),
            requests: 0,
            seconds: watch.seconds(),
            cloud_seconds: 0.0,
        });
    }
    done
}

async fn run_told(
    args: &Args,
    console: &mut Console,
    watch: Watch,
    events: &Events,
) -> Result<Exit, CliError> {
    let manifest = load(args.environment.as_deref())?;
    match args.verb() {
        Verb::Destroy => destroy::check(args, &manifest)?,
        Verb::Workflow => return workflow::print(args, &manifest, console),
        Verb::Journal => return journal::show(args, &manifest, console).await,
        _ => {}
    }
    let mut session = Session::open(args, &manifest, console, events.clone()).await?;
    let began = session.target.connection.clock().now();
    let done = Box::pin(session.run()).await;
    session.close().await;
    if done.is_err() {
        // What was made before the failure is kept; why the run failed is the more important message.
        let _ = session.save();
    }
    let exit = done?;
    let passed = session.target.connection.clock().now() - began;
    let document = &mut session.document;
    document.requests = session.target.connection.requests();
    document.seconds = watch.seconds();
    document.cloud_seconds = passed.as_seconds_f64();
    document.exit = exit.code();
    let (requests, seconds) = (document.requests, document.seconds);
    let took = report::took(passed.unsigned_abs(), seconds, requests);
    let program = session.console.program("qa_rollout");
    let next = next::next(args, &program, exit, &session.document);
    let page = args.html.as_deref().map(|path| page::write(&session, path));
    events.say(Named::End {
        exit: exit.code(),
        requests,
        seconds,
        cloud_seconds: passed.as_seconds_f64(),
    });
    session.console.document(&session.document);
    session.console.aside("");
    session.console.aside(&took);
    if let (Some(written), Some(path)) = (page, &args.html) {
        written?;
        session.console.aside(&format!("Page: {}", path.display()));
    }
    if let Some(next) = next {
        let mut text = session.console.text();
        text.gap();
        text.marked("Next: ", Tone::Strong, Tone::Plain, &next.words);
        if let Some(command) = &next.command {
            // On a line of its own and whole, to be copied.
            text.verbatim(&format!("  {command}"));
        }
        session.console.show(text);
    }
    Ok(exit)
}

/// The environment file that was named, or this repository's.
fn load(path: Option<&Path>) -> Result<Manifest, CliError> {
    let path = path.map_or_else(default_environment, Path::to_owned);
    Manifest::load(&path).map_err(|error| {
        let help = match &error {
            ManifestError::Refused { .. } => {
                "correct the file; examples/environments/README.md lists every refusal"
            }
            _ => "name the environment file with --environment FILE",
        };
        let shown = match &error {
            ManifestError::Refused { .. } => Some(format!("{:?}\n", error.report())),
            _ => None,
        };
        CliError {
            shown,
            ..CliError::usage(failure::full(&error), help)
        }
    })
}

fn default_environment() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("environments/qa.toml");
    if own.exists() {
        return own;
    }
    // The program was copied away from where it was built.
    PathBuf::from("examples/environments/qa.toml")
}
