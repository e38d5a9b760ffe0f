//! Doors that are opened for the operator: they are closed whatever happens, and nobody opens one without its being noted.

mod stopped;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use rollout::engine::{
    Apply, ApplyOptions, Change, Door, DoorName, Doors, Exit, Inputs, Journal, Key, Knocked,
    MemoryJournal, Meta, Observe, Observed, Outputs, PlanOptions, Record, Rollout, Stage, Step,
    StepError, Stop, Summary,
};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

const HOME: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 7);

/// A vault of a test's own: who is let in since when, and what is in it.
#[derive(Default)]
struct State {
    rules: BTreeSet<Ipv4Addr>,
    open_since: Option<Instant>,
    seen_as: Option<IpAddr>,
    /// Whether nobody is let in, and nobody told his address, until the door is opened.
    hidden: bool,
    enabled: bool,
    made: bool,
    closings: usize,
    cannot_be_closed: bool,
    /// What happened, in its order.
    log: Vec<&'static str>,
}

#[derive(Clone)]
struct Vault(Arc<Mutex<State>>, DoorName);

impl Vault {
    fn new() -> Self {
        let name = DoorName {
            kind: "vault".to_owned(),
            name: "kv".to_owned(),
            tenant: "qa".into(),
            tenant_id: "t".to_owned(),
            resource: "/subscriptions/s/vaults/kv".to_owned(),
            principal: "me".to_owned(),
        };
        let state = State {
            seen_as: Some(HOME.into()),
            ..State::default()
        };
        Self(Arc::new(Mutex::new(state)), name)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    fn is_closed(&self) -> bool {
        let state = self.state();
        state.rules.is_empty() && !state.enabled
    }
}

#[async_trait]
impl Door for Vault {
    fn name(&self) -> &DoorName {
        &self.1
    }

    async fn knock(&self) -> Result<Knocked, StepError> {
        let state = self.state();
        if state.hidden && !state.enabled {
            return Ok(Knocked::Hidden);
        }
        let arrived = state
            .open_since
            .is_some_and(|since| since.elapsed() >= Duration::from_secs(20));
        let own = state
            .rules
            .iter()
            .any(|own| state.seen_as == Some((*own).into()));
        Ok(if arrived && own {
            Knocked::Open
        } else {
            Knocked::Closed {
                seen_as: state.seen_as,
            }
        })
    }

    async fn open(&self, address: Option<Ipv4Addr>) -> Result<(), StepError> {
        sleep(Duration::from_secs(2)).await;
        let mut state = self.state();
        state.log.push("open");
        state.rules.extend(address);
        state.enabled = state.hidden;
        state.open_since = Some(Instant::now());
        Ok(())
    }

    async fn close(&self, address: Option<Ipv4Addr>) -> Result<(), StepError> {
        sleep(Duration::from_secs(2)).await;
        let mut state = self.state();
        state.closings += 1;
        if state.cannot_be_closed {
            return Err(StepError::new("the service has trouble"));
        }
        state.log.push("close");
        state.enabled = false;
        state.rules.retain(|own| Some(*own) != address);
        Ok(())
    }
}

struct Known(Vault);

impl Doors for Known {
    fn door(&self, name: &DoorName) -> Result<Arc<dyn Door>, StepError> {
        assert_eq!(name, &self.0.1);
        Ok(Arc::new(self.0.clone()))
    }
}

/// Makes something behind the door.
struct Behind {
    meta: Meta,
    vault: Vault,
    takes: Duration,
    fails: bool,
}

#[async_trait]
impl Step for Behind {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, _: &Inputs<'_>) -> Result<Value, StepError> {
        Ok(json!({"made": true}))
    }

    async fn observe(&self, _: &Observe<'_>) -> Result<Observed, StepError> {
        Ok(if self.vault.state().made {
            Observed::ours(json!({"made": true}), Outputs::new())
        } else {
            Observed::Absent
        })
    }

