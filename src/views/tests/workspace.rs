//! A small workspace with one of everything in it.

use serde_json::{Map, Value as Json, json};

use crate::model::event::Event;
use crate::model::fold::RecordFold;
use crate::model::id::{JobId, RecordId, RowId};
use crate::model::params::Params;
use crate::model::payload::{
    Because, Counts, Decision, DecisionType, ErrorInfo, FailureOutcome, JobCreated, JobEnded, Level, Message, Nothing,
    Queued, RecordEnded, SelectionFact, StepCompleted, StepFailed, StepName, StepRetry, StepSkipped, StepStarted,
    Trigger, Wait, Waiting,
};
use crate::model::reason::Reason;
use crate::model::segment::{Draft, Segment};
use crate::model::time::{Millis, Timestamp};
use crate::store::{Invocation, LoadFacts, LoadMode, LoadPlan, NewJob, Rows, Selection, SqliteStore, Write as _};

pub(super) const NOW: Timestamp = Timestamp(1_774_449_075_000);
pub(super) const SPINNER: &str =
    "name = \"welcome\"\ndescription = \"Greets\"\n\n[[steps]]\nname = \"start\"\ntype = \"log\"\nmessage = \"Hi\"\n";

pub(super) fn at(offset: i64) -> Timestamp {
    NOW.plus(offset)
}

pub(super) fn map(value: Json) -> Map<String, Json> {
    value.as_object().cloned().unwrap()
}

pub(super) fn error(message: &str, code: Reason) -> ErrorInfo {
    ErrorInfo { kind: "template".into(), code, field: None, message: message.into() }
}

/// An empty workspace.
pub(super) fn empty() -> SqliteStore {
    SqliteStore::in_memory(Invocation { verb: "test".into(), at: NOW, workspace: Some("1".parse().unwrap()) }).unwrap()
}

pub(super) fn import(store: &mut SqliteStore, table: &str, columns: &[&str], rows: u64) {
    let columns: Vec<String> = columns.iter().map(|&name| name.to_owned()).collect();
    let plan =
        LoadPlan { table: table.into(), columns: columns.clone(), mode: LoadMode::New, unique: Vec::new(), at: NOW };
    let mut load = store.load(&plan).unwrap();
    for row in 1..=rows {
        let cells: Vec<String> = columns.iter().map(|column| format!("{column}{row}")).collect();
        load.row(&mut cells.iter().map(String::as_bytes)).unwrap();
    }
    let facts =
        LoadFacts { file: "c.csv".into(), dialect: "utf-8".into(), sha256: "a".repeat(64), entered: None, rejected: 0 };
    load.finish(&facts).unwrap();
}

pub(super) fn steps() -> Vec<StepName> {
    let step =
        |name: &str, kind: &str, key: &str| StepName { name: name.into(), kind: kind.into(), outcome_key: key.into() };
    vec![step("start", "log", "logged"), step("route", "decision", "branched"), step("done", "tag", "tagged")]
}

pub(super) fn create(store: &mut SqliteStore, rows: std::ops::RangeInclusive<u64>) -> JobId {
    create_over(store, vec![rows])
}

pub(super) fn create_over(store: &mut SqliteStore, ranges: Vec<std::ops::RangeInclusive<u64>>) -> JobId {
    let total = ranges.iter().map(|rows| rows.end() - rows.start() + 1).sum();
    let created = JobCreated {
        spinner: "welcome".into(),
        version: 1,
        hash: "b".repeat(64),
        steps: steps(),
        table: "contacts".into(),
        metadata_fields: vec!["name".into(), "phone".into()],
        total,
        selection: SelectionFact { summary: "all rows".into(), sha256: "c".repeat(64) },
        trigger: Trigger::RunNow,
        retry_of: None,
        idempotency_key: None,
        input: None,
        settings: None,
        fingerprint: String::new(),
    };
    let selection = Selection { ranges, total };
    let job = NewJob { created, rows: Rows::These(selection), settings: "{}".into(), fingerprint: String::new() };
    store.create_job(NOW, &job).unwrap().unwrap()
}

pub(super) fn own(store: &mut SqliteStore, job: JobId, offset: i64, events: Vec<Event>) {
    store.append(&[Segment::job(job, at(offset), events).unwrap()]).unwrap();
}

pub(super) fn queued(row: u64) -> Event {
    let names = ["name".to_owned(), "phone".to_owned()];
    let params = Params::new(names.into(), vec![json!(format!("name{row}")), json!(format!("phone{row}"))]);
    Event::RecordQueued(Queued { params, carried: None })
}

pub(super) fn started() -> Event {
    Event::RecordStarted(Nothing {})
}

pub(super) fn step(step_index: u32) -> Event {
    Event::StepStarted(StepStarted { step_index, intent: None })
}

pub(super) fn said(text: &str) -> Event {
    Event::StepMessage(Message { level: Level::Info, text: text.into(), truncated: false })
}

