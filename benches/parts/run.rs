//! A run of three pure steps over each record, against the bare loop that keeps the same events, and the bytes that it stores.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use super::child::{Contender, bare, cost, cxgear, race};
use super::files;
use super::import::{import, sqlite3};
use super::report::{Report, Target, grouped, say};
use super::settings::Settings;

/// The spinner that is run: log, decision, tag.
const SPINNER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/spinners/welcome.toml");
const METADATA: &str = "name,phone,account_id,amount_due";

/// All of it.
pub(crate) fn measure(settings: &Settings, report: &mut Report) -> Result<()> {
    let file = files::contacts(settings.records)?;
    let what = format!("run {} records x 3 pure steps", grouped(settings.records));
    say(&what);
    let db = |name: &str| file.with_file_name(format!("run-{name}.db"));
    let (base, ours, loops, theirs) = (db("base"), db("cxgear"), db("bare"), db("sqlite3"));
    let before = table(&file, &base)?;
    let mut contenders = vec![
        Contender {
            name: "cxgear run",
            prepare: Box::new(|| files::copy(&base, &ours)),
            command: Box::new(|| Ok(run(&ours))),
        },
        Contender {
            name: "bare loop",
            prepare: Box::new(|| files::copy(&base, &loops)),
            command: Box::new(|| bare_run(&loops)),
        },
    ];
    if settings.sqlite3 {
        contenders.push(Contender {
            name: "sqlite3 .import --csv of them",
            prepare: Box::new(|| files::remove(&theirs)),
            command: Box::new(|| Ok(sqlite3(&file, &theirs))),
        });
    }
    let outcomes = race(settings.rounds, &contenders)?;
    let found = files::count(&loops, "bare_record")?;
    ensure!(found == settings.records, "the bare loop wrote {found} records");
    let records = settings.records as f64;
    let (wall, bare) = (outcomes[0].wall, outcomes[1].wall);
    report.tell(&what, format!("{:.0} a second", records / wall), &format!("{wall:.2} s"));
    let beside = format!("bare loop: {:.0} a second", records / bare);
    report.line(
        "  rate / bare loop",
        format!("{:.2} x", bare / wall),
        &beside,
        bare / wall,
        Target::AtLeast(0.6),
        " x",
    );
    if let Some(other) = outcomes.get(2) {
        let ratio = wall / other.wall;
        let beside = format!("{}: {:.2} s", other.name, other.wall);
        report.line("  time / sqlite3 .import", format!("{ratio:.2} x"), &beside, ratio, Target::AtMost(2.5), " x");
    }
    let stored = |db: &Path| -> Result<f64> { Ok((files::size(db)?.saturating_sub(before)) as f64 / records) };
    let (bytes, least) = (stored(&ours)?, stored(&loops)?);
    let beside = format!("bare loop: {least:.0} B");
    report.line("  stored bytes a record", format!("{bytes:.0} B"), &beside, bytes, Target::AtMost(500.0), " B");
    drop(contenders);
    [base, ours, loops, theirs].iter().try_for_each(|db| files::remove(db))
}

/// A database with the list as a table, its metadata set and no job; how large it is.
pub(crate) fn table(file: &Path, db: &Path) -> Result<u64> {
    files::remove(db)?;
    cost(&mut import(file, db))?;
    let mut set = cxgear();
    set.args(["table", "metadata", "contacts", "--set", METADATA, "--db"]).arg(db);
    cost(&mut set)?;
    let size = files::size(db)?;
    ensure!(fs::metadata(db)?.len() == size, "{} is still written to", db.display());
    Ok(size)
}

/// `cxgear run`.
pub(crate) fn run(db: &Path) -> Command {
    let mut command = cxgear();
    command.args(["run", SPINNER, "--table", "contacts", "-q", "--db"]).arg(db);
    command
}

fn bare_run(db: &Path) -> Result<Command> {
    let mut command = bare()?;
    command.arg("bare-run").arg(db);
    Ok(command)
}
