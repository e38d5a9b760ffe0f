//! What teaches the program: help for each verb, completions for shells, manual pages. All three come from one tree, in which
//! each verb has the options that count for it.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use clap::{Arg, ArgAction, Command, CommandFactory, ValueEnum};
use clap_complete::Shell;

use super::args::{Args, Verb};
use super::console::Console;
use super::failure::CliError;
use crate::engine::Exit;

/// Options from the environment: the option's name and the variable. RHC_JOURNAL is read where the journal is taken: it does not count for
/// a cloud in this process.
pub(super) const VARIABLES: [(&str, &str); 5] = [
    ("environment", "RHC_ENVIRONMENT"),
    ("cloud", "RHC_CLOUD"),
    ("state", "RHC_STATE"),
    ("my-address", "RHC_MY_ADDRESS"),
    ("sign-in", "RHC_SIGN_IN"),
];

/// What stands below the options of the whole program.
pub(super) const AFTER: &str = "\
Examples:
  qa_rollout
      rehearse everything on an embedded cloud; nothing is written
  qa_rollout plan --cloud azure
      see what would be done on Azure; nothing is written
  qa_rollout apply --cloud azure
      do it, after a question
  qa_rollout destroy --state cloud.json
      take it down again, after a question; not for production
  qa_rollout plan --help
      what plan takes, with examples; so for every verb

Exit codes:
  0    nothing to do, or all done
  1    a failure, a failed verification included
  2    the plan has changes, manual steps wait, or the mirror differs
  64   wrong usage, or an environment file that contradicts itself
  130  stopped by the user

Environment variables (an option wins over its variable, and a variable over
the environment file):
  RHC_ENVIRONMENT, RHC_CLOUD, RHC_STATE, RHC_JOURNAL, RHC_MY_ADDRESS and
  RHC_SIGN_IN stand for the options of these names; where an option would make
  no sense its variable is left aside
  GITHUB_TOKEN or GH_TOKEN  the token for GitHub; there is no option for it
  AZURE_CLIENT_ID           the application of --sign-in pipeline
  NO_COLOR                  no colours, whatever the value
  CLICOLOR_FORCE            colours also where no terminal is, for a pager
  RUST_LOG                  what happens underneath, on standard error: debug,
                            or by crate (info,rhc_core=trace); never a secret

Files:
  The journal of a run stands beside --state; for an address in
  .rhc/<environment>/<address>/journal.jsonl, for azure in
  .rhc/<environment>/journal.jsonl, below the current folder.";

/// What import does, beside its operand: whoever reads its help wants to know what becomes of his things.
const IMPORTED: &str = "What is adopted: the keys that stand below what plan shows as foreign.

Only the mark is written: the tag rhc-environment, the note of that name on DNS records, the unique name of an application or a group \
that has none, the first line of a workflow. From then on apply changes the thing to what the file says, and destroy deletes it. What \
bears another environment's mark, is protected or cannot bear a mark is refused, and then nothing is written at all. Nobody needs more \
than the role Tag Contributor for a tag, DNS Zone Contributor for a record, Application.ReadWrite.All or Group.ReadWrite.All for a \
unique name";

/// A verb as it is taught.
struct Lesson {
    verb: Verb,
    /// Its options beside those of all verbs that reach a cloud.
    options: &'static [&'static str],
    /// What is typed, and what comes of it.
    examples: &'static [(&'static str, &'static str)],
}

/// What every verb takes that reaches a cloud.
const REACHING: [&str; 9] = [
    "environment",
    "cloud",
    "state",
    "journal",
    "json",
    "events",
    "quiet",
    "verbose",
    "sign_in",
];

