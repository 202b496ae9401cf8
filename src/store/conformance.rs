//! What every store must do, said once. Each store calls it in its own test.

use std::collections::HashSet;

use super::{
    Error, Fate, Fresh, LoadFacts, LoadMode, LoadPlan, NewJob, RecordAsk, RowAsk, Rows, Scope, Selection, Selector,
    Write,
};
use crate::model::event::Event;
use crate::model::fold::RecordFold;
use crate::model::id::{Cursor, JobId, RecordId, RowId};
use crate::model::params::Params;
use crate::model::payload::{Counts, Facts, JobCreated, JobEnded, Nothing, Queued, SelectionFact, Trigger};
use crate::model::segment::{Draft, Segment, StoredSegment};
use crate::model::status::{JobStatus, RecordStatus};
use crate::model::time::Timestamp;

const NOW: Timestamp = Timestamp(1_000);

/// Three rows of two columns.
pub(super) fn load(store: &mut dyn Write, mode: LoadMode, rows: &[[&str; 2]]) -> super::Result<()> {
    let columns = vec!["name".to_owned(), "phone".to_owned()];
    let plan = LoadPlan { table: "people".to_owned(), columns, mode, unique: Vec::new(), at: NOW };
    let mut load = store.load(&plan)?;
    for row in rows {
        assert_eq!(load.row(&mut row.iter().map(|cell| cell.as_bytes()))?, Fate::Stored);
    }
    let facts =
        LoadFacts { file: "p.csv".into(), dialect: "d".into(), sha256: "0".repeat(64), entered: None, rejected: 0 };
    load.finish(&facts).map(drop)
}

const PEOPLE: [[&str; 2]; 3] = [["Ada", "007"], ["Bo", ""], ["Cy", "+49 1"]];

pub(super) fn new_job(total: u64, key: Option<&str>) -> NewJob {
    let created = JobCreated {
        spinner: "s".into(),
        version: 1,
        hash: "h".into(),
        steps: Vec::new(),
        table: "people".into(),
        metadata_fields: vec!["name".into()],
        total,
        selection: SelectionFact { summary: "all".into(), sha256: "x".into() },
        trigger: Trigger::RunNow,
        retry_of: None,
        idempotency_key: key.map(str::to_owned),
        input: None,
        settings: None,
        fingerprint: String::new(),
    };
    let selection = Selection { ranges: vec![1..=total], total };
    NewJob { created, rows: Rows::These(selection), settings: "{}".into(), fingerprint: "f".into() }
}

pub(super) fn record(job: JobId, row: u64, events: Vec<Event>) -> Segment {
    let mut draft = Draft::new(RecordId { job, row: RowId(row) }, RecordFold::default());
    for event in events {
        draft.push(NOW, &event).unwrap();
    }
    draft.seal().unwrap()
}

pub(super) fn queued() -> Event {
    Event::RecordQueued(Queued { params: Params::new([].into(), Vec::new()), carried: None })
}

pub(super) fn whole_record(job: JobId, row: u64) -> Segment {
    let events = vec![queued(), Event::RecordStarted(Nothing {}), Event::RecordCompleted(Nothing {})];
    record(job, row, events)
}

/// Everything, on an empty store.
pub(super) fn conforms(store: &mut dyn Write) {
    tables(store);
    spinners(store);
    let job = jobs(store);
    records(store, job);
    the_log(store, job);
    refusals(store, job);
    selections(store, job);
}

fn tables(store: &mut dyn Write) {
    load(store, LoadMode::New, &PEOPLE).unwrap();
    let table = store.table("PEOPLE").unwrap().unwrap();
    assert_eq!((table.rows, table.next_row, table.metadata.clone()), (3, 4, None));
    assert_eq!(table.fields(), ["name", "phone"]);
    store.set_metadata(NOW, "people", Some(&[])).unwrap();
    let table = store.table("people").unwrap().unwrap();
    assert_eq!(table.metadata, Some(Vec::new()), "set to nothing is not never set");
    store.set_metadata(NOW, "people", None).unwrap();
    // A load that is dropped leaves nothing.
    {
        let columns = vec!["phone".to_owned(), "name".to_owned()];
        let plan = LoadPlan { table: "people".into(), columns, mode: LoadMode::Append, unique: Vec::new(), at: NOW };
        let mut load = store.load(&plan).unwrap();
        load.row(&mut ["1", "x"].iter().map(|cell| cell.as_bytes())).unwrap();
    }
    assert_eq!(store.count_rows("people", None).unwrap(), 3);
    let columns = ["phone".to_owned()];
    let ask = RowAsk { table: "people", columns: &columns, range: (2, 9), condition: None, offset: 0, limit: 9 };
    let rows = store.rows(&ask).unwrap();
    assert_eq!(rows.iter().map(|row| (row.id.0, row.cells[0].as_str())).collect::<Vec<_>>(), [(2, ""), (3, "+49 1")]);
}

