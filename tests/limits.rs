//! Limits of a spinner: each one says so in the log, then ends what it limits in the ordinary way (EVENTS §1.5).
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use cxgear::engine::run::{Ending, Run};
use cxgear::engine::{Interrupt, JobFacts, Sink};
use cxgear::ingest::{self, Options, Source};
use cxgear::model::event::Event;
use cxgear::model::id::{Cursor, JobId};
use cxgear::model::payload::{Counts, JobCreated, Nothing, Progress, SelectionFact, Trigger};
use cxgear::model::segment::Segment;
use cxgear::model::spinner::Spinner;
use cxgear::model::time::{Clock, Timestamp};
use cxgear::steps::{self, Known, Tools};
use cxgear::store::{
    self, Access, Invocation, Job, LoadMode, LoadPlan, NewJob, Read as _, Rows, Scope, Selector, SqliteStore,
    Write as _,
};

/// A clock that goes on by so many milliseconds whenever it is looked at.
struct Ticking(AtomicI64, i64);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.fetch_add(self.1, Ordering::SeqCst))
    }
}

struct Deaf;

impl Sink for Deaf {
    fn on(&mut self, _: &[Segment]) {}
}

impl ingest::Aside for Deaf {
    fn take(&mut self, _: u64, _: &str, _: &mut dyn Iterator<Item = &[u8]>) -> std::io::Result<()> {
        Ok(())
    }
}

/// Runs a spinner with these limits over `rows` rows, every third of which fails; the job, and the types in its stream.
fn run(limits: &str, rows: u64, tick: i64) -> (Job, Vec<String>) {
    run_after(limits, rows, tick, |_, _| {})
}

