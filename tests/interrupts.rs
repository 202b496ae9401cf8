//! Signals where nothing is under way yet, or everything: in an import, before a lock, twice; and readers that go away.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use cxgear::views::{self, Place};
use rusqlite::{Connection, OpenFlags};

const SIGNALS: [&str; 3] = ["-INT", "-TERM", "-HUP"];

/// More than every buffer on the way holds, so that who has written it all knows that the import is in the middle.
const ROWS: u32 = 40_000;

fn cxgear(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
    command.args(args).current_dir(folder).env_clear().stdin(Stdio::null());
    command.stderr(Stdio::piped()).stdout(Stdio::piped());
    command
}

fn rows() -> Vec<u8> {
    let rows: String = (1..=ROWS).map(|n| format!("{n},row {n} of some length\n")).collect();
    format!("n,text\n{rows}").into_bytes()
}

fn prepare() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.csv"), rows()).unwrap();
    let spinner = "name = \"t\"\n[[steps]]\nname = \"a\"\ntype = \"tag\"\ndisposition = \"done\"\n";
    std::fs::write(folder.path().join("s.toml"), spinner).unwrap();
    folder
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

fn text(mut child: Child) -> (Option<i32>, String) {
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (child.wait().unwrap().code(), said)
}

fn done(folder: &Path, args: &[&str]) {
    let output = cxgear(folder, args).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn number(folder: &Path, sql: &str) -> i64 {
    let db = Connection::open_with_flags(folder.join("cxgear.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// Everything in a folder that begins like the database.
fn left(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("cxgear") || name.ends_with(".part")).collect()
}

/// An import that has the right to write, and waits for the rest of its rows.
fn half_an_import(folder: &Path, args: &[&str]) -> (Child, ChildStdin) {
    let mut child = cxgear(folder, args).stdin(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(&rows()).unwrap();
    (child, input)
}

#[test]
fn a_signal_in_an_import_leaves_nothing() {
    let mut signals = 0;
    for name in SIGNALS {
        let folder = prepare();
        let args = ["import", "-", "--table", "a", "--unique", "text", "--rejects", "r.csv"];
        let (child, input) = half_an_import(folder.path(), &args);
        signal(&child, name);
        let (code, said) = text(child);
        assert_eq!((code, said.as_str()), (Some(130), "warning: interrupted: nothing was imported\n"));
        assert_eq!(left(folder.path()), [""; 0]);
        drop(input);
        signals += 1;
        // Nor when there was something before.
        done(folder.path(), &["import", "t.csv"]);
        let (child, input) = half_an_import(folder.path(), &["run", "s.toml", "-", "--table", "t", "--append"]);
        signal(&child, name);
        let (code, said) = text(child);
        assert_eq!(code, Some(130), "{said}");
        assert!(said.ends_with("warning: interrupted: nothing was imported\n"), "{said}");
        drop(input);
        signals += 1;
        assert_eq!(number(folder.path(), "SELECT count(*) FROM t"), i64::from(ROWS));
        assert_eq!(number(folder.path(), "SELECT count(*) FROM cx_spinner"), 0);
        done(folder.path(), &["verify"]);
    }
    assert_eq!(signals, 6);
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_before_anything_began_says_so() {
    let folder = prepare();
    // Nothing comes, so not even the dialect is known.
    for args in [vec!["import", "-", "--table", "a"], vec!["import", "pipe.csv"]] {
        assert!(args[1] == "-" || Command::new("mkfifo").arg(folder.path().join(args[1])).status().unwrap().success());
        let mut child = cxgear(folder.path(), &args).stdin(Stdio::piped()).spawn().unwrap();
        let input = child.stdin.take().unwrap();
        // Until it listens the default of the system would end it: wait for the thread that does.
        let tasks = format!("/proc/{}/task", child.id());
        while std::fs::read_dir(&tasks).unwrap().count() < 3 {
            assert!(child.try_wait().unwrap().is_none());
            std::thread::yield_now();
        }
        signal(&child, "-TERM");
        let (code, said) = text(child);
        assert_eq!((code, said.as_str()), (Some(130), "warning: interrupted: nothing was written\n"));
        assert_eq!(left(folder.path()), [""; 0]);
        drop(input);
    }
}

/// Ctrl-C ends whoever writes into the pipe too: what has come until then is not the file.
#[test]
fn half_a_pipe_is_not_imported() {
    for _ in 0..20 {
        let folder = prepare();
        let (child, input) = half_an_import(folder.path(), &["import", "-", "--table", "a"]);
        signal(&child, "-INT");
        drop(input);
        let (code, said) = text(child);
        assert_eq!(code, Some(130), "{said}");
        assert_eq!(left(folder.path()), [""; 0]);
    }
}

/// Pages had to leave memory before the commit, so the file alone is no file until they are put back.
#[test]
fn a_death_in_a_first_import_is_nothing_to_who_looks() {
    for look in [["jobs"], ["verify"], ["status"]] {
        let folder = prepare();
        let mut child = cxgear(folder.path(), &["import", "-", "--table", "a"]).stdin(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        let line = format!("1,{}\n", "x".repeat(1_000));
        input.write_all(format!("n,text\n{}", line.repeat(30_000)).as_bytes()).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let size = std::fs::metadata(folder.path().join("cxgear.db")).unwrap().len();
        assert!(
            size > 1 << 20 && folder.path().join("cxgear.db-journal").exists(),
            "{size}: it died too early to matter"
        );
        done(folder.path(), &look);
        assert!(!folder.path().join("cxgear.db-journal").exists());
        done(folder.path(), &["import", "t.csv"]);
        assert_eq!(number(folder.path(), "SELECT count(*) FROM cx_table"), 1);
        assert!(!folder.path().join("cxgear.db-new.lock").exists());
        done(folder.path(), &["verify"]);
    }
}

/// The code of a process that has no reason to go on.
fn soon(child: &mut Child) -> Option<i32> {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(60) {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        std::thread::yield_now();
    }
    child.kill().unwrap();
    panic!("it goes on");
}

/// Starts a command that has to wait for an import that is held open, until it says for whom.
fn waiting(folder: &Path, args: &[&str], holder: &Child) -> (Child, BufReader<std::process::ChildStderr>) {
    let mut child = cxgear(folder, args).spawn().unwrap();
    let mut talk = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("waiting for ") {
        line.clear();
        assert!(talk.read_line(&mut line).unwrap() > 0, "it ended without waiting");
    }
    let pid = holder.id();
    let whom = if cfg!(target_os = "linux") {
        format!("process {pid} (`cxgear import - --table held`)")
    } else {
        "another process".to_owned()
    };
    assert_eq!(line, format!("waiting for {whom} to finish writing to the database\n"));
    (child, talk)
}

#[test]
fn who_waits_says_for_whom_and_goes_on() {
    let folder = prepare();
    // Both ways: in a file that is new, and in one with a WAL.
    for (round, other) in ["one", "two"].into_iter().enumerate() {
        drop(cxgear(folder.path(), &["table", "drop", "held"]).output().unwrap());
        let (mut holder, input) = half_an_import(folder.path(), &["import", "-", "--table", "held"]);
        let (mut child, _talk) = waiting(folder.path(), &["import", "t.csv", "--table", other], &holder);
        assert!(holder.try_wait().unwrap().is_none() && child.try_wait().unwrap().is_none());
        drop(input);
        assert_eq!((holder.wait().unwrap().code(), child.wait().unwrap().code()), (Some(0), Some(0)), "round {round}");
    }
    assert_eq!(number(folder.path(), "SELECT sum(rows) FROM cx_table"), 3 * i64::from(ROWS));
    done(folder.path(), &["verify"]);
}

/// A tool that was told to write without a WAL is waited for too, and so is a file that is left like that.
#[test]
fn a_file_without_a_wal_is_waited_for() {
    let folder = prepare();
    done(folder.path(), &["import", "t.csv"]);
    let db = Connection::open(folder.path().join("cxgear.db")).unwrap();
    db.execute_batch("PRAGMA journal_mode = DELETE; BEGIN IMMEDIATE").unwrap();
    let mut child = cxgear(folder.path(), &["table", "metadata", "t", "--set", "n"]).spawn().unwrap();
    let mut talk = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    talk.read_line(&mut line).unwrap();
    let whom = if cfg!(target_os = "linux") { format!("process {}", std::process::id()) } else { "another".to_owned() };
    assert!(line.starts_with(&format!("waiting for {whom}")), "{line}");
    db.execute_batch("ROLLBACK").unwrap();
    drop(db);
    talk.read_line(&mut line).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{line}");
    assert_eq!(number(folder.path(), "SELECT metadata = '[\"n\"]' FROM cx_table"), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn who_waits_for_a_stopped_process_says_that_too() {
    let folder = prepare();
    done(folder.path(), &["import", "t.csv"]);
    let (mut holder, input) = half_an_import(folder.path(), &["import", "-", "--table", "held"]);
    signal(&holder, "-STOP");
    drop(input);
    let mut child = cxgear(folder.path(), &["table", "metadata", "t", "--set", "n"]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    assert!(
        line.contains(&format!("process {} (`cxgear import - --table held`), which is stopped,", holder.id())),
        "{line}"
    );
    signal(&holder, "-CONT");
    assert_eq!((holder.wait().unwrap().code(), child.wait().unwrap().code()), (Some(0), Some(0)));
}

#[test]
fn a_signal_to_one_who_waits_is_heard() {
    let folder = prepare();
    done(folder.path(), &["run", "s.toml", "t.csv", "--detach", "-q"]);
    let (mut holder, input) = half_an_import(folder.path(), &["import", "-", "--table", "held"]);
    for name in SIGNALS {
        let (mut child, _talk) = waiting(folder.path(), &["import", "t.csv", "--table", "other"], &holder);
        signal(&child, name);
        assert_eq!(child.wait().unwrap().code(), Some(130));
    }
    // A run keeps what is in flight, so the first signal only asks; the second ends it while the other still writes.
    let (mut child, mut talk) = waiting(folder.path(), &["resume", "1"], &holder);
    signal(&child, "-INT");
    signal(&child, "-TERM");
    assert_eq!(soon(&mut child), Some(130));
    let mut said = String::new();
    talk.read_to_string(&mut said).unwrap();
    assert!(!said.contains("error"), "{said}");
    assert!(holder.try_wait().unwrap().is_none(), "the lock was free before the process ended");
    drop(input);
    assert_eq!(holder.wait().unwrap().code(), Some(0));
    done(folder.path(), &["resume", "1"]);
    assert_eq!(number(folder.path(), "SELECT completed FROM cx_job"), i64::from(ROWS));
    assert_eq!(number(folder.path(), "SELECT count(*) FROM cx_table"), 2, "`other` never began");
    done(folder.path(), &["verify"]);
}

/// `nohup`, and a shell's `&`: whoever starts it decides that a signal is not for it.
#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_was_to_be_ignored_is_ignored() {
    let folder = prepare();
    let line = format!("trap '' HUP; exec '{}' import - --table a", env!("CARGO_BIN_EXE_cxgear"));
    let mut child = Command::new("sh");
    child.args(["-c", &line]).current_dir(folder.path()).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = child.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(&rows()).unwrap();
    signal(&child, "-HUP");
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(number(folder.path(), "SELECT count(*) FROM a"), i64::from(ROWS));
}

/// The words of every view, with what each needs.
fn every_view() -> Vec<Vec<&'static str>> {
    let needs = |value_name: &str, view: &str| match value_name {
        "JOB" => "1",
        "JOB/ROW" => "1/1",
        _ if view.starts_with("project") => "default",
        // The table and the spinner have the same name.
        _ => "t",
    };
    let words = |view: &views::View| {
        let required = view.args.iter().filter(|arg| arg.place == Place::Required);
        view.name.split(' ').chain(required.map(|arg| needs(arg.value_name, view.name))).collect()
    };
    // A vault that is empty has nothing to read.
    views::ALL.iter().filter(|view| view.name != "vault list").map(words).collect()
}

#[test]
fn no_view_minds_a_reader_that_goes_away() {
    let folder = prepare();
    // A list of nothing would have no beginning.
    let settings = "[channels.mail]\nkind = \"email\"\n[integrations.ai]\nkind = \"llm\"\n";
    std::fs::write(folder.path().join("cxgear.toml"), settings).unwrap();
    done(folder.path(), &["run", "s.toml", "t.csv", "-q"]);
    let mut all: Vec<Vec<&str>> = Vec::new();
    for words in every_view() {
        for format in ["table", "json", "ndjson", "csv"] {
            all.push([&words[..], &["--format", format]].concat());
        }
        // A table of everything is long too.
        if ["records", "events"].contains(&words[0]) || words == ["table", "show", "t"] {
            all.push([&words[..], &["--limit", "100000"]].concat());
        }
    }
    assert!(all.len() > 4 * 10, "only {} views", all.len());
    all.extend([vec!["export", "1"], vec!["export", "1", "--format", "json"], vec!["verify"], vec!["man"]]);
    all.extend([vec!["completions", "bash"], vec!["--help"], vec!["run", "--help"], vec!["--version"]]);
    let (mut unread, mut cut) = (0, 0);
    for args in &all {
        // Nobody has ever read.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let (code, said) = text(cxgear(folder.path(), args).stdout(writer).spawn().unwrap());
        assert_eq!((code, said.as_str()), (Some(0), ""), "{args:?}");
        unread += 1;
        // Somebody has read the beginning.
        let mut child = cxgear(folder.path(), args).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut [0; 2]).unwrap();
        drop(out);
        let (code, said) = text(child);
        assert_eq!((code, said.as_str()), (Some(0), ""), "{args:?}");
        cut += 1;
    }
    assert_eq!((unread, cut), (all.len(), all.len()));
    // What a command did is in its code, whoever reads.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let fails = "name = \"f\"\n[[steps]]\nname = \"a\"\ntype = \"log\"\nmessage = \"{{ output.nothing }}\"\n";
    std::fs::write(folder.path().join("f.toml"), fails).unwrap();
    let run = ["run", "f.toml", "--limit", "3", "-q", "--metadata", "n"];
    assert_eq!(text(cxgear(folder.path(), &run).stdout(writer).spawn().unwrap()).0, Some(1));
}
