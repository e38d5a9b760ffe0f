//! Ctrl-C: the first time nothing new begins, the second time the program leaves.

use std::future::Future;

use tokio::sync::watch;

use super::failure::CliError;
use crate::engine::{Stop, StopHandle};

/// Who hears Ctrl-C, and SIGTERM where there is one.
#[derive(Debug)]
pub(super) struct Signals {
    stop: Stop,
    heard: watch::Receiver<u32>,
}

impl Signals {
    /// Listens from now on.
    pub(super) fn listen() -> Self {
        let (handle, stop) = Stop::channel();
        let (sender, heard) = watch::channel(0);
        tokio::spawn(relay(handle, sender));
        Self { stop, heard }
    }

    /// For an apply, which ends in order.
    pub(super) fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// For what only reads, and may be dropped anywhere.
    pub(super) async fn or_stopped<T>(&self, work: impl Future<Output = T>) -> Result<T, CliError> {
        let mut heard = self.heard.clone();
        tokio::select! {
            biased;
            Ok(_) = heard.wait_for(|times| *times > 0) => Err(CliError::stopped()),
            done = work => Ok(done),
        }
    }

    /// Returns when somebody wants to stop.
    pub(super) async fn heard(&self) {
        let _ = self.or_stopped(std::future::pending::<()>()).await;
    }
}

async fn relay(handle: StopHandle, sender: watch::Sender<u32>) {
    loop {
        interrupted().await;
        sender.send_modify(|times| *times += 1);
        if *sender.borrow() == 1 {
            handle.finish();
        } else {
            handle.leave();
        }
    }
}

#[cfg(unix)]
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let (interrupt, terminate) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    );
    let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) else {
        // Whoever cannot listen leaves the signals to the operating system.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
