//! The one writer of a run: a thread that makes batches durable in order, and only then lets anyone know.

use std::cell::Cell;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{Builder, Scope, ScopedJoinHandle};

use crate::model::id::JobId;
use crate::model::segment::{Owner, Segment};
use crate::model::status::JobStatus;
use crate::store::{Error, Result, Write};

/// Told only after it is durable: the display and the log can never disagree. Infallible; cannot steer.
pub trait Sink: Send {
    /// These segments are in the log.
    fn on(&mut self, segments: &[Segment]);
}

/// Batches on their way to the disk: enough that neither side waits for the other, few enough to hold no memory.
pub(super) const IN_FLIGHT: usize = 2;

/// What a batch must be safe from before it is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Safe {
    /// From the death of the machine.
    FromMachine,
    /// From the death of the process; the next batch that is safe from more takes this one along.
    FromProcess,
}

/// A batch as it comes back: to be freed, and to tell that it is done.
struct Spent {
    _batch: Vec<Segment>,
    refused: bool,
}

/// The run's end of the writer.
pub(super) struct Writer<'scope> {
    batches: SyncSender<(Vec<Segment>, Safe)>,
    spent: Receiver<Spent>,
    under_way: Cell<u64>,
    refused: Cell<bool>,
    thread: ScopedJoinHandle<'scope, Result<()>>,
}

impl<'scope> Writer<'scope> {
    pub(super) fn start<'env>(
        threads: &'scope Scope<'scope, 'env>,
        store: &'env mut dyn Write,
        sink: &'env mut dyn Sink,
        job: JobId,
    ) -> std::io::Result<Writer<'scope>> {
        let (batches, inbox) = sync_channel(IN_FLIGHT);
        let (outbox, spent) = channel();
        let work = move || write(store, sink, job, &inbox, &outbox);
        let thread = Builder::new().name("writer".to_owned()).spawn_scoped(threads, work)?;
        Ok(Writer { batches, spent, under_way: Cell::new(0), refused: Cell::new(false), thread })
    }

    /// Hands over a batch. False when the writer has stopped; `finish` says why.
    pub(super) fn send(&self, batch: Vec<Segment>, safe: Safe) -> bool {
        // What was written comes back to be freed here: memory that one thread takes and another frees makes the two wait
        // for each other at the allocator, which cost a tenth of a run.
        while let Ok(spent) = self.spent.try_recv() {
            self.back(&spent);
        }
        if batch.is_empty() {
            return true;
        }
        self.under_way.set(self.under_way.get() + 1);
        self.batches.send((batch, safe)).is_ok()
    }

    /// Waits until all that was handed over is written. False when the writer has stopped.
    pub(super) fn settle(&self) -> bool {
        while self.under_way.get() > 0 {
            let Ok(spent) = self.spent.recv() else { return false };
            self.back(&spent);
        }
        true
    }

    fn back(&self, spent: &Spent) {
        self.under_way.set(self.under_way.get() - 1);
        self.refused.set(self.refused.get() || spent.refused);
    }

    /// Whether a batch was refused, because another process cancels the job.
    pub(super) fn has_refused(&self) -> bool {
        self.refused.get()
    }

    /// Waits until all is durable. Whether a batch was refused.
    pub(super) fn finish(self) -> Result<bool> {
        let Writer { batches, spent, refused, thread, .. } = self;
        drop(batches);
        match thread.join() {
            Ok(result) => result?,
            Err(panic) => std::panic::resume_unwind(panic),
        }
        Ok(refused.get() || spent.try_iter().any(|spent| spent.refused))
    }
}

fn write(
    store: &mut dyn Write,
    sink: &mut dyn Sink,
    job: JobId,
    inbox: &Receiver<(Vec<Segment>, Safe)>,
    outbox: &Sender<Spent>,
) -> Result<()> {
    // Written, and not yet safe enough to be told.
    let mut untold: Vec<Segment> = Vec::new();
    for (mut batch, safe) in inbox {
        let refused = write_batch(store, job, &mut batch, safe)?;
        match safe {
            Safe::FromProcess => untold.extend(batch.iter().cloned()),
            Safe::FromMachine => {
                if !untold.is_empty() {
                    sink.on(&std::mem::take(&mut untold));
                }
                sink.on(&batch);
            }
        }
        // Nobody takes it back once the run has handed over all it had.
        let _ = outbox.send(Spent { _batch: batch, refused });
    }
    Ok(())
}

/// Writes a batch. When the job is being canceled, only what was begun before may still end; whether that was so.
fn write_batch(store: &mut dyn Write, job: JobId, batch: &mut Vec<Segment>, safe: Safe) -> Result<bool> {
    let append = |store: &mut dyn Write, batch: &[Segment]| match safe {
        Safe::FromMachine => store.append(batch),
        Safe::FromProcess => store.append_soon(batch),
    };
    match append(store, batch) {
        Ok(_) => Ok(false),
        Err(error @ (Error::JobConflict(_) | Error::Illegal(_))) => {
            if store.job(job)?.is_none_or(|job| job.status != JobStatus::Canceling) {
                return Err(error);
            }
            batch.retain(goes_on);
            append(store, batch)?;
            Ok(true)
        }
        Err(error) => Err(error),
    }
}

/// Whether a segment only goes on with a record that was picked up before.
fn goes_on(segment: &Segment) -> bool {
    match &segment.owner {
        Owner::Record(effect) => effect.base.is_some_and(|(_, claim)| claim == effect.after.claim),
        Owner::Job(..) | Owner::Workspace(_) => false,
    }
}
