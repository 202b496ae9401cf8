//! The log under load: how soon a job that was killed half-way works again, how fast the log is checked, what its seals cost.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use rusqlite::{Connection, OpenFlags};
use sha2::{Digest as _, Sha256};

use super::child::{cost, cxgear, settle};
use super::report::{Report, Target, grouped, say};
use super::settings::Settings;
use super::{files, run};

/// All of it.
pub(crate) fn measure(settings: &Settings, report: &mut Report) -> Result<()> {
    let db = files::folder(settings.rows)?.join("log.db");
    say(&format!("a job of {} records, killed half-way", grouped(settings.rows)));
    run::table(&files::contacts(settings.rows)?, &db)?;
    settle();
    let begun = Instant::now();
    let mut runner = quiet(run::run(&db))?;
    until(&db, "SELECT completed FROM cx_job", |done| done >= settings.rows / 2)?;
    runner.kill()?;
    runner.wait()?;
    let half = begun.elapsed().as_secs_f64();
    let what = format!("`resume` of {} records killed half-way", grouped(settings.rows));
    let seconds = resume(&db, &what, report)?;
    let whole = half + seconds;
    let verify = cost(cxgear().args(["verify", "--db"]).arg(&db))?.wall.as_secs_f64();
    let events = number(&db, "SELECT max(upto_cursor) FROM cx_seal")?;
    let rate = events as f64 / verify;
    let beside = format!("{} events in {verify:.1} s", grouped(events));
    report.line("`verify`", format!("{rate:.0} a second"), &beside, rate, Target::AtLeast(500_000.0), "");
    let sealing = seal_again(&db)?;
    let share = 100.0 * sealing / whole;
    let beside = format!("{sealing:.2} s of {whole:.1} s");
    report.line("  seals, of the run's time", format!("{share:.1} %"), &beside, share, Target::AtMost(5.0), " %");
    files::remove(&db)
}

/// Starts a command that says nothing.
fn quiet(mut command: std::process::Command) -> Result<Child> {
    Ok(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?)
}

/// From the start of the process to its first new record, then to its end.
fn resume(db: &Path, what: &str, report: &mut Report) -> Result<f64> {
    let ended = "SELECT completed + failed FROM cx_job";
    let before = number(db, ended)?;
    let mut command = cxgear();
    command.args(["resume", "1", "-q", "--db"]).arg(db);
    let begun = Instant::now();
    let mut child = quiet(command)?;
    until(db, ended, |done| done > before)?;
    let ms = begun.elapsed().as_secs_f64() * 1e3;
    let status = child.wait()?;
    ensure!(status.success(), "resume ended with {status}");
    report.line(what, format!("{ms:.0} ms"), "to its first new record", ms, Target::AtMost(1_000.0), " ms");
    Ok(begun.elapsed().as_secs_f64())
}

/// The time that the hashes of all segments take alone, chained as the seals are (EVENTS §4).
fn seal_again(db: &Path) -> Result<f64> {
    let db = Connection::open_with_flags(db, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut read = db.prepare("SELECT events FROM cx_segment ORDER BY cursor")?;
    let mut rows = read.query([])?;
    let (mut seal, mut spent) = (Sha256::new(), Duration::ZERO);
    while let Some(row) = rows.next()? {
        let events = row.get_ref(0)?.as_str()?;
        let begun = Instant::now();
        seal.update(Sha256::new_with_prefix([0; 48]).chain_update(events).finalize());
        spent += begun.elapsed();
    }
    ensure!(seal.finalize().iter().any(|byte| *byte != 0), "no hash is all zeros");
    Ok(spent.as_secs_f64())
}

fn number(db: &Path, sql: &str) -> Result<u64> {
    let db = Connection::open_with_flags(db, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let found: i64 = db.query_row(sql, [], |row| row.get(0)).context("the job is not there")?;
    Ok(found.cast_unsigned())
}

/// Looks at a number in the file until it is as wanted.
fn until(db: &Path, sql: &str, wanted: impl Fn(u64) -> bool) -> Result<()> {
    let begun = Instant::now();
    while !number(db, sql).is_ok_and(&wanted) {
        ensure!(begun.elapsed() < Duration::from_secs(600), "it never comes to that: {sql}");
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}
