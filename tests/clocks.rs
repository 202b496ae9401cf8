//! Clocks that are set: back, forward, not at all. The order comes from the log, nothing takes less than no time, and what
//! is limited is how long something ran, whatever a clock says.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use cxgear::engine::run::{Ending, Run};
use cxgear::engine::{Interrupt, JobFacts, Sink};
use cxgear::ingest::{self, Options, Source};
use cxgear::model::id::{Cursor, JobId};
use cxgear::model::payload::{JobCreated, SelectionFact, Trigger};
use cxgear::model::segment::Segment;
use cxgear::model::spinner::Spinner;
use cxgear::model::time::{Clock, Millis, Timestamp};
use cxgear::steps::{self, Known, Tools};
use cxgear::store::{
    self, Access, Invocation, LoadMode, LoadPlan, NewJob, Read as _, Rows, Scope, Selector, SqliteStore, Write as _,
};
use cxgear::views::verify::verify;
use serde_json::Value;

const HOUR: i64 = 3_600_000;
const YEAR: i64 = 365 * 24 * HOUR;
/// When the job begins.
const NOON: i64 = 1_774_440_000_000;
/// How many rows, and how long each look at the watch takes, which is many times a record.
const ROWS: u64 = 3_000;
const TICK: i64 = 1;

/// A watch that goes on at every look, and a clock that is set by so much when the watch comes to a moment.
struct Set {
    watch: AtomicI64,
    at: i64,
    by: i64,
    leaps: AtomicI64,
}

impl Set {
    fn at(at: i64, by: i64) -> Set {
        Set { watch: AtomicI64::new(0), at, by, leaps: AtomicI64::new(0) }
    }
}

impl Clock for Set {
    fn now(&self) -> Timestamp {
        let watch = self.watch.load(Ordering::SeqCst);
        let leapt = if watch >= self.at { self.by } else { 0 };
        if leapt != 0 {
            self.leaps.store(1, Ordering::SeqCst);
        }
        Timestamp(NOON + watch + leapt)
    }

    fn ticks(&self) -> Millis {
        Millis(self.watch.fetch_add(TICK, Ordering::SeqCst).cast_unsigned())
    }
}

/// Counts, and stops a run after so many records.
struct Stop(usize, Interrupt);

impl Sink for Stop {
    fn on(&mut self, segments: &[Segment]) {
        self.0 = self.0.saturating_sub(segments.len());
        if self.0 == 0 {
            self.1.raise();
        }
    }
}

impl ingest::Aside for Stop {
    fn take(&mut self, _: u64, _: &str, _: &mut dyn Iterator<Item = &[u8]>) -> std::io::Result<()> {
        Ok(())
    }
}

struct Place {
    _folder: tempfile::TempDir,
    path: std::path::PathBuf,
    store: SqliteStore,
    spinner: Spinner,
}