    async fn apply(&self, cx: &Apply<'_>, _: &Change<'_>) -> Result<Outputs, StepError> {
        let door = Arc::new(self.vault.clone());
        cx.through(door, async {
            assert_eq!(self.vault.knock().await?, Knocked::Open);
            sleep(self.takes).await;
            let mut state = self.vault.state();
            state.log.push("work");
            if self.fails {
                return Err(StepError::new("the work fails"));
            }
            state.made = true;
            Ok(Outputs::new())
        })
        .await
    }
}

fn behind(vault: &Vault, takes: u64, fails: bool) -> Rollout {
    behind_it(vault, &["certificate"], takes, fails)
}

fn behind_it(vault: &Vault, keys: &[&str], takes: u64, fails: bool) -> Rollout {
    let steps = keys.iter().map(|key| {
        Arc::new(Behind {
            meta: Meta::new(*key, Stage::IDENTITY, "qa", "certificate", *key),
            vault: vault.clone(),
            takes: Duration::from_secs(takes),
            fails,
        }) as Arc<dyn Step>
    });
    Rollout::new("qa", steps.collect())
        .unwrap()
        .with_doors(Arc::new(Known(vault.clone())))
}

fn options(journal: &Arc<MemoryJournal>) -> ApplyOptions {
    ApplyOptions {
        journal: journal.clone(),
        ..ApplyOptions::default()
    }
}

async fn run(rollout: &Rollout, options: &ApplyOptions) -> Summary {
    let planned = rollout.plan(&PlanOptions::default()).await;
    rollout.apply(planned, options).await.unwrap()
}

async fn left_open(journal: &MemoryJournal) -> usize {
    journal.recovery().await.unwrap().windows.len()
}

#[tokio::test(start_paused = true)]
async fn a_door_is_opened_for_the_address_that_it_names_and_closed_after_the_work() {
    let (vault, journal) = (Vault::new(), Arc::new(MemoryJournal::new()));
    let summary = run(&behind(&vault, 3, false), &options(&journal)).await;
    assert_eq!(summary.created, 1, "{summary:#?}");
    assert_eq!(vault.state().log, ["open", "work", "close"]);
    assert!(vault.is_closed());
    let [window] = &summary.windows[..] else {
        panic!("{summary:#?}")
    };
    assert_eq!(window.address, Some(HOME));
    assert!(window.opened < window.closed, "{window:?}");
    let records = journal.records();
    let at = |wanted: fn(&Record) -> bool| records.iter().position(wanted).unwrap();
    let intent = at(|record| matches!(record, Record::Intent { .. }));
    let opening = at(|record| matches!(record, Record::WindowOpening { .. }));
    let closed = at(|record| matches!(record, Record::WindowClosed { .. }));
    let outcome = at(|record| matches!(record, Record::Outcome { .. }));
    assert!(intent < opening && opening < closed && closed < outcome);
}

#[tokio::test(start_paused = true)]
async fn the_address_of_file_or_command_line_comes_before_what_the_door_says() {
    let (vault, journal) = (Vault::new(), Arc::new(MemoryJournal::new()));
    let mut options = options(&journal);
    let given = Ipv4Addr::new(198, 51, 100, 9);
    options.operator.address = Some(given);
    let summary = run(&behind(&vault, 3, false), &options).await;
    // It is not the one by which the vault knows us: said in words, with both, and closed again.
    let message = &summary.failed[0].message;
    assert!(
        message.contains("198.51.100.9") && message.contains("203.0.113.7"),
        "{message}"
    );
    assert_eq!(summary.windows[0].address, Some(given));
    assert!(vault.is_closed());
}

