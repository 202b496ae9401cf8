//! A log with an event of every type that has a counterpart elsewhere, most of which no command writes yet.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cxgear::model::event::Event;
use cxgear::model::fold::RecordFold;
use cxgear::model::id::{JobId, RecordId, RowId};
use cxgear::model::params::Params;
use cxgear::model::payload::{
    Because, Counts, Decision, DecisionType, ErrorInfo, Facts, FailureOutcome, Intent, JobCreated, JobEnded,
    LimitExceeded, Nothing, Queued, RecordEnded, RecordRetry, SelectionFact, Signal, Sleeping, StepCompleted,
    StepFailed, StepName, StepProgress, StepRetry, StepStarted, StoredFile, Summary, ToolInvoked, ToolKind,
    ToolOutcome, Trigger, Wait, Waiting,
};
use cxgear::model::reason::Reason;
use cxgear::model::segment::{Draft, Segment};
use cxgear::model::time::{Millis, Timestamp};
use cxgear::store::{self, Access, Invocation, NewJob, Rows, Selection, SqliteStore, Write as _};
use serde_json::{Map, Value, json};

/// Makes the file in a folder.
pub(crate) fn prepare(folder: &Path) {
    let mut log = Log::new(&folder.join("cxgear.db"));
    jobs(&mut log);
    workspace(&mut log);
}

const NOW: Timestamp = Timestamp(1_774_449_075_000);
const WAITED: Timestamp = Timestamp(1_774_459_075_000);

