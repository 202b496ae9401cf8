//! Signals and sudden death, on the real binary and a real file: nothing is lost, nothing is done twice.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]
#![cfg(unix)]

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rusqlite::{Connection, OpenFlags};

/// Enough that no machine is through before it is told to stop.
const ROWS: u32 = 60_000;

fn cxgear(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
    command
        .args(args)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .stdout(Stdio::piped());
    command
}

fn prepare(folder: &Path) {
    let rows: String = (1..=ROWS).map(|n| format!("{n},row {n}\n")).collect();
    std::fs::write(folder.join("t.csv"), format!("n,text\n{rows}")).unwrap();
    let spinner = "name = \"s\"\n[[steps]]\nname = \"a\"\ntype = \"log\"\nmessage = \"{{ n }} {{ text }}\"\n\
                   [[steps]]\nname = \"b\"\ntype = \"tag\"\ndisposition = \"done\"\n";
    std::fs::write(folder.join("s.toml"), spinner).unwrap();
    assert!(cxgear(folder, &["import", "t.csv"]).status().unwrap().success());
}

fn look(folder: &Path) -> Option<Connection> {
    Connection::open_with_flags(folder.join("cxgear.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).ok()
}

fn number(folder: &Path, sql: &str) -> i64 {
    look(folder).and_then(|db| db.query_row(sql, [], |row| row.get(0)).ok()).unwrap_or(0)
}

/// Starts a command, and returns once more than `records` are durable.
fn under_way(folder: &Path, args: &[&str], records: i64) -> Child {
    let mut child = cxgear(folder, args).spawn().unwrap();
    while number(folder, "SELECT count(*) FROM cx_record") <= records {
        assert!(child.try_wait().unwrap().is_none(), "it was through before it could be stopped");
        std::thread::yield_now();
    }
    child
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

fn text(mut child: Child) -> (Option<i32>, String) {
    let mut said = String::new();
    // stdout is small; stderr is what is waited for.
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (child.wait().unwrap().code(), said)
}

/// Every row is there once, with exactly one start and one end, and all is sealed.
fn whole(folder: &Path) {
    let verified = cxgear(folder, &["verify"]).output().unwrap();
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
    let rows = i64::from(ROWS);
    assert_eq!(number(folder, "SELECT count(*) FROM cx_record WHERE status = 7"), rows);
    assert_eq!(number(folder, "SELECT count(*) FROM cx_events WHERE type = 'record.completed'"), rows);
    assert_eq!(number(folder, "SELECT count(DISTINCT row) FROM cx_segment WHERE row IS NOT NULL"), rows);
    assert_eq!(
        number(folder, "SELECT max(cursor + n) - 1 FROM cx_segment"),
        number(folder, "SELECT max(upto_cursor) FROM cx_seal")
    );
    assert_eq!(number(folder, "SELECT count(*) FROM cx_session WHERE ended_at IS NULL"), 0);
}

#[test]
fn the_first_signal_drains_and_says_how_to_go_on() {
    for name in ["-INT", "-TERM", "-HUP"] {
        let folder = tempfile::tempdir().unwrap();
        prepare(folder.path());
        let child = under_way(folder.path(), &["run", "s.toml", "--metadata", "n,text"], 0);
        signal(&child, name);
        let (code, said) = text(child);
        assert_eq!(code, Some(130), "{said}");
        assert!(said.contains("`cxgear resume 1` goes on"), "{said}");
        let done = number(folder.path(), "SELECT completed FROM cx_job");
        assert!(0 < done && done < i64::from(ROWS), "{done}");
        assert_eq!(number(folder.path(), "SELECT status FROM cx_job"), 4, "the log says that it is stalled");
        let resumed = cxgear(folder.path(), &["resume", "1"]).output().unwrap();
        assert_eq!(resumed.status.code(), Some(0));
        whole(folder.path());
    }
}

#[test]
fn after_a_kill_the_job_goes_on_where_the_log_ends() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let mut kills = 0;
    let mut args: &[&str] = &["run", "s.toml", "--metadata", "n,text"];
    for share in [0, 1, 2] {
        let mut child = under_way(folder.path(), args, share * i64::from(ROWS) / 4);
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        args = &["resume", "1"];
    }
    let view = cxgear(folder.path(), &["jobs", "--format", "ndjson"]).output().unwrap();
    assert!(
        String::from_utf8(view.stdout).unwrap().contains("\"status\":\"stalled\""),
        "a dead job is shown as stalled"
    );
    assert_eq!(cxgear(folder.path(), args).output().unwrap().status.code(), Some(0));
    whole(folder.path());
    assert_eq!(kills, 3);
    assert_eq!(number(folder.path(), "SELECT count(*) FROM cx_events WHERE type = 'session.failed'"), kills);
    assert_eq!(number(folder.path(), "SELECT count(*) FROM cx_events WHERE type = 'job.resumed'"), kills);
}

#[test]
fn a_job_is_held_by_one_process() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let child = under_way(folder.path(), &["run", "s.toml", "--metadata", "n,text"], 0);
    signal(&child, "-STOP");
    let other = cxgear(folder.path(), &["resume", "1"]).output().unwrap();
    let said = String::from_utf8(other.stderr).unwrap();
    assert_eq!(other.status.code(), Some(4), "{said}");
    assert!(said.contains(&format!("process {}", child.id())), "{said}");
    signal(&child, "-CONT");
    let (code, said) = text(child);
    assert_eq!(code, Some(0), "{said}");
    whole(folder.path());
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let mut child = cxgear(folder.path(), &["table", "show", "t", "--format", "ndjson"]).spawn().unwrap();
    let mut first = [0; 10];
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut first).unwrap();
    drop(out);
    let (code, said) = text(child);
    assert_eq!((code, said.as_str()), (Some(0), ""));
}
