//! What outside calls pass on their way out: a number at once, a pace, a rest for all when one is told to wait, and an end
//! to it when nobody can be reached (SPEC §5).
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cxgear::engine::run::Ending;
use cxgear::engine::{Again, Answer, Call, Done, Effect, Gate, Pipeline, Reply, StepError, Strain, Task, Work};
use cxgear::model::payload::ErrorInfo;
use cxgear::model::reason::Reason;
use cxgear::model::spinner::{Limits, Retry};
use cxgear::model::time::Millis;
use cxgear::store::{self, Access, Read as _};
use cxgear::views::verify::verify;

mod workspace;

/// What was seen of the calls.
#[derive(Default)]
struct Seen {
    away: AtomicU64,
    most: AtomicU64,
    begun: Mutex<Vec<Instant>>,
    keys: Mutex<Vec<String>>,
    /// Whether there is anybody.
    there: AtomicBool,
}

type Answers = fn(&Seen, &Task) -> Result<Done, StepError>;

/// Something outside that is always slow.
struct Remote {
    gate: Gate,
    seen: Arc<Seen>,
    answer: Answers,
}

impl Call for Remote {
    fn effect(&self) -> Effect {
        Effect::Once
    }

    fn gate(&self) -> Option<Gate> {
        Some(self.gate.clone())
    }

    fn begin(&self, task: Task, reply: Reply) {
        let (seen, answer) = (Arc::clone(&self.seen), self.answer);
        seen.begun.lock().unwrap().push(Instant::now());
        seen.keys.lock().unwrap().push(task.key.clone());
        seen.most.fetch_max(seen.away.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(5));
            seen.away.fetch_sub(1, Ordering::SeqCst);
            reply.send(Answer::of(answer(&seen, &task)));
        });
    }
}

fn gate(rate: Option<f64>, concurrency: Option<u32>) -> Gate {
    Gate { name: "channel `mail`".to_owned(), rate, concurrency }
}

fn refused(strain: Strain) -> StepError {
    let code = Reason::StepFailed;
    let error = ErrorInfo { kind: "provider".to_owned(), code, field: None, message: "no".to_owned() };
    StepError { again: Again::After(Millis(0)), strain, ..StepError::new(code, vec![error]) }
}

/// Two steps that pass the same gate.
fn pipeline(gate: &Gate, answer: Answers) -> (Pipeline, Arc<Seen>) {
    let seen = Arc::new(Seen::default());
    let remote = || Work::Elsewhere(Box::new(Remote { gate: gate.clone(), seen: Arc::clone(&seen), answer }));
    let mut pipeline = workspace::worked(vec![("first", remote()), ("second", remote())]);
    for stage in &mut pipeline.stages {
        stage.retry = Some(Retry { first: Millis(1), ..Retry::USUAL });
    }
    (pipeline, seen)
}

struct Job {
    folder: tempfile::TempDir,
    store: cxgear::store::SqliteStore,
    id: cxgear::model::id::JobId,
}

impl Job {
    fn new(pipeline: &Pipeline, rows: u64) -> Job {
        let folder = tempfile::tempdir().unwrap();
        let mut store = workspace::open(&folder.path().join("a.db"));
        let id = workspace::job(&mut store, rows, pipeline);
        Job { folder, store, id }
    }

    fn drive(&mut self, pipeline: &Pipeline, limits: Limits) -> (Ending, store::Job) {
        let path = self.folder.path().join("a.db");
        let ending = workspace::drive(&path, &mut self.store, self.id, pipeline, limits);
        let verified = verify(&store::open(&path, Access::Snapshot).unwrap(), None, None).unwrap();
        assert!(verified.breaches.is_empty(), "{:?}", verified.breaches);
        (ending, self.store.job(self.id).unwrap().unwrap())
    }
}

#[test]
fn a_gate_lets_through_so_many_at_once() {
    let (pipeline, seen) = pipeline(&gate(None, Some(3)), |_, _| Ok(Done::default()));
    let (_, job) = Job::new(&pipeline, 40).drive(&pipeline, Limits::default());
    assert_eq!(job.counts.completed, 40);
    assert_eq!(seen.most.load(Ordering::SeqCst), 3);
    assert_eq!(seen.begun.lock().unwrap().len(), 80);
}

#[test]
fn a_gate_and_a_job_keep_a_pace() {
    for (own, of_job) in [(Some(200.0), None), (None, Some(200.0))] {
        let (pipeline, seen) = pipeline(&gate(own, None), |_, _| Ok(Done::default()));
        let limits = Limits { rate: of_job, ..Limits::default() };
        let (_, job) = Job::new(&pipeline, 30).drive(&pipeline, limits);
        assert_eq!(job.counts.completed, 30);
        // Each call may be late and none may be early: that is what a rate promises.
        let begun = seen.begun.lock().unwrap();
        assert_eq!(begun.len(), 60);
        let least = Duration::from_millis(5 * (60 - 12));
        assert!(begun[59] - begun[0] >= least, "{:?}", begun[59] - begun[0]);
    }
}

#[test]
fn when_one_is_told_to_wait_all_wait() {
    const REST: Millis = Millis(400);
    let busy: Answers = |_, task| match (task.scope.record.row.0, task.attempt) {
        (1, 1) => Err(refused(Strain::Busy(Some(REST)))),
        _ => Ok(Done::default()),
    };
    let (pipeline, seen) = pipeline(&gate(None, None), busy);
    let (_, job) = Job::new(&pipeline, 200).drive(&pipeline, Limits::default());
    assert_eq!((job.counts.completed, job.counts.failed), (200, 0));
    let begun = seen.begun.lock().unwrap();
    assert_eq!(begun.len(), 402, "a call of each step was made again");
    let gap = begun.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
    assert!(gap >= Duration::from_millis(REST.0 - 20), "nobody waited: {gap:?}");
    assert!(begun.iter().position(|at| *at - begun[0] > Duration::from_millis(REST.0 - 20)).unwrap() < 200);
}

#[test]
fn when_nobody_can_be_reached_the_job_waits_and_nothing_fails() {
    let answer: Answers = |seen, _| match seen.there.load(Ordering::SeqCst) {
        true => Ok(Done::default()),
        false => Err(refused(Strain::Unreachable)),
    };
    let (pipeline, seen) = pipeline(&gate(None, None), answer);
    let mut job = Job::new(&pipeline, 500);
    for _ in 0..2 {
        let (ending, after) = job.drive(&pipeline, Limits::default());
        assert_eq!(ending, Ending::Unreachable("channel `mail`".to_owned()));
        assert_eq!((after.status.name(), after.reason), ("waiting", Some(Reason::CircuitOpen)));
        assert_eq!((after.counts.failed, after.counts.completed), (0, 0), "nothing happened, so nothing failed");
        assert!(after.counts.not_started >= 500 - 64 * 2, "{:?}", after.counts);
    }
    seen.there.store(true, Ordering::SeqCst);
    let (ending, after) = job.drive(&pipeline, Limits::default());
    assert_eq!((ending, after.counts.completed), (Ending::Ended, 500));
    let mut keys = seen.keys.lock().unwrap().clone();
    assert!(keys.len() > 1_000, "some were tried more than once");
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 1_000, "a key for each step of each row, whenever it was tried");
}
