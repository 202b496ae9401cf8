//! The one writer of a run: a thread that makes batches durable in order, and only then lets anyone know.
//! What wakes the run loop comes in here too: batches that are written, and answers of steps that are done elsewhere.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread::{Builder, Scope, ScopedJoinHandle};
use std::time::Duration;

use super::call::{Answer, Reply};
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

/// What wakes the run loop.
enum Wake {
    /// A batch as it comes back: to be freed, and to tell that it is done.
    Written { _batch: Vec<Segment>, refused: bool },
    /// A step that was begun elsewhere is done.
    Answered(u64, Box<Answer>),
    /// The writer has ended; `finish` says why.
    Stopped,
}

/// The run's end of the writer.
pub(super) struct Writer<'scope> {
    batches: SyncSender<(Vec<Segment>, Safe)>,
    wakes: Receiver<Wake>,
    replies: Sender<Wake>,
    answers: VecDeque<(u64, Answer)>,
    sent: u64,
    written: u64,
    refused: bool,
    stopped: bool,
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
        let (replies, wakes) = channel();
        let outbox = replies.clone();
        let work = move || {
            let result = write(store, sink, job, &inbox, &outbox);
            // Nobody listens any more once the run has ended.
            let _ = outbox.send(Wake::Stopped);
            result
        };
        let thread = Builder::new().name("writer".to_owned()).spawn_scoped(threads, work)?;
        let (answers, refused, stopped) = (VecDeque::new(), false, false);
        Ok(Writer { batches, wakes, replies, answers, sent: 0, written: 0, refused, stopped, thread })
    }

    /// Hands over a batch. False when the writer has stopped; `finish` says why.
    pub(super) fn send(&mut self, batch: Vec<Segment>, safe: Safe) -> bool {
        // What was written comes back to be freed here: memory that one thread takes and another frees makes the two wait
        // for each other at the allocator, which cost a tenth of a run.
        self.listen();
        if batch.is_empty() {
            return true;
        }
        self.sent += 1;
        self.batches.send((batch, safe)).is_ok()
    }

    /// The number of the next batch.
    pub(super) const fn next(&self) -> u64 {
        self.sent + 1
    }

    /// The number of the last batch that is written.
    pub(super) const fn written(&self) -> u64 {
        self.written
    }

    /// Whether all that was handed over is written.
    pub(super) const fn is_idle(&self) -> bool {
        self.written == self.sent
    }

    /// Takes in what has come, without waiting.
    pub(super) fn listen(&mut self) {
        while let Ok(wake) = self.wakes.try_recv() {
            self.take(wake);
        }
    }

    /// Waits until something comes, at most so long.
    pub(super) fn wait(&mut self, most: Duration) {
        match self.wakes.recv_timeout(most) {
            Ok(wake) => self.take(wake),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
        self.listen();
    }

    /// Waits until all that was handed over is written. False when the writer has stopped.
    pub(super) fn settle(&mut self) -> bool {
        while !self.is_idle() && !self.stopped {
            match self.wakes.recv() {
                Ok(wake) => self.take(wake),
                Err(_) => return false,
            }
        }
        !self.stopped
    }

    fn take(&mut self, wake: Wake) {
        match wake {
            Wake::Written { refused, .. } => {
                self.written += 1;
                self.refused |= refused;
            }
            Wake::Answered(id, answer) => self.answers.push_back((id, *answer)),
            Wake::Stopped => self.stopped = true,
        }
    }

    /// The way back for a step that is done elsewhere.
    pub(super) fn reply(&self, id: u64) -> Reply {
        let replies = self.replies.clone();
        // A run that has ended waits for no answer.
        Reply::to(move |answer| drop(replies.send(Wake::Answered(id, Box::new(answer)))))
    }

    /// The next answer that has come.
    pub(super) fn answer(&mut self) -> Option<(u64, Answer)> {
        self.answers.pop_front()
    }

    /// Whether a batch was refused, because another process cancels the job.
    pub(super) const fn has_refused(&self) -> bool {
        self.refused
    }

    /// Whether nothing can be written any more.
    pub(super) const fn has_stopped(&self) -> bool {
        self.stopped
    }

    /// Waits until all is durable. Whether a batch was refused.
    pub(super) fn finish(mut self) -> Result<bool> {
        let settled = self.settle();
        let refused = self.refused;
        drop(self.batches);
        match self.thread.join() {
            Ok(result) => result?,
            Err(panic) => std::panic::resume_unwind(panic),
        }
        debug_assert!(settled, "a writer that stopped says why");
        Ok(refused)
    }
}

fn write(
    store: &mut dyn Write,
    sink: &mut dyn Sink,
    job: JobId,
    inbox: &Receiver<(Vec<Segment>, Safe)>,
    outbox: &Sender<Wake>,
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
        let _ = outbox.send(Wake::Written { _batch: batch, refused });
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
