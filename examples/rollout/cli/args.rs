//! The command line of the rollout, and what of it makes no sense.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use clap::{Parser, ValueEnum};
use url::Url;

use super::events::STANDARD_OUTPUT;
use super::failure::CliError;
use crate::engine::{BlobAddress, BlobAddressError, public_address};
use crate::report::Detail;

/// Plans, applies and proves the environment that a file describes.
///
/// Without arguments the whole rollout is rehearsed on an embedded cloud: no account, no network, nothing is written.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "qa_rollout",
    version,
    max_term_width = 80,
    after_long_help = super::help::AFTER
)]
pub struct Args {
    /// What to do. Default: rehearse on the embedded cloud, else plan
    #[arg(value_enum)]
    pub verb: Option<Verb>,
    /// For apply: a plan that plan --out saved; exactly that is done, and nothing if the world has moved. For completions:
    /// the shell
    #[arg(value_name = "PLAN|SHELL")]
    pub saved: Option<PathBuf>,
    /// For plan: save it to this file, for apply. For runbook: the folder of the documents. For man: the folder of the pages
    #[arg(long, value_name = "FILE|DIR")]
    pub out: Option<PathBuf>,
    /// For plan, drift and apply: only this stage or step, and what it needs; can be given several times. Steps are named
    /// by their keys, or by how these begin
    #[arg(long, value_name = "STAGE|KEY")]
    pub target: Vec<String>,
    /// The environment file. Default: examples/environments/qa.toml of this repository
    #[arg(long, value_name = "FILE")]
    pub environment: Option<PathBuf>,
    /// `embedded`, the address of an embedded cloud that is served elsewhere, or `azure`
    #[arg(long, value_name = "CLOUD", default_value = "embedded", value_parser = cloud)]
    pub cloud: CloudChoice,
    /// Where the embedded cloud is kept between runs, as JSON that a person can edit
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Where the journal is kept, if not at its usual place: a file, or a container such as
    /// https://rhcjournal.blob.core.windows.net/rollout, whose lease keeps a second run away wherever it is started.
    /// RHC_JOURNAL says it too, for all clouds but the one in this process
    // The help as it is printed, where a link in brackets would be odd.
    #[allow(rustdoc::bare_urls)]
    #[arg(long, value_name = "FILE|CONTAINER", value_parser = journal)]
    pub journal: Option<JournalChoice>,
    /// Print exactly one JSON document on standard output, and everything else on standard error
    #[arg(long)]
    pub json: bool,
    /// Say only what failed, what waits for a person, and how it ended
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say each request (method, status, time, host and path) and each step, also those with nothing to do
    #[arg(short, long)]
    pub verbose: bool,
    /// Write what happens as JSON lines, one event each, to this file or, without one, to standard output; the words for people
    /// then go to standard error
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    pub events: Option<PathBuf>,
    /// Write a page for people to this file: one file that needs no network, for the browser, the phone or paper
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// For destroy: the environment's name, which is else asked for; without a terminal it must be given
    #[arg(long, value_name = "NAME")]
    pub yes_destroy: Option<String>,
    /// For permissions: what carrying out this verb needs
    #[arg(long = "for", value_name = "VERB", value_enum, default_value_t)]
    pub purpose: Purpose,
    /// Do not ask before writing on azure
    #[arg(long)]
    pub yes: bool,
    /// Let verify fail also for what could not be proven
    #[arg(long)]
    pub strict: bool,
    /// Compare only the app whose development stack stands in this resource group (mirror)
    #[arg(long, value_name = "GROUP")]
    pub from_group: Option<String>,
    /// Your public IPv4 address, where the file does not say it: closed doors are opened for it while that is needed.
    /// Without either the door itself says by which address it knows you
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub my_address: Option<Ipv4Addr>,
    /// For plan: open the SQL server's door for this computer while it is looked into, and close it again. Without it, users
    /// and roles behind a closed door are not observed
    #[arg(long)]
    pub open_window: bool,
    /// Work from inside the databases' network, where their server lets one in. Of embedded clouds only: on azure the
    /// computer's place counts
    #[arg(long)]
    pub inside: bool,
    /// Look before anything is done as on azure: who is there, what is allowed, which names are taken. Of embedded clouds only:
    /// on azure that is always done
    #[arg(long)]
    pub preflight: bool,
    /// A user of a database that may be dropped and made anew, because its name belongs to another identity than the file's.
    /// Several are possible
    #[arg(long = "replace-user", value_name = "USER")]
    pub replace_users: Vec<String>,
    /// For workflow: which app, by its key in the environment file
    #[arg(long, value_name = "KEY")]
    pub app: Option<String>,
    /// How to sign in on azure. Default: pipeline in a GitHub workflow, person at a terminal, else device
    #[arg(long, value_enum, value_name = "HOW")]
    pub sign_in: Option<SignInChoice>,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Verb {
    /// Show the difference between file and cloud; writes nothing
    Plan,
    /// Say whether the cloud still is as the file says, for a schedule; writes nothing
    Drift,
    /// Carry the difference out
    Apply,
    /// Take down what apply made, in the opposite order; says what stays, asks for the environment's name, and is not for
    /// production
    Destroy,
    /// Ask the finished environment whether it does what it is for; starts the apps' probes and writes nothing
    Verify,
    /// Compare the environment with the development stacks that it mirrors; writes nothing
    Mirror,
    /// Plan, apply, verify, and plan again, which has to find nothing
    Rehearse,
    /// Write the documents and scripts with which a person builds the same by hand (--out); changes nothing else
    Runbook,
    /// Say what whoever carries the plan out must be allowed, and no more, with the commands that allow it; writes nothing
    Permissions,
    /// Print the GitHub workflow that deploys an app (--app); asks no cloud
    Workflow,
    /// Show which runs there were, how they ended, and what is still open; asks no cloud
    Journal,
    /// Print what a shell needs to complete this program's words; asks no cloud
    Completions,
    /// Print the manual page, or write one for each verb (--out); asks no cloud
    Man,
}

impl Verb {
    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Drift => "drift",
            Self::Apply => "apply",
            Self::Destroy => "destroy",
            Self::Verify => "verify",
            Self::Mirror => "mirror",
            Self::Rehearse => "rehearse",
            Self::Runbook => "runbook",
            Self::Permissions => "permissions",
            Self::Workflow => "workflow",
            Self::Journal => "journal",
            Self::Completions => "completions",
            Self::Man => "man",
        }
    }

    /// Whether it is done without any cloud.
    pub fn asks_no_cloud(self) -> bool {
        matches!(
            self,
            Self::Workflow | Self::Journal | Self::Completions | Self::Man
        )
    }

    /// Whether it may change the cloud.
    pub fn writes(self) -> bool {
        matches!(self, Self::Apply | Self::Destroy | Self::Rehearse)
    }
}

