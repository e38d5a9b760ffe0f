//! The journal as a blob: leases, lost answers, and every fault at every request.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rhc_core::fake::FaultKind;
use rollout::embedded::Lease;
use rollout::engine::{Contents, Held, JournalBlob, JournalError, JournalPlace, Outcome, Record};
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use crate::journal::{intent, outcome};
use crate::stores::{BLOB, InABlob, Store};

const HOST: &str = "rhcjournal.blob.core.windows.net";
const SECOND: &str = "qa/journal.2.jsonl";
const MINUTE: Duration = Duration::from_secs(60);

fn keys(contents: &Contents) -> Vec<String> {
    let keys = contents.entries.iter().map(|entry| match &entry.record {
        Record::Intent { key, .. } | Record::Outcome { key, .. } => key.to_string(),
        other => format!("{other:?}"),
    });
    keys.collect()
}

async fn read(place: &JournalBlob) -> Contents {
    place.read("qa").await.unwrap().unwrap()
}

/// Another run takes the lease, which had run out.
fn taken_by_another(store: &InABlob) {
    let until = Some(store.cloud.world().now() + MINUTE);
    store.edit(BLOB, |blob| {
        blob.lease = Some(Lease {
            id: Uuid::from_u128(7),
            seconds: Some(60),
            until,
            broken: false,
        });
    });
}

fn run_out(store: &InABlob) {
    let now = store.cloud.world().now();
    store.edit(BLOB, |blob| {
        blob.lease.as_mut().unwrap().until = Some(now);
    });
}

