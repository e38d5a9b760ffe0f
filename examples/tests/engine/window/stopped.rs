//! Whoever stops a run leaves no door open, and waits for none.

use std::sync::Arc;
use std::time::Duration;

use rollout::engine::{ApplyOptions, Exit, Grace, MemoryJournal, Stop};
use tokio::time::{Instant, sleep};

use super::{Vault, behind, left_open, options, run};

#[tokio::test(start_paused = true)]
async fn stopped_once_the_work_is_finished_or_left_after_a_while_stopped_twice_left_and_the_door_is_always_closed()
 {
    let patient = Grace {
        work: Duration::from_secs(60),
        doors: Duration::from_secs(70),
    };
    for (times, grace, log) in [
        (1, patient, &["open", "work", "close"][..]),
        (1, Grace::default(), &["open", "close"]),
        (2, patient, &["open", "close"]),
    ] {
        let (vault, journal) = (Vault::new(), Arc::new(MemoryJournal::new()));
        let (handle, stop) = Stop::channel();
        let options = ApplyOptions {
            stop,
            grace,
            ..options(&journal)
        };
        let rollout = behind(&vault, 60, false);
        let presses = async {
            sleep(Duration::from_secs(40)).await;
            handle.finish();
            if times == 2 {
                handle.leave();
            }
            std::future::pending::<()>().await
        };
        let summary = tokio::select! {
            summary = run(&rollout, &options) => summary,
            () = presses => unreachable!(),
        };
        assert_eq!(summary.exit(), Exit::Stopped);
        assert_eq!(vault.state().log, log);
        assert!(vault.is_closed());
        assert_eq!(left_open(&journal).await, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_door_that_does_not_close_holds_up_nobody_who_wants_to_stop() {
    let (vault, journal) = (Vault::new(), Arc::new(MemoryJournal::new()));
    vault.state().cannot_be_closed = true;
    let (handle, stop) = Stop::channel();
    let options = ApplyOptions {
        stop,
        ..options(&journal)
    };
    let rollout = behind(&vault, 60, false);
    let began = Instant::now();
    let presses = async {
        sleep(Duration::from_secs(40)).await;
        handle.finish();
        std::future::pending::<()>().await
    };
    let summary = tokio::select! {
        summary = run(&rollout, &options) => summary,
        () = presses => unreachable!(),
    };
    assert!(began.elapsed() <= Duration::from_secs(50));
    assert_eq!(summary.exit(), Exit::Stopped);
    assert_eq!(summary.windows.len(), 1, "{:?}", summary.windows);
    assert!(summary.windows[0].closed.is_none());
    assert_eq!(left_open(&journal).await, 1, "for the next run");
}
