//! Clock, scheduled events, extensions.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rhc_core::fake::{Section, World, WorldOptions};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::macros::datetime;

use super::support::world;

#[derive(Default, Serialize, Deserialize)]
struct Diary {
    entries: Vec<(String, String)>,
}

impl Section for Diary {
    const NAME: &'static str = "diary";
}

fn keeps_diary(world: &World) {
    world.on_event(
        "note",
        Arc::new(|state, data| {
            let at = state.now().time().to_string();
            let text = data["text"].as_str().unwrap_or_default().to_owned();
            if text == "again" {
                state.schedule(Duration::from_secs(5), "note", json!({ "text": "echo" }));
            }
            state.section::<Diary>().entries.push((at, text));
        }),
    );
}

fn entries(world: &World) -> Vec<(String, String)> {
    world.with(|state| state.section::<Diary>().entries.clone())
}

fn entry(at: &str, text: &str) -> (String, String) {
    (at.to_owned(), text.to_owned())
}

#[tokio::test(start_paused = true)]
async fn what_is_to_happen_can_be_put_off() {
    let world = world();
    keeps_diary(&world);
    world.with(|state| {
        state.schedule(Duration::from_secs(10), "note", json!({ "text": "late" }));
        state.schedule(Duration::from_secs(20), "note", json!({ "text": "other" }));
        state.postpone(Duration::from_secs(60), |kind, data| {
            kind == "note" && data["text"] == "late"
        });
    });
    tokio::time::advance(Duration::from_secs(69)).await;
    assert_eq!(entries(&world), [entry("9:00:20.0", "other")]);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(entries(&world)[1..], [entry("9:01:10.0", "late")]);
}

#[tokio::test(start_paused = true)]
async fn events_happen_in_the_order_of_time_and_see_their_own_time() {
    let world = world();
    keeps_diary(&world);
    world.with(|state| {
        state.schedule(Duration::from_secs(20), "note", json!({ "text": "second" }));
        state.schedule(Duration::from_secs(10), "note", json!({ "text": "first" }));
        state.schedule(Duration::from_secs(20), "note", json!({ "text": "third" }));
    });
    tokio::time::advance(Duration::from_secs(15)).await;
    assert_eq!(entries(&world), [entry("9:00:10.0", "first")]);
    tokio::time::advance(Duration::from_secs(15)).await;
    assert_eq!(
        entries(&world)[1..],
        [entry("9:00:20.0", "second"), entry("9:00:20.0", "third")]
    );
    assert_eq!(world.now(), datetime!(2026-11-23 09:00:30 UTC));
}

#[tokio::test(start_paused = true)]
async fn what_an_event_schedules_happens_in_the_same_pass_if_it_is_due() {
    let world = world();
    keeps_diary(&world);
    world.with(|state| {
        state.schedule(Duration::from_secs(10), "note", json!({ "text": "again" }));
        state.schedule(
            Duration::from_secs(12),
            "note",
            json!({ "text": "between" }),
        );
    });
    tokio::time::advance(Duration::from_secs(60)).await;
    let texts: Vec<_> = entries(&world).into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, ["again", "between", "echo"]);
}

#[tokio::test(start_paused = true)]
async fn an_event_without_a_handler_waits_for_one_and_holds_nobody_up() {
    let world = world();
    world.with(|state| {
        state.schedule(Duration::from_secs(1), "unknown", json!(null));
        state.schedule(Duration::from_secs(2), "note", json!({ "text": "known" }));
    });
    keeps_diary(&world);
    tokio::time::advance(Duration::from_secs(10)).await;
    assert_eq!(entries(&world), [entry("9:00:02.0", "known")]);
    let waiting = world.with(|state| {
        state
            .scheduled()
            .map(|(_, kind, _)| kind.to_owned())
            .collect::<Vec<_>>()
    });
    assert_eq!(waiting, ["unknown"]);

    let happened = Arc::new(AtomicU32::new(0));
    let count = happened.clone();
    world.on_event(
        "unknown",
        Arc::new(move |state, _| {
            assert_eq!(state.now(), datetime!(2026-11-23 09:00:10 UTC));
            count.fetch_add(1, Ordering::SeqCst);
        }),
    );
    world.settle();
    world.settle();
    assert_eq!(happened.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn ids_repeat_from_run_to_run() {
    let ids = |seed| {
        let world = World::new(WorldOptions {
            seed,
            ..WorldOptions::default()
        });
        world.with(|state| [state.uuid(), state.uuid()])
    };
    assert_eq!(ids(1), ids(1));
    assert_ne!(ids(1), ids(2));
    assert_ne!(ids(1)[0], ids(1)[1]);
}

#[tokio::test(start_paused = true)]
async fn speed_divides_delays_and_retry_after() {
    let world = World::new(WorldOptions {
        speed: 40.0,
        ..WorldOptions::default()
    });
    assert_eq!(
        world.scaled(Duration::from_secs(60)),
        Duration::from_millis(1500)
    );
    let headers = world.retry_after_headers(Duration::from_secs(60));
    assert_eq!(headers["retry-after"], "2");
    assert_eq!(headers["retry-after-ms"], "1500");
    tokio::time::advance(Duration::from_millis(1500)).await;
    assert_eq!(world.now(), datetime!(2026-11-23 09:01 UTC));

    let plain = super::support::world().retry_after_headers(Duration::from_millis(2500));
    assert_eq!(plain["retry-after"], "3");
    assert!(!plain.contains_key("retry-after-ms"));
}

#[tokio::test(start_paused = true)]
async fn an_extension_is_one_for_the_world_and_its_clones() {
    let world = world();
    world.extension::<AtomicU32>().store(7, Ordering::SeqCst);
    assert_eq!(
        world
            .clone()
            .extension::<AtomicU32>()
            .load(Ordering::SeqCst),
        7
    );
    assert_eq!(
        super::support::world()
            .extension::<AtomicU32>()
            .load(Ordering::SeqCst),
        0
    );
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_middle_does_not_lock_the_world_for_ever() {
    let world = world();
    let other = world.clone();
    let died = tokio::spawn(async move { other.with(|_| panic!("as tests do")) }).await;
    assert!(died.is_err());
    assert_eq!(world.with(|state| state.now()), world.now());
}
