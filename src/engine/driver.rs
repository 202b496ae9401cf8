//! Driving a job: rows are admitted in order, each record runs until it rests or has ended, a thousand share a commit.

use std::time::{Duration, Instant};

use super::ending::Close;
use super::flights::Flights;
use super::gates::Gates;
use super::past::Past;
use super::record::Machine;
use super::resting::Resting;
use super::run::{CHUNK, Ending, Error, Run, session_facts};
use super::step::Effect;
use super::turn::Turn;
use super::writer::{IN_FLIGHT, Safe, Writer};
use crate::model::event::Event;
use crate::model::id::{RecordId, RowId, SessionId};
use crate::model::params::Params;
use crate::model::payload::{Because, Counts, ErrorInfo, JobEnded, Nothing, Progress};
use crate::model::reason::Reason;
use crate::model::segment::{Owner, Segment};
use crate::model::status::{JobStatus, RecordStatus};
use crate::model::time::{Millis, Timestamp};
use crate::store::{Range, Record, RecordAsk};

mod away;
mod limits;

/// Records that share a commit: the ceiling is reached here (ANCHORS §2).
const BATCH: usize = 1_000;

/// The longest that something finished waits for its commit.
const LINGER: Millis = Millis(250);

/// At most one `job.progress` in this time (EVENTS §3).
const PROGRESS_EVERY: Millis = Millis(1_000);

/// The longest that a run which has nothing to do sleeps before it looks whether it is asked to stop.
const NAP: Duration = Duration::from_millis(20);

/// So many records wait on the outside world when the spinner does not say how many.
const AWAY: usize = 64;

/// So many records wait on pure work that is done elsewhere: enough to keep it busy.
const PURE_AWAY: usize = 256;

/// So many records can have been under way when a process died: those being gathered, written and waiting to be.
const UNDER_WAY: usize = BATCH * (IN_FLIGHT + 2);

/// A run under way: what waits for its commit, and the counts as the log will have them.
pub(super) struct Driver<'r, 'w, 't> {
    run: &'r Run<'r>,
    session: SessionId,
    writer: &'w mut Writer<'t>,
    batch: Vec<Segment>,
    began: Millis,
    since: Timestamp,
    /// The same by a clock that goes on when that of the run stands still.
    gathered: Instant,
    progress: Timestamp,
    counts: Counts,
    allowed: Option<u64>,
    resting: Resting,
    flights: Flights<'r>,
    gates: Gates,
    /// So many may be away at once.
    most: usize,
    turn: Turn,
    /// So many records more start one at a time, each with its step on record, because one of them may kill the process.
    wary: usize,
    canceled: bool,
}

