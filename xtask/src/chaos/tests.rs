//! The chaos run sees what it looks for: it can fail.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use http::Method;
use rhc_arm::fake::Arm;
use rhc_core::fake::{FaultKind, State};
use rollout::{engine::ProgressSink, manifest::Manifest};
use tokio::sync::mpsc::unbounded_channel;

use super::{
    Shard,
    case::{Passed, Setting, Stage},
    faults::{Does, FAULTS, Fault},
    point::Point,
    process::paused,
    rejoining::Follower,
    run::{shuffled, spread},
    scene::Scene,
};
use crate::root;

fn setting() -> &'static Setting {
    static SETTING: OnceLock<Setting> = OnceLock::new();
    SETTING.get_or_init(|| {
        let manifest = Manifest::load(root().join("examples/environments/qa.toml")).unwrap();
        Setting::of(manifest).unwrap()
    })
}

fn point(is_it: impl Fn(&Point) -> bool) -> Point {
    let found = setting().points.iter().find(|point| is_it(point));
    found.unwrap().clone()
}

fn of_ours(times: u32, make: fn(&Point, time::OffsetDateTime) -> FaultKind) -> Fault {
    Fault {
        name: "of-this-test",
        meets: |_| true,
        does: Does::Strikes(times, make),
        may_give_up: false,
    }
}

#[test]
fn a_lost_answer_converges_in_the_same_run() {
    let creates = point(|point| point.creates && point.method == Method::PUT);
    let fault = of_ours(1, |_, _| FaultKind::ResetAfter);
    assert_eq!(setting().run(&creates, &fault), Ok(Passed::SameRun));
}

#[test]
fn a_list_that_is_refused_for_a_while_is_asked_for_again_before_a_write() {
    let refused = FAULTS.iter().find(|fault| fault.name == "403-heals");
    let lists = "GET graph.microsoft.com/v1.0/oauth2PermissionGrants #2";
    let before_a_write = point(|point| point.name == lists);
    let verdict = setting().run(&before_a_write, refused.unwrap());
    assert_eq!(verdict, Ok(Passed::SameRun));
}

#[test]
fn what_never_heals_and_what_never_strikes_is_seen() {
    let creates = point(|point| point.creates && point.path.contains("/resourceGroups/"));
    let refused = of_ours(u32::MAX, |_, _| FaultKind::ConnectionRefused);
    let wrong = setting().run(&creates, &refused).unwrap_err();
    let says = |words: &str| wrong.iter().any(|line| line.contains(words));
    assert!(says("did not converge in the same run"), "{wrong:#?}");
    assert!(says("the next run did not converge either"), "{wrong:#?}");
    assert!(says(" became "), "{wrong:#?}");

    let nowhere = Point {
        path: "/nobody/asks/for/this".to_owned(),
        ..creates
    };
    let once = of_ours(1, |_, _| FaultKind::ConnectionRefused);
    let wrong = setting().run(&nowhere, &once).unwrap_err();
    assert_eq!(wrong, ["the fault did not strike"]);
}

/// Whether a run with this fault stands as the undisturbed one again before it ends; once the fault has struck, somebody
/// does this in the cloud.
fn rejoins(point: &Point, fault: &Fault, meddle: fn(&mut State)) -> bool {
    let rejoined = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&rejoined);
    let run = paused(async {
        let stage = Stage::new(&setting().manifest)?;
        let world = stage.cloud.world();
        let (progress, events) = unbounded_channel();
        let follower = Follower::new(world.downgrade(), Arc::clone(&stage.journal), events);
        let follower = Mutex::new((follower, false));
        let scene = Scene::new(world.downgrade(), point, fault, 0);
        let weak = world.downgrade();
        world.faults().judge(move |met| {
            let mut state = follower.lock().unwrap_or_else(PoisonError::into_inner);
            let (follower, has_meddled) = &mut *state;
            if scene.struck() > 0 && !*has_meddled {
                *has_meddled = true;
                weak.upgrade()?.with(meddle);
            }
            let standing = follower.at_request();
            if standing.is_some_and(|now| setting().joints.meet(follower, &now, &scene)) {
                seen.store(true, Ordering::Relaxed);
            }
            scene.judge(met)
        });
        let progress = ProgressSink::to(progress);
        setting().first_run(&stage, progress).await
    });
    run.unwrap();
    rejoined.load(Ordering::Relaxed)
}