fn lesson(verb: Verb) -> Lesson {
    let (options, examples): (&[&str], &[(&str, &str)]) = match verb {
        Verb::Plan => (
            &[
                "out",
                "target",
                "html",
                "my_address",
                "open_window",
                "inside",
                "preflight",
                "replace_users",
            ],
            &[
                ("plan --cloud azure", "what would be done on Azure"),
                (
                    "plan --state cloud.json --target network",
                    "only the network and what it needs, on an embedded cloud",
                ),
                (
                    "plan --cloud azure --out monday.plan --html plan.html",
                    "keep it to be applied as it is, with a page to show around",
                ),
            ],
        ),
        Verb::Drift => (
            &["target", "html", "inside", "preflight"],
            &[
                (
                    "drift --cloud azure --quiet",
                    "for a schedule: exit code 0 as long as nothing differs, else 2",
                ),
                (
                    "drift --cloud azure --json > drift.json",
                    "the same with all differences as JSON",
                ),
            ],
        ),
        Verb::Apply => (
            &[
                "operands",
                "target",
                "html",
                "yes",
                "my_address",
                "inside",
                "preflight",
                "replace_users",
            ],
            &[
                ("apply --cloud azure", "plan, ask, and do it"),
                (
                    "apply monday.plan --cloud azure",
                    "exactly what was saved, or nothing if the world has moved",
                ),
                (
                    "apply --state cloud.json",
                    "on an embedded cloud that stays; ends with 2 while manual steps wait",
                ),
                (
                    "apply --state cloud.json --preflight",
                    "the same, with every right that is missing said before the first write",
                ),
                (
                    "apply --cloud azure --yes --events=run.jsonl",
                    "from a pipeline, with every event in a file",
                ),
            ],
        ),
        Verb::Destroy => (
            &["yes_destroy", "html"],
            &[
                (
                    "destroy --cloud azure",
                    "show what would go and what stays, ask for the environment's name, and do it",
                ),
                (
                    "destroy --state cloud.json --yes-destroy qa",
                    "without a question, from a script; run again, it says that nothing is left",
                ),
            ],
        ),
        Verb::Import => (
            &["operands", "html", "yes", "inside"],
            &[
                (
                    "import network/Microsoft.Network/virtualNetworks/rhc-qa-vnet --cloud azure",
                    "show what it is and whose, ask, and put the mark on it; plan then shows its differences",
                ),
                (
                    "import KEY KEY --state cloud.json",
                    "several at once: all of them, or none if one cannot be adopted; run again, it says that they are",
                ),
            ],
        ),
        Verb::Verify => (
            &["strict", "html", "inside", "preflight"],
            &[
                (
                    "verify --cloud azure",
                    "whether the environment does what it is for",
                ),
                (
                    "verify --state cloud.json --strict",
                    "fail also for what could not be proven",
                ),
            ],
        ),
        Verb::Mirror => (
            &["from_group"],
            &[
                (
                    "mirror --cloud azure",
                    "what development has and the environment lacks, and the other way round",
                ),
                (
                    "mirror --from-group hp225dev-rg",
                    "one app's group, beside what the plan would make",
                ),
            ],
        ),
        Verb::Rehearse => (
            &["strict", "html", "my_address", "inside", "preflight"],
            &[
                (
                    "rehearse",
                    "plan, apply, verify, and plan again, which has to find nothing",
                ),
                (
                    "rehearse --state cloud.json --html run.html",
                    "keep the cloud that came of it, and a page of the run",
                ),
            ],
        ),
        Verb::Runbook => (
            &["out"],
            &[(
                "runbook --out runbook --cloud azure",
                "documents 01 to 08 and scripts, with the state of each step",
            )],
        ),
        Verb::Permissions => (
            &["preflight", "purpose"],
            &[
                (
                    "permissions --cloud azure",
                    "what whoever carries the plan out must be allowed, with the commands that allow it",
                ),
                (
                    "permissions --for destroy --cloud azure",
                    "what whoever takes the environment down must be allowed",
                ),
                (
                    "permissions",
                    "the same for an environment of which nothing is there",
                ),
            ],
        ),
        Verb::Workflow => (
            &["app"],
            &[(
                "workflow --app hp2 > .github/workflows/deploy-qa.yml",
                "the workflow that deploys an app",
            )],
        ),
        Verb::Journal => (
            &[],
            &[(
                "journal --cloud azure",
                "which runs there were, what is open, and who is running now",
            )],
        ),
        Verb::Completions => (
            &["operands"],
            &[
                (
                    "completions bash > qa_rollout.bash",
                    "for bash, which reads it with: source qa_rollout.bash",
                ),
                (
                    "completions zsh > _qa_rollout",
                    "for zsh, which finds it in a folder of its fpath",
                ),
            ],
        ),
        Verb::Man => (
            &["out"],
            &[
                ("man | man -l -", "read the manual page"),
                (
                    "man --out ~/.local/share/man/man1",
                    "write a page for each verb",
                ),
            ],
        ),
    };
    Lesson {
        verb,
        options,
        examples,
    }
}

