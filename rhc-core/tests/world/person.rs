//! The simulated person.

use std::sync::Arc;
use std::time::Duration;

use rhc_core::fake::{PersonError, PersonTask, Section, State, World, WorldOptions};
use serde::{Deserialize, Serialize};

use super::support::world;

#[derive(Default, Serialize, Deserialize)]
struct Desk {
    form_arrived: bool,
    signed: u32,
}

impl Section for Desk {
    const NAME: &'static str = "desk";
}

fn signing() -> PersonTask {
    PersonTask {
        key: "sign".to_owned(),
        title: "Sign the agreement".to_owned(),
        ready: Arc::new(|state: &State| {
            state
                .read::<Desk>()
                .is_some_and(|desk| desk.form_arrived && desk.signed == 0)
        }),
        act: Arc::new(|state: &mut State| state.section::<Desk>().signed += 1),
        takes: Duration::from_secs(300),
    }
}

fn form_arrives(world: &World) {
    world.with(|state| state.section::<Desk>().form_arrived = true);
}

fn signed(world: &World) -> u32 {
    world.with(|state| state.section::<Desk>().signed)
}

#[tokio::test(start_paused = true)]
async fn does_a_task_once_it_is_ready_and_its_time_has_passed() {
    let world = world();
    world.person().register(signing());
    world.person().enable();
    tokio::time::advance(Duration::from_secs(1000)).await;
    assert_eq!(signed(&world), 0);
    form_arrives(&world);
    tokio::time::advance(Duration::from_secs(299)).await;
    assert_eq!(signed(&world), 0);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(signed(&world), 1);
    tokio::time::advance(Duration::from_secs(1000)).await;
    assert_eq!(signed(&world), 1);
}

#[tokio::test(start_paused = true)]
async fn does_nothing_unless_enabled() {
    let world = world();
    world.person().register(signing());
    form_arrives(&world);
    tokio::time::advance(Duration::from_secs(1000)).await;
    assert_eq!(signed(&world), 0);
    assert!(!world.person().is_enabled());
    let tasks: Vec<_> = world
        .person()
        .tasks()
        .into_iter()
        .map(|(task, ready)| (task.key, ready))
        .collect();
    assert_eq!(tasks, [("sign".to_owned(), true)]);
}

#[tokio::test(start_paused = true)]
async fn does_one_task_when_told() {
    let world = world();
    world.person().register(signing());
    let early = world.person().perform("sign");
    assert_eq!(early, Err(PersonError::NotReady("sign".to_owned())));
    form_arrives(&world);
    assert_eq!(world.person().perform("sign"), Ok(()));
    assert_eq!(signed(&world), 1);
    let unknown = world.person().perform("sing").unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "there is no task \"sing\"; known: sign"
    );
}

#[tokio::test(start_paused = true)]
async fn a_task_that_became_needless_meanwhile_is_not_done() {
    let world = world();
    world.person().register(signing());
    world.person().enable();
    form_arrives(&world);
    world.with(|state| state.section::<Desk>().form_arrived = false);
    tokio::time::advance(Duration::from_secs(1000)).await;
    assert_eq!(signed(&world), 0);
}

#[tokio::test(start_paused = true)]
async fn a_task_under_way_survives_saving_and_is_not_begun_twice() {
    let world = world();
    world.person().register(signing());
    world.person().enable();
    form_arrives(&world);
    tokio::time::advance(Duration::from_secs(200)).await;
    let saved = world.to_json().unwrap();
    assert_eq!(saved["events"].as_array().map(Vec::len), Some(1));
    let loaded = World::from_json(&saved.to_string(), WorldOptions::default()).unwrap();
    loaded.person().enable();
    loaded.person().register(signing());
    tokio::time::advance(Duration::from_secs(100)).await;
    assert_eq!(signed(&loaded), 1);
}

#[tokio::test(start_paused = true)]
async fn begins_when_enabled_and_not_before() {
    let world = world();
    world.person().register(signing());
    form_arrives(&world);
    tokio::time::advance(Duration::from_secs(1000)).await;
    world.person().enable();
    tokio::time::advance(Duration::from_secs(299)).await;
    assert_eq!(signed(&world), 0);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(signed(&world), 1);
}
