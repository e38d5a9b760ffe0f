//! A cloud that is served to the real program.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread::{self, JoinHandle},
};

use rhc_core::fake::WorldOptions;
use rollout::{embedded::EmbeddedCloud, manifest::Manifest};
use tokio::{net::TcpListener, sync::oneshot};

use crate::Outcome;

/// How much faster than ours its time runs: the whole rollout in a minute or two. A much faster one
/// would run into limits that hold for people, such as that of an open door, where the machine is busy.
pub(super) const SPEED: f64 = 100.0;

/// A cloud on a thread of its own, until it is dropped.
pub(super) struct Served {
    pub(super) cloud: EmbeddedCloud,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Served {
    /// A fresh one, with a simulated person.
    pub(super) fn start(manifest: &Manifest) -> Outcome<Self> {
        let (sender, started) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let manifest = manifest.clone();
        let thread = thread::spawn(move || serve(&manifest, &sender, stopped));
        let (cloud, address) = started
            .recv()
            .map_err(|_| "the cloud could not be started".to_owned())??;
        Ok(Self {
            cloud,
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The program with this verb, its journal in this folder.
    pub(super) fn rollout(
        &self,
        program: &Path,
        verb: &str,
        environment: &Path,
        folder: &Path,
    ) -> Command {
        let mut command = Command::new(program);
        command
            .args([verb, "--yes", "--environment"])
            .arg(environment)
            .args(["--cloud", &format!("http://{}", self.address), "--journal"])
            .arg(journal(folder))
            .current_dir(folder)
            .stdin(Stdio::null());
        command
    }
}

/// The journal in a folder.
pub(super) fn journal(folder: &Path) -> PathBuf {
    folder.join("journal.jsonl")
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

type Started = Outcome<(EmbeddedCloud, SocketAddr)>;

fn serve(manifest: &Manifest, started: &mpsc::Sender<Started>, stopped: oneshot::Receiver<()>) {
    let built = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match built {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = started.send(Err(error.to_string()));
            return;
        }
    };
    runtime.block_on(async {
        let options = WorldOptions {
            speed: SPEED,
            ..WorldOptions::default()
        };
        let begun = async {
            let cloud =
                EmbeddedCloud::new(manifest, options, true).map_err(|error| error.to_string())?;
            let listener = TcpListener::bind(("127.0.0.1", 0)).await;
            let listener = listener.map_err(|error| error.to_string())?;
            let address = listener.local_addr().map_err(|error| error.to_string())?;
            Ok::<_, String>((cloud, listener, address))
        };
        match begun.await {
            Ok((cloud, listener, address)) => {
                let _ = started.send(Ok((cloud.clone(), address)));
                tokio::select! {
                    _ = cloud.serve(listener) => {}
                    _ = stopped => {}
                }
            }
            Err(message) => {
                let _ = started.send(Err(message));
            }
        }
    });
}
