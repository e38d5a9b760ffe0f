//! Where an apply is: per stage how much is done, since when it is at work, and what it waits for.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::progress::{short, stamp};
use super::timeline::length;
use crate::engine::{Action, Key, Plan, Progress, Stage};

/// The width of a line: one less than a terminal of eighty columns, so that none wraps.
const WIDTH: usize = 79;
/// How much of that a stage's title gets.
const TITLE: usize = 21;
/// How much of it at least is left for the end of a step's name.
const NAME: usize = 14;
/// What takes this long is mentioned, and again after twice the time, up to the longest pause.
const FIRST_MENTION: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(20 * 60);

/// Where an apply is, gathered from its events. Times are the cloud's, counted from the beginning of the run.
#[derive(Clone, Debug, Default)]
pub struct Board {
    stages: BTreeMap<Stage, Row>,
    stage_of: HashMap<Key, Stage>,
    under_way: BTreeMap<Key, UnderWay>,
}

/// One stage.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    to_do: usize,
    done: usize,
    not_done: usize,
    began: Option<Duration>,
}

/// One step that is begun and not over.
#[derive(Clone, Debug)]
struct UnderWay {
    since: Duration,
    mention_after: Duration,
    waits_for: String,
    person: bool,
}

/// Something worth a line of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All of a stage is over.
    Stage {
        /// The stage.
        stage: Stage,
        /// How many of its steps are done.
        done: usize,
        /// How many are not: they failed, or rest on what failed.
        not_done: usize,
        /// From its first write to its last.
        took: Duration,
    },
    /// A step is still at it.
    NotYet {
        /// The step.
        key: Key,
        /// For what.
        waits_for: String,
        /// Since when, counted to now.
        took: Duration,
    },
}

impl Board {
    /// A board for what this plan has to do.
    pub fn of(plan: &Plan) -> Self {
        let mut board = Self::default();
        let to_do = |action: &Action| {
            !matches!(
                action,
                Action::Unchanged
                    | Action::GoesWith { .. }
                    | Action::Stays { .. }
                    | Action::Refused { .. }
                    | Action::Gone
            )
        };
        for entry in plan.entries.iter().filter(|entry| to_do(&entry.action)) {
            board.stages.entry(entry.stage).or_default().to_do += 1;
            board.stage_of.insert(entry.key.clone(), entry.stage);
        }
        board
    }

    /// Takes note of an event, and says what of it is worth a line.
    pub fn take(&mut self, event: &Progress, now: Duration) -> Option<Ended> {
        match event {
            Progress::Started { key, .. } => self.at_work(key, now, String::new(), false),
            Progress::Note { key, text } => self.at_work(key, now, text.clone(), false),
            Progress::UnderWay {
                key,
                state,
                percent,
            } => {
                self.at_work(key, now, so_far(state, *percent), false);
                return self.mention(key, now);
            }
            Progress::Retrying { key, after, .. } => {
                let wait = format!("again in {}", length(*after));
                self.at_work(key, now, wait, false);
            }
            Progress::WaitsForPerson { key, .. } => {
                self.at_work(key, now, "a person".to_owned(), true);
            }
            Progress::Done { key, .. } => return self.over(key, now, true),
            Progress::Failed { key, .. } | Progress::Blocked { key, .. } => {
                return self.over(key, now, false);
            }
            Progress::RunStarted { .. } | Progress::Stopping { .. } => {}
        }
        None
    }

    fn at_work(&mut self, key: &Key, now: Duration, waits_for: String, person: bool) {
        let Some(stage) = self.stage_of.get(key) else {
            return;
        };
        if let Some(row) = self.stages.get_mut(stage).filter(|_| !person) {
            row.began.get_or_insert(now);
        }
        let begun = self.under_way.entry(key.clone()).or_insert(UnderWay {
            since: now,
            mention_after: FIRST_MENTION,
            waits_for: String::new(),
            person,
        });
        if begun.person && !person {
            begun.since = now;
        }
        begun.person = person;
        begun.waits_for = waits_for;
    }

