//! `events --follow` beside a process that runs the job: what was followed is exactly what the log says afterwards.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]
#![cfg(unix)]

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

/// Some commits of a thousand.
const ROWS: u32 = 3_000;

/// Long enough for the slowest machine; whoever waits this long waits for nothing.
const DEADLINE: Duration = Duration::from_secs(120);

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

/// A job that is queued; every hundredth record of it fails when `fails` says so.
fn prepare(folder: &Path, rows: u32, fails: bool) {
    let lines: String = (1..=rows).map(|n| format!("{n},row {n}\n")).collect();
    std::fs::write(folder.join("t.csv"), format!("n,text\n{lines}")).unwrap();
    let when = if fails { "n % 100 == 0" } else { "false" };
    // The first step takes its time, so that a few thousand rows are enough to be in the middle of.
    let spinner = format!(
        "name = \"s\"\n[params]\nn = \"integer\"\n\
         [[steps]]\nname = \"a\"\ntype = \"log\"\nmessage = \"{{{{ text }}}} {{{{ range(1000) | list | length }}}}\"\n\
         [[steps]]\nname = \"b\"\ntype = \"log\"\nwhen = \"{when}\"\nmessage = \"{{{{ output.nothing }}}}\"\n\
         [[steps]]\nname = \"c\"\ntype = \"tag\"\ndisposition = \"done\"\n"
    );
    std::fs::write(folder.join("s.toml"), spinner).unwrap();
    let run = ["run", "s.toml", "t.csv", "--metadata", "n,text", "--detach"];
    assert!(cxgear(folder, &run).status().unwrap().success());
}

fn number(folder: &Path, sql: &str) -> i64 {
    let db = Connection::open_with_flags(folder.join("cxgear.db"), OpenFlags::SQLITE_OPEN_READ_ONLY);
    db.ok().and_then(|db| db.query_row(sql, [], |row| row.get(0)).ok()).unwrap_or(0)
}

/// Looks until it is so.
fn until(what: &str, mut so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < DEADLINE, "in vain: {what}");
        // Those that are looked at need the processor more.
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn records(folder: &Path) -> i64 {
    number(folder, "SELECT count(*) FROM cx_record")
}

/// A follower whose lines go into a file of its own, and its talk into another. It is gone with the test.
struct Follower {
    child: Child,
    file: PathBuf,
    talk: PathBuf,
    args: Vec<String>,
}

