//! What a shell and a script may rely on: help, completions, manual pages, events, and what wins over what.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use clap::ValueEnum;
use rollout::cli::Verb;
use serde_json::Value;

use super::console::{Folder, environment_with, rollout, rollout_in, text};

const SHELLS: [&str; 5] = ["bash", "elvish", "fish", "powershell", "zsh"];

fn verbs() -> Vec<&'static str> {
    let verbs = Verb::value_variants().iter();
    verbs.map(|verb| verb.name()).collect()
}

#[test]
fn help_reads_like_this() {
    let whole = rollout(&["--help"]);
    assert_eq!(whole.code, 0);
    insta::assert_snapshot!("help", whole.out);
    for verb in verbs() {
        let help = rollout(&[verb, "--help"]);
        assert_eq!(help.code, 0, "{verb}");
        assert!(
            help.out.contains("Examples:\n  qa_rollout "),
            "{verb}: {}",
            help.out
        );
        insta::assert_snapshot!(format!("help_{verb}"), help.out);
    }
}

#[test]
fn help_of_a_verb_names_only_what_it_takes() {
    let plan = rollout(&["plan", "--help"]).out;
    assert!(
        plan.contains("--open-window") && !plan.contains("--strict"),
        "{plan}"
    );
    let verify = rollout(&["verify", "--help"]).out;
    assert!(
        verify.contains("--strict") && !verify.contains("--open-window"),
        "{verify}"
    );
    assert_eq!(rollout(&["--state", "x", "plan", "--help"]).out, plan);
}

#[test]
fn every_option_belongs_to_a_verb_and_every_verb_is_told() {
    let whole = rollout(&["--help"]).out;
    let each: String = verbs()
        .iter()
        .map(|verb| rollout(&[verb, "--help"]).out)
        .collect();
    let options = |help: &str| -> BTreeSet<String> {
        let words = help
            .split_whitespace()
            .map(|word| word.split(['=', '[']).next().unwrap_or(word));
        let options = words.filter(|word| word.starts_with("--") && word.len() > 2);
        options
            .map(|word| word.trim_end_matches([',', '.', ';', ':', ')']).to_owned())
            .collect()
    };
    let lost: Vec<_> = options(&whole)
        .difference(&options(&each))
        .cloned()
        .collect();
    assert_eq!(lost, ["--version"], "of the program and of no verb");
    for verb in verbs() {
        assert!(whole.contains(verb), "{verb}");
    }
}

#[test]
fn completions_are_made_for_each_shell_and_know_the_verbs() {
    for shell in SHELLS {
        let run = rollout(&["completions", shell]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{shell}");
        for word in verbs().into_iter().chain(["--open-window", "--strict"]) {
            let word = word.trim_start_matches("--");
            assert!(run.out.contains(word), "{shell}: {word}");
        }
    }
    let run = rollout(&["completions", "tcsh"]);
    assert_eq!(run.code, 64);
    assert!(run.words().contains("name one of bash"), "{}", run.words());
    assert_eq!(rollout(&["completions"]).code, 64);
}

#[test]
fn manual_pages_are_written_for_the_whole_and_each_verb() {
    let whole = rollout(&["man"]);
    assert_eq!(whole.code, 0);
    assert!(whole.out.contains(".TH qa_rollout 1"), "{}", whole.out);
    assert!(whole.out.contains("RHC_STATE"));
    let folder = Folder::new();
    let pages = folder.file("man");
    assert_eq!(rollout(&["man", "--out", text(&pages)]).code, 0);
    for verb in verbs() {
        let page = std::fs::read_to_string(pages.join(format!("qa_rollout-{verb}.1"))).unwrap();
        assert!(page.contains(".SH OPTIONS"), "{verb}");
        assert!(page.contains("Examples:"), "{verb}");
    }
}

fn events(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn named<'e>(all: &'e [Value], name: &str) -> Vec<&'e Value> {
    all.iter().filter(|event| event["event"] == name).collect()
}

