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

/// Tables as they come to be: with doubles set aside, appended in another order of columns, replaced, dropped and made
/// again; and a second version of the spinner.
fn prepare_more(folder: &Path) {
    prepare(folder);
    std::fs::write(folder.join("p.csv"), "name,phone\nAda,1\nBo,2\nCy,1\n").unwrap();
    std::fs::write(folder.join("q.csv"), "phone,name\n3,Di\n2,Ed\n").unwrap();
    std::fs::write(folder.join("s.toml"), SPINNER.replace("done", "seen")).unwrap();
    let commands: [&[&str]; 9] = [
        &["import", "p.csv", "--unique", "phone"],
        &["table", "metadata", "p", "--set", "name"],
        &["import", "q.csv", "--table", "p", "--append", "--unique", "phone"],
        &["import", "q.csv", "--table", "P2"],
        &["table", "drop", "p2"],
        &["import", "p.csv", "--table", "p2"],
        &["import", "q.csv", "--table", "r"],
        &["import", "p.csv", "--table", "r", "--replace"],
        &["spinner", "publish", "s.toml"],
    ];
    for args in commands {
        let done = cxgear(folder, args);
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
    let verified = cxgear(folder, &["verify"]);
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// The rules that a copy of the file breaks once `sql` was run on it.
fn broken_by(folder: &Path, sql: &str) -> Vec<&'static str> {
    let copy = folder.join("copy.db");
    std::fs::copy(folder.join("cxgear.db"), &copy).unwrap();
    let db = Connection::open(&copy).unwrap();
    let triggers = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'";
    let triggers: Vec<(String, String)> = db
        .prepare(triggers)
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap();
    assert!(triggers.len() >= 4);
    for (name, _) in &triggers {
        db.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    db.execute_batch("PRAGMA ignore_check_constraints = ON").unwrap();
    db.execute_batch(sql).unwrap();
    // What was done by hand is found by what it did, not by how.
    for (_, trigger) in &triggers {
        db.execute_batch(trigger).unwrap();
    }
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
    prepare_more(folder.path());
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
        ("UPDATE cx_job SET created_at = created_at + 1", "F4"),
        ("UPDATE cx_job SET settings = '{\"rate\":\"9/s\"}'", "F4"),
        ("UPDATE cx_job SET fingerprint = 'x'", "F4"),
        ("UPDATE cx_job SET retry_of = id", "F4"),
        ("INSERT INTO cx_project VALUES ('x', 'outreach', 1); UPDATE cx_job SET project = 'x'", "F4"),
        ("INSERT INTO cx_project VALUES ('x', 'outreach', 1); UPDATE cx_table SET project = 'x'", "F4"),
        ("INSERT INTO cx_project VALUES ('x', 'outreach', 1); UPDATE cx_spinner SET project = 'x'", "F4"),
        ("INSERT INTO cx_project VALUES ('x', 'outreach', 1)", "F4"),
        ("UPDATE cx_job SET idempotency_key = 'x'", "F4"),
        ("UPDATE cx_job SET fields = '[\"t\"]'", "F4"),
        ("UPDATE cx_job SET steps = replace(steps, 'logged', 'lagged')", "F4"),
        ("UPDATE cx_job SET version = 2", "F4"),
        ("UPDATE cx_job SET tbl = 'p'", "F4"),
        ("UPDATE cx_selection SET last = last - 1", "F4"),
        ("DELETE FROM cx_selection", "F4"),
        ("UPDATE cx_tally SET n = n + 1 WHERE what = 'failure'", "F4"),
        ("UPDATE cx_tally SET key = 'gone' WHERE what = 'disposition'", "F4"),
        ("DELETE FROM cx_tally WHERE what = 'outcome'", "F4"),
        ("UPDATE cx_session SET job = 2", "F4"),
        ("DELETE FROM cx_session", "F4"),
        // Tables, to the cell.
        ("UPDATE t SET n = '8' WHERE cx_row = 7", "F4"),
        ("UPDATE t SET t = 'y' WHERE cx_row = 40", "F4"),
        ("UPDATE p SET name = 'Dj' WHERE phone = '3'", "F4"),
        ("UPDATE p SET phone = name, name = phone WHERE cx_row = 1", "F4"),
        ("DELETE FROM p WHERE cx_row = 3", "F4"),
        ("UPDATE r SET cx_row = 9 WHERE cx_row = 5", "F4"),
        ("INSERT INTO p2 VALUES (99, 'Eve', '9')", "F4"),
        ("ALTER TABLE p2 RENAME COLUMN name TO nome", "F4"),
        ("DROP TABLE p2", "F4"),
        ("UPDATE cx_table SET metadata = NULL WHERE name = 'p'", "F4"),
        ("UPDATE cx_table SET columns = '[\"phone\",\"name\"]' WHERE name = 'p'", "F4"),
        ("UPDATE cx_table SET rows = rows + 1 WHERE name = 'r'", "F4"),
        ("UPDATE cx_table SET next_row = next_row + 1 WHERE name = 'r'", "F4"),
        ("UPDATE cx_table SET sha256 = NULL WHERE name = 'r'", "F4"),
        ("UPDATE cx_table SET updated_at = updated_at + 1 WHERE name = 'r'", "F4"),
        ("DELETE FROM cx_table WHERE name = 'r'", "F4"),
        (
            "INSERT INTO cx_table SELECT 'x', project, columns, metadata, rows, next_row, sha256, updated_at FROM cx_table LIMIT 1",
            "F4",
        ),
        ("UPDATE cx_retired SET next_row = 1", "F4"),
        // Spinners, to the comment.
        ("UPDATE cx_spinner SET definition = definition || '# more' WHERE version = 1", "F4"),
        ("UPDATE cx_spinner SET hash = replace(hash, 'a', 'b') WHERE version = 2", "F4"),
        ("UPDATE cx_spinner SET published_at = 0 WHERE version = 2", "F4"),
        ("DELETE FROM cx_spinner WHERE version = 2", "F4"),
        ("UPDATE cx_spinner SET name = 'S'", "F4"),
        // The file.
        ("UPDATE cx_event_type SET name = 'job.begun' WHERE code = 3", "SQLITE"),
        ("DROP INDEX cx_record_open", "SQLITE"),
        ("DROP VIEW cx_events", "SQLITE"),
        ("UPDATE cx_workspace SET id = id + 1", "E7"),
        ("UPDATE cx_workspace SET at = at + 1", "E6"),
        ("UPDATE cx_job SET seq = seq + 1", "E6"),
        ("UPDATE cx_workspace SET seq = seq - 1", "E6"),
        // Seals.
        ("UPDATE cx_seal SET request = request + 1 WHERE upto_cursor = (SELECT max(upto_cursor) FROM cx_seal)", "E7"),
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
    assert_eq!(seen, 71);
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
