//! Whether a run may go on: what its job may not pass, and who asks it to stop.

use super::super::run::Error;
use super::Driver;
use crate::model::payload::{ErrorInfo, LimitExceeded};
use crate::model::status::JobStatus;
use crate::model::time::Millis;

impl Driver<'_, '_, '_> {
    pub(super) fn may_go_on(&self) -> bool {
        !self.run.interrupt.is_raised()
            && !self.canceled
            && !self.too_many_failed()
            && !self.too_late()
            && self.gates.closed().is_none()
    }

    /// Whether another process has asked to cancel the job.
    pub(super) fn look_around(&mut self) -> Result<(), Error> {
        let status = self.run.reader.job(self.run.job.id)?.map(|job| job.status);
        self.canceled |= self.writer.has_refused() || status == Some(JobStatus::Canceling);
        Ok(())
    }

    /// Running time only: what earlier processes ran, and this one since it began.
    pub(super) fn ran(&self) -> Millis {
        let job = self.run.job;
        // A process that died ran up to its last event.
        let last = job.since.map_or(Millis(0), |since| job.last_at.since(since));
        Millis(job.ran.0 + last.0 + self.run.clock.ticks().0.saturating_sub(self.began.0))
    }

    pub(super) fn too_late(&self) -> bool {
        self.run.limits.job_timeout.is_some_and(|allowed| self.ran() > allowed)
    }

    pub(super) fn too_many_failed(&self) -> bool {
        self.allowed.is_some_and(|allowed| self.counts.failed > allowed)
    }

    /// The limit of the job that was passed, if one was.
    pub(super) fn exceeded(&self) -> Option<(LimitExceeded, ErrorInfo)> {
        if self.too_many_failed() {
            let (failed, allowed) = (self.counts.failed, self.allowed.unwrap_or(0));
            let (current_value, threshold) = (real(failed), real(allowed));
            let (limit_type, unit) = ("max_failures".to_owned(), "records".to_owned());
            let exceeded = LimitExceeded { limit_type, current_value, threshold, unit };
            let error = exceeded.error(format!("{failed} records failed, and `max_failures` allows {allowed}"));
            return Some((exceeded, error));
        }
        let (ran, allowed) = (self.ran(), self.run.limits.job_timeout.filter(|_| self.too_late())?);
        let exceeded = LimitExceeded::milliseconds("job_timeout", ran, allowed);
        let error = exceeded.error(format!("the job ran for {ran}, and `job_timeout` is {allowed}"));
        Some((exceeded, error))
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count of rows")]
fn real(count: u64) -> f64 {
    count as f64
}