#[test]
fn events_count_what_the_summary_counts() {
    let folder = Folder::new();
    let file = folder.file("run.jsonl");
    let to = format!("--events={}", text(&file));
    let run = rollout(&["rehearse", "--verbose", "--json", &to]);
    assert_eq!(run.code, 0, "{}", run.words());
    let (document, all) = (run.document(), events(&file));

    for (number, event) in all.iter().enumerate() {
        assert_eq!(event["schema"], 1);
        assert_eq!(event["number"], number + 1);
        assert!(event["at"].as_str().unwrap().contains('T'), "{event}");
    }
    assert_eq!(all.first().unwrap()["event"], "run");
    let end = all.last().unwrap();
    assert_eq!(end["event"], "end");
    for field in ["exit", "requests", "seconds", "cloud_seconds"] {
        assert_eq!(end[field], document[field], "{field}");
    }
    assert_eq!(
        named(&all, "request")
            .iter()
            .filter(|one| one["method"] != "SQL")
            .count() as u64,
        document["requests"]
    );

    let applied = &named(&all, "applied")[0];
    for (name, counted) in document["apply"].as_object().unwrap() {
        assert_eq!(&applied[name], counted, "{name}");
    }
    let mut effects = BTreeMap::<&str, u64>::new();
    for done in named(&all, "done") {
        *effects.entry(done["effect"].as_str().unwrap()).or_default() += 1;
    }
    for effect in [
        "created",
        "updated",
        "unchanged",
        "recovered",
        "done_by_person",
    ] {
        let counted = effects.get(effect).copied().unwrap_or_default();
        assert_eq!(document["apply"][effect], counted, "{effect}");
    }

    let plans = named(&all, "plan");
    let totals: Vec<_> = plans.iter().map(|plan| &plan["create"]).collect();
    assert_eq!(
        totals,
        [
            &document["plan"]["create"],
            &document["second_plan"]["create"]
        ]
    );
    let planned = named(&all, "planned");
    let to_create = planned.iter().filter(|step| step["action"] == "create");
    assert_eq!(to_create.count() as u64, document["plan"]["create"]);
    let checks = named(&all, "check");
    for verdict in ["passed", "failed", "not_proven"] {
        let found = checks.iter().filter(|check| check["verdict"] == verdict);
        assert_eq!(
            found.count() as u64,
            document["verify"][verdict],
            "{verdict}"
        );
    }

    let text = std::fs::read_to_string(&file).unwrap();
    for hidden in ["Bearer ", "eyJ", "client_assertion", "code_verifier"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    described(&all);
}

/// Every event and each of its fields stand in the table of examples/README.md.
fn described(all: &[Value]) {
    let readme = include_str!("../../README.md");
    let (_, table) = readme.split_once("| event |").unwrap();
    let rows: BTreeMap<&str, &str> = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .filter_map(|line| {
            let mut cells = line.trim_matches('|').split('|');
            let name = cells.next()?.trim().trim_matches('`');
            Some((name, cells.next()?))
        })
        .collect();
    for event in all {
        let name = event["event"].as_str().unwrap();
        let row = rows
            .get(name)
            .unwrap_or_else(|| panic!("{name} is not described"));
        for field in event.as_object().unwrap().keys() {
            let common = ["schema", "number", "at", "event"].contains(&field.as_str());
            assert!(
                common || row.contains(&format!("`{field}`")),
                "{name}.{field} is not described"
            );
        }
    }
}

#[test]
fn events_on_standard_output_leave_standard_error_to_people() {
    let folder = Folder::new();
    let state = folder.file("cloud.json");
    let run = rollout(&["plan", "--state", text(&state), "--events"]);
    assert_eq!(run.code, 2);
    let lines: Vec<Value> = run
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.last().unwrap()["exit"], 2);
    described(&lines);
    assert!(run.err.contains("\nPlan: "), "{}", run.err);

    let broken = folder.write("broken.toml", "format = 2\n");
    let run = rollout(&[
        "plan",
        "--state",
        text(&state),
        "--events",
        "--environment",
        text(&broken),
    ]);
    assert_eq!(run.code, 64);
    let lines: Vec<Value> = run
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["event"], "error");
    assert_eq!(
        (&lines[1]["event"], &lines[1]["exit"]),
        (&"end".into(), &64.into())
    );
    described(&lines);

    for words in [
        &["--events", "--json"][..],
        &["journal", "--events"],
        &["man", "--events"],
    ] {
        let run = rollout(words);
        assert_eq!(
            (run.code, run.err.contains("--events")),
            (64, true),
            "{words:?}"
        );
    }
}

#[test]
fn an_option_wins_over_its_variable_and_a_variable_over_the_file() {
    let folder = Folder::new();
    let file = environment_with("# address = \"203.0.113.7\"", "address = \"198.51.100.1\"");
    let file = folder.write("qa.toml", &file);
    let variable = ("RHC_MY_ADDRESS", "198.51.100.2");
    let with_file = ["--environment", text(&file)];
    let with_option = ["--environment", text(&file), "--my-address", "198.51.100.3"];
    for (variables, words, last) in [
        (&[][..], &with_file[..], "1"),
        (&[variable], &with_file, "2"),
        (&[variable], &with_option, "3"),
    ] {
        let run = rollout_in(variables, words);
        let whom = format!("opened for 198.51.100.{last} at");
        assert!(run.words().contains(&whom), "{whom}: {}", run.words());
    }
}

#[test]
fn variables_stand_for_options_and_are_left_aside_where_they_make_no_sense() {
    let folder = Folder::new();
    let (one, other) = (folder.file("one.json"), folder.file("other.json"));
    let environment = text(&one).replace("one.json", "absent.toml");
    let variables = [("RHC_STATE", text(&one))];
    let run = rollout_in(&variables, &["apply"]);
    assert_eq!((run.code, one.exists()), (2, true), "{}", run.words());
    assert!(
        run.words()
            .contains(&format!("apply --state {}", text(&one)))
    );
    let run = rollout_in(&variables, &["apply", "--state", text(&other)]);
    assert_eq!((run.code, other.exists()), (2, true), "{}", run.words());

    // No cloud is served there, and that is all that is wrong.
    let run = rollout_in(&variables, &["plan", "--cloud", "http://127.0.0.1:9"]);
    assert!(
        run.words().contains("no embedded cloud answers"),
        "{}",
        run.words()
    );
    let run = rollout_in(&[("RHC_ENVIRONMENT", &environment)], &[]);
    assert_eq!(run.code, 64);
    assert!(run.words().contains("absent.toml"), "{}", run.words());
    let run = rollout_in(&[("RHC_CLOUD", "nowhere")], &[]);
    assert_eq!(run.code, 64);
    assert!(run.words().contains("RHC_CLOUD"), "{}", run.words());
}