impl Lesson {
    fn takes(&self, id: &str) -> bool {
        let of_all: &[&str] = match self.verb {
            Verb::Completions | Verb::Man => &[],
            Verb::Workflow => &["environment", "json"],
            Verb::Journal => &[
                "environment",
                "cloud",
                "state",
                "journal",
                "json",
                "sign_in",
            ],
            _ => &REACHING,
        };
        of_all.contains(&id) || self.options.contains(&id)
    }

    /// The verb as a command of its own.
    fn command(&self, whole: &Command) -> Command {
        let about = self.verb.to_possible_value();
        let about = about.and_then(|value| value.get_help().cloned());
        let mut examples = String::from("Examples:");
        for (typed, what) in self.examples {
            examples.push_str(&format!("\n  qa_rollout {typed}\n      {what}"));
        }
        let after =
            format!("{examples}\n\nExit codes, environment variables and files: qa_rollout --help");
        let mine = whole
            .get_arguments()
            .filter(|arg| self.takes(arg.get_id().as_str()));
        Command::new(self.verb.name())
            .about(about.unwrap_or_default())
            .display_name(format!("qa_rollout-{}", self.verb.name()))
            .bin_name(format!("qa_rollout {}", self.verb.name()))
            .max_term_width(80)
            .after_help(after)
            .args(mine.map(|arg| self.taught(arg)))
    }

    /// An option as this verb means it.
    fn taught(&self, arg: &Arg) -> Arg {
        let arg = arg.clone();
        match (self.verb, arg.get_id().as_str()) {
            (Verb::Completions, "operands") => arg
                .action(ArgAction::Set)
                .num_args(1)
                .value_name("SHELL")
                .help("The shell: bash, elvish, fish, powershell or zsh")
                .required(true)
                .value_parser(clap::value_parser!(Shell)),
            (Verb::Apply, "operands") => arg
                .action(ArgAction::Set)
                .num_args(1)
                .value_name("PLAN")
                .help("A plan that plan --out saved: exactly that is done, and nothing if the world has moved"),
            (Verb::Import, "operands") => arg
                .value_name("KEY")
                .help("What is adopted: the keys that stand below what plan shows as foreign")
                .long_help(IMPORTED)
                .required(true),
            (Verb::Plan, "out") => arg
                .value_name("FILE")
                .help("Save the plan to this file, for apply"),
            (Verb::Runbook | Verb::Man, "out") => arg
                .value_name("DIR")
                .help("The folder to write into"),
            _ => arg,
        }
    }
}

/// The whole program: a command for each verb, and what counts without one.
pub(super) fn tree() -> Command {
    let whole = Args::command();
    let rehearse = lesson(Verb::Rehearse);
    let without_verb = whole
        .get_arguments()
        .filter(|arg| rehearse.takes(arg.get_id().as_str()));
    let without_verb: Vec<Arg> = without_verb.cloned().collect();
    Command::new("qa_rollout")
        .version(env!("CARGO_PKG_VERSION"))
        .about(whole.get_about().cloned().unwrap_or_default())
        .long_about(whole.get_long_about().cloned().unwrap_or_default())
        .after_long_help(AFTER)
        .max_term_width(80)
        .disable_help_subcommand(true)
        .args(without_verb)
        .subcommands(
            Verb::value_variants()
                .iter()
                .map(|verb| lesson(*verb).command(&whole)),
        )
}

