//! The apply as it goes: a line for each event that a person wants to know of, with the time that passed in the cloud.

use std::time::Duration;

use super::board::{Ended, so_far};
use super::plan::steps;
use super::text::{Detail, Text, Tone, count};
use super::timeline::length;
use crate::engine::{ChangeKind, Effect, Key, Progress};

/// What draws events.
#[derive(Clone, Copy, Debug)]
pub struct ProgressLines {
    /// Whether the output is a terminal whose owner wants colour.
    pub colour: bool,
    /// Whether a simulated person does what a machine cannot.
    pub person: bool,
    /// How much is told.
    pub detail: Detail,
}

impl ProgressLines {
    /// The line or lines of an event, or nothing.
    pub fn draw(&self, event: &Progress, elapsed: Duration) -> Option<String> {
        let mut text = Text::new(self.colour);
        let stamp = stamp(elapsed);
        let verbose = self.detail == Detail::Verbose;
        // What failed and what waits for a person stands at the end.
        if self.detail == Detail::Quiet && !matches!(event, Progress::Stopping { .. }) {
            return None;
        }
        let mut line = |sign: &str, tone, words: String| {
            text.marked(&format!("{stamp} {sign} "), tone, Tone::Plain, &words);
        };
        match event {
            Progress::RunStarted { to_do, steps } => {
                line(
                    " ",
                    Tone::Plain,
                    format!("{to_do} of {steps} steps have something to do"),
                );
            }
            Progress::Started { key, change } if verbose => {
                let change = match change {
                    ChangeKind::Create => "creates",
                    ChangeKind::Update => "updates",
                    ChangeKind::Reconcile => "looks and mends",
                    ChangeKind::Delete => "deletes",
                    ChangeKind::Adopt => "adopts",
                };
                line(" ", Tone::Faint, format!("{change} {}", short(key)));
            }
            Progress::Blocked { key, by } if verbose => {
                let words = format!("{} is not begun: {} failed", short(key), short(by));
                line("!", Tone::Warn, words);
            }
            Progress::UnderWay {
                key,
                state,
                percent,
            } if verbose => {
                let words = format!("{}: Azure says {}", short(key), so_far(state, *percent));
                line(" ", Tone::Faint, words);
            }
            // The end says it; the beginning of what takes long is said by its notes and by what is not done yet.
            Progress::Started { .. } | Progress::Blocked { .. } | Progress::UnderWay { .. } => {
                return None;
            }
            Progress::Note { key, text } => {
                line(" ", Tone::Plain, format!("{}: {text}", short(key)))
            }
            Progress::Retrying { key, reason, after } => {
                let wait = after.as_secs_f64();
                line(
                    "~",
                    Tone::Warn,
                    format!("{}: again in {wait:.0} s, because {reason}", short(key)),
                );
            }
            Progress::Done { key, effect } => match effect {
                Effect::Unchanged if verbose => {
                    line("=", Tone::Faint, format!("unchanged {}", short(key)));
                }
                Effect::Unchanged => return None,
                Effect::Created => line("+", Tone::Good, format!("created {}", short(key))),
                Effect::Deleted => line("-", Tone::Good, format!("deleted {}", short(key))),
                Effect::Adopted => line(">", Tone::Good, format!("adopted {}", short(key))),
                Effect::Updated => line("~", Tone::Good, format!("updated {}", short(key))),
                Effect::Recovered => {
                    line(
                        "+",
                        Tone::Good,
                        format!("found {}, which an earlier try had made", short(key)),
                    );
                }
                Effect::DoneByPerson => line("*", Tone::Good, format!("{} {key}", self.doer())),
            },
            Progress::Failed {
                key,
                message,
                remedy,
            } => {
                line("!", Tone::Bad, format!("{} failed: {message}", short(key)));
                if let Some(remedy) = remedy {
                    line(" ", Tone::Plain, remedy.clone());
                }
            }
            Progress::WaitsForPerson { key, instructions } => {
                line(
                    "*",
                    Tone::Warn,
                    format!("{key} waits for {}", self.waited_for()),
                );
                if !self.person {
                    steps(&mut text, instructions);
                }
            }
            Progress::Stopping { running } => {
                let words = format!(
                    "stopping: nothing new begins, {running} still under way; Ctrl-C once more does not wait for them"
                );
                line("!", Tone::Warn, words);
            }
        }
        Some(text.finish())
    }

