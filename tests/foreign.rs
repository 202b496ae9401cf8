//! `events --as`: every name of both other systems, told from a log that has all of our types in it, against golden files.
//!
//! `CXGEAR_REGENERATE=1 cargo test --test foreign` writes them anew; read the difference before it is kept.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use cxgear::model::event::{Event, EventType};
use cxgear::model::fold::RecordFold;
use cxgear::model::id::{JobId, RecordId, RowId};
use cxgear::model::params::Params;
use cxgear::model::payload::{
    Because, Counts, Decision, DecisionType, ErrorInfo, Facts, FailureOutcome, Intent, JobCreated, JobEnded,
    LimitExceeded, Nothing, Queued, RecordEnded, RecordRetry, SelectionFact, Signal, Sleeping, StepCompleted,
    StepFailed, StepName, StepProgress, StepRetry, StepStarted, Trigger, Wait, Waiting,
};
use cxgear::model::public::foreign::{COUNTERPARTS, Form};
use cxgear::model::reason::Reason;
use cxgear::model::segment::{Draft, Segment};
use cxgear::model::time::{Millis, Timestamp};
use cxgear::store::{self, Access, Invocation, NewJob, Rows, Selection, SqliteStore, Write as _};
use serde_json::{Map, Value, json};

/// The rows of EVENTS §6, each with the names it is about: a file each.
const ROWS: &[(Form, &str, &[&str])] = &[
    (Form::TaskRun, "agent", &["agent.created", "agent.updated", "agent.deleted"]),
    (Form::TaskRun, "source", &["source.created", "source.updated", "source.deleted"]),
    (
        Form::TaskRun,
        "connection",
        &[
            "connection.connecting",
            "connection.connected",
            "connection.invalid",
            "connection.disconnected",
            "connection.terminated",
            "connection.interaction_required",
        ],
    ),
    (
        Form::TaskRun,
        "credential",
        &[
            "credential.created",
            "credential.unverified",
            "credential.verified",
            "credential.invalid",
            "credential.deleted",
        ],
    ),
    (
        Form::TaskRun,
        "session",
        &[
            "session.queued",
            "session.running",
            "session.idle",
            "session.completing",
            "session.completed",
            "session.failed",
        ],
    ),
    (Form::TaskRun, "task", &["task.created", "task.updated", "task.deleted"]),
    (
        Form::TaskRun,
        "task_run",
        &[
            "task_run.queued",
            "task_run.running",
            "task_run.completed",
            "task_run.failed",
            "task_run.canceling",
            "task_run.canceled",
        ],
    ),
    (Form::TaskRun, "task_run-waiting", &["task_run.pending", "task_run.interaction_required"]),
    (Form::TaskRun, "storage", &["storage.created", "storage.deleted"]),
    (
        Form::TaskRun,
        "workflow_run",
        &[
            "workflow_run.queued",
            "workflow_run.running",
            "workflow_run.completed",
            "workflow_run.failed",
            "workflow_run.canceled",
            "workflow_run.interaction_required",
        ],
    ),
    (Form::TaskRun, "workflow_run-sleeping", &["workflow_run.sleeping"]),
    (Form::TaskRun, "event_destination", &["event_destination.activated", "event_destination.deactivated"]),
    (Form::Run, "lifecycle", &["run.created", "run.worker.started", "run.worker.succeeded", "run.worker.failed"]),
    (Form::Run, "pauses", &["run.worker.stalled", "run.worker.retry_scheduled", "run.resumed", "run.cancelled"]),
    (Form::Run, "limit", &["run.limit_exceeded"]),
    (Form::Run, "progress", &["step.progress"]),
    (Form::Run, "done", &["step.done"]),
    (Form::Run, "tool", &["run.tool.invoked"]),
    (Form::Run, "decision", &["run.coordination.decision"]),
    (Form::Run, "input", &["run.awaiting_input", "run.signal_applied", "run.input_received"]),
];

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
    store: SqliteStore,
    at: i64,
    folds: BTreeMap<RecordId, RecordFold>,
}

