//! Wall clock, processor time, and the loop that both are compared with.

use std::{
    fs,
    hint::black_box,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::{Outcome, root};

/// What a process cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    /// From start to end.
    pub(super) wall: Duration,
    /// User and system time, the children's included; unknown where there is no `/proc`.
    pub(super) cpu: Option<Duration>,
}

/// Runs a program to its end and takes its standard output.
pub(super) fn measure(command: &mut Command) -> Outcome<(Cost, String)> {
    let shown = format!("{command:?}");
    let before = children_cpu();
    let started = now();
    let output = command
        .current_dir(root())
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .map_err(|error| format!("{shown}: {error}"))?;
    let wall = started.elapsed();
    let cpu = before
        .zip(children_cpu())
        .map(|(before, after)| after.saturating_sub(before));
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{shown}: {}\n{stderr}", output.status));
    }
    let stdout = String::from_utf8(output.stdout).map_err(|error| format!("{shown}: {error}"))?;
    Ok((Cost { wall, cpu }, stdout))
}

/// How long a fixed piece of work takes on this machine, now.
pub(super) fn calibrate() -> Duration {
    const ROUNDS: u32 = 20_000_000;
    let started = now();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..ROUNDS {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    black_box(state);
    started.elapsed()
}

/// The middle one; the lower of the two middle ones.
pub(super) fn median<T: PartialOrd + Copy>(values: &[T]) -> Option<T> {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    sorted.get(sorted.len().saturating_sub(1) / 2).copied()
}

/// Seconds for the report.
pub(super) fn seconds(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}

#[expect(
    clippy::disallowed_methods,
    reason = "real time is what is measured here"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The processor time of all processes that this one has waited for: fields 16 and 17 of `/proc/self/stat`.
fn children_cpu() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: u64 = fields
        .split_whitespace()
        .skip(13)
        .take(2)
        .map(|field| field.parse::<u64>().ok())
        .sum::<Option<u64>>()?;
    // Linux reports in units of 1/100 s to every program, whatever the kernel's own tick is.
    Some(Duration::from_millis(ticks * 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&[3, 1, 2]), Some(2));
        assert_eq!(median(&[4, 1, 3, 2]), Some(2));
        assert_eq!(median::<u8>(&[]), None);
    }

    #[test]
    fn a_program_that_fails_is_an_error_with_its_words() {
        let error = measure(Command::new("sh").args(["-c", "echo why >&2; exit 3"])).unwrap_err();
        assert!(error.contains("why") && error.contains('3'), "{error}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_processor_time_of_a_child_is_seen() {
        let busy = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo done";
        let (cost, stdout) = measure(Command::new("sh").args(["-c", busy])).unwrap();
        assert_eq!(stdout, "done\n");
        assert!(
            cost.cpu.is_some_and(
                |cpu| cpu > Duration::ZERO && cpu < cost.wall * 2 + Duration::from_millis(50)
            ),
            "{cost:?}"
        );
    }
}