impl Follower {
    fn new(folder: &Path, name: &str, args: &[&str]) -> Follower {
        let (file, talk) = (folder.join(name), folder.join(format!("{name}.talk")));
        let own = [&["events", "--format", "ndjson", "--follow"][..], args].concat();
        let (out, err) = (File::create(&file).unwrap(), File::create(&talk).unwrap());
        let child = cxgear(folder, &own).stdout(out).stderr(err).spawn().unwrap();
        Follower { child, file, talk, args: args.iter().map(|&arg| arg.to_owned()).collect() }
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.talk).unwrap()
    }

    fn lines(&self) -> usize {
        std::fs::read(&self.file).unwrap().iter().filter(|&&byte| byte == b'\n').count()
    }

    /// Waits for its end; its lines must be what the same question says now. How many, and its code.
    fn ended(mut self, folder: &Path) -> (usize, i32) {
        let mut code = None;
        until(&format!("{:?} ends", self.args), || {
            code = self.child.try_wait().unwrap();
            code.is_some()
        });
        (self.compare(folder), code.unwrap().code().unwrap())
    }

    fn compare(&self, folder: &Path) -> usize {
        let args: Vec<_> = self.args.iter().map(String::as_str).collect();
        let asked = cxgear(folder, &[&["events", "--format", "ndjson"][..], &args].concat()).output().unwrap();
        let (followed, asked) =
            (std::fs::read_to_string(&self.file).unwrap(), String::from_utf8(asked.stdout).unwrap());
        let differs = followed.lines().zip(asked.lines()).position(|(one, other)| one != other);
        assert_eq!(differs, None, "{args:?}: line {differs:?} is another");
        assert_eq!(followed.lines().count(), asked.lines().count(), "{args:?}");
        assert!(followed == asked);
        asked.lines().count()
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

fn said(child: &mut Child) -> String {
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    said
}

#[test]
fn what_is_followed_is_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    prepare(folder, ROWS, true);
    let last = format!("1/{ROWS}");
    let mut followers = vec![
        Follower::new(folder, "job", &["--job", "1"]),
        Follower::new(folder, "records", &["--job", "1", "--type", "record.*", "--type", "step.failed"]),
        Follower::new(folder, "ends", &["--job", "1", "--type", "record.completed", "--after", "3000"]),
        Follower::new(folder, "foreign", &["--job", "1", "--as", "run"]),
        Follower::new(folder, "failed", &["--record", &last]),
        Follower::new(folder, "well", &["--record", "1/17"]),
        Follower::new(folder, "some", &["--job", "1", "--limit", "700"]),
    ];
    let mut all = Follower::new(folder, "all", &[]);
    until("the followers see what is there", || followers[0].lines() == 2 && all.lines() > 2);
    let mut runner = cxgear(folder, &["resume", "1"]).spawn().unwrap();
    until("records are done", || records(folder) > 0);
    // Nothing more is written until all of them have seen what there is.
    signal(&runner, "-STOP");
    let there = number(folder, "SELECT sum(n) FROM cx_segment WHERE job = 1");
    assert_eq!(number(folder, "SELECT ended_at IS NULL FROM cx_job"), 1, "it was through before it could be followed");
    followers.push(Follower::new(folder, "late", &["--job", "1"]));
    followers.push(Follower::new(folder, "after", &["--job", "1", "--after", "4711", "--reveal"]));
    until("it is seen as it comes", || [0, 7].iter().all(|&of| followers[of].lines() as i64 == there));
    signal(&runner, "-CONT");
    assert_eq!(runner.wait().unwrap().code(), Some(1));
    let mut codes = Vec::new();
    let mut counts = Vec::new();
    for follower in followers {
        let (lines, code) = follower.ended(folder);
        codes.push(code);
        counts.push(lines);
    }
    assert_eq!(codes, [1, 1, 1, 1, 1, 0, 0, 1, 1], "as `run` would have ended; a record as it ended; enough is enough");
    let rows = ROWS as usize;
    assert_eq!(counts[1], 3 * rows + rows / 100, "queued, started, ended; and why");
    assert_eq!((counts[4], counts[5], counts[6]), (8, 9, 700));
    assert_eq!(
        (counts[0], counts[7]),
        (counts[7], number(folder, "SELECT sum(n) FROM cx_segment WHERE job = 1") as usize)
    );
    // Without an end of its own it goes on until it is told to stop.
    until("all is followed", || all.lines() as i64 == number(folder, "SELECT max(upto_cursor) FROM cx_seal"));
    assert!(all.child.try_wait().unwrap().is_none());
    signal(&all.child, "-INT");
    assert_eq!(all.child.wait().unwrap().code(), Some(130));
    assert_eq!(all.said(), "");
    assert!(all.compare(folder) > counts[0]);
    // Once more when all is over: it replays and ends.
    assert_eq!(Follower::new(folder, "again", &["--job", "1"]).ended(folder), (counts[0], 1));
    assert_eq!(Follower::new(folder, "beyond", &["--job", "1", "--after", "99999999"]).ended(folder), (0, 1));
}

