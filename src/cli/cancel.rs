//! `cancel`: in two phases, from any terminal (EVENTS §1.7). It asks in the log; whoever has the job stops it.

use std::time::{Duration, Instant};

use super::context::Context;
use super::drive;
use super::failure::Failure;
use super::select::known_job;
use super::vault::Opened;
use crate::model::event::Event;
use crate::model::id::JobId;
use crate::model::payload::Because;
use crate::model::reason::Reason;
use crate::model::segment::Segment;
use crate::model::status::JobStatus;
use crate::store::{Error, Holder, Job, SqliteStore, Write as _};
use crate::views::standing::Standing;

/// How long the process that has the job may take before it is named.
const PATIENCE: Duration = Duration::from_secs(2);

/// Between two looks whether the job is free.
const PAUSE: Duration = Duration::from_millis(20);

/// `cxgear cancel`.
pub(super) fn cancel(context: &Context, id: JobId) -> Result<u8, Failure> {
    let job = known_job(Some(&context.reader()?), id)?;
    let mut store = context.writer()?;
    let job = if job.status.is_terminal() { job } else { ask(context, &mut store, id)? };
    match job.status {
        JobStatus::Canceled => context.say(&format!("job {id} is canceled already")),
        JobStatus::Completed | JobStatus::Failed => {
            let (word, _) = Standing::of(&store, job)?.word();
            let what = format!("job {id} has ended ({word}), so there is nothing to cancel");
            return Err(Failure::request(what).hint(format!("`cxgear job {id}` shows it")));
        }
        JobStatus::Created
        | JobStatus::Queued
        | JobStatus::Running
        | JobStatus::Waiting
        | JobStatus::Stalled
        | JobStatus::Canceling => return finish(context, &mut store, id),
    }
    drive::show_job(context, &store, id)?;
    Ok(0)
}

/// Writes down that the job is to stop; the job as it stands then.
fn ask(context: &Context, store: &mut SqliteStore, id: JobId) -> Result<Job, Failure> {
    let because = Because { reason_code: Some(Reason::User) };
    let asked = Segment::job(id, context.now(), vec![Event::JobCanceling(because)]).map_err(Error::from)?;
    match store.append(&[asked]) {
        // It ended in this moment, or was asked to already.
        Ok(_) | Err(Error::Illegal(_)) => known_job(Some(store), id),
        Err(error) => Err(error.into()),
    }
}

/// Waits for whoever has the job, or stops it here when nobody has.
fn finish(context: &Context, store: &mut SqliteStore, id: JobId) -> Result<u8, Failure> {
    let began = Instant::now();
    let mut told = false;
    loop {
        match drive::drive(context, store, id, &Opened::default()) {
            Err(Failure { held: Some(holder), .. }) => {
                if known_job(Some(store), id)?.status == JobStatus::Canceling && began.elapsed() > PATIENCE && !told {
                    told = true;
                    tell(context, id, &holder);
                }
                std::thread::sleep(PAUSE);
            }
            done => {
                let code = done?;
                let canceled = known_job(Some(store), id)?.status == JobStatus::Canceled;
                return Ok(if canceled { 0 } else { code });
            }
        }
    }
}

fn tell(context: &Context, id: JobId, holder: &Holder) {
    let who = holder.pid.map_or_else(|| "the process that has it".to_owned(), |pid| format!("process {pid}"));
    context.warn(&format!("waiting for {who} to stop job {id}"), &["it is asked for in any case".to_owned()]);
}