fn spinners(store: &mut dyn Write) {
    let hash = "a".repeat(64);
    let (first, fresh) = store.publish(NOW, "s", &hash, "text").unwrap();
    assert_eq!((first.version, fresh), (1, Fresh::New));
    assert_eq!(store.publish(NOW, "s", &hash, "text").unwrap().1, Fresh::Same);
    assert_eq!(store.publish(NOW, "s", &"b".repeat(64), "other").unwrap().0.version, 2);
    assert_eq!(store.spinner("s", None).unwrap().unwrap().version, 2);
    assert_eq!(store.spinner("s", Some(1)).unwrap().unwrap().definition, "text");
    assert_eq!(store.spinner("t", None).unwrap(), None);
}

fn jobs(store: &mut dyn Write) -> JobId {
    let id = store.create_job(NOW, &new_job(3, Some("key"))).unwrap().unwrap();
    assert!(matches!(store.create_job(NOW, &new_job(3, Some("key"))), Err(Error::KeyTaken(taken)) if taken == id));
    let job = store.job(id).unwrap().unwrap();
    assert_eq!((job.status, job.counts.not_started), (JobStatus::Queued, 3));
    assert_eq!(store.job_with_key("key").unwrap().map(|job| job.id), Some(id));
    assert!(matches!(store.drop_table(NOW, "people"), Err(Error::TableInUse { .. })));
    assert!(matches!(load(store, LoadMode::Replace, &PEOPLE), Err(Error::TableInUse { .. })));
    id
}

fn records(store: &mut dyn Write, id: JobId) {
    // A record starts only while its job runs (R3).
    assert!(matches!(store.append(&[whole_record(id, 1)]), Err(Error::JobConflict(_))));
    let started = Segment::job(id, NOW, vec![Event::JobStarted(Nothing {})]).unwrap();
    store.append(&[started, whole_record(id, 1), record(id, 2, vec![queued()])]).unwrap();
    let job = store.job(id).unwrap().unwrap();
    assert_eq!((job.counts.completed, job.counts.queued, job.counts.not_started), (1, 1, 1));
    assert_eq!(store.last_admitted(id).unwrap(), Some(RowId(2)));
    let open = RecordAsk { open: true, ..RecordAsk::default() };
    let rows: Vec<_> = store.records(&job, &open, RowId(0), 9).unwrap().iter().map(|r| r.id.row.0).collect();
    assert_eq!(rows, [2]);
    let done = RecordAsk { condition: Some("name = 'Ada'".into()), ..RecordAsk::default() };
    assert_eq!(store.count_records(&job, &done).unwrap(), 1);
    assert_eq!(store.selection(id, RowId(1), 9).unwrap(), [2..=3]);
}

fn the_log(store: &mut dyn Write, id: JobId) {
    let mut cursors = HashSet::new();
    let (mut last, mut heads) = (0, std::collections::HashMap::new());
    for segment in store.segments(Scope::All, Cursor(0), 999).unwrap() {
        for entry in segment.entries().unwrap() {
            assert!(entry.cursor.0 == last + 1 && cursors.insert(entry.cursor), "cursors are strictly increasing (E1)");
            last = entry.cursor.0;
            let seq = heads.entry(segment.job).or_insert(0);
            *seq += 1;
            assert_eq!(entry.seq, *seq, "seq is gapless in each stream (E2)");
        }
    }
    let record = RecordId { job: id, row: RowId(1) };
    let own = store.segments(Scope::Record(record), Cursor(0), 9).unwrap();
    assert_eq!(own.iter().map(|segment| segment.n).sum::<u32>(), 3);
    let after = Cursor(own[0].cursor.0);
    assert_eq!(store.segments(Scope::Record(record), after, 9).unwrap().len(), 1, "its later events are after it");
    for scope in [Scope::All, Scope::Job(id), Scope::Own(id), Scope::Workspace] {
        assert!(store.segments(scope, Cursor(last), 9).unwrap().is_empty(), "after the last event there is nothing");
    }
    let all = store.segments(Scope::All, Cursor(0), 999).unwrap();
    let of = |fits: &dyn Fn(&StoredSegment) -> bool| all.iter().filter(|s| fits(s)).cloned().collect::<Vec<_>>();
    let parts = [
        (Scope::Job(id), of(&|s| s.job == Some(id))),
        (Scope::Own(id), of(&|s| s.job == Some(id) && s.row.is_none())),
        (Scope::Workspace, of(&|s| s.job.is_none())),
    ];
    for (scope, part) in parts {
        assert_eq!(store.segments(scope, Cursor(0), 999).unwrap(), part, "{scope:?}");
    }
    let (request, upto) = store.request_of(after).unwrap().unwrap();
    assert!(request.0 > 0 && upto >= after);
}

