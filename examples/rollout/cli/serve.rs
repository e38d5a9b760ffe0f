//! The embedded cloud as a program of its own: served on a socket, with a person who does what he is told.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Parser, Subcommand};
use rhc_core::Clock;
use rhc_core::fake::{World, WorldOptions};
use tokio::net::TcpListener;
use url::Url;

use super::args::CloudChoice;
use super::console::Console;
use super::endpoints::{Endpoints, Ready};
use super::failure::{CliError, full};
use super::signals::Signals;
use super::{differences, load, logging, parse, runtime, state};
use crate::connection::{Served, SqlListeners, Task};
use crate::embedded::SqlSockets;
use crate::engine::Exit;
use crate::report::{Text, Tone};

/// Often enough that a killed cloud loses little, and seldom enough that a busy one is not held up.
const SAVE_EVERY: Duration = Duration::from_millis(250);
/// Time alone changes the cloud too: operations end, the person acts.
const SAVE_AT_REST: u32 = 20;

/// Serves an embedded cloud to other processes: every host of Microsoft's on one address, told apart by the Host header.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "embedded_cloud",
    version,
    max_term_width = 80,
    after_help = "With --https the services stand at addresses of this machine, and every link in an answer leads back there. \
                  The program prints the addresses, the file of the certificate to trust, and an application with a \
                  client secret that is drawn at each start: Owner of the subscriptions, with every permission of \
                  Microsoft Graph. Tell a client the endpoint, the credential and the certificate, turn its instance \
                  discovery off, and it needs nothing else.\n\n\
                  An empty cloud for any scenario: embedded_cloud --empty --https"
)]
struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// Where to listen
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The environment file. Default: examples/environments/qa.toml of this repository
    #[arg(long, value_name = "FILE", global = true)]
    environment: Option<PathBuf>,
    /// Where the cloud is kept, as JSON that a person can edit
    #[arg(long, value_name = "FILE", global = true)]
    state: Option<PathBuf>,
    /// How much faster its time runs: every delay and Retry-After is divided by it
    #[arg(long, value_name = "N", default_value = "1", value_parser = speed)]
    speed: f64,
    /// Let a simulated person do what a machine cannot, as soon as it is possible
    #[arg(long)]
    person: bool,
    #[command(flatten)]
    endpoints: Endpoints,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    /// Say what one kept cloud has that another has not or has otherwise, told by names; nothing is served
    Differences {
        /// A file that --state has kept
        one: PathBuf,
        /// The other
        other: PathBuf,
    },
    /// Do one manual step as the simulated person, or list them
    Person {
        /// The step, as the plan names it
        step: Option<String>,
        /// The served cloud
        #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080", value_parser = address)]
        cloud: Url,
    },
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "expected a number".to_owned())?;
    if (1.0..=100_000.0).contains(&speed) {
        Ok(speed)
    } else {
        Err("expected a number from 1 to 100000".to_owned())
    }
}

/// What fuzzers give to this command line.
#[cfg(any(test, fuzzing))]
pub(super) fn fuzzed<'a>(words: impl Iterator<Item = &'a str>) {
    if let Ok(args) = Args::try_parse_from(words) {
        assert!(args.speed.is_finite() && args.speed >= 1.0);
    }
}

fn address(text: &str) -> Result<Url, String> {
    match super::args::cloud(text)? {
        CloudChoice::Url(url) => Ok(url),
        CloudChoice::Embedded | CloudChoice::Azure => {
            Err("expected an address such as http://127.0.0.1:8080".to_owned())
        }
    }
}

/// Runs the embedded cloud with these arguments, the program's name first.
pub fn cloud(words: impl IntoIterator<Item = OsString>, console: &mut Console) -> Exit {
    let args: Args = match parse(words.into_iter().collect(), console) {
        Ok(args) => args,
        Err(exit) => return exit,
    };
    let started = logging::start().and_then(|()| runtime(false));
    let done = started.and_then(|runtime| {
        runtime.block_on(async {
            match &args.command {
                None => serve(&args, console).await,
                Some(Command::Differences { one, other }) => differences::show(one, other, console),
                Some(Command::Person { step, cloud }) => match &args.state {
                    Some(path) => in_file(&args, path, step.as_deref(), console),
                    None => at(cloud, step.as_deref(), console).await,
                },
            }
        })
    });
    done.unwrap_or_else(|error| {
        console.error(&error);
        error.exit
    })
}

