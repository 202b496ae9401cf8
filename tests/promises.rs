//! Promises that a user relies on without reading them: nobody twice, nothing overwritten, an honest log.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use rusqlite::Connection;

const SPINNER: &str = "name = \"hello\"\n[[steps]]\nname = \"a\"\ntype = \"tag\"\ndisposition = \"done\"\n";

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
    command.args(args).current_dir(folder).env_clear();
    command
}

fn cxgear(folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    told(command(folder, args).output().unwrap())
}

fn told(output: Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn prepare(rows: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let cells: String = (1..=rows).map(|n| format!("{n},row {n}\n")).collect();
    fs::write(folder.path().join("t.csv"), format!("n,text\n{cells}")).unwrap();
    fs::write(folder.path().join("s.toml"), SPINNER).unwrap();
    assert_eq!(cxgear(folder.path(), &["import", "t.csv"]).0, Some(0));
    folder
}

fn number(folder: &Path, sql: &str) -> i64 {
    Connection::open(folder.join("cxgear.db")).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn of_several_runs_over_new_rows_each_row_is_in_one() {
    let folder = prepare(500);
    let start = || command(folder.path(), &["run", "s.toml", "--new", "-q", "--metadata", "n"]).output().unwrap();
    std::thread::scope(|threads| {
        let runs: Vec<_> = (0..4).map(|_| threads.spawn(start)).collect();
        for run in runs {
            let (code, said) = told(run.join().unwrap());
            assert_eq!(code, Some(0), "{said}");
        }
    });
    assert_eq!(number(folder.path(), "SELECT count(*) FROM cx_record"), 500);
    assert_eq!(number(folder.path(), "SELECT count(*) FROM cx_job"), 1);
    assert_eq!(cxgear(folder.path(), &["verify"]).0, Some(0));
}

#[test]
fn a_spinner_has_one_spelling() {
    let folder = prepare(3);
    assert_eq!(cxgear(folder.path(), &["run", "s.toml", "-q"]).0, Some(0));
    fs::write(folder.path().join("H.toml"), SPINNER.replace("hello", "Hello")).unwrap();
    let (code, said) = cxgear(folder.path(), &["run", "H.toml", "--new", "-q"]);
    assert!(code == Some(2) && said.contains("differs from it in case alone"), "{said}");
    assert_eq!(number(folder.path(), "SELECT count(*) FROM cx_job"), 1);
}

#[test]
fn rows_that_failed_are_looked_for_in_their_own_table() {
    let folder = prepare(3);
    fs::write(folder.path().join("p.csv"), "n,text\n1,someone else\n2,x\n3,y\n").unwrap();
    assert_eq!(cxgear(folder.path(), &["import", "p.csv"]).0, Some(0));
    let fails = SPINNER.replace("\"done\"", "\"{{ 1 // (n | int - 2) }}\"");
    fs::write(folder.path().join("f.toml"), fails).unwrap();
    assert_eq!(cxgear(folder.path(), &["run", "f.toml", "--table", "t", "-q"]).0, Some(1));
    let (code, said) = cxgear(folder.path(), &["run", "s.toml", "--table", "p", "--failed-in", "1"]);
    assert!(code == Some(2) && said.contains("ran over table `t`, not over `p`"), "{said}");
    assert_eq!(cxgear(folder.path(), &["run", "s.toml", "--failed-in", "1", "-q"]).0, Some(0));
    assert_eq!(number(folder.path(), "SELECT row FROM cx_record WHERE job = 2"), 2);
}

#[test]
fn what_is_read_is_never_written_over() {
    let folder = prepare(3);
    let twice = "n,text\n1,a\n1,b\n";
    fs::write(folder.path().join("twice.csv"), twice).unwrap();
    let args = ["import", "twice.csv", "--unique", "n", "--rejects", "./twice.csv"];
    let (code, said) = cxgear(folder.path(), &args);
    assert!(code == Some(2) && said.contains("is the file that is imported"), "{said}");
    assert_eq!(fs::read_to_string(folder.path().join("twice.csv")).unwrap(), twice);
    // A refused import leaves the rejects of the one before.
    fs::write(folder.path().join("r.csv"), "kept").unwrap();
    fs::write(folder.path().join("bad.csv"), "n,text\n1,a\n1,b,c\n").unwrap();
    assert_eq!(cxgear(folder.path(), &["import", "bad.csv", "--rejects", "r.csv"]).0, Some(2));
    assert_eq!(fs::read_to_string(folder.path().join("r.csv")).unwrap(), "kept");
    assert_eq!(cxgear(folder.path(), &["import", "twice.csv", "--unique", "n", "--rejects", "r.csv"]).0, Some(0));
    let kept = fs::read_to_string(folder.path().join("r.csv")).unwrap();
    assert_eq!(kept, "line,reason,n,text\n3,its key was there already,1,b\n");
    assert!(!folder.path().join("r.csv.part").exists());
    let (code, said) = cxgear(folder.path(), &["export", "1", "--output", "cxgear.db"]);
    assert!(code == Some(2), "{said}");
}

#[test]
fn a_clock_that_is_set_back_leaves_the_log_whole() {
    let folder = prepare(3);
    let at = |seconds: &str, args: &[&str]| {
        told(command(folder.path(), args).env("SOURCE_DATE_EPOCH", seconds).output().unwrap()).0
    };
    assert_eq!(at("2000", &["run", "s.toml", "--detach"]), Some(0));
    assert_eq!(at("1000", &["resume", "1"]), Some(0));
    assert_eq!(cxgear(folder.path(), &["verify"]), (Some(0), String::new()));
}

#[test]
fn a_cron_line_can_be_repeated() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("l.csv"), "n,text\n1,a\n1,b\n2,c\n").unwrap();
    fs::write(folder.path().join("s.toml"), SPINNER).unwrap();
    let line = ["run", "s.toml", "l.csv", "--unique", "n", "--new", "-q"];
    for _ in 0..3 {
        let (code, said) = cxgear(folder.path(), &line);
        assert_eq!(code, Some(0), "{said}");
    }
    assert_eq!(number(folder.path(), "SELECT count(*) FROM cx_record"), 2);
    // With a key the job is found even when its table has become another.
    let keyed = ["run", "s.toml", "l.csv", "--unique", "n", "--idempotency-key", "k", "-q"];
    assert_eq!(cxgear(folder.path(), &keyed).0, Some(0));
    fs::write(folder.path().join("m.csv"), "n,text\n9,z\n").unwrap();
    assert_eq!(cxgear(folder.path(), &["import", "m.csv", "--table", "l", "--append"]).0, Some(0));
    let (code, said) = cxgear(folder.path(), &keyed);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(number(folder.path(), "SELECT count(*) FROM cx_job"), 2);
}

#[test]
fn a_row_that_is_gone_ends_the_job_and_is_named() {
    for gone in [1, 5, 30] {
        let folder = prepare(30);
        assert_eq!(cxgear(folder.path(), &["run", "s.toml", "--detach"]).0, Some(0));
        let db = Connection::open(folder.path().join("cxgear.db")).unwrap();
        db.execute("DELETE FROM t WHERE cx_row = ?1", [gone]).unwrap();
        drop(db);
        assert_eq!(cxgear(folder.path(), &["resume", "1"]).0, Some(1));
        let view = command(folder.path(), &["job", "1"]).output().unwrap();
        let view = String::from_utf8(view.stdout).unwrap();
        assert!(view.contains(&format!("job 1 needs row {gone} of table `t`, which is gone")), "{view}");
        assert_eq!(cxgear(folder.path(), &["verify"]).0, Some(3), "the table is not what was imported");
        assert_eq!(cxgear(folder.path(), &["table", "drop", "t"]).0, Some(0), "the table is free again");
        assert_eq!(cxgear(folder.path(), &["verify"]).0, Some(0), "the log is whole");
    }
}
