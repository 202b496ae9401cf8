//! Many processes, one file: one runs a job, the others are told who; all the rest wait for each other without a word of it.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]
#![cfg(unix)]

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

/// Enough that no job is through before the others have come.
const ROWS: i64 = 20_000;

fn cxgear(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
    command.args(args).current_dir(folder).env_clear().stdin(Stdio::null());
    command.stderr(Stdio::piped()).stdout(Stdio::piped());
    command
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs a command that must do what it is asked, without a word about locks.
fn done(folder: &Path, args: &[&str]) {
    let output = cxgear(folder, args).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", said(&output));
    quiet(args, &output);
}

fn quiet(args: &[&str], output: &Output) {
    let told = said(output) + &String::from_utf8_lossy(&output.stdout);
    let told = told.to_lowercase();
    assert!(!told.contains("locked") && !told.contains("busy"), "{args:?}: {told}");
}

fn number(folder: &Path, sql: &str) -> i64 {
    let db = Connection::open_with_flags(folder.join("cxgear.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    db.busy_timeout(Duration::from_secs(60)).unwrap();
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn csv(folder: &Path, name: &str, rows: i64) {
    let rows: String = (1..=rows).map(|n| format!("{n},row {n} of {name}\n")).collect();
    std::fs::write(folder.join(name), format!("n,text\n{rows}")).unwrap();
}

fn spinner(folder: &Path, name: &str) {
    let text = format!(
        "name = \"{name}\"\n[[steps]]\nname = \"a\"\ntype = \"log\"\nmessage = \"{{{{ n }}}}\"\n\
         [[steps]]\nname = \"b\"\ntype = \"tag\"\ndisposition = \"done\"\n"
    );
    std::fs::write(folder.join(format!("{name}.toml")), text).unwrap();
}

fn signal(pid: u32, name: &str) {
    assert!(Command::new("kill").args([name, &pid.to_string()]).status().unwrap().success());
}

/// The child that has the job, as soon as one says so.
fn holder(folder: &Path, job: i64, children: &mut [Child]) -> u32 {
    let began = Instant::now();
    loop {
        let told = std::fs::read_to_string(folder.join(format!("cxgear.db-job{job}.lock"))).unwrap_or_default();
        if let Some(Ok(pid)) = told.split(' ').next().map(str::parse)
            && children.iter().any(|child| child.id() == pid)
        {
            return pid;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "nobody took job {job}");
        std::thread::yield_now();
    }
}

#[test]
fn one_runs_a_job_and_the_others_are_told_who() {
    let folder = tempfile::tempdir().unwrap();
    csv(folder.path(), "t.csv", ROWS);
    spinner(folder.path(), "s");
    done(folder.path(), &["import", "t.csv"]);
    let (mut ran, mut refusals) = (0, 0);
    for processes in 2..=8 {
        done(folder.path(), &["run", "s.toml", "--metadata", "n", "--detach"]);
        let job = processes - 1;
        let id = job.to_string();
        let start = |_| cxgear(folder.path(), &["resume", &id, "-q"]).spawn().unwrap();
        let mut children: Vec<Child> = (0..processes).map(start).collect();
        // Held still until all the others have been told, so that nobody comes too late to be told.
        let pid = holder(folder.path(), job, &mut children);
        signal(pid, "-STOP");
        let (first, others): (Vec<_>, Vec<_>) = children.into_iter().partition(|child| child.id() == pid);
        for other in others {
            let output = other.wait_with_output().unwrap();
            let told = said(&output);
            assert_eq!(output.status.code(), Some(4), "{told}");
            assert!(told.contains(&format!("error: job {job} is held by another process (process {pid}")), "{told}");
            quiet(&["resume"], &output);
            refusals += 1;
        }
        signal(pid, "-CONT");
        for first in first {
            let output = first.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{}", said(&output));
            ran += 1;
        }
        let ended = format!("SELECT count(*) FROM cx_events WHERE job = {job} AND type = 'job.completed'");
        assert_eq!(number(folder.path(), &ended), 1);
    }
    assert_eq!((ran, refusals), (7, 1 + 2 + 3 + 4 + 5 + 6 + 7));
    assert_eq!(number(folder.path(), "SELECT count(*) FROM cx_record WHERE status = 7"), 7 * ROWS);
    assert_eq!(number(folder.path(), "SELECT count(*) FROM cx_session"), 7, "who was refused began nothing");
    done(folder.path(), &["verify"]);
}

/// A file that is not there yet is made by one, and all the others find it; those that are refused take nothing away.
#[test]
fn several_make_the_file() {
    let mut refusals = 0;
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        csv(folder.path(), "t.csv", 3_000);
        let bad: String = (1..300).map(|n| format!("{n},row {n}\n")).collect();
        std::fs::write(folder.path().join("bad.csv"), format!("n,text\n{bad}1,2,3\n")).unwrap();
        spinner(folder.path(), "s");
        let commands: Vec<Vec<String>> = (0..8)
            .map(|n| match n % 4 {
                0 => format!("import bad.csv --table t{n}"),
                1 => format!("import t.csv --table t{n}"),
                2 => format!("run s.toml t.csv --table t{n} --metadata n"),
                _ => format!("import t.csv --table t{n} --unique n -q"),
            })
            .map(|line| line.split(' ').map(str::to_owned).collect())
            .collect();
        let children: Vec<Child> = commands
            .iter()
            .map(|args| cxgear(folder.path(), &args.iter().map(String::as_str).collect::<Vec<_>>()).spawn().unwrap())
            .collect();
        for (child, args) in children.into_iter().zip(&commands) {
            let output = child.wait_with_output().unwrap();
            let expected = if args[1] == "bad.csv" { 2 } else { 0 };
            assert_eq!(output.status.code(), Some(expected), "{args:?}: {}", said(&output));
            quiet(&[&args[0]], &output);
            refusals += usize::from(expected == 2);
        }
        assert_eq!(number(folder.path(), "SELECT sum(rows) FROM cx_table"), 6 * 3_000);
        assert_eq!(number(folder.path(), "SELECT count(*) FROM cx_record WHERE status = 7"), 2 * 3_000);
        done(folder.path(), &["verify"]);
    }
    assert_eq!(refusals, 20);
}

#[test]
fn everything_at_once() {
    const RUNS: i64 = 3;
    const APPENDS: i64 = 12;
    const IMPORTS: i64 = 6;
    const CHOICES: i64 = 12;
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    for (name, rows) in [("t.csv", ROWS), ("u.csv", ROWS), ("log.csv", 1_000)] {
        csv(place, name, rows);
        done(place, &["import", name]);
    }
    for name in ["s", "second"] {
        spinner(place, name);
        done(place, &["run", &format!("{name}.toml"), "--table", "log", "--metadata", "n", "-q"]);
    }
    let (writers, views) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let over = AtomicBool::new(false);
    std::thread::scope(|threads| {
        let mut work: Vec<Box<dyn Fn() + Send + Sync>> = Vec::new();
        for (name, table) in [("s", "t"), ("second", "u")] {
            work.push(Box::new(move || {
                (0..RUNS).for_each(|_| done(place, &["run", name, "--table", table, "--metadata", "n", "-q"]));
            }));
        }
        work.push(Box::new(move || {
            (0..APPENDS).for_each(|_| done(place, &["import", "log.csv", "--append", "-q"]));
        }));
        work.push(Box::new(move || {
            (0..IMPORTS).for_each(|n| done(place, &["import", "u.csv", "--table", &format!("new{n}"), "-q"]));
        }));
        work.push(Box::new(move || {
            (0..CHOICES).for_each(|n| {
                done(place, &["table", "metadata", "log", "--set", if n % 2 == 0 { "n" } else { "text" }]);
            });
        }));
        let working: Vec<_> = work
            .into_iter()
            .map(|work| {
                let writers = &writers;
                threads.spawn(move || {
                    work();
                    writers.fetch_add(1, Ordering::SeqCst);
                })
            })
            .collect();
        // Views go on for as long as there is something to be in the way of.
        for first in 0..2 {
            let (over, views) = (&over, &views);
            threads.spawn(move || {
                let looks: [&[&str]; 9] = [
                    &["status"],
                    &["jobs", "--format", "json"],
                    &["events", "--limit", "2000", "--format", "ndjson"],
                    &["records", "1", "--format", "csv"],
                    &["journey", "1/1"],
                    &["table", "show", "log"],
                    &["job", "2"],
                    &["export", "1"],
                    &["verify", "--job", "2"],
                ];
                for look in looks.iter().cycle().skip(first * 4) {
                    done(place, look);
                    if views.fetch_add(1, Ordering::SeqCst) >= 18 && over.load(Ordering::SeqCst) {
                        break;
                    }
                }
            });
        }
        let ended: Vec<_> = working.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        over.store(true, Ordering::SeqCst);
        assert!(ended.iter().all(Result::is_ok), "a writer failed");
    });
    assert_eq!(writers.into_inner(), 5);
    assert!(views.into_inner() >= 18);
    let count = |sql| number(place, sql);
    assert_eq!(count("SELECT count(*) FROM cx_job WHERE completed = total AND ended_at > 0"), 2 + 2 * RUNS);
    assert_eq!(count("SELECT count(*) FROM cx_record WHERE status = 7"), 2 * 1_000 + 2 * RUNS * ROWS);
    assert_eq!(count("SELECT count(*) FROM log"), 1_000 * (1 + APPENDS));
    assert_eq!(count("SELECT max(cx_row) FROM log"), 1_000 * (1 + APPENDS), "row numbers are given once");
    assert_eq!(count("SELECT count(*) FROM cx_table WHERE rows = 20000 AND name LIKE 'new%'"), IMPORTS);
    let choices = "SELECT count(*) FROM cx_events WHERE type = 'table.metadata_configured'";
    // And one of each run, whose `--metadata` was another than before, if it was.
    assert!(count(choices) >= CHOICES);
    assert_eq!(count("SELECT count(*) FROM cx_session WHERE ended_at IS NULL"), 0);
    done(place, &["verify"]);
}