/// Which cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloudChoice {
    /// In this process.
    Embedded,
    /// An embedded cloud that is served elsewhere.
    Url(Url),
    /// Azure itself.
    Azure,
}

impl CloudChoice {
    /// For people and scripts.
    pub fn name(&self) -> String {
        match self {
            Self::Embedded => "embedded".to_owned(),
            Self::Url(url) => url.to_string().trim_end_matches('/').to_owned(),
            Self::Azure => "azure".to_owned(),
        }
    }
}

/// What whoever is given permissions is to do with them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Purpose {
    /// Make what the plan says
    #[default]
    Apply,
    /// Take down what is there
    Destroy,
}

/// Where to keep the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JournalChoice {
    /// In a file.
    File(PathBuf),
    /// In a container of a storage account.
    Blob(BlobAddress),
}

/// How to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SignInChoice {
    /// In the browser of this computer
    Person,
    /// In any browser, by a code
    Device,
    /// As whoever `az login` knows
    Az,
    /// As a GitHub workflow run, by OpenID Connect
    Pipeline,
}

impl SignInChoice {
    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Device => "device",
            Self::Az => "az",
            Self::Pipeline => "pipeline",
        }
    }
}

/// An address with scheme and host, or one of the two words.
pub(super) fn cloud(text: &str) -> Result<CloudChoice, String> {
    match text {
        "embedded" => return Ok(CloudChoice::Embedded),
        "azure" => return Ok(CloudChoice::Azure),
        _ => {}
    }
    let expected = "expected `embedded`, `azure`, or an address such as http://127.0.0.1:8080";
    let url = Url::parse(text).map_err(|_| format!("this is no address; {expected}"))?;
    if url.scheme() != "http" {
        return Err(format!("an embedded cloud is served over http; {expected}"));
    }
    if !url.has_host() || url.path() != "/" || url.query().is_some() {
        return Err(format!(
            "only scheme, host and port make an address; {expected}"
        ));
    }
    Ok(CloudChoice::Url(url))
}

/// A file, unless it is an address.
pub(super) fn journal(text: &str) -> Result<JournalChoice, String> {
    match text.contains("://") {
        true => text.parse().map(JournalChoice::Blob),
        false => return Ok(JournalChoice::File(PathBuf::from(text))),
    }
    .map_err(|error: BlobAddressError| error.to_string())
}

