//! A crash at every write, on both sides of its commit: the same commands again must come to the same end state.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cxgear::engine::run::{Ending, Run};
use cxgear::engine::{Interrupt, JobFacts, Sink};
use cxgear::ingest::{self, Options, Source};
use cxgear::model::id::{Cursor, JobId, RowId};
use cxgear::model::payload::{JobCreated, SelectionFact, Trigger};
use cxgear::model::segment::{Owner, Segment};
use cxgear::model::spinner::Spinner;
use cxgear::model::status::JobStatus;
use cxgear::model::time::{FixedClock, Timestamp};
use cxgear::steps::{self, Known, Tools};
use cxgear::store::{
    self, Access, Error, Invocation, LoadMode, LoadPlan, NewJob, Read, RecordAsk, Rows, Scope, Selector, Side,
    SqliteStore, Write,
};
use cxgear::views::verify::verify;

const NOW: Timestamp = Timestamp(1_000_000);

/// Three commits of records, because a thousand share one.
const ROWS: u64 = 2_300;

const SPINNER: &str = r#"
name = "crash"
[params]
n = "integer"
[[steps]]
name = "say"
type = "log"
message = "row {{ n }}"
[[steps]]
name = "some"
type = "tag"
disposition = "{{ 'odd' if n % 2 else 'even' }}"
[[steps]]
name = "fails"
type = "log"
when = "n % 100 == 0"
message = "{{ output.nothing }}"
"#;

fn csv() -> Vec<u8> {
    let rows: String = (1..=ROWS).map(|n| format!("{n},row {n}\n")).collect();
    format!("n,text\n{rows}").into_bytes()
}

/// Counts what it is told; it must be told of exactly what is durable.
#[derive(Default)]
struct Told(usize);

impl Sink for Told {
    fn on(&mut self, segments: &[Segment]) {
        self.0 += segments.iter().filter(|segment| matches!(segment.owner, Owner::Record(_))).count();
    }
}

type Done<T> = Result<T, Box<dyn std::error::Error>>;

fn open(path: &Path, fault: Option<(usize, Side, Arc<AtomicUsize>)>) -> Done<SqliteStore> {
    let invocation = Invocation { verb: "test".to_owned(), at: NOW, workspace: None };
    let mut store = store::open(path, Access::Create(invocation))?;
    if let Some((nth, at, commits)) = fault {
        store.break_with(Box::new(move |side| {
            let commit = if side == Side::Before {
                commits.fetch_add(1, Ordering::SeqCst)
            } else {
                commits.load(Ordering::SeqCst) - 1
            };
            if commit == nth && side == at { Err(Error::Injected("the process dies here")) } else { Ok(()) }
        }));
    }
    Ok(store)
}

/// What a user types: import, then run with a key; each part is skipped when it was done already.
fn everything(path: &Path, fault: Option<(usize, Side, Arc<AtomicUsize>)>, told: &mut Told) -> Done<()> {
    let mut store = open(path, fault)?;
    if store.table("t")?.is_none() {
        let stream = Source::Stream { name: "t.csv".to_owned(), reader: Box::new(std::io::Cursor::new(csv())) };
        let mut reading = ingest::open(stream, &Options::default())?;
        let columns = reading.columns().to_vec();
        let plan = LoadPlan { table: "t".to_owned(), columns, mode: LoadMode::New, unique: Vec::new(), at: NOW };
        ingest::import(&mut reading, &mut store, &plan, &mut Nowhere, &mut |_| {})?;
    }
    let (spinner, _) = Spinner::parse(SPINNER).map_err(|complaints| format!("{complaints:?}"))?;
    let (version, _) = store.publish(NOW, &spinner.name, &spinner.hash, SPINNER)?;
    let (pipeline, _) =
        steps::build(&spinner, &Known::default(), &Tools::default()).map_err(|complaints| format!("{complaints:?}"))?;
    let id = match store.job_with_key("once")? {
        Some(job) => job.id,
        None => {
            let created = JobCreated {
                spinner: version.name,
                version: version.version,
                hash: version.hash,
                steps: steps::named(&pipeline),
                table: "t".to_owned(),
                metadata_fields: vec!["n".to_owned()],
                total: 0,
                selection: SelectionFact { summary: "all".to_owned(), sha256: String::new() },
                trigger: Trigger::RunNow,
                retry_of: None,
                idempotency_key: Some("once".to_owned()),
                input: None,
                settings: None,
                fingerprint: String::new(),
            };
            let rows = Rows::Chosen(Selector::default());
            let new = NewJob { created, rows, settings: "{}".into(), fingerprint: "f".into() };
            store.create_job(NOW, &new)?.ok_or("no rows")?
        }
    };
    drive(path, &mut store, id, &pipeline, told)
}

