//! How much is told: little, much, and while an operation takes its time.

use std::sync::Arc;
use std::time::Duration;

use rhc_core::fake::{Fault, FaultKind, Match, Occurrence, WorldOptions};
use rollout::embedded::EmbeddedCloud;
use rollout::engine::{ApplyOptions, PlanOptions, Progress, ProgressSink};
use rollout::manifest::Manifest;
use rollout::steps::{self, Clients};

use super::console::{Folder, rollout, text};

/// The lines of requests: method, status, seconds, address.
fn requests(said: &str) -> Vec<(&str, &str, &str)> {
    let lines = said.lines().filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [method, status, took, "s", address] if line.starts_with("    ") => {
                took.parse::<f64>().ok()?;
                Some((*method, *status, *address))
            }
            _ => None,
        }
    });
    lines.collect()
}

#[test]
fn quiet_leaves_what_failed_what_waits_and_the_end() {
    let folder = Folder::new();
    let state = folder.file("cloud.json");
    let run = rollout(&["apply", "--quiet", "--state", text(&state)]);
    assert_eq!(run.code, 2);
    let mut lines = run.out.lines();
    assert!(lines.next().unwrap().starts_with("Apply: "), "{}", run.out);
    let said = run.words();
    assert!(said.contains("Waits for a person * "), "{said}");
    assert!(
        said.contains("* tenants/rhcdbcore.onmicrosoft.com 1. Open"),
        "{said}"
    );
    let next = format!("qa_rollout -- apply --state {}\n", text(&state));
    assert!(run.out.ends_with(&next), "{}", run.out);
    for absent in ["00:0", "Made:", "Doors", "Before anything", "Took", "Plan:"] {
        assert!(!run.out.contains(absent), "{absent}: {}", run.out);
    }

    let broken = std::fs::read_to_string(&state).unwrap();
    let broken = broken.replace(
        r#""rhc-environment": "qa""#,
        r#""rhc-environment": "other""#,
    );
    std::fs::write(&state, broken).unwrap();
    let plan = rollout(&["plan", "-q", "--state", text(&state)]);
    assert_eq!(plan.code, 1);
    assert!(
        plan.words()
            .contains("is not this rollout's and is not touched")
    );
    assert!(!plan.out.contains("\n  + "), "{}", plan.out);
}

#[test]
fn verbose_says_each_request_and_each_step_and_no_secret() {
    let run = rollout(&["rehearse", "-v", "--json"]);
    assert_eq!(run.code, 0, "{}", run.words());
    let document = run.document();
    let said = requests(&run.err);
    let http = said.iter().filter(|(method, ..)| *method != "SQL");
    let http = http.count();
    assert_eq!(http as u64, document["requests"].as_u64().unwrap());
    assert!(said.len() > http, "batches in databases are said too");
    for (_, _, address) in &said {
        assert!(!address.contains(['?', '#']), "{address}");
    }
    for hidden in ["Bearer", "eyJ", "client_assertion"] {
        assert!(!run.err.contains(hidden), "{hidden}");
    }
    let unchanged = document["plan"]["unchanged"].as_u64().unwrap();
    let plan = run.err.split("\nPlan: ").next().unwrap();
    let shown = plan.lines().filter(|line| line.starts_with("  = "));
    assert_eq!(shown.count() as u64, unchanged);
    for step in document["details"]["plan"]["entries"].as_array().unwrap() {
        let name = step["name"].as_str().unwrap();
        assert!(run.err.contains(name), "{name}");
    }
    let checks = document["details"]["verify"]["checks"].as_array().unwrap();
    let well = run
        .err
        .lines()
        .filter(|line| line.starts_with("  ok  "))
        .count();
    assert!(well >= checks.len() - 8, "{well} of {}", checks.len());
}

#[test]
fn quiet_and_verbose_at_once_are_refused() {
    let run = rollout(&["-q", "-v"]);
    assert_eq!(run.code, 64);
    assert!(run.err.contains("cannot be used with"), "{}", run.err);
}

#[test]
fn what_takes_long_is_mentioned_on_a_pipe_and_each_stage_says_when_it_is_over() {
    let run = rollout(&[]);
    let said = run.words();
    assert!(
        said.contains("ciamDirectories/rhcqa: Azure says Provisioning, for 10 min"),
        "{said}"
    );
    assert!(said.contains("= stage Network: 16 steps done in"), "{said}");
    assert!(
        !run.out.contains('\u{1b}'),
        "no colour and no cursor on a pipe"
    );
    let end = run.out.lines().rev().take(4).collect::<Vec<_>>();
    assert!(
        end[3].starts_with("Took: ") && end[3].contains("cloud's time"),
        "{end:?}"
    );
    assert!(end[1].starts_with("Next: "), "{end:?}");
    assert!(end[0].starts_with("  cargo run --example qa_rollout -- plan --cloud azure"));
}

#[test]
fn the_service_s_own_percentage_reaches_whoever_draws_the_run() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    let seen = runtime.block_on(async {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
        let manifest = Manifest::load(path).unwrap();
        let cloud = EmbeddedCloud::new(&manifest, WorldOptions::default(), true).unwrap();
        cloud.world().faults().add(Fault {
            matches: Match {
                path_contains: Some("/operationStatuses/".to_owned()),
                occurrence: Occurrence::First(2),
                ..Match::default()
            },
            kind: FaultKind::Status {
                code: 200,
                headers: Vec::new(),
                body: br#"{"status": "Running", "percentComplete": 40.5}"#.as_slice().into(),
            },
        });
        let connection = cloud.connect();
        let clients = Clients::new(Arc::clone(&connection) as Arc<dyn steps::Connect>);
        let rollout = steps::environment(&manifest, &clients).unwrap();
        let rollout = rollout.only(&["network".to_owned()]).unwrap();
        let (sender, mut events) = tokio::sync::mpsc::unbounded_channel();
        let options = ApplyOptions {
            progress: ProgressSink::to(sender),
            fence: Some(connection.fence().clone()),
            patience: Duration::from_secs(4 * 3600),
            ..ApplyOptions::default()
        };
        let planned = rollout.plan(&PlanOptions::default()).await;
        rollout.apply(planned, &options).await.unwrap();
        drop(options);
        let mut seen = Vec::new();
        while let Some(event) = events.recv().await {
            if let Progress::UnderWay { state, percent, .. } = event {
                seen.push((state, percent));
            }
        }
        seen
    });
    let told = ("Running".to_owned(), Some(40.5));
    assert_eq!(
        seen.iter().filter(|one| **one == told).count(),
        2,
        "{seen:?}"
    );
    assert!(
        seen.iter().any(|(_, percent)| percent.is_none()),
        "{seen:?}"
    );
}
