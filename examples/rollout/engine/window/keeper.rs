//! Opening windows and seeing to it that they are closed.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
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
    turns: Mutex<BTreeMap<String, Turn>>,
    /// Those that are, or may be, open now.
    open: Mutex<BTreeMap<String, Opened>>,
    history: Mutex<Vec<Window>>,
}

#[derive(Clone)]
struct Opened {
    door: Arc<dyn Door>,
    address: Option<Ipv4Addr>,
    at: Option<String>,
    since: Instant,
}

/// The right to go through a door, and how many want it.
#[derive(Clone, Default)]
struct Turn {
    own: Arc<tokio::sync::Mutex<()>>,
    wanted: Arc<AtomicUsize>,
}

/// Somebody who waits for his turn, for as long as he does.
struct Waiting(Arc<AtomicUsize>);

impl Waiting {
    fn at(turn: &Turn) -> Self {
        turn.wanted.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(&turn.wanted))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
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

    /// Opens the door, does the work, and closes the door; who waits for his turn at it finds it open, while half of the
    /// window's time is left.
    pub(in crate::engine) async fn through<T>(
        &self,
        key: &Key,
        door: Arc<dyn Door>,
        work: impl Future<Output = Result<T, StepError>>,
    ) -> Result<T, StepError> {
        let resource = door.name().resource.clone();
        let turn = lock(&self.turns)
            .entry(resource.clone())
            .or_default()
            .clone();
        let waiting = Waiting::at(&turn);
        let _turn = turn.own.lock().await;
        drop(waiting);
        let limit = Duration::from_secs(u64::from(self.operator.minutes) * 60);
        let limit = self.operator.clock.scaled(limit);
        let handed_over = lock(&self.open).get(&resource).map(|opened| opened.since);
        let (since, address) = match handed_over {
            Some(since) => (since, None),
            None => match door.knock().await? {
                // Somebody has let us in for good: nothing is to be opened, and nothing to be closed.
                Knocked::Open => return work.await,
                known => {
                    let address = self.to_let_in(door.name(), known)?;
                    let since = Instant::now();
                    self.open_for(&door, address, since).await?;
                    let whom = address.map_or_else(String::new, |own| format!(" for {own}"));
                    self.note(key, format!("the {} is opened{whom}", door.name()));
                    (since, address)
                }
            },
        };
        let done = timeout(limit.saturating_sub(since.elapsed()), async {
            if handed_over.is_none() {
                door.open(address).await?;
                self.wait_until_in(&door, address, since).await?;
            }
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
        let others = turn.wanted.load(Ordering::Relaxed) > 0;
        if others && done.is_ok() && since.elapsed() < limit / 2 {
            return done;
        }
        let opened = lock(&self.open).get(&resource).cloned();
        let closed = match &opened {
            Some(opened) => self.close(opened).await,
            None => Ok(()),
        };
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

    /// For whom a door is opened that is not open; nobody where the other side says it only later, or asks for rights alone.
    fn to_let_in(&self, name: &DoorName, known: Knocked) -> Result<Option<Ipv4Addr>, StepError> {
        match known {
            Knocked::Open | Knocked::NoRights => Ok(None),
            Knocked::Hidden => Ok(self.operator.address),
            Knocked::Closed { seen_as } => self.address(name, seen_as).map(Some),
            Knocked::Shut { why, way_out } => Err(StepError::new(why).remedy(way_out)),
        }
    }

    /// Puts on record that a door is about to be opened.
    async fn open_for(
        &self,
        door: &Arc<dyn Door>,
        address: Option<Ipv4Addr>,
        since: Instant,
    ) -> Result<(), StepError> {
        let name = door.name().clone();
        let resource = name.resource.clone();
        let record = Record::WindowOpening {
            door: name,
            address,
        };
        self.journal.append(record).await?;
        let opened = Opened {
            door: Arc::clone(door),
            address,
            at: Some(self.now()),
            since,
        };
        lock(&self.open).insert(resource, opened);
        Ok(())
    }

    /// Closes whatever is still open: the work was dropped in the middle.
    pub(in crate::engine) async fn close_all(&self) {
        let open: Vec<Opened> = lock(&self.open).values().cloned().collect();
        for one in open {
            // The history says that it is open, and the journal makes the next run close it.
            let _ = self.close(&one).await;
        }
    }

    /// Gives up on those that are still open: the history says so, and the journal makes the next run close them.
    pub(in crate::engine) fn leave(&self) {
        for one in std::mem::take(&mut *lock(&self.open)).into_values() {
            let name = one.door.name().to_string();
            let mut history = lock(&self.history);
            // Trying to close it has said so already.
            if !history
                .iter()
                .any(|own| own.door == name && own.opened == one.at)
            {
                history.push(Window {
                    door: name,
                    address: one.address,
                    opened: one.at,
                    closed: None,
                });
            }
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
            since: Instant::now(),
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
                    || "what the rollout gave you there".to_owned(),
                    |address| {
                        format!("the address {address} from its firewall and what else the rollout gave you there")
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
        mut address: Option<Ipv4Addr>,
        since: Instant,
    ) -> Result<(), StepError> {
        let clock = self.operator.clock;
        let deadline = Instant::now() + clock.scaled(PATIENCE);
        loop {
            let last = door.knock().await?;
            if last == Knocked::Open {
                return Ok(());
            }
            if let (None, Knocked::Closed { seen_as }) = (address, &last) {
                // Only now it says who is to be let in.
                let seen = self.address(door.name(), *seen_as)?;
                self.open_for(door, Some(seen), since).await?;
                door.open(Some(seen)).await?;
                address = Some(seen);
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
            .remedy("correct operator.address in the environment file or --my-address, or leave both out: the door itself says by which address it knows us")
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
