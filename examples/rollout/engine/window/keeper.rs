//! Opening windows and seeing to it that they are closed.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use time::format_description::well_known::Rfc3339;
use tokio::time::{Instant, sleep, timeout};

use super::super::error::StepError;
use super::super::journal::{Journal, Record};
use super::super::key::Key;
use super::super::progress::{Progress, ProgressSink};
use super::{Door, DoorName, Doors, Knocked, Operator, Window, public_address};

/// How long a rule or a right may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
/// How often to try meanwhile.
const POLL: Duration = Duration::from_secs(5);
/// How often closing is tried.
const CLOSINGS: u32 = 4;

/// The windows of one run.
pub(in crate::engine) struct Windows {
    operator: Operator,
    journal: Arc<dyn Journal>,
    progress: ProgressSink,
    /// One piece of work at a time goes through a door.
    turns: Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<()>>>>,
    /// Those that are, or may be, open now.
    open: Mutex<BTreeMap<String, Opened>>,
    history: Mutex<Vec<Window>>,
}

#[derive(Clone)]
struct Opened {
    door: Arc<dyn Door>,
    address: Option<Ipv4Addr>,
    at: Option<String>,
}

impl Windows {
    pub(in crate::engine) fn new(
        operator: Operator,
        journal: Arc<dyn Journal>,
        progress: ProgressSink,
    ) -> Self {
        Self {
            operator,
            journal,
            progress,
            turns: Mutex::default(),
            open: Mutex::default(),
            history: Mutex::default(),
        }
    }

    /// What was opened and closed, in the order of closing.
    pub(in crate::engine) fn history(&self) -> Vec<Window> {
        lock(&self.history).clone()
    }

    /// Opens the door, does the work, and closes the door.
    pub(in crate::engine) async fn through<T>(
        &self,
        key: &Key,
        door: Arc<dyn Door>,
        work: impl Future<Output = Result<T, StepError>>,
    ) -> Result<T, StepError> {
        let turn = {
            let mut turns = lock(&self.turns);
            Arc::clone(turns.entry(door.name().resource.clone()).or_default())
        };
        let _turn = turn.lock().await;
        let address = match door.knock().await? {
            // Somebody has let us in for good: nothing is to be opened, and nothing to be closed.
            Knocked::Open => return work.await,
            Knocked::NoRights => None,
            Knocked::Closed { seen_as } => Some(self.address(door.name(), seen_as)?),
            Knocked::Shut { why } => {
                return Err(StepError::new(why).remedy(
                    "run the rollout from inside the network, or give the vault public access with a firewall",
                ));
            }
        };
        let record = Record::WindowOpening {
            door: door.name().clone(),
            address,
        };
        self.journal.append(record).await?;
        let opened = Opened {
            door: Arc::clone(&door),
            address,
            at: Some(self.now()),
        };
        let resource = door.name().resource.clone();
        lock(&self.open).insert(resource.clone(), opened.clone());
        self.note(
            key,
            match address {
                Some(address) => format!("the {} is opened for {address}", door.name()),
                None => format!("the {} gives us the right to work in it", door.name()),
            },
        );
        let limit = Duration::from_secs(u64::from(self.operator.minutes) * 60);
        let done = timeout(self.operator.clock.scaled(limit), async {
            door.open(address).await?;
            self.wait_until_in(&door, address).await?;
            work.await
        })
        .await
        .unwrap_or_else(|_| {
            Err(StepError::new(format!(
                "the window of {} minutes at the {} is over and the work is not done",
                self.operator.minutes,
                door.name()
            ))
            .remedy("run apply again; if it takes that long, give operator.window_minutes more"))
        });
        let closed = self.close(&opened).await;
        self.note(
            key,
            match &closed {
                Ok(()) => format!("the {} is closed again", door.name()),
                Err(_) => format!("the {} could not be closed", door.name()),
            },
        );
        match (done, closed) {
            (Ok(done), Ok(())) => Ok(done),
            // What is worth repeating closes the door once more.
            (Err(error), Ok(()) | Err(_)) | (Ok(_), Err(error)) => Err(error),
        }
    }

    /// Closes whatever is still open: the work was dropped in the middle.
    pub(in crate::engine) async fn close_all(&self) {
        let open: Vec<Opened> = lock(&self.open).values().cloned().collect();
        for one in open {
            // The history says that it is open, and the journal makes the next run close it.
            let _ = self.close(&one).await;
        }
    }