impl<'r, 'w, 't> Driver<'r, 'w, 't> {
    /// `died`: whether the process before this one did.
    pub(super) fn new(
        run: &'r Run<'r>,
        session: SessionId,
        writer: &'w mut Writer<'t>,
        died: bool,
    ) -> Driver<'r, 'w, 't> {
        let counts = run.job.counts;
        let (now, began) = (run.clock.now(), run.clock.ticks());
        let allowed = run.limits.max_failures.map(|max| max.of(counts.total));
        let (batch, resting) = (Vec::with_capacity(BATCH), Resting::default());
        let (since, progress) = (now, now);
        let (wary, canceled) = (if died { UNDER_WAY } else { 0 }, false);
        // A step that rests between its tries would hold up all that follow.
        let is_pure =
            run.pipeline.stages.iter().all(|stage| stage.work.effect() == Effect::Pure && stage.retry.is_none());
        let most = if is_pure { PURE_AWAY } else { run.limits.concurrency.map_or(AWAY, |most| most as usize) };
        let (flights, turn) = (Flights::default(), Turn::new(is_pure));
        let gates = Gates::new(&run.pipeline.stages, run.limits.rate);
        Driver {
            run,
            session,
            writer,
            batch,
            began,
            since,
            gathered: Instant::now(),
            progress,
            counts,
            allowed,
            resting,
            flights,
            gates,
            most,
            turn,
            wary,
            canceled,
        }
    }

    pub(super) fn all(mut self) -> Result<Close, Error> {
        let went_on = self.begin().and_then(|()| {
            let went_on = self.open_records()? && self.rest_of_the_rows()? && self.rest_out()?;
            self.bring_back()?;
            Ok(went_on)
        });
        match went_on {
            // No process will ever find it again, so the job ends here instead of being resumed for ever.
            Err(error @ (Error::RowGone { .. } | Error::RecordGone { .. })) => {
                self.bring_back()?;
                self.flush();
                let message = error.to_string();
                let error = ErrorInfo { kind: "input".to_owned(), code: Reason::Gone, field: None, message };
                Ok(Close::Failed { exceeded: None, reason: Reason::Gone, error })
            }
            went_on => self.end(went_on?),
        }
    }

    /// Brings the job to `running`, whatever it was. What was under way in a process that died is stalled (EVENTS §7).
    fn begin(&mut self) -> Result<(), Error> {
        let stalled = || Event::JobStalled(Because { reason_code: Some(Reason::Interrupted) });
        match self.run.job.status {
            JobStatus::Created => self.own(vec![Event::JobQueued(Nothing {}), Event::JobStarted(Nothing {})])?,
            JobStatus::Queued => self.own(vec![Event::JobStarted(Nothing {})])?,
            JobStatus::Running | JobStatus::Stalled => {
                // Running by the log, but its lock was free: its process died.
                if self.run.job.status == JobStatus::Running {
                    self.own(vec![stalled()])?;
                }
                self.stall_records()?;
                self.own(vec![Event::JobResumed(Nothing {})])?;
                // The stalled ones are read back when it is their turn.
                self.flush();
                self.writer.settle();
            }
            JobStatus::Waiting => self.own(vec![Event::JobResumed(Nothing {})])?,
            JobStatus::Canceling | JobStatus::Canceled | JobStatus::Completed | JobStatus::Failed => {}
        }
        Ok(())
    }

    fn stall_records(&mut self) -> Result<(), Error> {
        self.each_open(|driver, record| {
            if record.status == RecordStatus::Running {
                let stalled = Machine::stall(driver.run.pipeline, driver.past(record.id)?, driver.run.clock.now())?;
                // Not looked at as a running job's would be: the job is stalled.
                let segment = stalled.seal()?;
                driver.count(&segment);
                driver.batch.push(segment);
            }
            Ok(true)
        })?;
        Ok(())
    }

    /// Records that were begun by an earlier process.
    fn open_records(&mut self) -> Result<bool, Error> {
        self.each_open(|driver, record| {
            let rests = record.status == RecordStatus::Queued;
            // One that waits for a person or a clock goes on when that comes.
            if !(rests || record.status == RecordStatus::Stalled) {
                return Ok(true);
            }
            let past = driver.past(record.id)?;
            if rests {
                // Never longer than it was to rest, whatever the clock was set to meanwhile.
                let rested = driver.run.clock.now().since(past.last_at());
                let rest = Millis(past.rest.0.saturating_sub(rested.0));
                driver.resting.push(record.id.row, rest);
                return Ok(true);
            }
            Ok(driver.may_go_on() && driver.take_up(past)?)
        })
    }

    /// Calls `each` with every open record that can be gone on with, until it says stop.
    fn each_open(&mut self, mut each: impl FnMut(&mut Self, &Record) -> Result<bool, Error>) -> Result<bool, Error> {
        let ask = RecordAsk { open: true, ..RecordAsk::default() };
        let mut after = RowId(0);
        loop {
            let open = self.run.reader.records(self.run.job, &ask, after, CHUNK)?;
            let Some(last) = open.last() else { return Ok(true) };
            after = last.id.row;
            for record in &open {
                if !each(self, record)? {
                    return Ok(false);
                }
            }
        }
    }

    fn past(&self, record: RecordId) -> Result<Past, Error> {
        let scope = self.run.scope(record.row, Params::none());
        Ok(Past::of(self.run.pipeline, scope, &self.run.entries(record)?)?)
    }

    fn take_up(&mut self, past: Past) -> Result<bool, Error> {
        let machine = Machine::resume(self.run.pipeline, past, self.run.clock.now())?;
        self.go(machine)
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
                if !self.range(range)? {
                    return Ok(false);
                }
            }
        }
    }

    fn range(&mut self, range: &Range) -> Result<bool, Error> {
        let run = self.run;
        if run.job.retry_of.is_some() {
            for row in range.clone() {
                if !(self.may_go_on() && self.carry(RowId(row))? && self.take_up_rested()?) {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        run.rows(range, |row, params, errors| {
            if !self.may_go_on() {
                return Ok(false);
            }
            let machine = Machine::admit(run.pipeline, run.scope(row, params), errors, run.clock.now())?;
            Ok(self.go(machine)? && self.take_up_rested()?)
        })
    }

    /// A row goes on where the record of the earlier job was left.
    fn carry(&mut self, row: RowId) -> Result<bool, Error> {
        let run = self.run;
        let Some(from) = run.job.retry_of else { return Ok(true) };
        let record = RecordId { job: from, row };
        let earlier = self.past(record)?;
        if earlier.is_blank() {
            return Err(Error::RecordGone { job: run.job.id, record });
        }
        let scope = run.scope(row, Params::none());
        let machine = Machine::carry(run.pipeline, scope, &earlier, (from, run.assumed), run.clock.now())?;
        self.go(machine)
    }

    fn count(&mut self, segment: &Segment) {
        if let Owner::Record(effect) = &segment.owner
            && let Some(status) = effect.after.status
        {
            self.counts.shift(effect.base.map(|(status, _)| status), status);
        }
    }

    /// A record's segment joins the batch. False when the run must stop.
    fn put(&mut self, segment: Segment) -> Result<bool, Error> {
        self.count(&segment);
        let now = segment.at;
        if self.batch.is_empty() {
            (self.since, self.gathered) = (now, Instant::now());
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
            self.look_around()?;
            return Ok(self.flush());
        }
        Ok(true)
    }

    /// Whether what was gathered has waited long enough, although nothing more has come. Where commits are to be alike in two
    /// runs, it is the clock of the run that says so.
    fn has_lingered(&self) -> bool {
        let waited = match self.turn.is_kept() {
            true => self.run.clock.now().since(self.since) >= LINGER,
            false => self.gathered.elapsed() >= Duration::from_millis(LINGER.0),
        };
        waited && !self.batch.is_empty()
    }

    /// The job's own events join the batch.
    fn own(&mut self, events: Vec<Event>) -> Result<(), Error> {
        self.batch.push(Segment::job(self.run.job.id, self.run.clock.now(), events)?);
        Ok(())
    }

    fn flush(&mut self) -> bool {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        self.writer.send(batch, Safe::FromMachine)
    }

    /// The run stops before the job has ended: whoever resumes it goes on.
    fn paused(&self) -> (Event, Ending) {
        match self.gates.closed().filter(|_| !self.run.interrupt.is_raised()) {
            Some(gate) => {
                let because = Because { reason_code: Some(Reason::CircuitOpen) };
                (Event::JobWaiting(because), Ending::Unreachable(gate.to_owned()))
            }
            None => (Event::JobStalled(Because { reason_code: Some(Reason::Interrupted) }), Ending::Interrupted),
        }
    }

    fn end(mut self, went_on: bool) -> Result<Close, Error> {
        if self.canceled {
            self.flush();
            return Ok(Close::Canceled);
        }
        if let Some((exceeded, error)) = self.exceeded().filter(|_| !went_on || self.too_many_failed()) {
            self.flush();
            return Ok(Close::Failed { exceeded: Some(exceeded), reason: Reason::LimitExceeded, error });
        }
        let (event, ending) = if went_on {
            let ended = JobEnded { counts: self.counts, reason_code: None, errors: Vec::new() };
            (Event::JobCompleted(ended), Ending::Ended)
        } else {
            self.paused()
        };
        self.own(vec![event])?;
        // The session ends with what it did last.
        let facts = || session_facts(self.session, self.run.job.id);
        let closing = vec![Event::SessionCompleting(facts()), Event::SessionCompleted(facts())];
        self.batch.push(Segment::workspace(self.run.clock.now(), closing)?);
        self.flush();
        Ok(Close::Done(ending))
    }
}
