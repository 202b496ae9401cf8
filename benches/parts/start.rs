//! How long the program takes to do nothing.

use std::process::Command;

use anyhow::Result;

use super::child::{cost, cxgear, median};
use super::report::{Report, Target, say};
use super::settings::Settings;

const TIMES: usize = 40;

/// All of it.
pub(crate) fn measure(settings: &Settings, report: &mut Report) -> Result<()> {
    say("start");
    let ours = version_ms(cxgear)?;
    let beside = match settings.sqlite3 {
        true => format!("sqlite3 --version: {:.1} ms", version_ms(|| Command::new("sqlite3"))?),
        false => format!("median of {TIMES}"),
    };
    report.line("`--version`", format!("{ours:.1} ms"), &beside, ours, Target::AtMost(10.0), " ms");
    Ok(())
}

fn version_ms(program: impl Fn() -> Command) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..TIMES {
        times.push(cost(program().arg("--version"))?.wall.as_secs_f64() * 1e3);
    }
    Ok(median(times))
}
