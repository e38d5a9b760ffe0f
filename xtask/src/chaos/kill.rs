//! The real program, killed at every write and in every wait, and run again: `cargo xtask chaos --kill`.
//!
//! One served cloud lives through all of it. Each write is met twice: the first time the program is killed before the
//! service acts, the next time after it acted and before its answer is out. What the last run leaves, which nobody kills,
//! has to be what an undisturbed one makes.

use std::{
    fs::{self, File},
    hash::{BuildHasher, RandomState},
    path::{Path, PathBuf},
    process::{Child, ExitStatus},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use rhc_core::fake::{Alteration, FaultKind, Met};
use rollout::{
    embedded::Inventory,
    engine::{Contents, FileJournal, MemoryJournal, Record},
    manifest::Manifest,
};

use super::{
    Options, case,
    served::{SPEED, Served, journal},
    victims::{Victims, When},
};
use crate::{Outcome, root};

/// How often the program is looked at.
const EVERY: Duration = Duration::from_millis(2);
/// One run takes no longer than this many looks.
const LOOKS: u32 = 300_000;
/// More runs than that, and it does not come forward.
const RUNS: u32 = 4000;
/// After this long of its time every reader of a directory sees the last write.
const AT_REST: Duration = Duration::from_secs(120);
/// How long after its intent a statement may have been sent.
const STATEMENT: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_millis(15),
    Duration::from_millis(60),
];

/// The program that is killed, and where.
#[derive(Debug)]
struct Hunt {
    victims: Victims,
    child: Option<Child>,
}

type Shared = Arc<Mutex<Hunt>>;

fn lock(hunt: &Shared) -> MutexGuard<'_, Hunt> {
    hunt.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hunt {
    /// SIGKILL: the program learns nothing of it. Only this process: another run may have begun meanwhile.
    fn kill(&mut self, process: u32) {
        if let Some(child) = self.child.as_mut().filter(|child| child.id() == process) {
            let _ = child.kill();
        }
    }
}

/// Kills, and says what came of it.
///
/// # Errors
/// A run did not go on, or the end is not that of an undisturbed run.
pub(super) fn run(options: &Options) -> Outcome {
    let program = program()?;
    let folder = Folder::new()?;
    let environment = patient(&folder)?;
    let manifest = Manifest::load(&environment).map_err(|error| error.to_string())?;
    let sample = options.sample.map(|number| {
        let seed = options
            .seed
            .unwrap_or_else(|| RandomState::new().hash_one(number));
        println!(
            "about {number} kills; again: cargo xtask chaos --kill --sample {number} --seed {seed}"
        );
        (u64::try_from(number).unwrap_or(u64::MAX), seed)
    });
    let place = Place {
        program,
        environment,
        name: manifest.environment.name.clone(),
        folder: folder.0.clone(),
    };
    let reference = undisturbed(&manifest, &place)?;
    println!(
        "an undisturbed run of the program makes {} things",
        reference.len()
    );
    let mut wrong = Vec::new();
    let (hunt, runs) = hunted(&manifest, &place, sample, &reference, &mut wrong)?;
    let hunt = lock(&hunt);
    let kills = hunt.victims.kills();
    let of = |when| kills.get(&when).copied().unwrap_or_default();
    println!(
        "{runs} runs; killed before a write {}, after one {}, in a wait {}, at a statement of a database {}",
        of(When::Before),
        of(When::After),
        of(When::Waiting),
        of(When::Statement)
    );
    for line in &wrong {
        println!("FAILED {line}");
    }
    let killed: u32 = kills.values().sum();
    println!("{killed} passed, {} failed", wrong.len());
    match wrong.len() {
        0 if killed == 0 => Err("chaos: nobody was killed".to_owned()),
        0 => Ok(()),
        failed => Err(format!(
            "chaos: {failed} things are wrong after {killed} kills"
        )),
    }
}