#[tokio::test(start_paused = true)]
async fn an_address_that_can_be_in_no_rule_is_refused_before_anything_is_opened() {
    for (seen_as, words) in [
        (Some("2001:db8::1"), "version 6"),
        (Some("10.0.0.9"), "network of your own"),
        (None, "does not say"),
    ] {
        let (vault, journal) = (Vault::new(), Arc::new(MemoryJournal::new()));
        vault.state().seen_as = seen_as.map(|address| address.parse().unwrap());
        let summary = run(&behind(&vault, 3, false), &options(&journal)).await;
        let failure = &summary.failed[0];
        assert!(failure.message.contains(words), "{}", failure.message);
        assert!(failure.remedy.as_ref().unwrap().contains("--my-address"));
        assert!(vault.state().log.is_empty() && summary.windows.is_empty());
        assert_eq!(left_open(&journal).await, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn whom_the_door_lets_in_anyway_opens_nothing() {
    let (vault, journal) = (Vault::new(), Arc::new(MemoryJournal::new()));
    vault.state().rules.insert(HOME);
    vault.state().open_since = Some(Instant::now());
    sleep(Duration::from_secs(30)).await;
    let summary = run(&behind(&vault, 3, false), &options(&journal)).await;
    assert_eq!(
        (summary.created, vault.state().log.clone()),
        (1, vec!["work"])
    );
    assert!(summary.windows.is_empty());
}

#[tokio::test(start_paused = true)]
async fn work_that_fails_leaves_a_closed_door() {
    let (vault, journal) = (Vault::new(), Arc::new(MemoryJournal::new()));
    let summary = run(&behind(&vault, 3, true), &options(&journal)).await;
    assert_eq!(summary.failed[0].message, "the work fails");
    assert_eq!(vault.state().log, ["open", "work", "close"]);
    assert_eq!(left_open(&journal).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_window_is_open_no_longer_than_the_file_says() {
    let (vault, journal) = (Vault::new(), Arc::new(MemoryJournal::new()));
    let mut options = options(&journal);
    options.operator.minutes = 5;
    let began = Instant::now();
    let summary = run(&behind(&vault, 60 * 60, false), &options).await;
    assert!(began.elapsed() < Duration::from_secs(6 * 60));
    assert!(
        summary.failed[0].message.contains("5 minutes"),
        "{summary:#?}"
    );
    assert_eq!(vault.state().log, ["open", "close"]);
}

/// The run is cut off at every point in time of its course, by dropping it as a kill would.
#[tokio::test(start_paused = true)]
async fn killed_at_any_moment_the_next_run_closes_the_door_before_anything_else() {
    for hidden in [false, true] {
        kill_at_any_moment(hidden).await;
    }
}

async fn kill_at_any_moment(hidden: bool) {
    let mut cut = Duration::ZERO;
    let mut left = 0;
    loop {
        let (vault, journal) = (Vault::new(), Arc::new(MemoryJournal::new()));
        vault.state().hidden = hidden;
        let rollout = behind(&vault, 10, false);
        let planned = rollout.plan(&PlanOptions::default()).await;
        let options = options(&journal);
        let finished = timeout(cut, rollout.apply(planned, &options)).await.is_ok();
        let was_open = !vault.is_closed();
        if was_open {
            // Nobody has an open door without a note in the journal.
            assert_eq!(left_open(&journal).await, 1, "cut at {cut:?}");
            left += 1;
        }
        let recovery = journal.recovery().await.unwrap();
        let noted = recovery.windows.len();
        let plan = rollout
            .plan(&PlanOptions {
                recovery,
                ..PlanOptions::default()
            })
            .await;
        let says = plan
            .plan
            .notes
            .iter()
            .any(|note| note.contains("vault kv open"));
        assert_eq!(says, noted == 1);

        vault.state().log.clear();
        let second = run(&rollout, &options).await;
        assert!(second.failed.is_empty(), "cut at {cut:?}: {second:#?}");
        if noted == 1 {
            assert_eq!(vault.state().log[0], "close", "cut at {cut:?}");
            assert_eq!(second.windows[0].opened, None);
        }
        assert!(vault.is_closed() && vault.state().made, "cut at {cut:?}");
        assert_eq!(left_open(&journal).await, 0);
        if finished {
            break;
        }
        cut += Duration::from_millis(900);
    }
    assert!(
        left > 5,
        "it was cut off {left} times while the door was open"
    );
}

#[tokio::test(start_paused = true)]
async fn a_door_that_cannot_be_closed_fails_the_run_and_the_next_one_tries_again() {
    let (vault, journal) = (Vault::new(), Arc::new(MemoryJournal::new()));
    vault.state().cannot_be_closed = true;
    let rollout = behind(&vault, 3, false);
    let summary = run(&rollout, &options(&journal)).await;
    assert_eq!(summary.exit(), Exit::Failure);
    assert!(vault.state().closings > 1);
    let failure = &summary.failed[0];
    assert!(failure.message.contains("may still be open"));
    assert!(failure.remedy.as_ref().unwrap().contains("203.0.113.7"));
    assert!(summary.windows.iter().all(|window| window.closed.is_none()));
    assert_eq!(left_open(&journal).await, 1);

    // It still cannot: that is a failure of its own, although there is nothing else to do.
    let second = run(&rollout, &options(&journal)).await;
    assert_eq!(second.exit(), Exit::Failure);
    assert_eq!(second.failed[0].key.as_str(), "windows/vault/kv");

    vault.state().cannot_be_closed = false;
    let third = run(&rollout, &options(&journal)).await;
    assert_eq!(third.exit(), Exit::Done);
    assert!(vault.is_closed());
}

#[tokio::test(start_paused = true)]
async fn a_door_that_says_nothing_while_it_is_shut_is_opened_for_nobody_first() {
    let (vault, journal) = (Vault::new(), Arc::new(MemoryJournal::new()));
    vault.state().hidden = true;
    let summary = run(&behind(&vault, 3, false), &options(&journal)).await;
    assert_eq!(summary.created, 1, "{summary:#?}");
    assert_eq!(vault.state().log, ["open", "open", "work", "close"]);
    assert!(vault.is_closed());
    assert_eq!(summary.windows[0].address, Some(HOME));
    let openings = journal.records();
    let openings: Vec<_> = openings
        .iter()
        .filter_map(|record| match record {
            Record::WindowOpening { address, .. } => Some(*address),
            _ => None,
        })
        .collect();
    assert_eq!(openings, [None, Some(HOME)]);

    // With an address that somebody gave, nothing has to be found out.
    let (vault, journal) = (Vault::new(), Arc::new(MemoryJournal::new()));
    vault.state().hidden = true;
    let mut options = options(&journal);
    options.operator.address = Some(HOME);
    let summary = run(&behind(&vault, 3, false), &options).await;
    assert_eq!(summary.created, 1, "{summary:#?}");
    assert_eq!(vault.state().log, ["open", "work", "close"]);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_his_turn_finds_the_door_open() {
    let (vault, journal) = (Vault::new(), Arc::new(MemoryJournal::new()));
    let rollout = behind_it(&vault, &["a", "b", "c"], 3, false);
    let summary = run(&rollout, &options(&journal)).await;
    assert!(summary.failed.is_empty(), "{summary:#?}");
    let log = vault.state().log.clone();
    assert_eq!(log, ["open", "work", "work", "work", "close"]);
    assert_eq!(summary.windows.len(), 1);
    assert!(vault.is_closed());
    assert_eq!(left_open(&journal).await, 0);

    // Not when half of the window's time is over.
    let (vault, journal) = (Vault::new(), Arc::new(MemoryJournal::new()));
    let rollout = behind_it(&vault, &["a", "b"], 16 * 60, false);
    let summary = run(&rollout, &options(&journal)).await;
    assert!(summary.failed.is_empty(), "{summary:#?}");
    let log = vault.state().log.clone();
    assert_eq!(log, ["open", "work", "close", "open", "work", "close"]);
}

#[tokio::test(start_paused = true)]
async fn a_plan_looks_through_a_door_that_is_opened_for_the_look() {
    let (vault, journal) = (Vault::new(), Arc::new(MemoryJournal::new()));
    let (rollout, key) = (behind(&vault, 3, false), Key::new("certificate"));
    let door = || Arc::new(vault.clone());
    let plan = PlanOptions::default();
    let first = rollout.plan(&plan).await;
    let looked = rollout
        .plan_through(first, &plan, &options(&journal), &key, door())
        .await;
    let (planned, windows) = looked.unwrap();
    assert_eq!(planned.plan.totals.create, 1);
    assert_eq!(vault.state().log, ["open", "close"]);
    assert_eq!((windows.len(), left_open(&journal).await), (1, 0));

    // Stopped in the middle it closes the door as well.
    let (handle, stop) = Stop::channel();
    let stopping = ApplyOptions {
        stop,
        ..options(&journal)
    };
    let first = rollout.plan(&plan).await;
    let looking = rollout.plan_through(first, &plan, &stopping, &key, door());
    let press = async {
        sleep(Duration::from_secs(5)).await;
        handle.finish();
    };
    let (looked, ()) = tokio::join!(looking, press);
    assert!(looked.unwrap_err().is_stopped());
    assert_eq!(vault.state().log, ["open", "close", "open", "close"]);
    assert_eq!(left_open(&journal).await, 0);

    vault.state().cannot_be_closed = true;
    let run = options(&journal);
    let first = rollout.plan(&plan).await;
    let looked = rollout.plan_through(first, &plan, &run, &key, door());
    let error = looked.await.unwrap_err().to_string();
    assert!(error.contains("may still be open"), "{error}");
    assert_eq!(left_open(&journal).await, 1);
}

/// What is seen of one thing while the door is shut and while it is open.
struct Seen {
    meta: Meta,
    vault: Vault,
    shut: Observed,
    open: Observed,
}

#[async_trait]
impl Step for Seen {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, _: &Inputs<'_>) -> Result<Value, StepError> {
        Ok(json!({"made": true}))
    }

    async fn observe(&self, _: &Observe<'_>) -> Result<Observed, StepError> {
        let shut = self.vault.is_closed();
        Ok(if shut { &self.shut } else { &self.open }.clone())
    }

    async fn apply(&self, _: &Apply<'_>, _: &Change<'_>) -> Result<Outputs, StepError> {
        self.vault.state().log.push("work");
        Ok(Outputs::new())
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_through_a_door_adds_what_was_hidden_and_leaves_the_rest_as_it_was() {
    let (vault, journal) = (Vault::new(), Arc::new(MemoryJournal::new()));
    let present = |made: bool| Observed::unmarkable(json!({"made": made}), Outputs::new());
    let hidden = || Observed::NotObserved {
        reason: "shut".to_owned(),
    };
    let rows = [
        // An open door looks like drift of the door.
        ("server", vec![], present(true), present(false)),
        ("as wanted", vec!["server"], hidden(), present(true)),
        ("missing", vec!["server"], hidden(), Observed::Absent),
        (
            "later",
            vec!["as wanted", "missing"],
            Observed::Absent,
            present(true),
        ),
    ];
    let steps = rows.map(|(key, needs, shut, open)| {
        let meta = Meta::new(key, Stage::IDENTITY, "qa", "thing", key);
        let meta = needs
            .iter()
            .fold(meta, |meta, need| meta.needs(&Key::new(*need)));
        let vault = vault.clone();
        Arc::new(Seen {
            meta,
            vault,
            shut,
            open,
        }) as Arc<dyn Step>
    });
    let rollout = Rollout::new("qa", steps.to_vec()).unwrap();
    let rollout = rollout.with_doors(Arc::new(Known(vault.clone())));
    let (plan, run) = (PlanOptions::default(), options(&journal));
    let first = rollout.plan(&plan).await;
    assert_eq!(first.plan.totals.not_observed, 2);
    let later = Key::new("later");
    let after = first.plan.entry(&later).unwrap().after.len();
    assert_eq!(after, 2, "it may have to wait for what nobody could see");
    let door = Arc::new(vault.clone());
    let key = Key::new("server");
    let looked = rollout.plan_through(first, &plan, &run, &key, door);
    let (planned, _) = looked.await.unwrap();
    let totals = &planned.plan.totals;
    assert_eq!((totals.not_observed, totals.update), (0, 0));
    assert_eq!((totals.unchanged, totals.create), (2, 2));
    let entry = planned.plan.entry(&later).unwrap();
    assert_eq!(entry.after, [Key::new("missing")]);
    // What was seen is what is worked with: nobody looks again at what is as wanted.
    vault.state().log.clear();
    let summary = rollout.apply(planned, &run).await.unwrap();
    assert_eq!((summary.created, summary.unchanged), (2, 2), "{summary:#?}");
    assert_eq!(vault.state().log, ["work", "work"]);
}
