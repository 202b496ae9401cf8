//! Import of the large list, against `sqlite3 .import --csv` and the bare loop.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use super::child::{Contender, Outcome, bare, cost, cxgear, race, settle};
use super::report::{Report, Target, grouped, megabytes, say};
use super::settings::Settings;
use super::{child, files};

/// Megabytes that no import and no run may pass, however many rows there are.
pub(crate) const MEMORY: f64 = 128.0;

/// All of it.
pub(crate) fn measure(settings: &Settings, report: &mut Report) -> Result<()> {
    let file = files::contacts(settings.rows)?;
    let bytes = std::fs::metadata(&file)?.len();
    let what = format!("import {} x 12 ({:.0} MB)", grouped(settings.rows), megabytes(bytes));
    say(&what);
    let db = |name: &str| file.with_file_name(format!("import-{name}.db"));
    let (ours, theirs) = (db("cxgear"), db("sqlite3"));
    let (bare, wal) = (db("bare-delete"), db("bare-wal"));
    let mut contenders = vec![
        contender("cxgear import", &ours, || Ok(import(&file, &ours))),
        contender("bare csv + rusqlite", &bare, || bare_import(&file, &bare, "delete")),
        contender("bare csv + rusqlite, WAL", &wal, || bare_import(&file, &wal, "wal")),
    ];
    if settings.sqlite3 {
        contenders.push(contender("sqlite3 .import --csv", &theirs, || Ok(sqlite3(&file, &theirs))));
    }
    let outcomes = race(settings.rounds, &contenders)?;
    drop(contenders);
    for db in [&ours, &bare, &wal] {
        let found = files::count(db, "contacts")?;
        ensure!(found == settings.rows, "{} holds {found} rows", db.display());
    }
    tell(&what, bytes, &outcomes, report);
    let small = memory("import", settings.rows, outcomes[0].peak, None, report);
    if settings.full {
        let rows = settings.rows * 5;
        let file = files::contacts(rows)?;
        let db = file.with_file_name("import-cxgear.db");
        files::remove(&db)?;
        settle();
        let peak = cost(&mut import(&file, &db))?.peak;
        memory("import", rows, peak, Some(small), report);
        files::remove(&db)?;
    }
    [ours, bare, wal, theirs].iter().try_for_each(|db| files::remove(db))
}

fn tell(what: &str, bytes: u64, outcomes: &[Outcome], report: &mut Report) {
    let ours = outcomes[0].wall;
    report.tell(what, format!("{ours:.2} s"), &format!("{:.0} MB/s", megabytes(bytes) / ours));
    for other in &outcomes[1..] {
        let target = match other.name {
            "sqlite3 .import --csv" => Target::AtMost(0.75),
            "bare csv + rusqlite" => Target::AtMost(1.25),
            _ => Target::None,
        };
        let beside = format!("{}: {:.2} s, {:.0} MB", other.name, other.wall, megabytes(other.peak));
        let ratio = ours / other.wall;
        report.line(&format!("  / {}", other.name), format!("{ratio:.2} x"), &beside, ratio, target, " x");
    }
}

/// The line for a peak; `small` is the peak at a fifth of the rows, which this one may not pass but for noise.
pub(crate) fn memory(verb: &str, rows: u64, peak: u64, small: Option<u64>, report: &mut Report) -> u64 {
    let limit = small.map_or(MEMORY, |small| MEMORY.min(megabytes(small) * 1.1));
    let own = child::own_peak()
        .map_or_else(String::new, |own| format!("not told below {:.0} MB, the bench's own", megabytes(own)));
    let beside = match small {
        Some(small) => format!("{:.0} MB at a fifth of the rows, and 10 % for noise", megabytes(small)),
        None => own,
    };
    let what = format!("peak memory of {verb} at {}", grouped(rows));
    let value = megabytes(peak);
    report.line(&what, format!("{value:.0} MB"), &beside, value, Target::AtMost(limit.round()), " MB");
    peak
}

/// One that makes a new database.
fn contender<'a>(name: &'static str, db: &'a Path, command: impl Fn() -> Result<Command> + 'a) -> Contender<'a> {
    Contender { name, prepare: Box::new(|| files::remove(db)), command: Box::new(command) }
}

/// `cxgear import`.
pub(crate) fn import(file: &Path, db: &Path) -> Command {
    let mut command = cxgear();
    command.arg("import").arg(file).arg("--db").arg(db);
    command
}

/// The bare loop.
pub(crate) fn bare_import(file: &Path, db: &Path, journal: &str) -> Result<Command> {
    let mut command = bare()?;
    command.arg("bare-import").arg(file).arg(db).arg(journal);
    Ok(command)
}

/// `sqlite3 .import --csv`.
pub(crate) fn sqlite3(file: &Path, db: &Path) -> Command {
    let mut command = Command::new("sqlite3");
    command.arg(db).arg(format!(".import --csv '{}' contacts", file.display()));
    command
}
