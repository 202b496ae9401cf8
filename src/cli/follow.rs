//! Showing what goes on while it is looked at: the waiting between two rounds, and how it ends.

use std::ops::ControlFlow;
use std::time::Duration;

use super::context::Context;
use super::failure::Failure;
use super::{drive, signals};
use crate::model::id::JobId;
use crate::model::report::{Followed, Live, Then};
use crate::model::status::{JobStatus, RecordStatus};
use crate::store::{Read, SqliteStore};
use crate::ui;
use crate::views::standing::Standing;

/// How long to wait before the log is asked again: an event is seen within this, and asking costs microseconds.
const PAUSE: Duration = Duration::from_millis(20);

/// After so many pauses it is looked whether anybody is at work: about half a second.
const PATIENCE: u32 = 25;

/// Shows rows as they come; ends with the code that `run` would have had, or with 130 when it is told to.
pub(super) fn follow(context: &Context, reader: &SqliteStore, live: Live<'_>) -> Result<u8, Failure> {
    let stopped = signals::ends(context)?;
    let of = live.of;
    let mut watch = Watch { context, reader, of, pauses: 0, suspected: None, told: None };
    let mut between = |then| {
        if stopped.is_raised() {
            return ControlFlow::Break(Ok(130));
        }
        match then {
            Then::Again => ControlFlow::Continue(()),
            Then::Enough => ControlFlow::Break(Ok(0)),
            Then::Over => ControlFlow::Break(code(reader, of)),
            Then::Wait => match watch.look() {
                Ok(()) => {
                    std::thread::sleep(PAUSE);
                    ControlFlow::Continue(())
                }
                Err(failure) => ControlFlow::Break(Err(failure)),
            },
        }
    };
    match ui::live::follow(live, context.format(), &context.terminal, &mut context.terminal.out(), &mut between) {
        Ok(ended) => ended,
        // A reader who went away has seen enough.
        Err(ui::Error::Closed) => Ok(0),
        Err(error) => Err(error.into()),
    }
}

/// What the end of what was followed means to a shell.
fn code(reader: &SqliteStore, of: Option<Followed>) -> Result<u8, Failure> {
    Ok(match of {
        None => 0,
        Some(Followed::Job(id)) => reader.job(id)?.map_or(1, |job| drive::code(&job)),
        Some(Followed::Record(id)) => {
            u8::from(reader.record(id)?.is_none_or(|record| record.status != RecordStatus::Completed))
        }
    })
}

/// Tells once when nothing can come, because nobody is at work on the job.
struct Watch<'w> {
    context: &'w Context,
    reader: &'w SqliteStore,
    of: Option<Followed>,
    pauses: u32,
    /// Seen so once; it is said when it is seen so again, because a job is made before it is taken.
    suspected: Option<JobStatus>,
    told: Option<JobStatus>,
}

impl Watch<'_> {
    fn look(&mut self) -> Result<(), Failure> {
        let id = match self.of {
            None => return Ok(()),
            Some(Followed::Job(id)) => id,
            Some(Followed::Record(id)) => id.job,
        };
        self.pauses += 1;
        if self.pauses < PATIENCE {
            return Ok(());
        }
        self.pauses = 0;
        let idle = self.idle(id)?;
        if idle.is_some() && idle == self.suspected && idle != self.told {
            let (what, verb) = if idle == Some(JobStatus::Queued) {
                ("queued, and nobody executes it yet", "executes it")
            } else {
                ("stalled: nobody is at work on it", "goes on")
            };
            self.context.warn(&format!("job {id} is {what}"), &[format!("`cxgear resume {id}` {verb}")]);
            self.told = idle;
        }
        if idle.is_none() {
            self.told = None;
        }
        self.suspected = idle;
        Ok(())
    }

    /// How the job stands, when it needs somebody and has nobody.
    fn idle(&self, id: JobId) -> Result<Option<JobStatus>, Failure> {
        let Some(job) = self.reader.job(id)? else { return Ok(None) };
        let standing = Standing::of(self.reader, job)?;
        let lonely = match standing.status {
            JobStatus::Created | JobStatus::Queued => JobStatus::Queued,
            JobStatus::Stalled => JobStatus::Stalled,
            JobStatus::Running
            | JobStatus::Waiting
            | JobStatus::Canceling
            | JobStatus::Canceled
            | JobStatus::Completed
            | JobStatus::Failed => return Ok(None),
        };
        Ok(self.reader.holder(id)?.is_none().then_some(lonely))
    }
}
