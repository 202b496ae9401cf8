//! kill -9 at random moments, hundreds of times: no record is lost or completed twice, a step is repeated only for
//! records that were under way, and the log is whole after every death (the promise).
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]
#![cfg(unix)]

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use cxgear::engine::{Done, Pipeline, Scope, Step, StepError, Work};
use cxgear::model::id::JobId;
use cxgear::model::payload::Message;
use cxgear::model::spinner::Limits;
use cxgear::store::{self, Access, Read as _};
use cxgear::views::verify::verify;
use rusqlite::{Connection, OpenFlags};

mod workspace;

/// The folder and the number of the round, for the process that is to be killed.
const FOLDER: &str = "CXGEAR_TEST_FOLDER";
const ROUND: &str = "CXGEAR_TEST_ROUND";

/// A step with an effect that a file keeps: a line for each time it was done.
struct Ledger {
    file: PathBuf,
    round: String,
    name: &'static str,
}

impl Step for Ledger {
    fn run(&self, scope: &Arc<Scope>, _: &mut Vec<Message>) -> Result<Done, StepError> {
        let mut file = OpenOptions::new().append(true).create(true).open(&self.file).unwrap();
        // One write, so that no line is ever half there.
        file.write_all(format!("{} {} {}\n", self.round, scope.record.row, self.name).as_bytes()).unwrap();
        Ok(Done::default())
    }
}

/// A step that kills its process for one row.
struct Killer;

impl Step for Killer {
    fn run(&self, scope: &Arc<Scope>, _: &mut Vec<Message>) -> Result<Done, StepError> {
        if scope.record.row.0 == 7 {
            std::process::abort();
        }
        Ok(Done::default())
    }
}

fn steps(folder: &Path, round: &str) -> Pipeline {
    let ledger = |name| Work::Here(Box::new(Ledger { file: folder.join("ledger"), round: round.to_owned(), name }));
    if round == "killer" {
        return workspace::worked(vec![("first", ledger("first")), ("kills", Work::Here(Box::new(Killer)))]);
    }
    workspace::worked(vec![("first", ledger("first")), ("second", ledger("second"))])
}

const ROWS: u64 = 2_500;

/// What the process that is killed does: the whole way, each part only when it was not done yet.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let round = std::env::var(ROUND).unwrap();
    let pipeline = steps(&folder, &round);
    let path = folder.join("a.db");
    let mut store = workspace::open(&path);
    let id = workspace::job(&mut store, if round == "killer" { 50 } else { ROWS }, &pipeline);
    workspace::drive(&path, &mut store, id, &pipeline, Limits::default());
}

fn start(folder: &Path, round: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["child", "--exact"])
        .env(FOLDER, folder)
        .env(ROUND, round)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Numbers that look random and are the same on every machine; the moments of the kills are random anyway.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// Lets the process live for a random while. How it ended.
fn kill_soon(mut child: Child, dice: &mut Dice, most: u64) -> ExitStatus {
    // The one sleep that is meant: a death at no moment in particular.
    std::thread::sleep(Duration::from_micros(dice.below(most * 1_000)));
    drop(child.kill());
    child.wait().unwrap()
}

/// The rows whose records have ended, by the file alone.
fn ended(folder: &Path) -> Vec<u64> {
    let Ok(db) = Connection::open_with_flags(folder.join("a.db"), OpenFlags::SQLITE_OPEN_READ_ONLY) else {
        return Vec::new();
    };
    let Ok(mut rows) = db.prepare("SELECT row FROM cx_record WHERE status >= 6") else { return Vec::new() };
    rows.query_map([], |row| row.get::<_, i64>(0)).unwrap().map(|row| row.unwrap().cast_unsigned()).collect()
}

/// Every rule of the log holds; nothing when there is no workspace yet.
fn is_whole(path: &Path) {
    let Ok(store) = store::open(path, Access::Snapshot) else { return };
    let verified = verify(&store, None, None).unwrap();
    assert!(verified.breaches.is_empty(), "{:?}", verified.breaches);
}