pub(super) fn done(outcomes: Json, internal: Json) -> Event {
    Event::StepCompleted(StepCompleted { outcome_key: None, outcomes: map(outcomes), internal: map(internal) })
}

pub(super) fn failed(outcome: FailureOutcome, message: &str) -> Event {
    let reason_code = Reason::RenderFailed;
    let errors = vec![error(message, reason_code)];
    Event::StepFailed(StepFailed { outcome, reason_code, errors, provider_error_message: None })
}

pub(super) fn invalid(row: u64) -> RecordEnded {
    let errors = vec![error(&format!("row {row}, column `phone`: the cell is empty"), Reason::InvalidParams)];
    RecordEnded { reason_code: Some(Reason::InvalidParams), errors }
}

pub(super) fn completed() -> Event {
    Event::RecordCompleted(Nothing {})
}

pub(super) fn interrupted() -> Because {
    Because { reason_code: Some(Reason::Interrupted) }
}

/// A record's events as one segment for each of `parts`, an event every ten milliseconds.
pub(super) fn record(store: &mut SqliteStore, job: JobId, row: u64, parts: Vec<Vec<Event>>) {
    let mut fold = RecordFold::default();
    let mut offset = i64::try_from(row * 1_000).unwrap();
    for events in parts {
        let mut draft = Draft::new(RecordId { job, row: RowId(row) }, fold);
        for event in events {
            draft.push(at(offset), &event).unwrap();
            offset += 10;
        }
        fold = draft.fold().clone();
        store.append(&[draft.seal().unwrap()]).unwrap();
    }
}

/// Job 1 has ended, one record of each kind; job 2 was left by its process; job 3 is queued.
pub(super) fn workspace() -> SqliteStore {
    let mut store = empty();
    import(&mut store, "contacts", &["name", "phone", "country"], 30);
    store.publish(NOW, "welcome", &"b".repeat(64), SPINNER).unwrap();
    store.publish(at(1), "welcome", &"d".repeat(64), &SPINNER.replace("Hi", "Hello")).unwrap();
    first_job(&mut store);
    let second = create(&mut store, 1..=30);
    own(&mut store, second, 6_000, vec![Event::JobStarted(Nothing {})]);
    let wait = Wait {
        id: 1,
        kind: "approval".into(),
        stage: "start".into(),
        message: "go on?".into(),
        fields: Vec::new(),
        expires_at: None,
        assignee: None,
    };
    record(&mut store, second, 1, vec![vec![queued(1), started(), Event::RecordWaiting(Waiting { wait })]]);
    create(&mut store, 7..=9);
    store
}

pub(super) fn first_job(store: &mut SqliteStore) {
    let job = create(store, 1..=5);
    own(store, job, 500, vec![Event::JobStarted(Nothing {})]);
    let jump = Decision {
        decision_type: DecisionType::Branch,
        reason_code: None,
        next_step: Some("done".into()),
        judge_decision: None,
    };
    let tagged = || done(json!({ "disposition": "called", "tags": ["a", "b"] }), json!({}));
    let log = || vec![step(0), said("Hello"), done(json!({}), json!({}))];
    let all = |parts: Vec<Vec<Event>>| vec![parts.concat()];
    let route = vec![step(1), done(json!({}), json!({ "branch": "x" })), Event::RecordDecision(jump)];
    let begin = |row| vec![queued(row), started()];
    record(store, job, 1, all(vec![begin(1), log(), route, vec![step(2), tagged(), completed()]]));
    let fails = vec![step(2), failed(FailureOutcome::FailRecord, "row 2, step `done`: no such field")];
    let end = vec![Event::RecordFailed(RecordEnded::default())];
    record(store, job, 2, all(vec![begin(2), log(), fails, end]));
    let softly = vec![step(0), failed(FailureOutcome::Continue, "soft")];
    let skipped = StepSkipped { step_index: 1, reason_code: Reason::ConditionFalse };
    let skipped = vec![Event::StepSkipped(skipped), step(2), tagged(), completed()];
    record(store, job, 3, all(vec![begin(3), softly, skipped]));
    record(store, job, 4, all(vec![begin(4), vec![Event::RecordFailed(invalid(4))]]));
    let again = StepRetry { reason_code: Reason::Interrupted, delay_ms: Millis(0), errors: Vec::new() };
    let stop = vec![Event::RecordStalled(interrupted()), Event::StepRetryScheduled(again)];
    let resume = vec![Event::RecordResumed(interrupted()), started()];
    let parts = vec![begin(5), vec![step(0)], stop, resume, [log(), vec![step(2), tagged(), completed()]].concat()];
    record(store, job, 5, parts);
    let counts = Counts { total: 5, completed: 3, failed: 2, ..Counts::default() };
    let ended = JobEnded { counts, reason_code: None, errors: Vec::new() };
    own(store, job, 8_000, vec![Event::JobCompleted(ended)]);
}
