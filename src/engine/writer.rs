//! The one writer of a run: a thread that makes batches durable in order, and only then lets anyone know.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

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
    thread: ScopedJoinHandle<'scope, Result<(), Error>>,
}

impl<'scope> Writer<'scope> {
    pub(super) fn start<'env>(
        threads: &'scope Scope<'scope, 'env>,
        store: &'env mut dyn Write,
        sink: &'env mut dyn Sink,
    ) -> Writer<'scope> {
        let (batches, inbox) = sync_channel(IN_FLIGHT);
        Writer { batches, thread: threads.spawn(move || write(store, sink, &inbox)) }
    }

    /// Hands over a batch. False when the writer has stopped; `finish` says why.
    pub(super) fn send(&self, batch: Vec<Segment>) -> bool {
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

fn write(store: &mut dyn Write, sink: &mut dyn Sink, inbox: &Receiver<Vec<Segment>>) -> Result<(), Error> {
    for batch in inbox {
        store.append(&batch)?;
        sink.on(&batch);
    }
    Ok(())
}