/// Runs one job to its end through deaths; how many there were.
fn job_through_deaths(dice: &mut Dice) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let mut kills = 0;
    // Each row, with the round in whose end it was first seen to have ended.
    let mut done = HashMap::new();
    for round in 1.. {
        let status = kill_soon(start(folder.path(), &round.to_string()), dice, 60);
        is_whole(&folder.path().join("a.db"));
        for row in ended(folder.path()) {
            done.entry(row).or_insert(round);
        }
        if status.success() {
            break;
        }
        assert_eq!(status.signal(), Some(9), "it died of something else than the kill: {status}");
        kills += 1;
        assert!(round < 500, "the job never ends");
    }
    let db = Connection::open(folder.path().join("a.db")).unwrap();
    let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap().cast_unsigned();
    // A row in whose step the process died three times is set aside, though it was we who killed: that is no loss.
    let poisoned = count("SELECT count(*) FROM cx_record WHERE reason = 'POISON'");
    let deaths = count(
        "SELECT count(*) FROM cx_events e JOIN cx_record r ON r.job = e.job AND r.row = e.row \
         WHERE r.reason = 'POISON' AND e.type = 'record.stalled'",
    );
    assert!(deaths >= 3 * poisoned && kills >= 3 * poisoned, "{poisoned} rows set aside after {deaths} deaths");
    assert_eq!(count("SELECT status FROM cx_job"), 7, "the job did not complete");
    assert_eq!(count("SELECT completed FROM cx_job"), ROWS - poisoned, "lost records");
    let ends = "SELECT count(*) FROM cx_events WHERE type = 'record.completed'";
    assert_eq!(count(ends), ROWS - poisoned, "completed twice");
    let mut seen = HashMap::new();
    for line in fs::read_to_string(folder.path().join("ledger")).unwrap().lines() {
        let words: Vec<_> = line.split(' ').collect();
        let (round, row): (i32, u64) = (words[0].parse().unwrap(), words[1].parse().unwrap());
        assert!(round <= done[&row], "row {row} was done again in round {round}, and had ended in {}", done[&row]);
        *seen.entry((row, words[2].to_owned())).or_insert(0) += 1;
    }
    assert!(seen.len() as u64 >= 2 * ROWS - 2 * poisoned, "steps that were never done");
    kills
}

#[test]
fn a_job_is_killed_two_hundred_times() {
    let mut dice = Dice(1);
    let (mut kills, mut jobs) = (0, 0);
    while kills < 200 {
        kills += job_through_deaths(&mut dice);
        jobs += 1;
    }
    assert!(kills >= 200 && jobs >= 1);
}

#[test]
fn a_row_that_kills_its_process_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let mut deaths = 0;
    loop {
        let status = start(folder.path(), "killer").wait().unwrap();
        is_whole(&folder.path().join("a.db"));
        if status.success() {
            break;
        }
        assert_eq!(status.signal(), Some(6), "{status}");
        deaths += 1;
        assert!(deaths < 9, "it is never set aside");
    }
    // The first death leaves no trace of who it was; then three tries are on record.
    assert_eq!(deaths, 4);
    let store = store::open(&folder.path().join("a.db"), Access::Read).unwrap();
    let job = store.job(JobId(1)).unwrap().unwrap();
    assert_eq!((job.counts.completed, job.counts.failed), (49, 1));
    let tally = store.tally(job.id).unwrap();
    assert!(tally.iter().any(|tally| tally.key == "1 POISON" && tally.n == 1), "{tally:?}");
}

/// An import is wholly in or wholly out, whenever it dies.
#[test]
fn imports_are_killed() {
    const ROWS: u64 = 60_000;
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (1..=ROWS).map(|n| format!("{n},row {n}\n")).collect();
    fs::write(folder.path().join("t.csv"), format!("n,text\n{rows}")).unwrap();
    let import = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
        command.arg("import").arg("t.csv").args(args).current_dir(folder.path()).env_clear();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let path = folder.path().join("cxgear.db");
    let table = || store::open(&path, Access::Read).ok().and_then(|store| store.table("t").unwrap());
    let (mut dice, mut kills, mut imports) = (Dice(2), 0, 0);
    while kills < 40 {
        let before = table();
        let status = kill_soon(import(if before.is_some() { &["--append"] } else { &[] }), &mut dice, 250);
        is_whole(&path);
        let (before, after) = (before.map_or(0, |table| table.rows), table().map_or(0, |table| table.rows));
        assert!(after == before || after == before + ROWS, "{before} rows became {after}");
        if status.success() {
            assert_eq!(after, before + ROWS);
            imports += 1;
        } else {
            assert_eq!(status.signal(), Some(9), "{status}");
            kills += 1;
        }
        assert!(imports < 200, "nothing is ever killed");
        if after > 5 * ROWS {
            fs::remove_file(&path).unwrap();
        }
    }
}