    /// The line of what is over, or not yet.
    pub fn ended(&self, what: &Ended, elapsed: Duration) -> Option<String> {
        let mut text = Text::new(self.colour);
        let stamp = stamp(elapsed);
        match what {
            _ if self.detail == Detail::Quiet => return None,
            Ended::Stage {
                stage,
                done,
                not_done,
                took,
            } => {
                let time = length(*took);
                let (sign, tone, words) = match not_done {
                    0 => (
                        "=",
                        Tone::Good,
                        format!("{} done in {time}", count(*done, "step")),
                    ),
                    _ => (
                        "!",
                        Tone::Bad,
                        format!("{done} done and {not_done} not, in {time}"),
                    ),
                };
                let lead = format!("{stamp} {sign} ");
                let words = format!("stage {}: {words}", stage.title);
                text.marked(&lead, tone, Tone::Strong, &words);
            }
            // Each state has had its line.
            Ended::NotYet { .. } if self.detail == Detail::Verbose => return None,
            Ended::NotYet {
                key,
                waits_for,
                took,
            } => {
                let words = format!(
                    "{}: Azure says {waits_for}, for {}",
                    short(key),
                    length(*took)
                );
                text.marked(&format!("{stamp}   "), Tone::Plain, Tone::Faint, &words);
            }
        }
        Some(text.finish())
    }

    fn doer(&self) -> &'static str {
        if self.person {
            "the simulated person did"
        } else {
            "done by hand:"
        }
    }

    fn waited_for(&self) -> &'static str {
        if self.person {
            "the simulated person, who will do it"
        } else {
            "a person"
        }
    }
}

/// A key without what a reader does not need: the stage, the provider's namespace, and of a part in something else the
/// other's type.
pub(super) fn short(key: &Key) -> String {
    let parts: Vec<&str> = key.as_str().split('/').skip(1).collect();
    let last = parts.len().saturating_sub(1);
    let namespace = |(at, part): &(usize, &&str)| *at != last && part.starts_with("Microsoft.");
    let parts = parts.iter().enumerate().filter(|part| !namespace(part));
    let parts: Vec<&str> = parts.map(|(_, part)| *part).collect();
    let inner = parts
        .get(1..)
        .filter(|_| parts.len() > 3 && !parts.contains(&"providers"));
    let shown = inner.unwrap_or(&parts);
    if shown.is_empty() {
        key.to_string()
    } else {
        shown.join("/")
    }
}

/// Hours, minutes and seconds in the cloud's time.
pub(super) fn stamp(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_shown_as_far_as_a_reader_needs_them() {
        for (key, shown) in [
            (
                "network/Microsoft.Network/virtualNetworks/v",
                "virtualNetworks/v",
            ),
            (
                "network/Microsoft.Network/virtualNetworks/v/subnets/s",
                "v/subnets/s",
            ),
            ("tenants/rhcqa.onmicrosoft.com", "rhcqa.onmicrosoft.com"),
            (
                "subscriptions/s/providers/Microsoft.Sql",
                "s/providers/Microsoft.Sql",
            ),
            ("alone", "alone"),
        ] {
            assert_eq!(short(&Key::new(key)), shown);
        }
    }

    #[test]
    fn the_simulated_person_is_named_and_a_real_one_is_told_what_to_do() {
        let event = Progress::WaitsForPerson {
            key: Key::new("tenants/x"),
            instructions: vec!["Open the portal.".to_owned()],
        };
        let draw = |person| {
            let lines = ProgressLines {
                colour: false,
                person,
                detail: Detail::Normal,
            };
            lines.draw(&event, Duration::from_secs(3725)).unwrap()
        };
        assert!(draw(true).contains("simulated person"));
        assert!(draw(false).contains("1. Open the portal."));
        assert!(draw(false).starts_with("01:02:05 * tenants/x"));
    }
}
