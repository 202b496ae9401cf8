//! The way back from a damaged page, as the README tells it: what meets it names it, and what stands elsewhere comes back.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use rusqlite::Connection;

const ROWS: u64 = 1_500;

const SPINNER: &str = "name = \"s\"\n[params]\nn = \"integer\"\n\
    [[steps]]\nname = \"a\"\ntype = \"log\"\nmessage = \"row {{ n }}\"\n\
    [[steps]]\nname = \"b\"\ntype = \"tag\"\ndisposition = \"done\"\n";

fn cxgear(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cxgear")).args(args).current_dir(folder).env_clear().output().unwrap()
}

fn prepare(folder: &Path) {
    let rows: String = (1..=ROWS).map(|n| format!("{n},the text of row {n}\n")).collect();
    fs::write(folder.join("t.csv"), format!("n,text\n{rows}")).unwrap();
    fs::write(folder.join("s.toml"), SPINNER).unwrap();
    assert_eq!(cxgear(folder, &["run", "s.toml", "t.csv", "--metadata", "n", "-q"]).status.code(), Some(0));
    drop(fs::remove_file(folder.join("cxgear.db-shm")));
    drop(fs::remove_file(folder.join("cxgear.db-wal")));
}

/// The commands of the README, to be typed in a shell.
fn steps() -> String {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let section = readme.split("\n### A damaged file\n").nth(1).unwrap();
    let block = section.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(block.lines().count(), 4, "{block}");
    block.to_owned()
}

/// Whether there is a shell of SQLite's; without one this test has nothing to try, and says so where it is not captured.
fn has_sqlite3() -> bool {
    let there = Command::new("sqlite3").arg("--version").output().is_ok_and(|output| output.status.success());
    if !there {
        let mut err = std::io::stderr();
        writeln!(err, "SKIPPED: there is no `sqlite3`, so the way back from a damaged file was not tried").unwrap();
    }
    there
}

/// A page in the middle of a table, and how many rows are on it.
fn page_of(db: &Connection, table: &str) -> (u64, u64) {
    let sql = "SELECT pageno, ncell FROM dbstat WHERE name = ?1 AND pagetype = 'leaf' ORDER BY path";
    let pages: Vec<(i64, i64)> = db
        .prepare(sql)
        .unwrap()
        .query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap();
    assert!(pages.len() > 4, "{table} has {} pages", pages.len());
    let (page, cells) = pages[pages.len() / 2];
    (page.cast_unsigned(), cells.cast_unsigned())
}

const TABLES: [&str; 3] = ["cx_segment", "cx_record", "t"];

fn counts(path: &Path) -> BTreeMap<&'static str, u64> {
    let db = Connection::open(path).unwrap();
    let count = |table| db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0)).unwrap();
    TABLES.iter().map(|table| (*table, count(table).cast_unsigned())).collect()
}

const VIEWS: [&[&str]; 6] = [
    &["jobs", "--format", "csv"],
    &["records", "1", "--format", "csv"],
    &["export", "1"],
    &["events", "--format", "csv"],
    &["table", "show", "t", "--format", "csv"],
    &["verify", "--format", "json"],
];

#[test]
fn what_stands_outside_of_a_damaged_page_comes_back() {
    if !has_sqlite3() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    prepare(folder);
    let path = folder.join("cxgear.db");
    let whole = fs::read(&path).unwrap();
    let before: Vec<_> = VIEWS.iter().map(|view| cxgear(folder, view).stdout).collect();
    let all = counts(&path);
    let db = Connection::open(&path).unwrap();
    let pages: Vec<_> = TABLES.iter().map(|table| (*table, page_of(&db, table))).collect();
    drop(db);
    let binary = Path::new(env!("CARGO_BIN_EXE_cxgear")).parent().unwrap();
    let search = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let (mut damaged, mut named, mut back) = (0, 0, 0);
    for (table, (page, lost)) in pages {
        for fill in [0, 0xa5] {
            for old in
                ["cxgear.db-wal", "cxgear.db-shm", "damaged.db", "recovered.db", "recovered.db-wal", "recovered.db-shm"]
            {
                drop(fs::remove_file(folder.join(old)));
            }
            let mut bytes = whole.clone();
            let begin = usize::try_from((page - 1) * 4096).unwrap();
            bytes[begin..begin + 4096].fill(fill);
            fs::write(&path, bytes).unwrap();
            damaged += 1;
            // Whatever meets it says so; whatever does not shows what it showed. What came before the fault was true.
            let mut met = 0;
            for (view, before) in VIEWS.iter().zip(&before) {
                let output = cxgear(folder, view);
                match output.status.code() {
                    Some(0) => assert_eq!(output.stdout, *before, "{view:?} shows something else"),
                    Some(3) => {
                        let said = String::from_utf8_lossy(&output.stderr);
                        assert!(said.contains("malformed") && said.contains("A damaged file"), "{view:?}: {said}");
                        assert!(before.starts_with(&output.stdout), "{view:?} shows what is not there");
                        met += 1;
                    }
                    other => panic!("{view:?} ends with {other:?}"),
                }
            }
            assert!(met >= 2, "page {page} of {table}: {met} views met it");
            named += 1;
            let typed =
                Command::new("sh").args(["-c", &steps()]).current_dir(folder).env("PATH", &search).output().unwrap();
            let said = String::from_utf8_lossy(&typed.stdout);
            assert_eq!(typed.status.code(), Some(3), "`verify` names what is missing: {said}");
            assert!(said.contains("broken"), "{said}");
            let expected: BTreeMap<_, _> =
                all.iter().map(|(name, rows)| (*name, if *name == table { rows - lost } else { *rows })).collect();
            assert_eq!(counts(&folder.join("recovered.db")), expected, "page {page} of {table}");
            // What is back can be looked at, and worked with.
            for view in &VIEWS[..5] {
                let output = cxgear(folder, &[view, &["--db", "recovered.db"][..]].concat());
                assert_eq!(output.status.code(), Some(0), "{view:?}: {}", String::from_utf8_lossy(&output.stderr));
            }
            let run = cxgear(folder, &["run", "s", "--rows", "1-3", "--db", "recovered.db", "-q"]);
            assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
            back += 1;
        }
    }
    assert_eq!((damaged, named, back), (6, 6, 6));
}

/// A file that is whole comes through the same steps whole.
#[test]
fn a_whole_file_stays_whole() {
    if !has_sqlite3() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let binary = Path::new(env!("CARGO_BIN_EXE_cxgear")).parent().unwrap();
    let search = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let typed =
        Command::new("sh").args(["-c", &steps()]).current_dir(folder.path()).env("PATH", search).output().unwrap();
    assert_eq!(typed.status.code(), Some(0), "{}", String::from_utf8_lossy(&typed.stdout));
}
