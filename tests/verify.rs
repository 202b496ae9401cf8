//! `verify` finds what was changed behind the log's back. Each change is made on a copy of a whole file.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::path::Path;
use std::process::Command;

use cxgear::store::{self, Access};
use cxgear::views::verify::verify;
use rusqlite::Connection;

const SPINNER: &str = "name = \"s\"\n[params]\nn = \"integer\"\n\
    [[steps]]\nname = \"a\"\ntype = \"log\"\nmessage = \"row {{ n }}\"\n\
    [[steps]]\nname = \"b\"\ntype = \"log\"\nwhen = \"n % 5 == 0\"\nmessage = \"{{ 1 // (n % 10) }}\"\n\
    [[steps]]\nname = \"c\"\ntype = \"tag\"\ndisposition = \"done\"\n";

fn cxgear(folder: &Path, args: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_cxgear")).args(args).current_dir(folder).env_clear().output().unwrap()
}

fn prepare(folder: &Path) {
    let rows: String = (1..=40).map(|n| format!("{n},x\n")).collect();
    std::fs::write(folder.join("t.csv"), format!("n,t\n{rows}")).unwrap();
    std::fs::write(folder.join("s.toml"), SPINNER).unwrap();
    let ran = cxgear(folder, &["run", "s.toml", "t.csv", "--metadata", "n"]);
    assert_eq!(ran.status.code(), Some(1), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(cxgear(folder, &["verify"]).status.code(), Some(0));
}

/// The rules that a copy of the file breaks once `sql` was run on it.
fn broken_by(folder: &Path, sql: &str) -> Vec<&'static str> {
    let copy = folder.join("copy.db");
    std::fs::copy(folder.join("cxgear.db"), &copy).unwrap();
    let db = Connection::open(&copy).unwrap();
    for trigger in ["cx_segment_is_kept", "cx_segment_is_final", "cx_seal_is_kept", "cx_seal_is_final"] {
        db.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    db.execute_batch("PRAGMA ignore_check_constraints = ON").unwrap();
    db.execute_batch(sql).unwrap();
    drop(db);
    let verified = verify(&store::open(&copy, Access::Read).unwrap(), None, None).unwrap();
    let mut rules: Vec<_> = verified.breaches.iter().map(|breach| breach.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

#[test]
fn every_change_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let cases = [
        // A message, an outcome, a time, an owner.
        ("UPDATE cx_segment SET events = replace(events, 'row 7', 'row 8') WHERE row = 7", "E7"),
        ("UPDATE cx_segment SET events = replace(events, 'done', 'gone') WHERE row = 8", "F4"),
        ("UPDATE cx_segment SET at = at + 1 WHERE row = 9", "E7"),
        ("UPDATE cx_segment SET row = 41 WHERE row = 9", "E7"),
        // An event that is gone, doubled, swapped; a type that is none.
        ("UPDATE cx_segment SET events = replace(events, ',[33]]', ']'), n = n - 1 WHERE row = 4", "E1"),
        ("UPDATE cx_segment SET events = replace(events, ',[33]]', ',[33],[33]]'), n = n + 1 WHERE row = 4", "F2"),
        (
            "UPDATE cx_segment SET events = replace(events, '[21],[40', '[40,0,{\"step\":0}],[21],[40') WHERE row = 4",
            "E4",
        ),
        ("UPDATE cx_segment SET events = replace(events, '[33]', '[999]') WHERE row = 4", "E4"),
        ("UPDATE cx_segment SET events = replace(events, '[33]', '[60]') WHERE row = 4", "E5"),
        ("UPDATE cx_segment SET events = replace(events, '\"step\":0', '\"step\":9') WHERE row = 4", "S6"),
        ("UPDATE cx_segment SET events = replace(events, '\"step\":0', '\"step\":2') WHERE row = 4", "R7"),
        ("DELETE FROM cx_segment WHERE row = 3", "E2"),
        ("UPDATE cx_segment SET seq = seq + 1 WHERE row = 3", "E2"),
        // States beside the log, both ways.
        ("UPDATE cx_record SET attempt = 2 WHERE row = 3", "F4"),
        ("DELETE FROM cx_record WHERE row = 3", "F4"),
        (
            "INSERT INTO cx_record SELECT job, 99, status, attempt, claim, partial, started_at, ended_at, failed_step, \
          reason, disposition FROM cx_record WHERE row = 3",
            "F4",
        ),
        ("UPDATE cx_job SET failed = failed + 1, completed = completed - 1", "F4"),
        ("UPDATE cx_job SET seq = seq + 1", "E6"),
        ("UPDATE cx_workspace SET seq = seq - 1", "E6"),
        // Seals.
        ("UPDATE cx_seal SET hash = zeroblob(32) WHERE upto_cursor = (SELECT min(upto_cursor) FROM cx_seal)", "E7"),
        ("DELETE FROM cx_seal WHERE upto_cursor = (SELECT max(upto_cursor) FROM cx_seal)", "E7"),
        ("DELETE FROM cx_seal WHERE upto_cursor = (SELECT min(upto_cursor) FROM cx_seal)", "E7"),
    ];
    let mut seen = 0;
    for (sql, rule) in cases {
        let rules = broken_by(folder.path(), sql);
        assert!(rules.contains(&rule), "{sql}: {rules:?}");
        seen += 1;
    }
    assert_eq!(seen, 22);
    assert_eq!(broken_by(folder.path(), "SELECT 1"), Vec::<&str>::new(), "a copy that was not changed is whole");
}

#[test]
fn a_seal_that_was_kept_elsewhere_shows_a_forged_file() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let said = cxgear(folder.path(), &["verify", "--format", "json"]).stdout;
    let told: serde_json::Value = serde_json::from_slice(&said).unwrap();
    let seal = told["seal"].as_str().unwrap();
    // More was written since: the file still begins with what the seal was over.
    assert_eq!(cxgear(folder.path(), &["run", "s", "--limit", "3"]).status.code(), Some(0));
    assert_eq!(cxgear(folder.path(), &["verify", "--expect", seal]).status.code(), Some(0));
    let other = tempfile::tempdir().unwrap();
    prepare(other.path());
    assert_eq!(cxgear(other.path(), &["verify", "--expect", seal]).status.code(), Some(3));
    assert_eq!(cxgear(other.path(), &["verify", "--job", "9"]).status.code(), Some(2));
}