    fn mention(&mut self, key: &Key, now: Duration) -> Option<Ended> {
        let begun = self.under_way.get_mut(key)?;
        let took = now.saturating_sub(begun.since);
        if took < begun.mention_after {
            return None;
        }
        let pause = begun.mention_after.min(LONGEST_PAUSE);
        begun.mention_after = took.saturating_add(pause);
        Some(Ended::NotYet {
            key: key.clone(),
            waits_for: begun.waits_for.clone(),
            took,
        })
    }

    fn over(&mut self, key: &Key, now: Duration, done: bool) -> Option<Ended> {
        self.under_way.remove(key);
        let stage = self.stage_of.remove(key)?;
        let row = self.stages.get_mut(&stage)?;
        if done {
            row.done += 1;
        } else {
            row.not_done += 1;
        }
        (row.done + row.not_done == row.to_do).then(|| Ended::Stage {
            stage,
            done: row.done,
            not_done: row.not_done,
            took: now.saturating_sub(row.began.unwrap_or(now)),
        })
    }

    /// The board as lines of less than eighty columns: a line for each stage that is at work, then those that wait for
    /// others, then the whole.
    pub fn lines(&self, now: Duration) -> Vec<String> {
        let mut lines = Vec::new();
        let mut idle = Vec::new();
        for (stage, row) in &self.stages {
            let here = || {
                let all = self.under_way.iter();
                all.filter(|(key, _)| self.stage_of.get(*key) == Some(stage))
            };
            let longest = here().min_by_key(|(_, step)| (step.person, step.since));
            match longest {
                Some((key, step)) => lines.push(line(*stage, *row, key, step, here().count(), now)),
                None if row.done + row.not_done < row.to_do => {
                    idle.push(format!("{} {}/{}", stage.title, row.done, row.to_do));
                }
                None => {}
            }
        }
        if !idle.is_empty() {
            lines.push(cut(&format!("Wait for these: {}", idle.join(", ")), WIDTH));
        }
        let sum = |of: fn(&Row) -> usize| self.stages.values().map(of).sum::<usize>();
        let people = self.under_way.values().filter(|step| step.person).count();
        let mut whole = format!(
            "{}  {} of {} done, {} under way",
            stamp(now),
            sum(|row| row.done),
            sum(|row| row.to_do),
            self.under_way.len() - people
        );
        for (number, what) in [
            (sum(|row| row.not_done), "not done because of a failure"),
            (people, "waiting for a person"),
        ] {
            if number > 0 {
                whole.push_str(&format!(", {number} {what}"));
            }
        }
        lines.push(cut(&whole, WIDTH));
        lines
    }
}

fn line(
    stage: Stage,
    row: Row,
    key: &Key,
    step: &UnderWay,
    under_way: usize,
    now: Duration,
) -> String {
    let title = cut(stage.title, TITLE);
    let time = row.began.map(|began| stamp(now.saturating_sub(began)));
    let more = match under_way {
        1 => String::new(),
        several => format!(" (+{})", several - 1),
    };
    let waits = match (step.person, step.waits_for.as_str()) {
        (true, _) => "waits for a person".to_owned(),
        (false, "") => "begun".to_owned(),
        (false, what) => what.to_owned(),
    };
    let left = format!(
        "{title:<TITLE$} {:>3}/{:<3} {:<8} ",
        row.done,
        row.to_do,
        time.unwrap_or_default()
    );
    let room = WIDTH.saturating_sub(left.chars().count() + more.chars().count());
    // Of a long name the end tells more, and of what it waits for the beginning.
    let name = short(key);
    let waits = cut(&waits, room.saturating_sub(NAME + 2));
    let name = cut_front(&name, room.saturating_sub(waits.chars().count() + 2));
    format!("{left}{name}: {waits}{more}")
}

/// The state in the service's words, and how much is done where it says so.
pub(super) fn so_far(state: &str, percent: Option<f64>) -> String {
    match percent {
        Some(percent) => format!("{state}, {percent:.0} %"),
        None => state.to_owned(),
    }
}

fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let kept: String = text.chars().take(room.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

fn cut_front(text: &str, room: usize) -> String {
    let long = text.chars().count();
    if long <= room {
        return text.to_owned();
    }
    let kept: String = text.chars().skip(long - room.saturating_sub(1)).collect();
    format!("…{kept}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::engine::{ChangeKind, Effect, ObserveStats, PlanEntry, TenantKey, Totals};

    const SERVER: &str = "database/Microsoft.Sql/servers/rhc-qa-sqlsvr";
    const GROUP: &str = "database/Microsoft.Resources/resourceGroups/rhc-db-qa-rg";
    const TENANT: &str = "tenants/rhcdbcore.onmicrosoft.com";
    const NETWORK: &str = "network/Microsoft.Network/virtualNetworks/rhc-qa-vnet";

    fn board() -> Board {
        let entry = |stage: Stage, key: &str, action| PlanEntry {
            key: Key::new(key),
            stage,
            tenant: TenantKey::new("database"),
            kind: "x".to_owned(),
            name: "x".to_owned(),
            why: "x".to_owned(),
            action,
            after: vec![],
            hidden_by: None,
            unfinished: false,
        };
        let create = || Action::Create { desired: json!({}) };
        let manual = Action::Manual {
            instructions: vec![],
            waits_for: vec![],
        };
        Board::of(&Plan {
            environment: "qa".to_owned(),
            entries: vec![
                entry(Stage::TENANTS, TENANT, manual),
                entry(Stage::DATABASE, GROUP, create()),
                entry(Stage::DATABASE, SERVER, create()),
                entry(Stage::DATABASE, "database/same", Action::Unchanged),
                entry(Stage::NETWORK, NETWORK, create()),
            ],
            totals: Totals::default(),
            orphans: vec![],
            notes: vec![],
            observed: ObserveStats::default(),
        })
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn started(key: &str) -> Progress {
        Progress::Started {
            key: Key::new(key),
            change: ChangeKind::Create,
        }
    }

    fn under_way(percent: Option<f64>) -> Progress {
        Progress::UnderWay {
            key: Key::new(SERVER),
            state: "Creating".to_owned(),
            percent,
        }
    }

    fn done(key: &str) -> Progress {
        Progress::Done {
            key: Key::new(key),
            effect: Effect::Created,
        }
    }

    #[test]
    fn each_stage_says_how_far_it_is_since_when_and_for_what_it_waits() {
        let mut board = board();
        board.take(&started(GROUP), at(10));
        board.take(&started(SERVER), at(15));
        board.take(&done(GROUP), at(20));
        board.take(&under_way(Some(40.4)), at(45));
        let waits = Progress::WaitsForPerson {
            key: Key::new(TENANT),
            instructions: vec![],
        };
        board.take(&waits, at(2));
        let lines = board.lines(at(75));
        insta::assert_snapshot!(lines.join("\n"), @r"
        Tenants                 0/1            …ore.onmicrosoft.com: waits for a person
        Databases               1/2   00:01:05 servers/rhc-qa-sqlsvr: Creating, 40 %
        Wait for these: Network 0/1
        00:01:15  1 of 4 done, 1 under way, 1 waiting for a person
        ");
        for line in lines {
            assert!(line.chars().count() < 80, "{line}");
        }
    }

    #[test]
    fn a_stage_that_is_over_says_so_once() {
        let mut board = board();
        board.take(&started(GROUP), at(10));
        assert_eq!(board.take(&done(GROUP), at(20)), None);
        let failed = Progress::Failed {
            key: Key::new(SERVER),
            message: "no".to_owned(),
            remedy: None,
        };
        let ended = Ended::Stage {
            stage: Stage::DATABASE,
            done: 1,
            not_done: 1,
            took: at(60),
        };
        assert_eq!(board.take(&failed, at(70)), Some(ended));
        assert_eq!(board.take(&failed, at(80)), None);
        assert_eq!(board.take(&done("database/same"), at(90)), None);
    }

    #[test]
    fn what_takes_long_is_mentioned_less_and_less_often() {
        let mut board = board();
        board.take(&started(SERVER), at(0));
        let times = (1..=120).map(|minute| minute * 30);
        let mentioned: Vec<u64> = times
            .filter(|seconds| board.take(&under_way(None), at(*seconds)).is_some())
            .collect();
        assert_eq!(mentioned, [60, 120, 240, 480, 960, 1920, 3120]);
    }
}
