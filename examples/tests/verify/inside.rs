//! Looking from inside: what a probe proves, what it leaves open, and that nothing is written for it but its start.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use rhc_containerapps::fake::{Exit, RunningContainer, register_program};
use rhc_core::{Cloud, Error, ErrorKind};
use rhc_sql_identity::{Databases, SqlAddress, SqlSession};
use rollout::probe::{self, Settings, Surroundings};
use rollout::steps::probe::reference;
use rollout::verify::{Report, Vantage, Verdict};
use serde_json::{Value, json};

use crate::edit::{sql_tables, sql_users};
use crate::finished::{Run, manifest, state};
use crate::whole::look;

fn verdict<'r>(report: &'r Report, id: &str) -> &'r Verdict {
    &report
        .check(id)
        .unwrap_or_else(|| panic!("{id} was not asked"))
        .verdict
}

fn open(report: &Report, id: &str) -> String {
    match verdict(report, id) {
        Verdict::NotProven { reason } => reason.clone(),
        other => panic!("{id}: {other:?}"),
    }
}

fn runs(
    run: &Run,
    program: impl Fn(RunningContainer) -> Pin<Box<dyn Future<Output = Exit> + Send>>
    + Send
    + Sync
    + 'static,
) {
    let image = reference(&run.manifest).unwrap();
    register_program(run.cloud.world(), &image, Arc::new(program));
}

