//! The one writer of a run: a thread that makes batches durable in order, and only then lets anyone know.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{Builder, Scope, ScopedJoinHandle};

use crate::model::segment::Segment;
use crate::store::{Error, Write};

/// Told only after it is durable: the display and the log can never disagree. Infallible; cannot steer.
pub trait Sink: Send {
    /// These segments are in the log.
    fn on(&mut self, segments: &[Segment]);
}

/// Batches on their way to the disk: enough that neither side waits for the other, few enough to hold no memory.
const IN_FLIGHT: usize = 2;

/// The run's end of the writer.
pub(super) struct Writer<'scope> {
    batches: SyncSender<Vec<Segment>>,
    spent: Receiver<Vec<Segment>>,
    thread: ScopedJoinHandle<'scope, Result<(), Error>>,
}

impl<'scope> Writer<'scope> {
    pub(super) fn start<'env>(
        threads: &'scope Scope<'scope, 'env>,
        store: &'env mut dyn Write,
        sink: &'env mut dyn Sink,
    ) -> std::io::Result<Writer<'scope>> {
        let (batches, inbox) = sync_channel(IN_FLIGHT);
        let (outbox, spent) = channel();
        let work = move || write(store, sink, &inbox, &outbox);
        let thread = Builder::new().name("writer".to_owned()).spawn_scoped(threads, work)?;
        Ok(Writer { batches, spent, thread })
    }

    /// Hands over a batch. False when the writer has stopped; `finish` says why.
    pub(super) fn send(&self, batch: Vec<Segment>) -> bool {
        // What was written comes back to be freed here: memory that one thread takes and another frees makes the two wait
        // for each other at the allocator, which cost a tenth of a run.
        self.spent.try_iter().for_each(drop);
        batch.is_empty() || self.batches.send(batch).is_ok()
    }

    /// Waits until all is durable.
    pub(super) fn finish(self) -> Result<(), Error> {
        drop(self.batches);
        match self.thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

fn write(
    store: &mut dyn Write,
    sink: &mut dyn Sink,
    inbox: &Receiver<Vec<Segment>>,
    outbox: &Sender<Vec<Segment>>,
) -> Result<(), Error> {
    for batch in inbox {
        store.append(&batch)?;
        sink.on(&batch);
        // Nobody takes it back once the run has handed over all it had.
        let _ = outbox.send(batch);
    }
    Ok(())
}
