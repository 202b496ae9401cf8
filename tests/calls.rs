//! Steps whose work is done elsewhere: many at once, their intent in the log before they are begun, and never a second
//! time where that must not be, whenever the process dies (SPEC §5).
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]
#![cfg(unix)]

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cxgear::engine::{Again, Answer, Call, Done, Effect, Pipeline, Reply, StepError, Task, Work};
use cxgear::model::event::Event;
use cxgear::model::id::{Cursor, JobId, RecordId, RowId};
use cxgear::model::payload::{Because, ErrorInfo};
use cxgear::model::reason::Reason;
use cxgear::model::segment::Segment;
use cxgear::model::spinner::{Backoff, Limits, OnFailure, Retry};
use cxgear::model::time::{Clock as _, Millis};
use cxgear::store::{self, Access, Read as _, Scope, Write as _};
use cxgear::views::verify::verify;
use rusqlite::Connection;

mod workspace;

const FOLDER: &str = "CXGEAR_TEST_FOLDER";
const EFFECT: &str = "CXGEAR_TEST_EFFECT";
const ROWS: u64 = 300;

/// Something outside, with a thread for each call and a ledger of what was done.
struct Remote {
    effect: Effect,
    ledger: Option<PathBuf>,
    delay: Duration,
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    /// What the call comes to, by row and try.
    answer: fn(u64, u32) -> Result<Done, StepError>,
}

fn well(_: u64, _: u32) -> Result<Done, StepError> {
    Ok(Done::default())
}

fn refused(again: Again, reason: Reason) -> StepError {
    let error = ErrorInfo { kind: "provider".to_owned(), code: reason, field: None, message: "it is busy".to_owned() };
    StepError { again, provider: Some("503 busy".to_owned()), ..StepError::new(reason, vec![error]) }
}

impl Remote {
    fn new(effect: Effect) -> Remote {
        Remote { effect, ledger: None, delay: Duration::ZERO, now: Arc::default(), most: Arc::default(), answer: well }
    }
}

impl Call for Remote {
    fn effect(&self) -> Effect {
        self.effect
    }

    fn begin(&self, task: Task, reply: Reply) {
        let (ledger, delay, answer) = (self.ledger.clone(), self.delay, self.answer);
        let (now, most) = (Arc::clone(&self.now), Arc::clone(&self.most));
        std::thread::spawn(move || {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::sleep(delay);
            let row = task.scope.record.row.0;
            if let Some(ledger) = ledger {
                let mut file = OpenOptions::new().append(true).create(true).open(ledger).unwrap();
                file.write_all(format!("{row} {}\n", task.key).as_bytes()).unwrap();
            }
            now.fetch_sub(1, Ordering::SeqCst);
            reply.send(Answer::of(answer(row, task.attempt)));
        });
    }
}

fn pipeline(remote: Remote) -> Pipeline {
    workspace::worked(vec![("call", Work::Elsewhere(Box::new(remote)))])
}

fn is_whole(path: &Path) {
    let Ok(store) = store::open(path, Access::Snapshot) else { return };
    let verified = verify(&store, None, None).unwrap();
    assert!(verified.breaches.is_empty(), "{:?}", verified.breaches);
}

fn types(path: &Path, row: u64) -> Vec<&'static str> {
    let store = store::open(path, Access::Read).unwrap();
    let id = RecordId { job: JobId(1), row: RowId(row) };
    let segments = store.segments(Scope::Record(id), Cursor(0), 99).unwrap();
    let entries = segments.iter().flat_map(|segment| segment.entries().unwrap());
    entries.map(|entry| entry.event.kind().name()).collect()
}

/// Runs a job over `rows` rows to its end.
fn ran(pipeline: &Pipeline, rows: u64) -> (tempfile::TempDir, cxgear::store::Job) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut store = workspace::open(&path);
    let id = workspace::job(&mut store, rows, pipeline);
    workspace::drive(&path, &mut store, id, pipeline, Limits::default());
    is_whole(&path);
    let job = store.job(id).unwrap().unwrap();
    (folder, job)
}

#[test]
fn many_are_away_at_once() {
    let remote = Remote { delay: Duration::from_millis(30), ..Remote::new(Effect::Once) };
    let most = Arc::clone(&remote.most);
    let (folder, job) = ran(&pipeline(remote), ROWS);
    assert_eq!((job.status.name(), job.counts.completed), ("completed", ROWS));
    let most = most.load(Ordering::SeqCst);
    assert!((32..=64).contains(&most), "{most} at once");
    let expected = ["record.queued", "record.started", "step.started", "step.completed", "record.completed"];
    assert_eq!(types(&folder.path().join("a.db"), 7), expected);
}