fn drive(
    path: &Path,
    store: &mut SqliteStore,
    id: JobId,
    pipeline: &cxgear::engine::Pipeline,
    told: &mut Told,
) -> Done<()> {
    let _lock = store.lock_job(NOW, id)?;
    let job = store.job(id)?.ok_or("the job is gone")?;
    if job.status.is_terminal() {
        return Ok(());
    }
    let facts = JobFacts {
        spinner: "crash".to_owned(),
        version: 1,
        steps: job.steps.iter().map(|step| step.name.clone()).collect(),
        project: "default".to_owned(),
        project_type: "outreach".to_owned(),
        ..JobFacts::default()
    };
    let reader = store::open(path, Access::Read)?;
    let run = Run {
        job: &job,
        pipeline,
        limits: Default::default(),
        assumed: None,
        facts: Arc::new(facts),
        reader: &reader,
        clock: &FixedClock(NOW),
        interrupt: &Interrupt::default(),
    };
    assert_eq!(run.drive(store, told)?, Ending::Ended);
    Ok(())
}

struct Nowhere;

impl ingest::Aside for Nowhere {
    fn take(&mut self, _: u64, _: &str, _: &mut dyn Iterator<Item = &[u8]>) -> std::io::Result<()> {
        Ok(())
    }
}

/// All that a user could see of what was done, without how often it had to be resumed.
fn end_state(path: &Path) -> Vec<String> {
    let store = store::open(path, Access::Read).unwrap();
    let verified = verify(&store, None, None).unwrap();
    assert!(verified.breaches.is_empty(), "{:?}", verified.breaches);
    let job = store.job(JobId(1)).unwrap().unwrap();
    assert!(store.live_sessions(JobId(1)).unwrap().is_empty(), "a session was left alive");
    let mut seen = vec![format!("{:?} {:?}", job.status, job.counts)];
    seen.extend(store.tally(job.id).unwrap().iter().map(|tally| format!("{tally:?}")));
    let records = store.records(&job, &RecordAsk::default(), RowId(0), u64::MAX).unwrap();
    seen.extend(records.iter().map(|record| format!("{record:?}")));
    // After a crash some records are written in more than one segment; what they say is the same.
    let mut told = BTreeMap::<_, Vec<_>>::new();
    for segment in store.segments(Scope::Job(job.id), Cursor(0), u64::MAX).unwrap() {
        let events = segment.entries().unwrap().into_iter().map(|entry| format!("{:?}", entry.event));
        told.entry(segment.row).or_default().extend(events);
    }
    told.remove(&None);
    seen.extend(told.iter().map(|told| format!("{told:?}")));
    assert!(seen.len() as u64 > 2 * ROWS);
    seen
}

#[test]
fn a_crash_at_every_write_comes_to_the_same_end() {
    let folder = tempfile::tempdir().unwrap();
    let commits = Arc::new(AtomicUsize::new(0));
    let calm = folder.path().join("calm.db");
    let mut told = Told::default();
    everything(&calm, Some((usize::MAX, Side::Before, Arc::clone(&commits))), &mut told).unwrap();
    assert_eq!(told.0 as u64, ROWS);
    let expected = end_state(&calm);
    let writes = commits.load(Ordering::SeqCst);
    let mut crashes = 0;
    for nth in 0..writes {
        for side in [Side::Before, Side::After] {
            let path = folder.path().join(format!("{nth}-{side:?}.db"));
            let mut told = Told::default();
            let broken = everything(&path, Some((nth, side, Arc::default())), &mut told);
            let error = broken.expect_err("the fault was not met").to_string();
            assert!(error.contains("the process dies here"), "{nth} {side:?}: {error}");
            crashes += 1;
            everything(&path, None, &mut told).unwrap();
            assert_eq!(end_state(&path), expected, "after a crash {side:?} commit {nth}");
        }
    }
    // Import, publish, job, session, three thousands of records with the end in the last.
    assert_eq!((writes, crashes), (7, 14), "the crash points changed: look whether all writes are still met");
}

#[test]
fn an_interrupted_job_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut told = Told::default();
    // Dies in the second thousand, after it is durable but before anyone heard.
    everything(&path, Some((5, Side::After, Arc::default())), &mut told).unwrap_err();
    let job = open(&path, None).unwrap().job(JobId(1)).unwrap().unwrap();
    assert_eq!((job.status, job.counts.completed + job.counts.failed), (JobStatus::Running, 1_999));
    // `job.started` shares the first thousand.
    assert_eq!(told.0, 999, "nothing is told before it is durable");
    everything(&path, None, &mut told).unwrap();
    let store = open(&path, None).unwrap();
    let types: Vec<_> = store
        .segments(Scope::Job(JobId(1)), Cursor(0), u64::MAX)
        .unwrap()
        .iter()
        .filter(|segment| segment.row.is_none())
        .flat_map(|segment| segment.entries().unwrap())
        .map(|entry| entry.event.kind().name())
        .collect();
    assert_eq!(types, ["job.created", "job.queued", "job.started", "job.stalled", "job.resumed", "job.completed"]);
}