#[tokio::test(start_paused = true)]
async fn the_second_run_is_told_whose_computer_and_a_dead_one_lets_go_by_itself() {
    let store = InABlob::new();
    let (ann, bob) = (
        store.run("ann on LAPTOP").await,
        store.run("bob on DESK").await,
    );
    let journal = ann.open("qa").await.unwrap();
    // It is held for as long as the run works, which is longer than any lease.
    sleep(10 * MINUTE).await;
    let error = bob.open("qa").await.err().unwrap().to_string();
    assert!(error.contains("of ann on LAPTOP, since 2"), "{error}");
    journal.append(intent("a")).await.unwrap();
    // Killed: nobody releases it.
    drop(journal);
    assert!(
        bob.open("qa").await.is_err(),
        "nobody knows yet that it is dead"
    );
    sleep(MINUTE + Duration::from_secs(1)).await;
    assert_eq!(bob.held().await.unwrap(), Held::Free);
    let journal = bob.open("qa").await.unwrap();
    assert_eq!(journal.recovery().await.unwrap().open.len(), 1);
    let held = ann.held().await.unwrap();
    assert!(
        matches!(&held, Held::By(Some(holder)) if holder.to_string().contains("bob on DESK")),
        "{held:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_name_that_no_header_can_hold_is_written_as_far_as_it_can_be() {
    let store = InABlob::new();
    let place = store.run("Zoë\nX-Evil: 1").await;
    let _journal = place.open("qa").await.unwrap();
    let error = place.open("qa").await.err().unwrap().to_string();
    assert!(error.contains("of Zo? X-Evil: 1, since"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn whoever_has_lost_the_lease_writes_nothing_more() {
    let store = InABlob::new();
    let place = store.run("ann").await;
    let journal = place.open("qa").await.unwrap();
    journal.append(intent("a")).await.unwrap();
    taken_by_another(&store);
    let lost = journal.append(intent("b")).await.unwrap_err();
    assert!(matches!(lost, JournalError::Lost { .. }), "{lost}");
    assert_eq!(keys(&read(&place).await), ["a"]);
}

#[tokio::test(start_paused = true)]
async fn the_loss_is_seen_before_the_next_line_and_stops_it_without_a_request() {
    let store = InABlob::new();
    let place = store.run("ann").await;
    let journal = place.open("qa").await.unwrap();
    taken_by_another(&store);
    sleep(Duration::from_secs(21)).await;
    let before = store.cloud.world().log().len();
    let lost = journal.append(intent("b")).await.unwrap_err();
    assert!(lost.to_string().contains("another run has it"), "{lost}");
    assert_eq!(store.cloud.world().log().len(), before);
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_ran_out_is_taken_again_if_nobody_has_it() {
    let store = InABlob::new();
    let place = store.run("ann").await;
    let journal = place.open("qa").await.unwrap();
    run_out(&store);
    journal.append(intent("a")).await.unwrap();
    assert!(place.open("qa").await.is_err(), "it is held again");
    run_out(&store);
    sleep(Duration::from_secs(21)).await;
    assert!(place.open("qa").await.is_err(), "renewing does that too");
    store.edit(BLOB, |blob| blob.lease.as_mut().unwrap().broken = true);
    journal.append(intent("b")).await.unwrap();
    assert_eq!(keys(&read(&place).await), ["a", "b"]);
}

#[tokio::test(start_paused = true)]
async fn what_another_run_wrote_meanwhile_is_not_written_over() {
    let store = InABlob::new();
    let place = store.run("ann").await;
    let journal = place.open("qa").await.unwrap();
    journal.append(intent("a")).await.unwrap();
    // Its lease ran out, another run came and went, and nobody has it now.
    run_out(&store);
    let other = store.run("bob").await.open("qa").await.unwrap();
    other.append(intent("theirs")).await.unwrap();
    other.close().await;
    let lost = journal.append(intent("b")).await.unwrap_err();
    assert!(
        lost.to_string().contains("somebody else has written"),
        "{lost}"
    );
    assert_eq!(keys(&read(&place).await), ["a", "theirs"]);
}

#[tokio::test(start_paused = true)]
async fn a_full_blob_is_followed_by_the_next() {
    let store = InABlob::new();
    let place = store.run("ann").await;
    let journal = place.open("qa").await.unwrap();
    journal.append(intent("a")).await.unwrap();
    store.edit(BLOB, |blob| blob.blocks = 49_999);
    for name in ["b", "c", "d"] {
        journal.append(intent(name)).await.unwrap();
    }
    assert_eq!(keys(&read(&place).await), ["a", "b", "c", "d"]);
    assert_eq!(store.edit(SECOND, |blob| blob.blocks), 3, "with a header");
    assert_eq!(store.edit(BLOB, |blob| blob.lease.clone()), None);
    assert!(place.open("qa").await.is_err(), "the lock has moved along");
    journal.close().await;
    let journal = place.open("qa").await.unwrap();
    assert_eq!(journal.recovery().await.unwrap().open.len(), 4);
    journal.append(intent("e")).await.unwrap();
    assert_eq!(store.edit(SECOND, |blob| blob.blocks), 4);
    journal.close().await;

    // A run that was refused only because the blob is full, and knew nothing of it.
    let journal = place.open("qa").await.unwrap();
    store.edit(SECOND, |blob| blob.blocks = 50_000);
    journal.append(intent("f")).await.unwrap();
    let all = read(&place).await;
    assert_eq!(keys(&all), ["a", "b", "c", "d", "e", "f"]);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_fits_in_no_block_is_refused_and_nothing_else() {
    let store = InABlob::new();
    let place = store.run("ann").await;
    let journal = place.open("qa").await.unwrap();
    let long = Record::Outcome {
        key: "a".into(),
        outcome: Outcome::Failed,
        message: Some("x".repeat(4 * 1024 * 1024)),
    };
    let refused = journal.append(long).await.unwrap_err();
    assert!(matches!(refused, JournalError::TooLong { .. }), "{refused}");
    let fits = Record::Outcome {
        key: "b".into(),
        outcome: Outcome::Failed,
        message: Some("x".repeat(4 * 1024 * 1024 - 200)),
    };
    journal.append(fits).await.unwrap();
    assert_eq!(keys(&read(&place).await), ["b"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_as_it_has_to_be_is_said() {
    let store = InABlob::new();
    let nowhere = store.run_in("nowhere", "ann").await;
    let error = nowhere.open("qa").await.err().unwrap();
    let why = std::error::Error::source(&error).unwrap().to_string();
    assert!(why.contains("there is no such container"), "{why}");

    store.set(b"{\"journal\":\"rhc-rollout\",\"format\":1,\"environment\":\"qa\"}\n{\"at\"");
    let place = store.run("ann").await;
    let error = place.open("qa").await.err().unwrap();
    assert!(
        matches!(error, JournalError::Torn { bytes: 5, .. }),
        "{error}"
    );
    assert_eq!(place.held().await.unwrap(), Held::Free);

    store.set(b"");
    store.cloud.world().with(|state| {
        let arm = state.section::<rhc_arm::fake::Arm>();
        arm.resources.retain(|id, _| {
            !(id.contains("storageaccounts/rhcjournal") && id.contains("roleassignments"))
        });
    });
    let error = place.open("qa").await.err().unwrap();
    let why = std::error::Error::source(&error).unwrap().to_string();
    assert!(why.contains("Storage Blob Data Contributor"), "{why}");
}

/// What a World's network and service do wrong, once.
fn faults() -> Vec<(&'static str, FaultKind)> {
    let status = |code: u16, headers: &[(&str, &str)]| FaultKind::Status {
        code,
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: "<html>no</html>".into(),
    };
    let after = |code: u16| FaultKind::StatusAfter {
        code,
        headers: Vec::new(),
        body: "<html>no</html>".into(),
    };
    let page = FaultKind::StatusAfter {
        code: 200,
        headers: vec![("content-type".to_owned(), "text/html".to_owned())],
        body: "<html>sign in to the hotel</html>".into(),
    };
    vec![
        ("refused", FaultKind::ConnectionRefused),
        ("reset before", FaultKind::ResetBefore),
        ("reset after", FaultKind::ResetAfter),
        ("timeout before", FaultKind::TimeoutBefore),
        ("timeout after", FaultKind::TimeoutAfter),
        ("429", status(429, &[])),
        ("429 with seconds", status(429, &[("retry-after", "7")])),
        (
            "429 with milliseconds",
            status(429, &[("x-ms-retry-after-ms", "700")]),
        ),
        ("500", status(500, &[])),
        ("503", status(503, &[("retry-after", "5")])),
        ("500 after", after(500)),
        ("503 after", after(503)),
        ("504 after", after(504)),
        ("401", status(401, &[])),
        ("403", status(403, &[])),
        ("truncated", FaultKind::Truncated),
        ("slow", FaultKind::Slow(Duration::from_secs(25))),
        ("very slow", FaultKind::Slow(Duration::from_secs(45))),
        ("a hotel's page", page),
    ]
}

/// Strikes the request of this number, `times` in a row; how many there were.
fn strike(store: &InABlob, number: usize, times: usize, fault: &FaultKind) -> Arc<AtomicUsize> {
    let met = Arc::new(AtomicUsize::new(0));
    let (seen, fault) = (Arc::clone(&met), fault.clone());
    store.cloud.world().faults().judge(move |request| {
        if !request.host.eq_ignore_ascii_case(HOST) {
            return None;
        }
        let now = seen.fetch_add(1, Ordering::Relaxed);
        (number..number + times)
            .contains(&now)
            .then(|| fault.clone())
    });
    met
}

/// A journal's life: opened, written to across the end of a blob, renewed, closed. What the run was told is there.
async fn life(
    place: &JournalBlob,
    store: &InABlob,
) -> Result<Vec<&'static str>, Vec<&'static str>> {
    let mut written = Vec::new();
    let Ok(journal) = place.open("qa").await else {
        return Err(written);
    };
    for name in ["a", "b", "c", "d", "e"] {
        if name == "c" {
            sleep(Duration::from_secs(30)).await;
            store.edit(BLOB, |blob| blob.blocks = 50_000);
        }
        match journal.append(intent(name)).await {
            Ok(()) => written.push(name),
            // As a run does: it begins nothing more.
            Err(_) => return Err(written),
        }
    }
    journal.close().await;
    Ok(written)
}

/// The next run, on another computer, finds each record that the first was told is there, once, and in order.
async fn settled(store: &InABlob, what: &str, written: &[&str]) {
    store.cloud.world().faults().clear();
    sleep(MINUTE + Duration::from_secs(1)).await;
    let place = store.run("bob").await;
    let journal = place.open("qa").await;
    let journal = journal.unwrap_or_else(|error| panic!("{what}: {error}"));
    journal
        .append(outcome("last", Outcome::Created))
        .await
        .unwrap();
    let all = read(&place).await;
    let found = keys(&all);
    let once: BTreeSet<_> = found.iter().collect();
    assert_eq!(once.len(), found.len(), "{what}: twice: {found:?}");
    // One more may be there: it was sent, and nobody heard of it.
    let before_last = found.len() - 1;
    assert!(before_last - written.len() <= 1, "{what}: {found:?}");
    let known: Vec<_> = found.iter().take(written.len()).collect();
    assert_eq!(known, written.iter().collect::<Vec<_>>(), "{what}");
    assert_eq!(found.last().map(String::as_str), Some("last"), "{what}");
    assert_eq!(all.torn, 0, "{what}");
}

#[tokio::test(start_paused = true)]
async fn no_fault_at_any_request_loses_or_doubles_a_record() {
    let mut runs = 0;
    let mut healed = 0;
    for (name, fault) in faults() {
        for number in 0.. {
            let store = InABlob::new();
            let place = store.run("ann").await;
            let met = strike(&store, number, 1, &fault);
            let lived = life(&place, &store).await;
            let what = format!("{name} at request {number}");
            if met.load(Ordering::Relaxed) <= number {
                assert!(lived.is_ok(), "{what}: undisturbed");
                assert!(number > 20, "{what}: there are more requests than that");
                break;
            }
            runs += 1;
            healed += usize::from(lived.is_ok());
            // What passes is got over in the same run; a refusal is none, and must not look like one.
            if !matches!(name, "403" | "a hotel's page" | "401") {
                assert!(lived.is_ok(), "{what}: {lived:?}");
            }
            let (Ok(written) | Err(written)) = lived;
            settled(&store, &what, &written).await;
        }
    }
    println!("{runs} lives with a fault, {healed} of them went on");
    assert!(runs > 300, "{runs}");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_stays_away_ends_the_run_and_loses_nothing() {
    let faults = faults();
    for (name, fault) in faults {
        for number in (0..26).step_by(3) {
            let store = InABlob::new();
            let place = store.run("ann").await;
            let _met = strike(&store, number, usize::MAX / 2, &fault);
            let lived = life(&place, &store).await;
            let what = format!("{name} from request {number} on");
            let (Ok(written) | Err(written)) = lived;
            settled(&store, &what, &written).await;
        }
    }
}

/// The run is cut off at every moment, as a kill does, with lines in flight.
#[tokio::test(start_paused = true)]
async fn killed_at_any_moment_nothing_is_lost_or_doubled() {
    let mut cut = Duration::ZERO;
    loop {
        let store = InABlob::new();
        let place = store.run("ann").await;
        let began = Instant::now();
        let mut written: Vec<&'static str> = Vec::new();
        let done = {
            let written = &mut written;
            let work = async {
                let journal = place.open("qa").await.unwrap();
                for name in ["a", "b", "c"] {
                    journal.append(intent(name)).await.unwrap();
                    written.push(name);
                }
            };
            timeout(cut, work).await.is_ok()
        };
        settled(
            &store,
            &format!("killed after {:?}", began.elapsed()),
            &written,
        )
        .await;
        if done {
            break;
        }
        cut += Duration::from_millis(29);
    }
    assert!(cut > Duration::from_millis(60), "{cut:?}");
}

/// A call that is dropped in the middle leaves a line that the next call of the same run has to find.
#[tokio::test(start_paused = true)]
async fn a_line_whose_call_was_dropped_is_found_by_the_next() {
    let mut seen = BTreeSet::new();
    for cut in (0..80).map(Duration::from_millis) {
        let store = InABlob::new();
        let place = store.run("ann").await;
        let journal = place.open("qa").await.unwrap();
        let dropped = timeout(cut, journal.append(intent("a"))).await.is_err();
        journal.append(intent("b")).await.unwrap();
        let recovery = journal.recovery().await.unwrap();
        let all = read(&place).await;
        assert_eq!(recovery, all.recovery(), "cut at {cut:?}");
        let found = keys(&all);
        assert!(
            found == ["a", "b"] || dropped && found == ["b"],
            "{cut:?}: {found:?}"
        );
        seen.insert(found.len());
    }
    assert_eq!(seen.len(), 2, "dropped before it came there, and after");
}