#[test]
fn pure_work_elsewhere_is_written_in_the_order_of_the_rows() {
    let remote = Remote { delay: Duration::from_millis(1), ..Remote::new(Effect::Pure) };
    let (folder, job) = ran(&pipeline(remote), ROWS);
    assert_eq!(job.counts.completed, ROWS);
    let store = store::open(&folder.path().join("a.db"), Access::Read).unwrap();
    let segments = store.segments(Scope::Job(JobId(1)), Cursor(0), u64::MAX).unwrap();
    let rows: Vec<_> = segments.iter().filter_map(|segment| segment.row).collect();
    assert!(rows.len() as u64 == ROWS && rows.is_sorted(), "{rows:?}");
}

#[test]
fn a_try_that_may_help_is_made_again_after_its_rest() {
    let busy = |row: u64, attempt: u32| match attempt {
        1 | 2 if row.is_multiple_of(2) => Err(refused(Again::After(Millis(1)), Reason::Timeout)),
        _ => Ok(Done::default()),
    };
    let mut pipeline = pipeline(Remote { answer: busy, ..Remote::new(Effect::Idempotent) });
    pipeline.stages[0].retry =
        Some(Retry { attempts: 3, backoff: Backoff::Exponential, first: Millis(5), max: Millis(50) });
    let (folder, job) = ran(&pipeline, 40);
    assert_eq!((job.counts.completed, job.counts.failed), (40, 0));
    let path = folder.path().join("a.db");
    let again = ["step.started", "step.retry_scheduled"];
    let expected: Vec<_> = ["record.queued", "record.started"]
        .into_iter()
        .chain(again)
        .chain(again)
        .chain(["step.started", "step.completed", "record.completed"])
        .collect();
    assert_eq!(types(&path, 2), expected);
    // One try fewer is not enough.
    pipeline.stages[0].retry.as_mut().unwrap().attempts = 2;
    let (_folder, job) = ran(&pipeline, 40);
    assert_eq!((job.counts.completed, job.counts.failed), (20, 20));
}

#[test]
fn a_record_that_is_tried_again_does_not_do_again_what_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("ledger");
    let sent = Remote { ledger: Some(ledger.clone()), ..Remote::new(Effect::Once) };
    let never = |_: u64, _: u32| Err(refused(Again::No, Reason::StepFailed));
    let elsewhere = |remote| Work::Elsewhere(Box::new(remote));
    let fails = elsewhere(Remote { answer: never, ..Remote::new(Effect::Pure) });
    let mut pipeline = workspace::worked(vec![
        ("before", elsewhere(Remote::new(Effect::Pure))),
        ("call", elsewhere(sent)),
        ("after", elsewhere(Remote::new(Effect::Pure))),
        ("fails", fails),
    ]);
    pipeline.record_retry = Some(Retry { attempts: 4, backoff: Backoff::Constant, first: Millis(1), max: Millis(1) });
    let (job_folder, job) = ran(&pipeline, 30);
    assert_eq!(job.counts.failed, 30);
    assert_eq!(fs::read_to_string(&ledger).unwrap().lines().count(), 30, "sent again");
    let told = types(&job_folder.path().join("a.db"), 1);
    let of = |kind| told.iter().filter(|told| **told == kind).count();
    assert_eq!((of("record.retry_scheduled"), of("step.completed"), of("step.failed")), (3, 3, 4), "{told:?}");
    // Without anything done outside it begins anew.
    pipeline.stages[1].work = elsewhere(Remote::new(Effect::Pure));
    let (job_folder, _) = ran(&pipeline, 2);
    let told = types(&job_folder.path().join("a.db"), 1);
    assert_eq!(told.iter().filter(|told| **told == "step.completed").count(), 4 * 3, "{told:?}");
}

#[test]
fn what_nobody_can_tell_is_left_to_a_person() {
    let lost = |_: u64, _: u32| Err(refused(Again::Unknown, Reason::OutcomeUnknown));
    let mut pipeline = pipeline(Remote { answer: lost, ..Remote::new(Effect::Once) });
    let retry = Retry { attempts: 5, backoff: Backoff::Constant, first: Millis(1), max: Millis(1) };
    (pipeline.stages[0].retry, pipeline.record_retry) = (Some(retry), Some(retry));
    pipeline.stages[0].on_failure = OnFailure::Continue;
    let (folder, job) = ran(&pipeline, 3);
    assert_eq!(job.counts.failed, 3, "neither a retry nor `on_failure` touches it");
    let path = folder.path().join("a.db");
    assert_eq!(types(&path, 1)[2..], ["step.started", "step.failed", "record.failed"]);
    assert_eq!(store::open(&path, Access::Read).unwrap().tally(JobId(1)).unwrap()[0].key, "0 OUTCOME_UNKNOWN");
}

/// A reply that is never sent.
struct Deserter;

impl Call for Deserter {
    fn effect(&self) -> Effect {
        Effect::Pure
    }

    fn begin(&self, _: Task, reply: Reply) {
        drop(reply);
    }
}

#[test]
fn an_answer_that_never_comes_is_a_failure() {
    let (_folder, job) = ran(&workspace::worked(vec![("call", Work::Elsewhere(Box::new(Deserter)))]), 5);
    assert_eq!(job.counts.failed, 5);
}