/// The same, after `before` has left its traces.
fn run_after(limits: &str, rows: u64, tick: i64, before: impl FnOnce(&mut SqliteStore, JobId)) -> (Job, Vec<String>) {
    let text = format!(
        "name = \"s\"\n[params]\nn = \"integer\"\n[limits]\n{limits}\n\
         [[steps]]\nname = \"a\"\ntype = \"log\"\nmessage = \"{{{{ 1 // (n % 3) }}}}\"\n\
         [[steps]]\nname = \"b\"\ntype = \"tag\"\ndisposition = \"x\"\n"
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let invocation = Invocation { verb: "test".to_owned(), at: Timestamp(1), workspace: None };
    let mut store: SqliteStore = store::open(&path, Access::Create(invocation)).unwrap();
    let csv: String = (1..=rows).map(|n| format!("{n},x\n")).collect();
    let bytes = std::io::Cursor::new(format!("n,t\n{csv}"));
    let mut reading =
        ingest::open(Source::Stream { name: "t".to_owned(), reader: Box::new(bytes) }, &Options::default()).unwrap();
    let columns = reading.columns().to_vec();
    let plan = LoadPlan { table: "t".to_owned(), columns, mode: LoadMode::New, unique: Vec::new(), at: Timestamp(1) };
    ingest::import(&mut reading, &mut store, &plan, &mut Deaf, &mut |_| {}).unwrap();
    let (spinner, _) = Spinner::parse(&text).unwrap();
    let (pipeline, _) = steps::build(&spinner, &Known::default(), &Tools::default()).unwrap();
    let created = JobCreated {
        spinner: "s".to_owned(),
        version: 1,
        hash: spinner.hash,
        steps: steps::named(&pipeline),
        table: "t".to_owned(),
        metadata_fields: vec!["n".to_owned()],
        total: rows,
        selection: SelectionFact { summary: "all".to_owned(), sha256: String::new() },
        trigger: Trigger::RunNow,
        retry_of: None,
        idempotency_key: None,
        input: None,
        settings: None,
        fingerprint: String::new(),
    };
    let new =
        NewJob { created, rows: Rows::Chosen(Selector::default()), settings: "{}".into(), fingerprint: "f".into() };
    let id: JobId = store.create_job(Timestamp(1), &new).unwrap().unwrap();
    before(&mut store, id);
    let job = store.job(id).unwrap().unwrap();
    let reader = store::open(&path, Access::Read).unwrap();
    let facts = JobFacts {
        spinner: "s".to_owned(),
        version: 1,
        steps: Vec::new(),
        project: "default".to_owned(),
        project_type: "outreach".to_owned(),
        ..JobFacts::default()
    };
    let run = Run {
        job: &job,
        pipeline: &pipeline,
        limits: spinner.limits,
        assumed: None,
        facts: Arc::new(facts),
        reader: &reader,
        clock: &Ticking(AtomicI64::new(1_000), tick),
        interrupt: &Interrupt::default(),
    };
    assert_eq!(run.drive(&mut store, &mut Deaf).unwrap(), Ending::Ended);
    let segments = store.segments(Scope::Job(id), Cursor(0), u64::MAX).unwrap();
    let types = segments.iter().flat_map(|segment| segment.entries().unwrap());
    let types = types.map(|entry| entry.event.kind().name().to_owned()).collect();
    (store.job(id).unwrap().unwrap(), types)
}

fn ends_with(types: &[String], end: &[&str]) {
    assert_eq!(&types[types.len() - end.len()..], end);
}

#[test]
fn too_many_failures_end_the_job() {
    let (job, types) = run("max_failures = 2", 30, 0);
    ends_with(&types, &["record.failed", "job.limit_exceeded", "job.failed"]);
    // It stops at more than two: at the third failure, in row 9.
    assert_eq!((job.counts.failed, job.counts.completed, job.counts.not_started), (3, 6, 21));
    let (job, _) = run("max_failures = \"50%\"", 30, 0);
    assert_eq!((job.status.name(), job.counts.failed), ("completed", 10));
}

#[test]
fn a_job_that_runs_too_long_is_ended() {
    let (job, types) = run("job_timeout = \"1s\"", 1_000, 10);
    ends_with(&types, &["job.limit_exceeded", "job.failed"]);
    assert!(job.counts.not_started > 0 && job.counts.completed > 0);
    assert!(job.ran.0 > 1_000, "{:?}", job.ran);
    let (job, _) = run("job_timeout = \"1h\"", 30, 10);
    assert_eq!(job.status.name(), "completed");
}

#[test]
fn records_that_rest_are_canceled_when_the_job_is_ended() {
    let limits = "job_timeout = \"1s\"\n[record_retry]\nattempts = 2\nfirst = \"1h\"\nmax = \"1h\"";
    let (job, types) = run(limits, 1_000, 10);
    let canceled = types.iter().filter(|kind| *kind == "record.canceled").count();
    assert!(canceled > 2 && job.counts.canceled == canceled as u64, "{:?}", job.counts);
    let end: Vec<_> = std::iter::once("job.limit_exceeded")
        .chain(std::iter::repeat_n("record.canceled", canceled))
        .chain(["job.failed"])
        .collect();
    ends_with(&types, &end);
    assert_eq!((job.status.name(), job.counts.failed, job.counts.queued), ("failed", 0, 0));
}

#[test]
fn a_job_does_not_gain_time_by_dying() {
    // A process that began at 50 and was last heard of at 500 ran for 0.45 s; from there to 1,000 nobody ran.
    let died = |store: &mut SqliteStore, id: JobId| {
        let started = Segment::job(id, Timestamp(50), vec![Event::JobStarted(Nothing {})]).unwrap();
        let counts = Counts { total: 1_000, not_started: 1_000, ..Counts::default() };
        let heard = Segment::job(id, Timestamp(500), vec![Event::JobProgress(Progress { counts })]).unwrap();
        store.append(&[started, heard]).unwrap();
    };
    let (job, types) = run_after("job_timeout = \"1s\"", 1_000, 10, died);
    ends_with(&types, &["job.limit_exceeded", "job.failed"]);
    assert!((1_000..1_200).contains(&job.ran.0), "{:?}", job.ran);
    assert!(job.counts.completed < 50, "{:?}", job.counts);
}

#[test]
fn a_record_that_runs_too_long_is_ended() {
    let (job, types) = run("record_timeout = \"50ms\"", 2, 40);
    assert_eq!(job.counts.failed, 2);
    let limits = types.iter().filter(|name| *name == "record.limit_exceeded").count();
    assert_eq!(limits, 2);
    let place = types.iter().position(|name| name == "record.limit_exceeded").unwrap();
    assert_eq!(types[place + 1], "record.failed");
}
