//! What may have been sent: nothing but a person decides about it, and what the person says is done (SPEC §5).
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use cxgear::engine::{Again, Answer, Call, Done, Effect, Overrides, Pipeline, Reply, StepError, Task, Work};
use cxgear::model::id::{Cursor, JobId, RecordId, RowId};
use cxgear::model::payload::{Assumed, ErrorInfo, JobCreated, SelectionFact, Trigger};
use cxgear::model::reason::Reason;
use cxgear::model::spinner::Limits;
use cxgear::model::time::Clock as _;
use cxgear::steps;
use cxgear::store::{self, Access, Left, NewJob, Read as _, Rows, Scope, SqliteStore, Write as _};
use cxgear::views::verify::verify;

mod workspace;

const ROWS: u64 = 20;

/// Something that sends, and whose answer is lost for every second row the first time.
struct Sender {
    name: &'static str,
    sent: Arc<Mutex<Vec<String>>>,
}

impl Call for Sender {
    fn effect(&self) -> Effect {
        Effect::Once
    }

    fn begin(&self, task: Task, reply: Reply) {
        let row = task.scope.record.row.0;
        self.sent.lock().unwrap().push(task.key.clone());
        let lost = self.name == "send" && row.is_multiple_of(2) && task.scope.record.job.0 == 1;
        let code = Reason::OutcomeUnknown;
        let error = ErrorInfo { kind: "provider".to_owned(), code, field: None, message: "no answer".to_owned() };
        let unknown = StepError { again: Again::Unknown, ..StepError::new(code, vec![error]) };
        reply.send(Answer::of(if lost { Err(unknown) } else { Ok(Done::default()) }));
    }
}

struct World {
    _folder: tempfile::TempDir,
    path: PathBuf,
    store: SqliteStore,
    pipeline: Pipeline,
    sent: Arc<Mutex<Vec<String>>>,
}

impl World {
    /// A job of which half may have been sent.
    fn new() -> World {
        let sent = Arc::new(Mutex::new(Vec::new()));
        let sender =
            |name| (name, Work::Elsewhere(Box::new(Sender { name, sent: Arc::clone(&sent) }) as Box<dyn Call>));
        let pipeline = workspace::worked(vec![sender("send"), sender("after")]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let mut store = workspace::open(&path);
        let id = workspace::job(&mut store, ROWS, &pipeline);
        workspace::drive(&path, &mut store, id, &pipeline, Limits::default());
        assert_eq!(store.job(id).unwrap().unwrap().counts.failed, ROWS / 2);
        sent.lock().unwrap().clear();
        World { _folder: folder, path, store, pipeline, sent }
    }

    fn retry(&mut self, assumed: Option<Assumed>) -> Option<JobId> {
        let created = JobCreated {
            spinner: "s".to_owned(),
            version: 1,
            hash: String::new(),
            steps: steps::named(&self.pipeline),
            table: "t".to_owned(),
            metadata_fields: vec!["n".to_owned()],
            total: 0,
            selection: SelectionFact { summary: "left".to_owned(), sha256: String::new() },
            trigger: Trigger::Retry,
            retry_of: Some(1),
            idempotency_key: None,
            settings: None,
            fingerprint: String::new(),
            input: None,
        };
        let (job, doubtful) = (JobId(1), assumed.is_some());
        let rows = Rows::Left(Left { job, row: None, failed: true, reason: None, step: None, doubtful });
        let settings = serde_json::to_string(&Overrides { assumed, ..Overrides::default() }).unwrap();
        let new = NewJob { created, rows, settings, fingerprint: "r".into() };
        let id = self.store.create_job(workspace::Machine.now(), &new).unwrap()?;
        workspace::drive(&self.path, &mut self.store, id, &self.pipeline, Limits::default());
        let verified = verify(&store::open(&self.path, Access::Snapshot).unwrap(), None, None).unwrap();
        assert!(verified.breaches.is_empty(), "{:?}", verified.breaches);
        assert_eq!(self.store.job(id).unwrap().unwrap().counts.completed, ROWS / 2);
        Some(id)
    }

    /// The steps that a call was made for.
    fn steps(&self) -> Vec<String> {
        let sent = self.sent.lock().unwrap();
        sent.iter().map(|key| key.rsplit('-').next().unwrap().to_owned()).collect()
    }
}

#[test]
fn nothing_is_tried_again_that_nobody_has_decided_about() {
    let mut world = World::new();
    assert_eq!(world.retry(None), None, "there is nothing else to retry");
    assert!(world.steps().is_empty());
}

#[test]
fn what_is_assumed_to_be_sent_is_not_sent_again() {
    let mut world = World::new();
    let id = world.retry(Some(Assumed::Sent)).unwrap();
    assert_eq!(world.steps(), vec!["after"; ROWS as usize / 2]);
    let record = RecordId { job: id, row: RowId(2) };
    let events = world.store.segments(Scope::Record(record), Cursor(0), 9).unwrap();
    let told: String = events.iter().map(|segment| segment.events.clone()).collect();
    assert!(told.contains("\"assumed\":\"sent\""), "who decided what is in the log: {told}");
    assert_eq!(world.retry(Some(Assumed::Sent)), None, "each is decided about once");
}

#[test]
fn what_is_assumed_not_to_be_sent_is_sent_under_the_same_key() {
    let mut world = World::new();
    world.retry(Some(Assumed::NotSent)).unwrap();
    let steps = world.steps();
    assert_eq!(steps.iter().filter(|step| *step == "send").count() as u64, ROWS / 2);
    assert_eq!(steps.iter().filter(|step| *step == "after").count() as u64, ROWS / 2);
    assert!(world.sent.lock().unwrap().iter().all(|key| key.starts_with("-")), "the keys are those of the first job");
}