fn place(limits: &str) -> Place {
    let text = format!(
        "name = \"s\"\n[limits]\n{limits}\n[[steps]]\nname = \"a\"\ntype = \"log\"\nmessage = \"{{{{ n }}}}\"\n\
         [[steps]]\nname = \"b\"\ntype = \"tag\"\ndisposition = \"x\"\n"
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cxgear.db");
    let at = Timestamp(NOON);
    let invocation = Invocation { verb: "test".to_owned(), at, workspace: None };
    let mut store: SqliteStore = store::open(&path, Access::Create(invocation)).unwrap();
    let csv: String = (1..=ROWS).map(|n| format!("{n},x\n")).collect();
    let reader = Box::new(std::io::Cursor::new(format!("n,t\n{csv}")));
    let mut reading = ingest::open(Source::Stream { name: "t".to_owned(), reader }, &Options::default()).unwrap();
    let columns = reading.columns().to_vec();
    let plan = LoadPlan { table: "t".to_owned(), columns, mode: LoadMode::New, unique: Vec::new(), at };
    let mut stop = Stop(usize::MAX, Interrupt::default());
    ingest::import(&mut reading, &mut store, &plan, &mut stop, &mut |_| {}).unwrap();
    let (spinner, _) = Spinner::parse(&text).unwrap();
    store.publish(at, "s", &spinner.hash, &text).unwrap();
    let (pipeline, _) = steps::build(&spinner, &Known::default(), &Tools::default()).unwrap();
    let created = JobCreated {
        spinner: "s".to_owned(),
        version: 1,
        hash: spinner.hash.clone(),
        steps: steps::named(&pipeline),
        table: "t".to_owned(),
        metadata_fields: vec!["n".to_owned()],
        total: ROWS,
        selection: SelectionFact { summary: "all".to_owned(), sha256: String::new() },
        trigger: Trigger::RunNow,
        retry_of: None,
        idempotency_key: None,
        settings: None,
        fingerprint: String::new(),
        input: None,
    };
    let rows = Rows::Chosen(Selector::default());
    let new = NewJob { created, rows, settings: "{}".into(), fingerprint: "f".into() };
    assert_eq!(store.create_job(at, &new).unwrap(), Some(JobId(1)));
    Place { _folder: folder, path, store, spinner }
}

impl Place {
    /// Runs the job by this clock, until it ends or so many segments are durable.
    fn run(&mut self, clock: &dyn Clock, segments: usize) -> Ending {
        let (pipeline, _) = steps::build(&self.spinner, &Known::default(), &Tools::default()).unwrap();
        let job = self.store.job(JobId(1)).unwrap().unwrap();
        let reader = store::open(&self.path, Access::Read).unwrap();
        let facts = JobFacts {
            spinner: "s".to_owned(),
            version: 1,
            steps: Vec::new(),
            project: "default".to_owned(),
            project_type: "outreach".to_owned(),
            ..JobFacts::default()
        };
        let interrupt = Interrupt::default();
        let run = Run {
            job: &job,
            pipeline: &pipeline,
            limits: self.spinner.limits,
            assumed: None,
            facts: Arc::new(facts),
            reader: &reader,
            clock,
            interrupt: &interrupt,
        };
        run.drive(&mut self.store, &mut Stop(segments, interrupt.clone())).unwrap()
    }

    fn types(&self) -> Vec<String> {
        let segments = self.store.segments(Scope::Own(JobId(1)), Cursor(0), u64::MAX).unwrap();
        let entries = segments.iter().flat_map(|segment| segment.entries().unwrap());
        entries.map(|entry| entry.event.kind().name().to_owned()).filter(|name| name != "job.progress").collect()
    }

    /// What holds whatever a clock did; the longest that any record or step took.
    fn holds(&self) -> u64 {
        assert_eq!(verify(&self.store, None, None).unwrap().breaches, []);
        let segments = self.store.segments(Scope::Job(JobId(1)), Cursor(0), u64::MAX).unwrap();
        let mut next = 1;
        for pair in segments.windows(2) {
            assert!(pair[0].at <= pair[1].at, "{:?}", (&pair[0], &pair[1]));
        }
        for segment in &segments {
            assert_eq!(segment.seq, next, "the order is that of the log");
            next += u64::from(segment.n);
        }
        let folder = self.path.parent().unwrap();
        let mut longest = 0;
        for record in json(folder, &["records", "1"]) {
            longest = longest.max(record["duration_ms"].as_u64().unwrap());
        }
        for row in [1, 1_000, ROWS / 2, ROWS] {
            for attempt in json(folder, &["journey", &format!("1/{row}")])[0]["steps"].as_array().unwrap() {
                longest = longest.max(attempt["duration_ms"].as_u64().unwrap());
            }
        }
        assert!(json(folder, &["job", "1"])[0]["duration_ms"].is_u64());
        longest
    }
}

/// What a view says, as a list.
fn json(folder: &Path, args: &[&str]) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
    command.args(args).args(["--format", "ndjson"]).current_dir(folder).env_clear();
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let told: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!told.is_empty(), "{args:?}");
    told
}

const ALL: usize = usize::MAX;
const WHOLE: [&str; 4] = ["job.created", "job.queued", "job.started", "job.completed"];

