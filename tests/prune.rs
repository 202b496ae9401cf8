//! `prune`: the events of ended jobs go, the seals hold, what stays is guarded, and nothing runs twice because of it.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::path::Path;
use std::process::{Command, Output};

use cxgear::model::id::{Cursor, JobId};
use cxgear::model::payload::{JobCreated, SelectionFact, StepName, Trigger};
use cxgear::model::time::Timestamp;
use cxgear::store::{
    self, Access, Error, Invocation, NewJob, Read as _, Rows, Scope, Selection, Selector, Side, SqliteStore, Write as _,
};
use cxgear::views::verify::verify;
use rusqlite::Connection;

const SPINNER: &str = "name = \"s\"\n[params]\nn = \"integer\"\n\
    [[steps]]\nname = \"a\"\ntype = \"log\"\nmessage = \"row {{ n }}\"\n\
    [[steps]]\nname = \"b\"\ntype = \"log\"\nwhen = \"n % 5 == 0\"\nmessage = \"{{ 1 // (n % 10) }}\"\n\
    [[steps]]\nname = \"c\"\ntype = \"tag\"\ndisposition = \"done\"\n";

fn cxgear(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cxgear")).args(args).current_dir(folder).env_clear().output().unwrap()
}

fn code(folder: &Path, args: &[&str]) -> Option<i32> {
    cxgear(folder, args).status.code()
}

/// Job 1 ran over 20 rows, job 2 over 15 that were left, job 3 waits to run.
fn prepare(folder: &Path) {
    let rows: String = (1..=40).map(|n| format!("{n},x\n")).collect();
    std::fs::write(folder.join("t.csv"), format!("n,t\n{rows}")).unwrap();
    std::fs::write(folder.join("s.toml"), SPINNER).unwrap();
    let first = ["run", "s.toml", "t.csv", "--metadata", "n", "--limit", "20", "--idempotency-key", "k"];
    assert_eq!(code(folder, &first), Some(1));
    assert_eq!(code(folder, &["run", "s", "--new", "--limit", "15"]), Some(1));
    assert_eq!(code(folder, &["run", "s", "--rows", "1-2", "--detach"]), Some(0));
}

