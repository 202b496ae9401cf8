//! One record's past, read back from the log.

use std::sync::Arc;

use super::Error;
use crate::model::id::{Cursor, JobId, RecordId, RowId};
use crate::model::journey::Journey;
use crate::model::payload::StepName;
use crate::store::{self, Job, Read, Scope};

/// The journey of a record of `job`; empty for a row that is not admitted yet.
///
/// # Errors
/// When the log cannot be read.
pub fn journey(read: &dyn Read, job: &Job, row: RowId) -> store::Result<Journey> {
    replay(read, job.steps.clone().into(), RecordId { job: job.id, row })
}

/// The journey of a record; all records of a job share its steps.
pub(super) fn replay(read: &dyn Read, steps: Arc<[StepName]>, record: RecordId) -> store::Result<Journey> {
    let mut journey = Journey::new(steps);
    for segment in read.segments(Scope::Record(record), Cursor(0), u64::MAX)? {
        for entry in segment.entries()? {
            journey.apply(&entry)?;
        }
    }
    Ok(journey)
}

/// The job of that number.
pub(super) fn job(read: &dyn Read, id: JobId) -> Result<Job, Error> {
    if let Some(job) = read.job(id)? {
        return Ok(job);
    }
    let latest = read.jobs(None, 1)?.first().map(|job| job.id);
    let hint = match latest {
        Some(latest) => format!("the latest is {latest}; `cxgear jobs` lists them"),
        None => "no job was made yet; `cxgear run SPINNER` makes one".to_owned(),
    };
    Err(Error::NoSuch { what: "job", name: id.to_string(), near: None, hint: Some(hint) })
}

/// Refuses a job whose events were pruned: what only they say cannot be told any more. `hint` is what can.
pub fn whole(job: &Job, hint: &str) -> Result<(), Error> {
    match pruned(job) {
        None => Ok(()),
        Some(what) => Err(Error::Usage { what, hint: Some(hint.to_owned()) }),
    }
}

/// What is to be said of a job whose events were pruned.
pub(super) fn pruned(job: &Job) -> Option<String> {
    let at = job.pruned_at?.to_string();
    let day = at.get(..10).unwrap_or(&at);
    Some(format!("job {} was pruned on {day}: its events are gone, its records' states are kept", job.id))
}

/// The job of a record whose row it has selected, admitted or not.
pub(super) fn job_of(read: &dyn Read, record: RecordId) -> Result<Job, Error> {
    let job = job(read, record.job)?;
    if read.record(record)?.is_some() || selects(read, record)? {
        return Ok(job);
    }
    let ranges = read.selection(record.job, RowId(0), 4)?;
    let mut told: Vec<_> = ranges
        .iter()
        .take(3)
        .map(|range| match (range.start(), range.end()) {
            (first, last) if first == last => first.to_string(),
            (first, last) => format!("{first}-{last}"),
        })
        .collect();
    if ranges.len() > 3 {
        told.push("…".to_owned());
    }
    let hint = format!("job {} has the rows {} of table `{}`", record.job, told.join(", "), job.table);
    Err(Error::NoSuch { what: "record", name: record.to_string(), near: None, hint: Some(hint) })
}

fn selects(read: &dyn Read, record: RecordId) -> Result<bool, Error> {
    let before = RowId(record.row.0.saturating_sub(1));
    Ok(read.selection(record.job, before, 1)?.first().is_some_and(|range| range.contains(&record.row.0)))
}