    /// Closes what an earlier run left open.
    pub(in crate::engine) async fn close_left(
        &self,
        name: &DoorName,
        address: Option<Ipv4Addr>,
        doors: Option<&dyn Doors>,
    ) -> Result<(), StepError> {
        let doors = doors.ok_or_else(|| {
            StepError::bug(format!(
                "nobody here knows how to close the {name}, which an earlier run opened"
            ))
        })?;
        let opened = Opened {
            door: doors.door(name)?,
            address,
            at: None,
        };
        self.close(&opened).await
    }

    async fn close(&self, opened: &Opened) -> Result<(), StepError> {
        let name = opened.door.name();
        let mut attempt = 0;
        let result = loop {
            attempt += 1;
            match opened.door.close(opened.address).await {
                Ok(()) => break Ok(()),
                Err(error) if attempt >= CLOSINGS => break Err(error),
                Err(_) => sleep(self.operator.clock.scaled(POLL * attempt)).await,
            }
        };
        let mut window = Window {
            door: name.to_string(),
            address: opened.address,
            opened: opened.at.clone(),
            closed: None,
        };
        let result = match result {
            Ok(()) => {
                window.closed = Some(self.now());
                lock(&self.open).remove(&name.resource);
                let record = Record::WindowClosed { door: name.clone() };
                self.journal.append(record).await.map_err(StepError::from)
            }
            Err(error) => {
                let what = opened.address.map_or_else(
                    || "your role at it".to_owned(),
                    |address| {
                        format!("the address {address} from its firewall and your role at it")
                    },
                );
                Err(StepError::new(format!(
                    "the {name} may still be open: {}",
                    error.full_message()
                ))
                .remedy(format!(
                    "run apply again, which closes it before anything else; or remove {what} in the portal"
                )))
            }
        };
        lock(&self.history).push(window);
        result
    }

    /// Rules and rights take a while to arrive.
    async fn wait_until_in(
        &self,
        door: &Arc<dyn Door>,
        address: Option<Ipv4Addr>,
    ) -> Result<(), StepError> {
        let clock = self.operator.clock;
        let deadline = Instant::now() + clock.scaled(PATIENCE);
        loop {
            let last = door.knock().await?;
            if last == Knocked::Open {
                return Ok(());
            }
            if let (Knocked::Closed { .. }, None) = (&last, address) {
                // It was taken for open on our way in: the next attempt opens it for our address.
                return Err(not_in(door.name(), address, &last).briefly());
            }
            if Instant::now() >= deadline {
                return Err(not_in(door.name(), address, &last));
            }
            sleep(clock.scaled(POLL)).await;
        }
    }

    /// From where the operator comes: the file or the command line says it, else the door itself.
    fn address(
        &self,
        name: &DoorName,
        seen_as: Option<std::net::IpAddr>,
    ) -> Result<Ipv4Addr, StepError> {
        if let Some(address) = self.operator.address {
            return Ok(address);
        }
        let Some(seen) = seen_as else {
            return Err(StepError::new(format!(
                "the {name} does not let us in, and does not say by which address it knows us"
            ))
            .remedy("give your public address with --my-address, or as operator.address in the environment file"));
        };
        public_address(seen).map_err(|why| {
            StepError::new(format!("the {name} cannot be opened for us: {why}"))
                .remedy("give your public address with --my-address, or as operator.address in the environment file")
        })
    }

    fn note(&self, key: &Key, text: String) {
        let key = key.clone();
        self.progress.send(Progress::Note { key, text });
    }

    fn now(&self) -> String {
        let now = self.operator.clock.now();
        let now = now.replace_nanosecond(0).unwrap_or(now);
        now.format(&Rfc3339).unwrap_or_default()
    }
}

fn not_in(name: &DoorName, address: Option<Ipv4Addr>, last: &Knocked) -> StepError {
    match (last, address) {
        (Knocked::Closed { seen_as: Some(seen) }, Some(address))
            if *seen != std::net::IpAddr::V4(address) =>
        {
            StepError::new(format!(
                "the {name} was opened for {address}, and knows us as {seen}"
            ))
            .remedy("correct operator.address in the environment file or --my-address, or leave both out: the vault itself says by which address it knows us")
        }
        (Knocked::NoRights, _) => StepError::new(format!(
            "the {name} lets us in, and our role at it has not arrived after {} minutes",
            PATIENCE.as_secs() / 60
        ))
        .remedy("run apply again in some minutes"),
        _ => StepError::new(format!(
            "the {name} was opened and does not let us in after {} minutes",
            PATIENCE.as_secs() / 60
        ))
        .remedy("run apply again in some minutes"),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Windows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Windows")
            .field("operator", &self.operator)
            .field("open", &lock(&self.open).keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