/// The help of the verb among these words; none without a verb.
pub(super) fn of_verb(words: &[OsString]) -> Option<String> {
    let words = words.iter().skip(1).filter_map(|word| word.to_str());
    let verb = words
        .filter_map(|word| Verb::from_str(word, false).ok())
        .next()?;
    let mut command = tree().find_subcommand(verb.name())?.clone();
    Some(command.render_long_help().to_string())
}

/// The words with what the environment says put before them, where no option says it, and the variables that were used.
pub(super) fn with_environment(
    words: &[OsString],
    console: &Console,
) -> (Vec<OsString>, Vec<(&'static str, &'static str)>) {
    let given = |option: &str| {
        let long = format!("--{option}");
        let with_value = format!("{long}=");
        words.iter().any(|word| {
            word == OsStr::new(&long)
                || word
                    .to_str()
                    .is_some_and(|word| word.starts_with(&with_value))
        })
    };
    let mut all: Vec<OsString> = words.first().cloned().into_iter().collect();
    let mut used = Vec::new();
    for (option, variable) in VARIABLES {
        if let Some(value) = console.variable(variable).filter(|_| !given(option)) {
            let mut word = OsString::from(format!("--{option}="));
            word.push(value);
            all.push(word);
            used.push((option, variable));
        }
    }
    all.extend(words.iter().skip(1).cloned());
    (all, used)
}

/// `completions SHELL`.
pub(super) fn completions(args: &Args, console: &mut Console) -> Result<Exit, CliError> {
    let named = args.operand().unwrap_or(Path::new(""));
    let shell = named
        .to_str()
        .and_then(|name| Shell::from_str(name, true).ok());
    let Some(shell) = shell else {
        return Err(CliError::usage(
            format!(
                "{} is no shell that completions are made for",
                named.display()
            ),
            "name one of bash, elvish, fish, powershell, zsh",
        ));
    };
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut tree(), "qa_rollout", &mut text);
    console.say(&String::from_utf8_lossy(&text));
    Ok(Exit::Done)
}

/// `man`: one page, or a page for each verb in a folder.
pub(super) fn man(args: &Args, console: &mut Console) -> Result<Exit, CliError> {
    let Some(folder) = &args.out else {
        let mut text = Vec::new();
        page(tree(), &mut text).map_err(|error| unwritten(Path::new("the manual page"), &error))?;
        console.say(&String::from_utf8_lossy(&text));
        return Ok(Exit::Done);
    };
    std::fs::create_dir_all(folder).map_err(|error| unwritten(folder, &error))?;
    let tree = tree();
    let own = tree.clone();
    let verbs = tree
        .get_subcommands()
        .map(|verb| (format!("qa_rollout-{}", verb.get_name()), verb.clone()));
    for (name, command) in [("qa_rollout".to_owned(), own)].into_iter().chain(verbs) {
        let path = folder.join(format!("{name}.1"));
        let mut text = Vec::new();
        page(command, &mut text)
            .and_then(|()| super::state::replace(&path, &text))
            .map_err(|error| unwritten(&path, &error))?;
        console.aside(&format!("Page: {}", path.display()));
    }
    Ok(Exit::Done)
}

fn page(command: Command, to: &mut Vec<u8>) -> io::Result<()> {
    clap_mangen::Man::new(command).render(to)
}

fn unwritten(path: &Path, error: &io::Error) -> CliError {
    CliError::failed(
        format!("{}: {error}", path.display()),
        "name another folder with --out",
    )
}