async fn serve(args: &Args, console: &mut Console) -> Result<Exit, CliError> {
    let signals = Signals::listen();
    let world = open(args)?;
    let unheard = |error: std::io::Error| {
        CliError::failed(
            format!("nobody can listen on {}: {error}", args.listen),
            "choose another port with --listen ADDR:PORT; port 0 takes any that is free",
        )
    };
    let listener = TcpListener::bind(args.listen).await.map_err(unheard)?;
    let bound = listener.local_addr().map_err(unheard)?;
    let sql = SqlSockets::bind(&world, bound.ip())
        .await
        .map_err(unheard)?;
    let tds = sql.listeners().map_err(unheard)?;
    let endpoints = args.endpoints.open(&world).await?;
    welcome(args, bound, &tds, endpoints.as_ref(), console);
    let https = async {
        match endpoints {
            Some(endpoints) => endpoints.serve(&world).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        served = world.serve(listener) => served.map_err(unheard)?,
        served = sql.serve() => served.map_err(unheard)?,
        served = https => served.map_err(unheard)?,
        saved = keep(&world, args.state.as_deref()) => saved?,
        () = signals.heard() => {}
    }
    if let Some(path) = &args.state {
        state::save(&world, path)?;
        console.line(&format!("The state is kept in {}.", path.display()));
    }
    Ok(Exit::Done)
}

/// The cloud to serve.
fn open(args: &Args) -> Result<World, CliError> {
    let mut options = WorldOptions {
        speed: args.speed,
        ..WorldOptions::default()
    };
    if args.endpoints.is_https() {
        // Clients from anywhere compare what they sign and are given with a clock of their own.
        let now = Clock::system().now();
        options.start = now;
        options.not_before = Some(now);
    }
    let path = args.state.as_deref();
    if args.endpoints.empty {
        return state::open_bare(&args.endpoints.bare(), path, options);
    }
    let manifest = load(args.environment.as_deref())?;
    let cloud = state::open(&manifest, path, options, args.person)?;
    Ok(cloud.world().clone())
}

fn welcome(
    args: &Args,
    bound: SocketAddr,
    tds: &SqlListeners,
    endpoints: Option<&Ready>,
    console: &mut Console,
) {
    let mut text = console.text();
    text.heading(&format!("Serving an embedded cloud at http://{bound}"));
    if !args.endpoints.empty {
        rehearse(args, bound, &mut text);
    }
    text.paragraph("", Tone::Plain, &format!("Any other client: send the real host's name as Host. About this cloud: http://{bound}/.embedded-cloud"));
    let sql = format!(
        "SQL servers, over TDS: {ip}:{} from the internet, {ip}:{} from inside. The login says which server is meant; the certificate to trust stands in what the cloud says about itself.",
        tds.outside,
        tds.inside,
        ip = bound.ip()
    );
    text.paragraph("", Tone::Plain, &sql);
    console.show(text);
    if let Some(endpoints) = endpoints {
        endpoints.welcome(console);
    }
    console.line("Ctrl-C ends it.");
}

/// How the rollout uses it.
fn rehearse(args: &Args, bound: SocketAddr, text: &mut Text) {
    text.paragraph("", Tone::Plain, "Use it from another terminal:");
    let command = format!("  cargo run --example qa_rollout -- apply --cloud http://{bound}");
    text.paragraph("", Tone::Plain, &command);
    text.paragraph(
        "",
        Tone::Plain,
        &if args.person {
            "A simulated person does what a machine cannot.".to_owned()
        } else {
            format!("What only a person can do: cargo run --example embedded_cloud -- person STEP --cloud http://{bound}")
        },
    );
}

/// Saves what has changed, for as long as the cloud is served.
async fn keep(world: &World, path: Option<&Path>) -> Result<(), CliError> {
    let Some(path) = path else {
        return std::future::pending().await;
    };
    let (mut answered, mut rounds) = (usize::MAX, 0);
    loop {
        let now = world.request_count();
        rounds += 1;
        if now != answered || rounds >= SAVE_AT_REST {
            state::save(world, path)?;
            (answered, rounds) = (now, 0);
        }
        tokio::time::sleep(SAVE_EVERY).await;
    }
}

/// Lets the person of a served cloud do a step.
async fn at(address: &Url, step: Option<&str>, console: &mut Console) -> Result<Exit, CliError> {
    let served = Served::at(address.clone());
    let failed = |error| {
        CliError::failed(
            full(&error),
            "without STEP the steps are listed; --cloud names the served cloud, --state the file of one that is not served",
        )
    };
    match step {
        Some(step) => {
            served.perform(step).await.map_err(failed)?;
            console.line(&format!("Done: {step}"));
        }
        None => list(&served.about().await.map_err(failed)?.tasks, console),
    }
    Ok(Exit::Done)
}

/// Lets the person of a cloud that nobody serves do a step.
fn in_file(
    args: &Args,
    path: &Path,
    step: Option<&str>,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let manifest = load(args.environment.as_deref())?;
    let cloud = state::open(&manifest, Some(path), WorldOptions::default(), false)?;
    let person = cloud.world().person();
    let Some(step) = step else {
        let tasks = person.tasks().into_iter().map(|(task, ready)| Task {
            step: task.key,
            title: task.title,
            ready,
        });
        list(&tasks.collect::<Vec<_>>(), console);
        return Ok(Exit::Done);
    };
    person.perform(step).map_err(|error| {
        CliError::failed(
            error.to_string(),
            "without STEP the steps are listed, with those that can be done now",
        )
    })?;
    state::save(cloud.world(), path)?;
    console.line(&format!("Done: {step}"));
    Ok(Exit::Done)
}

fn list(tasks: &[Task], console: &mut Console) {
    let mut text = console.text();
    for task in tasks {
        let (sign, tone) = if task.ready {
            ("  * ", Tone::Warn)
        } else {
            ("    ", Tone::Plain)
        };
        text.marked(
            sign,
            tone,
            Tone::Plain,
            &format!("{}: {}", task.step, task.title),
        );
    }
    text.paragraph(
        "",
        Tone::Plain,
        "Those with * can be done now; the others wait or are done.",
    );
    console.show(text);
}
