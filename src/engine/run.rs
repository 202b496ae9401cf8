//! A run: everything it needs, how its rows are read, and how it ends.

use std::sync::Arc;

use super::Interrupt;
use super::call::Reply;
use super::driver::Driver;
use super::ending::{self, Close};
use super::params::Projection;
use super::record::{Machine, Next};
use super::step::{Effect, JobFacts, Pipeline, Scope, Stage, Step};
use super::writer::{Sink, Writer};
use crate::model::fold::Illegal;
use crate::model::id::{Cursor, JobId, RecordId, RowId, SessionId};
use crate::model::params::Params;
use crate::model::payload::{Assumed, ErrorInfo, Facts};
use crate::model::segment::{Entry, Segment};
use crate::model::spinner::Limits;
use crate::model::status::JobStatus;
use crate::model::time::{Clock, Steady};
use crate::store::{Error as StoreError, Job, Range, Read, RowAsk, Scope as LogScope, Write};

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
    /// The log no longer has what the job takes over.
    #[error("job {job} goes on with record {record}, whose events are gone")]
    RecordGone {
        /// The job.
        job: JobId,
        /// The record of the earlier job.
        record: RecordId,
    },
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The job has ended.
    Ended,
    /// It was asked to stop; the rest can be resumed.
    Interrupted,
    /// Nobody could be reached behind the gate of this name; the job waits until it is resumed.
    Unreachable(String),
}

/// Everything a run needs besides the store that it writes to.
pub struct Run<'a> {
    /// The job as it stands.
    pub job: &'a Job,
    /// Its frozen spinner.
    pub pipeline: &'a Pipeline,
    /// What it may not pass.
    pub limits: Limits,
    /// What a person has said of steps that nobody could tell of.
    pub assumed: Option<Assumed>,
    /// What all records share.
    pub facts: Arc<JobFacts>,
    /// Where rows are read; never the writer's own connection.
    pub reader: &'a dyn Read,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Whether it was asked to stop.
    pub interrupt: &'a Interrupt,
}

/// Rows read at once; between two readings nothing holds the file back.
pub(super) const CHUNK: u64 = 1_000;

impl Run<'_> {
    /// Runs what is left of the job, until it ends or is asked to stop.
    ///
    /// # Errors
    /// When the store fails; what was committed stays, and the job can be resumed.
    pub fn drive(&self, store: &mut dyn Write, sink: &mut dyn Sink) -> Result<Ending, Error> {
        // The log never goes back in time, whatever the clock of the machine does (E3).
        let steady = Steady::from(self.clock, self.job.last_at);
        let run = Run { clock: &steady, facts: Arc::clone(&self.facts), ..*self };
        let died = !store.live_sessions(run.job.id)?.is_empty();
        let session = store.begin_session(run.clock.now(), run.job.id)?;
        let close = if run.job.status == JobStatus::Canceling {
            Close::Canceled
        } else {
            std::thread::scope(|threads| {
                let mut writer = Writer::start(threads, store, sink, run.job.id)?;
                let driven = Driver::new(&run, session, &mut writer, died).all();
                // The writer's failure is the cause of the driver's, so it is the one to tell.
                let refused = writer.finish()?;
                if refused { Ok(Close::Canceled) } else { driven }
            })?
        };
        ending::close(&run, store, sink, session, close)
    }

    /// The scope of one record before its first step.
    pub(super) fn scope(&self, row: RowId, params: Params) -> Scope {
        let record = RecordId { job: self.job.id, row };
        Scope { job: Arc::clone(&self.facts), record, attempt: 1, params, steps: Vec::new() }
    }

    /// What the log says of a record.
    pub(super) fn entries(&self, record: RecordId) -> Result<Vec<Entry>, Error> {
        let mut entries = Vec::new();
        for segment in self.reader.segments(LogScope::Record(record), Cursor(0), u64::MAX)? {
            entries.extend(segment.entries().map_err(StoreError::from)?);
        }
        Ok(entries)
    }

    /// Runs one row from its admission to its end, without storing anything and without doing anything outside; it is
    /// tried once.
    ///
    /// # Errors
    /// Only when this program is wrong.
    pub fn row(&self, row: RowId, params: Params, errors: Vec<ErrorInfo>) -> Result<Segment, Error> {
        let mut machine = Machine::admit(self.pipeline, self.scope(row, params), errors, self.clock.now())?;
        loop {
            match machine.next(self.clock.now())? {
                Next::Run(stage, step) => self.step(stage, step, &mut machine)?,
                Next::Knock(_) => machine.pass(),
                Next::Begin(stage, call, task) if call.effect() != Effect::Pure => {
                    machine.answered(stage, self.clock.now(), call.rehearse(&task))?;
                }
                Next::Begin(stage, call, task) => {
                    let (sender, answer) = std::sync::mpsc::channel();
                    call.begin(task, Reply::to(move |answer| drop(sender.send(answer))));
                    // A reply that is dropped answers too, so there is one.
                    let Ok(answer) = answer.recv() else { break };
                    machine.answered(stage, self.clock.now(), answer)?;
                }
                Next::Pause(_) | Next::Rest(_) | Next::Ended => break,
            }
        }
        Ok(machine.seal()?)
    }

    /// Runs the step that the machine has begun.
    pub(super) fn step(&self, stage: &Stage, step: &dyn Step, machine: &mut Machine<'_>) -> Result<(), Error> {
        let mut said = Vec::new();
        let result = step.run(machine.scope(), &mut said);
        Ok(machine.ended(stage, self.clock.now(), said, result)?)
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

pub(super) fn session_facts(session: SessionId, job: JobId) -> Facts {
    Facts(serde_json::Map::from_iter([("session".to_owned(), session.0.into()), ("job".to_owned(), job.0.into())]))
}