#[test]
fn nothing_is_begun_that_a_cancel_kept_out_of_the_log() {
    let mut canceled = 0;
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let (path, ledger) = (folder.path().join("a.db"), folder.path().join("ledger"));
        let remote =
            Remote { ledger: Some(ledger.clone()), delay: Duration::from_millis(2), ..Remote::new(Effect::Once) };
        let pipeline = pipeline(remote);
        let mut store = workspace::open(&path);
        let id = workspace::job(&mut store, ROWS, &pipeline);
        std::thread::scope(|threads| {
            threads.spawn(|| {
                while fs::read_to_string(&ledger).unwrap_or_default().lines().count() < 40 {
                    std::thread::yield_now();
                }
                let asked = Event::JobCanceling(Because { reason_code: Some(Reason::User) });
                let asked = Segment::job(id, workspace::Machine.now(), vec![asked]).unwrap();
                workspace::open(&path).append(&[asked]).unwrap();
            });
            workspace::drive(&path, &mut store, id, &pipeline, Limits::default());
        });
        is_whole(&path);
        assert_eq!(store.job(id).unwrap().unwrap().status.name(), "canceled");
        for line in fs::read_to_string(&ledger).unwrap().lines() {
            let row = line.split(' ').next().unwrap().parse().unwrap();
            assert!(types(&path, row).contains(&"step.started"), "row {row} was done, and the log does not know");
        }
        canceled += 1;
    }
    assert_eq!(canceled, 10);
}

/// What the process that is killed does.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let effect = if std::env::var(EFFECT).unwrap() == "once" { Effect::Once } else { Effect::Idempotent };
    let ledger = Some(folder.join("ledger"));
    let pipeline = pipeline(Remote { ledger, delay: Duration::from_millis(3), ..Remote::new(effect) });
    let path = folder.join("a.db");
    let mut store = workspace::open(&path);
    let id = workspace::job(&mut store, ROWS, &pipeline);
    workspace::drive(&path, &mut store, id, &pipeline, Limits::default());
}

/// Kills the process again and again until the job has ended; how often, and how often each key was used.
fn through_deaths(effect: &str, pause: u64) -> (tempfile::TempDir, u64, HashMap<String, u32>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut kills = 0;
    for round in 0_u64.. {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["child", "--exact"])
            .env(FOLDER, folder.path())
            .env(EFFECT, effect)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // A death at no moment in particular.
        // Later and later, so that a machine that is busy gets there too.
        std::thread::sleep(Duration::from_millis(pause + round * 7 % 23 + round / 4));
        drop(child.kill());
        let status = child.wait().unwrap();
        is_whole(&path);
        if status.success() {
            break;
        }
        assert_eq!(status.signal(), Some(9), "{status}");
        kills += 1;
        assert!(round < 500, "the job never ends");
    }
    let mut done = HashMap::new();
    for line in fs::read_to_string(folder.path().join("ledger")).unwrap().lines() {
        let (row, key) = line.split_once(' ').unwrap();
        assert!(key.ends_with(&format!("-{row}-call")), "the key is that of the row: {line}");
        *done.entry(key.to_owned()).or_insert(0) += 1;
    }
    (folder, kills, done)
}

fn count(folder: &Path, sql: &str) -> u64 {
    let db = Connection::open(folder.join("a.db")).unwrap();
    db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap().cast_unsigned()
}

#[test]
fn what_must_not_be_done_twice_never_is() {
    let (mut kills, mut unsafe_ones) = (0, 0);
    while kills < 100 {
        let (folder, more, done) = through_deaths("once", 15);
        kills += more;
        assert!(done.values().all(|times| *times == 1), "done twice: {done:?}");
        let completed = count(folder.path(), "SELECT completed FROM cx_job");
        let set_aside = count(folder.path(), "SELECT count(*) FROM cx_record WHERE reason = 'INTERRUPTED_UNSAFE'");
        assert_eq!(completed + set_aside, ROWS, "every row has its receipt");
        assert!(done.len() as u64 >= completed, "completed, and never done");
        unsafe_ones += set_aside;
    }
    assert!(kills >= 100 && unsafe_ones > 0, "{kills} kills, {unsafe_ones} interrupted");
}

#[test]
fn what_can_be_asked_again_is_and_with_the_same_key() {
    let (mut kills, mut repeated) = (0, 0);
    while kills < 100 {
        let (folder, more, done) = through_deaths("idempotent", 15);
        kills += more;
        let poisoned = count(folder.path(), "SELECT count(*) FROM cx_record WHERE reason = 'POISON'");
        assert_eq!(count(folder.path(), "SELECT completed FROM cx_job"), ROWS - poisoned, "lost records");
        assert!(done.len() as u64 >= ROWS - poisoned, "one key a row, whenever it was tried");
        repeated += done.values().filter(|times| **times > 1).count();
    }
    assert!(kills >= 100 && repeated > 0, "{kills} kills, {repeated} repeated");
}
