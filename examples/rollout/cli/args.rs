//! The command line of the rollout, and what of it makes no sense.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use clap::{Parser, ValueEnum};
use url::Url;

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
    /// For apply: a plan that plan --out saved; exactly that is done, and nothing if the world has moved. For import: the keys
    /// of what is adopted. For completions: the shell
    #[arg(value_name = "PLAN|KEY|SHELL")]
    pub operands: Vec<PathBuf>,
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
    /// Adopt what exists without the environment's mark, by its key (import KEY...): writes the mark and nothing else
    Import,
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
            Self::Import => "import",
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
        matches!(
            self,
            Self::Apply | Self::Destroy | Self::Import | Self::Rehearse
        )
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

    /// What stands behind the verb, where that is one thing: the saved plan of an apply, the shell of completions.
    pub fn operand(&self) -> Option<&Path> {
        match self.verb() {
            Verb::Import => None,
            _ => self.operands.first().map(PathBuf::as_path),
        }
    }

    /// The keys of what is adopted.
    pub fn keys(&self) -> Vec<String> {
        let all = self.operands.iter().filter(|_| self.verb() == Verb::Import);
        all.map(|one| one.to_string_lossy().into_owned()).collect()
    }

    /// How much is told.
    pub fn detail(&self) -> Detail {
        match (self.quiet, self.verbose) {
            (true, _) => Detail::Quiet,
            (_, true) => Detail::Verbose,
            (false, false) => Detail::Normal,
        }
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