/// The QA environment, with doors that stay open as long as they may: the cloud's time runs on while this machine is slow.
fn patient(folder: &Folder) -> Outcome<PathBuf> {
    let own = root().join("examples/environments/qa.toml");
    let text = fs::read_to_string(&own).map_err(|error| format!("{}: {error}", own.display()))?;
    let patient = text.replace("window_minutes = 30", "window_minutes = 240");
    if patient == text {
        return Err(format!(
            "{}: operator.window_minutes is not 30",
            own.display()
        ));
    }
    let path = folder.0.join("qa.toml");
    let written = fs::write(&path, patient);
    written.map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path)
}

/// What is run where.
struct Place {
    program: PathBuf,
    environment: PathBuf,
    name: String,
    folder: PathBuf,
}

/// What a run makes that nobody kills.
fn undisturbed(manifest: &Manifest, place: &Place) -> Outcome<Inventory> {
    let served = Served::start(manifest)?;
    let mut child = place.start(&served, "apply")?;
    let status = wait(&mut || child.try_wait())?;
    if status.code() != Some(0) {
        return Err(format!(
            "an undisturbed run ends with {status}: {}",
            place.last_words()
        ));
    }
    fs::remove_file(journal(&place.folder)).map_err(|error| error.to_string())?;
    at_rest(&served)
}

fn at_rest(served: &Served) -> Outcome<Inventory> {
    thread::sleep(AT_REST.div_f64(SPEED));
    let state = served.cloud.to_state().map_err(|error| error.to_string())?;
    Ok(Inventory::of(&state))
}

/// Runs it until it is not killed any more.
fn hunted(
    manifest: &Manifest,
    place: &Place,
    sample: Option<(u64, u64)>,
    reference: &Inventory,
    wrong: &mut Vec<String>,
) -> Outcome<(Shared, u32)> {
    let served = Served::start(manifest)?;
    let hunt: Shared = Arc::new(Mutex::new(Hunt {
        victims: Victims::new(sample),
        child: None,
    }));
    let hunter = Arc::clone(&hunt);
    served
        .cloud
        .world()
        .faults()
        .judge(move |met| judge(&hunter, met));
    let mut runs = 0;
    loop {
        runs += 1;
        if runs > RUNS {
            let kills = lock(&hunt).victims.kills().clone();
            return Err(format!("{RUNS} runs, and no end: killed {kills:?}"));
        }
        lock(&hunt).victims.next_run();
        // Nothing is sent before the child is in its place: the judge waits for the same lock.
        let began = {
            let mut own = lock(&hunt);
            own.child = Some(place.start(&served, "apply")?);
            statements(place)?
        };
        let mut statements = Statements {
            before: began,
            at: 0,
        };
        let status = wait(&mut || {
            statements.look(&hunt, place);
            lock(&hunt).child.as_mut().map_or(Ok(None), Child::try_wait)
        })?;
        lock(&hunt).child = None;
        match status.code() {
            None => {}
            Some(0) => break,
            Some(code) => {
                wrong.push(format!(
                    "run {runs} ends with {code}: {}",
                    place.last_words()
                ));
                // The next one has to mend even that, but not for ever.
                if wrong.len() > 5 {
                    break;
                }
            }
        }
    }
    served.cloud.world().faults().clear();
    let inventory = at_rest(&served)?;
    wrong.extend(
        inventory
            .twice()
            .into_iter()
            .map(|key| format!("there twice: {key}")),
    );
    wrong.extend(reference.differences(&inventory));
    wrong.extend(case::inconsistent(&place.records()?));
    let mut plan = place.start(&served, "plan")?;
    let status = wait(&mut || plan.try_wait())?;
    if status.code() != Some(0) {
        wrong.push(format!(
            "the plan afterwards is not empty: {}",
            place.last_words()
        ));
    }
    Ok((hunt, runs))
}

fn judge(hunt: &Shared, met: &Met<'_>) -> Option<FaultKind> {
    let mut own = lock(hunt);
    // What arrives of a program that is dead already is for the service alone.
    let process = own.child.as_ref()?.id();
    match own.victims.meet(met.method, met.host, met.path)? {
        When::After => {
            let hunt = Arc::clone(hunt);
            Some(FaultKind::Altered(Alteration::new(move |_| {
                lock(&hunt).kill(process);
            })))
        }
        When::Before | When::Waiting | When::Statement => {
            own.kill(process);
            Some(FaultKind::ResetBefore)
        }
    }
}