fn refusals(store: &mut dyn Write, id: JobId) {
    let before = store.segments(Scope::All, Cursor(0), 999).unwrap();
    assert!(matches!(store.append(&[whole_record(id, 1)]), Err(Error::Conflict(_))), "a record is made once");
    let completed = Event::JobCompleted(JobEnded { counts: Counts::default(), reason_code: None, errors: Vec::new() });
    let twice = Segment::job(id, NOW, vec![completed.clone(), completed]).unwrap();
    assert!(matches!(store.append(&[record(id, 3, vec![queued()]), twice]), Err(Error::Illegal(_))));
    assert_eq!(store.segments(Scope::All, Cursor(0), 999).unwrap(), before, "a refused batch leaves nothing");
    assert_eq!(store.record(RecordId { job: id, row: RowId(3) }).unwrap(), None);
}

fn selections(store: &mut dyn Write, id: JobId) {
    let select = |store: &dyn Write, selector: Selector| store.select("people", &selector).unwrap().ranges;
    assert_eq!(select(store, Selector::default()), [1..=3]);
    let condition = |text: &str| Selector { condition: Some(text.to_owned()), ..Selector::default() };
    assert_eq!(select(store, condition("phone <> ''")), [1..=1, 3..=3]);
    assert_eq!(select(store, condition("num(phone) = '7'")), Vec::<std::ops::RangeInclusive<u64>>::new());
    assert_eq!(select(store, condition("num(phone) = 7")), [1..=1]);
    let rows = Selector { rows: Some(vec![2..=9, 1..=1]), limit: Some(2), ..Selector::default() };
    assert_eq!(select(store, rows), [1..=2]);
    let new = || Selector { new_for: Some("s".into()), ..Selector::default() };
    assert!(select(store, new()).is_empty(), "an open job has taken its rows");
    let ended = Event::JobFailed(JobEnded { counts: Counts::default(), reason_code: None, errors: Vec::new() });
    let canceled = Event::RecordCanceled(crate::model::payload::RecordEnded::default());
    let open = store.segments(Scope::Record(RecordId { job: id, row: RowId(2) }), Cursor(0), 9).unwrap();
    let mut fold = RecordFold::default();
    for entry in open.iter().flat_map(|segment| segment.entries().unwrap()) {
        fold.apply(entry.at, &entry.event).unwrap();
    }
    let mut draft = Draft::new(RecordId { job: id, row: RowId(2) }, fold);
    draft.push(NOW, &canceled).unwrap();
    store.append(&[draft.seal().unwrap(), Segment::job(id, NOW, vec![ended]).unwrap()]).unwrap();
    assert_eq!(store.record(RecordId { job: id, row: RowId(2) }).unwrap().unwrap().status, RecordStatus::Canceled);
    assert_eq!(select(store, new()), [2..=3], "rows that an ended job never started are new");
    for bad in
        ["name", "1) OR (1", "name = 'x' --", "name = 'x';", "x = 1", "(select 1 from cx_job)", "name > 3", "", "'"]
    {
        let refused = store.select("people", &condition(bad));
        let harmless = bad == "name";
        assert_eq!(refused.is_ok(), harmless, "{bad}: {refused:?}");
    }
    load(store, LoadMode::Replace, &PEOPLE).unwrap();
    assert_eq!(select(store, Selector::default()), [4..=6], "row numbers are never used twice");
    store.drop_table(NOW, "people").unwrap();
    assert_eq!(store.table("people").unwrap(), None);
    load(store, LoadMode::New, &PEOPLE).unwrap();
    assert_eq!(select(store, Selector::default()), [7..=9], "nor after a table was dropped");
    let at =
        |offset| Segment::workspace(Timestamp(NOW.0 + offset), vec![Event::TableDeleted(Facts::default())]).unwrap();
    store.append(&[at(9), at(5)]).unwrap();
    let times: Vec<_> = store.segments(Scope::All, Cursor(0), 999).unwrap();
    let last = times.last().unwrap();
    assert_eq!(store.end().unwrap(), Cursor(last.cursor.0 + u64::from(last.n) - 1));
    let times: Vec<_> = times.iter().filter(|segment| segment.job.is_none()).map(|segment| segment.at).collect();
    assert!(times.is_sorted(), "`at` never decreases in a stream (E3)");
}