#[tokio::test(start_paused = true)]
async fn every_app_proves_its_way_and_its_rights_in_every_database() {
    let report = look(&Run::from_state(&state())).await;
    let inside: Vec<_> = report
        .checks
        .iter()
        .filter(|check| check.vantage == Vantage::Inside)
        .collect();
    let ids = inside.iter().map(|check| check.id.as_str());
    let proven: Vec<&str> = ids
        .filter(|id| !id.starts_with("inside/table/") && !id.starts_with("inside/key-stays/"))
        .collect();
    assert_eq!(
        proven,
        [
            "inside/chain/hp2",
            "inside/opens/hp2/corp_db",
            "inside/rights/hp2/corp_db",
            "inside/opens/hp2/hp2_db",
            "inside/rights/hp2/hp2_db",
            "inside/chain/smx",
            "inside/opens/smx/corp_db",
            "inside/rights/smx/corp_db",
        ]
    );
    for check in inside
        .iter()
        .filter(|check| proven.contains(&check.id.as_str()))
    {
        assert!(matches!(check.verdict, Verdict::Passed { .. }), "{check:?}");
    }
    for check in inside
        .iter()
        .filter(|check| check.id.starts_with("inside/table/"))
    {
        let Verdict::NotProven { reason } = &check.verdict else {
            panic!("{check:?}");
        };
        assert!(
            reason.contains("is empty") && reason.contains("[probe.tables]"),
            "{reason}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_written_but_the_start_of_the_probes() {
    let run = Run::from_state(&state());
    look(&run).await;
    let log = run.cloud.world().log();
    let writes = log.iter().filter(|request| {
        !["GET", "HEAD"].contains(&request.method.as_str())
            && !request.path_and_query.contains("/oauth2/")
    });
    let mut starts = 0;
    for request in writes {
        let path = request.path_and_query.split('?').next().unwrap();
        let ours = ["/jobs/hp225qa-probe/start", "/jobs/smx25qa-probe/start"];
        assert!(
            request.method == "POST" && ours.iter().any(|own| path.ends_with(own)),
            "{path}"
        );
        starts += 1;
    }
    assert_eq!(starts, 8, "each question is asked once");
}

#[tokio::test(start_paused = true)]
async fn a_table_that_the_file_names_is_read_and_written_as_the_roles_say() {
    let mut named = manifest();
    for database in ["corp_db", "hp2_db"] {
        named
            .probe
            .tables
            .insert(database.to_owned(), "dbo.practice".to_owned());
    }
    let with_tables = |edit: fn(&mut Value)| {
        let mut state = state();
        for database in ["corp_db", "hp2_db"] {
            *sql_tables(&mut state, database) = json!(["dbo.practice"]);
        }
        edit(&mut state);
        state
    };
    let look_at = async |state: Value| {
        let run = Run::of(named.clone(), &state);
        // The jobs are told of the tables first.
        let planned = run.plan().await;
        assert_eq!(run.apply(planned).await.failed, vec![]);
        look(&Run::of(named.clone(), &run.cloud.to_state().unwrap())).await
    };
    let report = look_at(with_tables(|_| ())).await;
    for id in [
        "inside/table/hp2/corp_db",
        "inside/table/hp2/hp2_db",
        "inside/table/smx/corp_db",
    ] {
        assert!(
            matches!(verdict(&report, id), Verdict::Passed { .. }),
            "{id}"
        );
    }
    let report = look_at(with_tables(|state| {
        sql_users(state, "corp_db")["rhc-hp2-qa-db"]["permissions"] = json!(["DELETE"]);
    }))
    .await;
    assert!(matches!(
        verdict(&report, "inside/table/hp2/corp_db"),
        Verdict::Failed { .. }
    ));
    let report = look_at(with_tables(|state| {
        *sql_tables(state, "hp2_db") = json!([])
    }))
    .await;
    assert!(matches!(
        verdict(&report, "inside/table/hp2/hp2_db"),
        Verdict::Failed { .. }
    ));
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_does_not_end_in_time_proves_nothing() {
    let run = Run::from_state(&state());
    runs(&run, |_| {
        Box::pin(async {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            Exit::default()
        })
    });
    let report = look(&run).await;
    assert_eq!(report.failures().count(), 0);
    let why = open(&report, "inside/chain/hp2");
    assert!(why.contains("300 seconds"), "{why}");
    assert!(open(&report, "inside/opens/hp2/hp2_db").contains("chain"));
}

#[tokio::test(start_paused = true)]
async fn without_its_image_nothing_is_proven_and_a_person_is_told_how_to_push_it() {
    let mut state = state();
    state["sections"]["registry"] = json!({});
    let report = look(&Run::from_state(&state)).await;
    let Verdict::Failed { remedy, .. } = verdict(&report, "file/images/rhc-probe:1") else {
        panic!("{:?}", report.check("file/images/rhc-probe:1"));
    };
    for words in [
        "az acr build --registry smx25qaacr --image rhc-probe:1",
        "examples/probe/Containerfile",
    ] {
        assert!(remedy.contains(words), "{remedy}");
    }
    assert_eq!(report.failures().count(), 1);
    assert!(open(&report, "inside/chain/hp2").contains("hp225qa-probe"));
}

/// A way to databases that refuses by itself, as the write fence does.
#[derive(Debug)]
struct Refusing;

const REFUSED: &str = "no session is opened here";

#[async_trait::async_trait]
impl Databases for Refusing {
    async fn open(&self, _: &SqlAddress) -> rhc_core::Result<Box<dyn SqlSession>> {
        Err(Error::new(ErrorKind::Refused, "sql.open", REFUSED))
    }
}

/// Where the probe may not speak to databases it proves the token, and says that it cannot go on.
#[tokio::test(start_paused = true)]
async fn where_sql_is_not_spoken_the_token_is_proven_and_the_rest_is_left_open() {
    let run = Run::from_state(&state());
    runs(&run, |container| {
        Box::pin(async move {
            let words = std::iter::once("probe".to_owned()).chain(container.args);
            let words: Vec<String> = words.take_while(|word| word != "--only").collect();
            let settings = Settings::try_parse_from(words).unwrap();
            let surroundings = Surroundings {
                cloud: Cloud::public(),
                transport: container.world.transport(),
                clock: container.world.clock(),
                environment: container.env,
                databases: Box::new(|_| Arc::new(Refusing)),
            };
            let answers = probe::run(&settings, &surroundings).await;
            let lines = probe::lines(&answers);
            assert!(lines[0].starts_with("ok  chain: "), "{lines:#?}");
            let opens = lines.iter().filter(|line| line.starts_with("?   opens/"));
            assert!(
                opens.clone().all(|line| line.contains(REFUSED)),
                "{lines:#?}"
            );
            assert_eq!(opens.count(), settings.databases.len());
            let code = probe::code(&settings, &answers);
            assert_eq!(code, 0, "what cannot be found out is no failure");
            Exit {
                code: code.into(),
                log: lines,
            }
        })
    });
    let report = look(&run).await;
    assert!(matches!(
        verdict(&report, "inside/chain/hp2"),
        Verdict::Passed { .. }
    ));
}
