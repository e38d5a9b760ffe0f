//! A part of the environment.

use rollout::engine::{ApplyOptions, Key, PlanOptions, Rollout, Stage, TargetError};

use crate::support::{Cloud, rollout, thing};

fn whole(cloud: &Cloud) -> Rollout {
    rollout([
        thing(cloud, "tenant"),
        thing(cloud, "net/a")
            .stage(Stage::NETWORK)
            .reads("tenantId", "tenant"),
        thing(cloud, "net/b").stage(Stage::NETWORK),
        thing(cloud, "network").stage(Stage::DATABASE),
    ])
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_part_is_what_is_named_and_what_it_needs_and_the_rest_is_left_alone() {
    for (targets, made) in [
        (&["net/a"][..], &["tenant", "net/a"][..]),
        (&["net"], &["tenant", "net/a", "net/b"]),
        (&["database"], &["network"]),
        (&["net/b", "database"], &["net/b", "network"]),
        (&[], &["tenant", "net/a", "net/b", "network"]),
    ] {
        let cloud = Cloud::default();
        let part = whole(&cloud).only(&names(targets)).unwrap();
        let planned = part.plan(&PlanOptions::default()).await;
        assert_eq!(planned.plan.totals.create, made.len(), "{targets:?}");
        part.apply(planned, &ApplyOptions::default()).await.unwrap();
        let mut wrote = cloud.writes();
        wrote.sort();
        let mut made = names(made);
        made.sort();
        assert_eq!(wrote, made, "{targets:?}");
    }
}

#[test]
fn a_stage_comes_before_a_key_that_begins_alike() {
    let cloud = Cloud::default();
    let part = whole(&cloud).only(&names(&["network"])).unwrap();
    let mut keys: Vec<_> = part
        .steps()
        .map(|step| step.meta().key.to_string())
        .collect();
    keys.sort();
    // The step `network` is called so too: whoever says the word means both.
    assert_eq!(keys, ["net/a", "net/b", "network", "tenant"]);
    assert!(part.wants(&Key::new("network")));
}

#[test]
fn what_the_part_leaves_out_is_still_in_the_file() {
    let cloud = Cloud::default();
    let part = whole(&cloud).only(&names(&["net/b"])).unwrap();
    assert_eq!(part.len(), 1);
    assert!(part.wants(&Key::new("tenant")), "it is no orphan");
}

#[test]
fn a_name_that_nothing_has_is_refused_with_what_there_is() {
    let cloud = Cloud::default();
    let error = whole(&cloud).only(&names(&["NET/"])).unwrap_err();
    let TargetError::Unknown {
        name,
        stages,
        similar,
    } = error
    else {
        panic!("{error}");
    };
    assert_eq!(name, "NET/");
    assert!(stages.contains(&"network") && stages.contains(&"database"));
    assert_eq!(similar, [Key::new("net/a"), Key::new("net/b")]);
}
