//! A workspace made through the library, for tests that bring steps of their own: a table, a job over it, a run.

use std::path::Path;
use std::sync::Arc;

use cxgear::engine::run::{Ending, Run};
use cxgear::engine::{Interrupt, JobFacts, Overrides, Pipeline, Sink, Stage, Work};
use cxgear::ingest::{self, Options, Source};
use cxgear::model::id::JobId;
use cxgear::model::payload::{JobCreated, SelectionFact, Trigger};
use cxgear::model::segment::Segment;
use cxgear::model::spinner::{Limits, OnFailure, Target};
use cxgear::model::time::{Clock, Timestamp};
use cxgear::steps;
use cxgear::store::{
    self, Access, Invocation, LoadMode, LoadPlan, NewJob, Read as _, Rows, Selector, SqliteStore, Write as _,
};

pub(crate) struct Deaf;

impl Sink for Deaf {
    fn on(&mut self, _: &[Segment]) {}
}

impl ingest::Aside for Deaf {
    fn take(&mut self, _: u64, _: &str, _: &mut dyn Iterator<Item = &[u8]>) -> std::io::Result<()> {
        Ok(())
    }
}

pub(crate) struct Machine;

impl Clock for Machine {
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        Timestamp(i64::try_from(since.as_millis()).unwrap())
    }
}

/// Steps of a test's own, one below the other.
pub(crate) fn worked(steps: Vec<(&str, Work)>) -> Pipeline {
    let count = steps.len();
    let stage = |(place, (name, work)): (usize, (&str, Work))| Stage {
        name: name.to_owned(),
        kind: "test",
        outcome_key: "tested",
        when: None,
        work,
        retry: None,
        next: if place + 1 < count { Target::Step(place + 1) } else { Target::End },
        on_failure: OnFailure::Fail,
        credentials: Vec::new(),
    };
    let stages = steps.into_iter().enumerate().map(stage).collect();
    Pipeline { stages, params: Vec::new(), record_timeout: None, record_retry: None }
}

pub(crate) fn open(path: &Path) -> SqliteStore {
    let invocation = Invocation { verb: "test".to_owned(), at: Machine.now(), workspace: None };
    store::open(path, Access::Create(invocation)).unwrap()
}

/// A table `t` with a column `n` from 1 to `rows`, and a job over it; both only once.
pub(crate) fn job(store: &mut SqliteStore, rows: u64, pipeline: &Pipeline) -> JobId {
    if store.table("t").unwrap().is_none() {
        let csv: String = (1..=rows).map(|n| format!("{n},x\n")).collect();
        let reader = Box::new(std::io::Cursor::new(format!("n,t\n{csv}").into_bytes()));
        let mut reading =
            ingest::open(Source::Stream { name: "t.csv".to_owned(), reader }, &Options::default()).unwrap();
        let columns = reading.columns().to_vec();
        let at = Machine.now();
        let plan = LoadPlan { table: "t".to_owned(), columns, mode: LoadMode::New, unique: Vec::new(), at };
        ingest::import(&mut reading, store, &plan, &mut Deaf, &mut |_| {}).unwrap();
    }
    if let Some(job) = store.job_with_key("once").unwrap() {
        return job.id;
    }
    let created = JobCreated {
        spinner: "s".to_owned(),
        version: 1,
        hash: String::new(),
        steps: steps::named(pipeline),
        table: "t".to_owned(),
        metadata_fields: vec!["n".to_owned()],
        total: 0,
        selection: SelectionFact { summary: "all".to_owned(), sha256: String::new() },
        trigger: Trigger::RunNow,
        retry_of: None,
        idempotency_key: Some("once".to_owned()),
        settings: None,
        fingerprint: String::new(),
        input: None,
    };
    let rows = Rows::Chosen(Selector::default());
    let new = NewJob { created, rows, settings: "{}".into(), fingerprint: "f".into() };
    store.create_job(Machine.now(), &new).unwrap().unwrap()
}

/// Runs what is left of the job.
pub(crate) fn drive(path: &Path, store: &mut SqliteStore, id: JobId, pipeline: &Pipeline, limits: Limits) -> Ending {
    let _lock = store.lock_job(Machine.now(), id).unwrap();
    let job = store.job(id).unwrap().unwrap();
    if job.status.is_terminal() {
        return Ending::Ended;
    }
    let facts = JobFacts {
        spinner: "s".to_owned(),
        version: 1,
        steps: job.steps.iter().map(|step| step.name.clone()).collect(),
        project: "default".to_owned(),
        project_type: "outreach".to_owned(),
        ..JobFacts::default()
    };
    let reader = store::open(path, Access::Read).unwrap();
    let run = Run {
        job: &job,
        pipeline,
        limits,
        assumed: serde_json::from_str::<Overrides>(&job.settings).unwrap().assumed,
        facts: Arc::new(facts),
        reader: &reader,
        clock: &Machine,
        interrupt: &Interrupt::default(),
    };
    run.drive(store, &mut Deaf).unwrap()
}
