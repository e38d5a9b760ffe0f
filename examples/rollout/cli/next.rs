//! What to do after a run, with the command.

use std::fmt::Display;
use std::path::Path;

use super::args::{Args, CloudChoice, JournalChoice, Verb};
use super::endpoints::quoted;
use crate::engine::{Exit, Plan, Summary};
use crate::report::Document;

/// What to do next, and the command that does it, where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Next {
    pub(super) words: String,
    pub(super) command: Option<String>,
}

/// What to do after a run that ended so. Nothing, where the output itself is what was asked for.
pub(super) fn next(args: &Args, program: &str, exit: Exit, document: &Document) -> Option<Next> {
    let command = |verb: Verb| Some(command(args, program, verb));
    let said = |words: &str, command| {
        Some(Next {
            words: words.to_owned(),
            command,
        })
    };
    let details = &document.details;
    match args.verb() {
        Verb::Plan | Verb::Drift => after_plan(args, program, details.plan.as_ref()?),
        Verb::Apply | Verb::Rehearse if exit != Exit::Done => {
            let unproven = "see what is marked BAD above, and what to do about it";
            let summary: Option<&Summary> = details.apply.as_ref();
            match summary.and_then(|summary| summary.next("apply")) {
                Some(words) => said(&words, command(args.verb())),
                None => said(unproven, None),
            }
        }
        Verb::Destroy if exit != Exit::Done => {
            let summary: Option<&Summary> = details.apply.as_ref();
            let refused =
                "do what stands below each !, and run destroy again: what is gone is gone";
            match summary.and_then(|summary| summary.next("destroy")) {
                Some(words) => said(&words, command(Verb::Destroy)),
                None => said(refused, command(Verb::Destroy)),
            }
        }
        Verb::Destroy => said(
            "build it again when it is needed; what Azure still keeps is recovered:",
            command(Verb::Apply),
        ),
        Verb::Import if exit != Exit::Done => {
            let summary: Option<&Summary> = details.apply.as_ref();
            let refused = "do what stands below each !, or leave it out, and run import again";
            match summary.and_then(|summary| summary.next("import")) {
                Some(words) => said(&words, command(Verb::Import)),
                None => said(refused, command(Verb::Import)),
            }
        }
        Verb::Import => said(
            "see what apply would change of it, with",
            command(Verb::Plan),
        ),
        Verb::Apply if !args.target.is_empty() => said(
            "the part is as the file says; see what is left of the whole with",
            command(Verb::Plan),
        ),
        Verb::Apply => said(
            "let the environment show that it does what it is for, with",
            command(Verb::Verify),
        ),
        Verb::Verify if exit == Exit::Failure => said(
            "do what stands below each BAD and verify again; plan shows whether something differs from the file:",
            command(Verb::Plan),
        ),
        Verb::Verify => said(
            "let a schedule see whether it stays so (exit code 0 while it does), with",
            command(Verb::Drift),
        ),
        Verb::Rehearse => said(
            "see what the same would do on Azure; this only reads:",
            Some(format!(
                "{program} plan --cloud azure{}",
                option("environment", args.environment.as_deref())
            )),
        ),
        Verb::Mirror
        | Verb::Runbook
        | Verb::Permissions
        | Verb::Workflow
        | Verb::Journal
        | Verb::Completions
        | Verb::Man => None,
    }
}

fn after_plan(args: &Args, program: &str, plan: &Plan) -> Option<Next> {
    let totals = &plan.totals;
    let (words, verb) = if totals.failed + totals.foreign + totals.conflict > 0 {
        (
            "do what stands below each !, or take the file back, then look again with",
            args.verb(),
        )
    } else if totals.create + totals.update > 0 {
        ("carry it out with", Verb::Apply)
    } else if totals.manual > 0 {
        ("do the manual steps, then look again with", args.verb())
    } else if totals.not_observed > 0 {
        return Some(Next {
            words: "nothing differs as far as one can see; look behind the closed door too, with"
                .to_owned(),
            command: Some(command(args, program, Verb::Plan) + " --open-window"),
        });
    } else if args.verb() == Verb::Plan && args.target.is_empty() {
        (
            "let the environment show that it does what it is for, with",
            Verb::Verify,
        )
    } else {
        return None;
    };
    let command = match (&args.out, verb) {
        (Some(saved), Verb::Apply) => {
            let saved = quoted(saved);
            format!("{program} apply {saved}{}", place(args))
        }
        _ => command(args, program, verb),
    };
    Some(Next {
        words: words.to_owned(),
        command: Some(command),
    })
}

/// The program with this verb and the options of the run that still count.
fn command(args: &Args, program: &str, verb: Verb) -> String {
    let keys = args.keys().into_iter().filter(|_| verb == Verb::Import);
    let keys: String = keys
        .map(|key| format!(" {}", quoted(Path::new(&key))))
        .collect();
    let mut text = format!("{program} {}{keys}{}", verb.name(), place(args));
    if matches!(verb, Verb::Plan | Verb::Drift | Verb::Apply) {
        let whole = args.verb() == Verb::Apply && verb == Verb::Plan;
        for target in args.target.iter().filter(|_| !whole) {
            text.push_str(&format!(" --target {}", quoted(Path::new(target))));
        }
    }
    if matches!(verb, Verb::Plan | Verb::Apply) {
        for user in &args.replace_users {
            text.push_str(&format!(" --replace-user {}", quoted(Path::new(user))));
        }
    }
    text
}

/// The options that say which environment is meant, where it is, and who comes.
fn place(args: &Args) -> String {
    let mut text = option("environment", args.environment.as_deref());
    if args.cloud != CloudChoice::Embedded {
        text.push_str(&word("cloud", Some(args.cloud.name())));
    }
    text.push_str(&option("state", args.state.as_deref()));
    let journal = args.journal.as_ref().map(|journal| match journal {
        JournalChoice::File(path) => quoted(path),
        JournalChoice::Blob(address) => address.to_string(),
    });
    text.push_str(&word("journal", journal));
    text.push_str(&word("my-address", args.my_address));
    if args.inside {
        text.push_str(" --inside");
    }
    if args.preflight {
        text.push_str(" --preflight");
    }
    if let Some(how) = args.sign_in {
        text.push_str(&word("sign-in", Some(how.name())));
    }
    text
}

fn option(name: &str, value: Option<&Path>) -> String {
    word(name, value.map(quoted))
}

fn word(name: &str, value: Option<impl Display>) -> String {
    value.map_or_else(String::new, |value| format!(" --{name} {value}"))
}
