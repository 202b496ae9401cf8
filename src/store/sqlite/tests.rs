//! The file itself: whose it is, how it is made, what it refuses.

use super::*;
use crate::model::event::Event;
use crate::model::id::Cursor;
use crate::model::id::{RecordId, RowId};
use crate::model::payload::{Counts, Nothing, Progress};
use crate::model::segment::Segment;
use crate::store::conformance::{conforms, load, new_job, whole_record};
use crate::store::{LoadMode, Read as _, RowAsk, Scope, Write as _};

fn invocation() -> Invocation {
    Invocation { verb: "test".to_owned(), at: Timestamp(1), workspace: Some(WorkspaceId(7)) }
}

#[test]
fn a_file_and_a_scratch_conform() {
    let folder = tempfile::tempdir().unwrap();
    conforms(&mut SqliteStore::open(&folder.path().join("a.db"), Access::Create(invocation())).unwrap());
    conforms(&mut SqliteStore::in_memory(invocation()).unwrap());
    conforms(&mut SqliteStore::scratch(invocation()).unwrap());
}

#[test]
fn what_is_not_ours_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    assert!(matches!(SqliteStore::open(&path, Access::Read), Err(Error::NoDatabase { .. })));
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
    let open = || SqliteStore::open(&path, Access::Create(invocation()));
    assert!(matches!(open(), Err(Error::NotOurs { .. })));
    std::fs::write(&path, "name,phone\n".repeat(100)).unwrap();
    assert!(matches!(open(), Err(Error::NotOurs { .. })));
}

#[test]
fn a_new_file_is_gone_unless_something_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    drop(SqliteStore::open(&path, Access::Create(invocation())).unwrap());
    assert!(!path.exists());
    let create = || SqliteStore::open(&path, Access::Create(invocation())).unwrap();
    let mut first = create();
    std::thread::scope(|threads| {
        // It waits until there is something in the file, and then it is not its to remove.
        let second = threads.spawn(create);
        first.publish(Timestamp(1), "s", &"a".repeat(64), "text").unwrap();
        drop(second.join().unwrap());
    });
    drop(first);
    assert!(path.exists(), "what one process wrote is not removed by another");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nor is a lock left");
    // Taken from under a process that had not written yet: it says so, instead of writing where nobody looks.
    std::fs::remove_file(&path).unwrap();
    let mut late = create();
    std::fs::remove_file(&path).unwrap();
    let written = late.publish(Timestamp(1), "s", &"a".repeat(64), "text");
    assert!(written.unwrap_err().to_string().contains("readonly"), "SQLite sees that the file was moved");
}

#[test]
fn a_newer_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut store = SqliteStore::open(&path, Access::Create(invocation())).unwrap();
    store.publish(Timestamp(1), "s", &"a".repeat(64), "text").unwrap();
    drop(store);
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(SqliteStore::open(&path, Access::Read), Err(Error::Newer { version: 99, .. })));
}

#[test]
fn the_log_cannot_be_changed_by_hand() {
    let mut store = SqliteStore::in_memory(invocation()).unwrap();
    store.publish(Timestamp(1), "s", &"a".repeat(64), "text").unwrap();
    for sql in [
        "UPDATE cx_segment SET at = 0",
        "DELETE FROM cx_segment",
        "REPLACE INTO cx_segment SELECT * FROM cx_segment",
        "UPDATE cx_seal SET request = 9",
        "DELETE FROM cx_seal",
    ] {
        assert!(store.db.execute_batch(sql).is_err(), "{sql}");
    }
    assert_eq!(store.segments(Scope::All, Cursor(0), 9).unwrap().len(), 1);
    let types: Vec<String> = store
        .db
        .prepare("SELECT type FROM cx_events")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap();
    assert_eq!(types, ["spinner.created", "spinner.published"]);
}

/// SQLite takes a name in quotes that is no column for a text, and would show it in every row.
#[test]
fn a_column_that_is_gone_is_an_error() {
    let mut store = SqliteStore::in_memory(invocation()).unwrap();
    load(&mut store, LoadMode::New, &[["Ada", "1"]]).unwrap();
    store.db.execute_batch("ALTER TABLE people RENAME COLUMN phone TO tel").unwrap();
    let columns = ["name".to_owned(), "phone".to_owned()];
    let ask = RowAsk { table: "people", columns: &columns, range: (1, 9), condition: None, offset: 0, limit: 9 };
    let said = store.rows(&ask).unwrap_err().to_string();
    assert!(said.contains("no such column"), "{said}");
    assert!(store.cells("people", &columns, &mut |_, _| {}).is_err());
}

#[test]
fn what_is_written_is_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut store = SqliteStore::open(&path, Access::Create(invocation())).unwrap();
    store.publish(Timestamp(1), "s", &"a".repeat(64), "text").unwrap();
    let again = SqliteStore::open(&path, Access::Write(invocation())).unwrap();
    for store in [&store, &again] {
        let pragma =
            |name| store.db.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0)).unwrap();
        assert_eq!(pragma("synchronous"), rusqlite::types::Value::Integer(2), "FULL");
        assert_eq!(pragma("journal_mode"), rusqlite::types::Value::Text("wal".to_owned()));
    }
}

#[test]
fn events_that_come_late_move_with_their_segment() {
    let mut store = SqliteStore::in_memory(invocation()).unwrap();
    load(&mut store, LoadMode::New, &[["Ada", "1"]]).unwrap();
    let id = store.create_job(Timestamp(1_000), &new_job(1, None)).unwrap().unwrap();
    let own = |at, event| Segment::job(id, Timestamp(at), vec![event]).unwrap();
    let progress = Event::JobProgress(Progress { counts: Counts::default() });
    // Another process wrote to the stream after the record was made and before it was stored.
    store.append(&[own(1_000, Event::JobStarted(Nothing {})), own(1_050, progress)]).unwrap();
    store.append(&[whole_record(id, 1)]).unwrap();
    let record = RecordId { job: id, row: RowId(1) };
    let segments = store.segments(Scope::Record(record), Cursor(0), 9).unwrap();
    let told: Vec<_> = segments[0].entries().unwrap().iter().map(|entry| entry.at.0).collect();
    assert_eq!(told, [1_050; 3], "time in a stream never goes back (E3)");
    let stored = store.record(record).unwrap().unwrap();
    assert_eq!((stored.started_at, stored.ended_at), (Some(Timestamp(1_050)), Some(Timestamp(1_050))));
}
