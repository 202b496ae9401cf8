//! A plan holds between real processes, and a run that it refuses leaves no trace.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use rusqlite::Connection;

const SPINNER: &str = "name = \"s\"\n[[steps]]\nname = \"say\"\ntype = \"log\"\nmessage = \"{{ n }}\"\n";

fn command(place: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
    for name in ["CXGEAR_DB", "CXGEAR_PROJECT", "CXGEAR_WORKSPACE_ID"] {
        command.env_remove(name);
    }
    command.env("SOURCE_DATE_EPOCH", "1774447200").args(args).current_dir(place);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn cxgear(place: &Path, args: &[&str]) -> Output {
    command(place, args).output().unwrap()
}

fn fine(place: &Path, args: &[&str]) -> String {
    let output = cxgear(place, args);
    assert!(output.status.success(), "{args:?}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A folder with a list of so many rows, a spinner, and a plan.
fn place(rows: u64, plan: &str) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let numbers: String = (1..=rows).map(|n| format!("{n},{}\n", n % 7)).collect();
    fs::write(place.path().join("list.csv"), format!("n,k\n{numbers}")).unwrap();
    fs::write(place.path().join("s.toml"), SPINNER).unwrap();
    fs::write(place.path().join("cxgear.toml"), plan).unwrap();
    place
}

/// Everything of ours that is kept, and the names of all tables.
fn kept(place: &Path) -> Vec<String> {
    let database = Connection::open(place.join("cxgear.db")).unwrap();
    let mut told = Vec::new();
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    for sql in [names, "SELECT * FROM cx_segment", "SELECT * FROM cx_request", "SELECT * FROM cx_table"] {
        let mut statement = database.prepare(sql).unwrap();
        let width = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cells = (0..width).map(|at| row.get::<_, rusqlite::types::Value>(at).unwrap());
            told.push(format!("{:?}", cells.collect::<Vec<_>>()));
        }
    }
    told
}

#[test]
fn of_eight_processes_three_find_room() {
    let place = place(40, "[plan]\nrecords = 34\n");
    let place = place.path();
    fine(place, &["import", "list.csv"]);
    fine(place, &["spinner", "publish", "s.toml"]);
    // All are started before one is waited for: whoever passes the first look is held by the second.
    let run = |_| command(place, &["run", "s", "--limit", "10", "--format", "ndjson"]).spawn().unwrap();
    let started: Vec<Child> = (0..8).map(run).collect();
    let ended: Vec<Output> = started.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    let (passed, refused): (Vec<_>, Vec<_>) = ended.iter().partition(|output| output.status.code() == Some(0));
    assert_eq!((passed.len(), refused.len()), (3, 5));
    for output in refused {
        let said = said(output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("PLAN_LIMIT: monthly record limit reached on the custom plan (30/34;"), "{said}");
    }
    assert_eq!(fine(place, &["jobs", "--format", "ndjson"]).lines().count(), 3);
    fine(place, &["verify"]);
}

#[test]
fn a_refused_run_leaves_no_trace() {
    let place = place(40, "[plan]\nspinners = 1\nrecords = 20\n");
    let place = place.path();
    let run = |args: &[&str]| {
        let all: Vec<_> = ["run", "s.toml", "list.csv", "--metadata", "n", "--unique", "k", "--rejects", "twice.csv"]
            .into_iter()
            .chain(args.iter().copied())
            .collect();
        cxgear(place, &all)
    };
    // Before there is anything at all; 7 rows differ in `k`, so the whole file would fit.
    fs::write(place.join("cxgear.toml"), "[plan]\nrecords = 6\n").unwrap();
    let before: Vec<_> = fs::read_dir(place).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(run(&[]).status.code(), Some(2));
    let after: Vec<_> = fs::read_dir(place).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(before.len(), after.len(), "{after:?}");
    // Rows are counted as they will be selected: doubles set aside, conditions met.
    fs::write(place.join("cxgear.toml"), "[plan]\nspinners = 1\nrecords = 8\n").unwrap();
    assert!(run(&[]).status.success());
    let kept_before = kept(place);
    let mut refusals = 0;
    for args in [&["--append"][..], &["--replace"], &["--replace", "--where", "num(n) > 5"], &["--table", "other"]] {
        fs::write(place.join("list.csv"), "n,k\n6,a\n7,b\n8,c\n").unwrap();
        let refused = run(args);
        assert!(said(&refused).contains("PLAN_LIMIT: monthly record limit"), "{args:?}: {}", said(&refused));
        assert_eq!((refused.status.code(), kept(place)), (Some(2), kept_before.clone()), "{args:?}");
        refusals += 1;
    }
    fs::write(place.join("s.toml"), SPINNER.replace("\"s\"", "\"t\"")).unwrap();
    let refused = run(&["--table", "other", "--limit", "1"]);
    assert!(said(&refused).contains("PLAN_LIMIT: spinner limit"), "{}", said(&refused));
    assert_eq!((kept(place), refusals), (kept_before, 4));
    fs::write(place.join("s.toml"), SPINNER).unwrap();
    assert!(run(&["--table", "other", "--limit", "1"]).status.success(), "one more fits");
    assert!(run(&["--append", "--where", "n = '0'"]).status.success(), "no row is selected, so no room is needed");
}

#[test]
fn broken_settings_stop_writers_and_warn_readers() {
    let place = place(3, "");
    let place = place.path();
    fine(place, &["run", "s.toml", "list.csv", "--detach"]);
    let mistakes = [
        (&b"[plan]\npreset = \"trail\"\n"[..], "cxgear.toml:2:10: there is no plan `trail`"),
        (b"[plan\n", "cxgear.toml:1:"),
        (b"\xff\xfe", "`cxgear.toml` is not UTF-8"),
    ];
    for (text, told) in mistakes {
        fs::write(place.join("cxgear.toml"), text).unwrap();
        let kept_before = kept(place);
        for writes in [
            &["import", "list.csv", "--append"][..],
            &["run", "s", "--rows", "1"],
            &["resume", "1"],
            &["spinner", "publish", "s.toml"],
            &["table", "drop", "list"],
            &["table", "metadata", "list", "--set", "n"],
            &["project", "new", "x"],
        ] {
            let output = cxgear(place, writes);
            assert_eq!(output.status.code(), Some(2), "{writes:?}: {}", said(&output));
            assert!(said(&output).contains(&format!("error: {told}")), "{}", said(&output));
        }
        assert_eq!(kept(place), kept_before);
        for looks in [&["status"][..], &["jobs"], &["job", "1"], &["table", "show", "list"]] {
            let output = cxgear(place, looks);
            assert_eq!(output.status.code(), Some(0), "{looks:?}: {}", said(&output));
            assert!(said(&output).contains(&format!("warning: {told}")), "{}", said(&output));
            assert!(!output.stdout.is_empty());
        }
    }
    fs::remove_file(place.join("cxgear.toml")).unwrap();
    assert_eq!(said(&cxgear(place, &["status"])), "", "without the file nothing is limited and nothing is said");
    fine(place, &["resume", "1"]);
}