fn seal(folder: &Path) -> String {
    let output = cxgear(folder, &["verify", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    told["seal"].as_str().unwrap().to_owned()
}

fn open(path: &Path) -> SqliteStore {
    let invocation = Invocation { verb: "test".to_owned(), at: Timestamp(1), workspace: None };
    store::open(path, Access::Write(invocation)).unwrap()
}

const NOW: Timestamp = Timestamp(4_000_000_000_000);

#[test]
fn seals_hold_and_nothing_runs_twice() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    prepare(folder);
    let kept = seal(folder);
    let records = cxgear(folder, &["records", "1", "--format", "csv"]).stdout;
    assert_eq!(code(folder, &["prune", "--older-than", "1d"]), Some(0), "nothing is so old");
    assert_eq!(open(&folder.join("cxgear.db")).tombstones(Cursor(0), 9).unwrap(), []);
    assert_eq!(code(folder, &["prune", "--older-than", "0s"]), Some(0));
    let store = open(&folder.join("cxgear.db"));
    let pruned: Vec<_> = [1, 2, 3].map(|id| store.job(JobId(id)).unwrap().unwrap().pruned_at.is_some()).into();
    assert_eq!(pruned, [true, true, false], "an open job keeps its events");
    assert_eq!(store.segments(Scope::Job(JobId(1)), Cursor(0), 99).unwrap(), []);
    // 20 records and the job's own segments, then 15 of the second.
    let tombstones = store.tombstones(Cursor(0), 999).unwrap();
    assert!(tombstones.len() > 37, "{}", tombstones.len());
    drop(store);
    seal(folder);
    assert_eq!(code(folder, &["verify", "--expect", &kept]), Some(0), "the seals from before hold");
    // How records ended is as it was, and no row is taken for new.
    let after = String::from_utf8(cxgear(folder, &["records", "1", "--format", "csv"]).stdout).unwrap();
    let ends = |csv: &str| -> Vec<Vec<String>> {
        csv.lines().map(|line| line.split(',').take(5).map(str::to_owned).collect()).collect()
    };
    assert_eq!(ends(&after), ends(&String::from_utf8(records).unwrap()));
    let store = open(&folder.join("cxgear.db"));
    let new = Selector { new_for: Some("s".into()), ..Selector::default() };
    assert_eq!(store.select("t", &new).unwrap().ranges, [36..=40]);
    let failed = Selector { failed_in: Some(JobId(1)), ..Selector::default() };
    assert_eq!(store.select("t", &failed).unwrap().ranges, [10..=10, 20..=20]);
    assert_eq!(store.job_with_key("k").unwrap().unwrap().id, JobId(1));
    drop(store);
    // The log is read over the gaps, page by page as in one go.
    let whole = cxgear(folder, &["events", "--format", "ndjson"]).stdout;
    let whole: Vec<serde_json::Value> =
        String::from_utf8(whole).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut paged = Vec::new();
    let mut after = 0;
    loop {
        let args = ["events", "--format", "json", "--limit", "3", "--after", &after.to_string()];
        let page: serde_json::Value = serde_json::from_slice(&cxgear(folder, &args).stdout).unwrap();
        paged.extend(page["data"].as_array().unwrap().clone());
        after = page["next_cursor"].as_u64().unwrap();
        if page["has_more"] == false {
            break;
        }
    }
    assert_eq!(paged, whole);
    assert!(whole.iter().all(|event| event["request_id"].is_string()));
    assert!(whole.len() > 15 && whole.iter().any(|event| event["type"] == "job.pruned"));
    // Life goes on.
    assert_eq!(code(folder, &["resume", "3"]), Some(0));
    assert_eq!(code(folder, &["run", "s", "--new"]), Some(1));
    assert_eq!(code(folder, &["prune", "--older-than", "0s", "--vacuum"]), Some(0));
    seal(folder);
}

#[test]
fn a_crash_leaves_a_job_whole_or_pruned() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let path = folder.path().join("cxgear.db");
    let mut crashes = 0;
    for (job, side) in [(1, Side::Before), (2, Side::After)] {
        let mut store = open(&path);
        store.break_with(Box::new(move |at| if at == side { Err(Error::Injected("dies")) } else { Ok(()) }));
        store.prune(NOW, JobId(job)).unwrap_err();
        crashes += 1;
        drop(store);
        let store = open(&path);
        let there = !store.segments(Scope::Job(JobId(job)), Cursor(0), 9).unwrap().is_empty();
        let pruned = store.job(JobId(job)).unwrap().unwrap().pruned_at;
        assert_eq!((there, pruned.is_none()), (side == Side::Before, side == Side::Before));
        assert!(verify(&store, None, None).unwrap().breaches.is_empty());
    }
    assert_eq!(crashes, 2);
}

#[test]
fn a_job_that_is_retried_is_kept_until_the_retry_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let mut store = open(&folder.path().join("cxgear.db"));
    let job = store.job(JobId(1)).unwrap().unwrap();
    let created = JobCreated {
        spinner: job.spinner.clone(),
        version: job.version,
        hash: "h".to_owned(),
        steps: job.steps.iter().map(|step| StepName { ..step.clone() }).collect(),
        table: job.table.clone(),
        metadata_fields: job.fields.clone(),
        total: 1,
        selection: SelectionFact { summary: "failed".to_owned(), sha256: String::new() },
        trigger: Trigger::Retry,
        retry_of: Some(1),
        idempotency_key: None,
        input: None,
        settings: None,
        fingerprint: String::new(),
    };
    let rows = Rows::These(Selection { ranges: vec![10..=10], total: 1 });
    let new = NewJob { created, rows, settings: "{}".into(), fingerprint: String::new() };
    let retry = store.create_job(NOW, &new).unwrap().unwrap();
    let there = store.prunable(NOW, None).unwrap();
    let told: Vec<_> = there.iter().map(|there| (there.job.id.0, there.retried_by)).collect();
    assert_eq!(told, [(1, Some(retry)), (2, None)]);
    assert_eq!(store.prune(NOW, JobId(1)).unwrap(), None);
    assert_eq!(store.prune(NOW, retry).unwrap(), None, "an open job keeps its events");
    drop(store);
    assert_eq!(code(folder.path(), &["prune", "--job", "1"]), Some(2));
    let output = cxgear(folder.path(), &["prune", "--older-than", "0s"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("job 1 is kept: job 4 retries it"), "{output:?}");
    assert_eq!(code(folder.path(), &["resume", "4"]), Some(1));
    assert_eq!(code(folder.path(), &["prune", "--job", "1"]), Some(0));
    seal(folder.path());
}