impl Log {
    fn new(path: &Path) -> Log {
        let workspace = Some("CXGEAR".parse().unwrap());
        let invocation = Invocation { verb: "test".to_owned(), at: NOW, workspace };
        Log { store: store::open(path, Access::Create(invocation)).unwrap(), at: 0, folds: BTreeMap::new() }
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
    let stats = json!({
        "fields_total": 1, "fields_redacted": 0, "bytes_before_redaction": 20, "bytes_after_redaction": 20
    });
    let summary = json!({ "schema_version": "v1", "preview": "{}", "stats": stats, "truncated": false });
    let tool = json!({
        "tool_call_id": "call_001", "tool_name": "crm", "tool_kind": "api", "tool_outcome": "timeout",
        "tool_input_summary": summary, "tool_output_summary": summary, "policy_reason_code": null, "duration_ms": 45
    });
    let delta = StepProgress { kind: "content_delta".to_owned(), content_delta: Some("Here is".to_owned()) };
    let retry = StepRetry { reason_code: Reason::Timeout, delay_ms: Millis(500), errors: vec![error()] };
    let file = json!({
        "storage_id": "f1", "file_name": "call.txt", "file_type": "text/plain", "file_size": 12,
        "sha256": "d".repeat(64), "deduplicated": false
    });
    let mut well = begun();
    well.extend([
        step(0, None),
        Event::StepProgress(delta),
        done(json!({ "ai_response": "Here is the answer" }), json!({ "model": "mock" })),
        decided(DecisionType::Branch, None),
        step(1, Some(intent)),
        Event::ToolInvoked(facts(tool)),
        Event::StepRetryScheduled(retry),
        step(1, None),
        Event::StorageCreated(facts(file)),
        done(json!({ "call_id": 7 }), json!({})),
        Event::StorageDeleted(facts(json!({ "storage_id": "f1" }))),
        Event::RecordCompleted(Nothing {}),
    ]);
    log.record(job, 1, well);
    let judged = json!({ "decision": "stop", "reason": "not a fit" });
    let again = RecordRetry { next_attempt: 2, max_attempts: 2, delay_ms: Millis(5), reason_code: Reason::StepFailed };
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
    let connects = |to: &str| named(json!("connecting"), to);
    for event in [
        Event::ProjectCreated(plain()),
        Event::ProjectUpdated(plain()),
        Event::ProjectDeleted(plain()),
        Event::IntegrationCreated(plain()),
        Event::IntegrationUpdated(plain()),
        Event::IntegrationDeleted(plain()),
        Event::IntegrationConnecting(named(json!("configured"), "connecting")),
        Event::IntegrationConnected(connects("connected")),
        Event::IntegrationInvalid(connects("invalid")),
        Event::IntegrationDisconnected(connects("disconnected")),
        Event::IntegrationTerminated(connects("terminated")),
        Event::IntegrationInteractionRequired(connects("interaction_required")),
        Event::ChannelCreated(plain()),
        Event::ChannelConnecting(named(json!("configured"), "connecting")),
        Event::ChannelConnected(connects("connected")),
        Event::ChannelInvalid(connects("invalid")),
        Event::ChannelDisconnected(connects("disconnected")),
        Event::ChannelTerminated(connects("terminated")),
        Event::ChannelInteractionRequired(connects("interaction_required")),
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
        log.ws(event);
    }
}

fn printed(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
    let output = command.args(args).current_dir(folder).env_clear().output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn parsed(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn prepare(folder: &Path) {
    let mut log = Log::new(&folder.join("cxgear.db"));
    jobs(&mut log);
    workspace(&mut log);
}

/// The log as one of the other systems would tell it, as it is printed.
fn told(folder: &Path, form: Form) -> String {
    printed(folder, &["events", "--as", form.name(), "--format", "ndjson"])
}

fn golden(file: &Path, made: &str) {
    if std::env::var_os("CXGEAR_REGENERATE").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, made).unwrap();
    }
    let there = std::fs::read_to_string(file).unwrap_or_default();
    assert_eq!(there, made, "{} is not what is printed", file.display());
}

#[test]
fn every_row_is_what_its_golden_file_says() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let mut covered = 0;
    for form in Form::ALL {
        let all = told(folder.path(), form);
        let mut unnamed: BTreeSet<_> = parsed(&all).iter().map(|event| event["type"].to_string()).collect();
        for (_, row, names) in ROWS.iter().filter(|(of, ..)| *of == form) {
            let mark = |name: &&str| format!("\"type\":\"{name}\"");
            let lines = all.lines().filter(|line| names.iter().any(|name| line.contains(&mark(&name))));
            let lines: String = lines.map(|line| format!("{line}\n")).collect();
            for name in *names {
                assert!(lines.contains(&mark(&name)), "nothing is told as `{name}`");
                assert!(unnamed.remove(&json!(name).to_string()), "`{name}` is in two rows");
            }
            let place = format!("tests/golden/{}/{row}.ndjson", form.name());
            golden(&Path::new(env!("CARGO_MANIFEST_DIR")).join(place), &lines);
            covered += 1;
        }
        assert!(unnamed.is_empty(), "in no row: {unnamed:?}");
    }
    assert_eq!(covered, 20, "12 rows of the first table and 8 of the second");
}

