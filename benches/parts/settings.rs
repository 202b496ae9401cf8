//! How large the bench is, and which programs it compares.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// The sizes that the targets are stated for; smaller ones are for trying the bench out.
pub(crate) struct Settings {
    /// Rows of the large import and job.
    pub(crate) rows: u64,
    /// Records of the run that is compared with the bare loop.
    pub(crate) records: u64,
    /// How often each contender runs.
    pub(crate) rounds: usize,
    /// Whether memory is measured at five times `rows` as well.
    pub(crate) full: bool,
    /// Whether there is a `sqlite3` to compare with.
    pub(crate) sqlite3: bool,
}

/// The rows and records that the targets are stated for.
const STATED: (u64, u64) = (1_000_000, 100_000);

impl Settings {
    /// Whether the targets are stated for more than this.
    pub(crate) fn is_smaller(&self) -> bool {
        self.rows < STATED.0 || self.records < STATED.1
    }
}

/// The settings, and the names of the parts that are asked for.
pub(crate) fn read<'a>(words: &[&'a str]) -> Result<(Settings, Vec<&'a str>)> {
    let mut settings =
        Settings { rows: STATED.0, records: STATED.1, rounds: 3, full: false, sqlite3: sqlite3_is_here() };
    let mut parts = Vec::new();
    let mut words = words.iter();
    while let Some(&word) = words.next() {
        let mut number = || -> Result<u64> {
            let value = words.next().with_context(|| format!("{word} needs a number"))?;
            value.parse().with_context(|| format!("{word} needs a number, not `{value}`"))
        };
        match word {
            "--bench" => {}
            "--full" => settings.full = true,
            "--rows" => settings.rows = number()?.max(100),
            "--records" => settings.records = number()?.max(100),
            "--rounds" => settings.rounds = usize::try_from(number()?.max(1))?,
            _ if word.starts_with('-') => bail!("no flag `{word}`; there are --full, --rows, --records, --rounds"),
            _ => parts.push(word),
        }
    }
    Ok((settings, parts))
}

fn sqlite3_is_here() -> bool {
    Command::new("sqlite3").arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}