#[test]
fn set_back_in_the_middle() {
    let mut leaps = 0;
    for by in [-HOUR, -YEAR] {
        let mut place = place("job_timeout = \"1h\"\nrecord_timeout = \"1s\"");
        let clock = Set::at(9_000, by);
        assert_eq!(place.run(&clock, ALL), Ending::Ended);
        assert_eq!(place.types(), WHOLE);
        assert!(place.holds() < 1_000);
        // Time goes on behind the back of the clock: the job took what the watch says.
        let job = place.store.job(JobId(1)).unwrap().unwrap();
        let (watch, took) = (clock.watch.load(Ordering::SeqCst), job.ended_at.unwrap().since(job.started_at.unwrap()));
        assert!(took.0.cast_signed() > watch / 2 && took.0.cast_signed() <= watch, "{took:?} of {watch}");
        leaps += clock.leaps.load(Ordering::SeqCst);
    }
    assert_eq!(leaps, 2);
}

#[test]
fn set_forward_in_the_middle() {
    let mut place = place("job_timeout = \"1h\"\nrecord_timeout = \"1s\"");
    let clock = Set::at(9_000, YEAR);
    assert_eq!(place.run(&clock, ALL), Ending::Ended);
    // A year has gone by in which nothing ran: no limit was met, and the log shows the gap.
    let gap = ["job.created", "job.queued", "job.started", "job.stalled", "job.resumed", "job.completed"];
    assert_eq!(place.types(), gap);
    assert!(place.holds() < 1_000, "no record takes a year");
    let job = place.store.job(JobId(1)).unwrap().unwrap();
    assert!((1_000..HOUR.cast_unsigned()).contains(&job.ran.0), "{:?}", job.ran);
    assert_eq!(job.ended_at.unwrap().since(job.started_at.unwrap()).0 / YEAR.cast_unsigned(), 1, "by its own times");
    assert_eq!(clock.leaps.load(Ordering::SeqCst), 1);
}

#[test]
fn set_between_two_processes() {
    let mut stops = 0;
    for by in [-HOUR, -YEAR, YEAR, 0] {
        let mut place = place("job_timeout = \"1h\"\nrecord_timeout = \"1s\"");
        assert_eq!(place.run(&Set::at(i64::MAX, 0), 1_000), Ending::Interrupted);
        stops += 1;
        assert_eq!(place.run(&Set::at(0, by), ALL), Ending::Ended);
        let types = ["job.created", "job.queued", "job.started", "job.stalled", "job.resumed", "job.completed"];
        assert_eq!(place.types(), types, "{by}");
        assert!(place.holds() < 1_000, "{by}");
        assert!(place.store.job(JobId(1)).unwrap().unwrap().ran.0 < HOUR.cast_unsigned(), "{by}");
    }
    assert_eq!(stops, 4);
}

#[test]
fn a_limit_is_of_what_ran() {
    // A clock that stands still or is set back does not keep a job from its limit either.
    for by in [0, -HOUR, YEAR] {
        let mut place = place("job_timeout = \"5s\"");
        assert_eq!(place.run(&Set::at(2_000, by), ALL), Ending::Ended);
        let types = place.types();
        assert!(types.ends_with(&["job.limit_exceeded".to_owned(), "job.failed".to_owned()]), "{by}: {types:?}");
        let job = place.store.job(JobId(1)).unwrap().unwrap();
        assert!(job.counts.completed > 100 && job.counts.not_started > 100, "{by}: {:?}", job.counts);
        assert!(place.holds() < 5_000);
    }
}

#[test]
fn views_by_a_clock_that_is_behind_or_ahead() {
    let mut place = place("");
    assert_eq!(place.run(&Set::at(i64::MAX, 0), 1_000), Ending::Interrupted);
    let folder = place.path.parent().unwrap();
    let mut looks = 0;
    for seconds in [0, NOON / 1_000 - 3_600, NOON / 1_000, NOON / 1_000 + 31_536_000] {
        for view in
            [&["job", "1"][..], &["jobs"], &["status"], &["records", "1"], &["journey", "1/5"], &["record", "1/5"]]
        {
            for format in ["table", "json"] {
                let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
                command.args(view).args(["--format", format]).current_dir(folder).env_clear();
                let output = command.env("SOURCE_DATE_EPOCH", seconds.to_string()).output().unwrap();
                let told = String::from_utf8(output.stdout).unwrap();
                assert_eq!(output.status.code(), Some(0), "{view:?}");
                let absurd = told.contains(" d ") || told.contains("-0 ms") || told.contains("_ms\": -");
                assert!(!absurd && !told.contains(" -1 "), "{view:?} at {seconds}: {told}");
                looks += 1;
            }
        }
    }
    assert_eq!(looks, 48);
}