#[test]
fn what_passes_without_a_trace_is_like_the_undisturbed_run_again_and_nothing_else_is() {
    let once = of_ours(1, |_, _| FaultKind::ResetAfter);
    let creates = point(|point| point.creates && point.path.contains("/resourceGroups/"));
    assert!(rejoins(&creates, &once, |_| ()));
    // Somebody else's group, which no step looks at.
    let meddle = |state: &mut State| {
        let arm = state.section::<Arm>();
        let (id, group) = arm
            .resources
            .iter()
            .find(|(_, stored)| stored.body["type"] == "Microsoft.Resources/resourceGroups")
            .map(|(id, group)| (format!("{id}-copy"), group.clone()))
            .unwrap();
        arm.resources.insert(id, group);
    };
    assert!(!rejoins(&creates, &once, meddle));
    // What strikes until the step fails leaves no way back.
    let always = of_ours(u32::MAX, |_, _| FaultKind::ConnectionRefused);
    assert!(!rejoins(&creates, &always, |_| ()));
    // It strikes once more, later.
    let twice = of_ours(2, |_, _| FaultKind::ResetAfter);
    let last = setting().points.last().unwrap();
    assert!(!rejoins(last, &twice, |_| ()));
}

#[cfg(unix)]
#[test]
fn what_does_not_end_as_was_foreseen_fails() {
    use super::copies::as_foreseen;

    assert_eq!(as_foreseen(Ok(Passed::SameRun)), Ok(Passed::SameRun));
    assert!(as_foreseen(Ok(Passed::NextRun)).is_err());
    let wrong = as_foreseen(Err(vec!["a thing is missing".to_owned()])).unwrap_err();
    assert_eq!(wrong.len(), 2);
    assert_eq!(wrong[0], "a thing is missing");
}

#[test]
fn every_fault_has_a_name_of_its_own_and_requests_that_it_can_strike() {
    let names: BTreeSet<_> = FAULTS.iter().map(|fault| fault.name).collect();
    assert_eq!(names.len(), FAULTS.len());
    for fault in FAULTS {
        assert!(setting().points.iter().any(fault.meets), "{}", fault.name);
    }
}

#[test]
fn operations_of_many_kinds_take_their_time_and_can_be_doomed() {
    let begun: BTreeSet<_> = setting()
        .points
        .iter()
        .filter(|point| point.takes_time())
        .map(|point| point.class.as_str())
        .collect();
    // Each way in which the service tells of an operation: by a header, by a state of the resource, by an action.
    for class in [
        "PUT Microsoft.App/containerApps",
        "PUT Microsoft.AzureActiveDirectory/ciamDirectories",
        "PUT Microsoft.Sql/servers",
        "PUT Microsoft.Subscription/aliases",
        "POST Microsoft.Subscription/subscriptions/acceptOwnership",
        "POST Microsoft.Network/register",
    ] {
        assert!(begun.contains(class), "{class} is not among {begun:?}");
    }
    assert!(begun.len() > 15, "{begun:?}");
}

#[test]
fn every_point_has_a_name_of_its_own() {
    let names: BTreeSet<_> = setting().points.iter().map(|point| &point.name).collect();
    assert_eq!(names.len(), setting().points.len());
    assert!(names.len() > 1000, "{}", names.len());
}

#[test]
fn a_seed_decides_the_sample_and_writes_come_as_early_as_reads() {
    let all = || -> Vec<(&Point, &'static Fault)> {
        let points = setting().points.iter();
        points
            .flat_map(|point| FAULTS.iter().map(move |fault| (point, fault)))
            .collect()
    };
    let order = |seed| {
        let mut cases = shuffled(all(), seed);
        spread(&mut cases);
        cases.truncate(400);
        cases
            .iter()
            .map(|(point, fault)| (point.name.as_str(), fault.name))
            .collect::<Vec<_>>()
    };
    assert_eq!(order(7), order(7));
    assert_ne!(order(7), order(8));
    let reads = order(7)
        .iter()
        .filter(|(name, _)| name.starts_with("GET "))
        .count();
    assert!(reads < 250, "{reads} of 400");
    let first = order(7);
    let each: BTreeSet<_> = first
        .iter()
        .take(FAULTS.len())
        .map(|(_, fault)| fault)
        .collect();
    assert_eq!(
        each.len(),
        FAULTS.len(),
        "a fault comes again before another has come"
    );
}

#[test]
fn parts_are_said_in_one_way() {
    assert_eq!("3/8".parse(), Ok(Shard { number: 3, of: 8 }));
    for bad in ["", "3", "0/8", "9/8", "1/0", "a/b", "1/2/3"] {
        assert!(bad.parse::<Shard>().is_err(), "{bad}");
    }
}