fn map(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

fn facts(value: Value) -> Facts {
    Facts(map(value))
}

fn because(reason: Reason) -> Because {
    Because { reason_code: Some(reason) }
}

/// A log under construction: a second passes with each event.
struct Log {
    path: PathBuf,
    store: SqliteStore,
    at: i64,
    folds: BTreeMap<RecordId, RecordFold>,
}

impl Log {
    fn new(path: &Path) -> Log {
        let workspace = Some("CXGEAR".parse().unwrap());
        let invocation = Invocation { verb: "test".to_owned(), at: NOW, workspace };
        let store = store::open(path, Access::Create(invocation)).unwrap();
        Log { path: path.to_owned(), store, at: 0, folds: BTreeMap::new() }
    }

    /// What the vault would have stored beside `credential.created`.
    fn value_of_a_credential(&self) {
        let db = rusqlite::Connection::open(&self.path).unwrap();
        let at = NOW.plus(self.at).0;
        let sql = "INSERT INTO cx_credential VALUES ('thing', 0, zeroblob(24), zeroblob(20), ?1, ?1)";
        assert_eq!(db.execute(sql, [at]).unwrap(), 1);
    }

    fn now(&mut self) -> Timestamp {
        self.at += 1_000;
        NOW.plus(self.at)
    }

    fn job(&mut self) -> JobId {
        let step = |name: &str, kind: &str| StepName {
            name: name.to_owned(),
            kind: kind.to_owned(),
            outcome_key: format!("{kind}_done"),
        };
        let created = JobCreated {
            spinner: "welcome".to_owned(),
            version: 1,
            hash: "b".repeat(64),
            steps: vec![step("ask", "ai_agent"), step("call", "api_call")],
            table: "contacts".to_owned(),
            metadata_fields: vec!["phone".to_owned()],
            total: 9,
            selection: SelectionFact { summary: "all rows".to_owned(), sha256: "c".repeat(64) },
            trigger: Trigger::RunNow,
            retry_of: None,
            idempotency_key: None,
            settings: None,
            fingerprint: String::new(),
            input: Some(json!({ "note": "PRIVATE" })),
        };
        let rows = Rows::These(Selection { ranges: vec![1..=9], total: 9 });
        let at = self.now();
        let job = NewJob { created, rows, settings: "{}".to_owned(), fingerprint: String::new() };
        let id = self.store.create_job(at, &job).unwrap().unwrap();
        self.own(id, Event::JobStarted(Nothing {}));
        id
    }

    fn own(&mut self, job: JobId, event: Event) {
        let segment = Segment::job(job, self.now(), vec![event]).unwrap();
        self.store.append(&[segment]).unwrap();
    }

    fn ws(&mut self, event: Event) {
        let segment = Segment::workspace(self.now(), vec![event]).unwrap();
        self.store.append(&[segment]).unwrap();
    }

    fn record(&mut self, job: JobId, row: u64, events: Vec<Event>) {
        let id = RecordId { job, row: RowId(row) };
        let mut draft = Draft::new(id, self.folds.remove(&id).unwrap_or_default());
        for event in events {
            let at = self.now();
            draft.push(at, &event).unwrap();
        }
        self.folds.insert(id, draft.fold().clone());
        self.store.append(&[draft.seal().unwrap()]).unwrap();
    }
}

fn begun() -> Vec<Event> {
    let params = Params::new(["phone".to_owned()].into(), vec![json!("PRIVATE")]);
    vec![Event::RecordQueued(Queued { params, carried: None }), Event::RecordStarted(Nothing {})]
}

fn step(step_index: u32, intent: Option<Intent>) -> Event {
    Event::StepStarted(StepStarted { step_index, intent })
}

fn done(outcomes: Value, internal: Value) -> Event {
    Event::StepCompleted(StepCompleted { outcome_key: None, outcomes: map(outcomes), internal: map(internal) })
}

fn waits(kind: &str) -> Event {
    let wait = Wait {
        id: 1,
        kind: kind.to_owned(),
        stage: "ask".to_owned(),
        message: "go on?".to_owned(),
        fields: Vec::new(),
        expires_at: Some(WAITED),
        assignee: None,
    };
    Event::RecordWaiting(Waiting { wait })
}

fn signal(action: &str) -> Signal {
    let input = Some(json!({ "answer": "PRIVATE" }));
    Signal { wait_id: 1, action: action.to_owned(), input, reason: None, actor: "local".to_owned() }
}

fn error() -> ErrorInfo {
    let message = "the server answered 503".to_owned();
    ErrorInfo { kind: "provider".to_owned(), code: Reason::Timeout, field: None, message }
}

fn failed(outcome: FailureOutcome) -> Event {
    let provider_error_message = Some("upstream is down".to_owned());
    Event::StepFailed(StepFailed {
        outcome,
        reason_code: Reason::Timeout,
        errors: vec![error()],
        provider_error_message,
    })
}

fn decided(decision_type: DecisionType, judge_decision: Option<Value>) -> Event {
    let reason_code = (decision_type != DecisionType::Branch).then_some(Reason::StepFailed);
    Event::RecordDecision(Decision { decision_type, reason_code, next_step: None, judge_decision })
}

/// What a record can go through, in nine of them.
fn records(log: &mut Log, job: JobId) {
    let intent = Intent {
        tool_call_id: "call_001".to_owned(),
        tool_name: "crm".to_owned(),
        effect: "idempotent".to_owned(),
        idempotency_key: "k".to_owned(),
    };
    let asked = json!({ "query": "docs" });
    let tool = ToolInvoked {
        tool_kind: ToolKind::Api,
        tool_outcome: ToolOutcome::Timeout,
        tool_input_summary: Summary::of(asked.as_object().unwrap(), |_| false).with_preview("{\"query\":\"docs\"}"),
        tool_output_summary: Summary::default(),
        policy_reason_code: None,
        duration_ms: Millis(45),
    };
    let delta = StepProgress { kind: "content_delta".to_owned(), content_delta: Some("Here is".to_owned()) };
    let retry = StepRetry { reason_code: Reason::Timeout, delay_ms: Millis(500), errors: vec![error()] };
    let file = StoredFile {
        storage_id: "d".repeat(64),
        file_name: "call.txt".to_owned(),
        file_type: "text/plain".to_owned(),
        file_size: 12,
        deduplicated: false,
    };
    let mut well = begun();
    well.extend([
        step(0, None),
        Event::StepProgress(delta),
        done(json!({ "ai_response": "Here is the answer" }), json!({ "model": "mock" })),
        decided(DecisionType::Branch, None),
        step(1, Some(intent)),
        Event::ToolInvoked(tool),
        Event::StepRetryScheduled(retry),
        step(1, None),
        Event::StorageCreated(file),
        done(json!({ "call_id": 7 }), json!({})),
        Event::StorageDeleted(facts(json!({ "storage_id": "d".repeat(64) }))),
        Event::RecordCompleted(Nothing {}),
    ]);
    log.record(job, 1, well);
    let judged = json!({ "decision": "stop", "reason": "not a fit" });
    let again = RecordRetry {
        next_attempt: 2,
        max_attempts: 2,
        delay_ms: Millis(5),
        reason_code: Reason::StepFailed,
        at: None,
    };
    let mut badly = begun();
    badly.extend([
        step(0, None),
        failed(FailureOutcome::Continue),
        decided(DecisionType::Judge, Some(judged)),
        decided(DecisionType::Stop, None),
        decided(DecisionType::AwaitInput, None),
        Event::RecordRetryScheduled(again),
        Event::RecordStarted(Nothing {}),
        step(0, None),
        failed(FailureOutcome::FailRecord),
        Event::RecordFailed(RecordEnded::default()),
    ]);
    log.record(job, 2, badly);
    for (row, kind, answer) in [
        (3, "approval", Event::RecordSignalApplied(signal("approve"))),
        (4, "input", Event::RecordInputReceived(signal("submit_input"))),
        (5, "external", Event::RecordSignalApplied(signal("reject"))),
        (6, "agent", Event::RecordSignalApplied(signal("approve"))),
    ] {
        let mut waiting = begun();
        waiting.extend([
            waits(kind),
            answer,
            Event::RecordResumed(Because::default()),
            Event::RecordStarted(Nothing {}),
        ]);
        waiting.push(Event::RecordCompleted(Nothing {}));
        log.record(job, row, waiting);
    }
    let sleep = Sleeping { wake_at: WAITED, reason_code: Reason::DelayStep };
    let mut limited = begun();
    limited.extend([
        Event::RecordSleeping(sleep),
        Event::RecordResumed(Because::default()),
        Event::RecordStarted(Nothing {}),
        Event::RecordLimitExceeded(LimitExceeded::milliseconds("record_timeout", Millis(3_600_000), Millis(600_000))),
        Event::RecordFailed(RecordEnded { reason_code: Some(Reason::LimitExceeded), errors: vec![error()] }),
    ]);
    log.record(job, 7, limited);
    let mut stopped = begun();
    stopped.extend([
        Event::RecordStalled(because(Reason::Interrupted)),
        Event::RecordResumed(because(Reason::Interrupted)),
        Event::RecordStarted(Nothing {}),
        Event::RecordCanceling(because(Reason::User)),
        Event::RecordCanceled(RecordEnded { reason_code: Some(Reason::User), errors: Vec::new() }),
    ]);
    log.record(job, 8, stopped);
}

fn jobs(log: &mut Log) {
    let ended = |reason_code| {
        let counts = Counts { total: 9, completed: 5, failed: 2, canceled: 2, ..Counts::default() };
        JobEnded { counts, reason_code, errors: Vec::new() }
    };
    let job = log.job();
    records(log, job);
    log.own(job, Event::JobWaiting(because(Reason::CircuitOpen)));
    log.own(job, Event::JobResumed(Nothing {}));
    log.own(job, Event::JobWaiting(Because::default()));
    log.own(job, Event::JobResumed(Nothing {}));
    log.own(job, Event::JobCompleted(ended(None)));
    let broken = log.job();
    log.own(broken, Event::JobFailed(ended(Some(Reason::LimitExceeded))));
    let canceled = log.job();
    log.own(canceled, Event::JobCanceling(because(Reason::User)));
    log.own(canceled, Event::JobCanceled(ended(Some(Reason::User))));
}

fn workspace(log: &mut Log) {
    let named = |from: Value, to: &str| {
        facts(json!({ "from_status": from, "to_status": to, "reason_code": null, "name": "thing", "body": "PRIVATE" }))
    };
    let plain = || facts(json!({ "name": "thing", "metadata": "PRIVATE" }));
    let session = |id: u64| facts(json!({ "session": id, "job": 1 }));
    let refused = || facts(json!({ "name": "thing", "reason_code": "UNAUTHORIZED" }));
    for event in [
        Event::ProjectCreated(plain()),
        Event::ProjectUpdated(plain()),
        Event::ProjectDeleted(plain()),
        Event::IntegrationCreated(plain()),
        Event::IntegrationUpdated(plain()),
        Event::IntegrationConnecting(plain()),
        Event::IntegrationInteractionRequired(plain()),
        Event::IntegrationConnecting(plain()),
        Event::IntegrationInvalid(refused()),
        Event::IntegrationConnecting(plain()),
        Event::IntegrationConnected(plain()),
        Event::IntegrationDisconnected(plain()),
        Event::IntegrationTerminated(plain()),
        Event::IntegrationCreated(plain()),
        Event::IntegrationDeleted(plain()),
        Event::ChannelCreated(plain()),
        Event::ChannelUpdated(plain()),
        Event::ChannelConnecting(plain()),
        Event::ChannelInteractionRequired(plain()),
        Event::ChannelConnecting(plain()),
        Event::ChannelInvalid(refused()),
        Event::ChannelConnecting(plain()),
        Event::ChannelConnected(plain()),
        Event::ChannelDisconnected(plain()),
        Event::ChannelTerminated(plain()),
        Event::ChannelCreated(plain()),
        Event::ChannelDeleted(plain()),
        Event::CredentialCreated(named(Value::Null, "unverified")),
        Event::CredentialVerified(named(json!("unverified"), "verified")),
        Event::CredentialInvalid(named(json!("verified"), "invalid")),
        Event::CredentialUnverified(named(json!("invalid"), "unverified")),
        Event::CredentialDeleted(named(json!("unverified"), "deleted")),
        Event::SessionQueued(session(1)),
        Event::SessionRunning(session(1)),
        Event::SessionIdle(session(1)),
        Event::SessionCompleting(session(1)),
        Event::SessionCompleted(session(1)),
        Event::SessionQueued(session(2)),
        Event::SessionFailed(session(2)),
        Event::SpinnerCreated(plain()),
        Event::SpinnerUpdated(plain()),
        Event::SpinnerPublished(plain()),
        Event::SpinnerDeleted(plain()),
        Event::AgentCreated(plain()),
        Event::AgentPresenceChanged(plain()),
        Event::DestinationCreated(plain()),
        Event::DestinationActivated(named(json!("pending_verification"), "active")),
        Event::DestinationDeactivated(named(json!("active"), "inactive")),
        Event::DestinationDeleted(plain()),
    ] {
        let is_new_credential = matches!(event, Event::CredentialCreated(_));
        log.ws(event);
        if is_new_credential {
            log.value_of_a_credential();
        }
    }
}