#[test]
fn a_follower_outlives_the_runner() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    prepare(folder, 2 * ROWS, false);
    let mut follower = Follower::new(folder, "job", &["--job", "1"]);
    let mut talk =
        "warning: job 1 is queued, and nobody executes it yet\nhint: `cxgear resume 1` executes it\n".to_owned();
    until("it says that it is queued", || follower.said() == talk);
    let mut kills = 0;
    while kills < 3 {
        let before = records(folder);
        let mut runner = cxgear(folder, &["resume", "1"]).spawn().unwrap();
        until("it is under way", || records(folder) > before);
        assert!(runner.try_wait().unwrap().is_none(), "it was through before it could be stopped");
        runner.kill().unwrap();
        runner.wait().unwrap();
        kills += 1;
        let there = number(folder, "SELECT sum(n) FROM cx_segment WHERE job = 1");
        until("all of it is shown, though it is not over", || follower.lines() as i64 == there);
        if kills == 1 {
            talk += "warning: job 1 is stalled: nobody is at work on it\nhint: `cxgear resume 1` goes on\n";
            until("it says that it is stalled", || follower.said() == talk);
        }
        assert!(follower.child.try_wait().unwrap().is_none());
    }
    let late = Follower::new(folder, "late", &["--job", "1", "--type", "job.*"]);
    assert_eq!(cxgear(folder, &["resume", "1"]).output().unwrap().status.code(), Some(0));
    assert_eq!(kills, 3);
    let (lines, code) = follower.ended(folder);
    assert_eq!((lines as i64, code), (number(folder, "SELECT sum(n) FROM cx_segment WHERE job = 1"), 0));
    let (lines, code) = late.ended(folder);
    assert_eq!(code, 0);
    let own = "SELECT count(*) FROM cx_events WHERE type GLOB 'job.*' AND type = ";
    assert_eq!(number(folder, &format!("{own}'job.resumed'")), kills, "each kill was a stall");
    assert_eq!(lines as i64, number(folder, "SELECT count(*) FROM cx_events WHERE type GLOB 'job.*'"));
}

#[test]
fn signals_end_it_at_once_and_without_noise() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    prepare(folder, 3, false);
    let mut ended = 0;
    for format in ["table", "ndjson", "csv"] {
        for name in ["-INT", "-TERM", "-HUP"] {
            let mut child = cxgear(folder, &["events", "--follow", "--format", format]).spawn().unwrap();
            let mut out = BufReader::new(child.stdout.take().unwrap());
            let mut shown = String::new();
            // The last event there is; from here on it waits.
            while !shown.contains("job.queued") {
                assert!(out.read_line(&mut shown).unwrap() > 0, "{shown}");
            }
            assert!(child.try_wait().unwrap().is_none());
            signal(&child, name);
            assert_eq!(said(&mut child), "", "{format} {name}");
            assert_eq!(child.wait().unwrap().code(), Some(130), "{format} {name}");
            out.read_to_string(&mut shown).unwrap();
            assert!(shown.ends_with('\n'), "the last line is whole: {shown}");
            ended += 1;
        }
    }
    assert_eq!(ended, 9);
}

/// Nobody reads: the pipe is full, and still the first signal is enough.
#[test]
fn a_reader_that_does_not_read_keeps_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    prepare(folder, 3_000, false);
    assert!(cxgear(folder, &["resume", "1"]).output().unwrap().status.success());
    let mut child = cxgear(folder, &["events", "--follow", "--format", "ndjson"]).spawn().unwrap();
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut [0; 100]).unwrap();
    signal(&child, "-TERM");
    assert_eq!(said(&mut child), "");
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    prepare(folder, 2_000, false);
    for format in ["table", "ndjson", "csv"] {
        let mut child = cxgear(folder, &["events", "--follow", "--format", format]).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        out.read_line(&mut first).unwrap();
        drop(out);
        // What comes next is what it learns it by.
        let metadata = ["table", "metadata", "t", "--set", "n"];
        assert!(cxgear(folder, &metadata).output().unwrap().status.success());
        assert!(cxgear(folder, &["table", "metadata", "t", "--set", "n,text"]).output().unwrap().status.success());
        assert_eq!(said(&mut child), "", "{format}");
        assert_eq!(child.wait().unwrap().code(), Some(0), "{format}");
    }
}
