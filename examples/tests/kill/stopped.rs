//! Ctrl-C: what is under way is finished, nothing new begins, and the next run goes on.

use crate::programs::{Cloud, Journal, Running, in_time};
use crate::undisturbed::require_finished;

/// `apply` on this fresh cloud, when this has come.
fn applied_until(
    cloud: Cloud,
    point: &str,
    has_come: impl Fn(&Journal, &Running) -> bool,
) -> (Cloud, Running) {
    let mut apply = cloud.rollout("apply");
    apply.until(point, |apply| has_come(&cloud.journal(), apply));
    (cloud, apply)
}

/// It ends because the user wants it, and says how to go on.
fn require_stopped(apply: Running) {
    let (code, said) = apply.end();
    assert_eq!(code, Some(130), "{said}");
    let words: Vec<_> = said.split_whitespace().collect();
    assert!(words.join(" ").contains("run apply again"), "{said}");
}

/// The next run finishes.
fn require_resumable(cloud: &Cloud) {
    let (code, said) = cloud.rollout("apply").end();
    assert_eq!(code, Some(0), "{said}");
    require_finished(cloud);
}

#[test]
fn once_lets_what_is_under_way_end() {
    let (cloud, apply) = applied_until(Cloud::serve(), "write 20", |journal, _| {
        journal.intents() >= 20
    });
    apply.interrupt();
    require_stopped(apply);
    let journal = cloud.journal();
    assert!(journal.has_ended(), "it did not close its journal");
    assert_eq!(journal.open(), [""; 0], "left under way");
    require_resumable(&cloud);
}

#[test]
fn once_does_not_wait_longer_than_ten_seconds_for_what_takes_long() {
    let key = "tenants/Microsoft.AzureActiveDirectory/ciamDirectories/rhcqa";
    let cloud = Cloud::serve_at(20);
    let mut apply = cloud.rollout("apply");
    apply.until(key, |_| cloud.journal().operations(key) > 0);
    apply.interrupt();
    require_stopped(apply);
    let journal = cloud.journal();
    assert!(
        journal.has_ended() && journal.open().contains(&key),
        "{:?}",
        journal.open()
    );
}

#[test]
fn once_is_enough_where_only_a_person_is_waited_for() {
    let waits = "tenants/rhcqa.onmicrosoft.com/native-administrators waits";
    let (cloud, apply) = in_time(waits, |speed| {
        let cloud = Cloud::serve_at(speed);
        let mut apply = cloud.rollout("apply");
        // A person may have been faster than the run could say that it waits for him.
        let came = apply.comes(waits, |apply| apply.has_said(waits));
        came.then_some((cloud, apply))
    });
    apply.interrupt();
    require_stopped(apply);
    require_resumable(&cloud);
}

#[test]
fn twice_leaves_at_once_what_is_under_way() {
    let key = "tenants/Microsoft.AzureActiveDirectory/ciamDirectories/rhcqa";
    let cloud = in_time(key, |speed| {
        let (cloud, mut apply) = applied_until(Cloud::serve_at(speed), key, |journal, _| {
            journal.operations(key) > 0
        });
        apply.interrupt();
        let heard = "stopping: nothing new begins";
        apply.until(heard, |apply| apply.has_said(heard));
        apply.interrupt();
        require_stopped(apply);
        let left = cloud.journal().open().contains(&key);
        left.then_some(cloud)
    });
    require_resumable(&cloud);
    assert_eq!(cloud.journal().operations(key), 1, "begun again");
}
