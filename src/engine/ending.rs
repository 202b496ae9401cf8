//! The end of a job that does not simply complete: what is still open is stopped, then the job ends (EVENTS §1.5, §1.7).

use super::past::Past;
use super::record::Machine;
use super::run::{Ending, Error, Run, session_facts};
use super::writer::Sink;
use crate::model::event::{Event, EventType};
use crate::model::id::{Cursor, RowId, SessionId};
use crate::model::params::Params;
use crate::model::payload::{ErrorInfo, JobEnded, LimitExceeded};
use crate::model::reason::Reason;
use crate::model::segment::Segment;
use crate::model::status::JobStatus;
use crate::store::{Error as StoreError, RecordAsk, Scope as LogScope, Write};

/// How a run leaves its job.
pub(super) enum Close {
    /// All is in the log.
    Done(Ending),
    /// A person has asked to stop it.
    Canceled,
    /// It cannot or may not go on.
    Failed {
        /// The limit that was passed.
        exceeded: Option<LimitExceeded>,
        /// Why.
        reason: Reason,
        /// What is told.
        error: ErrorInfo,
    },
}

/// Records stopped in one commit.
const PAGE: u64 = 1_000;

/// Writes what is left to write. Whoever cancels the job meanwhile is obeyed: what was stopped stays stopped.
pub(super) fn close(
    run: &Run<'_>,
    store: &mut dyn Write,
    sink: &mut dyn Sink,
    session: SessionId,
    close: Close,
) -> Result<Ending, Error> {
    match write(run, store, sink, session, close) {
        Err(Error::Store(StoreError::Illegal(_) | StoreError::JobConflict(_)))
            if store.job(run.job.id)?.is_some_and(|job| job.status == JobStatus::Canceling) =>
        {
            write(run, store, sink, session, Close::Canceled)
        }
        done => done,
    }
}

fn write(
    run: &Run<'_>,
    store: &mut dyn Write,
    sink: &mut dyn Sink,
    session: SessionId,
    close: Close,
) -> Result<Ending, Error> {
    let (exceeded, stopped, reason, errors) = match close {
        Close::Done(ending) => return Ok(ending),
        Close::Canceled => (None, Reason::User, Reason::User, Vec::new()),
        Close::Failed { exceeded, reason, error } => (exceeded, Reason::JobFailed, reason, vec![error]),
    };
    let id = run.job.id;
    let own = |event: Event| Segment::job(id, run.clock.now(), vec![event]);
    let canceled = stopped == Reason::User;
    let mut first = Vec::new();
    // A process that died here has said it already.
    if let Some(exceeded) = exceeded
        && !has_said(store, run, EventType::JobLimitExceeded)?
    {
        first.push(own(Event::JobLimitExceeded(exceeded))?);
    }
    stop_records(run, store, sink, stopped, first)?;
    let counts = store.job(id)?.map_or(run.job.counts, |job| job.counts);
    let ended = JobEnded { counts, reason_code: Some(reason), errors };
    let ended = if canceled { Event::JobCanceled(ended) } else { Event::JobFailed(ended) };
    let facts = || session_facts(session, id);
    let closing = vec![Event::SessionCompleting(facts()), Event::SessionCompleted(facts())];
    let batch = [own(ended)?, Segment::workspace(run.clock.now(), closing)?];
    store.append(&batch)?;
    sink.on(&batch);
    Ok(Ending::Ended)
}

fn has_said(store: &dyn Write, run: &Run<'_>, kind: EventType) -> Result<bool, Error> {
    for segment in store.segments(LogScope::Own(run.job.id), Cursor(0), u64::MAX)? {
        let entries = segment.entries().map_err(crate::store::Error::from)?;
        if entries.iter().any(|entry| entry.event.kind() == kind) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Stops every record that has begun and not ended.
fn stop_records(
    run: &Run<'_>,
    store: &mut dyn Write,
    sink: &mut dyn Sink,
    reason: Reason,
    mut batch: Vec<Segment>,
) -> Result<(), Error> {
    let ask = RecordAsk { open: true, ..RecordAsk::default() };
    let mut after = RowId(0);
    loop {
        let open = store.records(run.job, &ask, after, PAGE)?;
        for record in &open {
            after = record.id.row;
            let scope = run.scope(record.id.row, Params::none());
            let past = Past::of(run.pipeline, scope, &run.entries(record.id)?)?;
            batch.push(Machine::cancel(run.pipeline, past, reason, run.clock.now())?.seal()?);
        }
        if !batch.is_empty() {
            store.append(&batch)?;
            sink.on(&batch);
        }
        if open.is_empty() {
            return Ok(());
        }
        batch.clear();
    }
}
