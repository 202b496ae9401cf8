//! What was measured, beside what it is compared with, and whether the promise holds.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the report is what a bench is for")]

use anyhow::Result;

use super::child;
use super::settings::Settings;

/// What a number must be.
pub(crate) enum Target {
    AtMost(f64),
    AtLeast(f64),
    /// Only told.
    None,
}

/// The lines so far.
pub(crate) struct Report {
    lines: Vec<[String; 5]>,
    held: usize,
    missed: usize,
}

impl Report {
    pub(crate) fn begin(settings: &Settings) -> Result<Report> {
        if !settings.sqlite3 {
            say("`sqlite3` is not on the PATH: its ratios are left out");
        }
        if child::own_peak().is_none() {
            say("peak memory is what the kernel says of a child; it was tried on Linux only");
        }
        println!(
            "cxgear bench: {} rows, {} records, {} rounds in turn, medians; every contender is a process of its own",
            grouped(settings.rows),
            grouped(settings.records),
            settings.rounds
        );
        if settings.is_smaller() {
            println!(
                "The targets are stated for larger sizes than these: what is said of them below is a hint at most."
            );
        }
        Ok(Report { lines: Vec::new(), held: 0, missed: 0 })
    }

    /// A number for its own sake, with what helps to judge it.
    pub(crate) fn tell(&mut self, what: &str, measured: String, beside: &str) {
        self.line(what, measured, beside, f64::NAN, Target::None, "");
    }

    /// A number with a target, `value` being what the target is about and `unit` what it is in.
    pub(crate) fn line(&mut self, what: &str, measured: String, beside: &str, value: f64, target: Target, unit: &str) {
        let shown = |limit: f64| format!("{limit}{unit}");
        let (aim, holds) = match target {
            Target::AtMost(limit) => (format!("<= {}", shown(limit)), Some(value <= limit)),
            Target::AtLeast(limit) => (format!(">= {}", shown(limit)), Some(value >= limit)),
            Target::None => (String::new(), None),
        };
        let verdict = match holds {
            Some(true) => {
                self.held += 1;
                "pass"
            }
            Some(false) => {
                self.missed += 1;
                "MISS"
            }
            None => "",
        };
        let line = [what, &measured, beside, &aim, verdict].map(str::to_owned);
        say(&format!("  -> {what}: {measured} {aim} {verdict}"));
        self.lines.push(line);
    }

    /// Prints it.
    pub(crate) fn end(self) {
        let head = ["number", "measured", "compared with", "target", ""].map(str::to_owned);
        let rows: Vec<_> = std::iter::once(head).chain(self.lines).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 5] = std::array::from_fn(width);
        println!();
        for row in &rows {
            let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            println!("{}", cells.join("  ").trim_end());
        }
        println!();
        println!("{} of {} targets hold", self.held, self.held + self.missed);
    }
}

/// A line on stderr, while it runs.
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}

/// `1000000` as `1,000,000`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes in MB.
pub(crate) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
