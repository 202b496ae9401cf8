//! Driving a job: rows are admitted in order, each record runs to its end, commits are shared by a thousand of them.

use std::sync::Arc;

use super::Interrupt;
use super::params::Projection;
use super::record::{Machine, Next};
use super::step::{JobFacts, Pipeline, Scope};
use super::writer::{Sink, Writer};
use crate::model::event::Event;
use crate::model::fold::Illegal;
use crate::model::id::{Cursor, JobId, RecordId, RowId, SessionId};
use crate::model::params::Params;
use crate::model::payload::{Because, Counts, ErrorInfo, Facts, JobEnded, LimitExceeded, Nothing, Progress};
use crate::model::reason::Reason;
use crate::model::segment::{Owner, Segment};
use crate::model::spinner::Limits;
use crate::model::status::{JobStatus, RecordStatus};
use crate::model::time::{Clock, Millis, Steady, Timestamp};
use crate::store::{Error as StoreError, Job, Range, Read, RecordAsk, RowAsk, Scope as LogScope, Write};

/// Why a run could not go on. A record that fails is not one of these.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The engine asked for what the states do not allow.
    #[error(transparent)]
    Illegal(#[from] Illegal),
    /// A value cannot be JSON.
    #[error("a value cannot be stored: {0}")]
    Json(#[from] serde_json::Error),
    /// The system gives no thread.
    #[error("no thread can be started: {0}")]
    Thread(#[from] std::io::Error),
    /// The table no longer has what the job needs.
    #[error("job {job} needs row {row} of table `{table}`, which is gone")]
    RowGone {
        /// The job.
        job: JobId,
        /// The row.
        row: RowId,
        /// The table.
        table: String,
    },
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The job has ended.
    Ended,
    /// It was asked to stop; the rest can be resumed.
    Interrupted,
}

/// Everything a run needs besides the store that it writes to.
pub struct Run<'a> {
    /// The job as it stands.
    pub job: &'a Job,
    /// Its frozen spinner.
    pub pipeline: &'a Pipeline,
    /// What it may not pass.
    pub limits: Limits,
    /// What all records share.
    pub facts: Arc<JobFacts>,
    /// Where rows are read; never the writer's own connection.
    pub reader: &'a dyn Read,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Whether it was asked to stop.
    pub interrupt: &'a Interrupt,
}

/// Records that share a commit: the ceiling is reached here (ANCHORS §2).
const BATCH: usize = 1_000;

/// The longest that something finished waits for its commit.
const LINGER: Millis = Millis(250);

/// At most one `job.progress` in this time (EVENTS §3).
const PROGRESS_EVERY: Millis = Millis(1_000);

/// Rows read at once; between two readings nothing holds the file back.
const CHUNK: u64 = 1_000;

impl Run<'_> {
    /// Runs what is left of the job, until it ends or is asked to stop.
    ///
    /// # Errors
    /// When the store fails; what was committed stays, and the job can be resumed.
    pub fn drive(&self, store: &mut dyn Write, sink: &mut dyn Sink) -> Result<Ending, Error> {
        // The log never goes back in time, whatever the clock of the machine does (E3).
        let steady = Steady::from(self.clock, self.job.last_at);
        let run = Run { clock: &steady, facts: Arc::clone(&self.facts), ..*self };
        run.bury_dead_sessions(store)?;
        let session = store.begin_session(run.clock.now(), run.job.id)?;
        std::thread::scope(|threads| {
            let writer = Writer::start(threads, store, sink)?;
            let mut driver = Driver::new(&run, session, &writer);
            let driven = driver.all();
            // The writer's failure is the cause of the driver's, so it is the one to tell.
            writer.finish()?;
            driven
        })
    }

    /// Sessions that are live in the log, while this process holds the job's lock: their processes died.
    fn bury_dead_sessions(&self, store: &mut dyn Write) -> Result<(), Error> {
        for dead in self.reader.live_sessions(self.job.id)? {
            let event = Event::SessionFailed(session_facts(dead.id, self.job.id));
            store.append(&[Segment::workspace(self.clock.now(), vec![event])?])?;
        }
        Ok(())
    }

    /// The scope of one record before its first step.
    fn scope(&self, row: RowId, params: Params) -> Scope {
        let record = RecordId { job: self.job.id, row };
        Scope { job: Arc::clone(&self.facts), record, attempt: 1, params, steps: Vec::new() }
    }

    /// Runs one row from its admission to its end, without storing anything.
    ///
    /// # Errors
    /// Only when this program is wrong.
    pub fn row(&self, row: RowId, params: Params, errors: Vec<ErrorInfo>) -> Result<Segment, Error> {
        self.to_end(Machine::admit(self.pipeline, self.scope(row, params), errors, self.clock.now())?)
    }

    fn to_end(&self, mut machine: Machine<'_>) -> Result<Segment, Error> {
        while let Next::Run(stage) = machine.next(self.clock.now())? {
            let mut said = Vec::new();
            let result = stage.step.run(machine.scope(), &mut said);
            machine.ended(stage, self.clock.now(), said, result)?;
        }
        Ok(machine.seal()?)
    }

    /// Calls `each` with the params of every row in a range, until it says stop.
    ///
    /// # Errors
    /// When the rows cannot be read, or `each` fails.
    pub fn rows<E: From<Error>>(
        &self,
        range: &Range,
        mut each: impl FnMut(RowId, Params, Vec<ErrorInfo>) -> Result<bool, E>,
    ) -> Result<bool, E> {
        let projection = Projection::new(&self.job.fields, &self.pipeline.params);
        let mut first = *range.start();
        while first <= *range.end() {
            let ask = RowAsk {
                table: &self.job.table,
                columns: &self.job.fields,
                range: (first, *range.end()),
                condition: None,
                offset: 0,
                limit: CHUNK,
            };
            let rows = self.reader.rows(&ask).map_err(Error::from)?;
            // A frozen row that is not there: someone reached into the file. It is named, and nothing is passed over.
            if rows.first().is_none_or(|row| row.id.0 != first) {
                let (job, table) = (self.job.id, self.job.table.clone());
                return Err(Error::RowGone { job, row: RowId(first), table }.into());
            }
            for row in rows {
                if row.id.0 != first {
                    break;
                }
                first += 1;
                let (params, errors) = projection.project(row.id, row.cells);
                if !each(row.id, params, errors)? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}

fn session_facts(session: SessionId, job: JobId) -> Facts {
    Facts(serde_json::Map::from_iter([("session".to_owned(), session.0.into()), ("job".to_owned(), job.0.into())]))
}

/// A run under way: what waits for its commit, and the counts as the log will have them.
struct Driver<'r, 'w> {
    run: &'r Run<'r>,
    session: SessionId,
    writer: &'w Writer<'w>,
    batch: Vec<Segment>,
    began: Millis,
    since: Timestamp,
    progress: Timestamp,
    counts: Counts,
    allowed: Option<u64>,
}

impl<'r, 'w> Driver<'r, 'w> {
    fn new(run: &'r Run<'r>, session: SessionId, writer: &'w Writer<'w>) -> Driver<'r, 'w> {
        let counts = run.job.counts;
        let (now, began) = (run.clock.now(), run.clock.ticks());
        let allowed = run.limits.max_failures.map(|max| max.of(counts.total));
        let batch = Vec::with_capacity(BATCH);
        Driver { run, session, writer, batch, began, since: now, progress: now, counts, allowed }
    }

    fn all(&mut self) -> Result<Ending, Error> {
        self.begin()?;
        match self.open_records().and_then(|went_on| Ok(went_on && self.rest_of_the_rows()?)) {
            // No process will ever find the row again, so the job ends here instead of being resumed for ever.
            Err(error @ Error::RowGone { .. }) => self.gone(&error),
            went_on => self.end(went_on?),
        }
    }

    fn gone(&mut self, error: &Error) -> Result<Ending, Error> {
        let error = ErrorInfo { kind: "input".to_owned(), code: Reason::Gone, field: None, message: error.to_string() };
        let reason_code = Some(Reason::Gone);
        self.own(vec![Event::JobFailed(JobEnded { counts: self.counts, reason_code, errors: vec![error] })])?;
        self.close()?;
        Ok(Ending::Ended)
    }

    /// Brings the job to `running`, whatever it was.
    fn begin(&mut self) -> Result<(), Error> {
        let stalled = || Event::JobStalled(Because { reason_code: Some(Reason::Interrupted) });
        let resumed = || Event::JobResumed(Nothing {});
        let events = match self.run.job.status {
            JobStatus::Created => vec![Event::JobQueued(Nothing {}), Event::JobStarted(Nothing {})],
            JobStatus::Queued => vec![Event::JobStarted(Nothing {})],
            // Running by the log, but its lock was free: its process died.
            JobStatus::Running => vec![stalled(), resumed()],
            JobStatus::Waiting | JobStatus::Stalled => vec![resumed()],
            JobStatus::Canceling | JobStatus::Canceled | JobStatus::Completed | JobStatus::Failed => Vec::new(),
        };
        if !events.is_empty() {
            self.own(events)?;
        }
        Ok(())
    }

    /// Records that were under way when the last process stopped.
    fn open_records(&mut self) -> Result<bool, Error> {
        let ask = RecordAsk { open: true, ..RecordAsk::default() };
        let mut after = RowId(0);
        loop {
            let open = self.run.reader.records(self.run.job, &ask, after, CHUNK)?;
            let Some(last) = open.last() else { return Ok(true) };
            after = last.id.row;
            for record in &open {
                if !self.may_go_on() {
                    return Ok(false);
                }
                let segments = self.run.reader.segments(LogScope::Record(record.id), Cursor(0), u64::MAX)?;
                let mut entries = Vec::new();
                for segment in &segments {
                    entries.extend(segment.entries().map_err(StoreError::from)?);
                }
                let blank = Params::new(Arc::from([]), Vec::new());
                let scope = self.run.scope(record.id.row, blank);
                let machine = Machine::resume(self.run.pipeline, scope, &entries, self.run.clock.now())?;
                let segment = self.run.to_end(machine)?;
                self.record(segment)?;
            }
        }
    }

    /// Rows that are not records yet: rows are admitted in order, so all after the last one.
    fn rest_of_the_rows(&mut self) -> Result<bool, Error> {
        let run = self.run;
        let mut after = run.reader.last_admitted(run.job.id)?.unwrap_or_default();
        loop {
            let ranges = run.reader.selection(run.job.id, after, CHUNK)?;
            let Some(last) = ranges.last() else { return Ok(true) };
            after = RowId(*last.end());
            for range in &ranges {
                let went_on = run.rows(range, |row, params, errors| {
                    if !self.may_go_on() {
                        return Ok(false);
                    }
                    let segment = run.row(row, params, errors)?;
                    self.record(segment)
                })?;
                if !went_on {
                    return Ok(false);
                }
            }
        }
    }

    fn may_go_on(&self) -> bool {
        !self.run.interrupt.is_raised() && !self.too_many_failed() && !self.too_late()
    }

    /// Running time only: what earlier processes ran, and this one since it began.
    fn ran(&self) -> Millis {
        let job = self.run.job;
        // A process that died ran up to its last event.
        let last = job.since.map_or(Millis(0), |since| job.last_at.since(since));
        Millis(job.ran.0 + last.0 + self.run.clock.ticks().0.saturating_sub(self.began.0))
    }

    fn too_late(&self) -> bool {
        self.run.limits.job_timeout.is_some_and(|allowed| self.ran() > allowed)
    }

    fn too_many_failed(&self) -> bool {
        self.allowed.is_some_and(|allowed| self.counts.failed > allowed)
    }

    /// A record's segment joins the batch. False when the writer has stopped.
    fn record(&mut self, segment: Segment) -> Result<bool, Error> {
        if let Owner::Record(effect) = &segment.owner
            && let Some(status) = effect.after.status
        {
            self.counts.shift(effect.base.map(|(status, _)| status), status);
            debug_assert_ne!(status, RecordStatus::Running, "a machine stops only where a record can rest");
        }
        let now = segment.at;
        if self.batch.is_empty() {
            self.since = now;
        }
        self.batch.push(segment);
        if now.since(self.progress) >= PROGRESS_EVERY {
            self.progress = now;
            self.own(vec![Event::JobProgress(Progress { counts: self.counts })])?;
        }
        // A machine that slept, or whose clock was set forward, did not run in between, and the log says so.
        if self.run.clock.catch_up() {
            let because = Because { reason_code: Some(Reason::Interrupted) };
            self.own(vec![Event::JobStalled(because), Event::JobResumed(Nothing {})])?;
        }
        // By count or by the clock: with a fixed clock by count alone, so that two runs commit alike.
        if self.batch.len() >= BATCH || now.since(self.since) >= LINGER {
            return Ok(self.flush());
        }
        Ok(true)
    }

    /// The job's own events join the batch.
    fn own(&mut self, events: Vec<Event>) -> Result<(), Error> {
        self.batch.push(Segment::job(self.run.job.id, self.run.clock.now(), events)?);
        Ok(())
    }

    fn flush(&mut self) -> bool {
        self.writer.send(std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH)))
    }

    fn end(&mut self, went_on: bool) -> Result<Ending, Error> {
        let ended = |counts, reason_code, errors| JobEnded { counts, reason_code, errors };
        let ending = if let Some((exceeded, error)) = self.exceeded().filter(|_| !went_on || self.too_many_failed()) {
            self.own(vec![
                Event::JobLimitExceeded(exceeded),
                Event::JobFailed(ended(self.counts, Some(Reason::LimitExceeded), vec![error])),
            ])?;
            Ending::Ended
        } else if went_on {
            self.own(vec![Event::JobCompleted(ended(self.counts, None, Vec::new()))])?;
            Ending::Ended
        } else {
            self.own(vec![Event::JobStalled(Because { reason_code: Some(Reason::Interrupted) })])?;
            Ending::Interrupted
        };
        self.close()?;
        Ok(ending)
    }

    /// The session ends with what it did last.
    fn close(&mut self) -> Result<(), Error> {
        let facts = || session_facts(self.session, self.run.job.id);
        let closing = vec![Event::SessionCompleting(facts()), Event::SessionCompleted(facts())];
        let closing = Segment::workspace(self.run.clock.now(), closing)?;
        self.batch.push(closing);
        self.flush();
        Ok(())
    }

    /// The limit of the job that was passed, if one was.
    fn exceeded(&self) -> Option<(LimitExceeded, ErrorInfo)> {
        if self.too_many_failed() {
            let (failed, allowed) = (self.counts.failed, self.allowed.unwrap_or(0));
            let (current_value, threshold) = (real(failed), real(allowed));
            let (limit_type, unit) = ("max_failures".to_owned(), "records".to_owned());
            let exceeded = LimitExceeded { limit_type, current_value, threshold, unit };
            let error = exceeded.error(format!("{failed} records failed, and `max_failures` allows {allowed}"));
            return Some((exceeded, error));
        }
        let (ran, allowed) = (self.ran(), self.run.limits.job_timeout.filter(|_| self.too_late())?);
        let exceeded = LimitExceeded::milliseconds("job_timeout", ran, allowed);
        let error = exceeded.error(format!("the job ran for {ran}, and `job_timeout` is {allowed}"));
        Some((exceeded, error))
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count of rows")]
fn real(count: u64) -> f64 {
    count as f64
}
