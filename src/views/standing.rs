//! How a job stands, as people are told it, and what to type next.

use crate::model::id::JobId;
use crate::model::reason::Reason;
use crate::model::report::{Cell, Tone};
use crate::model::status::{JobStatus, Verdict};
use crate::model::time::{Millis, Timestamp};
use crate::store::{self, Job, Read};

/// A job and how it stands now.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The job, by the log.
    pub job: Job,
    /// Where it stands: by the log, or `stalled` when its process is gone without a word.
    pub status: JobStatus,
    /// The latest job that retries it.
    pub retried: Option<JobId>,
    /// So many of its records may have sent something, and nobody can tell.
    pub doubtful: u64,
}

impl Standing {
    /// Looks whether somebody is at work on it. Views never write, so a dead job stays as it is in the log.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn of(read: &dyn Read, job: Job) -> store::Result<Standing> {
        let retried = read.retries(job.id)?.pop();
        let doubtful = if job.counts.failed > 0 { doubtful(read, job.id)? } else { 0 };
        if job.status != JobStatus::Running || read.holder(job.id)?.is_some() {
            return Ok(Standing { status: job.status, job, retried, doubtful });
        }
        // It may have ended between the two looks; its lock goes after its last commit.
        let job = read.job(job.id)?.unwrap_or(job);
        let status = if job.status == JobStatus::Running { JobStatus::Stalled } else { job.status };
        Ok(Standing { job, status, retried, doubtful })
    }

    /// How it turned out, once it has ended.
    #[must_use]
    pub fn result(&self) -> Option<Verdict> {
        self.status.is_terminal().then(|| self.job.counts.verdict())
    }

    /// The word of a table: `partial` or `failed` for a job that completed, but not all of it well (SPEC §6).
    #[must_use]
    pub fn word(&self) -> (&'static str, Tone) {
        match (self.status, self.result()) {
            (JobStatus::Completed, Some(Verdict::Partial)) => ("partial", Tone::Warn),
            (JobStatus::Completed, Some(Verdict::Failure)) => (JobStatus::Failed.name(), Tone::Bad),
            (status, _) => (status.name(), status.tone()),
        }
    }

    /// How many records have ended, of all.
    #[must_use]
    pub fn progress(&self) -> Cell {
        let counts = &self.job.counts;
        Cell::Progress { done: self.ended(), total: counts.total }
    }

    /// How many records have ended.
    #[must_use]
    pub fn ended(&self) -> u64 {
        let counts = &self.job.counts;
        counts.completed + counts.failed + counts.canceled
    }

    /// From its start to its end, or to now; unknown for one whose process is gone.
    #[must_use]
    pub fn duration(&self, now: Timestamp) -> Option<Millis> {
        let started = self.job.started_at?;
        match (self.job.ended_at, self.status) {
            (Some(ended), _) => Some(ended.since(started)),
            (None, JobStatus::Stalled) => None,
            (None, _) => Some(now.since(started)),
        }
    }

    /// `welcome@1`
    #[must_use]
    pub fn spinner(&self) -> String {
        format!("{}@{}", self.job.spinner, self.job.version)
    }

    /// What to type next.
    #[must_use]
    pub fn next(&self) -> String {
        let JobId(id) = self.job.id;
        match self.status {
            JobStatus::Created | JobStatus::Queued | JobStatus::Stalled => format!("cxgear resume {id}"),
            JobStatus::Waiting if self.job.reason == Some(Reason::CircuitOpen) => format!("cxgear resume {id}"),
            JobStatus::Waiting => format!("cxgear records {id} --status waiting"),
            JobStatus::Completed | JobStatus::Failed if self.job.counts.failed > 0 => match self.retried {
                Some(retried) => format!("cxgear job {retried}"),
                None if self.job.pruned_at.is_some() => format!("cxgear records {id} --status failed"),
                None if self.doubtful == self.job.counts.failed => format!("cxgear retry {id} --assume WHAT"),
                None => format!("cxgear retry {id} --failed"),
            },
            JobStatus::Completed if self.job.pruned_at.is_none() => format!("cxgear export {id}"),
            JobStatus::Running
            | JobStatus::Canceling
            | JobStatus::Canceled
            | JobStatus::Completed
            | JobStatus::Failed => {
                format!("cxgear records {id}")
            }
        }
    }
}

/// How many records failed in a way that a person must look at.
fn doubtful(read: &dyn Read, id: JobId) -> store::Result<u64> {
    let unsafe_one = |key: &str| key.rsplit(' ').next().and_then(Reason::named).is_some_and(Reason::is_unsafe);
    let tally = read.tally(id)?;
    Ok(tally.iter().filter(|tally| tally.what == "failure" && unsafe_one(&tally.key)).map(|tally| tally.n).sum())
}
