//! Driving a job: rows are admitted in order, each record runs until it rests or has ended, a thousand share a commit.

use super::ending::Close;
use super::past::Past;
use super::record::{Machine, Next};
use super::resting::Resting;
use super::run::{CHUNK, Ending, Error, Run, session_facts};
use super::writer::{IN_FLIGHT, Safe, Writer};
use crate::model::event::Event;
use crate::model::id::{RecordId, RowId, SessionId};
use crate::model::params::Params;
use crate::model::payload::{Because, Counts, ErrorInfo, JobEnded, LimitExceeded, Nothing, Progress};
use crate::model::reason::Reason;
use crate::model::segment::{Owner, Segment};
use crate::model::status::{JobStatus, RecordStatus};
use crate::model::time::{Millis, Timestamp};
use crate::store::{Range, Record, RecordAsk};

/// Records that share a commit: the ceiling is reached here (ANCHORS §2).
const BATCH: usize = 1_000;

/// The longest that something finished waits for its commit.
const LINGER: Millis = Millis(250);

/// At most one `job.progress` in this time (EVENTS §3).
const PROGRESS_EVERY: Millis = Millis(1_000);

/// The longest that a run which has nothing to do sleeps before it looks whether it is asked to stop.
const NAP: std::time::Duration = std::time::Duration::from_millis(20);

/// So many records can have been under way when a process died: those being gathered, written and waiting to be.
const UNDER_WAY: usize = BATCH * (IN_FLIGHT + 2);

/// A run under way: what waits for its commit, and the counts as the log will have them.
pub(super) struct Driver<'r, 'w> {
    run: &'r Run<'r>,
    session: SessionId,
    writer: &'w Writer<'w>,
    batch: Vec<Segment>,
    began: Millis,
    since: Timestamp,
    progress: Timestamp,
    counts: Counts,
    allowed: Option<u64>,
    resting: Resting,
    /// So many records more start one at a time, each with its step on record, because one of them may kill the process.
    wary: usize,
    canceled: bool,
}

impl<'r, 'w> Driver<'r, 'w> {
    /// `died`: whether the process before this one did.
    pub(super) fn new(run: &'r Run<'r>, session: SessionId, writer: &'w Writer<'w>, died: bool) -> Driver<'r, 'w> {
        let counts = run.job.counts;
        let (now, began) = (run.clock.now(), run.clock.ticks());
        let allowed = run.limits.max_failures.map(|max| max.of(counts.total));
        let (batch, resting) = (Vec::with_capacity(BATCH), Resting::default());
        let (since, progress) = (now, now);
        let (wary, canceled) = (if died { UNDER_WAY } else { 0 }, false);
        Driver { run, session, writer, batch, began, since, progress, counts, allowed, resting, wary, canceled }
    }

    pub(super) fn all(mut self) -> Result<Close, Error> {
        let went_on =
            self.begin().and_then(|()| Ok(self.open_records()? && self.rest_of_the_rows()? && self.rest_out()?));
        match went_on {
            // No process will ever find it again, so the job ends here instead of being resumed for ever.
            Err(error @ (Error::RowGone { .. } | Error::RecordGone { .. })) => {
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
                driver.record(stalled.seal()?)?;
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
        let machine = Machine::carry(run.pipeline, scope, &earlier, from, run.clock.now())?;
        self.go(machine)
    }

    /// Records that have rested long enough, looked at after each commit.
    fn take_up_rested(&mut self) -> Result<bool, Error> {
        if !(self.batch.is_empty() && self.resting.is_due()) {
            return Ok(true);
        }
        // What rests is read back, so it must be in the log.
        if !self.writer.settle() {
            return Ok(false);
        }
        while let Some(row) = self.resting.pop() {
            let past = self.past(RecordId { job: self.run.job.id, row })?;
            if !(self.take_up(past)? && self.may_go_on()) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Waits for the records that rest, when all others have ended.
    fn rest_out(&mut self) -> Result<bool, Error> {
        while let Some(wait) = self.resting.wait() {
            if !self.flush() {
                return Ok(false);
            }
            std::thread::sleep(wait.min(NAP));
            self.look_around()?;
            if !(self.may_go_on() && self.take_up_rested()?) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Runs a record until it rests or has ended. False when the run must stop.
    fn go(&mut self, mut machine: Machine<'_>) -> Result<bool, Error> {
        loop {
            match machine.next(self.run.clock.now())? {
                Next::Run(stage) => {
                    if self.wary > 0 && !self.mark(&mut machine)? {
                        return Ok(false);
                    }
                    self.run.step(stage, &mut machine)?;
                }
                Next::Rest(rest) => {
                    self.resting.push(machine.scope().record.row, rest);
                    break;
                }
                Next::Ended => break,
            }
        }
        self.wary = self.wary.saturating_sub(1);
        self.record(machine.seal()?)
    }

    /// Puts on record that the step is about to run, with all that ended before: if it kills the process, the next one
    /// knows which it was. A pure step needs no more than that, so nobody waits for the disk.
    fn mark(&mut self, machine: &mut Machine<'_>) -> Result<bool, Error> {
        let segment = machine.split()?;
        self.count(&segment);
        self.batch.push(segment);
        let batch = std::mem::take(&mut self.batch);
        let written = self.writer.send(batch, Safe::FromProcess) && self.writer.settle();
        self.canceled |= self.writer.has_refused();
        Ok(written && !self.canceled)
    }

    fn may_go_on(&self) -> bool {
        !self.run.interrupt.is_raised() && !self.canceled && !self.too_many_failed() && !self.too_late()
    }

    /// Whether another process has asked to cancel the job.
    fn look_around(&mut self) -> Result<(), Error> {
        let status = self.run.reader.job(self.run.job.id)?.map(|job| job.status);
        self.canceled |= self.writer.has_refused() || status == Some(JobStatus::Canceling);
        Ok(())
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

    fn count(&mut self, segment: &Segment) {
        if let Owner::Record(effect) = &segment.owner
            && let Some(status) = effect.after.status
        {
            self.counts.shift(effect.base.map(|(status, _)| status), status);
        }
    }

    /// A record's segment joins the batch. False when the run must stop.
    fn record(&mut self, segment: Segment) -> Result<bool, Error> {
        self.count(&segment);
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
            self.look_around()?;
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
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        self.writer.send(batch, Safe::FromMachine)
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
            (Event::JobStalled(Because { reason_code: Some(Reason::Interrupted) }), Ending::Interrupted)
        };
        self.own(vec![event])?;
        // The session ends with what it did last.
        let facts = || session_facts(self.session, self.run.job.id);
        let closing = vec![Event::SessionCompleting(facts()), Event::SessionCompleted(facts())];
        self.batch.push(Segment::workspace(self.run.clock.now(), closing)?);
        self.flush();
        Ok(Close::Done(ending))
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