#[test]
fn every_line_of_the_table_is_met_and_everything_else_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let ours: BTreeMap<u64, EventType> = parsed(&printed(folder.path(), &["events", "--format", "ndjson"]))
        .iter()
        .map(|event| (event["cursor"].as_u64().unwrap(), EventType::named(event["type"].as_str().unwrap()).unwrap()))
        .collect();
    let mut met = 0;
    let mut names = BTreeSet::new();
    for form in Form::ALL {
        let told: BTreeSet<_> = parsed(&told(folder.path(), form))
            .iter()
            .map(|event| (ours[&event["cursor"].as_u64().unwrap()].name(), event["type"].as_str().unwrap().to_owned()))
            .collect();
        for row in COUNTERPARTS.iter().filter(|row| row.form == form) {
            assert!(told.contains(&(row.ours.name(), row.name.to_owned())), "{} as {}", row.ours.name(), row.name);
            names.insert((form.name(), row.name));
            met += 1;
        }
        for (kind, name) in &told {
            let known = COUNTERPARTS.iter().any(|row| row.form == form && row.ours.name() == *kind && row.name == name);
            assert!(known, "{kind} as {name}");
        }
        let kinds: BTreeSet<_> = told.iter().map(|(kind, _)| *kind).collect();
        for left_out in ["agent.created", "spinner.published", "channel.created", "destination.created", "job.created"]
        {
            assert!(ours.values().any(|kind| kind.name() == left_out), "{left_out} is not in the log");
            assert!(!kinds.contains(left_out), "{left_out} is told in {}", form.name());
        }
    }
    assert_eq!((names.len(), met), (45 + 16, COUNTERPARTS.len()), "the names of the three documents");
}

#[test]
fn what_clients_supplied_is_hidden_under_any_name() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    for form in Form::ALL {
        let all = told(folder.path(), form);
        assert!(!all.contains("PRIVATE"), "{}", form.name());
        let table = printed(folder.path(), &["events", "--limit", "999", "--as", form.name()]);
        assert!(!table.contains("PRIVATE"), "{table}");
    }
    let args = ["events", "--as", "run", "--type", "run.created", "--format", "ndjson"];
    let hidden = parsed(&printed(folder.path(), &args));
    assert_eq!(hidden.len(), 8);
    for event in &hidden {
        assert_eq!(event["payload"]["redacted"], true);
        assert_eq!(event["payload"]["redacted_keys"], json!(["input"]));
    }
    let shown = parsed(&printed(folder.path(), &[&args[..], &["--reveal"]].concat()));
    assert_eq!(shown[0]["payload"]["value"]["input"], json!({ "phone": "PRIVATE" }));
    assert_eq!(shown[0]["payload"]["redacted"], false);
}

/// Names may be asked for as they are shown, or as ours; a page counts what is shown.
#[test]
fn types_and_pages_are_of_what_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let types = |patterns: &[&str]| {
        let mut args = vec!["events", "--as", "task_run", "--format", "ndjson"];
        args.extend(patterns.iter().flat_map(|pattern| ["--type", pattern]));
        let told = parsed(&printed(folder.path(), &args));
        told.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(types(&["task_run.pending"]), ["task_run.pending"]);
    assert_eq!(types(&["record.waiting"]), ["task_run.pending", "task_run.interaction_required"]);
    assert_eq!(types(&["agent.*"]), ["agent.created", "agent.updated", "agent.deleted"]);
    let page = |after: &str| {
        let args =
            ["events", "--as", "run", "--type", "step.done", "--limit", "3", "--format", "json", "--after", after];
        serde_json::from_str::<Value>(&printed(folder.path(), &args)).unwrap()
    };
    let first = page("0");
    assert_eq!((first["data"].as_array().unwrap().len(), &first["has_more"]), (3, &json!(true)));
    let second = page(&first["next_cursor"].to_string());
    assert_eq!((second["data"].as_array().unwrap().len(), &second["has_more"]), (1, &json!(false)));
}
