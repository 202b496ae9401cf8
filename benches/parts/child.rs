//! Runs a program as a child, and measures what it cost.

use std::fs;
use std::io::{Read as _, Seek as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use wait4::Wait4 as _;

/// What one run of a program cost.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// User and system time.
    pub(crate) cpu: Duration,
    /// Peak resident memory in bytes, as the kernel tells it (`ru_maxrss`).
    pub(crate) peak: u64,
}

/// Runs it to its end.
///
/// # Errors
/// When it cannot be started or ends with anything but success; its stderr is in the error.
pub(crate) fn cost(command: &mut Command) -> Result<Cost> {
    let mut talk = tempfile::tempfile()?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(talk.try_clone()?);
    let begun = Instant::now();
    let ended = command.spawn().and_then(|mut child| child.wait4()).with_context(|| format!("{command:?}"))?;
    let wall = begun.elapsed();
    if !ended.status.success() {
        let mut text = String::new();
        talk.rewind()?;
        talk.read_to_string(&mut text)?;
        bail!("{command:?} ended with {}:\n{text}", ended.status);
    }
    let cpu = ended.rusage.utime + ended.rusage.stime;
    Ok(Cost { wall, cpu, peak: ended.rusage.maxrss })
}

/// `cxgear`, as it was built for this bench, with nothing of the caller's environment to change what it does.
pub(crate) fn cxgear() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
    command.current_dir(env!("CARGO_TARGET_TMPDIR"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CXGEAR_") || name == "SOURCE_DATE_EPOCH" {
            command.env_remove(name);
        }
    }
    command
}

/// This program again, as one of its bare loops.
pub(crate) fn bare() -> Result<Command> {
    Ok(Command::new(std::env::current_exe()?))
}

/// One of those that are compared.
pub(crate) struct Contender<'a> {
    pub(crate) name: &'static str,
    /// What it needs, outside the measured time.
    pub(crate) prepare: Box<dyn Fn() -> Result<()> + 'a>,
    pub(crate) command: Box<dyn Fn() -> Result<Command> + 'a>,
}

/// What a contender cost over all rounds.
pub(crate) struct Outcome {
    pub(crate) name: &'static str,
    /// The median, in seconds.
    pub(crate) wall: f64,
    /// The median of user and system time, in seconds.
    pub(crate) cpu: f64,
    /// The largest.
    pub(crate) peak: u64,
}

/// Lets each run once a round, in turn, so that a busy minute of the machine falls on all of them.
///
/// # Errors
/// Those of the first that fails.
pub(crate) fn race(rounds: usize, contenders: &[Contender]) -> Result<Vec<Outcome>> {
    let mut costs: Vec<Vec<Cost>> = contenders.iter().map(|_| Vec::new()).collect();
    for round in 1..=rounds {
        for (contender, costs) in contenders.iter().zip(&mut costs) {
            (contender.prepare)()?;
            settle();
            let cost = cost(&mut (contender.command)()?)?;
            super::report::say(&format!(
                "  {round}/{rounds} {}: {:.2} s, {} MB",
                contender.name,
                cost.wall.as_secs_f64(),
                cost.peak / 1_000_000
            ));
            costs.push(cost);
        }
    }
    Ok(contenders
        .iter()
        .zip(costs)
        .map(|(contender, costs)| Outcome {
            name: contender.name,
            wall: median(costs.iter().map(|cost| cost.wall.as_secs_f64()).collect()),
            cpu: median(costs.iter().map(|cost| cost.cpu.as_secs_f64()).collect()),
            peak: costs.iter().map(|cost| cost.peak).max().unwrap_or(0),
        })
        .collect())
}

/// Waits until what was written before is on the disk, so that no one pays for another's pages.
pub(crate) fn settle() {
    let _ = Command::new("sync").status();
}

/// The middle one; of two middle ones the lower.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get((values.len().max(1) - 1) / 2).copied().unwrap_or(f64::NAN)
}

/// The peak of this program itself: a child is never told to have less, because it begins as a copy of it.
pub(crate) fn own_peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}
