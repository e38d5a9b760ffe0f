//! SIGKILL at some points, from the beginning to an open door. `cargo xtask chaos --kill` does it at every write, in every
//! wait and at every statement of a database.

use crate::programs::{Cloud, Journal, Running, in_time};
use crate::undisturbed::require_finished;

/// The next run finishes, and the environment is as if nobody had disturbed any.
fn require_resumable(cloud: &Cloud) {
    assert!(!cloud.journal().has_ended());
    let (code, said) = cloud.rollout("apply").end();
    assert_eq!(code, Some(0), "{said}");
    require_finished(cloud);
}

/// Kills `apply` on a fresh cloud as soon as this has come, in time for what shall still be so; then lets the next one
/// finish, and looks at what came of it.
fn killed(
    point: &str,
    has_come: impl Fn(&Journal, &Running) -> bool,
    is_still: impl Fn(&Journal) -> bool,
) -> Cloud {
    let cloud = in_time(point, |speed| {
        let cloud = Cloud::serve_at(speed);
        let mut apply = cloud.rollout("apply");
        // A person may have been faster than the run could say that it waits for him.
        let came = apply.comes(point, |apply| has_come(&cloud.journal(), apply));
        let in_the_middle = came && apply.kill() && is_still(&cloud.journal());
        in_the_middle.then_some(cloud)
    });
    require_resumable(&cloud);
    cloud
}

/// As soon as so many writes have begun.
fn killed_at_write(number: usize) {
    let point = format!("write {number}");
    killed(&point, |journal, _| journal.intents() >= number, |_| true);
}

/// While the service goes on by itself with what it has been asked for.
fn killed_in_operation(key: &str) {
    let cloud = killed(
        key,
        |journal, _| journal.operations(key) > 0,
        |journal| journal.open().contains(&key),
    );
    // The second run knew which operation it was, and did not begin another.
    assert_eq!(cloud.journal().operations(key), 1);
}

#[test]
fn at_the_beginning() {
    killed("a run", |journal, _| journal.has_begun(), |_| true);
}

#[test]
fn at_the_twelfth_write() {
    killed_at_write(12);
}

#[test]
fn while_a_tenant_is_made() {
    killed_in_operation("tenants/Microsoft.AzureActiveDirectory/ciamDirectories/rhcqa");
}

#[test]
fn while_it_waits_for_a_person() {
    let waits = "tenants/rhcdbcore.onmicrosoft.com/native-administrators waits";
    killed(waits, |_, apply| apply.has_said(waits), |_| true);
}

#[test]
fn while_the_sql_servers_door_is_open() {
    let point = "an open SQL server";
    let cloud = in_time(point, |speed| {
        let cloud = Cloud::serve_at(speed);
        let mut apply = cloud.rollout("apply");
        let came = apply.comes(point, |_| {
            cloud.journal().is_open_for_an_address("SQL server")
        });
        let in_the_middle =
            came && apply.kill() && cloud.journal().is_open_for_an_address("SQL server");
        in_the_middle.then_some(cloud)
    });
    // The kill has left it as it was, and whoever looks is told so and writes nothing.
    assert_eq!(public_access(&cloud), "Enabled");
    let before = cloud.journal().intents();
    for verb in ["plan", "drift"] {
        let (_, said) = cloud.rollout(verb).end();
        let words: Vec<_> = said.split_whitespace().collect();
        let note = "left the SQL server rhc-qa-sqlsvr open for its operator";
        assert!(words.join(" ").contains(note), "{verb}: {said}");
        assert_eq!(public_access(&cloud), "Enabled", "{verb} writes nothing");
    }
    assert_eq!(cloud.journal().intents(), before);
    let (code, said) = cloud.rollout("apply").end();
    assert_eq!(code, Some(0), "{said}");
    assert!(
        cloud
            .journal()
            .was_closed_before_write(before + 1, "SQL server")
    );
    assert_eq!(public_access(&cloud), "Disabled");
    require_finished(&cloud);
}

fn public_access(cloud: &Cloud) -> String {
    let state = cloud.state();
    let resources = state["sections"]["arm"]["resources"].as_object().unwrap();
    let of_type = |kind: &str| {
        let kind = kind.to_owned();
        resources
            .values()
            .filter(move |one| one["body"]["type"] == kind)
    };
    let access = of_type("Microsoft.Sql/servers")
        .map(|one| &one["body"]["properties"]["publicNetworkAccess"])
        .next();
    let access = access
        .and_then(serde_json::Value::as_str)
        .unwrap()
        .to_owned();
    let rules = of_type("Microsoft.Sql/servers/firewallRules").count();
    assert!(access == "Enabled" || rules == 0, "{rules} rules");
    access
}

#[test]
fn again_and_again() {
    let cloud = Cloud::serve();
    let mut kills = 0;
    loop {
        let mut apply = cloud.rollout("apply");
        let begun = cloud.journal().intents();
        // What is left at the end is less than that.
        apply.until("seven more writes, or an end", |_| {
            let journal = cloud.journal();
            journal.intents() > begun + 7 || journal.has_ended()
        });
        if cloud.journal().has_ended() {
            let (code, said) = apply.end();
            assert_eq!(code, Some(0), "{said}");
            break;
        }
        apply.kill();
        kills += 1;
    }
    assert!(kills > 3, "{kills}");
    require_finished(&cloud);
}