/// The statements for databases, which go over a wire of their own: what the journal says of them.
struct Statements {
    /// How often each had begun before this run.
    before: Vec<String>,
    at: u32,
}

impl Statements {
    /// Kills the program some time after it has said that it is about to send one.
    fn look(&mut self, hunt: &Shared, place: &Place) {
        self.at = self.at.wrapping_add(1);
        if !self.at.is_multiple_of(4) {
            return;
        }
        let Ok(now) = statements(place) else {
            return;
        };
        for step in now.iter().skip(self.before.len()) {
            let time = now
                .iter()
                .filter(|own| *own == step)
                .count()
                .saturating_sub(1);
            let time = u32::try_from(time).unwrap_or(u32::MAX);
            let (chosen, process) = {
                let mut own = lock(hunt);
                let chosen = own.victims.meet_statement(step, time);
                (chosen, own.child.as_ref().map(Child::id))
            };
            if let (true, Some(process)) = (chosen, process) {
                let index = usize::try_from(time).unwrap_or_default();
                thread::sleep(STATEMENT.get(index).copied().unwrap_or_default());
                lock(hunt).kill(process);
            }
        }
        self.before = now;
    }
}

/// The steps of users in databases that have begun so far, each as often as it has.
fn statements(place: &Place) -> Outcome<Vec<String>> {
    let entries = place.contents()?.entries.into_iter();
    let begun = entries.filter_map(|entry| match entry.record {
        Record::Intent { key, .. } => Some(key.to_string()),
        _ => None,
    });
    Ok(begun
        .filter(|key| key.contains("/databases/") && key.contains("/users/"))
        .collect())
}

impl Place {
    fn start(&self, served: &Served, verb: &str) -> Outcome<Child> {
        let said = File::create(self.said()).map_err(|error| error.to_string())?;
        let also = said.try_clone().map_err(|error| error.to_string())?;
        let mut command = served.rollout(&self.program, verb, &self.environment, &self.folder);
        command
            .stdout(said)
            .stderr(also)
            .env("RUST_LIB_BACKTRACE", "0");
        command
            .spawn()
            .map_err(|error| format!("{}: {error}", self.program.display()))
    }

    fn said(&self) -> PathBuf {
        self.folder.join("said.txt")
    }

    fn last_words(&self) -> String {
        let said = fs::read_to_string(self.said()).unwrap_or_default();
        let lines: Vec<_> = said.lines().collect();
        lines[lines.len().saturating_sub(25)..].join("\n    ")
    }

    fn contents(&self) -> Outcome<Contents> {
        FileJournal::read(&journal(&self.folder), &self.name).map_err(|error| error.to_string())
    }

    fn records(&self) -> Outcome<MemoryJournal> {
        let entries = self.contents()?.entries.into_iter();
        Ok(MemoryJournal::with_records(
            entries.map(|entry| entry.record).collect(),
        ))
    }
}

/// Waits for the end of a process.
fn wait(ended: &mut dyn FnMut() -> std::io::Result<Option<ExitStatus>>) -> Outcome<ExitStatus> {
    for _ in 0..LOOKS {
        if let Some(status) = ended().map_err(|error| error.to_string())? {
            return Ok(status);
        }
        thread::sleep(EVERY);
    }
    Err("the program does not end".to_owned())
}

/// The rollout's own program, which stands beside this one.
fn program() -> Outcome<PathBuf> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let folder = own.parent().unwrap_or(Path::new("."));
    let name = format!("qa_rollout{}", std::env::consts::EXE_SUFFIX);
    let path = folder.join("examples").join(name);
    if path.exists() {
        Ok(path)
    } else {
        Err(format!(
            "{} is missing: `cargo xtask chaos --kill` builds it",
            path.display()
        ))
    }
}

/// A folder of this run's own.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Outcome<Self> {
        let path = std::env::temp_dir().join(format!("rhc-chaos-{}", std::process::id()));
        fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
