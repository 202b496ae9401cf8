//! `cancel` from another terminal, with real processes: it asks in the log, whoever has the job stops it.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]
#![cfg(unix)]

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

/// Enough that no machine is through before it is told to stop.
const ROWS: u32 = 30_000;

fn cxgear(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
    command.args(args).current_dir(folder).env_clear();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn prepare(folder: &Path, spinner: &str) {
    let rows: String = (1..=ROWS).map(|n| format!("{n}\n")).collect();
    std::fs::write(folder.join("t.csv"), format!("n\n{rows}")).unwrap();
    std::fs::write(folder.join("s.toml"), spinner).unwrap();
    assert!(cxgear(folder, &["import", "t.csv"]).output().unwrap().status.success());
}

const PLAIN: &str = "name = \"s\"\n[[steps]]\nname = \"a\"\ntype = \"log\"\nmessage = \"{% for i in range(2000) %}{% endfor %}{{ n }}\"\n";

/// Every record fails, and rests for long before it is tried again.
const RESTING: &str = "name = \"s\"\n[record_retry]\nattempts = 3\nfirst = \"1h\"\nmax = \"1h\"\n\
    [[steps]]\nname = \"a\"\ntype = \"log\"\nmessage = \"{{ 1 // 0 }}\"\n";

fn number(folder: &Path, sql: &str) -> i64 {
    let db = Connection::open_with_flags(folder.join("cxgear.db"), OpenFlags::SQLITE_OPEN_READ_ONLY);
    db.ok().and_then(|db| db.query_row(sql, [], |row| row.get(0)).ok()).unwrap_or(-1)
}

/// Waits until a number in the file is as wanted.
fn until(folder: &Path, sql: &str, wanted: impl Fn(i64) -> bool) {
    let began = Instant::now();
    while !wanted(number(folder, sql)) {
        assert!(began.elapsed() < Duration::from_secs(60), "it never comes to that: {sql}");
        std::thread::yield_now();
    }
}

fn run(folder: &Path) -> Child {
    let child = cxgear(folder, &["run", "s.toml", "--metadata", "n"]).spawn().unwrap();
    until(folder, "SELECT count(*) FROM cx_record", |records| records > 0);
    child
}

const ALL_REST: &str = "SELECT count(*) FROM cx_record WHERE status = 0 AND attempt = 2";

/// A job whose records all rest: its process is stopped where it does not hold the file.
fn resting(folder: &Path) -> Child {
    prepare(folder, RESTING);
    let runner = run(folder);
    until(folder, ALL_REST, |resting| resting == i64::from(ROWS));
    runner
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

fn end(mut child: Child) -> (Option<i32>, String) {
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (child.wait().unwrap().code(), said)
}

/// The job is canceled, nothing of it is open, and the log is whole.
fn is_canceled(folder: &Path) {
    assert_eq!(number(folder, "SELECT status FROM cx_job WHERE id = 1"), 6);
    assert_eq!(number(folder, "SELECT count(*) FROM cx_record WHERE status < 6"), 0);
    assert_eq!(number(folder, "SELECT count(*) FROM cx_session WHERE ended_at IS NULL"), 0);
    let ends = "SELECT group_concat(type) = 'job.canceling,job.canceled' FROM cx_events WHERE type LIKE 'job.cancel%'";
    assert_eq!(number(folder, ends), 1);
    let verified = cxgear(folder, &["verify"]).output().unwrap();
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[test]
fn a_running_job_is_canceled_from_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path(), PLAIN);
    let runner = run(folder.path());
    let (code, said) = end(cxgear(folder.path(), &["cancel", "1"]).spawn().unwrap());
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = end(runner);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("job 1 was canceled by another process"), "{said}");
    is_canceled(folder.path());
    let done = number(folder.path(), "SELECT completed FROM cx_job");
    assert!(0 < done && done < i64::from(ROWS), "{done}");
    // What was not started is new again, and only that.
    let rest = cxgear(folder.path(), &["run", "s.toml", "--new", "--detach"]).output().unwrap();
    assert_eq!(rest.status.code(), Some(0));
    assert_eq!(number(folder.path(), "SELECT total FROM cx_job WHERE id = 2"), i64::from(ROWS) - done);
}

#[test]
fn a_paused_holder_is_waited_for_and_not_robbed() {
    let folder = tempfile::tempdir().unwrap();
    let runner = resting(folder.path());
    signal(&runner, "-STOP");
    let mut cancel = cxgear(folder.path(), &["cancel", "1"]).spawn().unwrap();
    until(folder.path(), "SELECT status FROM cx_job", |status| status == 5);
    assert!(cancel.try_wait().unwrap().is_none(), "it must wait for the process that has the job");
    signal(&runner, "-CONT");
    assert_eq!(end(cancel).0, Some(0));
    assert_eq!(end(runner).0, Some(1));
    is_canceled(folder.path());
}

#[test]
fn a_holder_that_dies_leaves_the_rest_to_cancel() {
    let folder = tempfile::tempdir().unwrap();
    let mut runner = resting(folder.path());
    signal(&runner, "-STOP");
    let cancel = cxgear(folder.path(), &["cancel", "1"]).spawn().unwrap();
    until(folder.path(), "SELECT status FROM cx_job", |status| status == 5);
    runner.kill().unwrap();
    runner.wait().unwrap();
    let (code, said) = end(cancel);
    assert_eq!(code, Some(0), "{said}");
    is_canceled(folder.path());
    assert_eq!(number(folder.path(), "SELECT count(*) FROM cx_events WHERE type = 'session.replaced'"), 1);
}

#[test]
fn records_that_rest_are_kept_over_an_interruption_and_canceled() {
    let folder = tempfile::tempdir().unwrap();
    let runner = resting(folder.path());
    signal(&runner, "-INT");
    let (code, said) = end(runner);
    assert_eq!(code, Some(130), "{said}");
    assert_eq!(number(folder.path(), ALL_REST), i64::from(ROWS), "they rest on");
    let resumed = cxgear(folder.path(), &["resume", "1"]).spawn().unwrap();
    until(folder.path(), "SELECT status FROM cx_job", |status| status == 2);
    assert_eq!(end(cxgear(folder.path(), &["cancel", "1"]).spawn().unwrap()).0, Some(0));
    assert_eq!(end(resumed).0, Some(1));
    is_canceled(folder.path());
    assert_eq!(number(folder.path(), "SELECT canceled FROM cx_job"), i64::from(ROWS));
}