/// An address that can stand in a firewall's rule.
pub(super) fn address(text: &str) -> Result<Ipv4Addr, String> {
    let address: IpAddr = text
        .parse()
        .map_err(|_| "this is no address; expected is one such as 203.0.113.7".to_owned())?;
    public_address(address)
}

impl Args {
    /// The verb, given or not.
    pub fn verb(&self) -> Verb {
        self.verb.unwrap_or(match self.cloud {
            CloudChoice::Embedded => Verb::Rehearse,
            CloudChoice::Url(_) | CloudChoice::Azure => Verb::Plan,
        })
    }

    /// Forgets what only the environment said, where it makes no sense beside what was typed.
    pub(super) fn leave_aside(&mut self, from_environment: &[&str]) {
        let only_said = |option| from_environment.contains(&option);
        if only_said("state") && self.cloud != CloudChoice::Embedded {
            self.state = None;
        }
        if only_said("sign-in") && self.cloud != CloudChoice::Azure {
            self.sign_in = None;
        }
    }

    /// How much is told.
    pub fn detail(&self) -> Detail {
        match (self.quiet, self.verbose) {
            (true, _) => Detail::Quiet,
            (_, true) => Detail::Verbose,
            (false, false) => Detail::Normal,
        }
    }

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
                self.saved.is_some(),
                "completions needs the name of a shell",
                "say which: bash, elvish, fish, powershell or zsh",
            ),
            (
                self.saved.is_some(),
                matches!(verb, Verb::Apply | Verb::Completions),
                "only apply takes a saved plan",
                "leave the file's name out, or use apply",
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
                self.purpose != Purpose::Apply,
                verb == Verb::Permissions,
                "--for says what permissions are asked about, and only permissions tells them",
                "leave it out, or use permissions",
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
                self.yes_destroy.is_some(),
                verb == Verb::Destroy,
                "--yes-destroy is for destroy, and for nothing else",
                "leave it out",
            ),
            (
                !self.target.is_empty(),
                self.saved.is_none(),
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
        let opens = if verb == Verb::Destroy {
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
                    && (matches!(verb, Verb::Mirror | Verb::Runbook) || verb.asks_no_cloud()),
                format!(
                    "--preflight looks before something is done, and {name} does nothing to a cloud"
                ),
                "leave it out",
            ),
            (
                replaces && !matches!(verb, Verb::Plan | Verb::Apply),
                format!("--replace-user is for plan and apply, and {name} replaces nobody"),
                "leave it out",
            ),
            (
                replaces && self.saved.is_some(),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Args {
        Args::try_parse_from(["qa_rollout"].iter().chain(words)).unwrap()
    }

    #[test]
    fn the_default_verb_never_writes_outside_of_a_rehearsal() {
        assert_eq!(parse(&[]).verb(), Verb::Rehearse);
        for cloud in ["azure", "http://127.0.0.1:8080"] {
            assert_eq!(parse(&["--cloud", cloud]).verb(), Verb::Plan, "{cloud}");
        }
    }

    #[test]
    fn only_addresses_that_a_firewall_can_know_are_taken() {
        assert!(address("203.0.113.7").is_ok());
        for bad in ["", "here", "10.0.0.1", "192.168.1.20", "::1", "2001:db8::1"] {
            assert!(address(bad).is_err(), "{bad}");
        }
        let words = address("192.168.1.20").unwrap_err();
        assert!(words.contains("public address"), "{words}");
    }

    #[test]
    fn a_journal_is_a_file_or_a_container() {
        assert!(matches!(journal("a/b.jsonl"), Ok(JournalChoice::File(_))));
        let container = "https://rhcjournal.blob.core.windows.net/rollout";
        assert!(matches!(journal(container), Ok(JournalChoice::Blob(_))));
        for bad in ["https://example.com/x", "s3://bucket", "http://a"] {
            assert!(journal(bad).unwrap_err().contains("expected"), "{bad}");
        }
    }

    #[test]
    fn clouds_are_words_or_plain_addresses() {
        assert!(matches!(
            cloud("http://localhost:1"),
            Ok(CloudChoice::Url(_))
        ));
        for bad in [
            "",
            "Azure",
            "https://x",
            "http://x/path",
            "http://",
            "127.0.0.1:8080",
        ] {
            assert!(cloud(bad).unwrap_err().contains("expected"), "{bad}");
        }
    }
}