/// The log cannot be pruned by hand, and what is left of a prune cannot be changed unseen.
#[test]
fn what_is_left_is_guarded() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let path = folder.path().join("cxgear.db");
    open(&path).prune(NOW, JobId(1)).unwrap().unwrap();
    let db = Connection::open(&path).unwrap();
    let refused = [
        "DELETE FROM cx_segment WHERE job = 2",
        "DELETE FROM cx_tombstone",
        "UPDATE cx_tombstone SET n = n + 1",
        // A tombstone that does not fit is no leave to delete.
        "INSERT INTO cx_tombstone SELECT cursor, job, n + 1, zeroblob(32) FROM cx_segment WHERE job = 2; \
         DELETE FROM cx_segment WHERE job = 2",
        "DELETE FROM cx_segment WHERE job IS NULL",
    ];
    for sql in refused {
        db.execute_batch("BEGIN").unwrap();
        let error = db.execute_batch(sql).unwrap_err().to_string();
        assert!(error.contains("append-only"), "{sql}: {error}");
        db.execute_batch("ROLLBACK").unwrap();
    }
    drop(db);
    let cases = [
        // Room for what SQLite's shell would let through.
        ("INSERT INTO cx_tombstone SELECT cursor, job, n, zeroblob(32) FROM cx_segment WHERE job = 2", "E1"),
        (
            "INSERT INTO cx_tombstone SELECT cursor, job, n, zeroblob(32) FROM cx_segment WHERE job = 2; \
             DELETE FROM cx_segment WHERE job = 2",
            "E7",
        ),
        (
            "INSERT INTO cx_tombstone SELECT cursor, job, n, zeroblob(32) FROM cx_segment WHERE job = 2; \
             DELETE FROM cx_segment WHERE job = 2; UPDATE cx_job SET pruned_at = 1 WHERE id = 2",
            "F4",
        ),
        ("UPDATE cx_job SET pruned_at = NULL WHERE id = 1", "F4"),
        ("UPDATE cx_job SET pruned_at = pruned_at + 1 WHERE id = 1", "F4"),
        ("UPDATE cx_job SET pruned_at = 1 WHERE id = 2", "F4"),
        // Receipts, each of which keeps a row from being run again.
        ("UPDATE cx_record SET status = 8 WHERE job = 1 AND row = 3", "F4"),
        ("DELETE FROM cx_record WHERE job = 1 AND row = 3", "F4"),
        ("UPDATE cx_selection SET last = last - 1 WHERE job = 1", "F4"),
        ("UPDATE cx_tally SET n = n + 1 WHERE job = 1 AND what = 'failure'", "F4"),
        ("UPDATE cx_job SET idempotency_key = NULL WHERE id = 1", "F4"),
        ("DELETE FROM cx_job WHERE id = 1", "F4"),
        // Tombstones, without their triggers.
        (
            "DROP TRIGGER cx_tombstone_is_kept; DELETE FROM cx_tombstone WHERE cursor = (SELECT max(cursor) FROM cx_tombstone)",
            "E1",
        ),
        ("DROP TRIGGER cx_tombstone_is_final; UPDATE cx_tombstone SET hash = zeroblob(32)", "E7"),
        ("DROP TRIGGER cx_tombstone_is_final; UPDATE cx_tombstone SET job = 2", "F4"),
        (
            "DROP TRIGGER cx_tombstone_is_final; UPDATE cx_tombstone SET n = n + 1 WHERE cursor = (SELECT max(cursor) FROM cx_tombstone)",
            "E1",
        ),
        ("INSERT INTO cx_tombstone VALUES (100000, 1, 1, zeroblob(32))", "E1"),
        ("DROP TRIGGER cx_tombstone_is_final", "SQLITE"),
    ];
    let mut seen = 0;
    for (sql, rule) in cases {
        let copy = folder.path().join("copy.db");
        std::fs::copy(&path, &copy).unwrap();
        let db = Connection::open(&copy).unwrap();
        db.execute_batch(sql).unwrap();
        drop(db);
        let verified = verify(&store::open(&copy, Access::Read).unwrap(), None, None).unwrap();
        let rules: Vec<_> = verified.breaches.iter().map(|breach| breach.rule).collect();
        assert!(rules.contains(&rule), "{sql}: {:?}", verified.breaches);
        seen += 1;
    }
    assert_eq!(seen, 18);
}
